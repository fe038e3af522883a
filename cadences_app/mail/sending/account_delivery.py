"""The mails of one Email Account that a worker has in hand, and what follows from each server's answer."""

from collections import deque
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from cadences_app.engine.statuses import Delivery
from cadences_app.mail import mailboxes
from cadences_app.mail.composing.build import Built, build
from cadences_app.mail.composing.enclosures import NotReadyYet
from cadences_app.mail.composing.layout import MailLayout
from cadences_app.mail.sending import invites, outbox, reports
from cadences_app.mail.sending.batch import Batch
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.sessions import Handed, Sessions
from cadences_app.mail.sending.smtp_replies import Refusal, classify_refusal
from cadences_app.mail.sending.smtp_session import LoginRefused, Refused, Uncertain
from cadences_app.store import clock, compat

_SOON = timedelta(minutes=1)


class AccountDelivery:
	"""One account's mails: those that wait, those that are with its server, those that ended."""

	def __init__(self, worker: str, account: Any, most: int, results: "SimpleQueue[Handed]") -> None:
		self.worker, self.account = worker, account
		self.layout = MailLayout(account)
		self.sessions = Sessions(account, most, results)
		self.ended: list[Mail] = []
		self.messages: dict[str, bytes] = {}
		self.copies: list[bytes] = []
		"""What is to be kept in the server's folder of sent mails."""
		self._waiting: deque[tuple[Mail, Batch]] = deque()
		self._built: dict[str, Built | NotReadyYet | str] = {}
		self._in_flight: set[str] = set()
		"""The enrollments whose mail is with the server: one at a time, in their order."""
		self._wanted = most
		self._is_known_good = False
		"""Whether the server has let us in."""

	@property
	def waiting(self) -> list[Mail]:
		return [mail for mail, _batch in self._waiting]

	def add(self, mail: Mail, batch: Batch) -> None:
		self._waiting.append((mail, batch))

	def next_mail(self) -> tuple[Mail, Built] | None:
		"""The next mail that may be with the server now, built. Those that can't be built end here."""
		while self.sessions.free > 0:
			found = self._pop()
			if found is None:
				return None
			mail, batch = found
			built = self._built.pop(mail.name, None) or self._build(mail, batch)
			if isinstance(built, Built):
				if span := batch.spans.get(mail.name):
					compat.persist(invites.note, mail, span, batch.content(mail).invite)
				self._in_flight.add(mail.enrollment)
				return mail, built
			if isinstance(built, NotReadyYet):
				self._try_later(mail, str(built))
			else:
				self._end(mail, Delivery.FAILED, built)
		return None

	def build_ahead(self) -> None:
		"""Build the mails that come next while the server works on the others."""
		for mail, batch in list(self._waiting)[: self.sessions.most]:
			if mail.name not in self._built:
				self._built[mail.name] = self._build(mail, batch)

	def start(self, mail: Mail, built: Built) -> None:
		"""Hand over a mail that is noted as Sending."""
		self.messages[mail.name] = built.message
		self.sessions.hand_over(mail, built.message)

	def let_go(self, mail: Mail) -> None:
		"""The mail may not go out after all; somebody else has it."""
		self._in_flight.discard(mail.enrollment)

	def drop(self, mails: list[Mail]) -> None:
		"""These don't wait here any longer."""
		names = {each.name for each in mails}
		self._waiting = deque(each for each in self._waiting if each[0].name not in names)

	def take(self, handed: Handed) -> bool:
		"""What follows from the server's answer; True when it took the mail."""
		mail = handed.mail
		self.sessions.take_back(handed)
		self._in_flight.discard(mail.enrollment)
		if handed.is_closed:
			self._take_closed_door(mail, handed.fault)
			return False
		if handed.is_new and not self._is_known_good:
			self._is_known_good = True
			compat.persist(mailboxes.note_success, self.account.name)
			self._note_sessions()
		match handed.fault:
			case None:
				mail.taken_at, mail.delivery = handed.at, Delivery.SENT
				self.ended.append(mail)
				if cint(self.account.append_emails_to_sent_folder):
					self.copies.append(self.messages[mail.name])
				return True
			case Refused() as refused:
				self._take_refusal(mail, refused)
			case Uncertain() as error:
				compat.persist(outbox.give_up, self.worker, mail, str(error))
			case error:
				self._put_back(mail, now_datetime() + _SOON, str(error), mail.attempts)
		self.messages.pop(mail.name, None)
		return False

	def report(self) -> None:
		"""Report what ended, in this transaction."""
		reports.report(self.ended, self.messages)

	def forget_reported(self) -> None:
		for mail in self.ended:
			self.messages.pop(mail.name, None)
		self.ended = []

	def keep_copies(self) -> None:
		"""What Frappe does for accounts that keep their sent mails in a folder of the mail server."""
		while self.copies:
			self.account.append_email_to_sent_folder(self.copies.pop(0))

	def _pop(self) -> tuple[Mail, Batch] | None:
		for found in self._waiting:
			if found[0].enrollment not in self._in_flight:
				self._waiting.remove(found)
				return found
		return None

	def _build(self, mail: Mail, batch: Batch) -> Built | NotReadyYet | str:
		return build_mail(batch, mail, self.layout)

	def _take_closed_door(self, mail: Mail, fault: Exception | None) -> None:
		"""No session could be opened. If others stand, the server takes no more than those, which is
		remembered; if none does, the account's mails wait."""
		self._put_back(mail, now_datetime(), str(fault), mail.attempts)
		if isinstance(fault, LoginRefused) and not self._is_known_good and not self.sessions.in_flight:
			self._stop(mailboxes.pause, str(fault))
		elif self.sessions.in_flight:
			self.sessions.most = self.sessions.in_flight
			if self._is_known_good:
				self._note_sessions()
		else:
			self.sessions.most = self._wanted
			self._stop(mailboxes.note_failure, str(fault))

	def _note_sessions(self) -> None:
		if self.sessions.most < self._wanted:
			compat.persist(mailboxes.note_sessions, self.account.name, self.sessions.most)

	def _stop(self, note: Any, why: str) -> None:
		"""Leave the account alone: its mails wait as they are."""
		waiting, self._waiting = self.waiting, deque()
		compat.persist(outbox.give_back, waiting)
		compat.persist(note, self.account.name, why)

	def _take_refusal(self, mail: Mail, refused: Refused) -> None:
		match classify_refusal(refused.code, refused.text):
			case Refusal.RETRY:
				self._try_later(mail, str(refused))
			case Refusal.BOUNCED:
				self._end(mail, Delivery.BOUNCED, str(refused))
			case Refusal.TOO_LARGE | Refusal.REJECTED:
				self._end(mail, Delivery.FAILED, str(refused))
			case Refusal.MAILBOX_PAUSED:
				self._put_back(mail, now_datetime(), str(refused), mail.attempts)
				self._stop(mailboxes.pause, str(refused))

	def _try_later(self, mail: Mail, error: str) -> None:
		if not compat.persist(outbox.try_later, self.worker, mail, error):
			self.ended.append(mail)

	def _put_back(self, mail: Mail, send_after: datetime, error: str, attempts: int) -> None:
		compat.persist(outbox.put_back, self.worker, mail, send_after, error, attempts)

	def _end(self, mail: Mail, delivery: Delivery, error: str) -> None:
		compat.persist(outbox.finish, self.worker, mail, delivery, error)
		self.ended.append(mail)


