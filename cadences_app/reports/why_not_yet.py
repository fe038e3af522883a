"""Why one enrollment does not go on at this moment, and what would set it going (S8.3a)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from cadences_app.engine.outcomes import STANDINGS
from cadences_app.engine.statuses import ActivityStatus, Delivery, EnrollmentStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail import mailboxes


class Hindrance(StoredEnum):
	ERROR = "error"
	LET_IN = "let_in"
	HALTED = "halted"
	PAUSED = "paused"
	HELD = "held"
	REVIEW = "review"
	APPROVAL = "approval"
	UNKNOWN = "unknown"
	MAILBOX_OFF = "mailbox_off"
	"""Outgoing mail is switched off in its Email Account, or that is gone."""
	MAILBOX_PAUSED = "mailbox_paused"
	CAP = "cap"
	"""A cap of its mailbox holds it back; `detail` says which."""
	QUEUED = "queued"
	OPEN_WORK = "open_work"
	DATE_MISSING = "date_missing"
	DUE = "due"
	UNLESS = "unless"
	"""It comes if an outcome stays out; `follow_up` is its title, `detail` the outcome."""
	ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class StandsBy:
	"""One reason: `until` is when it ends by itself (site time), None where it does not; `detail` is a code
	or a person, according to the reason."""

	hindrance: Hindrance
	follow_up: str = ""
	until: datetime | None = None
	detail: str = ""


_DELIVERIES = {
	Delivery.REVIEW.value: Hindrance.REVIEW,
	Delivery.APPROVAL.value: Hindrance.APPROVAL,
	Delivery.UNKNOWN.value: Hindrance.UNKNOWN,
	Delivery.QUEUED.value: Hindrance.QUEUED,
}
_OPEN = frozenset(each.value for each in STANDINGS)


def why_not_yet(row: Any, activities: list[Any]) -> list[StandsBy]:
	"""The reasons for a live enrollment, the strongest first; none for one that has ended.

	`row` is its Cadence Enrollment, `activities` are the rows of its current run.
	"""
	status = row.status
	if status == EnrollmentStatus.WAITING:
		return [StandsBy(Hindrance.LET_IN, until=row.waits_until, detail=row.waits_for or "")]
	if status not in (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED):
		return []
	found = [*_of_enrollment(row), *_of_activities(activities, status == EnrollmentStatus.ACTIVE)]
	if not found and row.next_follow_up and row.next_follow_up_unless:
		unless = row.next_follow_up_unless
		found.append(StandsBy(Hindrance.UNLESS, row.next_follow_up, row.next_follow_up_at, unless))
	if not found:
		found.append(StandsBy(Hindrance.ANSWER, until=row.next_due_at))
	return found


def _of_enrollment(row: Any) -> Iterator[StandsBy]:
	if row.error:
		yield StandsBy(Hindrance.ERROR)
	if row.status == EnrollmentStatus.HALTED:
		yield StandsBy(Hindrance.HALTED)
	if row.status == EnrollmentStatus.PAUSED:
		yield StandsBy(Hindrance.PAUSED, until=row.paused_until)
	if row.hold_until and row.hold_until > frappe.utils.now_datetime():
		yield StandsBy(Hindrance.HELD, until=row.hold_until)


def _of_activities(activities: list[Any], is_active: bool) -> Iterator[StandsBy]:
	accounts = {each.email_account for each in activities if each.email_account}
	paused, off = _paused_accounts(accounts), accounts - _sending_accounts(accounts)
	full = mailboxes.full_caps(
		(each.email_account, each.recipient) for each in activities if _may_be_capped(each)
	)
	for each in activities:
		if each.status == ActivityStatus.HANDED_OVER and each.delivery in _DELIVERIES:
			hindrance = _DELIVERIES[each.delivery]
			if hindrance is Hindrance.QUEUED and each.email_account in off:
				hindrance = Hindrance.MAILBOX_OFF
			elif hindrance is Hindrance.QUEUED and each.email_account in paused:
				hindrance = Hindrance.MAILBOX_PAUSED
			elif _may_be_capped(each) and (cap := full.get((each.email_account, each.recipient))):
				yield StandsBy(Hindrance.CAP, each.follow_up, detail=cap.value)
				continue
			yield StandsBy(hindrance, each.follow_up, each.send_after, each.email_account or "")
		elif each.status == ActivityStatus.SCHEDULED and each.due_at is None:
			yield StandsBy(Hindrance.DATE_MISSING, each.follow_up)
		elif each.status == ActivityStatus.SCHEDULED:
			yield StandsBy(
				Hindrance.DUE, each.follow_up, each.due_at if is_active else None, each.reason or ""
			)
		elif each.status == ActivityStatus.CARRIED_OUT and each.standing in _OPEN:
			yield StandsBy(Hindrance.OPEN_WORK, each.follow_up, detail=each.assigned_to or "")


def _may_be_capped(row: Any) -> bool:
	is_due = row.send_after is not None and row.send_after <= frappe.utils.now_datetime()
	return bool(row.email_account) and row.delivery == Delivery.QUEUED and is_due and not row.claimed_until


def _sending_accounts(accounts: set[str]) -> set[str]:
	"""Those that may send mails at all."""
	if not accounts:
		return set()
	may_send = {"name": ("in", list(accounts)), "enable_outgoing": 1}
	return set(frappe.get_all("Email Account", may_send, pluck="name"))


def _paused_accounts(accounts: set[str]) -> set[str]:
	if not accounts:
		return set()
	return set(frappe.get_all("Cadence Mailbox", {"name": ("in", list(accounts)), "paused": 1}, pluck="name"))
