"""Replay of a draft over what happened (S11.4), held against a step-by-step recount of 500 runs."""

import json
import random
from datetime import timedelta
from heapq import heappop
from typing import Any

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from cadences_app.api import enrollments as doors
from cadences_app.api import replay
from cadences_app.engine.actions import AssignTask
from cadences_app.engine.decision import Facts, decide
from cadences_app.engine.dry_run.stories import Expected, differences
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import Enrolled, OutcomeReported, TimePassed
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import replaying, try_out
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.reports import what_follows
from cadences_app.store import clock, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user
from cadences_app.tests.site.builders import at, task, work
from cadences_app.tests.site.people import make_people

MANY = 500
ABSENT = {"outcome": "Completed", "absent": True, "within": {"amount": 2, "unit": "Days"}}


class ReplayTest(SiteTestCase):
	"""A task; completed: another three days later; not completed in two days: a third."""

	def setUp(self):
		super().setUp()
		self.needs("Lead")
		morning = now_datetime().replace(hour=9, minute=0, second=0, microsecond=0)
		self.began = morning - timedelta(days=20)
		chase = {**task("chase", "look"), "trigger": ABSENT}
		with at(self.began):
			self.cadence = builders.make_cadence(task("look"), task("again", "look", "Completed", 3), chase)

	def enroll(self, count: int) -> list[str]:
		names = make_people(count, "RPLY")
		with at(self.began):
			found = put_in(self.cadence.name, names).enrollments
			while work():
				pass
		return found

	def answer(self, enrollment: str, days: float) -> None:
		moment = clock.from_site(self.began + timedelta(days=days))
		told = OutcomeReported(1, "look", Outcome.COMPLETED, moment)
		entry = InboxEntry(enrollment, self.cadence.name, told, happened_at=moment)
		inbox.record([entry], wake=False)

	def pass_time(self, answers: dict[str, float], *days: float) -> None:
		"""Let each of these days come, and on it the answers that are given then."""
		for day in days:
			for name, when in answers.items():
				if when == day:
					self.answer(name, day)
			with at(self.began + timedelta(days=day)):
				while work():
					pass

	def edit(self, **fields: Any) -> Any:
		self.cadence.reload()
		row = next(each for each in self.cadence.follow_ups if each.follow_up_key == "again")
		row.update(fields)
		return self.cadence

	def replay(self, doc: Any) -> dict:
		return replay.replay(json.dumps(doc.as_dict(), default=str), str(self.began.date()), nowdate())


class TestReplaying(ReplayTest):
	def given(self) -> tuple[str, str]:
		"""One who does the task after a day, one who never does."""
		does, never = self.enroll(2)
		self.pass_time({does: 1}, 1, 2.5, 4.5)
		return does, never

	def test_what_runs_would_have_been_the_same(self):
		self.given()
		told = self.replay(self.edit())
		self.assertEqual((told["looked_at"], told["rows"]), (2, []))

	def test_a_draft_shows_whom_it_would_have_touched_and_how(self):
		does, _never = self.given()
		[row] = self.replay(self.edit(delay_amount=5))["rows"]
		self.assertEqual(row["enrollment"], does)
		self.assertIn("would have come on day 6 instead of day 4", row["told"][0])

	def test_who_would_have_left_earlier_is_told(self):
		does, _never = self.given()
		doc = self.edit()
		rule = {"kind": "Outcome of a Follow-up", "title": "Done", "trigger_outcome": "Completed"}
		doc.append("unenrollment_rules", {**rule, "rule_key": "r1"})
		[row] = self.replay(doc)["rows"]
		self.assertEqual((row["enrollment"], row["leaves_earlier"]), (does, True))
		self.assertTrue(any("would not have come" in each for each in row["told"]), row["told"])

	def test_what_people_asked_of_it_comes_again(self):
		"""Who was taken out by hand is taken out in the replay too."""
		does, _never = self.enroll(2)
		with at(self.began + timedelta(days=1)):
			doors.stop([does])
		self.pass_time({}, 2.5, 4.5)
		self.assertEqual(self.replay(self.edit())["rows"], [])

	def test_nothing_is_written(self):
		self.given()
		before = {each: frappe.db.count(each) for each in ("Cadence Enrollment", "Cadence Event", "ToDo")}
		self.replay(self.edit(delay_amount=5))
		self.assertEqual({each: frappe.db.count(each) for each in before}, before)


