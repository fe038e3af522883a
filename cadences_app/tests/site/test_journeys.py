"""Journeys: people go from record to record through stages of different modules (S9.5)."""

import json
import time
from typing import Any
from unittest import SkipTest, mock

import frappe
from frappe.utils import now_datetime

from cadences_app.api import audience
from cadences_app.api import journeys as api
from cadences_app.enrolling import activation, library
from cadences_app.journeys import beginning, rules
from cadences_app.runtime import document_events, journey_job, long_jobs
from cadences_app.tests.site import builders, selling
from cadences_app.tests.site.base import as_user, make_user
from cadences_app.tests.site.builders import COLLEAGUE, GONE, REP, call, make_reps, task
from cadences_app.tests.site.outbox import OutboxTestCase

OPEN_ORDER = [["status", "in", ["To Deliver and Bill", "To Deliver"]]]
SUBMITTED = [["docstatus", "=", 1]]
DELIVERED = [*SUBMITTED, ["is_return", "=", 0]]
RETURNED = [*SUBMITTED, ["is_return", "=", 1]]


def stage(key: str, module: str, conditions: list | None = None, following: str = "", **more: Any) -> dict:
	values = {"stage_key": key, "title": key.replace("_", " ").title(), "module": module}
	return {**values, "conditions": json.dumps(conditions or []), "next_stages": following, **more}


