"""Reading the day of return from absence notes in many languages (S4.2).

Today is Monday, 23 November 2026.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.return_dates import read_return_date

TODAY = date(2026, 11, 23)

NOTES = (
	("I will be back on 12 March.", (2027, 3, 12)),
	("I will return to the office on Monday, 3rd of May 2027.", (2027, 5, 3)),
	("Returning Dec. 7th, 2026 at 9am", (2026, 12, 7)),
	("I'll be back at 9:30 on 7 December", (2026, 12, 7)),
	("I won't be back until Monday, 7 December", (2026, 12, 7)),
	("I am away until 4 December and will be back on the 7th of December", (2026, 12, 7)),
	("I am out of the office until 03/12/2026.", (2026, 12, 4)),
	("I am out of the office until 12/03/2026.", (2026, 12, 4)),
	("I am out until 31/12/2026", (2027, 1, 1)),
	("Back on 2026-12-07", (2026, 12, 7)),
	("back 12/07/2026", (2026, 12, 7)),
	("back on Monday 12/07", (2026, 12, 7)),
	("I am out until and including Friday 4th December", (2026, 12, 5)),
	("away until 5pm on Friday 4 December 2026", (2026, 12, 5)),
	("I am away from 24 November to 4 December.", (2026, 12, 5)),
	("I am away from November 24 to 30.", (2026, 12, 1)),
	("out 11/25 - 12/04", (2026, 12, 5)),
	("I return after 4 December", (2026, 12, 5)),
	("I'll be back on Monday.", (2026, 11, 30)),
	("back on Thursday 3rd", (2026, 12, 3)),
	("I am out until 22 November.", (2026, 11, 23)),
	("I am away till\n 4 December", (2026, 12, 5)),
	("Back today, 23 November", (2026, 11, 23)),
	("Ich bin ab dem 12.03. wieder erreichbar.", (2027, 3, 12)),
	("Ich bin bis zum 4. Dezember 2026 nicht im Büro.", (2026, 12, 5)),
	("Ich bin bis einschließlich 04.12.2026 abwesend.", (2026, 12, 5)),
	("Ich bin am 7.12. wieder im Büro", (2026, 12, 7)),
	("I will be back on 31 November or Monday", (2026, 11, 30)),
	("vom 24.11. bis 4.12.2026 im Urlaub", (2026, 12, 5)),
	("vom 24. bis 30. November im Urlaub", (2026, 12, 1)),
	("Je serai de retour le 12 mars.", (2027, 3, 12)),
	("Je suis absent jusqu'au 4 décembre 2026 inclus", (2026, 12, 5)),
	("Je suis absent du 23 au 30 novembre", (2026, 12, 1)),
	("de retour le 1er décembre", (2026, 12, 1)),
	("de retour lundi 7 décembre", (2026, 12, 7)),
	("Estaré de vuelta el 7 de diciembre de 2026", (2026, 12, 7)),
	("Estoy fuera de la oficina hasta el 4 de diciembre", (2026, 12, 5)),
	("Sono assente fino al 04/12/2026", (2026, 12, 5)),
	("Rientrerò lunedì 7 dicembre.", (2026, 12, 7)),
	("Ik ben afwezig tot en met 4 december 2026", (2026, 12, 5)),
	("Ik ben op 7 december weer aanwezig", (2026, 12, 7)),
	("Ausente até o dia 4 de dezembro", (2026, 12, 5)),
	("Estarei de volta em 7 de dezembro de 2026", (2026, 12, 7)),
)

FURTHER = (
	("Jag är på semester till och med den 4 december 2026.", (2026, 12, 5)),
	("Jag är åter på kontoret måndag den 7 december.", (2026, 12, 7)),
	("Den 7 december är jag tillbaka.", (2026, 12, 7)),
	("Jag är ledig till den 30 november och återkommer sedan", (2026, 12, 1)),
	("Jag är ledig t.o.m. 4/12.", (2026, 12, 5)),
	("Jeg er på ferie til og med 4. desember.", (2026, 12, 5)),
	("Jeg er tilbake mandag 30. november.", (2026, 11, 30)),
	("Jeg holder ferie fra d. 23. november til d. 27. november.", (2026, 11, 28)),
	("Jeg er på kontoret igen den 1. december", (2026, 12, 1)),
	("Olen lomalla 4.12.2026 asti.", (2026, 12, 5)),
	("Olen lomalla 23.11.-4.12., palaan maanantaina 7. joulukuuta.", (2026, 12, 7)),
	("Jestem na urlopie do 4 grudnia 2026.", (2026, 12, 5)),
	("Nie będę dostępny od 23 listopada do 27 listopada.", (2026, 11, 28)),
	("Będę dostępny od 30 listopada.", (2026, 11, 30)),
	("Wracam w poniedziałek.", (2026, 11, 30)),
	("Jsem na dovolené do 4. prosince.", (2026, 12, 5)),
	("Vrátím se v pondělí 7. prosince 2026.", (2026, 12, 7)),
	("Som na dovolenke do 4. decembra 2026", (2026, 12, 5)),
	("November 30-ig szabadságon vagyok", (2026, 12, 1)),
	("2026. november 23-tól november 27-ig szabadságon vagyok.", (2026, 11, 28)),
	("November 23-tól 27-ig szabadságon vagyok.", (2026, 11, 28)),
	("Legközelebb 11.30-án, hétfőn leszek elérhető.", (2026, 11, 30)),
	("Sunt în concediu până pe 4 decembrie 2026.", (2026, 12, 5)),
	("Voi reveni la birou pe 30 noiembrie.", (2026, 11, 30)),
	("Я в отпуске с 23 ноября 2026 г. по 4 декабря 2026 г.", (2026, 12, 5)),
	("Не буду на связи до 30 ноября.", (2026, 12, 1)),
	("Вернусь 7 декабря 2026 года.", (2026, 12, 7)),
	("Повернуся 7 грудня.", (2026, 12, 7)),
	("4 Aralık 2026 tarihine kadar izindeyim.", (2026, 12, 5)),
	("7 Aralık Pazartesi günü ofiste olacağım.", (2026, 12, 7)),
	("Απουσιάζω έως τις 4 Δεκεμβρίου 2026.", (2026, 12, 5)),
	("Θα επιστρέψω στις 7 Δεκεμβρίου.", (2026, 12, 7)),
	("Na godišnjem sam do 4. prosinca 2026.", (2026, 12, 5)),
	("Na dopustu sem do 4. decembra.", (2026, 12, 5)),
	("Estic de vacances fins al 4 de desembre.", (2026, 12, 5)),
	("11月30日まで休暇をいただいております", (2026, 12, 1)),
	("2026年11月23日(月)~11月27日(金)まで不在にしております。", (2026, 11, 28)),
	("12月7日（月）より通常通り出勤いたします。", (2026, 12, 7)),
	("我将于11月23日至11月30日休假,12月1日恢复上班。", (2026, 12, 1)),
	("我在休假,周一回来。", (2026, 11, 30)),
	("12월 4일까지 휴가입니다.", (2026, 12, 5)),
	("11월 30일(월) 출근 예정입니다.", (2026, 11, 30)),
	("Tôi nghỉ phép đến ngày 27 tháng 11 năm 2026", (2026, 11, 28)),
	("Saya akan kembali pada 7 Desember", (2026, 12, 7)),
	("On Monday 30 November I will be back.", (2026, 11, 30)),
	("Maandag 30 november ben ik weer aanwezig.", (2026, 11, 30)),
	("Bis 04.12. nicht im Haus. Ab Montag, den 07.12.2026 bin ich wieder da.", (2026, 12, 7)),
	("Closed November 26 and Friday, November 27. We reopen Monday, November 30.", (2026, 11, 30)),
	("Back in office: 30-Nov-2026", (2026, 11, 30)),
	("Out from Monday, November 23, 2026 to Friday, November 27, 2026.", (2026, 11, 28)),
	("I am out Tuesday through Thursday.", (2026, 11, 27)),
	("I am not available Tuesday through Thursday.", (2026, 11, 27)),
)

SILENT = (
	"I am away.",
	"I will return your mail as soon as possible.",
	"I will be back in January.",
	"I was away until 12 March 2025.",
	"I am away until 1 November",
	"Back on 12 March 2029",
	"I am back on February 30",
	"I am away from February 3 to 31.",
	"Call me back: +44 20 7946 0958",
	"Ab dem 1.12. bin ich im Urlaub",
	"Ich bin im Urlaub ab dem 1.12.",
	"Je serai absent à partir du 1er décembre.",
	"Jag är ledig den 24 november och återkommer sedan",
	"Bis 11.30 Uhr geschlossen",
	"3日間お休みをいただきます。",
	"12月1日までにご返信ください。",
	"If urgent, do 3/4 of it",
	"Meine Arbeitszeiten sind Montag bis Mittwoch 8 bis 12 Uhr.",
	"Our office hours are Monday through Friday, 9-5.",
	"I work Mondays through Wednesdays.",
)


@pytest.mark.parametrize(("note", "back_on"), NOTES + FURTHER)
def test_the_day_of_return_is_read(note, back_on):
	assert read_return_date(fold(note), TODAY) == date(*back_on)


@pytest.mark.parametrize("note", SILENT)
def test_no_day_is_made_up(note):
	assert read_return_date(fold(note), TODAY) is None


def test_a_month_that_is_two_is_the_next_one():
	assert read_return_date(fold("Na godišnjem do 27. listopada"), date(2026, 10, 15)) == date(2026, 10, 28)
	assert read_return_date(fold("Jestem na urlopie do 27 listopada"), TODAY) == date(2026, 11, 28)


def test_a_date_across_the_turn_of_the_year_and_a_leap_day():
	assert read_return_date("back on 2 january", date(2026, 12, 30)) == date(2027, 1, 2)
	assert read_return_date("until 28 february", date(2028, 2, 20)) == date(2028, 2, 29)
	assert read_return_date("back on 29 february 2028", date(2028, 2, 20)) == date(2028, 2, 29)


PIECES = st.sampled_from(
	"back until bis am ab dem wieder jusqu'au de retour le 12 3 31 29 2 2026 2027 99 . / - , march "
	"februar mai monday lundi to from from, 12.03. 30.02.2027 00/00 31/12/9999 the 12th on \n do "
	"listopada до -ig kadar まて 99月99日 12月31日 月曜 9999.99.99-ig thang tillbaka".split(" ")
)


@given(st.lists(PIECES, max_size=30).map(" ".join), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_whatever_is_written_the_day_lies_within_a_year(note, today):
	found = read_return_date(note, today)
	assert found is None or today <= found <= today + timedelta(days=365)
