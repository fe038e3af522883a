from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import control
from cadences_app.workflows.actions.occasion import Occasion


def act(occasion: Occasion) -> str:
	"""Take the record out of the cadence."""
	return ", ".join(control.ask([occasion.enrollment], StopRequested(occasion.workflow)))
