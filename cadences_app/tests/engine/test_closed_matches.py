"""A match over a closed set names each of its members, or says what becomes of the others.

The type checker sees to that in the engine; this looks at every room.
"""

import ast
from pathlib import Path

import pytest

import cadences_app
from cadences_app.engine.conditions import COMPARISONS, Operator
from cadences_app.engine.definition import ExitKind
from cadences_app.engine.exits import CHECKS

PACKAGE = Path(cadences_app.__file__).parent


def parsed(path):
	return ast.parse(path.read_text(encoding="utf-8"))


def own_files():
	return sorted(path for path in PACKAGE.rglob("*.py") if "tests" not in path.relative_to(PACKAGE).parts)


def enums():
	"""The members of each enum of the package, by its name; without those of which two have the same name."""
	found, names = {}, []
	for path in own_files():
		for node in parsed(path).body:
			if isinstance(node, ast.ClassDef) and any(
				ast.unparse(base) == "StoredEnum" for base in node.bases
			):
				assigned = [each.targets[0] for each in node.body if isinstance(each, ast.Assign)]
				found[node.name] = {each.id for each in assigned if not each.id.startswith("_")}
				names.append(node.name)
	return {name: members for name, members in found.items() if names.count(name) == 1}


def patterns_of(case):
	pattern = case.pattern
	return pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]


def forgotten(match, sets):
	"""The members that no case names, of a set most of which is named; none where a case takes all others."""
	patterns = [each for case in match.cases if not case.guard for each in patterns_of(case)]
	if any(isinstance(each, ast.MatchAs) and each.pattern is None for each in patterns):
		return set()
	members = {ast.unparse(each.value) for each in patterns if isinstance(each, ast.MatchValue)}
	owners = {each.rpartition(".")[0] for each in members}
	if len(owners) == 1 and (owner := owners.pop()) in sets and 2 * len(members) > len(sets[owner]):
		return sets[owner] - {each.rpartition(".")[2] for each in members}
	kinds = {ast.unparse(each.cls) for each in patterns if isinstance(each, ast.MatchClass)}
	contents = sets.get("Content", set())
	return contents - kinds if kinds <= contents and 2 * len(kinds) > len(contents) else set()


def contents():
	"""What follow-ups can carry to their channels."""
	for node in parsed(PACKAGE / "engine" / "content.py").body:
		if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "Content":
			return {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}


SETS = enums() | {"Content": contents()}
MATCHES = [
	(path.relative_to(PACKAGE), node)
	for path in own_files()
	for node in ast.walk(parsed(path))
	if isinstance(node, ast.Match)
]


@pytest.mark.parametrize(("path", "match"), MATCHES, ids=lambda each: str(getattr(each, "lineno", each)))
def test_a_match_is_complete(path, match):
	assert not forgotten(match, SETS), f"{path}, line {match.lineno}"


def test_a_forgotten_member_is_named():
	match = ast.parse("match kind:\n case Kind.A | Kind.B: pass\n case Kind.C: pass").body[0]
	assert forgotten(match, {"Kind": {"A", "B", "C", "D"}}) == {"D"}


@pytest.mark.parametrize(("table", "members"), [(CHECKS, ExitKind), (COMPARISONS, Operator)])
def test_a_table_is_complete(table, members):
	assert table.keys() == set(members)


def test_the_sets_are_found():
	assert {"Outcome", "ExitKind", "Channel", "MailKind"} <= SETS.keys()
	assert "UNSUBSCRIBED" in SETS["Outcome"]
	assert "EmailContent" in SETS["Content"]
