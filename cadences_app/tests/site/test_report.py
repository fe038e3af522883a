"""The report on a cadence: figures, what stands still, what comes, and who sees them (S8)."""

from contextlib import contextmanager

import frappe

from cadences_app.api import reports
from cadences_app.cadences_app.report.cadence_figures import cadence_figures
from cadences_app.engine.events import PauseRequested, StopRequested
from cadences_app.reports import figures, standstill
from cadences_app.reports.comparison import Arm, judge, sample_size
from cadences_app.store import inbox
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, listed_in_desk, make_user
from cadences_app.tests.site.builders import enroll, made_for, make_lead, task, work
from cadences_app.tests.site.smtp import make_account

REP, OTHER, BOSS = "report-rep@example.com", "report-other@example.com", "report-boss@example.com"


class ReportTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		builders.make_team(REP, OTHER, boss=BOSS)

	def setUp(self):
		frappe.set_user("Administrator")
		self.cadence = builders.make_cadence(
			task("look"), task("then", "look", "Completed", days=2), task("other", "look", "Skipped")
		)
		self.enrollments = enroll(
			self.cadence, make_lead(lead_owner=REP), make_lead(lead_owner=REP), make_lead(lead_owner=OTHER)
		)
		todo = made_for(self.enrollments[0], "look")
		todo.status = "Closed"
		todo.save()
		work()

	def seen_by(self, user, **chosen):
		with as_user(user):
			return reports.cadence(self.cadence.name, **chosen)


class TestReplica(ReportTestCase):
	def test_it_is_read_from_a_replica_where_there_is_one(self):
		"""The replica is the same database by a connection of its own, which sees only what is committed."""
		asked = {
			"cadence": reports.cadence,
			"stands_still": reports.stands_still,
			"held_out": reports.held_out,
			"what_comes": reports.what_comes,
		}
		for name, ask in asked.items():
			ask(self.cadence.name)
			with self.subTest(name), replica(), self.assertRaises(frappe.DoesNotExistError):
				ask(self.cadence.name)


@contextmanager
def replica():
	conf = frappe.local.conf
	conf.update(read_from_replica=1, replica_host=conf.db_host or "127.0.0.1", replica_db_port=conf.db_port)
	try:
		yield
	finally:
		for setting in ("read_from_replica", "replica_host", "replica_db_port"):
			conf.pop(setting)
		for connection in ("replica_db", "primary_db"):  # Frappe keeps them until the request ends
			delattr(frappe.local, connection)


class TestFigures(ReportTestCase):
	def test_a_manager_sees_all_of_it_as_a_tree(self):
		"""S8.1, S8.2"""
		found = self.seen_by(BOSS)
		self.assertEqual(found["cards"][0]["number"], 3)
		steps = {each["key"]: each for each in found["funnel"]}
		self.assertEqual((steps["look"]["Reached"], steps["look"]["Completed"]), (3, 1))
		self.assertEqual(
			(steps["then"]["Scheduled"], steps["then"]["depth"], steps["then"]["parent"]), (1, 1, "look")
		)
		self.assertEqual(steps["other"]["Reached"], 0)
		self.assertEqual({each["value"]: each["Enrolled"] for each in found["owners"]}, {REP: 2, OTHER: 1})

	def test_a_rep_sees_the_figures_of_their_own_records(self):
		"""S14.1: numbers of others are left out, whatever is asked for."""
		for chosen in ({}, {"owner": OTHER}):
			found = self.seen_by(REP, **chosen)
			self.assertTrue(found["is_own_only"])
			self.assertEqual(found["cards"][0]["number"], 2)
			self.assertEqual([each["value"] for each in found["owners"]], [REP])

	def test_filters_narrow_it(self):
		self.assertEqual(self.seen_by(BOSS, owner=OTHER)["cards"][0]["number"], 1)
		self.assertEqual(self.seen_by(BOSS, since="2100-01-01")["cards"][0]["number"], 0)
		self.assertEqual(self.seen_by(BOSS, version=self.cadence.version)["cards"][0]["number"], 3)
		with self.assertRaises(frappe.ValidationError):
			self.seen_by(BOSS, since="no day")

	def test_without_the_right_nothing_is_told(self):
		stranger = make_user("report-nobody@example.com", "Sales User")
		with as_user(stranger):
			for ask in (reports.cadence, reports.stands_still, reports.what_comes, reports.recount):
				self.assertRaises(frappe.PermissionError, ask, self.cadence.name)
			self.assertRaises(frappe.PermissionError, reports.what_comes)
		with as_user(REP):
			self.assertRaises(frappe.PermissionError, reports.recount, self.cadence.name)