class JourneyTestCase(OutboxTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		make_reps()

	def setUp(self) -> None:
		super().setUp()
		rules.forget()
		self.addCleanup(self.forget_journeys)

	def forget_journeys(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for name in frappe.get_all("Cadence Journey", pluck="name"):
			frappe.delete_doc("Cadence Journey", name, force=True)
		frappe.db.delete("Cadence Journey Change")
		frappe.db.commit()

	def make_journey(self, *stages: dict, **fields: Any) -> Any:
		values = {"doctype": "Cadence Journey", "journey_name": builders.unique("Journey")}
		doc = frappe.get_doc({**values, "run_as": "Administrator", "stages": list(stages), **fields}).insert()
		frappe.db.commit()
		return doc

	def go_on(self) -> int:
		"""What the workers do once the user's transaction is committed."""
		frappe.db.commit()
		done = journey_job.work()
		self.decide()
		return done

	def way(self, record: Any) -> list[str]:
		return [each["stage"] for each in api.of_record(record.doctype, record.name)]

	def at(self, record: Any) -> str:
		[present] = [each for each in api.of_record(record.doctype, record.name) if not each["left_at"]]
		return present["stage"]

	def state(self, cadence: Any, record: Any) -> str | None:
		of_record = {"cadence": cadence.name, "reference_name": record.name}
		return frappe.db.get_value("Cadence Enrollment", of_record, "status")

	def assertMapIsRight(self, journey: Any) -> None:
		"""The map's figures equal a recount by plain SQL."""
		drawn = api.map(journey.name)
		rows = frappe.db.sql(
			"select stage, reference_name, entered_at, left_at, next_stage, visit, chain "
			"from `tabCadence Journey Passage` where journey = %s",
			journey.name,
			as_dict=True,
		)
		for each in drawn["stages"]:
			visits = [row for row in rows if row.stage == each["key"]]
			here = [row for row in visits if row.left_at is None]
			left = [row for row in visits if row.left_at]
			self.assertEqual(each["entered"], len(visits), each)
			self.assertEqual(each["here"], len(here), each)
			self.assertEqual(each["since"], min((row.entered_at for row in here), default=None), each)
			self.assertEqual(
				each["dropped"] + each["ended"], len([row for row in left if not row.next_stage]), each
			)
			seconds = [int((row.left_at - row.entered_at).total_seconds()) for row in left]
			if seconds:
				self.assertAlmostEqual(each["seconds"], sum(seconds) / len(seconds), places=2)
		followed = {(row.chain, row.visit): row.stage for row in rows}
		for row in rows:
			self.assertEqual(row.next_stage or None, followed.get((row.chain, row.visit + 1)))
		for way in drawn["ways"]:
			count = len([r for r in rows if (r.stage, r.next_stage) == (way["from"], way["to"])])
			self.assertEqual(way["count"], count)
		self.assertEqual(sum(way["count"] for way in drawn["ways"]), len([r for r in rows if r.next_stage]))


class TestSelling(JourneyTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		if frappe.db.get_value("DocType", "Sales Order", "custom") != 0:
			raise SkipTest("no app brings Sales Order to this site")

	def setUp(self) -> None:
		super().setUp()
		began = now_datetime()
		self.addCleanup(selling.remove_made_since, began)
		selling.make_fiscal_year()
		self.item = selling.make_item()

	def test_website_lead_to_delivered_order(self):
		"""S9.5: Lead, Opportunity, Quotation, Sales Order, Delivery Note, followed by their links."""
		welcome = builders.make_cadence(task("greet"))
		offer = builders.make_cadence(task("offer", subject="Offer"), module="Opportunity")
		journey = self.make_journey(
			stage("lead", "Lead", [["status", "=", "Lead"]], "opportunity", is_first=1, cadence=welcome.name),
			stage("opportunity", "Opportunity", [["status", "!=", "Lost"]], "quotation", cadence=offer.name),
			stage("quotation", "Quotation", SUBMITTED, "ordered"),
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered"),
			stage("delivered", "Delivery Note", DELIVERED, responsible=COLLEAGUE),
		)
		lead, lost = self.make_lead(company_name="Acme"), self.make_lead()
		self.go_on()
		self.assertEqual((self.at(lead), self.state(welcome, lead)), ("lead", "Active"))
		lost.update({"status": "Do Not Contact"}).save()

		opportunity = selling.make_opportunity(lead)
		self.go_on()
		self.assertEqual(self.at(lead), "opportunity")
		self.assertEqual(self.state(welcome, lead), "Stopped")
		self.assertEqual(self.state(offer, opportunity), "Active")

		quotation = selling.make_quotation(opportunity, self.item)
		self.go_on()
		self.assertEqual(self.state(offer, opportunity), "Stopped")
		order = selling.order_quotation(quotation)
		self.go_on()
		note = selling.deliver(order)
		self.go_on()
		expected = ["lead", "opportunity", "quotation", "ordered", "delivered"]
		self.assertEqual(self.way(lead), expected)
		self.assertEqual(self.way(note), expected)
		given = {"reference_type": "Delivery Note", "reference_name": note.name, "allocated_to": COLLEAGUE}
		self.assertEqual(frappe.db.count("ToDo", given), 1)
		[first, *_rest] = api.map(journey.name)["stages"]
		self.assertEqual((first["entered"], first["dropped"], first["here"]), (2, 1, 0))
		self.assertMapIsRight(journey)

	def test_documents_made_before_a_worker_came(self):
		"""S9.5: what counts is how a record was when it was saved, not when it is looked at."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered", is_first=1),
			stage("delivered", "Delivery Note", DELIVERED),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		note = selling.deliver(order)
		self.go_on()
		self.assertEqual(self.way(note), ["ordered", "delivered"])
		self.assertMapIsRight(journey)

	def test_an_order_left_unpaid(self):
		"""S9.5: mail, mail, call, back to payment."""
		template = self.make_template("Unpaid: {{ doc.name }}", "<p>{{ doc.outstanding_amount }}</p>")
		mail = {"to_field": "contact_email", "variants": [{"template": template}]}
		reminders = builders.make_cadence(
			self.email("first", **mail),
			self.email("second", "first", **mail),
			call("ring", "second", subject="Ring about {{ doc.name }}"),
			module="Sales Invoice",
		)
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "unpaid\npaid", is_first=1),
			stage("unpaid", "Sales Invoice", [["status", "=", "Overdue"]], "paid", cadence=reminders.name),
			stage("paid", "Sales Invoice", [["status", "=", "Paid"]], "unpaid"),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		self.go_on()
		bill = selling.invoice(order, contact_email="buyer@buyer.example")
		self.go_on()
		self.assertEqual(self.way(bill), [])
		# ERPNext's own job of the day writes the status in one statement, without a document event.
		frappe.db.sql("update `tabSales Invoice` set status = 'Overdue' where name = %s", bill.name)
		frappe.db.commit()
		journey_job.sweep()
		self.go_on()
		self.assertEqual(self.at(bill), "unpaid")
		self.assertEqual(self.state(reminders, bill), "Active")
		[enrollment] = frappe.get_all("Cadence Enrollment", {"reference_name": bill.name}, pluck="name")
		for _mail in ("first", "second"):
			self.work()
			self.decide()
		self.assertTrue(builders.activity(enrollment, "second").carried_out_at)
		self.assertEqual(builders.made_for(enrollment, "ring").subject, f"Ring about {bill.name}")

		selling.pay(bill)
		self.go_on()
		self.assertEqual(self.way(bill), ["ordered", "unpaid", "paid"])
		self.assertEqual(self.state(reminders, bill), "Stopped")
		self.assertMapIsRight(journey)

	def test_an_order_returned_opens_the_sale_again(self):
		"""S9.5: a return Delivery Note, with a task each for logistics, payment and delivery."""
		draft = library.install("order_return", name=builders.unique("Return"))
		people = {"pick_up": REP, "refund": COLLEAGUE, "exchange": "Administrator"}
		for row in draft.follow_ups:
			if row.follow_up_key in people:
				row.update({"assignee_kind": "User", "assignee_users": people[row.follow_up_key]})
		draft.save()
		activation.activate(draft)
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered", is_first=1),
			stage("delivered", "Delivery Note", DELIVERED, "returned"),
			stage("returned", "Delivery Note", RETURNED, "delivered,ordered", cadence=draft.name),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		self.go_on()
		note = selling.deliver(order)
		self.go_on()
		self.assertEqual(self.at(order), "delivered")

		returned = selling.take_back(note)
		self.go_on()
		self.assertEqual(self.at(order), "returned")
		[enrollment] = frappe.get_all("Cadence Enrollment", {"reference_name": returned.name}, pluck="name")
		pick_up = builders.made_for(enrollment, "pick_up")
		self.assertEqual(pick_up.allocated_to, REP)
		pick_up.update({"status": "Closed"}).save()
		self.decide()
		while not all(builders.activity(enrollment, key).activity_name for key in people):
			with builders.at(builders.state(enrollment).next_due_at):
				self.decide()
		given = {key: builders.made_for(enrollment, key).allocated_to for key in people}
		self.assertEqual(given, people)
		note.reload()
		note.db_set("instructions", "the old delivery is saved again")
		self.go_on()
		self.assertEqual(self.at(order), "returned")

		order.reload()
		again = selling.deliver(order)
		self.go_on()
		self.assertEqual(self.way(again), ["ordered", "delivered", "returned", "delivered"])
		self.assertEqual(self.state(draft, returned), "Stopped")
		self.assertMapIsRight(journey)

	def test_an_amended_order_goes_on_where_the_cancelled_one_was(self):
		"""S9.5: who cancels and amends has not lost the sale, nor begun another one."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered", is_first=1),
			stage("delivered", "Delivery Note", DELIVERED),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		self.go_on()
		order.reload()
		order.cancel()
		self.go_on()
		self.assertEqual(api.map(journey.name)["stages"][0]["dropped"], 1)
		amended = frappe.copy_doc(order)
		amended.update({"docstatus": 0, "amended_from": order.name})
		amended.insert().submit()
		self.go_on()
		self.assertEqual(self.at(amended), "ordered")
		note = selling.deliver(amended)
		self.go_on()
		self.assertEqual(self.way(note), ["ordered", "ordered", "delivered"])
		self.assertEqual(self.way(order), self.way(note))
		[ordered, _delivered] = api.map(journey.name)["stages"]
		self.assertEqual((ordered["here"], ordered["dropped"], ordered["entered"]), (0, 0, 2))
		self.assertMapIsRight(journey)

	def test_two_companies_and_two_currencies(self):
		"""S9.5: a customer orders from both, once in foreign money; each way keeps to its order."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered\nbilled", is_first=1),
			stage("delivered", "Delivery Note", DELIVERED, "billed"),
			stage("billed", "Sales Invoice", SUBMITTED),
		)
		customer = selling.make_customer()
		foreign = {"currency": "USD", "conversion_rate": 2, "plc_conversion_rate": 2}
		at_home = selling.order_for(customer, self.item, **foreign)
		abroad = selling.order_for(customer, self.item, company=selling.company_of("Ireland", "EUR"))
		self.assertNotEqual((at_home.company, at_home.currency), (abroad.company, abroad.currency))
		self.go_on()
		self.assertMapIsRight(journey)
		note = selling.deliver(abroad)
		self.go_on()
		self.assertEqual((self.way(note), self.way(at_home)), (["ordered", "delivered"], ["ordered"]))
		self.assertMapIsRight(journey)
		bill = selling.invoice(at_home, debit_to=selling.debtors_in(at_home.company, "USD"))
		self.assertEqual(bill.currency, "USD")
		self.go_on()
		self.assertEqual(self.way(bill), ["ordered", "billed"])
		self.assertEqual(self.way(abroad), ["ordered", "delivered"])
		self.assertMapIsRight(journey)

	def test_a_delivery_that_is_cancelled_and_made_again(self):
		"""S9.5: the map is right after each step, and says that nothing was lost."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered", is_first=1),
			stage("delivered", "Delivery Note", DELIVERED, "ordered"),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		self.go_on()
		note = selling.deliver(order)
		self.go_on()
		self.assertEqual(self.at(order), "delivered")
		self.assertMapIsRight(journey)
		note.reload()
		note.cancel()
		self.go_on()
		self.assertEqual(self.at(order), "ordered")
		self.assertMapIsRight(journey)
		order.reload()
		again = selling.deliver(order)
		self.go_on()
		self.assertEqual(self.way(again), ["ordered", "delivered", "ordered", "delivered"])
		self.assertMapIsRight(journey)

	def test_a_document_that_is_deleted_in_the_middle(self):
		"""S9.5: the sale goes on with the next document of the same kind, from where it was before."""
		journey = self.make_journey(
			stage("lead", "Lead", [], "opportunity", is_first=1),
			stage("opportunity", "Opportunity", [], "quotation\nopportunity"),
			stage("quotation", "Quotation", SUBMITTED),
		)
		lead = self.make_lead(company_name="Acme")
		self.go_on()
		first = selling.make_opportunity(lead)
		self.go_on()
		self.assertEqual(self.at(lead), "opportunity")
		frappe.delete_doc("Opportunity", first.name)
		self.go_on()
		[_lead, middle, _last] = api.map(journey.name)["stages"]
		self.assertEqual((middle["here"], middle["dropped"]), (0, 1))
		self.assertMapIsRight(journey)
		second = selling.make_opportunity(lead)
		self.go_on()
		self.assertMapIsRight(journey)
		quotation = selling.make_quotation(second, self.item)
		self.go_on()
		self.assertEqual(self.at(quotation), "quotation")
		[begun, middle, _last] = api.map(journey.name)["stages"]
		self.assertEqual((begun["entered"], middle["dropped"]), (1, 0))
		self.assertMapIsRight(journey)

	def test_a_document_of_nobody_begins_no_way_and_joins_none(self):
		"""S9.5: an issue without a customer belongs to no chain; where it may begin, it begins its own."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", SUBMITTED, "complaint", is_first=1),
			stage("complaint", "Issue", [["status", "=", "Open"]]),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		self.go_on()
		issue = frappe.get_doc({"doctype": "Issue", "subject": "Broken"}).insert()
		self.go_on()
		self.assertEqual((self.way(issue), self.way(order)), ([], ["ordered"]))
		self.assertMapIsRight(journey)
		own = self.make_journey(stage("asked", "Issue", [["status", "=", "Open"]], is_first=1))
		issue.save()
		self.go_on()
		self.assertEqual([each["stage"] for each in api.of_record("Issue", issue.name)], ["asked"])
		self.assertMapIsRight(own)
		self.assertEqual(frappe.db.count("Cadence Journey Change"), 0)

	def test_two_orders_of_a_customer_are_two_ways(self):
		"""S9.5: a delivery goes on with the order that it was made of."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", OPEN_ORDER, "delivered", is_first=1),
			stage("delivered", "Delivery Note", DELIVERED),
		)
		customer = selling.make_customer()
		one, other = (selling.order_for(customer, self.item) for _each in range(2))
		self.go_on()
		note = selling.deliver(one)
		self.go_on()
		self.assertEqual((self.way(note), self.way(other)), (["ordered", "delivered"], ["ordered"]))
		self.assertMapIsRight(journey)

	def test_a_credit_note_opens_the_sale_again(self):
		"""S9.5: loops go through an earlier stage, a visit each."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", [["status", "=", "To Deliver and Bill"]], "billed", is_first=1),
			stage("billed", "Sales Invoice", DELIVERED, "credited"),
			stage("credited", "Sales Invoice", RETURNED, "billed"),
		)
		order = selling.order_for(selling.make_customer(), self.item)
		bill = selling.invoice(order)
		self.go_on()
		selling.credit(bill)
		self.go_on()
		order.reload()
		selling.invoice(order)
		self.go_on()
		self.assertEqual(self.way(order), ["ordered", "billed", "credited", "billed"])
		self.assertMapIsRight(journey)

	def test_an_issue_belongs_to_its_customer(self):
		"""S9.5: it goes on with a chain of that customer that allows it, and begins none."""
		journey = self.make_journey(
			stage("ordered", "Sales Order", SUBMITTED, "complaint", is_first=1),
			stage("complaint", "Issue", [["status", "=", "Open"]]),
		)
		customer, other = selling.make_customer(), selling.make_customer()
		order, strange = (selling.order_for(each, self.item) for each in (customer, other))
		self.go_on()
		issue = frappe.get_doc({"doctype": "Issue", "subject": "Broken", "customer": customer}).insert()
		self.go_on()
		self.assertEqual(self.way(order), ["ordered", "complaint"])
		self.assertEqual(self.way(issue), ["ordered", "complaint"])
		self.assertEqual(self.way(strange), ["ordered"])
		self.assertMapIsRight(journey)


class TestMoving(JourneyTestCase):
	def two_stages(self, **fields: Any) -> Any:
		return self.make_journey(
			stage("new", "Lead", [["status", "=", "Lead"]], "open", is_first=1),
			stage("open", "Lead", [["status", "=", "Open"]], "new", **fields),
		)

	def test_a_lead_becomes_a_deal_in_frappe_crm(self):
		"""S9.5: CRM Lead to CRM Deal."""
		self.needs("CRM Lead", "CRM Deal")
		self.make_journey(
			stage("lead", "CRM Lead", [], "deal", is_first=1, responsible=REP), stage("deal", "CRM Deal")
		)
		lead = builders.make_crm_lead(email="grace@example.com", organization=None)
		self.go_on()
		lead.reload()
		self.assertEqual(lead.lead_owner, REP)
		from crm.fcrm.doctype.crm_lead.crm_lead import convert_to_deal

		deal = frappe.get_doc("CRM Deal", convert_to_deal(lead.name))
		self.go_on()
		self.assertEqual(self.way(deal), ["lead", "deal"])

	def test_a_link_rule_follows_modules_that_are_not_known(self):
		"""S9.5: the stage names the field in which its records name the record of the stage before."""
		self.make_journey(
			stage("lead", "Lead", [], "task", is_first=1),
			stage("task", "ToDo", [["priority", "=", "High"]], link_field="reference_name"),
		)
		lead = self.make_lead()
		self.go_on()
		values = {"doctype": "ToDo", "description": "x", "priority": "High", "reference_type": "Lead"}
		frappe.get_doc({**values, "reference_name": lead.name}).insert()
		self.go_on()
		self.assertEqual(self.way(lead), ["lead", "task"])

	def test_a_loop_ends_and_begins_the_cadence_each_time(self):
		"""S9.5: leaving ends the stage's cadence, entering restarts it."""
		cadence = builders.make_cadence(task("ring"))
		journey = self.two_stages(cadence=cadence.name)
		lead = self.make_lead()
		for status in ("Open", "Lead", "Open"):
			lead.update({"status": status}).save()
			self.go_on()
		self.assertEqual(self.way(lead), ["new", "open", "new", "open"])
		[row] = frappe.get_all("Cadence Enrollment", {"reference_name": lead.name}, ["status", "run"])
		self.assertEqual((row.status, row.run), ("Active", 2))
		self.assertMapIsRight(journey)

	def test_a_fast_loop_restarts_too(self):
		"""S9.5: left and entered again before a worker decided on the stop."""
		cadence = builders.make_cadence(task("ring"))
		self.two_stages(cadence=cadence.name)
		lead = self.make_lead(status="Lead")
		lead.update({"status": "Open"}).save()
		self.go_on()
		for status in ("Lead", "Open"):
			lead.update({"status": status}).save()
		self.go_on()
		[row] = frappe.get_all("Cadence Enrollment", {"reference_name": lead.name}, ["status", "run"])
		self.assertEqual((row.status, row.run), ("Active", 2))

	def test_who_was_there_before_begins_by_a_job_that_can_be_stopped(self) -> None:
		self.needs("Opportunity")
		early = [self.make_lead(city="Bonn") for _each in range(5)]
		self.make_lead(city="Ulm")
		conditions = [["city", "=", "Bonn"], ["name", "in", [each.name for each in early]]]
		journey = self.make_journey(
			stage("lead", "Lead", conditions, "opportunity", is_first=1), stage("opportunity", "Opportunity")
		)
		early[0].save()
		self.go_on()
		self.assertEqual(self.way(early[0]), ["lead"])
		self.assertEqual(api.present(journey.name)["waiting"], 4)
		small = mock.patch.object(beginning, "CHUNK", 2)
		small.start()
		self.addCleanup(small.stop)
		job = api.begin(journey.name)
		self.assertEqual((job["status"], job["total"]), ("Queued", 4))
		self.assertRaises(frappe.ValidationError, api.begin, journey.name)
		frappe.db.set_value("Cadence Job", job["name"], "status", "Running")
		row = frappe.get_doc("Cadence Job", job["name"])
		self.assertTrue(long_jobs._take_step(row, time.monotonic() + 60))
		audience.stop(job["name"])
		long_jobs.take_on(job["name"], frappe.db.commit)
		self.go_on()
		self.assertEqual(api.present(journey.name)["waiting"], 2)
		self.assertEqual(audience.progress(job["name"])["done"], 2)
		audience.go_on(job["name"])
		long_jobs.take_on(job["name"], frappe.db.commit)
		self.go_on()
		told = api.present(journey.name)
		self.assertEqual((told["waiting"], told["job"]["status"], told["job"]["done"]), (0, "Done", 4))
		self.assertEqual([self.way(each) for each in early], [["lead"]] * 5)
		self.assertMapIsRight(journey)
		self.assertRaises(frappe.ValidationError, api.begin, journey.name)

	def test_a_job_that_runs_twice_changes_nothing(self):
		"""S15.2: once, whatever happens."""
		self.two_stages()
		lead = self.make_lead()
		frappe.db.commit()
		change = frappe.get_last_doc("Cadence Journey Change", {"reference_name": lead.name})
		self.go_on()
		again = frappe.copy_doc(change)
		again.insert(ignore_permissions=True)
		self.assertGreater(self.go_on(), 0)
		self.assertEqual(self.go_on(), 0)
		self.assertEqual(self.way(lead), ["new"])

	def test_who_is_no_longer_in_a_stage_dropped_out_and_may_come_back(self):
		journey = self.two_stages()
		lead = self.make_lead()
		self.go_on()
		lead.update({"status": "Do Not Contact"}).save()
		self.go_on()
		[new, _open] = api.map(journey.name)["stages"]
		self.assertEqual((new["here"], new["dropped"]), (0, 1))
		lead.update({"status": "Lead"}).save()
		self.go_on()
		[new, _open] = api.map(journey.name)["stages"]
		self.assertEqual((new["here"], new["dropped"], new["entered"]), (1, 0, 2))
		self.assertMapIsRight(journey)

	def test_a_deleted_record_leaves_and_its_name_begins_anew(self):
		journey = self.two_stages()
		lead = self.make_lead()
		self.go_on()
		frappe.delete_doc("Lead", lead.name)
		self.go_on()
		self.assertEqual(api.map(journey.name)["stages"][0]["here"], 0)
		again = self.make_lead()  # a naming series that is undone gives the name once more
		if again.name != lead.name:
			frappe.rename_doc("Lead", again.name, lead.name)
		frappe.get_doc("Lead", lead.name).save()
		self.go_on()
		self.assertEqual(api.map(journey.name)["stages"][0]["here"], 1)

	def test_a_renamed_record_keeps_its_journey(self):
		"""Also where Frappe found out from before it which DocTypes journeys are about."""
		for doctype in ("Cadence Journey Passage", "Cadence Journey Change"):
			frappe.cache.set_value(f"dynamic_link_map::{doctype}::reference_doctype", [])
		self.two_stages()
		lead = self.make_lead()
		self.go_on()
		renamed = frappe.get_doc("Lead", frappe.rename_doc("Lead", lead.name, builders.unique("Renamed")))
		renamed.update({"status": "Open"}).save()
		self.go_on()
		self.assertEqual(self.way(renamed), ["new", "open"])

	def test_a_save_without_stages_asks_nothing(self):
		self.two_stages()
		note = frappe.get_doc({"doctype": "Note", "title": "x"})
		rules.enabled()
		with self.assertQueryCount(0):
			document_events._observe(note, lambda: list(document_events._observers_for_journeys(note)))

	def test_a_broken_journey_breaks_no_save_and_no_other_journey(self):
		"""S9.5: a fault of ours is undone alone."""
		broken = self.two_stages()
		other = self.two_stages(cadence="")
		frappe.db.set_value("Cadence Journey", broken.name, "run_as", GONE)
		rules.forget()
		lead = self.make_lead()
		self.go_on()
		self.assertEqual(api.map(other.name)["stages"][0]["here"], 1)
		self.assertEqual(api.map(broken.name)["stages"][0]["here"], 0)
		[change] = frappe.get_all("Cadence Journey Change", {"journey": broken.name}, ["name", "error"])
		self.assertIn(GONE, change.error)
		frappe.db.set_value("Cadence Journey", broken.name, "run_as", "Administrator")
		rules.forget()
		api.try_again(change.name)
		self.go_on()
		self.assertEqual(api.map(broken.name)["stages"][0]["here"], 1)
		stages = frappe.get_all("Cadence Journey Stage", {"parent": other.name}, pluck="name")
		frappe.db.set_value("Cadence Journey Stage", stages[0], "conditions", '[["nowhere", "=", 1]]')
		rules.forget()
		lead.update({"status": "Open"}).save()
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "status"), "Open")

	def test_a_change_that_is_tried_again_is_of_the_record_as_it_is_now(self):
		"""A later change may have been worked on since: what was met before it is met no more."""
		journey = self.two_stages()
		lead = self.make_lead()
		frappe.db.set_value("Cadence Journey Change", {"journey": journey.name}, "error", "set aside")
		frappe.db.commit()
		lead.update({"status": "Open"}).save()
		self.go_on()
		before = self.way(lead)
		[change] = frappe.get_all("Cadence Journey Change", {"journey": journey.name}, pluck="name")
		api.try_again(change)
		self.go_on()
		self.assertEqual(self.way(lead), before)
		self.assertFalse(frappe.db.exists("Cadence Journey Change", {"journey": journey.name}))

	def test_what_can_not_be_done_is_told_and_the_stage_entered(self):
		cadence = builders.make_cadence(task("ring"))
		journey = self.two_stages(cadence=cadence.name)
		activation.deactivate(cadence)
		lead = self.make_lead()
		self.go_on()
		lead.update({"status": "Open"}).save()
		self.go_on()
		[row] = api.records(journey.name, "open")
		self.assertIn("not active", row["problem"])


