"""What stands still and what is due, of what was enrolled before both were kept."""

from cadences_app.reports import figures, standstill


def execute() -> None:
	standstill.check()
	figures.check()
