"""What people ask of enrollments that exist: take out, pause, resume, skip ahead (S5.6, S6.5)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.events import Event
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LIVE_STATUSES
from cadences_app.store.rights import changeable


def ask(enrollments: Iterable[str], event: Event) -> list[str]:
	"""Put `event` into the inbox of these enrollments, with the rights of the session's user.

	Returns the enrollments. Raises PermissionError for the first that the user may not change.
	"""
	rows = _permitted(list(enrollments))
	inbox.record(
		[InboxEntry(row.name, row.cadence, event, source=frappe.session.user) for row in rows], wake=False
	)
	return [row.name for row in rows]


@dataclass(frozen=True, slots=True)
class TakingOut:
	"""What taking records out would do: the live enrollments that the user may end, those of which not, and
	the records that are in none, as far as the user may see."""

	enrollments: list[Any]
	not_changeable: list[Any]
	not_enrolled: list[str]

	@property
	def names(self) -> list[str]:
		return [row.name for row in self.enrollments]

	def by_status(self) -> Counter[tuple[str, str]]:
		"""How many would be ended, by cadence and the status that they have now."""
		return Counter((row.cadence, row.status) for row in self.enrollments)

	def scheduled(self) -> int:
		"""How many follow-ups that are scheduled would be cancelled."""
		of_them = {"enrollment": ("in", self.names or [""]), "status": ActivityStatus.SCHEDULED.value}
		return frappe.db.count("Cadence Activity", of_them)


def taking_out(doctype: str, names: Iterable[str], cadence: str = "") -> TakingOut:
	"""What it would do to take these records out of one cadence, or of all that they are in (S5.2, S6.5)."""
	wanted = list(dict.fromkeys(names))
	rows = _live(doctype, wanted, cadence)
	mine = changeable(rows, "Cadence Enrollment")
	may_end = {row.name for row in mine}
	enrolled = {row.reference_name for row in rows}
	return TakingOut(
		mine,
		[row for row in rows if row.name not in may_end],
		[name for name in wanted if name not in enrolled],
	)


def live_enrollments(doctype: str, names: Iterable[str], cadence: str = "") -> list[tuple[str, str]]:
	"""The live enrollments of these records, in one cadence or in any, as far as the session's user may see
	them: their names and their records."""
	return [(row.name, row.reference_name) for row in _live(doctype, list(names), cadence)]


def _live(doctype: str, names: list[str], cadence: str) -> list[Any]:
	filters = {
		"reference_doctype": doctype,
		"reference_name": ("in", names),
		"status": ("in", LIVE_STATUSES),
	}
	if cadence:
		filters["cadence"] = cadence
	columns = ["name", "reference_name", "record_title", "cadence", "status"]
	return frappe.get_list("Cadence Enrollment", filters, columns, order_by="name", limit_page_length=0)


def _permitted(names: list[str]) -> list:
	frappe.has_permission("Cadence Enrollment", "write", throw=True)
	rows = frappe.get_list(
		"Cadence Enrollment", {"name": ("in", names)}, ["name", "cadence"], limit_page_length=0
	)
	rows = changeable(rows, "Cadence Enrollment")
	if missing := set(names) - {row.name for row in rows}:
		frappe.throw(
			_("Enrollment {0} was not found, or you may not change it.").format(min(missing)),
			frappe.PermissionError,
		)
	return rows
