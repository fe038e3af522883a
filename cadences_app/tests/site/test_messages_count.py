"""What messages count for: gates, what comes and what it costs, tests to oneself, owners, merging, erasing,
and what a message costs the database (S3.10)."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime, nowdate

from cadences_app.api import queue, reports, trying
from cadences_app.api import suppression as suppression_api
from cadences_app.api.erasure import erase
from cadences_app.engine.outcomes import Outcome
from cadences_app.gates import evidence
from cadences_app.mail import communications
from cadences_app.messages import incoming, suppression
from cadences_app.messages.costs import parts_to_come
from cadences_app.messages.incoming import Said, Told
from cadences_app.patches import bound_test_messages
from cadences_app.runtime import waiting_mails
from cadences_app.store import definitions
from cadences_app.store.turns import counter_of
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user, insert_row, make_user
from cadences_app.tests.site.messaging import MessagesTestCase, new_number

OTHER = "text-colleague@example.com"
MANAGER = "text-manager@example.com"
OTHER_MANAGER = "text-manager-2@example.com"


class CountingTestCase(MessagesTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		make_user(OTHER, "Cadence User", "Sales User")
		make_user(MANAGER, "Cadence Manager", "Sales User")
		make_user(OTHER_MANAGER, "Cadence Manager", "Sales User")
		frappe.db.commit()

	def sent(self, **fields: Any) -> tuple[Any, str]:
		lead = self.make_lead(**fields)
		(enrollment,) = self.send_messages(lead)
		self.work_messages()
		self.decide()
		return lead, enrollment


class GatesTest(CountingTestCase):
	def test_messages_that_went_out_and_did_not_fail_count(self) -> None:
		lead, enrollment = self.sent()
		self.assertEqual(evidence.messages_sent("Lead", lead.name, None), 1)
		self.assertEqual(evidence.emails_sent("Lead", lead.name, None), 0)
		tomorrow = now_datetime() + timedelta(days=1)
		self.assertEqual(evidence.messages_sent("Lead", lead.name, tomorrow), 0)
		incoming.take_report(Told(self.sms_of(enrollment).message_id, Outcome.FAILED))
		self.decide()
		self.assertEqual(evidence.messages_sent("Lead", lead.name, None), 0)

	def test_so_do_those_written_by_hand_and_no_answers(self) -> None:
		lead = self.make_lead()
		for way in ("Sent", "Received"):
			insert_row(
				"Communication",
				communication_type="Communication",
				communication_medium="SMS",
				sent_or_received=way,
				reference_doctype="Lead",
				reference_name=lead.name,
				communication_date=now_datetime(),
			)
		self.assertEqual(evidence.messages_sent("Lead", lead.name, None), 1)

	def test_a_status_waits_for_its_message(self) -> None:
		gate = {"doctype": "Cadence Gate", "gate_name": builders.unique("Gate"), "module": "Lead"}
		needs = {"requirements": [{"kind": "Messages Sent", "least": 1}], "target_values": "Do Not Contact"}
		doc = frappe.get_doc({**gate, "status_field": "status", **needs}).insert()
		self.addCleanup(lambda: (frappe.delete_doc("Cadence Gate", doc.name), frappe.db.commit()))
		lead = self.make_lead()
		lead.reload()
		lead.status = "Do Not Contact"
		with self.assertRaises(frappe.ValidationError) as refused:
			lead.save()
		self.assertIn("0 of 1 messages sent", str(refused.exception))
		self.send_messages(lead)
		self.work_messages()
		self.decide()
		lead.reload()
		lead.status = "Do Not Contact"
		lead.save()

	def test_a_follow_up_that_is_a_message_can_be_asked_for(self) -> None:
		lead, enrollment = self.sent()
		cadence = builders.state(enrollment).cadence
		self.assertTrue(evidence.is_follow_up_completed("Lead", lead.name, cadence, "sms", None))


class ForecastTest(CountingTestCase):
	def test_what_comes_by_service_with_its_cap_and_cost(self) -> None:
		self.set_up(price_per_part=0.1, messages_per_day=50)
		cadence = builders.make_cadence(self.message(days=2, text="x" * 161))
		self.enroll(cadence, self.make_lead(), self.make_lead())
		[found] = reports.what_comes(cadence.name)
		self.assertEqual((found["channel"], found["who"], found["owner"]), ("Message", "SMS", ""))
		self.assertEqual((found["number"], found["cap"], found["cost"]), (2, 50, 0.4))

	def test_where_no_price_is_known_none_is_told(self) -> None:
		"""S8.6: 0 where the settings name no price; the number of messages is told all the same."""
		self.set_up(price_per_part=0)
		lead, cadence = self.make_lead(), builders.make_cadence(self.message(days=2))
		self.enroll(cadence, lead)
		[found] = reports.what_comes(cadence.name)
		self.assertEqual((found["number"], found["cost"]), (1, 0))
		row = cadence.follow_ups[0].as_dict()
		view = {"audience_kind": "Custom View", "view_filters": f'[["name", "=", "{lead.name}"]]'}
		[service] = trying.before_activation({"module": "Lead", "follow_ups": [row], **view})["services"]
		self.assertEqual((sum(service["a_day"]), service["cost"]), (1, 0))
		told = trying.filled_message(cadence.as_dict(), cadence.follow_ups[0].follow_up_key, lead.name)
		self.assertEqual((told["parts"], told["cost"]), (1, 0))

	def test_the_parts_of_those_that_went_out_tell_what_the_next_cost(self) -> None:
		self.set_up(price_per_part=0.1)
		cadence = builders.make_cadence(self.message(text="{{ first_name }} " + "x" * 158))
		self.enroll(cadence, self.make_lead(first_name="Wolfeschlegel"))
		[follow_up] = definitions.load(cadence.version).follow_ups
		self.assertEqual(parts_to_come(cadence.name, follow_up.key, follow_up.content), 2)
		self.assertEqual(parts_to_come("no such cadence", follow_up.key, follow_up.content), 2)

	def test_before_activation_it_is_told_how_many_go_out_and_what_they_cost(self) -> None:
		self.set_up(price_per_part=0.1, messages_per_day=1)
		company = builders.unique("Company")
		for _each in range(3):
			self.make_lead(company_name=company, first_name="Ada")
		row = (
			builders.make_cadence(self.message(text="{{ first_name }} " + "x" * 157)).follow_ups[0].as_dict()
		)
		view = {"audience_kind": "Custom View", "view_filters": f'[["company_name", "=", "{company}"]]'}
		told = trying.before_activation({"module": "Lead", "follow_ups": [row], **view})
		self.assertEqual(told["days"][0]["by_channel"], {"Message": 3})
		[service] = told["services"]
		self.assertEqual((service["name"], service["cap"], service["a_day"][0]), ("SMS", 1, 3))
		self.assertAlmostEqual(service["cost"], 0.6)
		self.assertEqual(told["people"], [])


class TestToOneselfTest(CountingTestCase):
	def setUp(self) -> None:
		super().setUp()
		for user in (MANAGER, OTHER_MANAGER):
			frappe.db.delete("Cadence Counter", {"name": counter_of("test messages", user, nowdate())})

	def ask(self, lead: Any, **content: Any) -> dict[str, Any]:
		cadence = builders.make_cadence(self.message(**content))
		return trying.send_test_message(cadence.as_dict(), cadence.follow_ups[0].follow_up_key, lead.name)

	def own_number(self, written: str) -> None:
		frappe.db.set_value("User", MANAGER, "mobile_no", written)
		frappe.db.commit()

	def test_it_goes_to_ones_own_number_and_counts_for_nobody(self) -> None:
		lead, number = self.make_lead(first_name="Ada"), new_number()
		self.own_number(number)
		with as_user(MANAGER):
			told = self.ask(lead)
		self.assertEqual((told["sent_to"], told["parts"]), (number, 1))
		self.assertEqual(self.gateway.texts, {number: ["Hello Ada, see you."]})
		self.assertFalse(frappe.db.exists("Cadence Activity", {"reference_name": lead.name}))

	def test_what_could_not_go_out_is_not_sent_either(self) -> None:
		lead = self.make_lead()
		with as_user(MANAGER):
			self.own_number("")
			self.assertRaises(frappe.ValidationError, self.ask, lead)
			self.own_number(new_number())
			self.assertRaises(frappe.ValidationError, self.ask, self.make_lead(mobile_no=""))
			self.assertRaises(frappe.ValidationError, self.ask, lead, text="{{ doc.city }}")
			frappe.flags.mute_emails = True
			try:
				self.assertRaises(frappe.ValidationError, self.ask, lead)
			finally:
				frappe.flags.mute_emails = False
		self.assertEqual(self.gateway.received, [])

	def test_a_refusal_of_the_gateway_is_told(self) -> None:
		self.own_number(new_number())
		self.gateway.answer_all = (400, "<b>no</b> credit")
		with as_user(MANAGER), self.assertRaises(frappe.ValidationError) as refused:
			self.ask(self.make_lead())
		self.assertIn("credit", str(refused.exception))
		self.assertNotIn("<b>", str(refused.exception))

	def test_no_more_a_day_than_the_settings_allow_each_user(self) -> None:
		"""S11.2: each is paid for. What the gateway refused counts too, and outlives the request."""
		self.set_up(test_messages_per_day=2)
		lead, number = self.make_lead(first_name="Ada"), new_number()
		self.own_number(number)
		with as_user(MANAGER):
			self.gateway.answer_all = (500, "")
			self.assertRaises(frappe.ValidationError, self.ask, lead)
			frappe.db.rollback()
			self.gateway.answer_all = None
			self.ask(lead)
			with self.assertRaises(frappe.ValidationError) as refused:
				self.ask(lead)
			self.assertIn("2", str(refused.exception))
			self.assertEqual(len(self.gateway.received), 2)
			with builders.at(now_datetime() + timedelta(days=1)):
				self.ask(lead)
		with as_user(OTHER_MANAGER):
			frappe.db.set_value("User", OTHER_MANAGER, "mobile_no", new_number())
			self.ask(lead)
		self.set_up(test_messages_per_day=0)
		with as_user(MANAGER):
			self.ask(lead)
		self.assertEqual((len(self.gateway.texts[number]), len(self.gateway.received)), (4, 5))

	def test_settings_that_were_saved_before_there_was_a_cap_get_one(self) -> None:
		settings = {"doctype": "Cadence Settings", "field": "test_messages_per_day"}
		frappe.get_doc("Cadence Settings").save()
		frappe.db.delete("Singles", settings)
		bound_test_messages.execute()
		self.assertEqual(frappe.db.get_single_value("Cadence Settings", settings["field"]), 20)
		self.set_up(test_messages_per_day=0)
		bound_test_messages.execute()
		self.assertEqual(frappe.db.get_single_value("Cadence Settings", settings["field"]), 0)

	def test_who_may_not_edit_cadences_sends_none(self) -> None:
		lead = self.make_lead(lead_owner=OTHER)
		cadence = builders.make_cadence(self.message())
		with as_user(OTHER):
			sent = (cadence.as_dict(), cadence.follow_ups[0].follow_up_key, lead.name)
			self.assertRaises(frappe.PermissionError, trying.send_test_message, *sent)


class OwnersTest(CountingTestCase):
	TEXT = "Hi {{ first_name }}, {{ owner.first_name }} here."

	def waiting(self, **content: Any) -> tuple[Any, str]:
		lead = self.make_lead(first_name="Ada", lead_owner="Administrator")
		follow_up = self.message(text=self.TEXT, release="After Review", **content)
		(enrollment,) = self.enroll(builders.make_cadence(follow_up), lead)
		return lead, enrollment

	def hand_over(self, lead: Any) -> None:
		lead.reload()
		lead.lead_owner = OTHER
		lead.save()
		frappe.db.commit()
		self.decide()

	def text_of(self, enrollment: str) -> str:
		row = self.sms_of(enrollment)
		return frappe.db.get_value("Communication", row.activity_name, "text_content")

	def test_what_is_unsent_names_the_new_owner_and_waits_for_them(self) -> None:
		lead, enrollment = self.waiting()
		first_name = frappe.db.get_value("User", OTHER, "first_name")
		self.hand_over(lead)
		self.assertEqual(self.text_of(enrollment), f"Hi Ada, {first_name} here.")
		self.assertEqual(self.sms_of(enrollment).subject, f"Hi Ada, {first_name} here.")
		with as_user(OTHER):
			self.assertIn(self.sms_of(enrollment).name, [each["name"] for each in queue.today()["items"]])

	def test_what_somebody_edited_keeps_its_words(self) -> None:
		lead, enrollment = self.waiting()
		waiting_mails.edit(self.sms_of(enrollment).name, "", "My own words", may_approve=True)
		self.hand_over(lead)
		self.assertEqual(self.text_of(enrollment), "My own words")

	def test_one_that_keeps_its_owner_stays_as_it_is(self) -> None:
		lead = self.make_lead(first_name="Ada", lead_owner="Administrator")
		follow_up = self.message(text=self.TEXT, release="After Review") | {"keeps_owner": True}
		(enrollment,) = self.enroll(builders.make_cadence(follow_up), lead)
		before = self.text_of(enrollment)
		self.hand_over(lead)
		self.assertEqual(self.text_of(enrollment), before)


class MergingTest(CountingTestCase):
	def test_of_two_that_are_merged_one_message_goes_to_the_number_of_who_stays(self) -> None:
		old, new = self.make_lead(), self.make_lead()
		cadence = builders.make_cadence(self.message())
		first, second = self.enroll(cadence, old, new)
		frappe.rename_doc("Lead", old.name, new.name, merge=True, force=True)
		frappe.db.commit()
		self.decide()
		self.work_messages()
		self.decide()
		self.assertEqual(list(self.gateway.texts), [new.mobile_no])
		states = sorted(builders.state(each).status for each in (first, second))
		self.assertEqual(states, ["Completed", "Stopped"])
		for each in (first, second):
			self.assertEqual(self.sms_of(each).reference_name, new.name)

	def test_an_answer_to_the_old_number_counts_after_a_merge(self) -> None:
		old, enrollment = self.sent()
		new = self.make_lead()
		frappe.rename_doc("Lead", old.name, new.name, merge=True, force=True)
		frappe.db.commit()
		self.decide()
		incoming.take_answer(Said(old.mobile_no, "Yes"))
		self.decide()
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)
		answer = {"phone_no": old.mobile_no, "sent_or_received": "Received"}
		self.assertEqual(frappe.db.get_value("Communication", answer, "reference_name"), new.name)


class ErasingTest(CountingTestCase):
	def test_somebody_is_erased_by_their_number(self) -> None:
		lead, enrollment = self.sent(first_name="Ada", last_name="Lovelace-Byron")
		incoming.take_answer(Said(lead.mobile_no, "please stop writing to me", builders.unique("in")))
		incoming.take_answer(Said(lead.mobile_no, "stop", builders.unique("in")))
		self.decide()
		erase(f"{lead.mobile_no[:3]} {lead.mobile_no[3:6]} {lead.mobile_no[6:]}")
		row = builders.activity(enrollment, "sms")
		self.assertEqual((row.recipient or "", row.subject or "", row.message_id or ""), ("", "", ""))
		self.assertFalse(frappe.db.exists("Communication", {"phone_no": lead.mobile_no}))
		self.assertFalse(frappe.db.exists("Cadence Suppression", lead.mobile_no))
		self.assertIn(lead.mobile_no, suppression.blocked([lead.mobile_no]))

	def test_a_number_that_was_never_written_to_is_found_as_people_write_it(self) -> None:
		number = new_number()
		lead = self.make_lead(mobile_no=f"0{number[3:6]} {number[6:]}", country="Germany")
		(enrollment,) = self.enroll(builders.make_cadence(self.message(days=3)), lead)
		suppression.suppress_number(number)
		erase(number)
		self.assertEqual(builders.state(enrollment).status, "Stopped")
		self.assertFalse(frappe.db.exists("Cadence Suppression", number))
		self.assertIn(number, suppression.blocked([number]))

	def test_what_somebody_wrote_for_one_person_goes_too(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.enroll(builders.make_cadence(self.message(days=3)), lead)
		name = self.sms_of(enrollment).name
		waiting_mails.edit(name, "", "For you alone", may_approve=True)
		erase(lead.email_id)
		self.assertEqual(frappe.db.get_value("Cadence Edited Mail", name, "text") or "", "")

	def test_whether_a_number_may_be_written_to(self) -> None:
		number = new_number()
		self.assertEqual(suppression_api.may_write_to(number), {"may": True})
		suppression.suppress_number(number)
		self.assertEqual(suppression_api.may_write_to(f"{number[:3]} {number[3:]}"), {"may": False})
		self.assertRaises(frappe.ValidationError, suppression_api.may_write_to, "+12")


class CostTest(CountingTestCase):
	"""The work is in proportion to what is due, and little (invariant 10)."""

	def test_a_message_costs_the_database_a_handful_of_statements(self) -> None:
		def statements(number: int) -> int:
			names = self.send_messages(*(self.make_lead() for _each in range(number)))
			sent = self.queries_of(self.work_messages)
			self.assertEqual([self.sms_of(each).delivery for each in names], ["Sent"] * number)
			return len(sent)

		statements(1)  # what is read once is read
		few, many = statements(8), statements(40)
		self.assertLessEqual((many - few) / 32, 2, (few, many))

	def test_deciding_on_messages_costs_no_more_for_many(self) -> None:
		if communications.is_listened_to():
			self.skipTest("another app has a hook on every Communication, which then costs what a save costs")

		def statements(number: int) -> int:
			cadence = builders.make_cadence(self.message())
			leads = [self.make_lead() for _each in range(number)]
			self.decide()
			sent = self.queries_of(lambda: self.enroll(cadence, *leads))
			return len(sent)

		statements(1)
		self.assertEqual(statements(4), statements(12))
