"""One worker's way with the mails it claims: look once more, then hand over by all accounts at once.

The worker's own thread reads and writes the database and builds the messages; the sessions' threads speak
SMTP. In each turn, one statement notes all mails that were taken and all that start, with one commit. So at
most as many mails are under way as there are sessions, and a slow server holds up its own mails only.
"""

from collections.abc import Callable, Collection
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic

import frappe

from cadences_app.engine.statuses import Delivery
from cadences_app.mail import communications, mailboxes
from cadences_app.mail.composing.build import Built
from cadences_app.mail.sending import outbox, reports
from cadences_app.mail.sending.account_delivery import AccountDelivery, pass_on
from cadences_app.mail.sending.batch import Batch
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.sessions import Handed
from cadences_app.mail.sending.standing import Drop, Go, HoldBack, Wait
from cadences_app.store import compat

LOOK_AGAIN_SECONDS = 5
"""A batch's enrollments, cadences and suppressions are read anew when they are older than this."""
RENEW_SECONDS = outbox.LEASE.total_seconds() / 3
REPORT_SECONDS = 1
REPORT_AT = 200
"""What ended is reported after a second, or when there is as much as this."""
FEW = 50
"""More mails are claimed when fewer than this wait."""
CLAIM_SECONDS = 0.5
"""How long not to ask again when nothing was there to claim."""
LONGEST_FLIGHT = 45
"""Seconds that a worker waits for servers once it may take up no more mails."""

Claim = Callable[[Collection[str]], list[Mail]]
"""Claims more mails, without those of the accounts named, which have enough. Nothing when time is over."""


