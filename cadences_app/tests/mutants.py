"""Do the tests bite? A mutant is the code with one thing wrong: the tests that run through it must fail.

Wrong is a comparison turned round or moved by one, ``and`` for ``or``, a dropped ``not``, a branch that is
always or never taken. What needs no site is mutated, the engine, ``mail/understanding`` and the other modules
of mail that import no Frappe, and tried with the tests that run through the line; with ``--site``, what needs
one in ``runtime``, ``store`` and the two lanes of mail, tried with the site tests that are near it by imports
(`mutants_on_site.py`). It works on a copy of the last commit, in which properties are tried with ten examples
each, and needs pytest-cov.

    python mutants.py 300 [--seed 1] [--only engine/decision.py]    prints who survived, and how many
    python mutants.py 50 --site BENCH                               the same on a bench and a site of its own
"""

import argparse
import ast
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree

import mutants_on_site
from coverage import CoverageData

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST = 300  # seconds; a mutant that runs longer than this, or ten times as long as its tests, is noticed
FIRST = 30
"""So many tests are tried by themselves first: they notice most mutants, and few modules are read for it."""
TIMED = "cadences_app/tests/mail/test_growth.py"
"""It compares times, which measuring changes, so what it runs through is not known."""
UNCHANGED = 99  # as in mutants_in_forks.py, which lives in the process of the tests
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
PURE = ("engine", "mail")
ON_SITE = ("runtime", "store", "mail/sending", "mail/receiving")
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

	@contextmanager
	def put_into(self, root: Path) -> Iterator[None]:
		"""The checkout is wrong for as long as this lasts."""
		path = root / self.path
		before = path.read_text()
		path.write_text(self.source)
		try:
			yield
		finally:
			path.write_text(before)


