"""The outbox: which mails are due, which worker has them in hand, and how far each is (S15.2).

A mail is Queued, then Sending while it is being handed to the mail server, then Sent. A worker claims mails
by writing its name and a lease on them, and has at most as many in the state Sending as it has sessions: the
statement that notes some as Sent is the same that notes the next as Sending. If a worker dies, its waiting
mails are free again when the lease is over, and those that it was handing over are Unknown: shown, and never
sent again unless somebody says that they were not.

The end of a mail is noted at once and reported to the cadence after the batch; until then it stays claimed,
so what a dead worker did not report is found by its lease.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, now_datetime
from pypika.functions import Count
from pypika.terms import ExistsCriterion

from cadences_app.engine.content import Channel
from cadences_app.engine.statuses import Delivery
from cadences_app.mail import mailboxes
from cadences_app.mail.sending.smtp_replies import retry_delay
from cadences_app.store import compat, markup

LEASE = timedelta(minutes=2)
"""For mails that wait for their turn in a batch; renewed while the worker lives."""
FLIGHT = timedelta(minutes=10)
"""For the mail that is being handed over: longer than a mail server may take for it."""
MOST_RECOVERED = 500

Found = TypeVar("Found")


@dataclass(slots=True)
class Mail:
	"""One row of the outbox: the columns of its activity, and its Communication."""

	name: str
	enrollment: str
	cadence: str
	run: int
	follow_up: str
	reference_doctype: str
	reference_name: str
	recipient: str
	sender: str
	reply_to: str | None
	email_account: str
	message_id: str
	attempts: int
	delivery: Delivery
	error: str | None
	taken_at: datetime | None
	communication: str


def has_work(channel: Channel = Channel.EMAIL) -> bool:
	"""Whether a mail, or a message, is due, or a lease has run out. One query."""
	found = frappe.db.sql(
		"""
		select name from (
			select name from `tabCadence Activity`
			where delivery = %(queued)s and send_after <= %(now)s and claimed_until is null
				and channel = %(channel)s limit 1
		) due
		union all
		select name from (
			select name from `tabCadence Activity`
			where claimed_until <= %(now)s and channel = %(channel)s limit 1
		) expired
		""",
		{"now": now_datetime(), "queued": Delivery.QUEUED.value, "channel": channel.value},
	)
	return bool(found)


def claim(worker: str, limit: int, without: Collection[str] = ()) -> list[Mail]:
	"""Take due mails in hand, as many as the caps of their mailboxes allow, none of the accounts in
	`without`. The caller commits."""
	allowed = mailboxes.allowances(mailboxes.lock_all())
	allowed = {account: each for account, each in allowed.items() if account not in without}
	most = cint(frappe.get_cached_doc("Cadence Settings").max_emails_per_record)
	candidates = postpone_excess(_lock_in_turn(allowed, limit), most)
	chosen = [mail for mail in candidates if allowed[mail.email_account].take(mail.recipient)]
	take(worker, chosen)
	return chosen


def _lock_in_turn(allowed: dict[str, mailboxes.Allowance], limit: int) -> list[Mail]:
	"""Lock what is due of these accounts, at most `limit` mails. Of one with caps, what goes to those who
	are under way comes before what begins a run (S13.3a): the accounts with the least room come first."""
	table = frappe.qb.DocType("Cadence Activity")
	capped = sorted(
		(name for name, each in allowed.items() if each.is_capped), key=lambda each: allowed[each].room
	)
	found: list[Mail] = []
	for name in capped:
		mine = table.email_account == name
		for domain in allowed[name].full_domains():
			mine &= compat.after_at(table.recipient) != domain
		end = min(limit, len(found) + allowed[name].room)
		for which in (_goes_on(table), ~_goes_on(table)):
			if len(found) < end:
				found += lock_due(mine & which, end - len(found))
	free = sorted(allowed.keys() - set(capped))
	if free and len(found) < limit:
		found += lock_due(table.email_account.isin(free), limit - len(found))
	return found


def _goes_on(table: Any) -> Any:
	"""Whether something of the mail's run has been carried out before."""
	earlier = frappe.qb.DocType("Cadence Activity").as_("earlier")
	of_run = (earlier.enrollment == table.enrollment) & (earlier.run == table.run)
	done = frappe.qb.from_(earlier).select(earlier.name).where(of_run & earlier.carried_out_at.isnotnull())
	return ExistsCriterion(done)


