"""The page *Follow-ups for Today* (S8.4): what is due, why, what each result would cause, and saying it.

Everybody sees their own; who may edit cadences also a team's. Each item needs *write* on its activity, and
with it read access to its record.
"""

from typing import Any

import frappe
from frappe import _

from cadences_app.api import next_mail
from cadences_app.api.answers.enrollments import Item, Said, Today
from cadences_app.api.arguments import is_yes, listed, moment
from cadences_app.api.calling import whitelist
from cadences_app.api.enrollments import refuse_unknown_disposition, timeline
from cadences_app.api.own_work import is_permitted, leads_a_team, permitted
from cadences_app.api.sentences import as_read, because
from cadences_app.channels import answers
from cadences_app.channels.answers import CALL_ANSWERS, TASK_ANSWERS, Answer, MailAnswer
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import Delivery
from cadences_app.engine.transitions import Ended, FollowUpScheduled, Transition
from cadences_app.enrolling import words
from cadences_app.reports import queue, seen, what_follows
from cadences_app.reports.what_follows import Result
from cadences_app.runtime import results, scheduled, waiting_mails
from cadences_app.store import clock
from cadences_app.store.compat import tried_anew
from cadences_app.store.enrollment_rows import EnrollmentInWork

HISTORY = 15


@whitelist()
def today(cadence: str = "", module: str = "", channel: str = "", user: str = "") -> Today:
	"""What is open, with its counts, and how many were done today.

	`user`: blank for oneself; `*` for everybody, or somebody, needs *write* on Cadence.
	"""
	frappe.has_permission("Cadence Activity", "read", throw=True)
	users = _users(user)
	leads = leads_a_team()
	filters = {"cadence": cadence, "module": module, "channel": channel}
	cadences = None if users == [frappe.session.user] else seen.limited_to()
	found = queue.items(users, filters, approvals=leads)
	return {
		"items": found[: queue.MOST_SHOWN],
		"has_more": len(found) > queue.MOST_SHOWN,
		"counts": queue.counts(each for each in found if not each["is_said"]),
		"done": queue.done_today(users, cadences),
		"zone": clock.reader_zone().key,
		"may_lead": leads,
		"team": _team() if leads else [],
	}


@whitelist()
def item(activity: str) -> Item:
	"""One item: what is to be done, the mail or message to review, who it is about, why this step, and what
	each result would cause."""
	doc = permitted(activity)
	current = what_follows.look_at(doc.enrollment)
	return {
		"name": doc.name,
		"text": _text(doc),
		"mail": _mail(doc),
		"results": _results(doc, current),
		"why": _why(doc, current),
		"person": what_follows.person_of(doc.reference_doctype, doc.reference_name),
		"history": timeline(doc.enrollment)[:HISTORY],
		"next_mail": _next_mail(doc),
		"zone": clock.reader_zone().key,
	}


@whitelist(methods=["POST"])
@tried_anew
def say(
	activity: str,
	outcome: str = "",
	result: str = "",
	note: str = "",
	minutes: int = 0,
	put_off_to: str = "",
	ends: bool = False,
	disposition: str = "",
) -> Said:
	"""Say what became of it, or put it off. It is carried out ten seconds later, and can be taken back until
	then. `put_off_to` is a date, or for a call a moment in the reader's time. `ends`: the run is ended by
	hand, with a `disposition` (S5.7); that needs *write* on its enrollment."""
	doc = permitted(activity)
	if is_yes(ends):
		frappe.get_doc("Cadence Enrollment", doc.enrollment).check_permission("write")
		refuse_unknown_disposition(disposition)
	answer = Answer(
		outcome,
		result,
		note,
		minutes,
		_as_stored(put_off_to, doc.channel),
		is_yes(ends),
		disposition if is_yes(ends) else "",
	)
	answers.check(answer, doc.channel)
	results.keep(activity, answer)
	return {"seconds": results.TIME_TO_UNDO}


@whitelist(methods=["POST"])
@tried_anew
def take_back(activity: str) -> bool:
	"""Take back what one said a moment ago. False where it has been carried out meanwhile."""
	permitted(activity)
	return results.take_back(activity)


