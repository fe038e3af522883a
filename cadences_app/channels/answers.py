"""What a person says of a task or a call that waits for them, written on its document (S4.3, S8.4).

The document is what reps see elsewhere too, so it is what is changed; the cadence hears of it by the same
door as of any other change.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, get_datetime, getdate

from cadences_app.channels.task import END_OF_DAY, STATUSES
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store import clock

LONGEST_NOTE = 5000
LONGEST_CALL = 24 * 60
TASK_ANSWERS = (
	Outcome.COMPLETED,
	Outcome.SKIPPED,
	Outcome.IN_PROGRESS,
	Outcome.WAITING_FOR_INPUT,
	Outcome.DEFERRED,
)
CALL_ANSWERS = (Outcome.COMPLETED, Outcome.CANCELLED)


class MailAnswer(StoredEnum):
	"""What is said of a mail or message that waits for a person (S3.9)."""

	SEND = "Send"
	DO_NOT_SEND = "Do Not Send"


class NotOpen(frappe.ValidationError):
	"""The task or call is gone, or somebody else was faster."""


SAYABLE: dict[str, Iterable[StoredEnum]] = {
	"Task": TASK_ANSWERS,
	"Call": (*CALL_ANSWERS, Outcome.CALL_RESULT),
	"Email": tuple(MailAnswer),
	"Message": tuple(MailAnswer),
}


@dataclass(frozen=True, slots=True)
class Answer:
	"""An outcome with a call's result and length, or (`put_off_to`) another day or moment in the site's time.

	`minutes` is how long a call took; `note` is kept in the record's timeline.
	"""

	outcome: str = ""
	result: str = ""
	note: str = ""
	minutes: int = 0
	put_off_to: str = ""
	ends: bool = False
	"""Then the run is ended by hand, with `disposition` (S5.7); `outcome` may be left out."""
	disposition: str = ""

	def to_dict(self) -> dict[str, Any]:
		return {key: value for key, value in asdict(self).items() if value}

	@classmethod
	def from_dict(cls, values: dict[str, Any]) -> "Answer":
		known = {each.name for each in fields(cls)}
		return cls(**{key: value for key, value in values.items() if key in known})


def check(answer: Answer, channel: str) -> None:
	"""Raises ValidationError for what can't be said of a follow-up of this channel."""
	if answer.put_off_to:
		if channel not in ("Task", "Call"):
			frappe.throw(_("Only a task or a call can be put off."))
		day = clock.read_day(answer.put_off_to)
		if day is None:
			frappe.throw(_("{0} is no date.").format(answer.put_off_to[: clock.LONGEST_WRITTEN]))
		if day < getdate():
			frappe.throw(_("It can't be put off to the past."))
	elif answer.outcome or not answer.ends:
		if answer.outcome not in {each.value for each in SAYABLE[channel]}:
			frappe.throw(_("{0} can't be said of this follow-up.").format(answer.outcome))
		if answer.outcome == Outcome.CALL_RESULT and not answer.result.strip():
			frappe.throw(_("Choose the result of the call."))
	if len(answer.note) > LONGEST_NOTE:
		frappe.throw(_("A note has at most {0} characters.").format(LONGEST_NOTE))
	if not 0 <= cint(answer.minutes) <= LONGEST_CALL:
		frappe.throw(_("A call takes from 0 to {0} minutes.").format(LONGEST_CALL))


def write(doctype: str, name: str, answer: Answer) -> None:
	"""Write the answer on the task or call. Raises NotOpen where it is gone or closed already.

	The caller has checked the rights of who says it.
	"""
	if doctype not in (*STATUSES, "Event") or not name or not frappe.db.exists(doctype, name):
		raise NotOpen(_("This task or call was deleted."))
	doc = frappe.get_doc(doctype, name, for_update=True)
	if not _is_open(doc):
		raise NotOpen(_("This task or call was closed by somebody else."))
	doc.flags.ignore_permissions = True
	if answer.put_off_to:
		_put_off(doc, clock.to_site(clock.read_moment(answer.put_off_to)))
	elif doctype == "Event":
		_answer_call(doc, answer)
	else:
		doc.cadence_status = answer.outcome
		doc.status = STATUSES[doctype].of[Outcome(answer.outcome)]
	doc.save()
	_keep_note(doc, answer)


def _is_open(doc: Any) -> bool:
	if doc.doctype == "Event":
		return doc.status == "Open"
	closed = {STATUSES[doc.doctype].of[each] for each in (Outcome.COMPLETED, Outcome.SKIPPED)}
	return doc.status not in closed


def _put_off(doc: Any, moment: datetime) -> None:
	if doc.doctype == "ToDo":
		doc.date = moment.date()
	elif doc.doctype == "CRM Task":
		doc.due_date = datetime.combine(moment.date(), END_OF_DAY)
	else:
		starts, ends = get_datetime(doc.starts_on), doc.ends_on and get_datetime(doc.ends_on)
		doc.starts_on = (
			moment
			if moment.time() != datetime.min.time()
			else moment.replace(hour=starts.hour, minute=starts.minute)
		)
		if ends:
			doc.ends_on = doc.starts_on + max(ends - starts, timedelta(0))


def _answer_call(call: Any, answer: Answer) -> None:
	if answer.outcome == Outcome.CANCELLED:
		call.status = "Cancelled"
	elif answer.outcome == Outcome.CALL_RESULT:
		call.cadence_call_result = answer.result.strip()[:140]
		call.status = "Completed"
	else:
		call.status = "Completed"
	if answer.minutes and call.starts_on:
		call.ends_on = get_datetime(call.starts_on) + timedelta(minutes=cint(answer.minutes))


def _keep_note(doc: Any, answer: Answer) -> None:
	"""The note as a comment in the timeline of the record that the task or call is about."""
	if not answer.note.strip() and not answer.minutes:
		return
	doctype, name = _record_of(doc)
	if not doctype or not frappe.db.exists(doctype, name):
		return
	what = _(answer.result or answer.outcome or "")
	length = _("{0} minutes").format(cint(answer.minutes)) if answer.minutes else ""
	told = " · ".join(each for each in (doc.get("subject") or doc.get("title") or "", what, length) if each)
	lines = [f"<b>{escape_html(told)}</b>" if told else "", escape_html(answer.note.strip())]
	frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": "Comment",
			"reference_doctype": doctype,
			"reference_name": name,
			"comment_email": frappe.session.user,
			"comment_by": frappe.utils.get_fullname(frappe.session.user),
			"content": "<br>".join(each for each in lines if each).replace("\n", "<br>"),
		}
	).insert(ignore_permissions=True)


def _record_of(doc: Any) -> tuple[str, str]:
	"""The record of its follow-up: which one a task says it is about, whoever it is given to may change."""
	row = frappe.db.get_value(
		"Cadence Activity", doc.cadence_activity, ["reference_doctype", "reference_name"]
	)
	return row or ("", "")
