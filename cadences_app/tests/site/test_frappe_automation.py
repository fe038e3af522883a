"""Frappe's automation engine, where there is one: flows enroll, pause and hear of cadences (S9.4)."""

import frappe

from cadences_app import hooks
from cadences_app.enrolling import library
from cadences_app.neighbours.crm import FrappeCRM
from cadences_app.neighbours.erpnext import ERPNext
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.workflows import frappe_automation
from cadences_app.workflows.kinds import Trigger


class TestFrappeAutomation(SiteTestCase):
	def test_each_trigger_is_an_event(self) -> None:
		named = [name for each in hooks.automation_events for name in each]
		self.assertEqual(named, [frappe_automation.event_of(each) for each in Trigger])

	def test_each_event_is_offered_for_every_module_that_neighbours_and_ready_cadences_have(self) -> None:
		"""The engine's builder reads the modules from the hook, and offers an event for no other one."""
		ready = {each.module for each in library.ready_cadences().values()}
		ready |= {module for others in library.ALSO_FOR.values() for module in others}
		for each in hooks.automation_events:
			for told in each.values():
				self.assertLessEqual(
					ready | ERPNext.modules | FrappeCRM.modules, set(told["subject"]["doctypes"])
				)

	def test_without_the_engine_nothing_is_asked(self) -> None:
		if frappe_automation.has_engine():
			self.skipTest("this Frappe has the engine")
		with self.assertQueryCount(0):
			frappe_automation.emit([object()])

	def test_flows_enroll_pause_resume_and_take_out(self) -> None:
		self.needs_engine()
		from frappe.automation_engine.actions.base import AutomationParamError, get_action

		cadence, lead = builders.make_cadence(builders.task("look")), builders.make_lead()
		params = {"cadence": cadence.name}
		get_action("CadenceEnroll").validate(params, "Lead")
		self.assertRaises(AutomationParamError, get_action("CadenceEnroll").validate, params, "Opportunity")
		for action, more, status in (
			("CadenceEnroll", {}, "Active"),
			("CadencePause", {"days": 3}, "Paused"),
			("CadenceResume", {}, "Active"),
			("CadenceUnenroll", {}, "Stopped"),
		):
			self.assertTrue(get_action(action).execute(lead, params | more, {}))
			builders.work()
			of_lead = {"cadence": cadence.name, "reference_name": lead.name}
			self.assertEqual(frappe.db.get_value("Cadence Enrollment", of_lead, "status"), status)

	def test_flows_hear_of_cadences(self) -> None:
		self.needs_engine()
		from frappe.automation_engine.registry import clear_automation_cache

		from cadences_app.engine.events import PauseRequested

		event = frappe_automation.event_of(Trigger.PAUSED)
		step = {"action_type": "SetFieldValue", "params": '{"field": "city", "value": "Bonn"}'}
		flow = {"doctype": "Automation Flow", "title": builders.unique("Flow"), "enabled": 1}
		flow |= {"trigger_type": "Custom Event", "custom_event": event, "document_type": "Lead"}
		name = frappe.get_doc({**flow, "actions": [step]}).insert().name
		clear_automation_cache()
		self.addCleanup(clear_automation_cache)
		cadence, lead = builders.make_cadence(builders.task("look")), builders.make_lead()
		[enrollment] = builders.enroll(cadence, lead)
		inbox.record([InboxEntry(enrollment, cadence.name, PauseRequested(None))])
		builders.work()
		queued = {"automation": name, "ref_doctype": "Lead", "ref_name": lead.name}
		self.assertEqual(frappe.db.count("Automation Trigger Queue", queued), 1)

	def needs_engine(self) -> None:
		if not frappe_automation.has_engine():
			self.skipTest("this Frappe has no automation engine")
