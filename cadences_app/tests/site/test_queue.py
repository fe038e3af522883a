"""A rep's follow-ups for today: what is due, what each result would cause, and saying it (S8.4, S3.9)."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, nowdate

from cadences_app.api import operation, queue
from cadences_app.api.enrollments import of_record
from cadences_app.channels.answers import NotOpen
from cadences_app.runtime import results
from cadences_app.store import compat
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user
from cadences_app.tests.site.builders import (
	activity,
	at,
	call,
	enroll,
	made_for,
	make_lead,
	state,
	task,
	work,
)

REP, OTHER, BOSS = "queue-rep@example.com", "queue-other@example.com", "queue-boss@example.com"
RESULTS = "Interested\nNo Answer\nWrong Number"


def forget_the_work_of(*users: str) -> None:
	"""What tests that had to commit have left to these users, who are made for these tests."""
	owned = {"record_owner": ("in", users)}
	enrollments = frappe.get_all("Cadence Enrollment", owned, pluck="name", limit_page_length=0)
	for doctype in ("Cadence Activity", "Cadence Event"):
		frappe.db.delete(doctype, {"enrollment": ("in", [*enrollments, ""])})
	frappe.db.delete("Cadence Activity", {"assigned_to": ("in", users)})
	frappe.db.delete("Cadence Enrollment", owned)
	frappe.db.delete("Cadence Result")


class QueueTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		builders.make_team(REP, OTHER, boss=BOSS)

	def setUp(self):
		frappe.set_user("Administrator")
		forget_the_work_of(REP, OTHER, BOSS)
		frappe.db.set_single_value("Cadence Settings", "call_results", RESULTS)
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")

	def given(self, *follow_ups, owner=REP, exit_rules=(), **lead):
		"""A lead of the rep in a cadence of these follow-ups; returns the enrollment."""
		cadence = builders.make_cadence(*follow_ups, exit_rules=exit_rules)
		return enroll(cadence, make_lead(lead_owner=owner, **lead))[0]

	def seen_by(self, reader, **filters):
		with as_user(reader):
			return queue.today(**filters)

	def say(self, name, user=REP, **answer):
		"""Say it, and let the time to take it back pass."""
		with as_user(user):
			queue.say(name, **answer)
			return queue.settle([name])[name]


class TestWhatIsDue(QueueTestCase):
	def test_open_tasks_and_calls_stand_by_the_day_they_are_due(self):
		"""S8.4: overdue, today, later, the first due at the head."""
		late = self.given(task("look"))
		soon = self.given(task("look", due={"amount": 3, "unit": "Days"}))
		ring = self.given(call("ring"))
		todo = made_for(late, "look")
		todo.date = add_days(nowdate(), -2)
		todo.save()

		found = self.seen_by(REP)

		buckets = {each["enrollment"]: each["bucket"] for each in found["items"]}
		self.assertEqual(buckets[late], "Overdue")
		self.assertEqual(buckets[soon], "Later")
		self.assertIn(buckets[ring], ("Today", "Overdue"))
		self.assertEqual(found["items"][0]["enrollment"], late)
		self.assertEqual(sum(found["counts"].values()), 3)

	def test_what_is_done_is_gone_and_counted(self):
		enrollment = self.given(task("look"))
		before = self.seen_by(REP)["done"]

		self.say(activity(enrollment, "look").name, outcome="Completed")

		after = self.seen_by(REP)
		self.assertEqual(after["items"], [])
		self.assertEqual(after["done"], before + 1)

	def test_everybody_sees_their_own_and_a_manager_a_team(self):
		"""S14.1: another user's queue is refused, not merely hidden."""
		self.given(task("look"))
		self.given(task("look"), owner=OTHER)

		self.assertEqual(len(self.seen_by(REP)["items"]), 1)
		for user in (OTHER, "*"):
			with self.assertRaises(frappe.PermissionError):
				self.seen_by(REP, user=user)
		team = self.seen_by(BOSS, user="*")
		self.assertLessEqual({REP, OTHER}, {each["assigned_to"] for each in team["items"]})
		self.assertEqual(len(self.seen_by(BOSS, user=OTHER)["items"]), 1)

	def test_the_workspaces_card_says_as_many_as_the_queue_shows(self):
		"""What is overdue or due today, not what is yet to be carried out; a mail to review is among them."""
		late = self.given(task("look"))
		frappe.db.set_value(
			"Cadence Activity", activity(late, "look").name, "due_on", add_days(nowdate(), -2)
		)
		self.given(task("look", due={"amount": 3, "unit": "Days"}))
		self.given(call("ring"))
		reviewed = activity(self.given(task("look")), "look").name
		mail = {"delivery": "Waiting for Review", "status": "Handed Over", "standing": None, "due_on": None}
		frappe.db.set_value("Cadence Activity", reviewed, mail | {"channel": "Email"})
		for reader, user in ((REP, ""), (BOSS, "*")):
			with self.subTest(reader):
				counts = self.seen_by(reader, user=user)["counts"]
				with as_user(reader):
					card = operation.due_today()
				self.assertEqual(card["value"], counts["Overdue"] + counts["Today"])
				self.assertEqual(card["route_options"], {"user": user} if user else {})
		counts = self.seen_by(REP)["counts"]
		self.assertEqual((counts["Overdue"] + counts["Today"], counts["Later"]), (3, 1))

	def test_filters_by_cadence_and_channel(self):
		looked, rung = self.given(task("look")), self.given(call("ring"))

		of_calls = self.seen_by(REP, channel="Call")["items"]
		of_cadence = self.seen_by(REP, cadence=state(looked).cadence)["items"]

		self.assertEqual([each["enrollment"] for each in of_calls], [rung])
		self.assertEqual([each["enrollment"] for each in of_cadence], [looked])

	def test_its_queries_do_not_grow_with_what_is_due(self):
		def count():
			with as_user(REP):
				queue.today()
				return len(self.queries_of(queue.today))

		cadence = builders.make_cadence(task("look"))
		enroll(cadence, *(make_lead(lead_owner=REP) for _ in range(2)))
		few = count()
		enroll(cadence, *(make_lead(lead_owner=REP) for _ in range(12)))

		self.assertEqual(count(), few)


