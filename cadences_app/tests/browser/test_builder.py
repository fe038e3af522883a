"""A Cadence Manager who draws, tries and activates a cadence in Chromium, by clicking and typing only.

    CADENCES_SITE_URL=http://mysite.localhost:8000 python -m unittest cadences_app.tests.browser.test_builder

The variables they read are told in chromium.py. What they make they take away again.
"""

from urllib.parse import quote

from cadences_app.tests.browser import desk
from cadences_app.tests.browser.chromium import Page, expect, keep_picture, log_in, watch
from cadences_app.tests.browser.desk import DIALOG

CARD = ".card-of-follow-up"
PANEL = ".side-panel"
PASSWORD = "Zk9-quiet-river"
PARENTS = """() => Object.fromEntries(
	cur_frm.doc.follow_ups.map((row) => [row.title, row.parent_follow_up])
)"""
IN_HAND = "() => cur_page.page.queue.then((queue) => queue.detail?.name === queue.selected)"
"""Whether the item that is chosen in the queue is on the screen: nothing is said of one that is not."""


class BuilderTest(desk.DeskTest):
	"""As a Cadence Manager; whatever the console or the network reports is a failure."""

	maxDiff = None

	def setUp(self) -> None:
		super().setUp()
		self.give_mail()
		self.templates = [self.make_template(number) for number in (1, 2)]
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

	def take_away(self) -> None:
		super().take_away()
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

	def test_what_was_tried_is_kept_as_a_story_and_tells_what_an_edit_changes(self) -> None:
		"""S1.10"""
		self.visit_form("Cadence", self.make_cadence("Stories", False))
		self.page.locator(".try-it").click()
		self.choose_link(PANEL, "record", self.leads[0])
		self.page.get_by_label("Answer to Say hello", exact=True).select_option("Completed")
		expect(self.page.locator(".try-path > li")).to_have_count(2)
		self.page.get_by_label("Title of the story").fill("They say hello")
		self.page.get_by_role("button", name="Keep as Story").click()
		expect(self.page.locator(".stories header")).to_contain_text("The story holds")
		self.page.get_by_label("Required to activate").check()
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_dirty()")
		self.settle()
		self.card("Ask again").click()
		self.fill("delay_amount", "5")
		self.page.locator(".try-it").click()
		expect(self.page.locator(".story.fails")).to_contain_text("comes on day 6 instead of day 3")
		keep_picture(self.page, "stories")
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_dirty()")
		self.settle()
		self.click_button("Activate")
		expect(self.page.locator(DIALOG)).to_contain_text('The story "They say hello" does not hold')
		self.page.locator(f"{DIALOG} .btn-modal-close").first.click()
		self.page.get_by_role("button", name="Expect It as It Is Now").click()
		expect(self.page.locator(".story.holds")).to_have_count(1)
		self.page.locator(".story-title").click()
		answer = self.page.get_by_label("Answer to Say hello", exact=True)
		expect(answer).to_have_value("Completed")

	def test_what_is_drawn_can_be_undone_copied_and_deleted_by_keys(self) -> None:
		self.begin("Keys")
		self.draw()
		titles = self.page.locator(f"{CARD} .title")
		self.card("Second mail").click()
		self.page.locator(f"{PANEL} [aria-label='Close']").click()
		expect(self.card("Second mail")).to_be_focused()
		self.page.keyboard.press("ArrowUp")
		expect(self.card("First mail")).to_be_focused()
		self.page.keyboard.press("ArrowDown")
		expect(self.card("Call back")).to_be_focused()
		self.page.keyboard.press("Control+d")
		expect(titles).to_have_count(5)
		self.page.locator(f"{PANEL} [aria-label='Close']").click()
		self.page.keyboard.press("Delete")
		expect(titles).to_have_count(4)
		self.card("Second mail").focus()
		self.page.keyboard.press("Delete")
		expect(self.page.locator(DIALOG)).to_contain_text("What of the follow-up after it?")
		self.confirm()
		expect(titles).to_have_count(2)
		self.card("First mail").focus()
		self.page.keyboard.press("Control+z")
		expect(titles).to_have_count(4)
		self.card("First mail").focus()
		self.page.keyboard.press("Control+y")
		expect(titles).to_have_count(2)
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_dirty()")
		self.settle()
		stored = self.page.evaluate("() => cur_frm.doc.follow_ups.map((row) => row.title)")
		self.assertEqual(stored, ["First mail", "Call back"])

	def test_a_branch_is_moved_by_dragging_it_onto_another_card(self) -> None:
		"""What comes after it goes along; a trigger that can't happen there is said; Undo takes it back."""
		self.begin("Moved")
		self.draw()
		before = self.page.evaluate(PARENTS)
		self.drag("Second mail", "Call back")
		expect(self.page.locator(".desk-alert", has_text="can't happen there")).to_be_visible()
		after = self.page.evaluate(PARENTS)
		self.assertEqual(after, before | {"Second mail": "f2"})
		self.card("Second mail").focus()
		self.page.keyboard.press("Control+z")
		self.page.wait_for_function("() => cur_frm.doc.follow_ups[2].parent_follow_up === 'f1'")
		self.assertEqual(self.page.evaluate(PARENTS), before)

	def drag(self, title: str, onto: str) -> None:
		mouse = self.page.mouse
		mouse.move(*self.middle_of(title))
		mouse.down()
		mouse.move(*self.middle_of(onto), steps=12)
		expect(self.page.locator(f"{CARD}.is-target .title")).to_have_text(onto)
		mouse.up()

	def middle_of(self, title: str) -> tuple[float, float]:
		box = self.card(title).bounding_box()
		return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

	def test_faults_mark_their_card_as_one_types(self) -> None:
		"""S1.6"""
		self.begin("Faulty")
		self.page.locator(".empty-tree button", has_text="Task").click()
		expect(self.page.locator(f"{CARD}.has-faults")).to_have_count(1)
		expect(self.page.locator(f"{PANEL} .fault-list")).to_contain_text("it has no subject")
		self.fill("subject", "Look")
		expect(self.page.locator(f"{CARD}.has-faults")).to_have_count(0)

	def test_an_email_without_an_invite_offers_no_answer_to_one(self) -> None:
		"""S3.3c: neither after it, nor where it is tried."""
		self.begin("Inviting")
		self.page.locator(".empty-tree button", has_text="Email").click()
		self.write_email("First mail", self.templates[0])
		self.expect_offered("First mail", "Invite Declined", 0)
		self.page.evaluate(
			"""() => {
				const [row] = cur_frm.doc.follow_ups;
				return frappe.model.set_value(row.doctype, row.name, "invite_starts_field", "modified");
			}"""
		)
		self.settle()
		self.expect_offered("First mail", "Invite Declined", 1)

	def expect_offered(self, title: str, trigger: str, count: int) -> None:
		plus = self.page.get_by_role("button", name=f"Add a follow-up after {title}", exact=True)
		plus.click()
		menu = self.page.locator(".plus-menu")
		expect(menu.get_by_label("Opened", exact=True)).to_have_count(1)
		expect(menu.get_by_label(trigger, exact=True)).to_have_count(count)
		plus.click()
		expect(menu).to_have_count(0)

	def test_a_rules_conditions_offer_only_what_a_rule_can_compare(self) -> None:
		"""S6.1"""
		self.begin("Rules")
		self.page.locator(".strip", has_text="Leaves").click()
		self.page.get_by_role("button", name="Add a Rule").click()
		kind = self.page.locator(f"{PANEL} [data-fieldname=kind] select")
		kind.select_option("Record Conditions")
		self.page.get_by_role("button", name="Edit Conditions").click()
		self.page.locator(f"{DIALOG} .add-filter").click()
		operators = self.page.locator(f"{DIALOG} .condition option")
		expect(operators.first).to_be_attached()
		offered = {each.get_attribute("value") for each in operators.all()}
		self.assertIn("=", offered)
		self.assertFalse(offered & {"Between", "Timespan", "descendants of"}, offered)