class TestRights(JourneyTestCase):
	def test_a_journey_acts_as_oneself(self):
		"""S14.1a: nobody makes a journey act as somebody else."""
		manager = make_user("journey-manager@example.com", "Cadence Manager", "Sales User")
		with as_user(manager):
			with self.assertRaises(frappe.PermissionError):
				self.make_journey(stage("new", "Lead"), run_as="Administrator")
			self.make_journey(stage("new", "Lead"), run_as=manager)

	def test_a_journey_takes_only_what_its_user_may_read(self):
		"""S14.1: as whoever enrolls."""
		manager = make_user("journey-blind@example.com", "Cadence Manager")
		journey = self.make_journey(stage("new", "Lead"), run_as=manager)
		self.make_lead()
		self.go_on()
		self.assertEqual(api.map(journey.name)["stages"][0]["entered"], 0)

	def test_nobody_sees_a_record_that_they_may_not_read(self):
		"""S14.1"""
		journey = self.make_journey(stage("new", "Lead"))
		lead = self.make_lead()
		self.go_on()
		stranger = make_user("journey-stranger@example.com", "Cadence User")
		manager = make_user("journey-blind@example.com", "Cadence Manager")
		with as_user(stranger):
			self.assertEqual(frappe.get_list("Cadence Journey Passage"), [])
			for ask in (lambda: api.map(journey.name), lambda: api.of_record("Lead", lead.name)):
				with self.assertRaises(frappe.PermissionError):
					ask()
		with as_user(manager):
			self.assertEqual(api.records(journey.name, "new"), [])
			self.assertEqual(api.map(journey.name)["stages"][0]["here"], 1)
			with self.assertRaises(frappe.PermissionError):
				api.of_record("Lead", lead.name)

	def test_who_has_nothing_to_do_with_journeys_is_told_of_none(self):
		"""S14.1: anybody who can log in may read a Contact of their own, a customer of the shop too."""
		journey = self.make_journey(stage("new", "Lead"))
		lead = self.make_lead()
		self.go_on()
		visitor = make_user("journey-visitor@example.com", "Sales User")
		for role, told in (("Sales User", []), ("Cadence User", [journey.name])):
			frappe.get_doc("User", visitor).add_roles(role)
			with self.subTest(role), as_user(visitor):
				self.assertEqual([each["journey"] for each in api.of_record("Lead", lead.name)], told)

	def test_what_can_not_work_is_refused_when_it_is_saved(self):
		cadence = builders.make_cadence(task("ring"))
		for bad in (
			stage("Bad Key", "Lead"),
			stage("new", "Lead", following="nowhere"),
			stage("new", "Lead", [["no_such_field", "=", 1]]),
			stage("new", "Lead", link_field="status"),
			stage("new", "ToDo", cadence=cadence.name),
			stage("new", "System Settings"),
		):
			with self.subTest(**bad), self.assertRaises(frappe.ValidationError):
				self.make_journey(bad)
		with self.assertRaises(frappe.ValidationError):
			self.make_journey(stage("new", "Lead"), stage("new", "Lead"))

	def test_a_stage_that_somebody_is_in_stays(self):
		journey = self.make_journey(stage("new", "Lead"), stage("other", "ToDo"))
		self.make_lead()
		self.go_on()
		journey.reload()
		journey.stages[0].stage_key = "renamed"
		with self.assertRaises(frappe.ValidationError):
			journey.save()
