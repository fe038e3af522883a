"""What the tests of Desk's pages share: a browser, records of their own, and ways to click."""

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
from cadences_app.tests.site.smtp import MailServer

LIVE = ("Waiting", "Active", "Paused", "Halted")
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

	def make_template(self, number: int) -> str:
		name = f"Builder {number} {self.mark}"
		text = {"subject": "For {{ doc.first_name }}", "response": "<p>Dear {{ doc.first_name }}</p>"}
		return self.insert("Email Template", __newname=name, name=name, **text)

	def give_mail(self) -> None:
		"""A mail server, and an Email Account that mails go out through."""
		self.smtp = MailServer().__enter__()
		self.addCleanup(self.smtp.__exit__)
		values = {
			"email_id": f"sales-{self.mark}@seller.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
		}
		values |= {"smtp_server": "127.0.0.1", "smtp_port": self.smtp.port, "no_smtp_authentication": 1}
		self.insert("Email Account", email_account_name=f"Builder {self.mark}", **values)

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
		calls = {"cadence": ["like", f"%{self.mark}"], "activity_doctype": "Event"}
		for each in self.call(
			"frappe.client.get_list", doctype="Cadence Activity", filters=calls, fields=["activity_name"]
		):
			self.call("frappe.client.delete", doctype="Event", name=each["activity_name"])
		for each in self.enrollments():
			self.call("frappe.client.delete", doctype="Cadence Enrollment", name=each["name"])
		self.delete("Cadence", {"name": ["like", f"%{self.mark}%"]})
		for doctype in ("Email Template", "Email Account"):
			self.delete(doctype, {"name": ["like", f"%{self.mark}%"]})
		self.delete("ToDo", {"reference_name": ["in", self.leads]})
		self.delete("Lead", {"last_name": ["like", f"%{self.mark}%"]})
		for lead in self.crm_leads:
			self.delete("CRM Task", {"reference_docname": lead})
			self.delete("CRM Lead", {"name": lead})

	def delete(self, doctype: str, filters: dict[str, Any]) -> None:
		for each in self.call("frappe.client.get_list", doctype=doctype, filters=filters):
			self.call("frappe.client.delete", doctype=doctype, name=each["name"])

	def has_crm(self) -> bool:
		"""Whether Frappe CRM is installed, and its own pages were built."""
		filters = {"name": "CRM Form Script"}
		found = self.call("frappe.client.get_count", doctype="DocType", filters=filters)
		return bool(found) and self.page.evaluate("() => fetch('/crm').then((answer) => answer.ok)")

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
