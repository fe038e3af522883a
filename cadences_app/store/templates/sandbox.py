"""The environment in which a cadence's texts are filled (S14.1a).

On top of Jinja's immutable sandbox: what may be read of each kind of value is listed, rather than what may
not; nothing is worked out while a template is compiled; and every value that a template puts together is
weighed (`meter.py`), so that none of them can grow beyond what a text needs.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import frappe
from jinja2 import ChainableUndefined, StrictUndefined, TemplateRuntimeError, Undefined, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import Cycler, Namespace

from cadences_app.store.templates import offered
from cadences_app.store.templates.filters import HOUSE_FILTERS, PLAIN_FILTERS, SCALARS, as_text, bounded
from cadences_app.store.templates.meter import LONGEST_TEXT, TooMuch, meter, weighed
from cadences_app.store.templates.row import Row


class MergeFieldMissing(frappe.ValidationError):
	"""A merge field that doesn't exist, or has no value for this record; the message names it, and `path`."""

	path = ""


class TemplateBroken(frappe.ValidationError):
	"""The template can't be read or filled: a mistake in it, or something that templates may not do."""


class NotAllowed(TemplateRuntimeError):
	"""The template asks for something that templates may not do."""


class MissingField(StrictUndefined):
	"""False where a fallback is asked for, an error that names the field wherever its value is needed."""

	def __bool__(self) -> bool:
		return False

	def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> Any:
		refuse_missing(self._undefined_name)

	__str__ = __iter__ = __len__ = __add__ = __radd__ = __call__ = _fail_with_undefined_error
	__getitem__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _fail_with_undefined_error
	__hash__ = object.__hash__


def refuse_missing(path: str | None) -> None:
	error = MergeFieldMissing(
		frappe._("The merge field {0} has no value here. Fill it in, or give a fallback: {1}").format(
			path, "{{ " + f'{path} or "..."' + " }}"
		)
	)
	error.path = path or ""
	raise error


_OF_TEXTS = (
	"capitalize casefold count endswith find isalnum isalpha isdigit islower isnumeric isspace istitle"
	" isupper join lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip"
	" split splitlines startswith strip swapcase title upper"
)
_OF_MOMENTS = (
	"year month day hour minute second weekday isoweekday strftime isoformat date time days seconds"
	" total_seconds"
)
_OF_LOOPS = "index index0 revindex revindex0 first last length depth depth0 previtem nextitem cycle changed"
_READABLE: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
	(str, frozenset(_OF_TEXTS.split())),
	((list, tuple), frozenset({"count", "index", "grouper", "list"})),
	(dict, frozenset({"get", "items", "keys", "values"})),
	((date, datetime, time, timedelta), frozenset(_OF_MOMENTS.split())),
	(LoopContext, frozenset(_OF_LOOPS.split())),
	(Cycler, frozenset({"next", "current", "reset"})),
)
"""What a template may read of a value besides its items; a plain `Row` has its fields and nothing else."""

_ROW_METHODS = ("get", "get_formatted")


class Offered:
	"""A function that templates may call, with arguments of a sensible size."""

	def __init__(self, function: Callable[..., Any]) -> None:
		self._function, self.takes_all = function, function in (len, dict, Namespace)
		self.is_plain = getattr(function, "__module__", "").startswith("frappe.")
		"""One of Frappe's own: what is no plain value could be a filter, by which it asks the database."""

	def __call__(self, *args: Any, **kwargs: Any) -> Any:
		return weighed(self._function(*args, **kwargs))


