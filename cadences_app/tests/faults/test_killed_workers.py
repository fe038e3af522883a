"""Workers are killed at random moments while another one works (S15.2).

The number of people and kills is small here; CADENCES_FAULT_MAILS and CADENCES_FAULT_KILLS make them more.
"""

import os

import frappe

from cadences_app.tests.faults.books import BooksTestCase
from cadences_app.tests.faults.counting_gateway import CountingGateway
from cadences_app.tests.faults.sink import Sink
from cadences_app.tests.faults.workers import Workers
from cadences_app.tests.site.sms_gateway import use_gateway
from cadences_app.tests.site.smtp import make_account

PEOPLE = int(os.environ.get("CADENCES_FAULT_MAILS", 150))
MIXED = int(os.environ.get("CADENCES_FAULT_MAILS", 60))
KILLS = int(os.environ.get("CADENCES_FAULT_KILLS", 12))
LONGEST_LIFE = 0.25  # seconds
SECONDS_A_MAIL = 1.2 * KILLS * LONGEST_LIFE / PEOPLE
"""With two workers, the mails last until the last kill."""
SECONDS_A_GROUP = 0.1
SESSIONS = 4
AT_ONCE = 8


class KilledWorkersTest(BooksTestCase):
	"""Nobody is written to twice, nobody is forgotten, and what nobody knows of is Unknown."""

	def test_mails(self) -> None:
		self.given(PEOPLE, self.email(), is_decided=True)
		with Sink(SECONDS_A_MAIL) as sink, Workers("due", "mail") as workers:
			make_account(sink.port)
			frappe.db.commit()
			workers.kill_at_random(KILLS, LONGEST_LIFE)
			self.wait_for_the_rest(workers)
			self.assert_books_balance("mail", unknown=KILLS * SESSIONS, taken=sink.counts())

	def test_messages(self) -> None:
		"""S3.10"""
		self.given(PEOPLE, self.message(), is_decided=True)
		with CountingGateway(SECONDS_A_GROUP) as gateway, Workers("due", "messages") as workers:
			use_gateway(gateway.url)
			frappe.db.commit()
			workers.kill_at_random(KILLS, LONGEST_LIFE)
			self.wait_for_the_rest(workers)
			self.assert_books_balance("sms", unknown=KILLS * AT_ONCE, taken=gateway.counts())

	def test_tasks_calls_and_mails(self) -> None:
		self.given(MIXED, *self.mixed())
		with Sink(SECONDS_A_MAIL) as sink, Workers("due", "mail") as workers:
			make_account(sink.port)
			frappe.db.commit()
			workers.kill_at_random(KILLS, LONGEST_LIFE)
			self.wait_for_the_rest(workers)
			self.assert_books_balance("look", "ring", "mail", unknown=KILLS * SESSIONS, taken=sink.counts())
