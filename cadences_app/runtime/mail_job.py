"""The mail job: sends what is due in the outbox until nothing is left or its time is over."""

import os
import socket
import time
from collections.abc import Collection

import frappe
from frappe.utils import cint, now_datetime

from cadences_app.mail import mailboxes
from cadences_app.mail.receiving import inbound
from cadences_app.mail.sending import outbox, reports
from cadences_app.mail.sending.courier import Courier
from cadences_app.runtime import runner
from cadences_app.store import compat, inbox
from cadences_app.store.later import enqueue_once
from cadences_app.store.names import new_name

BATCH = 100
LONGEST_JOB = 240  # seconds; the default queue ends a job after 300
LONGEST_NAP = 20  # seconds
WORKERS_AT_ONCE = 4


def call_worker() -> None:
	"""Have a worker deliver what is due. One cheap query; safe to call as often as one likes."""
	if not is_suspended() and outbox.has_work():
		_enqueue(0)


def call_worker_after_commit() -> None:
	"""As `call_worker`, once this transaction is committed; then nothing may fail any more, and the minute's
	tick finds the mails in any case."""

	def call() -> None:
		try:
			call_worker()
		except Exception:  # noqa: BLE001 - the user's transaction is committed
			frappe.logger("cadences").exception("the mail job could not be enqueued")

	frappe.db.after_commit.add(call)


def is_suspended() -> bool:
	"""Whether the site sends no mail at all: muted, or its email queue is suspended."""
	return bool(frappe.are_emails_muted() or cint(frappe.db.get_default("suspend_email_queue")))


def work(number: int = 0) -> int:
	"""Deliver batch after batch; returns how many mails were taken. While there is more than one worker can
	carry, the next one is called."""
	if is_suspended():
		return 0
	compat.use_read_committed()
	worker = f"{socket.gethostname()[:40]}:{os.getpid()}:{new_name()}"
	courier, ends_at, taken = Courier(worker), time.monotonic() + LONGEST_JOB, 0

	def claim(without: Collection[str]) -> list[outbox.Mail]:
		if time.monotonic() >= ends_at or is_suspended():
			return []
		mails = _claim(worker, without)
		if len(mails) == BATCH and number + 1 < WORKERS_AT_ONCE:
			_enqueue(number + 1)
		if mails:
			_read_answers(mails)
		return mails

	try:
		while time.monotonic() < ends_at and not is_suspended():
			delivered = courier.deliver(claim, ends_at)
			taken += delivered
			if not delivered and not _nap(ends_at):
				break
	finally:
		frappe.db.rollback()
		compat.persist(outbox.release, worker)
		courier.close()
	return taken


def _claim(worker: str, without: Collection[str]) -> list[outbox.Mail]:
	compat.persist(lambda: reports.report(outbox.recover()))
	return compat.persist(outbox.claim, worker, BATCH, without)


def _read_answers(mails: list[outbox.Mail]) -> None:
	"""Where the settings ask for it, fetch the mailboxes first: an answer that lies there stops its mail."""
	if cint(frappe.get_cached_doc("Cadence Settings").pull_before_sending):
		inbound.pull(each.email_account for each in mails)
		runner.run_or_leave(inbox.with_entries({each.enrollment for each in mails}))
		frappe.db.commit()


def _nap(ends_at: float) -> bool:
	"""Wait for the end of a gap between two mails of a mailbox: the next minute's job would be too late."""
	slot = mailboxes.next_slot() if outbox.has_work() else None
	frappe.db.commit()
	seconds = (slot - now_datetime()).total_seconds() if slot else 0
	if not 0 < seconds <= LONGEST_NAP or time.monotonic() + seconds > ends_at:
		return False
	time.sleep(seconds)
	return True


def _enqueue(number: int) -> None:
	enqueue_once("mail", number)
