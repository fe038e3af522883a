"""The ready cadences that ship with the app (S12), and the demo's leads and answers."""

import csv
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cadences_app.cli.files import read_definition, read_records, read_scripts
from cadences_app.cli.outline import write_outline
from cadences_app.engine.checking.check import check
from cadences_app.engine.content import AssigneeKind, CallContent, Channel, EmailContent, TaskContent
from cadences_app.engine.definition import Cadence, ExitKind
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling import library_words

LIBRARY = Path(__file__).resolve().parents[2] / "library"
UTC = ZoneInfo("UTC")
MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)
TEMPLATES = {each["name"]: each for each in json.loads((LIBRARY / "templates.json").read_text())["templates"]}
CADENCES = sorted(path for path in LIBRARY.glob("*.json") if path.name != "templates.json")
NAMES = [path.stem for path in CADENCES]
STORIES = LIBRARY / "stories"
FIELDS = {
	"Lead": {"email_id", "status", "lead_owner", "first_name", "lead_name", "company_name"},
	"Customer": {"email_id", "customer_name"},
	"Opportunity": {"contact_email", "contact_display", "customer_name", "expected_closing", "status"},
	"Quotation": {"contact_email", "contact_display", "customer_name", "status", "name", "items"},
	"Delivery Note": {"contact_email", "contact_display", "customer_name", "status", "name"},
	"Appointment": {"customer_email", "customer_name", "customer_phone_number", "scheduled_time", "status"},
	"Issue": {"raised_by", "customer_name", "subject", "status", "name"},
}
"""What the modules have that the ready cadences and their templates use; a site test asks the modules."""
EMAIL_FIELDS = {
	"Lead": "email_id",
	"Customer": "email_id",
	"Appointment": "customer_email",
	"Issue": "raised_by",
}


def read(name):
	return read_definition(LIBRARY / f"{name}.json")[0]


def records():
	return read_records(LIBRARY / "demo" / "leads.csv", read("trade_show"), UTC)


@pytest.mark.parametrize("file", CADENCES, ids=lambda file: file.stem)
def test_reads_checks_clean_and_survives_being_stored(file):
	cadence = read(file.stem)
	assert check(cadence, date(2025, 1, 1), templates=TEMPLATES, fields=FIELDS[cadence.module]) == ()
	assert Cadence.from_dict(json.loads(json.dumps(cadence.to_dict()))) == cadence


@pytest.mark.parametrize("file", CADENCES, ids=lambda file: file.stem)
def test_goes_to_fields_that_its_module_has(file):
	cadence = read(file.stem)
	for follow_up in cadence.follow_ups:
		match follow_up.content:
			case EmailContent(to_field=to_field):
				assert to_field == EMAIL_FIELDS.get(cadence.module, "contact_email")
			case TaskContent(assignee=assignee) | CallContent(assignee=assignee):
				assert assignee.kind is AssigneeKind.OWNER


def test_all_fourteen_are_there():
	"""S12."""
	assert len(CADENCES) == 14
	assert {path.stem for path in STORIES.glob("*.json")} == {path.stem for path in CADENCES}


def stories():
	for path in CADENCES:
		for story in json.loads((STORIES / path.name).read_text())["stories"]:
			yield pytest.param(path.stem, story, id=f"{path.stem}: {story['title']}")


@pytest.mark.parametrize(("name", "story"), list(stories()))
def test_its_stories_end_as_they_are_told(name, story):
	"""S12: what each ready cadence does with people who answer like this, to its end."""
	cadence = read(name)
	record = {field: "ada@example.com" for field in {*EMAIL_FIELDS.values(), "contact_email"}}
	record |= {
		"status": "Open",
		"scheduled_time": datetime(2025, 3, 20, 10),
		"customer_phone_number": "+49 30 901820",
		"expected_closing": date(2025, 4, 10),
	}
	answers = [
		ScriptedOutcome(
			each["follow_up"],
			Outcome(each["outcome"]),
			timedelta(hours=each["after_hours"]),
			detail=each.get("detail", ""),
		)
		for each in story["answers"]
	]
	run = simulate(cadence, Record("Ada", record, UTC), Script(answers), MONDAY)
	assert run.enrollment.status.value == story["status"]
	assert run.enrollment.exit_note == story["note"]
	done = {key for key, each in run.activities.items() if each.carried_out_at}
	assert done == set(story["carried_out"])


