"""Reason codes as sentences: what happened to an enrollment, and why (S8.3)."""

from datetime import datetime
from typing import Any

from frappe import _
from frappe.utils import format_date, format_datetime

from cadences_app.sentences.reasons import BLOCKS, REASONS
from cadences_app.sentences.waits import WAITS
from cadences_app.store import clock


def because(reason: str, note: str = "") -> str:
	"""The sentence for a stored reason code, with its note; a code of a later version is shown as it is."""
	if not reason:
		return ""
	text = _(REASONS.get(reason, reason))
	return f"{text} ({_(BLOCKS[note]) if note in BLOCKS else note})" if note else text


def why_waiting(wait: str) -> str:
	"""The sentence for what an enrollment waits for; one of a later version is shown as it is."""
	return _(WAITS.get(wait, wait))


def beside(what: str, said: str) -> str:
	"""Both with a colon between them, as the reader's language spaces it."""
	return _("{0}: {1}").format(what, said)


def tell(transition: dict[str, Any], label: str) -> str:
	"""One transition of a stored decision as a sentence; `label` is its follow-up's title."""
	texts = {
		"RunStarted": _("Run {0} started").format(transition.get("run")),
		"FollowUpScheduled": _scheduled(transition, label),
		"FollowUpMoved": _moved(transition, label),
		"FollowUpWithdrawn": _("{0} was withdrawn").format(label),
		"FollowUpHandedOver": _("{0} was made ready to be sent").format(label),
		"FollowUpCarriedOut": _carried_out(transition, label),
		"FollowUpClosed": beside(label, _(transition.get("status") or "")),
		"OutcomeRecorded": beside(label, _outcome(transition)),
		"Paused": _("Paused"),
		"PauseNoted": _("Paused once it goes on"),
		"Halted": _("Halted"),
		"Resumed": _("Resumed"),
		"Held": _("Held back"),
		"Delayed": _("Put off, since nobody looked at the clock: what follows keeps its distance"),
		"ActivityLost": _("The activity of {0} was deleted").format(label),
		"VersionAdopted": _("Moved to the new version"),
		"CallMoved": _("The call {0} was moved").format(label),
		"Ended": _(transition.get("status") or ""),
	}
	text = texts.get(transition["what"], transition["what"])
	why = because(transition.get("reason", ""), transition.get("note", ""))
	return beside(text, why) if why else text


def _scheduled(transition: dict[str, Any], label: str) -> str:
	due = _moment(transition)
	return _("{0} was scheduled for {1}").format(label, due) if due else _("{0} was scheduled").format(label)


def _carried_out(transition: dict[str, Any], label: str) -> str:
	"""A call that stands in the calendar is not made yet, nor is a task done that somebody was given."""
	if starts_at := transition.get("starts_at"):
		return _("{0} was put into the calendar for {1}").format(
			label, as_read(datetime.fromisoformat(starts_at))
		)
	if due_on := transition.get("due_on"):
		return _("{0} was given out, to be done by {1}").format(label, format_date(due_on))
	return _("{0} was carried out").format(label)


def _moved(transition: dict[str, Any], label: str) -> str:
	due = _moment(transition)
	return _("{0} was moved to {1}").format(label, due) if due else _("{0} was moved").format(label)


def _moment(transition: dict[str, Any]) -> str:
	"""When the follow-up is due, in the reader's time; blank where nothing says so."""
	due = transition.get("due_at")
	return as_read(datetime.fromisoformat(due)) if due else ""


def as_read(moment: datetime) -> str:
	"""An aware moment in the session user's time, as they write it. The zone is named once, beside them."""
	return format_datetime(moment.astimezone(clock.reader_zone()).replace(tzinfo=None))


def _outcome(transition: dict[str, Any]) -> str:
	outcome, detail = _(transition.get("outcome") or ""), transition.get("detail")
	return f"{outcome} ({_(detail)})" if detail else outcome
