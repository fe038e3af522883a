"""Background jobs: those that follow from a commit, and those of which one at a time is enough."""

import time
from functools import partial
from typing import Any

import frappe

LONGEST_STANDSTILL = 300  # seconds


def enqueue_once(method: Any, name: str, number: int) -> None:
	"""Have a worker call `method(number)` unless that is queued or under way: it saves load, no more.

	The job of a killed worker counts as under way until Redis forgets it, so every five minutes have a job
	of their own.
	"""
	job_id = f"cadences-{name}-{number}-{int(time.time() // LONGEST_STANDSTILL)}"
	frappe.enqueue(method, queue="default", job_id=job_id, deduplicate=True, number=number)


def enqueue_after_commit(method: str, **kwargs: Any) -> None:
	"""Have a worker call `method` once this transaction is committed."""
	frappe.db.after_commit.add(partial(enqueue_committed, method, **kwargs))


def enqueue_committed(method: str, **kwargs: Any) -> None:
	"""Have a worker call `method`, to be used where the transaction has just been committed.

	A queue that can't be reached must not turn a save that succeeded into an error: it goes to the log only,
	since whatever matters is in the database by then.
	"""
	try:
		frappe.enqueue(method, queue="short", **kwargs)
	except Exception:  # noqa: BLE001 - the user's transaction is committed, nothing may fail any more
		frappe.logger("cadences").exception(f"{method} could not be enqueued")
