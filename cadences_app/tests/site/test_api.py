"""Enrolling and steering over REST: rights, accounts, long runs (S5, S6.5, S15.3)."""

import csv
import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import frappe
from frappe.permissions import add_user_permission, update_permission_property
from frappe.utils import add_days, get_datetime, now_datetime

from cadences_app.api import audience, records
from cadences_app.api import enrollments as api
from cadences_app.enrolling import activation, control
from cadences_app.enrolling.enroll import CadenceNotActive
from cadences_app.runtime import long_jobs
from cadences_app.store import clock
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.builders import activity, at, enroll, make_cadence, make_lead, state, task, work
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.tests.site.test_enrolling import ENROLLER, TURNED_DOWN, EnrollingTestCase, write_leads
from cadences_app.tests.site.worker import Worker


class APITestCase(EnrollingTestCase):
	def tearDown(self):
		super().tearDown()
		frappe.clear_cache(doctype="Cadence Enrollment")  # permissions that were rolled back

	def given(self, *follow_ups, **more):
		self.cadence, self.lead = make_cadence(*(follow_ups or [task("look", days=2)]), **more), make_lead()
		[self.enrollment] = enroll(self.cadence, self.lead)


class TestEnroll(APITestCase):
	"""Enrolling from the list: the answer tells what became of each (S5.2)."""

	def test_the_answer_counts_and_says_why(self):
		cadence = make_cadence(task("look"), exit_rules=[TURNED_DOWN])
		fresh, known, done = make_lead(), make_lead(), make_lead()
		lost = make_lead(status="Do Not Contact", first_name="Grace")
		[_, ended] = enroll(cadence, known, done)
		frappe.db.set_value("Cadence Enrollment", ended, {"status": "Completed", "active_key": None})

		names = json.dumps([each.name for each in (fresh, known, done, lost)] + ["nobody"])
		with as_user(ENROLLER):
			answer = api.enroll(cadence.name, names)

		self.assertEqual((answer["enrolled"], answer["resumed"], answer["restarted"]), (1, 0, 0))
		self.assertFalse(answer["in_background"])
		whys = {each["name"]: each["why"] for each in answer["skipped"]}
		self.assertEqual(whys[known.name], "is in this cadence already")
		self.assertEqual(whys[done.name], "was in this cadence before: resume or restart?")
		self.assertEqual(whys[lost.name], "would leave at once: Turned down")
		self.assertIn("Grace", {each["name"]: each["title"] for each in answer["skipped"]}[lost.name])
		self.assertEqual(
			answer["refused"], [{"name": "nobody", "why": "was not found, or you may not read it"}]
		)
		self.assertEqual((answer["may_resume"], answer["may_restart"]), ([], [done.name]))
		self.assertEqual(activity(answer["enrollments"][0], "look").status, "Carried Out")

	def test_taking_up_again_is_counted_by_kind(self):
		cadence, leads = make_cadence(task("look", days=1)), [make_lead(), make_lead()]
		for enrollment in enroll(cadence, *leads):
			api.stop([enrollment])
		resumed = api.enroll(cadence.name, [leads[0].name], "Resume")
		restarted = api.enroll(cadence.name, leads[1].name, "Restart")
		self.assertEqual((resumed["resumed"], restarted["restarted"]), (1, 1))
		self.assertEqual(state(restarted["enrollments"][0]).run, 2)

	def test_a_rule_that_fails_is_named(self):
		rule = {"key": "odd", "kind": "Expression", "expression": "doc.city.upper() == 'BONN'"}
		cadence, lead = make_cadence(task("look"), exit_rules=[rule]), make_lead()
		[refused] = api.enroll(cadence.name, [lead.name])["refused"]
		self.assertIn("rule can't be evaluated: Expression: ExpressionError", refused["why"])

	def test_odd_arguments_are_refused_with_a_sentence(self):
		cadence = make_cadence(task("look"))
		for names, again, told in (
			(["a"], "Twice", "Twice is none of: Ask, Resume, Restart, Never"),
			("[1.5, 2]", "Ask", "Expected a list of names"),
			("[broken", "Ask", "Expected a list of names"),
			(["a"] * 100_001, "Ask", "At most 100000 records"),
		):
			with self.subTest(told), self.assertRaisesRegex(frappe.ValidationError, told):
				api.enroll(cadence.name, names, again)

	def test_it_needs_the_right_to_create(self):
		cadence, lead = make_cadence(task("look")), make_lead()
		with as_user(builders.REP):
			for names in ([lead.name], ["x"] * 300):
				with self.assertRaises(frappe.PermissionError):
					api.enroll(cadence.name, names)

	def test_a_long_run_into_an_inactive_cadence_is_refused_at_once(self):
		cadence = make_cadence(task("look"))
		activation.deactivate(cadence)
		with self.assertRaises(CadenceNotActive):
			api.enroll(cadence.name, ["x"] * 300)


