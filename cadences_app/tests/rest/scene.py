"""A running site, the people who ask it, and something of everything that they can ask about.

CADENCES_SITE_URL and CADENCES_SITE are those of the browser tests; the tests are run in the bench's sites
folder.
"""

import json
import os
from typing import Any

import frappe
from frappe.utils import add_days, now_datetime, nowdate
from frappe.utils.password import set_encrypted_password

from cadences_app.engine.audience import AudienceKind
from cadences_app.mail.tracking.keyring import keyring
from cadences_app.mail.tracking.tokens import Purpose, sign
from cadences_app.store import long_jobs
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import insert_row, make_user
from cadences_app.tests.site.smtp import ACCOUNT, MailServer, make_account
from cadences_app.tests.site.test_gates import make_gate

URL = os.environ.get("CADENCES_SITE_URL", "").rstrip("/")
SITE = os.environ.get("CADENCES_SITE", "")
PORT = URL.rpartition(":")[2]
LOCAL = f"http://127.0.0.1:{PORT}"
MANAGER, USER, GUEST = "fuzz-manager@cadences.example", "fuzz-user@cadences.example", ""
ROLES = {
	MANAGER: ("Cadence Manager", "Cadence User", "Sales Manager", "Sales User"),
	USER: ("Cadence User", "Sales User"),
}
POINT = "Budget is known"
_MADE: list[tuple[str, str]] = []


def why_not() -> str:
	"""What is missing for these tests; blank when they can run."""
	if not URL or not SITE:
		return "CADENCES_SITE_URL and CADENCES_SITE name no running site"
	try:
		import schemathesis  # noqa: F401
	except ImportError:
		return "the Python package schemathesis is not installed"
	return ""


def connect() -> None:
	if not getattr(frappe.local, "db", None):
		frappe.init(SITE)
		frappe.connect()
	frappe.set_user("Administrator")


def headers_of(person: str) -> dict[str, str]:
	"""What a script of this person sends along; somebody without a name sends no key."""
	sent = {"Host": SITE, "Accept": "application/json"}
	if person:
		secret = frappe.generate_hash(length=15)
		frappe.db.set_value("User", person, "api_key", f"key-{person}")
		set_encrypted_password("User", person, secret, "api_secret")
		frappe.db.commit()
		sent["Authorization"] = f"token key-{person}:{secret}"
	return sent


def make_people() -> None:
	"""The people, and an Email Account from which they could write."""
	with MailServer() as server:
		make_account(server.port)
	for email, roles in ROLES.items():
		make_user(email, *roles)
	frappe.db.commit()


def take_away() -> None:
	"""What would have a say in other tests: gates, workflows, journeys, the account."""
	frappe.db.rollback()
	for doctype, name in [*_MADE, ("Email Account", ACCOUNT)]:
		frappe.delete_doc(doctype, name, force=True)
	_MADE.clear()
	frappe.db.commit()


