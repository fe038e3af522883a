"""Everything that is looked at once more before mails go out, read for a batch at once (S13)."""

from collections.abc import Iterator
from typing import Any

import frappe

from cadences_app.engine.content import Channel, EmailContent
from cadences_app.mail import edited
from cadences_app.mail.composing import enclosures, recipients
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.picture_files import Origin, PictureFiles, Signature
from cadences_app.mail.composing.senders import signatures
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.mail.sending.corrected import readdress
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.standing import Drop, Go, HoldBack, Readiness, Standing, Wait, read_columns
from cadences_app.mail.suppression import Addressee, find_blocks
from cadences_app.store.languages import language_of
from cadences_app.store.rights import reads_of_others

_TEXT_COLUMNS = ("subject", "content", "email_template")


class Batch:
	"""The mails that a worker has in hand, with what they need to go out."""

	def __init__(self, mails: list[Mail]) -> None:
		self.mails = mails
		self.urls = SignedUrls()
		self.enclosures = enclosures.Enclosures()
		self._pictures = PictureFiles()
		self.spans: dict[str, enclosures.Span] = {}
		"""When the meetings are, as the invites of the mails that are built say it."""
		self._origins: dict[tuple[str, ...], tuple[str, tuple[Signature, ...]]] = {}
		self._standing = Standing(mails)
		self.read_state()
		self._texts = read_columns("Communication", {each.communication for each in mails}, *_TEXT_COLUMNS)
		self._edits = edited.of_activities(each.name for each in mails)
		self._threads = self._read_threads()

	def read_state(self) -> None:
		"""What may change while the batch is under way."""
		self._standing.read()
		self._records = read_records(self.mails)
		self._unreachable = readdress(self._with_fields(), self._records)
		self._blocks = find_blocks({self._addressee(each) for each in self.mails}, self._records)

	def readiness(self, mail: Mail) -> Readiness:
		"""Whether the mail may go out now. What ends it for good is looked at first."""
		if self._standing.is_over(mail):
			return Drop()
		block = self._unreachable.get(mail.name) or self._blocks.get(self._addressee(mail))
		if block:
			return HoldBack(block)
		until = self._standing.stands_still_until(mail)
		if until is None and self._content(mail) is None:
			return Drop()
		record = self._records[mail.reference_doctype].get(mail.reference_name)
		until = until or self._standing.distance_until(mail)
		until = until or self._standing.opening(mail, Channel.EMAIL, record)
		return Wait(until) if until else Go()

	def content(self, mail: Mail) -> EmailContent:
		content = self._content(mail)
		assert content is not None
		return content

	def _content(self, mail: Mail) -> EmailContent | None:
		"""None where a new version has no such email any more; whoever decides on it takes it back (S1.7)."""
		content = self._standing.content(mail)
		return content if isinstance(content, EmailContent) else None

	def _with_fields(self) -> Iterator[tuple[Mail, str]]:
		"""The mails that may still go out, each with the field that holds its address."""
		for mail in self.mails:
			content = self._content(mail) if self._standing.is_of_run(mail) else None
			if (
				content is not None
				and mail.delivery == "Queued"
				and self._is_in_reach(mail, content.to_field)
			):
				yield mail, content.to_field

	def _is_in_reach(self, mail: Mail, to_field: str) -> bool:
		"""Whether the address is where whoever published the cadence may read it; else the mail goes where it
		was meant to when it was written."""
		record = self._records[mail.reference_doctype].get(mail.reference_name)
		field = frappe.get_meta(mail.reference_doctype).get_field(to_field.partition(".")[0])
		if not record or not field or field.fieldtype != "Dynamic Link":
			return True  # where it leads to was looked at when the cadence was published
		target = record.get(field.options)
		publisher = self.enclosures.publisher(self._standing.version(mail))
		return not target or reads_of_others(target, publisher)

	def outgoing(self, mail: Mail) -> OutgoingMail:
		"""The mail as it is to be built; raises what is wrong with its enclosures."""
		text, content, policy = (
			self._texts[mail.communication],
			self.content(mail),
			self._standing.definition(mail).policy,
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
				self._standing.version(mail),
			),
			invite=invite,
			track_opens=policy.track_opens,
			track_clicks=policy.track_clicks,
			find_picture=lambda source: self._pictures.find(
				source, self._origin(mail, text.email_template, source)
			),
			language=self._language(mail),
		)

	def _language(self, mail: Mail) -> str:
		record = self._records[mail.reference_doctype].get(mail.reference_name)
		return language_of(record) if record else ""

	def _origin(self, mail: Mail, template: str | None, source: str) -> Origin:
		"""Whose the mail's text is: of what somebody put into it for this person alone, theirs."""
		version = self._standing.version(mail)
		owner = frappe.db.get_value("Cadence Enrollment", mail.enrollment, "record_owner") or ""
		key = (version, mail.email_account, mail.sender, owner)
		if key not in self._origins:
			publisher = frappe.db.get_value("Cadence Version", version, "published_by")
			self._origins[key] = (publisher or "", signatures(mail.email_account, mail.sender, owner))
		publisher, under = self._origins[key]
		edit = self._edits.get(mail.name)
		if edit and source not in _text_of(template):
			publisher = edit.edited_by
		documents = (("Email Template", template or ""), ("Communication", mail.communication))
		return Origin(documents, under, publisher)

	def _addressee(self, mail: Mail) -> Addressee:
		return Addressee(mail.recipient, mail.reference_doctype, mail.reference_name, mail.cadence)

	def _read_threads(self) -> dict[tuple[str, int, str], str]:
		"""The Message-IDs of the earlier mails of those that go in a thread."""
		wanted = {
			mail.enrollment
			for mail in self.mails
			if self._standing.is_known(mail) and self._is_threaded(mail)
		}
		if not wanted:
			return {}
		rows = frappe.get_all(
			"Cadence Activity",
			{"enrollment": ("in", list(wanted))},
			["enrollment", "run", "follow_up", "message_id", "taken_at"],
			limit_page_length=0,
		)
		return {(row.enrollment, row.run, row.follow_up): row.message_id for row in rows if row.taken_at}

	def _is_threaded(self, mail: Mail) -> bool:
		follow_up = self._standing.definition(mail).by_key.get(mail.follow_up)
		return follow_up is not None and bool(getattr(follow_up.content, "thread_of", ""))

	def _thread(self, mail: Mail, content: EmailContent) -> list[str]:
		"""The Message-IDs of the thread, the oldest first."""
		found: list[str] = []
		by_key, key, seen = self._standing.definition(mail).by_key, content.thread_of, {mail.follow_up}
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


def read_records(mails: list[Mail]) -> dict[str, dict[str, Any]]:
	"""The rows of the records that these are about, by DocType and name."""
	wanted: dict[str, set[str]] = {}
	for mail in mails:
		wanted.setdefault(mail.reference_doctype, set()).add(mail.reference_name)
	return {doctype: recipients.read_rows(doctype, names) for doctype, names in wanted.items()}
