"""One text of a cadence: compiled once, filled for many records."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import frappe
from frappe import _
from jinja2 import Template, TemplateError, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from cadences_app.store.templates.filters import EACH, HOUSE_FILTERS, JOINED, WEIGHED
from cadences_app.store.templates.meter import metered
from cadences_app.store.templates.names import SUBJECTS, path_of
from cadences_app.store.templates.row import Row
from cadences_app.store.templates.sandbox import TemplateBroken, environment, refuse_missing

MOST_NODES = 20_000
DEEPEST_NODE = 60
_HTML_FIELDS = frozenset({"Text Editor", "HTML Editor", "Markdown Editor"})
_FALLBACKS = frozenset({"default", "d"})
_NAMED = "cadence_named"
_MISTAKES = (
	TemplateError,
	TypeError,
	ValueError,
	ArithmeticError,
	LookupError,
	AttributeError,
	RecursionError,
	NameError,  # Jinja writes what is too large for a number as a name
)

_ALLOWED = (
	*(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.AssignBlock),
	*(nodes.With, nodes.FilterBlock, nodes.Macro, nodes.CallBlock, nodes.Name, nodes.NSRef, nodes.Const),
	*(
		nodes.Tuple,
		nodes.List,
		nodes.Dict,
		nodes.Pair,
		nodes.Keyword,
		nodes.CondExpr,
		nodes.Filter,
		nodes.Test,
	),
	*(nodes.Call, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand),
	*(nodes.BinExpr, nodes.UnaryExpr),
)


class Text:
	"""A compiled template. `names` is what it calls by a bare name."""

	def __init__(self, template: Template, names: frozenset[str], steps: int) -> None:
		self._template, self.names, self._steps = template, names, steps

	def fill(self, subjects: Mapping[str, Any]) -> str:
		"""The text for these subjects: `doc`, `contact`, `owner` and others, each a Row or a plain value.
		Fields of `doc` can be called by their bare names. Raises MergeFieldMissing and TemplateBroken."""
		context = dict(subjects)
		record = subjects.get("doc")
		if isinstance(record, Row):
			context |= {
				name: record[name]
				for name in self.names
				if name in record and name not in (*SUBJECTS, *subjects)
			}
		try:
			with metered(self._steps):
				return self._template.render(context)
		except frappe.ValidationError:
			raise
		except _MISTAKES as error:
			raise TemplateBroken(_("The template can't be filled: {0}").format(error)) from error


@lru_cache(maxsize=500)
def compile_text(
	source: str, *, is_html: bool = False, is_strict: bool = False, is_plain: bool = False
) -> Text:
	"""The template, ready to be filled for many records. Raises TemplateBroken.

	`is_html`: values are escaped, but for those of fields that hold HTML, which Frappe has cleaned when they
	were saved. `is_plain`: then the template's own words are no HTML either. `is_strict`: a merge field that
	is printed without a value is an error that names it, unless the template gives a fallback.
	"""
	sandbox = environment(is_html=is_html, is_strict=is_strict)
	try:
		tree = sandbox.parse(source)
		steps = _check(tree)
		names = frozenset(each.name for each in tree.find_all(nodes.Name))
		_name_printed_fields(tree)
		_Bounds(escapes=is_html and is_plain).visit(tree)
		own = sandbox.overlay()
		own.filters = {**sandbox.filters, **HOUSE_FILTERS, _NAMED: _named_strictly if is_strict else _named}
		return Text(own.from_string(tree), names, steps)
	except (TemplateError, RecursionError, MemoryError, SyntaxError, ValueError) as error:
		raise TemplateBroken(_("The template can't be read: {0}").format(error)) from error


def _check(tree: nodes.Template) -> int:
	"""The size of the template in nodes. Raises TemplateBroken for what templates may not do."""
	count, waiting = 0, [(tree, 0)]
	while waiting:
		node, depth = waiting.pop()
		count += 1
		if count > MOST_NODES or depth > DEEPEST_NODE:
			raise TemplateBroken(_("The template is too long or nested too deeply."))
		_refuse_unfit(node)
		waiting += [(child, depth + 1) for child in node.iter_child_nodes()]
	return count


def _refuse_unfit(node: nodes.Node) -> None:
	if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
		raise TemplateBroken(_("{0} can't be used in a cadence's texts.").format(type(node).__name__))
	for name in _names_of(node):
		if name.startswith("_") and not (name == "_" and isinstance(node, nodes.Name)):
			raise TemplateBroken(_("{0} is a name that can't be used in templates.").format(name))
	if isinstance(node, nodes.Filter | nodes.Test):
		known = environment(is_html=False, is_strict=False)
		if node.name not in (known.filters if isinstance(node, nodes.Filter) else known.tests):
			raise TemplateBroken(_("There is no filter or test {0} in a cadence's texts.").format(node.name))


def _names_of(node: nodes.Node) -> Iterator[str]:
	match node:
		case nodes.Name() | nodes.NSRef() | nodes.Macro():
			yield node.name
		case nodes.Getattr():
			yield node.attr
		case nodes.Getitem(arg=nodes.Const(value=str() as key)):
			yield key
	if isinstance(node, nodes.NSRef):
		yield node.attr


class _Bounds(NodeTransformer):
	"""Has loops counted, and what is put together weighed."""

	def __init__(self, *, escapes: bool) -> None:
		self.escapes = escapes

	def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
		if self.escapes:
			node.data = str(escape(node.data))
		return node

	def visit_For(self, node: nodes.For) -> nodes.Node:
		steps = sum(1 for _each in node.find_all(nodes.Node))
		written = sum(len(each.data) for each in node.find_all(nodes.TemplateData))
		self.generic_visit(node)
		args = [nodes.Const(steps), nodes.Const(written)]
		node.iter = nodes.Filter(node.iter, EACH, args, [], None, None, lineno=node.lineno)
		return node

	def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
		self.generic_visit(node)
		listed = nodes.List(node.nodes, lineno=node.lineno)
		return nodes.Filter(listed, JOINED, [], [], None, None, lineno=node.lineno)

	def _weigh(self, node: nodes.Expr) -> nodes.Node:
		self.generic_visit(node)
		if getattr(node, "ctx", "load") != "load":
			return node
		return nodes.Filter(node, WEIGHED, [], [], None, None, lineno=node.lineno)

	visit_List = visit_Tuple = visit_Dict = _weigh


def _name_printed_fields(tree: nodes.Template) -> None:
	"""Have every merge field that is printed say its name, to be missed and to be known as HTML."""
	for output in tree.find_all(nodes.Output):
		output.nodes = [_with_name(each) for each in output.nodes]
	for joined in tree.find_all(nodes.Concat):
		joined.nodes = [_with_name(each) for each in joined.nodes]


def _with_name(node: nodes.Expr) -> nodes.Expr:
	"""The expression with its innermost merge field named; expressions with a fallback stay as they are."""
	if isinstance(node, nodes.Filter) and node.node is not None and node.name not in _FALLBACKS:
		node.node = _with_name(node.node)
		return node
	path = path_of(node)
	if not path:
		return node
	return nodes.Filter(node, _NAMED, [nodes.Const(path)], [], None, None, lineno=node.lineno)


@pass_context
def _named_strictly(context: Context, value: Any, path: str) -> Any:
	if isinstance(value, Undefined) or value is None or value == "":
		refuse_missing(path)
	return _named(context, value, path)


@pass_context
def _named(context: Context, value: Any, path: str) -> Any:
	if (
		isinstance(value, str)
		and "<" in value
		and not isinstance(value, Markup)
		and _holds_html(context, path)
	):
		return Markup(value)
	return value


def _holds_html(context: Context, path: str) -> bool:
	root, _dot, fieldname = path.rpartition(".")
	row = context.get(root) if root else context.get("doc")
	doctype = row.doctype if isinstance(row, Row) else ""
	field = frappe.get_meta(doctype).get_field(fieldname) if doctype else None
	return field is not None and field.fieldtype in _HTML_FIELDS and not field.ignore_xss_filter