def test_the_docs_tell_each_step_by_step():
	"""Else: put in what `cadences outline cadences_app/library/[a-z]*.json` prints, without the templates."""
	told = "\n\n".join("\n".join(write_outline(each)) for each in map(read, NAMES))
	assert (LIBRARY.parents[1] / "docs" / "library.md").read_text().endswith(f"\n\n{told}\n")


def test_every_follow_up_happens_in_some_story():
	"""A story for each branch: what never happens there was never looked at."""
	for path in CADENCES:
		told = json.loads((STORIES / path.name).read_text())["stories"]
		assert {key for each in told for key in each["carried_out"]} == set(read(path.stem).by_key), path.stem


def carried_out_days(cadence, *answers):
	"""On which day after the enrollment each follow-up was carried out, for one lead."""
	lead = Record("lead", {"email_id": "ada@example.com", "status": "Lead"}, UTC)
	run = simulate(cadence, lead, Script(answers), MONDAY)
	assert run.enrollment.status is EnrollmentStatus.COMPLETED
	return {
		key: (each.carried_out_at - MONDAY) // timedelta(days=1)
		for key, each in run.activities.items()
		if each.carried_out_at
	}


def test_the_trade_show_has_seven_follow_ups_in_twenty_one_days():
	cadence = read("trade_show")
	assert len(cadence.follow_ups) == 7
	assert {each.channel for each in cadence.follow_ups} == {Channel.EMAIL, Channel.TASK, Channel.CALL}
	silent = carried_out_days(cadence)
	assert silent == {"thank_you": 0, "connect": 1, "second_try": 4, "call": 7, "last_word": 21}
	opened = carried_out_days(
		cadence,
		ScriptedOutcome("thank_you", Outcome.OPENED, timedelta(hours=3)),
		ScriptedOutcome("call", Outcome.CALL_RESULT, timedelta(hours=2), detail="No Answer"),
	)
	assert opened == {
		"thank_you": 0,
		"connect": 1,
		"material": 2,
		"call": 7,
		"missed_call": 7,
		"last_word": 21,
	}
	assert {*silent, *opened} == set(cadence.by_key)


def test_the_trade_show_ends_by_reply_status_and_conversion():
	rules = read("trade_show").exit_rules
	assert {rule.kind for rule in rules} >= {ExitKind.OUTCOME, ExitKind.CONDITIONS, ExitKind.CONVERTED}
	assert any(rule.trigger.outcome is Outcome.REPLIED and not rule.follow_up for rule in rules)
	(turned_down,) = (rule for rule in rules if rule.kind is ExitKind.CONDITIONS)
	for status in ("Not Interested", "Unqualified", "Do Not Contact"):
		assert all(condition.holds({"status": status}) for condition in turned_down.conditions)


def test_the_outbound_cadence_takes_eighteen_days():
	cadence = read("outbound_qualification")
	silent = carried_out_days(cadence)
	assert max(silent.values()) == 18
	assert not {"call_after_click", "voicemail", "qualify"} & silent.keys()
	clicked = carried_out_days(cadence, ScriptedOutcome("introduction", Outcome.CLICKED, timedelta(hours=30)))
	assert clicked["call_after_click"] == 2


