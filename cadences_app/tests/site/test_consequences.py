"""What is counted before an action is what the action does then (S2.3, S7, S1.7)."""

from collections import Counter
from unittest.mock import patch

import frappe

from cadences_app.engine.events import Republish
from cadences_app.enrolling import activation, alike, consequences
from cadences_app.enrolling.enroll import enroll
from cadences_app.runtime import long_jobs as worker
from cadences_app.store import compat, long_jobs
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import task, work
from cadences_app.tests.site.people import make_people
from cadences_app.tests.site.viewing import make_view, run_job

COUNT = 10_000
STATUSES = ("Waiting", "Active", "Active", "Paused", "Halted", "Completed", "Stopped", "Failed", None, None)
"""Of every ten records: their status in the cadence; two were never in it."""
HAPPENING = [
	{
		"key": "gone",
		"kind": "Record Conditions",
		"conditions": [{"field": "job_title", "operator": "=", "value": "X"}],
	}
]


class TestConsequences(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.names = make_people(COUNT, "CNSQ")
		self.cadence = make_view(
			task("look", days=1),
			task("again", "look", days=2),
			filters=[["city", "=", "Berlin"]],
			exit_rules=HAPPENING,
		)
		frappe.db.delete("Cadence Bystander", {"cadence": self.cadence.name})

	def mix(self):
		"""Every state that a record can be in; some outside the view, some about to leave by a rule."""
		by_status: dict[str, list[str]] = {}
		for number, name in enumerate(self.names):
			status = STATUSES[number % len(STATUSES)]
			if status:
				by_status.setdefault(status, []).append(name)
		enroll(self.cadence.name, [name for names in by_status.values() for name in names])
		while work():
			pass
		rows = frappe.get_all(
			"Cadence Enrollment", {"cadence": self.cadence.name}, ["name", "reference_name"]
		)
		status_of = {name: status for status, names in by_status.items() for name in names}
		ended = ("Completed", "Stopped", "Failed")
		columns = {}
		for row in rows:
			status = status_of[row.reference_name]
			columns[row.name] = {
				"status": status,
				"next_due_at": None,
				"run": 0 if status == "Waiting" else 1,
				"active_key": None if status in ended else row.name,
			}
		compat.update_rows("Cadence Enrollment", columns)
		compat.update_rows("Lead", {name: {"city": "Elsewhere"} for name in self.names[::7]})
		compat.update_rows("Lead", {name: {"job_title": "X"} for name in self.names[::11]})

	def statuses(self):
		found = frappe.get_all("Cadence Enrollment", {"cadence": self.cadence.name}, ["name", "status"])
		return {row.name: row.status for row in found}

	def finish(self):
		for name in frappe.get_all(
			long_jobs.DOCTYPE,
			{"cadence": self.cadence.name, "status": "Queued"},
			pluck="name",
			order_by="name",
		):
			worker.take_on(name, lambda: None)
		while work():
			pass

	def compare(self, foreseen, act):
		live = {
			name
			for name, status in self.statuses().items()
			if status in ("Waiting", "Active", "Paused", "Halted")
		}
		before = self.statuses()
		act()
		self.finish()
		after = self.statuses()
		self.assertEqual(foreseen["live"], len(live))
		self.assertEqual(foreseen["changed"], sum(before[name] != after[name] for name in live))
		counted = Counter(after[name] for name in live)
		self.assertEqual(
			{key: number for key, number in foreseen.items() if key in after.values()}, dict(counted)
		)

	def foresee(self, count):
		"""The count, which is the same whether one is asked for all that stand alike or each of them."""
		found = count()
		with patch.object(alike, "find_alike", lambda *_asked, **_how: None):
			self.assertEqual(count(), found)
		return found

	def test_each_count_is_what_happens(self):
		"""S1.7, S2.3, S7"""
		self.mix()
		cadence = self.cadence
		asked = alike.find_alike(cadence.name, cadence.module).to_be_asked
		self.assertLess(len(asked), COUNT // 5)

		answers = consequences.of_enrolling_present(cadence)
		self.assertFalse(frappe.db.exists("Cadence Version", {"cadence": cadence.name, "number": 2}))
		for days, choice in enumerate((Republish.FINISH, Republish.MOVE, Republish.STOP_EDITED), 3):
			cadence.reload()
			cadence.follow_ups[0].delay_amount = days
			cadence.save()
			foreseen = self.foresee(lambda choice=choice: consequences.of_publishing(cadence, choice))
			self.assertGreater(foreseen["edited"], 500)
			self.compare(foreseen, lambda choice=choice: activation.publish(cadence, choice))

		foreseen = self.foresee(lambda: consequences.of_deactivating(cadence))
		self.compare(foreseen, lambda: activation.deactivate(cadence))

		both = {"unenroll_unmatched": True, "resume_halted": True}
		foreseen = self.foresee(lambda: consequences.of_reactivating(cadence, **both))
		self.compare(foreseen, lambda: activation.reactivate(cadence, enroll_present=True, **both))

		self.assertEqual(long_jobs.standing(self.last_job("Enroll Present"))["account"], answers)

	def last_job(self, kind):
		found = frappe.get_all(
			long_jobs.DOCTYPE,
			{"cadence": self.cadence.name, "kind": kind},
			pluck="name",
			order_by="name desc",
		)
		return found[0]

	def test_whom_activating_would_let_in(self):
		compat.update_rows("Lead", {name: {"job_title": "X"} for name in self.names[::11]})
		answers = consequences.of_enrolling_present(self.cadence)
		leaving = len(self.names[::11])
		self.assertEqual(answers, {"Enrolled": COUNT - leaving, "Matches an un-enrollment rule": leaving})
		self.assertFalse(frappe.db.count("Cadence Enrollment", {"cadence": self.cadence.name}))

		activation.deactivate(self.cadence)
		activation.reactivate(self.cadence, enroll_present=True)
		self.assertEqual(run_job(self.cadence)["account"], answers)
