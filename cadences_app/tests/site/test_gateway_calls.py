"""What gateways tell, over HTTP: signed, tampered with, sent again, forged (S3.10, S14.2)."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import frappe

from cadences_app.messages import suppression
from cadences_app.messages.numbers import read_caller
from cadences_app.messages.signatures import Call, Scheme, is_genuine
from cadences_app.tests.site import builders
from cadences_app.tests.site.messaging import SECRET, MessagesTestCase, new_number
from cadences_app.tests.site.requests import call

PATH = "/api/method/cadences_app.api.webhooks.message"
KEY = "the signing key of the gateway"
TIMESTAMPED, OF_BODY, TWILIO = "HMAC-SHA256 with Timestamp", "HMAC-SHA256 of the Body", "Twilio"
FORM = "application/x-www-form-urlencoded"


def sha256(key: str, signed: bytes) -> str:
	return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def of_twilio(url: str, values: dict[str, str], key: str = KEY) -> str:
	signed = url + "".join(name + values[name] for name in sorted(values))
	return b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class GatewayCallsTestCase(MessagesTestCase):
	scheme = ""

	def setUp(self) -> None:
		super().setUp()
		self.sign_by(self.scheme)

	def tearDown(self) -> None:
		self.sign_by("")
		super().tearDown()

	def sign_by(self, scheme: str, key: str = KEY) -> None:
		settings = frappe.get_doc("Cadence Settings")
		settings.update({"message_scheme": scheme, "message_signing_key": key if scheme else ""})
		settings.save()
		frappe.db.commit()

	def sent(self) -> tuple[str, str]:
		"""The number that a message went to, and its enrollment."""
		lead = self.make_lead()
		later = builders.task("later", "sms", "Replied", days=9)
		(enrollment,) = self.enroll(builders.make_cadence(self.message(), later), lead)
		self.work_messages()
		self.decide()
		return lead.mobile_no, enrollment

	def post(self, body: bytes, headers: dict[str, str], kind: str = FORM, query: str = "") -> int:
		return call("POST", f"{PATH}{query}", data=body, content_type=kind, headers=headers).status_code

	def answers(self, number: str) -> int:
		filters = {"phone_no": number, "sent_or_received": "Received"}
		return frappe.db.count("Communication", filters)


class TimestampedTest(GatewayCallsTestCase):
	scheme = TIMESTAMPED

	def headers(self, body: bytes, at: float | None = None, key: str = KEY) -> dict[str, str]:
		sent_at = str(int(time.time() if at is None else at))
		signature = sha256(key, sent_at.encode() + b"." + body)
		return {"X-Cadences-Timestamp": sent_at, "X-Cadences-Signature": f"sha256={signature}"}

	def test_a_signed_call_counts_and_the_same_again_does_not(self) -> None:
		number, enrollment = self.sent()
		body = urlencode({"from": number, "text": "Yes"}).encode()
		headers = self.headers(body)
		self.assertEqual([self.post(body, headers) for _time in range(3)], [204, 204, 204])
		self.decide()
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)
		self.assertEqual(self.answers(number), 1)

	def test_what_was_changed_forged_or_kept_back_is_refused(self) -> None:
		number, enrollment = self.sent()
		body = urlencode({"from": number, "text": "STOP"}).encode()
		good = self.headers(body)
		refused = {
			"another body": (body + b"x", good),
			"another key": (body, self.headers(body, key="another key")),
			"another time": (body, good | {"X-Cadences-Timestamp": str(int(time.time()) - 1)}),
			"too old": (body, self.headers(body, time.time() - 900)),
			"too early": (body, self.headers(body, time.time() + 900)),
			"no signature": (body, {"X-Cadences-Timestamp": good["X-Cadences-Timestamp"]}),
			"no time": (body, {"X-Cadences-Signature": good["X-Cadences-Signature"]}),
			"no number": (body, good | {"X-Cadences-Timestamp": "1e9"}),
			"no hex": (body, good | {"X-Cadences-Signature": "é" * 64}),
			"the secret alone": (body, {"X-Cadences-Token": SECRET}),
		}
		for what, (sent, headers) in refused.items():
			with self.subTest(what):
				self.assertEqual(self.post(sent, headers), 403)
		self.decide()
		self.assertIsNone(self.sms_of(enrollment).unsubscribed_at)
		self.assertFalse(suppression.blocked([number]))

	def test_what_stands_in_the_address_was_not_signed_and_does_not_count(self) -> None:
		number, _enrollment = self.sent()
		body = urlencode({"text": "Yes"}).encode()
		query = "?" + urlencode({"from": number, "token": SECRET})
		self.assertEqual(self.post(body, self.headers(body), query=query), 204)
		self.assertEqual(self.answers(number), 0)
		got = call("GET", f"{PATH}?{urlencode({'from': number, 'text': 'Yes', 'token': SECRET})}")
		self.assertEqual(got.status_code, 403)

	def test_without_a_key_nothing_is_believed(self) -> None:
		frappe.db.delete("__Auth", {"doctype": "Cadence Settings", "fieldname": "message_signing_key"})
		self.assertEqual(self.post(b"", self.headers(b"", key="")), 403)

	def test_more_than_it_can_hold_is_refused(self) -> None:
		body = b"text=" + b"x" * 70_000
		self.assertEqual(self.post(body, self.headers(body)), 403)


class BodyTest(GatewayCallsTestCase):
	"""X-Hub-Signature-256, as Meta has it."""

	scheme = OF_BODY

	def tell(self, told: Any, key: str = KEY, **headers: str) -> int:
		body = json.dumps(told).encode()
		signed = {"X-Hub-Signature-256": f"sha256={sha256(key, body)}", **headers}
		return self.post(body, signed, "application/json")

	def test_what_meta_tells_of_whatsapp(self) -> None:
		number, enrollment = self.sent()
		name = self.sms_of(enrollment).message_id
		message = {
			"id": builders.unique("wamid"),
			"from": number[1:],
			"type": "text",
			"text": {"body": "Yes"},
		}
		reaction = {"id": "r", "from": number[1:], "type": "reaction", "reaction": {"emoji": "+"}}
		values = [
			{"statuses": [{"id": name, "status": "delivered"}]},
			{"messages": [message, reaction]},
		]
		told = {"entry": [{"changes": [{"field": "messages", "value": each} for each in values]}]}
		self.assertEqual(self.tell(told, key="another"), 403)
		self.assertEqual([self.tell(told), self.tell(told)], [204, 204])
		self.decide()
		row = self.sms_of(enrollment)
		self.assertTrue(row.delivered_at and row.replied_at)
		self.assertEqual(self.answers(number), 1)

	def test_an_old_start_that_is_sent_again_takes_no_stop_back(self) -> None:
		number, _enrollment = self.sent()
		start = {"from": number, "text": "START", "id": builders.unique("in")}
		self.assertEqual(self.tell(start), 204)
		self.assertEqual(self.tell({"from": number, "text": "STOP", "id": builders.unique("in")}), 204)
		self.assertEqual(self.tell(start), 204)
		frappe.db.rollback()
		self.assertIn(number, suppression.blocked([number]))

	def test_several_at_once(self) -> None:
		(number, first), (other, second) = self.sent(), self.sent()
		answers = [
			{"from": each, "text": "Yes", "messageId": builders.unique("in")} for each in (number, other)
		]
		self.assertEqual(self.tell({"results": answers}), 204)
		self.decide()
		self.assertTrue(self.sms_of(first).replied_at and self.sms_of(second).replied_at)
		report = {"messageId": self.sms_of(first).message_id, "status": {"groupName": "DELIVERED"}}
		told = [report, 3, [[]]]
		self.assertEqual(self.tell(told), 204)
		self.decide()
		self.assertIsNotNone(self.sms_of(first).delivered_at)

	def test_what_is_no_message_breaks_nothing(self) -> None:
		nested: Any = "x"
		for _level in range(50):
			nested = [nested]
		for told in (
			{},
			{"from": 3, "text": True},
			{"entry": 3},
			{"entry": [3, {"changes": [{"value": 4}]}]},
			{"results": nested},
			[],
			nested,
		):
			with self.subTest(told=str(told)[:40]):
				self.assertEqual(self.tell(told), 204)


class TwilioTest(GatewayCallsTestCase):
	scheme = TWILIO

	def setUp(self) -> None:
		super().setUp()
		self.url = f"http://localhost{PATH}"

	def tell(self, values: dict[str, str], signed_for: str = "", query: str = "", **signed: str) -> int:
		signature = of_twilio(signed_for or self.url + query, {**values, **signed})
		return self.post(urlencode(values).encode(), {"X-Twilio-Signature": signature}, query=query)

	def answer(self, number: str, text: str = "Yes") -> dict[str, str]:
		return {"From": number, "Body": text, "MessageSid": builders.unique("SM")}

	def test_its_own_example(self) -> None:
		"""From https://www.twilio.com/docs/usage/security."""
		values = {
			"CallSid": "CA1234567890ABCDE",
			"Caller": "+14158675310",
			"Digits": "1234",
			"From": "+14158675310",
			"To": "+18005551212",
		}
		url = "https://example.com/myapp.php?foo=1&bar=2"
		headers = {"X-Twilio-Signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="}
		form = {name: [value] for name, value in values.items()}
		made = Call([url], headers, b"", form, is_form=True)
		self.assertTrue(is_genuine(made, Scheme.TWILIO, "12345", 0))
		self.assertFalse(is_genuine(made, Scheme.TWILIO, "12346", 0))

	def test_a_host_that_is_none_is_refused_as_everything_that_is_not_genuine(self) -> None:
		"""The header Host says whatever its sender wrote: no error, and no word about why (S14.2)."""
		values = self.answer(new_number())
		form = {name: [value] for name, value in values.items()}
		for host in ("x:99999", "x:abc", "[::1", "x]"):
			with self.subTest(host):
				seen_as = f"http://{host}{PATH}"
				headers = {"X-Twilio-Signature": of_twilio(seen_as, values)}
				made = Call([seen_as], headers, b"", form, is_form=True)
				self.assertFalse(is_genuine(made, Scheme.TWILIO, KEY, 0))
				headers = {"X-Twilio-Signature": of_twilio(self.url, values)}
				both = Call([seen_as, self.url], headers, b"", form, is_form=True)
				self.assertTrue(is_genuine(both, Scheme.TWILIO, KEY, 0))

	def test_an_answer_counts_once_however_often_it_is_sent(self) -> None:
		number, enrollment = self.sent()
		values = self.answer(number)
		self.assertEqual([self.tell(values), self.tell(values)], [204, 204])
		self.decide()
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)
		self.assertEqual(self.answers(number), 1)

	def test_the_address_may_hold_more_and_may_name_its_port(self) -> None:
		number, _enrollment = self.sent()
		self.assertEqual(self.tell(self.answer(number), query="?of=twilio"), 204)
		for seen_as in ("http://localhost:80", "https://localhost", "https://localhost:443"):
			with self.subTest(seen_as):
				self.assertEqual(self.tell(self.answer(number), signed_for=f"{seen_as}{PATH}"), 204)

	def test_what_was_changed_or_is_for_another_address_is_refused(self) -> None:
		number, enrollment = self.sent()
		values = self.answer(number, "STOP")
		self.assertEqual(self.tell(values, From=new_number()), 403)
		self.assertEqual(self.tell(values, signed_for="https://elsewhere.example/sms"), 403)
		self.assertEqual(self.tell(values, signed_for=self.url, query="?more=1"), 403)
		self.assertEqual(self.post(urlencode(values).encode(), {}), 403)
		self.assertEqual(self.post(urlencode(values).encode(), {"X-Twilio-Signature": "é"}), 403)
		self.decide()
		self.assertIsNone(self.sms_of(enrollment).unsubscribed_at)

	def test_another_body_is_signed_by_its_hash_in_the_address(self) -> None:
		number, enrollment = self.sent()
		body = json.dumps(self.answer(number)).encode()
		query = f"?bodySHA256={hashlib.sha256(body).hexdigest()}"
		headers = {"X-Twilio-Signature": of_twilio(self.url + query, {})}
		self.assertEqual(self.post(body + b" ", headers, "application/json", query), 403)
		self.assertEqual(self.post(body, headers, "application/json", query), 204)
		unsigned = {"X-Twilio-Signature": of_twilio(self.url, {})}
		self.assertEqual(self.post(body, unsigned, "application/json"), 403)
		self.decide()
		self.assertIsNotNone(self.sms_of(enrollment).replied_at)


class SecretTest(GatewayCallsTestCase):
	def test_a_start_that_is_sent_again_counts_once_with_the_secret_too(self) -> None:
		number = new_number()
		start = {"from": number, "text": "START", "id": builders.unique("in")}
		stop = {"from": number, "text": "STOP", "id": builders.unique("in")}
		for values in (start, stop, start):
			sent = call("POST", PATH, data=values, headers={"X-Cadences-Token": SECRET})
			self.assertEqual(sent.status_code, 204)
		self.assertIn(read_caller(number), suppression.blocked([number]))
