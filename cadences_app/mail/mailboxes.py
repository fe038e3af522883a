"""How much each Email Account may send for cadences, and whether it may at all (S13.2, S13.3a)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, get_datetime, now_datetime
from pypika.functions import Count, Max, Sum
from pypika.terms import Case

from cadences_app.engine.statuses import Delivery
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail import warming
from cadences_app.store import clock, compat, markup
from cadences_app.store.alerts import alert_managers
from cadences_app.store.inbox import standard_columns

UNLIMITED = 1_000_000
USUAL_SESSIONS, MOST_SESSIONS = 4, 32
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_FAILURES_TO_ALERT = 3


class Cap(StoredEnum):
	"""A cap of a mailbox, in the order in which they are told of."""

	HOUR = "hour"
	DAY = "day"
	WARM_UP = "warm_up"
	"""The day's cap, while it is below the wanted one."""
	DOMAIN = "domain"
	GAP = "gap"


@dataclass(frozen=True, slots=True)
class Mailbox:
	"""The caps of an Email Account; 0 means none. `minimum_gap` in seconds. The caps of a domain are those of
	mails to all its addresses."""

	account: str
	per_hour: int = 0
	per_day: int = 0
	minimum_gap: int = 0
	paused: bool = False
	waits_until: datetime | None = None
	domain_per_hour: int = 0
	domain_per_day: int = 0
	warm_up: bool = False
	warm_up_first: int = 0
	warm_up_cap: int = 0

	@property
	def has_caps(self) -> bool:
		return bool(self.per_hour or self.per_day or self.minimum_gap or self.has_domain_caps)

	@property
	def has_domain_caps(self) -> bool:
		return bool(self.domain_per_hour or self.domain_per_day)

	@property
	def day_cap(self) -> int:
		"""The emails per day now: fewer than wanted while it warms up."""
		if not (self.warm_up and self.per_day):
			return self.per_day
		return warming.first_cap(self.warm_up_cap or self.warm_up_first, self.per_day)


@dataclass(frozen=True, slots=True)
class Usage:
	"""What went through an account: in the last hour, in the last day, when last, and what is on its way. By
	receiving domain, what is on its way is among both."""

	hour: int = 0
	day: int = 0
	last: datetime | None = None
	under_way: int = 0
	hour_of: Counter[str] = field(default_factory=Counter)
	day_of: Counter[str] = field(default_factory=Counter)

	def domain_room(self, mailbox: Mailbox, domain: str) -> int:
		room = UNLIMITED
		if mailbox.domain_per_hour:
			room = min(room, mailbox.domain_per_hour - self.hour_of[domain])
		if mailbox.domain_per_day:
			room = min(room, mailbox.domain_per_day - self.day_of[domain])
		return max(room, 0)


class Allowance:
	"""How many mails an account may send now; what is taken counts at once."""

	def __init__(self, mailbox: Mailbox, usage: Usage, now: datetime) -> None:
		self.room, self.is_capped = allowance(mailbox, usage, now), mailbox.has_caps
		self._mailbox, self._usage = mailbox, usage

	def full_domains(self) -> list[str]:
		"""The receiving domains to which none may go now."""
		known = sorted({*self._usage.hour_of, *self._usage.day_of})
		return [each for each in known if not self._usage.domain_room(self._mailbox, each)]

	def take(self, recipient: str) -> bool:
		"""Take up room for a mail to this address, if there is any."""
		domain = domain_of(recipient)
		if self.room <= 0 or not self._usage.domain_room(self._mailbox, domain):
			return False
		self.room -= 1
		self._usage.hour_of[domain] += 1
		self._usage.day_of[domain] += 1
		return True


def domain_of(recipient: str | None) -> str:
	return (recipient or "").rpartition("@")[2].strip().lower()


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