class TestOffered(APITestCase):
	"""The cadences that apply to a record, those of earlier runs too (S5.1)."""

	def test_active_cadences_of_the_module_with_how_the_record_fared(self):
		self.given()
		other = make_cadence(task("look"), module="Contact")
		inactive = make_cadence(task("look"))
		activation.deactivate(inactive)
		api.stop([self.enrollment], "Wrong person")

		with as_user(ENROLLER):
			offered = {each["name"]: each for each in api.applicable("Lead", [self.lead.name])}

		self.assertNotIn(other.name, offered)
		self.assertNotIn(inactive.name, offered)
		[earlier] = offered[self.cadence.name]["earlier"]
		self.assertEqual(earlier["status"], "Stopped")
		self.assertEqual(earlier["exit_reason"], "taken out by hand (Wrong person)")
		many = api.applicable("Lead", [self.lead.name, make_lead().name])
		self.assertTrue(all(each["earlier"] == [] for each in many))

	def test_who_may_not_read_the_record_is_told_nothing_of_it(self):
		self.given()
		add_user_permission("Lead", make_lead().name, ENROLLER)
		with as_user(ENROLLER):
			for ask in (
				lambda: api.of_record("Lead", self.lead.name),
				lambda: api.applicable("Lead", [self.lead.name]),
				lambda: api.timeline(self.enrollment),
			):
				with self.assertRaises(frappe.PermissionError):
					ask()

	def test_without_a_cadence_role_a_record_shows_no_enrollments(self):
		self.given()
		with as_user(builders.REP):
			self.assertEqual(api.of_record("Lead", self.lead.name), [])
			with self.assertRaises(frappe.PermissionError):
				api.timeline(self.enrollment)

	def test_the_timeline_tells_what_happened_and_why(self):
		self.given()
		api.pause([self.enrollment])
		api.stop([self.enrollment], "Wrong person")
		with as_user(ENROLLER):
			entries = api.timeline(self.enrollment)
		self.assertEqual([each["kind"] for each in entries], ["Stop", "Pause", "Enrolled"])
		told = [" ".join(each["sentences"]) for each in entries]
		self.assertIn("Stopped: taken out by hand (Wrong person)", told[0])
		self.assertIn("Paused", told[1])
		self.assertIn("Run 1 started", told[2])
		self.assertEqual(entries[0]["source"], "Administrator")


