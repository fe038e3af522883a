"""One person's next email, edited before it goes out: that one only, and sent as edited (S3.9)."""

import base64
import json
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.api import next_mail, queue
from cadences_app.api.course import course
from cadences_app.api.enrollments import timeline
from cadences_app.runtime.waiting_mails import NotWaiting
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.outbox import OutboxTestCase

REP, OTHER, BOSS = "mail-rep@example.com", "mail-other@example.com", "mail-boss@example.com"
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class NextMailTestCase(OutboxTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		builders.make_team(REP, OTHER, boss=BOSS)

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.delete("Cadence Edited Mail", {"edited_by": ("in", (REP, BOSS))})
		super().tearDown()

	def given(self, *leads: Any, days: int = 2, **content: Any) -> list[str]:
		cadence = builders.make_cadence(self.email(days=days, **content))
		return self.enroll(cadence, *(leads or [self.make_lead(lead_owner=REP)]))

	def edit(self, enrollment: str, subject: str = "Ada, once more", content: str = "<p>For you</p>") -> str:
		with as_user(REP):
			found = next_mail.next_mail(enrollment)
			next_mail.edit(found["activity"], subject, content)
		frappe.db.commit()
		return found["activity"]

	def send_at_its_time(self, enrollment: str) -> None:
		with builders.at(now_datetime() + timedelta(days=3)):
			builders.work()
			frappe.db.commit()
			self.work()

	def messages(self) -> list[Any]:
		return [each.message for each in self.server.received]

	def texts_of(self, message: Any) -> str:
		parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
		return "\n".join(part.get_payload(decode=True).decode() for part in parts)


class TestEditing(NextMailTestCase):
	def test_it_is_shown_as_it_would_go_out_to_this_person(self) -> None:
		[enrollment] = self.given(self.make_lead(first_name="Ada", lead_owner=REP))
		with as_user(REP):
			found = next_mail.next_mail(enrollment)
		self.assertEqual(found["subject"], "Hello Ada")
		self.assertIn("Dear Ada", found["content"])
		self.assertEqual((found["is_edited"], found["may_edit"], found["problem"]), (False, True, ""))

	def test_what_could_run_is_not_shown_to_be_edited(self) -> None:
		"""Frappe takes a signature in quotes for JSON and keeps it as it is; Desk shows what is edited."""
		hostile = '"<img src=x onerror=steal()>"'
		rep = Person(REP, "Cadence User", "Sales User")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_value, "User", REP, "email_signature", "")
		answer = rep.sends("PUT", f"/api/resource/User/{REP}", {"email_signature": hostile})
		self.assertEqual(answer.json["data"]["email_signature"], hostile)
		[enrollment] = self.given(sender="Record Owner")
		with as_user(BOSS):
			found = next_mail.next_mail(enrollment)
		self.assertIn("<img", found["content"])
		self.assertNotIn("onerror", found["content"])

	def test_it_goes_out_as_edited_to_this_person_alone(self) -> None:
		leads = [self.make_lead(first_name=name, lead_owner=REP) for name in ("Ada", "Bob")]
		edited, _other = self.given(*leads)

		self.edit(edited, content="<p>Only you, {{ doc.first_name }}</p><script>steal()</script>")
		self.send_at_its_time(edited)

		sent = {message["To"]: message for message in self.messages()}
		mine, theirs = (sent[lead.email_id] for lead in leads)
		self.assertEqual((mine["Subject"], theirs["Subject"]), ("Ada, once more", "Hello Bob"))
		self.assertIn("Only you, {{ doc.first_name }}", self.texts_of(mine))
		self.assertNotIn("<script", mine.get_body(("html",)).get_content())
		self.assertIn("Dear Bob", self.texts_of(theirs))
		self.assertEqual(self.mail_of(edited).subject, "Ada, once more")

	def test_the_history_says_who_edited_which(self) -> None:
		[enrollment] = self.given()
		name = self.edit(enrollment)
		[told] = [each for each in timeline(enrollment) if each["reason"] == "email_edited"]
		title = frappe.db.get_value("Cadence Activity", name, "title")
		self.assertEqual(told["sentences"], [f"{title}: its text was edited for this person alone"])
		self.assertEqual(told["source"], REP)
		self.assertEqual(self.mail_of(enrollment).status, "Scheduled")

	def test_a_text_that_lacks_a_field_is_mended_by_hand(self) -> None:
		"""Its template could not be filled; what was written is sent, the template is not asked."""
		self.template = self.make_template("Hello {{ doc.website }}")
		[enrollment] = self.given()
		with as_user(REP):
			self.assertEqual(next_mail.next_mail(enrollment)["missing"], ["doc.website"])
		self.edit(enrollment, "Hello")
		self.send_at_its_time(enrollment)
		self.assertEqual([message["Subject"] for message in self.messages()], ["Hello"])

	def test_it_is_given_back_to_its_template(self) -> None:
		[enrollment] = self.given(self.make_lead(first_name="Ada", lead_owner=REP))
		name = self.edit(enrollment)
		with as_user(REP):
			next_mail.take_edit_back(name)
			self.assertEqual(next_mail.next_mail(enrollment)["subject"], "Hello Ada")
		self.send_at_its_time(enrollment)
		self.assertEqual([message["Subject"] for message in self.messages()], ["Hello Ada"])

	def test_one_that_waits_in_the_outbox_is_edited_too_and_one_in_hand_is_not(self) -> None:
		[enrollment] = self.given(days=0)
		name = self.edit(enrollment)
		frappe.db.set_value("Cadence Activity", name, "claimed_until", now_datetime() + timedelta(minutes=1))
		with as_user(REP):
			self.assertRaises(NotWaiting, next_mail.edit, name, "Too late", "<p>x</p>")
			self.assertEqual(next_mail.next_mail(enrollment), {})
		frappe.db.set_value("Cadence Activity", name, "claimed_until", None)
		frappe.db.commit()
		self.work()
		[message] = self.messages()
		self.assertEqual(message["Subject"], "Ada, once more")
		with as_user(REP):
			self.assertRaises(NotWaiting, next_mail.edit, name, "Too late", "<p>x</p>")

	def test_what_has_no_subject_is_refused(self) -> None:
		[enrollment] = self.given()
		with as_user(REP):
			name = next_mail.next_mail(enrollment)["activity"]
			self.assertRaises(frappe.ValidationError, next_mail.edit, name, " \n", "<p>x</p>")


