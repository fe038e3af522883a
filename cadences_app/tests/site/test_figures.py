"""Figures that are kept while things are decided equal a recount (S8.1)."""

import random
from datetime import timedelta

import frappe

from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import LIVE, ActivityStatus, EnrollmentStatus
from cadences_app.reports import figures
from cadences_app.reports.measures import Measure
from cadences_app.store import clock, definitions, enrollment_rows, inbox
from cadences_app.store.enrollment_rows import Belonging, EnrollmentInWork
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	REP,
	call,
	enroll,
	made_for,
	make_lead,
	make_reps,
	state,
	task,
	work,
)


class FigureTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def total(self, cadence, measure, **wanted):
		"""One figure, added up over whatever is not asked for."""
		return sum(
			number
			for key, number in figures.kept(cadence).items()
			if key.measure == measure and all(getattr(key, name) == value for name, value in wanted.items())
		)

	def assert_right(self, cadence):
		known = +figures.kept(cadence)
		self.assertEqual(known, +figures.recount(cadence))
		self.assertTrue(known)


class TestIncrements(FigureTestCase):
	def given(self, *, count=3):
		cadence = builders.make_cadence(
			task("look"), call("ring", "look", "Completed"), task("never", "ring", "Call Result", days=1)
		)
		return cadence, enroll(cadence, *(make_lead(lead_owner=REP) for _ in range(count)))

	def close(self, enrollment, follow_up, **values):
		doc = made_for(enrollment, follow_up)
		doc.update(values)
		doc.save()
		work()

	def test_what_happens_is_counted_once_by_follow_up_and_owner(self):
		cadence, (first, second, _third) = self.given()
		self.close(first, "look", status="Closed")
		self.close(first, "ring", cadence_call_result="No Answer")
		self.close(second, "look", status="Cancelled")

		of = cadence.name
		self.assertEqual(self.total(of, Measure.ENROLLED), 3)
		self.assertEqual(self.total(of, Measure.REACHED, follow_up="look", record_owner=REP), 3)
		self.assertEqual(self.total(of, Measure.COMPLETED, follow_up="look"), 1)
		self.assertEqual(self.total(of, Measure.SKIPPED, follow_up="look"), 1)
		self.assertEqual(self.total(of, Measure.CALL_RESULT, detail="No Answer"), 1)
		self.assertEqual(self.total(of, Measure.SCHEDULED), 1)
		self.assertEqual(self.total(of, Measure.ENDED, detail="Completed"), 1)
		self.assertEqual(self.total(of, Measure.LIVE), 2)
		self.assert_right(of)

	def test_a_restart_counts_the_run_and_not_the_enrollment_twice(self):
		from cadences_app.engine.events import RestartRequested, StopRequested

		cadence, (first, *_others) = self.given(count=2)
		for event in (StopRequested("wrong"), RestartRequested()):
			inbox.record([inbox.InboxEntry(first, cadence.name, event)], wake=False)
			work()
		self.assertEqual(self.total(cadence.name, Measure.ENROLLED), 2)
		self.assertEqual(self.total(cadence.name, Measure.REACHED, follow_up="look"), 3)
		self.assert_right(cadence.name)

	def test_a_change_of_owner_moves_the_enrollment_and_leaves_what_was_done(self):
		cadence, (first,) = self.given(count=1)
		lead = frappe.get_doc("Lead", state(first).reference_name)
		lead.lead_owner = COLLEAGUE
		lead.save()
		work()
		self.close(first, "look", status="Closed")
		self.assertEqual(self.total(cadence.name, Measure.COMPLETED, record_owner=REP), 1)
		self.assertEqual(self.total(cadence.name, Measure.LIVE, record_owner=COLLEAGUE), 1)
		self.assert_right(cadence.name)

	def test_a_withdrawn_follow_up_and_a_deleted_enrollment_leave_nothing(self):
		cadence = builders.make_cadence(task("look"), task("then", "look", "In Progress", days=2))
		[enrollment] = enroll(cadence, make_lead(lead_owner=REP))
		self.close(enrollment, "look", cadence_status="In Progress")
		self.close(enrollment, "look", status="Closed")
		self.assertEqual(self.total(cadence.name, Measure.SCHEDULED), 0)
		self.assert_right(cadence.name)
		frappe.delete_doc("Cadence Enrollment", enrollment)
		self.assertEqual(+figures.kept(cadence.name), {})

	def test_folding_changes_no_figure(self):
		cadence, (first, second, _third) = self.given()
		for each in (first, second):
			self.close(each, "look", status="Closed")
		before = figures.kept(cadence.name)
		rows = frappe.db.count("Cadence Figure", {"cadence": cadence.name})
		self.assertGreater(figures.fold(), 0)
		self.assertEqual(figures.kept(cadence.name), before)
		self.assertLess(frappe.db.count("Cadence Figure", {"cadence": cadence.name}), rows)
		self.assertEqual(figures.fold(), 0)

	def test_the_check_sets_right_what_differs_and_says_so(self):
		cadence, _enrollments = self.given()
		self.assertEqual(figures.check(cadence.name), 0)
		row = frappe.get_all("Cadence Figure", {"cadence": cadence.name, "measure": "Reached"}, limit=1)[
			0
		].name
		frappe.db.set_value("Cadence Figure", row, "number", 77)
		self.assertEqual(figures.check(cadence.name), 1)
		self.assert_right(cadence.name)
		self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", "%figures were set right%")}))