class Courier:
	"""Keeps its sessions with the mail servers from one delivery to the next."""

	def __init__(self, worker: str) -> None:
		self.worker = worker
		self._accounts: dict[str, AccountDelivery] = {}
		self._results: SimpleQueue[Handed] = SimpleQueue()
		self._taken: list[Mail] = []
		"""What servers took, not yet noted as Sent."""
		self._batches: list[Batch] = []
		self._count = 0
		self._claimed_at = self._read_at = self._renewed_at = self._reported_at = 0.0

	def deliver(self, claim: Claim, ends_at: float = inf) -> int:
		"""Deliver what can be claimed until nothing is left; returns how many mails were taken. Commits as it
		goes.

		After `ends_at` (monotonic seconds) nothing new is begun, and servers have a last while to answer.
		"""
		self._count, self._claimed_at = 0, 0.0
		self._read_at = self._renewed_at = self._reported_at = monotonic()
		while self._take_up(claim) or self._is_busy():
			if monotonic() > ends_at:
				self._give_back()
				if monotonic() > ends_at + LONGEST_FLIGHT:
					break
			self._start_mails()
			self._take_results()
			self._look_after()
		self._note([])
		self._report()
		return self._count

	def close(self) -> None:
		for each in self._accounts.values():
			each.sessions.close()

	def _give_back(self) -> None:
		for each in self._accounts.values():
			waiting = each.waiting
			each.drop(waiting)
			compat.persist(outbox.give_back, waiting)

	def _is_busy(self) -> bool:
		return any(each.sessions.in_flight or each.waiting for each in self._accounts.values())

	def _take_up(self, claim: Claim) -> bool:
		"""Claim more where few wait. Accounts that have enough don't fill the worker's hands."""
		waiting = {name: len(each.waiting) for name, each in self._accounts.items()}
		now = monotonic()
		if sum(waiting.values()) >= FEW and not self._others_are_idle(waiting):
			return False
		if now - self._claimed_at < CLAIM_SECONDS and self._is_busy():
			return False
		enough = [name for name, count in waiting.items() if count >= 2 * self._accounts[name].sessions.most]
		mails = claim(enough)
		if not mails:
			self._claimed_at = now
			return False
		self._sort(mails)
		return True

	def _others_are_idle(self, waiting: dict[str, int]) -> bool:
		return any(count < self._accounts[name].sessions.most for name, count in waiting.items())

	def _sort(self, mails: list[Mail]) -> None:
		for batch, ready in outbox.look_at(self.worker, mails, self._look_at, reports.report):
			self._batches.append(batch)
			for account in dict.fromkeys(each.email_account for each in ready):
				self._give(batch, account, [each for each in ready if each.email_account == account])

	def _look_at(self, mails: list[Mail]) -> tuple[Batch, list[Mail]]:
		batch = Batch(mails)
		return batch, compat.persist(self._sort_out, batch, mails)

	def _give(self, batch: Batch, account: str, mails: list[Mail]) -> None:
		if account not in self._accounts:
			doc = frappe.get_cached_doc("Email Account", account)
			if compat.hands_mail_elsewhere(doc):
				self._count += pass_on(self.worker, batch, doc, mails)
				return
			most = mailboxes.sessions_of(account)
			self._accounts[account] = AccountDelivery(self.worker, doc, most, self._results)
		for mail in mails:
			self._accounts[account].add(mail, batch)

	def _start_mails(self) -> None:
		starting: list[tuple[AccountDelivery, Mail, Built]] = []
		for each in self._accounts.values():
			while each.sessions.free > sum(account is each for account, *_rest in starting):
				found = each.next_mail()
				if found is None:
					break
				starting.append((each, *found))
		may_go = self._note([(mail, built.links) for _account, mail, built in starting])
		for account, mail, built in starting:
			if mail.name in may_go:
				account.start(mail, built)
			else:
				account.let_go(mail)

	def _note(self, starting: list[tuple[Mail, tuple[str, ...]]]) -> set[str]:
		"""Note what was taken and what starts; returns the names of those that may go."""
		if not self._taken and not starting:
			return set()
		taken, self._taken = self._taken, []
		return compat.persist(outbox.advance, self.worker, taken, starting)

	def _take_results(self) -> None:
		"""Wait for a server's answer, and take what has come besides."""
		if not any(each.sessions.in_flight for each in self._accounts.values()):
			return
		if self._results.empty():
			for each in self._accounts.values():
				each.build_ahead()
		try:
			handed = self._results.get(timeout=CLAIM_SECONDS)
		except Empty:
			return
		while handed is not None:
			if self._accounts[handed.account].take(handed):
				self._taken.append(handed.mail)
				self._count += 1
			handed = None if self._results.empty() else self._results.get()

	def _look_after(self) -> None:
		"""Renew the lease, look from time to time whether the rest may still go out, report what ended."""
		now = monotonic()
		if now - self._renewed_at > RENEW_SECONDS:
			waiting = [mail for each in self._accounts.values() for mail in each.waiting]
			compat.persist(outbox.renew, self.worker, waiting)
			self._renewed_at = now
		if now - self._read_at > LOOK_AGAIN_SECONDS:
			self._look_again()
			self._read_at = monotonic()
		ended = sum(len(each.ended) for each in self._accounts.values())
		if ended and (now - self._reported_at > REPORT_SECONDS or ended >= REPORT_AT):
			self._note([])
			self._report()

	def _look_again(self) -> None:
		"""What may not go out any more is given back, to be sorted out by whoever claims it."""
		waiting = {mail.name: (mail, each) for each in self._accounts.values() for mail in each.waiting}
		self._batches = [each for each in self._batches if any(mail.name in waiting for mail in each.mails)]
		for batch in self._batches:
			batch.read_state()
			stopped = [mail for mail in batch.mails if mail.name in waiting and batch.readiness(mail) != Go()]
			for mail in stopped:
				waiting[mail.name][1].drop([mail])
			compat.persist(outbox.give_back, stopped)

	def _report(self) -> None:
		busy = [each for each in self._accounts.values() if each.ended]
		if busy:
			compat.persist(lambda: [each.report() for each in busy])
		for each in busy:
			each.forget_reported()
			each.keep_copies()
		self._reported_at = monotonic()

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


def _forget(mails: list[Mail]) -> None:
	"""Mails that never went out: the timelines say nothing of them."""
	if mails:
		names = [each.communication for each in mails]
		communications.remove(names, is_listened_to=communications.is_listened_to())
		outbox.forget_communications(mails)