class TestRights(NextMailTestCase):
	def test_somebody_elses_is_refused_and_a_manager_may(self) -> None:
		"""S14.1"""
		[enrollment] = self.given()
		name = self.mail_of(enrollment).name
		with as_user(OTHER):
			self.assertRaises(frappe.PermissionError, next_mail.next_mail, enrollment)
			self.assertRaises(frappe.PermissionError, next_mail.edit, name, "Mine", "<p>x</p>")
			self.assertRaises(frappe.PermissionError, next_mail.take_edit_back, name)
			self.assertIsNone(next_mail.offered(enrollment))
		with as_user(BOSS):
			next_mail.edit(name, "By the manager", "<p>x</p>")
			self.assertTrue(next_mail.next_mail(enrollment)["is_edited"])

	def test_what_was_approved_is_no_reps_to_change(self) -> None:
		"""It would go out with words that nobody approved."""
		[enrollment] = self.given(days=0, release="After Approval")
		name = self.mail_of(enrollment).name
		for delivery in ("Waiting for Approval", "Queued"):
			frappe.db.set_value("Cadence Activity", name, "delivery", delivery)
			with self.subTest(delivery), as_user(REP):
				self.assertFalse(next_mail.next_mail(enrollment)["may_edit"])
				self.assertRaises(frappe.PermissionError, next_mail.edit, name, "Mine", "<p>x</p>")
		with as_user(BOSS):
			next_mail.edit(name, "By the manager", "<p>x</p>")
		frappe.db.commit()
		self.assertEqual(self.mail_of(enrollment).subject, "By the manager")

	def test_the_queue_and_the_enrollments_page_offer_it(self) -> None:
		cadence = builders.make_cadence(builders.task("look"), self.email(days=2))
		[enrollment] = self.enroll(cadence, self.make_lead(lead_owner=REP))
		task = builders.activity(enrollment, "look").name
		with as_user(REP):
			offered = [queue.item(task)["next_mail"], course(enrollment)["next_mail"]]
		self.assertEqual([each["activity"] for each in offered], [self.mail_of(enrollment).name] * 2)

	def test_an_edit_in_the_queue_stands_in_the_history(self) -> None:
		[enrollment] = self.given(days=0, release="After Review")
		with as_user(REP):
			queue.edit_mail(self.mail_of(enrollment).name, "Reviewed", "<p>x</p>")
		frappe.db.commit()
		self.decide()
		self.assertIn("email_edited", [each["reason"] for each in timeline(enrollment)])

	def test_a_private_picture_goes_out_only_if_its_editor_may_read_it(self) -> None:
		"""S14.1a: the right of who published the cadence does not stand for the editor's."""
		secret = frappe.get_doc(
			{"doctype": "File", "file_name": "secret.gif", "is_private": 1, "content": PIXEL}
		).insert()
		[enrollment] = self.given()
		self.edit(enrollment, content=f"<p>Look</p><img src='{secret.file_url}'>")
		self.send_at_its_time(enrollment)
		[message] = self.messages()
		self.assertEqual([part for part in message.walk() if part.get_content_maintype() == "image"], [])


class TestWhatIsKept(NextMailTestCase):
	def test_it_goes_with_its_enrollment(self) -> None:
		[enrollment] = self.given()
		name = self.edit(enrollment)
		frappe.db.set_value("Cadence Enrollment", enrollment, {"status": "Stopped", "active_key": None})
		frappe.delete_doc("Cadence Enrollment", enrollment)
		self.assertFalse(frappe.db.exists("Cadence Edited Mail", name))

	def test_the_event_names_its_follow_up(self) -> None:
		[enrollment] = self.given()
		self.edit(enrollment)
		found = frappe.get_all(
			"Cadence Event", {"enrollment": enrollment, "kind": "Email Edited"}, pluck="payload"
		)
		self.assertEqual([json.loads(each)["follow_up"] for each in found], ["mail"])
