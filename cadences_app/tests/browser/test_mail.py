"""A person at their mail client: what they open, follow and leave in Chromium is what the cadence learns.

    CADENCES_SITE_URL=http://mysite.localhost:8000 CADENCES_SITE=mysite.localhost \
        python -m unittest cadences_app.tests.browser.test_mail

The variables are told in chromium.py; run them in the bench's sites folder, without a worker. The mail goes
over SMTP to a server on loopback, and what that was given is what the browser shows. What the tests make they
take away again.
"""

import threading
import time
import unittest
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.mail.tracking import visits
from cadences_app.mail.tracking.scanners import SOONEST_PERSON, SWEEP_SECONDS
from cadences_app.runtime import mail_job
from cadences_app.store.names import new_name
from cadences_app.tests.browser.chromium import SITE, URL, Page, expect, keep_picture, launch, why_not

PERSON = (
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
	"Safari/537.36"
)
MACHINE = PERSON.replace("Chrome/", "HeadlessChrome/")
SERIES = "Only this series of emails"
MADE_FOR_CADENCE = ("Cadence Event", "Cadence Activity", "Cadence Enrollment", "Cadence Version")


def why_not_mail() -> str:
	"""What is missing for these tests; blank when they can run."""
	if missing := why_not():
		return missing
	if not (SITE and Path(SITE, "site_config.json").exists()):
		return "CADENCES_SITE names no site in the folder in which this runs"
	try:
		import aiosmtpd  # noqa: F401
	except ImportError:
		return "the Python package aiosmtpd is not installed"
	return ""


class Web(ThreadingHTTPServer):
	"""What lies elsewhere on the web: the page of a mail client, and where the mail's links lead."""

	daemon_threads = True

	def __init__(self) -> None:
		super().__init__(("127.0.0.1", 0), _Pages)
		self.pages: dict[str, str] = {}
		self.visited: list[str] = []
		threading.Thread(target=self.serve_forever, daemon=True).start()

	def url(self, path: str) -> str:
		return f"http://127.0.0.1:{self.server_port}{path}"

	def stop(self) -> None:
		self.shutdown()
		self.server_close()


class _Pages(BaseHTTPRequestHandler):
	server: Web

	def do_GET(self) -> None:
		html = self.server.pages.get(self.path)
		if html is not None:
			self.server.visited.append(self.path)
		self.send_response(404 if html is None else 200)
		self.send_header("Content-Type", "text/html; charset=utf-8")
		self.end_headers()
		self.wfile.write((html or "").encode())

	def log_message(self, *_arguments: object) -> None:
		"""The tests' own output is enough."""


