"""The texts that people see, found anew in the sources, and the catalogues of `locale/` (S15.4).

Pure: it reads files, so that a test without Frappe names what Frappe's own extraction would find.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cadences_app.sentences.extracting import calls_of, defaults_of, words_of

PACKAGE = Path(__file__).resolve().parents[1]
LOCALE = PACKAGE / "locale"
UNSEEN = {"tests", "cli", "node_modules", "dist", "__pycache__"}
"""Folders whose texts nobody sees on a site."""


class Entry(NamedTuple):
	translated: str
	is_fuzzy: bool


def catalogue(name: str) -> dict[str, Entry]:
	"""The entries of a file of `locale/` by their English text, without the head."""
	entries: dict[str, Entry] = {}
	for block in (LOCALE / name).read_text(encoding="utf-8").split("\n\n"):
		texts, flags, part = {"msgid": "", "msgstr": ""}, "", ""
		for line in block.split("\n"):
			if line.startswith("#,"):
				flags += line
			elif line and not line.startswith("#"):
				word, quote, rest = line.partition('"')
				part = word.strip() or part
				texts[part] = texts.get(part, "") + ast.literal_eval(quote + rest)
		if texts["msgid"]:
			entries[texts["msgid"]] = Entry(texts["msgstr"], "fuzzy" in flags)
	return entries


@cache
def found() -> dict[str, str]:
	"""Every text that people see, and a file that it stands in."""
	texts: dict[str, str] = {}
	for path in sorted(PACKAGE.rglob("*.*")):
		within = path.relative_to(PACKAGE)
		if UNSEEN.isdisjoint(within.parts) and path.suffix in _READERS:
			for text in _READERS[path.suffix](path):
				if text:
					texts.setdefault(text, within.as_posix())
	return texts


def _python(path: Path) -> Iterator[str]:
	source = path.read_text(encoding="utf-8")
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "frappe._"):
			argument = node.args[0] if node.args else None
			if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
				yield argument.value
	yield from (text for _line, text in words_of(source))


def _script(path: Path) -> Iterator[str]:
	yield from (text for _line, text in calls_of(path.read_text(encoding="utf-8")))


def _json(path: Path) -> Iterator[str]:
	room = path.parts[-3]
	if room in ("doctype", "page", "workspace"):
		yield from {"doctype": _doctype, "page": _page, "workspace": _workspace}[room](
			json.loads(path.read_text(encoding="utf-8"))
		)


def _doctype(form: dict[str, Any]) -> Iterator[str]:
	yield form["name"]
	yield form.get("description", "")
	for field in form.get("fields", []):
		yield field.get("label", "")
		yield field.get("description", "")
		if field["fieldtype"] == "Select":
			yield from (each for each in field.get("options", "").split("\n") if not each.isdigit())
	yield from defaults_of(form)
	for link in form.get("links", []):
		yield from (link.get("group", ""), link.get("link_doctype", ""))
	yield from (each["role"] for each in form.get("permissions", []))


def _page(form: dict[str, Any]) -> Iterator[str]:
	yield form["title"]


def _workspace(form: dict[str, Any]) -> Iterator[str]:
	yield form["label"]
	for kind in ("charts", "number_cards", "links", "shortcuts"):
		for each in form.get(kind, []):
			yield from (each.get("label") or "", each.get("description") or "", each.get("format") or "")
	for block in json.loads(form["content"]):
		if block["type"] in ("header", "paragraph"):
			yield block["data"]["text"]


def _modules(path: Path) -> Iterator[str]:
	if path.name == "modules.txt":
		yield from path.read_text(encoding="utf-8").split("\n")


_READERS = {
	".py": _python,
	".js": _script,
	".vue": _script,
	".html": _script,
	".json": _json,
	".txt": _modules,
}