class DayTest(BuilderTest):
	"""Done-when 1: what a manager and a rep do in the life of one cadence, by clicking and keys alone."""

	MANY = 20

	def setUp(self) -> None:
		super().setUp()
		manager, self.page = self.page, self.admin
		self.rep = f"rep-{self.mark}@example.com"
		values = {"first_name": "Rita", "send_welcome_email": 0, "new_password": PASSWORD}
		roles = [{"role": role} for role in ("Cadence User", "Sales User")]
		self.insert("User", email=self.rep, roles=roles, **values)
		people = [
			{
				"doctype": "Lead",
				"first_name": "Desk",
				"last_name": f"{self.mark} {number}",
				"email_id": f"desk-{self.mark}-{number}@example.com",
				"lead_owner": self.rep,
			}
			for number in range(2, self.MANY)
		]
		self.leads += self.call("frappe.client.insert_many", docs=people)
		for lead in self.leads[:2]:
			values = {"lead_owner": self.rep}
			self.call("frappe.client.set_value", doctype="Lead", name=lead, fieldname=values)
		self.page = manager

	def test_the_life_of_a_cadence(self) -> None:
		name = f"Day {self.mark}"
		self.begin("Day")
		self.draw()
		self.card("First mail").click()
		self.page.locator(f"{PANEL} [data-fieldname=release] select").select_option("After Review")
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_dirty()")
		self.settle()
		self.page.locator(".try-it").click()
		self.choose_link(PANEL, "record", self.leads[0])
		expect(self.page.locator(".try-path > li")).to_have_count(2)
		self.click_button("Activate")
		self.confirm()
		expect(self.page.locator(".page-head .indicator-pill:visible")).to_contain_text("Active")

		self.as_the_rep(name)
		self.read_the_report(name)

		self.visit_form("Cadence", name)
		self.click_button("Clone")
		self.page.locator(f"{DIALOG} [data-fieldname=cadence_name] input").fill(f"Copy {self.mark}")
		self.confirm()
		self.page.wait_for_function("(name) => cur_frm.docname === name", arg=f"Copy {self.mark}")
		self.edit_and_publish(name)
		self.halt_and_go_on(name)
		self.take_all_out(name)

	def as_the_rep(self, name: str) -> None:
		manager, context = (
			self.page,
			self.page.context.browser.new_context(viewport={"width": 1280, "height": 900}),
		)
		self.page = context.new_page()
		log_in(self.page, self.rep, PASSWORD)
		faults = watch(self.page)
		self.select_all_leads()
		with self.actions_menu():
			self.click(".dropdown-item:has-text('Add to Cadence')")
		self.click(f".cadence-choice:has-text('{name}')")
		self.confirm()
		expect(self.page.locator(".desk-alert, .modal.show", has_text="20 enrolled").first).to_be_visible()
		self.work_the_queue()
		self.visit_form("Cadence Enrollment", self.enrollments()[0]["name"])
		expect(self.page.locator(".form-dashboard-cadence-timeline")).to_contain_text("Run 1 started")
		expect(self.page.locator(f"{CARD}.is-lit").first).to_be_visible()
		self.assertEqual(faults, [])
		context.close()
		self.page = manager

	def work_the_queue(self) -> None:
		"""By keys alone: the mails to review are sent, held back, edited; one is taken back."""
		items = self.page.locator(".cfq-item")
		self.visit("/app/follow-ups-for-today")
		expect(items).to_have_count(self.MANY)
		keep_picture(self.page, "queue_of_twenty")
		for key, left in (("c", 19), ("s", 18), ("c", 17)):
			self.page.wait_for_function(IN_HAND)
			self.page.keyboard.press(key)
			expect(items).to_have_count(left)
			self.settle()
		self.page.keyboard.press("u")
		expect(items).to_have_count(18)
		self.settle()
		self.page.wait_for_function(IN_HAND)
		self.page.keyboard.press("x")
		disposition = self.page.locator(f"{DIALOG} [data-fieldname=disposition] select")
		expect(disposition).to_be_focused()  # by the dialog, once it is there
		disposition.select_option(index=1)
		keep_picture(self.page, "disposition")
		self.page.locator(f"{DIALOG} .modal-footer .btn-primary").press("Enter")
		expect(items).to_have_count(17)
		expect(self.page.locator(".cfq-said:not(:empty)")).to_have_count(0)  # carried out, all of it
		self.settle()

	def read_the_report(self, name: str) -> None:
		"""One mail is sent and 17 wait; of one it was said that it is not to go, of one the run was ended."""
		self.visit(f"/app/cadence-report?cadence={quote(name)}")
		row = self.page.locator(".cr-funnel tbody tr", has_text="First mail")
		expect(row.locator("td").first).to_have_text("18")
		still = self.page.locator("[data-still='Waits for Review'] a")
		expect(still).to_have_text("17")
		keep_picture(self.page, "funnel")

	def edit_and_publish(self, name: str) -> None:
		self.visit_form("Cadence", name)
		self.card("First mail").click()
		self.fill("title", "First letter")
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_dirty()")
		self.settle()
		self.click_button("Publish Changes")
		dialog = self.page.locator(DIALOG)
		expect(dialog.locator(".cadence-difference")).to_contain_text("First letter")
		expect(dialog.locator(".cadence-choices tr")).to_have_count(3)
		keep_picture(self.page, "publish")
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="Version 2 is published")).to_be_visible()

	def halt_and_go_on(self, name: str) -> None:
		pill = self.page.locator(".page-head .indicator-pill:visible")
		self.click_button("Deactivate")
		self.confirm()
		expect(pill).to_contain_text("Inactive")
		self.card("Call back").click()
		self.fill("subject", "Ring {{ doc.first_name }}")
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("() => !cur_frm.is_dirty()")
		self.settle()
		self.click_button("Reactivate")
		expect(self.page.locator(f"{DIALOG} .cadence-difference")).to_contain_text("Call back")
		expect(self.page.locator(f"{DIALOG} .cadence-choices tr")).to_have_count(3)
		self.page.locator(f"{DIALOG} input[data-fieldname=resume_halted]").check()
		keep_picture(self.page, "reactivate")
		self.confirm()
		expect(pill).not_to_contain_text("Inactive")

	def take_all_out(self, name: str) -> None:
		self.select_all_leads()
		with self.actions_menu():
			self.click(".dropdown-item:has-text('Take out of Cadence')")
		expect(self.page.locator(DIALOG)).to_be_visible()
		disposition = self.page.locator(f"{DIALOG} [data-fieldname=disposition] select")
		if disposition.count():
			disposition.select_option(index=1)
		self.confirm()
		expect(self.page.locator(".desk-alert", has_text="taken out")).to_be_visible()

	def select_all_leads(self) -> None:
		self.visit(f"/app/lead?last_name=%5B%22like%22%2C%22{self.mark}%25%22%5D")
		expect(self.page.locator(".list-row-checkbox:visible")).to_have_count(self.MANY)
		self.page.locator(".list-check-all:visible").first.click()


