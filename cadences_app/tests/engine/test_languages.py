"""S15.4: every text of ours is in the catalogue that translations are made from, and in French."""

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


def test_french_has_the_words_that_users_know():
	assert {text: FRENCH[text].translated for text in TERMS} == TERMS


def _around(text: str) -> tuple[str, str]:
	return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
