"""Putting records into a cadence, and putting back those that left it (S5)."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling.newcomers import AS_USUAL, Beginning, let_in, rows_for
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.enrolling.said_no import those_who_said_no
from cadences_app.enrolling.way_back import TAKES_UP, Again, enroll_again, way_back
from cadences_app.store import inbox
from cadences_app.store.definitions import Published
from cadences_app.store.live import standing_of
from cadences_app.store.rights import readable_records

CHUNK = 500


class CadenceNotActive(frappe.ValidationError):
	"""Nobody can be enrolled in a cadence that is not active."""


def enroll(
	cadence: str,
	names: Iterable[str],
	again: Again = Again.ASK,
	*,
	beginning: Beginning = AS_USUAL,
	also_who_said_no: bool = True,
) -> EnrollResult:
	"""Enroll these records of the cadence's module with the rights of the session's user.

	Writes the enrollments; the runner decides. `beginning` is for new runs, its day for those that resume as
	well (S2.10). Raises CadenceNotActive and PermissionError. Without `also_who_said_no`, those that had
	unsubscribed or answered are not taken up again.
	"""
	frappe.has_permission("Cadence Enrollment", "create", throw=True)
	published = find_active(cadence)
	wanted, result = list(dict.fromkeys(str(each) for each in names)), EnrollResult()
	for start in range(0, len(wanted), CHUNK):
		chunk = wanted[start : start + CHUNK]
		result.add(_enroll_chunk(published, chunk, again, beginning, also_who_said_no))
	return result


def find_active(name: str) -> Published:
	"""The cadence that takes records. Raises CadenceNotActive, and PermissionError for a cadence that
	the user may not read."""
	row = frappe.db.get_value("Cadence", name, ["name", "module", "status", "version"], as_dict=True)
	if row is None or row.status != CadenceStatus.ACTIVE:
		frappe.throw(_("Cadence {0} is not active.").format(name), CadenceNotActive)
	frappe.has_permission("Cadence", "read", row.name, throw=True)
	return Published(row.name, row.module, row.status, row.version)


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
	rows = rows_for(cadence, [name], result)
	if result.answers.get(name) is EnrollAnswer.NOT_TO_BE_CONTACTED:
		frappe.throw(_("The person behind {0} may not be contacted.").format(name))
	if result.answers.get(name) is EnrollAnswer.PERSON_IS_IN:
		_refuse_person(cadence.module, result.notes[name])
	if not rows:
		frappe.throw(_("{0} would leave this cadence at once: {1}").format(name, result.notes[name]))
	blank = dict.fromkeys(doc.meta.get_fieldnames_with_value())  # what else was sent along is not taken over
	doc.update({key: value for key, value in (blank | rows[0]).items() if key != "name"})


def _refuse_person(module: str, other: str) -> None:
	"""Say that the person is in the cadence, and by which record to who may read that (S14.1)."""
	if readable_records(module, [other]):
		frappe.throw(_("The person is in this cadence by {0}.").format(other))
	frappe.throw(_("The person is in this cadence by another record."))


def wake_new(doc: Any) -> None:
	"""Have the runner look at an enrollment that was inserted as a document; those of an import are due, and
	found by the minute's tick: a job for each would keep the workers from everything else."""
	if not frappe.flags.in_import:
		inbox.wake_up({doc.name})


def _enroll_chunk(
	cadence: Published, names: list[str], again: Again, beginning: Beginning, also_who_said_no: bool
) -> EnrollResult:
	result = EnrollResult()
	readable = readable_records(cadence.module, names)
	earlier = _latest_enrollments(cadence.name, cadence.module, names)
	spares = again in TAKES_UP and not also_who_said_no
	spared = those_who_said_no(earlier.values()) if spares else {}
	fresh, returning = [], []
	for name in names:
		if name not in readable:
			result.answers[name] = EnrollAnswer.NOT_READABLE
		elif name not in earlier:
			fresh.append(name)
		elif event := way_back(
			cadence,
			earlier[name],
			again,
			result,
			starts_with=beginning.follow_up,
			spared=spared,
		):
			returning.append((earlier[name], event))
	let_in(cadence, fresh, result, beginning)
	enroll_again(cadence, returning, result, beginning)
	return result


def _latest_enrollments(cadence: str, module: str, names: list[str]) -> dict[str, Any]:
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"cadence": cadence, "reference_doctype": module, "reference_name": ("in", names)},
		["name", "reference_name", "status", "has_lost_activity", "ended_at", "exit_reason"],
	)
	return standing_of(rows)
