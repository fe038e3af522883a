"""A Cadence Manager who draws, tries and activates a cadence in Chromium, by clicking and typing only.

    CADENCES_SITE_URL=http://mysite.localhost:8000 python -m unittest cadences_app.tests.browser.test_builder

The variables they read are told in chromium.py. What they make they take away again.
"""

from cadences_app.tests.browser import desk
from cadences_app.tests.browser.chromium import Page, expect, keep_picture, log_in, watch
from cadences_app.tests.browser.desk import DIALOG
from cadences_app.tests.site.smtp import MailServer

CARD = ".card-of-follow-up"
PANEL = ".side-panel"
PASSWORD = "Zk9-quiet-river"


class BuilderTest(desk.DeskTest):
	maxDiff = None
	"""As a Cadence Manager; whatever the console or the network reports is a failure."""

	def setUp(self) -> None:
		super().setUp()
		self.smtp = MailServer().__enter__()
		self.addCleanup(self.smtp.__exit__)
		self.templates = [self.make_template(number) for number in (1, 2)]
		self.make_account()
		self.manager = f"manager-{self.mark}@example.com"
		roles = [{"role": role} for role in ("Cadence Manager", "Sales User", "Sales Manager")]
		values = {"first_name": "Manager", "send_welcome_email": 0, "new_password": PASSWORD}
		self.insert("User", email=self.manager, roles=roles, **values)
		self.admin, self.page = self.page, self.log_in_as_manager()
		self.faults = watch(self.page)

	def tearDown(self) -> None:
		keep_picture(self.page, self._testMethodName)
		self.page.context.close()
		self.page = self.admin
		self.assertEqual(self.faults, [])

	def log_in_as_manager(self) -> "Page":
		context = self.page.context.browser.new_context(viewport={"width": 1280, "height": 900})
		page = context.new_page()
		log_in(page, self.manager, PASSWORD)
		return page

	def make_template(self, number: int) -> str:
		name = f"Builder {number} {self.mark}"
		text = {"subject": "For {{ doc.first_name }}", "response": "<p>Dear {{ doc.first_name }}</p>"}
		return self.insert("Email Template", __newname=name, name=name, **text)

	def make_account(self) -> str:
		values = {
			"email_id": f"sales-{self.mark}@seller.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
		}
		values |= {"smtp_server": "127.0.0.1", "smtp_port": self.smtp.port, "no_smtp_authentication": 1}
		return self.insert("Email Account", email_account_name=f"Builder {self.mark}", **values)

	def take_away(self) -> None:
		super().take_away()
		self.delete("Email Template", {"name": ["like", f"%{self.mark}%"]})
		self.delete("Email Account", {"name": ["like", f"%{self.mark}%"]})
		self.delete("User", {"name": ["like", f"%{self.mark}%"]})

	# moves

	def begin(self, title: str) -> None:
		"""A new cadence for Leads, by its form."""
		self.visit("/app/cadence/new")
		self.page.wait_for_function("() => window.cur_frm && cur_frm.is_new()")
		self.settle()
		self.page.locator("[data-fieldname=cadence_name] input").fill(f"{title} {self.mark}")
		self.choose_link(".form-layout", "module", "Lead")
		expect(self.page.locator(".empty-tree button").first).to_be_visible()

	def choose_link(self, within: str, field: str, value: str) -> None:
		control = self.page.locator(f"{within} .frappe-control[data-fieldname={field}]").locator(
			"visible=true"
		)
		control.locator("input").first.fill(value)
		control.locator(f"[role=option]:has-text('{value}')").first.click()
		self.settle()

	def fill(self, field: str, value: str) -> None:
		control = self.page.locator(f"{PANEL} .frappe-control[data-fieldname={field}]")
		control.locator("input, textarea").locator("visible=true").first.fill(value)
		self.page.keyboard.press("Tab")

	def add_after(self, title: str, trigger: str, channel: str) -> None:
		self.page.get_by_role("button", name=f"Add a follow-up after {title}", exact=True).click()
		menu = self.page.locator(".plus-menu")
		menu.get_by_label(trigger, exact=True).check()
		menu.locator(f"[data-channel={channel}]").click()
		expect(self.page.locator(PANEL)).to_be_visible()

	def card(self, title: str):
		return self.page.locator(CARD, has=self.page.locator(".title", has_text=title))

	def write_email(self, title: str, template: str) -> None:
		self.fill("title", title)
		self.choose_link(PANEL, "email_template", template)

	def draw(self) -> None:
		"""Mail; opened: a call; not opened in 3 days: a second mail; that bounced: a task."""
		self.page.locator(".empty-tree button", has_text="Email").click()
		self.write_email("First mail", self.templates[0])
		self.add_after("First mail", "Opened", "Call")
		self.fill("title", "Call back")
		self.fill("subject", "Call {{ doc.first_name }}")
		self.add_after("First mail", "not Opened within 3 days", "Email")
		self.write_email("Second mail", self.templates[1])
		self.add_after("Second mail", "Bounced", "Task")
		self.fill("title", "Find the address")
		self.fill("subject", "Find the address of {{ doc.first_name }}")
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_new() && !cur_frm.is_dirty()")
		self.settle()


class DrawingTest(BuilderTest):
	def test_a_cadence_is_drawn_tried_and_activated(self) -> None:
		"""S1.6, S11.1, S11.3: by clicking and typing alone."""
		self.begin("Drawn")
		self.draw()
		keep_picture(self.page, "builder")
		rows = self.page.evaluate(
			"""() => cur_frm.doc.follow_ups.map((row) => [row.title, row.channel, row.parent_follow_up,
				row.trigger_outcome, row.trigger_absent])"""
		)
		first, second = "f1", "f3"
		self.assertEqual(
			rows,
			[
				["First mail", "Email", "", "Carried Out", 0],
				["Call back", "Call", first, "Opened", 0],
				["Second mail", "Email", first, "Opened", 1],
				["Find the address", "Task", second, "Bounced", 0],
			],
		)
		expect(self.card("Second mail").locator("..").locator(".arrow")).to_have_text(
			"not opened within 3 days"
		)
		expect(self.page.locator(f"{CARD}.has-faults")).to_have_count(0)

		self.page.locator(".try-it").click()
		self.choose_link(PANEL, "record", self.leads[0])
		expect(self.card("Second mail")).to_have_class(r"card-of-follow-up channel-Email is-lit")
		expect(self.page.locator(".try-path > li")).to_have_count(2)
		self.page.get_by_label("Answer to Second mail").select_option("Bounced")
		expect(self.page.locator(".try-path > li")).to_have_count(3)
		keep_picture(self.page, "try-it")
		self.page.get_by_label("Answer to First mail").select_option("Opened")
		expect(self.page.locator(".try-path > li", has_text="Call back")).to_be_visible()
		expect(self.page.locator(".try-path > li", has_text="Second mail")).to_have_count(0)

		self.click_button("Activate")
		expect(self.page.locator(DIALOG)).to_contain_text("people choose the records")
		self.confirm()
		expect(self.page.locator(".page-head .indicator-pill:visible")).to_contain_text("Active")


del BuilderTest
