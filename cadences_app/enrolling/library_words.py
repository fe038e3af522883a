"""The ready cadences and their templates in other languages than English (S12, S15.4).

`library/languages/fr.json` has each text of theirs by the English one, and each template by its English name.
Pure.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "library" / "languages"
SHOWN = frozenset(
	(
		"name",
		"title",
		"description",
		"subject",
		"purpose",
		"agenda",
		"summary",
		"checklist",
		"template",
		"text",
	)
)
"""The keys of a definition whose values people read."""


def speaks(language: str) -> str:
	"""The language of ours for one that a user has: `fr` for `fr-CA`; blank where it is English."""
	own = language.replace("_", "-").partition("-")[0].lower()
	return own if own.isalpha() and (FOLDER / f"{own}.json").exists() else ""


def in_language(definition: dict[str, Any], language: str) -> dict[str, Any]:
	"""A definition with its texts, and the names of its templates, in this language of ours."""
	if not language:
		return definition
	names = {english: each["name"] for english, each in _read(language)["templates"].items()}
	translated: dict[str, Any] = _translated(definition, {**_read(language)["texts"], **names})
	return translated


def templates(language: str) -> list[dict[str, str]]:
	"""Name, subject and HTML of the templates in this language of ours."""
	return list(_read(language)["templates"].values())


def _translated(given: Any, words: dict[str, str], key: str = "") -> Any:
	if isinstance(given, dict):
		return {each: _translated(value, words, each) for each, value in given.items()}
	if isinstance(given, list):
		return [_translated(each, words, key) for each in given]
	return words.get(given, given) if key in SHOWN and isinstance(given, str) else given


@cache
def _read(language: str) -> dict[str, dict[str, Any]]:
	found: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
	return found
