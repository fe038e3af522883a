"""The minute's tick: each part on its own, and what others change meanwhile reaches a running worker."""

import time
from datetime import timedelta

import frappe
from frappe.utils import now_datetime
from frappe.utils.background_jobs import get_job

from cadences_app.journeys import rules as journey_rules
from cadences_app.runtime import tick
from cadences_app.store import facts, later
from cadences_app.tests.faults.together import Together
from cadences_app.tests.site.base import insert_row
from cadences_app.tests.site.builders import activity, enroll, make_cadence, make_lead, task
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.workflows import rules as workflow_rules

FREE_DAY = "2031-05-05"
THAT_CAN_WAIT = (
	"Cadence Enrollment",
	"Cadence Activity",
	"Cadence Event",
	"Cadence Visit",
	"Cadence Invite",
	"Cadence Result",
	"Cadence Sweep",
	"Cadence Job",
	"Cadence Workflow Run",
	"Cadence Journey Change",
)
"""What the minute's tick has work with; other tests may have left some."""


class TestParts(SweptTestCase):
	"""S15.2: a fault in one part of the tick keeps none of the others back."""

	def test_while_the_visits_can_not_be_judged_what_is_due_is_worked_on(self):
		(enrollment,) = enroll(make_cadence(task("look", days=3)), make_lead())
		visit = self.given_visit_that_can_not_be_read(activity(enrollment, "look").name)
		frappe.db.set_value("Cadence Enrollment", enrollment, "next_due_at", "2020-01-01 00:00:00")
		frappe.db.commit()
		self.forget_job()

		tick.tick()

		self.assertIsNotNone(self.job())
		self.forget_job()
		self.assertIsNone(frappe.db.get_value("Cadence Visit", visit, "judged_at"))
		logged = frappe.get_all("Error Log", {"method": ("like", "%judge_waiting failed")}, pluck="error")
		self.assertIn("TypeError", logged[0])

	def test_a_minute_in_which_nothing_is_due_costs_six_statements_at_most(self):
		"""And one more where the site has workflows, and where it has journeys."""
		for doctype in THAT_CAN_WAIT:
			frappe.db.delete(doctype)
		tick.tick()  # what is cached is read

		sent = self.queries_of(tick.tick)

		most = 6 + bool(workflow_rules.enabled()) + bool(journey_rules.enabled())
		self.assertLessEqual(len(sent), most, sent)

	def test_a_part_that_can_not_be_asked_is_done_alone(self):
		def broken() -> str:
			return "select name from `tabNo Such Table`"

		(_, first), *others = tick._ASKED_TOGETHER
		asked_together = tick._ASKED_TOGETHER
		tick._ASKED_TOGETHER = ((broken, first), *others)
		self.addCleanup(setattr, tick, "_ASKED_TOGETHER", asked_together)

		self.assertEqual(tick._that_have_work(), [part for _, part in asked_together])

	def given_visit_that_can_not_be_read(self, mail: str) -> str:
		frappe.db.set_value("Cadence Activity", mail, "links", "5")
		visited_at = now_datetime() - timedelta(minutes=1)
		values = {"kind": "Click", "visited_at": visited_at, "visitor": "Person", "visit_key": mail}
		return insert_row("Cadence Visit", activity=mail, **values)

	def job(self):
		slot = int(time.time() // later.LONGEST_STANDSTILL)
		return get_job(f"cadences-work-0-{slot}")

	def forget_job(self) -> None:
		if job := self.job():
			job.delete()


class TestHolidays(SweptTestCase):
	"""S13.1: a Holiday List that somebody changes counts for what is decided next."""

	def setUp(self) -> None:
		super().setUp()
		self.needs("Holiday List")
		values = {"holiday_list_name": "Changing Days", "from_date": "2031-01-01", "to_date": "2031-12-31"}
		self.days = frappe.get_doc({"doctype": "Holiday List", **values}).insert().name
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.delete_doc("Holiday List", self.days, force=True)
		frappe.db.commit()
		super().tearDown()

	def test_a_change_in_another_process_reaches_a_worker_at_its_next_batch(self):
		facts.Records([])
		self.assertEqual(facts.holidays(self.days), frozenset())
		frappe.db.commit()

		with Together(add_holiday) as other:
			self.assertEqual(other.run(self.days), ["added"])

		facts.Records([])
		self.assertEqual([str(each) for each in facts.holidays(self.days)], [FREE_DAY])

	def test_days_are_read_once_for_a_batch(self):
		frappe.db.table_exists("Holiday")
		facts.Records([])
		with self.assertQueryCount(1):
			facts.holidays(self.days)
			facts.holidays(self.days)


def add_holiday(name: str) -> str:
	days = frappe.get_doc("Holiday List", name)
	days.append("holidays", {"holiday_date": FREE_DAY, "description": "May Day, moved"})
	days.save()
	frappe.db.commit()
	return "added"
