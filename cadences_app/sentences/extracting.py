"""The words that people see and Frappe's extraction of translations passes over (S15.4).

`babel_extractors.csv` names these functions, and `bench generate-pot-file --app cadences_app` calls them with
a file that is open for reading bytes. What they yield: line, function, text, comments.
"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

Found = tuple[int | None, str, str, list[str]]

LITERAL = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"(?<!\w)__?\(\s*({LITERAL}(?:\s*\+\s*{LITERAL})*)")


def python(file: BinaryIO, *arguments: Any, **options: Any) -> Iterator[Any]:
	"""What Frappe finds in a Python file; then the words of closed sets and the fields given as code."""
	from frappe.gettext.extractors.python import extract

	yield from extract(file, *arguments, **options)
	file.seek(0)
	for line, text in words_of(file.read().decode()):
		yield line, "_", text, []


def script(file: BinaryIO, *_arguments: Any, **_options: Any) -> Iterator[Found]:
	"""The texts of a script or a Vue file, also of those within the quotes of an attribute in a template."""
	for line, text in calls_of(file.read().decode()):
		yield line, "_", text, []


def doctype(file: BinaryIO, *arguments: Any, **options: Any) -> Iterator[Any]:
	"""What Frappe finds in a DocType; then the lists that it starts with, such as call results."""
	from frappe.gettext.extractors.doctype import extract

	yield from extract(file, *arguments, **options)
	file.seek(0)
	for text in defaults_of(json.load(file)):
		yield None, "_", text, ["In a list that can be edited"]


def page(file: BinaryIO, *_arguments: Any, **_options: Any) -> Iterator[Found]:
	"""The title of a page of Desk."""
	yield None, "_", json.load(file)["title"], ["Title of a page"]


def modules(file: BinaryIO, *_arguments: Any, **_options: Any) -> Iterator[Found]:
	"""The names of modules, one a line."""
	for name in file.read().decode().split("\n"):
		if name:
			yield None, "_", name, ["Name of a module"]


def words_of(source: str) -> Iterator[tuple[int, str]]:
	"""Line and text of the words in Python source that are shown by `_(value)`: those of closed sets, and the
	labels and descriptions of fields."""
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.ClassDef) and any(_name(base) == "StoredEnum" for base in node.bases):
			yield from _set(node)
		elif isinstance(node, ast.Dict):
			yield from _field(node)


def defaults_of(form: dict[str, Any]) -> Iterator[str]:
	"""The lines of the texts that a DocType starts with where they are a list of words."""
	for field in form.get("fields", []):
		lines = (field.get("default") or "").split("\n")
		if field["fieldtype"] == "Small Text" and len(lines) > 1:
			yield from filter(None, lines)


def calls_of(source: str) -> Iterator[tuple[int, str]]:
	"""Line and text of each ``__("...")``, parts joined by a plus put together."""
	for call in CALL.finditer(source):
		text = "".join(ast.literal_eval(each) for each in re.findall(LITERAL, call[1]))
		yield source.count("\n", 0, call.start()) + 1, text


def _set(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
	"""The values of a set of words; a set of codes or signs has none."""
	values = [each.value for each in node.body if isinstance(each, ast.Assign)]
	texts = [(each.lineno, str(each.value)) for each in values if isinstance(each, ast.Constant)]
	if any(text.istitle() or " " in text for _line, text in texts):
		yield from ((line, text) for line, text in texts if any(map(str.isalpha, text)))


def _field(node: ast.Dict) -> Iterator[tuple[int, str]]:
	given = {_text(key): value for key, value in zip(node.keys, node.values, strict=True)}
	if "fieldname" in given:
		told = [given[key] for key in ("label", "description") if key in given]
		yield from ((each.lineno, _text(each)) for each in told if _text(each))


def _text(node: ast.expr | None) -> str:
	return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(node: ast.expr) -> str:
	return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
