"""Records in cadences over REST: an answer for each of each, out of a closed set (S15.3)."""

import json
import re
from pathlib import Path

import frappe
from frappe.utils import add_days, now_datetime

from cadences_app.api import records as api
from cadences_app.engine.audience import Wait
from cadences_app.engine.reasons import Reason
from cadences_app.enrolling import activation
from cadences_app.enrolling.told import WHY_NOT_ENROLLED, Became, NotDone
from cadences_app.runtime import long_jobs
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.builders import enroll, make_cadence, make_lead, state, task, work
from cadences_app.tests.site.test_api import APITestCase
from cadences_app.tests.site.test_enrolling import ENROLLER, TURNED_DOWN, write_leads

REST = Path(__file__).resolve().parents[3] / "docs" / "rest.md"
WHYS = {code for _became, code in WHY_NOT_ENROLLED.values()} | {
	each.value for each in (*NotDone, *Wait, *Reason)
}


def told(answer):
	"""The answers by record and cadence: what became of it, and why."""
	for each in answer["answers"]:
		assert each["answer"] in set(Became) and each["why"] in {"", *WHYS}, each
	return {(each["record"], each["cadence"]): (each["answer"], each["why"]) for each in answer["answers"]}


class TestEnroll(APITestCase):
	def test_each_record_in_each_cadence_has_its_answer(self):
		first = make_cadence(task("look", days=1), exit_rules=[TURNED_DOWN]).name
		second = make_cadence(task("look", days=1), exclusivity={"per_owner": 1}).name
		asleep = make_cadence(task("look"))
		activation.deactivate(asleep)
		fresh, known, lost = make_lead(), make_lead(), make_lead(status="Do Not Contact")
		enroll(frappe.get_doc("Cadence", first), known)

		with as_user(ENROLLER):
			answer = api.enroll(
				"Lead", [fresh.name, known.name, lost.name, "nobody"], [first, second, asleep.name, "none"]
			)

		found = told(answer)
		self.assertEqual(len(found), 16)
		self.assertEqual(found[(fresh.name, first)], ("enrolled", ""))
		self.assertEqual(found[(known.name, first)], ("skipped", "already_in"))
		self.assertEqual(found[(lost.name, first)], ("skipped", "matches_exit"))
		self.assertEqual(found[("nobody", first)], ("refused", "not_readable"))
		self.assertEqual(found[(fresh.name, second)], ("enrolled", ""))
		self.assertEqual(found[(known.name, second)], ("waiting", "owner_full"))
		self.assertEqual(found[(fresh.name, asleep.name)], ("refused", "cadence_not_active"))
		self.assertEqual(found[(fresh.name, "none")], ("refused", "cadence_not_found"))
		self.assertEqual(answer["counts"]["refused"], 10)

	def test_a_preview_says_the_same_and_keeps_nothing(self):
		cadence = make_cadence(task("look", days=1), exclusivity={"per_owner": 1}).name
		names = [make_lead().name, make_lead().name, "nobody"]
		foreseen = api.preview("Lead", names, [cadence])
		self.assertEqual(frappe.db.count("Cadence Enrollment", {"cadence": cadence}), 0)
		self.assertEqual(told(foreseen), told(api.enroll("Lead", names, [cadence])))

	def test_a_later_day_and_another_beginning(self):
		"""S2.10"""
		cadence, lead = make_cadence(task("look", days=1), task("then", "look", days=1)), make_lead()
		answer = api.enroll(
			"Lead", lead.name, cadence.name, start_with="then", not_before=str(add_days(now_datetime(), 3))
		)
		self.assertEqual(told(answer), {(lead.name, cadence.name): ("scheduled", "starts_later")})
		[standing] = api.state("Lead", lead.name, cadence.name)
		self.assertEqual((standing["status"], standing["waits_for"]), ("Waiting", "starts_later"))
		other = make_lead()
		self.assertEqual(
			told(api.enroll("Lead", other.name, cadence.name, start_with="nothing")),
			{(other.name, cadence.name): ("refused", "no_such_follow_up")},
		)

	def test_who_was_in_it_begins_anew_where_and_when_one_says(self):
		"""S2.10, S5.5"""
		cadence, lead = make_cadence(task("look", days=1), task("then", "look", days=1)), make_lead()
		api.enroll("Lead", lead.name, cadence.name)
		api.un_enroll("Lead", lead.name, cadence.name)
		pair = (lead.name, cadence.name)
		resumed = api.enroll("Lead", *pair, again="Resume", start_with="then")
		self.assertEqual(told(resumed), {pair: ("skipped", "resumes_where_it_left")})
		self.assertIn("chosen follow-up", resumed["answers"][0]["text"])
		self.assertEqual(
			told(api.restart("Lead", *pair, start_with="nothing")), {pair: ("refused", "no_such_follow_up")}
		)
		self.assertEqual(told(api.restart("Lead", *pair, start_with="then")), {pair: ("restarted", "")})
		[standing] = api.state("Lead", *pair)
		begun = {"enrollment": standing["enrollment"], "run": 2}
		self.assertEqual(frappe.get_all("Cadence Activity", begun, pluck="follow_up"), ["then"])
		api.un_enroll("Lead", *pair)
		later = str(add_days(now_datetime(), 3))
		self.assertEqual(
			told(api.restart("Lead", *pair, not_before=later)), {pair: ("scheduled", "starts_later")}
		)

	def test_who_had_answered_is_not_taken_up_unless_that_is_asked_for(self):
		"""S5.5"""
		cadence, answered, left = make_cadence(task("look", days=1)), make_lead(), make_lead()
		[one, other] = enroll(cadence, answered, left)
		for enrollment, reason in ((one, "rule_outcome"), (other, "stopped_by_hand")):
			ended = {"status": "Stopped", "active_key": None, "person_key": None, "exit_reason": reason}
			frappe.db.set_value("Cadence Enrollment", enrollment, ended)
		names, pair = [answered.name, left.name], [cadence.name]
		found = told(api.resume("Lead", names, pair))
		self.assertEqual(found[(answered.name, cadence.name)], ("skipped", "said_no"))
		self.assertEqual(found[(left.name, cadence.name)], ("resumed", ""))
		again = api.resume("Lead", [answered.name], pair, also_who_said_no=1)
		self.assertEqual(told(again), {(answered.name, cadence.name): ("resumed", "")})

	def test_a_module_that_it_is_not_for(self):
		cadence = make_cadence(task("look"), module="Contact")
		lead = make_lead()
		found = told(api.enroll("Lead", [lead.name], [cadence.name]))
		self.assertEqual(found, {(lead.name, cadence.name): ("refused", "other_module")})


