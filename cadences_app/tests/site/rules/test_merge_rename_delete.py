"""Records and cadences that are renamed, merged and deleted, on both modules."""

import frappe

from cadences_app.audience import bystanders
from cadences_app.engine.events import PauseRequested, StopRequested
from cadences_app.enrolling import activation
from cadences_app.enrolling.newcomers import Beginning
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.store import clock, definitions, enrollment_rows
from cadences_app.store.names import new_name
from cadences_app.tests.site.builders import DAY, at, call, made_for, state, task, unique, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead

STEPS = (
	task("look"),
	task("again", "look", days=2),
	task("last", "again", days=2),
	task("end", "last", days=9),
)


class Names:
	def both_in(self, **more):
		"""A cadence with two records: the first got in three days earlier, and is a follow-up ahead."""
		cadence = self.cadence(*STEPS, **more)
		further, behind = self.in_view(), self.in_view()
		now = frappe.utils.now_datetime()
		with at(now - 3 * DAY):
			self.put_in(cadence, further)
		self.put_in(cadence, behind)
		self.assertEqual(self.activities(self.of(cadence, further))["again"], "Carried Out")
		self.assertEqual(self.activities(self.of(cadence, behind))["again"], "Scheduled")
		return cadence, further, behind

	def merge(self, old, new):
		frappe.rename_doc(self.module, old.name, new.name, merge=True, force=True)
		work()

	def all_of(self, cadence, record):
		rows = frappe.get_all(
			"Cadence Enrollment",
			{"cadence": cadence.name, "reference_doctype": self.module, "reference_name": record.name},
			["name", "status", "active_key", "exit_note"],
			order_by="name",
		)
		return {row.name: row for row in rows}

	def test_of_two_that_are_merged_the_further_one_stays_live(self):
		"""S5.4: whichever of them gives its name, and whichever got in first."""
		for first_is_kept in (True, False):
			cadence, further, behind = self.both_in()
			ahead, other = self.of(cadence, further), self.of(cadence, behind)
			old, new = (behind, further) if first_is_kept else (further, behind)
			self.merge(old, new)
			self.assert_stays(cadence, ahead, other, old, new)

	def test_nor_does_it_matter_that_the_one_behind_got_in_first(self):
		"""S5.4"""
		cadence, first, second = self.cadence(*STEPS), self.in_view(), self.in_view()
		self.put_in(cadence, first)
		self.put_in(cadence, second, beginning=Beginning("again"))
		behind, further = self.of(cadence, first), self.of(cadence, second)
		with at(frappe.utils.now_datetime() + 2 * DAY):
			self.ask(behind, PauseRequested())
		with at(frappe.utils.now_datetime() + 3 * DAY):
			work()
		self.assertEqual(
			self.activities(further), {"again": "Carried Out", "last": "Carried Out", "end": "Scheduled"}
		)
		self.merge(second, first)
		self.assert_stays(cadence, further, behind, second, first)

	def assert_stays(self, cadence, ahead, other, old, new):
		self.assertEqual(state(ahead.name).status, "Active")
		self.assertEqual(state(other.name).status, "Stopped")
		self.assertIn(old.name, state(other.name).exit_note)
		self.assertEqual(
			(state(ahead.name).reference_name, state(ahead.name).active_key),
			(new.name, enrollment_rows.active_key(cadence.name, self.module, new.name)),
		)
		self.assertIsNone(state(other.name).active_key)

	def test_who_has_begun_stays_before_who_waits(self):
		"""S5.4, S2.9"""
		cadence, waits, runs = self.cadence(*STEPS), self.in_view(), self.in_view()
		later = Beginning("", clock.now() + 5 * DAY)
		self.put_in(cadence, waits, beginning=later)
		self.put_in(cadence, runs)
		waiting, running = self.of(cadence, waits), self.of(cadence, runs)
		self.merge(runs, waits)
		self.assertEqual((state(waiting.name).status, state(running.name).status), ("Stopped", "Active"))

	def test_of_cadences_that_only_one_is_in_none_ends(self):
		"""S5.4"""
		one, other = self.in_view(), self.in_view()
		places = [(self.cadence(*STEPS), each) for each in (one, other)]
		for cadence, record in places:
			self.put_in(cadence, record)
		self.merge(one, other)
		self.assertEqual([self.of(cadence, other).status for cadence, _record in places], ["Active"] * 2)

	def test_the_merged_record_is_in_the_cadence_already(self):
		"""S5.4, S5.5: whatever else it brought along."""
		cadence, stays, left = self.cadence(*STEPS, view=True), self.in_view(), self.in_view()
		self.put_in(cadence, stays, left)
		self.ask(self.of(cadence, left), StopRequested("not now"))
		self.merge(left, stays)
		for again in Again:
			result = self.put_in(cadence, stays, again=again)
			self.assertEqual(result.answers, {stays.name: EnrollAnswer.ALREADY_IN})
		self.sweep(cadence, whole=True)
		statuses = sorted(row.status for row in self.all_of(cadence, stays).values())
		self.assertEqual(statuses, ["Active", "Stopped"])

	def test_who_has_finished_as_one_of_them_does_not_come_again_as_the_other(self):
		"""S2.5"""
		cadence, done, left = self.cadence(*STEPS, view=True), self.in_view(), self.in_view()
		self.put_in(cadence, done, left)
		completed = {"status": "Completed", "active_key": None, "next_due_at": None}
		frappe.db.set_value("Cadence Enrollment", self.of(cadence, done).name, completed)
		self.ask(self.of(cadence, left), StopRequested("not now"))
		self.merge(done, left)
		for place in (self.ELSEWHERE, self.HERE):
			self.change(left, **{self.field: place})
			self.sweep(cadence, whole=True)
		statuses = sorted(row.status for row in self.all_of(cadence, left).values())
		self.assertEqual(statuses, ["Completed", "Stopped"])
		self.assertEqual(self.put_in(cadence, left).may_resume, [])

	def test_bystanders_are_merged_too(self):
		"""S2.3: two that were there before are one, and who is in the cadence stands by no more."""
		there, too, is_in = self.in_view(), self.in_view(), self.in_view()
		cadence = self.cadence(*STEPS, view=True)
		self.put_in(cadence, is_in)
		names = [each.name for each in (there, too, is_in)]
		self.assertEqual(bystanders.among(cadence.name, names), set(names))
		self.merge(there, too)
		self.assertEqual(bystanders.among(cadence.name, names), {too.name, is_in.name})
		self.merge(too, is_in)
		self.assertEqual(bystanders.among(cadence.name, names), set())
		self.assertEqual(self.of(cadence, is_in).status, "Active")

	def test_renaming_keeps_everything(self):
		"""S5.4: a record: its enrollment, its key, its place in the cadence, what was made for it."""
		cadence, record = self.cadence(*STEPS), self.in_view()
		self.put_in(cadence, record)
		before = self.of(cadence, record)
		made = made_for(before.name, "look").name
		new = frappe.rename_doc(self.module, record.name, unique("Renamed")[:60], force=True)
		after = state(before.name)
		self.assertEqual(after.active_key, enrollment_rows.active_key(cadence.name, self.module, new))
		self.assertEqual((after.reference_name, after.next_due_at), (new, before.next_due_at))
		look = made_for(before.name, "look")
		self.assertEqual((look.name, look.get("reference_docname") or look.reference_name), (made, new))
		with at(frappe.utils.now_datetime() + 3 * DAY):
			work()
		self.assertEqual(self.activities(after)["again"], "Carried Out")
		again = self.put_in(cadence, frappe.get_doc(self.module, new))
		self.assertEqual(again.answers, {new: EnrollAnswer.ALREADY_IN})

	def test_who_waits_for_a_renamed_record_is_let_in(self):
		"""S2.9"""
		record, other = self.in_view(), self.cadence(*STEPS)
		alone = self.cadence(*STEPS, exclusivity={"alone": True})
		self.put_in(other, record)
		self.put_in(alone, record)
		new = frappe.get_doc(
			self.module, frappe.rename_doc(self.module, record.name, unique("Renamed")[:60], force=True)
		)
		self.finish_jobs(alone)
		self.assertEqual(self.of(alone, new).status, "Waiting")
		self.ask(self.of(other, new), StopRequested(""))
		self.finish_jobs(alone)
		self.assertEqual(self.of(alone, new).status, "Active")

	def test_renaming_a_cadence_keeps_everything(self):
		"""S1.1, S5.4"""
		cadence = self.cadence(*STEPS, view=True, policy={"one_per_person": True})
		record, later = self.reached_at(f"{new_name()}@buyer.example"), self.in_view()
		self.put_in(cadence, record)
		before = self.of(cadence, record)
		new = frappe.get_doc(
			"Cadence", frappe.rename_doc("Cadence", cadence.name, unique("Renamed"), force=True)
		)
		after = state(before.name)
		self.assertEqual((after.cadence, after.status), (new.name, "Active"))
		self.assertEqual(after.active_key, enrollment_rows.active_key(new.name, self.module, record.name))
		definition = definitions.load(after.cadence_version)
		keeps_out = enrollment_rows.person_key(new.name, after.person, definition)
		self.assertEqual((after.person_key, bool(keeps_out)), (keeps_out, True))
		self.sweep(new, whole=True)
		self.assertEqual(self.of(new, later).status, "Active")
		with at(frappe.utils.now_datetime() + 3 * DAY):
			work()
		self.assertEqual(self.activities(after)["again"], "Carried Out")

	def test_deleting_a_record_ends_its_enrollments(self):
		"""S6.1: in every cadence, also while one is inactive or it waits; what is scheduled is cancelled."""
		record, later = self.in_view(), Beginning("", clock.now() + 5 * DAY)
		active, inactive, waits = (self.cadence() for _each in range(3))
		self.put_in(active, record)
		self.put_in(inactive, record)
		self.put_in(waits, record, beginning=later)
		activation.deactivate(inactive)
		work()
		enrollments = [self.of(each, record) for each in (active, inactive, waits)]
		self.assertEqual([each.status for each in enrollments], ["Active", "Halted", "Waiting"])
		frappe.delete_doc(self.module, record.name)
		work()
		for each in enrollments:
			after = state(each.name)
			self.assertEqual((after.status, after.exit_reason), ("Stopped", "record_deleted"))
			self.assertNotIn("Scheduled", self.activities(each).values())

	def test_deleting_a_cadence_with_history_is_refused_and_says_what_to_do(self):
		"""S1.1"""
		cadence, record = self.cadence(*STEPS), self.in_view()
		self.put_in(cadence, record)
		self.ask(self.of(cadence, record), StopRequested("not now"))
		with self.assertRaisesRegex(frappe.LinkExistsError, "Deactivate it instead of deleting it"):
			frappe.delete_doc("Cadence", cadence.name)
		self.assertTrue(frappe.db.exists("Cadence", cadence.name))

	def test_a_cadence_that_nobody_was_in_goes_with_all_that_belongs_to_it(self):
		"""S1.1"""
		cadence = self.cadence(*STEPS, view=True)
		frappe.delete_doc("Cadence", cadence.name)
		for doctype in ("Cadence Version", "Cadence Sweep", "Cadence Bystander"):
			self.assertFalse(frappe.db.exists(doctype, {"cadence": cadence.name}))


class TestNamesOfLeads(Names, OnLead):
	def test_a_trashed_call_counts_as_a_deleted_activity(self):
		"""S5.5: an Event; of tasks see `test_s5_5_a_deleted_activity_leaves_restart_alone`."""
		cadence, record = self.cadence(call("ring"), task("again", "ring", days=2)), self.in_view()
		self.put_in(cadence, record)
		enrollment = self.of(cadence, record)
		frappe.delete_doc("Event", made_for(enrollment.name, "ring").name)
		work()
		self.assertTrue(self.of(cadence, record).has_lost_activity)
		self.ask(enrollment, StopRequested(""))
		asked = self.put_in(cadence, record)
		self.assertEqual((asked.may_resume, asked.may_restart), ([], [record.name]))


class TestNamesOfDeals(Names, OnDeal):
	pass
