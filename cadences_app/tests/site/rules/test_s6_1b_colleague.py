"""S6.1b: somebody else of the same company answers."""

from datetime import timedelta

import frappe

from cadences_app.engine.events import (
	FollowUpFailed,
	PauseRequested,
	ResumeRequested,
	TryAgainRequested,
)
from cadences_app.mail.receiving import colleagues
from cadences_app.patches import key_companies
from cadences_app.store import clock, compat, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead

OWNER = builders.REP


class Colleague:
	address_field = owner_field = organisation_field = ""

	def person(self, domain, **fields):
		"""A record of somebody with an address there."""
		record = self.make(**{self.owner_field: OWNER})
		for field, value in {self.address_field: f"{new_name()}@{domain}", **fields}.items():
			record.db_set(field, value)
		return record

	def given(self, setting="", domain="", **fields):
		"""Two colleagues, each in a cadence of its own; the first is about to answer."""
		domain = domain or f"{new_name()}.example"
		self.answering, self.other = self.person(domain, **fields), self.person(domain, **fields)
		policy = {"colleague_reply": setting} if setting else {}
		self.theirs, self.others = self.cadence(), self.cadence(policy=policy)
		self.put_in(self.theirs, self.answering)
		self.put_in(self.others, self.other)
		self.address = frappe.db.get_value(self.module, self.answering.name, self.address_field)

	def answer(self, key="key", sender=""):
		enrollment = self.of(self.theirs, self.answering).name
		colleagues.tell(sender or self.address, self.address, enrollment, key, "test")
		work()
		return self.of(self.others, self.other)

	def test_s6_1b_by_default_the_colleague_pauses_until_somebody_has_looked(self):
		"""S6.1b"""
		self.given()
		row = self.answer()
		self.assertEqual((row.status, row.paused_until), ("Paused", None))
		self.assertEqual(self.of(self.theirs, self.answering).status, "Active")
		kind = {"enrollment": row.name, "kind": "Colleague Replied"}
		self.assertEqual(frappe.db.get_value("Cadence Event", kind, "reason"), "colleague_replied")

	def test_s6_1b_or_leaves_or_goes_on(self):
		"""S6.1b"""
		for setting, status, reason in (("End", "Stopped", "colleague_replied"), ("Nothing", "Active", "")):
			with self.subTest(setting):
				self.given(setting)
				row = self.answer()
				self.assertEqual((row.status, row.exit_reason or ""), (status, reason))

	def test_s6_1b_one_that_failed_pauses_or_leaves_too(self):
		"""S6.1b, S5.8: what is tried again stands still until somebody has looked."""
		for setting, status in (("", "Paused"), ("End", "Stopped")):
			with self.subTest(setting):
				self.given(setting)
				self.tell_the_other(FollowUpFailed(1, "look", "no assignee"))
				self.assertEqual(self.of(self.others, self.other).status, "Failed")
				self.answer()
				self.tell_the_other(TryAgainRequested())
				self.assertEqual(self.of(self.others, self.other).status, status)

	def tell_the_other(self, event):
		name = self.of(self.others, self.other).name
		inbox.record([InboxEntry(name, self.others.name, event)], wake=False)
		work()

	def test_s6_1b_one_answer_counts_once(self):
		"""S6.1b: whoever goes on after it is not paused by it again."""
		self.given()
		row = self.answer()
		frappe.db.delete("Cadence Event", {"enrollment": row.name, "kind": ("!=", "Colleague Replied")})
		self.answer()
		kind = {"enrollment": row.name, "kind": "Colleague Replied"}
		self.assertEqual(frappe.db.count("Cadence Event", kind), 1)

	def told(self):
		"""How often the other was told of an answer."""
		of_other = {"enrollment": self.of(self.others, self.other).name, "kind": "Colleague Replied"}
		return frappe.db.count("Cadence Event", of_other)

	def test_s6_1b_whoever_stands_still_already_is_told_nothing_more(self):
		"""S6.1b: a large company answers often, and all of it would be told each time."""
		self.given()
		enrollment = self.of(self.theirs, self.answering).name
		for key in ("one", "two"):  # before a worker has looked
			colleagues.tell(self.address, self.address, enrollment, key, "test")
		self.assertEqual(self.told(), 1)
		work()
		self.answer("three")
		self.assertEqual(self.told(), 1)

	def test_s6_1b_whoever_goes_on_is_told_of_the_next_answer(self):
		"""S6.1b: also of one that comes while nobody has decided on their going on."""
		self.given()
		row = self.answer("one")
		inbox.record([InboxEntry(row.name, self.others.name, ResumeRequested())], wake=False)
		self.assertEqual(self.answer("two").status, "Paused")
		self.tell_the_other(ResumeRequested())
		self.assertEqual(self.of(self.others, self.other).status, "Active")
		self.assertEqual(self.answer("three").status, "Paused")
		self.assertEqual(self.told(), 3)

	def test_s6_1b_who_is_paused_for_a_time_or_leaves_is_told_of_each(self):
		"""S6.1b"""
		for setting, status in (("", "Paused"), ("End", "Stopped")):
			with self.subTest(setting):
				self.given(setting)
				self.tell_the_other(PauseRequested(clock.now() + timedelta(days=3)))
				row = self.answer()
				self.assertEqual(row.status, status)
				if status == "Paused":
					self.assertIsNone(row.paused_until)

	def test_s6_1b_everybody_of_a_large_company_is_told(self):
		"""S6.1b: however many of them stand still already."""
		domain = f"{new_name()}.example"
		self.given(domain=domain)
		name = self.of(self.others, self.other).name
		row = frappe.db.get_value("Cadence Enrollment", name, "*", as_dict=True)
		copies = [
			{**row, "name": new_name(), "active_key": None, "person_key": None, "person": f"{each}@{domain}"}
			for each in range(600)
		]
		compat.insert_rows("Cadence Enrollment", copies)
		colleagues.tell(self.address, self.address, self.of(self.theirs, self.answering).name, "key", "test")
		of_all = {"enrollment": ("in", [name, *(each["name"] for each in copies)])}
		self.assertEqual(frappe.db.count("Cadence Event", {**of_all, "kind": "Colleague Replied"}), 601)

	def test_s6_1b_somebody_else_of_the_company_may_answer_for_the_person(self):
		"""S6.1b"""
		self.given("End")
		sender = f"assistant@{self.address.partition('@')[2]}"
		self.assertEqual(self.answer(sender=sender).status, "Stopped")

	def test_s4_1a_a_stranger_in_the_thread_pauses_and_ends_nobody(self):
		"""S4.1a, S6.1b: neither at the company that was written to, nor at that of the sender they name."""
		self.given("End")
		victim = self.person(f"{new_name()}.example")
		self.put_in(self.others, victim)
		sender = frappe.db.get_value(self.module, victim.name, self.address_field)
		self.assertEqual(self.answer(sender=f"x{sender}").status, "Active")
		self.assertEqual(self.of(self.others, victim).status, "Active")

	def test_s6_1b_a_provider_of_mail_for_everybody_is_no_company(self):
		"""S6.1b"""
		self.given("End", domain="gmail.com")
		self.assertEqual(self.answer().status, "Active")

	def test_s6_1b_an_organization_is(self):
		"""S6.1b"""
		self.given("End", domain="gmail.com", **{self.organisation_field: self.organisation()})
		self.assertEqual(self.answer().status, "Stopped")

	def test_s6_1b_the_same_person_is_no_colleague(self):
		"""S6.1b: what they answer in one cadence is told by the rules of the other."""
		self.given("End")
		mail = frappe.db.get_value(self.module, self.answering.name, self.address_field)
		frappe.db.set_value("Cadence Enrollment", self.of(self.others, self.other).name, "person", mail)
		self.assertEqual(self.answer().status, "Active")

	def test_s6_1b_who_was_in_before_companies_were_noted(self):
		"""S6.1b"""
		self.given("End")
		for cadence in (self.theirs, self.others):
			frappe.db.set_value("Cadence Enrollment", {"cadence": cadence.name}, "company_key", None)
		key_companies.execute()
		self.assertEqual(self.answer().status, "Stopped")


class TestColleagueOfLeads(Colleague, OnLead):
	address_field, owner_field, organisation_field = "email_id", "lead_owner", "company_name"

	def organisation(self):
		return f"Works {new_name()}"


class TestColleagueOfDeals(Colleague, OnDeal):
	address_field, owner_field, organisation_field = "email", "deal_owner", "organization"

	def organisation(self):
		values = {"doctype": "CRM Organization", "organization_name": f"Works {new_name()}"}
		return frappe.get_doc(values).insert().name
