"""A workflow set up in its form, and set off by a rep who skips a task (S9): the account's status becomes
*Not Interested* and the lead's *Closed*.

Run like test_desk.py, in the bench's sites folder: the workers' part is done here.
"""

from typing import Any

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_field
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from cadences_app.runtime import workflow_job
from cadences_app.tests.browser.chromium import SITE, expect, keep_picture
from cadences_app.tests.browser.test_follow_ups_for_today import ITEM, RepTest

FIELD = "cadence_test_status"


class WorkflowTest(RepTest):
	def setUp(self) -> None:
		super().setUp()
		if not getattr(frappe.local, "db", None):
			frappe.init(SITE)
			frappe.connect()
			self.addCleanup(frappe.destroy)
		frappe.set_user("Administrator")
		if not frappe.db.exists("DocType", "Prospect"):
			self.skipTest("no app brings Prospect to this site")
		self.addCleanup(self.forget_statuses)
		self.make_statuses()

	def make_statuses(self) -> None:
		"""The two statuses of the story, which ERPNext does not have."""
		values = {"fieldname": FIELD, "label": "Standing", "fieldtype": "Select"}
		create_custom_field("Prospect", {**values, "options": "Open\nNot Interested", "default": "Open"})
		options = frappe.get_meta("Lead").get_field("status").options
		self.setter = make_property_setter("Lead", "status", "options", f"{options}\nClosed", "Text")
		frappe.clear_cache()
		frappe.db.commit()

	def forget_statuses(self) -> None:
		frappe.db.rollback()
		frappe.clear_cache()  # the server has deleted the workflow, which this process still has in mind
		frappe.delete_doc("Property Setter", self.setter.name, force=True)
		frappe.delete_doc("Custom Field", f"Prospect-{FIELD}", force=True)
		frappe.clear_cache()
		frappe.db.commit()

	def test_who_skips_a_task_closes_the_lead_and_the_account(self) -> None:
		[lead, _other] = self.leads
		values = {"lead_owner": self.user}
		self.call("frappe.client.set_value", doctype="Lead", name=lead, fieldname=values)
		company = f"Prospect {self.mark}"
		self.insert("Prospect", company_name=company, leads=[{"lead": lead}])
		cadence = self.make_cadence("Skipped")
		workflow = self.set_up_workflow(cadence)
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[lead])
		self.as_rep()
		self.visit("/app/follow-ups-for-today")
		expect(self.page.locator(ITEM)).to_have_count(1)
		self.click("[data-result]:has-text('Skipped')")
		expect(self.page.locator(".cfq-empty")).to_contain_text("Nothing is due")
		self.page.wait_for_timeout(500)
		self.wait_for_skip(cadence)
		frappe.db.rollback()
		workflow_job.work()
		frappe.db.commit()
		self.as_admin()
		[run] = self.call(
			"frappe.client.get_list",
			doctype="Cadence Workflow Run",
			filters={"workflow": workflow},
			fields=["name", "status", "error"],
		)
		self.assertEqual((run["status"], run["error"]), ("Done", ""))
		self.visit_form("Prospect", company)
		self.assertEqual(self.shown(FIELD), "Not Interested")
		self.visit_form("Lead", lead)
		self.assertEqual(self.shown("status"), "Closed")
		self.visit_form("Cadence Workflow", workflow)
		self.click_button("Try on What Happened")
		past = self.page.locator(".cadence-past-run")
		expect(past).to_have_count(1)
		expect(past).to_contain_text("Set a Field")
		keep_picture(self.page, "workflow_past")
		self.visit_form("Cadence Workflow Run", run["name"])
		keep_picture(self.page, "workflow_run")
		self.call("frappe.client.delete", doctype="Cadence Workflow Run", name=run["name"])
		self.call("frappe.client.delete", doctype="Cadence Workflow", name=workflow)
		self.call("frappe.client.delete", doctype="Prospect", name=company)
		self.assertEqual(self.faults, [])

	def set_up_workflow(self, cadence: str) -> str:
		"""As somebody would: the form is filled and saved."""
		self.visit("/app/cadence-workflow/new")
		self.page.wait_for_function("() => window.cur_frm && cur_frm.doctype === 'Cadence Workflow'")
		filled: dict[str, Any] = {
			"workflow_name": f"Skipped means no {self.mark}",
			"trigger": "Task Skipped",
			"cadences": [{"cadence": cadence}],
			"actions": [
				{"kind": "Set a Field", "target": "Account", "fieldname": FIELD, "value": "Not Interested"},
				{"kind": "Set a Field", "target": "Record", "fieldname": "status", "value": "Closed"},
			],
		}
		self.page.evaluate(
			"""async (filled) => {
				for (const [field, value] of Object.entries(filled)) {
					if (!Array.isArray(value)) await cur_frm.set_value(field, value);
					else value.forEach((row) => cur_frm.add_child(field, row));
				}
				cur_frm.refresh_fields();
			}""",
			filled,
		)
		self.click(".primary-action:has-text('Save')")
		self.page.wait_for_function("() => !cur_frm.is_new()")
		return self.page.evaluate("() => cur_frm.docname")

	def wait_for_skip(self, cadence: str) -> None:
		"""The result is carried out after its seconds to be taken back; the page says so to the server."""
		for _try in range(40):
			frappe.db.rollback()
			if frappe.db.exists("Cadence Activity", {"cadence": cadence, "standing": "Skipped"}):
				return
			self.page.wait_for_timeout(500)
		self.fail("the task was not skipped")

	def shown(self, field: str) -> str:
		return self.page.evaluate("(field) => cur_frm.doc[field]", field)
