"""The page of one enrollment: its way through the tree, and why it stands where it does (S8.3, S8.3a)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.api.answers.enrollments import Course
from cadences_app.api.builder import rows_of
from cadences_app.api.calling import whitelist
from cadences_app.api.next_mail import offered
from cadences_app.api.sentences import because, why_waiting
from cadences_app.engine.outcomes import STANDINGS
from cadences_app.enrolling.picture import drawn
from cadences_app.enrolling.words import name_of
from cadences_app.mail.mailboxes import Cap
from cadences_app.reports.why_not_yet import Hindrance, StandsBy, why_not_yet
from cadences_app.store import definitions

OUTCOMES = ("sent", "opened", "clicked", "replied", "bounced", "unsubscribed", "completed", "skipped")


@whitelist()
def course(enrollment: str) -> Course:
	"""The tree of the version that the enrollment runs under, how each follow-up of its run stands, and the
	reasons why nothing happens at this moment. Needs *read* on the enrollment, and with it on its record.

	Moments are in the site's time.
	"""
	row = frappe.get_doc("Cadence Enrollment", enrollment)
	row.check_permission("read")
	definition = definitions.load(row.cadence_version)
	names = {key: name_of(each, definition) for key, each in definition.by_key.items()}
	activities = frappe.get_all(
		"Cadence Activity",
		{"enrollment": enrollment, "run": row.run},
		["*"],
		order_by="name",
		limit_page_length=1000,
	)
	return {
		"rows": rows_of(definition),
		"picture": drawn(definition),
		"follow_ups": {each.follow_up: _standing(each) for each in activities},
		"next_mail": offered(enrollment),
		"why_not_yet": [_told(each, names) for each in why_not_yet(row, activities)],
	}


def _standing(row: Any) -> dict[str, Any]:
	return {
		"name": row.name,
		"status": row.status,
		"due_at": row.due_at,
		"done_at": row.carried_out_at or row.handed_over_at,
		"delivery": row.delivery or "",
		"is_open": row.standing in STANDINGS,
		"outcomes": [
			{"outcome": _(each.title()), "at": row.get(f"{each}_at")}
			for each in OUTCOMES
			if row.get(f"{each}_at")
		],
		"why": because(row.reason, row.note),
	}


def _told(each: StandsBy, names: dict[str, str]) -> dict[str, Any]:
	"""One reason as a sentence, with the moment at which it ends by itself, if it does."""
	name = names.get(each.follow_up, each.follow_up)
	return {"reason": each.hindrance.value, "text": _text(each, name), "until": each.until}


def _text(each: StandsBy, name: str) -> str:
	match each.hindrance:
		case Hindrance.LET_IN:
			return why_waiting(each.detail)
		case Hindrance.ERROR:
			return _("It stopped with an error. Try Again goes on once the cause is mended.")
		case Hindrance.HALTED:
			return _("The cadence was deactivated. Resuming goes on.")
		case Hindrance.PAUSED if each.until:
			return _("It is paused for a time.")
		case Hindrance.PAUSED:
			return _("It is paused until somebody resumes it.")
		case Hindrance.HELD:
			return _("The person is out of office: nothing goes out before they are back.")
		case Hindrance.REVIEW:
			return _("{0} waits until somebody has reviewed it and sends it.").format(name)
		case Hindrance.APPROVAL:
			return _("{0} waits for a manager's approval.").format(name)
		case Hindrance.UNKNOWN:
			return _("Nobody knows whether {0} was sent. Its page asks.").format(name)
		case Hindrance.MAILBOX_OFF:
			return _("{0} waits: outgoing mail is switched off in the Email Account {1}.").format(
				name, each.detail
			)
		case Hindrance.MAILBOX_PAUSED:
			return _("{0} waits: the mailbox {1} is paused.").format(name, each.detail)
		case Hindrance.CAP:
			return _capped(Cap(each.detail)).format(name)
		case Hindrance.QUEUED:
			return _("{0} is about to be sent, as the caps of its mailbox allow.").format(name)
		case Hindrance.OPEN_WORK if each.detail:
			person = frappe.get_cached_value("User", each.detail, "full_name") or each.detail
			return _("{0} is open: {1} has to do it.").format(name, person)
		case Hindrance.OPEN_WORK:
			return _("{0} is open: somebody has to do it.").format(name)
		case Hindrance.DATE_MISSING:
			return _("{0} waits for a date that is not on the record yet.").format(name)
		case Hindrance.DUE if each.until is None:
			return _("{0} is next once it goes on.").format(name)
		case Hindrance.DUE if each.detail:
			return _("{0} is due then: {1}.").format(name, because(each.detail))
		case Hindrance.DUE:
			return _("{0} is due then.").format(name)
		case Hindrance.UNLESS:
			return _("{0} comes then, if not {1} by then.").format(name, _(each.detail))
		case Hindrance.ANSWER:
			return _("It waits for an answer.")


def _capped(cap: Cap) -> str:
	match cap:
		case Cap.HOUR:
			return _("{0} waits: its mailbox has sent as many emails as it may in an hour.")
		case Cap.DAY:
			return _("{0} waits: its mailbox has sent as many emails as it may in a day.")
		case Cap.WARM_UP:
			return _("{0} waits: its mailbox warms up, and has sent as many emails as it may in a day now.")
		case Cap.DOMAIN:
			return _("{0} waits: its mailbox has sent as many emails to the same domain as it may.")
		case Cap.GAP:
			return _("{0} is about to be sent, as the caps of its mailbox allow.")
