"""Mail workers are killed at random moments while another one works (S15.2).

The number of mails and kills is small here; CADENCES_FAULT_MAILS and CADENCES_FAULT_KILLS make them more.
"""

import os
import random
import signal
import time
from collections import Counter

import frappe

from cadences_app.enrolling.enroll import enroll
from cadences_app.runtime import scheduled
from cadences_app.tests.faults.mail_workers import FLIGHT, MailWorkers
from cadences_app.tests.faults.sink import Sink
from cadences_app.tests.site import builders
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.people import make_people, remove_people
from cadences_app.tests.site.smtp import make_account

MAILS = int(os.environ.get("CADENCES_FAULT_MAILS", 150))
KILLS = int(os.environ.get("CADENCES_FAULT_KILLS", 12))
SEED = int(os.environ.get("CADENCES_FAULT_SEED", 1))
PREFIX = "FAULT"
LONGEST_LIFE = 0.25  # seconds
SECONDS_A_MAIL = 1.2 * KILLS * LONGEST_LIFE / MAILS
"""With two workers, the mails last until the last kill."""
LONGEST_END = 120  # seconds


class KilledWorkersTest(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		remove_people(PREFIX)
		self.people = make_people(MAILS, PREFIX)
		self.cadence = builders.make_cadence(self.email())
		enroll(self.cadence.name, self.people)
		frappe.db.commit()
		scheduled.work()

	def tearDown(self) -> None:
		frappe.db.rollback()
		remove_people(PREFIX)
		super().tearDown()

	def test_nobody_is_written_to_twice_and_nobody_is_forgotten(self) -> None:
		with Sink(SECONDS_A_MAIL) as sink, MailWorkers() as workers:
			make_account(sink.port)
			frappe.db.commit()
			self.kill_workers(workers)
			self.wait_for_the_rest(workers)
			taken = sink.counts()
		deliveries = self.deliveries()
		twice = [address for address, count in taken.items() if count > 1]
		self.assertEqual(twice, [])
		self.assertEqual(set(deliveries.values()) - {"Sent", "Unknown"}, set())
		forgotten = [name for name, delivery in deliveries.items() if delivery == "Sent" and not taken[name]]
		self.assertEqual(forgotten, [])
		unknown = list(deliveries.values()).count("Unknown")
		self.assertLessEqual(unknown, KILLS)
		self.assert_each_is_reported_once(len(deliveries) - unknown)

	def kill_workers(self, workers: MailWorkers) -> None:
		"""Two workers at any time; one of them is killed at a random moment and another takes its place."""
		chance = random.Random(SEED)
		running = [workers.start(), workers.start()]
		for _kill in range(KILLS):
			time.sleep(chance.uniform(0, LONGEST_LIFE))
			victim = chance.randrange(2)
			os.kill(running[victim], signal.SIGKILL)
			running[victim] = workers.start()

	def wait_for_the_rest(self, workers: MailWorkers) -> None:
		workers.start()
		ends_at = time.monotonic() + LONGEST_END + FLIGHT.total_seconds()
		while time.monotonic() < ends_at:
			time.sleep(0.5)
			frappe.db.rollback()
			under_way = {"cadence": self.cadence.name, "claimed_until": ("is", "set")}
			waiting = {"cadence": self.cadence.name, "delivery": "Queued"}
			if not frappe.db.exists("Cadence Activity", under_way):
				if not frappe.db.exists("Cadence Activity", waiting):
					return
		self.fail("the mails did not come to an end")

	def deliveries(self) -> dict[str, str]:
		frappe.db.rollback()
		rows = frappe.get_all(
			"Cadence Activity",
			{"cadence": self.cadence.name},
			["recipient", "delivery"],
			as_list=True,
			limit_page_length=0,
		)
		self.assertEqual(len(rows), MAILS)
		return dict(rows)

	def assert_each_is_reported_once(self, sent: int) -> None:
		reported = frappe.get_all(
			"Cadence Event",
			{"cadence": self.cadence.name, "kind": "Outcome"},
			pluck="enrollment",
			limit_page_length=0,
		)
		self.assertEqual([each for each, count in Counter(reported).items() if count > 1], [])
		self.assertEqual(len(reported), sent)
