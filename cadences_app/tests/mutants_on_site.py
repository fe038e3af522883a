"""The mutants of what needs a site, and the site tests that are near them, for `mutants.py --site BENCH`.

Near is a test module that imports the mutated file, or imports what imports it, and so on. Of those at one
distance the one whose name has words of the file's name in it goes first, then the shortest. A mutant is
tried with the nearest five: one that these leave alive may still be noticed by another. A test that fails
is tried once more without the mutant, so that only what the mutant does is counted; what fails then too
calls for a new site, and is left out if it fails there as well. The tests of faults are not among them, and
the bench and the site are those of `on_bench.py`, with the copy as the app.
"""

import ast
import re
import shutil
import subprocess
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import on_bench

if TYPE_CHECKING:
	from mutants import Mutant

OURS = "cadences_app."
_DOTTED = re.compile(r"cadences_app(?:\.\w+)+")
RUN_TESTS = ("--site", on_bench.SITE, "run-tests", "--module", f"{OURS}tests.chosen")
NEAREST = 5
LONGEST = 20 * 60
"""Seconds; a mutant with which the tests run longer than this is noticed, if they don't without it."""


class SiteTests:
	def __init__(self, root: Path, bench: on_bench.Bench, site: on_bench.Site) -> None:
		self.root = root
		self.bench = bench
		self.site = site
		self._importing = _imports(root)
		self._left_out: set[str] = set()

	def notice(self, mutant: "Mutant") -> bool:
		modules = [each for each in self.near(mutant.path) if each not in self._left_out][:NEAREST]
		for _try in range(NEAREST):
			with mutant.put_into(self.root):
				output = self._run(modules)
			if not _has_failed(output):
				return False
			failed = [
				each for each in on_bench.FAILED_TEST.findall(output) if each.startswith("cadences_app.")
			]
			if not _has_failed(self._run(failed[:1] or modules)):
				return True
			self._make_site_anew()
			if failed and _has_failed(self._run(failed[:1])):
				culprit = next(each for each in modules if f"{failed[0]}.".startswith(f"{each}."))
				print(f"left out, it fails without a mutant too: {failed[0]}", flush=True)
				self._left_out.add(culprit)
				modules.remove(culprit)
		return False

	def near(self, path: str) -> list[str]:
		"""The test modules that lead to the file by imports, the nearest first."""
		tests = set(on_bench.modules_of("site"))
		words = set(Path(path).stem.split("_"))

		def order(test: str) -> tuple[int, int]:
			return -len(words & set(test.split("_"))), self._length(test)

		found: list[str] = []
		reached = ring = {_module(Path(path))}
		while ring:
			here = tests & ring
			found += sorted(
				here, key=lambda each: (-len(words & set(each.split("_"))), self._length(each), each)
			)
			ring = {each for each, imported in self._importing.items() if imported & ring} - reached
			reached = reached | ring
		return found

	def _length(self, module: str) -> int:
		return (self.root / f"{module.replace('.', '/')}.py").stat().st_size

	def _run(self, names: list[str]) -> str:
		"""The output of these tests up to the first that fails; none if they take too long."""
		command = (
			"--site",
			on_bench.SITE,
			"run-tests",
			"--failfast",
			"--module",
			"cadences_app.tests.chosen",
		)
		try:
			return self.bench.frappe(*command, may_fail=True, CADENCES_TESTS=" ".join(names))
		except subprocess.TimeoutExpired:
			return ""

	def _make_site_anew(self) -> None:
		self.site.drop()
		shutil.rmtree(self.bench.sites / on_bench.SITE)
		_make(self.bench, self.site)


def _has_failed(output: str) -> bool:
	return on_bench.counts_of(output)[1] > 0


def _make(bench: on_bench.Bench, site: on_bench.Site) -> None:
	"""A new site, on which what the apps do before their tests is done, which takes most of a short run."""
	site.make()
	bench.frappe(*RUN_TESTS, CADENCES_TESTS="")


@contextmanager
def on_site(origin: Path, root: Path) -> Iterator[SiteTests]:
	"""The site tests on a site of the copy at `root`, which is gone afterwards."""
	on_bench.CHECKOUT = root
	bench = on_bench.Bench(origin, root.parent / "bench")
	site = on_bench.Site(bench)
	try:
		bench.lay_out()
		_make(bench, site)
		on_bench.LONGEST_RUN = LONGEST
		yield SiteTests(root, bench, site)
	finally:
		site.drop()
		bench.stop()


def _imports(root: Path) -> dict[str, set[str]]:
	"""The modules of ours that each of them imports or names in a text, as a hook or an address does."""
	paths = {_module(path.relative_to(root)): path for path in (root / "cadences_app").rglob("*.py")}
	return {module: _imported(path, paths.keys()) for module, path in paths.items()}


def _imported(path: Path, known: Container[str]) -> set[str]:
	names: set[str] = set()
	for node in ast.walk(ast.parse(path.read_text())):
		if isinstance(node, ast.ImportFrom) and node.module:
			names |= {f"{node.module}.{each.name}" for each in node.names}
		elif isinstance(node, ast.Import):
			names |= {each.name for each in node.names}
		elif isinstance(node, ast.Constant) and isinstance(node.value, str):
			names |= set(_DOTTED.findall(node.value))
	return {_known_part(name, known) for name in names} - {""}


def _known_part(name: str, known: Container[str]) -> str:
	"""The module in a dotted path, which may lead on to what stands in it; blank if it is none of ours."""
	while name and name not in known:
		name = name.rpartition(".")[0]
	return name


def _module(path: Path) -> str:
	return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
