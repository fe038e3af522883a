"""The rules that the code and the tests cite by number (S6.2, invariant 5), and the tests that hold each one.

    python -m cadences_app.tests.rules            what is cited and is nowhere told, and what no test holds
    python -m cadences_app.tests.rules --write    writes the tests into docs/rules.md anew

The sentences in docs/rules.md are written by hand; the lines below each are made of the tests' docstrings: a
test holds the rules that its own docstring, its class's or its module's names. Pure: nothing is imported.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
REPOSITORY = PACKAGE.parent
TESTS = PACKAGE / "tests"
PAGE = REPOSITORY / "docs" / "rules.md"

NUMBER = re.compile(r"\bS\d{1,2}\.\d{1,2}[a-c]?\b|\bS1[02]\b(?!\.)|\binvariant \d{1,2}\b", re.I)
RANGE = re.compile(r"\b(S\d{1,2})\.(\d{1,2}) to \1\.(\d{1,2})\b")
HEADING = re.compile(r"^### (S\d{1,2}(?:\.\d{1,2}[a-c]?)?|Invariant \d{1,2})$", re.M)
ALL = "all of it"
NOT_BUILT = "- not built yet"
NO_TEST = "- built, but no test names it"
LONGEST_LINE = 110


def numbers_in(text: str) -> set[str]:
	"""The rules that a text names; "S3.4 to S3.6" names three."""
	found = {_spelled(each) for each in NUMBER.findall(text)}
	for section, first, last in RANGE.findall(text):
		found |= {f"{section}.{number}" for number in range(int(first), int(last) + 1)}
	return found


def cited() -> dict[str, set[str]]:
	"""The files that cite each rule, tests included, by their paths in the repository."""
	found = defaultdict(set)
	for path in _sources():
		for number in numbers_in(path.read_text(encoding="utf-8")):
			found[number].add(str(path.relative_to(REPOSITORY)))
	return found


def tests() -> Iterator[tuple[str, str, str]]:
	"""Every test's module, class (or blank) and name."""
	for path in _test_modules():
		for owner, function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
			yield _module_name(path), owner.name if owner else "", function.name


def held() -> dict[str, dict[str, list[str]]]:
	"""By rule and test module, the tests whose docstring names the rule, or [ALL] where the module's does."""
	found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
	for path in _test_modules():
		tree, module = ast.parse(path.read_text(encoding="utf-8")), _module_name(path)
		of_all = numbers_in(ast.get_docstring(tree) or "")
		for number in of_all:
			found[number][module] = [ALL]
		for owner, function in _functions(tree):
			told = f"{ast.get_docstring(owner) or '' if owner else ''}\n{ast.get_docstring(function) or ''}"
			for number in numbers_in(told) - of_all:
				found[number][module].append(function.name)
	return found


def told() -> list[str]:
	"""The rules that docs/rules.md tells, in its order."""
	return [_spelled(each) for each in HEADING.findall(PAGE.read_text(encoding="utf-8"))]


def named() -> set[tuple[str, str]]:
	"""The tests that docs/rules.md names: module, and name or ALL."""
	found = set()
	for line in _unwrapped(PAGE.read_text(encoding="utf-8")):
		place = re.match(r"- `([\w/]+)`: (.*)", line)
		if place:
			names = re.findall(r"`(\w+)`", place[2]) or [ALL]
			found |= {(place[1], name) for name in names}
	return found


def write() -> bool:
	"""Make the lines below each rule anew; whether anything changed."""
	before = PAGE.read_text(encoding="utf-8")
	cited_in, held_by = cited(), held()
	parts = re.split(r"^(?=### )", before, flags=re.M)
	page = "".join(
		[parts[0], *(_with_tests(part, cited_in, held_by) for part in parts[1:])],
	)
	PAGE.write_text(page, encoding="utf-8")
	return page != before


def _with_tests(part: str, cited_in: dict[str, set[str]], held_by: dict[str, dict[str, list[str]]]) -> str:
	number = _spelled(HEADING.match(part)[1])
	part, mark, section = part.partition("\n## ")
	sentence = "\n".join(line for line in part.splitlines() if not re.match(r"- |  \S", line)).strip()
	lines = [_line(module, names) for module, names in sorted(held_by.get(number, {}).items())]
	if not lines:
		in_code = any("tests/" not in each for each in cited_in.get(number, ()))
		lines = [NO_TEST if in_code else NOT_BUILT]
	return f"{sentence}\n\n" + "\n".join(lines) + "\n\n" + (f"{mark[1:]}{section}" if mark else "")


def _line(module: str, names: list[str]) -> str:
	if names == [ALL]:
		return f"- `{module}`: {ALL}"
	line, lines = f"- `{module}`:", []
	for name in dict.fromkeys(names):
		if len(line) + len(name) + 4 > LONGEST_LINE:
			lines.append(line)
			line = " "
		line += f" `{name}`,"
	return "\n".join([*lines, line]).rstrip(",")


def _unwrapped(text: str) -> list[str]:
	return re.sub(r",\n {2}`", ", `", text.replace(":\n  `", ": `")).splitlines()


def _functions(tree: ast.Module) -> Iterator[tuple[ast.ClassDef | None, ast.FunctionDef]]:
	for node in tree.body:
		for each in node.body if isinstance(node, ast.ClassDef) else [node]:
			if isinstance(each, ast.FunctionDef) and each.name.startswith("test"):
				yield (node if isinstance(node, ast.ClassDef) else None), each


def _sources() -> Iterator[Path]:
	for ending in ("*.py", "*.js", "*.json", "*.html"):
		yield from (each for each in sorted(PACKAGE.rglob(ending)) if "node_modules" not in each.parts)


def _test_modules() -> list[Path]:
	return sorted(TESTS.rglob("test_*.py"))


def _module_name(path: Path) -> str:
	return str(path.relative_to(TESTS).with_suffix(""))


def _spelled(number: str) -> str:
	return number[0].upper() + number[1:]


def main(arguments: list[str]) -> int:
	if arguments == ["--write"]:
		write()
		return 0
	untold = sorted(cited().keys() - {*told()})
	unheld = [each for each in told() if each not in held()]
	print("cited, but not in docs/rules.md:", *untold)  # noqa: T201 - the answer
	print("held by no test:", *unheld)  # noqa: T201 - the answer
	return bool(untold)


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