class TestSteer(APITestCase):
	def test_a_life_by_rest(self):
		self.given(task("look", days=2), task("then", "look", days=2))
		stranger = make_lead()
		both, pair = [self.lead.name, stranger.name], [self.cadence.name]
		key, strange = (self.lead.name, self.cadence.name), (stranger.name, self.cadence.name)
		for verb, arguments, became in (
			(api.pause, {"minutes": 60}, ("paused", "")),
			(api.pause, {"minutes": 60}, ("paused", "")),
			(api.resume, {}, ("resumed", "")),
			(api.resume, {}, ("skipped", "not_paused")),
			(api.skip, {}, ("skipped_ahead", "")),
			(api.restart, {}, ("skipped", "already_in")),
			(api.un_enroll, {"why": "Wrong person"}, ("un_enrolled", "")),
			(api.pause, {}, ("skipped", "not_in")),
			(api.restart, {}, ("restarted", "")),
		):
			with self.subTest(verb.__name__), as_user(ENROLLER):
				found = told(verb("Lead", both, pair, **arguments))
				self.assertEqual(found[key], became)
				self.assertEqual(found[strange], ("skipped", "not_in"))
		self.assertEqual(state(self.enrollment).run, 2)
		here, elsewhere = api.state("Lead", both, pair)
		self.assertEqual((here["status"], here["run"], elsewhere["status"]), ("Active", 2, None))

	def test_a_halted_cadence_can_still_be_left(self):
		"""S6.3"""
		self.given()
		activation.deactivate(self.cadence)
		work()
		found = told(api.un_enroll("Lead", self.lead.name, self.cadence.name))
		self.assertEqual(list(found.values()), [("un_enrolled", "")])


