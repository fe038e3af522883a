"""One of many is poisoned: the others go on, and the one is shown (S5.8, S15.1).

CADENCES_FAULT_MAILS is how many they are.
"""

import os
from typing import Any

import frappe

from cadences_app.runtime import health, mail_job, scheduled, workflow_job
from cadences_app.runtime.health import Trouble
from cadences_app.tests.faults.books import BooksTestCase
from cadences_app.tests.site import builders
from cadences_app.workflows import rules

PEOPLE = min(int(os.environ.get("CADENCES_FAULT_MAILS", 20)), 1000)
POISONED_CITY = "Poisonville"
POISON = "{{ 1 // (0 if doc.city == 'Poisonville' else 1) }}"

SCRIPT = """
if frappe.db.get_value("Lead", {record}, "city") == "{city}":
	frappe.throw("a poisoned record")
"""


class PoisonedTest(BooksTestCase):
	def given_poisoned(self, *follow_ups: dict[str, Any], **more: Any) -> None:
		self.given(PEOPLE, *follow_ups, **more)
		self.poisoned = self.people[PEOPLE // 3]
		frappe.db.set_value("Lead", self.poisoned, "city", POISONED_CITY)
		frappe.db.commit()

	def make_script(self, record: str, **values: str) -> str:
		"""A Server Script that fails for the poisoned record."""
		script = SCRIPT.format(record=record, city=POISONED_CITY)
		doc = {"doctype": "Server Script", "name": builders.unique("poisoned").lower(), "script": script}
		name = frappe.get_doc({**doc, **values}).insert().name
		self.addCleanup(frappe.cache.delete_value, "server_script_map")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Server Script", name, force=True)
		frappe.db.commit()
		return name

	def work(self) -> None:
		for _minute in range(2):
			scheduled.work()
			mail_job.work()
			workflow_job.work()
		frappe.db.rollback()

	def assert_the_others_go_on(self, *due: str) -> None:
		"""The books of all but one balance; that one stands in the list of what needs somebody."""
		[failed] = frappe.get_all(
			"Cadence Enrollment",
			{"cadence": self.cadence.name, "reference_name": self.poisoned},
			["name", "status", "stuck", "error", "next_due_at"],
		)
		self.assertTrue(failed.error, failed)
		self.assertIsNone(failed.next_due_at)
		if failed.status == "Active":
			told = {each.trouble for each in health.of_work()}
			self.assertIn(Trouble.ERROR, told)
		self.assertTrue(failed.stuck or failed.status == "Failed", failed)
		self.people.remove(self.poisoned)
		self.assert_books_balance(*due)

	def test_template_of_a_task(self) -> None:
		self.given_poisoned(builders.task("look", subject=f"Look {POISON}"))
		self.work()
		self.assert_the_others_go_on("look")

	def test_template_of_a_mail(self) -> None:
		self.template = self.make_template(subject=f"Hello {POISON}")
		self.given_poisoned(self.email())
		self.work()
		self.assert_the_others_go_on("mail")

	def test_condition(self) -> None:
		expression = f"1 / (0 if doc.city == '{POISONED_CITY}' else 1) < 0"
		rule = {"key": "odd", "kind": "Expression", "expression": expression}
		self.given_poisoned(builders.task("look"), exit_rules=[rule])
		self.work()
		self.assert_the_others_go_on("look")

	def test_what_another_listens_to(self) -> None:
		"""A site's own script that refuses a task."""
		self.make_script(
			"doc.reference_name",
			script_type="DocType Event",
			reference_doctype="ToDo",
			doctype_event="Before Insert",
		)
		self.given_poisoned(builders.task("look"))
		self.work()
		self.assert_the_others_go_on("look")

	def test_row(self) -> None:
		"""A state that no version of this app has written."""
		self.given_poisoned(builders.task("look"), builders.task("again", days=0))
		scheduled.work()
		nonsense = '[["Nonsense", "", []]]'
		frappe.db.set_value("Cadence Activity", {"reference_name": self.poisoned}, "marks", nonsense)
		frappe.db.set_value(
			"Cadence Enrollment", {"cadence": self.cadence.name}, "next_due_at", frappe.utils.now_datetime()
		)
		frappe.db.commit()
		self.work()
		self.assert_the_others_go_on("look", "again")

	def test_workflow(self) -> None:
		"""It costs its own run of a workflow; the cadence goes on for everybody."""
		self.addCleanup(rules.forget)
		name = self.make_script("frappe.form_dict.name", script_type="API", api_method="poisoned")
		action = {"kind": "Call a Server Script", "server_script": name}
		values = {"doctype": "Cadence Workflow", "workflow_name": builders.unique("Poisoned")}
		values |= {"run_as": "Administrator", "trigger": "Enrolled", "actions": [action]}
		frappe.get_doc(values).insert()
		frappe.db.commit()
		rules.forget()
		self.given_poisoned(builders.task("look"))
		self.work()
		self.assert_books_balance("look")
		filters = {"cadence": self.cadence.name}
		runs = frappe.get_all(
			"Cadence Workflow Run", filters, ["status", "reference_name"], limit_page_length=0
		)
		self.assertEqual([each.reference_name for each in runs if each.status != "Done"], [self.poisoned])
		self.assertEqual(len(runs), PEOPLE)
