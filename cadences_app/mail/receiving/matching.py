"""Which follow-up an incoming message belongs to (S4.1), by clues from certain to inferred."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import frappe
from pypika.enums import Order
from pypika.terms import Criterion

from cadences_app.engine.content import Channel
from cadences_app.mail.tracking.keyring import keyring
from cadences_app.mail.tracking.tokens import Purpose, activity_of_message_id, read
from cadences_app.mail.understanding.references import Clue, References
from cadences_app.store import clock
from cadences_app.store.live import LIVE_STATUSES, REACHED_STATUSES

MOST_INFERRED = 20
"""Enrollments that one message may concern by its sender alone; a role address can be in many."""


@dataclass(frozen=True, slots=True)
class Match:
	"""An email follow-up of ours, as far as an answer to it needs it. Moments are aware UTC.

	`is_current`: its enrollment is live and still in the run in which the mail went out.
	"""

	activity: str
	enrollment: str
	cadence: str
	run: int
	follow_up: str
	reference_doctype: str
	reference_name: str
	recipient: str
	email_account: str
	communication: str
	sent_at: datetime | None
	is_current: bool
	clue: Clue

	@property
	def is_inferred(self) -> bool:
		"""Whether nothing in the message named our mail; it only came from the person."""
		return self.clue is Clue.SENDER


def find_named(references: References, *, returned_first: bool = False) -> Match | None:
	"""The follow-up whose mail the message names, or None. One query.

	`returned_first`: a bounce may carry the thread of the mail that it returns, which names earlier ones.
	"""
	clues = list(_named_mails(references))
	if returned_first:
		clues.sort(key=lambda each: each[0] is not Clue.RETURNED)
	if not clues:
		return None
	table = frappe.qb.DocType("Cadence Activity")
	activities = [activity for _clue, activity, _id in clues if activity]
	ids = [each for _clue, _activity, message_id in clues for each in _spellings(message_id)]
	wanted = [table.name.isin(activities)] if activities else []
	wanted += [table.message_id.isin(ids)] if ids else []
	rows = _read(Criterion.any(wanted))
	for clue, activity, message_id in clues:
		for row in rows:
			if row.name == activity or (row.message_id and row.message_id in _spellings(message_id)):
				return _match(row, clue)
	return None


def find_answered(communication: str) -> Match | None:
	"""The follow-up whose mail this Communication of ours is."""
	table = frappe.qb.DocType("Cadence Activity")
	is_it = (table.activity_doctype == "Communication") & (table.activity_name == communication)
	rows = _read(is_it)
	return _match(rows[0], Clue.IN_REPLY_TO) if rows else None


def find_sent_to(addresses: Iterable[str], before: datetime) -> tuple[Match, ...]:
	"""The latest mail that each enrollment that an answer reaches had sent to one of these addresses by then,
	at most 20."""
	wanted = [address for address in addresses if address]
	if not wanted:
		return ()
	table = frappe.qb.DocType("Cadence Activity")
	had_gone = table.taken_at <= clock.latest_at_site(before)
	rows = _read(table.recipient.isin(wanted) & had_gone, only_current=True)
	latest = {row.enrollment: row for row in sorted(rows, key=lambda each: each.taken_at)}
	return tuple(_match(row, Clue.SENDER) for row in list(latest.values())[-MOST_INFERRED:])


def is_ours(address: str) -> bool:
	"""Whether a colleague or a mailbox of ours writes: what they send answers nothing."""
	return bool(
		frappe.db.exists("Email Account", {"email_id": address})
		or frappe.db.exists("User", {"email": address, "user_type": "System User", "enabled": 1})
	)


def _named_mails(references: References) -> Iterator[tuple[Clue, str | None, str]]:
	"""Clue, activity if the message tells it, Message-ID; in the order in which they are believed."""
	for clue, ids in (
		(Clue.INVITE, references.invite_uids),
		(Clue.IN_REPLY_TO, references.in_reply_to),
		(Clue.REFERENCES, references.references),
		(Clue.RETURNED, references.returned_message_ids),
	):
		for message_id in ids:
			yield clue, activity_of_message_id(message_id), message_id
	for token in (*references.headers_tokens, *references.plus_tokens):
		claim = read(keyring(), Purpose.REPLY, token)
		if claim:
			yield Clue.TOKEN, claim.activity, ""


def _spellings(message_id: str) -> tuple[str, ...]:
	"""A Message-ID as it may be stored, with and without its brackets."""
	bare = message_id.strip().removeprefix("<").removesuffix(">")
	return (bare, f"<{bare}>") if bare else ()


def _read(criterion: Criterion, *, only_current: bool = False) -> list:
	table, enrollment = frappe.qb.DocType("Cadence Activity"), frappe.qb.DocType("Cadence Enrollment")
	columns = ["name", "enrollment", "cadence", "run", "follow_up", "reference_doctype", "reference_name"]
	columns += ["recipient", "email_account", "activity_doctype", "activity_name", "message_id", "taken_at"]
	query = (
		frappe.qb.from_(table)
		.inner_join(enrollment)
		.on(enrollment.name == table.enrollment)
		.select(*(table[column] for column in columns))
		.select(enrollment.status.as_("enrollment_status"), enrollment.run.as_("current_run"))
		.where((table.channel == Channel.EMAIL.value) & criterion)
		.orderby(table.name, order=Order.desc)
		.limit(200)
	)
	if only_current:
		query = query.where(enrollment.status.isin(REACHED_STATUSES) & (enrollment.run == table.run))
	return query.run(as_dict=True)


def _match(row: "frappe._dict", clue: Clue) -> Match:
	return Match(
		activity=row.name,
		enrollment=row.enrollment,
		cadence=row.cadence,
		run=row.run,
		follow_up=row.follow_up,
		reference_doctype=row.reference_doctype,
		reference_name=row.reference_name,
		recipient=(row.recipient or "").lower(),
		email_account=row.email_account or "",
		communication=row.activity_name if row.activity_doctype == "Communication" else "",
		sent_at=clock.from_site(row.taken_at),
		is_current=row.enrollment_status in LIVE_STATUSES and row.current_run == row.run,
		clue=clue,
	)
