"""What ERPNext, Frappe CRM and plain Frappe mean by owner, contact and converted."""

import frappe

from cadences_app import neighbours
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import REP, make_crm_lead, make_lead, make_reps


def row_of(doc):
	return frappe._dict(doc.as_dict(no_nulls=False), doctype=doc.doctype)


def converted(*docs):
	doctype = docs[0].doctype
	return neighbours.of(doctype).converted(doctype, {each.name: row_of(each) for each in docs})


class NeighbourTestCase(SiteTestCase):
	app = "frappe"

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		frappe.set_user("Administrator")
		if self.app not in frappe.get_installed_apps():
			self.skipTest(f"{self.app} is not installed")


class TestERPNext(NeighbourTestCase):
	app = "erpnext"

	def make_opportunity(self, **fields):
		values = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": make_lead().name}
		return frappe.get_doc(values | fields).insert()

	def make_customer(self, lead):
		values = {"doctype": "Customer", "customer_name": builders.unique("Customer"), "lead_name": lead.name}
		return frappe.get_doc(values).insert()

	def test_a_lead_is_converted_by_its_status_or_by_a_customer_made_of_it(self):
		plain, by_status, by_customer = make_lead(), make_lead(), make_lead()
		by_status.db_set("status", "Converted")
		self.make_customer(by_customer)

		self.assertEqual(converted(plain, by_status, by_customer), {by_status.name, by_customer.name})

	def test_an_opportunity_is_converted_by_its_status(self):
		still, won = self.make_opportunity(), self.make_opportunity()
		won.db_set("status", "Converted")

		self.assertEqual(converted(still, won), {won.name})

	def test_a_customer_points_to_the_lead_behind_it(self):
		lead = make_lead()

		self.assertEqual(neighbours.records_behind(self.make_customer(lead)), [("Lead", lead.name)])
		self.assertEqual(neighbours.records_behind(lead), [])

	def test_opportunities_are_deals_and_leads_are_not(self):
		self.assertTrue(neighbours.of("Opportunity").is_deal("Opportunity"))
		self.assertFalse(neighbours.of("Lead").is_deal("Lead"))

	def test_the_owner_of_a_lead_is_its_lead_owner_else_who_made_it(self):
		self.assertEqual(neighbours.of("Lead").owner_of(row_of(make_lead(lead_owner=REP))), REP)
		unowned = frappe._dict(doctype="Lead", name="x", lead_owner=None, owner=REP)
		self.assertEqual(neighbours.of_row(unowned).owner_of(unowned), REP)

	def test_do_not_contact_and_unsubscribed_are_respected(self):
		lead = neighbours.of("Lead")
		self.assertTrue(lead.may_be_contacted({"status": "Open", "unsubscribed": 0}))
		self.assertFalse(lead.may_be_contacted({"status": "Do Not Contact"}))
		self.assertFalse(lead.may_be_contacted({"status": "Open", "unsubscribed": 1}))

	def test_a_contact_stands_for_what_it_links_to_and_for_what_links_to_it(self):
		lead = make_lead()
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Konrad"})
		contact.append("links", {"link_doctype": "Lead", "link_name": lead.name})
		contact.insert()
		opportunity = self.make_opportunity(contact_person=contact.name)

		found = neighbours.records_of_contacts([contact.name], ["Contact", "Lead", "Opportunity"])

		for record in (("Contact", contact.name), ("Lead", lead.name), ("Opportunity", opportunity.name)):
			self.assertIn(record, found)
		self.assertEqual(neighbours.records_of_contacts([contact.name], ["Lead"]), {("Lead", lead.name)})
		self.assertEqual(neighbours.records_of_contacts([], ["Lead"]), set())


class TestFrappeCRM(NeighbourTestCase):
	app = "crm"

	def test_a_crm_lead_is_converted_by_its_tick_box(self):
		still, gone = make_crm_lead(), make_crm_lead()
		gone.db_set("converted", 1)

		self.assertEqual(converted(still, gone), {gone.name})

	def test_a_crm_deal_is_converted_once_it_is_won(self):
		won = frappe.get_all("CRM Deal Status", pluck="name")
		neighbour = neighbours.of("CRM Deal")
		rows = {name: frappe._dict(doctype="CRM Deal", status=name) for name in won}

		self.assertEqual(neighbour.converted("CRM Deal", rows), {"Won"})

	def test_its_tasks_are_crm_tasks(self):
		self.assertEqual(neighbours.of("CRM Lead").task_doctype, "CRM Task")
		self.assertEqual(neighbours.of("Lead").task_doctype, "ToDo")


class TestPlainFrappe(NeighbourTestCase):
	def test_a_doctype_that_nobody_knows_goes_by_frappes_conventions(self):
		plain = neighbours.of("Note")
		row = frappe._dict(doctype="Note", name="n1", title="Hello", owner=REP, email_id="a@example.com")

		self.assertEqual(plain.owner_of(row), REP)
		self.assertEqual(plain.title_of(row), "Hello")
		self.assertEqual(plain.email_of(row), "a@example.com")
		self.assertEqual(plain.contact_of(row), "")
		self.assertFalse(plain.is_deal("Note"))

	def test_a_contact_is_its_own_contact(self):
		self.assertEqual(neighbours.of("Contact").contact_of({"doctype": "Contact", "name": "Ada"}), "Ada")

	def test_status_converted_means_converted_anywhere(self):
		rows = {"a": {"status": "Converted"}, "b": {"status": "Open"}, "c": {}}

		self.assertEqual(neighbours.of("Note").converted("Note", rows), {"a"})

	def test_whose_a_record_is_and_whether_it_is_converted_is_watched(self):
		watched = neighbours.of("Lead").watched_fields()

		self.assertLessEqual({"status", "converted", "owner", "lead_owner"}, watched)
