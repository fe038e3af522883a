"""Messages by SMS from the follow-up to the gateway and back (S3.10)."""

import os
from datetime import timedelta
from time import sleep
from typing import Any
from unittest.mock import patch

import frappe
import requests
from frappe.utils import now_datetime

from cadences_app.api import trying
from cadences_app.engine.events import PauseRequested, StopRequested
from cadences_app.enrolling import activation, control, erasure
from cadences_app.messages import incoming, outgoing
from cadences_app.messages.gateway import read_fault
from cadences_app.messages.numbers import read_caller, read_number
from cadences_app.runtime import message_job, notices, waiting_mails
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.templates import MergeFieldMissing
from cadences_app.tests.site import builders, selling
from cadences_app.tests.site.messaging import SECRET, MessagesTestCase, new_number
from cadences_app.tests.site.requests import call
from cadences_app.tests.site.sms_gateway import HANG_UP, use_gateway

PATH = "/api/method/cadences_app.api.webhooks.message"


class SendingTest(MessagesTestCase):
	def test_a_message_is_in_the_outbox_then_with_the_gateway_then_carried_out(self) -> None:
		lead = self.make_lead(first_name="Ada")
		(enrollment,) = self.send_messages(lead)
		row = self.sms_of(enrollment)
		self.assertEqual((row.status, row.delivery, row.recipient), ("Handed Over", "Queued", lead.mobile_no))
		self.assertEqual((row.channel, row.message_parts, row.subject), ("Message", 1, "Hello Ada, see you."))
		self.assertEqual(self.work_messages(), 1)
		self.assertEqual(self.gateway.texts, {lead.mobile_no: ["Hello Ada, see you."]})
		self.decide()
		row = self.sms_of(enrollment)
		self.assertEqual((row.status, row.delivery, row.message_id), ("Carried Out", "Sent", "gw-1"))
		self.assertIsNotNone(row.sent_at)
		self.assertEqual(builders.state(enrollment).status, "Completed")

	def test_it_stands_in_the_records_timeline_as_an_sms(self) -> None:
		lead = self.make_lead(first_name="Ada")
		(enrollment,) = self.send_messages(lead, text="<b>{{ first_name }}</b> & Co")
		self.work_messages()
		shown = frappe.get_doc("Communication", self.sms_of(enrollment).activity_name)
		self.assertEqual((shown.communication_medium, shown.delivery_status), ("SMS", "Sent"))
		self.assertEqual((shown.reference_name, shown.phone_no), (lead.name, lead.mobile_no))
		self.assertEqual(shown.content, "&lt;b&gt;Ada&lt;/b&gt; &amp; Co")
		self.assertEqual(self.gateway.received[0].values["text"], "<b>Ada</b> & Co")

	def test_it_is_sent_as_sms_settings_say(self) -> None:
		parameters = (
			{"parameter": "Content-Type", "value": "application/json", "header": 1},
			{"parameter": "Authorization", "value": "Bearer x", "header": 1},
			{"parameter": "sender", "value": "Seller"},
		)
		use_gateway(self.gateway.url, parameters=parameters)
		self.send_messages(self.make_lead())
		self.work_messages()
		use_gateway(self.gateway.url, is_post=False)
		self.send_messages(self.make_lead())
		self.work_messages()
		by_json, by_address = self.gateway.received
		self.assertEqual((by_json.method, by_json.values["sender"]), ("POST", "Seller"))
		self.assertEqual(by_json.headers["Authorization"], "Bearer x")
		self.assertEqual((by_address.method, sorted(by_address.values)), ("GET", ["text", "to"]))

	def test_a_number_that_was_corrected_meanwhile_is_the_one_that_is_used(self) -> None:
		lead, number = self.make_lead(), new_number()
		(enrollment,) = self.send_messages(lead)
		lead.reload()
		lead.mobile_no = number
		lead.save()
		frappe.db.commit()
		self.work_messages()
		self.assertEqual(list(self.gateway.texts), [number])
		self.assertEqual(self.sms_of(enrollment).recipient, number)

	def test_a_paused_a_stopped_and_a_deactivated_one_send_nothing(self) -> None:
		paused, stopped = self.make_lead(), self.make_lead()
		names = self.send_messages(paused, stopped)
		events = (PauseRequested(None), StopRequested("by hand"))
		inbox.record(
			InboxEntry(name, builders.state(name).cadence, event)
			for name, event in zip(names, events, strict=True)
		)
		frappe.db.commit()
		self.assertEqual(self.work_messages(), 0)
		self.decide()
		self.assertEqual(self.work_messages(), 0)
		self.assertEqual(self.sms_of(names[1]).delivery, "Cancelled")
		self.assertEqual(self.sms_of(names[0]).delivery, "Queued")
		self.assertEqual(self.gateway.received, [])

	def test_a_withdrawn_message_leaves_no_trace_in_the_timeline(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_messages(lead)
		communication = self.sms_of(enrollment).activity_name
		control.ask([enrollment], StopRequested("by hand"))
		self.decide()
		self.assertFalse(frappe.db.exists("Communication", communication))

	def test_muted_sites_send_nothing(self) -> None:
		self.send_messages(self.make_lead())
		frappe.flags.mute_emails = True
		try:
			self.assertEqual(self.work_messages(), 0)
		finally:
			frappe.flags.mute_emails = False

	def test_without_a_gateway_it_waits_and_says_so(self) -> None:
		(enrollment,) = self.send_messages(self.make_lead())
		use_gateway("")
		frappe.db.commit()
		self.assertEqual(self.work_messages(), 0)
		row = self.sms_of(enrollment)
		self.assertEqual((row.delivery, row.attempts), ("Queued", 0))
		self.assertGreater(row.send_after, now_datetime())
		self.assertIn("gateway", row.error)

	def test_parts_and_their_price(self) -> None:
		self.set_up(price_per_part=0.075)
		long = self.make_lead(first_name="Ada")
		(enrollment,) = self.send_messages(long, text="{{ first_name }} " + "x" * 200)
		self.work_messages()
		row = self.sms_of(enrollment)
		self.assertEqual((row.message_parts, row.message_cost), (2, 0.15))

	def test_a_text_of_too_many_parts_fails_and_says_so(self) -> None:
		(enrollment,) = self.send_messages(self.make_lead(), text="x" * 1600)
		state = builders.state(enrollment)
		self.assertEqual(state.status, "Failed")
		self.assertIn("11 parts", state.exit_note)

	def test_a_merge_field_without_a_value_is_named(self) -> None:
		(enrollment,) = self.send_messages(self.make_lead(), text="Dear {{ doc.city }}")
		self.assertIn("city", builders.state(enrollment).exit_note)
		self.assertTrue(issubclass(MergeFieldMissing, frappe.ValidationError))


class GatewayFaultsTest(MessagesTestCase):
	def fate(self, status: int, body: str = "no") -> Any:
		self.gateway.answer_all = (status, body)
		(enrollment,) = self.send_messages(self.make_lead())
		self.work_messages()
		self.decide()
		return self.sms_of(enrollment)

	def test_what_the_gateway_refuses_is_failed_and_the_cadence_goes_on(self) -> None:
		cadence = builders.make_cadence(self.message(), builders.task("ring", "sms", "Failed"))
		self.gateway.answer_all = (400, "invalid number")
		(enrollment,) = self.enroll(cadence, self.make_lead())
		self.work_messages()
		self.decide()
		row = self.sms_of(enrollment)
		self.assertEqual(row.delivery, "Refused")
		self.assertIn("invalid number", row.error)
		self.assertIsNotNone(row.failed_at)
		self.assertEqual(builders.activity(enrollment, "ring").status, "Carried Out")

	def test_it_is_told_in_the_language_of_the_worker(self) -> None:
		"""S15.4: also what a thread beside the worker's own tells."""
		texts = {"source_text": "The gateway answered {0}: {1}", "translated_text": "Réponse {0} : {1}"}
		translation = frappe.get_doc({"doctype": "Translation", "language": "fr", **texts}).insert()
		self.addCleanup(frappe.clear_cache)
		self.addCleanup(translation.delete)
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		frappe.local.lang = "fr"
		self.assertEqual(self.fate(400, "non").error, "Réponse 400 : non")

	def test_a_refusal_in_an_answer_of_200_is_one(self) -> None:
		row = self.fate(200, '{"status": "error", "reason": "no credit"}')
		self.assertEqual((row.delivery, row.failed_at is not None), ("Refused", True))

	def test_what_may_pass_later_is_tried_again(self) -> None:
		for status in (500, 503, 429, 401, 404):
			with self.subTest(status):
				row = self.fate(status)
				self.assertEqual((row.delivery, row.attempts), ("Queued", 1))
				self.assertGreater(row.send_after, now_datetime() + timedelta(minutes=4))

	def test_a_gateway_that_nobody_answers_at_is_tried_again(self) -> None:
		(enrollment,) = self.send_messages(self.make_lead())
		use_gateway("http://127.0.0.1:9/send")
		frappe.db.commit()
		self.work_messages()
		self.assertEqual((self.sms_of(enrollment).delivery, self.sms_of(enrollment).attempts), ("Queued", 1))

	def test_what_went_wrong_is_told_without_the_keys_of_the_gateway(self) -> None:
		"""S14.1a: reps read it. Many gateways take their key in the address, some repeat it."""
		key = "k3y-of-the-gateway"
		parameters = ({"parameter": "api_key", "value": key},)
		header = {"parameter": "Authorization", "value": f"Bearer {key}", "header": 1}
		here = self.gateway.url
		self.gateway.answer_all = (401, f"the key {key} is not known")
		for url, told in (
			(here, "is not known"),
			("http://127.0.0.1:9/send", "refused"),
			("http://no-such-host.invalid/send", "no-such-host"),
			(f"ftp://127.0.0.1/{key}", "settings of the gateway"),
			(f"127.0.0.1/{key}", "settings of the gateway"),
		):
			with self.subTest(url):
				(enrollment,) = self.send_messages(self.make_lead())
				use_gateway(url, is_post=False, parameters=(*parameters, header))
				frappe.db.commit()
				self.work_messages()
				row = self.sms_of(enrollment)
				self.assertEqual(row.delivery, "Queued")
				self.assertIn(told, row.error)
				self.assertNotIn(key, row.error)

	def test_a_fault_is_told_without_the_address_that_it_quotes(self) -> None:
		"""S14.1a"""
		for quoted in (
			"HTTPSConnectionPool(host='g.example'): Max retries exceeded with url: /k3y?to=1 (reset)",
			"https://g.example/k3y?to=1 broke off (reset)",
		):
			for kind in (requests.ConnectionError, requests.ReadTimeout, requests.TooManyRedirects):
				with self.subTest(quoted, kind=kind):
					why = read_fault(kind(quoted)).why
					self.assertNotIn("k3y", why)
					self.assertIn("(reset)", why)

	def test_after_the_last_attempt_the_enrollment_fails(self) -> None:
		self.gateway.answer_all = (500, "down")
		(enrollment,) = self.send_messages(self.make_lead())
		for _attempt in range(6):
			self.make_due(enrollment)
			self.work_messages()
		self.decide()
		self.assertEqual(self.sms_of(enrollment).delivery, "Failed")
		self.assertEqual(builders.state(enrollment).status, "Failed")
		self.assertEqual(len(self.gateway.received), 6)

	def test_a_gateway_that_falls_silent_leaves_it_unknown_and_is_not_asked_again(self) -> None:
		row = self.fate(HANG_UP)
		self.assertEqual((row.delivery, row.status), ("Unknown", "Handed Over"))
		self.make_due(row.enrollment)
		self.assertEqual(self.work_messages(), 0)
		self.assertEqual(len(self.gateway.received), 1)

	def test_an_answer_does_not_wait_for_that_to_another(self) -> None:
		"""The gateway reports on it at once, by its id."""
		if "FAKETIME" in os.environ:
			self.skipTest("under faketime, who waits for an answer for a second waits for it to the end")
		slow, quick = self.make_lead(), self.make_lead()
		self.gateway.before_answer = lambda request: sleep(3 * (request.values["to"] == slow.mobile_no))
		self.send_messages(slow, quick)
		with patch.object(outgoing, "_note", side_effect=outgoing._note) as noted:
			self.assertEqual(self.work_messages(), 2)
		people = [[each.recipient for each, _answer in call.args[2]] for call in noted.call_args_list]
		self.assertEqual(people, [[quick.mobile_no], [slow.mobile_no]])

	def test_a_person_can_settle_what_is_unknown(self) -> None:
		row = self.fate(HANG_UP)
		waiting_mails.settle(row.name, was_sent=True)
		frappe.db.commit()
		self.decide()
		self.assertEqual(self.sms_of(row.enrollment).status, "Carried Out")
		again = self.fate(HANG_UP)
		self.gateway.answer_all = None
		waiting_mails.settle(again.name, was_sent=False)
		frappe.db.commit()
		self.assertEqual(self.work_messages(), 1)

	def test_a_worker_that_died_with_a_message_in_hand_leaves_it_unknown(self) -> None:
		(enrollment,) = self.send_messages(self.make_lead())
		past = now_datetime() - timedelta(minutes=1)
		columns = {"delivery": "Sending", "claimed_by": "dead", "claimed_until": past}
		frappe.db.set_value("Cadence Activity", self.sms_of(enrollment).name, columns)
		frappe.db.commit()
		self.assertEqual(self.work_messages(), 0)
		self.assertEqual(self.sms_of(enrollment).delivery, "Unknown")
		self.assertEqual(self.gateway.received, [])

	def test_one_that_cannot_be_looked_at_keeps_no_other_waiting(self) -> None:
		"""The app of its module was uninstalled, and the tables with it."""
		lost, found = self.send_messages(self.make_lead(), self.make_lead())
		name = self.sms_of(lost).name
		frappe.db.set_value("Cadence Activity", name, "reference_doctype", "No Such Module")
		frappe.db.commit()
		self.assertEqual(self.work_messages(), 1)
		message = self.sms_of(lost)
		self.assertEqual((self.sms_of(found).delivery, message.delivery), ("Sent", "Queued"))
		self.assertIn("No Such Module", message.error)
		self.assertEqual((message.attempts, message.claimed_by), (1, None))
		for _attempt in range(5):
			self.make_due(lost)
			self.work_messages()
		self.assertEqual((self.sms_of(lost).delivery, len(self.gateway.received)), ("Failed", 1))

	def test_the_mail_worker_leaves_messages_alone(self) -> None:
		(enrollment,) = self.send_messages(self.make_lead())
		self.assertEqual(self.work(), 0)
		self.assertEqual(self.sms_of(enrollment).delivery, "Queued")


class CapsTest(MessagesTestCase):
	def test_no_more_a_day_than_the_settings_allow(self) -> None:
		today = {"channel": "Message", "taken_at": (">=", now_datetime().date())}
		self.set_up(messages_per_day=frappe.db.count("Cadence Activity", today) + 2)
		names = self.send_messages(*(self.make_lead() for _each in range(3)))
		self.assertEqual(self.work_messages(), 2)
		waiting = [each for each in map(self.sms_of, names) if each.delivery == "Queued"]
		self.assertEqual(len(waiting), 1)
		self.assertEqual(waiting[0].send_after.date(), now_datetime().date() + timedelta(days=1))

	def test_no_more_a_day_for_one_record(self) -> None:
		self.set_up(max_messages_per_record=1)
		lead = self.make_lead()
		self.enroll(builders.make_cadence(self.message(), self.message("second", "sms")), lead)
		self.work_messages()
		self.decide()
		self.assertEqual(self.work_messages(), 0)
		self.assertEqual(len(self.gateway.received), 1)

	def test_a_message_uses_up_no_email_of_the_day(self) -> None:
		self.set_up(max_emails_per_record=1)
		lead = self.make_lead()
		self.enroll(builders.make_cadence(self.message(), self.email("mail", "sms", "Sent")), lead)
		self.work_messages()
		self.decide()
		self.assertEqual(self.work(), 1)

	def test_the_sending_window_holds(self) -> None:
		today = now_datetime()
		other = (today.weekday() + 2) % 7
		policy = {"window": {"days": [other], "opens": "09:00", "closes": "10:00"}}
		cadence = builders.make_cadence(self.message(), policy=policy)
		(enrollment,) = self.enroll(cadence, self.make_lead())
		self.assertEqual(self.sms_of(enrollment).status, "Scheduled")
		self.assertEqual(self.work_messages(), 0)


class WhoMayBeWrittenToTest(MessagesTestCase):
	def note_of(self, lead: Any, **content: Any) -> str:
		(enrollment,) = self.send_messages(lead, **content)
		row = self.sms_of(enrollment)
		self.assertEqual(row.status, "Skipped")
		return row.note

	def test_no_number_and_what_can_be_none(self) -> None:
		self.assertEqual(self.note_of(self.make_lead(mobile_no="")), "no_phone_number")
		lead = self.make_lead()
		frappe.db.set_value("Lead", lead.name, "mobile_no", "12")
		self.assertEqual(self.note_of(lead), "invalid_phone_number")

	def test_a_number_without_a_country_code_is_of_the_records_country(self) -> None:
		self.needs("Lead")
		lead = self.make_lead(country="Austria", mobile_no="0664 1234567")
		self.send_messages(lead)
		self.work_messages()
		self.assertEqual(list(self.gateway.texts), ["+436641234567"])

	def test_else_of_its_companys(self) -> None:
		self.needs("Lead", "Company")
		irish = selling.company_of("Ireland", "EUR")
		lead = self.make_lead(company=irish, country="", mobile_no="087 123 4567")
		self.send_messages(lead)
		self.work_messages()
		self.assertEqual(list(self.gateway.texts), ["+353871234567"])

	def test_consent_is_asked_for_where_the_follow_up_names_its_field(self) -> None:
		self.needs("Lead")
		lead = self.make_lead()
		self.assertEqual(self.note_of(lead, consent_field="blog_subscriber"), "no_consent")
		willing = self.make_lead(blog_subscriber=1)
		(enrollment,) = self.send_messages(willing, consent_field="blog_subscriber")
		self.assertEqual(self.sms_of(enrollment).delivery, "Queued")

	def test_consent_that_is_taken_back_meanwhile_counts(self) -> None:
		self.needs("Lead")
		lead = self.make_lead(blog_subscriber=1)
		(enrollment,) = self.send_messages(lead, consent_field="blog_subscriber")
		frappe.db.set_value("Lead", lead.name, "blog_subscriber", 0)
		frappe.db.commit()
		self.assertEqual(self.work_messages(), 0)
		self.decide()
		row = self.sms_of(enrollment)
		self.assertEqual((row.delivery, row.note), ("Suppressed", "no_consent"))

	def test_a_suppressed_number_is_written_to_by_nobody(self) -> None:
		number = new_number()
		spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
		frappe.get_doc({"doctype": "Cadence Suppression", "address": spaced, "cause": "By Hand"}).insert()
		self.assertEqual(self.note_of(self.make_lead(mobile_no=number)), "number_suppressed")

	def test_faults_are_named_at_activation(self) -> None:
		use_gateway("")
		self.set_up(messages_need_consent=1)
		doc = frappe.new_doc("Cadence")
		from cadences_app.engine.definition import Cadence
		from cadences_app.enrolling.form.definition import definition_of, fill

		follow_ups = [
			self.message("one", to_field="nowhere"),
			self.message("two", to_field="contact.nowhere", service="WhatsApp", whatsapp_template="hi"),
			self.message("three", text="{{ doc.nothing }}"),
		]
		fill(doc, Cadence.from_dict({"name": "x", "module": "Lead", "follow_ups": follow_ups}))
		told = "\n".join(activation.find_faults(definition_of(doc)))
		for part in (
			"SMS Settings name no gateway",
			"no field nowhere",
			"frappe_whatsapp",
			"doc.nothing",
			"holds the consent",
		):
			self.assertIn(part, told)


class AnswersTest(MessagesTestCase):
	def sent(self, *more: dict, **fields: Any) -> tuple[Any, str]:
		lead = self.make_lead(**fields)
		later = builders.task("later", "sms", "Replied", days=9)
		(enrollment,) = self.enroll(builders.make_cadence(self.message(), later, *more), lead)
		self.work_messages()
		self.decide()
		return lead, enrollment

	def told(self, **values: Any) -> None:
		found = incoming.read(values)
		if isinstance(found, incoming.Told):
			incoming.take_report(found)
		elif found is not None:
			incoming.take_answer(found)
		frappe.db.commit()
		self.decide()

	def test_a_report_of_delivery_sets_its_follow_ups_going(self) -> None:
		_lead, enrollment = self.sent(builders.task("look", "sms", "Delivered"))
		self.told(MessageSid=self.sms_of(enrollment).message_id, MessageStatus="delivered")
		self.assertIsNotNone(self.sms_of(enrollment).delivered_at)
		self.assertEqual(builders.activity(enrollment, "look").status, "Carried Out")

	def test_a_report_of_failure_is_failed(self) -> None:
		_lead, enrollment = self.sent()
		self.told(id=self.sms_of(enrollment).message_id, status="UNDELIV")
		row = self.sms_of(enrollment)
		self.assertIsNotNone(row.failed_at)
		shown = frappe.db.get_value("Communication", row.activity_name, "delivery_status")
		self.assertEqual(shown, "Error")

	def test_the_owner_is_told_of_one_that_did_not_arrive(self) -> None:
		"""S8.7"""
		_lead, enrollment = self.sent(lead_owner="Administrator")
		with patch.object(notices, "enqueue_after_commit") as told:
			self.told(id=self.sms_of(enrollment).message_id, status="failed")
		notes = [note for each in told.call_args_list for note in each.kwargs["notes"]]
		self.assertIn(("Administrator", "undelivered", enrollment), notes)

	def test_an_answer_is_replied_and_stands_in_the_timeline_once(self) -> None:
		lead, enrollment = self.sent(builders.task("look", "sms", "Replied"))
		said = {
			"from": lead.mobile_no.removeprefix("+"),
			"text": "Yes <script>please</script>",
			"id": builders.unique("in"),
		}
		self.told(**said)
		self.told(**said)
		row = self.sms_of(enrollment)
		self.assertEqual((row.replied_at is not None, row.opened_at), (True, None))
		self.assertEqual(builders.activity(enrollment, "look").status, "Carried Out")
		filters = {"reference_name": lead.name, "sent_or_received": "Received"}
		(content,) = frappe.get_all("Communication", filters, pluck="content")
		self.assertEqual(content, "Yes &lt;script&gt;please&lt;/script&gt;")

	def test_an_answer_with_half_a_character_is_kept(self) -> None:
		lead, enrollment = self.sent()
		half = chr(0xD800)  # as JSON can write it
		self.told(**{"from": lead.mobile_no, "text": f"Yes {half}", "id": f"{half}{lead.name}"})
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)

	def test_stop_ends_it_and_nothing_goes_to_that_number_any_more(self) -> None:
		lead, enrollment = self.sent()
		self.told(From=lead.mobile_no, Body="STOP 36180")
		state = builders.state(enrollment)
		self.assertEqual((state.status, state.exit_reason), ("Stopped", "unsubscribed"))
		self.assertIsNotNone(self.sms_of(enrollment).unsubscribed_at)
		other = self.make_lead(mobile_no=lead.mobile_no)
		(second,) = self.send_messages(other)
		self.assertEqual(self.sms_of(second).note, "number_opted_out")
		self.told(From=lead.mobile_no, Body="Start")
		(third,) = self.send_messages(self.make_lead(mobile_no=lead.mobile_no))
		self.assertEqual(self.sms_of(third).delivery, "Queued")

	def test_stop_of_somebody_nobody_wrote_to_holds_as_well(self) -> None:
		number = new_number()
		self.told(From=number, Body="stop")
		(enrollment,) = self.send_messages(self.make_lead(mobile_no=number))
		self.assertEqual(self.sms_of(enrollment).note, "number_opted_out")

	def test_an_answer_counts_in_every_live_enrollment_of_the_number(self) -> None:
		lead, first = self.sent()
		cadence = builders.make_cadence(self.message(), builders.task("later", "sms", "Replied"))
		(second,) = self.enroll(cadence, lead)
		self.work_messages()
		self.decide()
		self.told(From=lead.mobile_no, Body="Hello")
		for enrollment in (first, second):
			self.assertIsNotNone(self.sms_of(enrollment).replied_at)

	def test_an_answer_counts_although_the_cadence_is_over(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_messages(lead)
		self.work_messages()
		self.decide()
		self.told(From=lead.mobile_no, Body="Hello")
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)

	def test_the_door_wants_its_secret(self) -> None:
		lead, enrollment = self.sent()
		said = {"From": lead.mobile_no, "Body": "Hi"}
		for token in ("", "wrong", SECRET[:-1]):
			self.assertEqual(self.knock(token, data=said), 403)
		self.assertEqual(self.knock(SECRET, data=said), 204)
		self.decide()
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)
		self.set_up(message_secret="")
		self.assertEqual(self.knock("", data=said), 403)

	def test_the_door_takes_forms_json_and_addresses_and_no_more_than_it_can_hold(self) -> None:
		for number, ask in enumerate(
			(
				lambda values: self.knock(SECRET, json=values),
				lambda values: self.knock(SECRET, method="GET", query_string=values),
				lambda values: self.knock("", data=values, headers={"X-Cadences-Token": SECRET}),
			)
		):
			with self.subTest(number):
				lead, enrollment = self.sent()
				self.assertEqual(ask({"sender": lead.mobile_no, "message": "Hi"}), 204)
				self.decide()
				self.assertIsNotNone(self.sms_of(enrollment).replied_at)
		self.assertEqual(self.knock(SECRET, data={"Body": "x" * 70_000}), 403)
		self.assertEqual(self.knock(SECRET, data={"From": "nobody", "Body": "Hi"}), 204)

	def knock(self, token: str, method: str = "POST", query_string: dict | None = None, **more: Any) -> int:
		query = {"token": token, **(query_string or {})}
		return call(method, PATH, query_string=query, **more).status_code


