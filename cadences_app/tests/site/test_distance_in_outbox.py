"""What waited together in an outbox does not go out together (S13.3)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe

from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import DAY
from cadences_app.tests.site.messaging import MessagesTestCase
from cadences_app.tests.site.smtp import make_account

BEGAN = datetime(2026, 6, 2, 10)
MINUTE = timedelta(minutes=1)
KEYS = ("first", "second", "third")
MEANT_FOR = dict(zip(KEYS, (0, 3, 5), strict=True))


class DistanceTest(MessagesTestCase):
	"""Three starters of one run, on days 0, 3 and 5; what takes them is away until day 6."""

	def waiting(self, step: Callable[..., dict], **policy: Any) -> str:
		with builders.at(BEGAN):
			steps = [step(key, days=days) for key, days in MEANT_FOR.items()]
			(enrollment,) = self.enroll(builders.make_cadence(*steps, policy=policy), self.make_lead())
		for days in MEANT_FOR.values():
			with builders.at(BEGAN + days * DAY + MINUTE):
				self.decide()
		self.assertEqual({self.mail_of(enrollment, key).delivery for key in KEYS}, {"Queued"})
		return enrollment

	def sent_on(self, enrollment: str, work: Callable[[], int], last: int = 12) -> dict[str, int]:
		"""The day on which each goes out, if the workers look at it twice an evening from day 6 on."""
		found: dict[str, int] = {}
		for days in range(6, last + 1):
			for hours in (9, 10):
				with builders.at(BEGAN + days * DAY + timedelta(hours=hours)):
					work()
					self.decide()
			for key in KEYS:
				if self.mail_of(enrollment, key).delivery == "Sent":
					found.setdefault(key, days)
		return found

	def test_mails(self) -> None:
		enrollment = self.waiting(self.email)
		self.assertEqual(self.sent_on(enrollment, self.work), {"first": 6, "second": 9, "third": 11})

	def test_messages(self) -> None:
		enrollment = self.waiting(self.message)
		self.assertEqual(self.sent_on(enrollment, self.work_messages), {"first": 6, "second": 9, "third": 11})

	def test_those_that_are_all_to_come_now(self) -> None:
		enrollment = self.waiting(self.email, late={"rule": "Carry Out Now"})
		self.assertEqual(self.sent_on(enrollment, self.work, last=6), dict.fromkeys(KEYS, 6))

	def test_others_of_the_record_are_no_concern_of_theirs(self) -> None:
		enrollment = self.waiting(self.email)
		lead = frappe.get_doc("Lead", builders.state(enrollment).reference_name)
		with builders.at(BEGAN + 6 * DAY):
			(other,) = self.send_out(lead)
			self.work()
		self.assertEqual(self.mail_of(other).delivery, "Sent")

	def test_a_mail_by_another_account_waits_for_none_that_is_stuck(self) -> None:
		enrollment = self.waiting(self.email)
		make_account(self.server.port, name="Cadence Other Mailbox", address="other@seller.example")
		others = {"enrollment": enrollment, "follow_up": ("in", KEYS[1:])}
		frappe.db.set_value("Cadence Activity", others, "email_account", "Cadence Other Mailbox")
		stuck = {"enrollment": enrollment, "follow_up": KEYS[0]}
		frappe.db.set_value("Cadence Activity", stuck, "send_after", BEGAN + 90 * DAY)
		frappe.db.commit()
		self.assertEqual(self.sent_on(enrollment, self.work, last=8), {"second": 6, "third": 8})
