"""The books of a cadence after a fault: each follow-up once, none missing, states lawful, figures right."""

import os
from collections import Counter
from typing import Any

import frappe

from cadences_app.engine.statuses import LIVE
from cadences_app.enrolling.enroll import enroll
from cadences_app.reports import figures
from cadences_app.runtime import scheduled
from cadences_app.tests.faults.workers import FLIGHT, Workers, wait_until
from cadences_app.tests.site import builders
from cadences_app.tests.site.messaging import MessagesTestCase, new_numbers
from cadences_app.tests.site.people import make_people, remove_people

PREFIX = "FAULT"
LONGEST_END = 300 + FLIGHT.total_seconds()
MADE_BY = {"Task": "ToDo", "Call": "Event"}
FAR_AWAY = 900  # days


class BooksTestCase(MessagesTestCase):
	"""People in a cadence whose workers are in trouble; what they commit is deleted at the end."""

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		self.remove_leftovers()
		self.longest_end = LONGEST_END * int(os.environ.get("CADENCES_FAULT_PATIENCE", 1))

	def tearDown(self) -> None:
		frappe.db.rollback()
		remove_people(PREFIX)
		super().tearDown()

	def remove_leftovers(self) -> None:
		"""What a test that was killed has left."""
		of_ours = {"reference_name": ("like", f"{PREFIX}-%")}
		for name in frappe.get_all("Cadence Enrollment", of_ours, pluck="name", limit_page_length=0):
			frappe.db.delete("Cadence Event", {"enrollment": name})
		frappe.db.delete("Cadence Activity", of_ours)
		frappe.db.delete("Cadence Enrollment", of_ours)
		remove_people(PREFIX)
		frappe.db.commit()

	def given(self, count: int, *follow_ups: dict[str, Any], is_decided: bool = False, **more: Any) -> None:
		"""So many people in a cadence of these, due at once, decided on already or not."""
		self.people = make_people(count, PREFIX)
		if any(each["channel"] == "Message" for each in follow_ups):
			for name, number in zip(self.people, new_numbers(count), strict=True):
				frappe.db.set_value("Lead", name, "mobile_no", number, update_modified=False)
		self.cadence = builders.make_cadence(*follow_ups, **more)
		self.enrollments = enroll(self.cadence.name, self.people).enrollments
		frappe.db.commit()
		if is_decided:
			scheduled.work()

	def mixed(self) -> list[dict[str, Any]]:
		"""A task, a call and an email that are due at once, and nothing else for a long time."""
		return [
			builders.task("look"),
			builders.call("ring", grace={"amount": FAR_AWAY, "unit": "Days"}),
			self.email(),
			builders.task("later", days=FAR_AWAY),
		]

	def wait_for_the_rest(self, workers: Workers) -> None:
		"""Let one more worker bring to its end what the others left."""
		workers.start()
		wait_until(self.is_over, self.longest_end)

	def is_over(self) -> bool:
		of_cadence = {"cadence": self.cadence.name}
		if frappe.db.exists("Cadence Enrollment", {**of_cadence, "run": 0}):
			return False
		if frappe.db.exists("Cadence Enrollment", {**of_cadence, "next_due_at": ("<=", frappe.utils.now())}):
			return False
		if frappe.db.exists("Cadence Event", {**of_cadence, "processed_at": ("is", "not set")}):
			return False
		if frappe.db.exists("Cadence Activity", {**of_cadence, "claimed_until": ("is", "set")}):
			return False
		return not frappe.db.exists(
			"Cadence Activity", {**of_cadence, "delivery": ("in", ("Queued", "Sending"))}
		)

	def activities(self) -> list[Any]:
		frappe.db.rollback()
		fields = ["name", "enrollment", "run", "follow_up", "channel", "status", "delivery", "recipient"]
		return frappe.get_all(
			"Cadence Activity",
			{"cadence": self.cadence.name, "reference_name": ("in", self.people or [""])},
			[*fields, "reference_name", "activity_doctype", "activity_name"],
			limit_page_length=0,
		)

	def assert_books_balance(self, *due: str, unknown: int = 0, taken: Counter[str] | None = None) -> None:
		"""Each of the follow-ups that were `due` is carried out once for each person, and no other.

		`taken` is what a server counted by recipient; of as many as `unknown` nobody needs to know.
		"""
		rows = self.activities()
		carried_out = [row for row in rows if row.status == "Carried Out"]
		lost = [row for row in rows if row.delivery == "Unknown"]
		self.assertLessEqual(len(lost), unknown)
		expected = Counter((name, key) for name in self.people for key in due)
		done = Counter((row.reference_name, row.follow_up) for row in (*carried_out, *lost))
		self.assertEqual(done - expected, Counter(), "done more often than once, or not due")
		self.assertEqual(expected - done, Counter(), "forgotten")
		rest = [row for row in rows if row.status != "Carried Out" and row.delivery != "Unknown"]
		self.assertLessEqual({row.status for row in rest}, {"Scheduled"})
		self._assert_made_once([row for row in carried_out if row.channel in MADE_BY])
		self._assert_enrollments_lawful()
		self._assert_reported_once(sum(bool(row.delivery) for row in carried_out))
		if taken is not None:
			self._assert_taken_once([row for row in rows if row.delivery], taken)
		self.assertEqual(+figures.kept(self.cadence.name), +figures.recount(self.cadence.name))

	def _assert_made_once(self, rows: list[Any]) -> None:
		"""Each task and call has its document, and no document is there without one."""
		for doctype in {MADE_BY[row.channel] for row in rows}:
			filters = {"cadence_activity": ("in", [row.name for row in self.activities()])}
			made = frappe.get_all(doctype, filters, ["name", "cadence_activity"], limit_page_length=0)
			self.assertEqual(
				Counter((each.cadence_activity, each.name) for each in made),
				Counter((row.name, row.activity_name) for row in rows if MADE_BY[row.channel] == doctype),
			)

	def _assert_enrollments_lawful(self) -> None:
		enrollments = frappe.get_all(
			"Cadence Enrollment",
			{"cadence": self.cadence.name, "reference_name": ("in", self.people)},
			["reference_name", "status", "active_key", "error", "run"],
			limit_page_length=0,
		)
		self.assertEqual(sorted(each.reference_name for each in enrollments), sorted(self.people))
		self.assertEqual({each.error for each in enrollments}, {""})
		self.assertEqual({each.run for each in enrollments}, {1})
		live = {each.value for each in LIVE}
		self.assertEqual([each for each in enrollments if bool(each.active_key) != (each.status in live)], [])
		waiting = {"cadence": self.cadence.name, "processed_at": ("is", "not set")}
		self.assertFalse(frappe.db.exists("Cadence Event", waiting))

	def _assert_reported_once(self, sent: int) -> None:
		reported = self.reported("Sent")
		self.assertEqual([each for each, count in Counter(reported).items() if count > 1], [])
		self.assertEqual(len(reported), sent)

	def reported(self, outcome: str) -> list[str]:
		"""The enrollments to which this outcome was reported, each as often as it was."""
		filters = {"cadence": self.cadence.name, "kind": "Outcome"}
		events = frappe.get_all("Cadence Event", filters, ["enrollment", "payload"], limit_page_length=0)
		return [each.enrollment for each in events if frappe.parse_json(each.payload)["outcome"] == outcome]

	def _assert_taken_once(self, rows: list[Any], taken: Counter[str]) -> None:
		self.assertEqual([each for each, count in taken.items() if count > 1], [])
		sent = [row.recipient for row in rows if row.delivery == "Sent"]
		self.assertEqual([each for each in sent if not taken[each]], [])
		self.assertLessEqual(set(taken), {row.recipient for row in rows})
