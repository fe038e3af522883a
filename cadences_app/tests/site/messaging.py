"""Messages on their way: a cadence of messages, people with a number, and a gateway that takes them."""

from secrets import randbelow
from typing import Any

import frappe

from cadences_app.runtime import message_job
from cadences_app.tests.site import builders
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.sms_gateway import SmsGateway, keep_sms_settings, use_gateway

SECRET = "a secret of the gateway, 32 chars"


class MessagesTestCase(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		keep_sms_settings(self)
		self.gateway = self.enterContext_(SmsGateway())
		use_gateway(self.gateway.url)
		self.set_up(messages_per_day=0, max_messages_per_record=0, message_secret=SECRET)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.db.delete("Cadence Counter", {"name": "messages of the day"})
		frappe.db.commit()
		super().tearDown()

	def message(
		self, key: str = "sms", parent: str = "", outcome: str = "Carried Out", days: int = 0, **content: Any
	) -> dict:
		texts = {"to_field": "mobile_no", "text": "Hello {{ first_name }}, see you."}
		return builders.follow_up(key, "Message", parent, outcome, days, texts | content)

	def make_lead(self, **fields: Any) -> Any:
		return super().make_lead(**{"mobile_no": new_number(), **fields})

	def send_messages(self, *leads: Any, **content: Any) -> list[str]:
		return self.enroll(builders.make_cadence(self.message(**content)), *leads)

	def work_messages(self) -> int:
		"""What the message worker does."""
		taken = message_job.work()
		frappe.db.commit()
		return taken

	def sms_of(self, enrollment: str, key: str = "sms") -> Any:
		frappe.db.rollback()
		return builders.activity(enrollment, key)


def new_number() -> str:
	"""A German mobile number that no other test has, in its international form."""
	[number] = new_numbers(1)
	return number


def new_numbers(count: int) -> list[str]:
	"""So many of them, each another."""
	first = randbelow(80_000_000 - count) + 10_000_000
	return [f"+49151{first + each}" for each in range(count)]
