"""Email Templates filled with a record's fields, in Frappe's sandbox (S3.4).

Nobody gets a mail that says "Dear None": a merge field without a value is an error that names it, unless the
template gives a fallback (`{{ doc.first_name or "there" }}`, `{{ doc.city | default("your city") }}`). In
HTML, values are escaped, since anybody may have typed them into a web form; fields that hold HTML are not,
Frappe has cleaned them when they were saved.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils.jinja import get_jenv
from jinja2 import StrictUndefined, Template, TemplateError, nodes, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

_HTML_FIELDS = frozenset({"Text Editor", "HTML Editor", "Markdown Editor", "HTML"})
_FALLBACKS = frozenset({"default", "d"})
_MERGE = "cadence_merge_field"


class MergeFieldMissing(frappe.ValidationError):
	"""A merge field that doesn't exist, or has no value for this record; the message names it."""


class TemplateBroken(frappe.ValidationError):
	"""The template can't be filled: a mistake in its Jinja."""


def compile_template(source: str, *, is_html: bool) -> Template:
	"""The template, ready to be rendered for many records. Raises TemplateBroken."""
	if ".__" in source:
		raise TemplateBroken(_("This template uses names that are not allowed in templates."))
	jinja = get_jenv().overlay(undefined=_MissingField, autoescape=is_html)
	jinja.filters = {**jinja.filters, _MERGE: _merge_field}
	try:
		tree = jinja.parse(source)
		_name_merge_fields(tree)
		return jinja.from_string(tree)
	except TemplateError as error:
		raise TemplateBroken(_("The template can't be read: {0}").format(error)) from error


def render(template: Template, context: Mapping[str, Any]) -> str:
	"""The filled template. Raises MergeFieldMissing and TemplateBroken."""
	try:
		return template.render(context)
	except TemplateError as error:
		raise TemplateBroken(_("The template can't be filled: {0}").format(error)) from error


def names_in(source: str) -> frozenset[str]:
	"""Everything that the template calls by a plain name: `doc`, `contact`, `owner`, ..."""
	return frozenset(each.name for each in get_jenv().parse(source).find_all(nodes.Name))


def fields_in(source: str, name: str) -> frozenset[str] | None:
	"""The fields of `name` that the template reads; None if it does anything else with it."""
	tree = get_jenv().parse(source)
	uses = sum(each.name == name for each in tree.find_all(nodes.Name))
	paths = [_path_of(each) for each in tree.find_all((nodes.Getattr, nodes.Getitem))]
	fields = [
		path.partition(".")[2] for path in paths if path.count(".") == 1 and path.startswith(f"{name}.")
	]
	called = {_path_of(each.node) for each in tree.find_all(nodes.Call)}
	is_read_only = uses == len(fields) and not called & {f"{name}.{field}" for field in fields}
	return frozenset(fields) if is_read_only else None


class _MissingField(StrictUndefined):
	"""False where a fallback is asked for, an error that names the field wherever its value is needed."""

	def __bool__(self) -> bool:
		return False

	def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> Any:
		_refuse(self._undefined_name)

	__str__ = __iter__ = __len__ = __add__ = __radd__ = __call__ = _fail_with_undefined_error
	__getitem__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _fail_with_undefined_error
	__hash__ = object.__hash__


def _name_merge_fields(tree: nodes.Template) -> None:
	"""Have every merge field that is printed say its name when it is empty."""
	for output in tree.find_all(nodes.Output):
		output.nodes = [_named(each) for each in output.nodes]
	for joined in tree.find_all(nodes.Concat):
		joined.nodes = [_named(each) for each in joined.nodes]


def _named(node: nodes.Expr) -> nodes.Expr:
	"""The expression with its innermost merge field wrapped; expressions with a fallback stay as they are."""
	if isinstance(node, nodes.Filter) and node.node is not None and node.name not in _FALLBACKS:
		node.node = _named(node.node)
		return node
	path = _path_of(node)
	if not path:
		return node
	return nodes.Filter(node, _MERGE, [nodes.Const(path)], [], None, None, lineno=node.lineno)


def _path_of(node: nodes.Node) -> str:
	"""`doc.city` for that expression, "" for anything that is not a plain chain of names."""
	match node:
		case nodes.Name():
			return node.name
		case nodes.Getattr():
			parent = _path_of(node.node)
			return f"{parent}.{node.attr}" if parent else ""
		case nodes.Getitem(arg=nodes.Const(value=str() as key)):
			parent = _path_of(node.node)
			return f"{parent}.{key}" if parent else ""
		case _:
			return ""


@pass_context
def _merge_field(context: Context, value: Any, path: str) -> Any:
	if isinstance(value, _MissingField) or value is None or value == "":
		_refuse(path)
	return Markup(value) if isinstance(value, str) and _holds_html(context, path) else value


def _holds_html(context: Context, path: str) -> bool:
	root, _dot, fieldname = path.partition(".")
	doctype = getattr(context.get(root), "doctype", None)
	field = frappe.get_meta(doctype).get_field(fieldname) if doctype and fieldname else None
	return field is not None and field.fieldtype in _HTML_FIELDS


def _refuse(path: str | None) -> None:
	raise MergeFieldMissing(
		_("The merge field {0} has no value here. Fill it in, or give a fallback: {1}").format(
			path, "{{ " + f'{path} or "..."' + " }}"
		)
	)