class Sandbox(ImmutableSandboxedEnvironment):
	intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

	def getattr(self, obj: Any, attribute: str) -> Any:
		if isinstance(obj, Row):
			return self._of_row(obj, attribute)
		if isinstance(obj, Namespace):
			return self._of_namespace(obj, attribute)
		return super().getattr(obj, attribute)

	def getitem(self, obj: Any, argument: Any) -> Any:
		if isinstance(obj, Row):
			return self._of_row(obj, argument) if isinstance(argument, str) else self.undefined(obj=obj)
		return super().getitem(obj, argument)

	def _of_namespace(self, namespace: Namespace, name: str) -> Any:
		"""What the template itself has kept there."""
		try:
			return getattr(namespace, name) if not name.startswith("_") else self.undefined(name=name)
		except AttributeError:
			return self.undefined(name=name)

	def _of_row(self, row: Row, field: str) -> Any:
		if field in row:
			return row[field]
		if field in _ROW_METHODS and row.doctype:
			return offered.methods_of(row, Offered)[field]
		return self.undefined(obj=row, name=field)

	def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
		if attr.startswith("_"):
			return False
		return any(isinstance(obj, kind) and attr in names for kind, names in _READABLE)

	def is_safe_callable(self, obj: Any) -> bool:
		if isinstance(obj, Offered | Macro):
			return True
		owner = getattr(obj, "__self__", None)
		name = getattr(obj, "__name__", "")
		return owner is not None and self.is_safe_attribute(owner, name, obj)

	def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
		meter().work(meter().call_steps if isinstance(obj, Macro) else 1)
		if isinstance(obj, Undefined):
			return obj() if isinstance(obj, StrictUndefined) else obj
		if not self.is_safe_callable(obj):
			raise NotAllowed("a function that templates may not call")
		if isinstance(obj, Offered) or not isinstance(getattr(obj, "__self__", None), str):
			check_arguments(obj, args, kwargs)
		else:
			check_text_method(obj, args)
		return weighed(super().call(context, obj, *args, **kwargs))

	def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
		check_operation(operator, left, right)
		return weighed(super().call_binop(context, operator, left, right))


LONGEST_ARGUMENT = 100_000
LARGEST_ARGUMENT = 100_000


def check_arguments(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
	"""Refuse what would make a function work long, or look into what it is not given to read."""
	if isinstance(function, Macro):
		return
	if isinstance(function, Offered) and not function.takes_all and args:
		if not _is_plain(args[0]):
			raise NotAllowed("a list where a text, a number or a date belongs")
	for each in (*args, *kwargs.values()):
		if isinstance(function, Offered) and function.is_plain and not _is_plain(each):
			raise NotAllowed("a list where a text, a number or a date belongs")
		if isinstance(each, str) and len(each) > LONGEST_ARGUMENT:
			raise TooMuch("a text is too long")
	for each in (*args[1:], *kwargs.values()):
		if isinstance(each, int | float) and abs(each) > LARGEST_ARGUMENT:
			raise TooMuch("a number is too large")


def _is_plain(value: Any) -> bool:
	return value is None or isinstance(value, (*SCALARS, Undefined))


def check_text_method(method: Any, args: tuple[Any, ...]) -> None:
	"""Texts that grow with their arguments are measured before they are made."""
	text, name = method.__self__, method.__name__
	if name == "replace" and len(args) >= 2:
		old, new = str(args[0]), str(args[1])
		grows = (text.count(old) if old else len(text) + 1) * len(new)
		if len(text) + grows > LONGEST_TEXT:
			raise TooMuch("the text is too long")
	if name == "join" and args:
		parts = list(args[0])
		if sum(len(as_text(each)) + len(text) for each in parts) > LONGEST_TEXT:
			raise TooMuch("the text is too long")


def check_operation(operator: str, left: Any, right: Any) -> None:
	"""Refuse a calculation whose result would be far larger than what goes into it."""
	if operator == "%" and isinstance(left, str):
		raise NotAllowed("formatting by %")
	if operator == "*":
		for sequence, times in ((left, right), (right, left)):
			if isinstance(sequence, str | list | tuple):
				if not isinstance(times, int) or len(sequence) * times > 10_000:
					raise TooMuch("the text is too long")
	if operator == "**":
		if not all(isinstance(each, int | float) for each in (left, right)) or abs(right) > 100:
			raise TooMuch("the number is too large")


@pass_context
def write(_context: Context, value: Any) -> Any:
	"""What is printed of a value; asks for the context, so that nothing is printed while compiling."""
	if value is None:
		return ""
	if isinstance(value, Undefined):
		return str(value)
	text = value if isinstance(value, str) else as_text(value)
	meter().work(1)
	meter().write(len(text))
	return text


@cache
def environment(*, is_html: bool, is_strict: bool) -> Sandbox:
	"""The one environment of its kind in this process. `is_strict`: a field without a value is an error."""
	made = Sandbox(
		autoescape=is_html,
		undefined=MissingField if is_strict else ChainableUndefined,
		optimized=False,
		finalize=write,
		cache_size=0,
	)
	made.globals = offered.functions(Offered)
	made.filters = {name: bounded(name, FILTERS[name]) for name in PLAIN_FILTERS if name in FILTERS}
	made.filters |= HOUSE_FILTERS
	made.tests = {name: test for name, test in TESTS.items() if name not in ("filter", "test")}
	return made
