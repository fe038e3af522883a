"""The page *Follow-ups for Today* in Chromium, worked by a rep with nothing but Cadence User and Sales User
(S8.4): by keys alone, without an error in the console or a request that fails.

Run like test_desk.py.
"""

from typing import Any

from cadences_app.tests.browser import desk
from cadences_app.tests.browser.chromium import LONGEST_WAIT, URL, expect, keep_picture, serious_faults
from cadences_app.tests.browser.held import first_answer_held
from cadences_app.tests.site.sms_gateway import SmsGateway

PASSWORD = "Kaffee-und-Kuchen-7"
LOG_IN = """form => fetch("/api/method/login", {method: "POST", body: new URLSearchParams(form)})
	.then(answer => answer.ok)"""
ITEM = ".cfq-item"
HARMLESS = ("socket.io", "favicon", "net::ERR_ABORTED")
"""Frappe's realtime server is not there, and who goes to another page leaves questions unanswered."""


class RepTest(desk.DeskTest):
	"""Beside the administrator's page one of a rep, in a browser context of their own."""

	roles = ("Cadence User", "Sales User")

	def setUp(self) -> None:
		super().setUp()
		self.user = f"rep-{self.mark}@example.com"
		self.insert(
			"User",
			email=self.user,
			first_name="Rita",
			send_welcome_email=0,
			new_password=PASSWORD,
			roles=[{"role": role} for role in self.roles],
		)
		self.addCleanup(self.forget_user)
		context = self.page.context.browser.new_context(viewport={"width": 1280, "height": 900})
		context.set_default_timeout(LONGEST_WAIT)
		self.addCleanup(context.close)
		self.admins_page, self.rep = self.page, context.new_page()
		self.faults: list[str] = []
		self.watch(self.rep)
		self.rep.goto(f"{URL}/api/method/ping")
		assert self.rep.evaluate(LOG_IN, {"usr": self.user, "pwd": PASSWORD})

	def tearDown(self) -> None:
		keep_picture(self.rep, f"{self._testMethodName}_rep")
		super().tearDown()

	def forget_user(self) -> None:
		self.as_admin()
		self.call("frappe.client.set_value", doctype="User", name=self.user, fieldname="enabled", value=0)

	def watch(self, page: Any) -> None:
		"""Note what the console complains of and which requests fail."""

		def note(what: str, where: str = "") -> None:
			if not any(each in f"{what} {where}" for each in HARMLESS):
				self.faults.append(f"{what} {where}")

		page.on(
			"console",
			lambda told: note(told.text, told.location.get("url", "")) if told.type == "error" else None,
		)
		page.on("pageerror", lambda error: note(str(error)))
		page.on("requestfailed", lambda request: note(f"failed {request.failure}", request.url))
		page.on(
			"response", lambda answer: note(f"{answer.status}", answer.url) if answer.status >= 400 else None
		)

	def as_rep(self) -> None:
		self.page = self.rep

	def as_admin(self) -> None:
		self.page = self.admins_page

	def give_work(self, count: int = 3) -> str:
		"""Leads of the rep in a cadence that has begun: a call, and a task after "No Answer"."""
		call = {"follow_up_key": "f1", "title": "First call", "channel": "Call", "subject": "Ring them"}
		then = {
			"follow_up_key": "f2",
			"title": "Write to them",
			"channel": "Task",
			"subject": "Write to them",
		}
		then |= {"parent_follow_up": "f1", "trigger_outcome": "Call Result", "trigger_detail": "No Answer"}
		then |= {"delay_amount": 2}
		cadence = self.make_cadence("Queue", follow_ups=[call, then])
		self.leads += [self.make_lead(number) for number in range(2, count)]
		for lead in self.leads[:count]:
			values = {"lead_owner": self.user, "mobile_no": "+49 30 5550100"}
			self.call("frappe.client.set_value", doctype="Lead", name=lead, fieldname=values)
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.leads[:count])
		return cadence

	def take_away(self) -> None:
		self.as_admin()
		super().take_away()


