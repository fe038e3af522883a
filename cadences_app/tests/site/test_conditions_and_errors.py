"""What stands in a stored condition, and what an error tells whom, over HTTP (S14.1a)."""

import json

import frappe

from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.sweeping import SweptTestCase

ATTACK = "<img src=x onerror=alert(1)>"
TRACEBACK = (
	'Traceback (most recent call last):\n  File "apps/secret.py", line 3, in f\nValueError: no such colour'
)


class ManagerTestCase(SweptTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mallory = Person("mallory@cadences.example", "Cadence Manager", "Cadence User", "Sales User")

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		self.mallory.leave()
		super().tearDown()


class TestConditions(ManagerTestCase):
	def save(self, **values):
		name = builders.unique("Conditions")
		return self.mallory.inserts("Cadence", cadence_name=name, module="Lead", **values)

	def view(self, *filters):
		return self.save(audience_kind="Custom View", view_filters=json.dumps(filters))

	def test_fields_and_operators_of_a_view(self) -> None:
		for field, operator, expected in (
			("status", "=", True),
			("_assign", "like", True),
			("lead_owner.full_name", "=", True),
			("lead_owner.api_secret", "=", False),
			("lead_owner.roles", "=", False),
			("status.name", "=", False),
			(ATTACK, "=", False),
			("nope", "=", False),
			("status", ATTACK, False),
			("status", "= 1 or 1", False),
			("name) or (1", "=", False),
		):
			with self.subTest((field, operator)):
				answer = self.view([field, operator, "Open"])
				self.assertEqual(answer.status_code == 200, expected, told(answer)[:500])
				self.assertNotIn("<img", told(answer))

	def test_a_draft_is_held_to_the_same(self) -> None:
		"""S14.1a: what is counted before it is saved tells as much as what is counted afterwards."""
		cadence = builders.make_cadence(builders.task("look"))
		frappe.db.set_value("Cadence", cadence.name, {"view_user": self.mallory.email})
		frappe.db.commit()
		row = {"channel": "Task", "follow_up_key": "look", "title": "Look", "subject": "Look"}
		draft = {"name": cadence.name, "module": "Lead", "follow_ups": [row], "audience_kind": "Custom View"}
		draft |= {"view_user": self.mallory.email, **dict.fromkeys(("workday_monday", "use_window"), 1)}
		draft |= {"window_opens": "09:00", "window_closes": "17:00", "window_monday": 1}
		lead = builders.make_lead().name
		for filters, expected in (
			([["status", "=", "Open"]], 200),
			([["lead_owner.api_key", "like", "a%"]], 417),
			([["User", "api_key", "like", "a%"]], 417),
		):
			doc = draft | {"view_filters": json.dumps(filters)}
			for method, more in (
				("trying.before_activation", {}),
				("trying.dry_run", {"record": lead}),
				("replay.replay", {"since": "2026-01-01", "until": "2026-01-02"}),
				("stories.run", {}),
			):
				with self.subTest(filters, method=method):
					answer = self.mallory.asks(method, doc=doc, **more)
					self.assertEqual(answer.status_code, expected, told(answer)[:500])

	def test_values_that_no_filter_can_hold_are_named_when_it_is_activated(self) -> None:
		"""S1.6: not by the database, when the view is first looked at."""
		for each in (
			["status", "=", ["Open", "Lead"]],
			["status", "!=", {"a": 1}],
			["status", "in", [["Open"]]],
			["lead_name", "is", "set' or 1=1"],
			["creation", "between", ["the first", "the last"]],
			["status", "descendants of", "Open"],
		):
			with self.subTest(each):
				row = {"channel": "Task", "title": "Look", "subject": "Look"}
				filters = json.dumps([each])
				answer = self.save(audience_kind="Custom View", view_filters=filters, follow_ups=[row])
				self.assertEqual(answer.status_code, 200, told(answer)[:500])
				name = answer.json["data"]["name"]
				answer = self.mallory.asks("activation.activate", cadence=name)
				self.assertEqual(answer.status_code, 417, told(answer)[:500])
				self.assertIn("CadenceFaulty", answer.json["exc_type"])
				self.assertNotIn("SQL", told(answer))

	def test_another_doctype_than_a_child_table_is_refused(self) -> None:
		answer = self.view(["User", "api_key", "like", "a%"])
		self.assertEqual(answer.status_code, 417, told(answer)[:500])

	def test_fields_of_a_rule(self) -> None:
		"""Nor of linked documents, which no rule looks at: a dry run would tell what is in those that its
		mails go by."""
		known = (("status", True), (ATTACK, False), ("nope", False), ("lead_owner.mobile_no", False))
		for field, expected in known:
			with self.subTest(field):
				condition = [{"field": field, "operator": "=", "value": "x"}]
				rule = {"kind": "Record Conditions", "conditions": json.dumps(condition)}
				answer = self.save(unenrollment_rules=[rule])
				self.assertEqual(answer.status_code == 200, expected, told(answer)[:500])

	def test_a_view_is_evaluated_for_oneself(self) -> None:
		"""S14.1a: not with the rights of the Administrator, unless one manages the site."""
		values = {"audience_kind": "Custom View", "view_filters": '[["status", "=", "Open"]]'}
		self.assertEqual(self.save(**values, view_user="Administrator").status_code, 403)
		self.assertEqual(self.save(**values, view_user=self.mallory.email).status_code, 200)

	def test_a_clone_is_not_evaluated_for_who_made_the_original(self) -> None:
		values = {"audience_kind": "Custom View", "view_filters": '[["status", "=", "Open"]]'}
		original = builders.make_cadence(builders.task("look"))
		frappe.db.set_value("Cadence", original.name, {**values, "view_user": "Administrator"})
		copy = builders.unique("Copy")
		answer = self.mallory.asks("cadences.clone", cadence=original.name, cadence_name=copy)
		self.assertEqual(answer.status_code, 200, told(answer)[:500])
		self.assertEqual(frappe.db.get_value("Cadence", copy, "view_user"), self.mallory.email)


class TestWhereTracebacksAreKept(ManagerTestCase):
	def test_only_system_managers_read_them(self) -> None:
		"""Of every DocType of ours, also of later ones; an activity's error is the mail server's sentence."""
		ours = {"name": ("like", "Cadence%"), "custom": 0, "istable": 0}
		for doctype in frappe.get_all("DocType", ours, pluck="name"):
			meta = frappe.get_meta(doctype)
			field = meta.get_field("error")
			if field is None or field.fieldtype != "Long Text" or doctype == "Cadence Activity":
				continue
			readers = {
				each.role for each in meta.permissions if each.read and each.permlevel == field.permlevel
			}
			self.assertEqual(readers, {"System Manager"}, doctype)


class TestErrors(ManagerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.lead = builders.make_lead()
		[self.enrollment] = builders.enroll(builders.make_cadence(builders.task("look", days=2)), self.lead)
		frappe.db.set_value("Cadence Enrollment", self.enrollment, "error", TRACEBACK)
		frappe.db.set_value("Cadence Event", {"enrollment": self.enrollment}, "error", TRACEBACK)
		frappe.db.commit()

	def answers(self):
		yield self.mallory.asks("enrollments.of_record", doctype="Lead", name=self.lead.name)
		yield self.mallory.asks("enrollments.timeline", enrollment=self.enrollment)

	def resources(self):
		yield self.mallory.gets(f"/api/resource/Cadence Enrollment/{self.enrollment}")
		event = frappe.db.get_value("Cadence Event", {"enrollment": self.enrollment})
		yield self.mallory.gets(f"/api/resource/Cadence Event/{event}")

	def test_others_see_the_sentence(self) -> None:
		for answer in self.answers():
			self.assertIn("no such colour", told(answer))
			self.assertNotIn("secret.py", told(answer))
		for answer in self.resources():
			self.assertEqual(answer.status_code, 200)
			self.assertNotIn("secret.py", told(answer))

	def test_system_managers_see_the_traceback(self) -> None:
		self.mallory.has_roles("System Manager", "Cadence Manager", "Sales User")
		for answer in (*self.answers(), *self.resources()):
			self.assertIn("secret.py", told(answer))


class TestSharing(ManagerTestCase):
	def test_a_share_that_frappe_would_refuse_is_not_made(self) -> None:
		"""S14.1a: who may not share a record doesn't have a task share it."""
		self.mallory.has_roles("Cadence Manager")
		self.assertFalse(frappe.has_permission("Lead", "share", user=self.mallory.email))
		friend = Person("friend@cadences.example", "Cadence User")
		self.addCleanup(friend.leave)
		frappe.db.set_value("User", friend.email, "user_type", "System User")
		frappe.clear_cache(user=friend.email)
		frappe.clear_document_cache("User", friend.email)
		assignee = {"kind": "User", "users": [friend.email]}
		cadence = builders.make_cadence(builders.task("look", assignee=assignee))
		for publisher, shared in ((self.mallory.email, 0), ("Administrator", 1)):
			with self.subTest(publisher):
				frappe.db.set_value("Cadence Version", cadence.version, "published_by", publisher)
				lead = builders.make_lead()
				builders.enroll(cadence, lead)
				found = frappe.db.count("DocShare", {"share_name": lead.name, "user": friend.email})
				self.assertEqual(found, shared)
				self.assertEqual(frappe.db.count("ToDo", {"reference_name": lead.name}), shared)

	def test_who_stands_in_is_let_in_by_who_may_share_the_record(self) -> None:
		"""S14.1a: who may enter absences of others makes themselves no reader of their records."""
		builders.make_reps()
		self.mallory.has_roles("Cadence Manager")
		frappe.db.set_value("User", self.mallory.email, "user_type", "System User")
		frappe.clear_cache(user=self.mallory.email)
		frappe.clear_document_cache("User", self.mallory.email)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Cadence Absence")
		today = frappe.utils.getdate()
		dates = {"from_date": str(today), "to_date": str(today + builders.DAY)}
		absence = {"user": builders.REP, "deputy": self.mallory.email, **dates}
		made = self.mallory.inserts("Cadence Absence", **absence)
		self.assertEqual(made.status_code, 200, told(made)[:500])
		cadence = builders.make_cadence(builders.task("look"), builders.call("ring"))
		for entered_by, shared in ((self.mallory.email, 0), ("Administrator", 1)):
			with self.subTest(entered_by):
				said = ("Cadence Absence", {"user": builders.REP}, "deputy", self.mallory.email)
				frappe.db.set_value(*said, modified_by=entered_by)
				lead = builders.make_lead(lead_owner=builders.REP)
				[enrollment] = builders.enroll(cadence, lead)
				let_in = {"share_name": lead.name, "user": self.mallory.email}
				self.assertEqual(frappe.db.count("DocShare", let_in), shared)
				given = self.mallory.email if shared else builders.REP
				self.assertEqual(builders.made_for(enrollment, "look").allocated_to, given)
				self.assertEqual(builders.made_for(enrollment, "ring").owner, given)
