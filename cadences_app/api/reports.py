"""What the report on a cadence asks (S8).

The rule: who has the right *report* on Cadence Enrollment and may read the cadence sees figures. Who may edit
the cadence sees those of all records; everybody else those of the records that they look after themselves.
Numbers name nobody; the lists behind them show what the user may read.
"""

from typing import Any

import frappe
from frappe import _

from cadences_app.api.answers.figures import Coming, HeldOut, Report, StandsStill
from cadences_app.api.arguments import day
from cadences_app.api.calling import whitelist
from cadences_app.api.sentences import because
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence
from cadences_app.engine.statuses import LIVE, ActivityStatus, Delivery, EnrollmentStatus
from cadences_app.enrolling import words
from cadences_app.reports import figures, holdout, report, standstill, upcoming
from cadences_app.reports.measures import OUTCOME_COLUMNS, STATUS_MEASURES, Measure
from cadences_app.reports.report import Chosen
from cadences_app.reports.seen import limited_to, permitted, whose
from cadences_app.store import definitions
from cadences_app.store.compat import tried_anew
from cadences_app.store.still import Still

OF_SENT = (
	Measure.OPENED,
	Measure.CLICKED,
	Measure.REPLIED,
	Measure.BOUNCED,
	Measure.UNSUBSCRIBED,
)
CARDS = (Measure.SENT, *OF_SENT, Measure.COMPLETED)
SHARES = frozenset(report.SHOWN) - {Measure.REACHED, Measure.SCHEDULED, Measure.PASSED_OVER}


@whitelist()
@frappe.read_only()
def cadence(cadence: str, version: str = "", owner: str = "", since: str = "", until: str = "") -> Report:
	"""The figures of a cadence: in all, by follow-up, template, owner, version, and over time."""
	doc, own = permitted(cadence)
	days = [str(day(each)) if each else "" for each in (since, until)]
	chosen = Chosen(cadence, version, own or owner, *days)
	definition = definitions.load(version or doc.version) if doc.version else None
	if version and frappe.db.get_value("Cadence Version", version, "cadence") != cadence:
		frappe.throw(_("{0} is no version of {1}.").format(version, cadence))
	rows = report.figures_of(chosen)
	return {
		"cadence": cadence,
		"is_own_only": bool(own),
		"cards": _cards(cadence, report.key_figures(rows)),
		"measures": _measures(cadence),
		"funnel": _funnel(rows, definition) if definition else [],
		"variants": report.by(rows, "variant", lambda row: bool(row["variant"])),
		"owners": _named(report.by(rows, "record_owner")),
		"versions": _numbered(report.by(rows, "cadence_version")),
		"exits": [{**each, "label": because(each["value"])} for each in report.details(rows, Measure.EXIT)],
		"dispositions": report.details(rows, Measure.DISPOSITION),
		"results": report.details(rows, Measure.CALL_RESULT),
		"days": [{**each, "day": str(each["day"])} for each in report.over_time(chosen)],
		"comparisons": _comparisons(rows, definition) if definition else [],
	}


@whitelist()
@frappe.read_only()
def stands_still(cadence: str, owner: str = "") -> list[StandsStill]:
	"""Why live enrollments do not go on, how many each, and what would set them going (S8.3a)."""
	_doc, own = permitted(cadence)
	found = standstill.stands_still(cadence, own or owner)
	return [
		{
			**each,
			**_still_in_words(Still(each["still"])),
			**_records_that_stand(cadence, Still(each["still"])),
		}
		for each in found
	]


@whitelist()
@frappe.read_only()
def held_out(cadence: str) -> HeldOut | None:
	"""Those in the cadence beside those who were held out of it by chance: how many there are of each (the
	latest 5,000), how many were converted, and whether the difference means anything (S8.5). Nothing where
	nobody is held out, and for who sees the figures of their own records alone."""
	doc, own = permitted(cadence)
	definition = definitions.load(doc.version) if doc.version else None
	found = holdout.compare(cadence, definition) if definition and not own else None
	if found is None:
		return None
	return {
		"arms": [
			{"name": _(arm.name), "number": arm.sent, "converted": arm.replied, "rate": arm.rate}
			for arm in (found.enrolled, found.held_out)
		],
		"winner": _(found.verdict.winner) if found.verdict.winner else "",
		"needed": found.verdict.needed,
		"p_value": found.verdict.p_value,
	}


