"""Every method of ours takes what it asks for, and answers anything else with a clear error (S14.1a)."""

import importlib
import inspect
import json
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
	"\\') or 1=1 -- ",
	"\\",
	"\u0000",
	"half \ud800",
	'["half \\ud800"]',
	'{"name": "half \\ud800", "cadence_name": "\\udfff"}',
	-(10**30),
)
UNMEANT = (
	"99999999999999999999",
	"0001-01-01",
	"0000-00-00 00:00",
	"9999-12-31",
	"9999-12-31 23:30:00",
	"2026-06-02 10:00 +99:99",
	"[" * 200_000,
	'{"a": NaN}',
	"[1e999]",
)
"""Moments that nobody means, and JSON that no database keeps."""
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

	def test_nor_where_the_other_arguments_are_as_they_should_be(self) -> None:
		"""Nothing else is refused before, so what is odd goes all the way down."""
		valid = self.scene()
		for path, function in methods():
			takes = inspect.signature(function).parameters
			hints = typing.get_type_hints(inspect.unwrap(function))
			needed = {name for name, known in takes.items() if known.default is known.empty}
			for name in takes:
				if "str" not in str(hints.get(name)):
					continue
				for odd in UNMEANT:
					valid["cadence_name"] = builders.unique("Copy")
					arguments = {each: valid.get(each, "x") for each in needed}
					self.assert_clear(path, {**arguments, name: odd}, name)

	def test_nor_by_an_odd_field_of_a_form(self) -> None:
		"""Each field of the form and of its rows in turn, as whoever builds a cadence sends it."""
		doc = self.scene()["doc"]
		doc["unenrollment_rules"] = [{"kind": "Date", "on_date": "2199-01-01", "rule_key": "late"}]
		doc["stories"] = [{"title": "Told", "record": "x", "answers": "[]", "expected": "{}"}]
		for table in ("", "follow_ups", "unenrollment_rules", "stories"):
			meta = frappe.get_meta("Cadence")
			meta = frappe.get_meta(meta.get_field(table).options) if table else meta
			for field in meta.get_fieldnames_with_value():
				for odd in UNMEANT[:4]:
					sent = json.loads(json.dumps(doc))
					(sent[table][0] if table else sent)[field] = odd
					for path in ("builder.check", "stories.run"):
						self.assert_clear(path, {"doc": sent}, "doc")

	def test_what_follow_ups_of_each_kind_are_put_off_to(self) -> None:
		self.scene()
		for activity in self.activities:
			for odd in UNMEANT:
				arguments = {"activity": activity, "put_off_to": odd}
				self.assert_clear("queue.say", arguments, "put_off_to")
				self.assertGreaterEqual(self.mallory.asks("queue.say", **arguments).status_code, 400)

	def scene(self) -> dict[str, Any]:
		"""A cadence with work of mallory's in it, and what a method would be asked about it."""
		lead = builders.make_lead(lead_owner=self.mallory.email)
		cadence = builders.make_cadence(builders.task("look"), builders.call("ring", days=0))
		(enrollment,) = builders.enroll(cadence, lead)
		self.activities = [builders.activity(enrollment, key).name for key in ("look", "ring")]
		frappe.db.commit()
		return {
			"doctype": "Lead",
			"module": "Lead",
			"name": lead.name,
			"names": [lead.name],
			"record": lead.name,
			"records": [lead.name],
			"cadence": cadence.name,
			"cadences": [cadence.name],
			"doc": json.loads(cadence.as_json()),
			"follow_up": "look",
			"enrollment": enrollment,
			"enrollments": [enrollment],
			"activity": self.activities[0],
			"activities": self.activities[:1],
			"since": "2026-01-01",
			"until": "2026-12-31",
		}

	def assert_clear(self, path: str, arguments: dict[str, Any], name: str) -> None:
		answer = self.mallory.asks(path, **arguments)
		with self.subTest(path, name=name, odd=str(arguments[name])[-40:]):
			text = told(answer)
			for secret in SECRETS:
				self.assertNotIn(secret, text, text[:600])
			self.assertLess(answer.status_code, 500, text[:600])

	def assert_refused(self, path: str, function: Callable[..., Any], name: str, odd: Any) -> None:
		arguments = {
			each: "x"
			for each, known in inspect.signature(function).parameters.items()
			if known.default is known.empty
		}
		self.assert_clear(path, {**arguments, name: odd}, name)
