"""What Desk is told when somebody logs in, so that pages without a cadence ask nothing."""

from typing import Any

import frappe

from cadences_app.api.desk_terms import desk_terms
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.gates.rules import gated_modules
from cadences_app.journeys.rules import modules as journey_modules
from cadences_app.store import definitions


def extend(bootinfo: Any) -> None:
	"""`cadence_modules`: the modules with a published cadence, and whether one of them is active.
	`cadence_terms`: the closed sets that scripts offer and colour. `cadence_rights`:
	whether the user may read enrollments, enroll and un-enroll (S14.1). `gated_modules`: those with gates.
	`journey_modules`: those of journeys' stages."""
	bootinfo.gated_modules = gated_modules()
	bootinfo.journey_modules = journey_modules()
	bootinfo.cadence_modules = {
		module: any(cadence["status"] == CadenceStatus.ACTIVE for cadence in definitions.cadences_of(module))
		for module in definitions.modules()
	}
	bootinfo.cadence_terms = desk_terms()
	bootinfo.cadence_rights = {
		"read": bool(frappe.has_permission("Cadence Enrollment", "read")),
		"enroll": bool(frappe.has_permission("Cadence Enrollment", "create")),
		"unenroll": bool(frappe.has_permission("Cadence Enrollment", "write")),
	}
