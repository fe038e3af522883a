"""Checking, activating, publishing and halting cadences over REST and from Desk (S1.6, S1.7, S7).

Every method needs *write* on the cadence.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from cadences_app.api.answers.cadences import Change, Consequences
from cadences_app.api.arguments import as_one_of, is_yes
from cadences_app.api.calling import whitelist
from cadences_app.engine.events import Republish
from cadences_app.enrolling import activation, consequences
from cadences_app.enrolling.difference import changes, touched
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.enrolling.warnings import warnings_of
from cadences_app.store import definitions
from cadences_app.store.compat import tried_anew


@whitelist()
def faults(cadence: str) -> list[str]:
	"""What keeps the cadence from being activated, each fault a sentence."""
	doc = _cadence(cadence, "read")
	return activation.faults_of(doc, definition_of(doc))


@whitelist(methods=["POST"])
@tried_anew
def activate(cadence: str, enroll_present: bool = False) -> str:
	"""Publish a Draft. Returns the version's name. Who is in its view already is enrolled by a job if
	`enroll_present`, and left out otherwise (S2.3). What to be warned of, `before_activation` tells."""
	return activation.activate(_cadence(cadence), enroll_present=is_yes(enroll_present))


@whitelist(methods=["POST"])
@tried_anew
def publish(cadence: str, choice: str = Republish.STOP_EDITED.value, enroll_present: bool = False) -> str:
	"""Make the edited cadence its next version; `choice` is one of the three of S1.7. `enroll_present` is
	asked where its view was edited."""
	doc = _cadence(cadence)
	version = activation.publish(doc, as_one_of(Republish, choice), enroll_present=is_yes(enroll_present))
	_warn(doc)
	return version


@whitelist(methods=["POST"])
@tried_anew
def deactivate(cadence: str) -> None:
	"""Halt everything scheduled in the cadence."""
	activation.deactivate(_cadence(cadence))


@whitelist(methods=["POST"])
@tried_anew
def reactivate(
	cadence: str,
	unenroll_unmatched: bool = False,
	resume_halted: bool = False,
	enroll_present: bool = False,
	choice: str = Republish.STOP_EDITED.value,
) -> None:
	"""Set an inactive cadence going again; what was halted stays halted unless `resume_halted`, and who is in
	the view and never was in the cadence stays out unless `enroll_present`. What was edited meanwhile is
	published by it: `choice` is one of the three of S1.7."""
	activation.reactivate(
		_cadence(cadence),
		unenroll_unmatched=is_yes(unenroll_unmatched),
		resume_halted=is_yes(resume_halted),
		enroll_present=is_yes(enroll_present),
		choice=as_one_of(Republish, choice),
	)


@whitelist()
def difference(cadence: str) -> list[Change]:
	"""What publishing would change, in words (S1.9): `sentence`, `follow_up` (its key, or blank), `touches`
	(the live enrollments that have it scheduled, or all of them). Needs *read*."""
	doc = _cadence(cadence, "read")
	if not doc.version:
		return []
	touches = touched(doc.name)
	found = changes(definitions.load(doc.version), definition_of(doc))
	return [
		{"sentence": each.sentence, "follow_up": each.follow_up, "touches": touches.get(each.follow_up, 0)}
		for each in found
	]


@whitelist()
@tried_anew
def consequences_of(
	cadence: str,
	action: str,
	choice: str = Republish.STOP_EDITED.value,
	unenroll_unmatched: bool = False,
	resume_halted: bool = False,
) -> Consequences:
	"""What *Deactivate*, *Reactivate* or *Publish* would do to the live enrollments: how many there are
	(`live`), how many would have each status then, how many of them `changed`, and on publishing edits of how
	many the scheduled follow-up was `edited`. Nothing is done."""
	doc = _cadence(cadence)
	match action:
		case "Deactivate":
			return consequences.of_deactivating(doc)
		case "Reactivate":
			return consequences.of_reactivating(
				doc,
				unenroll_unmatched=is_yes(unenroll_unmatched),
				resume_halted=is_yes(resume_halted),
				choice=as_one_of(Republish, choice),
			)
		case "Publish":
			return consequences.of_publishing(doc, as_one_of(Republish, choice))
		case _:
			frappe.throw(_("{0} is none of: {1}").format(action, "Deactivate, Reactivate, Publish"))


def _warn(doc: Any) -> None:
	"""Say what works, but not as well as it could."""
	if warnings := warnings_of(definition_of(doc)):
		told = [escape_html(each) for each in warnings]
		frappe.msgprint(told, title=_("Before these go out"), indicator="orange", as_list=True)


def _cadence(name: str, right: str = "write"):
	doc = frappe.get_doc("Cadence", name)
	doc.check_permission(right)
	return doc
