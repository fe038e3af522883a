"""Events go through twenty workflows while their workers are killed at random moments (S9.3, S15.2).

Half of the events concern no workflow, every other one just one of them. The number of events and kills is
small here; CADENCES_FAULT_EVENTS (10000) and CADENCES_FAULT_WORKFLOW_KILLS (200) make them more.
"""

import os
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import frappe

from cadences_app.engine.events import Note, Noted
from cadences_app.enrolling.enroll import enroll
from cadences_app.runtime import scheduled
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.faults.workers import Workers, wait_until
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.people import make_people, remove_people
from cadences_app.tests.site.test_workflows import WorkflowTestCase
from cadences_app.workflows.kinds import Trigger

WORKFLOWS = 20
EVENTS = int(os.environ.get("CADENCES_FAULT_EVENTS", 400))
KILLS = int(os.environ.get("CADENCES_FAULT_WORKFLOW_KILLS", 10))
PREFIX = "FLOWFAULT"
KINDS = ("Data", "Link", "Select", "Phone")
LONGEST_LIFE = 0.1 * EVENTS / KILLS  # seconds; the events last until the last kill
LONGEST_END = 60 + EVENTS / 5  # seconds
SCRIPTED = 5
"""Every fifth workflow calls a script that asks another server."""
MOST_QUERIES = 3
"""Of an event that no workflow concerns."""
SCRIPT = """
sent = {{"lead": frappe.form_dict.name, "key": "{key}"}}
frappe.make_post_request("http://127.0.0.1:{port}/", data=sent)
"""


class Other(ThreadingHTTPServer):
	"""A server that a script asks: how often for whom."""

	daemon_threads = True

	def __init__(self) -> None:
		super().__init__(("127.0.0.1", 0), _Count)
		self.asked: Counter[tuple[str, str]] = Counter()
		self.lock = threading.Lock()

	def __enter__(self) -> "Other":
		threading.Thread(target=self.serve_forever, daemon=True).start()
		return self

	def __exit__(self, *_error: object) -> None:
		self.shutdown()
		self.server_close()


class _Count(BaseHTTPRequestHandler):
	server: Other

	def do_POST(self) -> None:
		sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
		with self.server.lock:
			self.server.asked[(sent["lead"][0], sent["key"][0])] += 1
		self.send_response(200)
		self.send_header("Content-Type", "application/json")
		self.end_headers()
		self.wfile.write(b"{}")

	def log_message(self, *_arguments: Any) -> None:
		"""Nothing: thousands ask."""


