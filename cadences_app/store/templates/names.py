"""Which names and fields a template reads, from its source alone."""

from jinja2 import TemplateError, meta, nodes

from cadences_app.store.templates.sandbox import environment

RECORD, CONTACT, OWNER = "doc", "contact", "owner"
SUBJECTS = (RECORD, CONTACT, OWNER)
OF_MAILS = ("unsubscribe_url",)
"""What a mail's template knows besides."""


def fields_used(source: str) -> set[str]:
	"""Every field that the template reads: `doc.city`, `contact.phone`, `owner.full_name`, and what it calls
	by a bare name: `city`. Names that the template makes itself, and functions that are offered, are left
	out; of those that look offered but are not, the whole path: `frappe.db.get_value`.

	Empty for a template that can't be read; `compile_text` says what is wrong with that.
	"""
	sandbox = environment(is_html=False, is_strict=False)
	try:
		tree = sandbox.parse(source)
		free = meta.find_undeclared_variables(tree) - set(sandbox.globals)
	except (TemplateError, RecursionError):
		return set()
	chains = _longest_chains(tree)
	found = {name for name in free if name not in (*SUBJECTS, *OF_MAILS)}
	for chain in chains:
		first, *rest = chain
		if first in SUBJECTS and first in free and rest:
			field = rest[0] if rest[0] not in ("get", "get_formatted") else _asked_for(tree, chain)
			found |= {f"{first}.{field}"} if field else set()
		elif first == "frappe" and not _is_offered(sandbox.globals["frappe"], rest):
			found.add(".".join(chain))
	return found


def names_in(source: str) -> set[str]:
	"""Everything that the template calls by a bare name. Empty for a template that can't be read."""
	try:
		tree = environment(is_html=False, is_strict=False).parse(source)
	except (TemplateError, RecursionError):
		return set()
	return {each.name for each in tree.find_all(nodes.Name)}


def alternatives(source: str) -> list[set[str]]:
	"""The chains of fields of which the first that has a value counts: `doc.company_name or
	doc.organization` in a text for several DocTypes. Empty for a template that can't be read."""
	try:
		tree = environment(is_html=False, is_strict=False).parse(source)
	except (TemplateError, RecursionError):
		return []
	return [set(filter(None, map(path_of, _operands(each)))) for each in tree.find_all(nodes.Or)]


def _operands(node: nodes.Node) -> list[nodes.Node]:
	if isinstance(node, nodes.Or):
		return [*_operands(node.left), *_operands(node.right)]
	return [node]


def path_of(node: nodes.Node) -> str:
	"""`doc.city` for that expression, "" for anything that is not a plain chain of names."""
	match node:
		case nodes.Name():
			return node.name
		case nodes.Getattr():
			parent = path_of(node.node)
			return f"{parent}.{node.attr}" if parent else ""
		case nodes.Getitem(arg=nodes.Const(value=str() as key)):
			parent = path_of(node.node)
			return f"{parent}.{key}" if parent else ""
		case _:
			return ""


def _longest_chains(tree: nodes.Template) -> set[tuple[str, ...]]:
	"""The chains of names that stand in the template, without those that are the beginning of another."""
	found = set()
	inner = set()
	for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
		if id(node) in inner:
			continue
		path = path_of(node)
		if path:
			found.add(tuple(path.split(".")))
			parent = node.node
			while isinstance(parent, nodes.Getattr | nodes.Getitem):
				inner.add(id(parent))
				parent = parent.node
	return found


def _asked_for(tree: nodes.Template, chain: tuple[str, ...]) -> str:
	"""The field in `doc.get("city")`."""
	for call in tree.find_all(nodes.Call):
		if path_of(call.node) == ".".join(chain) and call.args and isinstance(call.args[0], nodes.Const):
			return str(call.args[0].value)
	return ""


def _is_offered(names: object, rest: list[str]) -> bool:
	for each in rest:
		if not hasattr(names, "get") or names.get(each) is None:
			return False
		names = names.get(each)
	return True