class QueueTest(RepTest):
	def test_the_queue_is_worked_by_keys_alone(self) -> None:
		self.give_work()
		self.as_rep()
		self.visit("/app/follow-ups-for-today")
		expect(self.page.locator(ITEM)).to_have_count(3)
		expect(self.page.locator(".cfq-work")).to_contain_text("Ring them")
		expect(self.page.locator(".cfq-work")).to_contain_text("It begins the cadence")
		expect(self.page.locator(".cfq-causes", has_text="Write to them follows on")).to_be_visible()
		expect(self.page.locator(".cfq-person a[href^='tel:']").first).to_be_visible()
		keep_picture(self.page, "queue")
		self.assertEqual(serious_faults(self.page, ".cfq"), [])
		first = self.page.locator(f"{ITEM}[aria-current]").get_attribute("data-name")
		self.page.keyboard.press("j")
		self.settle()
		second = self.page.locator(f"{ITEM}[aria-current]").get_attribute("data-name")
		self.assertNotEqual(first, second)
		self.page.keyboard.press("k")
		self.settle()

		no_answer = self.page.locator("[data-result]", has_text="No Answer").locator("kbd").inner_text()
		self.page.keyboard.press(no_answer)
		expect(self.page.locator(ITEM)).to_have_count(2)
		expect(self.page.locator(".cfq-said")).to_contain_text("No Answer")
		self.page.keyboard.press("u")
		expect(self.page.locator(ITEM)).to_have_count(3)
		self.settle()
		self.assertEqual(self.value("Cadence Activity", first, "standing"), "Scheduled")

		self.page.keyboard.press(no_answer)
		expect(self.page.locator(ITEM)).to_have_count(2)
		self.settle()
		self.page.keyboard.press("c")
		expect(self.page.locator(ITEM)).to_have_count(1)
		expect(self.page.locator(".cfq-progress")).to_contain_text("2 of 3 done today")
		self.settle()
		self.page.keyboard.press("s")
		expect(self.page.locator(".cfq-empty")).to_contain_text("Nothing is due")
		expect(self.page.locator(".desk-alert").first).to_be_visible()
		expect(self.page.locator(".cfq-said:not(:empty)")).to_have_count(0)
		self.settle()

		self.assertEqual(self.value("Cadence Activity", first, "call_result"), "No Answer")
		self.assertEqual(self.faults, [])

	def test_put_off_moves_it_and_filters_stay_in_the_address(self) -> None:
		cadence = self.give_work(1)
		self.as_rep()
		self.visit(f"/app/follow-ups-for-today?cadence={cadence.replace(' ', '+')}&channel=Call")
		expect(self.page.locator(ITEM)).to_have_count(1)
		self.page.keyboard.press("z")
		self.page.locator(".modal.show .btn-primary").click()
		expect(self.page.locator(".cfq-said")).to_contain_text("put off")
		expect(self.page.locator(".cfq-count[data-bucket=Later]")).to_be_visible()
		self.page.locator("select[data-fieldname=channel]").select_option("Task")
		expect(self.page.locator(".cfq-empty")).to_contain_text("Nothing that these filters show")
		self.assertIn("channel=Task", self.page.url)
		self.assertEqual(self.faults, [])

	def test_the_newest_answer_is_shown_whichever_comes_last(self) -> None:
		cadence, other = self.give_work(), self.make_cadence("Nobody in it")
		self.as_rep()
		self.visit(f"/app/follow-ups-for-today?cadence={other.replace(' ', '+')}")
		expect(self.page.locator(ITEM)).to_have_count(0)
		choose = "(name) => cur_page.page.queue.then((queue) => queue.filters.fields.cadence.set_value(name))"
		with first_answer_held(self.page, "cadences_app.api.queue.today") as let_go:
			self.page.evaluate(choose, cadence)
			self.page.wait_for_timeout(300)
			self.page.evaluate(choose, other)
			self.page.wait_for_timeout(600)
			let_go()
			expect(self.page.locator(ITEM)).to_have_count(0)

	def test_the_next_email_is_edited_for_one_person(self) -> None:
		"""S3.9: by a key from the queue, and from the enrollment's page; the history says so."""
		self.give_mail()
		name = self.make_template(1)
		mail = {"follow_up_key": "f3", "title": "Write", "channel": "Email", "delay_amount": 2}
		task = {"follow_up_key": "f1", "title": "Look", "channel": "Task", "subject": "Look"}
		mail |= {"to_field": "email_id", "email_template": name}
		cadence = self.make_cadence("Edited", follow_ups=[task, mail])
		self.call(
			"frappe.client.set_value", doctype="Lead", name=self.leads[0], fieldname={"lead_owner": self.user}
		)
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.leads[:1])
		[enrollment] = self.enrollments()
		self.as_rep()
		self.visit("/app/follow-ups-for-today")
		expect(self.page.locator(".cfq-next-mail")).to_be_visible()
		self.page.keyboard.press("m")
		self.write_mail("For you alone")
		expect(self.page.locator(".cfq-history")).to_contain_text("edited for this person alone")
		self.visit_form("Cadence Enrollment", enrollment["name"])
		expect(self.page.locator(".form-dashboard-cadence-timeline")).to_contain_text("for this person alone")
		self.click_button("Edit the Next Email")
		expect(self.page.locator(".modal.show")).to_contain_text("Edited for this person by Rita")
		keep_picture(self.page, "next_mail")
		self.write_mail("For you alone, twice")
		self.assertEqual(self.faults, [])

	def test_a_message_is_reviewed_edited_and_sent_and_edited_once_more(self) -> None:
		"""S3.9, S3.10: until a worker takes it, which no test here has, it can be edited."""
		gateway = SmsGateway().__enter__()
		self.addCleanup(gateway.__exit__)
		self.send_by(gateway.url)
		text = {"channel": "Message", "number_field": "mobile_no", "message_text": "Hello {{ first_name }}"}
		first = text | {"follow_up_key": "f1", "title": "Say hello", "release": "After Review"}
		then = text | {"follow_up_key": "f2", "title": "Once more", "delay_amount": 2}
		cadence = self.make_cadence("Texts", follow_ups=[first, then])
		values = {"lead_owner": self.user, "mobile_no": "+4915112345678"}
		self.call("frappe.client.set_value", doctype="Lead", name=self.leads[0], fieldname=values)
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.leads[:1])
		[enrollment] = self.enrollments()
		self.as_rep()
		self.visit("/app/follow-ups-for-today?channel=Message")
		expect(self.page.locator(ITEM)).to_have_count(1)
		expect(self.page.locator(".cfq-message")).to_have_text("Hello Desk")
		expect(self.page.locator(".cfq-mail")).to_contain_text("1 part")
		self.page.keyboard.press("e")
		words = self.page.locator(".cfq-mail-body textarea")
		expect(words).to_be_focused()
		words.fill("For <b>you</b> alone")
		keep_picture(self.page, "message_review")
		self.page.get_by_role("button", name="Keep the changes").click()
		expect(self.page.locator(".cfq-message")).to_have_text("For <b>you</b> alone")
		expect(self.page.locator(".cfq-history")).to_contain_text("edited for this person alone")
		self.page.keyboard.press("c")
		expect(self.page.locator(ITEM)).to_have_count(0)
		expect(self.page.locator(".cfq-said:not(:empty)")).to_have_count(0)
		self.settle()
		self.visit_form("Cadence Enrollment", enrollment["name"])
		expect(self.page.locator(".form-dashboard-cadence-timeline")).to_contain_text("for this person alone")
		self.click_button("Edit the Next Message")
		words = self.page.locator(".modal.show textarea[data-fieldname=content]")
		expect(words).to_have_value("For <b>you</b> alone")
		words.fill("Only once")
		keep_picture(self.page, "next_message")
		self.confirm()
		expect(self.page.locator(".modal.show")).to_have_count(0)
		self.as_admin()
		sent = {"enrollment": enrollment["name"], "follow_up": "f1"}
		found = self.call(
			"frappe.client.get_value",
			doctype="Cadence Activity",
			filters=sent,
			fieldname=["delivery", "subject"],
		)
		self.assertEqual(found, {"delivery": "Queued", "subject": "Only once"})
		self.assertEqual(self.faults, [])

	def send_by(self, url: str) -> None:
		"""Have SMS Settings name this gateway until the end of the test; for good where they named none: the
		form does not let go of what it asks for."""
		fields = ("sms_gateway_url", "message_parameter", "receiver_parameter", "use_post")
		settings = {"doctype": "SMS Settings", "name": "SMS Settings"}
		known = self.call("frappe.client.get", **settings)

		def put(values: dict[str, Any]) -> None:
			self.as_admin()
			self.call("frappe.client.set_value", **settings, fieldname=values)

		if known.get("sms_gateway_url"):
			self.addCleanup(put, {field: known[field] for field in fields})
		put(dict(zip(fields, (url, "text", "to", 1), strict=True)))

	def write_mail(self, subject: str) -> None:
		field = self.page.locator(".modal.show input[data-fieldname=subject]")
		expect(field).to_be_visible()
		field.fill(subject)
		self.confirm()
		expect(self.page.locator(".modal.show")).to_have_count(0)
		self.settle()

	def test_what_one_is_told_of_is_chosen_there(self) -> None:
		"""S8.7: each kind by itself, and kept."""
		self.as_rep()
		for was_on in (True, False):
			self.visit("/app/follow-ups-for-today")
			self.click(".menu-btn-group > button")
			self.click(".menu-btn-group .dropdown-item:has-text('What I Am Told Of')")
			first = self.page.locator(f"{desk.DIALOG} input[type=checkbox]").first
			expect(first).to_be_checked(checked=was_on)
			first.click()
			self.confirm()
			expect(self.page.locator(".desk-alert", has_text="Saved")).to_be_visible()
		self.assertEqual(self.faults, [])

	def test_on_a_phone_one_column_at_a_time(self) -> None:
		self.give_work(2)
		self.as_rep()
		self.page.set_viewport_size({"width": 390, "height": 844})
		self.visit("/app/follow-ups-for-today")
		expect(self.page.locator(ITEM)).to_have_count(2)
		expect(self.page.locator(".cfq-work")).to_be_hidden()
		title = self.page.locator(".title-text:visible").first
		self.assertLessEqual(*title.evaluate("(each) => [each.scrollWidth, each.clientWidth]"))
		keep_picture(self.page, "queue_phone")
		self.page.locator(ITEM).first.click()
		expect(self.page.locator(".cfq-work h1")).to_be_visible()
		expect(self.page.locator(".page-form:visible")).to_have_count(0)
		width = self.page.evaluate("document.documentElement.scrollWidth")
		self.assertLessEqual(width, 390)
		self.page.locator(".cfq-back").click()
		expect(self.page.locator(ITEM).first).to_be_visible()


