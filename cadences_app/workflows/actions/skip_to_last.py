from cadences_app.engine.events import SkipRequested, SkipTarget
from cadences_app.enrolling import control
from cadences_app.workflows.actions.occasion import Occasion


def act(occasion: Occasion) -> str:
	"""Go to the last follow-up of the enrollment's branch."""
	return ", ".join(control.ask([occasion.enrollment], SkipRequested(SkipTarget.LAST)))