@whitelist()
@frappe.read_only()
def what_comes(cadence: str = "", owner: str = "") -> list[Coming]:
	"""What is due in the next two weeks, by day and channel (S8.6): mails by mailbox with its daily cap (0:
	none), messages by service with the cap and what they cost, tasks and calls by who does them. Without a
	cadence: of all that the user may read."""
	if cadence:
		doc, own = permitted(cadence)
		asked: tuple[str, ...] | None = (doc.name,)
	else:
		own, asked = whose(), limited_to()
	found = upcoming.what_comes(asked, own or owner)
	return [{**each, "who": _who(each)} for each in found]


@whitelist(methods=["POST"])
@tried_anew
def recount(cadence: str) -> int:
	"""Count a cadence's figures anew. Returns how many were wrong. Needs *write* on the cadence."""
	frappe.get_doc("Cadence", cadence).check_permission("write")
	return figures.check(cadence)


def _cards(cadence: str, key: dict[str, int]) -> list[dict[str, Any]]:
	"""The key figures: label, number, the list behind it, and what it is a share of."""
	in_it, sent = {"cadence": cadence}, key.get(Measure.SENT, 0)
	live = in_it | {"status": ["in", [each.value for each in LIVE]]}
	cards = [
		_card(_("Enrolled"), key.get(Measure.ENROLLED, 0), "Cadence Enrollment", in_it),
		_card(_("Under Way"), key.get(Measure.LIVE, 0), "Cadence Enrollment", live),
	]
	for status in EnrollmentStatus:
		if status not in LIVE:
			ended = key.get(f"{Measure.ENDED}:{status}", 0)
			cards.append(
				_card(_(status.value), ended, "Cadence Enrollment", in_it | {"status": status.value})
			)
	for each in CARDS:
		of = sent if each in OF_SENT else 0
		cards.append(_card(_label(each), key.get(each, 0), "Cadence Activity", _behind(cadence, each), of))
	return cards


def _card(label: str, number: int, doctype: str, filters: dict[str, Any], of: int = 0) -> dict[str, Any]:
	return {"label": label, "number": number, "doctype": doctype, "filters": filters, "of": of}


def _measures(cadence: str) -> list[dict[str, Any]]:
	"""The columns of a table of figures, each with the list behind its numbers."""
	return [
		{
			"measure": each.value,
			"label": _label(each),
			"filters": _behind(cadence, each),
			"is_share": each in SHARES,
		}
		for each in report.SHOWN
	]


def _behind(cadence: str, measure: Measure) -> dict[str, Any]:
	if measure in OUTCOME_COLUMNS:
		return {"cadence": cadence, OUTCOME_COLUMNS[measure][1]: ["is", "set"]}
	statuses = [status.value for status, counted in STATUS_MEASURES.items() if counted is measure]
	return {"cadence": cadence, "status": ["in", statuses]}


def _label(measure: Measure) -> str:
	if measure is Measure.SCHEDULED:
		return _("Waiting Now")
	return _("Done") if measure is Measure.COMPLETED else _(measure.value)


def _funnel(rows: list[report.Row], definition: Cadence) -> list[dict[str, Any]]:
	return [{**each, **_told(each["key"], definition)} for each in report.funnel(rows, definition)]


def _comparisons(rows: list[report.Row], definition: Cadence) -> list[dict[str, Any]]:
	return [{**each, **_told(each["key"], definition)} for each in report.comparisons(rows, definition)]


def _told(key: str, definition: Cadence) -> dict[str, str]:
	found = definition.by_key.get(key)
	if found is None:
		return {"label": _("{0} (of an earlier version)").format(key), "arrow": ""}
	return {"label": words.name_of(found, definition), "arrow": words.arrow(found, definition)}


def _named(rows: list[report.Row]) -> list[dict[str, Any]]:
	return [{**each, "label": _full_name(each["value"])} for each in rows]


def _numbered(rows: list[report.Row]) -> list[dict[str, Any]]:
	names = [each["value"] for each in rows if each["value"]]
	numbers = dict(
		frappe.get_all("Cadence Version", {"name": ("in", names)}, ["name", "number"], as_list=True)
		if names
		else []
	)
	return [
		{**each, "label": _("Version {0}").format(numbers.get(each["value"], "?"))}
		for each in sorted(rows, key=lambda each: numbers.get(each["value"], 0))
	]


