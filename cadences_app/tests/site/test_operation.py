"""What the workspace shows: whether cadences run, what needs somebody, and numbers (S15.1)."""

from unittest.mock import patch

import frappe

from cadences_app.api import operation
from cadences_app.runtime import health
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, listed_in_desk, make_user
from cadences_app.tests.site.builders import enroll, make_lead, task, work

REP, OTHER, BOSS = "health-rep@example.com", "health-other@example.com", "health-boss@example.com"


class OperationTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		builders.make_team(REP, OTHER, boss=BOSS)

	def setUp(self):
		self.cadence = builders.make_cadence(task("look"))
		self.enrollments = enroll(self.cadence, make_lead(lead_owner=REP), make_lead(lead_owner=OTHER))
		work()

	def troubles(self, user=BOSS):
		with as_user(user):
			return {each["trouble"]: each for each in operation.health()["troubles"]}


class TestRunning(OperationTestCase):
	def ticked(self, minutes):
		at = frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=-minutes)
		job = frappe.db.exists("Scheduled Job Type", {"method": health.TICK})
		frappe.db.set_value("Scheduled Job Type", job, "last_execution", at)

	def test_everybody_is_told_that_the_scheduler_is_off(self):
		frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
		for user in (BOSS, REP):
			told = self.troubles(user)["Scheduler Off"]
			self.assertTrue(told["is_serious"])
			self.assertIn(frappe.local.site, told["remedy"])

	def test_a_scheduler_that_is_on_but_stands_still_is_told_of(self):
		with patch.object(health, "is_scheduler_inactive", return_value=False):
			self.ticked(minutes=11)
			self.assertIn("No Tick", self.troubles())
			self.ticked(minutes=1)
			self.assertNotIn("No Tick", self.troubles())
			with patch.object(health, "get_workers", return_value=[]):
				self.assertIn("No Worker", self.troubles())
			with patch.object(health, "get_workers", side_effect=ConnectionError):
				self.assertIn("No Worker", self.troubles())


class TestWork(OperationTestCase):
	def test_what_is_late_stuck_or_failed_is_counted_for_managers(self):
		late = frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=-11)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[0], "next_due_at", late)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], {"error": "no such field", "stuck": 1})
		activity = {"enrollment": self.enrollments[0]}
		frappe.db.set_value("Cadence Activity", activity, "delivery", "Waiting for Review")
		failed = {"status": "Failed", "closed_at": late}
		frappe.db.set_value("Cadence Activity", {"enrollment": self.enrollments[1]}, failed)
		found = self.troubles()
		for trouble in ("Not Worked On", "Error", "Waits for Review", "Failed"):
			with self.subTest(trouble):
				told = found[trouble]
				self.assertGreaterEqual(told["number"], 1)
				self.assertTrue(told["text"] and told["remedy"])
				self.assertEqual(len(listed_in_desk(told["doctype"], told["filters"])), told["number"])
		self.assertFalse(found["Waits for Review"]["is_serious"])
		self.assertNotIn("Error", self.troubles(REP))

	def test_what_waits_for_nothing_by_the_clock_is_not_late(self):
		"""Neither what was set aside with its error, nor what waits for a mail that is yet to go out."""
		late = frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=-11)
		before = self.troubles().get("Not Worked On", {"number": 0})["number"]
		frappe.db.set_value("Cadence Enrollment", self.enrollments[0], "next_due_at", late)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], "next_due_at", None)
		told = self.troubles()["Not Worked On"]
		self.assertEqual(told["number"], before + 1)
		listed = listed_in_desk(told["doctype"], told["filters"])
		self.assertIn(self.enrollments[0], listed)
		self.assertNotIn(self.enrollments[1], listed)

	def test_without_the_right_nothing_is_told(self):
		stranger = make_user("health-nobody@example.com", "Sales User")
		with as_user(stranger):
			for ask in (operation.health, operation.under_way, operation.due_today, operation.replies):
				self.assertRaises(frappe.PermissionError, ask)
			self.assertRaises(frappe.PermissionError, operation.stuck)


class TestNumbers(OperationTestCase):
	def value(self, ask, user):
		with as_user(user):
			return ask()["value"]

	def test_a_rep_counts_their_own_records_and_a_manager_all(self):
		own, everybody = (self.value(operation.under_way, user) for user in (REP, BOSS))
		enroll(self.cadence, make_lead(lead_owner=REP), make_lead(lead_owner=OTHER))
		work()
		self.assertEqual(self.value(operation.under_way, REP), own + 1)
		self.assertEqual(self.value(operation.under_way, BOSS), everybody + 2)
		stuck, own = (self.value(operation.stuck, user) for user in (BOSS, REP))
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], "stuck", 1)
		self.assertEqual(self.value(operation.stuck, BOSS), stuck + 1)
		self.assertEqual(self.value(operation.stuck, REP), own)

	def test_what_the_workspace_is_made_of_is_there(self):
		"""The block that warns, the cards and the chart: each by the name under which the workspace asks."""
		page = frappe.get_doc("Workspace", "Cadences")
		for rows, doctype, field in (
			(page.custom_blocks, "Custom HTML Block", "custom_block_name"),
			(page.number_cards, "Number Card", "number_card_name"),
			(page.charts, "Dashboard Chart", "chart_name"),
		):
			self.assertTrue(rows)
			for row in rows:
				self.assertTrue(frappe.db.exists(doctype, row.get(field)), row.get(field))
		with as_user(REP):
			for row in page.number_cards:
				card = frappe.get_doc("Number Card", row.number_card_name)
				self.assertTrue(card.has_permission("read"))
				self.assertIn("value", frappe.get_attr(card.method)())
			self.assertTrue(
				frappe.get_doc("Dashboard Chart", page.charts[0].chart_name).has_permission("read")
			)

	def test_the_sidebar_of_frappe_16_is_the_apps_own(self):
		"""Every entry leads somewhere, and it goes with the app."""
		self.needs("Workspace Sidebar")
		sidebar = frappe.get_doc("Workspace Sidebar", "Cadences")
		self.assertEqual(sidebar.app, "cadences_app")
		links = [item for item in sidebar.items if item.type == "Link"]
		self.assertTrue(links)
		for item in links:
			self.assertTrue(frappe.db.exists(item.link_type, item.link_to), item.link_to)
