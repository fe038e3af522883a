"""S15.4: every text of ours is in the catalogue that translations are made from, and in French."""

import json
import re
from collections import Counter

from cadences_app.tests import languages

POT = languages.catalogue("main.pot")
FRENCH = languages.catalogue("fr.po")

KEPT = re.compile(r"\{\{.*?\}\}|\{\w*\}|%\(\w+\)[sd]|%[sd](?!\w)|</?\w[^>]*>")
"""What a translation keeps as it is: places for values, merge fields, tags."""

TERMS = {
	"Cadence": "Cadence",
	"Conditions": "Conditions",
	"Action": "Action",
	"Follow-up": "Pas",
	"Email Bounced": "Mail rebondi",
	"Unsubscribe": "Se désinscrire",
	"Task Skipped": "Tâche ignorée",
	"Pause": "Mettre en pause",
	"Move to Another Cadence": "Passer à une autre cadence",
	"Go to the Last Follow-up": "Aller au dernier pas",
	"Follow-ups for Today": "Suivis du jour",
}


WITH_ONE = {
	"{0} business days",
	"{0} cadences failed",
	"{0} characters of {1}",
	"{0} faults",
	"{0} hours",
	"{0} mails bounced",
	"{0} messages did not arrive",
	"{0} minutes",
	"{0} parts",
	"{0} people replied",
	"{0} people unsubscribed",
	"{0} weeks",
	"{0} are converted more often; that is no chance.",
}
"""Texts of which the code says another one where the count is one, or that say no count."""


def test_the_catalogue_has_every_text_that_people_see():
	"""S15.4. `bench generate-pot-file --app cadences_app` adds those that this names."""
	missing = {text: file for text, file in languages.found().items() if text not in POT}
	assert not missing
	assert len(POT) > 1500


def test_the_catalogue_has_no_text_that_is_gone():
	found = languages.found()
	gone = {text for text in POT if text not in found}
	assert not gone


def test_every_text_is_in_french():
	"""S15.4. `bench update-po-files --app cadences_app` lays out what is new; then somebody translates it."""
	untranslated = {
		text for text in POT if text not in FRENCH or not FRENCH[text].translated or FRENCH[text].is_fuzzy
	}
	assert not untranslated


def test_french_keeps_the_places_for_values_and_the_tags():
	changed = {
		text: french.translated
		for text, french in FRENCH.items()
		if Counter(KEPT.findall(text)) != Counter(KEPT.findall(french.translated))
	}
	assert not changed


def test_french_keeps_the_spaces_around_a_text():
	assert not {
		text
		for text, french in FRENCH.items()
		if _around(text) != _around(french.translated) or text.count("\n") != french.translated.count("\n")
	}


def test_what_ends_as_a_sentence_does_so_in_french():
	cut = {
		text: french.translated
		for text, french in FRENCH.items()
		if text[-1] in ".?!:" and french.translated[-1:] != text[-1]
	}
	assert not cut


def test_french_keeps_its_high_signs_with_their_word():
	"""S15.4: a space before : ; ? ! and within « », and no line that breaks at it."""
	wrong = {
		text: french.translated
		for text, french in FRENCH.items()
		if re.search(r"(?<![\u00a0\u202f/])[:;?!»](?=\s|$|<)|«(?![\u00a0\u202f])", _said(french.translated))
	}
	assert not wrong


def test_no_moment_has_a_description():
	"""Frappe puts the time zone behind it, and would find no translation of both together."""
	forms = (json.loads(path.read_text()) for path in languages.PACKAGE.rglob("doctype/*/*.json"))
	fields = ((form["name"], field) for form in forms for field in form.get("fields", ()))
	assert not [
		(name, field["fieldname"])
		for name, field in fields
		if field["fieldtype"] == "Datetime" and field.get("description")
	]


def test_french_has_the_words_that_users_know():
	assert {text: FRENCH[text].translated for text in TERMS} == TERMS


def _said(text: str) -> str:
	"""Without what is no French: merge fields, tags and code."""
	return re.sub(r"<code>.*?</code>|\[\{.*?\}\]|\{\{.*?\}\}|&\w+;", "x", text)


def _around(text: str) -> tuple[str, str]:
	return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_french_counts_agree_with_none_one_and_many():
	"""S15.4: in French none and one are singular, so a text with a count in it says it apart from its noun,
	unless the code has a text of its own for one."""
	entries = languages.catalogue("fr.po")
	counted = [each for each in entries if each.startswith("{0} of {1} ") and "links to" not in each]
	assert len(counted) > 5
	for english in counted:
		assert not entries[english].translated.startswith("{0}"), english
	agreeing = re.compile(
		r"\{\d?\} (?:(?:sont|ont|seront|pas prévus)\b|(?!vient\b|obtient\b)\w+(?:es|és|ent)\b)"
	)
	assert not {
		english: french.translated
		for english, french in entries.items()
		if agreeing.match(french.translated) and english not in WITH_ONE
	}
