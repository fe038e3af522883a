"""Markup that strangers and reps bring along does not run for a System Manager who looks at it in Desk
(invariant 11): on forms, in lists, in report views, and in the record's timeline and section.

    CADENCES_SITE_URL=http://mysite.localhost:8000 CADENCES_SITE=mysite.localhost \
        python -m unittest cadences_app.tests.browser.test_stored_script

The variables are told in chromium.py; run them in the bench's sites folder, without a worker. What they make
they take away again.
"""

import json
import unittest
from pathlib import Path
from typing import Any

import frappe

from cadences_app.store.names import new_name
from cadences_app.tests.browser.chromium import SITE, URL, Page, keep_picture, launch, log_in, why_not

ATTACK = '<img src="x" onerror="window.taken=1"><svg onload="window.taken=1"></svg>'
CADENCE_ONES = (
	"Cadence Event",
	"Cadence Visit",
	"Cadence Incoming Mail",
	"Cadence Activity",
	"Cadence Enrollment",
)
SAVE = """([doctype, user_settings]) => frappe.xcall("frappe.model.utils.user_settings.save", {
	doctype, user_settings: JSON.stringify({ Report: user_settings })
})"""
SHOWN = ("Data", "Small Text", "Text", "Long Text", "JSON")


class StoredScriptTest(unittest.TestCase):
	page: "Page"

	@classmethod
	def setUpClass(cls) -> None:
		missing = why_not() or (
			"" if Path(SITE, "site_config.json").exists() else "CADENCES_SITE is not here"
		)
		if missing:
			raise unittest.SkipTest(missing)
		cls.page = launch(cls).new_context(viewport={"width": 1400, "height": 1000}).new_page()
		log_in(cls.page)
		if not getattr(frappe.local, "db", None):
			frappe.init(SITE)
			frappe.connect()
			cls.addClassCleanup(frappe.destroy)
		frappe.set_user("Administrator")

	def setUp(self) -> None:
		from cadences_app.tests.site.builders import enroll, make_cadence, task

		self.mark = new_name()
		self.addCleanup(self.take_away)
		lead = {"first_name": "Ada", "last_name": self.mark, "email_id": f"{self.mark}@buyer.example"}
		self.lead = frappe.get_doc({"doctype": "Lead", **lead}).insert().name
		self.cadence = make_cadence(task("look", days=2))
		[self.enrollment] = enroll(self.cadence, frappe.get_doc("Lead", self.lead))
		self.made = {doctype: self.bring_in(doctype) for doctype in CADENCE_ONES[:-1]}
		self.made["Cadence Enrollment"] = self.enrollment
		self.mail = self.bring_in_mail()
		frappe.db.commit()

	def bring_in(self, doctype: str) -> str:
		"""A row of which every text is hostile, written as the app writes its rows."""
		from cadences_app.tests.site.base import insert_row

		links = {"enrollment": self.enrollment, "cadence": self.cadence.name, "reference_doctype": "Lead"}
		links |= {
			"reference_name": self.lead,
			"activity": None,
			"activity_doctype": None,
			"activity_name": None,
		}
		known = {field.fieldname: field for field in frappe.get_meta(doctype).fields}
		row = {field: value for field, value in links.items() if field in known and value}
		if doctype == "Cadence Visit":
			row["activity"] = frappe.db.get_value("Cadence Activity", {"enrollment": self.enrollment})
		for field in known.values():
			if field.fieldtype in SHOWN and field.fieldname not in row:
				row[field.fieldname] = self.hostile(field)
		row |= {"run": 9} if doctype == "Cadence Activity" else {}
		row |= {"kind": "Stop"} if doctype == "Cadence Event" else {}
		row |= {"processed_at": frappe.utils.now_datetime()} if doctype == "Cadence Event" else {}
		return insert_row(doctype, **row)

	def hostile(self, field: Any) -> str:
		if field.fieldname == "decision":
			return json.dumps(
				[{"what": "Ended", "status": "Stopped", "reason": "stopped_by_hand", "note": ATTACK}]
			)
		if field.fieldtype == "JSON":
			return json.dumps({"why": ATTACK})
		if field.unique:
			return f"{self.mark}{ATTACK}"[: field.length or 140]
		return ATTACK[: field.length or 140]

	def bring_in_mail(self) -> str:
		"""A mail whose template a manager wrote, in the lead's timeline."""
		from cadences_app.mail import communications

		values = {
			"reference_doctype": "Lead",
			"reference_name": self.lead,
			"sender": "sales@seller.example",
			"recipients": f"{self.mark}@buyer.example",
			"subject": ATTACK,
			"content": f"<p>Hello {self.mark}</p>{ATTACK}",
		}
		row = communications.row_of(values, frappe.utils.now_datetime())
		communications.insert([row])
		return row["name"]

	def take_away(self) -> None:
		frappe.db.rollback()
		frappe.db.delete("Communication", {"reference_name": self.lead})
		for doctype in (*CADENCE_ONES, "Cadence Version"):
			field = "cadence" if frappe.get_meta(doctype).has_field("cadence") else "visit_key"
			frappe.db.delete(doctype, {field: ("like", f"%{self.cadence.name}%")})
		frappe.db.delete("Cadence Visit", {"visit_key": ("like", f"{self.mark}%")})
		frappe.db.delete("Cadence Incoming Mail", {"enrollment": self.enrollment})
		frappe.db.delete("Cadence Follow-up", {"parent": self.cadence.name})
		frappe.db.delete("Cadence", {"name": self.cadence.name})
		for doctype in ("Contact", "Lead"):
			frappe.db.delete(doctype, {"last_name": self.mark})
		frappe.db.delete("__UserSettings", {"doctype": ("in", CADENCE_ONES)})
		frappe.db.commit()

	def tearDown(self) -> None:
		keep_picture(self.page, self._testMethodName)

	def visit(self, path: str) -> None:
		self.page.goto(f"{URL}{path}", wait_until="domcontentloaded")
		self.page.wait_for_function("() => window.frappe?.xcall && frappe.router?.current_route")

	def assert_nothing_ran(self, what: str) -> None:
		self.page.wait_for_timeout(700)  # as long as an image takes to fail
		self.assertFalse(self.page.evaluate("() => window.taken"), f"markup ran on {what}")

	def test_that_the_trap_works(self) -> None:
		"""The same page, with the same markup put into it by hand."""
		self.visit("/app/cadence")
		self.page.evaluate("text => { document.body.insertAdjacentHTML('beforeend', text) }", ATTACK)
		self.page.wait_for_function("() => window.taken")

	def test_forms(self) -> None:
		for doctype, name in self.made.items():
			with self.subTest(doctype):
				self.visit(f"/app/{frappe.scrub(doctype).replace('_', '-')}/{name}")
				self.page.wait_for_selector(".form-layout", state="attached")
				self.assert_nothing_ran(f"the form of {doctype}")

	def test_lists(self) -> None:
		for doctype in self.made:
			with self.subTest(doctype):
				self.visit(f"/app/{frappe.scrub(doctype).replace('_', '-')}")
				self.page.wait_for_selector(".frappe-list .list-row, .no-result", state="attached")
				self.assert_nothing_ran(f"the list of {doctype}")

	def test_report_views(self) -> None:
		for doctype in self.made:
			with self.subTest(doctype):
				fields = [f.fieldname for f in frappe.get_meta(doctype).fields if f.fieldtype in SHOWN]
				self.visit("/app/cadence")
				shown = {"fields": [[field, doctype] for field in ("name", *fields)], "filters": []}
				self.page.evaluate(SAVE, [doctype, shown])
				self.visit(f"/app/{frappe.scrub(doctype).replace('_', '-')}/view/report")
				self.page.wait_for_selector(".dt-row, .no-result", state="attached")
				self.assert_nothing_ran(f"the report view of {doctype}")

	def test_the_leads_timeline_and_section(self) -> None:
		self.visit(f"/app/lead/{self.lead}")
		self.page.wait_for_selector(f".timeline-message-box:has-text('Hello {self.mark}')", state="attached")
		self.page.wait_for_selector(".form-dashboard-cadences", state="attached")
		self.assert_nothing_ran("the lead's form")
