"""Desk and Frappe CRM's pages in Chromium, on a running site with this app and ERPNext.

    CADENCES_SITE_URL=http://mysite.localhost:8000 python -m unittest cadences_app.tests.browser.test_desk

The variables they read are told in chromium.py. They need no worker and no other service. What they make they
take away again.
"""

import unittest
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from cadences_app.tests.browser.chromium import (
	LONGEST_WAIT,
	URL,
	Page,
	expect,
	keep_picture,
	launch,
	log_in,
	why_not,
)

LIVE = ("Active", "Paused", "Halted")
CALL = """([method, args]) => frappe.xcall(method, args).catch(() => {
	const told = document.querySelector(".modal.show .msgprint");
	throw new Error(`${method} was refused: ${told ? told.innerText : ""}`);
})"""
SECTION = ".form-dashboard-cadences"
DIALOG = ".modal.show"


class DeskTest(unittest.TestCase):
	"""One browser for all tests; a page and records of its own for each."""

	page: "Page"

	@classmethod
	def setUpClass(cls) -> None:
		if missing := why_not():
			raise unittest.SkipTest(missing)
		context = launch(cls).new_context(viewport={"width": 1400, "height": 1000})
		context.set_default_timeout(LONGEST_WAIT)
		cls.page = context.new_page()
		log_in(cls.page)
		cls.page.on("dialog", lambda dialog: dialog.accept())

	def setUp(self) -> None:
		self.mark = uuid.uuid4().hex[:8]
		self.crm_leads: list[str] = []
		self.leads = [self.make_lead(number) for number in range(2)]
		self.addCleanup(self.take_away)

	def tearDown(self) -> None:
		keep_picture(self.page, self._testMethodName)

	# records

	def call(self, method: str, **arguments: Any) -> Any:
		"""Call a method of the site with the rights of the user who is logged in."""
		if not self.page.url.startswith(f"{URL}/app"):
			self.visit("/app/cadence")
		return self.page.evaluate(CALL, [method, arguments])

	def insert(self, doctype: str, **values: Any) -> str:
		return self.call("frappe.client.insert", doc={"doctype": doctype, **values})["name"]

	def value(self, doctype: str, name: str, field: str) -> Any:
		found = self.call("frappe.client.get_value", doctype=doctype, filters=name, fieldname=field)
		return found[field]

	def make_lead(self, number: int) -> str:
		email = f"desk-{self.mark}-{number}@example.com"
		return self.insert("Lead", first_name="Desk", last_name=f"{self.mark} {number}", email_id=email)

	def make_cadence(self, title: str, active: bool = True, **values: Any) -> str:
		"""A task at once, and another two days after the first is completed."""
		first = {"follow_up_key": "f1", "title": "Say hello", "channel": "Task", "subject": "Say hello"}
		then = {"follow_up_key": "f2", "title": "Ask again", "channel": "Task", "subject": "Ask again"}
		then |= {"parent_follow_up": "f1", "trigger_outcome": "Completed", "delay_amount": 2}
		values = {"module": "Lead", "follow_ups": [first, then], **values}
		name = self.insert("Cadence", cadence_name=f"{title} {self.mark}", **values)
		if active:
			self.call("cadences_app.api.activation.activate", cadence=name)
		return name

	def enrollments(self) -> list[dict[str, Any]]:
		return self.call(
			"frappe.client.get_list",
			doctype="Cadence Enrollment",
			filters={"cadence": ["like", f"%{self.mark}"]},
			fields=["name", "status", "cadence", "reference_name"],
			limit_page_length=0,
		)

	def take_away(self) -> None:
		self.visit("/app/cadence")
		live = [each["name"] for each in self.enrollments() if each["status"] in LIVE]
		if live:
			self.call("cadences_app.api.enrollments.stop", enrollments=live)
		for each in self.enrollments():
			self.call("frappe.client.delete", doctype="Cadence Enrollment", name=each["name"])
		self.delete("Cadence", {"name": ["like", f"%{self.mark}%"]})
		self.delete("ToDo", {"reference_name": ["in", self.leads]})
		self.delete("Lead", {"last_name": ["like", f"%{self.mark}%"]})
		for lead in self.crm_leads:
			self.delete("CRM Task", {"reference_docname": lead})
			self.delete("CRM Lead", {"name": lead})

	def delete(self, doctype: str, filters: dict[str, Any]) -> None:
		for each in self.call("frappe.client.get_list", doctype=doctype, filters=filters):
			self.call("frappe.client.delete", doctype=doctype, name=each["name"])

	def has_crm(self) -> bool:
		return bool(
			self.call("frappe.client.get_count", doctype="DocType", filters={"name": "CRM Form Script"})
		)

	# the page

	def visit(self, route: str) -> None:
		self.page.goto(URL + route)
		if route.startswith("/app"):
			self.settle()

	def settle(self) -> None:
		"""Wait until Desk has its answers."""
		self.page.wait_for_function("() => window.frappe && frappe.request && !frappe.request.ajax_count")
		self.page.wait_for_timeout(400)  # a second round of questions may follow the first's answers
		self.page.wait_for_function("() => !frappe.request.ajax_count")

	def visit_form(self, doctype: str, name: str) -> None:
		route = f"/app/{doctype.lower().replace(' ', '-')}/{quote(name)}"
		self.visit(route)
		self.page.wait_for_function("(name) => window.cur_frm && cur_frm.docname === name", arg=name)
		self.settle()

	def click(self, selector: str) -> None:
		self.page.locator(selector).locator("visible=true").first.click()
		self.settle()

	def open_tab(self, label: str) -> None:
		self.click(f".form-tabs .nav-link:has-text('{label}')")

	def click_button(self, label: str) -> None:
		self.click(f"button:has-text('{label}')")

	def choose_from_menu(self, label: str) -> None:
		self.click(".menu-btn-group > button")
		self.click(f".dropdown-item:has-text('{label}')")

	def choose_step(self, label: str) -> None:
		"""From the menu of the only row in the record's section."""
		self.show_section()
		self.click(f"{SECTION} .dropdown button")
		self.click(f"{SECTION} .dropdown-item:has-text('{label}')")

	def show_section(self) -> None:
		"""A form with tabs keeps its dashboard on one of them."""
		expect(self.page.locator(SECTION)).to_be_attached()
		if not self.page.locator(SECTION).is_visible():
			self.click(".form-tabs .nav-link:has-text('Connections')")
		expect(self.page.locator(SECTION)).to_be_visible()

	def confirm(self) -> None:
		self.click(f"{DIALOG} .modal-footer .btn-primary")

	def select_leads(self) -> None:
		self.visit(f"/app/lead?last_name=%5B%22like%22%2C%22{self.mark}%25%22%5D")
		expect(self.page.locator(".list-row-checkbox:visible")).to_have_count(2)
		for number in range(2):
			self.page.locator(".list-row-checkbox:visible").nth(number).click()

	@contextmanager
	def actions_menu(self) -> Iterator[None]:
		self.click(".actions-btn-group > button")
		yield
		self.settle()


