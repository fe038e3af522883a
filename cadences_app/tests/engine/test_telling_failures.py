"""What failed is told once more where a run ends."""

import io
import unittest

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
