"""Desk and Frappe CRM's pages in Chromium, on a running site with this app and ERPNext.

    CADENCES_SITE_URL=http://mysite.localhost:8000 python -m unittest cadences_app.tests.browser.test_desk

The variables they read are told in chromium.py. They need no worker and no other service. What they make they
take away again.
"""

from cadences_app.tests.browser import desk
from cadences_app.tests.browser.chromium import expect, watch
from cadences_app.tests.browser.desk import DIALOG, SECTION

ADD = """(names) => void frappe.require("cadence_enroll.bundle.js").then(
	() => cadences.loaded.add_to_cadence("Lead", names)
)"""
"""As *Actions → Add to Cadence* does it, of records that need not be there."""


class AddingTest(desk.DeskTest):
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
		self.page.locator(f"{DIALOG} [data-fieldname=disposition] select").select_option(index=1)
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


class ListTest(desk.DeskTest):
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
		foreseen = self.page.locator(f"{DIALOG} .cadence-foreseen")
		expect(foreseen).to_contain_text(f"{cadence}: 2 that are Active would be taken out")
		self.page.locator(f"{DIALOG} [data-fieldname=disposition] select").select_option(index=1)
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="2 taken out")).to_be_visible()
		self.assertEqual({each["status"] for each in self.enrollments()}, {"Stopped"})

	def test_what_would_happen_is_shown_first_and_a_later_beginning_kept(self) -> None:
		"""S2.10, S5.2"""
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		self.select_leads()
		with self.actions_menu():
			self.click(".dropdown-item:has-text('Add to Cadence')")
		self.click(f".cadence-choice:has-text('{cadence}')")
		self.click(f"{DIALOG} .section-head:has-text('Begin')")
		start = self.page.locator(f"{DIALOG} [data-fieldname=start_with] select")
		expect(start.locator("option", has_text="Ask again")).to_be_attached()
		start.select_option("f2")
		self.page.evaluate("() => cur_dialog.set_value('not_before', '2031-05-05 09:00:00')")
		self.click(f"{DIALOG} .modal-footer .btn-secondary:has-text('Preview')")
		told = self.page.locator(DIALOG, has_text="What Would Happen")
		expect(told).to_contain_text("1 would be scheduled")
		expect(told).to_contain_text("1 would be skipped")
		self.assertEqual(len(self.enrollments()), 1)
		told.locator(".btn-modal-close").click()
		expect(told).to_have_count(0)
		self.confirm()
		expect(self.page.locator(DIALOG)).to_contain_text("1 waiting to be let in")
		self.assertEqual(sorted(each["status"] for each in self.enrollments()), ["Active", "Waiting"])

	def test_a_long_run_is_stopped_goes_on_and_tells_what_was_done(self) -> None:
		"""S5.2; no worker runs here, so nothing of it is done meanwhile."""
		cadence = self.make_cadence("Hello")
		self.visit("/app/lead")
		names = [f"{self.mark} {number}" for number in range(201)]
		self.page.evaluate(ADD, names)
		self.click(f".cadence-choice:has-text('{cadence}')")
		self.confirm()
		dialog = self.page.locator(DIALOG, has_text="Adding 201 Records")
		button = dialog.locator(".modal-footer .btn-primary")
		expect(dialog).to_contain_text("0 of 201")
		for said, offered in (("Stopped after 0 of 201", "Go On"), ("0 of 201", "Stop")) * 2:
			button.click()
			expect(dialog).to_contain_text(said)
			expect(button).to_have_text(offered)
		button.click()
		dialog.get_by_role("button", name="Show What Was Done").click()
		expect(dialog).to_have_count(0)
		self.assertEqual(self.enrollments(), [])

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


class CadenceFormTest(desk.DeskTest):
	"""Whatever the console or the network reports is a failure."""

	def setUp(self) -> None:
		super().setUp()
		self.faults = watch(self.page)

	def tearDown(self) -> None:
		super().tearDown()
		self.assertEqual(self.faults, [])

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
		self.confirm()
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
		self.open_tab("Follow-ups as a Table")
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


class EnrollmentFormTest(desk.DeskTest):
	def test_it_tells_what_happened_and_why(self) -> None:
		cadence = self.make_cadence("Hello")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		enrollment = self.enrollments()[0]["name"]
		self.visit_form("Cadence Enrollment", enrollment)
		timeline = self.page.locator(".form-dashboard-cadence-timeline")
		expect(timeline).to_contain_text("Say hello was given out, to be done by")
		self.click_button("Actions")
		self.click(".dropdown-item:has-text('Take out of Cadence')")
		self.page.locator(f"{DIALOG} [data-fieldname=disposition] select").select_option(index=1)
		self.confirm()
		expect(self.page.locator(".form-message:visible")).to_contain_text("taken out by hand")
		expect(timeline).to_contain_text("Stopped: taken out by hand")