class TestSteering(APITestCase):
	"""Pause, resume, skip and stop (S5.6)."""

	def test_pause_for_minutes_goes_on_by_itself_and_moves_what_is_scheduled(self):
		self.given()
		due_at = activity(self.enrollment, "look").due_at
		before, until = now_datetime(), clock.now() + timedelta(minutes=90)
		api.pause([self.enrollment], minutes=90)

		row = state(self.enrollment)
		self.assertEqual(row.status, "Paused")
		self.assertAlmostEqual(row.paused_until, clock.to_site(until), delta=timedelta(seconds=9))
		with at(row.paused_until):
			work()
			self.assertEqual(state(self.enrollment).status, "Active")
		moved_by = row.paused_until - before - timedelta(minutes=1)  # on the clock, which may be changed
		self.assertGreaterEqual(activity(self.enrollment, "look").due_at, due_at + moved_by)

	def test_pause_counts_real_minutes_where_the_clock_is_changed(self):
		zone = clock.site_zone()
		before_the_change = get_datetime("2027-03-27 12:00:00")
		with at(before_the_change):
			self.given()
			api.pause([self.enrollment], minutes=24 * 60)
		until = state(self.enrollment).paused_until
		elapsed = until.replace(tzinfo=zone).timestamp() - before_the_change.replace(tzinfo=zone).timestamp()
		self.assertEqual(elapsed, 24 * 3600)

	def test_pause_until_a_moment_or_until_somebody_resumes(self):
		self.given()
		moment = add_days(now_datetime().replace(microsecond=0), 3)
		api.pause(self.enrollment, until=str(moment))
		self.assertEqual(state(self.enrollment).paused_until, moment)
		api.pause([self.enrollment])
		self.assertIsNone(state(self.enrollment).paused_until)
		with at(add_days(None, 30)):
			work()
			self.assertEqual(state(self.enrollment).status, "Paused")
			api.resume([self.enrollment])
			self.assertEqual(state(self.enrollment).status, "Active")

	def test_a_pause_must_end_in_the_future(self):
		self.given()
		for arguments in ({"minutes": 0}, {"minutes": -5}, {"until": "2001-01-01"}):
			with self.subTest(arguments), self.assertRaisesRegex(frappe.ValidationError, "in the future"):
				api.pause([self.enrollment], **arguments)
		with self.assertRaisesRegex(frappe.ValidationError, "is no date and time"):
			api.pause([self.enrollment], until="soon")
		self.assertEqual(state(self.enrollment).status, "Active")

	def test_skip_brings_the_next_one_forward_and_the_last_one_too(self):
		self.given(task("look", days=2), task("then", "look", days=2), task("last", "then", days=2))
		api.skip([self.enrollment])
		self.assertEqual(activity(self.enrollment, "look").status, "Carried Out")
		self.assertEqual(state(self.enrollment).next_follow_up, "then")

		api.skip([self.enrollment], "Last Follow-up")
		self.assertEqual(activity(self.enrollment, "then").status, "Skipped")
		self.assertEqual(activity(self.enrollment, "last").status, "Carried Out")
		with self.assertRaisesRegex(frappe.ValidationError, "Home is none of"):
			api.skip([self.enrollment], "Home")

	def test_stop_says_why_and_cancels_what_is_scheduled(self):
		self.given()
		with as_user(ENROLLER):
			api.stop([self.enrollment], why="Has left the company")
		row = state(self.enrollment)
		self.assertEqual((row.status, row.exit_note), ("Stopped", "Has left the company"))
		self.assertEqual(activity(self.enrollment, "look").status, "Cancelled")

	def test_each_step_needs_write_and_a_record_that_one_may_read(self):
		self.given()
		steps = {
			"pause": lambda: api.pause([self.enrollment]),
			"resume": lambda: api.resume([self.enrollment]),
			"skip": lambda: api.skip([self.enrollment]),
			"stop": lambda: api.stop([self.enrollment]),
		}
		unenroll = {"unenroll": lambda: api.unenroll("Lead", [self.lead.name])}

		def refused(user, steps):
			for name, step in steps.items():
				with self.subTest(name, user=user), as_user(user):
					self.assertRaises(frappe.PermissionError, step)

		refused(builders.REP, steps | unenroll)
		add_user_permission("Lead", make_lead().name, ENROLLER)
		refused(ENROLLER, steps)
		frappe.db.delete("User Permission", {"user": ENROLLER})
		frappe.clear_cache(user=ENROLLER)
		update_permission_property("Cadence Enrollment", "Cadence User", 0, "write", 0)
		refused(ENROLLER, steps | unenroll)
		with as_user(ENROLLER):
			self.assertEqual(api.enroll(self.cadence.name, [make_lead().name])["enrolled"], 1)
		self.assertEqual(state(self.enrollment).status, "Active")

	def test_an_enrollment_that_is_not_there_is_refused(self):
		self.given()
		with self.assertRaisesRegex(frappe.PermissionError, "no-such-one was not found"):
			api.stop([self.enrollment, "no-such-one"])
		work()
		self.assertEqual(state(self.enrollment).status, "Active")


