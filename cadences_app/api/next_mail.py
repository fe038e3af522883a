"""The next email or message of one person, looked at and edited before it goes out (S3.9).

Needs *write* on the activity, and that it is the user's own or they may edit the cadence; what is with those
who approve is theirs alone.
"""

from datetime import datetime
from typing import Any

import frappe
from frappe import _

from cadences_app.api.answers.enrollments import NextMail
from cadences_app.api.calling import whitelist
from cadences_app.api.own_work import is_permitted, permitted
from cadences_app.api.sentences import because
from cadences_app.channels import sample_email, sample_text
from cadences_app.channels.occasion import CannotReach
from cadences_app.engine.content import Channel
from cadences_app.engine.statuses import LIVE, ActivityStatus
from cadences_app.mail import edited
from cadences_app.reports import what_follows
from cadences_app.runtime import scheduled, waiting_mails
from cadences_app.store import clock
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.markup import clean_html
from cadences_app.store.rights import holds

_COLUMNS = [*waiting_mails.LOOKED_AT, "title", "due_at", "send_after", "recipient", "sender", "subject"]


@whitelist()
def next_mail(enrollment: str) -> NextMail:
	"""The email or message that goes out next, with its text for this person; empty where none waits.

	`missing`: the merge fields without a value, `problem`: why it could not go out as it is. `is_edited`: it
	is sent as somebody edited it, not as its template says. The `content` of a message is plain text; it has
	no subject. `due_at` is in the site's time.
	"""
	found = find(enrollment)
	if found is None:
		return {}
	doc = permitted(found.name)
	current = what_follows.look_at(enrollment)
	edit = edited.of_activities([found.name]).get(found.name)
	is_scheduled = found.status == ActivityStatus.SCHEDULED
	text = _as_written(found) if not is_scheduled else _as_it_would_be(current, found, edit)
	return {
		"activity": found.name,
		"title": found.title,
		"due_at": found.due_at if is_scheduled else found.send_after,
		"channel": found.channel,
		"delivery": found.delivery or "",
		"is_edited": bool(edit),
		"edited_by": frappe.utils.get_fullname(edit.edited_by) if edit else "",
		"is_scheduled": is_scheduled,
		"may_edit": waiting_mails.has_own_text(waiting_mails.content_of(found.name))
		and (
			bool(frappe.has_permission("Cadence", "write", doc.cadence))
			or not waiting_mails.is_with_approvers(found)
		),
		**text,
	}


def offered(enrollment: str) -> dict[str, Any] | None:
	"""What is edited next, for who may edit it: its activity, title, channel and moment; None: nothing is."""
	found = find(enrollment)
	if found is None or not is_permitted(frappe.get_doc("Cadence Activity", found.name)):
		return None
	is_scheduled = found.status == ActivityStatus.SCHEDULED
	due_at = found.due_at if is_scheduled else found.send_after
	return {"activity": found.name, "title": found.title, "channel": found.channel, "due_at": due_at}


@whitelist(methods=["POST"])
def edit(activity: str, subject: str, content: str) -> None:
	"""Have the email of this person say this, and nobody else's; or the message, of which `content` is the
	plain text. Raises NotWaiting once it is on its way."""
	doc = permitted(activity)
	may_approve = bool(frappe.has_permission("Cadence", "write", doc.cadence))
	waiting_mails.edit(activity, subject, content, may_approve=may_approve)
	scheduled.run_now([doc.enrollment])


@whitelist(methods=["POST"])
def take_edit_back(activity: str) -> None:
	"""Have an email or message that is not written yet made from its template again."""
	permitted(activity)
	waiting_mails.take_edit_back(activity)


def find(enrollment: str) -> Any:
	"""The mail or message of a live run that is edited next: one that waits to go out, or else the first
	scheduled."""
	if not holds("Cadence Activity", "write"):
		return None
	state = frappe.db.get_value("Cadence Enrollment", enrollment, ["status", "run"], as_dict=True)
	if state is None or state.status not in LIVE:
		return None
	filters = {"enrollment": enrollment, "run": state.run, "channel": ("in", waiting_mails.WRITTEN)}
	rows = frappe.get_list("Cadence Activity", filters, _COLUMNS, limit_page_length=0)
	waiting = [row for row in rows if waiting_mails.is_editable(row)]
	return min(waiting, key=_turn, default=None)


def _turn(mail: Any) -> tuple[bool, datetime]:
	return (mail.status == ActivityStatus.SCHEDULED, mail.due_at or datetime.max)


def _as_written(mail: Any) -> dict[str, Any]:
	is_message = mail.channel == Channel.MESSAGE
	column = "text_content" if is_message else "content"
	content = frappe.db.get_value("Communication", mail.activity_name, column)
	texts = {"subject": "" if is_message else mail.subject or "", "content": content or ""}
	return {"to": mail.recipient, "from": mail.sender, "missing": [], "problem": "", **texts}


def _as_it_would_be(current: EnrollmentInWork | None, mail: Any, edit: Any) -> dict[str, Any]:
	blank = {"to": "", "from": "", "subject": "", "content": "", "missing": [], "problem": ""}
	if edit:
		is_message = mail.channel == Channel.MESSAGE
		blank |= {"content": edit.text} if is_message else {"subject": edit.subject, "content": edit.content}
	if current is None or mail.follow_up not in current.cadence.by_key:
		return blank | {"problem": _("The cadence has no such follow-up any more.")}
	make = _message_as_it_would_be if mail.channel == Channel.MESSAGE else _mail_as_it_would_be
	try:
		return blank | make(current, mail.follow_up)
	except CannotReach as why:
		return blank | {"problem": because("impossible", str(why))}
	except frappe.ValidationError as error:
		frappe.clear_messages()
		return blank | {"problem": str(error)}


def _message_as_it_would_be(current: EnrollmentInWork, follow_up: str) -> dict[str, Any]:
	sample = sample_text.sample_of(current, follow_up, clock.now())
	problem = because("impossible", sample.block.value) if sample.block else ""
	return {"to": sample.number, "content": sample.text, "problem": problem}


def _mail_as_it_would_be(current: EnrollmentInWork, follow_up: str) -> dict[str, Any]:
	sample = sample_email.sample_of(current, follow_up, clock.now())
	told = {"to": sample.address, "from": sample.sender, "problem": sample.problem}
	if sample.problem:
		return told
	# Desk shows what is edited as it comes; the template and a signature may hold what runs there.
	content = clean_html(sample.body)
	return told | {"subject": sample.subject, "content": content, "missing": list(sample.missing)}
