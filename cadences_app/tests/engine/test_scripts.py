"""What every script of Desk keeps to."""

import re
from pathlib import Path

import pytest

from cadences_app.tests import closed_sets

SCRIPTS = sorted(
	path
	for path in closed_sets.PACKAGE.rglob("*.js")
	if not {"node_modules", "dist", "tests"} & {*path.parts}
)
ASKS = re.compile(r"frappe\.xcall\(|\bcall\(\"")
MARKUP_FROM_DATA = re.compile(r"label: (?:full_)?name\b|title: __\([^\n]*\[account\.\w+\]\)")
BUTTON = re.compile(r"add_custom_button\(|add_inner_button\(|add_actions_menu_item\(|primary_action[:(]")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_button_that_asks_the_server_takes_a_refusal(path: Path):
	"""A refused promise leaves Frappe's button grey and an unhandled rejection in the console."""
	script = path.read_text()
	if ASKS.search(script) and BUTTON.search(script):
		assert "attempt(" in script


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_people_call_things_is_no_markup_in_choices_and_titles(path: Path):
	"""Frappe shows the labels of a Select and the titles of dialogs as HTML; the pages of CRM do not."""
	if "crm_pages" not in path.parts:
		assert not MARKUP_FROM_DATA.findall(path.read_text())


@pytest.mark.parametrize(
	"path", sorted(closed_sets.PACKAGE.rglob("public/js/**/*.vue")), ids=lambda path: path.name
)
def test_no_component_takes_markup_from_data(path: Path):
	"""What people wrote is text wherever the builder shows it."""
	assert not re.search(r"v-html|innerHTML|\.html\(", path.read_text())


@pytest.mark.parametrize(
	"path", [each for each in SCRIPTS if "downloadify(" in each.read_text()], ids=lambda path: path.name
)
def test_a_file_has_no_formula(path: Path):
	"""What is one is told as the server tells it in its own files."""
	ask = (closed_sets.PACKAGE / "public/js/cadences/ask.js").read_text()
	records = (closed_sets.PACKAGE / "api/records.py").read_text()
	[formula] = re.findall(r"^_FORMULA = re\.compile\(r\"(.+)\"\)$", records, re.MULTILINE)
	assert "/" + formula.replace(r"\A", "^") + "/g" in ask
	script = path.read_text()
	assert ".map(harmless)" in script and "function harmless" not in script
