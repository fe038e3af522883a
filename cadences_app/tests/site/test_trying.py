import frappe

from cadences_app.api import trying
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user
from cadences_app.tests.site.smtp import make_account

CALL = {"follow_up_key": "call", "title": "Call", "channel": "Call", "subject": "Call {{ doc.first_name }}"}
SECOND = {"follow_up_key": "second", "title": "Second mail", "channel": "Email", "to_field": "email_id"}


def draft(template: str, account: str, **fields) -> dict:
	"""Mail; opened: a call; not opened in 3 days: a second mail."""
	sender = {"sender_kind": "Email Account", "sender_account": account, "email_template": template}
	first = {"follow_up_key": "first", "title": "First mail", "channel": "Email", "to_field": "email_id"}
	opened = {"parent_follow_up": "first", "trigger_outcome": "Opened"}
	in_vain = {"trigger_absent": 1, "trigger_within_amount": 3, "trigger_within_unit": "Days"}
	rows = [{**first, **sender}, {**CALL, **opened}, {**SECOND, **sender, **opened, **in_vain}]
	return {"module": "Lead", "cadence_name": "Tried", "follow_ups": rows, **fields}


class TryingTest(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		builders.make_reps()

	def setUp(self):
		super().setUp()
		self.needs("Lead")
		address = f"sales-{new_name()}@seller.example"
		self.account = make_account(2525, builders.unique("Try"), address).name
		self.template = self.make_template("Dear {{ doc.first_name }}")
		self.lead = builders.make_lead(email_id=f"{new_name()}@buyer.example")

	def make_template(self, body: str) -> str:
		doc = frappe.get_doc({"doctype": "Email Template", "name": builders.unique("Try"), "use_html": 1})
		return doc.update({"subject": "Hello {{ doc.first_name }}", "response_html": body}).insert().name

	def dry_run(self, *answers: dict, lead=None, **fields) -> dict:
		sent = draft(self.template, self.account, **fields)
		return trying.dry_run(sent, (lead or self.lead).name, list(answers))


class TestDryRun(TryingTest):
	def test_the_path_follows_the_answers(self):
		"""S11.1"""
		opened = {"follow_up": "first", "outcome": "Opened", "amount": 1, "unit": "Days"}
		self.assertEqual(sorted(self.dry_run(opened)["follow_ups"]), ["call", "first"])
		self.assertEqual(sorted(self.dry_run()["follow_ups"]), ["first", "second"])

	def test_every_step_has_its_date_and_reason(self):
		"""S11.1: three days after the first mail, since it was not opened."""
		told = trying.dry_run(
			draft(self.template, self.account), self.lead.name, [], starts_at="2027-03-01 09:00:00"
		)
		second = told["follow_ups"]["second"]
		self.assertEqual(second["done_at"][:16], "2027-03-04 09:00")
		self.assertTrue(all(step["at"] and step["text"] for step in told["steps"]))
		self.assertEqual(told["ended"]["status"], "Completed")

	def test_who_has_no_address_is_told_so(self):
		"""S2.6"""
		told = self.dry_run(lead=builders.make_lead(email_id=""))
		self.assertEqual(told["follow_ups"]["first"]["status"], "Skipped")
		self.assertIn("no email address", told["follow_ups"]["first"]["why"])

	def test_nothing_is_written(self):
		before = {each: frappe.db.count(each) for each in ("Cadence", "Cadence Enrollment", "Cadence Event")}
		self.dry_run()
		self.assertEqual({each: frappe.db.count(each) for each in before}, before)

	def test_hostile_answers_are_refused(self):
		for answers in (
			[{"follow_up": "first", "outcome": "Vanished"}],
			[{"follow_up": "first", "outcome": "Opened", "amount": 10**9}],
			[{"follow_up": "first", "outcome": "Opened", "unit": "Centuries"}],
			[{"follow_up": "first", "outcome": "Opened"}] * 201,
			{"follow_up": "first"},
			["Opened"],
		):
			sent = draft(self.template, self.account)
			with self.subTest(answers=str(answers)[:60]):
				refusals = (frappe.ValidationError, TypeError)
				self.assertRaises(refusals, trying.dry_run, sent, self.lead.name, answers)
		sent = draft(self.template, self.account)
		self.assertRaises(frappe.ValidationError, trying.dry_run, sent, self.lead.name, [], "noon")

	def test_rights_are_the_askers_own(self):
		"""S14.1a: neither a cadence that they may not edit nor a record that they may not read."""
		sent = draft(self.template, self.account)
		with as_user(make_user("rep@cadence.example", "Cadence User", "Sales User")):
			self.assertRaises(frappe.PermissionError, trying.dry_run, sent, self.lead.name)
		with as_user(make_user("writer@cadence.example", "Cadence Manager")):
			for ask in (trying.dry_run, trying.filled_email, trying.send_test):
				args = (sent, "first") if ask is not trying.dry_run else (sent,)
				self.assertRaises(frappe.PermissionError, ask, *args, self.lead.name)


class TestTestEmail(TryingTest):
	def test_it_goes_to_oneself_filled_for_the_record(self):
		"""S11.2"""
		told = trying.send_test(draft(self.template, self.account), "first", self.lead.name)
		address = frappe.db.get_value("User", frappe.session.user, "email")
		self.assertEqual((told["sent_to"], told["missing"], told["problem"]), (address, [], ""))

	def test_missing_merge_fields_are_named(self):
		"""S11.2: all of them, and those with a fallback are none."""
		self.template = self.make_template(
			"{{ doc.city }} {{ doc.mobile_no }} {{ doc.fax or 'none' }} {{ doc.first_name }}"
		)
		told = trying.filled_email(draft(self.template, self.account), "first", self.lead.name)
		self.assertEqual(told["missing"], ["doc.city", "doc.mobile_no"])
		self.assertIn("[city] [mobile_no] none Ada", told["html"])

	def test_a_field_that_is_nowhere_is_named_with_the_text_as_it_is_written(self):
		self.template = self.make_template("{{ doc.no_such }}")
		told = trying.filled_email(draft(self.template, self.account), "first", self.lead.name)
		self.assertEqual(told["missing"], ["doc.no_such"])
		self.assertIn("no_such", told["problem"])

	def test_what_is_shown_runs_nothing(self):
		"""S14.1a"""
		self.template = self.make_template(
			"<script>alert(1)</script><p onclick='x()'>{{ doc.first_name }}</p>"
		)
		html = trying.filled_email(draft(self.template, self.account), "first", self.lead.name)["html"]
		self.assertNotIn("script", html)
		self.assertNotIn("onclick", html)

	def test_a_task_is_no_email(self):
		sent = draft(self.template, self.account)
		self.assertRaises(frappe.ValidationError, trying.filled_email, sent, "call", self.lead.name)


class TestBeforeActivation(TryingTest):
	def test_it_counts_the_records_and_what_goes_out(self):
		"""S11.3: three of the view, the first mail at once and the second three days later."""
		last_name = builders.unique("Forecast")
		for _each in range(3):
			builders.make_lead(last_name=last_name)
		view = {"audience_kind": "Custom View", "view_filters": f'[["last_name", "=", "{last_name}"]]'}
		sent = draft(self.template, self.account, **view)
		told = trying.before_activation(sent)
		self.assertEqual(told["count"], 3)
		self.assertEqual([each["by_channel"].get("Email", 0) for each in told["days"]][:5], [3, 0, 0, 3, 0])
		self.assertEqual(told["mailboxes"][0]["name"], self.account)
		self.assertEqual(told["mailboxes"][0]["a_day"][:4], [3, 0, 0, 3])

		slowly = trying.before_activation(sent | {"new_per_day": 1})
		self.assertEqual([each["by_channel"].get("Email", 0) for each in slowly["days"]][:5], [1, 1, 1, 1, 1])

	def test_it_loads_who_has_the_work(self):
		last_name = builders.unique("Forecast")
		for _each in range(4):
			builders.make_lead(last_name=last_name, lead_owner=builders.REP)
		task = {"follow_up_key": "task", "channel": "Task", "subject": "Look"}
		both = {"assignee_kind": "Round Robin", "assignee_users": f"{builders.REP}\n{builders.COLLEAGUE}"}
		view = {"audience_kind": "Custom View", "view_filters": f'[["last_name", "=", "{last_name}"]]'}
		for row, people in (
			(task, {builders.REP: 4}),
			(task | both, {builders.REP: 2, builders.COLLEAGUE: 2}),
		):
			told = trying.before_activation({"module": "Lead", "follow_ups": [row], **view})
			self.assertEqual({each["name"]: each["a_day"][0] for each in told["people"]}, people)

	def test_a_view_that_fails_says_so(self):
		for filters in ('[["no_such", "=", 1]]', '[["nothing.no_such", "=", 1]]'):
			sent = draft(self.template, self.account, audience_kind="Custom View", view_filters=filters)
			self.assertRaises(frappe.ValidationError, trying.before_activation, sent)

	def test_where_people_choose_nobody_is_counted(self):
		told = trying.before_activation(draft(self.template, self.account))
		self.assertEqual((told["count"], told["people"], told["mailboxes"]), (0, [], []))