class TestOneItem(QueueTestCase):
	def test_it_tells_why_it_came_and_what_each_result_would_cause(self):
		"""S8.4: by the engine that decides when the result comes."""
		leaves = {"key": "wrong", "kind": "Outcome of a Follow-up", "title": "Wrong number"}
		leaves["trigger"] = {"outcome": "Call Result", "detail": "Wrong Number"}
		again = task("again", "ring", "Call Result", days=2)
		again["trigger"]["detail"] = "No Answer"
		enrollment = self.given(task("look"), call("ring", "look", "Completed"), again, exit_rules=[leaves])
		self.say(activity(enrollment, "look").name, outcome="Completed")

		with as_user(REP):
			item = queue.item(activity(enrollment, "ring").name)

		caused = {each["result"] or each["outcome"]: each["causes"] for each in item["results"]}
		self.assertIn("completed", item["why"])
		self.assertIn("Completed", caused["Interested"][0])
		self.assertEqual(len(caused["No Answer"]), 1)
		self.assertIn("follows on", caused["No Answer"][0])
		self.assertIn("Stopped", caused["Wrong Number"][0])
		self.assertEqual(activity(enrollment, "ring").standing, "Scheduled")

	def test_who_it_is_and_the_phone_number_are_shown(self):
		"""S8.4: the title of a lead is that of its company, where it has one."""
		self.needs("Lead")
		enrollment = self.given(call("ring"))
		values = {"mobile_no": "+49 30 123456", "lead_name": "Ada Lovelace", "title": "Analytical Engines"}
		frappe.db.set_value("Lead", state(enrollment).reference_name, values)

		with as_user(REP):
			fields = queue.item(activity(enrollment, "ring").name)["person"]["fields"]

		told = [(each["kind"], each["value"]) for each in fields]
		self.assertIn(("Phone", "+49 30 123456"), told)
		self.assertIn(("Data", "Ada Lovelace"), told)

	def test_somebody_elses_is_refused(self):
		"""S14.1"""
		name = activity(self.given(task("look")), "look").name
		with as_user(OTHER):
			self.assertRaises(frappe.PermissionError, queue.item, name)
			self.assertRaises(frappe.PermissionError, queue.say, name, "Completed")
			self.assertRaises(frappe.PermissionError, queue.take_back, name)


