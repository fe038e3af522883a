"""Enrolling, un-enrolling and steering enrollments over REST and from Desk (S5, S6.5, S15.3).

Every method checks the right first: enrolling needs *create* on Cadence Enrollment, changing one needs
*write* and read access to its record.
"""

import json
from typing import Any

import frappe
from frappe import _
from frappe.model.utils.user_settings import get_user_settings

from cadences_app.api.account import account_of
from cadences_app.api.answers.enrollments import (
	Applicable,
	Done,
	Enrolled,
	EnrolledLater,
	EnrollmentOfRecord,
	FollowUpName,
	Section,
	TimelineEntry,
	Unenrolled,
	Unenrolling,
)
from cadences_app.api.arguments import as_one_of, beginning_of, check_right, end_of_pause, is_yes, listed
from cadences_app.api.calling import whitelist
from cadences_app.api.sentences import because, beside, tell
from cadences_app.api.what_happened import account_of_action
from cadences_app.engine.events import (
	Event,
	EventKind,
	PauseRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import STANDINGS
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import CadenceStatus, Delivery, EnrollmentStatus
from cadences_app.enrolling import control, words
from cadences_app.enrolling.enroll import enroll as enroll_records
from cadences_app.enrolling.enroll import find_active
from cadences_app.enrolling.told import How, Verb
from cadences_app.enrolling.way_back import Again
from cadences_app.runtime import bulk, scheduled
from cadences_app.store import definitions
from cadences_app.store.compat import tried_anew
from cadences_app.store.errors import shown
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.rights import holds

AT_ONCE = 200


@whitelist()
def applicable(doctype: str, names: list[str] | str) -> list[Applicable]:
	"""The active cadences of a module; for a single record also how it fared in each before (S5.1)."""
	check_right("read", doctype)
	names = listed(names)
	active = [each for each in definitions.cadences_of(doctype) if each["status"] == CadenceStatus.ACTIVE]
	allowed = set(frappe.get_list("Cadence", {"module": doctype}, pluck="name", limit_page_length=0))
	earlier: dict[str, list] = {}
	if len(names) == 1:
		for row in of_record(doctype, names[0]):
			earlier.setdefault(row["cadence"], []).append(row)
	return [
		{"name": each["name"], "description": each["description"], "earlier": earlier.get(each["name"], [])}
		for each in active
		if each["name"] in allowed
	]


@whitelist(methods=["POST"])
@tried_anew
def enroll(
	cadence: str,
	names: list[str] | str,
	again: str = "Ask",
	start_with: str = "",
	not_before: str = "",
	also_who_said_no: bool | int | str = True,
) -> Enrolled | EnrolledLater:
	"""Enroll records of the cadence's module. `again` answers for those that were in it before (S5.5), and
	`also_who_said_no` for those of them that had unsubscribed or answered. A new run begins with the
	follow-up `start_with`, and no run before `not_before`, a moment in the site's time (S2.10).

	More than 200 records are enrolled by a background job, whose name is `job`.
	"""
	frappe.has_permission("Cadence Enrollment", "create", throw=True)
	how = How(
		again=as_one_of(Again, again),
		beginning=beginning_of(start_with, not_before),
		also_who_said_no=is_yes(also_who_said_no),
	)
	wanted, found = listed(names), find_active(cadence)
	if start_with and start_with not in found.definition.by_key:
		frappe.throw(_("{0} has no follow-up {1}.").format(cadence, start_with))
	if len(wanted) > AT_ONCE:
		job = bulk.start_job(Verb.ENROLL, found.module, list(dict.fromkeys(wanted)), [cadence], how)
		return {"in_background": True, "asked": len(wanted), "job": job}
	result = enroll_records(
		cadence, wanted, how.again, beginning=how.beginning, also_who_said_no=how.also_who_said_no
	)
	scheduled.run_now(result.enrollments)
	return account_of(cadence, result)


@whitelist()
def starts(cadence: str) -> list[FollowUpName]:
	"""The follow-ups that an enrolling can begin with (S2.10), in their order: key and name."""
	definition = find_active(cadence).definition
	return [{"key": each.key, "name": words.name_of(each, definition)} for each in definition.follow_ups]


@whitelist(methods=["POST"])
@tried_anew
def unenroll(
	doctype: str, names: list[str] | str, cadence: str = "", why: str = "", disposition: str = ""
) -> Unenrolled:
	"""Take records out of one cadence, or of all that they are in; records that the user may not read are
	left in it, and so are those of which the user may not change the enrollment. `disposition` is one of
	those of the settings (S5.7)."""
	wanted = listed(names)
	refuse_unknown_disposition(disposition)
	frappe.has_permission("Cadence Enrollment", "write", throw=True)
	found = control.taking_out(doctype, wanted, cadence)
	account = _carry_out(found.names, StopRequested(why, disposition))
	return {
		"unenrolled": account["done"],
		"waiting": account["waiting"],
		"not_done": [*account["not_done"], *map(_may_not_be_changed, found.not_changeable)],
		"not_enrolled": sorted(found.not_enrolled),
	}


def _may_not_be_changed(row: Any) -> dict[str, str]:
	title = row.record_title or row.reference_name
	return {"name": row.name, "title": title, "why": _("you may not change this enrollment")}


@whitelist(methods=["GET", "POST"])
@tried_anew
def preview_unenrolling(doctype: str, names: list[str] | str, cadence: str = "") -> Unenrolling:
	"""What `unenroll` would do now: how many enrollments of which cadence and status it would end, how many
	scheduled follow-ups that cancels, and how many it would leave alone (S5.2, S6.4)."""
	frappe.has_permission("Cadence Enrollment", "write", throw=True)
	found = control.taking_out(doctype, listed(names), cadence)
	return {
		"enrollments": [
			{"cadence": each, "status": status, "count": number}
			for (each, status), number in sorted(found.by_status().items())
		],
		"scheduled": found.scheduled(),
		"not_changeable": len(found.not_changeable),
		"not_enrolled": len(found.not_enrolled),
	}


@whitelist(methods=["POST"])
@tried_anew
def pause(enrollments: list[str] | str, minutes: int | None = None, until: str | None = None) -> Done:
	"""Pause for `minutes`, or until a moment in the site's time; without either until somebody resumes.

	As of each action, the answer says what came of it: `done`, `not_done` with why, `sentences`, `waiting`.
	"""
	return _carry_out(listed(enrollments), PauseRequested(end_of_pause(minutes, until)))


@whitelist(methods=["POST"])
@tried_anew
def resume(enrollments: list[str] | str) -> Done:
	"""Go on after a pause or a halt."""
	return _carry_out(listed(enrollments), ResumeRequested())


@whitelist(methods=["POST"])
@tried_anew
def try_again(enrollments: list[str] | str) -> Done:
	"""Go on with what stopped with an error: what came in meanwhile counts, what failed is done (S5.8)."""
	return _carry_out(listed(enrollments), TryAgainRequested())


@whitelist(methods=["POST"])
@tried_anew
def skip(enrollments: list[str] | str, target: str = "Next Follow-up") -> Done:
	"""Bring the next follow-up forward to now, or go to the last one."""
	return _carry_out(listed(enrollments), SkipRequested(as_one_of(SkipTarget, target)))


@whitelist(methods=["POST"])
@tried_anew
def stop(enrollments: list[str] | str, why: str = "", disposition: str = "") -> Done:
	"""Take these enrollments out. `disposition` is one of those of the settings (S5.7)."""
	refuse_unknown_disposition(disposition)
	return _carry_out(listed(enrollments), StopRequested(why, disposition))


@whitelist()
def dispositions() -> list[str]:
	"""What is asked of whoever takes a record out by hand (S5.7)."""
	frappe.has_permission("Cadence Enrollment", "read", throw=True)
	stored = frappe.get_cached_doc("Cadence Settings").dispositions or ""
	return [line.strip() for line in stored.splitlines() if line.strip()]


def refuse_unknown_disposition(disposition: str) -> None:
	if disposition and disposition not in dispositions():
		frappe.throw(_("{0} is none of: {1}").format(disposition, ", ".join(dispositions())))


@whitelist()
def section(doctype: str, name: str) -> Section:
	"""What the form's section *Cadences* shows: the enrollments and the columns that the user chose, in one
	request (S5.1)."""
	kept = json.loads(get_user_settings("Cadence Enrollment") or "{}")
	columns = (kept.get("Section") or {}).get("columns") or []
	return {
		"enrollments": of_record(doctype, name),
		"columns": [each for each in columns if isinstance(each, str)],
	}


@whitelist()
def of_record(doctype: str, name: str) -> list[EnrollmentOfRecord]:
	"""The enrollments of one record, the newest first (S5.1)."""
	check_right("read", doctype, name)
	if not holds("Cadence Enrollment", "read"):
		return []
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"reference_doctype": doctype, "reference_name": name},
		[
			"name",
			"cadence",
			"status",
			"run",
			"started_at",
			"next_follow_up",
			"next_follow_up_at",
			"next_follow_up_unless",
			"next_due_at",
			"paused_until",
			"exit_reason",
			"exit_note",
			"disposition",
			"ended_at",
			"has_lost_activity",
			"error",
		],
		order_by="name desc",
	)
	open_now = _open_now([row for row in rows if row.status == EnrollmentStatus.ACTIVE])
	return [
		dict(
			row,
			exit_reason=_why_ended(row),
			error=shown(row.error),
			waits_for=open_now.get((row.name, row.run), ""),
		)
		for row in rows
	]


