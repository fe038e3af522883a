"""To ask the engine once for all that stand alike gives the counts that asking about each gives (S7)."""

from unittest.mock import patch

import frappe

from cadences_app.engine.events import PauseRequested, Republish
from cadences_app.enrolling import activation, alike, consequences, control
from cadences_app.enrolling.enroll import enroll
from cadences_app.mail.suppression import Cause, suppress
from cadences_app.store import clock, compat
from cadences_app.store.refusals import hashed
from cadences_app.tests.site.base import SiteTestCase, insert_row
from cadences_app.tests.site.builders import DAY, at, make_cadence, task, work
from cadences_app.tests.site.people import make_people
from cadences_app.tests.site.viewing import make_view

CITY = "Berlin"
STEPS = (task("look"), task("again", "look", days=2), task("last", "again", days=2))
RULES = (
	[{"key": "left", "kind": "Left the View"}],
	[{"key": "converted", "kind": "Converted"}],
	[
		{
			"key": "gone",
			"kind": "Record Conditions",
			"conditions": [
				{"field": "job_title", "operator": "=", "value": "X"},
				{"field": "city", "operator": "!=", "value": "Rome"},
			],
		},
		{
			"key": "like",
			"kind": "Record Conditions",
			"conditions": [{"field": "job_title", "operator": "like", "value": "boss%"}],
		},
	],
	[{"key": "day", "kind": "Date", "on": "2099-01-01"}],
	[{"key": "odd", "kind": "Expression", "expression": "doc.job_title == 'X'"}],
)