class TestStandstill(ReportTestCase):
	def still(self, user=BOSS):
		with as_user(user):
			return {each["still"]: each["number"] for each in reports.stands_still(self.cadence.name)}

	def test_each_live_enrollment_stands_under_one_reason(self):
		"""S8.3a: with what would set it going."""
		self.assertEqual(self.still(), {"Open Task or Call": 2, "Scheduled": 1})
		self.assertEqual(self.still(REP), {"Open Task or Call": 1, "Scheduled": 1})
		inbox.record([inbox.InboxEntry(self.enrollments[0], self.cadence.name, PauseRequested())], wake=False)
		work()
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], {"error": "no such field", "stuck": 1})
		self.assertEqual(self.still(), {"Error": 1, "Paused": 1, "Open Task or Call": 1})
		with as_user(BOSS):
			for each in reports.stands_still(self.cadence.name):
				self.assertTrue(each["label"] and each["remedy"])

	def test_what_time_changes_counts_without_a_decision(self):
		"""S8.3a: late, overdue, and mails in the outbox."""
		late = frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=-11)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[0], "next_due_at", late)
		frappe.db.sql(
			"update `tabCadence Figure` set day = %s where cadence = %s and measure = 'Still' and day > %s",
			("2020-01-01", self.cadence.name, "2020-01-02"),
		)
		self.assertEqual(self.still(), {"Not Worked On": 1, "Overdue": 2})
		activity = {"enrollment": self.enrollments[1], "follow_up": "look"}
		frappe.db.set_value("Cadence Activity", activity, "delivery", "Waiting for Review")
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], "still_on", "2020-01-01")
		self.assertEqual(self.still(), {"Not Worked On": 1, "Waits for Review": 1, "Overdue": 1})

	def test_who_is_late_is_found_in_the_list_and_nobody_else(self):
		"""S8.3a: nor who waits for nothing by the clock."""
		late = frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=-11)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[0], "next_due_at", late)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], "next_due_at", None)
		with as_user(BOSS):
			[told] = [
				each for each in reports.stands_still(self.cadence.name) if each["still"] == "Not Worked On"
			]
		self.assertEqual(listed_in_desk(told["doctype"], told["filters"]), [self.enrollments[0]])

	def test_what_is_kept_is_what_the_activities_say_and_a_check_mends_it(self):
		"""S8.3a: the reason that is kept with an enrollment, and the one by its activities, are one rule."""
		self.assertEqual(standstill.check(self.cadence.name), 0)
		inbox.record([inbox.InboxEntry(self.enrollments[0], self.cadence.name, PauseRequested())], wake=False)
		work()
		self.assertEqual(standstill.check(self.cadence.name), 0)
		frappe.db.set_value("Cadence Enrollment", self.enrollments[1], {"still": "Scheduled", "stuck": 1})
		self.assertEqual(standstill.check(self.cadence.name), 1)
		self.assertEqual(
			frappe.db.get_value("Cadence Enrollment", self.enrollments[1], ["still", "stuck"]),
			("Open Task or Call", 0),
		)

	def comes(self, user=BOSS, **chosen):
		with as_user(user):
			found = reports.what_comes(self.cadence.name, **chosen)
		return [(each["day"], each["channel"], each["owner"], each["number"]) for each in found]

	def test_what_comes_is_counted_by_day_channel_and_owner(self):
		"""S8.6"""
		day = str(frappe.utils.add_days(frappe.utils.nowdate(), 2))
		self.assertEqual(self.comes(), [(day, "Task", REP, 1)])
		self.assertEqual(self.comes(OTHER), [])

	def test_what_comes_goes_with_the_record_and_rests_with_its_enrollment(self):
		"""S8.6: a new owner has the work to come; while it is paused nobody knows the day."""
		day = str(frappe.utils.add_days(frappe.utils.nowdate(), 2))
		reference = frappe.db.get_value("Cadence Enrollment", self.enrollments[0], "reference_name")
		lead = frappe.get_doc("Lead", reference)
		lead.lead_owner = OTHER
		lead.save()
		work()
		self.assertEqual(self.comes(), [(day, "Task", OTHER, 1)])
		self.assertEqual(+figures.kept(self.cadence.name), +figures.recount(self.cadence.name))
		inbox.record([inbox.InboxEntry(self.enrollments[0], self.cadence.name, PauseRequested())], wake=False)
		work()
		self.assertEqual(self.comes(), [])

	def test_mails_to_come_are_counted_by_mailbox_against_its_cap(self):
		"""S8.6, S13.3a: the cap of a mailbox that warms up is that of today."""
		template = frappe.get_doc(
			{
				"doctype": "Email Template",
				"name": builders.unique("Template"),
				"subject": "Hello",
				"response": "Hello",
			}
		).insert()
		account = make_account(1)
		mailbox = frappe.get_doc({"doctype": "Cadence Mailbox", "email_account": account.name, "per_day": 1})
		mailbox.insert(ignore_if_duplicate=True)
		caps = {"per_day": 50, "warm_up": 1, "warm_up_cap": 1}
		frappe.db.set_value("Cadence Mailbox", {"email_account": account.name}, caps)
		content = {"to_field": "email_id", "sender": "Email Account", "sender_value": account.name}
		content["variants"] = [{"template": template.name}]
		write = builders.follow_up("write", "Email", "look", "Carried Out", 2, content)
		cadence = builders.make_cadence(task("look"), write)
		enroll(cadence, make_lead(lead_owner=REP), make_lead(lead_owner=OTHER))
		work()
		with as_user(BOSS):
			[found] = reports.what_comes(cadence.name)
		self.assertEqual((found["mailbox"], found["who"], found["number"]), (account.name, account.name, 2))
		self.assertEqual(found["cap"], 1)

	def test_dispositions_are_counted(self):
		"""S5.7"""
		for disposition in ("Not Now", ""):
			enrollment = self.enrollments.pop()
			event = StopRequested("over", disposition)
			inbox.record([inbox.InboxEntry(enrollment, self.cadence.name, event)], wake=False)
			work()
		self.assertEqual(self.seen_by(BOSS)["dispositions"], [{"value": "Not Now", "number": 1}])
		self.assertEqual(+figures.kept(self.cadence.name), +figures.recount(self.cadence.name))


