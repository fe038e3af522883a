"""Modules whose names Frappe counts up: a record's name is a number, and an enrollment keeps it as text."""

import json
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime, now_datetime

from cadences_app.api import activation as activation_api
from cadences_app.api import gates as gates_api
from cadences_app.api import journeys as journeys_api
from cadences_app.api import records
from cadences_app.api.course import course
from cadences_app.audience.bystanders import is_held_out
from cadences_app.gates import rules as gates
from cadences_app.journeys import beginning
from cadences_app.journeys import rules as journeys
from cadences_app.neighbours import records_of_contacts
from cadences_app.runtime import invites_job, journey_job, workflow_job
from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import task
from cadences_app.tests.site.messaging import MessagesTestCase, new_number
from cadences_app.tests.site.viewing import enrolled, make_view, run_job, sweep
from cadences_app.workflows import rules as workflows

FIELDS: tuple[dict[str, Any], ...] = (
	{"fieldname": "first_name", "fieldtype": "Data"},
	{"fieldname": "email_id", "fieldtype": "Data", "options": "Email"},
	{"fieldname": "mobile_no", "fieldtype": "Data", "options": "Phone"},
	{"fieldname": "city", "fieldtype": "Data"},
	{"fieldname": "status", "fieldtype": "Select", "options": "Open\nReplied", "default": "Open"},
	{"fieldname": "starts_on", "fieldtype": "Datetime"},
	{"fieldname": "contact", "fieldtype": "Link", "options": "Contact"},
)


def make_module() -> str:
	name = builders.unique("Counted")[:50]
	fields = [{"label": frappe.unscrub(each["fieldname"]), **each} for each in FIELDS]
	fields.append({"label": "Boss", "fieldname": "boss", "fieldtype": "Link", "options": name})
	values = {"doctype": "DocType", "name": name, "module": "Custom", "custom": 1, "fields": fields}
	values |= {"naming_rule": "Autoincrement", "autoname": "autoincrement"}
	permissions = [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}]
	frappe.get_doc({**values, "permissions": permissions}).insert()
	frappe.db.commit()
	return name


def remove_module(name: str) -> None:
	frappe.db.rollback()
	frappe.delete_doc("DocType", name, force=True)
	frappe.db.commit()


class CountedNamesTestCase(MessagesTestCase):
	module: str

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.module = make_module()
		cls.addClassCleanup(remove_module, cls.module)

	def make(self, **fields: Any) -> Any:
		values = {"first_name": "Ada", "email_id": f"{frappe.generate_hash(length=12)}@buyer.example"}
		doc = frappe.get_doc({"doctype": self.module, **values, **fields}).insert()
		self.assertIsInstance(doc.name, int)
		return doc

	def cadence(self, *follow_ups: dict, **more: Any) -> Any:
		return builders.make_cadence(*follow_ups, module=self.module, **more)


class TestWhatGoesOut(CountedNamesTestCase):
	"""Nobody is taken for deleted because of their name."""

	def test_an_email_to_the_address_as_it_is_now(self) -> None:
		record = self.make()
		(enrollment,) = self.enroll(self.cadence(self.email()), record)
		corrected = f"{frappe.generate_hash(length=12)}@buyer.example"
		frappe.db.set_value(self.module, record.name, "email_id", corrected)
		frappe.db.commit()
		self.assertEqual(self.work(), 1)
		mail = self.mail_of(enrollment)
		self.assertEqual((mail.delivery, mail.recipient), ("Sent", corrected), mail.error)
		self.assertIn("Dear Ada", self.server.to(corrected)[0].part("text/html"))
		self.decide()
		self.assertTrue(course(enrollment)["rows"])

	def test_an_email_to_a_linked_record(self) -> None:
		boss = self.make()
		record = self.make(email_id="", boss=boss.name)
		(enrollment,) = self.enroll(self.cadence(self.email(to_field="boss.email_id")), record)
		self.work()
		mail = self.mail_of(enrollment)
		self.assertEqual((mail.delivery, mail.recipient), ("Sent", boss.email_id), mail.error)

	def test_a_message(self) -> None:
		record = self.make(mobile_no=new_number())
		(enrollment,) = self.enroll(self.cadence(self.message()), record)
		self.assertEqual(self.work_messages(), 1)
		self.assertEqual(self.sms_of(enrollment).delivery, "Sent")

	def test_a_meeting_that_is_moved(self) -> None:
		starts = get_datetime(add_days(now_datetime(), 20)).replace(microsecond=0)
		record = self.make(starts_on=starts)
		invite = {"starts_field": "starts_on", "minutes": 45, "summary": "A talk"}
		(enrollment,) = self.enroll(self.cadence(self.email(invite=invite)), record)
		self.work()
		self.decide()
		invites_job.work()
		mail = self.mail_of(enrollment)
		self.assertTrue(frappe.db.get_value("Cadence Invite", mail.name, "event"))
		moved = starts + timedelta(days=1)
		frappe.db.set_value(self.module, record.name, "starts_on", moved)
		frappe.db.commit()
		invites_job.work()
		told = frappe.get_all("Email Queue", {"message_id": f"invite1.{mail.message_id}"})
		self.assertEqual(len(told), 1)


