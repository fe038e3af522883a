"""The index of whose work stands how is part of a wider one, `open_work` (S8.4)."""

from cadences_app.store import compat


def execute() -> None:
	compat.drop_index("Cadence Activity", "assigned_to_standing_index")
