"""Who has to wait before the first run, for what, and who goes next (S2.9, S2.10, S13.2)."""

from datetime import timedelta

import frappe

from cadences_app.audience import waiting
from cadences_app.audience.exclusivity import rank
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import activation, control
from cadences_app.enrolling.enroll import enroll
from cadences_app.enrolling.newcomers import Beginning
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.store import clock
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	DAY,
	REP,
	at,
	make_cadence,
	make_crm_lead,
	make_lead,
	make_reps,
	state,
	task,
	work,
)


class TestWaiting(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def put_in(self, cadence, *records, **how):
		"""The enrollment of each record, once it was enrolled and worked on."""
		enroll(cadence.name, [record.name for record in records], **how)
		work()
		found = {}
		for row in frappe.get_all(
			"Cadence Enrollment", {"cadence": cadence.name}, ["name", "reference_name"]
		):
			found[row.reference_name] = row.name
		return [found[record.name] for record in records]

	def let_in(self):
		"""What the worker does: let in who may come, and take them through their first decision."""
		while waiting.admit():
			pass
		work()

	def standing(self, *enrollments):
		return [(state(each).status, state(each).waits_for) for each in enrollments]

	def take_out(self, *enrollments):
		control.ask(enrollments, StopRequested(""))
		work()
		self.let_in()

	def test_alone_waits_for_the_other_cadence_to_end(self):
		"""S2.9"""
		lead = make_lead()
		[other] = self.put_in(make_cadence(task("look", days=5)), lead)
		[alone] = self.put_in(make_cadence(task("look", days=5), exclusivity={"alone": True}), lead)
		self.assertEqual(self.standing(alone), [("Waiting", "alone")])

		self.take_out(other)
		self.assertEqual((self.standing(alone), state(alone).run), ([("Active", "")], 1))

	def test_nobody_comes_beside_one_that_goes_alone(self):
		"""S2.9: whichever of the two comes first."""
		lead = make_lead()
		[alone] = self.put_in(make_cadence(task("look", days=5), exclusivity={"alone": True}), lead)
		[other] = self.put_in(make_cadence(task("look", days=5)), lead)
		self.assertEqual(self.standing(alone, other), [("Active", ""), ("Waiting", "alone")])

	def test_so_many_live_cadences_of_a_record(self):
		"""S2.9"""
		lead = make_lead()
		limited = {"exclusivity": {"per_record": 2}}
		first, second, third = (
			self.put_in(make_cadence(task("look", days=5), **limited), lead)[0] for _each in range(3)
		)
		self.assertEqual(self.standing(first, second, third)[2], ("Waiting", "record_full"))
		self.take_out(first)
		self.assertEqual(self.standing(third), [("Active", "")])

	def test_so_many_days_since_the_last_touch_by_any_cadence(self):
		"""S2.9"""
		lead, now = make_lead(), frappe.utils.now_datetime()
		[other] = self.put_in(make_cadence(task("look")), lead)
		self.take_out(other)
		[rested] = self.put_in(make_cadence(task("look", days=5), exclusivity={"rest_days": 7}), lead)
		self.assertEqual(self.standing(rested), [("Waiting", "resting")])
		self.assertAlmostEqual(state(rested).waits_until, now + 7 * DAY, delta=timedelta(minutes=1))
		with at(now + 6 * DAY):
			self.let_in()
			self.assertEqual(state(rested).status, "Waiting")
		with at(now + 7 * DAY + timedelta(minutes=2)):
			self.let_in()
			self.assertEqual(state(rested).status, "Active")

	def test_so_many_of_a_company_by_domain_and_by_name(self):
		"""S2.9: a free mail provider is no company."""
		cadence = make_cadence(task("look", days=5), exclusivity={"per_company": 1})
		one, other = make_lead(email_id="a@acme.example"), make_lead(email_id="b@ACME.example")
		free = [make_lead(email_id=f"{name}@gmail.com") for name in ("c", "d")]
		named = [make_lead(company_name="Umbrella"), make_lead(company_name="UMBRELLA ")]
		enrollments = self.put_in(cadence, one, other, *free, *named)
		statuses = [status for status, _wait in self.standing(*enrollments)]
		self.assertEqual(statuses, ["Active", "Waiting", "Active", "Active", "Active", "Waiting"])
		self.take_out(enrollments[0])
		self.assertEqual(state(enrollments[1]).status, "Active")
		self.assertEqual(state(enrollments[5]).status, "Waiting")

	def test_so_many_of_an_owner_and_so_many_new_a_day(self):
		"""S2.9"""
		cadence = make_cadence(task("look", days=9), exclusivity={"per_owner": 3, "new_per_owner": 2})
		leads = [make_lead(lead_owner=REP) for _each in range(4)] + [make_lead(lead_owner=COLLEAGUE)]
		enrollments = self.put_in(cadence, *leads)
		waits = [wait for _status, wait in self.standing(*enrollments)]
		self.assertEqual(waits, ["", "", "owner_day_full", "owner_day_full", ""])
		with at(frappe.utils.now_datetime() + DAY):
			self.let_in()
			waits = [wait for _status, wait in self.standing(*enrollments)]
			self.assertEqual(waits, ["", "", "", "owner_full", ""])
			self.take_out(enrollments[0])
			self.assertEqual(state(enrollments[3]).status, "Active")

	def test_so_many_new_a_day_in_the_cadence(self):
		"""S13.2: nobody is lost, and each day takes its share."""
		cadence = make_cadence(task("look", days=9), policy={"new_per_day": 2})
		enrollments = self.put_in(cadence, *(make_lead() for _each in range(5)))
		now = frappe.utils.now_datetime()
		for day, expected in ((0, 2), (1, 4), (1, 4), (2, 5)):
			with at(now + day * DAY):
				self.let_in()
			self.assertEqual(sum(state(each).status == "Active" for each in enrollments), expected, day)

	def test_who_waits_longest_goes_first_and_a_point_is_worth_an_hour(self):
		"""S2.9: nobody waits for ever behind a stream of higher ones."""
		now = frappe.utils.now_datetime()
		early_low, late_high = rank(now, 0), rank(now + timedelta(hours=3), 2)
		self.assertLess(early_low, late_high)
		self.assertLess(rank(now + timedelta(hours=1), 2), early_low)

	def test_the_queue_of_a_record_is_shared_by_all_cadences(self):
		"""S2.9: priority decides who is next."""
		lead = make_lead()
		[first] = self.put_in(make_cadence(task("look", days=5)), lead)
		low = make_cadence(task("look", days=5), exclusivity={"alone": True, "priority": 1})
		high = make_cadence(task("look", days=5), exclusivity={"alone": True, "priority": 5})
		[waits_low], [waits_high] = self.put_in(low, lead), self.put_in(high, lead)
		self.take_out(first)
		self.assertEqual(
			[status for status, _wait in self.standing(waits_low, waits_high)], ["Waiting", "Active"]
		)

	def test_a_limit_that_is_raised_lets_in_more(self):
		cadence = make_cadence(task("look", days=5), exclusivity={"per_owner": 1})
		enrollments = self.put_in(cadence, *(make_lead() for _each in range(4)))
		cadence.live_per_owner = 3
		cadence.save()
		activation.publish(cadence)
		work()
		self.let_in()
		self.assertEqual(sum(state(each).status == "Active" for each in enrollments), 3)

	def test_a_cadence_at_rest_lets_nobody_in(self):
		"""S7.1"""
		cadence = make_cadence(task("look", days=5), exclusivity={"per_owner": 1})
		first, second = self.put_in(cadence, make_lead(), make_lead())
		activation.deactivate(cadence)
		self.take_out(first)
		self.assertEqual(state(second).status, "Waiting")
		activation.reactivate(cadence)
		self.let_in()
		self.assertEqual(state(second).status, "Active")

	def test_who_waits_leaves_by_a_rule_and_by_hand(self):
		"""S6.1, S6.5"""
		rule = {"key": "r", "kind": "Record Conditions"}
		rule["conditions"] = [{"field": "job_title", "operator": "=", "value": "Gone"}]
		cadence = make_cadence(task("look", days=5), exclusivity={"per_owner": 1}, exit_rules=[rule])
		leads = [make_lead() for _each in range(3)]
		enrollments = self.put_in(cadence, *leads)
		leads[1].job_title = "Gone"
		leads[1].save()
		work()
		self.assertEqual(state(enrollments[1]).exit_reason, "rule_conditions")
		self.take_out(enrollments[2])
		self.assertEqual(state(enrollments[2]).exit_reason, "stopped_by_hand")

	def test_it_starts_on_a_date_and_with_a_follow_up(self):
		"""S2.10"""
		cadence, now = make_cadence(task("look"), task("again", "look", days=5)), clock.now()
		[enrollment] = self.put_in(cadence, make_lead(), beginning=Beginning("again", now + 2 * DAY))
		self.assertEqual(self.standing(enrollment), [("Waiting", "starts_later")])
		with at(clock.to_site(now + 3 * DAY)):
			self.let_in()
		made = frappe.get_all("Cadence Activity", {"enrollment": enrollment}, ["follow_up", "status"])
		self.assertEqual([(row.follow_up, row.status) for row in made], [("again", "Carried Out")])

	def test_on_a_deal_of_frappe_crm_as_well(self):
		self.needs("CRM Lead")
		lead = make_crm_lead()
		[other] = self.put_in(make_cadence(task("look", days=5), module="CRM Lead"), lead)
		cadence = make_cadence(task("look", days=5), module="CRM Lead", exclusivity={"alone": True})
		[alone] = self.put_in(cadence, lead)
		self.assertEqual(self.standing(alone), [("Waiting", "alone")])
		self.take_out(other)
		self.assertEqual(state(alone).status, "Active")

	def test_the_answer_says_who_waits_and_for_what(self):
		cadence = make_cadence(task("look", days=5), exclusivity={"per_owner": 1})
		leads = [make_lead(), make_lead()]
		result = enroll(cadence.name, [lead.name for lead in leads])
		self.assertEqual(result.answers[leads[1].name], EnrollAnswer.WAITING)
		self.assertEqual(result.notes[leads[1].name], "owner_full")

	def test_many_that_wait_at_a_full_key_are_put_off_together(self):
		"""One day's turn looks at those who may go, and at a chunk of the others at most."""
		cadence = make_cadence(task("look", days=9), policy={"new_per_day": 1})
		self.put_in(cadence, *(make_lead() for _each in range(12)))
		before = waiting.CHUNK
		waiting.CHUNK = 3
		try:
			with at(frappe.utils.now_datetime() + DAY):
				looked_at = 0
				while number := waiting.admit():
					looked_at += number
		finally:
			waiting.CHUNK = before
		self.assertLessEqual(looked_at, 3)
