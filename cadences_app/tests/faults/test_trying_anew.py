"""Two who lock the same rows in a circle: who is undone by the database does it all again (S5.4, S15.2)."""

import time

import frappe

from cadences_app.store import compat
from cadences_app.tests.faults.test_two_at_once import FaultTestCase

IN_BETWEEN = 0.5  # seconds; both have their first lock by then


@compat.tried_anew
def mark_in_order(leads: list[str], word: str) -> int:
	"""Write a word to each of these leads; how often that was begun."""
	frappe.flags.begun = (frappe.flags.begun or 0) + 1
	for lead in leads:
		frappe.db.sql("update `tabLead` set city = concat(city, %s) where name = %s", (word, lead))
		time.sleep(IN_BETWEEN)
	return frappe.flags.begun


def forwards(_cadence: str, leads: list[str]) -> int:
	begun = mark_in_order(leads, "a")
	frappe.db.commit()
	return begun


def backwards(_cadence: str, leads: list[str]) -> int:
	begun = mark_in_order(leads[::-1], "b")
	frappe.db.commit()
	return begun


def in_a_chunk_backwards(_cadence: str, leads: list[str]) -> int:
	"""What a job does, which commits by itself."""
	return compat.persist(mark_in_order.__wrapped__, leads[::-1], "b")


class TestTryingAnew(FaultTestCase):
	def given_two(self) -> None:
		self.given(2)
		frappe.db.sql("update `tabLead` set city = '' where name in %s", [tuple(self.leads)])
		frappe.db.commit()

	def assert_both_did_all_of_it_once(self, begun: list[int]) -> None:
		self.assertEqual(sorted(begun), [1, 2])
		for city in self.rows_of_leads():
			self.assertEqual(sorted(city), ["a", "b"])

	def rows_of_leads(self) -> list[str]:
		return frappe.get_all("Lead", {"name": ("in", self.leads)}, pluck="city")

	def test_a_request_that_was_undone_is_made_again_as_a_whole(self):
		self.given_two()
		self.assert_both_did_all_of_it_once(self.together(forwards, backwards))

	def test_so_is_a_chunk_of_a_job(self):
		self.given_two()
		self.assert_both_did_all_of_it_once(self.together(forwards, in_a_chunk_backwards))

	def test_what_is_no_passing_fault_is_raised_at_once(self):
		tries: list[int] = []

		def fail() -> None:
			tries.append(1)
			frappe.db.sql("select * from `tabNo Such Table`")

		with self.assertRaises(Exception) as raised:
			compat.try_anew(fail)
		self.assertFalse(compat.is_passing_fault(raised.exception))
		self.assertEqual(len(tries), 1)

	def test_a_full_disk_and_a_server_that_only_reads_pass(self):
		"""What says nothing about the work, as MariaDB says it; a row that is too long is the work's."""
		from pymysql.err import DataError, InternalError, OperationalError

		for code in (1114, 1180, 1290, 1927):
			self.assertTrue(compat.is_passing_fault(OperationalError(code, "...")), code)
		for error, passes in ((28, True), (139, False), (128, False)):
			told = InternalError(1030, f'Got error {error} "..." from storage engine InnoDB')
			self.assertEqual(compat.is_passing_fault(told), passes)
		self.assertFalse(compat.is_passing_fault(DataError(1406, "Data too long for column")))