@whitelist(methods=["POST"])
@tried_anew
def settle(activities: list[str] | str) -> dict[str, str]:
	"""Carry out now what one said of these, 100 at most. By activity, what came of it, or why it failed;
	blank for those that are somebody else's, or nobody's."""
	frappe.has_permission("Cadence Activity", "write", throw=True)
	names = list(dict.fromkeys(listed(activities)))
	if len(names) > results.AT_ONCE:
		frappe.throw(_("At most {0} follow-ups at once.").format(results.AT_ONCE))
	mine = set(filter(_is_mine, names))
	failed = results.apply_own(names)
	return {name: failed.get(name) or (_told(name) if name in mine else "") for name in names}


@whitelist(methods=["POST"])
@tried_anew
def edit_mail(activity: str, subject: str, content: str) -> None:
	"""Change a mail that waits, for this person alone (S3.9); or a message, whose `content` is plain text and
	which has no subject."""
	doc = permitted(activity)
	may_approve = bool(frappe.has_permission("Cadence", "write", doc.cadence))
	waiting_mails.edit(activity, subject, content, may_approve=may_approve)
	scheduled.run_now([doc.enrollment])  # so that its history says so at once


@whitelist(methods=["POST"])
@tried_anew
def send_back(activity: str) -> None:
	"""Give what waits for approval back to whoever looks after its record, to be worked over."""
	doc = permitted(activity)
	frappe.get_doc("Cadence", doc.cadence).check_permission("write")
	waiting_mails.send_back(activity)


def _users(user: str) -> list[str] | None:
	if not user or user == frappe.session.user:
		return [frappe.session.user]
	if not leads_a_team():
		frappe.throw(_("You may see your own follow-ups only."), frappe.PermissionError)
	return None if user == queue.EVERYBODY else [user]


def _team() -> list[dict[str, str]]:
	names = queue.users_with_work(seen.limited_to())
	return [{"name": each, "full_name": frappe.utils.get_fullname(each)} for each in names]


def _as_stored(put_off_to: str, channel: str) -> str:
	"""A moment that the reader gave in their own zone, in the site's."""
	if not put_off_to or channel != "Call" or len(put_off_to) <= 10:
		return put_off_to
	return str(clock.to_site(moment(put_off_to, clock.reader_zone())))


def _next_mail(doc: Any) -> dict[str, Any] | None:
	"""What goes out next, beside what is in hand; None where there is nothing to be edited."""
	found = next_mail.offered(doc.enrollment)
	return None if found is None or found["activity"] == doc.name else found


def _text(doc: Any) -> dict[str, Any]:
	"""What the task or call says to do, as its document has it."""
	if doc.channel in queue.SENT or not doc.activity_name:
		return {}
	if not frappe.db.exists(doc.activity_doctype, doc.activity_name):
		return {"is_gone": True}
	found = frappe.get_doc(doc.activity_doctype, doc.activity_name)
	return {
		"doctype": found.doctype,
		"name": found.name,
		"subject": found.get("subject") or found.get("title") or "",
		"description": frappe.utils.sanitize_html(found.get("description") or "", always_sanitize=True),
		"priority": found.get("priority") or "",
	}


def _mail(doc: Any) -> dict[str, Any] | None:
	if doc.delivery not in (Delivery.REVIEW, Delivery.APPROVAL):
		return None
	may_approve = bool(frappe.has_permission("Cadence", "write", doc.cadence))
	is_message = doc.channel == "Message"
	text = "text_content" if is_message else "content"
	return {
		"to": doc.recipient,
		"from": doc.sender,
		"subject": doc.subject,
		"content": frappe.db.get_value("Communication", doc.activity_name, text) or "",
		"delivery": doc.delivery,
		"service": doc.message_service or "",
		"parts": doc.message_parts or 0,
		"may_approve": may_approve,
		"may_edit": may_approve or doc.delivery != Delivery.APPROVAL,
	}