def allowances(mailboxes: Iterable[Mailbox]) -> dict[str, Allowance]:
	"""How many mails may be claimed now, by account; accounts that may send none are left out."""
	now = now_datetime()
	open_ones = [each for each in mailboxes if not each.paused and not _waits(each, now)]
	usage = _usage([each for each in open_ones if each.has_caps], now)
	found = {each.account: Allowance(each, usage.get(each.account, Usage()), now) for each in open_ones}
	return {account: each for account, each in found.items() if each.room > 0}


def allowance(mailbox: Mailbox, usage: Usage, now: datetime) -> int:
	"""How many mails may go out now under the mailbox's caps, those of receiving domains aside."""
	return max(0, min(_rooms(mailbox, usage, now).values(), default=UNLIMITED))


def _rooms(mailbox: Mailbox, usage: Usage, now: datetime) -> dict[Cap, int]:
	"""The room under each cap that is set; below 1 where there is none."""
	found: dict[Cap, int] = {}
	if mailbox.per_hour:
		found[Cap.HOUR] = mailbox.per_hour - usage.hour - usage.under_way
	if mailbox.per_day:
		cap = Cap.WARM_UP if mailbox.day_cap < mailbox.per_day else Cap.DAY
		found[cap] = mailbox.day_cap - usage.day - usage.under_way
	if mailbox.minimum_gap:
		gap = timedelta(seconds=mailbox.minimum_gap)
		is_too_soon = usage.under_way or (usage.last is not None and usage.last + gap > now)
		found[Cap.GAP] = 0 if is_too_soon else 1
	return found


def full_caps(recipients: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Cap]:
	"""The cap that holds a mail back now, by account and recipient; those that none does are left out."""
	wanted, now = set(recipients), now_datetime()
	accounts = sorted({account for account, _recipient in wanted})
	mailboxes = {each.account: each for each in read(accounts) if each.has_caps}
	usage = _usage(list(mailboxes.values()), now)
	found: dict[tuple[str, str], Cap] = {}
	for account, recipient in wanted:
		if account not in mailboxes:
			continue
		mailbox, used = mailboxes[account], usage.get(account, Usage())
		rooms = _rooms(mailbox, used, now)
		rooms[Cap.DOMAIN] = used.domain_room(mailbox, domain_of(recipient))
		if full := next((each for each in Cap if rooms.get(each, 1) <= 0), None):
			found[account, recipient] = full
	return found


def day_caps() -> dict[str, int]:
	"""The emails per day that each account may send now, while it warms up too; 0 where there is no cap."""
	table = frappe.qb.DocType("Cadence Mailbox")
	return {each.account: each.day_cap for each in _mailboxes(_select(table))}


def next_slot() -> datetime | None:
	"""When the first of the gaps between two mails is over, of the mailboxes that keep one."""
	with_gap = {"minimum_gap": (">", 0), "paused": 0}
	gaps = frappe.get_all("Cadence Mailbox", with_gap, ["name", "minimum_gap"], as_list=True)
	usage = _usage([Mailbox(name) for name, _gap in gaps], now_datetime())
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
		lambda: _("No cadence emails go out through {0}: {1}").format(
			frappe.bold(escape_html(account)), escape_html(reason)
		),
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
		alert_managers(
			lambda: _("The mail server of {0} can't be reached, its emails wait: {1}").format(
				frappe.bold(escape_html(account)), escape_html(error)
			),
			"Cadence Mailbox",
			account,
		)


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
	return _mailboxes(_select(table).for_update())


def read(accounts: list[str]) -> list[Mailbox]:
	table = frappe.qb.DocType("Cadence Mailbox")
	return _mailboxes(_select(table).where(table.name.isin(accounts or [""])))


def _select(table: Any) -> Any:
	columns = ("name", "per_hour", "per_day", "minimum_gap", "paused", "waits_until", "domain_per_hour")
	columns += ("domain_per_day", "warm_up", "warm_up_first", "warm_up_cap")
	return frappe.qb.from_(table).select(*(table[each] for each in columns)).orderby(table.name)


