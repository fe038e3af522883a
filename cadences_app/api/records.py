"""Records in cadences over REST: up to 1,000 records in 5 cadences a call, an answer for each (S15.3).

Every method checks the right first: enrolling needs *create* on Cadence Enrollment, steering *write*; a
record that the user may not read is refused in its own answer.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import frappe
from frappe import _

from cadences_app.api.account import account_of, titles_of, why_told
from cadences_app.api.answers.enrollments import Asked, JobAccount, JobAnswers, StandingOfRecord
from cadences_app.api.arguments import LONGEST_NAME, as_one_of, beginning_of, end_of_pause, is_yes, listed
from cadences_app.api.audience import check_job
from cadences_app.api.calling import whitelist
from cadences_app.api.enrollments import refuse_unknown_disposition
from cadences_app.api.sentences import because
from cadences_app.engine.events import SkipTarget
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.told import WHY_NOT_ENROLLED, How, Told, Verb, result_of
from cadences_app.enrolling.way_back import Again
from cadences_app.runtime import bulk
from cadences_app.store import long_jobs
from cadences_app.store.compat import tried_anew
from cadences_app.store.live import standing_of
from cadences_app.store.rights import readable_records

RECORDS_AT_MOST, CADENCES_AT_MOST = 1000, 5
AT_ONCE = 200
LONGEST_WHY = 1000
ANSWERS_AT_ONCE = 5000
_FORMULA = re.compile(r"(?:\A|[;\t\r\n])(?=[ \u00a0]{0,20}[=+\-@\t\r])")
PERSON_IS_IN = WHY_NOT_ENROLLED[EnrollAnswer.PERSON_IS_IN][1]
RIGHTS = {
	Verb.ENROLL: ("create",),
	Verb.PREVIEW: ("create",),
	Verb.RESTART: ("create",),
	Verb.RESUME: ("create", "write"),
	Verb.UNENROLL: ("write",),
	Verb.PAUSE: ("write",),
	Verb.SKIP: ("write",),
}


@whitelist(methods=["POST"])
@tried_anew
def enroll(
	doctype: str,
	records: list[str] | str,
	cadences: list[str] | str,
	again: str = "Ask",
	start_with: str = "",
	not_before: str = "",
	also_who_said_no: bool | int | str = False,
) -> Asked:
	"""Enroll; `again` answers for those that were in it before (S5.5). A new run begins with the follow-up
	`start_with`, and no run goes on before `not_before`, a moment in the site's time (S2.10). Those that had
	unsubscribed or answered are taken up again only with `also_who_said_no`."""
	how = _how_to_enroll(again, start_with, not_before, also_who_said_no)
	return _ask(Verb.ENROLL, doctype, records, cadences, how)


@whitelist(methods=["POST"])
@tried_anew
def preview(
	doctype: str,
	records: list[str] | str,
	cadences: list[str] | str,
	again: str = "Ask",
	start_with: str = "",
	not_before: str = "",
	also_who_said_no: bool | int | str = False,
) -> Asked:
	"""What `enroll` would answer now; nothing is kept."""
	how = _how_to_enroll(again, start_with, not_before, also_who_said_no)
	return _ask(Verb.PREVIEW, doctype, records, cadences, how)


@whitelist(methods=["POST"])
@tried_anew
def un_enroll(
	doctype: str, records: list[str] | str, cadences: list[str] | str, why: str = "", disposition: str = ""
) -> Asked:
	"""Take out; `disposition` is one of those of the settings (S5.7)."""
	refuse_unknown_disposition(disposition)
	how = How(why=why[:LONGEST_WHY], disposition=disposition)
	return _ask(Verb.UNENROLL, doctype, records, cadences, how)


@whitelist(methods=["POST"])
@tried_anew
def pause(
	doctype: str,
	records: list[str] | str,
	cadences: list[str] | str,
	minutes: int | None = None,
	until: str | None = None,
) -> Asked:
	"""Pause for `minutes`, or until a moment in the site's time; without either until somebody resumes."""
	return _ask(Verb.PAUSE, doctype, records, cadences, How(until=end_of_pause(minutes, until)))


@whitelist(methods=["POST"])
@tried_anew
def resume(
	doctype: str,
	records: list[str] | str,
	cadences: list[str] | str,
	also_who_said_no: bool | int | str = False,
) -> Asked:
	"""Go on after a pause or a halt, and where a run was left before its end (S5.5)."""
	return _ask(Verb.RESUME, doctype, records, cadences, How(also_who_said_no=is_yes(also_who_said_no)))


