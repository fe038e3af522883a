"""Working on what waits, one a transaction, until nothing is left or the job's time is over (S15.2)."""

import time
from collections.abc import Callable
from typing import Any

import frappe

from cadences_app.store import compat

LONGEST_JOB = 240  # seconds; the default queue ends a job after 300


def drain(
	claim: Callable[[], Any | None],
	work_on: Callable[[Any], None],
	set_aside: Callable[[Any, str], None],
	title: str,
) -> int:
	"""Take up one after the other as `claim` hands them out, locked; returns how many were worked on.

	What fails is undone, logged under `title`, and set aside with its error, so that the others go on. What
	passes by itself, such as a deadlock, is left to be taken up again.
	"""
	frappe.set_user("Administrator")
	compat.use_read_committed()

	def work_on_one() -> bool:
		found = claim()
		if found is None:
			return False
		try:
			work_on(found)
		except Exception as error:
			if compat.is_passing_fault(error):
				raise
			frappe.db.rollback()
			frappe.log_error(title, reference_name=found["name"])
			set_aside(found, frappe.utils.strip_html_tags(str(error)) or type(error).__name__)
		return True

	done, ends_at = 0, time.monotonic() + LONGEST_JOB
	while time.monotonic() < ends_at and compat.persist(work_on_one):
		done += 1
	return done
