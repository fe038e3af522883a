"""The message job: sends what is due by SMS and WhatsApp until nothing is left or time is over (S3.10)."""

import os
import socket
import time

import frappe

from cadences_app.mail.sending import outbox
from cadences_app.mail.sending.outbox import Mail
from cadences_app.messages import outgoing
from cadences_app.store import compat
from cadences_app.store.later import enqueue_once
from cadences_app.store.names import new_name

LONGEST_JOB = 200  # seconds; a last group may take another minute, and the queue ends a job after 300


def call_worker() -> None:
	"""Have a worker deliver what is due. One cheap query; safe to call as often as one likes."""
	if not is_suspended() and outgoing.has_work():
		enqueue_once("messages", 0)


def call_worker_after_commit() -> None:
	"""As `call_worker`, once this transaction is committed; the tick finds the messages in any case."""

	def call() -> None:
		try:
			call_worker()
		except Exception:  # noqa: BLE001 - the user's transaction is committed
			frappe.logger("cadences").exception("the message job could not be enqueued")

	frappe.db.after_commit.add(call)


def is_suspended() -> bool:
	"""A site whose mail is muted writes to nobody: it is a copy, or under repair."""
	return bool(frappe.are_emails_muted())


def work(number: int = 0) -> int:
	"""Deliver batch after batch; returns how many messages were taken."""
	if is_suspended():
		return 0
	frappe.set_user("Administrator")
	compat.use_read_committed()
	worker = f"{socket.gethostname()[:40]}:{os.getpid()}:{new_name()}"

	def claim() -> list[Mail]:
		compat.persist(outgoing.recover)
		return [] if is_suspended() else compat.persist(outgoing.claim, worker)

	try:
		return outgoing.deliver(worker, claim, time.monotonic() + LONGEST_JOB)
	finally:
		frappe.db.rollback()
		compat.persist(outbox.release, worker)
