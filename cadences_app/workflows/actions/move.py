from frappe import _, db, throw

from cadences_app import neighbours
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import control
from cadences_app.enrolling.enroll import enroll
from cadences_app.enrolling.result import ACCEPTED
from cadences_app.workflows.actions.occasion import Occasion


def act(occasion: Occasion) -> str:
	"""Take the record out of this cadence and into another; into one for another module with the record that
	it was converted to."""
	cadence = occasion.action["cadence"]
	module = db.get_value("Cadence", cadence, "module")
	name = _record_for(occasion, module)
	result = enroll(cadence, [name])
	if (answer := result.answers[name]) not in ACCEPTED:
		throw(_("{0} was not added to {1}: {2}").format(name, cadence, _(answer.value)))
	control.ask([occasion.enrollment], StopRequested(_("moved to {0}").format(cadence)))
	return f"{module} {name}"


def _record_for(occasion: Occasion, module: str) -> str:
	if module == occasion.doctype:
		return occasion.name
	found = neighbours.successors(occasion.doctype, occasion.name, module)
	if not found:
		throw(
			_("{0} {1} was not converted to any {2}.").format(_(occasion.doctype), occasion.name, _(module))
		)
	return found[-1]
