"""Everything that is looked at once more before mails go out, read for a batch at once (S13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.calendar import next_opening
from cadences_app.engine.content import Channel, EmailContent
from cadences_app.engine.definition import Cadence
from cadences_app.engine.events import EventKind
from cadences_app.engine.reasons import Block
from cadences_app.engine.statuses import LIVE, CadenceStatus, EnrollmentStatus
from cadences_app.mail import edited
from cadences_app.mail.composing import enclosures, recipients
from cadences_app.mail.composing.build import OutgoingMail
from cadences_app.mail.composing.picture_files import Origin, PictureFiles
from cadences_app.mail.composing.senders import signatures
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.mail.sending.corrected import readdress
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.suppression import Addressee, find_blocks
from cadences_app.store import clock, definitions
from cadences_app.store.facts import calendar_of, forget_holidays

LOOK_AGAIN = timedelta(minutes=10)
"""How long a mail waits whose enrollment or cadence stands still, for nobody knows how long."""
READ_SOON = timedelta(minutes=1)
"""How long a mail waits until a worker has read what was asked of its enrollment."""
STOPS = sorted(
	each.value for each in (EventKind.DEACTIVATED, EventKind.STOP, EventKind.PAUSE, EventKind.REPUBLISHED)
)
"""What holds a mail back although no worker has read it yet: a cadence may be active again by then (S7.1)."""


@dataclass(frozen=True, slots=True)
class Go:
	"""The mail may go out now."""


@dataclass(frozen=True, slots=True)
class Wait:
	"""The mail may go out later; `until` in the site's time."""

	until: datetime


@dataclass(frozen=True, slots=True)
class HoldBack:
	"""The person is not to be written to (S13.4)."""

	block: Block


@dataclass(frozen=True, slots=True)
class Drop:
	"""The enrollment has ended, goes on in another run, or under a version without this email."""


Readiness = Go | Wait | HoldBack | Drop
_TEXT_COLUMNS = ("subject", "content", "email_template")
_LIVE = frozenset(each.value for each in LIVE)


