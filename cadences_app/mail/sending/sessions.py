"""The sessions of one Email Account with its mail server: threads that each hand over one mail at a time.

They speak SMTP and nothing else. What came of a mail is put into a queue, and one thread, the worker's own,
reads and writes the database.
"""

from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Any

from frappe.email.smtp import SMTPServer
from frappe.utils import now_datetime

from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.smtp_session import LoginRefused, Refused, Session, Uncertain, Unreachable
from cadences_app.store.threads import without_database

FAULTS = (LoginRefused, Unreachable, Refused, Uncertain)
FAREWELL_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Handed:
	"""What came of handing a mail over: taken at `at` (site time), unless there is a fault.

	`is_closed`: no session could be opened, so the mail was not tried. `is_new`: it was opened for this mail.
	"""

	account: str
	mail: Mail
	at: datetime
	fault: Exception | None = None
	is_closed: bool = False
	is_new: bool = False


class Sessions:
	"""At most `most` sessions, opened when they are needed and kept until `close`."""

	def __init__(self, account: Any, most: int, results: "SimpleQueue[Handed]") -> None:
		self.account, self.most = account, most
		self.in_flight = 0
		self._open = 0
		"""The threads that have a session, or are about to open one."""
		self._sender = account.email_id
		self._results = results
		self._jobs: SimpleQueue[tuple[Mail, bytes] | None] = SimpleQueue()
		self._threads: list[Thread] = []

	@property
	def free(self) -> int:
		return self.most - self.in_flight

	def hand_over(self, mail: Mail, message: bytes) -> None:
		"""Have a session hand the mail over, while one is free. The result comes by the queue."""
		self.in_flight += 1
		if self._open < self.in_flight:
			self._open += 1
			# Settings, password and token are read here: a thread has no connection to the database.
			session = Session(SMTPServer(**self.account.sendmail_config()))
			thread = Thread(target=without_database().run, args=(self._serve, session), daemon=True)
			self._threads.append(thread)
			thread.start()
		self._jobs.put((mail, message))

	def take_back(self, handed: Handed) -> None:
		"""A mail has come back. A thread that got no session has ended."""
		self.in_flight -= 1
		self._open -= handed.is_closed

	def close(self) -> None:
		"""Say good-bye to the server; what is still under way is not waited for any longer than a moment."""
		for _thread in self._threads:
			self._jobs.put(None)
		for thread in self._threads:
			thread.join(FAREWELL_SECONDS if not self.in_flight else 0)

	def _serve(self, session: Session) -> None:
		while (job := self._jobs.get()) is not None:
			handed = self._hand_over(session, *job)
			self._results.put(handed)
			if handed.is_closed:
				return
		session.close()

	def _hand_over(self, session: Session, mail: Mail, message: bytes) -> Handed:
		try:
			is_new = session.open()
		except FAULTS as fault:
			return Handed(self.account.name, mail, now_datetime(), fault, is_closed=True)
		except Exception as fault:  # noqa: BLE001 - whatever it is, the mail must come back
			unforeseen = Unreachable(f"{type(fault).__name__}: {fault}"[:500])
			return Handed(self.account.name, mail, now_datetime(), unforeseen, is_closed=True)
		try:
			self._speak(session, mail.recipient, message, is_new)
		except FAULTS as fault:
			return Handed(self.account.name, mail, now_datetime(), fault, is_new=is_new)
		except Exception as fault:  # noqa: BLE001 - nobody knows how far it came
			unforeseen = Uncertain(f"{type(fault).__name__}: {fault}"[:500])
			return Handed(self.account.name, mail, now_datetime(), unforeseen, is_new=is_new)
		return Handed(self.account.name, mail, now_datetime(), is_new=is_new)

	def _speak(self, session: Session, recipient: str, message: bytes, is_new: bool) -> None:
		"""A session that the server has closed since the last mail is opened once more: nothing went out."""
		try:
			session.hand_over(self._sender, recipient, message)
		except Unreachable:
			if is_new:
				raise
			session.open()
			session.hand_over(self._sender, recipient, message)
