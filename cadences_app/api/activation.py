"""Checking, activating, publishing and halting cadences over REST and from Desk (S1.6, S1.7, S7).

Every method needs *write* on the cadence.
"""

import frappe

from cadences_app.api.arguments import as_one_of, is_yes
from cadences_app.engine.events import Republish
from cadences_app.enrolling import activation


@frappe.whitelist()
def faults(cadence: str) -> list[str]:
	"""What keeps the cadence from being activated, each fault a sentence."""
	return activation.find_faults(_cadence(cadence, "read"))


@frappe.whitelist(methods=["POST"])
def activate(cadence: str) -> str:
	"""Publish a Draft. Returns the version's name."""
	return activation.activate(_cadence(cadence))


@frappe.whitelist(methods=["POST"])
def publish(cadence: str, choice: str = Republish.STOP_EDITED.value) -> str:
	"""Make the edited cadence its next version; `choice` is one of the three of S1.7."""
	return activation.publish(_cadence(cadence), as_one_of(Republish, choice))


@frappe.whitelist(methods=["POST"])
def deactivate(cadence: str) -> None:
	"""Halt everything scheduled in the cadence."""
	activation.deactivate(_cadence(cadence))


@frappe.whitelist(methods=["POST"])
def reactivate(cadence: str, unenroll_unmatched: bool = False, resume_halted: bool = False) -> None:
	"""Set an inactive cadence going again; what was halted stays halted unless `resume_halted`."""
	activation.reactivate(
		_cadence(cadence),
		unenroll_unmatched=is_yes(unenroll_unmatched),
		resume_halted=is_yes(resume_halted),
	)


def _cadence(name: str, right: str = "write"):
	doc = frappe.get_doc("Cadence", name)
	doc.check_permission(right)
	return doc
