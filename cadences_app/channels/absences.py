"""Who is away, who stands in, and when they are back (S3.8a)."""

from datetime import date, timedelta

import frappe

from cadences_app.neighbours import hrms
from cadences_app.store.listeners import OnceABatch

LONGEST = 366  # days; an absence without an end moves nothing for ever


def is_away(user: str, day: date, once: OnceABatch) -> bool:
	return first_day_back(user, day, once) != day


def first_day_back(user: str, day: date, once: OnceABatch) -> date:
	"""The first day from this one on which the user is there."""
	away, found = once(("away", user, day), _away, user, day), day
	while any(first <= found <= last for first, last in away) and (found - day).days < LONGEST:
		found += timedelta(days=1)
	return found


def deputy_of(user: str, day: date) -> tuple[str, str]:
	"""Who stands in for a user on a day on which they are away, and who said so in their absence; blank for
	nobody."""
	during = {"user": user, "from_date": ("<=", day), "to_date": (">=", day), "deputy": ("is", "set")}
	columns = ["deputy", "modified_by"]
	found = frappe.get_all("Cadence Absence", during, columns, order_by="from_date", limit=1)
	return (found[0].deputy, found[0].modified_by) if found else ("", "")


def _away(user: str, day: date) -> list[tuple[date, date]]:
	not_over = {"user": user, "to_date": (">=", day)}
	own = frappe.get_all("Cadence Absence", not_over, ["from_date", "to_date"], as_list=True)
	return [*own, *hrms.leaves(user, day)]
