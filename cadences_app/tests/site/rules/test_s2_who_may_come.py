"""S2.6 to S2.10: who of those that match may come, when, and where they begin; on both modules."""

from datetime import timedelta

import frappe

from cadences_app.engine.events import StopRequested
from cadences_app.engine.reasons import Block
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.enrolling.newcomers import Beginning
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.mail.suppression import Cause, suppress
from cadences_app.store import clock
from cadences_app.tests.site.base import SiteTestCase, insert_row
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	DAY,
	REP,
	activity,
	at,
	enroll,
	make_cadence,
	state,
	task,
	work,
)
from cadences_app.tests.site.rules.modules import OnDeal, OnLead


def some_address(domain: str = "buyer.example") -> str:
	return f"{frappe.generate_hash(length=12)}@{domain}"


class WhoMayCome:
	def test_s2_6_who_can_not_be_reached_is_told_so(self):
		"""S2.6: each follow-up says why it was not carried out, and the others go on."""
		cadence, record = self.cadence(self.email("mail"), task("look", "mail")), self.in_view()
		self.put_in(cadence, record)
		enrollment = self.of(cadence, record)
		mail = activity(enrollment.name, "mail")
		self.assertEqual((mail.status, mail.note), ("Skipped", Block.NO_EMAIL_ADDRESS.value))
		self.assertEqual(self.activities(enrollment)["look"], "Carried Out")

	def test_s2_6_nobody_completes_a_run_that_never_reached_them(self):
		"""S2.6, S5.4"""
		cadence, record = self.cadence(self.email("mail"), self.email("again", "mail")), self.in_view()
		self.put_in(cadence, record)
		enrollment = self.of(cadence, record)
		self.assertEqual((enrollment.status, enrollment.exit_reason), ("Stopped", "not_reached"))
		self.assertEqual(self.activities(enrollment), {"mail": "Skipped", "again": "Skipped"})

	def test_s2_7_a_second_record_of_the_person_is_skipped_and_the_first_named(self):
		"""S2.7: by hand and by the view, whatever the case of the address."""
		address = some_address()
		cadence = self.cadence(view=True)
		first, second = self.reached_at(address), self.reached_at(address.upper())
		self.put_in(cadence, first)
		result = self.put_in(cadence, second)
		self.assertEqual(result.answers, {second.name: EnrollAnswer.PERSON_IS_IN})
		self.assertEqual(result.notes, {second.name: first.name})
		self.sweep(cadence, whole=True)
		self.assertIsNone(self.of(cadence, second))

	def test_s2_7_once_the_first_has_left_the_second_may_come(self):
		"""S2.7"""
		address = some_address()
		cadence = self.cadence()
		first, second = self.reached_at(address), self.reached_at(address)
		self.put_in(cadence, first)
		self.ask(self.of(cadence, first), StopRequested(""))
		self.put_in(cadence, second)
		self.assertEqual(self.of(cadence, second).status, "Active")

	def test_s2_7_a_cadence_may_not_mind(self):
		"""S2.7: the setting, which is on by default."""
		address = some_address()
		cadence = self.cadence(policy={"one_per_person": False})
		first, second = self.reached_at(address), self.reached_at(address)
		self.put_in(cadence, first, second)
		self.assertEqual([self.of(cadence, each).status for each in (first, second)], ["Active"] * 2)

	def test_s2_8_who_may_not_be_contacted_is_not_let_in_and_says_why(self):
		"""S2.8: by hand and by the view."""
		cadence = self.cadence(view=True)
		for refuse, why in (
			(self.unsubscribe, Block.UNSUBSCRIBED),
			(lambda address: suppress(address, Cause.COMPLAINT), Block.ADDRESS_COMPLAINED),
		):
			record = self.reached_at(some_address())
			refuse(record.get(self.address))
			result = self.put_in(cadence, record)
			self.assertEqual(result.answers, {record.name: EnrollAnswer.NOT_TO_BE_CONTACTED})
			self.assertEqual(result.notes, {record.name: why.value})
			self.sweep(cadence, whole=True)
			self.assertIsNone(self.of(cadence, record))

	def unsubscribe(self, address):
		values = {"doctype": "Email Unsubscribe", "email": address, "global_unsubscribe": 1}
		frappe.get_doc(values).insert()

	def waits(self, cadence, record):
		enrollment = self.of(cadence, record)
		return enrollment.status, enrollment.waits_for

	def test_s2_9_alone(self):
		"""S2.9"""
		record, other = self.make(), self.cadence()
		alone = self.cadence(exclusivity={"alone": True})
		self.put_in(other, record)
		self.put_in(alone, record)
		self.assertEqual(self.waits(alone, record), ("Waiting", "alone"))
		self.ask(self.of(other, record), StopRequested(""))
		self.finish_jobs(alone)
		self.assertEqual(self.waits(alone, record), ("Active", ""))

	def test_s2_9_so_many_live_cadences_of_a_record(self):
		"""S2.9"""
		record = self.make()
		cadences = [self.cadence(exclusivity={"per_record": 2}) for _each in range(3)]
		for each in cadences:
			self.put_in(each, record)
		statuses = [self.waits(each, record) for each in cadences]
		self.assertEqual(statuses, [("Active", ""), ("Active", ""), ("Waiting", "record_full")])

	def test_s2_9_so_many_days_since_the_last_touch(self):
		"""S2.9: by any cadence."""
		record, now = self.make(), frappe.utils.now_datetime()
		other, rested = self.cadence(task("look")), self.cadence(exclusivity={"rest_days": 7})
		self.put_in(other, record)
		self.put_in(rested, record)
		self.assertEqual(self.waits(rested, record), ("Waiting", "resting"))
		with at(now + 7 * DAY + timedelta(minutes=2)):
			self.finish_jobs(rested)
			self.assertEqual(self.waits(rested, record), ("Active", ""))

	def test_s2_9_so_many_of_a_company(self):
		"""S2.9: by the domain of the address; a free mail provider is no company."""
		cadence = self.cadence(exclusivity={"per_company": 1})
		acme = [self.reached_at(some_address("acme.example")) for _each in range(2)]
		free = [self.reached_at(some_address("gmail.com")) for _each in range(2)]
		self.put_in(cadence, *acme, *free)
		told = [self.waits(cadence, each) for each in (*acme, *free)]
		self.assertEqual(told, [("Active", ""), ("Waiting", "company_full"), ("Active", ""), ("Active", "")])

	def test_s2_9_so_many_new_a_day_of_an_owner(self):
		"""S2.9"""
		cadence, now = self.cadence(exclusivity={"new_per_owner": 1}), frappe.utils.now_datetime()
		reps = [self.make(**{self.owner: REP}) for _each in range(2)]
		colleague = self.make(**{self.owner: COLLEAGUE})
		self.put_in(cadence, *reps, colleague)
		told = [self.waits(cadence, each) for each in (*reps, colleague)]
		self.assertEqual(told, [("Active", ""), ("Waiting", "owner_day_full"), ("Active", "")])
		with at(now + DAY):
			self.finish_jobs(cadence)
			self.assertEqual(self.waits(cadence, reps[1]), ("Active", ""))

	def test_s2_9_the_higher_priority_goes_first(self):
		"""S2.9"""
		record, first = self.make(), self.cadence()
		low, high = (self.cadence(exclusivity={"alone": True, "priority": each}) for each in (1, 5))
		for each in (first, low, high):
			self.put_in(each, record)
		self.ask(self.of(first, record), StopRequested(""))
		self.finish_jobs(high)
		self.assertEqual([self.waits(each, record)[0] for each in (low, high)], ["Waiting", "Active"])

	def test_s2_10_it_begins_at_a_follow_up_and_on_a_date(self):
		"""S2.10: nothing that lies before it is made."""
		steps = [task("look"), task("again", "look", days=2), task("last", "again", days=2)]
		cadence, record, now = self.cadence(*steps), self.make(), frappe.utils.now_datetime()
		starts = clock.from_site(now + 3 * DAY)
		result = self.put_in(cadence, record, beginning=Beginning("again", starts))
		self.assertEqual(result.answers, {record.name: EnrollAnswer.WAITING})
		self.assertEqual(self.waits(cadence, record), ("Waiting", "starts_later"))
		with at(now + 2 * DAY):
			self.finish_jobs(cadence)
			self.assertEqual(self.activities(self.of(cadence, record)), {})
		with at(now + 3 * DAY + timedelta(minutes=2)):
			self.finish_jobs(cadence)
			begun = self.activities(self.of(cadence, record))
			self.assertEqual(begun, {"again": "Carried Out", "last": "Scheduled"})


