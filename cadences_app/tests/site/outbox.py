"""Emails on their way: a cadence of emails, people to write to, and a mail server that takes them."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.runtime import mail_job
from cadences_app.store import definitions
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, forget_notifications
from cadences_app.tests.site.smtp import ACCOUNT, MailServer, make_account

_MADE = (
	"Cadence Event",
	"Cadence Activity",
	"Cadence Invite",
	"Event",
	"Event Participants",
	"Cadence Enrollment",
	"Cadence Version",
	"Cadence Follow-up",
	"Cadence Unenrollment Rule",
	"Cadence",
	"Cadence Suppression",
	"Cadence Mailbox",
	"Communication",
	"Communication Link",
	"Email Queue",
	"Email Queue Recipient",
	"Email Template",
	"Email Account",
	"Email Unsubscribe",
	"Error Log",
	"File",
	"Print Format",
	"Notification Log",
	"Contact",
	"Contact Email",
	"Contact Phone",
	"Dynamic Link",
	"Lead",
	"Opportunity",
	"Prospect",
	"Prospect Lead",
	"Notification",
	"Notification Recipient",
	"ToDo",
	"Event",
	"Cadence Workflow",
	"Cadence Workflow Action",
	"Cadence Workflow Cadence",
	"Cadence Workflow Run",
)

TEXT = "<p>Dear {{ doc.first_name }}, <a href='https://seller.example/offer?a=1&b=2'>look</a>.</p>"


class OutboxTestCase(SiteTestCase):
	"""The mail worker commits as it goes, so what a test made is deleted by hand."""

	def setUp(self) -> None:
		super().setUp()
		frappe.db.rollback()
		_remove_leftovers()
		self._installed = [doctype for doctype in _MADE if frappe.db.table_exists(doctype)]
		self._before = {doctype: set(_names(doctype)) for doctype in self._installed}
		settings = frappe.get_doc("Cadence Settings")
		self._settings = {field.fieldname: settings.get(field.fieldname) for field in settings.meta.fields}
		self._defaults = frappe.get_all("Email Account", {"default_outgoing": 1}, pluck="name")
		self.server = self.enterContext_(MailServer())
		self.account = make_account(self.server.port)
		self.template = self.make_template()

	def tearDown(self) -> None:
		frappe.db.rollback()
		for doctype, before in self._before.items():
			made = set(_names(doctype)) - before
			if made:
				frappe.db.delete(doctype, {"name": ("in", list(made))})
			for name in made:
				frappe.clear_document_cache(doctype, name)
		frappe.get_doc("Cadence Settings").update(self._settings).save()
		frappe.db.set_value("Email Account", {"name": ("in", self._defaults or [""])}, "default_outgoing", 1)
		definitions.forget_modules()
		forget_notifications()
		frappe.db.commit()
		super().tearDown()

	def enterContext_(self, context: AbstractContextManager) -> Any:
		"""`enterContext` of Python 3.11."""
		self.addCleanup(context.__exit__, None, None, None)
		return context.__enter__()

	def set_up(self, **values: Any) -> None:
		"""Change the settings for this test."""
		frappe.get_doc("Cadence Settings").update(values).save()

	def make_template(self, subject: str = "Hello {{ doc.first_name }}", text: str = TEXT) -> str:
		values = {"doctype": "Email Template", "name": builders.unique("Template"), "subject": subject}
		return frappe.get_doc({**values, "use_html": 1, "response_html": text}).insert().name

	def email(
		self, key: str = "mail", parent: str = "", outcome: str = "Carried Out", days: int = 0, **content: Any
	) -> dict:
		texts = {"to_field": "email_id", "variants": [{"template": self.template}]}
		return builders.follow_up(key, "Email", parent, outcome, days, texts | content)

	def make_lead(self, **fields: Any) -> Any:
		fields.setdefault("email_id", f"{frappe.generate_hash(length=12)}@buyer.example")
		return builders.make_lead(**fields)

	def send_out(self, *leads: Any, **content: Any) -> list[str]:
		"""Enroll the leads in a cadence of one email, which is due at once. Returns the enrollments."""
		cadence = builders.make_cadence(self.email(**content))
		return self.enroll(cadence, *leads)

	def enroll(self, cadence: Any, *leads: Any) -> list[str]:
		enrollments = builders.enroll(cadence, *leads)
		frappe.db.commit()
		return enrollments

	def work(self) -> int:
		"""What the mail worker does."""
		return mail_job.work()

	def decide(self) -> None:
		"""What the runner's worker does."""
		builders.work()
		frappe.db.commit()

	def mail_of(self, enrollment: str, key: str = "mail") -> Any:
		frappe.db.rollback()
		return builders.activity(enrollment, key)

	def make_due(self, *enrollments: str) -> None:
		"""As if what waits for a later attempt had waited long enough."""
		filters = {"enrollment": ("in", enrollments), "delivery": "Queued"}
		frappe.db.set_value("Cadence Activity", filters, "send_after", now_datetime() - timedelta(minutes=1))
		frappe.db.commit()


def _names(doctype: str) -> list[str]:
	return frappe.get_all(doctype, pluck="name", limit_page_length=0)


def _remove_leftovers() -> None:
	"""The mailbox of a test that was killed."""
	frappe.db.delete("Cadence Mailbox", {"name": ACCOUNT})
	frappe.db.delete("Email Account", {"name": ACCOUNT})
	frappe.clear_document_cache("Email Account", ACCOUNT)