def take(worker: str, mails: list[Mail]) -> None:
	"""Have a worker hold these. The caller commits."""
	_set(mails, {"claimed_by": worker, "claimed_until": now_datetime() + LEASE})


def put_off(mails: list[Mail], until: datetime) -> None:
	"""These wait as they are, until then at least."""
	_set(mails, {"send_after": until})


def renew(worker: str, mails: list[Mail]) -> None:
	"""Keep the mails that wait for their turn, if any do."""
	if not mails:
		return
	table = frappe.qb.DocType("Cadence Activity")
	names = [each.name for each in mails]
	query = frappe.qb.update(table).set(table.claimed_until, now_datetime() + LEASE)
	query.where(
		table.name.isin(names) & (table.claimed_by == worker) & (table.delivery == Delivery.QUEUED.value)
	).run()


def advance(worker: str, taken: list[Mail], starting: list[tuple[Mail, tuple[str, ...]]]) -> set[str]:
	"""Note what servers took as Sent and what is to be handed over as Sending, in one statement.

	Returns the names of those that may be handed over; the others were withdrawn meanwhile, or the lease has
	run out. `starting` comes with the targets of the mails' links. The caller commits.
	"""
	now = now_datetime()
	links = {mail.name: markup.in_json(json.dumps(found)) for mail, found in starting if found}
	values: dict[str, Any] = {"worker": worker, "now": now, "until": now + FLIGHT}
	values |= {
		"queued": Delivery.QUEUED.value,
		"sending": Delivery.SENDING.value,
		"sent": Delivery.SENT.value,
	}
	sent_when = _cases(values, "s", [(each.name, each.taken_at) for each in taken])
	links_when = _cases(values, "l", list(links.items()))
	first = _listed(values, "a", [mail.name for mail, _links in starting])
	done = _listed(values, "d", [each.name for each in taken])
	compat.run_named(
		f"""
		update `tabCadence Activity`
		set taken_at = case name {sent_when} else taken_at end,
			links = case name {links_when} else links end,
			claimed_until = case when name in ({first}) then %(until)s else claimed_until end,
			delivery = case when name in ({first}) then %(sending)s else %(sent)s end
		where name in ({first}, {done}) and claimed_by = %(worker)s and claimed_until > %(now)s
			and (
				(name in ({first}) and delivery = %(queued)s)
				or (name in ({done}) and delivery = %(sending)s)
			)
		""",
		values,
	)
	names = {mail.name for mail, _links in starting}
	if compat.rows_touched() == len(taken) + len(names):
		return names
	for mail in taken:
		_note_after_all(mail)
	return _in_flight(worker, names)


def _cases(values: dict[str, Any], prefix: str, pairs: list[tuple[str, Any]]) -> str:
	"""The branches of a `case name`, their values put into `values`; without any, one that never holds."""
	if not pairs:
		return "when '' then null"
	parts = []
	for number, (name, value) in enumerate(pairs):
		values |= {f"{prefix}n{number}": name, f"{prefix}v{number}": value}
		parts.append(f"when %({prefix}n{number})s then %({prefix}v{number})s")
	return " ".join(parts)


def _listed(values: dict[str, Any], prefix: str, names: list[str]) -> str:
	for number, name in enumerate(names):
		values[f"{prefix}{number}"] = name
	return ", ".join(f"%({prefix}{number})s" for number in range(len(names))) or "''"


def finish(worker: str, mail: Mail, delivery: Delivery, error: str | None = None) -> None:
	"""Note the end of a mail; it stays claimed until it has been reported."""
	mail.delivery, mail.error = delivery, error
	_update_own(worker, mail, {"delivery": delivery.value, "error": error, "taken_at": mail.taken_at})


def put_back(worker: str, mail: Mail, send_after: datetime, error: str | None, attempts: int) -> None:
	"""Let a mail that certainly did not go out wait for its next attempt."""
	mail.delivery = Delivery.QUEUED
	columns = {
		"delivery": Delivery.QUEUED.value,
		"send_after": send_after,
		"error": error,
		"attempts": attempts,
	}
	_update_own(worker, mail, columns | {"claimed_by": None, "claimed_until": None})


