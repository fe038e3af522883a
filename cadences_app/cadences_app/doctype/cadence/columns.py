"""Columns that only mean something together or as text: delays, times of day, days, lines."""

import json
from collections.abc import Iterable
from datetime import time
from typing import Any

from frappe.utils import cint, get_time, getdate

from cadences_app.engine.calendar import Delay
from cadences_app.engine.reading import DefinitionError, Path


def delay_of(row: Any, prefix: str) -> dict[str, Any] | None:
	"""The delay in `<prefix>_amount` and `<prefix>_unit`; None where no unit is chosen."""
	unit = row.get(f"{prefix}_unit")
	return {"amount": cint(row.get(f"{prefix}_amount")), "unit": unit} if unit else None


def delay_columns(prefix: str, delay: Delay) -> dict[str, Any]:
	return {f"{prefix}_amount": delay.amount, f"{prefix}_unit": delay.unit.value}


def number_of(stored: Any) -> int | None:
	return None if stored is None else cint(stored)


def clock_of(stored: Any) -> str | None:
	"""A Time field, in whichever of its shapes, as ISO text."""
	return None if stored in (None, "") else get_time(stored).isoformat()


def clock_column(at: time | None) -> str | None:
	return at and at.isoformat()


def day_of(stored: Any) -> str | None:
	return getdate(stored).isoformat() if stored else None


def lines_of(text: str | None) -> list[str]:
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


def lines_column(lines: Iterable[str]) -> str:
	return "\n".join(lines)


def json_of(text: str | None, path: Path) -> Any:
	"""What a Code field holds as JSON, None when it is empty. Raises DefinitionError with `path`."""
	if not (text or "").strip():
		return None
	try:
		return json.loads(text)
	except ValueError as error:
		raise DefinitionError(path, f"is no JSON: {error}") from error
