"""Reading mail as it comes in, while the whole message is still there (S4.1, S4.2).

Frappe's `InboundMail` makes a Communication of a message and forgets its headers. `attach` wraps two of its
methods: the message is judged and matched first, Frappe (and whoever else extends it) files it as ever, and
then what it means is reported in the same transaction. Email Account itself is left to the apps that override
it. Mail that comes by other ways is seen by `observe`, with less to go by.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime
from email.message import EmailMessage, Message
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.email.receive import InboundMail
from frappe.utils import cint, getdate, parse_addr

from cadences_app.mail.addresses import clean_header
from cadences_app.mail.receiving import answers, leaving
from cadences_app.mail.receiving.answers import ReceivedMail
from cadences_app.mail.receiving.matching import find_answered
from cadences_app.mail.receiving.readable import readable_copy
from cadences_app.mail.receiving.storable import cut_texts, fitting, has_endless_headers
from cadences_app.mail.tracking.tokens import activity_of_message_id
from cadences_app.mail.understanding.bounds import breaks_readers
from cadences_app.mail.understanding.classify import classify
from cadences_app.mail.understanding.fields import header
from cadences_app.mail.understanding.html_text import read_html
from cadences_app.mail.understanding.incoming import parse
from cadences_app.mail.understanding.references import read_references
from cadences_app.store import clock, compat, definitions
from cadences_app.store.authors import known_to_author
from cadences_app.store.later import enqueue_after_commit

SECONDS_BETWEEN_PULLS = 30
SAVEPOINT = "cadence_answer"
ANY_MESSAGE = "*"
FAILED = object()
EXPECTED = {
	"__init__": ["self", "content"],
	"process": ["self"],
	"parent_communication": ["self"],
	"reference_document": ["self"],
}
"""What `InboundMail` must be like to be read along: methods and the first of their arguments."""


def attach(**_kwargs: Any) -> None:
	"""Read along whenever Frappe files a message. Called at each request and job; works once a process.

	Two methods of `InboundMail` are wrapped, and nothing else. Where Frappe has changed what they are like,
	they are left alone (`why_not_reading_along`): mail is filed as ever, and seen by `observe`. A bench
	serves many sites from one process: on those without this app the layer does nothing.
	"""
	if is_reading_along() or why_not_reading_along():
		return
	read_message, file_message = InboundMail.__init__, InboundMail.process

	@functools.wraps(read_message)
	def read(mail: Any, content: bytes | str, *arguments: Any, **named: Any) -> None:
		try:
			if _is_unreadable(content) and _is_installed():
				raise ValueError("a message that only its plain copy can be read of")
			read_message(mail, content, *arguments, **named)
		except Exception:
			if not _is_installed():
				raise
			read_message(mail, readable_copy(content), *arguments, **named)
			mail.raw_message = content
		vars(mail).setdefault("from_real_name", "")  # Frappe 16 fails without

	@functools.wraps(file_message)
	def process(mail: Any) -> Any:
		if not _is_installed():
			return file_message(mail)
		return read_along(mail, lambda: file_message(mail))

	process.reads_for_cadences = True
	InboundMail.__init__, InboundMail.process = read, process


def is_reading_along() -> bool:
	"""Whether incoming mail is read with its headers in this process."""
	return bool(getattr(InboundMail.process, "reads_for_cadences", False))


def why_not_reading_along() -> str:
	"""What Frappe has changed so that mail can't be read along, as a sentence for Health; blank where it can
	be. Bounces and automatic answers are then told from replies by what a Communication keeps of them."""
	for name, expected in EXPECTED.items():
		method = getattr(InboundMail, name, None)
		found = list(inspect.signature(method).parameters)[: len(expected)] if method else []
		if found != expected:
			return _(
				"Incoming mail is read without its headers, since Frappe's {0} is not as expected."
			).format(f"InboundMail.{name}")
	return ""


def read_along(mail: Any, file_message: Callable[[], Any]) -> Any:
	"""File the message by `file_message`, with the record that it belongs to, and act on what it says.

	Returns and raises what `file_message` does. A fault of ours leaves an Error Log and costs no mail: a
	worker looks at the Communication that came of it. What fails to be filed counts all the same.
	"""
	if not definitions.modules():
		return file_message()
	try:
		return _read_and_file(mail, file_message)
	except Exception:
		# The caller undoes what was done, as a rule all of it, and may store the message as one that failed.
		for is_over in (frappe.db.after_rollback, frappe.db.after_commit):
			is_over.add(partial(_count_unfiled, copy(mail)))
		mail.raw_message = fitting(mail.raw_message)
		raise


def _read_and_file(mail: Any, file_message: Callable[[], Any]) -> Any:
	received = _safely(lambda: None if leaving.heed(mail) else _judge(mail))
	if isinstance(received, ReceivedMail):
		_safely(lambda: _name_record(mail, received))
	frappe.flags.cadence_message_read = mail.message_id or ANY_MESSAGE
	cut_texts(mail)
	try:
		communication = file_message()
	finally:
		frappe.flags.cadence_message_read = None
	if communication and received is not None:
		if received is FAILED or _safely(lambda: answers.act(received, communication.name)) is FAILED:
			enqueue_after_commit("observe_again", doctype="Communication", name=communication.name)
	return communication


def _count_unfiled(mail: Any) -> None:
	"""Act on a message that could not be filed, and commit: whatever another app makes of it, an answer is
	one. It raises nothing, since whoever reads the mailbox goes on to the next message."""
	try:
		compat.persist(_act_on_message, mail)
	except Exception:  # noqa: BLE001 - the messages behind this one are to be read
		frappe.db.rollback()
		frappe.log_error("Cadence: an incoming message could not be read")


def _act_on_message(mail: Any) -> None:
	if leaving.heed_subject(header(_message_of(mail), "subject")):
		return
	if received := _judge(mail):
		answers.act(received)


def observe(doc: "frappe.model.document.Document") -> None:
	"""A Communication came in: take it for an answer, unless it was read along or has been taken for one.

	Made by a form, by REST or by another app, it has lost its headers; what is left of it is judged by the
	same rules, so that a bounce that was filed by hand is not a person's answer either. It counts for the
	records that its author may read: whoever can log in may file one from anybody.
	"""
	if doc.sent_or_received != "Received" or doc.communication_type != "Communication":
		return
	if frappe.flags.cadence_message_read and _is_read_along(doc):
		return
	sender = parse_addr(doc.sender or "")[1].lower()
	if not (sender or doc.in_reply_to) or not definitions.modules():
		return
	if not frappe.db.exists("Cadence Incoming Mail", {"communication": doc.name}):
		_act_on_communication(doc, sender)


def pull(email_accounts: Iterable[str]) -> None:
	"""Fetch what lies in these mailboxes now, so that an answer stops the next mail.

	Each at most every 30 seconds. Commits, as Frappe does after each message. What fails is logged: a
	mailbox that can't be read must not stop the sending.
	"""
	attach()
	for name in dict.fromkeys(email_accounts):
		if not _may_pull(name):
			continue
		account = frappe.get_doc("Email Account", name)
		if not cint(account.enable_incoming) or cint(account.awaiting_password):
			continue
		try:
			account.receive()
		except Exception:  # noqa: BLE001 - Frappe raises what single messages raised, after reading the others
			frappe.db.rollback()
			frappe.log_error("Cadence: a mailbox could not be read", reference_doctype="Email Account")


def _is_unreadable(content: bytes | str) -> bool:
	"""Whether Frappe, which reads all of a message, would take long over it, fail, or not store it."""
	raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
	return breaks_readers(raw) or has_endless_headers(raw)


def _is_installed() -> bool:
	return "cadences_app" in frappe.get_installed_apps()


def _is_read_along(doc: "frappe.model.document.Document") -> bool:
	return frappe.flags.cadence_message_read in (ANY_MESSAGE, doc.message_id)


def _may_pull(email_account: str) -> bool:
	key = frappe.cache.make_key(f"cadence_pulled:{email_account}")
	return bool(frappe.cache.set(key, 1, ex=SECONDS_BETWEEN_PULLS, nx=True))


def _judge(mail: Any) -> ReceivedMail | None:
	"""The message with its verdict and the follow-ups it concerns; None for what is no answer to us."""
	message = _message_of(mail)
	message_id = header(message, "message-id")
	if activity_of_message_id(message_id):
		return None  # our own mail, come back in a copy
	verdict = classify(message, getdate())
	references = read_references(message)
	matches = answers.match_answer(verdict, references, clock.now())
	if not matches:
		return None
	return ReceivedMail(
		key=answers.key_of(message_id or f"{mail.uid} {mail.date} {references.sender}"),
		message_id=message_id,
		sender=references.sender,
		email_account=mail.email_account.name or "",
		at=_written_at(mail.date),
		verdict=verdict,
		matches=matches,
		is_forged=references.is_forged,
	)


def _message_of(mail: Any) -> Message:
	raw = mail.raw_message
	return parse(raw) if isinstance(raw, bytes) else mail.mail


def _written_at(stored: str | datetime | None) -> datetime:
	return clock.from_site(stored) or clock.now()


def _name_record(mail: Any, received: ReceivedMail) -> None:
	"""Let Frappe file the message with the record, where it finds none by itself: it knows In-Reply-To
	only, and would make a new Lead of a bounce."""
	named = received.named
	if named and named.communication and not mail.parent_communication():
		_answer_with(mail, "parent_communication", ("Communication", named.communication))
	records = {(each.reference_doctype, each.reference_name) for each in received.matches}
	if len(records) == 1 and not mail.reference_document():
		_answer_with(mail, "reference_document", records.pop())


def _answer_with(mail: Any, method: str, record: tuple[str, str]) -> None:
	"""Have this one message name the record when Frappe asks it, if that is still there."""
	if frappe.db.exists(*record):
		doc = frappe.get_doc(*record)
		setattr(mail, method, lambda: doc)


def _act_on_communication(doc: "frappe.model.document.Document", sender: str) -> None:
	if leaving.heed_subject(doc.subject or ""):
		return
	message = _as_message(doc, sender)
	verdict = classify(message, getdate())
	named = find_answered(doc.in_reply_to) if doc.in_reply_to else None
	received_at = clock.from_site(doc.creation) or clock.now()
	matches = answers.match_answer(verdict, read_references(message), received_at, named)
	known = known_to_author(doc, {(each.reference_doctype, each.reference_name) for each in matches})
	received = ReceivedMail(
		key=answers.key_of(doc.message_id or doc.name),
		message_id=doc.message_id or "",
		sender=sender,
		email_account=doc.email_account or "",
		at=_written_at(doc.communication_date),
		verdict=verdict,
		matches=tuple(each for each in matches if (each.reference_doctype, each.reference_name) in known),
	)
	answers.act(received, doc.name)


def _as_message(doc: "frappe.model.document.Document", sender: str) -> EmailMessage:
	"""The message as far as the Communication remembers it."""
	message = EmailMessage()
	message["From"] = sender
	message["Subject"] = clean_header(doc.subject or "")
	message.set_content(doc.text_content or read_html(doc.content or ""))
	return message


def _safely(step: Callable[[], Any]) -> Any:
	"""Do our part of filing a mail. If it fails, it is undone and logged, and the mail is filed all the same.

	A deadlock has undone the whole transaction: that one is left to `read_along`.
	"""
	frappe.db.savepoint(SAVEPOINT)
	try:
		result = step()
	except frappe.QueryDeadlockError:
		raise
	except Exception:  # noqa: BLE001 - whatever it is, it must not cost the user a mail
		frappe.db.rollback(save_point=SAVEPOINT)
		frappe.log_error("Cadence: an incoming message could not be read")
		return FAILED
	frappe.db.release_savepoint(SAVEPOINT)
	return result