class AddingTest(DeskTest):
	def test_a_record_is_added_from_its_form(self) -> None:
		cadence = self.make_cadence("Hello")
		self.visit_form("Lead", self.leads[0])
		self.choose_from_menu("Add to Cadence")
		expect(self.page.locator(".cadence-choice", has_text=cadence)).to_be_visible()
		self.click(f".cadence-choice:has-text('{cadence}')")
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="1 enrolled")).to_be_visible()
		self.show_section()
		row = self.page.locator(f"{SECTION} tbody tr")
		expect(row).to_have_count(1)
		expect(row).to_contain_text(cadence)
		expect(row).to_contain_text("Active")

	def test_a_new_record_has_no_such_action(self) -> None:
		self.make_cadence("Hello")
		self.visit("/app/lead/new")
		self.page.wait_for_function("() => window.cur_frm && cur_frm.is_new()")
		self.settle()
		items = self.page.locator(".menu-btn-group .dropdown-item", has_text="Add to Cadence")
		expect(items).to_have_count(0)

	def test_pause_and_resume_from_the_section(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		self.visit_form("Lead", self.leads[0])
		self.choose_step("Pause")
		self.page.locator(f"{DIALOG} [data-fieldname=kind] select").select_option("For a time")
		self.confirm()
		expect(self.page.locator(SECTION)).to_contain_text("Paused")
		self.choose_step("Resume")
		expect(self.page.locator(SECTION)).to_contain_text("Active")

	def test_the_columns_of_the_section_can_be_chosen(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		self.visit_form("Lead", self.leads[0])
		self.show_section()
		for shown in (True, False):
			self.click(f"{SECTION} .cadence-columns")
			self.page.locator(f"{DIALOG} input[data-unit='run']").click()
			self.confirm()
			heads = self.page.locator(f"{SECTION} th", has_text="Run")
			expect(heads).to_have_count(int(shown))

	def test_who_left_early_is_resumed_when_asked_to(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		self.visit_form("Lead", self.leads[0])
		self.choose_step("Take out of Cadence")
		self.page.locator(f"{DIALOG} textarea").fill("Wrong person")
		self.confirm()
		expect(self.page.locator(SECTION)).to_contain_text("Wrong person")
		self.choose_from_menu("Add to Cadence")
		choice = self.page.locator(".cadence-choice", has_text=cadence)
		expect(choice).to_contain_text("Stopped")
		choice.click()
		self.confirm()
		expect(self.page.locator(DIALOG)).to_contain_text("was in this cadence before")
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="1 resumed")).to_be_visible()
		self.assertEqual([each["status"] for each in self.enrollments()], ["Active"])


class ListTest(DeskTest):
	def test_two_records_are_added_and_taken_out(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		self.select_leads()
		with self.actions_menu():
			self.click(".dropdown-item:has-text('Add to Cadence')")
		self.click(f".cadence-choice:has-text('{cadence}')")
		self.confirm()
		told = self.page.locator(DIALOG)
		expect(told).to_contain_text("1 enrolled")
		expect(told).to_contain_text("1 skipped")
		expect(told).to_contain_text("is in this cadence already")

		self.select_leads()
		with self.actions_menu():
			self.click(".dropdown-item:has-text('Take out of Cadence')")
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="2 taken out")).to_be_visible()
		self.assertEqual({each["status"] for each in self.enrollments()}, {"Stopped"})

	def test_the_lists_own_actions_are_still_there(self) -> None:
		self.make_cadence("Hello")
		self.select_leads()
		with self.actions_menu():
			for label in ("Create Prospect", "Assign To", "Add to Cadence"):
				expect(self.page.locator(".dropdown-item:visible", has_text=label)).to_have_count(1)

	def test_other_lists_have_no_such_action(self) -> None:
		self.make_cadence("Hello")
		self.visit("/app/todo")
		items = self.page.locator(".actions-btn-group .dropdown-item")
		expect(items.filter(has_text="Assign To").first).to_be_attached()
		expect(items.filter(has_text="Cadence")).to_have_count(0)


