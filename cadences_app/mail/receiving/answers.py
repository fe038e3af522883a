"""What follows from an incoming message for the follow-up that it belongs to (S4.1, S4.2).

An outcome is reported by an inbox entry whose key is made from the message, so that a message that is read
twice, from two folders or by two ways, counts once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, timezone
from hashlib import sha256

import frappe
from frappe import _
from frappe.utils import cint, escape_html

from cadences_app.engine.events import HoldRequested, OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import Delivery
from cadences_app.mail import communications, suppression
from cadences_app.mail.receiving import colleagues
from cadences_app.mail.receiving.matching import Match, find_named, find_sent_to, is_ours
from cadences_app.mail.tracking import unsubscribe
from cadences_app.mail.understanding.fields import bare
from cadences_app.mail.understanding.references import Clue, References
from cadences_app.mail.understanding.refusals import CONCERNS_RECIPIENT, Cause
from cadences_app.mail.understanding.verdict import MailKind, Participation, Verdict
from cadences_app.store import clock, compat, inbox
from cadences_app.store.alerts import alert
from cadences_app.store.inbox import InboxEntry, standard_columns
from cadences_app.store.names import new_name

SOFT_BOUNCE_DAYS = 7
LONGEST_SOURCE = 140
MOST_COUNTED = 200

_COUNTS_WHEN_GUESSED = frozenset({MailKind.HUMAN_REPLY, MailKind.CHALLENGE})
"""What is only guessed from a sender's address bounces, suppresses and holds nothing (S4.1a)."""
_RETURNS = frozenset({MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE, MailKind.COMPLAINT})


@dataclass(frozen=True, slots=True)
class ReceivedMail:
	"""A message that came in, judged and matched. `key` names the message, whoever reports it.

	`at` is aware UTC: when it was written, as far as that can be believed. `is_forged`: the receiving server
	says that somebody else wrote in the sender's name.
	"""

	key: str
	message_id: str
	sender: str
	email_account: str
	at: datetime
	verdict: Verdict
	matches: tuple[Match, ...]
	is_forged: bool = False

	@property
	def named(self) -> Match | None:
		"""The mail of ours that the message itself names."""
		return next((each for each in self.matches if not each.is_inferred), None)


def key_of(message_id: str) -> str:
	return sha256(message_id.strip("<> ").encode("utf-8", "replace")).hexdigest()[:24]


def match_answer(
	verdict: Verdict, references: References, received_at: datetime, named: Match | None = None
) -> tuple[Match, ...]:
	"""The follow-ups that the message concerns: the one that it names (or `named`, which is known otherwise).

	If it names none, or one of a run that is over, those that are under way with its sender, if a setting
	allows that. A bounce or a complaint has to name its mail: anybody can write one about anybody. Nor is
	anything guessed of a sender whom the receiving server calls forged (S4.1a).
	"""
	returns = verdict.kind in _RETURNS
	named = find_named(references, returned_first=returns) or named
	found = [named] if named else []
	if (named and named.is_current) or returns or references.is_forged:
		return tuple(found)
	if not frappe.get_cached_doc("Cadence Settings").infer_replies_from_sender:
		return tuple(found)
	guessed = find_sent_to((references.sender,), received_at)
	found += [each for each in guessed if not named or each.activity != named.activity]
	return tuple(found)


def act(received: ReceivedMail, communication: str = "") -> None:
	"""Report what the message means, in this transaction, and keep an account of it."""
	matches = tuple(_that_count(received))
	if not matches:
		return
	for match in matches:
		concerned = replace(received, verdict=received.verdict.about(match.recipient))
		_write_account(concerned, match, communication)
		if not match.is_inferred or concerned.verdict.kind in _COUNTS_WHEN_GUESSED:
			_ACTIONS[concerned.verdict.kind](concerned, match)


def _that_count(received: ReceivedMail) -> Iterator[Match]:
	"""A colleague who writes in the thread, from a mailbox of ours, does not answer for the person."""
	from_us = received.verdict.kind not in _RETURNS and is_ours(received.sender)
	for match in received.matches:
		if not from_us or match.recipient == received.sender:
			yield match


