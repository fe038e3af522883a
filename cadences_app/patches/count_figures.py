"""The figures of what happened before figures were kept."""

from cadences_app.reports import figures


def execute() -> None:
	figures.check()