class MailInBrowserTest(unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		if missing := why_not_mail():
			raise unittest.SkipTest(missing)
		cls.browser = launch(cls)
		if not getattr(frappe.local, "db", None):
			frappe.init(SITE)
			frappe.connect()
			cls.addClassCleanup(frappe.destroy)
		frappe.set_user("Administrator")
		# what stands in the mails leads to the server that is tested
		frappe.local.conf.update(host_name=URL, mute_emails=0)

	def setUp(self) -> None:
		from cadences_app.tests.site.smtp import MailServer, make_account

		self.mark = new_name()
		self.addCleanup(self.take_away)
		self.web = Web()
		self.addCleanup(self.web.stop)
		self.smtp = MailServer().__enter__()
		self.addCleanup(self.smtp.__exit__)
		self.account = make_account(
			self.smtp.port, f"Browser {self.mark}", f"sales-{self.mark}@seller.example", default_outgoing=0
		)
		self.web.pages["/offer?for=ada&from=mail"] = "<title>The offer</title><h1>The offer</h1>"
		self.lead = self.make_lead()
		self.enrollment = self.enroll_and_send()
		self.web.pages["/inbox"] = self.smtp.received[0].part("text/html")
		time.sleep(SOONEST_PERSON)  # nobody has received and opened a mail sooner

	def make_lead(self) -> Any:
		values = {"first_name": "Ada", "last_name": self.mark, "email_id": f"{self.mark}@buyer.example"}
		return frappe.get_doc({"doctype": "Lead", **values}).insert()

	def enroll_and_send(self) -> str:
		"""The lead in a cadence of two mails, of which the first is with the mail server."""
		from cadences_app.tests.site.builders import enroll, follow_up, make_cadence

		link = self.web.url("/offer?for=ada&amp;from=mail")
		text = f"<p>Dear {{{{ doc.first_name }}}}, here is <a href='{link}'>our offer</a>.</p>"
		template = frappe.get_doc({"doctype": "Email Template", "name": f"Browser {self.mark}"})
		template.update({"subject": "An offer", "use_html": 1, "response_html": text}).insert()
		content = {
			"to_field": "email_id",
			"variants": [{"template": template.name}],
			"sender": "Email Account",
			"sender_value": self.account.name,
		}
		first = follow_up("first", "Email", "", "Carried Out", 0, content)
		second = follow_up("second", "Email", "first", "Carried Out", 3, content)
		self.cadence = make_cadence(first, second)
		(enrollment,) = enroll(self.cadence, self.lead)
		frappe.db.commit()
		mail_job.work()
		self.work()
		self.assertEqual(len(self.smtp.received), 1)
		self.assertEqual(self.activity("first").delivery, "Sent")
		return enrollment

	def take_away(self) -> None:
		frappe.db.rollback()
		cadence = getattr(self, "cadence", None)
		if cadence:
			activities = frappe.get_all("Cadence Activity", {"cadence": cadence.name}, pluck="name")
			frappe.db.delete("Cadence Visit", {"activity": ("in", [*activities, ""])})
			for doctype in MADE_FOR_CADENCE:
				frappe.db.delete(doctype, {"cadence": cadence.name})
			frappe.delete_doc("Cadence", cadence.name, force=True)
		email = f"{self.mark}@buyer.example"
		for contact in frappe.get_all("Contact", {"email_id": email}, pluck="name"):
			frappe.delete_doc("Contact", contact, force=True)
		for doctype, filters in (
			("Email Unsubscribe", {"email": email}),
			("Email Queue", {"sender": ("like", f"%{self.mark}%")}),
			("Communication", {"recipients": email}),
			("Cadence Mailbox", {"email_account": f"Browser {self.mark}"}),
			("Email Account", {"name": f"Browser {self.mark}"}),
			("Email Template", {"name": f"Browser {self.mark}"}),
			("Lead", {"last_name": self.mark}),
		):
			frappe.db.delete(doctype, filters)
		frappe.db.commit()

	def work(self) -> None:
		"""What the workers do a little later, when it is clear who has followed a link."""
		from cadences_app.tests.site import builders

		frappe.db.rollback()
		with builders.at(now_datetime() + timedelta(seconds=SWEEP_SECONDS + 1)):
			visits.judge_waiting()
			builders.work()
		frappe.db.commit()

	def activity(self, follow_up: str) -> Any:
		frappe.db.rollback()
		filters = {"cadence": self.cadence.name, "follow_up": follow_up}
		return frappe.db.get_value("Cadence Activity", filters, "*", as_dict=True)

	def state(self) -> Any:
		frappe.db.rollback()
		return frappe.db.get_value("Cadence Enrollment", self.enrollment, "*", as_dict=True)

	def open_mail(self, agent: str = PERSON) -> "Page":
		"""The delivered mail, in a browser that knows nothing of the site."""
		context = self.browser.new_context(user_agent=agent, locale="en-GB")
		self.addCleanup(context.close)
		page = context.new_page()
		with page.expect_response(lambda answer: "tracking.open" in answer.url) as pixel:
			page.goto(self.web.url("/inbox"))
		self.assertEqual((pixel.value.status, pixel.value.headers["content-type"]), (200, "image/gif"))
		return page

	def follow(self, page: "Page", label: str) -> "Page":
		"""Click a link of the mail, in whichever tab it opens."""
		link = page.get_by_role("link", name=label)
		if link.get_attribute("target") != "_blank":
			link.click()
			return page
		with page.expect_popup() as popup:
			link.click()
		return popup.value

	def test_what_a_person_opens_and_follows_is_recorded(self) -> None:
		page = self.follow(self.open_mail(), "our offer")
		expect(page.get_by_role("heading")).to_have_text("The offer")
		self.assertEqual(page.url, self.web.url("/offer?for=ada&from=mail"))
		self.assertEqual(self.web.visited, ["/inbox", "/offer?for=ada&from=mail"])
		self.work()
		mail = self.activity("first")
		self.assertTrue(mail.opened_at and mail.clicked_at)
		self.assertEqual((mail.opens, mail.clicks), (1, 1))
		self.assertEqual(self.state().status, "Active")

	def test_what_a_machine_opens_and_follows_counts_for_nothing(self) -> None:
		page = self.follow(self.open_mail(MACHINE), "our offer")
		expect(page.get_by_role("heading")).to_have_text("The offer")
		self.work()
		mail = self.activity("first")
		self.assertEqual((mail.opened_at, mail.clicked_at, mail.opens, mail.clicks), (None, None, 0, 0))
		marked = frappe.get_all("Cadence Visit", {"activity": mail.name}, ["kind", "visitor", "counted"])
		self.assertCountEqual(
			[(each.kind, each.visitor, each.counted) for each in marked],
			[("Open", "Scanner", 0), ("Click", "Scanner", 0)],
		)

	def test_the_unsubscribe_page_acts_when_its_button_is_pressed(self) -> None:
		page = self.follow(self.open_mail(), "Unsubscribe")
		expect(page.get_by_role("heading")).to_have_text("Unsubscribe")
		keep_picture(page, "unsubscribe_page")
		self.work()
		self.assertEqual((self.state().status, self.unsubscribed()), ("Active", []))

		page.get_by_label(SERIES).check()
		page.get_by_label("Why?").select_option(label="They are not relevant to me")
		page.get_by_role("button", name="Unsubscribe").click()
		expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
		keep_picture(page, "unsubscribed")
		self.work()
		self.assertEqual((self.state().status, self.state().exit_reason), ("Stopped", "unsubscribed"))
		self.assertEqual(self.unsubscribed(), [self.cadence.name])
		self.assertEqual(self.activity("second").status, "Cancelled")

	def unsubscribed(self) -> list[str]:
		filters = {"email": f"{self.mark}@buyer.example"}
		return frappe.get_all("Email Unsubscribe", filters, pluck="reference_name")