def _results(doc: Any, current: EnrollmentInWork | None) -> list[dict[str, Any]]:
	"""The results that can be chosen, in the order of their keys, each with what it would cause."""
	if doc.channel in queue.SENT:
		send = _("Send") if doc.delivery == Delivery.REVIEW else _("Approve and send")
		return [
			{"outcome": MailAnswer.SEND.value, "label": send, "key": "c", "causes": []},
			{"outcome": MailAnswer.DO_NOT_SEND.value, "label": _("Do not send"), "key": "s", "causes": []},
		]
	choices = _choices(doc.channel)
	caused = (
		what_follows.consequences(current, doc.follow_up, [each for _key, each in choices]) if current else {}
	)
	return [
		{
			"outcome": outcome.value,
			"result": result,
			"label": _(result or outcome.value),
			"key": key,
			"causes": [_in_words(each, current) for each in caused.get((outcome, result), ())],
		}
		for key, (outcome, result) in choices
	]


def _choices(channel: str) -> list[tuple[str, Result]]:
	if channel == "Task":
		done, skipped, *others = TASK_ANSWERS
		rest: list[Result] = [(each, "") for each in others]
	else:
		done, skipped = CALL_ANSWERS
		stored = frappe.get_cached_value("Cadence Settings", None, "call_results") or ""
		rest = [(Outcome.CALL_RESULT, line.strip()) for line in stored.split("\n") if line.strip()]
	numbered = [(str(number) if number < 10 else "", each) for number, each in enumerate(rest, 1)]
	return [("c", (done, "")), *numbered, ("s", (skipped, ""))]


def _in_words(transition: Transition, current: EnrollmentInWork) -> str:
	"""What would happen, as a sentence."""
	if isinstance(transition, Ended):
		why = because(transition.reason.value, transition.note)
		return _("The enrollment ends as {0}: {1}").format(_(transition.status.value), why)
	label = _label(current, transition.follow_up)
	if isinstance(transition, FollowUpScheduled):
		if transition.due_at is None:
			return _("{0} follows once its date is known").format(label)
		if transition.due_at <= clock.now():
			return _("{0} follows at once").format(label)
		return _("{0} follows on {1}").format(label, as_read(transition.due_at))
	return _("{0} is withdrawn").format(label)


def _label(current: EnrollmentInWork, key: str) -> str:
	found = current.cadence.by_key.get(key)
	return words.name_of(found, current.cadence) if found else key


def _why(doc: Any, current: EnrollmentInWork | None) -> str:
	"""Why this follow-up came, as a sentence: the earlier one and what it had to bring."""
	if current is None:
		return because(doc.reason, doc.note)
	found = current.cadence.by_key.get(doc.follow_up)
	state: Activity | None = current.state.activities.get(doc.follow_up)
	if state is not None and state.forced:
		return because("skipped_ahead")
	if found is None or not found.parent:
		return _("It begins the cadence: {0}").format(_enrolled_words(current, doc.follow_up))
	return words.starts_of(found, current.cadence)


def _enrolled_words(current: EnrollmentInWork, key: str) -> str:
	found = current.cadence.by_key.get(key)
	return words.arrow(found, current.cadence) if found else ""


def _is_mine(activity: str) -> bool:
	"""Whether there is such a follow-up, and it is one's own to work on, or one leads a team."""
	return bool(frappe.db.exists("Cadence Activity", activity)) and is_permitted(
		frappe.get_doc("Cadence Activity", activity)
	)


def _told(activity: str) -> str:
	"""How it stands now, as a sentence."""
	row = frappe.db.get_value(
		"Cadence Activity",
		activity,
		["title", "standing", "delivery", "call_result", "enrollment"],
		as_dict=True,
	)
	if row is None:
		return ""
	now = _(row.call_result or row.standing or row.delivery or "")
	columns = ["status", "next_follow_up", "next_follow_up_at", "next_follow_up_unless"]
	next_up = frappe.db.get_value("Cadence Enrollment", row.enrollment, columns, as_dict=True)
	if next_up.next_follow_up and next_up.next_follow_up_at:
		due = as_read(clock.from_site(next_up.next_follow_up_at))
		name, unless = next_up.next_follow_up, next_up.next_follow_up_unless
		if unless:
			return _("{0}: {1}. Next, if not {2}: {3}, {4}").format(row.title, now, _(unless), name, due)
		return _("{0}: {1}. Next: {2}, {3}").format(row.title, now, name, due)
	return _("{0}: {1}. The enrollment is {2}.").format(row.title, now, _(next_up.status))
