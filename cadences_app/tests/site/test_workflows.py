"""Workflows: each trigger of S9.1 with each action of S9.2, loops, failures, rights."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import frappe
from frappe.utils import add_days, add_to_date, now_datetime, nowdate

from cadences_app.api import workflows as api
from cadences_app.engine.events import OutcomeReported, PauseRequested, StopRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.runtime import workflow_job
from cadences_app.store import clock, definitions, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user, make_user
from cadences_app.tests.site.builders import COLLEAGUE, REP, make_reps, task
from cadences_app.tests.site.messaging import new_number
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.sms_gateway import keep_sms_settings, use_gateway
from cadences_app.workflows import rules
from cadences_app.workflows import work as runs
from cadences_app.workflows.kinds import ActionKind, RunStatus, Target, Trigger

SCRIPT = "Cadence Test Script"
WATCHED = "city"
MESSAGE_TRIGGERS = (
	Trigger.MESSAGE_SENT,
	Trigger.MESSAGE_DELIVERED,
	Trigger.MESSAGE_FAILED,
	Trigger.MESSAGE_ANSWERED,
)


class WorkflowTestCase(OutboxTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		make_reps()

	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(rules.forget)
		rules.forget()
		self.target = builders.make_cadence(task("elsewhere"))

	def make_workflow(self, trigger: str, *actions: dict[str, Any], **fields: Any) -> Any:
		values = {
			"doctype": "Cadence Workflow",
			"workflow_name": builders.unique("Workflow"),
			"run_as": "Administrator",
		}
		values |= {"trigger": trigger, "actions": list(actions)}
		doc = frappe.get_doc(values | fields).insert()
		frappe.db.commit()
		return doc

	def run_workflows(self) -> int:
		frappe.db.commit()
		return workflow_job.work()

	def runs_of(self, workflow: Any) -> list[Any]:
		return frappe.get_all(
			"Cadence Workflow Run", {"workflow": workflow.name}, ["*"], order_by="name", limit_page_length=0
		)

	def report(self, enrollment: str, key: str, outcome: Outcome, detail: str = "") -> None:
		cadence = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence")
		happened = OutcomeReported(1, key, outcome, clock.now(), detail)
		inbox.record([InboxEntry(enrollment, cadence, happened)])
		self.decide()

	def tell(self, enrollment: str, event: Any) -> None:
		cadence = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence")
		inbox.record([InboxEntry(enrollment, cadence, event)])
		self.decide()


class TestTable(WorkflowTestCase):
	"""S9.1 × S9.2: every trigger, caused as it comes about, with every action."""

	def setUp(self) -> None:
		super().setUp()
		if not frappe.db.exists("Server Script", SCRIPT):
			script = "frappe.db.set_value('Lead', frappe.form_dict.name, 'website', frappe.form_dict.cadence)"
			values = {"doctype": "Server Script", "name": SCRIPT, "script_type": "API"}
			frappe.get_doc(values | {"api_method": "cadence_test_script", "script": script}).insert()
		self.addCleanup(self._remove_script)
		keep_sms_settings(self)
		use_gateway("http://127.0.0.1:9/send")
		self.actions = {
			ActionKind.CHANGE_OWNER: {"user": COLLEAGUE},
			ActionKind.STOP: {},
			ActionKind.PAUSE: {"days": 3},
			ActionKind.MOVE: {"cadence": self.target.name},
			ActionKind.SKIP_TO_LAST: {},
			ActionKind.SET_FIELD: {
				"target": "Record",
				"fieldname": "company_name",
				"value": "Set by workflow",
			},
			ActionKind.ADD_TODO: {"user": REP, "description": "Look <b>here</b>", "days": 2},
			ActionKind.SERVER_SCRIPT: {"server_script": SCRIPT},
		}
		self.assertEqual(set(self.actions), set(ActionKind))

	def _remove_script(self) -> None:
		frappe.delete_doc("Server Script", SCRIPT, force=True)
		frappe.db.commit()

	def test_every_trigger_with_every_action(self) -> None:
		"""S9.1, S9.2: 25 triggers × 8 actions."""
		causes = self.causes()
		self.assertEqual(set(causes), set(Trigger))
		for trigger, cause in causes.items():
			with self.subTest(trigger=trigger.value):
				self.check(trigger, cause)

	def check(self, trigger: Trigger, cause: Callable[[Any, str | None], None]) -> None:
		"""One lead and one workflow for each action; the trigger is caused for all of them."""
		fields = {"trigger_field": WATCHED} if trigger is Trigger.RECORD_FIELD else {}
		if trigger is Trigger.CONTACT_FIELD:
			fields = {"trigger_field": "designation"}
		if trigger is Trigger.ACCOUNT_FIELD:
			fields = {"trigger_field": "website"}
		if trigger is Trigger.CALL_LONGER:
			fields = {"trigger_minutes": 2}
		made = {}
		for kind, action in self.actions.items():
			more = () if trigger is Trigger.COMPLETED else (self.email(), task("last", "task", days=30))
			if trigger in MESSAGE_TRIGGERS:
				text = {"to_field": "mobile_no", "text": "Hello"}
				more = (builders.follow_up("text", "Message", "", "Carried Out", 0, text), *more)
			cadence = builders.make_cadence(task("task"), *more)
			workflow = self.make_workflow(
				trigger.value, {"kind": kind.value, **action}, cadences=[{"cadence": cadence.name}], **fields
			)
			lead = self.make_lead(lead_owner=REP, mobile_no=new_number())
			enrollment = None if trigger is Trigger.ENROLLED else self.enroll(cadence, lead)[0]
			made[kind] = (workflow, cadence, lead, enrollment)
		if trigger in (Trigger.FIRST_AUTOMATIC, Trigger.EMAIL_OPENED, Trigger.EMAIL_CLICKED):
			self.work()
		for _workflow, cadence, lead, enrollment in made.values():
			if enrollment is None:
				self.enroll(cadence, lead)
			else:
				cause(lead, enrollment)
		before = {kind: self.state_of(lead, cadence) for kind, (_flow, cadence, lead, _name) in made.items()}
		self.run_workflows()
		self.decide()
		for kind, (workflow, cadence, lead, _enrollment) in made.items():
			[run] = self.runs_of(workflow)
			self.assertEqual((run.status, run.error), ("Done", ""), (trigger, kind))
			self.assertTrue(api.dry_run_of_event(workflow.name, run.event)["heard"], (trigger, kind))
			with self.subTest(trigger=trigger.value, action=kind.value, before=before[kind].status):
				self.expect_acted(kind, lead, cadence, before[kind])
		for workflow, *_rest in made.values():
			frappe.db.set_value("Cadence Workflow", workflow.name, "enabled", 0)
		rules.forget()
		frappe.db.commit()

	def state_of(self, lead: Any, cadence: Any) -> Any:
		of_cadence = {"reference_name": lead.name, "cadence": cadence.name}
		return frappe.get_last_doc("Cadence Enrollment", of_cadence)

	def expect_acted(self, kind: ActionKind, lead: Any, cadence: Any, before: Any) -> None:
		"""What the action is for has come about. What has ended stays as it ended."""
		lead.reload()
		enrollment = self.state_of(lead, cadence)
		was_live = before.status in ("Active", "Paused")
		match kind:
			case ActionKind.CHANGE_OWNER:
				self.assertEqual(lead.lead_owner, COLLEAGUE)
				if was_live:
					self.assertEqual(enrollment.record_owner, COLLEAGUE)
			case ActionKind.STOP:
				self.assertEqual(enrollment.status, "Stopped" if was_live else before.status)
			case ActionKind.PAUSE:
				self.assertEqual(enrollment.status, "Paused" if was_live else before.status)
				if before.status == "Active":
					days = (enrollment.paused_until - now_datetime()).total_seconds() / 86400
					self.assertAlmostEqual(days, 3, delta=0.1)
			case ActionKind.MOVE:
				self.assertEqual(self.state_of(lead, self.target).status, "Active")
				self.assertEqual(enrollment.status, "Stopped" if was_live else before.status)
			case ActionKind.SKIP_TO_LAST:
				if before.status == "Active":
					self.assertTrue(builders.made_for(enrollment.name, "last"))
				else:
					self.assertEqual(enrollment.status, before.status)
			case ActionKind.SET_FIELD:
				self.assertEqual(lead.company_name, "Set by workflow")
			case ActionKind.ADD_TODO:
				todo = {"reference_name": lead.name, "description": ("like", "%&lt;b&gt;%")}
				[made] = frappe.get_all("ToDo", todo, ["allocated_to", "date"])
				self.assertEqual((made.allocated_to, str(made.date)), (REP, add_days(nowdate(), 2)))
			case ActionKind.SERVER_SCRIPT:
				self.assertEqual(lead.website, cadence.name)

	def causes(self) -> dict[Trigger, Callable[[Any, str], None]]:
		def outcome(key: str, what: Outcome, detail: str = "") -> Callable[[Any, str | None], None]:
			return lambda lead, enrollment: self.report(enrollment, key, what, detail)

		def after_sending(what: Outcome) -> Callable[[Any, str | None], None]:
			def report_both(_lead: Any, enrollment: str | None) -> None:
				self.report(enrollment, "text", Outcome.SENT)
				self.report(enrollment, "text", what)

			return report_both

		return {
			Trigger.ENROLLED: lambda lead, enrollment: None,
			Trigger.EMAIL_OPENED: outcome("mail", Outcome.OPENED),
			Trigger.EMAIL_CLICKED: outcome("mail", Outcome.CLICKED, "https://seller.example/offer"),
			Trigger.EMAIL_REPLIED: outcome("mail", Outcome.REPLIED),
			Trigger.EMAIL_BOUNCED: outcome("mail", Outcome.BOUNCED),
			Trigger.MESSAGE_SENT: outcome("text", Outcome.SENT),
			Trigger.MESSAGE_DELIVERED: after_sending(Outcome.DELIVERED),
			Trigger.MESSAGE_FAILED: after_sending(Outcome.FAILED),
			Trigger.MESSAGE_ANSWERED: after_sending(Outcome.REPLIED),
			Trigger.UNSUBSCRIBED: outcome("mail", Outcome.UNSUBSCRIBED),
			Trigger.FIRST_AUTOMATIC: lambda lead, enrollment: self.decide(),
			Trigger.FIRST_MANUAL: outcome("task", Outcome.COMPLETED),
			Trigger.TASK_CREATED: self.add_todo_by_hand,
			Trigger.TASK_SKIPPED: outcome("task", Outcome.SKIPPED),
			Trigger.INCOMING_CALL: lambda lead, enrollment: self.log_call(lead, type="Incoming"),
			Trigger.CALL_LONGER: lambda lead, enrollment: self.log_call(lead, type="Outgoing", duration=150),
			Trigger.MEETING_BOOKED: self.book_meeting,
			Trigger.OWNER_CHANGED: lambda lead, enrollment: self.change(lead, lead_owner="Administrator"),
			Trigger.RECORD_FIELD: lambda lead, enrollment: self.change(lead, **{WATCHED: "Bonn"}),
			Trigger.CONTACT_FIELD: self.change_contact,
			Trigger.ACCOUNT_FIELD: self.change_account,
			Trigger.PAUSED: lambda lead, enrollment: self.tell(enrollment, PauseRequested()),
			Trigger.STOPPED_BY_HAND: lambda lead, enrollment: self.tell(enrollment, StopRequested("no")),
			Trigger.COMPLETED: outcome("task", Outcome.COMPLETED),
			Trigger.CONVERTED: self.convert,
		}

	def change(self, doc: Any, **columns: Any) -> None:
		doc.reload()
		doc.update(columns)
		doc.save()
		self.decide()

	def add_todo_by_hand(self, lead: Any, _enrollment: str | None) -> None:
		values = {
			"doctype": "ToDo",
			"reference_type": "Lead",
			"reference_name": lead.name,
			"description": "x",
		}
		frappe.get_doc(values).insert()
		self.decide()

	def log_call(self, lead: Any, **columns: Any) -> None:
		values = {"doctype": "Call Log", "id": builders.unique("log"), "status": "Completed", "medium": "x"}
		log = frappe.get_doc(values | {"from": "+491", "to": "+492"} | columns)
		log.append("links", {"link_doctype": "Lead", "link_name": lead.name})
		log.insert()
		self.decide()

	def book_meeting(self, lead: Any, _enrollment: str | None) -> None:
		person = {"reference_doctype": "Lead", "reference_docname": lead.name}
		values = {
			"doctype": "Event",
			"subject": "Meet",
			"event_category": "Meeting",
			"starts_on": now_datetime(),
		}
		frappe.get_doc(values | {"event_participants": [person]}).insert()
		self.decide()

	def change_contact(self, lead: Any, _enrollment: str | None) -> None:
		link = {"link_doctype": "Lead", "link_name": lead.name, "parenttype": "Contact"}
		contact = frappe.get_doc("Contact", frappe.db.get_value("Dynamic Link", link, "parent"))
		self.change(contact, designation="Engineer")

	def change_account(self, lead: Any, _enrollment: str | None) -> None:
		prospect = frappe.get_doc({"doctype": "Prospect", "company_name": builders.unique("Prospect")})
		prospect.append("leads", {"lead": lead.name})
		prospect.insert()
		self.change(prospect, website="https://new.example")

	def convert(self, lead: Any, enrollment: str | None) -> None:
		self.change(lead, status="Converted")


class TestConditionsAndLoops(WorkflowTestCase):
	def test_a_skipped_task_closes_the_lead_and_its_account(self) -> None:
		"""S9: a task is skipped → the account's and the lead's status change."""
		self.needs("Prospect")
		cadence = builders.make_cadence(task("task"))
		lead = self.make_lead()
		prospect = frappe.get_doc({"doctype": "Prospect", "company_name": builders.unique("Prospect")})
		prospect.append("leads", {"lead": lead.name})
		prospect.insert()
		workflow = self.make_workflow(
			"Task Skipped",
			{"kind": "Set a Field", "target": "Account", "fieldname": "market_segment", "value": ""},
			{"kind": "Set a Field", "target": "Record", "fieldname": "status", "value": "Do Not Contact"},
			cadences=[{"cadence": cadence.name}],
		)
		[enrollment] = self.enroll(cadence, lead)
		todo = builders.made_for(enrollment, "task")
		todo.update({"status": "Cancelled", "cadence_status": "Skipped"})
		todo.save()
		self.decide()
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertEqual(run.status, "Done", run.error)
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "status"), "Do Not Contact")

	def test_conditions_that_no_database_keeps_are_refused(self) -> None:
		for odd in ('[["annual_revenue", ">", NaN]]', '[["annual_revenue", ">", 1e999]]', "[" * 100_000):
			with self.subTest(odd[:40]), self.assertRaisesRegex(frappe.ValidationError, "are no list of"):
				self.make_workflow("Enrolled", {"action": "Pause"}, module="Lead", conditions=odd)

	def test_conditions_are_told_with_the_values_that_decided(self) -> None:
		workflow = self.make_workflow(
			"Enrolled",
			{"kind": "Pause", "days": 1},
			module="Lead",
			conditions=json.dumps([["city", "=", "Bonn"]]),
		)
		cadence = builders.make_cadence(task("task"))
		berlin, bonn = self.make_lead(city="Berlin"), self.make_lead(city="Bonn")
		self.enroll(cadence, berlin, bonn)
		self.run_workflows()
		told = {each.reference_name: each for each in self.runs_of(workflow)}
		self.assertEqual(told[berlin.name].status, "Conditions Not Met")
		self.assertEqual(told[bonn.name].status, "Done")
		[condition] = json.loads(told[berlin.name].conditions)
		self.assertEqual((condition["field"], condition["found"]), ("city", "Berlin"))

	def test_a_dry_run_changes_nothing(self) -> None:
		workflow = self.make_workflow(
			"Enrolled", {"kind": "Set a Field", "fieldname": "city", "value": "Bonn"}
		)
		lead = self.make_lead(city="Berlin")
		told = api.dry_run(workflow.name, "Lead", lead.name)
		self.assertEqual((told["holds"], told["actions"]), (True, ["Set a Field"]))
		lead.reload()
		self.assertEqual(lead.city, "Berlin")

	def test_a_dry_run_on_a_past_event(self) -> None:
		"""S9: whether it is heard, and with the record as it is now; only for who may see it."""
		conditions = '[["Lead", "city", "=", "Bonn"]]'
		action = {"kind": "Set a Field", "fieldname": "city", "value": "Ulm"}
		workflow = self.make_workflow("Enrolled", action, module="Lead", conditions=conditions)
		told, cadence = {}, builders.make_cadence(task("look"))
		for city in ("Bonn", "Berlin"):
			lead = self.make_lead(city=city)
			(enrollment,) = self.enroll(cadence, lead)
			event = frappe.get_last_doc("Cadence Event", {"enrollment": enrollment, "kind": "Enrolled"})
			frappe.db.delete("Cadence Workflow Run", {"event": event.name})
			told[city] = api.dry_run_of_event(workflow.name, event.name)
			self.assertEqual(frappe.db.get_value("Lead", lead.name, "city"), city)
			self.assertEqual(self.runs_of(workflow), [])
			with as_user(make_user("workflow-stranger@example.com", "Sales User")):
				with self.assertRaises(frappe.PermissionError):
					api.dry_run_of_event(workflow.name, event.name)
		self.assertEqual((told["Bonn"]["holds"], told["Bonn"]["actions"]), (True, ["Set a Field"]))
		self.assertEqual((told["Berlin"]["holds"], told["Berlin"]["actions"]), (False, []))
		self.assertEqual(told["Berlin"]["conditions"][0]["found"], "Berlin")
		deaf = self.make_workflow("Task Skipped", action, module="Lead", conditions=conditions)
		told = api.dry_run_of_event(deaf.name, event.name)
		self.assertEqual((told["heard"], told["actions"]), (False, []))

	def test_what_it_would_have_done_lately(self) -> None:
		"""S9: on the events that it hears, the latest first, before it is enabled; nothing is changed."""
		cadence, other = (builders.make_cadence(task("look"), task("again", "look")) for _ in range(2))
		leads = [self.make_lead(city=city) for city in ("Bonn", "Berlin", "Bonn", "Bonn")]
		enrollments = [
			*self.enroll(cadence, leads[0]),
			*self.enroll(cadence, leads[1]),
			*self.enroll(cadence, leads[2]),
			*self.enroll(other, leads[3]),
		]
		for enrollment, outcome in zip(
			enrollments, (Outcome.SKIPPED, Outcome.SKIPPED, Outcome.COMPLETED, Outcome.SKIPPED), strict=True
		):
			self.report(enrollment, "look", outcome)
		workflow = self.make_workflow(
			"Task Skipped",
			{"kind": "Set a Field", "fieldname": "city", "value": "Ulm"},
			module="Lead",
			conditions='[["Lead", "city", "=", "Bonn"]]',
			cadences=[{"cadence": cadence.name}],
			enabled=0,
		)
		told = api.dry_run_lately(workflow.name)
		found = [(each["record"], each["heard"], each["holds"], each["actions"]) for each in told]
		wanted = [(leads[1].name, True, False, []), (leads[0].name, True, True, ["Set a Field"])]
		self.assertEqual(found, wanted)
		self.assertEqual(frappe.db.get_value("Lead", leads[0].name, "city"), "Bonn")
		self.assertEqual(self.runs_of(workflow), [])
		with as_user(make_user("workflow-boss@example.com", "Cadence Manager")):
			self.assertEqual(api.dry_run_lately(workflow.name), [], "records that they may not read")
		with as_user(make_user("workflow-stranger@example.com", "Sales User")):
			self.assertRaises(frappe.PermissionError, api.dry_run_lately, workflow.name)

	def test_an_action_does_not_set_off_its_own_workflow(self) -> None:
		"""S9.3: what a workflow changes is not what it waits for."""
		workflow = self.make_workflow(
			"Field of the Record Changed",
			{"kind": "Set a Field", "fieldname": "city", "value": "Set by workflow"},
			trigger_field="city",
			module="Lead",
		)
		lead = self.make_lead(city="Berlin")
		self.enroll(builders.make_cadence(task("task")), lead)
		lead.reload()
		lead.city = "Bonn"
		lead.save()
		for _round in range(3):
			self.decide()
			self.run_workflows()
		self.assertEqual(len(self.runs_of(workflow)), 1)

	def test_a_chain_ends_and_the_end_is_shown(self) -> None:
		"""S9.3: workflows that set each other off go on for five steps and no further."""
		fields = ["city", "company_name", "job_title", "website", "fax", "phone_ext", "title"]
		workflows = [
			self.make_workflow(
				"Field of the Record Changed",
				{"kind": "Set a Field", "fieldname": after, "value": f"set after {before}"},
				trigger_field=before,
				module="Lead",
			)
			for before, after in pairwise(fields)
		]
		lead = self.make_lead()
		self.enroll(builders.make_cadence(task("task")), lead)
		lead.reload()
		lead.city = "Bonn"
		lead.save()
		for _round in range(9):
			self.decide()
			self.run_workflows()
		statuses = [run.status for workflow in workflows for run in self.runs_of(workflow)]
		self.assertEqual(statuses, ["Done"] * 5 + ["Chain Too Long"])

	def test_a_failing_action_is_shown_the_others_run_and_only_it_is_tried_again(self) -> None:
		"""S9.3."""
		workflow = self.make_workflow(
			"Enrolled",
			{"kind": "Move to Another Cadence", "cadence": self.target.name},
			{"kind": "Add a ToDo", "description": "after it", "user": REP},
		)
		frappe.db.set_value("Cadence", self.target.name, "status", "Inactive")
		definitions.forget_modules()
		lead = self.make_lead()
		self.enroll(builders.make_cadence(task("task")), lead)
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertEqual(run.status, "Failed")
		self.assertIn("is not active", run.error)
		todos = {"reference_name": lead.name, "description": "after it"}
		self.assertEqual(frappe.db.count("ToDo", todos), 1)
		frappe.db.set_value("Cadence", self.target.name, "status", "Active")
		definitions.forget_modules()
		self.assertEqual(api.try_again([run.name]), [run.name])
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertEqual((run.status, run.error), ("Done", ""))
		self.assertEqual(frappe.db.count("ToDo", todos), 1)
		moved = {"reference_name": lead.name, "cadence": self.target.name}
		self.assertTrue(frappe.db.exists("Cadence Enrollment", moved))

	def test_a_script_whose_worker_died_is_shown_and_not_called_again_by_itself(self) -> None:
		"""S15.2: nobody knows whether it did what a rollback does not undo."""
		values = {"doctype": "Server Script", "name": builders.unique("script"), "script_type": "API"}
		script = frappe.get_doc({**values, "api_method": new_name(), "script": "told = 1"}).insert().name
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Server Script", script, force=True)
		workflow = self.make_workflow(
			"Enrolled",
			{"kind": "Call a Server Script", "server_script": script},
			{"kind": "Add a ToDo", "description": "after it", "user": REP},
		)
		lead = self.make_lead()
		self.enroll(builders.make_cadence(task("task")), lead)
		frappe.db.commit()
		run = runs.claim()
		self.assertEqual(runs.work_on(run)["kind"], "Call a Server Script")
		frappe.db.commit()  # and the worker is killed
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertEqual(run.status, "Unknown")
		self.assertIn("nobody knows", run.error)
		todos = {"reference_name": lead.name, "description": "after it"}
		self.assertEqual(frappe.db.count("ToDo", todos), 0)
		self.assertEqual(api.try_again([run.name]), [], "it may still be under way")
		long_ago = add_to_date(now_datetime(), minutes=-6)
		frappe.db.set_value("Cadence Workflow Run", run.name, "done_at", long_ago)
		self.assertEqual(api.try_again([run.name]), [run.name])
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertEqual((run.status, run.error), ("Done", ""))
		self.assertEqual(frappe.db.count("ToDo", todos), 1)

	def test_a_lead_moves_with_the_opportunity_it_became(self) -> None:
		"""S9.2: into a cadence for the record that it was converted to."""
		self.needs("Opportunity")
		deals = builders.make_cadence(task("deal", subject="Look"), module="Opportunity")
		workflow = self.make_workflow("Paused", {"kind": "Move to Another Cadence", "cadence": deals.name})
		lead = self.make_lead()
		[enrollment] = self.enroll(builders.make_cadence(task("task")), lead)
		values = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name}
		opportunity = frappe.get_doc(values | {"opportunity_owner": REP}).insert()
		self.tell(enrollment, PauseRequested())
		self.run_workflows()
		self.assertEqual([(each.status, each.error) for each in self.runs_of(workflow)], [("Done", "")])
		self.assertTrue(frappe.db.exists("Cadence Enrollment", {"reference_name": opportunity.name}))

	def test_a_click_on_another_link_and_a_short_call_pull_nothing(self) -> None:
		link = self.make_workflow("Email Clicked", {"kind": "Pause"}, trigger_link="/price")
		long = self.make_workflow("Call Longer Than", {"kind": "Pause"}, trigger_minutes=5)
		lead = self.make_lead()
		[enrollment] = self.enroll(builders.make_cadence(self.email(), task("task")), lead)
		self.work()
		self.report(enrollment, "mail", Outcome.CLICKED, "https://seller.example/offer")
		log = {"doctype": "Call Log", "id": builders.unique("log"), "status": "Completed", "duration": 300}
		log = frappe.get_doc(log | {"from": "+491", "to": "+492", "type": "Outgoing"})
		log.append("links", {"link_doctype": "Lead", "link_name": lead.name})
		log.insert()
		self.decide()
		self.assertEqual(self.runs_of(link) + self.runs_of(long), [])
		self.report(enrollment, "mail", Outcome.CLICKED, "https://seller.example/price?x=1")
		self.assertEqual(len(self.runs_of(link)), 1)

	def test_an_event_decided_twice_runs_once(self) -> None:
		"""S15.2: (workflow, event) is unique."""
		from cadences_app.store import compat

		workflow = self.make_workflow("Enrolled", {"kind": "Pause"})
		self.enroll(builders.make_cadence(task("task")), self.make_lead())
		[run] = self.runs_of(workflow)
		again = frappe.get_doc("Cadence Workflow Run", run.name).as_dict()
		compat.insert_rows(
			"Cadence Workflow Run",
			[{"name": "again", "run_key": again.run_key, "workflow": workflow.name, "status": "Pending"}],
			ignore_duplicates=True,
		)
		self.assertEqual(len(self.runs_of(workflow)), 1)

	def test_what_no_workflow_concerns_costs_no_query(self) -> None:
		"""S9.1, invariant 10."""
		from cadences_app.workflows import listening, plan

		self.make_workflow("Email Opened", {"kind": "Pause"})
		lead = self.make_lead()
		note = frappe.get_doc({"doctype": "ToDo", "description": "x"})
		rules.enabled(), definitions.modules()
		with self.assertQueryCount(0):
			plan.plan([])
			self.assertFalse(listening.concerns(lead, lead))
			self.assertFalse(listening.concerns(note, None))


class TestRights(WorkflowTestCase):
	"""S14.1a: a workflow can do no more than its user."""

	def test_nobody_makes_a_workflow_act_as_somebody_else(self) -> None:
		manager = make_user("workflow-manager@example.com", "Cadence Manager")
		with as_user(manager), self.assertRaises(frappe.PermissionError):
			self.make_workflow("Enrolled", {"kind": "Stop"})
		with as_user(manager):
			self.make_workflow("Enrolled", {"kind": "Stop"}, run_as=manager)
		admins = self.make_workflow("Enrolled", {"kind": "Stop"})
		with as_user(manager), self.assertRaises(frappe.PermissionError):
			doc = frappe.get_doc("Cadence Workflow", admins.name)
			doc.append("actions", {"kind": "Pause"})
			doc.save()

	def test_server_scripts_are_for_admins(self) -> None:
		manager = make_user("workflow-manager@example.com", "Cadence Manager")
		values = {"doctype": "Server Script", "name": builders.unique("Script"), "script_type": "API"}
		script = frappe.get_doc(values | {"api_method": frappe.generate_hash(), "script": "x = 1"}).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Server Script", script.name, force=True)
		action = {"kind": "Call a Server Script", "server_script": script.name}
		with as_user(manager), self.assertRaises(frappe.PermissionError):
			self.make_workflow("Enrolled", action, run_as=manager)

	def test_a_script_that_can_not_be_called_is_refused(self) -> None:
		"""S1.6: one that is disabled, and one that is of another type."""
		values = {"doctype": "Server Script", "name": builders.unique("Script"), "script": "x = 1"}
		script = frappe.get_doc(
			values | {"script_type": "API", "api_method": frappe.generate_hash(), "disabled": 1}
		).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Server Script", script.name, force=True)
		action = {"kind": "Call a Server Script", "server_script": script.name}
		for columns in ({}, {"disabled": 0, "script_type": "Permission Query"}):
			frappe.db.set_value("Server Script", script.name, columns or {"disabled": 1})
			with self.subTest(**columns), self.assertRaisesRegex(frappe.ValidationError, "type API"):
				self.make_workflow("Enrolled", action)
		self.make_workflow("Enrolled", action, enabled=0)

	def test_actions_have_the_rights_of_their_user(self) -> None:
		manager = make_user("workflow-manager@example.com", "Cadence Manager")
		with as_user(manager):
			workflow = self.make_workflow(
				"Enrolled", {"kind": "Set a Field", "fieldname": "city", "value": "Bonn"}, run_as=manager
			)
		lead = self.make_lead(city="Berlin")
		self.enroll(builders.make_cadence(task("task")), lead)
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertIn(run.status, ("Failed", "Conditions Not Met"))
		lead.reload()
		self.assertEqual(lead.city, "Berlin")
		self.assertEqual(frappe.session.user, "Administrator")

	def test_a_field_of_a_level_out_of_reach_is_neither_set_nor_told(self) -> None:
		"""S14.1a: Frappe keeps its value without a word; what the run told was that value."""
		manager = make_user("level-zero@example.com", "Cadence Manager", "Sales User")
		secret = {"doctype": "Custom Field", "dt": "Lead", "fieldname": "cadence_secret", "label": "Secret"}
		field = frappe.get_doc(secret | {"fieldtype": "Data", "permlevel": 1}).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Custom Field", field.name, force=True)
		action = {"kind": "Set a Field", "fieldname": "cadence_secret", "value": "x"}
		with as_user(manager):
			workflow = self.make_workflow("Enrolled", action, run_as=manager)
		trusted = self.make_workflow("Enrolled", action | {"value": "0815"})
		lead = self.make_lead(cadence_secret="4711")
		self.enroll(builders.make_cadence(task("task")), lead)
		self.run_workflows()
		[run] = self.runs_of(workflow)
		self.assertEqual(run.status, "Failed")
		self.assertIn("may not change the field cadence_secret", run.error)
		[by_trusted] = self.runs_of(trusted)
		self.assertEqual(by_trusted.status, "Done")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "cadence_secret"), "0815")
		for each in (run, by_trusted):
			told = frappe.get_doc("Cadence Workflow Run", each.name).results
			self.assertNotIn("4711", told)
			self.assertNotIn("0815", told)

	def test_what_can_not_work_is_refused_when_it_is_saved(self) -> None:
		for action, fields in (
			({"kind": "No Such Action"}, {}),
			({"kind": "Set a Field", "fieldname": "owner", "value": "x"}, {}),
			({"kind": "Set a Field", "fieldname": "no_such_field", "value": "x"}, {"module": "Lead"}),
			({"kind": "Change Owner"}, {}),
			({"kind": "Stop"}, {"conditions": "[[1]]", "module": "Lead"}),
			({"kind": "Stop"}, {"conditions": '[["city", "=", "x"]]'}),
			({"kind": "Stop"}, {"conditions": '[["no_such", "=", "x"]]', "module": "Lead"}),
			({"kind": "Stop"}, {"trigger": "Field of the Record Changed"}),
			({"kind": "Stop"}, {"trigger": "Field of the Contact Changed", "trigger_field": "no_such"}),
			({"kind": "Stop"}, {"trigger": "Field of the Account Changed", "trigger_field": "no_such"}),
			({"kind": "Set a Field", "target": "Account", "fieldname": "no_such", "value": "x"}, {}),
		):
			trigger = fields.pop("trigger", "Enrolled")
			with self.subTest(action=action, **fields), self.assertRaises(frappe.ValidationError):
				self.make_workflow(trigger, action, **fields)

	def test_the_selects_hold_the_closed_sets(self) -> None:
		def options(doctype: str, field: str) -> list[str]:
			return frappe.get_meta(doctype).get_options(field).split("\n")

		def values(kind: type[StoredEnum]) -> list[str]:
			return [each.value for each in kind]

		self.assertEqual(options("Cadence Workflow", "trigger"), values(Trigger))
		self.assertEqual(options("Cadence Workflow Action", "kind"), values(ActionKind))
		self.assertEqual(options("Cadence Workflow Action", "target"), values(Target))
		self.assertEqual(options("Cadence Workflow Run", "status"), values(RunStatus))


del OutboxTestCase  # it is the frame of the others and has no test of its own
