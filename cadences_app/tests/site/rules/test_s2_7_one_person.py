"""S2.7: one person, one run, whatever becomes of the run and of the person's address."""

import frappe

from cadences_app.engine.events import StopRequested
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.patches import key_people
from cadences_app.store.names import new_name
from cadences_app.tests.site.builders import unique, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead


def address_of_nobody() -> str:
	return f"{unique('who').lower().replace(' ', '')}@example.com"


class OnePerson:
	address_field = "email_id"

	def given_pair(self):
		mail = address_of_nobody()
		first, second = self.make(), self.make()
		for record in (first, second):
			record.db_set(self.address_field, mail)
		return self.cadence(), first, second

	def test_s2_7_the_second_record_of_a_person_is_skipped_and_the_first_named(self):
		"""S2.7"""
		cadence, first, second = self.given_pair()
		self.put_in(cadence, first)
		result = self.put_in(cadence, second)
		self.assertEqual(result.answers, {second.name: EnrollAnswer.PERSON_IS_IN})
		self.assertEqual(result.notes, {second.name: first.name})

	def test_s2_7_the_place_is_free_again_once_the_person_has_left(self):
		"""S2.7: and whoever left finds it taken."""
		cadence, first, second = self.given_pair()
		self.put_in(cadence, first)
		self.ask(self.of(cadence, first), StopRequested(""))
		self.assertIsNone(self.of(cadence, first).person_key)
		self.assertEqual(self.put_in(cadence, second).answers, {second.name: EnrollAnswer.ENROLLED})
		for again in (Again.RESUME, Again.RESTART):
			result = self.put_in(cadence, first, again=again)
			self.assertEqual(result.answers, {first.name: EnrollAnswer.PERSON_IS_IN})
		self.ask(self.of(cadence, second), StopRequested(""))
		self.put_in(cadence, first, again=Again.RESTART)
		self.assertTrue(self.of(cadence, first).person_key)
		self.assertEqual(
			self.put_in(cadence, second, again=Again.RESTART).answers,
			{second.name: EnrollAnswer.PERSON_IS_IN},
		)

	def test_s2_7_the_database_itself_lets_no_second_one_in(self):
		"""S2.7: whoever writes past the look beforehand."""
		cadence, first, _second = self.given_pair()
		self.put_in(cadence, first)
		row = frappe.db.get_value("Cadence Enrollment", {"cadence": cadence.name}, "*", as_dict=True)
		row |= {"name": new_name(), "active_key": new_name()}
		places = ", ".join(["%s"] * len(row))
		columns = ", ".join(f"`{column}`" for column in row)
		with self.assertRaises(Exception) as refused:
			frappe.db.sql(
				f"insert into `tabCadence Enrollment` ({columns}) values ({places})", list(row.values())
			)
		self.assertTrue(frappe.db.is_unique_key_violation(refused.exception))

	def test_s2_7_it_follows_the_address(self):
		"""S2.7: a corrected address frees the old one; one that somebody else has takes nobody out."""
		cadence, first, second = self.given_pair()
		self.put_in(cadence, first)
		self.readdress(first, address_of_nobody())
		self.assertEqual(self.put_in(cadence, second).answers, {second.name: EnrollAnswer.ENROLLED})
		self.readdress(second, frappe.db.get_value(self.module, first.name, self.address_field))
		self.assertEqual(
			(self.of(cadence, first).status, self.of(cadence, second).status), ("Active", "Active")
		)
		self.assertTrue(self.of(cadence, first).person_key)
		self.assertIsNone(self.of(cadence, second).person_key)

	def readdress(self, record, mail):
		record.db_set(self.address_field, mail)
		enrollment = self.of(cadence_of(record), record)
		frappe.db.set_value("Cadence Enrollment", enrollment.name, "next_due_at", "2020-01-01 00:00:00")
		work()

	def test_s2_7_who_was_in_before_there_were_keys_has_one(self):
		"""S2.7"""
		cadence, first, second = self.given_pair()
		self.put_in(cadence, first)
		known = self.of(cadence, first).person_key
		frappe.db.set_value("Cadence Enrollment", {"cadence": cadence.name}, "person_key", None)
		key_people.execute()
		self.assertEqual(self.of(cadence, first).person_key, known)
		self.assertEqual(self.put_in(cadence, second).answers, {second.name: EnrollAnswer.PERSON_IS_IN})

	def test_s2_7_it_holds_under_another_name_of_the_cadence(self):
		"""S2.7"""
		cadence, first, second = self.given_pair()
		self.put_in(cadence, first)
		before = self.of(cadence, first).person_key
		frappe.rename_doc("Cadence", cadence.name, f"{cadence.name} Renamed", force=True)
		cadence = frappe.get_doc("Cadence", f"{cadence.name} Renamed")
		self.assertNotIn(self.of(cadence, first).person_key, (None, before))
		self.assertEqual(self.put_in(cadence, second).answers, {second.name: EnrollAnswer.PERSON_IS_IN})


def cadence_of(record):
	return frappe.get_doc(
		"Cadence", frappe.db.get_value("Cadence Enrollment", {"reference_name": record.name}, "cadence")
	)


class TestOnePersonOfLeads(OnePerson, OnLead):
	pass


class TestOnePersonOfDeals(OnePerson, OnDeal):
	address_field = "email"