def _who(load: dict[str, Any]) -> str:
	sender = load["mailbox"]
	if load["channel"] == Channel.EMAIL:
		return sender or _("No mailbox")
	if load["channel"] == Channel.MESSAGE:
		return _(sender)
	return _full_name(load["owner"])


def _full_name(user: str | None) -> str:
	return frappe.utils.get_fullname(user) if user else _("Nobody")


def _records_that_stand(cadence: str, still: Still) -> dict[str, Any]:
	"""The list in which those are found that stand still for this reason."""
	of_activity: dict[Still, dict[str, Any]] = {
		Still.UNKNOWN: {"delivery": Delivery.UNKNOWN.value},
		Still.REVIEW: {"delivery": Delivery.REVIEW.value},
		Still.APPROVAL: {"delivery": Delivery.APPROVAL.value},
		Still.MAILBOX_OFF: {"delivery": Delivery.QUEUED.value},
		Still.MAILBOX_PAUSED: {"delivery": Delivery.QUEUED.value},
		Still.QUEUED: {"delivery": Delivery.QUEUED.value},
		Still.DATE_MISSING: {"status": ActivityStatus.SCHEDULED.value, "due_at": ["is", "not set"]},
		Still.WINDOW: {"status": ActivityStatus.SCHEDULED.value, "reason": "outside_window"},
		Still.HELD: {"status": ActivityStatus.SCHEDULED.value, "reason": "held"},
		Still.SCHEDULED: {"status": ActivityStatus.SCHEDULED.value},
	}
	if still in of_activity:
		return {"doctype": "Cadence Activity", "filters": {"cadence": cadence, **of_activity[still]}}
	statuses = {
		Still.WAITING: EnrollmentStatus.WAITING,
		Still.PAUSED: EnrollmentStatus.PAUSED,
		Still.HALTED: EnrollmentStatus.HALTED,
	}
	filters: dict[str, Any] = {"status": statuses.get(still, EnrollmentStatus.ACTIVE).value}
	if still is Still.ERROR:
		filters = {"stuck": 1}
	elif still is Still.NOT_WORKED_ON:
		filters = {"stuck": 0, **standstill.list_of_late()}
	return {"doctype": "Cadence Enrollment", "filters": {"cadence": cadence, **filters}}


def _still_in_words(still: Still) -> dict[str, str]:
	"""The reason as people read it, and what would set them going."""
	told = {
		Still.ERROR: (_("An error is in the way"), _("Mend it, then Try Again on the enrollment.")),
		Still.NOT_WORKED_ON: (
			_("Due, but not worked on"),
			_("Look whether the scheduler and the background workers run."),
		),
		Still.WAITING: (_("Waits to be let in"), _("Room in the cadence, or the day it waits for.")),
		Still.HALTED: (_("The cadence was inactive"), _("Resume the halted enrollments.")),
		Still.PAUSED: (_("Paused"), _("Resume them, or wait for the end of the pause.")),
		Still.UNKNOWN: (
			_("Nobody knows whether a mail or message went out"),
			_("Say on the activity whether it was sent."),
		),
		Still.REVIEW: (
			_("A mail or message waits for review"),
			_("Its rep sends it in Follow-ups for Today."),
		),
		Still.APPROVAL: (
			_("A mail or message waits for approval"),
			_("A manager approves it in Follow-ups for Today."),
		),
		Still.MAILBOX_OFF: (
			_("Outgoing mail is switched off in the Email Account"),
			_("Switch it on, or choose another sender and publish."),
		),
		Still.MAILBOX_PAUSED: (_("The mailbox is paused"), _("Set the Cadence Mailbox going again.")),
		Still.QUEUED: (
			_("A mail or message waits for its turn"),
			_("A cap or the sending window opens again."),
		),
		Still.DATE_MISSING: (
			_("The record has no such date"),
			_("Fill in the date field that it waits for."),
		),
		Still.HELD: (_("The person is out of office"), _("It goes on by itself when they are back.")),
		Still.OVERDUE: (_("A task or call is overdue"), _("Its rep does it, or puts it off.")),
		Still.OPEN_WORK: (_("A task or call is open"), _("Its rep does it.")),
		Still.WINDOW: (_("Outside the sending window"), _("It goes on by itself when the window opens.")),
		Still.SCHEDULED: (_("The next follow-up is not due yet"), _("It goes on by itself.")),
		Still.ANSWER: (_("Waits for an answer"), _("An answer, or the end of the time for it.")),
	}
	label, remedy = told[still]
	return {"label": label, "remedy": remedy}
