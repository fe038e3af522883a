"""What failed is told once more where a run ends."""

import io
import unittest
from collections.abc import Sequence

from cadences_app.tests import on_bench


class _Some(unittest.TestCase):
	__test__ = False

	def test_passes(self) -> None: ...

	def test_fails(self) -> None:
		self.assertEqual(1, 2, "one is not two")

	def test_ends_in_an_error(self) -> None:
		raise KeyError("nothing here")


def _output() -> str:
	stream = io.StringIO()
	unittest.TextTestRunner(stream).run(unittest.defaultTestLoader.loadTestsFromTestCase(_Some))
	return stream.getvalue()


def test_each_failure_is_told_by_its_name_and_how_it_ended():
	output = _output()
	error, failure = on_bench.failures_of("Site tests 1 of 2", output, on_bench.counts_of(output))
	assert error.startswith("Site tests 1 of 2\n")
	assert "ERROR: test_ends_in_an_error" in error and error.endswith("KeyError: 'nothing here'")
	assert "FAIL: test_fails" in failure and failure.endswith("one is not two")


def test_a_part_that_ran_nothing_tells_how_its_output_ends():
	counts = on_bench.counts_of("Traceback\nImportError: no such module")
	[told] = on_bench.failures_of("REST tests", "Traceback\nImportError: no such module", counts)
	assert told == "REST tests\nTraceback\nImportError: no such module"


def test_what_passed_is_not_told():
	assert on_bench.failures_of("REST tests", "Ran 3 tests in 1s\n\nOK\n", (3, 0, 0)) == []


def test_what_failed_is_tried_again_alone_and_told_if_it_passes_then():
	asked: list[list[str]] = []

	def pass_now(names: Sequence[str]) -> str:
		asked.append(list(names))
		return "Ran 2 tests in 1.0s\n\nOK\n"

	output, counts = on_bench.with_a_second_try(_output(), pass_now)
	where = f"{_Some.__module__}.{_Some.__name__}"
	failed = [f"{where}.test_ends_in_an_error", f"{where}.test_fails"]
	assert asked == [failed] and counts == (3, 0, 0)
	told = [line for line in output.splitlines() if line.startswith(on_bench.SECOND_TRY)]
	assert told == [on_bench.SECOND_TRY + each for each in failed]
	assert "KeyError: 'nothing here'" in output


def test_what_fails_twice_has_failed():
	output, counts = on_bench.with_a_second_try(_output(), lambda _names: _output())
	assert counts == (1, 2, 0) and on_bench.SECOND_TRY not in output
	_output_that_ran_nothing, counts = on_bench.with_a_second_try(_output(), lambda _names: "ImportError")
	assert counts == (1, 2, 0)


def test_where_much_fails_or_nothing_does_there_is_no_second_try():
	def refuse(_names: Sequence[str]) -> str:
		raise AssertionError("tried again")

	many = _output().replace("failures=1", "failures=9")
	for output in (many, "Ran 3 tests in 1s\n\nOK\n"):
		assert on_bench.with_a_second_try(output, refuse) == (output, on_bench.counts_of(output))
