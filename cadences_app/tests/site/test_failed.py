"""Enrollments that failed: what reaches them meanwhile, and how they go on (S5.8, invariant 14)."""

import frappe

from cadences_app.api import enrollments as api
from cadences_app.api.account import account_of
from cadences_app.channels import bookings
from cadences_app.engine.events import FollowUpFailed, HoldRequested, OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.enrolling import activation
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.reports import figures
from cadences_app.store import clock, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import DAY, activity, call, state, task
from cadences_app.tests.site.outbox import OutboxTestCase

REPLIED = {"key": "replied", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Replied"}}
MET = {"key": "met", "kind": "Meeting Booked"}


class FailedTestCase(OutboxTestCase):
	def failed(self, *rules: dict, steps: tuple[dict, ...] = ()) -> str:
		"""A run whose mail went out, and whose task then failed."""
		steps = (self.email(), task("look"), *steps, task("then", "look", days=3))
		self.lead = self.make_lead()
		self.cadence = builders.make_cadence(*steps, exit_rules=rules)
		(self.enrollment,) = self.enroll(self.cadence, self.lead)
		self.work()
		self.decide()
		self.tell(FollowUpFailed(1, "look", "broken template"))
		self.assertEqual(state(self.enrollment).status, "Failed")
		return self.enrollment

	def tell(self, event: object) -> None:
		inbox.record([InboxEntry(self.enrollment, self.cadence.name, event)], wake=False)
		self.decide()

	def answer(self) -> None:
		self.tell(OutcomeReported(1, "mail", Outcome.REPLIED, clock.now()))

	def assert_left(self, reason: str) -> None:
		row = state(self.enrollment)
		self.assertEqual((row.status, row.exit_reason), ("Stopped", reason))
		api.try_again([self.enrollment])
		self.decide()
		self.assertEqual(activity(self.enrollment, "look").status, ActivityStatus.FAILED)
		self.assertEqual(figures.check(self.cadence.name), 0)


class MeanwhileTest(FailedTestCase):
	def test_an_answer_takes_it_out(self) -> None:
		self.failed(REPLIED)
		self.answer()
		self.assert_left("rule_outcome")

	def test_who_answered_is_not_taken_up_with_many_others(self) -> None:
		self.failed(REPLIED)
		self.answer()
		for again in (Again.RESUME, Again.RESTART):
			result = put_in(self.cadence.name, [self.lead.name], again, also_who_said_no=False)
			self.assertEqual(result.answers, {self.lead.name: EnrollAnswer.SAID_NO})

	def test_a_meeting_takes_it_out(self) -> None:
		self.failed(MET)
		participants = [{"reference_doctype": "Lead", "reference_docname": self.lead.name}]
		frappe.get_doc(
			{
				"doctype": "Event",
				"subject": "Meet",
				"starts_on": frappe.utils.now_datetime() + DAY,
				"event_participants": participants,
			}
		).insert()
		self.decide()
		self.assert_left("rule_meeting")

	def test_a_booking_takes_it_out(self) -> None:
		self.failed(MET)
		payload = {"email": self.lead.email_id, "uri": "https://api.calendly.com/invitees/2"}
		self.assertEqual(bookings.take_in({"event": bookings.BOOKED, "payload": payload}), 1)
		self.decide()
		self.assert_left("rule_meeting")

	def test_an_unsubscribe_from_the_record_takes_it_out(self) -> None:
		self.failed()
		about = {"reference_doctype": "Lead", "reference_name": self.lead.name}
		frappe.get_doc({"doctype": "Email Unsubscribe", "email": self.lead.email_id, **about}).insert()
		self.decide()
		self.assert_left("unsubscribed")

	def test_a_call_that_is_logged_counts(self) -> None:
		self.needs("Call Log")
		done = {"key": "rung", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Completed"}}
		self.failed(done, steps=(call("ring"),))
		links = [{"link_doctype": "Lead", "link_name": self.lead.name}]
		log = {"doctype": "Call Log", "id": builders.unique("log"), "type": "Incoming", "status": "Completed"}
		frappe.get_doc({**log, "from": "1", "to": "2", "links": links}).insert()
		self.decide()
		self.assert_left("rule_outcome")

	def test_an_absence_holds_it_back_once_it_is_tried_again(self) -> None:
		self.failed()
		until = clock.now() + 9 * DAY
		self.tell(HoldRequested(until))
		api.try_again([self.enrollment])
		self.decide()
		row = activity(self.enrollment, "look")
		self.assertEqual((row.status, row.due_at), ("Scheduled", clock.to_site(until)))

	def test_who_answers_after_it_was_stopped_is_spared_too(self) -> None:
		self.failed()
		frappe.db.set_value("Cadence Enrollment", self.enrollment, "status", "Stopped")
		past = frappe.utils.now_datetime() - DAY
		frappe.db.set_value("Cadence Enrollment", self.enrollment, "ended_at", past)
		names = [self.lead.name]
		with_doubt = {"also_who_said_no": False}
		self.answer()
		for again in (Again.RESUME, Again.RESTART):
			account = account_of(self.cadence.name, put_in(self.cadence.name, names, again, **with_doubt))
			[told] = account["skipped"]
			self.assertEqual(told["why"], "answered or unsubscribed since it ended")
		[earlier] = account_of(self.cadence.name, put_in(self.cadence.name, names))["earlier"]
		self.assertTrue(earlier["said_no"])
		result = put_in(self.cadence.name, names, Again.RESUME)
		self.assertEqual(result.answers, {self.lead.name: EnrollAnswer.RESUMED})


class MendedTest(FailedTestCase):
	"""Under the version that mends it."""

	def mend(self) -> None:
		self.cadence.reload()
		self.cadence.follow_ups[1].subject = "Mended"
		self.cadence.save()
		activation.publish(self.cadence)
		frappe.db.commit()

	def assert_mended(self) -> None:
		row = state(self.enrollment)
		self.assertEqual((row.status, row.cadence_version), ("Active", self.cadence.version))
		self.assertIn("Mended", builders.made_for(self.enrollment, "look").description)
		self.assertEqual(figures.check(self.cadence.name), 0)

	def test_by_try_again(self) -> None:
		self.failed()
		self.mend()
		api.try_again([self.enrollment])
		self.decide()
		self.assert_mended()

	def test_by_resume(self) -> None:
		self.failed()
		self.mend()
		result = put_in(self.cadence.name, [self.lead.name], Again.RESUME)
		self.assertEqual(result.answers, {self.lead.name: EnrollAnswer.RESUMED})
		self.decide()
		self.assert_mended()

	def test_whom_the_version_of_today_would_take_out_is_not_resumed(self) -> None:
		self.failed()
		self.answer()
		self.cadence.reload()
		rule = {"kind": "Outcome of a Follow-up", "trigger_outcome": "Replied"}
		self.cadence.append("unenrollment_rules", rule)
		self.cadence.save()
		activation.publish(self.cadence)
		result = put_in(self.cadence.name, [self.lead.name], Again.RESUME)
		self.assertEqual(result.answers, {self.lead.name: EnrollAnswer.MATCHES_EXIT})

	def test_those_that_were_stopped_go_on_in_theirs(self) -> None:
		self.failed()
		frappe.db.set_value("Cadence Enrollment", self.enrollment, "status", "Stopped")
		before = state(self.enrollment).cadence_version
		self.mend()
		put_in(self.cadence.name, [self.lead.name], Again.RESUME)
		self.decide()
		self.assertEqual(state(self.enrollment).cadence_version, before)