def try_later(worker: str, mail: Mail, error: str) -> bool:
	"""Let a mail that certainly did not go out wait for its next attempt; False where there were enough: it
	has failed now, and is to be reported."""
	attempts = mail.attempts + 1
	delay = retry_delay(attempts)
	if delay is None:
		finish(worker, mail, Delivery.FAILED, error)
		return False
	put_back(worker, mail, now_datetime() + timedelta(seconds=delay), error, attempts)
	return True


def look_at(
	worker: str,
	mails: list[Mail],
	look: Callable[[list[Mail]], Found],
	report: Callable[[list[Mail]], object],
) -> list[Found]:
	"""What `look` finds of claimed mails: of all together, or of one by one where they can't be looked at
	together. What is wrong with one of them, such as a module whose app is gone, keeps no other waiting: it
	is tried again later, and reported once it has failed. Commits as it goes."""
	try:
		return [look(mails)]
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback()
		frappe.clear_messages()
		for mail in mails:
			mail.delivery = Delivery.QUEUED
		if len(mails) > 1:
			return [found for each in mails for found in look_at(worker, [each], look, report)]
		compat.persist(_note_unfit, worker, mails[0], error, report)
		return []


def _note_unfit(worker: str, mail: Mail, error: Exception, report: Callable[[list[Mail]], object]) -> None:
	title, about = "Cadence: what waits in an outbox could not be looked at", "Cadence Activity"
	frappe.log_error(title, reference_doctype=about, reference_name=mail.name)
	if not try_later(worker, mail, f"{type(error).__name__}: {error}"[:500]):
		report([mail])


def give_up(worker: str, mail: Mail, error: str) -> None:
	"""The connection broke while the server had the mail: nobody knows whether it went out."""
	mail.delivery = Delivery.UNKNOWN
	columns = {"delivery": Delivery.UNKNOWN.value, "error": error, "claimed_by": None, "claimed_until": None}
	_update_own(worker, mail, columns)


def give_back(mails: list[Mail]) -> None:
	"""Let others have these mails, which wait as they are."""
	_set(
		[each for each in mails if each.delivery == Delivery.QUEUED],
		{"claimed_by": None, "claimed_until": None},
	)


def drop(mails: list[Mail]) -> None:
	"""These mails will not go out: what they belonged to is over."""
	columns = {"delivery": Delivery.CANCELLED.value, "send_after": None}
	_set(mails, columns | {"claimed_by": None, "claimed_until": None})


def forget_communications(mails: list[Mail]) -> None:
	_set(mails, {"activity_doctype": None, "activity_name": None})


def release(worker: str) -> None:
	"""Give back the mails that wait for their turn, as they are."""
	table = frappe.qb.DocType("Cadence Activity")
	mine = (
		table.claimed_until.isnotnull()
		& (table.claimed_by == worker)
		& (table.delivery == Delivery.QUEUED.value)
	)
	frappe.qb.update(table).set(table.claimed_by, None).set(table.claimed_until, None).where(mine).run()


def recover(channel: Channel = Channel.EMAIL) -> list[Mail]:
	"""Take up what dead workers left: waiting mails are free again, the one in flight is Unknown. The caller
	commits. Returns those whose end is not reported yet."""
	table = frappe.qb.DocType("Cadence Activity")
	expired = (table.claimed_until <= now_datetime()) & (table.channel == channel.value)
	mails = _mails(compat.locked(_select(table).where(expired).limit(MOST_RECOVERED)))
	_set(
		[each for each in mails if each.delivery == Delivery.QUEUED],
		{"claimed_by": None, "claimed_until": None},
	)
	in_flight = [each for each in mails if each.delivery == Delivery.SENDING]
	error = _("The worker stopped while it handed this over.")
	lost = {"delivery": Delivery.UNKNOWN.value, "error": error, "claimed_by": None, "claimed_until": None}
	_set(in_flight, lost)
	return [each for each in mails if each.delivery not in (Delivery.QUEUED, Delivery.SENDING)]


def lock(name: str, delivery: Delivery) -> Mail | None:
	"""The mail, locked, if it stands like this."""
	table = frappe.qb.DocType("Cadence Activity")
	query = _select(table).where((table.name == name) & (table.delivery == delivery.value)).for_update()
	return next(iter(_mails(query)), None)