def _open_now(rows: list[Any]) -> dict[tuple[str, int], str]:
	"""What somebody has to do before these go on, by enrollment and run: an open task or call, a mail or
	message to review or approve."""
	if not rows:
		return {}
	of_these = {"enrollment": ("in", [row.name for row in rows])}
	held = {"delivery": ("in", [Delivery.REVIEW.value, Delivery.APPROVAL.value])}
	standing = {"standing": ("in", sorted(each.value for each in STANDINGS))}
	found = {}
	for each in frappe.get_all(
		"Cadence Activity",
		of_these,
		["enrollment", "run", "title", "delivery"],
		or_filters=held | standing,
		order_by="name desc",
	):
		waits = each.delivery in (Delivery.REVIEW, Delivery.APPROVAL)
		text = beside(each.title, _(each.delivery)) if waits else _("{0} is open").format(each.title)
		found[(each.enrollment, each.run)] = text
	return found


def _why_ended(row: Any) -> str:
	"""Why it ended, with what the person who ended it found (S5.7)."""
	why = because(row.exit_reason, row.exit_note)
	return beside(_(row.disposition), why) if row.disposition else why


@whitelist()
def timeline(enrollment: str) -> list[TimelineEntry]:
	"""What happened to an enrollment, when and why, the newest first (S8.3)."""
	frappe.has_permission("Cadence Enrollment", "read", enrollment, throw=True)
	titles = dict(
		frappe.get_all("Cadence Activity", {"enrollment": enrollment}, ["follow_up", "title"], as_list=True)
	)
	rows = frappe.get_all(
		"Cadence Event",
		{"enrollment": enrollment},
		["name", "kind", "payload", "happened_at", "reason", "decision", "error", "source", "processed_at"],
		order_by="name desc",
		limit_page_length=500,
	)
	return [_timeline_entry(row, titles) for row in rows]


