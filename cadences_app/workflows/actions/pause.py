from datetime import timedelta

from frappe.utils import cint

from cadences_app.engine.events import PauseRequested
from cadences_app.enrolling import control
from cadences_app.store import clock
from cadences_app.workflows.actions.occasion import Occasion


def act(occasion: Occasion) -> str:
	"""Pause the enrollment for the action's days, or until somebody resumes it."""
	days = cint(occasion.action["days"])
	until = clock.now() + timedelta(days=days) if days else None
	control.ask([occasion.enrollment], PauseRequested(until))
	return until.isoformat() if until else ""
