"""Whether a document that is being saved is in a view, without asking the database.

Frappe's own translation of a filter into SQL is read back and evaluated on the document's values, so that a
filter means here what it means in a list. What can't be told for sure (accents and other letters that a
collation may take for the same, child tables, linked documents, trees) is left to the database.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import frappe
from frappe.model import child_table_fields, default_fields
from frappe.utils import get_datetime, getdate

from cadences_app.engine.audience import Audience
from cadences_app.engine.conditions import is_like
from cadences_app.store import compat

UNSURE = None
"""The answer where only the database knows."""

Answer = bool | None

TEXTS = frozenset(
	{"Data", "Link", "Dynamic Link", "Select", "Small Text", "Text", "Long Text", "Text Editor"}
	| {"Read Only", "Phone", "Autocomplete", "Color", "Barcode", "Code", "HTML Editor", "Markdown Editor"}
)
WHOLE, BROKEN = frozenset({"Int", "Check"}), frozenset({"Float", "Currency", "Percent"})
SMALLEST = Decimal("0.000000001")
MOST = Decimal(10) ** 12

_QUOTED = r"'(?:[^'\\]|\\.|'')*'"
_NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_COLUMN = r"(?:`tab(?P<table>[^`]+)`\.)?`(?P<field>\w+)`"
_LITERAL = f"(?:{_QUOTED}|{_NUMBER})"
_CONDITION = re.compile(
	rf"(?P<guard>ifnull\()?{_COLUMN}(?:, ?(?P<fallback>{_LITERAL})\))? ?"
	rf"(?P<operator>=|!=|<>|<=|>=|<|>|like|not like|in|not in|between) ?"
	rf"(?P<value>{_QUOTED} AND {_QUOTED}|\({_LITERAL}(?:, ?{_LITERAL})*\)|{_LITERAL})",
	re.IGNORECASE | re.DOTALL,
)
_PLAIN = re.compile(r"[ -~]*")
LONGEST_KEPT = 140
"""Characters of a text that is kept folded; a document's long texts would fill the memory."""
_ORDERED = re.compile(r"[0-9A-Za-z ]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "Z": "\x1a"}


class _CannotTell(Exception):
	"""Only the database knows how this compares."""


@dataclass(frozen=True, slots=True)
class Condition:
	"""One filter on a field of the document itself, as the database reads it."""

	field: str
	kind: str
	fallback: str | Decimal | None
	operator: str
	values: tuple[str | Decimal, ...]

	def answer(self, doc: Mapping[str, Any]) -> Answer:
		"""Whether it holds for these values; UNSURE where only the database knows."""
		try:
			return self.holds(doc)
		except _CannotTell:
			return UNSURE

	def holds(self, doc: Mapping[str, Any]) -> bool:
		"""Raises _CannotTell."""
		found = _stored(doc.get(self.field), self.kind)
		if self.fallback is not None:
			found = self.fallback if found is None else _shown(found, self.kind)
			if isinstance(found, Decimal):
				raise _CannotTell
		if found is None:
			return False  # what is compared with NULL is not true, whichever way round
		match self.operator:
			case "in":
				return any(_compare(found, each) == 0 for each in self.values)
			case "not in":
				return all(_compare(found, each) != 0 for each in self.values)
			case "between":
				return _order(found, self.values[0]) >= 0 and _order(found, self.values[1]) <= 0
			case "like" | "not like":
				return _is_like(found, self.values[0]) == (self.operator == "like")
			case "=" | "!=":
				return (_compare(found, self.values[0]) == 0) == (self.operator == "=")
			case _:
				return _ORDERS[self.operator](_order(found, self.values[0]))


_ORDERS: dict[str, Callable[[int], bool]] = {
	"<": lambda order: order < 0,
	"<=": lambda order: order <= 0,
	">": lambda order: order > 0,
	">=": lambda order: order >= 0,
}


def all_hold(conditions: Iterable[Condition | None], values: Mapping[str, Any]) -> Answer:
	"""Whether the filters show a document with these values, as it is in memory; the rights of the view's
	user, which no filter tells of, are the database's to say. False is certain."""
	answer: Answer = True
	for condition in conditions:
		holds = UNSURE if condition is None else condition.answer(values)
		if holds is False:
			return False
		answer = answer and holds
	return answer


def conditions_of(audience: Audience, doc: Any, day: str) -> tuple[Condition | None, ...]:
	"""The view's filters as Frappe reads them on this day, its user's rights aside; None for one that only
	the database can evaluate."""
	meta_modified = str(doc.meta.modified)
	return _conditions(frappe.local.site, doc.doctype, repr(audience.filters), day, meta_modified)


@lru_cache(maxsize=2000)
def _conditions(
	site: str, doctype: str, filters: str, day: str, meta_modified: str
) -> tuple[Condition | None, ...]:
	from ast import literal_eval

	return tuple(_read(doctype, list(each)) for each in literal_eval(filters))


def _read(doctype: str, written: list[Any]) -> Condition | None:
	try:
		found = _CONDITION.fullmatch(compat.condition_of(doctype, written))
	except Exception:  # noqa: BLE001 - whatever Frappe makes of it, the sweep will show it to the owner
		return None
	if found is None or (found["guard"] is None) != (found["fallback"] is None):
		return None
	if found["table"] not in (None, doctype):
		return None
	kind = _kind_of(doctype, found["field"])
	if kind is None:
		return None
	fallback = None if found["fallback"] is None else _literal(found["fallback"])
	values = tuple(_literal(each) for each in re.findall(_LITERAL, found["value"]))
	operator = found["operator"].lower().replace("<>", "!=")
	return Condition(found["field"], kind, fallback, operator, values)


def _kind_of(doctype: str, fieldname: str) -> str | None:
	"""What the column holds, None where that can't be told from the document."""
	meta = frappe.get_meta(doctype)
	if fieldname in ("creation", "modified"):
		return "Datetime"
	if fieldname == "name":
		return None if meta.autoname == "autoincrement" else "text"
	if fieldname in ("owner", "modified_by"):
		return "text"
	field = meta.get_field(fieldname)
	if field is None or fieldname in default_fields or fieldname in child_table_fields or field.is_virtual:
		return None
	if field.fieldtype in TEXTS:
		return "text"
	if field.fieldtype in WHOLE:
		return "whole"
	if field.fieldtype in BROKEN:
		return "broken"
	return field.fieldtype if field.fieldtype in ("Date", "Datetime", "Time") else None


def _literal(written: str) -> str | Decimal:
	if not written.startswith("'"):
		return Decimal(written)
	inner = written[1:-1].replace("''", "'")
	return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), inner, flags=re.DOTALL)