class TestAtScale(FigureTestCase):
	"""200,000 activities as the runner writes them, twice: as they began, and what became of a part."""

	ENROLLMENTS, CHUNK = 50_000, 2_500
	KEYS = ("one", "two", "three", "four")

	def test_the_figures_of_200000_activities_equal_plain_sql(self):
		random.seed(8)
		cadence = builders.make_cadence(*(task(key) for key in self.KEYS))
		self.now = clock.now()
		for start in range(0, self.ENROLLMENTS, self.CHUNK):
			in_work = [self.enrolled(cadence) for _ in range(self.CHUNK)]
			enrollment_rows.insert([each.row for each in in_work])
			self.write(in_work)
			if start < self.ENROLLMENTS // 5:
				self.write([self.gone_on(each) for each in in_work])

		of = {"cadence": cadence.name}
		self.assertEqual(frappe.db.count("Cadence Activity", of), 4 * self.ENROLLMENTS)
		for measure, condition in (
			(Measure.REPLIED, "replied_at is not null"),
			(Measure.OPENED, "opened_at is not null"),
			(Measure.COMPLETED, "completed_at is not null"),
			(Measure.REACHED, "status in ('Handed Over', 'Carried Out')"),
			(Measure.SCHEDULED, "status = 'Scheduled'"),
			(Measure.PASSED_OVER, "status = 'Skipped'"),
		):
			rows = frappe.db.sql(
				f"""select follow_up, record_owner, count(*) from `tabCadence Activity`
				where cadence = %s and {condition} group by follow_up, record_owner""",
				cadence.name,
			)
			plain = {(key, owner): number for key, owner, number in rows}
			known: dict = {}
			for key, number in figures.kept(cadence.name).items():
				if key.measure == measure:
					place = (key.follow_up, key.record_owner)
					known[place] = known.get(place, 0) + number
			self.assertEqual({key: number for key, number in known.items() if number}, plain, measure)
		self.assert_right(cadence.name)

	def write(self, in_work):
		enrollment_rows.write(in_work)
		figures.note(in_work)

	def enrolled(self, cadence):
		name = new_name()
		row = {
			**inbox.standard_columns(name),
			"cadence": cadence.name,
			"cadence_version": cadence.version,
			"reference_doctype": "Lead",
			"reference_name": name,
			"record_owner": random.choice((REP, COLLEAGUE)),
			"record_title": name,
			"person": None,
			"company_key": None,
			"status": "Active",
			"active_key": name,
		}
		current = EnrollmentInWork(row, definitions.load(cadence.version), self.state(), {}, set())
		return current

	def gone_on(self, earlier):
		"""The same enrollment, read again, after more has happened; the record has another owner."""
		owner, version = earlier.row["record_owner"], earlier.row["cadence_version"]
		still, still_on = enrollment_rows.still_now(earlier)
		row = earlier.row | {
			"record_owner": random.choice((REP, COLLEAGUE)),
			"still": still,
			"still_on": still_on,
		}
		known = Belonging(version, owner)
		return EnrollmentInWork(
			row,
			earlier.cadence,
			self.state(),
			earlier.names,
			set(earlier.names),
			before=earlier.state,
			counted_as=dict.fromkeys(earlier.names, known),
			enrolled_as=known,
		)

	def state(self):
		status = random.choice(list(EnrollmentStatus))
		began = self.now - timedelta(hours=random.randrange(24 * 60))
		ended = None if status in LIVE else began + timedelta(days=1)
		return Enrollment(
			status=status,
			run=1,
			started_at=began,
			ended_at=ended,
			exit_reason=random.choice((Reason.COMPLETED, Reason.STOPPED_BY_HAND)) if ended else None,
			activities={key: self.activity(key, began) for key in self.KEYS},
		)

	def activity(self, key, began):
		status = random.choice((ActivityStatus.SCHEDULED, ActivityStatus.CARRIED_OUT, ActivityStatus.SKIPPED))
		at = began + timedelta(hours=random.randrange(100))
		marks = {}
		if status is ActivityStatus.CARRIED_OUT:
			heard = random.sample((Outcome.OPENED, Outcome.REPLIED, Outcome.COMPLETED), random.randrange(3))
			marks = {(each, ""): (at + timedelta(hours=random.randrange(48)),) for each in heard}
		return Activity(
			key,
			status,
			began,
			at,
			carried_out_at=at if status is ActivityStatus.CARRIED_OUT else None,
			closed_at=at if status is ActivityStatus.SKIPPED else None,
			marks=marks,
		)
