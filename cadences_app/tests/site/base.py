"""What the site tests share: the test case of whichever Frappe this is, and records to work on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from unittest.mock import patch

import frappe

from cadences_app.store.compat import insert_rows
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name
from cadences_app.tests.site import plain_lead

try:
	from frappe.tests import IntegrationTestCase as FrappeTestCase
except ImportError:
	from frappe.tests.utils import FrappeTestCase

try:
	from frappe.tests.classes.context_managers import patch_hooks
except ImportError:
	from frappe.tests.utils import patch_hooks

__all__ = [
	"SiteTestCase",
	"as_user",
	"forget_notifications",
	"insert_row",
	"make_cadence",
	"make_lead",
	"make_user",
	"mend_connection",
	"patch_hooks",
]


class SiteTestCase(FrappeTestCase):
	"""A test that leaves the database as it was before it."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		plain_lead.make_doctype()

	def needs(self, *doctypes: str) -> None:
		"""Skip the test on a site without the app that brings these DocTypes."""
		for doctype in doctypes:
			if frappe.db.get_value("DocType", doctype, "custom") != 0:
				self.skipTest(f"no app brings {doctype} to this site")

	def assertQueryCount(self, count: int) -> AbstractContextManager[None]:
		if not hasattr(frappe.db, "last_query"):
			self.skipTest("Frappe counts no queries on this database")
		return super().assertQueryCount(count)

	def queries_of(self, act: Callable[[], Any]) -> list[str]:
		"""The statements that `act` sends to the database."""
		if not hasattr(frappe.db, "last_query"):
			self.skipTest("Frappe counts no queries on this database")
		database, sent = type(frappe.local.db), []
		sql = database.sql

		def counted(db: Any, *args: Any, **kwargs: Any) -> Any:
			found = sql(db, *args, **kwargs)
			sent.append(str(db.last_query))
			return found

		with patch.object(database, "sql", counted):
			act()
		return sent

	def setUp(self) -> None:
		super().setUp()
		mend_connection()

	def tearDown(self) -> None:
		mend_connection()
		frappe.db.rollback()
		frappe.local.document_cache = {}
		super().tearDown()


def mend_connection() -> None:
	"""Connect anew if the connection is lost, so that it costs the test that lost it and no other."""
	try:
		frappe.db.sql("select 1")
	except Exception as error:
		if not frappe.db.is_interface_error(error) and not isinstance(error, frappe.db.OperationalError):
			raise
		frappe.db._conn = None
		frappe.db.connect()


def forget_notifications() -> None:
	"""Have Frappe ask anew which Notifications there are: tests roll theirs back, or delete them by hand."""
	frappe.cache.delete_value("notifications")
	if hasattr(frappe, "client_cache"):  # Frappe 16
		frappe.client_cache.delete_keys("notifications::")


def make_cadence(name: str, **fields: Any) -> Any:
	"""A saved cadence for Leads without follow-ups, unless `fields` say otherwise."""
	values = {"doctype": "Cadence", "cadence_name": name, "module": "Lead", **fields}
	return frappe.get_doc(values).insert()


def make_lead(last_name: str, **fields: Any) -> Any:
	values = {"doctype": "Lead", "first_name": "Test", "last_name": last_name, **fields}
	return frappe.get_doc(values).insert()


def make_user(email: str, *roles: str) -> str:
	if not frappe.db.exists("User", email):
		user = frappe.get_doc(
			{"doctype": "User", "email": email, "first_name": email, "send_welcome_email": 0}
		)
		user.insert()
	user = frappe.get_doc("User", email)
	user.roles = []
	user.add_roles(*roles)
	return email


def insert_row(doctype: str, **columns: Any) -> str:
	"""A row as the runtime writes it, past the controller. Returns its name."""
	name = new_name()
	insert_rows(doctype, [{**standard_columns(name), **columns}])
	return name


def listed_in_desk(doctype: str, filters: dict[str, Any]) -> list[str]:
	"""What Desk's list shows by the filters of an address, in which a field may stand a second time by its
	full name. Moments are full seconds: Desk leaves a filter with parts of one out."""
	conditions = []
	for field, value in filters.items():
		operator, wanted = value if isinstance(value, list | tuple) else ("=", value)
		if operator in ("<", ">"):
			datetime.strptime(wanted, "%Y-%m-%d %H:%M:%S")
		conditions.append([doctype, field.rpartition(".")[2], operator, wanted])
	return frappe.get_all(doctype, conditions, limit_page_length=0, pluck="name")


class as_user:
	"""``with as_user(email):`` do something with the rights of that user."""

	def __init__(self, user: str) -> None:
		self.user = user

	def __enter__(self) -> None:
		self.before = frappe.session.user
		frappe.set_user(self.user)

	def __exit__(self, *_error: object) -> None:
		frappe.set_user(self.before)
