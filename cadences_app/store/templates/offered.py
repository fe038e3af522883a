"""The functions that a template may call: they count, calculate with dates, and write as the site writes.

They carry the names under which Frappe's own templates know them, `frappe.utils.*` among them.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import frappe
from frappe import utils
from frappe.utils.formatters import format_value as write_value
from jinja2.utils import Namespace

from cadences_app.store.templates.meter import MOST_ITEMS, TooMuch
from cadences_app.store.templates.row import Row

_FORMATTED = frozenset(
	{"Date", "Datetime", "Time", "Currency", "Float", "Int", "Percent", "Duration", "Check"}
)
_PURE = (
	"add_days add_months add_years add_to_date cint date_diff escape_html flt fmt_money format_date"
	" format_datetime format_duration format_time formatdate get_date_str get_datetime get_first_day"
	" get_last_day get_time_str get_weekday getdate month_diff money_in_words now now_datetime nowdate"
	" nowtime pretty_date rounded today time_diff_in_hours time_diff_in_seconds"
).split()
MOST_LOOKS = 1_000_000_000
"""At a character, of one search for tags: about a second."""


def format_value(value: Any, df: Any = None, currency: str | None = None, **_more: Any) -> str:
	"""A value as the site writes values of its kind; `df` names the field type."""
	fieldtype = df.get("fieldtype") if isinstance(df, Mapping) else df
	known = {"fieldtype": fieldtype} if fieldtype in _FORMATTED else None
	return str(write_value(value, known, currency=_name(currency)))


def formatted(row: Row, field: str, *_more: Any, **_options: Any) -> str:
	"""What `doc.get_formatted(field)` gives: the field's value as the site writes it."""
	value = row.get(field)
	known = frappe.get_meta(row.doctype).get_field(field) if row.doctype else None
	if known is None or known.fieldtype not in _FORMATTED:
		return "" if value is None or isinstance(value, list) else str(value)
	currency = row.get(known.options) if known.fieldtype == "Currency" and known.options in row else None
	options = {"fieldtype": known.fieldtype, "precision": known.precision}
	return str(write_value(value, options, currency=currency))


def translated(text: Any, *_more: Any, **_options: Any) -> str:
	return str(frappe._(text)) if isinstance(text, str) else ""


def site_address() -> str:
	return utils.get_url()


def without_tags(text: Any) -> str:
	"""What `strip_html` leaves. Its pattern looks from each `<` for an end that may not be there."""
	text = str(text or "")
	if text.count("<") * len(text) > MOST_LOOKS:
		raise TooMuch("a text is too long")
	return str(utils.strip_html(text))


def counted(*bounds: int) -> list[int]:
	found = range(*bounds)
	if len(found) > MOST_ITEMS:
		raise TooMuch("the list is too long")
	return list(found)


def methods_of(row: Row, offer: Callable[[Any], Any]) -> dict[str, Any]:
	"""What can be asked of a row besides its fields: `doc.get("city")` and `doc.get_formatted("date")`."""
	return {"get": offer(row.get), "get_formatted": offer(partial(formatted, row))}


def functions(offer: Callable[[Any], Any]) -> dict[str, Any]:
	"""The names that every template knows, each function passed through `offer`."""
	pure = {name: offer(getattr(utils, name)) for name in _PURE if hasattr(utils, name)}
	pure["strip_html"] = offer(without_tags)
	shown = {
		"_": offer(translated),
		"format": offer(format_value),
		"format_value": offer(format_value),
		"format_date": offer(utils.global_date_format),
		"get_url": offer(site_address),
	}
	plain = {"range": counted, "len": len, "dict": dict, "namespace": Namespace, "_": translated}
	frappe_names = Row("", shown | {"utils": Row("", pure | {"get_url": shown["get_url"]})})
	return {name: offer(each) for name, each in plain.items()} | {"frappe": frappe_names} | _bare(pure)


def _bare(pure: Mapping[str, Any]) -> dict[str, Any]:
	"""Those that Frappe offers by their bare names too, and that no field is called."""
	return {
		name: pure[name] for name in ("flt", "cint", "formatdate", "nowdate", "now_datetime") if name in pure
	}


def _name(text: Any) -> str | None:
	return str(text) if text else None