class TestSaying(QueueTestCase):
	def test_nothing_happens_until_it_can_no_longer_be_taken_back(self):
		enrollment = self.given(task("look"), task("then", "look", "Completed"))
		name = activity(enrollment, "look").name
		with as_user(REP):
			queue.say(name, "Completed")
			self.assertEqual(made_for(enrollment, "look").status, "Open")
			self.assertEqual(queue.today()["counts"]["Today"], 0)
			self.assertTrue(queue.take_back(name))
		with at(add_to_date(None, minutes=5)):
			self.assertEqual(self.tick(), 0)

		self.assertEqual(activity(enrollment, "look").standing, "Not Started")
		self.assertIsNone(activity(enrollment, "then"))

	def tick(self):
		"""What the minute's job does, but for its commits."""
		with patch.object(compat, "use_read_committed"), patch.object(frappe.db, "commit"):
			try:
				return results.work()
			finally:
				frappe.set_user("Administrator")

	def test_afterwards_it_cannot_be_taken_back(self):
		enrollment = self.given(task("look"))
		name = activity(enrollment, "look").name
		told = self.say(name, outcome="Completed")
		with as_user(REP):
			self.assertFalse(queue.take_back(name))
		self.assertIn("Completed", told)
		self.assertEqual(made_for(enrollment, "look").status, "Closed")

	def test_a_browser_that_is_closed_loses_nothing(self):
		"""The minute's tick carries out what was said."""
		enrollment = self.given(task("look"))
		with as_user(REP):
			queue.say(activity(enrollment, "look").name, "Completed")

		with at(add_to_date(None, seconds=results.TIME_TO_UNDO - 2)):
			self.assertEqual(self.tick(), 0)
		with at(add_to_date(None, seconds=results.TIME_TO_UNDO + 2)):
			self.assertEqual(self.tick(), 1)

		self.assertEqual(activity(enrollment, "look").standing, "Completed")

	def test_a_run_that_cannot_be_read_keeps_nobody_elses_result_waiting(self):
		broken, enrollment = self.given(task("look")), self.given(task("look"))
		for each in (broken, enrollment):
			with as_user(REP):
				queue.say(activity(each, "look").name, "Completed")
		frappe.db.set_value(
			"Cadence Activity", activity(broken, "look").name, "marks", '[["Nonsense", "", []]]'
		)

		with at(add_to_date(None, minutes=1)):
			self.tick()

		self.assertEqual(activity(enrollment, "look").standing, "Completed")
		self.assertEqual(made_for(broken, "look").status, "Closed")
		[entry] = [each for each in builders.inbox_of(broken) if each.kind == "Outcome"]
		self.assertIsNone(entry.processed_at)

	def test_a_call_keeps_result_length_and_note(self):
		enrollment = self.given(call("ring"))
		lead = state(enrollment).reference_name

		self.say(
			activity(enrollment, "ring").name,
			outcome="Call Result",
			result="Interested",
			minutes=12,
			note="Wants <b>prices</b>",
		)

		event = made_for(enrollment, "ring")
		self.assertEqual((event.status, event.cadence_call_result), ("Completed", "Interested"))
		self.assertEqual((event.ends_on - event.starts_on).total_seconds(), 12 * 60)
		self.assertEqual(activity(enrollment, "ring").call_result, "Interested")
		comments = frappe.get_all(
			"Comment", {"reference_name": lead, "comment_type": "Comment"}, pluck="content"
		)
		self.assertTrue(any("Wants &lt;b&gt;prices" in each and "12" in each for each in comments), comments)

	def test_a_note_stands_with_the_record_of_the_follow_up(self):
		"""S14.1: whoever has a task may say that it is about another record, which they may not even read."""
		enrollment, other = self.given(task("look")), builders.make_lead()
		todo = made_for(enrollment, "look")
		frappe.db.set_value("ToDo", todo.name, "reference_name", other.name)

		self.say(activity(enrollment, "look").name, outcome="Completed", note="Wants prices")

		told = {"comment_type": "Comment", "content": ("like", "%Wants prices%")}
		found = frappe.get_all("Comment", told, pluck="reference_name")
		self.assertEqual(found, [state(enrollment).reference_name])

	def test_put_off_moves_task_and_queue(self):
		enrollment = self.given(task("look"))
		day = add_days(nowdate(), 5)

		self.say(activity(enrollment, "look").name, put_off_to=day)

		self.assertEqual(str(made_for(enrollment, "look").date), day)
		[found] = self.seen_by(REP)["items"]
		self.assertEqual((found["bucket"], str(found["due"].date())), ("Later", day))

	def test_put_off_moves_a_call_for_the_cadence_too(self):
		enrollment = self.given(call("ring"))
		moment = f"{add_days(nowdate(), 2)} 15:30:00"

		self.say(activity(enrollment, "ring").name, put_off_to=moment)

		self.assertEqual(str(activity(enrollment, "ring").starts_at), moment)

	def test_a_run_is_ended_with_a_disposition_along_with_the_call(self):
		"""S5.7: within ten seconds it can be taken back."""
		self.settings(dispositions="Meeting Booked\nNot Now")
		enrollment = self.given(call("ring"), task("then", "ring", "Completed"))
		name = activity(enrollment, "ring").name
		with as_user(REP):
			queue.say(name, "Completed", ends=True, disposition="Not Now")
			self.assertTrue(queue.take_back(name))
		self.assertEqual(state(enrollment).status, "Active")

		self.say(name, outcome="Completed", note="In spring", ends=True, disposition="Meeting Booked")

		ended = state(enrollment)
		self.assertEqual((ended.status, ended.disposition), ("Stopped", "Meeting Booked"))
		self.assertEqual(activity(enrollment, "ring").standing, "Completed")
		self.assertNotEqual((activity(enrollment, "then") or frappe._dict()).status, "Carried Out")
		[told] = of_record("Lead", ended.reference_name)
		self.assertIn("Meeting Booked", told["exit_reason"])

	def test_it_is_ended_without_saying_anything_of_the_task(self):
		self.settings(dispositions="Not Now")
		enrollment = self.given(task("look"))
		self.say(activity(enrollment, "look").name, ends=True, disposition="Not Now")
		self.assertEqual(state(enrollment).status, "Stopped")

	def test_a_disposition_that_is_none_is_refused_and_who_may_not_end_runs(self):
		"""S14.1"""
		self.settings(dispositions="Not Now")
		name = activity(self.given(task("look")), "look").name
		with as_user(REP):
			self.assertRaises(frappe.ValidationError, queue.say, name, ends=True, disposition="Whatever")
			self.assertRaises(frappe.ValidationError, queue.say, name)
		with as_user(OTHER):
			self.assertRaises(frappe.PermissionError, queue.say, name, ends=True, disposition="Not Now")

	def settings(self, **values):
		for field, value in values.items():
			frappe.db.set_single_value("Cadence Settings", field, value)
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")

	def test_what_is_closed_already_is_told_not_done_twice(self):
		"""S8.8: an action says what happened."""
		enrollment = self.given(task("look"))
		name = activity(enrollment, "look").name
		with as_user(REP):
			queue.say(name, "Skipped")
		todo = made_for(enrollment, "look")
		todo.status = "Closed"
		todo.save()
		with as_user(REP):
			told = queue.settle([name])[name]

		self.assertIn("closed by somebody else", told)
		work()
		self.assertEqual(activity(enrollment, "look").standing, "Completed")

	def test_it_is_said_once_at_a_time(self):
		name = activity(self.given(task("look")), "look").name
		with as_user(REP):
			queue.say(name, "Completed")
			self.assertRaises(NotOpen, queue.say, name, "Skipped")

	def test_what_cannot_be_said_is_refused(self):
		name = activity(self.given(task("look")), "look").name
		with as_user(REP):
			for answer in (
				{"outcome": "Opened"},
				{"outcome": "Overdue"},
				{"put_off_to": "2000-01-01"},
				{"put_off_to": "no day"},
				{"outcome": "Completed", "minutes": -1},
				{"outcome": "Completed", "note": "x" * 6000},
			):
				with self.subTest(**answer):
					self.assertRaises(frappe.ValidationError, queue.say, name, **answer)