class TestAlike(SiteTestCase):
	def given(self, rules):
		"""A cadence with some people in every situation in which something may have come over them unseen."""
		names = make_people(60, f"ALIKE{frappe.generate_hash(length=6)}")
		cadence = make_view(*STEPS, filters=[["city", "=", CITY]], exit_rules=rules)
		enroll(cadence.name, names)
		work()
		enrollment_of = {
			row.reference_name: row.name
			for row in frappe.get_all(
				"Cadence Enrollment", {"cadence": cadence.name}, ["name", "reference_name"]
			)
		}
		some = iter(names)

		def take(number):
			return [next(some) for _each in range(number)]

		compat.update_rows("Lead", {name: {"city": "Rome"} for name in take(4)})
		compat.update_rows("Lead", {name: {"job_title": "X"} for name in take(4)})
		compat.update_rows("Lead", {name: {"job_title": "Boss of all", "city": "Rome"} for name in take(3)})
		compat.update_rows("Lead", {name: {"status": "Converted"} for name in take(3)})
		compat.update_rows("Lead", {name: {"status": "Do Not Contact"} for name in take(2)})
		compat.update_rows("Lead", {name: {"unsubscribed": 1} for name in take(2)})
		compat.update_rows("Contact", {name: {"unsubscribed": 1} for name in take(2)})
		for name in take(2):  # what other records of the person say
			insert_row("Lead", email_id=f"{name.lower()}@BUYER.example", status="Do Not Contact")
		for name in take(2):
			parent = insert_row("Contact", unsubscribed=1)
			insert_row("Contact Email", parent=parent, email_id=f"{name.lower()}@buyer.example")
		for name in take(2):
			insert_row("Email Unsubscribe", email=f"{name.lower()}@BUYER.example", global_unsubscribe=1)
		[complains, is_hidden] = take(2)
		suppress(f"{complains.lower()}@buyer.example", Cause.COMPLAINT)
		suppress(f"{is_hidden.lower()}@buyer.example", Cause.COMPLAINT)
		frappe.db.sql(
			"update `tabCadence Suppression` set name = %s where name = %s",
			(hashed(f"{is_hidden.lower()}@buyer.example"), f"{is_hidden.lower()}@buyer.example"),
		)
		for name in take(2):
			insert_row("Customer", customer_name=name, lead_name=name)
		frappe.db.delete("Lead", {"name": ("in", take(2))})
		compat.update_rows("Cadence Enrollment", {enrollment_of[each]: {"error": "odd"} for each in take(2)})
		control.ask([enrollment_of[each] for each in take(3)], PauseRequested())
		control.ask([enrollment_of[each] for each in take(3)], PauseRequested(clock.now() + DAY))
		ways = [enrollment_of[each] for each in take(2)]  # as of a mail that waits, of what is a task by now
		look = {"enrollment": ("in", ways), "follow_up": "look"}
		sent = {"status": "Handed Over", "handed_over_at": frappe.utils.now_datetime()}
		names_of = frappe.get_all("Cadence Activity", look, pluck="name")
		compat.update_rows("Cadence Activity", dict.fromkeys(names_of, sent))
		due = {"due_at": frappe.utils.now_datetime()}
		compat.update_rows(
			"Cadence Activity", self.scheduled_of([enrollment_of[each] for each in take(2)], due)
		)
		return cadence

	def scheduled_of(self, enrollments, columns):
		named = {"enrollment": ("in", enrollments), "status": "Scheduled"}
		return dict.fromkeys(frappe.get_all("Cadence Activity", named, pluck="name"), columns)

	def same(self, count):
		found = count()
		with patch.object(alike, "find_alike", lambda *_asked, **_how: None):
			self.assertEqual(found, count())
		return found

	def test_the_counts_are_the_same_whatever_the_rules_are(self):
		for rules in RULES:
			with self.subTest(rules=rules[0]["kind"]):
				cadence = self.given(rules)
				self.assertGreater(
					self.same(lambda of=cadence: consequences.of_deactivating(of))["changed"], 30
				)
				cadence.reload()
				cadence.follow_ups[1].delay_amount = 1
				cadence.save()
				for choice in Republish:
					self.same(lambda of=cadence, by=choice: consequences.of_publishing(of, by))
				activation.deactivate(cadence)
				work()
				with at(frappe.utils.now_datetime() + 2 * DAY):
					for unmatched in (True, False):
						for resumes in (True, False):
							self.same(
								lambda of=cadence, out=unmatched, on=resumes: consequences.of_reactivating(
									of, unenroll_unmatched=out, resume_halted=on
								)
							)

	def test_most_need_not_be_asked_about(self):
		cadence = self.given(RULES[2])
		found = alike.find_alike(cadence.name, cadence.module)
		self.assertLess(len(found.to_be_asked), 40)
		self.assertEqual(
			sum(found.numbers.values()) + len(found.loud),
			frappe.db.count("Cadence Enrollment", {"cadence": cadence.name, "active_key": ("is", "set")}),
		)

	def test_who_stands_behind_a_record_counts_too(self):
		"""The contact of a deal may not want to hear any more, or the address that only it has."""
		self.needs("CRM Deal")
		mark = frappe.generate_hash(length=6)
		contacts = [
			insert_row("Contact", first_name=f"Behind {each}", email_id=f"Behind{each}-{mark}@buyer.example")
			for each in range(12)
		]
		deals = [insert_row("CRM Deal", contact=each, status="Qualification") for each in contacts]
		cadence = make_cadence(*STEPS, module="CRM Deal")
		enroll(cadence.name, deals)
		work()
		compat.update_rows("Contact", {name: {"unsubscribed": 1} for name in contacts[:2]})
		for each in (2, 3, 4):
			insert_row("Email Unsubscribe", email=f"behind{each}-{mark}@BUYER.example", global_unsubscribe=1)
		suppress(f"behind5-{mark}@buyer.example", Cause.COMPLAINT)
		for number, contact in enumerate(contacts[6:9]):
			insert_row("Contact Email", parent=contact, email_id=f"Further{number}-{mark}@buyer.example")
		insert_row("Email Unsubscribe", email=f"further0-{mark}@buyer.example", global_unsubscribe=1)
		suppress(f"further1-{mark}@buyer.example", Cause.COMPLAINT)
		suppress(hashed(f"further2-{mark}@buyer.example"), Cause.COMPLAINT)
		found = self.same(lambda: consequences.of_deactivating(cadence))
		self.assertEqual((found["live"], found["Stopped"], found["Halted"]), (12, 9, 3))

	def test_a_contact_is_known_by_each_of_its_addresses(self):
		"""S6.1a"""
		mark = frappe.generate_hash(length=6)
		contacts = [
			insert_row("Contact", first_name="Of two", email_id=f"first{each}-{mark}@buyer.example")
			for each in range(5)
		]
		for number, contact in enumerate(contacts):
			insert_row("Contact Email", parent=contact, email_id=f"Second{number}-{mark}@buyer.example")
		cadence = make_cadence(*STEPS, module="Contact")
		enroll(cadence.name, contacts)
		work()
		insert_row("Email Unsubscribe", email=f"second0-{mark}@BUYER.example", global_unsubscribe=1)
		suppress(f"second1-{mark}@buyer.example", Cause.COMPLAINT)
		suppress(hashed(f"second2-{mark}@buyer.example"), Cause.COMPLAINT)
		suppress(f"second3-{mark}@buyer.example", Cause.HARD_BOUNCE)  # that address alone
		found = self.same(lambda: consequences.of_deactivating(cadence))
		self.assertEqual((found["live"], found["Stopped"], found["Halted"]), (5, 3, 2))