class CadenceFormTest(DeskTest):
	def test_a_fault_is_named_when_it_is_activated(self) -> None:
		mail = {"title": "First mail", "channel": "Email", "to_field": "email_id"}
		name = self.make_cadence("Faulty", active=False, follow_ups=[mail])
		self.visit_form("Cadence", name)
		expect(self.page.locator(".cadence-faults")).to_contain_text("it has no email template")
		self.click_button("Activate")
		expect(self.page.locator(DIALOG)).to_contain_text('Follow-up "First mail": it has no email template')
		self.assertEqual(self.value("Cadence", name, "status"), "Draft")

	def test_activate_deactivate_and_reactivate(self) -> None:
		name = self.make_cadence("Hello", active=False)
		self.visit_form("Cadence", name)
		self.click_button("Activate")
		expect(self.page.locator(".page-head .indicator-pill:visible")).to_contain_text("Active")
		self.click_button("Deactivate")
		self.confirm()
		expect(self.page.locator(".page-head .indicator-pill:visible")).to_contain_text("Inactive")
		self.click_button("Reactivate")
		resume = self.page.locator(f"{DIALOG} input[data-fieldname=resume_halted]")
		expect(resume).not_to_be_checked()
		expect(self.page.locator(f"{DIALOG} [data-fieldname=unenroll_unmatched]")).to_have_count(0)
		self.confirm()
		self.assertEqual(self.value("Cadence", name, "status"), "Active")

	def test_edits_are_marked_until_they_are_published(self) -> None:
		name = self.make_cadence("Hello")
		self.visit_form("Cadence", name)
		self.page.evaluate(
			"""async () => {
				const row = cur_frm.doc.follow_ups[1];
				await frappe.model.set_value(row.doctype, row.name, "delay_amount", 5);
				await cur_frm.save();
			}"""
		)
		expect(self.page.locator(".form-message:visible")).to_contain_text("not published yet")
		self.click_button("Publish Changes")
		options = self.page.locator(f"{DIALOG} [data-fieldname=choice] option")
		expect(options).to_have_count(3)
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="Version 2 is published")).to_be_visible()
		expect(self.page.locator(".form-message:visible")).to_have_count(0)

	def test_a_clone_has_its_own_name(self) -> None:
		name = self.make_cadence("Hello")
		self.visit_form("Cadence", name)
		self.click_button("Clone")
		self.page.locator(f"{DIALOG} [data-fieldname=cadence_name] input").fill(f"Copy {self.mark}")
		self.confirm()
		self.page.wait_for_function("(name) => cur_frm.docname === name", arg=f"Copy {self.mark}")
		self.assertEqual(self.value("Cadence", f"Copy {self.mark}", "status"), "Draft")

	def test_a_row_offers_only_what_can_happen_before_it(self) -> None:
		name = self.make_cadence("Hello", active=False)
		self.visit_form("Cadence", name)
		self.open_tab("Follow-ups as a Table")
		self.click("[data-fieldname=follow_ups] .grid-row[data-idx='2'] .btn-open-row")
		options = self.page.locator(".grid-row-open [data-fieldname=trigger_outcome] option")
		offered = options.all_text_contents()
		self.assertIn("Waiting for Input", offered)
		self.assertNotIn("Opened", offered)
		before = self.page.locator(".grid-row-open [data-fieldname=parent_follow_up] input")
		expect(before).to_have_value("Say hello (f1)")

	def test_a_new_email_goes_to_the_records_own_address(self) -> None:
		self.visit("/app/cadence/new")
		self.page.wait_for_function("() => window.cur_frm && cur_frm.is_new()")
		for module, field in (("Lead", "email_id"), ("User", "email")):
			self.page.evaluate("(module) => cur_frm.set_value('module', module)", module)
			self.settle()
			self.open_tab("Follow-ups as a Table")
			self.click("[data-fieldname=follow_ups] .grid-add-row")
			last = "() => cur_frm.doc.follow_ups.at(-1).to_field"
			self.assertEqual(self.page.evaluate(last), field)

	def test_the_cells_say_what_a_row_waits_for(self) -> None:
		first = {"follow_up_key": "f1", "title": "Write", "channel": "Email"}
		late = {"follow_up_key": "f2", "title": "Call", "channel": "Task", "parent_follow_up": "f1"}
		late |= {"trigger_outcome": "Opened", "trigger_absent": 1, "trigger_within_amount": 4}
		late |= {"delay_amount": 2, "delay_unit": "Business Days", "at_time": "10:00"}
		converted = [{"kind": "Converted", "trigger_outcome": "Replied"}]
		name = self.make_cadence("Cells", False, follow_ups=[first, late], unenrollment_rules=converted)
		self.visit_form("Cadence", name)
		cell = "[data-fieldname={}] .grid-body [data-idx='{}'] [data-fieldname={}] .static-area"
		for table, row, column, text in (
			("follow_ups", 1, "trigger_outcome", ""),
			("follow_ups", 1, "delay_amount", "at once"),
			("follow_ups", 2, "trigger_outcome", "not opened within 4 days"),
			("follow_ups", 2, "delay_amount", "2 business days later at 10:00"),
			("unenrollment_rules", 1, "trigger_outcome", "the record is converted"),
		):
			shown = self.page.locator(cell.format(table, row, column))
			expect(shown).to_have_text(text)

	def test_the_view_is_edited_as_filters(self) -> None:
		filters = '[["status","=","Lead"]]'
		name = self.make_cadence("View", False, audience_kind="Custom View", view_filters=filters)
		self.visit_form("Cadence", name)
		self.open_tab("Audience")
		shown = self.page.locator("[data-fieldname=view_filters] .cadence-conditions")
		expect(shown.locator("td")).to_have_text(["Status", "=", "Lead"])
		shown.locator("button").click()
		expect(self.page.locator(f"{DIALOG} .filter-box")).to_have_count(1)
		self.page.locator(f"{DIALOG} .filter-field select").select_option("Open")
		self.confirm()
		expect(shown.locator("td")).to_have_text(["Status", "=", "Open"])
		stored = self.page.evaluate("() => cur_frm.doc.view_filters")
		self.assertEqual(stored, '[["status","=","Open"]]')

	def test_the_list_counts_the_enrolled(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.leads)
		self.visit("/app/cadence")
		count = self.page.locator(f".cadence-enrolled[data-cadence='{cadence}']")
		expect(count).to_have_text("2")


