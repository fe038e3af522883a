"""How each mailbox fares: bounces, complaints, unsubscribes, used caps; a mailbox in trouble pauses itself.

Mail providers judge a domain by the same figures. Past their limits they block it, for everybody's mail.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, now_datetime
from pypika.functions import Count

from cadences_app.engine.statuses import Delivery
from cadences_app.mail import mailboxes, warming
from cadences_app.mail.understanding.references import Clue
from cadences_app.mail.understanding.verdict import MailKind

JUDGED_DAYS = 7
SHOWN_DAYS = (7, 30)


@dataclass(frozen=True, slots=True)
class Figures:
	"""Mails of one mailbox over some days. Rates are percent of what was sent, refused mails included."""

	sent: int
	bounced: int
	complaints: int
	unsubscribed: int

	@property
	def bounce_rate(self) -> float:
		return self._share(self.bounced)

	@property
	def complaint_rate(self) -> float:
		return self._share(self.complaints)

	@property
	def unsubscribe_rate(self) -> float:
		return self._share(self.unsubscribed)

	@property
	def rates(self) -> dict[str, float]:
		return {
			"bounce_rate": self.bounce_rate,
			"complaint_rate": self.complaint_rate,
			"unsubscribe_rate": self.unsubscribe_rate,
		}

	def _share(self, number: int) -> float:
		return round(100 * number / self.sent, 2) if self.sent else 0.0


def measure(email_account: str, since: datetime) -> Figures:
	"""The figures of the mails that went out after `since` (site time), whenever they came back."""
	table = frappe.qb.DocType("Cadence Activity")
	mine = table.email_account == email_account
	taken = mine & (table.taken_at > since)
	refused = mine & table.taken_at.isnull() & (table.bounced_at > since)
	bounced = (table.delivery == Delivery.BOUNCED.value) | table.bounced_at.isnotnull()
	refusals = _count(table, refused)
	return Figures(
		sent=_count(table, taken) + refusals,
		bounced=_count(table, taken & bounced) + refusals,
		complaints=_count_complaints(email_account, since),
		unsubscribed=_count(table, taken & table.unsubscribed_at.isnotnull()),
	)


def overview(email_account: str) -> dict[str, Any]:
	"""The figures over 7 and 30 days, and the percentage of its caps that is used up (None: no cap)."""
	now = now_datetime()
	figures = {}
	for days in SHOWN_DAYS:
		measured = measure(email_account, now - timedelta(days=days))
		figures[f"days_{days}"] = asdict(measured) | measured.rates
	[caps] = mailboxes.read([email_account]) or [mailboxes.Mailbox(email_account)]
	hour, day = now - timedelta(hours=1), now - timedelta(days=1)
	return figures | {
		"used_of_hour": _used(email_account, hour, caps.per_hour),
		"used_of_day": _used(email_account, day, caps.day_cap),
	}


def check() -> None:
	"""Every hour: write down how each mailbox fares, and pause those that pass a limit."""
	now = now_datetime()
	week_ago = now - timedelta(days=JUDGED_DAYS)
	columns = ["name", "paused", "judged_since", "per_day"]
	columns += ["warm_up", "warm_up_first", "warm_up_cap", "warm_up_growth", "warm_up_at"]
	for mailbox in frappe.get_all("Cadence Mailbox", fields=columns):
		week = measure(mailbox.name, week_ago)
		figures = {"sent_week": week.sent, "measured_at": now} | week.rates
		frappe.db.set_value("Cadence Mailbox", mailbox.name, figures, update_modified=False)
		if mailbox.paused:
			continue
		_warm_up(mailbox, now)
		if mailbox.judged_since and mailbox.judged_since > week_ago:
			week = measure(mailbox.name, mailbox.judged_since)  # somebody let it go on: the count begins anew
		trouble = find_trouble(week)
		if trouble:
			mailboxes.pause(mailbox.name, trouble)


def _warm_up(mailbox: Any, now: datetime) -> None:
	"""Once in 24 hours: what a mailbox that warms up may send from now on (S13.3a)."""
	if not mailbox.warm_up or not mailbox.per_day:
		return
	since, cap = mailbox.warm_up_at or now, mailbox.warm_up_cap
	if not mailbox.warm_up_at or not cap:
		cap = warming.first_cap(mailbox.warm_up_first, mailbox.per_day)
	elif now - since < timedelta(days=1):
		return
	else:
		settings = frappe.get_cached_doc("Cadence Settings")
		day = _day(mailbox.name, since, now)
		is_bad = day.is_bad(flt(settings.bounce_limit), flt(settings.complaint_limit))
		cap = warming.next_cap(cap, mailbox.per_day, mailbox.warm_up_growth, day, is_bad=is_bad)
	columns = {"warm_up_cap": cap, "warm_up_at": now}
	frappe.db.set_value("Cadence Mailbox", mailbox.name, columns, update_modified=False)


def _day(email_account: str, since: datetime, now: datetime) -> warming.Day:
	table = frappe.qb.DocType("Cadence Activity")
	mine = table.email_account == email_account
	in_time = table.taken_at.isnull() | (table.taken_at > now - timedelta(days=SHOWN_DAYS[-1]))
	return warming.Day(
		sent=_count(table, mine & (table.taken_at > since)),
		bounced=_count(table, mine & in_time & (table.bounced_at > since)),
		complaints=_count_complaints(email_account, since),
	)


def find_trouble(figures: Figures) -> str:
	"""The limit that the figures pass, as a sentence; empty if they pass none, or too little was sent."""
	settings = frappe.get_cached_doc("Cadence Settings")
	if figures.sent < max(1, cint(settings.least_sent_to_judge)):
		return ""
	limit = flt(settings.bounce_limit)
	if limit and figures.bounce_rate > limit:
		return _("{0}% of its mails bounced, more than the limit of {1}%.").format(figures.bounce_rate, limit)
	limit = flt(settings.complaint_limit)
	if limit and figures.complaint_rate > limit:
		return _("{0}% of its mails were reported as spam, more than the limit of {1}%.").format(
			figures.complaint_rate, limit
		)
	return ""


def _used(email_account: str, since: datetime, cap: int) -> float | None:
	table = frappe.qb.DocType("Cadence Activity")
	if not cap:
		return None
	taken = (table.email_account == email_account) & (table.taken_at > since)
	return round(100 * _count(table, taken) / cap, 1)


def _count(table: Any, criterion: Any) -> int:
	return frappe.qb.from_(table).select(Count("*")).where(criterion).run()[0][0]


def _count_complaints(email_account: str, since: datetime) -> int:
	"""Mails that were called spam, each once, however many reports came in."""
	rows = frappe.get_all(
		"Cadence Incoming Mail",
		{
			"email_account": email_account,
			"received_at": (">", since),
			"kind": MailKind.COMPLAINT.value,
			"clue": ("!=", Clue.SENDER.value),
		},
		pluck="activity",
		distinct=True,
		limit_page_length=0,
	)
	return len(rows)