class TableTest(BuilderTest):
	def test_the_follow_ups_are_drawn_as_a_table_once_it_is_looked_at(self) -> None:
		"""A form of many opens without them; they then read and offer what they would have."""
		self.visit_form("Cadence", self.make_cadence("Looked at", False))
		rows = self.page.locator("[data-fieldname=follow_ups] .rows .grid-row")
		expect(rows).to_have_count(0)
		self.open_tab("Follow-ups as a Table")
		expect(rows).to_have_count(2)
		expect(rows.nth(1)).to_contain_text("Say hello")
		expect(rows.nth(1)).to_contain_text("2 days")
		rows.nth(1).locator(".btn-open-row").click()
		opened = self.page.locator(".grid-row-open [data-fieldname=trigger_outcome] option")
		self.assertIn("Completed", opened.all_inner_texts())
		self.assertNotIn("Opened", opened.all_inner_texts())

	def test_the_conditions_of_a_rule_are_edited_in_its_row(self) -> None:
		"""S6.1: what was kept is shown, nothing of it is lost, and the row stays open."""
		kept = '[{"field": "status", "operator": "in", "value": ["Junk", "Unqualified"]}]'
		rule = {"kind": "Record Conditions", "title": "Turned down", "conditions": kept}
		self.visit_form("Cadence", self.make_cadence("Rows", False, unenrollment_rules=[rule]))
		self.open_tab("Un-enrollment")
		self.click("[data-fieldname=unenrollment_rules] .grid-row[data-idx='1'] .btn-open-row")
		self.click(".grid-row-open .cadence-conditions button")
		expect(self.page.locator(f"{DIALOG} .filter-field input")).to_have_value("Junk, Unqualified")
		self.confirm()
		shown = self.page.locator(".grid-row-open .cadence-conditions td")
		expect(shown).to_have_text(["Status", "in", "Junk, Unqualified"])


