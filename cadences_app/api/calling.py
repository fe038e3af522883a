"""How a method of ours is opened to REST and to Desk."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeVar

import frappe
from frappe import _
from frappe.utils import escape_html
from frappe.utils.typing_validations import validate_argument_types

from cadences_app.api.arguments import refuse_halves

F = TypeVar("F", bound=Callable[..., Any])


def whitelist(**options: Any) -> Callable[[F], F]:
	"""As `frappe.whitelist`; and whoever is refused is told why: which argument is missing or of another
	type, and what an error of a lower floor says, which was not written for a screen."""

	def decorate(method: F) -> F:
		takes = signature(method).parameters.items()
		needed = [name for name, each in takes if each.default is Parameter.empty]
		checked = validate_argument_types(method, apply_condition=_is_asked_from_outside)

		@wraps(method)
		def called(*given: Any, **named: Any) -> Any:
			missing = [name for name in needed[len(given) :] if name not in named]
			if missing:
				frappe.throw(_("This is missing: {0}").format(", ".join(missing)), frappe.MandatoryError)
			said = len(frappe.message_log)
			refuse_halves([*given, *named.values()])
			try:
				return checked(*given, **named)
			except (frappe.ValidationError, frappe.FrappeTypeError) as error:
				if len(frappe.message_log) == said and str(error):
					frappe.msgprint(escape_html(str(error)), indicator="red")
				raise

		called.__annotations__ = {}  # else Frappe checks the types first, and tells nobody
		return frappe.whitelist(**options)(called)

	return decorate


def _is_asked_from_outside() -> bool:
	return bool(getattr(frappe.local, "request", None) or frappe.flags.in_test)