@whitelist(methods=["POST"])
@tried_anew
def restart(
	doctype: str,
	records: list[str] | str,
	cadences: list[str] | str,
	also_who_said_no: bool | int | str = False,
	start_with: str = "",
	not_before: str = "",
) -> Asked:
	"""Begin a new run of those whose last one has ended (S5.5), with the follow-up `start_with`, and not
	before a moment in the site's time (S2.10)."""
	how = _how_to_enroll(Again.RESTART, start_with, not_before, also_who_said_no)
	return _ask(Verb.RESTART, doctype, records, cadences, how)


@whitelist(methods=["POST"])
@tried_anew
def skip(
	doctype: str, records: list[str] | str, cadences: list[str] | str, target: str = "Next Follow-up"
) -> Asked:
	"""Bring the next follow-up forward to now, or go to the last one of its branch."""
	how = How(target=as_one_of(SkipTarget, target).value)
	return _ask(Verb.SKIP, doctype, records, cadences, how)


@whitelist(methods=["GET", "POST"])
def state(doctype: str, records: list[str] | str, cadences: list[str] | str) -> list[StandingOfRecord]:
	"""Where each record stands in each cadence: its enrollment there that counts, without `status` where it
	has none that the user may see. Needs *read* on Cadence Enrollment."""
	frappe.has_permission("Cadence Enrollment", "read", throw=True)
	_check_module(doctype)
	names, wanted = _bounded(records, cadences)
	readable = readable_records(doctype, names)
	rows = frappe.get_list(
		"Cadence Enrollment",
		{
			"reference_doctype": doctype,
			"reference_name": ("in", sorted(readable) or [""]),
			"cadence": ("in", wanted),
		},
		[
			"name",
			"reference_name",
			"cadence",
			"status",
			"run",
			"started_at",
			"next_follow_up",
			"next_follow_up_at",
			"paused_until",
			"waits_for",
			"waits_until",
			"exit_reason",
			"exit_note",
			"ended_at",
		],
		limit_page_length=0,
	)
	found = {each: standing_of(row for row in rows if row.cadence == each) for each in wanted}
	return [_standing(name, cadence, found[cadence].get(name)) for cadence in wanted for name in names]


def _standing(record: str, cadence: str, row: Any | None) -> dict[str, Any]:
	if row is None:
		return {"record": record, "cadence": cadence, "status": None}
	told = {key: value for key, value in row.items() if key not in ("name", "reference_name", "exit_note")}
	why = because(row.exit_reason, row.exit_note)
	return {"record": record, **told, "enrollment": row.name, "text": why}


@whitelist()
def answers(job: str, start: int = 0) -> JobAnswers:
	"""What a job has done so far: `status`, `done` of `total`, and up to 5,000 answers from `start` on.

	Needs *read* on its cadence, unless it is one's own.
	Of somebody else's job only the answers for records that the caller may read.
	"""
	check_job(job, "read")
	standing = long_jobs.standing(job)
	told = _told_by(job)[max(start, 0) :][:ANSWERS_AT_ONCE]
	return {**standing, "answers": _shown(told)}


@whitelist()
def account(job: str) -> JobAccount:
	"""The account of a job that enrolled records in one cadence: how many, and why not the others (S5.2).

	Needs *read* on its cadence, unless it is one's own.
	Of somebody else's job only of records that the caller may read.
	"""
	check_job(job, "read")
	standing = long_jobs.standing(job)
	if not standing["cadence"]:
		frappe.throw(_("This job is not about a single cadence: ask for its answers."))
	told = account_of(standing["cadence"], result_of(_told_by(job)))
	return {**told, "status": standing["status"], "error": standing["error"]}


@whitelist()
def download(job: str) -> None:
	"""The answers of a job as a file of comma-separated values.

	Needs *read* on its cadence, unless it is one's own.
	Of somebody else's job only the answers for records that the caller may read.
	"""
	check_job(job, "read")
	out = io.StringIO()
	table = csv.writer(out)
	table.writerow([_("Record"), _("Title"), _("Cadence"), _("Answer"), _("Why"), _("What Became of It")])
	for each in _shown(_told_by(job)):
		row = (each["record"], each["title"], each["cadence"], each["answer"], each["why"], each["text"])
		table.writerow([_harmless(value) for value in row])
	frappe.response["filename"] = f"{job}.csv"
	frappe.response["filecontent"] = out.getvalue().encode("utf-8-sig")
	frappe.response["type"] = "download"


def _harmless(value: str) -> str:
	"""A spreadsheet takes what begins like this for a formula; where a comma stands in numbers, it has cells
	begin behind a semicolon or a tab."""
	return _FORMULA.sub(r"\g<0>'", value)


