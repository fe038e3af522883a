"""Records get into a cadence, and back into it (S2.4, S5)."""

import csv
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import frappe
from frappe.core.doctype.data_import.importer import Importer
from frappe.permissions import add_user_permission
from frappe.utils import add_days, now_datetime

from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import activation, control
from cadences_app.enrolling.enroll import CadenceNotActive, enroll
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.runtime import tick
from cadences_app.store import compat
from cadences_app.store.compat import insert_rows
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user, make_user
from cadences_app.tests.site.builders import (
	activity,
	at,
	made_for,
	make_cadence,
	make_crm_lead,
	make_lead,
	state,
	task,
	work,
)
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.tests.site.test_runner import RunnerTestCase

ENROLLER = "enroller@cadences.example"
TURNED_DOWN = {
	"key": "no",
	"kind": "Record Conditions",
	"title": "Turned down",
	"conditions": [{"field": "status", "operator": "=", "value": "Do Not Contact"}],
}


class EnrollingTestCase(RunnerTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_enroller()

	def tearDown(self):
		super().tearDown()
		frappe.set_user("Administrator")
		frappe.clear_cache(user=ENROLLER)  # permissions that were rolled back


def make_enroller() -> None:
	"""A user who may enroll and un-enroll Leads. It stays on the site, since making users takes long."""
	if "Cadence User" not in frappe.get_roles(ENROLLER):
		make_user(ENROLLER, "Cadence User", "Sales User")
		frappe.db.commit()


def write_leads(count: int, **fields) -> list[str]:
	"""So many Leads as rows, without the documents' own work. Returns their names."""
	columns = {"first_name": "Ada", "lead_name": "Ada Row", "status": "Lead", **fields}
	rows = [{**standard_columns(new_name()), **columns} for _ in range(count)]
	insert_rows("Lead", rows)
	return [row["name"] for row in rows]


class TestFirstTime(EnrollingTestCase):
	def test_a_record_gets_in_under_the_version_of_today(self):
		cadence, lead = make_cadence(task("look", days=2)), make_lead(lead_owner=builders.REP)
		with as_user(ENROLLER):
			outcome = enroll(cadence.name, [lead.name])

		self.assertEqual(outcome.answers, {lead.name: EnrollAnswer.ENROLLED})
		row = state(outcome.enrollments[0])
		self.assertEqual((row.status, row.cadence_version), ("Active", cadence.version))
		self.assertEqual((row.enrolled_by, row.record_owner), (ENROLLER, builders.REP))
		self.assertEqual(row.record_title, lead.get_title())
		work()
		row = state(row.name)
		self.assertEqual((row.run, row.next_follow_up), (1, "look"))

	def test_each_record_is_answered_for(self):
		cadence = make_cadence(task("look"), exit_rules=[TURNED_DOWN])
		fresh, known, lost = make_lead(), make_lead(), make_lead(status="Do Not Contact")
		enroll(cadence.name, [known.name])

		outcome = enroll(cadence.name, [fresh.name, known.name, lost.name, "no-such-lead", fresh.name])

		expected = {
			fresh.name: EnrollAnswer.ENROLLED,
			known.name: EnrollAnswer.ALREADY_IN,
			lost.name: EnrollAnswer.MATCHES_EXIT,
			"no-such-lead": EnrollAnswer.NOT_READABLE,
		}
		self.assertEqual(outcome.answers, expected)
		self.assertEqual(outcome.notes, {lost.name: "Turned down"})
		self.assertEqual(len(outcome.enrollments), 1)

	def test_who_matches_an_exit_rule_is_never_enrolled_whenever_the_first_follow_up_is_due(self):
		lead = make_lead(status="Do Not Contact")
		for days in (0, 3):
			cadence = make_cadence(task("look", days=days), exit_rules=[TURNED_DOWN])
			enroll(cadence.name, [lead.name])
			work()
			self.assertFalse(frappe.db.exists("Cadence Enrollment", {"cadence": cadence.name}))
		self.assertFalse(frappe.db.exists("ToDo", {"reference_name": lead.name}))

	def test_a_rule_that_fails_on_one_record_keeps_nobody_else_out(self):
		rule = {"key": "odd", "kind": "Expression", "expression": "1 / (0 if doc.city == 'Bonn' else 1) < 0"}
		cadence = make_cadence(task("look"), exit_rules=[rule])
		bonn, kiel = make_lead(city="Bonn"), make_lead(city="Kiel")

		outcome = enroll(cadence.name, [bonn.name, kiel.name])

		self.assertEqual(
			outcome.answers, {bonn.name: EnrollAnswer.RULE_FAILED, kiel.name: EnrollAnswer.ENROLLED}
		)
		self.assertIn("ZeroDivisionError", outcome.notes[bonn.name])

	def test_nobody_gets_into_a_cadence_that_is_not_active(self):
		lead = make_lead()
		draft = frappe.copy_doc(make_cadence(task("look")))
		draft.cadence_name = builders.unique("Draft")
		halted = make_cadence(task("look"))
		activation.deactivate(halted)
		for name in (draft.insert().name, halted.name, "No Such Cadence"):
			with self.subTest(name), self.assertRaises(CadenceNotActive):
				enroll(name, [lead.name])

	def test_who_may_not_read_a_record_cannot_enroll_it(self):
		cadence, mine, other = make_cadence(task("look")), make_lead(), make_lead()
		add_user_permission("Lead", mine.name, ENROLLER)
		with as_user(ENROLLER):
			outcome = enroll(cadence.name, [mine.name, other.name])
		self.assertEqual(
			outcome.answers, {mine.name: EnrollAnswer.ENROLLED, other.name: EnrollAnswer.NOT_READABLE}
		)

	def test_who_may_not_read_a_cadence_cannot_enroll_in_it(self):
		mine, other, lead = make_cadence(task("look")), make_cadence(task("look")), make_lead()
		add_user_permission("Cadence", mine.name, ENROLLER)
		with as_user(ENROLLER):
			self.assertTrue(enroll(mine.name, [lead.name]).enrollments)
			with self.assertRaises(frappe.PermissionError):
				enroll(other.name, [lead.name])

	def test_enrolling_is_a_right_of_its_own(self):
		cadence, lead = make_cadence(task("look")), make_lead()
		with as_user(builders.REP), self.assertRaises(frappe.PermissionError):
			enroll(cadence.name, [lead.name])

	def test_the_daily_limit_counts_only_who_gets_in(self):
		cadence = make_cadence(task("look"), exit_rules=[TURNED_DOWN], policy={"new_per_day": 2})
		names = write_leads(1, status="Do Not Contact") + write_leads(3)

		outcome = enroll(cadence.name, names)

		expected = [
			EnrollAnswer.MATCHES_EXIT,
			EnrollAnswer.ENROLLED,
			EnrollAnswer.ENROLLED,
			EnrollAnswer.WAITING,
		]
		self.assertEqual([outcome.answers[name] for name in names], expected)

	def test_records_whose_names_are_numbers(self):
		self.needs("CRM Task")
		cadence = make_cadence(task("look", days=1, subject="Look"), module="CRM Task")
		record = frappe.get_doc({"doctype": "CRM Task", "title": "Numbered"}).insert()
		self.assertIsInstance(record.name, int)
		name = str(record.name)

		[enrollment] = enroll(cadence.name, [name]).enrollments
		work()

		self.assertEqual((state(enrollment).status, state(enrollment).next_follow_up), ("Active", "look"))
		self.assertEqual(enroll(cadence.name, [name]).answers, {name: EnrollAnswer.ALREADY_IN})


class TestInserting(EnrollingTestCase):
	"""An enrollment that is inserted as a document (REST resource, import) enrolls its record (S5.3)."""

	def insert(self, cadence, lead, **columns):
		values = {"doctype": "Cadence Enrollment", "cadence": cadence.name, "reference_doctype": "Lead"}
		return frappe.get_doc({**values, "reference_name": lead.name, **columns}).insert()

	def test_it_runs_like_any_other(self):
		cadence, lead = make_cadence(task("look")), make_lead()
		with as_user(ENROLLER):
			enrollment = self.insert(cadence, lead)
		work()

		self.assertEqual(made_for(enrollment.name, "look").reference_name, lead.name)
		self.assertEqual((state(enrollment.name).run, state(enrollment.name).enrolled_by), (1, ENROLLER))

	def test_what_is_sent_along_is_not_taken_over(self):
		sent = {
			"status": "Completed",
			"run": 7,
			"error": "none",
			"paused_at": "2020-01-01",
			"active_key": "x",
		}
		inserted = self.insert(make_cadence(task("look")), make_lead(), **sent, has_lost_activity=1)

		row = state(inserted.name)
		self.assertEqual((row.status, row.run, row.error, row.paused_at), ("Active", 0, None, None))
		self.assertEqual(row.has_lost_activity, 0)
		self.assertNotEqual(row.active_key, "x")

	def test_duplicates_are_refused_also_of_what_has_ended(self):
		cadence, lead = make_cadence(task("look")), make_lead()
		first = self.insert(cadence, lead)
		with self.assertRaises(frappe.DuplicateEntryError):
			self.insert(cadence, lead)
		frappe.db.set_value("Cadence Enrollment", first.name, {"status": "Stopped", "active_key": None})
		with self.assertRaises(frappe.DuplicateEntryError):
			self.insert(cadence, lead)

	def test_it_refuses_what_enrolling_would_leave_out(self):
		self.needs("CRM Lead")
		cadence = make_cadence(task("look"), exit_rules=[TURNED_DOWN], policy={"new_per_day": 1})
		with self.assertRaisesRegex(frappe.ValidationError, "would leave this cadence at once: Turned down"):
			self.insert(cadence, make_lead(status="Do Not Contact"))
		with self.assertRaisesRegex(frappe.ValidationError, "is for Lead"):
			self.insert(cadence, make_crm_lead(), reference_doctype="CRM Lead")
		self.insert(cadence, make_lead())
		waiting = self.insert(cadence, make_lead())
		self.assertEqual((waiting.status, waiting.waits_for), ("Waiting", "day_full"))
		activation.deactivate(frappe.get_doc("Cadence", cadence.name))
		with self.assertRaises(CadenceNotActive):
			self.insert(cadence, make_lead())

	def test_it_asks_for_the_same_rights(self):
		cadence, mine, other = make_cadence(task("look")), make_lead(), make_lead()
		add_user_permission("Lead", mine.name, ENROLLER)
		with as_user(ENROLLER), self.assertRaises(frappe.PermissionError):
			self.insert(cadence, other)
		with as_user(builders.REP), self.assertRaises(frappe.PermissionError):
			self.insert(cadence, mine)


class TestImporting(SweptTestCase):
	"""Frappe's import inserts a document for each row, and commits it."""

	def test_each_row_enrolls_its_record_or_says_why_not(self):
		if frappe.conf.db_type not in (None, "mariadb"):
			self.skipTest("Frappe's import rolls its log of refused rows back, where MyISAM does not keep it")
		make_enroller()
		cadence, lead = make_cadence(task("look"), exit_rules=[TURNED_DOWN]), make_lead()
		lost = make_lead(status="Do Not Contact")
		rows = [["Cadence", "Module", "Record ID"]]
		rows += [[cadence.name, "Lead", each.name] for each in (lead, lead, lost)]
		frappe.db.commit()
		self.assertTrue(frappe.get_meta("Cadence Enrollment").allow_import)

		with as_user(ENROLLER):
			log = import_rows("Cadence Enrollment", rows)

		work()
		[enrollment] = frappe.get_all("Cadence Enrollment", {"cadence": cadence.name}, pluck="name")
		self.assertEqual(made_for(enrollment, "look").reference_name, lead.name)
		self.assertEqual([each.success for each in log], [1, 0, 0])
		self.assertIn("is or was in this cadence already", log[1].messages)
		self.assertIn("Turned down", log[2].messages)


def import_rows(doctype: str, rows: list[list[str]]) -> list:
	"""Have Frappe import these rows as a CSV file. Returns its log."""
	job = frappe.get_doc({"doctype": "Data Import", "reference_doctype": doctype})
	job.import_type = "Insert New Records"
	job.insert(ignore_permissions=True, ignore_mandatory=True)
	with TemporaryDirectory() as folder:
		path = Path(folder) / "rows.csv"
		with path.open("w", newline="", encoding="utf-8") as file:
			csv.writer(file).writerows(rows)
		with redirect_stdout(StringIO()):
			Importer(doctype, data_import=job, file_path=str(path), console=True).import_data()
	return frappe.get_all(
		"Data Import Log", {"data_import": job.name}, ["success", "messages"], order_by="log_index"
	)


class TestAgain(EnrollingTestCase):
	"""Records that were in the cadence before (S5.5)."""

	def given(self, *follow_ups, **more):
		self.cadence, self.lead = make_cadence(*(follow_ups or [task("look")]), **more), make_lead()
		[self.enrollment] = builders.enroll(self.cadence, self.lead)

	def again(self, choice):
		outcome = enroll(self.cadence.name, [self.lead.name], choice)
		work()
		return outcome.answers[self.lead.name]

	def stop(self):
		control.ask([self.enrollment], StopRequested())
		work()
		self.assertEqual(state(self.enrollment).status, "Stopped")

	def finish(self, follow_up, status="Closed"):
		todo = made_for(self.enrollment, follow_up)
		todo.status = status
		todo.save()
		work()

	def assert_question(self, may_resume):
		outcome = enroll(self.cadence.name, [self.lead.name], Again.ASK)
		self.assertEqual(outcome.answers, {self.lead.name: EnrollAnswer.WAS_IN})
		self.assertEqual(outcome.may_restart, [self.lead.name])
		self.assertEqual(outcome.may_resume, [self.lead.name] if may_resume else [])
		self.assertFalse(outcome.enrollments)

	def test_who_is_in_it_stays_as_it_is_whatever_is_asked_for(self):
		self.given()
		for choice in Again:
			self.assertEqual(self.again(choice), EnrollAnswer.ALREADY_IN)
		self.assertEqual(state(self.enrollment).run, 1)

	def test_stopped_may_be_resumed_in_its_run(self):
		self.given(task("look", days=2))
		due_at = activity(self.enrollment, "look").due_at
		self.stop()
		self.assertEqual(activity(self.enrollment, "look").status, "Cancelled")
		self.assert_question(may_resume=True)

		self.assertEqual(self.again(Again.RESUME), EnrollAnswer.RESUMED)

		row = state(self.enrollment)
		self.assertEqual((row.status, row.run, row.exit_reason), ("Active", 1, ""))
		self.assertTrue(row.active_key)
		self.assertEqual(activity(self.enrollment, "look").status, "Scheduled")
		self.assertGreaterEqual(activity(self.enrollment, "look").due_at, due_at)

	def test_stopped_may_be_restarted_in_a_new_run(self):
		self.given()
		self.stop()
		self.assertEqual(self.again(Again.RESTART), EnrollAnswer.RESTARTED)

		self.assertEqual((state(self.enrollment).status, state(self.enrollment).run), ("Active", 2))
		self.assertEqual(frappe.db.count("ToDo", {"reference_name": self.lead.name}), 2)
		self.assertEqual(frappe.db.count("Cadence Enrollment", {"cadence": self.cadence.name}), 1)

	def test_failed_may_be_resumed_and_tries_once_more(self):
		broken = task("look", subject="{{ 1 / 0 }}{{ doc.first_name }}")
		self.given(broken)
		self.assertEqual(state(self.enrollment).status, "Failed")
		self.assert_question(may_resume=True)

		self.assertEqual(self.again(Again.RESUME), EnrollAnswer.RESUMED)
		self.assertEqual(state(self.enrollment).status, "Failed")
		self.assertEqual(self.again(Again.RESTART), EnrollAnswer.RESTARTED)
		self.assertEqual(state(self.enrollment).run, 2)

	def test_completed_is_only_restarted(self):
		self.given()
		self.finish("look")
		self.assertEqual(state(self.enrollment).status, "Completed")
		self.assert_question(may_resume=False)
		self.assertEqual(self.again(Again.RESUME), EnrollAnswer.WAS_IN)
		self.assertEqual(self.again(Again.RESTART), EnrollAnswer.RESTARTED)

	def test_a_run_whose_task_was_deleted_is_only_restarted(self):
		self.given(task("look"), task("then", "look", "Completed"))
		made_for(self.enrollment, "look").delete()
		work()
		self.stop_if_live()
		self.assert_question(may_resume=False)
		self.assertEqual(self.again(Again.RESUME), EnrollAnswer.WAS_IN)
		self.assertEqual(self.again(Again.RESTART), EnrollAnswer.RESTARTED)
		self.assertEqual(state(self.enrollment).has_lost_activity, 0)

	def stop_if_live(self):
		if state(self.enrollment).status == "Active":
			self.stop()

	def test_resuming_goes_on_from_the_last_follow_ups_response(self):
		self.given(task("look"), task("then", "look", "Completed", days=2))
		self.finish("look")
		self.stop()

		with at(frappe.utils.add_days(None, 5)):
			self.again(Again.RESUME)
			then = activity(self.enrollment, "then")
			self.assertEqual(then.status, "Scheduled")
			self.assertEqual(frappe.db.count("ToDo", {"reference_name": self.lead.name}), 1)
		with at(then.due_at):
			work()
			self.assertEqual(activity(self.enrollment, "then").status, "Carried Out")

	def test_an_answer_that_ended_it_does_not_end_it_again(self):
		rule = {"key": "done", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Completed"}}
		self.given(task("look"), task("then", "look", days=3), exit_rules=[rule])
		self.finish("look")
		self.assertEqual(state(self.enrollment).exit_reason, "rule_outcome")

		with at(frappe.utils.add_days(None, 1)):
			self.assertEqual(self.again(Again.RESUME), EnrollAnswer.RESUMED)
			work()
			self.assertEqual(state(self.enrollment).status, "Active")
			self.assertEqual(activity(self.enrollment, "then").status, "Scheduled")

	def test_who_still_matches_an_exit_rule_is_not_taken_up_again(self):
		self.given(task("look", days=1), exit_rules=[TURNED_DOWN])
		self.lead.reload()
		self.lead.update({"status": "Do Not Contact"}).save()
		work()
		self.assertEqual(state(self.enrollment).exit_reason, "rule_conditions")
		for choice in (Again.RESUME, Again.RESTART):
			self.assertEqual(self.again(choice), EnrollAnswer.MATCHES_EXIT)
		self.assertEqual((state(self.enrollment).status, state(self.enrollment).run), ("Stopped", 1))

	def test_a_restart_begins_under_the_version_of_today(self):
		self.given()
		self.finish("look")
		doc = frappe.get_doc("Cadence", self.cadence.name)
		doc.follow_ups[0].subject = "Look again"
		doc.save()
		newer = activation.publish(doc)

		self.again(Again.RESTART)

		self.assertEqual(state(self.enrollment).cadence_version, newer)
		self.assertIn("Look again", made_for(self.enrollment, "look").description)

	def test_never_and_ask_leave_it_alone(self):
		self.given()
		self.stop()
		for choice in (Again.NEVER, Again.ASK):
			self.assertEqual(self.again(choice), EnrollAnswer.WAS_IN)
		self.assertEqual(state(self.enrollment).status, "Stopped")

	def test_in_bulk_the_question_is_about_all_that_were_in_it(self):
		cadence = make_cadence(task("look"))
		leads = [make_lead() for _ in range(4)]
		fresh, stopped, done, running = (each.name for each in leads)
		enrollments = dict(zip((stopped, done, running), builders.enroll(cadence, *leads[1:]), strict=True))
		for lead, status in ((stopped, "Stopped"), (done, "Completed")):
			ended = {"status": status, "active_key": None}
			frappe.db.set_value("Cadence Enrollment", enrollments[lead], ended)

		outcome = enroll(cadence.name, [fresh, stopped, done, running])
		self.assertEqual((outcome.may_resume, outcome.may_restart), ([stopped], [stopped, done]))
		self.assertEqual(outcome.answers[fresh], EnrollAnswer.ENROLLED)

		outcome = enroll(cadence.name, outcome.may_restart, Again.RESUME)
		self.assertEqual(outcome.answers, {stopped: EnrollAnswer.RESUMED, done: EnrollAnswer.WAS_IN})


class TestCost(EnrollingTestCase):
	"""The work is in proportion to what is asked for (invariant 10)."""

	def test_the_statements_of_an_enrollment_do_not_grow_with_it(self):
		leads = write_leads(500)
		cadences = [make_cadence(task("look"), exit_rules=[TURNED_DOWN]) for _ in range(2)]
		enroll(cadences[0].name, leads[:1])  # what is cached then

		few = self.queries_of(lambda: enroll(cadences[0].name, leads[1:11]))
		many = self.queries_of(lambda: enroll(cadences[1].name, leads))

		self.assertEqual(frappe.db.count("Cadence Enrollment", {"cadence": cadences[1].name}), 500)
		self.assertLessEqual(len(many), len(few) + 2, many)
		self.assertLessEqual(len(many), 20, many)

	def test_nor_do_those_of_taking_up_again(self):
		cadence, leads = make_cadence(task("look")), write_leads(500)
		enroll(cadence.name, leads)
		ended = {"status": "Stopped", "active_key": None, "run": 1}
		frappe.db.set_value("Cadence Enrollment", {"cadence": cadence.name}, ended)

		few = self.queries_of(lambda: enroll(cadence.name, leads[:10], Again.RESTART))
		many = self.queries_of(lambda: enroll(cadence.name, leads[10:], Again.RESUME))

		self.assertLessEqual(len(many), len(few) + 2, many)

	def test_a_tick_with_nothing_due_costs_the_same_however_many_are_enrolled(self):
		cadence, leads = make_cadence(task("look", days=9)), write_leads(100)
		enroll(cadence.name, leads)
		work()
		tick.tick()  # what else was waiting on this site

		with_hundred = self.queries_of(tick.tick)
		write_live_enrollments(cadence.name, 100_000)
		started = time.monotonic()
		with_many = self.queries_of(tick.tick)

		self.assertLess(time.monotonic() - started, 2)
		self.assertLessEqual(len(with_many), 8, with_many)
		self.assertEqual(len(with_many), len(with_hundred))


def write_live_enrollments(cadence: str, count: int) -> None:
	"""So many live enrollments as bare rows, due in a year."""
	digits = " union all ".join(f"select {digit} as n" for digit in range(10))
	powers = [10**place for place in range(len(str(count - 1)))]
	tables = ", ".join(f"({digits}) d{power}" for power in powers)
	number = " + ".join(f"d{power}.n * {power}" for power in powers)
	frappe.db.sql(
		f"""
		insert into `tabCadence Enrollment`
			(name, creation, modified, cadence, status, run, reference_doctype, reference_name, next_due_at,
			active_key)
		select number, %(now)s, %(now)s, %(cadence)s, 'Active', 1, 'Lead', number, %(due)s, number
		from (select concat('row-', {number}) as number, {number} as n from {tables}) numbers
		where n < %(count)s
		""",
		{"now": now_datetime(), "due": add_days(now_datetime(), 365), "cadence": cadence, "count": count},
	)


class TestRowsAlike(SweptTestCase):
	"""Rows that are written out at once hold what was given, whatever it is (invariant 11)."""

	ODD = (
		*("it's", "back\\slash", "\\'", "'),('", "100%", "%s", "%(a)s", "ifnull(1)", "`tick`", '"quoted"'),
		*("a\x01b", "a\x02b", "a\x03b", "\x01", "é漢😀", "two\nlines", "", "null", None),
	)

	def insert(self, *titles):
		rows = [
			{"name": new_name(), "record_title": title, "active_key": new_name(), "person": None}
			for title in titles
		]
		shared = {key: value for key, value in standard_columns("").items() if key != "name"}
		compat.insert_alike("Cadence Enrollment", {**shared, "exit_note": "it's 5% `x`"}, rows)
		names = [row["name"] for row in rows]
		columns = ["name", "record_title", "person", "exit_note"]
		found = frappe.get_all("Cadence Enrollment", {"name": ("in", names)}, columns)
		by_name = {row.name: row for row in found}
		self.assertEqual({(row.person, row.exit_note) for row in found}, {(None, "it's 5% `x`")})
		return [by_name[name].record_title for name in names]

	def test_whatever_was_given_is_kept(self):
		self.assertEqual(self.insert(*self.ODD), [*self.ODD])
		for title in self.ODD:
			with self.subTest(title):
				self.assertEqual(self.insert(title, "Ada", "Grace"), [title, "Ada", "Grace"])

	def test_a_tag_becomes_text(self):
		self.assertEqual(self.insert("Ada", "<b>x</b>"), ["Ada", "< b>x< /b>"])
