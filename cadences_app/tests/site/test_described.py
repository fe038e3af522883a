"""The description of the REST API says all of every method, and is the one in the docs (S15.3)."""

import inspect
import json
import re
import typing
from pathlib import Path
from typing import Any

import frappe
from werkzeug.wrappers import Response

from cadences_app.api import described, described_page, enrollments
from cadences_app.api.parameters import PARAMETERS
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user

DOCS = Path(frappe.get_app_path("cadences_app")).parent / "docs"
VAGUE = (dict, list, Any, dict[str, Any], list[dict[str, Any]], inspect.Signature.empty)
OF_ANOTHER_SHAPE = {"builder.search_templates", "described.openapi"}
"""A link field asks the first as Frappe's own search, and takes a table; OpenAPI says what the other is."""


class TestDescription(SiteTestCase):
	def test_the_docs_have_it_as_it_is(self) -> None:
		"""Else: `bench --site SITE describe-cadences-api > docs/openapi.json`."""
		self.assertEqual((DOCS / "openapi.json").read_text(), described.as_text())

	def test_each_method_has_types_and_says_what_it_is_and_who_may(self) -> None:
		for path, method in described.methods():
			with self.subTest(path):
				plain = inspect.unwrap(method)
				hints = typing.get_type_hints(plain)
				arguments = set(inspect.signature(plain).parameters)
				self.assertEqual(set(hints) - {"return"}, arguments)
				self.assertLessEqual(arguments, set(PARAMETERS))
				if path not in OF_ANOTHER_SHAPE:
					self.assertNotIn(hints.get("return", inspect.Signature.empty), VAGUE)
				self.assertTrue(inspect.getdoc(plain))
				if hints["return"] is not Response or path.startswith("described"):
					self.assertTrue(described.rights_of(path, method))

	def test_nothing_is_told_of_arguments_that_no_method_has(self) -> None:
		known = {
			name for _path, method in described.methods() for name in inspect.signature(method).parameters
		}
		self.assertEqual(set(PARAMETERS) - known, set())

	def test_what_it_refers_to_is_there(self) -> None:
		document = described.describe()
		for kind, name in set(re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(document))):
			self.assertIn(name, document["components"][kind])
		ids = [each["operationId"] for verbs in document["paths"].values() for each in verbs.values()]
		self.assertEqual(len(ids), len(set(ids)))
		self.assertGreater(len(ids), 70)

	def test_who_may_have_it(self) -> None:
		stranger = make_user("stranger@example.com", "Blogger")
		with as_user(stranger):
			for ask in (described.openapi, described_page.show):
				self.assertRaises(frappe.PermissionError, ask)
		page = described_page.show().get_data(as_text=True)
		for wanted in ("enrollments.enroll", "EnrollmentOfRecord", "CRM-LEAD-2026-00007"):
			self.assertIn(wanted, page)
		for foreign in ("<script", "src=", "@import", "url(", 'href="http'):
			self.assertNotIn(foreign, page)

	def test_what_is_missing_or_of_another_type_is_told(self) -> None:
		for sent, told in (
			({}, "This is missing: cadence, names"),
			({"cadence": "x"}, "This is missing: names"),
			({"cadence": {"a": 1}, "names": []}, "cadence"),
		):
			frappe.clear_messages()
			with self.assertRaises((frappe.ValidationError, frappe.FrappeTypeError)):
				enrollments.enroll(**sent)
			[message] = frappe.get_message_log()
			self.assertIn(told, message["message"] if isinstance(message, dict) else message)
