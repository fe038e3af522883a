"""Messages by WhatsApp, through frappe_whatsapp to a stand-in for Meta's Graph API and back (S3.10).

Runs where frappe_whatsapp is installed, which the test site of the checkout has not.
"""

import hashlib
import hmac
import json
from typing import Any

import frappe

from cadences_app.api import next_mail, trying
from cadences_app.enrolling import erasure
from cadences_app.messages import whatsapp
from cadences_app.tests.site import builders
from cadences_app.tests.site.messaging import MessagesTestCase, new_number
from cadences_app.tests.site.requests import call
from cadences_app.tests.site.sms_gateway import HANG_UP, SmsGateway

WEBHOOK = "/api/method/frappe_whatsapp.utils.webhook.webhook"
PHONE_ID = "4711"
SECRET = "the app secret of Meta"


class WhatsAppTestCase(MessagesTestCase):
	def setUp(self) -> None:
		if not whatsapp.is_available():
			self.skipTest("frappe_whatsapp is not installed")
		super().setUp()
		self.meta = self.enterContext_(SmsGateway(kind="application/json"))
		self.id = builders.unique("wamid")
		self.meta.answer_all = (200, json.dumps({"messages": [{"id": self.id}]}))
		self.account = self.make_account()

	def tearDown(self) -> None:
		frappe.db.rollback()
		self.use_secret("")
		frappe.delete_doc("WhatsApp Account", self.account.name, force=True)
		frappe.db.commit()
		super().tearDown()

	def make_account(self) -> Any:
		values = {
			"doctype": "WhatsApp Account",
			"account_name": builders.unique("Account"),
			"status": "Active",
			"url": self.meta.url.removesuffix("/send"),
			"version": "v20.0",
			"phone_id": PHONE_ID,
			"token": "a token",
			"is_default_outgoing": 1,
			"is_default_incoming": 1,
		}
		return frappe.get_doc(values).insert()

	def make_template(self) -> str:
		name = builders.unique("hello").lower()
		doc = frappe.new_doc("WhatsApp Templates")
		doc.update({"name": f"{name}-en", "template_name": name, "actual_name": name, "language": "en"})
		doc.update(
			{"language_code": "en", "template": "Hello {{1}}", "category": "UTILITY", "status": "APPROVED"}
		)
		doc.update(
			{"sample_values": "Ada", "field_names": "first_name", "whatsapp_account": self.account.name}
		)
		doc.db_insert()
		return doc.name

	def use_secret(self, secret: str) -> None:
		settings = frappe.get_doc("Cadence Settings")
		settings.whatsapp_app_secret = secret
		settings.save()
		frappe.db.commit()

	def message(self, *args: Any, **content: Any) -> dict:
		return super().message(*args, **{"service": "WhatsApp", **content})

	def sent(self, *more: dict, **content: Any) -> tuple[Any, str]:
		lead = self.make_lead(first_name="Ada")
		later = builders.task("later", "sms", "Replied", days=9)
		(enrollment,) = self.enroll(builders.make_cadence(self.message(**content), later, *more), lead)
		self.work_messages()
		self.decide()
		return lead, enrollment

	def meta_tells(self, value: dict[str, Any], secret: str = "") -> int:
		value = {"metadata": {"phone_number_id": PHONE_ID}, **value}
		told = {"object": "whatsapp_business_account"}
		body = json.dumps(told | {"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
		headers = {"Content-Type": "application/json"}
		if secret:
			signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
			headers["X-Hub-Signature-256"] = f"sha256={signature}"
		status = call("POST", WEBHOOK, data=body, headers=headers).status_code
		self.decide()
		return status

	def answer(self, number: str, text: str = "Yes", secret: str = "") -> int:
		said = {"from": number[1:], "id": builders.unique("in"), "type": "text", "text": {"body": text}}
		return self.meta_tells({"messages": [said]}, secret)


class SendingByWhatsAppTest(WhatsAppTestCase):
	def test_a_text_goes_to_meta_and_is_carried_out(self) -> None:
		lead, enrollment = self.sent(text="Hello <b>{{ first_name }}</b>")
		[asked] = self.meta.received
		self.assertEqual(asked.values["to"], lead.mobile_no[1:])
		self.assertEqual(asked.values["text"]["body"], "Hello <b>Ada</b>")
		self.assertEqual(asked.headers["authorization"], "Bearer a token")
		row = self.sms_of(enrollment)
		self.assertEqual((row.status, row.delivery, row.message_id), ("Carried Out", "Sent", self.id))
		self.assertEqual((row.message_service, row.message_parts, row.message_cost), ("WhatsApp", 1, 0))
		shown = frappe.get_doc("Communication", row.activity_name)
		self.assertEqual((shown.communication_medium, shown.delivery_status), ("Chat", "Sent"))
		made = frappe.get_doc("WhatsApp Message", {"message_id": self.id})
		self.assertEqual((made.type, made.to), ("Outgoing", lead.mobile_no))
		self.assertEqual(self.gateway.received, [])

	def test_an_approved_template_is_filled_by_meta(self) -> None:
		template = self.make_template()
		_lead, enrollment = self.sent(whatsapp_template=template, text="")
		[asked] = self.meta.received
		self.assertEqual(asked.values["type"], "template")
		[body] = asked.values["template"]["components"]
		self.assertEqual(body["parameters"], [{"type": "text", "text": "Ada"}])
		self.assertEqual(self.sms_of(enrollment).delivery, "Sent")

	def test_the_text_of_a_template_is_nobodys_to_edit(self) -> None:
		template = self.make_template()
		later = self.message(days=2, whatsapp_template=template, text="")
		(enrollment,) = self.enroll(builders.make_cadence(later), self.make_lead())
		found = next_mail.next_mail(enrollment)
		self.assertEqual((found["channel"], found["may_edit"]), ("Message", False))
		self.assertRaises(frappe.ValidationError, next_mail.edit, found["activity"], "", "Mine")

	def test_what_meta_refuses_is_failed(self) -> None:
		told = {"error": {"message": "Re-engagement message", "code": 131047}}
		self.meta.answer_all = (400, json.dumps(told))
		_lead, enrollment = self.sent()
		row = self.sms_of(enrollment)
		self.assertEqual((row.delivery, row.failed_at is not None), ("Refused", True))
		self.assertIn("Re-engagement", row.error)
		self.assertFalse(frappe.db.exists("WhatsApp Message", {"to": row.recipient}))

	def test_what_may_pass_later_is_tried_again(self) -> None:
		for status, code in ((500, 131000), (401, 190), (429, 130429), (400, 131056), (503, 0)):
			with self.subTest(code):
				self.meta.answer_all = (status, json.dumps({"error": {"message": "no", "code": code}}))
				_lead, enrollment = self.sent()
				row = self.sms_of(enrollment)
				self.assertEqual((row.delivery, row.attempts), ("Queued", 1))

	def test_where_nobody_answers_it_is_tried_again_and_where_silence_falls_it_is_unknown(self) -> None:
		self.meta.answer_all = (HANG_UP, "")
		_lead, enrollment = self.sent()
		self.assertEqual(self.sms_of(enrollment).delivery, "Unknown")
		frappe.db.set_value("WhatsApp Account", self.account.name, "url", "http://127.0.0.1:9")
		frappe.db.commit()
		_lead, enrollment = self.sent()
		self.assertEqual(self.sms_of(enrollment).delivery, "Queued")

	def test_an_answer_that_says_nothing_is_not_sent_again(self) -> None:
		self.meta.answer_all = (200, "{}")
		_lead, enrollment = self.sent()
		self.assertEqual(self.sms_of(enrollment).delivery, "Unknown")

	def test_a_test_to_oneself(self) -> None:
		number = new_number()
		frappe.db.set_value("User", "Administrator", "mobile_no", number)
		cadence = builders.make_cadence(self.message())
		lead = self.make_lead(first_name="Ada")
		told = trying.send_test_message(cadence.as_dict(), cadence.follow_ups[0].follow_up_key, lead.name)
		self.assertEqual(told["sent_to"], number)
		self.assertEqual([each.values["to"] for each in self.meta.received], [number[1:]])

	def test_erasing_takes_what_was_sent(self) -> None:
		lead, enrollment = self.sent()
		erasure.erase(erasure.find_person(lead.email_id))
		self.assertFalse(frappe.db.exists("WhatsApp Message", {"message_id": self.id}))
		self.assertFalse(builders.activity(enrollment, "sms").message_id)


class HearingOfWhatsAppTest(WhatsAppTestCase):
	def status(self, status: str, secret: str = "") -> int:
		return self.meta_tells({"statuses": [{"id": self.id, "status": status}]}, secret)

	def test_delivered_read_and_failed(self) -> None:
		_lead, enrollment = self.sent(builders.task("look", "sms", "Delivered"))
		self.assertEqual(self.status("sent"), 200)
		self.assertIsNone(self.sms_of(enrollment).delivered_at)
		self.status("delivered")
		self.status("read")
		self.assertIsNotNone(self.sms_of(enrollment).delivered_at)
		self.assertEqual(builders.activity(enrollment, "look").status, "Carried Out")

	def test_a_failure_that_is_told_later(self) -> None:
		_lead, enrollment = self.sent()
		self.status("failed")
		self.assertIsNotNone(self.sms_of(enrollment).failed_at)

	def test_an_answer_is_replied_once_and_a_reaction_is_none(self) -> None:
		lead, enrollment = self.sent()
		reaction = {"message_id": self.id, "emoji": "+"}
		said = {"from": lead.mobile_no[1:], "id": builders.unique("in"), "type": "reaction"}
		self.meta_tells({"messages": [said | {"reaction": reaction}]})
		self.assertIsNone(self.sms_of(enrollment).replied_at)
		self.assertEqual(self.answer(lead.mobile_no), 200)
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)
		filters = {"reference_name": lead.name, "sent_or_received": "Received"}
		[shown] = frappe.get_all("Communication", filters, ["communication_medium", "content"])
		self.assertEqual((shown.communication_medium, shown.content), ("Chat", "Yes"))

	def test_stop_ends_it(self) -> None:
		lead, enrollment = self.sent()
		self.answer(lead.mobile_no, "Stop")
		self.assertEqual(builders.state(enrollment).exit_reason, "unsubscribed")

	def test_with_the_apps_secret_only_what_meta_signed_counts(self) -> None:
		lead, enrollment = self.sent()
		self.use_secret(SECRET)
		self.answer(lead.mobile_no, "Stop")
		self.answer(lead.mobile_no, "Stop", "another secret")
		self.status("failed")
		row = self.sms_of(enrollment)
		self.assertEqual((row.unsubscribed_at, row.failed_at), (None, None))
		self.answer(lead.mobile_no, "Stop", SECRET)
		self.assertIsNotNone(self.sms_of(enrollment).unsubscribed_at)
