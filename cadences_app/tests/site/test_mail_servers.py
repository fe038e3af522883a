"""Mail servers as they are: encrypted, strict, and of another mind in the middle (S15.2)."""

from collections import Counter
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from cadences_app.store.threads import without_database
from cadences_app.tests.site import builders
from cadences_app.tests.site.certificates import self_made
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.smtp import MailServer, make_account

PASSWORD = "right"


class MailServersTest(OutboxTestCase):
	def serve(self, server: MailServer, **account: Any) -> None:
		self.server = self.enterContext_(server)
		self.account = make_account(server.port, **account)

	def many(self, count: int) -> list[str]:
		return self.enroll(builders.make_cadence(self.email()), *[self.make_lead() for _ in range(count)])

	def try_again(self, *enrollments: str) -> int:
		frappe.db.set_value("Cadence Mailbox", self.account.name, {"waits_until": None, "paused": 0})
		self.make_due(*enrollments)
		return self.work()

	def deliveries(self, enrollments: list[str]) -> Counter[str]:
		return Counter(self.mail_of(each).delivery for each in enrollments)

	def assert_each_got_one(self, enrollments: list[str]) -> None:
		self.assertEqual(self.deliveries(enrollments), {"Sent": len(enrollments)})
		self.assertEqual(len(self.server.received), len(enrollments))
		self.assertEqual(len({mail.recipient for mail in self.server.received}), len(enrollments))

	def assert_all_wait(self, enrollments: list[str]) -> None:
		self.assertEqual(self.deliveries(enrollments), {"Queued": len(enrollments)})
		self.assertEqual(self.server.received, [])
		mailbox = frappe.get_doc("Cadence Mailbox", self.account.name)
		self.assertTrue(mailbox.paused or mailbox.waits_until > now_datetime())

	def test_starttls_with_a_login(self) -> None:
		server = MailServer(certificate=self_made(), by_starttls=True, password=PASSWORD)
		login = {"no_smtp_authentication": 0, "password": PASSWORD, "login_id": "sales"}
		self.serve(server, use_tls=1, **login)
		enrollments = self.many(3)
		self.work()
		self.assert_each_got_one(enrollments)

	def test_tls_from_the_first_byte(self) -> None:
		self.serve(MailServer(certificate=self_made()), use_tls=0, use_ssl_for_outgoing=1)
		enrollments = self.many(3)
		self.work()
		self.assert_each_got_one(enrollments)

	def test_a_server_that_speaks_no_tls_where_it_should_costs_no_mail(self) -> None:
		"""No mail goes out in the clear, and none is lost."""
		for asked in ({"use_tls": 1, "use_ssl_for_outgoing": 0}, {"use_tls": 0, "use_ssl_for_outgoing": 1}):
			with self.subTest(asked):
				self.serve(MailServer(), **asked)
				enrollments = self.many(2)
				self.assertEqual(self.work(), 0)
				self.assert_all_wait(enrollments)
				make_account(self.server.port, use_tls=0, use_ssl_for_outgoing=0)
				self.try_again(*enrollments)
				self.assert_each_got_one(enrollments)

	def test_a_server_that_wants_starttls_and_is_not_asked_for_it_costs_no_mail(self) -> None:
		self.serve(MailServer(certificate=self_made(), by_starttls=True), use_tls=0)
		enrollments = self.many(2)
		self.assertEqual(self.work(), 0)
		self.assertNotIn("Sent", self.deliveries(enrollments))
		self.assertEqual(self.server.received, [])

	def test_a_session_that_is_closed_after_some_mails(self) -> None:
		"""421 is no refusal of the mail: the next session takes it."""
		self.serve(MailServer(most_mails=2))
		enrollments = self.many(9)
		for _try in range(9):
			self.try_again(*enrollments)
		self.assert_each_got_one(enrollments)

	def test_a_login_that_is_lost_in_the_middle(self) -> None:
		login = {"no_smtp_authentication": 0, "password": PASSWORD, "login_id": "sales"}
		server = MailServer(password=PASSWORD, most_mails=2)

		def change_password(taken: int) -> None:
			if taken >= 4:
				server.password = "another"

		server.before_mail = change_password
		self.serve(server, **login)
		enrollments = self.many(12)
		for _try in range(3):
			self.try_again(*enrollments)
		self.assertTrue(frappe.db.get_value("Cadence Mailbox", self.account.name, "paused"))
		waiting = self.deliveries(enrollments)["Queued"]
		self.assertGreater(waiting, 0)
		self.assertEqual(self.deliveries(enrollments), {"Queued": waiting, "Sent": 12 - waiting})

		server.before_mail = None
		make_account(server.port, **(login | {"password": "another"}))
		for _try in range(12):
			self.try_again(*enrollments)
		self.assert_each_got_one(enrollments)

	def test_a_token_instead_of_a_password(self) -> None:
		"""OAuth, as Google and Microsoft ask for it: a token that is refused pauses the mailbox and costs no
		mail, and the next one is taken up."""
		app = frappe.get_doc({"doctype": "Connected App", "provider_name": "Cadence Test Provider"}).insert()
		self.addCleanup(app.delete)
		values = {"doctype": "Token Cache", "connected_app": app.name, "user": "Administrator"}
		token = frappe.get_doc({**values, "access_token": "stale", "expires_in": 3600}).insert()
		self.addCleanup(token.delete)
		oauth = {"auth_method": "OAuth", "connected_app": app.name, "connected_user": "Administrator"}
		self.addCleanup(make_account, 0, auth_method="Basic", connected_app=None, connected_user=None)
		server = MailServer(token="fresh", certificate=self_made(), by_starttls=True)
		self.serve(server, no_smtp_authentication=0, use_tls=1, **oauth)
		enrollments = self.many(3)
		self.assertEqual(self.work(), 0)
		self.assert_all_wait(enrollments)
		self.assertIn("535", frappe.db.get_value("Cadence Mailbox", self.account.name, "pause_reason"))

		token.access_token = "fresh"
		token.save()
		self.try_again(*enrollments)
		self.assert_each_got_one(enrollments)

	def test_a_thread_has_the_texts_but_no_connection(self) -> None:
		"""Frappe writes an Error Log where a token is refused: not by the connection of the worker, which is
		in the middle of something else."""
		word = builders.unique("Word")
		known = {"language": "fr", "source_text": word, "translated_text": f"Le {word}"}
		translation = frappe.get_doc({"doctype": "Translation", **known}).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(translation.delete)
		frappe.local.lang = "fr"
		self.addCleanup(setattr, frappe.local, "lang", "en")
		context = without_database()
		frappe.local.lang = "en"
		self.assertEqual(context.run(lambda: (frappe.local.db, _(word))), (None, f"Le {word}"))
		self.assertTrue(frappe.db.exists("DocType", "Lead"))
