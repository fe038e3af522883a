"""How much each Email Account may send for cadences, and whether it may at all (S13.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import cint, escape_html, get_datetime, now_datetime
from pypika.functions import Count, Max, Sum
from pypika.terms import Case

from cadences_app.engine.statuses import Delivery
from cadences_app.mail.alerts import alert_managers
from cadences_app.store import compat, markup
from cadences_app.store.inbox import standard_columns

UNLIMITED = 1_000_000
USUAL_SESSIONS, MOST_SESSIONS = 4, 32
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_FAILURES_TO_ALERT = 3


@dataclass(frozen=True, slots=True)
class Mailbox:
	"""The caps of an Email Account; 0 means none. `minimum_gap` in seconds."""

	account: str
	per_hour: int = 0
	per_day: int = 0
	minimum_gap: int = 0
	paused: bool = False
	waits_until: datetime | None = None

	@property
	def has_caps(self) -> bool:
		return bool(self.per_hour or self.per_day or self.minimum_gap)


@dataclass(frozen=True, slots=True)
class Usage:
	"""What went through an account: in the last hour, in the last day, when last, and what is on its way."""

	hour: int = 0
	day: int = 0
	last: datetime | None = None
	under_way: int = 0


def lock_all() -> list[Mailbox]:
	"""The mailboxes of all accounts that may send, locked until the transaction ends.

	Whoever claims mails holds this lock, so that no two workers fill the same cap.
	"""
	accounts = frappe.get_all("Email Account", {"enable_outgoing": 1}, pluck="name", limit_page_length=0)
	known = {each.account: each for each in _lock()}
	missing = [name for name in accounts if name not in known]
	if missing:
		_create(missing)
		known = {each.account: each for each in _lock()}
	return [known[name] for name in accounts if name in known]


def allowances(mailboxes: Iterable[Mailbox]) -> dict[str, int]:
	"""How many mails may be claimed now, by account; accounts that may send none are left out."""
	now = now_datetime()
	open_ones = [each for each in mailboxes if not each.paused and not _waits(each, now)]
	capped = [each.account for each in open_ones if each.has_caps]
	usage = _usage(capped, now) if capped else {}
	found = {each.account: allowance(each, usage.get(each.account, Usage()), now) for each in open_ones}
	return {account: room for account, room in found.items() if room > 0}


def allowance(mailbox: Mailbox, usage: Usage, now: datetime) -> int:
	"""How many mails may go out now under the mailbox's caps."""
	room = UNLIMITED
	if mailbox.per_hour:
		room = min(room, mailbox.per_hour - usage.hour - usage.under_way)
	if mailbox.per_day:
		room = min(room, mailbox.per_day - usage.day - usage.under_way)
	if mailbox.minimum_gap:
		gap = timedelta(seconds=mailbox.minimum_gap)
		is_too_soon = usage.under_way or (usage.last is not None and usage.last + gap > now)
		room = min(room, 0 if is_too_soon else 1)
	return max(room, 0)


def next_slot() -> datetime | None:
	"""When the first of the gaps between two mails is over, of the mailboxes that keep one."""
	with_gap = {"minimum_gap": (">", 0), "paused": 0}
	gaps = frappe.get_all("Cadence Mailbox", with_gap, ["name", "minimum_gap"], as_list=True)
	usage = _usage([name for name, _gap in gaps], now_datetime()) if gaps else {}
	slots = [
		usage[name].last + timedelta(seconds=gap) for name, gap in gaps if name in usage and usage[name].last
	]
	return min((each for each in slots if each > now_datetime()), default=None)


def pause(account: str, reason: str) -> None:
	"""Stop an account's mails until somebody has looked; the managers are told. In this transaction."""
	_create([account])
	if frappe.db.get_value("Cadence Mailbox", account, "paused", for_update=True):
		return
	columns = {"paused": 1, "paused_at": now_datetime(), "pause_reason": markup.plain(reason)}
	frappe.db.set_value("Cadence Mailbox", account, columns)
	alert_managers(
		_("No cadence emails go out through {0}: {1}").format(frappe.bold(account), escape_html(reason)),
		"Cadence Mailbox",
		account,
	)


