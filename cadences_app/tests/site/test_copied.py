"""Newcomers whose rows the database makes by itself are the same as those that are read one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from unittest.mock import patch

import frappe

from cadences_app.enrolling import copied, newcomers
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.store import compat, definitions, refusing
from cadences_app.store.definitions import Published
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name, new_names
from cadences_app.tests.site.base import SiteTestCase, insert_row
from cadences_app.tests.site.builders import make_cadence, task, unique

ADDRESSES = (
	"{}@company.example",
	"{}@COMPANY.Example",
	"{}@gmail.com",
	"{}@GMail.com",
	"{}",
	"{}@",
	" {}@company.example ",
	"ä{}@company.example",
	"{}@\u212a.example",
	"{}\t@company.example",
	"<{}@company.example",
	"{}%s@company.example",
	"'{}'@company.example",
	"",
	None,
)
COMPANIES = ("Company", " Company ", "COMPANY | Ltd", "Straße", "", " ", None)
TITLES = ("Ada", "", " ", None, "Ada <b>", "'%s' \\ Ada", "Ädä " * 35)


@contextmanager
def copies(at_all: bool = True) -> Iterator[None]:
	"""Rows are copied however few they are, or not at all."""
	with (
		patch.object(compat, "copies_without_locks", return_value=at_all),
		patch.object(copied, "LEAST", 1),
		patch.object(copied, "CHUNK", 7),
	):
		yield


class TestCopied(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.needs("Lead")
		if frappe.conf.db_type not in (None, "mariadb"):
			self.skipTest("rows are copied on MariaDB alone")
		cadence = make_cadence(task("look"))
		self.cadence = Published(cadence.name, "Lead", cadence.status, cadence.version)

	def make(self, **columns: Any) -> str:
		name = columns.pop("name", None) or unique("copied")
		compat.insert_rows("Lead", [{**standard_columns(name), "status": "Lead"}])
		columns = {"email_id": None, **columns}
		sets = ", ".join(f"`{column}` = %({column})s" for column in columns)
		frappe.db.sql(f"update `tabLead` set {sets} where `name` = %(name)s", columns | {"name": name})
		return name

	def let_in(self, names: list[str], *, copies_at_all: bool) -> tuple[EnrollResult, dict[str, Any]]:
		"""What becomes of these records, and their rows; nothing of it is kept."""
		result, savepoint = EnrollResult(), f"way_{new_name()}"
		frappe.db.savepoint(savepoint)
		with copies(copies_at_all):
			newcomers.let_in(self.cadence, names, result)
		of_cadence = {"cadence": self.cadence.name}
		rows = frappe.get_all("Cadence Enrollment", of_cadence, ["*"], limit_page_length=0)
		self.assertEqual({row.reference_name: row.name for row in rows}, result.enrollment_of)
		self.assertEqual(sorted(row.name for row in rows), sorted(result.enrollments))
		differing = ("name", "creation", "modified", "let_in_at", "next_due_at")
		found = {
			row.reference_name: {key: value for key, value in row.items() if key not in differing}
			for row in rows
		}
		frappe.db.rollback(save_point=savepoint)
		return result, found

	def assert_same(self, names: list[str]) -> EnrollResult:
		copied_result, copied_rows = self.let_in(names, copies_at_all=True)
		read_result, read_rows = self.let_in(names, copies_at_all=False)
		self.assertEqual(copied_rows, read_rows)
		self.assertEqual(copied_result.answers, read_result.answers)
		self.assertEqual(copied_result.notes, read_result.notes)
		return copied_result

	def test_whatever_stands_in_a_record(self) -> None:
		names = []
		for number, (address, company, title) in enumerate(product(ADDRESSES, COMPANIES, TITLES)):
			email = address and address.replace("{}", f"{new_name()}{number}".lower())
			owner = (None, "", "Administrator", "Guest")[number % 4]
			names.append(self.make(email_id=email, company_name=company, title=title, lead_owner=owner))
		result = self.assert_same(names)
		self.assertEqual(set(result.answers.values()), {EnrollAnswer.ENROLLED})

	def test_most_are_copied(self) -> None:
		names = [self.make(email_id=f"{new_name()}@company.example".lower()) for _each in range(5)]
		with (
			patch.object(compat, "copies_without_locks", return_value=True),
			patch.object(copied, "LEAST", 1),
		):
			made = copied.copy(self.cadence, names, newcomers._base(self.cadence, newcomers.AS_USUAL))
		self.assertEqual(set(made), set(names))

	def test_who_may_not_be_contacted_is_left_out_and_told_why(self) -> None:
		said = [f"{new_name()}@company.example".lower() for _each in range(7)]
		everywhere, contact, here, complained, further, marked, ticked = said
		insert_row("Email Unsubscribe", email=everywhere.upper(), global_unsubscribe=1)
		insert_row(
			"Email Unsubscribe", email=here, reference_doctype="Cadence", reference_name=self.cadence.name
		)
		insert_row("Contact", email_id=contact, unsubscribed=1)
		insert_row("Contact Email", parent=insert_row("Contact", unsubscribed=1), email_id=further)
		self.make(email_id=marked, status="Do Not Contact")
		self.make(email_id=ticked.upper(), unsubscribed=1)
		insert_row("Cadence Suppression", name=complained, cause="Complaint")
		names = [self.make(email_id=each) for each in said]
		names += [self.make(status="Do Not Contact"), self.make(unsubscribed=1), self.make()]
		result = self.assert_same(names)
		self.assertEqual(
			[result.answers[name] for name in names],
			[EnrollAnswer.NOT_TO_BE_CONTACTED] * 9 + [EnrollAnswer.ENROLLED],
		)

	def test_a_contact_of_several_addresses_is_read(self) -> None:
		"""S2.8: what is said of any of them counts."""
		cadence = make_cadence(task("look"), module="Contact")
		published = Published(cadence.name, "Contact", cadence.status, cadence.version)
		addresses = [f"{new_name()}@company.example" for _each in range(3)]
		names = [insert_row("Contact", first_name="Ada", email_id=each) for each in addresses]
		alone, twice, two = names
		insert_row("Contact Email", parent=twice, email_id=addresses[1].upper())
		insert_row("Contact Email", parent=two, email_id=f"{new_name()}@elsewhere.example")
		with copies():
			made = copied.copy(published, names, newcomers._base(published, newcomers.AS_USUAL))
		self.assertEqual(set(made), {alone, twice})

	def test_where_many_say_so_each_is_asked_for(self) -> None:
		"""Few are read at once, since that is faster; what is told is the same."""
		said = f"{new_name()}@company.example".lower()
		self.make(email_id=said, status="Do Not Contact")
		names = [self.make(email_id=said), self.make()]
		self.assertIn(said, " ".join(refusing.said_of_column("t.`email_id`")))
		with patch.object(refusing, "FEW", 0):
			self.assertNotIn(said, " ".join(refusing.said_of_column("t.`email_id`")))
			result = self.assert_same(names)
		wanted = [EnrollAnswer.NOT_TO_BE_CONTACTED, EnrollAnswer.ENROLLED]
		self.assertEqual([result.answers[name] for name in names], wanted)

	def test_where_an_erased_address_has_complained_each_is_read(self) -> None:
		insert_row("Cadence Suppression", name=f"sha256:{new_name()}", cause="Complaint")
		self.assert_same([self.make(email_id=f"{new_name()}@company.example".lower())])
		with (
			patch.object(compat, "copies_without_locks", return_value=True),
			patch.object(copied, "LEAST", 1),
		):
			self.assertEqual(copied.copy(self.cadence, [self.make()], {}), {})

	def test_a_person_comes_in_once(self) -> None:
		"""S2.7"""
		address = f"{new_name()}@company.example".lower()
		names = [self.make(email_id=address), self.make(email_id=address.upper()), self.make()]
		result, rows = self.let_in(names, copies_at_all=True)
		self.assertEqual(len(rows), 2)
		answers = sorted(result.answers[name].value for name in names[:2])
		self.assertEqual(answers, sorted([EnrollAnswer.ENROLLED.value, EnrollAnswer.PERSON_IS_IN.value]))

	def test_who_came_by_a_version_that_takes_a_person_several_times_is_found_as_well(self) -> None:
		"""S2.7"""
		address = f"{new_name()}@company.example".lower()
		newcomers.let_in(self.cadence, [self.make(email_id=address)], EnrollResult())
		frappe.db.set_value("Cadence Enrollment", {"cadence": self.cadence.name}, "person_key", None)
		doc = frappe.get_doc("Cadence Version", self.cadence.version)
		earlier = definitions.read(doc.definition).to_dict()
		earlier["policy"] = {**earlier.get("policy", {}), "one_per_person": False}
		insert_row(
			"Cadence Version", cadence=self.cadence.name, number=99, definition=frappe.as_json(earlier)
		)
		result = EnrollResult()
		second = self.make(email_id=address)
		with (
			patch.object(compat, "copies_without_locks", return_value=True),
			patch.object(copied, "LEAST", 1),
		):
			newcomers.let_in(self.cadence, [second], result)
		self.assertEqual(result.answers, {second: EnrollAnswer.PERSON_IS_IN})

	def test_who_is_gone_or_in_already_is_passed_over(self) -> None:
		gone, there, new = unique("gone"), self.make(), self.make()
		newcomers.let_in(self.cadence, [there], EnrollResult())
		result = EnrollResult()
		with (
			patch.object(compat, "copies_without_locks", return_value=True),
			patch.object(copied, "LEAST", 1),
		):
			newcomers.let_in(self.cadence, [gone, there, new], result)
		self.assertEqual(result.answers, {there: EnrollAnswer.ALREADY_IN, new: EnrollAnswer.ENROLLED})

	def test_a_connection_that_reads_as_of_its_beginning_copies_nothing(self) -> None:
		"""It would lock the records until it is committed."""
		frappe.db.sql("set session transaction isolation level repeatable read")  # a job may have changed it
		frappe.db.rollback()
		self.assertFalse(compat.copies_without_locks())

	def test_names_sort_and_none_comes_twice(self) -> None:
		names = [*new_names(3000), new_name(), *new_names(2), new_name()]
		self.assertEqual(names, sorted(set(names)))
