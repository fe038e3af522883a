"""The running site against its description: all that is asked is answered as described (S14.1a).

Schemathesis makes the requests from the description: with values that mean something, with any values of the
right type, and with values of the wrong one. CADENCES_FUZZ_EXAMPLES makes them more; with 1 each method is
asked once or twice in each way.
"""

import copy
import os
import unittest
import warnings
from collections.abc import Iterator
from typing import Any

import frappe
import requests

from cadences_app.api import described
from cadences_app.tests.rest import scene
from cadences_app.tests.rest.scene import GUEST, LOCAL, MANAGER, USER, Scene

try:
	import schemathesis
	from hypothesis import HealthCheck, Phase, assume, given, settings
	from schemathesis import GenerationMode
	from schemathesis.checks import not_a_server_error
	from schemathesis.specs.openapi.checks import (
		content_type_conformance,
		response_schema_conformance,
		status_code_conformance,
	)

	CHECKS = [
		not_a_server_error,
		status_code_conformance,
		content_type_conformance,
		response_schema_conformance,
	]
except ImportError:
	schemathesis = None

EXAMPLES = int(os.environ.get("CADENCES_FUZZ_EXAMPLES", 1))
LONGEST_ANSWER = 30  # seconds
PUBLIC = ("/cadences_app.api.tracking.", "/cadences_app.api.webhooks.")
NEVER_WELL = {
	"activities.approve",  # needs a mail that waits
	"activities.release",
	"activities.settle",
	"erasure.erase",  # for System Managers
	"next_mail.edit",
	"next_mail.take_edit_back",
	"queue.edit_mail",
	"queue.send_back",
	"trying.filled_message",  # need a follow-up that is a message
	"trying.send_test_message",
	"takeover.campaigns",  # need Email Campaigns and the right to them
	"takeover.take_over",
}
"""What a manager is refused here; each of these is tested on its own elsewhere."""


class TestDescription(unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		if missing := scene.why_not():
			raise unittest.SkipTest(missing)
		warnings.simplefilter("ignore")
		scene.connect()
		scene.make_people()
		shown = frappe.db.get_single_value("System Settings", "allow_error_traceback")
		cls.show_tracebacks(False)
		cls.addClassCleanup(frappe.destroy)
		cls.addClassCleanup(scene.take_away)
		cls.addClassCleanup(cls.show_tracebacks, shown)

	@classmethod
	def show_tracebacks(cls, wanted: Any) -> None:
		frappe.db.rollback()
		frappe.db.set_single_value("System Settings", "allow_error_traceback", int(bool(wanted)))
		frappe.clear_cache()
		frappe.db.commit()

	def setUp(self) -> None:
		self.session = requests.Session()
		self.addCleanup(self.session.close)
		self.answered: dict[str, set[int]] = {}

	def test_cadence_manager(self) -> None:
		self.ask_everything(MANAGER)
		well = {path for path, codes in self.answered.items() if 200 in codes}
		self.assertEqual(set(self.answered) - well, NEVER_WELL)

	def test_cadence_user(self) -> None:
		self.ask_everything(USER)
		self.assertIn(200, self.answered["enrollments.enroll"])
		self.assertEqual(self.answered["cadences.ready_made"], {403})

	def test_guest(self) -> None:
		"""Nobody gets in without a login, whatever they ask."""
		self.ask_everything(GUEST)
		self.assertEqual({code for codes in self.answered.values() for code in codes}, {403})

	def test_public_addresses(self) -> None:
		self.ask_everything(GUEST, public=True)
		self.assertIn(200, self.answered["tracking.open"])
		self.assertIn(200, self.answered["tracking.unsubscribe"])
		self.assertEqual(self.answered["webhooks.calendly"] - {429}, {403})
		self.assertEqual(self.answered["webhooks.message"] - {429}, {403})
		self.assertEqual(self.answered["webhooks.ses"] - {429}, {403})

	def test_who_may_have_it(self) -> None:
		for person, code in ((USER, 200), (GUEST, 403)):
			answer = self.session.get(
				f"{LOCAL}/api/method/cadences_app.api.described.openapi", headers=scene.headers_of(person)
			)
			self.assertEqual(answer.status_code, code)
			page = self.session.get(
				f"{LOCAL}/api/method/cadences_app.api.described_page.show", headers=scene.headers_of(person)
			)
			self.assertEqual(page.status_code, code)
			self.assertEqual("enrollments.enroll" in page.text, code == 200)

	def ask_everything(self, person: str, *, public: bool = False) -> None:
		headers = scene.headers_of(person)
		known = Scene(person).arguments()
		frappe.db.commit()
		document = described.describe()
		phases = [
			("known", _with(document, known), GenerationMode.POSITIVE),
			("any", document, GenerationMode.POSITIVE),
			("wrong", document, GenerationMode.NEGATIVE),
		]
		for phase, asked, mode in phases if person == MANAGER or public else phases[:1]:
			for operation in _operations(asked, public):
				if phase == "wrong" and not operation.query and not operation.body:
					continue  # nothing can be wrong
				with self.subTest(operation.label, phase=phase):
					self.ask(operation, mode, headers, 2 * EXAMPLES if phase == "any" else EXAMPLES)

	def ask(self, operation: Any, mode: Any, headers: dict[str, str], times: int) -> None:
		path = operation.path.removeprefix("/api/method/cadences_app.api.")

		@settings(
			max_examples=times,
			derandomize=True,
			database=None,
			deadline=None,
			phases=[Phase.explicit, Phase.generate],
			suppress_health_check=list(HealthCheck),
		)
		@given(operation.as_strategy(generation_mode=mode))
		def each(case: Any) -> None:
			assume(not operation.body or isinstance(case.body, dict))  # Frappe reads no other
			case.headers, case.cookies = {}, {}
			answer = case.call(
				base_url=LOCAL,
				session=self.session,
				headers=headers,
				timeout=LONGEST_ANSWER,
				allow_redirects=False,
			)
			self.answered.setdefault(path, set()).add(answer.status_code)
			self.assertNotIn(b"Traceback", answer.content)
			if answer.status_code == 417:
				self.assertTrue(answer.json().get("_server_messages"), answer.text)
			case.validate_response(answer, checks=CHECKS, headers=headers)

		each()


def _operations(document: dict[str, Any], public: bool) -> Iterator[Any]:
	"""Those that only ask come first, so that they find what there is."""
	schema = schemathesis.openapi.from_dict(document)
	found = [each.ok() for each in schema.get_all_operations()]
	wanted = [each for each in found if any(part in each.path for part in PUBLIC) == public]
	yield from sorted(wanted, key=lambda each: (each.method.upper() != "GET", each.path))


def _with(document: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
	"""The description with these values for its arguments alone."""
	found = copy.deepcopy(document)
	for verbs in found["paths"].values():
		for operation in verbs.values():
			of_it = known | known.get(operation["operationId"].removesuffix(".post"), {})
			for each in operation.get("parameters", ()):
				if each["name"] in of_it:
					each["schema"] = {"enum": [_in_query(value) for value in of_it[each["name"]]]}
					each["required"] = True
			for content in operation.get("requestBody", {}).get("content", {}).values():
				schema = content["schema"]
				for name in schema["properties"]:
					if name in of_it:
						schema["properties"][name] = {"enum": of_it[name]}
				schema["required"] = [name for name in schema["properties"] if name in of_it]
	return found


def _in_query(value: Any) -> Any:
	return frappe.as_json(value, indent=None) if isinstance(value, list) else value
