"""Do the tests bite? A mutant is the code with one thing wrong: the tests that run through it must fail.

Wrong is a comparison turned round or moved by one, ``and`` for ``or``, a dropped ``not``, a branch that is
always or never taken. Only what needs no site is mutated: the engine, ``mail/understanding`` and the other
modules of mail that import no Frappe. It works on a copy of the last commit, in which properties are tried
with ten examples each, and needs pytest-cov.

    python mutants.py 300 [--seed 1] [--only engine/decision.py]    prints who survived, and how many
"""

import argparse
import ast
import copy
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST = 300  # seconds; a mutant that runs longer than this is noticed
TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
	ast.Lt: (ast.LtE, ast.Gt),
	ast.LtE: (ast.Lt, ast.Gt),
	ast.Gt: (ast.GtE, ast.Lt),
	ast.GtE: (ast.Gt, ast.Lt),
	ast.Eq: (ast.NotEq,),
	ast.NotEq: (ast.Eq,),
	ast.Is: (ast.IsNot,),
	ast.IsNot: (ast.Is,),
	ast.In: (ast.NotIn,),
	ast.NotIn: (ast.In,),
}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
	path: str
	"""Of the mutated file, in the checkout."""
	first_line: int
	last_line: int
	was: str
	becomes: str
	source: str
	"""The whole file with the mutant in it."""

	def __str__(self) -> str:
		return f"{self.path}:{self.first_line}: {self.was}  ->  {self.becomes}"


def pure_files(root: Path) -> list[Path]:
	"""What the tests without a site are about."""
	files = [*(root / "cadences_app/engine").rglob("*.py"), *(root / "cadences_app/mail").rglob("*.py")]
	return [path for path in sorted(files) if _is_pure(path, root)]


def _is_pure(path: Path, root: Path) -> bool:
	"""Whether it can be imported where there is no Frappe."""
	module = ".".join(path.relative_to(root).with_suffix("").parts)
	if "import frappe" in path.read_text():
		return False
	blocked = f"import sys; sys.modules['frappe'] = None; import {module}"
	return not subprocess.run([sys.executable, "-c", blocked], cwd=root, capture_output=True).returncode


def mutants_of(path: Path, root: Path) -> Iterator[Mutant]:
	source = path.read_text()
	tree = ast.parse(source)
	for node, changed in _changes(tree):
		lines = source.encode().splitlines(keepends=True)
		start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
		end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
		text = source.encode()
		becomes = ast.unparse(changed)
		mutated = text[:start] + f"({becomes})".encode() + text[end:]
		was = re.sub(r"\s+", " ", text[start:end].decode())
		yield Mutant(
			str(path.relative_to(root)), node.lineno, node.end_lineno, was, becomes, mutated.decode()
		)


def _changes(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
	for function in ast.walk(tree):
		if isinstance(function, FUNCTIONS):
			for statement in function.body:
				for node in ast.walk(statement):
					yield from ((each, changed) for each, changed in _changes_at(node))


def _changes_at(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
	if isinstance(node, ast.Compare):
		for at, operator in enumerate(node.ops):
			for other in TURNED[type(operator)]:
				changed = copy.deepcopy(node)
				changed.ops[at] = other()
				yield node, changed
	elif isinstance(node, ast.BoolOp):
		other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
		yield node, ast.BoolOp(other, node.values)
	elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
		yield node, node.operand
	tests = [node.test] if isinstance(node, ast.If | ast.IfExp) else []
	tests += node.ifs if isinstance(node, ast.comprehension) else []
	for test in tests:
		yield test, ast.Constant(True)
		yield test, ast.Constant(False)
	if isinstance(node, ast.While):
		yield node.test, ast.Constant(False)


class Tests:
	"""Which tests run through a line, the quickest first."""

	def __init__(self, root: Path) -> None:
		self.root = root
		times, timed = root / "times.xml", "cadences_app/tests/mail/test_growth.py"
		measured = ["--cov=cadences_app", "--cov-context=test", "--cov-report=", f"--junitxml={times}"]
		measured.append(f"--ignore={timed}")  # it compares times, which measuring changes
		if self.run(measured):
			sys.exit("The tests fail before anything is mutated.")
		self._data = CoverageData(str(root / ".coverage"))
		self._data.read()
		self._seconds: dict[str, float] = {}
		for case in ElementTree.parse(times).iter("testcase"):
			name = f"{case.get('classname')}.{(case.get('name') or '').partition('[')[0]}"
			self._seconds[name] = self._seconds.get(name, 0) + float(case.get("time") or 0)

	def run(self, arguments: list[str]) -> int:
		"""The exit status; 1 also for a run that has no end."""
		command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments]
		environment = {**os.environ, "CI": "1", "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
		limit = None if "--cov=cadences_app" in arguments else LONGEST
		try:
			done = subprocess.run(
				command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=limit
			)
		except subprocess.TimeoutExpired:
			return 1
		return done.returncode

	def through(self, mutant: Mutant) -> list[str]:
		contexts = self._data.contexts_by_lineno(str(self.root / mutant.path))
		lines = range(mutant.first_line, mutant.last_line + 1)
		found = {
			each.partition("|")[0].partition("[")[0] for line in lines for each in contexts.get(line, ())
		}
		return sorted(found - {""}, key=self._time_of)

	def _time_of(self, test: str) -> float:
		path, *names = test.split("::")
		return self._seconds.get(".".join([path.removesuffix(".py").replace("/", "."), *names]), 0)

	def notice(self, mutant: Mutant) -> bool:
		tests = self.through(mutant)
		path = self.root / mutant.path
		before = path.read_text()
		path.write_text(mutant.source)
		try:
			return bool(tests) and self.run(tests) != 0
		finally:
			path.write_text(before)


def be_quick(root: Path) -> None:
	"""Few examples of each property: thousands of runs are ahead."""
	for path in (root / "cadences_app/tests").rglob("*.py"):
		text = re.sub(r"max_examples=\d+", "max_examples=10", path.read_text())
		if path.name == "conftest.py":
			text = text.replace("derandomize=True", "derandomize=True, max_examples=10")
		path.write_text(text)


def main(count: int, seed: int, only: str) -> int:
	with tempfile.TemporaryDirectory(prefix="cadences-mutants-") as folder:
		root = Path(folder).resolve() / "checkout"
		subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(root)], check=True)
		be_quick(root)
		files = [path for path in pure_files(root) if only in str(path)]
		mutants = [mutant for path in files for mutant in mutants_of(path, root)]
		chosen = random.Random(seed).sample(mutants, min(count, len(mutants)))
		print(f"{len(chosen)} of {len(mutants)} mutants of {len(files)} files", flush=True)
		tests, survived = Tests(root), 0
		for number, mutant in enumerate(chosen, 1):
			if not tests.notice(mutant):
				survived += 1
				print(f"survived: {mutant}", flush=True)
			if not number % 20:
				print(f"{number} tried, {survived} survived", flush=True)
	print(f"{len(chosen) - survived} of {len(chosen)} noticed ({1 - survived / len(chosen):.1%})", flush=True)
	return 0


if __name__ == "__main__":
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("count", type=int)
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--only", default="", help="a part of the paths of the files to mutate")
	given = parser.parse_args()
	sys.exit(main(given.count, given.seed, given.only))