def test_every_template_is_used_and_fit_to_send():
	cadences = [read(file.stem) for file in CADENCES]
	used = {
		variant.template
		for cadence in cadences
		for each in cadence.follow_ups
		if isinstance(each.content, EmailContent)
		for variant in each.content.variants
	}
	assert used == TEMPLATES.keys()
	for template in TEMPLATES.values():
		assert template.keys() == {"name", "subject", "html"}
		assert template["subject"].strip()
		html = template["html"]
		assert html.count("<p>") == html.count("</p>")
		assert html.count("<a ") == html.count("</a>")
		assert html.count("{{") == html.count("}}") >= 1
		assert all(link.startswith("https://example.com") for link in re.findall(r'href="([^"]*)"', html))


def test_the_demo_leads_are_invented():
	with (LIBRARY / "demo" / "leads.csv").open(encoding="utf-8", newline="") as file:
		leads = list(csv.DictReader(file))
	assert len(leads) == 40
	assert all(lead["email_id"].endswith("@example.com") or not lead["email_id"] for lead in leads)
	assert len(records()) == 40


def test_the_demo_script_plays():
	cadence, leads = read("trade_show"), records()
	scripts = read_scripts(LIBRARY / "demo" / "answers.json", cadence, leads)
	ends = {
		lead.name: simulate(cadence, lead, scripts.of(lead), MONDAY).enrollment.exit_note
		for lead in leads[:5]
	}
	assert ends == {
		"amara.okafor@example.com": "Replied",
		"jonas.weidmann@example.com": "Turned down",
		"claire.fontanel@example.com": "Interested on the phone",
		"marcus.reyes@example.com": "",
		"priya.raghavan@example.com": "Converted",
	}


def texts_of(given, key=""):
	"""The texts of a definition that people read."""
	if isinstance(given, dict):
		return {text for each, value in given.items() for text in texts_of(value, each)}
	if isinstance(given, list):
		return {text for each in given for text in texts_of(each, key)}
	return {given} if key in library_words.SHOWN - {"template"} and isinstance(given, str) else set()


def test_every_text_and_template_of_theirs_is_in_french():
	"""S15.4, and nothing is left in French of what is gone in English."""
	french = json.loads((LIBRARY / "languages" / "fr.json").read_text())
	shown = {text for file in CADENCES for text in texts_of(json.loads(file.read_text()))}
	assert set(french["texts"]) == {text for text in shown if text}
	assert set(french["templates"]) == set(TEMPLATES)
	names = [each["name"] for each in french["templates"].values()]
	assert len(set(names) | set(TEMPLATES)) == 2 * len(TEMPLATES)


def test_french_reads_the_same_fields_and_leads_to_the_same_pages():
	french = json.loads((LIBRARY / "languages" / "fr.json").read_text())
	pairs = list(french["texts"].items())
	for name, english in TEMPLATES.items():
		pairs += [(english[part], french["templates"][name][part]) for part in ("subject", "html")]
	for english, translated in pairs:
		for kept in (r"\bdoc\.\w+|\bitem\.\w+|{%.*?%}", r'href="[^"]*"', r"</?\w+", r"\n"):
			assert sorted(re.findall(kept, english)) == sorted(re.findall(kept, translated)), translated


@pytest.mark.parametrize("file", CADENCES, ids=lambda file: file.stem)
def test_a_cadence_in_french_is_the_same_cadence(file):
	"""S15.4: only what people read differs."""
	english = json.loads(file.read_text())
	cadence = Cadence.from_dict(library_words.in_language(english, library_words.speaks("fr-CA")))
	templates = {each["name"] for each in library_words.templates("fr")}
	assert cadence.name != english["name"]
	assert check(cadence, date(2025, 1, 1), templates=templates, fields=FIELDS[cadence.module]) == ()
	assert [each.key for each in cadence.follow_ups] == [each["key"] for each in english["follow_ups"]]


def test_languages_that_we_lack_get_english():
	assert [library_words.speaks(each) for each in ("en", "de", "", "../fr", "fr_FR")] == [
		"",
		"",
		"",
		"",
		"fr",
	]