def _stored(value: Any, kind: str) -> Any:
	"""The value as the column holds it. Raises _CannotTell for what the database would have to make fit."""
	try:
		if kind in ("whole", "broken"):
			return _number(value or 0, kind)
		if value is None or (value == "" and kind != "text"):
			return None
		match kind:
			case "text":
				return value if isinstance(value, str) else str(value)
			case "Date":
				return getdate(value)
			case "Datetime":
				return get_datetime(value).replace(tzinfo=None)
			case _:
				return _clock(value)
	except (ValueError, TypeError, ArithmeticError, AttributeError, frappe.ValidationError):
		raise _CannotTell from None


def _number(value: Any, kind: str) -> Decimal:
	number = Decimal(str(int(value) if isinstance(value, bool) else value))
	if abs(number) > MOST or (kind == "whole" and number != number.to_integral_value()):
		raise _CannotTell
	return number if kind == "whole" else number.quantize(SMALLEST, ROUND_HALF_UP)


def _clock(value: Any) -> time:
	if isinstance(value, timedelta):
		return (datetime.min + value).time()
	return value if isinstance(value, time) else time.fromisoformat(str(value).rjust(8, "0"))


def _shown(found: Any, kind: str) -> str:
	"""A value as text, which it becomes where something else takes the place of NULL."""
	match kind:
		case "whole":
			return str(int(found))
		case "broken":
			return f"{found:.9f}"
		case "Date":
			return found.isoformat()
		case "Datetime":
			return found.strftime("%Y-%m-%d %H:%M:%S.%f")
		case "Time":
			return found.strftime("%H:%M:%S.%f")
		case _:
			return found


def _compare(found: Any, wanted: str | Decimal) -> int:
	"""0 where both are the same, something else where they differ."""
	if isinstance(found, str):
		return 0 if _same_text(found, wanted) else 1
	return _order(found, wanted)


def _same_text(found: str, wanted: str | Decimal) -> bool:
	"""As the site's collation has it: case and spaces at the end make no difference."""
	if found == wanted:
		return True
	folded = None if isinstance(wanted, Decimal) else _folded(wanted)
	if folded is None or (compared := _folded(found)) is None:
		raise _CannotTell
	return compared == folded


def _folded(text: str) -> str | None:
	"""What is equal to the collation reads equal then; None where only the database knows."""
	return _folded_before(text) if len(text) <= LONGEST_KEPT else _fold(text)


def _fold(text: str) -> str | None:
	return text.rstrip(" ").lower() if _PLAIN.fullmatch(text) else None


_folded_before = lru_cache(maxsize=2000)(_fold)
"""Many conditions ask the same of one value."""


def _order(found: Any, wanted: str | Decimal) -> int:
	"""Below 0, 0 or above 0. Raises _CannotTell where the kinds differ or a collation has its own order."""
	left, right = found, wanted
	try:
		if isinstance(found, Decimal):
			right = Decimal(wanted or "0")
		elif isinstance(wanted, Decimal):
			raise _CannotTell
		elif isinstance(found, datetime):
			right = datetime.fromisoformat(wanted)
		elif isinstance(found, date):
			left, right = datetime.combine(found, time()), datetime.fromisoformat(wanted)
		elif isinstance(found, time):
			right = time.fromisoformat(wanted or "00:00")
		elif not (_has_plain_order(found, wanted)):
			raise _CannotTell
		else:
			left, right = found.rstrip(" ").lower(), wanted.rstrip(" ").lower()
	except (ValueError, InvalidOperation):
		if wanted == "":
			return 1  # a date is not the empty text
		raise _CannotTell from None
	return (left > right) - (left < right)


def _has_plain_order(one: str, other: str) -> bool:
	if _ORDERED.fullmatch(one) and _ORDERED.fullmatch(other):
		return True
	return len(one) == len(other) and re.sub(r"\d", "0", one) == re.sub(r"\d", "0", other) and one.isascii()


def _is_like(found: Any, pattern: str | Decimal) -> bool:
	if not isinstance(found, str) or isinstance(pattern, Decimal) or "\\" in pattern:
		raise _CannotTell
	if not (_PLAIN.fullmatch(found) and _PLAIN.fullmatch(pattern)):
		raise _CannotTell
	return is_like(found, pattern)