class StrangerTest(RepTest):
	"""Somebody who may read Leads and has no role for cadences (S14.1)."""

	roles = ("Sales User",)
	METHODS = (
		("queue.today", {}),
		("reports.cadence", {"cadence": "CADENCE"}),
		("reports.stands_still", {"cadence": "CADENCE"}),
		("reports.what_comes", {}),
	)

	def test_neither_button_nor_data_and_the_server_refuses(self) -> None:
		cadence = self.give_work(1)
		activity = self.call(
			"frappe.client.get_list", doctype="Cadence Activity", filters={"cadence": cadence}
		)[0]["name"]
		self.as_rep()
		asked: list[str] = []
		self.page.on("request", lambda request: asked.append(request.url))
		self.visit_form("Lead", self.leads[0])
		expect(self.page.locator(".form-dashboard-cadences")).to_have_count(0)
		expect(self.page.locator(".dropdown-item", has_text="Add to Cadence")).to_have_count(0)
		self.assertEqual([url for url in asked if "cadences_app.api" in url], [])
		told = [(method, values) for method, values in self.METHODS]
		told += [
			("queue.item", {"activity": activity}),
			("queue.say", {"activity": activity, "outcome": "Completed"}),
		]
		for method, values in told:
			given = {key: cadence if value == "CADENCE" else value for key, value in values.items()}
			with self.subTest(method):
				self.assertEqual(self.page.evaluate(STATUS_OF, [method, given]), 403)


STATUS_OF = """([method, args]) => fetch(`/api/method/cadences_app.api.${method}`, {
	method: "POST",
	headers: {"Content-Type": "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token},
	body: JSON.stringify(args),
}).then(answer => answer.status)"""
