"""Conditions over the plain fields of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

from cadences_app.engine.reading import Fields
from cadences_app.engine.stored_enum import StoredEnum


class Operator(StoredEnum):
	EQUALS = "="
	DIFFERS = "!="
	ABOVE = ">"
	AT_LEAST = ">="
	BELOW = "<"
	AT_MOST = "<="
	IN = "in"
	NOT_IN = "not in"
	LIKE = "like"
	NOT_LIKE = "not like"
	IS_SET = "is set"
	IS_NOT_SET = "is not set"


@dataclass(frozen=True, slots=True)
class Condition:
	"""One comparison of a record's field. Text compares without regard to case, as the database does."""

	field: str
	operator: Operator
	value: Any = None

	def holds(self, record: Mapping[str, Any]) -> bool:
		"""A comparison with an empty field, or between kinds that have no order, does not hold."""
		found = record.get(self.field)
		match self.operator:
			case Operator.IS_SET:
				return found not in (None, "")
			case Operator.IS_NOT_SET:
				return found in (None, "")
			case Operator.EQUALS:
				return _same(found, self.value)
			case Operator.DIFFERS:
				return not _same(found, self.value)
			case Operator.IN:
				return any(_same(found, each) for each in self.value)
			case Operator.NOT_IN:
				return not any(_same(found, each) for each in self.value)
			case Operator.LIKE:
				return _is_like(found, self.value)
			case Operator.NOT_LIKE:
				return not _is_like(found, self.value)
			case Operator.ABOVE | Operator.AT_LEAST | Operator.BELOW | Operator.AT_MOST:
				return _compares(found, self.operator, self.value)

	def to_dict(self) -> dict[str, Any]:
		value = list(self.value) if isinstance(self.value, tuple) else self.value
		values = {"field": self.field, "operator": self.operator.value}
		return values if value is None else values | {"value": value}

	@classmethod
	def from_dict(cls, source: Any) -> Condition:
		fields = Fields(source)
		operator = fields.choice("operator", Operator)
		value = fields.take("value")
		if operator in (Operator.IN, Operator.NOT_IN):
			value = tuple(_listed(value))
		condition = cls(fields.text("field", required=True), operator, value)
		fields.close()
		return condition


def _listed(value: Any) -> Sequence[Any]:
	if isinstance(value, str):
		return [each.strip() for each in value.split(",")]
	if isinstance(value, Sequence):
		return value
	raise ValueError("expected a list of values")


def _same(found: Any, wanted: Any) -> bool:
	if found in (None, "") or wanted in (None, ""):
		return found in (None, "") and wanted in (None, "")
	left, right = _comparable(found, wanted)
	return bool(left == right)


def _is_like(found: Any, pattern: Any) -> bool:
	text, shape = str(found or "").casefold(), str(pattern or "").casefold()
	for special in "[*?":
		shape = shape.replace(special, f"[{special}]")
	return fnmatchcase(text, shape.replace("%", "*").replace("_", "?"))


def _compares(found: Any, operator: Operator, wanted: Any) -> bool:
	if found in (None, "") or wanted in (None, ""):
		return False
	left, right = _comparable(found, wanted)
	try:
		match operator:
			case Operator.ABOVE:
				return bool(left > right)
			case Operator.AT_LEAST:
				return bool(left >= right)
			case Operator.BELOW:
				return bool(left < right)
			case _:
				return bool(left <= right)
	except TypeError:
		return False


def _comparable(found: Any, wanted: Any) -> tuple[Any, Any]:
	"""Both sides as one kind: a filter holds text where the record holds a number or a date."""
	if isinstance(found, bool | int | float) or isinstance(wanted, bool | int | float):
		try:
			return float(found), float(wanted)
		except (TypeError, ValueError):
			return str(found), str(wanted)
	if isinstance(found, date) or isinstance(wanted, date):
		try:
			return _moment(found), _moment(wanted)
		except (TypeError, ValueError):
			return str(found), str(wanted)
	return str(found).casefold(), str(wanted).casefold()


def _moment(value: Any) -> datetime:
	if isinstance(value, datetime):
		return value.replace(tzinfo=None)
	if isinstance(value, date):
		return datetime(value.year, value.month, value.day)
	return datetime.fromisoformat(value).replace(tzinfo=None)
