"""What is told twice, in another order or a month late comes to the same as what is told once and in time."""

import random
from datetime import datetime, timedelta
from typing import Any

import frappe
from freezegun import freeze_time

from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.runtime import mail_job, scheduled
from cadences_app.store import clock, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.faults.books import BooksTestCase
from cadences_app.tests.faults.workers import SEED
from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import DAY

EACH = 5
HOUR = timedelta(hours=1)
TOLD = (Outcome.OPENED, Outcome.CLICKED)
MONTH = 31 * DAY


class EventsInDisorderTest(BooksTestCase):
	def test_each_way_of_telling_comes_to_the_same(self) -> None:
		began = clock.now().replace(tzinfo=None)
		with freeze_time(began, tick=True):
			self.given(
				4 * EACH,
				self.email(),
				builders.task("opened", "mail", "Opened"),
				builders.task("clicked", "mail", "Clicked"),
				builders.task("then", "clicked", days=1),
			)
			self.work_at(began)
		chance = random.Random(SEED)
		in_time, twice, shuffled, late = (self.enrollments[n * EACH : (n + 1) * EACH] for n in range(4))
		entries = [entry for each in in_time for entry in self.told(each, began)]
		entries += [entry for each in twice for entry in self.told(each, began) * 2]
		entries += chance.sample(
			mixed := [e for each in shuffled for e in self.told(each, began)], len(mixed)
		)
		with freeze_time(began + 4 * HOUR, tick=True):
			inbox.record(entries)
		self.work_at(began + 4 * HOUR)
		self.work_at(began + 2 * DAY)
		with freeze_time(began + MONTH, tick=True):
			inbox.record([entry for each in late for entry in self.told(each, began)[::-1]])
		for hours in range(0, 72, 12):
			self.work_at(began + MONTH + hours * HOUR)
		self.assertEqual(len(self.found(in_time)), 1)
		for group in (twice, shuffled, late):
			self.assertEqual(self.found(group), self.found(in_time))
		self.assert_books_balance("mail", "opened", "clicked", "then")

	def told(self, enrollment: str, began: datetime) -> list[InboxEntry]:
		"""That the mail was opened, and clicked an hour later."""
		at = clock.from_site(clock.to_site(began.replace(tzinfo=clock.now().tzinfo)))
		return [
			InboxEntry(enrollment, self.cadence.name, OutcomeReported(1, "mail", outcome, at + number * HOUR))
			for number, outcome in enumerate(TOLD, 1)
		]

	def work_at(self, moment: datetime) -> None:
		with freeze_time(moment, tick=True):
			scheduled.work()
			mail_job.work()
			scheduled.work()
		frappe.db.commit()

	def found(self, enrollments: list[str]) -> set[tuple[Any, ...]]:
		"""How these enrollments stand; as many as differ."""
		fields = ["enrollment", "follow_up", "run", "status", "standing"]
		found: dict[str, set[tuple[Any, ...]]] = {}
		for row in frappe.get_all(
			"Cadence Activity", {"enrollment": ("in", enrollments)}, fields, limit_page_length=0
		):
			found.setdefault(row.enrollment, set()).add((row.follow_up, row.run, row.status, row.standing))
		self.assertEqual(len(found), len(enrollments))
		return {tuple(sorted(each)) for each in found.values()}