class TestOtherRecordsOfAPerson(APITestCase):
	"""S2.7, S14.1: another record by which somebody is in a cadence is named to who may read it alone: else
	whoever writes an address into a record of theirs learns whose it is."""

	def setUp(self):
		super().setUp()
		address = f"{frappe.generate_hash(length=8)}@target.example"
		self.cadence = make_cadence(task("look", days=2))
		self.secret, self.mine = make_lead(email_id=address), make_lead()
		self.mine.db_set("email_id", address)
		enroll(self.cadence, self.secret)
		add_user_permission("Lead", self.mine.name, ENROLLER)

	def asked(self):
		"""What is told by each way to ask, of the record of theirs."""
		pair = ("Lead", [self.mine.name], [self.cadence.name])
		yield records.preview(*pair)["answers"][0]["text"]
		yield records.enroll(*pair)["answers"][0]["text"]
		yield api.enroll(self.cadence.name, [self.mine.name])["skipped"][0]["why"]
		values = {"cadence": self.cadence.name, "reference_doctype": "Lead", "reference_name": self.mine.name}
		with self.assertRaises(frappe.ValidationError) as refused:
			frappe.get_doc({"doctype": "Cadence Enrollment", **values}).insert()
		yield str(refused.exception)

	def test_it_is_not_named_to_who_may_not_read_it(self):
		with as_user(ENROLLER):
			for told in self.asked():
				self.assertIn("by another record", told)
				self.assertNotIn(self.secret.name, told)

	def test_it_is_named_to_who_may(self):
		add_user_permission("Lead", self.secret.name, ENROLLER)
		with as_user(ENROLLER):
			for told in self.asked():
				self.assertIn(f"by {self.secret.name}", told)

	def test_nor_in_what_a_job_kept(self):
		"""A job keeps the name: it is left out where it is shown."""
		names = [self.mine.name, *(f"nobody-{number}" for number in range(records.AT_ONCE))]
		with as_user(ENROLLER):
			job = records.enroll("Lead", names, self.cadence.name)["job"]
			long_jobs.take_on(job, lambda: None)
			[told] = [each for each in records.answers(job)["answers"] if each["record"] == self.mine.name]
			self.assertEqual(told["text"], "the person is in this cadence by another record")
			[why] = [each["why"] for each in records.account(job)["skipped"]]
			self.assertEqual(why, told["text"])
			records.download(job)
			self.assertNotIn(self.secret.name, frappe.response.pop("filecontent").decode("utf-8-sig"))
		kept = frappe.get_all("Cadence Job Chunk", {"job": job}, pluck="answers")
		self.assertIn(self.secret.name, "".join(kept))
		[told] = [each for each in records.answers(job)["answers"] if each["record"] == self.mine.name]
		self.assertIn(self.secret.name, told["text"])