class Scene:
	"""Records of one person, and the arguments by which our methods can be asked about them."""

	def __init__(self, person: str) -> None:
		frappe.clear_cache()
		self.person = person or "Administrator"
		owner = {"lead_owner": self.person}
		self.cadence = builders.make_cadence(builders.task("look"), builders.call("ring"))
		self.draft, self.mailing = self._draft(), self._draft(self._mail())
		self.leads = [builders.make_lead(email_id=f"{new_name()}@example.com", **owner) for _each in range(3)]
		self.enrollments = builders.enroll(self.cadence, *self.leads[:2])
		self.activities = frappe.get_all(
			"Cadence Activity", {"enrollment": ("in", self.enrollments)}, pluck="name", order_by="name"
		)
		self.mail = self._row(
			"Cadence Activity",
			channel="Email",
			enrollment=self.enrollments[1],
			cadence=self.cadence.name,
			follow_up="mail",
			run=1,
			status="Carried Out",
			**dict.fromkeys(("base_at", "due_at", "carried_out_at"), now_datetime()),
			recipient="ada@example.com",
			links=json.dumps(["https://example.com/"]),
		)
		self.gate = make_gate(
			{"kind": "Checklist Done", "points": POINT},
			{"kind": "Approval", "approver_role": "Sales User"},
			overrule_role="Sales User",
		)
		self.workflow = self._workflow()
		self.journey = self._journey()
		self.enrolling = long_jobs.start(long_jobs.JobKind.ENROLL, self.cadence.name, 3)
		frappe.db.set_value("Cadence Job", self.enrolling, {"owner": self.person, "status": "Done"})
		self.job = long_jobs.start(long_jobs.JobKind.UNENROLL, self.cadence.name, 3)
		frappe.db.set_value("Cadence Job", self.job, {"owner": self.person, "status": "Failed"})
		_MADE.extend((each.doctype, each.name) for each in (self.gate, self.workflow, self.journey))
		frappe.db.commit()

	def arguments(self) -> dict[str, Any]:
		"""Values that mean something, by the argument's name; of some methods their own, by the method's
		path."""
		names = [each.name for each in self.leads]
		doc = json.loads(frappe.as_json(frappe.get_doc("Cadence", self.mailing.name).as_dict()))
		answer = {"follow_up": "look", "outcome": "Completed", "amount": 1, "unit": "Days"}
		return {
			"activities": [self.activities],
			"activity": self.activities,
			"address": ["ada@example.com"],
			"again": ["Never", "Restart"],
			"answers": [[], [answer]],
			"cadence": [self.cadence.name],
			"cadence_name": [builders.unique("Copy")],
			"cadences": [[self.cadence.name, self.draft.name]],
			"change": [self._row("Cadence Journey Change", journey=self.journey.name, error="…")],
			"channel": ["", "Task"],
			"disposition": [""],
			"doc": [doc],
			"doctype": ["Lead"],
			"email_account": [ACCOUNT],
			"enrollment": self.enrollments,
			"enrollments": [self.enrollments],
			"event": frappe.get_all(
				"Cadence Event", {"enrollment": self.enrollments[0]}, pluck="name", limit=3
			),
			"follow_up": ["mail"],
			"gate": [self.gate.name],
			"job": [self.job],
			"journey": [self.journey.name],
			"key": ["trade_show", "retail_feedback"],
			"limit": [5],
			"minutes": [60],
			"module": ["Lead"],
			"name": names,
			"names": [names],
			"outcome": ["Completed"],
			"owner": [""],
			"page_len": [5],
			"point": [POINT],
			"put_off_to": [""],
			"reason": ["They asked for it"],
			"not_before": [""],
			"record": names,
			"records": [names],
			"start_with": [""],
			"records.account": {"job": [self.enrolling]},
			"requirement": [self.gate.requirements[1].name],
			"result": [""],
			"runs": [[self._row("Cadence Workflow Run", workflow=self.workflow.name, status="Failed")]],
			"scope": ["sequence", "everything"],
			"since": ["", add_days(nowdate(), -7)],
			"stage": ["lead"],
			"start": [0],
			"starts_at": [f"{nowdate()} 09:00:00"],
			"t": ["x"],
			"notices.choose": {"told": [{"replies": 1}]},
			"replay.replay": {
				"doc": [json.loads(frappe.as_json(frappe.get_doc("Cadence", self.cadence.name).as_dict()))],
				"since": [add_days(nowdate(), -7)],
				"until": [nowdate()],
			},
			"tracking.open": {"t": [sign(keyring(), Purpose.OPEN, self.mail)]},
			"tracking.click": {"t": [sign(keyring(), Purpose.CLICK, self.mail)]},
			"tracking.unsubscribe": {"t": [sign(keyring(), Purpose.UNSUBSCRIBE, self.mail)]},
			"activation.activate": {"cadence": [self.draft.name]},
			"cadences.make_ready_made": {"cadence_name": [builders.unique("Ready")]},
			"until": ["", add_days(nowdate(), 7)],
			"user": [""],
			"version": [""],
			"view_filters": ["[]"],
			"audience_kind": [AudienceKind.MANUAL.value],
			"view_user": [self.person],
			"workflow": [self.workflow.name],
		}

	def _row(self, doctype: str, **columns: Any) -> str:
		about = {"reference_doctype": "Lead", "reference_name": self.leads[0].name}
		return insert_row(doctype, **about, **columns)

	def _draft(self, *rows: dict[str, Any]) -> Any:
		task = {"follow_up_key": "look", "title": "Look", "channel": "Task", "subject": "Look"}
		values = {"doctype": "Cadence", "cadence_name": builders.unique("Draft"), "module": "Lead"}
		return frappe.get_doc({**values, "follow_ups": [task, *rows]}).insert()

	def _mail(self) -> dict[str, Any]:
		values = {"doctype": "Email Template", "name": builders.unique("Text"), "subject": "Hello"}
		template = frappe.get_doc({**values, "response": "<p>Hello {{ doc.first_name }}</p>"}).insert()
		row = {"follow_up_key": "mail", "title": "Mail", "channel": "Email", "to_field": "email_id"}
		return {**row, "email_template": template.name}

	def _workflow(self) -> Any:
		values = {"doctype": "Cadence Workflow", "workflow_name": builders.unique("Workflow")}
		values |= {"run_as": "Administrator", "trigger": "Paused", "module": "Lead"}
		values["conditions"] = json.dumps([["status", "=", "Open"]])
		return frappe.get_doc({**values, "actions": [{"kind": "Add a ToDo", "description": "Look"}]}).insert()

	def _journey(self) -> Any:
		stages = [
			{
				"stage_key": "lead",
				"title": "Lead",
				"module": "Lead",
				"is_first": 1,
				"next_stages": "customer",
			},
			{"stage_key": "customer", "title": "Customer", "module": "Customer"},
		]
		values = {"doctype": "Cadence Journey", "journey_name": builders.unique("Journey")}
		return frappe.get_doc({**values, "run_as": "Administrator", "stages": stages}).insert()