class RunningTest(BuilderTest):
	def test_what_runs_is_read_with_its_numbers(self) -> None:
		"""S1.7"""
		cadence = self.make_cadence("Running")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.leads)
		self.visit_form("Cadence", cadence)
		self.page.get_by_role("button", name="Show What Runs").click()
		expect(self.card("Say hello").locator(".reached")).to_have_text("2 reached")
		expect(self.page.locator(".plus-button")).to_have_count(0)
		keep_picture(self.page, "what-runs")
		self.page.get_by_role("button", name="Show the Draft").click()
		expect(self.page.locator(".plus-button").first).to_be_visible()

	def test_a_draft_is_replayed_over_what_happened(self) -> None:
		"""S11.4: a table of what would have differed, by record."""
		cadence = self.make_cadence("Replayed")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=self.leads)
		self.visit_form("Cadence", cadence)
		self.card("Say hello").click()
		self.fill("delay_amount", "3")
		self.page.locator(".try-it").click()
		self.page.locator(".replay summary").click()
		self.page.get_by_role("button", name="Replay", exact=True).click()
		expect(self.page.locator(".replay")).to_contain_text("2 of 2 runs would have been another")
		rows = self.page.locator(".replay-rows tbody tr")
		expect(rows).to_have_count(2)
		expect(rows.first).to_contain_text("Say hello")
		keep_picture(self.page, "replay")

	def test_an_enrollments_page_shows_its_way_and_why_not_yet(self) -> None:
		"""S8.3, S8.3a"""
		cadence = self.make_cadence("Way")
		self.call("cadences_app.api.enrollments.enroll", cadence=cadence, names=[self.leads[0]])
		self.visit_form("Cadence Enrollment", self.enrollments()[0]["name"])
		expect(self.page.locator(".cadence-why-not-yet")).to_contain_text("Say hello is open")
		expect(self.page.locator(f"{CARD}.is-lit")).to_have_count(1)
		expect(self.card("Say hello")).to_contain_text(": Open")
		keep_picture(self.page, "enrollment")


