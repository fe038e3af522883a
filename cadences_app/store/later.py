"""Background jobs: those that follow from a commit, and those of which one at a time is enough.

A job is named by its key in the hook `cadence_jobs`: what is kept knows nothing of what sets it going.
"""

import time
from functools import partial
from typing import Any

import frappe

LONGEST_STANDSTILL = 300  # seconds


def enqueue_once(job: str, number: int) -> None:
	"""Have a worker do this job with this number unless that is queued or under way: it saves load, no more.

	The job of a killed worker counts as under way until Redis forgets it, so every five minutes have a job
	of their own.
	"""
	job_id = f"cadences-{job}-{number}-{int(time.time() // LONGEST_STANDSTILL)}"
	frappe.enqueue(_method_of(job), queue="default", job_id=job_id, deduplicate=True, number=number)


def enqueue_after_commit(job: str, **kwargs: Any) -> None:
	"""Have a worker do this job once this transaction is committed."""
	frappe.db.after_commit.add(partial(enqueue_committed, job, **kwargs))


def enqueue_committed(job: str, queue: str = "short", **kwargs: Any) -> None:
	"""Have a worker do this job, to be used where the transaction has just been committed.

	A queue that can't be reached must not turn a save that succeeded into an error: it goes to the log only,
	since whatever matters is in the database by then.
	"""
	try:
		frappe.enqueue(_method_of(job), queue=queue, **kwargs)
	except Exception:  # noqa: BLE001 - the user's transaction is committed, nothing may fail any more
		frappe.logger("cadences").exception(f"the job {job} could not be enqueued")


def _method_of(job: str) -> str:
	"""The dotted path that the hooks give this job."""
	return frappe.get_hooks("cadence_jobs")[job][-1]
