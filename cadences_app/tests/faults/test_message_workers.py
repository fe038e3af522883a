"""Message workers are killed at random moments while another one works: nobody gets a message twice, and what
nobody knows of is Unknown (S3.10, S15.2).

The number of messages and kills is small here; CADENCES_FAULT_MAILS and CADENCES_FAULT_KILLS make them more.
"""

import os
import random
import signal
import time
from collections import Counter

import frappe

from cadences_app.enrolling.enroll import enroll
from cadences_app.runtime import scheduled
from cadences_app.tests.faults.mail_workers import FLIGHT
from cadences_app.tests.faults.message_workers import CountingGateway, MessageWorkers
from cadences_app.tests.site import builders
from cadences_app.tests.site.messaging import MessagesTestCase, new_number
from cadences_app.tests.site.people import make_people, remove_people
from cadences_app.tests.site.sms_gateway import use_gateway

MESSAGES = int(os.environ.get("CADENCES_FAULT_MAILS", 150))
KILLS = int(os.environ.get("CADENCES_FAULT_KILLS", 12))
SEED = int(os.environ.get("CADENCES_FAULT_SEED", 1))
PREFIX = "FAULTSMS"
LONGEST_LIFE = 0.25  # seconds
SECONDS_A_GROUP = 0.1
AT_ONCE = 8
LONGEST_END = 120  # seconds


class KilledMessageWorkersTest(MessagesTestCase):
	def setUp(self) -> None:
		super().setUp()
		remove_people(PREFIX)
		self.people = make_people(MESSAGES, PREFIX)
		for name in self.people:
			frappe.db.set_value("Lead", name, "mobile_no", new_number(), update_modified=False)
		self.cadence = builders.make_cadence(self.message())
		enroll(self.cadence.name, self.people)
		frappe.db.commit()
		scheduled.work()

	def tearDown(self) -> None:
		frappe.db.rollback()
		remove_people(PREFIX)
		super().tearDown()

	def test_nobody_is_written_to_twice_and_nobody_is_forgotten(self) -> None:
		with CountingGateway(SECONDS_A_GROUP) as gateway, MessageWorkers() as workers:
			use_gateway(gateway.url)
			frappe.db.commit()
			self.kill_workers(workers)
			self.wait_for_the_rest(workers)
			taken = gateway.counts()
		rows = self.rows()
		self.assertEqual([number for number, count in taken.items() if count > 1], [])
		self.assertEqual({row.delivery for row in rows} - {"Sent", "Unknown"}, set())
		self.assertEqual(
			[row.name for row in rows if row.delivery == "Sent" and not taken[row.recipient]], []
		)
		unknown = sum(row.delivery == "Unknown" for row in rows)
		self.assertLessEqual(unknown, KILLS * AT_ONCE)
		self.assert_each_is_reported_once(len(rows) - unknown)

	def kill_workers(self, workers: MessageWorkers) -> None:
		"""Two workers at any time; one of them is killed at a random moment and another takes its place."""
		chance = random.Random(SEED)
		running = [workers.start(), workers.start()]
		for _kill in range(KILLS):
			time.sleep(chance.uniform(0, LONGEST_LIFE))
			victim = chance.randrange(2)
			os.kill(running[victim], signal.SIGKILL)
			running[victim] = workers.start()

	def wait_for_the_rest(self, workers: MessageWorkers) -> None:
		workers.start()
		ends_at = time.monotonic() + LONGEST_END + FLIGHT.total_seconds()
		while time.monotonic() < ends_at:
			time.sleep(0.5)
			rows = self.rows()
			if not any(row.claimed_until or row.delivery == "Queued" for row in rows):
				return
		self.fail("the messages did not come to an end")

	def rows(self) -> list:
		frappe.db.rollback()
		rows = frappe.get_all(
			"Cadence Activity",
			{"cadence": self.cadence.name},
			["name", "recipient", "delivery", "claimed_until"],
			limit_page_length=0,
		)
		self.assertEqual(len(rows), MESSAGES)
		return rows

	def assert_each_is_reported_once(self, sent: int) -> None:
		reported = frappe.get_all(
			"Cadence Event",
			{"cadence": self.cadence.name, "kind": "Outcome"},
			pluck="enrollment",
			limit_page_length=0,
		)
		self.assertEqual([each for each, count in Counter(reported).items() if count > 1], [])
		self.assertEqual(len(reported), sent)
