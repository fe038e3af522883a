"""What managers write reaches no further than they do themselves (S14.1a): workflows, journeys, drafts, and
the rows of forms asked for one by one, over HTTP."""

import json
from typing import Any

import frappe

from cadences_app.engine.statuses import Delivery
from cadences_app.gates import rules as gate_rules
from cadences_app.journeys import rules as journey_rules
from cadences_app.store import definitions
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.base import SiteTestCase, insert_row
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.workflows import rules as workflow_rules

OURS = {"name": ("like", "Cadence%"), "istable": 1, "custom": 0}
ROW_OF = {
	"Cadence Follow-up": ("Cadence", "follow_ups", {"channel": "Task", "subject": "Pay me"}),
	"Cadence Story": ("Cadence", "stories", {"title": "Once upon a time"}),
	"Cadence Unenrollment Rule": ("Cadence", "unenrollment_rules", {"kind": "Converted"}),
	"Cadence Workflow Action": ("Cadence Workflow", "actions", {"kind": "Stop"}),
	"Cadence Workflow Cadence": ("Cadence Workflow", "cadences", {}),
	"Cadence Journey Stage": (
		"Cadence Journey",
		"stages",
		{"stage_key": "evil", "title": "x", "module": "Lead"},
	),
	"Cadence Gate Requirement": ("Cadence Gate", "requirements", {"kind": "Emails Sent", "least": 1}),
}
"""Of each child DocType: its form, its table there, and a row that would do."""