def _told_by(job: str) -> list[Told]:
	"""Its answers, of somebody else's job those for records that the caller may read."""
	told = [Told.from_dict(each) for each in long_jobs.answers_of(job)]
	if long_jobs.owner_of(job) == frappe.session.user:
		return told
	titles = _titles(told)
	return [each for each in told if (each.cadence, each.record) in titles]


def _titles(told: list[Told]) -> dict[tuple[str, str], str]:
	"""The titles of those records that the caller may read, by cadence and record."""
	cadences = sorted({each.cadence for each in told})
	modules = dict(
		frappe.get_all(
			"Cadence",
			{"name": ("in", cadences or [""])},
			["name", "module"],
			as_list=True,
			limit_page_length=0,
		)
	)
	asked: dict[str, set[str]] = {module: set() for module in modules.values()}
	for each in told:
		if each.cadence in modules:
			asked[modules[each.cadence]].add(each.record)
	found = {module: _titles_in(module, sorted(names)) for module, names in asked.items()}
	return {
		(each.cadence, each.record): found[modules[each.cadence]][each.record]
		for each in told
		if each.cadence in modules and each.record in found[modules[each.cadence]]
	}


def _titles_in(module: str, names: list[str]) -> dict[str, str]:
	chunks = (names[start : start + RECORDS_AT_MOST] for start in range(0, len(names), RECORDS_AT_MOST))
	return {
		name: title
		for chunk in chunks
		for name, title in titles_of(module, sorted(readable_records(module, chunk))).items()
	}


def _ask(
	verb: Verb, doctype: str, records: list[str] | str, cadences: list[str] | str, how: How
) -> dict[str, Any]:
	"""Do it at once, or by a job where it is for many: the job's name then, and its answers at `answers`."""
	for right in RIGHTS[verb]:
		frappe.has_permission("Cadence Enrollment", right, throw=True)
	_check_module(doctype)
	names, wanted = _bounded(records, cadences)
	asked = len(names) * len(wanted)
	if asked > AT_ONCE:
		return {"job": bulk.start_job(verb, doctype, names, wanted, how), "asked": asked, "answers": []}
	told = [each for cadence in wanted for each in bulk.act(verb, doctype, names, cadence, how)]
	counts = Counter(each.answer.value for each in told)
	return {"job": None, "asked": asked, "counts": dict(counts), "answers": _shown(told)}


def _shown(told: list[Told]) -> list[dict[str, Any]]:
	others = [replace(each, record=each.note) for each in told if each.why == PERSON_IS_IN]
	titles = _titles([*told, *others])
	return [
		{
			"record": each.record,
			"title": titles.get((each.cadence, each.record), each.record),
			"cadence": each.cadence,
			"answer": each.answer.value,
			"why": each.why,
			"text": why_told(_without_unreadable(each, titles)),
			"enrollment": each.enrollment,
		}
		for each in told
	]


def _without_unreadable(told: Told, titles: dict[tuple[str, str], str]) -> Told:
	"""Another record that the person is in the cadence by (S2.7) is not named to who may not read it."""
	if told.why == PERSON_IS_IN and (told.cadence, told.note) not in titles:
		return replace(told, note="")
	return told


def _check_module(doctype: str) -> None:
	if not frappe.db.exists("DocType", doctype):
		frappe.throw(_("There is no DocType {0}.").format(doctype), frappe.DoesNotExistError)
	frappe.has_permission(doctype, "read", throw=True)


def _bounded(records: list[str] | str, cadences: list[str] | str) -> tuple[list[str], list[str]]:
	"""The records and the cadences, each once."""
	names, wanted = list(dict.fromkeys(listed(records))), list(dict.fromkeys(listed(cadences)))
	if not names or len(names) > RECORDS_AT_MOST:
		frappe.throw(_("Between 1 and {0} records in a call.").format(RECORDS_AT_MOST))
	if not wanted or len(wanted) > CADENCES_AT_MOST:
		frappe.throw(_("Between 1 and {0} cadences in a call.").format(CADENCES_AT_MOST))
	if any(len(each) > LONGEST_NAME for each in (*names, *wanted)):
		frappe.throw(_("A name has at most {0} characters.").format(LONGEST_NAME))
	return names, wanted


def _how_to_enroll(again: str, start_with: str, not_before: str, also_who_said_no: bool | int | str) -> How:
	return How(
		again=as_one_of(Again, again),
		beginning=beginning_of(start_with, not_before),
		also_who_said_no=is_yes(also_who_said_no),
	)
