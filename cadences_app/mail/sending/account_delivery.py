"""The mails of one Email Account in a batch, handed to its server one by one."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
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
from cadences_app.mail.sending.batch import Batch, Go
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.smtp_replies import Refusal, classify_refusal, retry_delay
from cadences_app.mail.sending.smtp_session import LoginRefused, Refused, Session, Uncertain, Unreachable
from cadences_app.store import clock, compat

LOOK_AGAIN_SECONDS = 5
"""A batch's enrollments, cadences and suppressions are read anew when they are older than this."""
RENEW_SECONDS = outbox.LEASE.total_seconds() / 3
_SOON = timedelta(minutes=1)


class AccountDelivery:
	"""One account's mails in one session. Mails that ended are reported together at the end of the batch."""

	def __init__(self, worker: str, batch: Batch, account: Any, session: Session) -> None:
		self.worker, self.batch, self.account, self.session = worker, batch, account, session
		self.layout = MailLayout(account)
		self.ended: list[Mail] = []
		self.messages: dict[str, bytes] = {}
		self.taken: Mail | None = None
		"""What the server took last, not yet noted as Sent."""
		self._built: dict[str, Built | NotReadyYet | str] = {}
		self._write: compat.Write = compat.persist
		self._trouble: Callable[[], None] | None = None
		"""What has to be noted about the mailbox once the short transactions are over."""
		self._state_read = self._renewed = monotonic()

	def hand_over(self, mails: list[Mail]) -> int:
		"""Hand over what may go out, and report it; returns how many the server took."""
		with compat.short_transactions() as self._write:
			while mails:
				mails = self._still_allowed(mails)
				if not mails or not self._hand_over_one(mails[0], mails[1:2]):
					break
				mails = mails[1:]
			if self.taken:
				self._write(outbox.finish, self.worker, self.taken, Delivery.SENT)
		compat.persist(self._report, mails)
		self._keep_copies()
		return len(self.messages)

	def _report(self, left_over: list[Mail]) -> None:
		outbox.give_back(left_over)
		reports.report(self.ended, self.messages)
		if self._trouble:
			self._trouble()

	def _still_allowed(self, mails: list[Mail]) -> list[Mail]:
		"""Look after the lease, and from time to time whether the rest may still go out."""
		now = monotonic()
		if now - self._renewed > RENEW_SECONDS:
			self._write(outbox.renew, self.worker, mails)
			self._renewed = now
		if now - self._state_read < LOOK_AGAIN_SECONDS:
			return mails
		self.batch.read_state()
		self._state_read = now
		allowed = [each for each in mails if self.batch.readiness(each) == Go()]
		self._write(outbox.give_back, [each for each in mails if each not in allowed])
		return allowed

	def _hand_over_one(self, mail: Mail, following: list[Mail]) -> bool:
		"""False when the account's other mails have to wait. The next one is built while the server works."""
		self._prepare(mail)
		built = self._built.pop(mail.name)
		if isinstance(built, NotReadyYet):
			self._try_later(mail, str(built))
			return True
		if isinstance(built, str):
			self._end(mail, Delivery.FAILED, built)
			return True
		if span := self.batch.spans.get(mail.name):
			self._write(invites.note, mail, span, self.batch.content(mail).invite)
		may_go = self._write(outbox.start, self.worker, mail, built.links, self.taken)
		self.taken = None
		if not may_go:
			return True
		try:
			self.session.hand_over(
				self.account.email_id, mail.recipient, built.message, lambda: self._prepare_all(following)
			)
		except Refused as refused:
			return self._take_refusal(mail, refused)
		except Unreachable as error:
			self._put_back(mail, now_datetime() + _SOON, str(error), mail.attempts)
			return self._reopen()
		except Uncertain as error:
			self._write(outbox.give_up, self.worker, mail, str(error))
			return self._reopen()
		mail.taken_at, mail.delivery = now_datetime(), Delivery.SENT
		self.taken = mail
		self.ended.append(mail)
		self.messages[mail.name] = built.message
		return True

	def _prepare(self, mail: Mail) -> None:
		if mail.name not in self._built:
			self._built[mail.name] = _build(self.batch, mail, self.layout)

	def _prepare_all(self, mails: list[Mail]) -> None:
		for mail in mails:
			# What fails here fails again when it is the mail's turn, and is dealt with there.
			with suppress(Exception):
				self._prepare(mail)

	def _take_refusal(self, mail: Mail, refused: Refused) -> bool:
		match classify_refusal(refused.code, refused.text):
			case Refusal.RETRY:
				self._try_later(mail, str(refused))
			case Refusal.BOUNCED:
				self._end(mail, Delivery.BOUNCED, str(refused))
			case Refusal.TOO_LARGE | Refusal.REJECTED:
				self._end(mail, Delivery.FAILED, str(refused))
			case Refusal.MAILBOX_PAUSED:
				self._put_back(mail, now_datetime(), str(refused), mail.attempts)
				self._trouble = partial(mailboxes.pause, self.account.name, str(refused))
				return False
		return self.session.is_open or self._reopen()

	def _try_later(self, mail: Mail, error: str) -> None:
		attempts = mail.attempts + 1
		delay = retry_delay(attempts)
		if delay is None:
			self._end(mail, Delivery.FAILED, error)
		else:
			self._put_back(mail, now_datetime() + timedelta(seconds=delay), error, attempts)

	def _put_back(self, mail: Mail, send_after: datetime, error: str, attempts: int) -> None:
		self._write(outbox.put_back, self.worker, mail, send_after, error, attempts)

	def _end(self, mail: Mail, delivery: Delivery, error: str) -> None:
		self._write(outbox.finish, self.worker, mail, delivery, error)
		self.ended.append(mail)

	def _reopen(self) -> bool:
		try:
			self.session.open()
		except LoginRefused as error:
			self._trouble = partial(mailboxes.pause, self.account.name, str(error))
		except Unreachable as error:
			self._trouble = partial(mailboxes.note_failure, self.account.name, str(error))
		return self.session.is_open

	def _keep_copies(self) -> None:
		"""What Frappe does for accounts that keep their sent mails in a folder of the mail server."""
		if cint(self.account.append_emails_to_sent_folder):
			for message in self.messages.values():
				self.account.append_email_to_sent_folder(message)


def pass_on(worker: str, batch: Batch, account: Any, mails: list[Mail]) -> int:
	"""Give the mails to Frappe's queue, where another app or service does the sending; commits."""
	layout = MailLayout(account)
	return sum(compat.persist(_pass_on_one, worker, batch, layout, mail) for mail in mails)


def _pass_on_one(worker: str, batch: Batch, layout: MailLayout, mail: Mail) -> bool:
	built = _build(batch, mail, layout)
	if isinstance(built, NotReadyYet) and (delay := retry_delay(mail.attempts + 1)) is not None:
		send_after = now_datetime() + timedelta(seconds=delay)
		outbox.put_back(worker, mail, send_after, str(built), mail.attempts + 1)
		return False
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


def _build(batch: Batch, mail: Mail, layout: MailLayout) -> Built | NotReadyYet | str:
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
