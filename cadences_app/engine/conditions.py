"""Conditions over the plain fields of a record."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from cadences_app.engine.reading import Fields
from cadences_app.engine.stored_enum import StoredEnum

NUMBERS = (bool, int, float, Decimal)
NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?")


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
		"""Whether the record meets it.

		An empty field is above, below and in nothing, and differs from every value. Kinds that can't be
		compared, such as a number and a word, differ and have no order.
		"""
		return COMPARISONS[self.operator](record.get(self.field), self.value)

	def to_dict(self) -> dict[str, Any]:
		value = list(self.value) if isinstance(self.value, tuple) else self.value
		values = {"field": self.field, "operator": self.operator.value}
		return values if value is None else values | {"value": value}

	@classmethod
	def read(cls, fields: Fields) -> Condition:
		operator = fields.choice("operator", Operator)
		reader = _listed if operator in (Operator.IN, Operator.NOT_IN) else _single
		value = fields.read("value", reader)
		if reader is _listed and value is None:
			raise fields.fault("value", "is missing")
		return cls(fields.text("field", required=True), operator, value)


def _listed(value: Any) -> tuple[Any, ...]:
	if isinstance(value, str):
		return tuple(each.strip() for each in value.split(","))
	if isinstance(value, list | tuple):
		return tuple(value)
	raise ValueError("expected a list of values")


def _single(value: Any) -> Any:
	if isinstance(value, list | tuple | dict):
		raise ValueError("expected a single value")
	return value


def _is_empty(value: Any) -> bool:
	return value is None or value == ""


def _same(found: Any, wanted: Any) -> bool:
	if type(found) is str and type(wanted) is str:
		return found.casefold() == wanted.casefold()
	if _is_empty(found) or _is_empty(wanted):
		return _is_empty(found) and _is_empty(wanted)
	pair = _comparable(found, wanted)
	return pair is not None and bool(pair[0] == pair[1])


def _is_among(found: Any, wanted: Any) -> bool:
	for each in wanted:
		if _same(found, each):
			return True
	return False


def _is_like(found: Any, pattern: Any) -> bool:
	text, shape = ("" if _is_empty(each) else str(each) for each in (found, pattern))
	return is_like(text, shape)


def is_like(text: str, pattern: str) -> bool:
	"""Whether the text is as the pattern has it: `%` stands for any text, `_` for a sign.

	What was found for one `%` is not looked for anew, so a pattern with very many of them takes no longer
	than its length and the text's ask for.
	"""
	shape = pattern.casefold()
	for special in "[*?":
		shape = shape.replace(special, f"[{special}]")
	return fnmatchcase(text.casefold(), shape.replace("%", "*").replace("_", "?"))


def _in_order(compares: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
	"""A comparison that does not hold where one side is empty, or the two have no order."""

	def holds(found: Any, wanted: Any) -> bool:
		pair = None if _is_empty(found) or _is_empty(wanted) else _ordered(found, wanted)
		return pair is not None and bool(compares(*pair))

	return holds


def _ordered(found: Any, wanted: Any) -> tuple[Any, Any] | None:
	"""Both sides as one kind that has an order: text that is a number on both sides counts as one."""
	if isinstance(found, str) and isinstance(wanted, str):
		if NUMBER.fullmatch(found.strip()) and NUMBER.fullmatch(wanted.strip()):
			return float(found), float(wanted)
	return _comparable(found, wanted)


def _comparable(found: Any, wanted: Any) -> tuple[Any, Any] | None:
	"""Both sides as one kind, since a filter holds text where the record holds a number or a date; None
	when there is no such kind."""
	for kind, reader in ((NUMBERS, float), (date, _moment), (timedelta, _length)):
		if isinstance(found, kind) or isinstance(wanted, kind):
			try:
				return reader(found), reader(wanted)
			except (TypeError, ValueError, OverflowError):
				return None
	return str(found).casefold(), str(wanted).casefold()


def _moment(value: Any) -> datetime:
	if isinstance(value, datetime):
		return value.replace(tzinfo=None)
	if isinstance(value, date):
		return datetime(value.year, value.month, value.day)
	return datetime.fromisoformat(value).replace(tzinfo=None)


def _length(value: Any) -> timedelta:
	"""A time of day as Frappe reads it from the database: the time since midnight."""
	if isinstance(value, timedelta):
		return value
	clock = value if isinstance(value, time) else time.fromisoformat(str(value).rjust(8, "0"))
	return timedelta(
		hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
	)


COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
	Operator.EQUALS: _same,
	Operator.DIFFERS: lambda found, wanted: not _same(found, wanted),
	Operator.ABOVE: _in_order(operator.gt),
	Operator.AT_LEAST: _in_order(operator.ge),
	Operator.BELOW: _in_order(operator.lt),
	Operator.AT_MOST: _in_order(operator.le),
	Operator.IN: _is_among,
	Operator.NOT_IN: lambda found, wanted: not _is_among(found, wanted),
	Operator.LIKE: _is_like,
	Operator.NOT_LIKE: lambda found, wanted: not _is_like(found, wanted),
	Operator.IS_SET: lambda found, wanted: not _is_empty(found),
	Operator.IS_NOT_SET: lambda found, wanted: _is_empty(found),
}