class NumbersTest(MessagesTestCase):
	def test_as_people_write_them(self) -> None:
		for written, country, number in (
			("0151 1234 5678", "Germany", "+4915112345678"),
			("+43 (664) 123-4567", "", "+436641234567"),
			("(415) 555-2671", "United States", "+14155552671"),
			("06 12 34 56 78 / 01 23 45 67 89", "France", "+33612345678"),
		):
			with self.subTest(written):
				self.assertEqual(read_number(written, country), number)
		for written in ("", "abc", "12", "+49", "0151 1234 5678"):
			with self.subTest(written), self.assertRaises(ValueError):
				read_number(written)

	def test_as_gateways_tell_them(self) -> None:
		for told in ("4915112345678", "+4915112345678", "004915112345678"):
			self.assertEqual(read_caller(told), "+4915112345678")


class TryingTest(MessagesTestCase):
	def test_the_message_filled_with_its_parts_and_cost(self) -> None:
		self.set_up(price_per_part=0.1)
		lead = self.make_lead(first_name="Zoë€")
		cadence = builders.make_cadence(self.message())
		told = trying.filled_message(cadence.as_dict(), cadence.follow_ups[0].follow_up_key, lead.name)
		self.assertEqual((told["text"], told["to"]), ("Hello Zoë€, see you.", lead.mobile_no))
		self.assertEqual((told["parts"], told["alphabet"], told["cost"]), (1, "UCS-2", 0.1))
		self.assertEqual(self.gateway.received, [])

	def test_a_dry_run_says_what_a_number_that_is_none_leads_to(self) -> None:
		lead = self.make_lead()
		frappe.db.set_value("Lead", lead.name, "mobile_no", "12")
		cadence = builders.make_cadence(self.message())
		told = trying.dry_run(cadence.as_dict(), lead.name)
		self.assertEqual(told["follow_ups"]["sms"]["status"], "Skipped")

	def test_erasing_somebody_takes_their_number_and_their_words(self) -> None:
		lead = self.make_lead(first_name="Ada", last_name="Lovelace-Byron")
		(enrollment,) = self.send_messages(lead)
		self.work_messages()
		self.decide()
		incoming.take_answer(incoming.Said(lead.mobile_no, "stop"))
		self.decide()
		erasure.erase(erasure.find_person(lead.email_id))
		row = builders.activity(enrollment, "sms")
		self.assertEqual((row.recipient or "", row.subject or ""), ("", ""))
		self.assertFalse(frappe.db.exists("Cadence Suppression", lead.mobile_no))
		self.assertFalse(frappe.db.exists("Communication", {"phone_no": lead.mobile_no}))
		namesake = self.make_lead()
		frappe.db.set_value("Lead", namesake.name, "mobile_no", lead.mobile_no)
		(second,) = self.send_messages(namesake)
		self.assertEqual(builders.activity(second, "sms").note, "number_opted_out")


class JobTest(MessagesTestCase):
	def test_the_tick_calls_a_worker_only_where_something_is_due(self) -> None:
		from cadences_app.messages import outgoing

		self.assertFalse(outgoing.has_work())
		self.send_messages(self.make_lead())
		self.assertTrue(outgoing.has_work())
		message_job.work()
		self.assertFalse(outgoing.has_work())
