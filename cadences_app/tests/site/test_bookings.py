"""Bookings that Calendly reports: only what is signed with our key, once, and not too late (S9.1, S14.2)."""

import hashlib
import hmac
import json
import time

import frappe

from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import task
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.requests import call

KEY = "a signing key"
PATH = "/api/method/cadences_app.api.webhooks.calendly"


class BookingsTest(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.set_up(calendly_signing_key=KEY)
		self.lead = self.make_lead()
		cadence = builders.make_cadence(task("look"), exit_rules=[{"key": "met", "kind": "Meeting Booked"}])
		(self.enrollment,) = self.enroll(cadence, self.lead)

	def notice(self, **changes: object) -> bytes:
		payload = {"email": self.lead.email_id.upper(), "uri": "https://api.calendly.com/invitees/1"}
		return json.dumps({"event": "invitee.created", "payload": payload | changes}).encode()

	def send(self, body: bytes, *, key: str = KEY, at: float | None = None, signature: str = "") -> int:
		sent_at = str(int(time.time() if at is None else at))
		digest = hmac.new(key.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
		headers = {"Calendly-Webhook-Signature": signature or f"t={sent_at},v1={digest}"}
		kind = "application/json" if body.startswith(b"{") else "text/plain"  # Frappe reads JSON itself first
		return call("POST", PATH, data=body, headers=headers, content_type=kind).status_code

	def meetings(self) -> int:
		return frappe.db.count("Cadence Event", {"enrollment": self.enrollment, "kind": "Meeting Booked"})

	def test_a_booking_ends_the_enrollment_once(self) -> None:
		"""S6.1: whatever is sent again changes nothing."""
		self.assertEqual([self.send(self.notice()), self.send(self.notice())], [204, 204])
		self.decide()
		self.assertEqual(self.meetings(), 1)
		self.assertEqual(builders.state(self.enrollment).exit_reason, "rule_meeting")

	def test_what_is_not_genuine_is_refused(self) -> None:
		"""S14.2: another key, another body, an old notice, no signature, no key on our side."""
		body = self.notice()
		for case, status in {
			"another key": self.send(body, key="guessed"),
			"too old": self.send(body, at=time.time() - 600),
			"from the future": self.send(body, at=time.time() + 600),
			"no signature": self.send(body, signature="x"),
			"no JSON": self.send(b"[1"),
			"too large": self.send(b'"' + b"x" * 70_000 + b'"'),
		}.items():
			with self.subTest(case):
				self.assertEqual(status, 403)
		self.set_up(calendly_signing_key="")
		self.assertEqual(self.send(body, key=""), 403)
		self.assertEqual(self.meetings(), 0)

	def test_the_answer_tells_nobody_who_exists(self) -> None:
		self.assertEqual(self.send(self.notice(email="nobody@nowhere.example")), 204)
		for odd in ({"email": ["x"]}, {"email": None}, {"uri": 7}):
			self.assertEqual(self.send(self.notice(**odd)), 204)
		self.assertEqual(self.meetings(), 0)


del OutboxTestCase  # it is the frame of the others and has no test of its own
