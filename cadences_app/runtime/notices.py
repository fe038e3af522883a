"""Telling the owner of a record what matters of its cadence (S8.7), in Frappe's notifications.

What there is to tell is found while things are decided, and told by a job afterwards: nothing is undone
because somebody could not be told. Many of one kind within an hour stand in one notification.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_to_date, cint, escape_html, now_datetime

from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import Delivery, EnrollmentStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.languages import speaking_to_user
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.rights import may_read

TOGETHER_FOR = 60  # minutes
_ITEM = re.compile(r"<li>[^<]*</li>")


class Notice(StoredEnum):
	"""What an owner is told of. The value is the end of its switch's name in Cadence Settings."""

	REPLY = "replies"
	BOUNCE = "bounces"
	UNDELIVERED = "undelivered"
	UNSUBSCRIBE = "unsubscribes"
	MEETING = "meetings"
	COLLEAGUE = "colleagues"
	REVIEW = "reviews"
	FAILED = "failures"


_HEARD = {
	Notice.REPLY: Outcome.REPLIED,
	Notice.BOUNCE: Outcome.BOUNCED,
	Notice.UNDELIVERED: Outcome.FAILED,
	Notice.UNSUBSCRIBE: Outcome.UNSUBSCRIBED,
}

Note = tuple[str, str, str]
"""The owner, the kind, the enrollment."""


def collect(in_work: Iterable[EnrollmentInWork], heeded: Collection[str] = ()) -> None:
	"""Find what there is to tell of these enrollments, and have it told once they are committed. In those of
	`heeded`, something followed from a colleague's answer (S6.1b)."""
	notes = [
		(current.row["record_owner"], kind.value, current.name)
		for current in in_work
		if current.row.get("record_owner")
		for kind in (*_news_of(current), *([Notice.COLLEAGUE] if current.name in heeded else ()))
	]
	if notes:
		enqueue_after_commit("tell_owners", notes=notes)


def tell(notes: list[Note]) -> None:
	"""One notification for each owner and kind. The caller of the job commits."""
	fields = ["name", "record_title", "reference_doctype", "reference_name", "cadence"]
	of = {"name": ("in", sorted({enrollment for _owner, _kind, enrollment in notes}))}
	rows = {row.name: row for row in frappe.get_all("Cadence Enrollment", of, fields, limit_page_length=0)}
	grouped: dict[tuple[str, Notice], list[Any]] = defaultdict(list)
	for owner, kind, enrollment in notes:
		row = rows.get(enrollment)
		if row and _wants(owner, Notice(kind)) and _may_be_told(owner, row):
			grouped[(owner, Notice(kind))].append(row)
	for (owner, kind), found in grouped.items():
		with speaking_to_user(owner):
			_write(owner, kind, found)


def is_muted_for_all(kind: Notice) -> bool:
	return bool(cint(frappe.get_cached_doc("Cadence Settings").get(f"mute_{kind.value}")))


def is_muted_by(user: str, kind: Notice) -> bool:
	"""Whether this user does not want to be told."""
	return bool(cint(frappe.defaults.get_user_default(_switch(kind), user)))


def mute(user: str, kind: Notice, is_muted: bool) -> None:
	frappe.defaults.set_user_default(_switch(kind), str(int(is_muted)), user)


def _switch(kind: Notice) -> str:
	return f"cadence_mute_{kind.value}"


def _wants(owner: str, kind: Notice) -> bool:
	return not is_muted_for_all(kind) and not is_muted_by(owner, kind)