class TestUnenroll(APITestCase):
	def test_records_leave_one_cadence_or_all(self):
		self.given()
		second, other = make_cadence(task("look", days=2)), make_lead()
		[also] = enroll(second, self.lead)

		answer = api.unenroll("Lead", [self.lead.name, other.name], self.cadence.name, "Moved")
		self.assertEqual(
			answer, {"unenrolled": 1, "waiting": 0, "not_done": [], "not_enrolled": [other.name]}
		)
		self.assertEqual((state(self.enrollment).status, state(also).status), ("Stopped", "Active"))
		self.assertEqual(state(self.enrollment).exit_note, "Moved")

		answer = api.unenroll("Lead", json.dumps([self.lead.name]))
		self.assertEqual((answer["unenrolled"], answer["not_enrolled"]), (1, []))
		self.assertEqual(state(also).status, "Stopped")
		self.assertEqual(api.unenroll("Lead", [self.lead.name])["not_enrolled"], [self.lead.name])

	def test_records_that_one_may_not_read_are_left_in_it_and_not_told_from_others(self):
		self.given()
		mine = make_lead()
		[my_enrollment] = enroll(self.cadence, mine)
		add_user_permission("Lead", mine.name, ENROLLER)
		with as_user(ENROLLER):
			answer = api.unenroll("Lead", [mine.name, self.lead.name, "no-such-lead"])
		self.assertEqual(answer["unenrolled"], 1)
		self.assertEqual(answer["not_enrolled"], sorted([self.lead.name, "no-such-lead"]))
		self.assertEqual((state(my_enrollment).status, state(self.enrollment).status), ("Stopped", "Active"))

	def test_a_preview_shows_the_titles_of_those_that_one_may_read(self):
		"""S5.2: people know their records by their titles; nobody learns one from a preview."""
		cadence, mine, other = make_cadence(task("look", days=2)), make_lead(), make_lead()
		add_user_permission("Lead", mine.name, ENROLLER)
		with as_user(ENROLLER):
			asked = records.preview("Lead", [mine.name, other.name], [cadence.name])
		self.assertEqual(
			[(each["record"], each["title"], each["answer"]) for each in asked["answers"]],
			[(mine.name, mine.title, "enrolled"), (other.name, other.name, "refused")],
		)
		self.assertNotIn(other.title, json.dumps(asked))

	def test_what_it_would_do_is_what_it_then_does(self):
		"""S5.2, S6.4: by cadence and status, before anything is done."""
		self.given()
		paused, waits, other = make_lead(), make_lead(), make_lead()
		second = make_cadence(task("look", days=2), exclusivity={"per_owner": 1})
		[is_paused] = enroll(self.cadence, paused)
		api.pause([is_paused])
		api.enroll(second.name, [self.lead.name, waits.name])
		names = [each.name for each in (self.lead, paused, waits, other)]
		foreseen = api.preview_unenrolling("Lead", names)
		self.assertEqual(
			[tuple(each.values()) for each in foreseen["enrollments"]],
			sorted(
				[
					(self.cadence.name, "Active", 1),
					(self.cadence.name, "Paused", 1),
					(second.name, "Active", 1),
					(second.name, "Waiting", 1),
				]
			),
		)
		live = {"reference_name": ("in", names), "status": ("in", ("Active", "Paused", "Waiting"))}
		scheduled = {"reference_name": ("in", names), "status": "Scheduled"}
		before = [frappe.db.count("Cadence Enrollment", live), frappe.db.count("Cadence Activity", scheduled)]
		answer = api.unenroll("Lead", names)
		self.assertEqual([answer["unenrolled"], foreseen["scheduled"]], before)
		self.assertEqual((foreseen["not_enrolled"], len(answer["not_enrolled"])), (1, 1))
		self.assertEqual(
			[frappe.db.count("Cadence Enrollment", live), frappe.db.count("Cadence Activity", scheduled)],
			[0, 0],
		)

	def test_what_one_may_not_change_stays_and_is_told(self):
		"""S5.2, S14.1"""
		self.given()
		mine = make_lead()
		enroll(self.cadence, mine)

		def changeable(rows, _doctype):
			return [each for each in rows if each.name != self.enrollment]

		with patch.object(control, "changeable", changeable):
			foreseen = api.preview_unenrolling("Lead", [mine.name, self.lead.name])
			answer = api.unenroll("Lead", [mine.name, self.lead.name])
		self.assertEqual((foreseen["enrollments"][0]["count"], foreseen["not_changeable"]), (1, 1))
		self.assertEqual(
			(answer["unenrolled"], [each["name"] for each in answer["not_done"]]), (1, [self.enrollment])
		)
		self.assertEqual(state(self.enrollment).status, "Active")

	def test_very_many_are_left_to_the_workers(self):
		cadence, leads = make_cadence(task("look", days=2)), write_leads(api.AT_ONCE + 30)
		for start in (0, api.AT_ONCE):
			api.enroll(cadence.name, leads[start : start + api.AT_ONCE])

		foreseen = api.preview_unenrolling("Lead", leads, cadence.name)
		self.assertEqual(
			(foreseen["enrollments"][0]["count"], foreseen["scheduled"]), (len(leads), len(leads))
		)
		answer = api.unenroll("Lead", leads)
		self.assertEqual((answer["unenrolled"], answer["waiting"]), (api.AT_ONCE, 30))

		ended = {"cadence": cadence.name, "status": "Stopped"}
		self.assertEqual(frappe.db.count("Cadence Enrollment", ended), api.AT_ONCE)
		work()
		self.assertEqual(frappe.db.count("Cadence Enrollment", ended), len(leads))


