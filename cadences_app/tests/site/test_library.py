"""Ready-made cadences on a site (S1.8), and the demo."""

from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from unittest.mock import patch

import frappe

from cadences_app import demo
from cadences_app.api.cadences import make_ready_made, ready_made
from cadences_app.enrolling import activation, library
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.store.templates import fields_used
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user
from cadences_app.tests.site.builders import unique
from cadences_app.tests.site.smtp import make_account
from cadences_app.tests.site.sweeping import SweptTestCase

MANAGER = "manager@cadences.example"


def known(meta, field: str) -> bool:
	return meta.has_field(field) or field == "name"


def templates_of(cadence) -> set[str]:
	found = set()
	for row in cadence.follow_ups:
		lines = [row.email_template, *(row.more_templates or "").splitlines()]
		found |= {line.rsplit("|", 1)[0].strip() for line in lines if line}
	return found


class TestLibrary(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		builders.make_reps()
		if not frappe.db.exists("User", MANAGER):  # it stays on the site, since making users takes long
			make_user(MANAGER, "Cadence Manager")
			frappe.db.commit()

	def setUp(self):
		frappe.set_user("Administrator")
		make_account(25)
		for name in ("Trade Show", "Outbound Qualification"):
			frappe.db.delete("Cadence", {"name": name})

	def test_each_one_is_a_draft_that_can_be_activated(self):
		"""S12: all fourteen, each for its own module; those for Leads for Frappe CRM's as well."""
		for key, ready in library.ready_cadences().items():
			modules = (ready.module, "CRM Lead") if ready.module == "Lead" else (ready.module,)
			for module in modules:
				with self.subTest(key, module=module):
					if module != "Lead":
						self.needs(module)
					cadence = library.install(key, module, unique("Ready"))
					self.assertEqual((cadence.status, cadence.module), ("Draft", module))
					self.assertEqual(len(cadence.follow_ups), len(ready.follow_ups))
					fields = {row.to_field for row in cadence.follow_ups if row.channel == "Email"}
					self.assertTrue(all(frappe.get_meta(module).has_field(each) for each in fields), fields)
					self.assertEqual(activation.find_faults(definition_of(cadence)), [])
					activation.activate(cadence)

	def test_only_those_are_offered_whose_module_is_there(self):
		trade_show = library.ready_cadences()["trade_show"]
		self.assertTrue(library.is_offered(trade_show))
		self.assertFalse(library.is_offered(replace(trade_show, module="No Such DocType")))
		offered = {each["key"] for each in ready_made()}
		there = {key for key, each in library.ready_cadences().items() if library.is_offered(each)}
		self.assertEqual(offered, there)

	def test_their_templates_render_with_what_their_module_has(self):
		"""S12, S3.11: every field that a template names is one of the module's."""
		for key, ready in library.ready_cadences().items():
			self.needs(ready.module)
			meta = frappe.get_meta(ready.module)
			for template in sorted(library.templates_of(ready)):
				with self.subTest(key, template=template):
					texts = library.shipped_templates()[template]
					used = fields_used(texts["subject"]) | fields_used(texts["html"])
					unknown = {
						each
						for each in used
						if each.startswith("doc.") and not known(meta, each.partition(".")[2])
					}
					self.assertLessEqual(unknown, {"doc.organization"})

	def test_a_manager_makes_one_over_rest(self):
		with as_user(MANAGER):
			offered = {each["key"]: each for each in ready_made()}
			name = make_ready_made("trade_show", unique("Show"), "Lead")
		self.assertEqual(offered["trade_show"]["follow_ups"], 7)
		self.assertEqual(frappe.db.get_value("Cadence", name, ["status", "module"]), ("Draft", "Lead"))

	def test_who_may_not_make_cadences_gets_none(self):
		builders.make_reps()
		with as_user(builders.REP), self.assertRaises(frappe.PermissionError):
			make_ready_made("trade_show", unique("Show"), "Lead")

	def test_it_brings_the_templates_that_are_missing(self):
		frappe.db.delete("Email Template", {"name": ("like", "Trade Show%")})
		cadence = library.install("trade_show", name=unique("Ready"))
		for name in templates_of(cadence):
			template = frappe.get_doc("Email Template", name)
			self.assertTrue(template.subject and template.response_html and template.use_html)

	def test_templates_that_exist_stay_as_they_are(self):
		cadence = library.install("trade_show", name=unique("Ready"))
		name = sorted(templates_of(cadence))[0]
		frappe.db.set_value("Email Template", name, "subject", "Our own words")
		library.install("trade_show", name=unique("Ready"))
		self.assertEqual(frappe.db.get_value("Email Template", name, "subject"), "Our own words")

	def test_it_keeps_its_own_name_and_module_unless_told_otherwise(self):
		cadence = library.install("trade_show")
		self.assertEqual((cadence.name, cadence.module), ("Trade Show", "Lead"))
		with self.assertRaises((frappe.DuplicateEntryError, frappe.UniqueValidationError)):
			library.install("trade_show")

	def test_an_unknown_one_is_refused(self):
		with self.assertRaisesRegex(frappe.ValidationError, "no ready-made cadence spam"):
			library.install("spam")

	def test_who_manages_cadences_may_install_them_others_may_not(self):
		frappe.db.delete("Email Template", {"name": ("like", "Trade Show%")})
		with as_user(builders.REP), self.assertRaises(frappe.PermissionError):
			library.install("trade_show", name=unique("Ready"))
		with as_user(MANAGER):
			cadence = library.install("trade_show", name=unique("Ready"))
		self.assertEqual(cadence.owner, MANAGER)
		self.assertTrue(all(frappe.db.exists("Email Template", name) for name in templates_of(cadence)))


class TestDemo(SweptTestCase):
	def setUp(self):
		super().setUp()
		if frappe.db.exists("Cadence", {"name": ("in", ("Trade Show", "Outbound Qualification"))}):
			self.skipTest("the demo is on this site already")
		rows = demo._read_leads()
		self.assertEqual(len(rows), 40)
		[nameless] = [row for row in rows if not row["email_id"]]
		self.rows = [*rows[:5], nameless]

	def install(self) -> str:
		told = StringIO()
		with patch.object(demo, "_read_leads", return_value=self.rows), redirect_stdout(told):
			demo.install_demo()
		return told.getvalue()

	def assert_installed_once(self, doctype: str) -> None:
		told = self.install()
		self.assertIn("6 leads are enrolled in 2 cadences", told)
		counted = counts(doctype)
		self.assertEqual(self.install().splitlines()[:5], told.splitlines()[:5])
		self.assertEqual(counts(doctype), counted)
		self.assertEqual([counted["Trade Show"], counted["Outbound Qualification"]], [3, 3])

	def test_a_second_time_changes_nothing(self):
		self.assert_installed_once("Lead")

	def test_nor_where_there_is_frappe_crm_alone(self):
		self.needs("CRM Lead")
		with patch.object(demo, "_lead_doctype", return_value=("CRM Lead", "email")):
			self.assert_installed_once("CRM Lead")

	def test_a_lead_without_an_address_is_not_taken_for_another_one(self):
		nobody = builders.make_lead(first_name="Nobody", email_id="")
		self.install()
		self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": nobody.name}))
		[row] = [row for row in self.rows if not row["email_id"]]
		named = {"first_name": row["first_name"], "last_name": row["last_name"]}
		self.assertEqual(frappe.db.count("Lead", named), 1)


def counts(doctype: str) -> dict[str, int]:
	made = ("Cadence", "Cadence Version", "Cadence Enrollment", "Cadence Activity", "Email Template")
	in_cadences = {
		name: frappe.db.count("Cadence Enrollment", {"cadence": name})
		for name in ("Trade Show", "Outbound Qualification")
	}
	return {each: frappe.db.count(each) for each in (doctype, *made)} | in_cadences
