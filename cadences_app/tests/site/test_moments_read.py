"""A job's connection reads moments as Frappe's own does."""

from datetime import datetime
from unittest import skipUnless

import frappe

from cadences_app.store import compat
from cadences_app.tests.site.base import SiteTestCase


@skipUnless(frappe.conf.db_type in (None, "mariadb"), "of MariaDB")
class MomentsReadTest(SiteTestCase):
	def test_a_jobs_connection_reads_moments_as_any_other(self) -> None:
		moments = ("2026-02-28 23:59:59.123456", "2026-01-01", "1000-01-01 00:00:00", "0000-00-00", None)
		columns = ", ".join(["cast(%s as datetime(6))", "cast(%s as datetime)"] * len(moments))
		values = [each for each in moments for _kind in range(2)]
		frappe.db.close()
		frappe.db.connect()
		before = frappe.db.sql(f"select {columns}", values)
		as_frappe = dict(frappe.db._conn.decoders)
		compat.read_moments_by_their_form()
		by_form = dict(frappe.db._conn.decoders)
		self.assertNotEqual(as_frappe, by_form)
		compat.read_moments_by_their_form()
		self.assertEqual(frappe.db._conn.decoders, by_form, "once is enough")
		after = frappe.db.sql(f"select {columns}", values)
		self.assertEqual(before, after)
		self.assertEqual([type(each) for each in before[0]], [type(each) for each in after[0]])
		self.assertEqual(after[0][0], datetime(2026, 2, 28, 23, 59, 59, 123456))
