"""Columns that only mean something together or as text: delays, times of day, days, lines."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from frappe.utils import cint

from cadences_app.engine.calendar import Delay
from cadences_app.engine.reading import DefinitionError, Path, read_json
from cadences_app.store import clock


def delay_of(row: Any, prefix: str) -> dict[str, Any] | None:
	"""The delay in `<prefix>_amount` and `<prefix>_unit`; None where no unit is chosen."""
	unit = row.get(f"{prefix}_unit")
	return {"amount": cint(row.get(f"{prefix}_amount")), "unit": unit} if unit else None


def delay_columns(prefix: str, delay: Delay) -> dict[str, Any]:
	return {f"{prefix}_amount": delay.amount, f"{prefix}_unit": delay.unit.value}


def number_of(stored: Any) -> int | None:
	return None if stored is None else cint(stored)


def clock_of(written: str | None) -> str | None:
	"""A time of day in ISO form, as far as it is one; ``9:30`` is written ``09:30`` there."""
	text = (written or "").strip()
	return f"0{text}" if text[1:2] == ":" else text or None


def clock_column(at: time | None) -> str:
	"""As people write it: ``09:30``. Seconds only where there are any."""
	if at is None:
		return ""
	return at.isoformat() if at.second or at.microsecond else at.isoformat("minutes")


def day_of(written: Any) -> str | None:
	"""A day in ISO form, as far as it is one."""
	found = clock.read_day(written)
	if found is None:
		return str(written) if written else None
	return found.isoformat()


def lines_of(text: str | None) -> list[str]:
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


def lines_column(lines: Iterable[str]) -> str:
	return "\n".join(lines)


def json_of(text: str | None, path: Path) -> Any:
	"""What a Code field holds as JSON, None when it is empty. Raises DefinitionError with `path`."""
	if not (text or "").strip():
		return None
	try:
		return read_json(text)
	except ValueError as error:
		raise DefinitionError(path, f"is no JSON: {error}") from error
