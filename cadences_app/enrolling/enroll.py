"""Putting records into a cadence, and putting back those that left it (S5)."""

from collections.abc import Callable, Iterable
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import Enrolled
from cadences_app.engine.statuses import CadenceStatus, EnrollmentStatus
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.enrolling.staying import those_who_stay
from cadences_app.enrolling.way_back import Again, enroll_again, way_back
from cadences_app.store import definitions, enrollment_rows, inbox
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.names import new_name
from cadences_app.store.rights import readable_records

CHUNK = 500


class CadenceNotActive(frappe.ValidationError):
	"""Nobody can be enrolled in a cadence that is not active."""


def enroll(
	cadence: str,
	names: Iterable[str],
	again: Again = Again.ASK,
	*,
	on_chunk: Callable[[int, int], None] | None = None,
) -> EnrollResult:
	"""Enroll these records of the cadence's module with the rights of the session's user.

	Writes the enrollments and their first inbox entries; the runner decides. Raises CadenceNotActive and
	PermissionError. `on_chunk(done, all)` is called after each chunk.
	"""
	frappe.has_permission("Cadence Enrollment", "create", throw=True)
	row = find_active(cadence)
	wanted, result = list(dict.fromkeys(names)), EnrollResult()
	for start in range(0, len(wanted), CHUNK):
		result.add(_enroll_chunk(row, wanted[start : start + CHUNK], again))
		if on_chunk:
			on_chunk(min(start + CHUNK, len(wanted)), len(wanted))
	return result


def find_active(name: str) -> Any:
	"""The cadence's name, module and version. Raises CadenceNotActive, and PermissionError for a cadence that
	the user may not read."""
	row = frappe.db.get_value("Cadence", name, ["name", "module", "status", "version"], as_dict=True)
	if row is None or row.status != CadenceStatus.ACTIVE:
		frappe.throw(_("Cadence {0} is not active.").format(name), CadenceNotActive)
	frappe.has_permission("Cadence", "read", row.name, throw=True)
	return row


def fill_new(doc: Any) -> None:
	"""Complete a Cadence Enrollment that is being inserted as a document. Refuses with a ValidationError
	what `enroll` would skip, and with a PermissionError a record that the user may not read."""
	cadence = find_active(doc.cadence)
	if doc.reference_doctype and doc.reference_doctype != cadence.module:
		frappe.throw(_("Cadence {0} is for {1}.").format(cadence.name, _(cadence.module)))
	name = doc.reference_name
	frappe.has_permission(cadence.module, "read", name, throw=True)
	if _latest_enrollments(cadence.name, cadence.module, [name]):
		frappe.throw(_("{0} is or was in this cadence already.").format(name), frappe.DuplicateEntryError)
	result = EnrollResult()
	staying = those_who_stay([(_new_enrollment(cadence, name), Enrolled())], result)
	if not staying:
		frappe.throw(_("{0} would leave this cadence at once: {1}").format(name, result.notes[name]))
	if not _keep_to_daily_limit(cadence, staying, result):
		frappe.throw(_("Cadence {0} takes no more records today.").format(cadence.name))
	blank = dict.fromkeys(doc.meta.get_fieldnames_with_value())  # what else was sent along is not taken over
	doc.update({key: value for key, value in (blank | staying[0].row).items() if key != "name"})


def record_first_entry(doc: Any) -> None:
	"""Tell the runner of an enrollment that was inserted as a document."""
	inbox.record([InboxEntry(doc.name, doc.cadence, Enrolled(), key=f"{doc.name}:enrolled")])


def _enroll_chunk(cadence: Any, names: list[str], again: Again) -> EnrollResult:
	result = EnrollResult()
	readable = readable_records(cadence.module, names)
	earlier = _latest_enrollments(cadence.name, cadence.module, names)
	fresh, returning = [], []
	for name in names:
		if name not in readable:
			result.answers[name] = EnrollAnswer.NOT_READABLE
		elif name not in earlier:
			fresh.append(name)
		elif event := way_back(cadence, earlier[name], again, result):
			returning.append((earlier[name], event))
	_enroll_first_time(cadence, fresh, result)
	enroll_again(cadence, returning, result)
	return result


def _latest_enrollments(cadence: str, module: str, names: list[str]) -> dict[str, Any]:
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"cadence": cadence, "reference_doctype": module, "reference_name": ("in", names)},
		["name", "reference_name", "status", "has_lost_activity"],
		order_by="name asc",
	)
	return {row.reference_name: row for row in rows}


def _enroll_first_time(cadence: Any, names: list[str], result: EnrollResult) -> None:
	"""Write new enrollments, without the records that an un-enrollment rule would take out at once (S2.4)."""
	in_work = those_who_stay([(_new_enrollment(cadence, name), Enrolled()) for name in names], result)
	in_work = _keep_to_daily_limit(cadence, in_work, result)
	if not in_work:
		return
	# In the order of their keys: two who enroll the same records wait for each other, but not in a circle.
	enrollment_rows.insert(sorted((current.row for current in in_work), key=lambda row: row["active_key"]))
	inserted = _inserted([current.name for current in in_work])
	for current in in_work:
		got_in = current.name in inserted
		result.answers[current.row["reference_name"]] = (
			EnrollAnswer.ENROLLED if got_in else EnrollAnswer.ALREADY_IN
		)
	got_in = [current.name for current in in_work if current.name in inserted]
	result.enrollments += got_in
	inbox_entries = [InboxEntry(name, cadence.name, Enrolled(), key=f"{name}:enrolled") for name in got_in]
	inbox.record(inbox_entries, wake=False)


def _keep_to_daily_limit(
	cadence: Any, in_work: list[EnrollmentInWork], result: EnrollResult
) -> list[EnrollmentInWork]:
	"""Those that the cadence still takes today; the others are skipped and can come tomorrow (S13.2)."""
	limit = definitions.load(cadence.version).policy.new_per_day
	if not limit or not in_work:
		return in_work
	today = frappe.db.count(
		"Cadence Enrollment", {"cadence": cadence.name, "creation": (">=", frappe.utils.nowdate())}
	)
	room = max(limit - today, 0)
	result.answers |= {each.row["reference_name"]: EnrollAnswer.DAY_IS_FULL for each in in_work[room:]}
	return in_work[:room]


def _inserted(names: list[str]) -> set[str]:
	"""Those that the unique key let in: somebody else may have enrolled the same record just now (S5.4)."""
	return set(frappe.get_all("Cadence Enrollment", {"name": ("in", names)}, pluck="name"))


def _new_enrollment(cadence: Any, name: str) -> EnrollmentInWork:
	row = {
		**inbox.standard_columns(new_name()),
		"cadence": cadence.name,
		"cadence_version": cadence.version,
		"reference_doctype": cadence.module,
		"reference_name": name,
		"status": EnrollmentStatus.ACTIVE.value,
		"run": 0,
		"enrolled_by": frappe.session.user,
		"active_key": enrollment_rows.active_key(cadence.name, cadence.module, name),
		"next_due_at": frappe.utils.now_datetime(),
	}
	return EnrollmentInWork(row, definitions.load(cadence.version), Enrollment(), {}, set())