def _report_reply(received: ReceivedMail, match: Match) -> None:
	"""An answer; who answers nothing but that they want no more mail gets none (S4.1c). What is guessed or
	forged concerns nobody but the person (S4.1a)."""
	source = _source(received, match)
	_report(received, match, Outcome.REPLIED)
	if match.is_inferred:
		return
	if received.verdict.wants_out:
		unsubscribe.leave_everything(match.activity, source=source)
	elif not received.is_forged:
		colleagues.tell(received.sender.lower(), match.recipient, match.enrollment, received.key, source)


def _report_participation(received: ReceivedMail, match: Match) -> None:
	"""What the person says to the invite that went with our mail (S3.3c); not what they say to another."""
	answer = received.verdict.invite
	if answer is None or match.is_inferred:
		return
	is_ours_to_tell = not answer.uid or match.clue is Clue.INVITE
	people = {bare(each) for each in (answer.attendee, received.sender) if each}
	if is_ours_to_tell and bare(match.recipient) in people:
		_report(received, match, _PARTICIPATIONS[answer.participation])


def _hold(received: ReceivedMail, match: Match) -> None:
	until = _held_until(received)
	if until is not None:
		inbox_entry = InboxEntry(
			match.enrollment,
			match.cadence,
			HoldRequested(until),
			key=f"{match.enrollment}:hold:{received.key}",
			source=_source(received, match),
		)
		inbox.record([inbox_entry])


def _held_until(received: ReceivedMail) -> datetime | None:
	"""The start of the day that the answer names, in the site's zone; else some days from then on."""
	if received.verdict.back_on:
		return datetime.combine(received.verdict.back_on, time(), clock.site_zone()).astimezone(timezone.utc)
	days = cint(frappe.get_cached_doc("Cadence Settings").out_of_office_days)
	return received.at + timedelta(days=days) if days else None


def _take_back(received: ReceivedMail, match: Match) -> None:
	"""A permanent refusal: the address is not mailed again, if it is certain that it is the one.

	Where a mail was passed on to an address that is dead, the one that we wrote to is not.
	"""
	_report_bounce(received, match)
	if received.verdict.names(match.recipient):
		suppression.suppress(match.recipient, suppression.Cause.HARD_BOUNCE, received.verdict.diagnostic)


def _count_soft_bounce(received: ReceivedMail, match: Match) -> None:
	"""A refusal for now is none, until as many came in a week as the settings say.

	What is about us or about the mail says nothing about the person; the notices of one mail that waits
	count once.
	"""
	if received.verdict.cause not in CONCERNS_RECIPIENT:
		return
	limit = cint(frappe.get_cached_doc("Cadence Settings").soft_bounces_to_bounce)
	week_ago = clock.to_site(clock.now() - timedelta(days=SOFT_BOUNCE_DAYS))
	earlier = frappe.get_all(
		"Cadence Incoming Mail",
		{
			"recipient": match.recipient,
			"received_at": (">", week_ago),
			"kind": MailKind.SOFT_BOUNCE.value,
			"cause": ("in", [each.value for each in CONCERNS_RECIPIENT]),
		},
		["message_id", "activity", "cause"],
		limit_page_length=MOST_COUNTED,
	)
	counted = {row.activity if row.cause == Cause.NOT_NOW.value else row.message_id for row in earlier}
	if limit and len(counted) >= limit:
		_report_bounce(received, match)


def _report_bounce(received: ReceivedMail, match: Match) -> None:
	_report(received, match, Outcome.BOUNCED)
	frappe.db.set_value(
		"Cadence Activity", match.activity, "delivery", Delivery.BOUNCED.value, update_modified=False
	)
	_show_delivery(match, Delivery.BOUNCED.value)