def note_failure(account: str, error: str) -> None:
	"""The account's server could not be reached: leave it alone for a while, longer each time."""
	_create([account])
	failures = (frappe.db.get_value("Cadence Mailbox", account, "failures", for_update=True) or 0) + 1
	wait = min(_FIRST_WAIT * 2 ** (failures - 1), _LONGEST_WAIT)
	columns = {"failures": failures, "waits_until": now_datetime() + wait}
	frappe.db.set_value("Cadence Mailbox", account, columns, update_modified=False)
	if failures == _FAILURES_TO_ALERT:
		text = _("The mail server of {0} can't be reached, its emails wait: {1}")
		alert_managers(text.format(frappe.bold(account), escape_html(error)), "Cadence Mailbox", account)


def note_success(account: str) -> None:
	"""The account's server took a session: its failures are forgotten."""
	frappe.db.set_value(
		"Cadence Mailbox",
		{"name": account, "failures": (">", 0)},
		{"failures": 0, "waits_until": None},
		update_modified=False,
	)


def sessions_of(account: str) -> int:
	"""How many sessions at once the account's server is given: as set, but no more than it has taken."""
	row = frappe.db.get_value("Cadence Mailbox", account, ["sessions", "sessions_taken"])
	wanted, taken = row or (0, 0)
	wanted = min(max(cint(wanted) or USUAL_SESSIONS, 1), MOST_SESSIONS)
	return min(wanted, cint(taken)) if cint(taken) else wanted


def note_sessions(account: str, taken: int) -> None:
	"""The account's server takes no more sessions than these at once. In this transaction."""
	columns = {"sessions_taken": taken}
	frappe.db.set_value("Cadence Mailbox", account, columns, update_modified=False)


def _lock() -> list[Mailbox]:
	table = frappe.qb.DocType("Cadence Mailbox")
	query = frappe.qb.from_(table).select(
		table.name, table.per_hour, table.per_day, table.minimum_gap, table.paused, table.waits_until
	)
	return [Mailbox(*row[:4], bool(row[4]), row[5]) for row in query.orderby(table.name).for_update().run()]


def _create(accounts: Iterable[str]) -> None:
	rows = [{**standard_columns(name), "email_account": name} for name in accounts]
	compat.insert_rows("Cadence Mailbox", rows, ignore_duplicates=True)


def _waits(mailbox: Mailbox, now: datetime) -> bool:
	return mailbox.waits_until is not None and mailbox.waits_until > now


def _usage(accounts: list[str], now: datetime) -> dict[str, Usage]:
	table = frappe.qb.DocType("Cadence Activity")
	taken = (
		frappe.qb.from_(table)
		.select(
			table.email_account,
			Sum(Case().when(table.taken_at > now - timedelta(hours=1), 1).else_(0)),
			Count("*"),
			Max(table.taken_at),
		)
		.where(table.email_account.isin(accounts) & (table.taken_at > now - timedelta(days=1)))
		.groupby(table.email_account)
	)
	under_way = (
		frappe.qb.from_(table)
		.select(table.email_account, Count("*"))
		.where(
			table.claimed_until.isnotnull()
			& table.delivery.isin([Delivery.QUEUED.value, Delivery.SENDING.value])
		)
		.groupby(table.email_account)
	)
	claimed = dict(under_way.run())
	found = {account: Usage(under_way=count) for account, count in claimed.items()}
	for account, hour, day, last in taken.run():
		found[account] = Usage(int(hour or 0), day, get_datetime(last), claimed.get(account, 0))
	return found


def follow_account(old: str, new: str) -> None:
	"""An Email Account was renamed, or merged into another: its mailbox bears its name."""
	if frappe.db.exists("Cadence Mailbox", new):
		frappe.db.delete("Cadence Mailbox", {"name": old})
	else:
		compat.update_rows("Cadence Mailbox", {old: {"email_account": new, "name": new}})
