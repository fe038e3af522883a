"""A Cadence Manager who draws, tries and activates a cadence in Chromium, by clicking and typing only.

    CADENCES_SITE_URL=http://mysite.localhost:8000 python -m unittest cadences_app.tests.browser.test_builder

The variables they read are told in chromium.py. What they make they take away again.
"""

import uuid
from typing import Any

from cadences_app.tests.browser import test_desk
from cadences_app.tests.browser.chromium import URL, expect, log_in, watch

CARD = ".card-of-follow-up"
PANEL = ".side-panel"
TEXT = "<p>Dear {{ doc.first_name }}, have a look.</p>"


class BuilderTest(test_desk.CadenceFormTest.__base__):  # DeskTest, which its module takes away
	"""As a Cadence Manager; whatever the console or the network reports is a failure."""

	def setUp(self) -> None:
		super().setUp()
		self.templates = [self.make_template(number) for number in (1, 2)]
		self.account = self.make_account()
		self.manager = f"manager-{self.mark}@example.com"
		roles = [{"role": role} for role in ("Cadence Manager", "Sales User", "Sales Manager")]
		values = {"first_name": "Manager", "send_welcome_email": 0, "new_password": "Zk9-quiet-river"}
		self.insert("User", email=self.manager, roles=roles, **values)
		self.admin_page, self.page = self.page, self.log_in_as_manager()
		self.faults = watch(self.page)

	def tearDown(self) -> None:
		super().tearDown()
		self.page.context.close()
		self.page = self.admin_page
		self.assertEqual(self.faults, [])

	def log_in_as_manager(self) -> Any:
		context = self.page.context.browser.new_context(viewport={"width": 1280, "height": 900})
		page = context.new_page()
		log_in(page, self.manager, "Zk9-quiet-river")
		page.on("dialog", lambda dialog: dialog.accept())
		return page

	def make_template(self, number: int) -> str:
		return self.insert(
			"Email Template",
			__newname=f"Builder {number} {self.mark}",
			name=f"Builder {number} {self.mark}",
			subject="For {{ doc.first_name }}",
			use_html=1,
			response_html=TEXT,
		)

	def make_account(self) -> str:
		values = {"email_id": f"sales-{self.mark}@seller.example", "enable_outgoing": 1, "default_outgoing": 0}
		values |= {"smtp_server": "127.0.0.1", "smtp_port": 2525, "no_smtp_authentication": 1}
		return self.insert("Email Account", email_account_name=f"Builder {self.mark}", **values)

	def take_away(self) -> None:
		super().take_away()
		self.delete("Email Template", {"name": ["like", f"%{self.mark}%"]})
		self.delete("Email Account", {"name": ["like", f"%{self.mark}%"]})
		self.delete("User", {"name": self.manager})