class ReachingTestCase(SweptTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mallory = Person("mallory@cadences.example", "Cadence Manager", "Cadence User", "Sales User")
		self.addCleanup(self.forget)
		self.cadence = builders.make_cadence(builders.task("look", days=2))

	def forget(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		self.mallory.leave()
		for doctype in ("Cadence Workflow", "Cadence Journey", "Cadence Gate"):
			for name in frappe.get_all(doctype, pluck="name"):
				frappe.delete_doc(doctype, name, force=True)
		frappe.db.commit()
		for rules in (workflow_rules, journey_rules, gate_rules):
			rules.forget()

	def forms(self) -> dict[str, Any]:
		"""A form of each kind, each of somebody who may more than Mallory."""
		made: dict[str, Any] = {"Cadence": self.cadence}
		values: dict[str, Any] = {"workflow_name": builders.unique("W"), "trigger": "Enrolled"}
		values |= {"run_as": "Administrator", "actions": [{"kind": "Pause"}]}
		values |= {"cadences": [{"cadence": self.cadence.name}]}
		made["Cadence Workflow"] = frappe.get_doc({"doctype": "Cadence Workflow", **values}).insert()
		stages = [{"stage_key": "first", "title": "First", "module": "Lead"}]
		values = {"journey_name": builders.unique("J"), "run_as": "Administrator", "stages": stages}
		made["Cadence Journey"] = frappe.get_doc({"doctype": "Cadence Journey", **values}).insert()
		values = {"gate_name": builders.unique("G"), "module": "Lead", "status_field": "status"}
		values |= {"target_values": "Do Not Contact", "requirements": [{"kind": "Calls Held", "least": 1}]}
		made["Cadence Gate"] = frappe.get_doc({"doctype": "Cadence Gate", **values}).insert()
		frappe.db.commit()
		return made


class TestRowsOfForms(ReachingTestCase):
	"""Frappe asks of a row that comes by itself only for the right to write its form."""

	def test_every_table_of_ours_is_in_the_list(self) -> None:
		self.assertEqual(set(frappe.get_all("DocType", OURS, pluck="name")), set(ROW_OF))

	def test_no_row_is_put_into_a_form_past_its_checks(self) -> None:
		forms = self.forms()
		for doctype, (form, table, row) in ROW_OF.items():
			values = {"parent": forms[form].name, "parenttype": form, "parentfield": table, **row}
			if doctype == "Cadence Workflow Cadence":
				values["cadence"] = self.cadence.name
			with self.subTest(doctype):
				before = frappe.db.count(doctype, {"parent": forms[form].name})
				answer = self.mallory.inserts(doctype, **values)
				self.assertEqual(answer.status_code, 403, told(answer)[:300])
				self.assertEqual(frappe.db.count(doctype, {"parent": forms[form].name}), before)

	def test_no_row_is_changed_or_deleted_by_itself(self) -> None:
		forms = self.forms()
		forms["Cadence"].append("unenrollment_rules", {"kind": "Converted", "title": "Converted"})
		forms["Cadence"].save()
		of_form = {"parent": self.cadence.name, "parenttype": "Cadence", "parentfield": "stories"}
		insert_row("Cadence Story", idx=1, title="Once upon a time", **of_form)
		forms["Cadence"].reload()
		frappe.db.commit()
		for doctype, (form, table, _row) in ROW_OF.items():
			row = forms[form].get(table)[0]
			with self.subTest(doctype):
				path = f"/api/resource/{doctype}/{row.name}"
				for method, values in (("PUT", {"idx": 7, "title": "Mine"}), ("DELETE", {})):
					answer = self.mallory.sends(method, path, values)
					self.assertEqual(answer.status_code, 403, told(answer)[:300])
				self.assertEqual(frappe.db.get_value(doctype, row.name, "idx"), row.idx)

	def test_no_row_is_taken_out_of_somebody_elses_form(self) -> None:
		"""A form that is saved with the name of another form's row would make it its own."""
		stolen = self.forms()["Cadence Workflow"].actions[0]
		values = {
			"workflow_name": builders.unique("Mine"),
			"trigger": "Enrolled",
			"run_as": self.mallory.email,
		}
		mine = self.mallory.inserts("Cadence Workflow", **values, actions=[{"kind": "Pause"}]).json["data"]
		path = f"/api/resource/Cadence Workflow/{mine['name']}"
		answer = self.mallory.sends("PUT", path, {"actions": [{"name": stolen.name, "kind": "Stop"}]})
		self.assertEqual(answer.status_code, 403, told(answer)[:300])
		self.assertEqual(frappe.db.get_value(stolen.doctype, stolen.name, "parent"), stolen.parent)

	def test_forms_are_saved_and_deleted_as_ever(self) -> None:
		for form in self.forms().values():
			form.reload()
			form.save()
			if form.doctype != "Cadence":
				form.delete()
				self.assertFalse(frappe.db.exists(form.doctype, form.name))


class TestWorkflows(ReachingTestCase):
	def test_a_server_script_that_is_there_is_not_taken_over(self) -> None:
		script = {"doctype": "Server Script", "name": builders.unique("Script"), "script_type": "API"}
		script |= {"api_method": frappe.generate_hash(), "script": "x = 1"}
		script = frappe.get_doc(script).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Server Script", script.name, force=True)
		action = {"kind": "Call a Server Script", "server_script": script.name}
		values = {"workflow_name": builders.unique("W"), "trigger": "Enrolled", "run_as": "Administrator"}
		workflow = frappe.get_doc({"doctype": "Cadence Workflow", **values, "actions": [action]}).insert()
		path = f"/api/resource/Cadence Workflow/{workflow.name}"
		answer = self.mallory.sends("PUT", path, {"run_as": self.mallory.email, "trigger": "Email Opened"})
		self.assertEqual(answer.status_code, 403, told(answer)[:300])
		self.assertEqual(frappe.db.get_value("Cadence Workflow", workflow.name, "run_as"), "Administrator")
		workflow.delete()

	def test_what_a_run_tells_is_what_every_reader_of_the_record_may_read(self) -> None:
		secret = frappe.get_doc(
			{"doctype": "Custom Field", "dt": "Lead", "fieldname": "cadence_secret", "label": "Secret"}
			| {"fieldtype": "Data", "permlevel": 1}
		).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Custom Field", secret.name, force=True)
		lead = builders.make_lead(cadence_secret="4711")
		values = {"workflow_name": builders.unique("W"), "trigger": "Enrolled", "run_as": "Administrator"}
		values |= {"module": "Lead", "actions": [{"kind": "Stop"}]}
		values["conditions"] = json.dumps([["cadence_secret", "=", "4711"], ["first_name", "=", "Ada"]])
		workflow = frappe.get_doc({"doctype": "Cadence Workflow", **values}).insert()
		from cadences_app.workflows import work

		found = work.dry_run(workflow.as_dict(), "Lead", lead.name)
		self.assertTrue(found["holds"])
		self.assertEqual([each["found"] for each in found["conditions"]], [None, "Ada"])
		workflow.delete()


class TestDrafts(ReachingTestCase):
	"""What is looked at before it is saved is held to the same as what is saved."""

	def draft(self, **fields: Any) -> dict[str, Any]:
		rows = [{"channel": "Task", "subject": "Look", "follow_up_key": "f1", "delay_unit": "Days"}]
		rule = [{"kind": "Left the View", "title": "Out", "rule_key": "r1"}]
		values = {"cadence_name": "Draft", "module": "Lead", "audience_kind": "Custom View"}
		values |= {"view_filters": "[]", "follow_ups": rows, "unenrollment_rules": rule}
		return values | fields

	def test_no_draft_is_evaluated_with_the_rights_of_others(self) -> None:
		lead = builders.make_lead()
		for draft in (
			self.draft(view_user="Administrator"),
			self.draft(view_user="Administrator", name=self.cadence.name),
		):
			for method in ("builder.check", "trying.before_activation", "trying.dry_run"):
				more = {"record": lead.name} if method == "trying.dry_run" else {}
				with self.subTest(method, name=draft.get("name")):
					answer = self.mallory.asks(method, doc=draft, **more)
					self.assertEqual(answer.status_code, 403, told(answer)[:300])

	def test_without_a_user_it_is_ones_own_view(self) -> None:
		answer = self.mallory.asks("trying.before_activation", doc=self.draft())
		self.assertEqual(answer.status_code, 200, told(answer)[:300])

	def test_counts_are_of_cadences_that_one_may_read(self) -> None:
		builders.enroll(self.cadence, builders.make_lead())
		other = builders.make_cadence(builders.task("look", days=2))
		asked = {"cadences": [self.cadence.name, other.name]}
		self.assertIn(self.cadence.name, told(self.mallory.asks("cadence_form.enrolled_counts", **asked)))
		insert_row("User Permission", user=self.mallory.email, allow="Cadence", for_value=other.name)
		frappe.clear_cache(user=self.mallory.email)
		answer = self.mallory.asks("cadence_form.enrolled_counts", **asked)
		self.assertNotIn(self.cadence.name, told(answer))


class TestWaitingMails(ReachingTestCase):
	def test_a_rep_sends_nothing_past_its_approval(self) -> None:
		"""Also after it was sent back, when it waits for review: over REST as in the queue (S3.9)."""
		rep = Person("rep-of-mallory@cadences.example", "Cadence User", "Sales User")
		self.addCleanup(rep.leave)
		mail = self.make_mail()
		answer = rep.asks("activities.release", activity=mail)
		self.assertEqual(answer.status_code, 200, told(answer)[:300])
		self.assertEqual(frappe.db.get_value("Cadence Activity", mail, "delivery"), Delivery.APPROVAL)
		self.assertEqual(rep.asks("activities.release", activity=mail).status_code, 417)
		self.assertEqual(self.mallory.asks("activities.approve", activity=mail).status_code, 200)
		self.assertEqual(frappe.db.get_value("Cadence Activity", mail, "delivery"), Delivery.QUEUED)

	def make_mail(self) -> str:
		"""An email of a follow-up that asks for approval, given back to its rep."""
		lead = builders.make_lead(email_id="ada@x.example")
		[enrollment] = builders.enroll(self.cadence, lead)
		version = frappe.db.get_value("Cadence", self.cadence.name, "version")
		definition = json.loads(frappe.db.get_value("Cadence Version", version, "definition"))
		content = {"variants": [{"template": "x"}], "to_field": "email_id", "release": "After Approval"}
		definition["follow_ups"] = [builders.follow_up("mail", "Email", "", "Carried Out", 0, content)]
		frappe.db.set_value("Cadence Version", version, "definition", json.dumps(definition))
		definitions.forget([version])
		of_record = {"reference_doctype": "Lead", "reference_name": lead.name, "run": 1}
		return insert_row(
			"Cadence Activity",
			enrollment=enrollment,
			cadence=self.cadence.name,
			follow_up="mail",
			channel="Email",
			delivery="Waiting for Review",
			**of_record,
		)


class TestTexts(SiteTestCase):
	def test_a_task_in_quotes_does_not_pass_for_json_in_the_queue(self) -> None:
		from cadences_app.api import queue
		from cadences_app.runtime import waiting_mails

		attack = '"<img src=x onerror=alert(1)>"'
		cadence = builders.make_cadence(builders.task("look"))
		[enrollment] = builders.enroll(cadence, builders.make_lead())
		row = builders.activity(enrollment, "look")
		frappe.db.set_value("ToDo", row.activity_name, "description", attack)
		self.assertNotIn("onerror", queue.item(row.name)["text"]["description"])
		self.assertNotIn("onerror", waiting_mails.harmless(attack))
