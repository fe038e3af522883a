"""One worker's way with a batch of mails: look once more, then hand over account by account."""

import frappe

from cadences_app.engine.statuses import Delivery
from cadences_app.mail import communications, mailboxes
from cadences_app.mail.sending import outbox, reports
from cadences_app.mail.sending.account_delivery import AccountDelivery, pass_on
from cadences_app.mail.sending.batch import Batch, Drop, Go, HoldBack, Wait
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.smtp_session import LoginRefused, Session, Unreachable
from cadences_app.store import compat


class Courier:
	"""Keeps its sessions with the mail servers from batch to batch."""

	def __init__(self, worker: str) -> None:
		self.worker = worker
		self._sessions: dict[str, Session] = {}

	def deliver(self, mails: list[Mail]) -> int:
		"""Deliver claimed mails; returns how many the servers took. Commits as it goes."""
		batch = Batch(mails)
		ready = compat.persist(self._sort_out, batch, mails)
		accounts = dict.fromkeys(each.email_account for each in ready)
		return sum(
			self._deliver_account(batch, account, [each for each in ready if each.email_account == account])
			for account in accounts
		)

	def close(self) -> None:
		for session in self._sessions.values():
			session.close()

	def _sort_out(self, batch: Batch, mails: list[Mail]) -> list[Mail]:
		"""Those that may go out now; the others are put off, held back or dropped, in this transaction."""
		ready, held_back, dropped = [], [], []
		for mail in mails:
			match batch.readiness(mail):
				case Go():
					ready.append(mail)
				case Wait(until=until):
					outbox.put_back(self.worker, mail, until, mail.error, mail.attempts)
				case HoldBack(block=block):
					outbox.finish(self.worker, mail, Delivery.SUPPRESSED, block.value)
					held_back.append(mail)
				case Drop():
					dropped.append(mail)
		reports.report(held_back)
		outbox.drop(dropped)
		_forget([*held_back, *dropped])
		return ready

	def _deliver_account(self, batch: Batch, account: str, mails: list[Mail]) -> int:
		doc = frappe.get_cached_doc("Email Account", account)
		if compat.hands_mail_elsewhere(doc):
			return pass_on(self.worker, batch, doc, mails)
		if account not in self._sessions:
			self._sessions[account] = Session(doc)
		session = self._sessions[account]
		try:
			session.open()
		except LoginRefused as error:
			compat.persist(mailboxes.pause, account, str(error))
		except Unreachable as error:
			compat.persist(mailboxes.note_failure, account, str(error))
		else:
			compat.persist(mailboxes.note_success, account)
			return AccountDelivery(self.worker, batch, doc, session).hand_over(mails)
		compat.persist(outbox.give_back, mails)
		return 0


def _forget(mails: list[Mail]) -> None:
	"""Mails that never went out: the timelines say nothing of them."""
	if mails:
		names = [each.communication for each in mails]
		communications.remove(names, is_listened_to=communications.is_listened_to())
		outbox.forget_communications(mails)
