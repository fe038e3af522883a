"""What is kept about people's mail: how long, and how it is erased."""

from datetime import timedelta

import frappe
from frappe.core.doctype.log_settings.log_settings import _supports_log_clearing
from frappe.utils import now_datetime

from cadences_app.hooks import default_log_clearing_doctypes
from cadences_app.tests.site.base import insert_row, make_user
from cadences_app.tests.site.mailing import ACCOUNT, MailTestCase, SentMail

PERSON = "forget-me@buyer.example"


class TestMailPrivacy(MailTestCase):
	def note(self, mail: SentMail, days_ago: int = 0) -> tuple[str, str]:
		at = now_datetime() - timedelta(days=days_ago)
		visit = insert_row(
			"Cadence Visit", kind="Open", activity=mail.activity, visited_at=at, visit_key=f"{at}"
		)
		incoming = insert_row(
			"Cadence Incoming Mail",
			kind="Reply",
			enrollment=mail.enrollment,
			activity=mail.activity,
			sender=PERSON,
			recipient=PERSON,
			diagnostic="550 forget-me is not here",
			reference_doctype="Lead",
			reference_name=mail.lead,
			received_at=at,
			mail_key=f"{mail.activity}:{at}",
		)
		return visit, incoming

	def test_a_visit_knows_neither_address_nor_browser(self):
		fields = {field.fieldname for field in frappe.get_meta("Cadence Visit").fields}
		self.assertFalse(fields & {"ip", "ip_address", "user_agent", "browser", "email", "recipient"})

	def test_what_is_old_is_cleared_by_frappes_log_settings(self):
		mail = self.send(PERSON)
		old, new = self.note(mail, days_ago=500), self.note(mail)
		for doctype, days in default_log_clearing_doctypes.items():
			self.assertTrue(_supports_log_clearing(doctype), doctype)
			frappe.get_doc({"doctype": doctype}).clear_old_logs(days=days)
		for index, doctype in enumerate(("Cadence Visit", "Cadence Incoming Mail")):
			self.assertFalse(frappe.db.exists(doctype, old[index]))
			self.assertTrue(frappe.db.exists(doctype, new[index]))

	def test_deleting_an_enrollment_deletes_what_was_noted_of_it(self):
		mail = self.send(PERSON)
		visit, incoming = self.note(mail)
		frappe.delete_doc("Cadence Enrollment", mail.enrollment)
		self.assertFalse(frappe.db.exists("Cadence Visit", visit))
		self.assertFalse(frappe.db.exists("Cadence Incoming Mail", incoming))
		self.assertFalse(frappe.db.exists("Cadence Activity", mail.activity))

	def test_a_record_can_be_deleted_although_mail_came_in_for_it(self):
		mail = self.send(PERSON)
		self.note(mail)
		frappe.delete_doc("Lead", mail.lead)
		self.assertFalse(frappe.db.exists("Lead", mail.lead))

	def test_an_email_account_can_be_deleted_although_it_has_sent(self):
		account = {"doctype": "Email Account", "email_account_name": "Gone", "email_id": "gone@sales.example"}
		frappe.get_doc(account).insert()
		frappe.get_doc({"doctype": "Cadence Mailbox", "email_account": "Gone"}).insert()
		self.send(PERSON, email_account="Gone")
		frappe.delete_doc("Email Account", "Gone")
		self.assertFalse(frappe.db.exists("Email Account", "Gone"))

	def test_who_asks_to_be_forgotten_is(self):
		account = {"doctype": "Email Account", "email_account_name": ACCOUNT, "email_id": "rep@sales.example"}
		self.keep(frappe.get_doc({**account, "enable_outgoing": 1, "default_outgoing": 1}).insert())
		make_user(PERSON)
		mail = self.send(PERSON)
		_visit, incoming = self.note(mail)
		request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": PERSON}).insert()
		request._anonymize_data(commit=False)
		self.assertNotIn("forget-me", mail.column("recipient"))
		kept = frappe.db.get_value(
			"Cadence Incoming Mail", incoming, ["sender", "recipient", "diagnostic"], as_dict=True
		)
		self.assertNotIn("forget-me", f"{kept.sender} {kept.recipient} {kept.diagnostic}")