def files_of(rooms: Sequence[str], root: Path, *, pure: bool) -> list[Path]:
	"""What in these rooms needs no site, or what does."""
	files = sorted(path for room in rooms for path in (root / "cadences_app" / room).rglob("*.py"))
	return [path for path in files if _is_pure(path, root) is pure]


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
	"""Which tests run through a line; they are tried the quickest first."""

	def __init__(self, root: Path) -> None:
		self.root = root
		times = root / "times.xml"
		measured = ["--cov=cadences_app", "--cov-context=test", "--cov-report=", f"--junitxml={times}"]
		measured.append(f"--ignore={TIMED}")
		if self.run(measured):
			sys.exit("The tests fail before anything is mutated.")
		self._data = CoverageData(str(root / ".coverage"))
		self._data.read()
		self._all = set(map(_test_of, self._data.measured_contexts()))
		self._seconds: dict[str, float] = {}
		for case in ElementTree.parse(times).iter("testcase"):
			name = f"{case.get('classname')}.{(case.get('name') or '').partition('[')[0]}"
			self._seconds[name] = self._seconds.get(name, 0) + float(case.get("time") or 0)
		self._forks = self._start_forks()

	def _start_forks(self) -> tuple[TextIO, TextIO]:
		"""Where mutants are written to, and answers read from (`mutants_in_forks.py`)."""
		answers, theirs = os.pipe()
		command = [*self._command(), "-s", "-p", "cadences_app.tests.mutants_in_forks"]
		environment = {**self._environment(), "MUTANTS_ANSWERS": str(theirs)}
		options = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
		forking = subprocess.Popen(
			command, cwd=self.root, env=environment, pass_fds=[theirs], text=True, **options
		)
		os.close(theirs)
		return forking.stdin, os.fdopen(answers)

	def run(self, arguments: list[str], limit: float | None = None) -> int:
		"""The exit status; 1 also for a run that has no end, or none within the limit in seconds."""
		command = [*self._command(), *arguments]
		try:
			return subprocess.run(
				command, cwd=self.root, env=self._environment(), capture_output=True, timeout=limit
			).returncode
		except subprocess.TimeoutExpired:
			return 1

	def _command(self) -> list[str]:
		return [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]

	def _environment(self) -> dict[str, str]:
		return {**os.environ, "CI": "1", "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}

	def through(self, mutant: Mutant) -> set[str]:
		"""The tests; an empty name among them stands for what runs while they are read."""
		contexts = self._data.contexts_by_lineno(str(self.root / mutant.path))
		lines = range(mutant.first_line, mutant.last_line + 1)
		return {_test_of(each) for line in lines for each in contexts.get(line, ())}

	def _time_of(self, test: str) -> float:
		path, *names = test.split("::")
		return self._seconds.get(".".join([path.removesuffix(".py").replace("/", "."), *names]), 0)

	def notice(self, mutant: Mutant) -> bool:
		through = self.through(mutant)
		tests = sorted(through - {""}, key=self._time_of)
		if not tests:  # any may notice what made a pattern or a table before they began
			tests = [*sorted(self._all - through, key=self._time_of), TIMED] if through else [TIMED]
		limit = min(LONGEST, 60 + 10 * sum(map(self._time_of, tests)))
		status = UNCHANGED if "" in through or not through else self._in_a_fork(mutant, tests, limit)
		if status == UNCHANGED:
			with mutant.put_into(self.root):
				return any(self.run(some, limit) for some in (tests[:FIRST], tests[FIRST:]) if some)
		return status != 0

	def _in_a_fork(self, mutant: Mutant, tests: list[str], limit: float) -> int:
		asking, answers = self._forks
		path = str(self.root / mutant.path)
		asked = {"path": path, "line": mutant.first_line, "source": mutant.source}
		asking.write(json.dumps({**asked, "tests": tests, "seconds": limit}) + "\n")
		asking.flush()
		return int(answers.readline())


def _test_of(context: str) -> str:
	return context.partition("|")[0].partition("[")[0]


def be_quick(root: Path) -> None:
	"""Few examples of each property: thousands of runs are ahead."""
	for path in (root / "cadences_app/tests").rglob("*.py"):
		text = re.sub(r"max_examples=\d+", "max_examples=10", path.read_text())
		if path.name == "conftest.py":
			text = text.replace("derandomize=True", "derandomize=True, max_examples=10")
		path.write_text(text)


def main(count: int, seed: int, only: str, bench: Path | None) -> int:
	with tempfile.TemporaryDirectory(prefix="cadences-mutants-") as folder:
		root = Path(folder).resolve() / "checkout"
		subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(root)], check=True)
		be_quick(root)
		found = files_of(ON_SITE if bench else PURE, root, pure=not bench)
		files = [path for path in found if only in str(path)]
		mutants = [mutant for path in files for mutant in mutants_of(path, root)]
		chosen = random.Random(seed).sample(mutants, min(count, len(mutants)))
		print(f"{len(chosen)} of {len(mutants)} mutants of {len(files)} files", flush=True)
		with mutants_on_site.on_site(bench, root) if bench else nullcontext(Tests(root)) as tests:
			try_all(chosen, tests.notice)
	return 0


def try_all(chosen: Sequence[Mutant], notice: Callable[[Mutant], bool]) -> None:
	survived = 0
	for number, mutant in enumerate(chosen, 1):
		if not notice(mutant):
			survived += 1
			print(f"survived: {mutant}", flush=True)
		if not number % 10:
			print(f"{number} tried, {survived} survived", flush=True)
	print(f"{len(chosen) - survived} of {len(chosen)} noticed ({1 - survived / len(chosen):.1%})", flush=True)


if __name__ == "__main__":
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("count", type=int)
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--only", default="", help="a part of the paths of the files to mutate")
	parser.add_argument("--site", type=Path, metavar="BENCH", help="mutate what needs a site")
	given = parser.parse_args()
	sys.exit(main(given.count, given.seed, given.only, given.site and given.site.resolve()))
