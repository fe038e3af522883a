"""The commands: what they print, what they write, and how they refuse bad files."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cadences_app.cli.main import main
from cadences_app.cli.text import tell_start
from cadences_app.engine.checking.check import FaultCode
from cadences_app.engine.definition import ANY_EARLIER, WITHOUT_SETTINGS, Cadence
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block, Reason
from cadences_app.sentences.faults import FAULTS
from cadences_app.sentences.outcomes import OUTCOMES
from cadences_app.sentences.reasons import BLOCKS, REASONS, RULES

LIBRARY = Path(__file__).resolve().parents[2] / "library"
TRADE_SHOW = LIBRARY / "trade_show.json"
LEADS = LIBRARY / "demo" / "leads.csv"

CADENCE = """{
	"name": "Small",
	"module": "Lead",
	"follow_ups": [
		{
			"key": "hello",
			"channel": "Email",
			"content": {"to_field": "email_id", "variants": [{"template": "Hello"}]}
		},
		{
			"key": "before",
			"channel": "Task",
			"parent": "hello",
			"timing": {
				"start": "Before a Date Field",
				"date_field": "starts_on",
				"delay": {"amount": 2, "unit": "Days"}
			},
			"content": {"subject": "Prepare"}
		}
	]
}
"""
RECORDS = "email_id,starts_on,time_zone\nada@example.com,2025-03-31,Europe/Paris\nben@example.com,,\n"


@pytest.fixture
def write(tmp_path):
	def write(name, text):
		file = tmp_path / name
		file.write_text(text, encoding="utf-8")
		return str(file)

	return write


@pytest.fixture
def run(capsys):
	def run(*arguments):
		code = main([str(argument) for argument in arguments])
		captured = capsys.readouterr()
		return code, captured.out, captured.err

	return run


@pytest.fixture
def refuses(write, run):
	"""What `simulate` says about a bad definition, records file or script."""

	def refuses(definition=CADENCE, records=RECORDS, script=None):
		arguments = ["simulate", write("small.json", definition), "--records", write("leads.csv", records)]
		arguments += ["--script", write("answers.json", script)] if script is not None else []
		code, out, err = run(*arguments)
		assert (code, out) == (2, "")
		return err.strip()

	return refuses


def test_every_code_has_its_words():
	assert FAULTS.keys() == set(FaultCode)
	assert REASONS.keys() == set(Reason)
	assert BLOCKS.keys() == set(Block)
	assert RULES.keys() == WITHOUT_SETTINGS
	assert OUTCOMES.keys() == set(Outcome)


def test_check_finds_no_fault_in_a_good_cadence(run):
	assert run("check", TRADE_SHOW) == (0, "Trade Show: 7 follow-ups, no fault.\n", "")


def test_check_names_line_field_and_follow_up_of_each_fault(run, write):
	text = CADENCE.replace('"parent": "hello"', '"parent": "nobody"').replace('"amount": 2', '"amount": -2')
	code, out, _ = run("check", write("bad.json", text))
	assert code == 1
	assert out.splitlines() == [
		"bad.json, line 13, follow_ups[1].parent (before): "
		"its previous follow-up nobody is not in this cadence.",
		"bad.json, line 17, follow_ups[1].timing.delay (before): a delay can't be below zero: -2 Days.",
	]


def test_a_missing_field_is_named_where_it_is_missing(run, write):
	text = CADENCE.replace('"to_field": "email_id", ', "")
	_, out, _ = run("check", write("bad.json", text))
	assert out.startswith("bad.json, line 8, follow_ups[0].content.to_field (hello): ")


@pytest.mark.parametrize(
	("old", "new", "told"),
	[
		('"channel": "Task"', '"channel": "Fax"', "line 12, follow_ups[1].channel: 'Fax' is none of"),
		('"unit": "Days"', '"unit": "Eons"', "line 17, follow_ups[1].timing.delay: "),
		(
			'"subject": "Prepare"',
			'"subjekt": "Prepare"',
			"line 19, follow_ups[1].content.subjekt: is not known",
		),
		('"name": "Small",', "", "line 1, name: is missing"),
		('"name": "Small",', '"name": "Small"', "line 3: is no JSON: "),
		(
			'"module": "Lead",',
			'"module": "Lead", "module": "Deal",',
			'line 3: "module" stands on line 3 already',
		),
		(
			'"subject": "Prepare"',
			'"subject": ""',
			"line 19, follow_ups[1].content.subject (before): it has no subject",
		),
	],
)
def test_a_bad_definition_is_refused_by_line_and_field(refuses, old, new, told):
	assert CADENCE.count(old) == 1
	assert f"small.json, {told}" in refuses(definition=CADENCE.replace(old, new))


@pytest.mark.parametrize(
	("records", "told"),
	[
		("", "line 1, starts_on: the column is missing"),
		(
			"starts_on\n2025-03-31\n",
			'line 1, email_id: the column is missing; the follow-up "hello" needs it',
		),
		("email_id,starts_on,email_id\n", "line 1, email_id: the column stands there twice"),
		("email_id,,starts_on\n", "line 1: a column has no name"),
		("email_id,starts_on\n", "line 1: has no records"),
		("email_id,starts_on\n\na@example.com\n", "line 3: has 1 values for 2 columns"),
		(
			'email_id,starts_on\n"a\n@example.com",\nb@example.com,31.3.2025\n',
			'line 4, starts_on: "31.3.2025" is no date',
		),
		("email_id,starts_on\na@example.com,\na@example.com,\n", 'line 3: "a@example.com" stands on line 2'),
		(
			"email_id,starts_on,time_zone\na@example.com,,Mars/Base\n",
			'line 2, time_zone: there is no time zone "Mars/Base"',
		),
		('email_id,starts_on\n"a@example.com,\n', "line 2: is no CSV: "),
	],
)
def test_a_bad_records_file_is_refused_by_line_and_field(refuses, records, told):
	if not records:
		told = told.replace("starts_on", "email_id")
	assert f"leads.csv, {told}" in refuses(records=records)


@pytest.mark.parametrize(
	("entry", "told"),
	[
		({"follow_up": "hello", "outcome": "Vanished"}, "line 3, everyone[0].outcome: 'Vanished' is none of"),
		(
			{"follow_up": "bye", "outcome": "Sent"},
			'line 3, everyone[0].follow_up: the cadence has no follow-up "bye"',
		),
		(
			{"follow_up": "hello", "outcome": "Opened", "after": "soon"},
			"line 3, everyone[0].after: 'soon' can't",
		),
	],
)
def test_a_bad_script_is_refused_by_line_and_field(refuses, entry, told):
	script = '{\n"everyone": [\n' + json.dumps(entry) + "\n]}"
	assert f"answers.json, {told}" in refuses(script=script)


def test_a_script_for_somebody_unknown_is_refused(refuses):
	told = refuses(script='{"records": {\n"eve@example.com": []}}')
	assert (
		told == "answers.json, line 2, records.eve@example.com: no record of this name is in the records file"
	)


def test_files_that_can_t_be_read_are_refused(run, tmp_path):
	code, _, err = run("check", tmp_path / "nowhere.json")
	assert (code, err) == (2, "nowhere.json: can't be opened: No such file or directory\n")
	(tmp_path / "latin.json").write_bytes(b'{\n"name": "Caf\xe9"}')
	code, _, err = run("check", tmp_path / "latin.json")
	assert (code, err) == (2, "latin.json, line 2: is not UTF-8 text\n")


def test_a_bad_option_is_refused(run):
	with pytest.raises(SystemExit) as ended:
		run("simulate", TRADE_SHOW, "--records", LEADS, "--from", "tomorrow")
	assert ended.value.code == 2


def test_simulate_tells_date_follow_up_outcome_and_reason(run, write):
	script = """{
		"everyone": [{"follow_up": "hello", "outcome": "Opened", "after": "2 hours"}],
		"records": {"ben@example.com": [{"change": {"starts_on": "2025-03-20"}, "after": "3 days"}]}
	}"""
	code, out, _ = run(
		"simulate",
		write("small.json", CADENCE),
		*("--records", write("leads.csv", RECORDS)),
		*("--script", write("answers.json", script)),
		*("--from", "2025-03-03", "--zone", "Europe/Berlin"),
	)
	assert code == 0
	assert [re.sub("  +", " | ", line.strip()) for line in out.splitlines()[3:15]] == [
		"ada@example.com",
		"Mon 03 Mar 09:00 | — | Enrolled",
		"Mon 03 Mar 09:00 | hello | Sent | on enrollment · Hello",
		"Mon 03 Mar 11:00 | hello | Opened",
		"Sat 29 Mar 00:00 | before | Task due Sat 29 Mar | 2 days before starts_on",
		"Mon 28 Apr 01:00 | — | Completed | every follow-up is done",
		"",
		"ben@example.com",
		"Mon 03 Mar 09:00 | — | Enrolled",
		"Mon 03 Mar 09:00 | hello | Sent | on enrollment · Hello",
		"Thu 06 Mar 09:00 | — | Record changed | starts_on = 2025-03-20",
		"Thu 06 Mar 09:00 | before | Moved to Tue 18 Mar 00:00 | its date on the record changed",
	]
	assert "2 reached, 2 sent, 1 opened (50%)" in out


def test_it_is_told_whom_a_follow_up_listens_to():
	"""S3.3a: where that is not the one that it comes after."""
	texts = {"channel": "Task", "content": {"subject": "Look"}}
	rows = [
		{"key": "look", "title": "Look", **texts},
		{"key": "ask", "title": "Ask", "parent": "look", **texts},
		{"key": "late", "parent": "ask", "trigger": {"outcome": "Completed", "of": "look"}, **texts},
		{"key": "any", "parent": "ask", "trigger": {"outcome": "Completed", "of": ANY_EARLIER}, **texts},
	]
	cadence = Cadence.from_dict({"name": "Listening", "module": "Lead", "follow_ups": rows})
	told = [tell_start(cadence, each) for each in cadence.follow_ups]
	assert told == [
		"on enrollment",
		"Look: carried out",
		"Look: completed",
		"any earlier follow-up: completed",
	]


def test_the_same_seed_tells_the_same_story(run):
	arguments = ("simulate", TRADE_SHOW, "--records", LEADS, "--from", "2025-03-03", "--seed")
	first, again, other = run(*arguments, "7"), run(*arguments, "7"), run(*arguments, "8")
	assert first == again
	assert first != other


def test_one_person_can_have_a_time_zone_of_their_own(run, write):
	definition = CADENCE.replace('"module"', '"policy": {"zone": "Person"}, "module"')
	_, out, _ = run(
		"simulate",
		write("small.json", definition),
		"--records",
		write("leads.csv", RECORDS),
		"--from",
		"2025-03-03",
	)
	assert "Mon 03 Mar 10:00" in out  # 9:00 UTC in Paris
	assert "Mon 03 Mar 09:00" in out


def test_says_which_rules_it_can_t_judge(run, write):
	rule = '"exit_rules": [{"key": "odd", "kind": "Expression", "expression": "doc.amount > 5"}], "module"'
	_, out, _ = run(
		"simulate",
		write("small.json", CADENCE.replace('"module"', rule)),
		*("--records", write("leads.csv", RECORDS)),
	)
	assert (
		'Rule "Expression" does nothing in this simulation: expressions are evaluated on a site only.' in out
	)


class Page(HTMLParser):
	"""Checks that what opens closes, and gathers what would be loaded."""

	VOID = frozenset({"meta", "rect"})

	def __init__(self, text):
		super().__init__()
		self.open, self.loaded, self.text = [], [], []
		self.feed(text)
		self.close()
		assert self.open == []

	def handle_starttag(self, tag, attributes):
		if tag not in self.VOID:
			self.open.append(tag)
		self.loaded += [value for name, value in attributes if name in ("src", "href", "srcset", "data")]
		assert tag not in ("script", "link", "iframe", "img", "object")

	def handle_startendtag(self, tag, attributes):
		assert tag in self.VOID

	def handle_endtag(self, tag):
		assert self.open.pop() == tag

	def handle_data(self, text):
		self.text.append(text)


def test_the_html_report_is_whole_and_needs_no_network(run, tmp_path):
	out = tmp_path / "report.html"
	outbound = LIBRARY / "outbound_qualification.json"
	code, _, _ = run("simulate", TRADE_SHOW, outbound, "--records", LEADS, "--html", out, "--seed", 7)
	text = out.read_text(encoding="utf-8")
	page = Page(text)
	assert code == 0
	assert page.loaded == ["#cadence-1", "#cadence-2"]
	assert "url(" not in text and "@import" not in text
	words = " ".join(page.text)
	for told in ("Trade Show", "Amara Okafor", "Thank-you email", "Friendly last word", "Clean goodbye"):
		assert told in words
	assert text.count("<details>") == 80


def test_the_html_report_shows_names_as_they_are_written(run, write, tmp_path):
	records = 'email_id,starts_on,lead_name\na@example.com,,"<script>alert(1)</script> & Söhne"\n'
	out = tmp_path / "report.html"
	run("simulate", write("small.json", CADENCE), "--records", write("leads.csv", records), "--html", out)
	assert "<script>alert(1)</script> & Söhne" in Page(out.read_text(encoding="utf-8")).text


def test_a_report_that_can_t_be_written_is_refused(run, tmp_path):
	code, _, err = run("simulate", TRADE_SHOW, "--records", LEADS, "--html", tmp_path / "no" / "report.html")
	assert (code, err.strip()) == (2, "report.html: can't be written: No such file or directory")


class TestBadFiles:
	"""Files as people's programs write them: they are read, or the word says what is wrong."""

	@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-12-31 23:59:59"])
	def test_a_date_that_nobody_means_is_none(self, write, run, day):
		records = write("leads.csv", f"email_id,starts_on\nada@example.com,{day}\n")

		code, out, _err = run("simulate", write("small.json", CADENCE), "--records", records)

		assert code == 0
		assert "the record has no such date" in out

	@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
	def test_nobody_is_enrolled_on_such_a_day(self, write, day):
		with pytest.raises(SystemExit):
			main(["simulate", write("a.json", CADENCE), "--records", write("b.csv", RECORDS), "--from", day])

	def test_a_number_of_five_thousand_digits(self, refuses):
		definition = CADENCE.replace('"amount": 2', f'"amount": {"9" * 5000}')
		assert refuses(definition) == "small.json, line 17: has a number with too many digits"

	def test_a_number_that_is_too_large(self, refuses):
		assert "is too large a number" in refuses(CADENCE.replace('"amount": 2', f'"amount": {"9" * 400}'))

	def test_half_a_character(self, refuses):
		assert "holds half a character" in refuses(CADENCE.replace("Small", "Sm\\ud800ll"))

	def test_only_cr_and_lf_end_a_row(self, write, run):
		records = write("leads.csv", "name,email_id,starts_on\nA\x0bd\u2028a\x85,ada@example.com,\r\n")

		code, out, _err = run("simulate", write("small.json", CADENCE), "--records", records)

		assert (code, "1 record," in out) == (0, True)

	@pytest.mark.parametrize("separator", [";", "\t"], ids=["semicolon", "tab"])
	@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
	def test_what_spreadsheets_write(self, tmp_path, write, run, separator, encoding):
		text = RECORDS.replace(",", separator).replace("ada@", "zoë@")
		file = tmp_path / "leads.csv"
		file.write_bytes(text.encode(encoding))

		code, out, _err = run("simulate", write("small.json", CADENCE), "--records", file)

		assert (code, "zoë@example.com" in out) == (0, True)

	@pytest.mark.parametrize("name", ["n\x0bote", "\u2028note", '"a\nnote"', '"a,note"'], ids=ascii)
	def test_whatever_a_column_is_called(self, write, run, name):
		"""What parts the names is told by the first row as the reader of rows finds it."""
		first, *rest = RECORDS.replace(",", ";").splitlines()
		text = "\r\n".join([f"{name};{first}", *(f"x;{each}" for each in rest)])

		code, out, _err = run("simulate", write("small.json", CADENCE), "--records", write("leads.csv", text))

		assert (code, "ada@example.com" in out) == (0, True)

	def test_a_file_of_bytes(self, tmp_path, write, run):
		file = tmp_path / "leads.csv"
		file.write_bytes(RECORDS.encode("utf-16-le"))

		code, _out, err = run("simulate", write("small.json", CADENCE), "--records", file)

		assert (code, "zero bytes" in err) == (2, True)

	def test_a_column_that_a_rule_needs(self, refuses):
		rule = '{"key": "big", "kind": "Record Conditions", "title": "Big", "conditions": [%s]}'
		condition = '{"field": "amount", "operator": ">", "value": 5}'
		definition = CADENCE.rstrip()[:-1] + f', "exit_rules": [{rule % condition}]' + "}"

		told = 'leads.csv, line 1, amount: the column is missing; the un-enrolment rule "Big" needs it'
		assert refuses(definition) == told


def test_of_very_many_the_first_are_told_and_all_are_counted(write, run, monkeypatch):
	from cadences_app.cli import playing

	monkeypatch.setattr(playing, "CHUNK", 10)
	monkeypatch.setattr(playing, "WORTH_MORE_CORES", 40)
	records = "email_id,starts_on\n" + "".join(f"p{number}@example.com,\n" for number in range(330))
	arguments = ["simulate", write("small.json", CADENCE), "--records", write("leads.csv", records)]

	code, out, err = run(*arguments)
	monkeypatch.setattr(playing, "WORTH_MORE_CORES", 10**9)
	again = run(*arguments)

	assert code == 0
	assert "330 records" in out and "130 more records" in out
	assert out.count("Enrolled") == playing.MOST_TOLD
	assert "330 of 330 records" in err
	assert again[1] == out, "as many cores as there are, the figures are the same"