class TestWhichLeadsMayCome(WhoMayCome, OnLead):
	def test_s2_8_do_not_contact(self):
		"""S2.8"""
		cadence, record = self.cadence(), self.make()
		record.db_set("status", "Do Not Contact")
		result = self.put_in(cadence, record)
		self.assertEqual(result.notes, {record.name: Block.DO_NOT_CONTACT.value})


class TestWhichDealsMayCome(WhoMayCome, OnDeal):
	pass


class TestContactOfSeveralAddresses(SiteTestCase):
	"""A Contact, and who is linked to it, is one person by each of its addresses."""

	def setUp(self):
		super().setUp()
		self.meet()

	def meet(self):
		self.first, self.second = some_address(), some_address()
		rows = [{"email_id": self.first, "is_primary": 1}, {"email_id": self.second.upper()}]
		self.contact = frappe.get_doc({"doctype": "Contact", "first_name": "Ada", "email_ids": rows}).insert()

	def records(self):
		yield "Contact", self.contact.name
		if frappe.db.table_exists("CRM Deal"):
			values = {"status": "Qualification", "contact": self.contact.name}
			yield "CRM Deal", insert_row("CRM Deal", email=self.first, **values)

	def refuse(self, how):
		if how == "complaint":
			suppress(self.second, Cause.COMPLAINT)
		else:
			values = {"doctype": "Email Unsubscribe", "email": self.second, "global_unsubscribe": 1}
			frappe.get_doc(values).insert()

	def test_s6_1a_what_is_said_of_one_ends_what_runs_with_another(self):
		"""S6.1a"""
		for how, reason in (("unsubscribe", Block.UNSUBSCRIBED), ("complaint", Block.ADDRESS_COMPLAINED)):
			self.meet()
			entered = {}
			for module, name in self.records():
				cadence = make_cadence(task("look", days=2), module=module)
				[entered[module]] = enroll(cadence, frappe._dict(name=name))
			self.refuse(how)
			work()
			for module, enrollment in entered.items():
				with self.subTest(how, module=module):
					row = state(enrollment)
					self.assertEqual((row.status, row.exit_reason), ("Stopped", "not_to_be_contacted"))
					self.assertEqual(row.exit_note, reason.value)

	def test_s2_8_who_refused_by_one_is_not_let_in_by_another(self):
		"""S2.8"""
		self.refuse("unsubscribe")
		for module, name in self.records():
			with self.subTest(module):
				result = put_in(make_cadence(task("look"), module=module).name, [name])
				self.assertEqual(result.answers, {name: EnrollAnswer.NOT_TO_BE_CONTACTED})

	def test_s13_4_an_address_that_bounced_says_nothing_of_another(self):
		"""S13.4"""
		suppress(self.second, Cause.HARD_BOUNCE)
		for module, name in self.records():
			with self.subTest(module):
				result = put_in(make_cadence(task("look"), module=module).name, [name])
				self.assertEqual(result.answers, {name: EnrollAnswer.ENROLLED})