class ReadingTest(BuilderTest):
	def test_a_rep_reads_the_tree_and_can_change_nothing(self) -> None:
		"""S14.1"""
		cadence = self.make_cadence("Read")
		roles = [{"role": "Cadence User"}, {"role": "Sales User"}]
		rep = f"rep-{self.mark}@example.com"
		values = {"first_name": "Rep", "send_welcome_email": 0, "new_password": PASSWORD}
		manager, self.page = self.page, self.admin
		self.insert("User", email=rep, roles=roles, **values)
		self.page = manager
		log_in(self.page, rep, PASSWORD)
		self.visit_form("Cadence", cadence)
		expect(self.card("Say hello")).to_be_visible()
		for selector in (".plus-button", ".try-it", "button:has-text('Deactivate')"):
			expect(self.page.locator(selector)).to_have_count(0)


class BeginningTest(BuilderTest):
	def test_an_empty_one_keeps_the_name_and_module_that_were_asked_for(self) -> None:
		self.visit("/app/cadence")
		self.page.get_by_role("button", name="Add Cadence").click()
		self.page.locator(f"{DIALOG} [data-fieldname=cadence_name] input").fill(f"Empty {self.mark}")
		module = self.page.locator(f"{DIALOG} .frappe-control[data-fieldname=module]")
		module.locator("input").first.click()
		module.locator("input").first.press_sequentially("Lead", delay=60)
		module.locator("[role=option]").filter(has=self.page.get_by_text("Lead", exact=True)).first.click()
		self.settle()
		self.confirm()
		expect(self.page.locator(".empty-tree button").first).to_be_visible()
		asked = self.page.evaluate("() => [cur_frm.doc.cadence_name, cur_frm.doc.module]")
		self.assertEqual(asked, [f"Empty {self.mark}", "Lead"])
		self.page.locator(".empty-tree button", has_text="Email").click()
		self.page.get_by_role("button", name="New Template").click()
		name = self.page.locator(f"{DIALOG} input[data-fieldname=name]")
		expect(name).to_have_value(f"Empty {self.mark}: Email 1")

	def test_a_ready_made_one_is_seen_before_it_is_chosen(self) -> None:
		"""S1.8, S1.6: and what is still to be filled in is named before it runs."""
		self.visit("/app/cadence")
		self.page.get_by_role("button", name="Add Cadence").click()
		self.page.locator(f"{DIALOG} [data-fieldname=beginning] select").select_option("Ready-made")
		self.page.locator(f"{DIALOG} [data-fieldname=key] select").select_option("trade_show")
		expect(self.page.locator(f"{DIALOG} {CARD}").first).to_be_visible()
		keep_picture(self.page, "new-cadence")
		self.page.locator(f"{DIALOG} [data-fieldname=cadence_name] input").fill(f"Fair {self.mark}")
		self.confirm()
		self.page.wait_for_function("(name) => window.cur_frm?.docname === name", arg=f"Fair {self.mark}")
		self.assertEqual(self.value("Cadence", f"Fair {self.mark}", "status"), "Draft")
		self.click_button("Activate")
		expect(self.page.locator(f"{DIALOG} .cadence-warnings")).to_contain_text("https://example.com/show")
		self.confirm()
		self.page.wait_for_function("() => cur_frm.doc.status === 'Active'")


del BuilderTest