class KilledWorkersTest(WorkflowTestCase):
	def setUp(self) -> None:
		super().setUp()
		remove_people(PREFIX)
		self.people = make_people(max(EVENTS // (2 * WORKFLOWS), 1), PREFIX)
		self.cadence = builders.make_cadence(builders.task("look"), builders.task("later", days=900))
		self.enrollments = enroll(self.cadence.name, self.people).enrollments
		frappe.db.commit()
		scheduled.work()
		frappe.db.delete("ToDo", {"reference_name": ("like", f"{PREFIX}-%")})
		fields = [each.fieldname for each in frappe.get_meta("Lead").fields if each.fieldtype in KINDS]
		self.fields, self.others = fields[:WORKFLOWS], [f"nobody_{number}" for number in range(WORKFLOWS)]
		self.assertEqual(len(self.fields), WORKFLOWS)

	def tearDown(self) -> None:
		frappe.db.rollback()
		for doctype, filters in (
			("ToDo", {"reference_name": ("like", f"{PREFIX}-%")}),
			("Cadence Workflow Run", {"reference_name": ("like", f"{PREFIX}-%")}),
			("Cadence Workflow", {"workflow_name": ("like", f"{PREFIX}-%")}),
			("Cadence Workflow Action", {"parent": ("like", f"{PREFIX}-%")}),
			("Server Script", {"name": ("like", f"{PREFIX.lower()}-%")}),
		):
			frappe.db.delete(doctype, filters)
		remove_people(PREFIX)
		frappe.db.commit()
		super().tearDown()

	def test_no_event_is_lost_and_each_action_is_done_once(self) -> None:
		with Other() as other, Workers("due", "workflows") as workers:
			self.make_workflows(other.server_port)
			self.tell([*self.fields, *self.others])
			workers.kill_at_random(KILLS, LONGEST_LIFE)
			self.wait_for_the_rest(workers)
		told = len(self.enrollments) * 2 * WORKFLOWS
		filters = {"cadence": self.cadence.name, "kind": "Noted"}
		self.assertEqual(frappe.db.count("Cadence Event", filters), told)
		self.assertEqual(frappe.db.count("Cadence Event", {**filters, "processed_at": ("is", "not set")}), 0)
		self.assert_each_once(other.asked, KILLS)

	def test_what_concerns_no_workflow_costs_little(self) -> None:
		self.make_workflows(9)
		self.tell(self.others)
		sent = self.queries_of(scheduled.work)
		events = len(self.enrollments) * WORKFLOWS
		filters = {"cadence": self.cadence.name, "kind": "Noted"}
		self.assertEqual(frappe.db.count("Cadence Event", {**filters, "processed_at": ("is", "set")}), events)
		self.assertLessEqual(len(sent) / events, MOST_QUERIES)
		self.assertEqual(self.runs(), [])

	def make_workflows(self, port: int) -> None:
		for number, field in enumerate(self.fields):
			key = f"{PREFIX}-{number:02}"
			action = {"kind": "Add a ToDo", "description": key, "user": "Administrator"}
			more = [{"kind": "Call a Server Script", "server_script": self.script(key, port)}]
			with as_user("Administrator"):
				self.make_workflow(
					Trigger.RECORD_FIELD.value,
					*([] if number % SCRIPTED else more),
					action,
					workflow_name=key,
					module="Lead",
					trigger_field=field,
				)

	def script(self, key: str, port: int) -> str:
		name = key.lower()
		values = {"doctype": "Server Script", "name": name, "script_type": "API", "api_method": name}
		code = SCRIPT.format(port=port, key=key)
		return frappe.get_doc({**values, "script": code}).insert().name

	def tell(self, fields: list[str]) -> None:
		for field in fields:
			noted = Noted(Note.FIELD_CHANGED, f"{Trigger.RECORD_FIELD.name}:{field}")
			inbox.record(
				InboxEntry(each, self.cadence.name, noted, f"{each}:{field}") for each in self.enrollments
			)
		frappe.db.commit()

	def wait_for_the_rest(self, workers: Workers) -> None:
		workers.start()
		wait_until(self.is_over, LONGEST_END)

	def is_over(self) -> bool:
		waiting = {"cadence": self.cadence.name, "processed_at": ("is", "not set")}
		return not frappe.db.exists("Cadence Event", waiting) and not any(
			run.status == "Pending" for run in self.runs()
		)

	def runs(self) -> list[Any]:
		filters = {"cadence": self.cadence.name}
		fields = ["workflow", "reference_name", "status", "results"]
		return frappe.get_all("Cadence Workflow Run", filters, fields, limit_page_length=0)

	def assert_each_once(self, asked: Counter[tuple[str, str]], killed: int) -> None:
		runs = self.runs()
		self.assertEqual(len(runs), len(self.enrollments) * WORKFLOWS)
		self.assertEqual({run.status for run in runs} - {"Done", "Unknown"}, set())
		unknown = {(run.reference_name, run.workflow) for run in runs if run.status == "Unknown"}
		self.assertLessEqual(len(unknown), killed)
		done = {(run.reference_name, run.workflow) for run in runs if run.status == "Done"}
		todos = Counter(
			frappe.get_all(
				"ToDo",
				{"reference_name": ("like", f"{PREFIX}-%")},
				["reference_name", "description"],
				as_list=True,
				limit_page_length=0,
			)
		)
		self.assertEqual([each for each, times in todos.items() if times > 1], [])
		self.assertEqual(set(todos), done)
		self.assertEqual([each for each, times in asked.items() if times > 1], [])
		scripted = {each for each in done if int(each[1].rpartition("-")[2]) % SCRIPTED == 0}
		self.assertLessEqual(scripted, set(asked))
		self.assertLessEqual(set(asked) - scripted, unknown)
