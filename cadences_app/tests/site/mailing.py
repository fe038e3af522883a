"""Emails that a cadence has sent, for tests of what becomes of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.events import Event, OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.mail.tracking import tokens
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.store import definitions, inbox
from cadences_app.store.names import new_name
from cadences_app.tests.site.base import SiteTestCase, insert_row, make_lead, mend_connection

DOMAIN = "sales.example"
ACCOUNT = "Cadence Test Mailbox"
CADENCE = "Mail Test"

_MADE = (
	"Cadence Event",
	"Cadence Visit",
	"Cadence Incoming Mail",
	"Cadence Activity",
	"Cadence Enrollment",
	"Cadence Suppression",
	"Cadence Mailbox",
	"Email Unsubscribe",
	"Cadence Version",
	"Notification Log",
	"Email Queue",
	"Error Log",
	"Comment",
	"Version",
)


@dataclass(frozen=True)
class SentMail:
	"""One email follow-up that went out: the names of its rows."""

	activity: str
	enrollment: str
	lead: str
	recipient: str
	communication: str

	@property
	def message_id(self) -> str:
		return tokens.message_id(self.activity, DOMAIN)

	def column(self, fieldname: str) -> Any:
		return frappe.db.get_value("Cadence Activity", self.activity, fieldname)

	def events(self) -> list[Event]:
		"""What is in the inbox of its enrollment, in order."""
		return [event for _name, event in inbox.pending([self.enrollment]).get(self.enrollment, [])]

	def outcomes(self) -> list[Outcome]:
		return [each.outcome for each in self.events() if isinstance(each, OutcomeReported)]


class MailTestCase(SiteTestCase):
	"""A test with an active cadence and an Email Account. Frappe commits after each mail that it fetches, so
	what a test made is deleted by hand."""

	def setUp(self) -> None:
		super().setUp()
		self._made: list[tuple[str, str]] = []
		cadence = {"doctype": "Cadence", "cadence_name": CADENCE, "module": "Lead"}
		if not frappe.db.exists("Cadence", CADENCE):
			self.keep(frappe.get_doc(cadence).insert())
		frappe.db.set_value("Cadence", CADENCE, "status", "Active")
		definitions.forget_modules()
		self.before = {doctype: set(frappe.get_all(doctype, pluck="name")) for doctype in _MADE}
		settings = frappe.get_doc("Cadence Settings")
		self.settings = {field.fieldname: settings.get(field.fieldname) for field in settings.meta.fields}

	def tearDown(self) -> None:
		mend_connection()
		frappe.db.rollback()
		for doctype, names in self.before.items():
			made = set(frappe.get_all(doctype, pluck="name", limit_page_length=0)) - names
			frappe.db.delete(doctype, {"name": ("in", list(made) or [""])})
		for doctype, name in reversed(self._made):
			for field in frappe.get_meta(doctype).get_table_fields():
				frappe.db.delete(field.options, {"parent": name, "parenttype": doctype})
			frappe.db.delete(doctype, {"name": name})
		self.set_up(**self.settings)
		definitions.forget_modules()
		frappe.db.commit()
		super().tearDown()

	def keep(self, doc: Any) -> Any:
		"""Remember a document, to delete it in the end."""
		self._made.append((doc.doctype, doc.name))
		return doc

	def set_up(self, **values: Any) -> None:
		"""Change the settings for this test."""
		frappe.get_doc("Cadence Settings").update(values).save()

	def send(
		self,
		recipient: str = "ada@buyer.example",
		*,
		lead: str = "",
		enrollment: str = "",
		follow_up: str = "first",
		days_ago: float = 1,
		**columns: Any,
	) -> SentMail:
		"""An email as it stands after it went out, in an enrollment that is under way."""
		lead = lead or self.keep(make_lead(new_name(), email_id=f"{new_name()}@buyer.example")).name
		taken_at = now_datetime() - timedelta(days=days_ago)
		about = {"cadence": CADENCE, "reference_doctype": "Lead", "reference_name": lead, "run": 1}
		enrollment = enrollment or insert_row("Cadence Enrollment", **about, status="Active")
		activity = new_name()
		message_id = tokens.message_id(activity, DOMAIN).strip("<>")
		communication = self._write_communication(lead, recipient, message_id)
		values = {
			"enrollment": enrollment,
			"follow_up": follow_up,
			"channel": "Email",
			"status": "Handed Over",
			"delivery": "Sent",
			"base_at": taken_at,
			"handed_over_at": taken_at,
			"taken_at": taken_at,
			"recipient": recipient,
			"email_account": ACCOUNT,
			"sender": f"rep@{DOMAIN}",
			"message_id": message_id,
			"activity_doctype": "Communication",
			"activity_name": communication,
			"name": activity,
		}
		insert_row("Cadence Activity", **{**about, **values, **columns})
		return SentMail(activity, enrollment, lead, recipient, communication)

	def _write_communication(self, lead: str, recipient: str, message_id: str) -> str:
		doc = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Sent",
				"subject": "A question",
				"content": "Shall we talk?",
				"sender": f"rep@{DOMAIN}",
				"recipients": recipient,
				"reference_doctype": "Lead",
				"reference_name": lead,
				"message_id": message_id,
			}
		)
		return self.keep(doc.insert()).name


def token(purpose: Purpose, activity: str, number: int = 0) -> str:
	from cadences_app.mail.tracking.keyring import keyring

	return tokens.sign(keyring(), purpose, activity, number)
