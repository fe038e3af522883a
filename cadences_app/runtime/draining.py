"""Working on what waits, one a transaction, until nothing is left or the job's time is over (S15.2)."""

import time
from collections.abc import Callable
from typing import Any

import frappe

from cadences_app.store import compat

LONGEST_JOB = 240  # seconds; the default queue ends a job after 300


def drain(
	claim: Callable[[], Any | None],
	work_on: Callable[[Any], Any],
	set_aside: Callable[[Any, str], None],
	title: str,
	carry_out: Callable[[Any, Any], None] | None = None,
) -> int:
	"""Take up one after the other as `claim` hands them out, locked; returns how many were worked on.

	What fails is undone, logged under `title`, and set aside with its error, so that the others go on. What
	passes by itself, such as a deadlock, is left to be taken up again.

	Where `work_on` returns something, that reaches beyond the database and is marked as begun: once this is
	committed, `carry_out` gets it, in a transaction of its own. Whatever goes wrong then, it stays marked.
	"""
	frappe.set_user("Administrator")
	compat.use_read_committed()

	def work_on_one() -> tuple[Any, Any] | None:
		found = claim()
		if found is None:
			return None
		try:
			return found, work_on(found)
		except Exception as error:
			if compat.is_passing_fault(error):
				raise
			frappe.db.rollback()
			frappe.log_error(title, reference_name=found["name"])
			set_aside(found, frappe.utils.strip_html_tags(str(error)) or type(error).__name__)
		return found, None

	done, ends_at = 0, time.monotonic() + LONGEST_JOB
	while time.monotonic() < ends_at and (taken := compat.persist(work_on_one)):
		found, begun = taken
		if begun is not None and carry_out is not None:
			_once(carry_out, found, begun)
		else:
			done += 1
	return done


def _once(carry_out: Callable[[Any, Any], None], found: Any, begun: Any) -> None:
	try:
		carry_out(found, begun)
		frappe.db.commit()
	except Exception:  # noqa: BLE001 - it stays marked as begun, and is shown
		frappe.db.rollback()
		frappe.log_error("Cadence: nobody knows whether it was done", reference_name=found["name"])
		frappe.db.commit()
