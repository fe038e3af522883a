"""Rows written in sets that are longer together than a statement may be."""

import frappe

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase


class LongRowsTest(SiteTestCase):
	"""A statement that is too long costs the connection, and with it all that the transaction has written."""

	def test_they_go_in_several_statements(self) -> None:
		names = [builders.unique("long") for _ in range(3)]
		text = "ä" * (compat.longest_statement() // 5)
		rows = [{**standard_columns(name), "error": text} for name in names]
		self.assertEqual(compat.insert_rows("Error Log", rows), 3)
		compat.update_rows("Error Log", {name: {"error": f"{name} {text}"} for name in names})
		kept = frappe.get_all("Error Log", {"name": ("in", names)}, pluck="error")
		self.assertEqual(sorted(len(each) for each in kept), sorted(len(f"{n} {text}") for n in names))

	def test_short_ones_go_in_one(self) -> None:
		rows = [{**standard_columns(builders.unique("short")), "error": "x" * 5_000} for _ in range(200)]
		frappe.get_meta("Error Log")
		with self.assertQueryCount(1):
			compat.insert_rows("Error Log", rows)