class TestHoldout(ReportTestCase):
	def test_both_sides_are_judged_by_conversions(self):
		"""S8.5: no answer from a handful, and none for who sees their own records alone."""
		with as_user(BOSS):
			self.assertIsNone(reports.held_out(self.cadence.name))
		away = make_lead()
		held_out = {"cadence": self.cadence.name, "reference_doctype": "Lead", "reference_name": away.name}
		frappe.get_doc({"doctype": "Cadence Bystander", "why": "Holdout", **held_out}).insert()
		frappe.db.set_value("Lead", away.name, "status", "Converted")
		with as_user(BOSS):
			found = reports.held_out(self.cadence.name)
		self.assertEqual([(arm["number"], arm["converted"]) for arm in found["arms"]], [(3, 0), (1, 1)])
		self.assertEqual(found["winner"], "")
		self.assertGreater(found["needed"], 0)
		with as_user(REP):
			self.assertIsNone(reports.held_out(self.cadence.name))


class TestScriptReport(ReportTestCase):
	def run_report(self, user, **filters):
		with as_user(user):
			return cadence_figures.execute(filters)

	def test_a_line_a_follow_up_with_the_figures_of_the_page(self):
		"""S8.1"""
		columns, rows, _message, chart = self.run_report(BOSS, cadence=self.cadence.name)
		self.assertEqual([row["follow_up"] for row in rows], ["look", "then"])
		self.assertEqual((rows[0]["Reached"], rows[0]["Completed"]), (3, 1))
		self.assertIn("Reply Rate", [column["label"] for column in columns])
		self.assertEqual(sum(chart["data"]["datasets"][0]["values"]), 3)
		self.assertGreaterEqual(len(chart["data"]["labels"]), 2)
		*_columns, nothing = self.run_report(BOSS, cadence=self.cadence.name, from_date="2100-01-01")
		self.assertIsNone(nothing)

	def test_what_is_no_day_and_no_version_is_told(self):
		odd_days = ({"from_date": "99999999999999999999"}, {"to_date": "9999-12-31"})
		for odd in (*odd_days, {"version": ["a", "b"]}):
			with self.subTest(odd), self.assertRaises(frappe.ValidationError):
				self.run_report(BOSS, cadence=self.cadence.name, **odd)

	def test_each_sees_their_own(self):
		_columns, rows, *_rest = self.run_report(REP)
		[row] = [row for row in rows if row["cadence"] == self.cadence.name]
		self.assertEqual((row["Enrolled"], row["Live"]), (2, 2))
		stranger = make_user("report-nobody@example.com", "Sales User")
		self.assertRaises(frappe.PermissionError, self.run_report, stranger)


class TestComparison(SiteTestCase):
	"""S8.5: judged by replies; no winner before the difference means something."""

	def test_no_winner_from_a_few(self):
		verdict = judge([Arm("Long", 20, 6), Arm("Short", 20, 1)])
		self.assertEqual(verdict.winner, "")
		self.assertGreater(verdict.needed, 0)

	def test_a_winner_once_enough_were_sent(self):
		verdict = judge([Arm("Long", 600, 60), Arm("Short", 600, 24)])
		self.assertEqual((verdict.winner, verdict.needed), ("Long", 0))
		self.assertLess(verdict.p_value, 0.05)

	def test_the_number_needed_is_that_of_the_textbook(self):
		"""10 % against 5 %: 435 each (Fleiss, Levin, Paik: without the continuity correction)."""
		self.assertEqual(sample_size(0.10, 0.05), 435)
		self.assertIsNone(sample_size(0.1, 0.1))

	def test_more_arms_need_more(self):
		two = judge([Arm("a", 100, 10), Arm("b", 100, 5)])
		three = judge([Arm("a", 100, 10), Arm("b", 100, 5), Arm("c", 100, 5)])
		self.assertGreater(three.needed, two.needed)

	def test_nothing_sent_is_nothing_told(self):
		self.assertEqual(judge([Arm("a", 0, 0), Arm("b", 0, 0)]).winner, "")
		self.assertEqual(judge([]).winner, "")