def queue(mail: Mail) -> None:
	"""Queue a mail that waited for a person."""
	columns = {"delivery": Delivery.QUEUED.value, "send_after": now_datetime(), "error": None}
	_set([mail], columns | {"claimed_by": None, "claimed_until": None})


def note_as_sent(mail: Mail) -> None:
	"""Somebody has found out that the mail went out."""
	mail.delivery, mail.taken_at, mail.error = Delivery.SENT, mail.taken_at or now_datetime(), None
	_set([mail], {"delivery": mail.delivery.value, "taken_at": mail.taken_at, "error": None})


def let_go(mails: list[Mail]) -> None:
	"""The end of these mails has been reported, in this transaction."""
	_set(mails, {"claimed_by": None, "claimed_until": None})


def _select(table: Any) -> Any:
	columns = [each.name for each in fields(Mail) if each.name != "communication"]
	return frappe.qb.from_(table).select(*(table[each] for each in columns), table.activity_name)


def _mails(query: Any) -> list[Mail]:
	return [Mail(*row[:13], Delivery(row[13]), *row[14:]) for row in query.run()]


def lock_due(which: Any, limit: int, channel: Channel = Channel.EMAIL) -> list[Mail]:
	"""Lock what is due and fulfils this criterion, the longest due first."""
	table = frappe.qb.DocType("Cadence Activity")
	query = (
		_select(table)
		.where((table.delivery == Delivery.QUEUED.value) & (table.send_after <= now_datetime()))
		.where(table.claimed_until.isnull() & (table.channel == channel.value) & which)
		.orderby(table.send_after)
		.limit(limit)
	)
	return _mails(compat.locked(query))


def postpone_excess(mails: list[Mail], most: int, channel: Channel = Channel.EMAIL) -> list[Mail]:
	"""Without those that would be one too many for their record today; they wait until tomorrow (S13.2)."""
	if not most or not mails:
		return mails
	today = get_datetime(now_datetime().date())
	seen = _sent_since(today, mails, channel)
	kept, excess = [], []
	for mail in mails:
		record = (mail.reference_doctype, mail.reference_name)
		seen[record] = seen.get(record, 0) + 1
		(kept if seen[record] <= most else excess).append(mail)
	_set(excess, {"send_after": today + timedelta(days=1)})
	return kept


def _sent_since(since: datetime, mails: list[Mail], channel: Channel) -> dict[tuple[str, str], int]:
	"""How many mails of each record went out since then, or are in a worker's hand."""
	table = frappe.qb.DocType("Cadence Activity")
	names = {each.reference_name for each in mails}
	rows = (
		frappe.qb.from_(table)
		.select(table.reference_doctype, table.reference_name, Count("*"))
		.where(table.reference_doctype.isin({each.reference_doctype for each in mails}))
		.where(table.reference_name.isin(names) & (table.channel == channel.value))
		.where((table.taken_at >= since) | table.claimed_until.isnotnull())
		.groupby(table.reference_doctype, table.reference_name)
		.run()
	)
	return {(doctype, name): count for doctype, name, count in rows}


def _set(mails: list[Mail], columns: dict[str, Any]) -> None:
	if not mails:
		return
	table = frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.update(table)
	for column, value in markup.clean_columns("Cadence Activity", columns).items():
		query = query.set(table[column], value)
	query.where(table.name.isin([each.name for each in mails])).run()


def _update_own(worker: str, mail: Mail, columns: dict[str, Any]) -> None:
	table = frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.update(table)
	for column, value in markup.clean_columns("Cadence Activity", columns).items():
		query = query.set(table[column], value)
	query.where((table.name == mail.name) & (table.claimed_by == worker)).run()


def _in_flight(worker: str, names: set[str]) -> set[str]:
	filters = {"name": ("in", sorted(names)), "delivery": Delivery.SENDING.value, "claimed_by": worker}
	return set(frappe.get_all("Cadence Activity", filters, pluck="name")) if names else set()


def _note_after_all(mail: Mail) -> None:
	"""The server took so long that the mail was given up as Unknown; now it is known."""
	frappe.db.set_value(
		"Cadence Activity",
		{"name": mail.name, "delivery": Delivery.UNKNOWN.value},
		{"delivery": Delivery.SENT.value, "taken_at": mail.taken_at, "error": None},
		update_modified=False,
	)