def _take_complaint(received: ReceivedMail, match: Match) -> None:
	"""Who calls our mail spam wants no more of it, from any cadence."""
	suppression.suppress(match.recipient, suppression.Cause.COMPLAINT, received.verdict.reason)
	unsubscribe.leave_everything(match.activity, source=_source(received, match))
	_show_delivery(match, "Marked As Spam")


def _alert_owner(received: ReceivedMail, match: Match) -> None:
	"""A filter wants a person to prove that a person wrote; only a colleague can do that."""
	user = frappe.db.get_value("Cadence Enrollment", match.enrollment, "record_owner")
	if not user or not frappe.db.exists("User", user):
		return
	alert(
		user,
		lambda: _("{0} asks for a confirmation before it lets your mail through").format(
			frappe.bold(escape_html(received.sender))
		),
		match.reference_doctype,
		match.reference_name,
	)


def _leave(received: ReceivedMail, match: Match) -> None:
	"""A machine answered, or nobody knows who: the account of it is all that is kept."""


_ACTIONS: dict[MailKind, Callable[[ReceivedMail, Match], None]] = {
	MailKind.HUMAN_REPLY: _report_reply,
	MailKind.OUT_OF_OFFICE: _hold,
	MailKind.AUTO_REPLY: _leave,
	MailKind.HARD_BOUNCE: _take_back,
	MailKind.SOFT_BOUNCE: _count_soft_bounce,
	MailKind.COMPLAINT: _take_complaint,
	MailKind.CHALLENGE: _alert_owner,
	MailKind.NOT_UNDERSTOOD: _leave,
	MailKind.CALENDAR_ANSWER: _report_participation,
}
_PARTICIPATIONS = {
	Participation.ACCEPTED: Outcome.INVITE_ACCEPTED,
	Participation.TENTATIVE: Outcome.INVITE_TENTATIVE,
	Participation.DECLINED: Outcome.INVITE_DECLINED,
}


def _report(received: ReceivedMail, match: Match, outcome: Outcome) -> None:
	inbox_entry = InboxEntry(
		match.enrollment,
		match.cadence,
		OutcomeReported(match.run, match.follow_up, outcome, _when(received, match)),
		key=f"{match.activity}:{outcome.name.lower()}:{received.key}",
		source=_source(received, match),
	)
	inbox.record([inbox_entry])


def _when(received: ReceivedMail, match: Match) -> datetime:
	"""A sender's clock may be wrong: nothing is answered before it went out, or in the future."""
	earliest = match.sent_at or received.at
	return min(max(received.at, earliest), clock.now())


def _source(received: ReceivedMail, match: Match) -> str:
	how = f"{match.clue}, inferred" if match.is_inferred else match.clue.value
	return f"{received.verdict.kind}: {received.verdict.reason} ({how})"[:LONGEST_SOURCE]


def _show_delivery(match: Match, status: str) -> None:
	"""In the record's timeline the mail shows what became of it."""
	if match.communication:
		communications.show_delivery([match.communication], status)


def _write_account(received: ReceivedMail, match: Match, communication: str) -> None:
	verdict = received.verdict
	is_bounce = verdict.kind in (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE)
	row = {
		**standard_columns(new_name()),
		"kind": verdict.kind.value,
		"verdict": verdict.reason,
		"clue": match.clue.value,
		"received_at": clock.to_site(clock.now()),
		"back_on": verdict.back_on,
		"sender": received.sender[:320],
		"recipient": match.recipient,
		"email_account": match.email_account or received.email_account,
		"communication": communication,
		"message_id": received.message_id[:255],
		"cadence": match.cadence,
		"enrollment": match.enrollment,
		"activity": match.activity,
		"reference_doctype": match.reference_doctype,
		"reference_name": match.reference_name,
		"status_code": verdict.status,
		"cause": verdict.cause.value if is_bounce else "",
		"diagnostic": verdict.diagnostic,
		"mail_key": f"{match.activity}:{received.key}",
	}
	compat.insert_rows("Cadence Incoming Mail", [row], ignore_duplicates=True)