class TestLongRun(SweptTestCase):
	"""More than 200 records are enrolled by a job, which can be followed, stopped and read (S5.2)."""

	def given(self, count: int) -> list[str]:
		self.cadence = make_cadence(task("look", days=2))
		leads = write_leads(count)
		frappe.db.commit()
		return leads

	def test_a_worker_enrolls_reports_and_starts_them(self):
		leads = [*self.given(api.AT_ONCE), "nobody"]
		with Worker() as worker, Heard() as heard:
			answer = api.enroll(self.cadence.name, leads)
			self.assertEqual((answer["in_background"], answer["asked"]), (True, len(leads)))
			frappe.db.commit()
			worker.work_at(clock.now().replace(tzinfo=None))

		told = [message for event, message in heard.messages if event == "cadence_job"]
		self.assertEqual({each["name"] for each in told}, {answer["job"]})
		self.assertEqual((told[-1]["status"], told[-1]["done"]), ("Done", len(leads)))
		frappe.db.rollback()
		account = records.account(answer["job"])
		self.assertEqual((account["cadence"], account["enrolled"]), (self.cadence.name, api.AT_ONCE))
		self.assertEqual([each["name"] for each in account["refused"]], ["nobody"])
		started = {"cadence": self.cadence.name, "run": 1, "next_follow_up": "look"}
		self.assertEqual(frappe.db.count("Cadence Enrollment", started), api.AT_ONCE)

	def test_it_stops_when_it_is_told_to_and_goes_on_where_it_stood(self):
		leads = self.given(api.AT_ONCE + 50)
		job = api.enroll(self.cadence.name, leads)["job"]
		taken: list[int] = []

		def stop_after_the_first() -> None:
			taken.append(1)
			if len(taken) == 2:  # it was taken up, and its first chunk done
				audience.stop(job)

		long_jobs.take_on(job, stop_after_the_first)
		long_jobs.take_on(job, lambda: None)
		self.assertEqual(audience.progress(job)["status"], "Stopped")
		halfway = frappe.db.count("Cadence Enrollment", {"cadence": self.cadence.name})
		self.assertLess(halfway, len(leads))
		audience.go_on(job)
		long_jobs.take_on(job, lambda: None)
		self.assertEqual(audience.progress(job)["status"], "Done")
		self.assertEqual(records.account(job)["enrolled"], len(leads))
		self.assertEqual([each["record"] for each in records.answers(job)["answers"]], leads)

	def test_a_cadence_that_was_deactivated_meanwhile_is_told_record_by_record(self):
		leads = self.given(api.AT_ONCE + 1)
		job = api.enroll(self.cadence.name, leads)["job"]
		activation.deactivate(self.cadence)
		long_jobs.take_on(job, lambda: None)
		whys = {each["why"] for each in records.answers(job)["answers"]}
		self.assertEqual(whys, {"cadence_not_active"})
		self.assertEqual(len(records.account(job)["refused"]), len(leads))

	def test_it_ends_with_the_rights_of_who_began_it(self):
		leads = self.given(api.AT_ONCE + 1)
		job = api.enroll(self.cadence.name, leads)["job"]
		frappe.db.set_value("Cadence Job", job, "owner", builders.REP)
		self.addCleanup(frappe.clear_document_cache, "User", builders.REP)
		frappe.db.set_value("User", builders.REP, "enabled", 0)
		long_jobs.take_on(job, lambda: None)
		status, error = frappe.db.get_value("Cadence Job", job, ["status", "error"])
		self.assertEqual((status, error), ("Failed", f"{builders.REP} is not enabled."))
		self.assertEqual(frappe.db.count("Cadence Enrollment", {"cadence": self.cadence.name}), 0)

	def test_nobody_else_reads_what_became_of_them(self):
		leads = self.given(api.AT_ONCE + 1)
		job = api.enroll(self.cadence.name, leads)["job"]
		with as_user(builders.REP):
			for read in (records.answers, records.account, records.download):
				with self.assertRaises(frappe.PermissionError):
					read(job)

	def test_the_file_has_a_line_for_each_and_no_formula(self):
		leads = self.given(api.AT_ONCE)
		job = api.enroll(self.cadence.name, [*leads, "=1+1"])["job"]
		long_jobs.take_on(job, lambda: None)
		records.download(job)
		lines = frappe.response.pop("filecontent").decode("utf-8-sig").splitlines()
		self.assertEqual(len(lines), len(leads) + 2)
		title = frappe.db.get_value("Lead", leads[0], "title") or leads[0]
		self.assertTrue(lines[1].startswith(f"{leads[0]},{title},"))
		self.assertTrue(lines[-1].startswith("'=1+1,"))

	def test_nor_has_it_one_where_semicolons_part_the_cells(self):
		"""As spreadsheets read such files where a comma stands in numbers; who made the record named it."""
		named = {
			"Ada;=1+1": "Ada;'=1+1",
			"Ada;  @SUM(A1)": "Ada;'  @SUM(A1)",
			"Ada\t-1": "Ada\t'-1",
			" +1": "' +1",
			"Ada; Lovelace - Byron": "Ada; Lovelace - Byron",
		}
		leads = self.given(api.AT_ONCE + 1)
		for lead, name in zip(leads, named, strict=False):
			frappe.db.set_value("Lead", lead, "title", name)
		job = api.enroll(self.cadence.name, leads)["job"]
		long_jobs.take_on(job, lambda: None)
		records.download(job)
		rows = list(csv.reader(frappe.response.pop("filecontent").decode("utf-8-sig").splitlines()))
		self.assertEqual([row[1] for row in rows[1 : len(named) + 1]], list(named.values()))


class Heard:
	"""What was published to browsers meanwhile: pairs of event and message."""

	def __enter__(self) -> "Heard":
		from frappe.utils.background_jobs import get_redis_connection_without_auth

		self.messages: list[tuple[str, Any]] = []
		self.channel = get_redis_connection_without_auth().pubsub(ignore_subscribe_messages=True)
		self.channel.subscribe("events")
		self.channel.get_message(timeout=1)
		return self

	def __exit__(self, *_error: object) -> None:
		while (got := self.channel.get_message(timeout=0.3)) is not None:
			published = json.loads(got["data"])
			self.messages.append((published["event"], published["message"]))
		self.channel.close()