class TestWhoComesAndGoes(CountedNamesTestCase):
	def test_a_view_lets_in_and_out(self) -> None:
		"""S2.3, S6.1"""
		rule = {"key": "left", "kind": "Left the View"}
		present = self.make(city="Bonn")
		view = make_view(
			task("look", days=1),
			module=self.module,
			filters=[["city", "=", "Bonn"]],
			exit_rules=[rule],
			enroll_present=True,
		)
		run_job(view)
		later = self.make(city="Bonn")
		sweep(view)
		self.assertEqual(enrolled(view), {str(present.name): "Active", str(later.name): "Active"})
		frappe.get_doc(self.module, present.name).update({"city": "Ulm"}).save()
		sweep(view)
		self.assertEqual(enrolled(view), {str(present.name): "Stopped", str(later.name): "Active"})

	def test_what_an_edit_would_do_is_told(self) -> None:
		"""S1.7, S11.3"""
		rule = {"key": "left", "kind": "Left the View"}
		follow_ups = (task("look"), task("again", "look", days=3))
		view = make_view(*follow_ups, module=self.module, filters=[["city", "=", "Bonn"]], exit_rules=[rule])
		for _number in range(3):
			self.make(city="Bonn")
		sweep(view)
		form = frappe.get_doc("Cadence", view.name)
		form.follow_ups[1].subject = "Look once more"
		form.save()
		self.assertEqual(len(enrolled(view)), 3)
		self.assertEqual(activation_api.consequences_of(view.name, "Publish")["live"], 3)
		activation_api.deactivate(view.name)
		builders.work()
		told = activation_api.consequences_of(
			view.name, "Reactivate", unenroll_unmatched=True, resume_halted=True
		)
		self.assertEqual(told["live"], 3)

	def test_who_was_there_before_stands_by(self) -> None:
		"""S2.3, S8.5"""
		present = self.make(city="Bonn")
		view = make_view(module=self.module, filters=[["city", "=", "Bonn"]], audience={"holdout": 1})
		sweep(view)
		self.assertEqual(enrolled(view), {})
		frappe.get_doc(self.module, present.name).update({"city": "Ulm"}).save()
		sweep(view)
		frappe.get_doc(self.module, present.name).update({"city": "Bonn"}).save()
		sweep(view)
		held_out = is_held_out(view.name, str(present.name), 1)
		self.assertEqual(list(enrolled(view)), [] if held_out else [str(present.name)])

	def test_a_list_sends_names_as_numbers(self) -> None:
		record, cadence = self.make(), self.cadence(task("look"))
		for ask in (records.preview, records.enroll, records.un_enroll):
			(told,) = ask(self.module, json.dumps([record.name]), [cadence.name])["answers"]
			self.assertEqual((told["record"], told["why"]), (str(record.name), ""), told)

	def test_a_person_by_either_sides_link(self) -> None:
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Ada"}).insert()
		named, linked = self.make(contact=contact.name), self.make()
		contact.append("links", {"link_doctype": self.module, "link_name": str(linked.name)})
		contact.save()
		found = records_of_contacts([contact.name], [self.module])
		self.assertEqual(found, {(self.module, str(each.name)) for each in (named, linked)})


class TestRules(CountedNamesTestCase):
	def setUp(self) -> None:
		super().setUp()
		for rules in (gates, journeys, workflows):
			rules.forget()
			self.addCleanup(rules.forget)

	def test_a_gate(self) -> None:
		record = self.make()
		values = {"doctype": "Cadence Gate", "gate_name": builders.unique("Gate"), "module": self.module}
		values |= {"status_field": "status", "target_values": "Replied"}
		gate = frappe.get_doc(values | {"requirements": [{"kind": "Checklist Done", "points": "Asked"}]})
		gate.insert()
		self.addCleanup(frappe.delete_doc, "Cadence Gate", gate.name, force=True)
		record.status = "Replied"
		self.assertRaises(frappe.ValidationError, record.save)
		gates_api.tick(self.module, str(record.name), gate.name, "Asked")
		record.reload().update({"status": "Replied"}).save()

	def test_a_workflow(self) -> None:
		record = self.make()
		values = {"doctype": "Cadence Workflow", "workflow_name": builders.unique("Flow")}
		values |= {"run_as": "Administrator", "module": self.module, "trigger_field": "city"}
		values |= {"trigger": "Field of the Record Changed", "conditions": '[["city", "=", "Bonn"]]'}
		action = {"kind": "Set a Field", "fieldname": "status", "value": "Replied"}
		flow = frappe.get_doc({**values, "actions": [action]}).insert()
		self.addCleanup(frappe.delete_doc, "Cadence Workflow", flow.name, force=True)
		self.enroll(self.cadence(task("look")), record)
		record.update({"city": "Bonn"}).save()
		self.decide()
		workflow_job.work()
		self.assertEqual(frappe.db.get_value(self.module, record.name, "status"), "Replied")

	def test_a_journey(self) -> None:
		stage = {"stage_key": "new", "title": "New", "module": self.module}
		values = {"doctype": "Cadence Journey", "journey_name": builders.unique("Way")}
		cadence = self.cadence(task("look"))
		stage |= {"is_first": 1, "conditions": '[["status", "=", "Open"]]', "cadence": cadence.name}
		way = frappe.get_doc({**values, "run_as": "Administrator", "stages": [stage]}).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Cadence Journey", way.name, force=True)
		record = self.make()
		frappe.db.commit()
		self.assertEqual(beginning.count(journeys.enabled()[way.name]), 1)
		journey_job.work()
		self.assertEqual(beginning.count(journeys.enabled()[way.name]), 0)
		(visit,) = journeys_api.of_record(self.module, str(record.name))
		self.assertEqual(visit["stage"], "new")
		self.assertEqual(list(enrolled(cadence)), [str(record.name)])