class FrappeCRMTest(desk.DeskTest):
	def test_a_lead_is_added_from_its_page(self) -> None:
		if not self.has_crm():
			self.skipTest("Frappe CRM is not installed, or its pages are not built")
		lead = self.insert("CRM Lead", first_name="Desk", last_name=self.mark, status="New")
		self.crm_leads.append(lead)
		self.add_from_its_page("CRM Lead", f"/crm/leads/{lead}", lead)

	def test_a_deal_is_added_from_its_page(self) -> None:
		if not self.has_crm():
			self.skipTest("Frappe CRM is not installed, or its pages are not built")
		organization = self.insert("CRM Organization", organization_name=f"Desk {self.mark}")
		deal = self.insert("CRM Deal", organization=organization, status="Qualification")
		self.addCleanup(self.delete, "CRM Organization", {"name": organization})
		self.addCleanup(self.delete, "CRM Deal", {"name": deal})
		self.addCleanup(self.delete, "CRM Task", {"reference_docname": deal})
		self.add_from_its_page("CRM Deal", f"/crm/deals/{deal}", deal)

	def add_from_its_page(self, module: str, page: str, record: str) -> None:
		cadence = self.make_cadence("Hello", module=module)
		self.visit(page)
		self.choose_in_crm("Add to Cadence")
		dialog = self.page.get_by_role("dialog")
		expect(dialog.locator("input[name=cadence]:checked")).to_have_count(0)
		dialog.get_by_text(cadence).click()
		dialog.get_by_role("button", name="Add", exact=True).click()
		expect(self.page.get_by_text(f"{cadence}: 1 enrolled")).to_be_visible()
		self.assertEqual([each["reference_name"] for each in self.enrollments()], [record])

	def test_what_would_happen_and_a_later_beginning_on_a_list(self) -> None:
		"""S2.10, S5.2, S5.3: before many are added on Frappe CRM's own list."""
		if not self.has_crm():
			self.skipTest("Frappe CRM is not installed, or its pages are not built")
		cadence = self.make_cadence("Hello", module="CRM Lead")
		for number in (1, 2):
			names = {"first_name": f"Desk {number}", "last_name": self.mark}
			self.crm_leads.append(self.insert("CRM Lead", **names, status="New"))
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.crm_leads[:1])
		self.visit("/crm/leads/view/list")
		for lead in self.crm_leads:
			row = self.page.locator(f"a[href*='{lead}']").first
			row.locator("input[type=checkbox]").first.click()
		self.page.locator("button:has(.lucide-more-horizontal)").last.click()
		self.page.get_by_role("menuitem", name="Add to Cadence").click()
		dialog = self.page.get_by_role("dialog")
		dialog.get_by_text(cadence).click()
		dialog.get_by_role("button", name="Begin Elsewhere or Later").click()
		dialog.locator("#cadence-not-before").fill("2031-05-05T09:00")
		dialog.get_by_role("button", name="Preview", exact=True).click()
		expect(dialog).to_contain_text("1 would be scheduled")
		expect(dialog).to_contain_text("1 would be skipped")
		dialog.get_by_role("button", name="Add", exact=True).click()
		expect(self.page.get_by_text("1 waiting to be let in")).to_be_visible()
		self.assertEqual(sorted(each["status"] for each in self.enrollments()), ["Active", "Waiting"])

	def test_where_a_lead_stands_and_taking_it_out_with_a_reason(self) -> None:
		"""S5.3, S5.6: status, pause and history on Frappe CRM's own pages."""
		if not self.has_crm():
			self.skipTest("Frappe CRM is not installed, or its pages are not built")
		cadence = self.make_cadence("Hello", module="CRM Lead")
		lead = self.insert("CRM Lead", first_name="Desk", last_name=self.mark, status="New")
		self.crm_leads.append(lead)
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[lead])
		dialog = self.page.get_by_role("dialog")
		self.visit(f"/crm/leads/{lead}")
		self.choose_in_crm("Where It Stands")
		expect(dialog).to_contain_text(cadence)
		expect(dialog).to_contain_text("Active")
		dialog.get_by_role("button", name="Pause", exact=True).click()
		expect(dialog).to_have_count(0)
		self.choose_in_crm("Take out of Cadence")
		dialog.locator("#cadence-why").fill("Wrong person")
		dialog.get_by_role("button", name="Take Out", exact=True).click()
		expect(self.page.get_by_text("1 taken out")).to_be_visible()
		self.visit("/app/cadence")
		enrollment = self.enrollments()[0]
		self.assertEqual(enrollment["status"], "Stopped")
		self.assertEqual(self.value("Cadence Enrollment", enrollment["name"], "exit_note"), "Wrong person")

	def choose_in_crm(self, label: str) -> None:
		self.page.locator("button:has(.lucide-more-horizontal)").first.click()
		self.page.get_by_role("menuitem", name=label).click()
