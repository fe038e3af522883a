"""An email follow-up on its way into the outbox: whom it goes to, what it says, and how it is taken back."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.form.load import get_communication_data

from cadences_app.engine.events import PauseRequested, StopRequested
from cadences_app.engine.statuses import NOT_GONE
from cadences_app.mail import communications
from cadences_app.runtime import notices
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.templates import compile_text, row_of
from cadences_app.tests.site import builders
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.smtp import SENDER, make_account


def contact_of(lead: Any) -> Any:
	"""The Contact that ERPNext makes of a Lead."""
	name = frappe.db.get_value("Dynamic Link", {"parenttype": "Contact", "link_name": lead.name}, "parent")
	return frappe.get_doc("Contact", name)


class HandOverTest(OutboxTestCase):
	"""The email, its Communication and its activity's status in one transaction (S3.4, invariant 2)."""

	def hand_over(self, lead: Any, **content: Any) -> Any:
		"""The activity of an email to the lead, as it stands after the decision."""
		(enrollment,) = self.send_out(lead, **content)
		return self.mail_of(enrollment)

	def test_the_activity_is_the_outbox(self) -> None:
		lead = self.make_lead(first_name="Ada")
		mail = self.hand_over(lead)
		self.assertEqual((mail.status, mail.delivery), ("Handed Over", "Queued"))
		self.assertEqual((mail.recipient, mail.subject), (lead.email_id, "Hello Ada"))
		self.assertEqual(mail.message_id, f"cadence.{mail.name}@seller.example")
		self.assertEqual(mail.email_template, self.template)

	def test_the_email_stands_in_the_timelines_of_the_lead_and_of_its_contact(self) -> None:
		self.needs("Lead")
		lead = self.make_lead(first_name="Ada")
		contact = contact_of(lead)
		mail = self.hand_over(lead)
		for doctype, name in (("Lead", lead.name), ("Contact", contact.name)):
			with self.subTest(doctype):
				(shown,) = [
					each for each in get_communication_data(doctype, name) if each.name == mail.activity_name
				]
				self.assertEqual(shown.subject, "Hello Ada")
				self.assertEqual(shown.delivery_status, "Scheduled")
				self.assertIn("Dear Ada", shown.content)

	def test_the_email_of_a_prospects_lead_stands_in_the_prospects_timeline(self) -> None:
		self.needs("Prospect")
		lead = self.make_lead()
		prospect = frappe.get_doc({"doctype": "Prospect", "company_name": builders.unique("Prospect")})
		prospect.append("leads", {"lead": lead.name})
		prospect.insert()
		mail = self.hand_over(lead)
		shown = {each.name for each in get_communication_data("Prospect", prospect.name)}
		self.assertIn(mail.activity_name, shown)

	def test_who_has_no_address_is_skipped_with_the_reason(self) -> None:
		lead = self.make_lead(email_id="")
		mail = self.hand_over(lead)
		self.assertEqual((mail.status, mail.note), ("Skipped", "no_email_address"))
		self.assertEqual(get_communication_data("Lead", lead.name), [])

	def test_two_addresses_in_one_field_are_no_address(self) -> None:
		lead = self.make_lead()
		frappe.db.set_value("Lead", lead.name, "email_id", "a@buyer.example, b@buyer.example")
		mail = self.hand_over(lead)
		self.assertEqual((mail.status, mail.note), ("Skipped", "invalid_email_address"))

	def test_the_address_of_the_linked_contact(self) -> None:
		self.needs("Lead")
		lead = self.make_lead()
		contact_of(lead).db_set("email_id", "eve@other.example")
		mail = self.hand_over(lead, to_field="contact.email_id")
		self.assertEqual(mail.recipient, "eve@other.example")

	def test_the_address_of_a_dynamically_linked_document(self) -> None:
		self.needs("Opportunity")
		lead = self.make_lead()
		opportunity = frappe.get_doc(
			{"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name, "status": "Open"}
		)
		opportunity.insert(ignore_mandatory=True)
		template = self.make_template("About {{ doc.name }}", "<p>Hello</p>")
		cadence = builders.make_cadence(
			self.email(to_field="party_name.email_id", variants=[{"template": template}]),
			module="Opportunity",
		)
		(enrollment,) = self.enroll(cadence, opportunity)
		self.assertEqual(self.mail_of(enrollment).recipient, lead.email_id)

	def test_a_field_that_does_not_exist_is_named(self) -> None:
		mail = self.hand_over(self.make_lead(), to_field="contact.nosuch")
		self.assertEqual(mail.status, "Failed")
		self.assertIn("nosuch", mail.note)

	def test_a_missing_merge_field_is_named_and_costs_only_its_own_enrollment(self) -> None:
		template = self.make_template("Hello {{ doc.first_name }}", "<p>How is {{ doc.city }}?</p>")
		without, complete = self.make_lead(city=""), self.make_lead(city="Bonn")
		first, second = self.send_out(without, complete, variants=[{"template": template}])
		self.assertEqual(self.mail_of(first).status, "Failed")
		self.assertIn("doc.city", self.mail_of(first).note)
		self.assertEqual(builders.state(first).status, "Failed")
		self.assertEqual(self.mail_of(second).delivery, "Queued")

	def test_a_fallback_stands_in_for_a_missing_merge_field(self) -> None:
		template = self.make_template("Hello", '<p>How is {{ doc.city or "your town" }}?</p>')
		mail = self.hand_over(self.make_lead(city=""), variants=[{"template": template}])
		text = frappe.db.get_value("Communication", mail.activity_name, "content")
		self.assertIn("How is your town?", text)

	def test_a_broken_template_fails_with_its_error(self) -> None:
		template = self.make_template()
		frappe.db.set_value("Email Template", template, "response_html", "{% if %}")
		frappe.clear_document_cache("Email Template", template)
		mail = self.hand_over(self.make_lead(), variants=[{"template": template}])
		self.assertEqual(mail.status, "Failed")
		self.assertIn("TemplateBroken", mail.note)

	def test_what_people_typed_can_not_become_html_or_a_header(self) -> None:
		template = self.make_template("Hi {{ doc.city }}", "<p>{{ doc.city }}</p>")
		lead = self.make_lead()
		frappe.db.set_value("Lead", lead.name, "city", "<script>x</script>\r\nBcc: all@buyer.example")
		mail = self.hand_over(lead, variants=[{"template": template}])
		self.assertNotIn("\n", mail.subject)
		text = frappe.db.get_value("Communication", mail.activity_name, "content")
		self.assertNotIn("<script>", text)

	def test_a_field_that_holds_html_keeps_it(self) -> None:
		"""Frappe has cleaned it when it was saved."""
		doc = row_of("Email Template", {"response": "<b>bold</b>", "subject": "<b>"})
		text = compile_text("{{ doc.subject }}: {{ doc.response }}", is_html=True, is_strict=True)
		self.assertEqual(text.fill({"doc": doc}), "&lt;b&gt;: <b>bold</b>")

	def test_a_person_always_gets_the_same_variant(self) -> None:
		other = self.make_template("Other", "<p>Other</p>")
		leads = [self.make_lead() for _ in range(12)]
		variants = [{"template": self.template}, {"template": other}]
		first = [self.mail_of(each).email_template for each in self.send_out(*leads, variants=variants)]
		second = [self.mail_of(each).email_template for each in self.send_out(*leads, variants=variants)]
		self.assertEqual(set(first), {self.template, other})
		self.assertEqual(first, second)

	def test_a_suppressed_domain_includes_its_subdomains(self) -> None:
		frappe.get_doc({"doctype": "Cadence Suppression", "address": "Closed.Example"}).insert()
		mail = self.hand_over(self.make_lead(email_id="ada@mail.closed.example"))
		self.assertEqual((mail.status, mail.note), ("Skipped", "domain_suppressed"))


class SenderTest(OutboxTestCase):
	def sender_of(self, **content: Any) -> Any:
		(enrollment,) = self.send_out(self.make_lead(lead_owner=self.owner), **content)
		return self.mail_of(enrollment)

	def setUp(self) -> None:
		super().setUp()
		self.owner = "rep@seller.example"
		if not frappe.db.exists("User", self.owner):
			user = {"doctype": "User", "email": self.owner, "first_name": "Rita", "last_name": "Rep"}
			frappe.get_doc({**user, "send_welcome_email": 0, "roles": [{"role": "Sales User"}]}).insert()

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.delete_doc("User", self.owner, force=True)
		frappe.db.commit()
		super().tearDown()

	def test_the_default_account(self) -> None:
		mail = self.sender_of()
		self.assertEqual(
			(mail.email_account, mail.sender), (self.account.name, f"{self.account.name} <{SENDER}>")
		)

	def test_a_named_account(self) -> None:
		other = make_account(self.server.port, "Cadence Other", "other@seller.example", default_outgoing=0)
		mail = self.sender_of(sender="Email Account", sender_value=other.name)
		self.assertEqual(
			(mail.email_account, mail.sender), (other.name, f"{other.name} <other@seller.example>")
		)

	def test_the_owner_through_the_default_account(self) -> None:
		mail = self.sender_of(sender="Record Owner")
		self.assertEqual((mail.email_account, mail.sender), (self.account.name, f"Rita Rep <{self.owner}>"))

	def test_the_owner_through_their_own_account(self) -> None:
		own = make_account(self.server.port, "Cadence Rita", self.owner, default_outgoing=0)
		mail = self.sender_of(sender="Record Owner")
		self.assertEqual((mail.email_account, mail.sender), (own.name, f"Rita Rep <{self.owner}>"))

	def test_an_account_that_speaks_for_itself_only_asks_for_answers_to_the_owner(self) -> None:
		make_account(self.server.port, always_use_account_email_id_as_sender=1)
		mail = self.sender_of(sender="Record Owner")
		self.assertEqual(mail.sender, f"Rita Rep <{SENDER}>")
		self.assertEqual(mail.reply_to, f"Rita Rep <{self.owner}>")

	def test_an_owner_who_has_left_does_not_write(self) -> None:
		frappe.db.set_value("User", self.owner, "enabled", 0)
		mail = self.sender_of(sender="Record Owner")
		self.assertEqual(mail.sender, f"{self.account.name} <{SENDER}>")

	def test_a_fixed_address(self) -> None:
		mail = self.sender_of(sender="Fixed Address", sender_value="Team <team@seller.example>")
		self.assertEqual(mail.sender, "Team <team@seller.example>")

	def test_the_signature_stands_below_the_text(self) -> None:
		make_account(self.server.port, add_signature=1, signature="<p>Your sales team</p>")
		mail = self.sender_of()
		text = frappe.db.get_value("Communication", mail.activity_name, "content")
		self.assertTrue(text.endswith("<p>Your sales team</p>"), text)


class WithdrawTest(OutboxTestCase):
	def stop(self, enrollment: str) -> None:
		cadence = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence")
		inbox.record([InboxEntry(enrollment, cadence, StopRequested("enough"))], wake=False)
		self.decide()

	def test_an_email_that_waits_is_taken_back_and_leaves_no_trace_in_the_timeline(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead)
		self.stop(enrollment)
		mail = self.mail_of(enrollment)
		self.assertEqual((mail.status, mail.delivery, mail.activity_name), ("Cancelled", "Cancelled", None))
		self.assertEqual(get_communication_data("Lead", lead.name), [])
		self.assertEqual(self.work(), 0)
		self.assertEqual(self.server.received, [])

	def test_an_email_under_way_is_not_called_back(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead)
		mail = self.mail_of(enrollment)
		frappe.db.set_value("Cadence Activity", mail.name, "delivery", "Sending")
		self.stop(enrollment)
		self.assertEqual(self.mail_of(enrollment).delivery, "Sending")
		self.assertTrue(frappe.db.exists("Communication", mail.activity_name))

	def test_an_email_that_is_out_is_not_handed_over_again(self) -> None:
		"""Taken back too late and scheduled again, before the report of its sending was read."""
		(enrollment,) = self.send_out(self.make_lead())
		name = self.mail_of(enrollment).name
		frappe.db.set_value("Cadence Activity", name, {"delivery": "Sent", "status": "Scheduled"})
		frappe.db.set_value("Cadence Enrollment", enrollment, "next_due_at", frappe.utils.now_datetime())
		self.decide()
		self.assertEqual(self.mail_of(enrollment).delivery, "Sent")
		self.assertEqual(self.work(), 0)

	def test_an_email_that_waits_for_review_does_not_go_out(self) -> None:
		(enrollment,) = self.send_out(self.make_lead(), release="After Review")
		self.assertEqual(self.mail_of(enrollment).delivery, "Waiting for Review")
		self.assertEqual(self.work(), 0)

	def test_the_owner_is_told_of_an_email_that_waits_for_review(self) -> None:
		"""S8.7"""
		builders.make_reps()
		asked: list[Any] = []
		with patch.object(notices, "enqueue_after_commit", lambda job, **more: asked.append((job, more))):
			(enrollment,) = self.send_out(self.make_lead(lead_owner=builders.REP), release="After Review")
			self.send_out(self.make_lead(lead_owner=builders.REP))
		told = [more["notes"] for job, more in asked if job == "tell_owners"]
		self.assertEqual(told, [[(builders.REP, "reviews", enrollment)]])


class NeighboursTest(OutboxTestCase):
	"""Other apps listen to Communication."""

	def test_erpnext_and_crm_alone_do_not_make_it_a_document(self) -> None:
		self.assertFalse(communications.is_listened_to())

	def test_a_notification_on_communication_runs(self) -> None:
		notification = frappe.get_doc(
			{
				"doctype": "Notification",
				"name": builders.unique("Notification"),
				"document_type": "Communication",
				"event": "New",
				"channel": "System Notification",
				"subject": "A mail",
				"message": "A mail",
				"set_property_after_alert": "phone_no",
				"property_value": "noticed",
				"recipients": [{"receiver_by_document_field": "owner"}],
			}
		)
		notification.insert()
		(enrollment,) = self.send_out(self.make_lead())
		mail = self.mail_of(enrollment)
		self.assertEqual(frappe.db.get_value("Communication", mail.activity_name, "phone_no"), "noticed")
		self.assertEqual((mail.delivery, self.work()), ("Queued", 1))

	def test_a_pause_keeps_the_email(self) -> None:
		(enrollment,) = self.send_out(self.make_lead())
		cadence = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence")
		inbox.record([InboxEntry(enrollment, cadence, PauseRequested())], wake=False)
		self.decide()
		self.assertEqual(self.work(), 0)
		mail = self.mail_of(enrollment)
		self.assertEqual(mail.delivery, "Queued")
		self.assertGreater(mail.send_after, frappe.utils.now_datetime())
		self.assertIn(mail.delivery, NOT_GONE)