class Batch:
	"""The mails that a worker has in hand, with what they need to go out."""

	def __init__(self, mails: list[Mail]) -> None:
		self.mails = mails
		self.urls = SignedUrls()
		self.enclosures = enclosures.Enclosures()
		self._pictures = PictureFiles()
		self.spans: dict[str, enclosures.Span] = {}
		"""When the meetings are, as the invites of the mails that are built say it."""
		self._origins: dict[tuple[str, str, str], tuple[str, tuple[str, ...]]] = {}
		self.read_state()
		self._texts = _read("Communication", {each.communication for each in mails}, *_TEXT_COLUMNS)
		self._edits = edited.of_activities(each.name for each in mails)
		self._threads = self._read_threads()

	def read_state(self) -> None:
		"""What may change while the batch is under way."""
		forget_holidays()
		columns = ("status", "run", "paused_until", "hold_until", "cadence_version")
		enrollments = {each.enrollment for each in self.mails}
		self._enrollments = _read("Cadence Enrollment", enrollments, *columns)
		self._cadences = _read("Cadence", {each.cadence for each in self.mails}, "status")
		self._to_be_stopped = _with_unread_stops(enrollments)
		self._definitions = definitions.load_many(
			{row.cadence_version for row in self._enrollments.values() if row.cadence_version}
		)
		self._records = self._read_records()
		self._unreachable = readdress(self._with_fields(), self._records)
		self._blocks = find_blocks({self._addressee(each) for each in self.mails}, self._records)

	def readiness(self, mail: Mail) -> Readiness:
		"""Whether the mail may go out now. What ends it for good is looked at first."""
		enrollment = self._enrollments.get(mail.enrollment)
		if enrollment is None or enrollment.run != mail.run or enrollment.status not in _LIVE:
			return Drop()
		block = self._unreachable.get(mail.name) or self._blocks.get(self._addressee(mail))
		if block:
			return HoldBack(block)
		until = self._stands_still_until(mail, enrollment)
		if until is None and self._content(mail) is None:
			return Drop()
		until = until or self._opening(mail, enrollment)
		return Wait(until) if until else Go()

	def content(self, mail: Mail) -> EmailContent:
		content = self._content(mail)
		assert content is not None
		return content

	def _content(self, mail: Mail) -> EmailContent | None:
		"""None where a new version has no such email any more; whoever decides on it takes it back (S1.7)."""
		follow_up = self._definition(mail).by_key.get(mail.follow_up)
		content = follow_up.content if follow_up else None
		return content if isinstance(content, EmailContent) else None

	def _with_fields(self) -> Iterator[tuple[Mail, str]]:
		"""The mails that may still go out, each with the field that holds its address."""
		for mail in self.mails:
			enrollment = self._enrollments.get(mail.enrollment)
			content = self._content(mail) if enrollment and enrollment.run == mail.run else None
			if content is not None and mail.delivery == "Queued":
				yield mail, content.to_field

	def outgoing(self, mail: Mail) -> OutgoingMail:
		"""The mail as it is to be built; raises what is wrong with its enclosures."""
		text, content, policy = (
			self._texts[mail.communication],
			self.content(mail),
			self._definition(mail).policy,
		)
		invite = None
		if content.invite:
			record = self._records[mail.reference_doctype][mail.reference_name]
			self.spans[mail.name] = span = enclosures.span_of(content.invite, record)
			texts = (content.invite.summary or text.subject, content.invite.location)
			invite = enclosures.invite_of(span, mail.message_id, (mail.sender, mail.recipient), texts)
		return OutgoingMail(
			activity=mail.name,
			message_id=mail.message_id,
			sender=mail.sender,
			recipient=mail.recipient,
			subject=text.subject or "",
			content=text.content or "",
			reply_to=mail.reply_to or "",
			thread=self._thread(mail, content),
			attachments=self.enclosures.attachments(
				content,
				mail.reference_doctype,
				mail.reference_name,
				self._enrollments[mail.enrollment].cadence_version,
			),
			invite=invite,
			track_opens=policy.track_opens,
			track_clicks=policy.track_clicks,
			find_picture=lambda source: self._pictures.find(
				source, self._origin(mail, text.email_template, source)
			),
		)

	def _origin(self, mail: Mail, template: str | None, source: str) -> Origin:
		"""Whose the mail's text is: of what somebody put into it for this person alone, theirs."""
		version = self._enrollments[mail.enrollment].cadence_version
		key = (version, mail.email_account, mail.sender)
		if key not in self._origins:
			publisher = frappe.db.get_value("Cadence Version", version, "published_by")
			self._origins[key] = (publisher or "", signatures(mail.email_account, mail.sender))
		publisher, texts = self._origins[key]
		edit = self._edits.get(mail.name)
		if edit and source not in _text_of(template):
			publisher = edit.edited_by
		documents = (("Email Template", template or ""), ("Communication", mail.communication))
		return Origin(documents, texts, publisher)

	def _definition(self, mail: Mail) -> Cadence:
		return self._definitions[self._enrollments[mail.enrollment].cadence_version]

	def _stands_still_until(self, mail: Mail, enrollment: Any) -> datetime | None:
		now = now_datetime()
		cadence = self._cadences.get(mail.cadence)
		if enrollment.status == EnrollmentStatus.PAUSED and enrollment.paused_until:
			return max(enrollment.paused_until, now + timedelta(minutes=1))
		if (
			enrollment.status != EnrollmentStatus.ACTIVE
			or cadence is None
			or cadence.status != CadenceStatus.ACTIVE
		):
			return now + LOOK_AGAIN
		if mail.enrollment in self._to_be_stopped:
			return now + READ_SOON
		if enrollment.hold_until and enrollment.hold_until > now:
			return enrollment.hold_until
		return None

	def _opening(self, mail: Mail, enrollment: Any) -> datetime | None:
		"""When the sending window opens, if it is closed now (S13.1)."""
		definition = self._definitions[enrollment.cadence_version]
		window = definition.policy.window_for(Channel.EMAIL)
		if window is None:
			return None
		record = self._records[mail.reference_doctype].get(mail.reference_name)
		now = clock.now()
		opening = next_opening(now, window, calendar_of(definition, record))
		return clock.to_site(opening) if opening > now else None

	def _addressee(self, mail: Mail) -> Addressee:
		return Addressee(mail.recipient, mail.reference_doctype, mail.reference_name, mail.cadence)

	def _read_records(self) -> dict[str, dict[str, Any]]:
		wanted: dict[str, set[str]] = {}
		for mail in self.mails:
			wanted.setdefault(mail.reference_doctype, set()).add(mail.reference_name)
		return {doctype: recipients.read_rows(doctype, names) for doctype, names in wanted.items()}

	def _read_threads(self) -> dict[tuple[str, int, str], str]:
		"""The Message-IDs of the earlier mails of those that go in a thread."""
		wanted = {
			mail.enrollment
			for mail in self.mails
			if mail.enrollment in self._enrollments and self._is_threaded(mail)
		}
		if not wanted:
			return {}
		rows = frappe.get_all(
			"Cadence Activity",
			{"enrollment": ("in", list(wanted)), "taken_at": ("is", "set")},
			["enrollment", "run", "follow_up", "message_id"],
			limit_page_length=0,
		)
		return {(row.enrollment, row.run, row.follow_up): row.message_id for row in rows}

	def _is_threaded(self, mail: Mail) -> bool:
		follow_up = self._definition(mail).by_key.get(mail.follow_up)
		return follow_up is not None and bool(getattr(follow_up.content, "thread_of", ""))

	def _thread(self, mail: Mail, content: EmailContent) -> list[str]:
		"""The Message-IDs of the thread, the oldest first."""
		found: list[str] = []
		by_key, key, seen = self._definition(mail).by_key, content.thread_of, {mail.follow_up}
		while key and key not in seen and key in by_key:
			seen.add(key)
			message_id = self._threads.get((mail.enrollment, mail.run, key))
			if message_id:
				found.insert(0, message_id)
			key = getattr(by_key[key].content, "thread_of", "")
		return found


def _text_of(template: str | None) -> str:
	if not template or not frappe.db.exists("Email Template", template):
		return ""
	return frappe.get_cached_doc("Email Template", template).response_ or ""


def _with_unread_stops(enrollments: set[str]) -> set[str]:
	if not enrollments:
		return set()
	table = frappe.qb.DocType("Cadence Event")
	query = frappe.qb.from_(table).select(table.enrollment).distinct()
	query = query.where(table.enrollment.isin(sorted(enrollments)) & table.processed_at.isnull())
	return set(query.where(table.kind.isin(STOPS)).run(pluck=True))


def _read(doctype: str, names: set[str], *columns: str) -> dict[str, frappe._dict]:
	if not names:
		return {}
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table.name, *(table[each] for each in columns))
	return {
		row.name: row for row in query.where(table.name.isin(sorted(filter(None, names)))).run(as_dict=True)
	}
