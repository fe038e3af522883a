"""The test modules that CADENCES_TESTS names, as one: Frappe's runner takes one module or all of an app."""

import os
import unittest


def load_tests(
	loader: unittest.TestLoader, _own: unittest.TestSuite, _pattern: str | None
) -> unittest.TestSuite:
	return loader.loadTestsFromNames(os.environ["CADENCES_TESTS"].split())