def _news_of(current: EnrollmentInWork) -> Iterable[Notice]:
	before, after = current.before, current.state
	known = before.activities if before.run == after.run else {}
	for kind, outcome in _HEARD.items():
		if any(
			each.marks and each.first(outcome) and not (known.get(key) and known[key].first(outcome))
			for key, each in after.activities.items()
		):
			yield kind
	if any(columns.get("delivery") == Delivery.REVIEW for columns in current.columns.values()):
		yield Notice.REVIEW
	if before.is_live and after.exit_reason is Reason.RULE_MEETING:
		yield Notice.MEETING
	has_failed = after.status is EnrollmentStatus.FAILED and before.status is not EnrollmentStatus.FAILED
	if has_failed or (current.error and not current.row.get("error")):
		yield Notice.FAILED


def _may_be_told(owner: str, row: Any) -> bool:
	if not frappe.get_cached_value("User", owner, "enabled"):
		return False
	return may_read(row.reference_doctype, row.reference_name, owner)


def _write(owner: str, kind: Notice, rows: list[Any]) -> None:
	"""Add to the notification of this kind that the owner has not read yet, or write one."""
	items = [_item(row) for row in rows]
	recent = {
		"for_user": owner,
		"link": _LINKS[kind],
		"read": 0,
		"creation": (">=", add_to_date(now_datetime(), minutes=-TOGETHER_FOR)),
	}
	known = frappe.db.get_value("Notification Log", recent, ["name", "email_content"], for_update=True)
	if known:
		items = [*_ITEM.findall(known[1] or ""), *items]
		told = {"subject": _subject(kind, len(items)), "email_content": f"<ul>{''.join(items)}</ul>"}
		frappe.db.set_value("Notification Log", known[0], told)
		return
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": owner,
			"subject": _subject(kind, len(items), rows[0]),
			"email_content": f"<ul>{''.join(items)}</ul>",
			"link": _LINKS[kind],
		}
	).insert(ignore_permissions=True)


def _item(row: Any) -> str:
	title, cadence = escape_html(row.record_title or row.reference_name), escape_html(row.cadence)
	return f"<li>{title} ({cadence})</li>"


_LINKS = {
	Notice.REPLY: "/app/cadence-activity/view/list?replied_at=%5B%22is%22%2C%22set%22%5D",
	Notice.BOUNCE: "/app/cadence-activity/view/list?bounced_at=%5B%22is%22%2C%22set%22%5D",
	Notice.UNDELIVERED: "/app/cadence-activity/view/list?failed_at=%5B%22is%22%2C%22set%22%5D",
	Notice.UNSUBSCRIBE: "/app/cadence-activity/view/list?unsubscribed_at=%5B%22is%22%2C%22set%22%5D",
	Notice.MEETING: "/app/cadence-enrollment/view/list?exit_reason=rule_meeting",
	Notice.COLLEAGUE: "/app/cadence-enrollment/view/list?status=Paused",
	Notice.REVIEW: "/app/follow-ups-for-today",
	Notice.FAILED: "/app/cadence-enrollment/view/list?status=Failed",
}


def _subject(kind: Notice, number: int, row: Any = None) -> str:
	who = escape_html(row.record_title or row.reference_name) if row else ""
	match kind:
		case Notice.REPLY:
			one, many = _("{0} replied"), _("{0} people replied")
		case Notice.BOUNCE:
			one, many = _("The mail to {0} bounced"), _("{0} mails bounced")
		case Notice.UNDELIVERED:
			one, many = _("The message to {0} did not arrive"), _("{0} messages did not arrive")
		case Notice.UNSUBSCRIBE:
			one, many = _("{0} unsubscribed"), _("{0} people unsubscribed")
		case Notice.MEETING:
			one, many = _("A meeting with {0} was booked"), _("{0} meetings were booked")
		case Notice.COLLEAGUE:
			one = _("A colleague of {0} answered")
			many = _("Colleagues of {0} people answered")
		case Notice.REVIEW:
			one = _("What is to go to {0} waits for your review")
			many = _("{0} mails and messages wait for your review")
		case Notice.FAILED:
			one, many = _("The cadence of {0} failed"), _("{0} cadences failed")
	return one.format(who) if number == 1 and who else many.format(number)
