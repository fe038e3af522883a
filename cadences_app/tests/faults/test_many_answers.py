"""Everybody answers at once: a mailbox full of answers is read while workers decide (S4.1, S15.2).

CADENCES_FAULT_ANSWERS is the number of people.
"""

import os
from collections import Counter
from unittest import SkipTest

import frappe

from cadences_app.mail.receiving import inbound
from cadences_app.tests.faults.books import FAR_AWAY, BooksTestCase
from cadences_app.tests.faults.sink import Sink
from cadences_app.tests.faults.workers import Workers, wait_until
from cadences_app.tests.site import builders, dovecot
from cadences_app.tests.site.fetching import MAILBOX, make_account_that_fetches, written
from cadences_app.tests.site.smtp import make_account

ANSWERS = int(os.environ.get("CADENCES_FAULT_ANSWERS", 40))
MOST_AT_ONCE = 100
"""How many Frappe takes from a mailbox at a time."""


class ManyAnswersTest(BooksTestCase):
	def setUp(self) -> None:
		if not dovecot.BINARY:
			raise SkipTest(dovecot.MISSING)
		super().setUp()
		self.imap = self.enterContext_(dovecot.Dovecot(MAILBOX))
		self.fetching = make_account_that_fetches(self.imap)
		self.addCleanup(self.remove_what_came_in)
		inbound.attach()

	def remove_what_came_in(self) -> None:
		frappe.db.rollback()
		self.fetching.delete(force=True)
		frappe.db.delete("Cadence Incoming Mail", {"recipient": ("like", "%@buyer.example")})
		frappe.db.commit()

	def test_each_is_understood_once_and_ends_its_run(self) -> None:
		answered = {"key": "answered", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Replied"}}
		self.given(
			ANSWERS,
			self.email(),
			builders.task("later", days=FAR_AWAY),
			exit_rules=[answered],
			is_decided=True,
		)
		with Sink() as sink, Workers("due", "mail") as workers:
			make_account(sink.port)
			frappe.db.commit()
			self.wait_for_the_rest(workers)
			sent = [each for each in self.rows() if each.delivery == "Sent"]
			self.assertEqual(len(sent), ANSWERS)
			# Every tenth comes twice, as servers deliver them that lost their connection.
			answers = [written(each.recipient, In_Reply_To=f"<{each.message_id}>") for each in sent]
			self.fetch()  # of a folder that it has never read, Frappe takes the last mails alone
			self.imap.put(*answers, *answers[::10])
			for _pull in range(2 + len(answers) // MOST_AT_ONCE * 2):
				self.fetch()
			wait_until(self.have_all_left, self.longest_end)
		self.assertEqual(Counter(self.reported("Replied")), Counter(each.enrollment for each in sent))
		left = frappe.get_all(
			"Cadence Enrollment",
			{"cadence": self.cadence.name},
			["status", "exit_reason", "error", "active_key"],
			limit_page_length=0,
		)
		self.assertEqual(
			Counter((each.status, each.error, each.active_key) for each in left),
			{("Stopped", "", None): ANSWERS},
		)
		kept = {"in_reply_to": ("in", [each.activity_name for each in sent]), "sent_or_received": "Received"}
		self.assertEqual(frappe.db.count("Communication", kept), ANSWERS)

	def fetch(self) -> None:
		"""As Frappe's job does: with the account as it is in the database."""
		frappe.get_doc("Email Account", self.fetching.name).receive()

	def rows(self) -> list:
		return frappe.get_all(
			"Cadence Activity",
			{"cadence": self.cadence.name, "channel": "Email"},
			["enrollment", "recipient", "message_id", "delivery", "activity_name"],
			limit_page_length=0,
		)

	def have_all_left(self) -> bool:
		return self.is_over() and not frappe.db.exists(
			"Cadence Enrollment", {"cadence": self.cadence.name, "status": "Active"}
		)
