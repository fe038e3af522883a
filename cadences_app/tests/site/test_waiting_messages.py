"""Messages that wait for review or approval, and the text of one person (S3.9, S3.10)."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.api import activities, next_mail, queue
from cadences_app.api.course import course
from cadences_app.api.enrollments import timeline
from cadences_app.channels.message import TooLong
from cadences_app.engine.content import Channel, MessageContent, Release, content_to_dict, read_content
from cadences_app.engine.reading import Fields
from cadences_app.enrolling.form.definition import definition_of, fill
from cadences_app.enrolling.words import goes_out
from cadences_app.messages import suppression
from cadences_app.runtime import notices
from cadences_app.runtime.waiting_mails import NotWaiting
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.messaging import MessagesTestCase

REP, OTHER, BOSS = "text-rep@example.com", "text-other@example.com", "text-boss@example.com"


class WaitingMessagesTestCase(MessagesTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		builders.make_team(REP, OTHER, boss=BOSS)

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.delete("Cadence Edited Mail", {"edited_by": ("in", (REP, BOSS))})
		super().tearDown()

	def waiting(self, release: str = "After Review", **content: Any) -> tuple[Any, str, str]:
		"""The lead, its enrollment and the activity of its message."""
		lead = self.make_lead(first_name="Ada", lead_owner=REP)
		(enrollment,) = self.send_messages(lead, release=release, **content)
		return lead, enrollment, self.sms_of(enrollment).name

	def say(self, activity: str, outcome: str, user: str = REP, note: str = "") -> str:
		with as_user(user):
			queue.say(activity, outcome, note=note)
			told = queue.settle([activity])[activity]
		frappe.db.commit()
		return told


class ReviewTest(WaitingMessagesTestCase):
	def test_it_waits_in_the_owners_queue_until_it_is_sent(self) -> None:
		lead, enrollment, activity = self.waiting()
		self.assertEqual(self.work_messages(), 0)
		with as_user(REP):
			(item,) = queue.today()["items"]
			by_channel = {
				each: len(queue.today(channel=each)["items"]) for each in ("Message", "Email", "Task")
			}
			told = queue.item(activity)
		self.assertEqual((item["name"], item["channel"]), (activity, "Message"))
		self.assertEqual(item["standing"], "Waiting for Review")
		self.assertEqual(by_channel, {"Message": 1, "Email": 0, "Task": 0})
		self.assertEqual([each["label"] for each in told["results"]], ["Send", "Do not send"])
		mail = told["mail"]
		self.assertEqual((mail["content"], mail["to"]), ("Hello Ada, see you.", lead.mobile_no))
		self.assertEqual((mail["service"], mail["parts"], mail["may_edit"]), ("SMS", 1, True))
		self.say(activity, "Send")
		self.assertEqual(self.work_messages(), 1)
		self.assertEqual(self.gateway.texts, {lead.mobile_no: ["Hello Ada, see you."]})
		self.decide()
		self.assertEqual(self.sms_of(enrollment).status, "Carried Out")

	def test_one_that_is_not_to_go_is_skipped(self) -> None:
		_lead, enrollment, activity = self.waiting()
		communication = self.sms_of(enrollment).activity_name
		self.say(activity, "Do Not Send", note="too pushy")
		self.decide()
		self.assertEqual(self.sms_of(enrollment).status, "Skipped")
		self.assertFalse(frappe.db.exists("Communication", communication))
		self.assertEqual(self.work_messages(), 0)

	def test_the_text_is_edited_for_this_person_alone(self) -> None:
		lead, enrollment, activity = self.waiting()
		_other, second, _name = self.waiting()
		with as_user(REP):
			queue.edit_mail(activity, "", "See <b>you</b>\r\n" + "x" * 200)
		[told] = [each for each in timeline(enrollment) if each["kind"] == "Text Edited"]
		self.assertIn("its text was edited for this person alone", told["sentences"][0])
		frappe.db.commit()
		row = self.sms_of(enrollment)
		self.assertEqual((row.message_parts, row.subject[:14]), (2, "See < b>you< /"))
		shown = frappe.get_doc("Communication", row.activity_name)
		self.assertTrue(shown.content.startswith("See &lt;b&gt;you&lt;/b&gt;<br>x"))
		self.say(activity, "Send")
		self.work_messages()
		self.assertEqual(self.gateway.texts, {lead.mobile_no: ["See <b>you</b>\n" + "x" * 200]})
		self.assertEqual(self.sms_of(second).subject, "Hello Ada, see you.")

	def test_no_text_and_too_much_of_it_are_refused(self) -> None:
		_lead, _enrollment, activity = self.waiting()
		with as_user(REP):
			self.assertRaises(frappe.ValidationError, queue.edit_mail, activity, "", " \n ")
			self.assertRaises(TooLong, queue.edit_mail, activity, "", "x" * 1600)

	def test_it_can_be_sent_from_its_own_page_as_well(self) -> None:
		_lead, enrollment, activity = self.waiting()
		with as_user(REP):
			activities.release(activity)
		frappe.db.commit()
		self.assertEqual(self.sms_of(enrollment).delivery, "Queued")

	def test_nothing_goes_out_that_waits_when_the_person_says_stop(self) -> None:
		lead, enrollment, activity = self.waiting()
		suppression.suppress_number(lead.mobile_no)
		frappe.db.commit()
		self.say(activity, "Send")
		self.assertEqual(self.work_messages(), 0)
		self.assertEqual(self.sms_of(enrollment).delivery, "Suppressed")

	def test_who_it_is_not_and_may_not_read_the_record_gets_no_further(self) -> None:
		"""S14.1"""
		_lead, enrollment, activity = self.waiting()
		with as_user(OTHER):
			self.assertEqual(queue.today()["items"], [])
			for attempt in (
				lambda: queue.item(activity),
				lambda: queue.edit_mail(activity, "", "Mine"),
				lambda: queue.say(activity, "Send"),
				lambda: next_mail.edit(activity, "", "Mine"),
			):
				self.assertRaises(frappe.PermissionError, attempt)
		self.assertEqual(self.sms_of(enrollment).delivery, "Waiting for Review")

	def test_the_owner_is_told_that_it_waits(self) -> None:
		_lead, enrollment, _activity = self.waiting()
		notices.tell([(REP, notices.Notice.REVIEW.value, enrollment)])
		told = frappe.get_last_doc("Notification Log", {"for_user": REP})
		self.assertIn("waits for your review", told.subject)
		self.assertEqual(told.link, "/app/follow-ups-for-today")


class ApprovalTest(WaitingMessagesTestCase):
	def test_a_rep_can_neither_send_nor_change_it_and_a_manager_can(self) -> None:
		lead, enrollment, activity = self.waiting("After Approval")
		self.assertIn("approval", self.say(activity, "Send"))
		with as_user(REP):
			self.assertFalse(queue.item(activity)["mail"]["may_edit"])
			self.assertRaises(frappe.PermissionError, queue.edit_mail, activity, "", "Mine")
		with as_user(BOSS):
			self.assertIn(activity, [each["name"] for each in queue.today()["items"]])
			queue.send_back(activity)
		frappe.db.commit()
		self.assertEqual(self.sms_of(enrollment).delivery, "Waiting for Review")
		self.say(activity, "Send")
		self.assertEqual(self.sms_of(enrollment).delivery, "Waiting for Approval")
		self.say(activity, "Send", BOSS)
		self.work_messages()
		self.assertEqual(list(self.gateway.texts), [lead.mobile_no])

	def test_what_was_approved_keeps_its_words(self) -> None:
		_lead, _enrollment, activity = self.waiting("After Approval")
		with as_user(BOSS):
			activities.approve(activity)
		frappe.db.commit()
		with as_user(REP):
			self.assertRaises(frappe.PermissionError, next_mail.edit, activity, "", "Mine")


class NextMessageTest(WaitingMessagesTestCase):
	def test_a_scheduled_one_is_edited_and_goes_out_so(self) -> None:
		lead = self.make_lead(first_name="Ada", lead_owner=REP)
		(enrollment,) = self.enroll(builders.make_cadence(self.message(days=2)), lead)
		with as_user(REP):
			found = next_mail.next_mail(enrollment)
			self.assertEqual((found["channel"], found["content"]), ("Message", "Hello Ada, see you."))
			self.assertEqual((found["to"], found["subject"], found["may_edit"]), (lead.mobile_no, "", True))
			next_mail.edit(found["activity"], "", "Only you & {{ doc.name }}")
			again = next_mail.next_mail(enrollment)
			self.assertEqual((again["content"], again["is_edited"]), ("Only you & {{ doc.name }}", True))
			self.assertEqual(course(enrollment)["next_mail"]["channel"], "Message")
		frappe.db.commit()
		with builders.at(now_datetime() + timedelta(days=3)):
			builders.work()
			frappe.db.commit()
			self.work_messages()
		self.assertEqual(self.gateway.texts, {lead.mobile_no: ["Only you & {{ doc.name }}"]})

	def test_it_is_given_back_to_its_template(self) -> None:
		lead = self.make_lead(first_name="Ada", lead_owner=REP)
		(enrollment,) = self.enroll(builders.make_cadence(self.message(days=2)), lead)
		with as_user(REP):
			name = next_mail.next_mail(enrollment)["activity"]
			next_mail.edit(name, "", "Only you")
			next_mail.take_edit_back(name)
			self.assertEqual(next_mail.next_mail(enrollment)["content"], "Hello Ada, see you.")

	def test_one_in_a_workers_hand_is_edited_no_more(self) -> None:
		_lead, _enrollment, activity = self.waiting("Automatically")
		frappe.db.set_value(
			"Cadence Activity", activity, "claimed_until", now_datetime() + timedelta(minutes=1)
		)
		with as_user(REP):
			self.assertRaises(NotWaiting, next_mail.edit, activity, "", "Too late")

	def test_its_review_is_part_of_what_the_follow_up_says_of_itself(self) -> None:
		cadence = builders.make_cadence(self.message(release="After Approval"))
		read = definition_of(cadence).follow_ups[0].content
		self.assertIs(read.release, Release.APPROVAL)
		self.assertEqual(read_content(Channel.MESSAGE, Fields(content_to_dict(read))), read)
		self.assertIn("after approval", goes_out(read))
		again = frappe.new_doc("Cadence")
		fill(again, definition_of(cadence))
		self.assertEqual(again.follow_ups[0].release, "After Approval")
		self.assertIs(MessageContent().release, Release.BY_ITSELF)
