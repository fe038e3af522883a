"""Ready-made cadences on a site (S1.8), and the demo."""

import json
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from unittest.mock import patch

import frappe

from cadences_app import demo
from cadences_app.api.cadences import make_ready_made, ready_made
from cadences_app.api.trying import before_activation
from cadences_app.engine.content import MessageContent
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
		gateway = {
			"sms_gateway_url": "http://127.0.0.1:9/",
			"message_parameter": "t",
			"receiver_parameter": "n",
		}
		frappe.get_doc("SMS Settings").update(gateway).save()
		for name in ("Trade Show", "Outbound Qualification"):
			frappe.db.delete("Cadence", {"name": name})

	def test_each_one_is_a_draft_that_can_be_activated(self):
		"""S12: all fourteen, each for its own module; those for Leads for Frappe CRM's as well."""
		for key, ready in library.ready_cadences().items():
			for module in (ready.module, *library.ALSO_FOR.get(ready.module, {})):
				with self.subTest(key, module=module):
					self.needs(module)
					cadence = library.install(key, module, unique("Ready"))
					self.assertEqual((cadence.status, cadence.module), ("Draft", module))
					self.assertEqual(len(cadence.follow_ups), len(ready.follow_ups))
					fields = {row.to_field for row in cadence.follow_ups if row.channel == "Email"}
					self.assertTrue(all(frappe.get_meta(module).has_field(each) for each in fields), fields)
					self.assertEqual(activation.find_faults(definition_of(cadence)), [])
					activation.activate(cadence)

	def test_only_those_are_offered_whose_module_is_there(self):
		loan = library.ready_cadences()["loan_application"]
		self.assertEqual(library.modules_of(replace(loan, module="No Such DocType")), [])
		offered = {each["key"]: each["modules"] for each in ready_made()}
		there = {key: library.modules_of(each) for key, each in library.ready_cadences().items()}
		self.assertEqual(offered, {key: modules for key, modules in there.items() if modules})
		self.needs("Lead", "CRM Lead", "Opportunity", "CRM Deal")
		self.assertEqual(offered["trade_show"], ["Lead", "CRM Lead"])
		self.assertEqual(offered["loan_application"], ["Opportunity", "CRM Deal"])

	def test_where_there_is_one_app_only_it_is_for_the_modules_of_that(self):
		"""S1.8, S12: on a site without ERPNext a ready cadence is for the leads of Frappe CRM."""
		self.needs("CRM Lead")
		exists = frappe.db.exists

		def without_erpnext(doctype, name=None, *more, **options):
			return None if (doctype, name) == ("DocType", "Lead") else exists(doctype, name, *more, **options)

		with patch.object(frappe.db, "exists", without_erpnext):
			cadence = library.install("trade_show", name=unique("Ready"))
		self.assertEqual(cadence.module, "CRM Lead")

	def test_a_message_is_left_out_where_nothing_can_send_it_and_that_is_told(self):
		"""S3.10, S12."""
		self.needs("Appointment")
		frappe.db.set_single_value("SMS Settings", "sms_gateway_url", "")
		for key in ("appointment_reminders", "passport_and_visa"):
			frappe.clear_messages()
			cadence = library.install(key, name=unique("Ready"))
			self.assertNotIn("Message", [row.channel for row in cadence.follow_ups])
			[told] = [json.loads(each) if isinstance(each, str) else each for each in frappe.message_log]
			self.assertIn("SMS Settings name no gateway", told["message"])
			self.assertEqual(activation.find_faults(definition_of(cadence)), [])

	def test_nothing_follows_a_message_that_may_be_left_out(self):
		for key, ready in library.ready_cadences().items():
			messages = {each.key for each in ready.follow_ups if isinstance(each.content, MessageContent)}
			parents = {each.parent for each in ready.follow_ups}
			self.assertFalse(messages & parents, key)

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
					self.assertLessEqual(unknown, {"doc.organization", "doc.first_name"})

	def test_a_decision_is_told_as_the_status_stands(self):
		"""S12: of an application for a loan or a place; nothing is guessed where the status says nothing."""
		told = {
			"Loan: The Decision": ("approved", "cannot approve"),
			"Admissions: The Decision": ("welcome", "cannot"),
		}
		for ready in library.ready_cadences().values():
			library.make_templates(ready)
		for template, (yes, no) in told.items():
			for status in ("Converted", "Won", "Lost", "Open"):
				with self.subTest(template, status=status):
					doc = {"doc": frappe._dict(status=status, customer_name="Ada")}
					text = frappe.get_doc("Email Template", template).get_formatted_email(doc)["message"]
					self.assertEqual(yes in text, status in ("Converted", "Won"))
					self.assertEqual(no in text, status == "Lost")
					self.assertEqual("personally" in text, status == "Open")

	def test_links_that_nobody_filled_in_are_named_before_it_is_activated(self):
		"""S1.6: the templates link to example.com until somebody puts their own addresses in."""
		cadence = library.install("trade_show", "Lead", unique("Ready"))
		linked = {each for each in templates_of(cadence) if "example.com" in self.html_of(each)}
		self.assertGreater(len(linked), 2)
		told = before_activation(cadence.as_dict())["warnings"]
		self.assertEqual({each.partition(": it links")[0] for each in told}, self.named(linked))
		for template in linked:
			html = self.html_of(template).replace("https://example.com", "https://shop.seller.de/example")
			frappe.get_doc("Email Template", template).update({"use_html": 1, "response_html": html}).save()
		self.assertEqual(before_activation(cadence.as_dict())["warnings"], [])

	def html_of(self, template: str) -> str:
		return frappe.get_doc("Email Template", template).response_

	def named(self, templates: set[str]) -> set[str]:
		return {f"Email Template {each}" for each in templates}

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
