"""Every method of ours takes what it asks for, and answers anything else with a clear error (S14.1a)."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from typing import Any

import frappe

from cadences_app import api
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.sweeping import SweptTestCase

ODD: tuple[Any, ...] = (
	{"name": ["like", "%"]},
	[["name", "like", "%"]],
	[{"name": "x"}],
	["x", ["y"]],
	{"a": {"b": [1]}},
	'[["name", "like", "%"]]',
	'{"name": ["like", "%"]}',
	"x' or '1'='1",
	"\u0000",
	"half \ud800",
	'["half \\ud800"]',
	'{"name": "half \\ud800", "cadence_name": "\\udfff"}',
	-(10**30),
)
SECRETS = (
	"SELECT ",
	"select ",
	"`tab",
	"pymysql",
	"OperationalError",
	"ProgrammingError",
	"MySQL",
	"psycopg",
)
OPEN_TO_ALL = "cadences_app.api.tracking"


def methods() -> Iterator[tuple[str, Callable[..., Any]]]:
	"""Our whitelisted methods, those of later files too."""
	for info in pkgutil.walk_packages(api.__path__, "cadences_app.api."):
		module = importlib.import_module(info.name)
		for name, function in inspect.getmembers(module, inspect.isfunction):
			if function in frappe.whitelisted and function.__module__ == info.name != OPEN_TO_ALL:
				yield f"{info.name.removeprefix('cadences_app.api.')}.{name}", function


class TestOddArguments(SweptTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mallory = Person("mallory@cadences.example", "Cadence Manager", "Cadence User", "Sales User")

	def tearDown(self) -> None:
		frappe.db.rollback()
		self.mallory.leave()
		super().tearDown()

	def test_there_are_methods(self) -> None:
		self.assertGreater(len(dict(methods())), 25)

	def test_no_method_runs_on_what_it_did_not_ask_for(self) -> None:
		"""Each argument of each method in turn, over HTTP."""
		builders.enroll(builders.make_cadence(builders.task("look", days=2)), builders.make_lead())
		for path, function in methods():
			hints = typing.get_type_hints(inspect.unwrap(function))
			for name in inspect.signature(function).parameters:
				for odd in ODD if hints.get(name) is not bool else ODD[:2]:
					self.assert_refused(path, function, name, odd)

	def assert_refused(self, path: str, function: Callable[..., Any], name: str, odd: Any) -> None:
		arguments = {
			each: "x"
			for each, known in inspect.signature(function).parameters.items()
			if known.default is known.empty
		}
		answer = self.mallory.asks(path, **{**arguments, name: odd})
		with self.subTest(path, name=name, odd=str(odd)[:40]):
			text = told(answer)
			for secret in SECRETS:
				self.assertNotIn(secret, text, text[:600])
			self.assertLess(answer.status_code, 500, text[:600])