def _mailboxes(query: Any) -> list[Mailbox]:
	return [
		Mailbox(*row[:4], bool(row[4]), row[5], *map(cint, row[6:8]), bool(row[8]), *map(cint, row[9:]))
		for row in query.run()
	]


def _create(accounts: Iterable[str]) -> None:
	rows = [{**standard_columns(name), "email_account": name} for name in accounts]
	compat.insert_rows("Cadence Mailbox", rows, ignore_duplicates=True)


def _waits(mailbox: Mailbox, now: datetime) -> bool:
	return mailbox.waits_until is not None and mailbox.waits_until > now


def _usage(mailboxes: list[Mailbox], now: datetime) -> dict[str, Usage]:
	if not mailboxes:
		return {}
	table = frappe.qb.DocType("Cadence Activity")
	accounts = [each.account for each in mailboxes]
	# In the second pass of a repeated hour, what went out in the first can read as still to come.
	last = Max(Case().when(table.taken_at <= now, table.taken_at))
	taken = (
		frappe.qb.from_(table)
		.select(table.email_account, *_of_hour_and_day(table, now), last)
		.where(table.email_account.isin(accounts) & (table.taken_at > now - timedelta(days=1)))
		.groupby(table.email_account)
	)
	under_way = (
		frappe.qb.from_(table)
		.select(table.email_account, Count("*"))
		.where(_is_under_way(table))
		.groupby(table.email_account)
	)
	claimed = dict(under_way.run())
	found = {account: Usage(under_way=count) for account, count in claimed.items()}
	for account, hour, day, last in taken.run():
		found[account] = Usage(int(hour or 0), day, last and get_datetime(last), claimed.get(account, 0))
	_add_domains([each.account for each in mailboxes if each.has_domain_caps], found, now)
	return found


def _add_domains(accounts: list[str], usage: dict[str, Usage], now: datetime) -> None:
	"""How much went to each receiving domain, of the accounts that have caps for that."""
	if not accounts:
		return
	table = frappe.qb.DocType("Cadence Activity")
	domain, mine = compat.after_at(table.recipient), table.email_account.isin(accounts)
	rows = (
		frappe.qb.from_(table)
		.select(table.email_account, domain, *_of_hour_and_day(table, now))
		.where(mine & (table.taken_at > now - timedelta(days=1)) & ~_is_under_way(table))
		.groupby(table.email_account, domain)
		.run()
	)
	claimed = (
		frappe.qb.from_(table)
		.select(table.email_account, domain, Count("*"), Count("*"))
		.where(mine & _is_under_way(table))
		.groupby(table.email_account, domain)
		.run()
	)
	for account, where, hour, day in (*rows, *claimed):
		used = usage.setdefault(account, Usage())
		used.hour_of[domain_of(where)] += int(hour or 0)
		used.day_of[domain_of(where)] += int(day)


def _of_hour_and_day(table: Any, now: datetime) -> tuple[Any, Any]:
	"""The numbers of the last hour and day, of mails taken within the day."""
	hour_ago = clock.to_site(clock.from_site(now) - timedelta(hours=1))
	return Sum(Case().when(table.taken_at > hour_ago, 1).else_(0)), Count("*")


def _is_under_way(table: Any) -> Any:
	waiting = [Delivery.QUEUED.value, Delivery.SENDING.value]
	return table.claimed_until.isnotnull() & table.delivery.isin(waiting)


def merge_accounts(old: str, new: str) -> None:
	"""An Email Account is about to be merged into another: the other's mailbox stays, and Frappe can write
	its name wherever the old one stands."""
	if frappe.db.exists("Cadence Mailbox", new):
		frappe.db.delete("Cadence Mailbox", {"name": old})


def follow_account(old: str, new: str) -> None:
	"""An Email Account was renamed, or merged into another: its mailbox bears its name."""
	if not frappe.db.exists("Cadence Mailbox", new):
		compat.update_rows("Cadence Mailbox", {old: {"email_account": new, "name": new}})
