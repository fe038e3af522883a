"""No set of values stands twice: Selects, types, scripts and sentences are held against their one source."""

import re
from pathlib import Path

import pytest

from cadences_app.engine.content import Channel
from cadences_app.engine.outcomes import Outcome
from cadences_app.tests import closed_sets

DOCTYPES = closed_sets.doctypes()
SELECTS = [
	(doctype["name"], field) for doctype in DOCTYPES.values() for field in closed_sets.selects(doctype)
]
SCRIPTS = sorted(
	path
	for path in closed_sets.PACKAGE.rglob("*.js")
	if not {"node_modules", "dist"} & {*path.parts} and "tests" not in path.parts
)
MOST_VALUES = 5
"""A script may name a status that it treats in its own way; more members of one set than this are a copy."""


def told(value):
	return value.name if isinstance(value, Path) else f"{value[0]}: {value[1]['fieldname']}"


@pytest.mark.parametrize("select", SELECTS, ids=told)
def test_a_select_offers_just_what_its_enum_has(select):
	doctype, field = select
	assert field["fieldname"] in closed_sets.SOURCES.get(doctype, {}), "name its source in closed_sets.py"
	assert sorted(field["options"].split("\n")) == sorted(closed_sets.expected(doctype, field))


@pytest.mark.parametrize("path", DOCTYPES, ids=told)
def test_the_types_in_a_controller_are_those_of_its_doctype(path):
	options = {each["fieldname"]: each["options"].split("\n") for each in closed_sets.selects(DOCTYPES[path])}
	literals = closed_sets.typed(path)
	assert literals.keys() <= options.keys()
	for fieldname, values in literals.items():
		assert values == options[fieldname], f"{fieldname}: python -m cadences_app.tests.closed_sets --write"


def test_every_source_is_a_select():
	known = {(doctype, field["fieldname"]) for doctype, field in SELECTS}
	named = {(doctype, field) for doctype, fields in closed_sets.SOURCES.items() for field in fields}
	assert named == known


@pytest.mark.parametrize("fieldname", closed_sets.REPEATED)
@pytest.mark.parametrize("doctype", ["Cadence Follow-up", "Cadence Unenrollment Rule"])
def test_a_row_shows_detail_and_times_where_a_trigger_takes_them(doctype, fieldname):
	"""S3.3, S3.7: what the form hides it does not read either."""
	fields = next(each["fields"] for each in DOCTYPES.values() if each["name"] == doctype)
	shown = next(each["depends_on"] for each in fields if each["fieldname"] == fieldname)
	listed = re.search(r"\[(.*?)\]", shown)[1]
	assert set(re.findall(r"'([^']*)'", listed)) == closed_sets.chosen(closed_sets.REPEATED[fieldname])


@pytest.mark.parametrize("path", SCRIPTS, ids=told)
def test_no_script_keeps_a_copy_of_a_closed_set(path):
	"""Outcomes, statuses and their colours come from the server (`api/desk_terms.py`)."""
	texts = set(re.findall(r'"([^"\n]*)"', path.read_text()))
	texts |= set(re.findall(r"^\t+(\w+): \"\w+\",$", path.read_text(), re.M))
	for dotted in {"engine.outcomes.Outcome", "engine.statuses.EnrollmentStatus", "engine.statuses.Delivery"}:
		copied = texts & {*closed_sets.members(dotted)}
		assert len(copied) <= MOST_VALUES, f"{dotted}: {sorted(copied)}"


def test_the_enums_are_read_as_python_reads_them():
	assert closed_sets.members("engine.outcomes.Outcome") == [each.value for each in Outcome]
	assert closed_sets.members("engine.content.Channel") == [each.value for each in Channel]
