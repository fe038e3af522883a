"""Reason codes as sentences: what happened to an enrollment, and why (S8.3)."""

from datetime import datetime
from typing import Any

from frappe import _
from frappe.utils import format_datetime

from cadences_app.engine.reasons import Block, Reason
from cadences_app.store import clock


def because(reason: str, note: str = "") -> str:
	"""The sentence for a stored reason code, with its note; a code of a later version is shown as it is."""
	if not reason:
		return ""
	text = _reasons().get(reason, reason)
	return f"{text} ({_notes().get(note, note)})" if note else text


def tell(transition: dict[str, Any], label: str) -> str:
	"""One transition of a stored decision as a sentence; `label` is its follow-up's title."""
	texts = {
		"RunStarted": _("Run {0} started").format(transition.get("run")),
		"FollowUpScheduled": _scheduled(transition, label),
		"FollowUpMoved": _moved(transition, label),
		"FollowUpWithdrawn": _("{0} was withdrawn").format(label),
		"FollowUpHandedOver": _("{0} was handed over to be sent").format(label),
		"FollowUpCarriedOut": _("{0} was carried out").format(label),
		"FollowUpClosed": _("{0}: {1}").format(label, _(transition.get("status") or "")),
		"OutcomeRecorded": _("{0}: {1}").format(label, _outcome(transition)),
		"Paused": _("Paused"),
		"Halted": _("Halted"),
		"Resumed": _("Resumed"),
		"Held": _("Held back"),
		"ActivityLost": _("The activity of {0} was deleted").format(label),
		"VersionAdopted": _("Moved to the new version"),
		"CallMoved": _("The call {0} was moved").format(label),
		"Ended": _(transition.get("status") or ""),
	}
	text = texts.get(transition["what"], transition["what"])
	why = because(transition.get("reason", ""), transition.get("note", ""))
	return f"{text}: {why}" if why else text


def _scheduled(transition: dict[str, Any], label: str) -> str:
	due = _moment(transition)
	return _("{0} was scheduled for {1}").format(label, due) if due else _("{0} was scheduled").format(label)


def _moved(transition: dict[str, Any], label: str) -> str:
	due = _moment(transition)
	return _("{0} was moved to {1}").format(label, due) if due else _("{0} was moved").format(label)


def _moment(transition: dict[str, Any]) -> str:
	"""When the follow-up is due, in the site's time as the user writes it; blank where nothing says so."""
	due = transition.get("due_at")
	return format_datetime(clock.to_site(datetime.fromisoformat(due))) if due else ""


def _outcome(transition: dict[str, Any]) -> str:
	outcome, detail = _(transition.get("outcome") or ""), transition.get("detail")
	return f"{outcome} ({detail})" if detail else outcome


def _reasons() -> dict[str, str]:
	return {
		Reason.ENROLLED: _("the record was enrolled"),
		Reason.RESTARTED: _("started anew"),
		Reason.CONTINUED: _("taken up again where it stood"),
		Reason.PAUSED: _("paused"),
		Reason.RESUMED: _("resumed"),
		Reason.HALTED: _("the cadence was deactivated"),
		Reason.HELD: _("the person is out of office"),
		Reason.SKIPPED_AHEAD: _("skipped ahead by hand"),
		Reason.REPUBLISHED: _("the cadence was edited"),
		Reason.TRIGGERED: _("the previous follow-up had the awaited outcome"),
		Reason.DUE: _("it was due"),
		Reason.OUTSIDE_WINDOW: _("it waits for the sending window"),
		Reason.LATE: _("it was too late for it"),
		Reason.DATE_CHANGED: _("its date on the record changed"),
		Reason.DATE_MISSING: _("the record has no such date"),
		Reason.TRIGGER_GONE: _("what started it does not hold any more"),
		Reason.OUTCOME_RECORDED: _("an outcome was reported"),
		Reason.OVERDUE: _("the call was not made in time"),
		Reason.CALL_MOVED: _("the call was moved"),
		Reason.IMPOSSIBLE: _("there is no way to reach the person"),
		Reason.FAILED: _("it failed"),
		Reason.ACTIVITY_DELETED: _("somebody deleted the activity"),
		Reason.COMPLETED: _("every follow-up is done"),
		Reason.STOPPED_BY_HAND: _("taken out by hand"),
		Reason.UNSUBSCRIBED: _("the person unsubscribed"),
		Reason.RECORD_DELETED: _("the record was deleted"),
		Reason.RULE_OUTCOME: _("the awaited response came"),
		Reason.RULE_CONDITIONS: _("the record meets a condition for leaving"),
		Reason.RULE_CONVERTED: _("the record was converted"),
		Reason.RULE_LEFT_VIEW: _("the record is no longer in the view"),
		Reason.RULE_DATE: _("the date for leaving has come"),
		Reason.RULE_MEETING: _("a meeting was booked"),
		Reason.RULE_EXPRESSION: _("the rule's expression holds"),
		Reason.NOTHING_DUE: _("nothing was due"),
		Reason.ALREADY_KNOWN: _("that was known already"),
		Reason.ALREADY_ENROLLED: _("it is enrolled already"),
		Reason.ENDED: _("the enrollment has ended"),
		Reason.IS_PAUSED: _("it is paused"),
		Reason.IS_HALTED: _("the cadence is inactive"),
		Reason.NOT_PAUSED: _("it is not paused"),
		Reason.OTHER_RUN: _("it belongs to an earlier run"),
		Reason.NO_SUCH_FOLLOW_UP: _("the run has no such follow-up"),
		Reason.NOTHING_TO_SKIP_TO: _("there is nothing left to skip to"),
		Reason.STILL_RUNNING: _("it is still running"),
		Reason.ONLY_RESTART: _("it can only be started anew"),
		Reason.NO_RULE: _("no rule asks for anything"),
	}


def _notes() -> dict[str, str]:
	"""Why nothing can go out to a person; other notes are people's own words."""
	return {
		Block.NO_EMAIL_ADDRESS: _("there is no email address"),
		Block.INVALID_EMAIL_ADDRESS: _("the email address is not valid"),
		Block.RECORD_DELETED: _("the record was deleted"),
		Block.DO_NOT_CONTACT: _("marked as Do Not Contact"),
		Block.UNSUBSCRIBED: _("unsubscribed"),
		Block.ADDRESS_BOUNCED: _("mail to this address came back"),
		Block.ADDRESS_COMPLAINED: _("the person reported a mail as spam"),
		Block.ADDRESS_SUPPRESSED: _("the address is suppressed"),
		Block.DOMAIN_SUPPRESSED: _("the domain is suppressed"),
	}
