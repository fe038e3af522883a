"""Answers that overtake one another: the dialog shows what was asked last, and what was typed stays (S8.8).

Run like test_desk.py.
"""

from typing import Any

from cadences_app.tests.browser.chromium import expect
from cadences_app.tests.browser.desk import DIALOG, DeskTest
from cadences_app.tests.browser.held import first_answer_held
from cadences_app.tests.browser.test_follow_ups_for_today import ITEM, RepTest

SEE_FILLED = "() => cadences.templates.see_filled(cur_frm, cur_frm.doc.follow_ups[0])"
SET = "([field, value]) => void cur_dialog.set_value(field, value)"


class LateAnswerTest(DeskTest):
	def set_value(self, field: str, value: str) -> None:
		self.page.evaluate(SET, [field, value])
		self.page.wait_for_timeout(400)

	def choose_action(self, label: str) -> None:
		self.select_leads()
		with self.actions_menu():
			self.click(f".dropdown-item:has-text('{label}')")

	def test_who_would_leave_is_told_of_the_cadence_chosen_last(self) -> None:
		full, empty = self.make_cadence("Full"), self.make_cadence("Nobody in it")
		self.call("cadences_app.api.enrollments.enroll", cadence=full, names=self.leads)
		self.choose_action("Take out of Cadence")
		foreseen = self.page.locator(f"{DIALOG} .cadence-foreseen")
		expect(foreseen).to_contain_text("2 that are Active would be taken out")
		with first_answer_held(self.page, "cadences_app.api.enrollments.preview_unenrolling") as let_go:
			self.set_value("cadence", full)
			self.set_value("cadence", empty)
			expect(foreseen).to_contain_text("Nobody would be taken out")
			let_go()
			expect(foreseen).to_contain_text("Nobody would be taken out")

	def test_the_beginnings_are_those_of_the_cadence_chosen_last(self) -> None:
		"""S2.10"""
		first = {"follow_up_key": "g1", "title": "Ring them", "channel": "Task", "subject": "Ring them"}
		one, other = self.make_cadence("One"), self.make_cadence("Other", follow_ups=[first])
		self.choose_action("Add to Cadence")
		starts = self.page.locator(f"{DIALOG} [data-fieldname=start_with] select option")
		with first_answer_held(self.page, "cadences_app.api.enrollments.starts") as let_go:
			for cadence in (one, other):
				self.page.locator(f".cadence-choice:has-text('{cadence}') input").check()
				self.page.wait_for_timeout(300)
			let_go()
			expect(starts).to_have_text(["", "Ring them"])

	def test_the_preview_is_of_the_cadence_chosen_last(self) -> None:
		"""S5.2"""
		one, other = self.make_cadence("One"), self.make_cadence("Other")
		self.call("cadences_app.api.enrollments.enroll", cadence=one, names=self.leads[:1])
		self.choose_action("Add to Cadence")
		with first_answer_held(self.page, "cadences_app.api.records.preview") as let_go:
			for cadence in (one, other):
				self.page.locator(f".cadence-choice:has-text('{cadence}') input").check()
				button = self.page.locator(f"{DIALOG} .modal-footer .btn-secondary:has-text('Preview')")
				button.first.dispatch_event("click")
				self.page.wait_for_timeout(600)
			let_go()
			told = self.page.locator(DIALOG, has_text="What Would Happen")
			expect(told).to_have_count(1)
			expect(told).to_contain_text("2 would be enrolled")

	def test_the_email_is_filled_for_the_record_chosen_last(self) -> None:
		"""S11.2"""
		self.give_mail()
		name = self.make_template(1)
		mail = {"follow_up_key": "f1", "title": "Write", "channel": "Email", "to_field": "email_id"}
		cadence = self.make_cadence("Filled", False, follow_ups=[{**mail, "email_template": name}])
		self.visit_form("Cadence", cadence)
		self.page.evaluate(SEE_FILLED)
		self.page.wait_for_function("() => window.cur_dialog?.get_field('record')")
		area = self.page.locator(f"{DIALOG} [data-fieldname=filled]")
		with first_answer_held(self.page, "cadences_app.api.trying.filled_email") as let_go:
			for lead in self.leads:
				self.set_value("record", lead)
			expect(area).to_contain_text(f"desk-{self.mark}-1@example.com")
			let_go()
			expect(area).to_contain_text(f"desk-{self.mark}-1@example.com")


class LateAnswerInQueueTest(RepTest):
	def open_queue(self) -> Any:
		self.give_work()
		self.as_rep()
		self.visit("/app/follow-ups-for-today")
		items = self.page.locator(ITEM)
		expect(items).to_have_count(3)
		return items

	def expect_shown(self, name: str) -> None:
		"""Until then, what is typed is typed into the form of the item before."""
		who = self.page.locator(f"{ITEM}[data-name='{name}'] .cfq-who").inner_text()
		expect(self.page.locator(".cfq-work header a")).to_have_text(who)

	def test_who_goes_on_while_an_answer_is_to_come_stays_there(self) -> None:
		items = self.open_queue()
		note = self.page.locator(".cfq-note")
		note.fill("about the first")
		with first_answer_held(self.page, "cadences_app.api.queue.say") as let_go:
			self.page.evaluate("cur_page.page.queue.then((queue) => void queue.say_by_key('1'))")
			last = items.nth(2).get_attribute("data-name")
			items.nth(2).click()
			self.expect_shown(last)
			note.fill("about the last")
			let_go()
		expect(items).to_have_count(2)
		expect(self.page.locator(f"{ITEM}[aria-current]")).to_have_attribute("data-name", last)
		expect(note).to_have_value("about the last")

	def test_an_earlier_answer_wipes_nothing_that_is_being_written(self) -> None:
		items = self.open_queue()
		note = self.page.locator(".cfq-note")
		third, second = (items.nth(place).get_attribute("data-name") for place in (2, 1))
		select = "(name) => cur_page.page.queue.then((queue) => void queue.select(name))"
		with first_answer_held(self.page, "cadences_app.api.queue.item") as let_go:
			for name in (third, second, third):
				self.page.evaluate(select, name)
				self.page.wait_for_timeout(500)
			self.expect_shown(third)
			note.fill("about the last")
			let_go()
		expect(note).to_have_value("about the last")