class EnrollmentFormTest(DeskTest):
	def test_it_tells_what_happened_and_why(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		enrollment = self.enrollments()[0]["name"]
		self.visit_form("Cadence Enrollment", enrollment)
		timeline = self.page.locator(".form-dashboard-cadence-timeline")
		expect(timeline).to_contain_text("Say hello was carried out")
		self.click_button("Actions")
		self.click(".dropdown-item:has-text('Take out of Cadence')")
		self.confirm()
		expect(self.page.locator(".form-message:visible")).to_contain_text("taken out by hand")
		expect(timeline).to_contain_text("Stopped: taken out by hand")


class FrappeCRMTest(DeskTest):
	def test_a_lead_is_added_from_its_page(self) -> None:
		if not self.has_crm():
			self.skipTest("Frappe CRM is not installed")
		cadence = self.make_cadence("Hello", module="CRM Lead")
		lead = self.insert("CRM Lead", first_name="Desk", last_name=self.mark, status="New")
		self.crm_leads.append(lead)
		self.visit(f"/crm/leads/{lead}")
		self.page.locator("button:has(.lucide-more-horizontal)").first.click()
		self.page.get_by_role("menuitem", name="Add to Cadence").click()
		dialog = self.page.get_by_role("dialog")
		dialog.get_by_text(cadence).click()
		dialog.get_by_role("button", name="Add", exact=True).click()
		expect(self.page.get_by_text(f"{cadence}: 1 enrolled")).to_be_visible()
		self.assertEqual([each["reference_name"] for each in self.enrollments()], [lead])


del DeskTest  # it is the frame of the others and has no test of its own
