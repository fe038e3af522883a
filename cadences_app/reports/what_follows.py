"""What each result of a follow-up would cause, by the same engine that decides when it comes (S8.4)."""

from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app.engine.decision import decide
from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.transitions import Ended, FollowUpScheduled, FollowUpWithdrawn, Transition
from cadences_app.neighbours.phones import is_phone
from cadences_app.store import clock, definitions, enrollment_rows
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records

Result = tuple[Outcome, str]
"""An outcome with its detail: the call result; blank for what has none."""


def look_at(enrollment: str) -> EnrollmentInWork | None:
	"""The enrollment as it stands, without a lock: nothing of it is written."""
	row = frappe.db.get_value("Cadence Enrollment", enrollment, "*", as_dict=True)
	if row is None or not row.cadence_version:
		return None
	activities = frappe.get_all(
		"Cadence Activity", {"enrollment": enrollment, "run": row.run}, ["*"], limit_page_length=0
	)
	return enrollment_rows.read_enrollment(row, activities, definitions.load(row.cadence_version))


def consequences(
	current: EnrollmentInWork, follow_up: str, results: Iterable[Result]
) -> dict[Result, list[Transition]]:
	"""What would follow from each result if it came now: what is scheduled, what is withdrawn, the end."""
	now, facts = clock.now(), Records([current]).facts(current)
	found = {}
	for outcome, detail in results:
		told = OutcomeReported(current.state.run, follow_up, outcome, now, detail)
		decision = decide(current.cadence, current.state, told, facts, now)
		shown = (FollowUpScheduled, FollowUpWithdrawn, Ended)
		found[(outcome, detail)] = [each for each in decision.transitions if isinstance(each, shown)]
	return found


def person_of(doctype: str, name: str) -> dict[str, Any]:
	"""Who the record is about, as far as the session's user may read its fields: `fields` are label, value
	and kind (Email, Phone, Data), in the order of the form."""
	meta = frappe.get_meta(doctype)
	shown = [field for field in meta.fields if _kind(field)]
	names = list(dict.fromkeys(field.fieldname for field in shown))
	rows = frappe.get_list(doctype, {"name": name}, ["name", *names], limit_page_length=1)
	if not rows:
		return {"fields": []}
	return {
		"fields": [
			{"label": field.label, "value": str(rows[0][field.fieldname]), "kind": _kind(field)}
			for field in shown
			if rows[0].get(field.fieldname)
		][:14]
	}


_NAMES = ("lead_name", "full_name", "contact_display")
_COMPANY = ("company_name", "organization", "organization_name", "customer_name", "job_title", "website")
_ABOUT = frozenset({*_NAMES, *_COMPANY, "city", "country", "territory", "status"})


def _kind(field: Any) -> str:
	"""What a field says about a person: who they are, how to reach them, where they work; else blank."""
	name, options = field.fieldname, field.options or ""
	if is_phone(field):
		return "Phone"
	if options == "Email":
		return "Email"
	return "Data" if name in _ABOUT else ""
