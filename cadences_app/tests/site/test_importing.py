"""A file with many rows is imported: an answer for each, and the doubles in it get in once (S5.3, S5.4).

Some rows; CADENCES_IMPORT_ROWS=5000 for many.
"""

import os

import frappe
from frappe.utils.background_jobs import get_queue

from cadences_app.store.names import new_name
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.builders import make_cadence, task, work
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.tests.site.test_enrolling import ENROLLER, import_rows, make_enroller, write_leads

ROWS = int(os.environ.get("CADENCES_IMPORT_ROWS", "60"))
KINDS = 5
"""A fresh record, the same once more, another of its person, one that is nobody's, and one in it already."""


class TestImportingMany(SweptTestCase):
	def setUp(self) -> None:
		super().setUp()
		if frappe.conf.db_type not in (None, "mariadb"):
			self.skipTest("Frappe's import rolls its log of refused rows back, where MyISAM does not keep it")
		make_enroller()

	def given(self, number: int) -> tuple[list[list[str]], list[tuple[bool, str]]]:
		"""The rows, and what is expected of each: whether it enrolls, and words of why not."""
		self.cadence = make_cadence(task("look", days=1)).name
		fresh, others, known = (write_leads(number) for _each in range(3))
		for one, other in zip(fresh, others, strict=True):
			mail = f"{new_name()}@example.com"
			frappe.db.set_value("Lead", {"name": ("in", (one, other))}, "email_id", mail)
		rows, expected = [], []
		for one, other, there in zip(fresh, others, known, strict=True):
			self.enroll_before(there)
			for record, enrolls, why in (
				(one, True, ""),
				(one, False, "is or was in this cadence already"),
				(other, False, f"The person is in this cadence by {one}"),
				(f"NOBODY-{one}", False, "Could not find"),
				(there, False, "is or was in this cadence already"),
			):
				rows.append([self.cadence, "Lead", record])
				expected.append((enrolls, why))
		frappe.db.commit()
		return rows, expected

	def enroll_before(self, lead: str) -> None:
		values = {"cadence": self.cadence, "reference_doctype": "Lead", "reference_name": lead}
		frappe.get_doc({"doctype": "Cadence Enrollment", **values}).insert()

	def test_each_row_has_its_answer(self):
		rows, expected = self.given(max(ROWS // KINDS, 1))
		queued = get_queue("short").count
		with as_user(ENROLLER):
			log = import_rows("Cadence Enrollment", [["Cadence", "Module", "Record ID"], *rows])
		self.assertLess(get_queue("short").count - queued, 5)
		self.assertEqual([bool(each.success) for each in log], [enrolls for enrolls, _why in expected])
		for row, each, (_enrolls, why) in zip(rows, log, expected, strict=True):
			self.assertIn(why, each.messages or "", row)
		while work():
			pass
		here = {"cadence": self.cadence, "status": "Active", "run": 1}
		self.assertEqual(frappe.db.count("Cadence Enrollment", here), 2 * len(rows) // KINDS)