class TestRights(ReplayTest):
	def test_who_may_not_edit_the_cadence_is_refused_and_records_stay_unseen(self):
		"""S14.1"""
		self.enroll(1)
		doc = self.edit()
		with as_user(make_user("replay-rep@example.com", "Cadence User", "Sales User")):
			self.assertRaises(frappe.PermissionError, self.replay, doc)
		with as_user(make_user("replay-boss@example.com", "Cadence Manager")):
			self.assertEqual(self.replay(doc)["looked_at"], 0)

	def test_a_manager_replays_what_they_see(self):
		"""Also what only System Managers are shown is read for it."""
		self.enroll(2)
		doc = self.edit()
		with as_user(make_user("replay-lead@example.com", "Cadence Manager", "Sales User")):
			self.assertEqual(self.replay(doc)["looked_at"], 2)

	def test_odd_days_are_refused(self):
		doc = json.dumps(self.edit().as_dict(), default=str)
		late = add_days(nowdate(), -1)
		for since, until in (("", ""), ("x", "y"), (nowdate(), late), ("2000-01-01", nowdate())):
			with self.subTest(since=since):
				self.assertRaises(frappe.ValidationError, replay.replay, doc, since, until)


class TestAgainstARecount(ReplayTest):
	def test_five_hundred_runs_are_told_as_counted_step_by_step(self):
		"""Each run's events are folded through `decide` here, one by one, without the simulation."""
		chance = random.Random(7)
		enrollments = self.enroll(MANY)
		days = {name: chance.choice([0.5, 1, 1.5, 3, 5]) for name in enrollments if chance.random() < 0.7}
		self.pass_time(days, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10)
		definition = definition_of(self.edit(delay_amount=5))
		now = clock.now()
		counted = {name: self.recount(definition, name, days.get(name), now) for name in enrollments}
		expected = {name: found for name, found in counted.items() if found}

		yesterday = self.began - timedelta(days=1)
		told = replaying.replay(definition, self.cadence.name, yesterday, now_datetime())

		self.assertEqual(told.looked_at, MANY)
		self.assertGreater(len(expected), 100)
		named = {row.enrollment: row.told for row in told.rows}
		self.assertEqual(named.keys(), expected.keys())
		for name, found in expected.items():
			for each in found:
				if each.follow_up and each.found and each.expected:
					moved = f"on day {each.found} instead of day {each.expected}"
					self.assertTrue(any(moved in text for text in named[name]), (moved, named[name]))

	def recount(self, definition: Any, name: str, days: float | None, now: Any) -> list[Any]:
		"""In what the run, followed by hand, differs from what happened."""
		current = what_follows.look_at(name)
		record = try_out.record_of(definition, current.row["reference_name"])
		facts = Facts(record.calendar_under(definition.policy), record.fields, in_view=record.in_view)
		began = current.state.started_at
		state, place, coming = Enrollment(), 0, [(began, 0, Enrolled())]
		while coming and coming[0][0] <= now:
			moment, _place, event = heappop(coming)
			decision = decide(definition, state, event, facts, moment)
			state = decision.after
			coming = [each for each in coming if not isinstance(each[2], TimePassed)]
			for action in decision.actions:
				if isinstance(action, AssignTask) and action.follow_up == "look" and days is not None:
					told = OutcomeReported(1, "look", Outcome.COMPLETED, moment + timedelta(days=days))
					coming.append((told.at, place := place + 1, told))
			if decision.next_at is not None:
				coming.append((max(decision.next_at, moment), place := place + 1, TimePassed()))
			coming.sort(key=lambda each: each[:2])
		really = Expected.of_state(current.state, began, record.zone)
		return list(differences(really, Expected.of_state(state, began, record.zone)))