def _timeline_entry(row: Any, titles: dict[str, str]) -> dict[str, Any]:
	told = [
		tell(each, titles.get(each.get("follow_up"), each.get("follow_up", "")))
		for each in frappe.parse_json(row.decision or "[]")
	]
	if row.reason == Reason.EMAIL_EDITED:
		key = frappe.parse_json(row.payload or "{}").get("follow_up", "")
		told.insert(0, beside(titles.get(key, key), because(row.reason)))
	is_edit = row.kind == EventKind.EMAIL_EDITED  # of an email or of a message
	return {
		"at": row.happened_at,
		"kind": _("Text Edited") if is_edit else _(row.kind),
		"sentences": told or [because(row.reason) if row.processed_at else _("waits to be looked at")],
		"reason": row.reason,
		"source": row.source,
		"error": shown(row.error),
	}


def _carry_out(enrollments: list[str], event: Event) -> dict[str, Any]:
	"""Put the wish into the inbox and decide on it at once, so that the answer says what came of it; of very
	many, the workers decide on the rest."""
	asked = control.ask(enrollments, event) if enrollments else []
	at_once = asked[:AT_ONCE]
	scheduled.run_now(at_once)
	if len(asked) > AT_ONCE:
		enqueue_after_commit("work")
	return account_of_action(at_once, event, len(asked))
