"""The filters that templates may use, each with its work counted and its result weighed."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from frappe.utils import cint, flt
from frappe.utils.html_utils import sanitize_html
from jinja2 import Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from cadences_app.store.templates.meter import LONGEST_TEXT, TooMuch, listed, meter, weighed
from cadences_app.store.templates.row import Row

PLAIN_FILTERS = (
	"abs batch capitalize center count d default dictsort e escape filesizeformat first float forceescape"
	" groupby indent items last length lower map max min reject rejectattr replace reverse round select"
	" selectattr slice sort striptags title trim truncate unique upper urlencode wordcount wordwrap"
).split()
LARGEST_ARGUMENT = 10_000
LONGEST_WRAPPED = 20_000
"""Characters that `wordwrap` and its like take: they look at their text several times."""
MOST_MARKS = 50_000
"""Tags and character references of a text that is cleaned: about a second."""
_SLOW = frozenset({"wordwrap", "title", "indent", "striptags", "wordcount", "truncate"})
_OF_TEXT = _SLOW | {"capitalize", "center", "e", "escape", "forceescape", "lower", "replace", "trim", "upper"}
SCALARS = (str, int, float, Decimal, bool, date, datetime, time, timedelta, Row)

EACH = "cadence_each"
WEIGHED = "cadence_weighed"
JOINED = "cadence_joined"


def as_text(value: Any) -> str:
	"""A value as text: lists by their members, and nothing of what is no plain value."""
	if value is None:
		return ""
	if isinstance(value, Undefined):
		return str(value)  # an error, where a field without a value is one
	if isinstance(value, SCALARS):
		return str(value)
	if isinstance(value, list | tuple):
		return ", ".join(as_text(each) for each in value)
	return ""


def bounded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
	"""A filter of Jinja's that takes arguments of a sensible size and gives a value that is weighed.

	It asks for the context, so that Jinja does not work it out while it compiles.
	"""
	asks_for = getattr(getattr(function, "jinja_pass_arg", None), "name", "")

	@pass_context
	def call(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
		meter().work(1)
		if name in _OF_TEXT and not isinstance(value, str):
			value = as_text(value)
		_check(name, value, args, kwargs)
		first = {
			"context": (context,),
			"eval_context": (context.eval_ctx,),
			"environment": (context.environment,),
		}.get(asks_for, ())
		made = function(*first, value, *args, **kwargs)
		return weighed(listed(made) if hasattr(made, "__next__") else made)

	return call


def _check(name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
	if name in _SLOW and len(value) > LONGEST_WRAPPED:
		raise TooMuch("a text is too long")
	if name == "replace" and len(args) >= 2:
		old, new = as_text(args[0]), as_text(args[1])
		times = value.count(old) if old else LONGEST_TEXT
		if times * len(new) > LONGEST_TEXT:
			raise TooMuch("the text is too long")
	if name in ("d", "default"):
		return
	for each in (*args, *kwargs.values()):
		if isinstance(each, int | float) and abs(each) > LARGEST_ARGUMENT:
			raise TooMuch("a number is too large")
		if isinstance(each, str) and len(each) > LARGEST_ARGUMENT and name != "replace":
			raise TooMuch("a text is too long")


@pass_context
def step(_context: Context, values: Any, steps: int, written: int) -> list[Any]:
	"""What a loop walks through; each turn costs `steps`, and writes `written` characters at most."""
	found = listed(values)
	meter().work(len(found) * steps)
	meter().write(len(found) * written)
	return found


@pass_context
def weigh(_context: Context, value: Any) -> Any:
	return weighed(value)


@pass_context
def joined(context: Context, values: list[Any]) -> str:
	"""What `~` puts together."""
	parts = [each if isinstance(each, str) else as_text(each) for each in values]
	if sum(map(len, parts)) > LONGEST_TEXT:
		raise TooMuch("the text is too long")
	if context.eval_ctx.autoescape:
		return weighed(Markup("").join(parts))
	return weighed("".join(parts))


@pass_context
def join(context: Context, value: Any, d: str = "", attribute: str | None = None) -> str:
	found = listed(value)
	if attribute is not None:
		found = [context.environment.getattr(each, str(attribute)) for each in found]
	parts = [each if isinstance(each, str) else as_text(each) for each in found]
	if sum(len(each) + len(d) for each in parts) > LONGEST_TEXT:
		raise TooMuch("the text is too long")
	if context.eval_ctx.autoescape:
		return weighed(escape(d).join(parts))
	return weighed(d.join(parts))


@pass_context
def total(context: Context, values: Any, attribute: str | None = None, start: Any = 0) -> Any:
	"""The sum of numbers; Jinja's own would put lists together as well."""
	found = listed(values)
	if attribute is not None:
		found = [context.environment.getattr(each, str(attribute)) for each in found]
	numbers = [flt(each) if isinstance(each, str) else each or 0 for each in (start, *found)]
	if not all(isinstance(each, int | float | Decimal | timedelta) for each in numbers):
		raise TooMuch("a sum of what are no numbers")
	return weighed(sum(numbers[1:], numbers[0]))


@pass_context
def as_html(_context: Context, value: Any) -> Markup:
	"""Text that the template takes for HTML, with nothing in it that could run."""
	text = as_text(value)
	if text.count("<") + text.count("&") > MOST_MARKS:
		raise TooMuch("the text is too long")
	return Markup(weighed(sanitize_html(text, always_sanitize=True)))


@pass_context
def as_list(_context: Context, value: Any) -> list[Any]:
	return weighed(listed(value))


@pass_context
def as_string(_context: Context, value: Any) -> str:
	return value if isinstance(value, str) else weighed(as_text(value))


@pass_context
def length(_context: Context, value: Any) -> int:
	return len(listed(value))


@pass_context
def whole(_context: Context, value: Any, default: int = 0) -> int:
	return cint(value if isinstance(value, SCALARS) else default)


@pass_context
def decimal(_context: Context, value: Any, precision: int | None = None) -> float:
	return flt(value if isinstance(value, SCALARS) else 0, min(cint(precision), 20) if precision else None)


HOUSE_FILTERS: dict[str, Callable[..., Any]] = {
	"join": join,
	"sum": total,
	"safe": as_html,
	"list": as_list,
	"string": as_string,
	"str": as_string,
	"len": length,
	"int": whole,
	"flt": decimal,
	EACH: step,
	WEIGHED: weigh,
	JOINED: joined,
}