class TestBounds(APITestCase):
	def test_what_is_too_much_or_odd_is_refused_with_a_sentence(self):
		cadence = make_cadence(task("look")).name
		for arguments, sentence in (
			(([str(number) for number in range(1001)], cadence), "Between 1 and 1000 records"),
			(([], cadence), "Between 1 and 1000 records"),
			(("x", list("abcdef")), "Between 1 and 5 cadences"),
			(("x" * 141, cadence), "at most 140 characters"),
			((json.dumps([{"name": "x"}]), cadence), "Expected a list of names"),
		):
			with self.subTest(sentence):
				with self.assertRaisesRegex(frappe.ValidationError, sentence):
					api.enroll("Lead", *arguments)
		for odd in ("yesterdayish", "9999-99-99", "2199-01-01"):
			with self.assertRaises(frappe.ValidationError):
				api.enroll("Lead", "x", cadence, not_before=odd)
		with self.assertRaises(frappe.DoesNotExistError):
			api.enroll("No Such Thing", "x", cadence)

	def test_each_verb_needs_its_right(self):
		self.given()
		for verb in (api.enroll, api.preview, api.restart, api.resume, api.un_enroll, api.pause, api.skip):
			with (
				self.subTest(verb.__name__),
				as_user(builders.REP),
				self.assertRaises(frappe.PermissionError),
			):
				verb("Lead", self.lead.name, self.cadence.name)

	def test_above_two_hundred_a_job_answers(self):
		cadences = [make_cadence(task("look", days=1)).name for _each in range(3)]
		leads = write_leads(70)
		answer = api.enroll("Lead", leads, cadences)
		self.assertEqual((answer["asked"], answer["answers"]), (210, []))
		long_jobs.take_on(answer["job"], lambda: None)
		read = api.answers(answer["job"])
		self.assertEqual((read["status"], read["done"], read["account"]), ("Done", 210, {"enrolled": 210}))
		self.assertEqual(
			[(each["record"], each["cadence"]) for each in read["answers"]],
			[(lead, cadence) for cadence in cadences for lead in leads],
		)
		steered = api.un_enroll("Lead", leads, cadences)
		long_jobs.take_on(steered["job"], lambda: None)
		self.assertEqual(api.answers(steered["job"])["account"], {"un_enrolled": 210})


class TestDocumented(APITestCase):
	"""docs/rest.md: its words are the closed sets, and its examples are answered as it says."""

	def test_the_words_of_the_page_are_all_there_are(self):
		page = REST.read_text()
		table = page.split("<!-- answers -->")[1]
		self.assertEqual(set(re.findall(r"^\| `(\w+)` \|", table, re.M)), {each.value for each in Became})
		told_whys = set(re.findall(r"`(\w+)`", page.split("<!-- whys -->")[1]))
		own = {code for _became, code in WHY_NOT_ENROLLED.values()} | {
			each.value for each in (*NotDone, *Wait)
		}
		self.assertEqual(told_whys, own)

	def test_the_examples_of_the_page(self):
		"""Each request is made as it stands there, with records and cadences of this test for those named."""
		cadence, (one, other) = make_cadence(task("look", days=1)), (make_lead(), make_lead())
		enroll(cadence, other)
		names = {
			"Trade Show": cadence.name,
			"CRM-LEAD-2026-00007": one.name,
			"CRM-LEAD-2026-00009": other.name,
			"Ada Byron": one.title,
			"Al Gore": other.title,
		}
		examples = re.findall(
			r"<!-- example (\w+) -->\s+```json\n(.*?)```\s+```json\n(.*?)```", REST.read_text(), re.S
		)
		self.assertGreaterEqual(len(examples), 3)
		for method, request, expected in examples:
			for word, name in names.items():
				request, expected = request.replace(word, name), expected.replace(word, name)
			with self.subTest(method):
				answer = json.loads(frappe.as_json(getattr(api, method)(**json.loads(request))))
				self.assert_like(answer, json.loads(expected))

	def assert_like(self, found, expected):
		"""As the page has it; "…" stands for whatever there is."""
		if expected == "…":
			self.assertTrue(found)
		elif isinstance(expected, dict):
			self.assertEqual(set(found), set(expected))
			for key, value in expected.items():
				self.assert_like(found[key], value)
		elif isinstance(expected, list):
			self.assertEqual(len(found), len(expected))
			for one, other in zip(found, expected, strict=True):
				self.assert_like(one, other)
		else:
			self.assertEqual(found, expected)