def pass_on(worker: str, batch: Batch, account: Any, mails: list[Mail]) -> int:
	"""Give the mails to Frappe's queue, where another app or service does the sending; commits."""
	layout = MailLayout(account)
	return sum(compat.persist(_pass_on_one, worker, batch, layout, mail) for mail in mails)


def _pass_on_one(worker: str, batch: Batch, layout: MailLayout, mail: Mail) -> bool:
	built = build_mail(batch, mail, layout)
	if isinstance(built, NotReadyYet):
		if not outbox.try_later(worker, mail, str(built)):
			reports.report([mail])
		return False
	if isinstance(built, Built) and not compat.fits_into_statement(built.message):
		built = _("The mail is too large to be handed to the Email Queue.")
	if not isinstance(built, Built):
		outbox.finish(worker, mail, Delivery.FAILED, str(built))
	else:
		if span := batch.spans.get(mail.name):
			invites.note(mail, span, batch.content(mail).invite)
		reports.queue_in_frappe(mail, built.message)
		mail.taken_at = now_datetime()
		outbox.finish(worker, mail, Delivery.SENT)
	reports.report([mail])
	return mail.delivery == Delivery.SENT


def build_mail(batch: Batch, mail: Mail, layout: MailLayout) -> Built | NotReadyYet | str:
	"""The message, or why it can't be built now, or ever."""
	try:
		return build(batch.outgoing(mail), layout, batch.urls, clock.now())
	except NotReadyYet as error:
		return error
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.clear_messages()
		return _("The mail could not be built: {0}").format(f"{type(error).__name__}: {error}"[:900])
