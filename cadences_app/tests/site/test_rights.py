"""Nobody gets in by a back door: asked over HTTP by people who may less than they try (S14.1, S14.1a)."""

import frappe
from frappe.permissions import add_permission, add_user_permission, update_permission_property

from cadences_app.store import rights
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.base import insert_row
from cadences_app.tests.site.builders import enroll, make_cadence, make_lead, task
from cadences_app.tests.site.sweeping import SweptTestCase

READER = "Cadence Test Selector"
OF_RECORDS = (
	"Cadence Enrollment",
	"Cadence Activity",
	"Cadence Event",
	"Cadence Incoming Mail",
	"Cadence Visit",
)


class AttackTestCase(SweptTestCase):
	"""Mallory has a right to use cadences and none to read Leads, unless a test says so."""

	roles: tuple[str, ...] = ("Cadence User", "Cadence Manager")

	def setUp(self) -> None:
		super().setUp()
		self.mallory = Person("mallory@cadences.example", *self.roles)
		self.cadence, self.lead = make_cadence(task("look", days=2)), make_lead()
		[self.enrollment] = enroll(self.cadence, self.lead)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.delete("Custom DocPerm", {"parent": "Lead"})
		self.mallory.leave()
		frappe.clear_cache(doctype="Lead")
		super().tearDown()

	def give_mallory(self, right: str) -> None:
		"""This one right on Leads, by a role."""
		if not frappe.db.exists("Role", READER):
			frappe.get_doc({"doctype": "Role", "role_name": READER}).insert()
		add_permission("Lead", READER, 0)
		for each in ("read", "select"):
			update_permission_property("Lead", READER, 0, each, int(each == right))
		self.mallory.has_roles(*self.roles, READER)


class TestWithoutTheRightToRead(AttackTestCase):
	def see_nothing(self) -> None:
		reference = {"reference_doctype": "Lead", "reference_name": self.lead.name}
		activity = insert_row(
			"Cadence Activity", enrollment=self.enrollment, run=9, follow_up="f9", **reference
		)
		insert_row("Cadence Incoming Mail", activity=activity, mail_key=activity, **reference)
		insert_row("Cadence Visit", activity=activity, visit_key=activity)
		for doctype in OF_RECORDS:
			with self.subTest(doctype):
				self.assertTrue(frappe.get_all(doctype))
				self.assertEqual(self.mallory.lists(doctype), [])
				[name, *_more] = frappe.get_all(doctype, pluck="name")
				answer = self.mallory.gets(f"/api/resource/{doctype}/{name}")
				self.assertEqual(answer.status_code, 403, told(answer)[:300])

	def test_a_user_permission_on_the_module_is_no_right_to_read(self):
		add_user_permission("Lead", make_lead().name, self.mallory.email)
		self.see_nothing()

	def test_nothing_is_seen_without_any_right(self):
		self.see_nothing()

	def test_nothing_can_be_taken_out_or_steered(self):
		add_user_permission("Lead", self.lead.name, self.mallory.email)
		answer = self.mallory.asks("enrollments.unenroll", doctype="Lead", names=[self.lead.name])
		self.assertEqual(answer.json["message"]["unenrolled"], 0)
		for method in ("stop", "pause", "resume", "skip"):
			answer = self.mallory.asks(f"enrollments.{method}", enrollments=[self.enrollment])
			self.assertEqual(answer.status_code, 403, method)
		for method, arguments in (
			("of_record", {"doctype": "Lead", "name": self.lead.name}),
			("timeline", {"enrollment": self.enrollment}),
		):
			answer = self.mallory.asks(f"enrollments.{method}", **arguments)
			self.assertEqual(answer.status_code, 403, method)
		self.assertEqual(builders.state(self.enrollment).status, "Active")

	def test_nobody_is_enrolled(self):
		for right in ("", "select"):
			with self.subTest(right):
				if right:
					self.give_mallory(right)
				other = make_lead()
				add_user_permission("Lead", other.name, self.mallory.email, ignore_permissions=True)
				self.mallory.asks("enrollments.enroll", cadence=self.cadence.name, names=[other.name])
				values = {"cadence": self.cadence.name, "reference_doctype": "Lead"}
				self.mallory.inserts("Cadence Enrollment", **values, reference_name=other.name)
				self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": other.name}))

	def test_select_alone_shows_nothing(self):
		self.give_mallory("select")
		self.see_nothing()

	def test_what_is_shared_is_seen_and_nothing_else(self):
		other = make_lead()
		[shared] = enroll(self.cadence, other)
		frappe.share.add("Lead", other.name, self.mallory.email)
		self.assertEqual(self.mallory.lists("Cadence Enrollment"), [shared])

	def test_who_may_read_enrolls(self):
		"""So that the tests above can fail."""
		self.give_mallory("read")
		other = make_lead()
		self.mallory.asks("enrollments.enroll", cadence=self.cadence.name, names=[other.name])
		self.assertTrue(frappe.db.exists("Cadence Enrollment", {"reference_name": other.name}))
		self.assertIn(self.enrollment, self.mallory.lists("Cadence Enrollment"))


class TestEveryDocType(AttackTestCase):
	def test_what_is_about_a_record_is_as_visible_as_the_record(self):
		"""Also what is added later: whoever but System Managers reads it reads it by the record's rights."""
		ours = {"name": ("like", "Cadence%"), "custom": 0, "istable": 0}
		hooks = [frappe.get_hooks(name) for name in ("permission_query_conditions", "has_permission")]
		for doctype in frappe.get_all("DocType", ours, pluck="name"):
			meta = frappe.get_meta(doctype)
			if not any(meta.has_field(each) for each in ("reference_name", "enrollment", "activity")):
				continue
			if {each.role for each in meta.permissions if each.read} != {"System Manager"}:
				with self.subTest(doctype):
					self.assertTrue(all(doctype in each for each in hooks))


class TestNamesThatEndAText(AttackTestCase):
	"""A backslash takes the meaning from the quote behind it, so a text goes on beyond its end."""

	roles = ("Cadence User",)
	names = ("\\') or 1=1 -- ", "\\", "\\') union select name from tabUser -- ", "x\\", "%s", "%(a)s", "'")

	def test_nothing_more_is_read_enrolled_or_told(self):
		self.give_mallory("read")
		mine, secret = make_lead(), make_lead(first_name="Secret")
		add_user_permission("Lead", mine.name, self.mallory.email)
		frappe.clear_cache(user=self.mallory.email)
		for name in self.names:
			with self.subTest(name):
				asked = [secret.name, mine.name, name]
				self.assertEqual(rights.readable_records("Lead", asked, self.mallory.email), {mine.name})
				asked = {"doctype": "Lead", "records": [secret.name, name], "cadences": [self.cadence.name]}
				for method in ("enroll", "preview", "un_enroll", "pause", "restart"):
					answer = self.mallory.asks(f"records.{method}", **asked)
					self.assertEqual(answer.status_code, 200, told(answer)[:300])
					told_of = {each["answer"] for each in answer.json["message"]["answers"]}
					self.assertFalse(told_of & {"enrolled", "unenrolled", "paused", "restarted"}, method)
					self.assertNotIn("Secret", told(answer))
				answer = self.mallory.asks("records.state", **asked)
				self.assertEqual([each["status"] for each in answer.json["message"]], [None, None])
		self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": secret.name}))


class TestReadableRecords(AttackTestCase):
	def test_for_a_user(self):
		other, user = make_lead(), self.mallory.email
		names = {self.lead.name, other.name}
		self.assertEqual(rights.readable_records("Lead", names), names)
		self.assertEqual(rights.readable_records("Lead", names, user), set())
		frappe.share.add("Lead", other.name, user)
		self.assertEqual(rights.readable_records("Lead", names, user), {other.name})
		self.give_mallory("read")
		self.assertEqual(rights.readable_records("Lead", names, user), names)
		add_user_permission("Lead", self.lead.name, user)
		frappe.clear_cache(user=user)
		self.assertEqual(rights.readable_records("Lead", names, user), names)
		frappe.db.delete("DocShare", {"user": user})
		self.assertEqual(rights.readable_records("Lead", names, user), {self.lead.name})

	def test_of_what_is_no_doctype(self):
		self.assertEqual(rights.readable_records("No Such DocType", ["x"]), set())

	def test_no_name_is_read_as_sql(self) -> None:
		"""Behind a backslash, MariaDB takes a quote for a part of the text."""
		for name in ("\\') or 1=1 -- ", "\\", "it's", "100 %", "%(param1)s"):
			with self.subTest(name):
				self.assertEqual(rights.readable_records("Lead", [name]), set())
				self.assertEqual(rights.readable_records("Lead", [name, self.lead.name]), {self.lead.name})


class TestSuppressionList(AttackTestCase):
	roles = ("Cadence User",)

	def test_a_rep_learns_whether_and_not_who(self):
		frappe.get_doc(
			{"doctype": "Cadence Suppression", "address": "gone@buyer.example", "note": "550 private"}
		).insert()
		self.assertEqual(self.mallory.lists("Cadence Suppression"), [])
		answer = self.mallory.gets("/api/resource/Cadence Suppression/gone@buyer.example")
		self.assertEqual(answer.status_code, 403)
		for address, may in (("Gone@buyer.example", False), ("fine@buyer.example", True)):
			answer = self.mallory.asks("suppression.may_write_to", address=address)
			self.assertEqual(answer.json["message"], {"may": may})
			self.assertNotIn("550", told(answer))

	def test_who_may_enroll_nobody_is_told_nothing(self):
		self.mallory.has_roles()
		answer = self.mallory.asks("suppression.may_write_to", address="fine@buyer.example")
		self.assertEqual(answer.status_code, 403)


class TestWhatIsNotAskedFor(AttackTestCase):
	roles = ("Cadence User",)

	def test_a_rep_is_not_told_that_they_may_not_edit_what_they_only_read(self):
		"""Frappe says so of its own accord wherever a document is asked, and Desk shows that in a dialog."""
		self.give_mallory("read")
		[activity] = frappe.get_all("Cadence Activity", {"enrollment": self.enrollment}, pluck="name")
		draft = {"name": self.cadence.name, "module": "Lead"}
		for method, arguments in (
			("reports.cadence", {"cadence": self.cadence.name}),
			("reports.held_out", {"cadence": self.cadence.name}),
			("reports.stands_still", {"cadence": self.cadence.name}),
			("reports.what_comes", {"cadence": self.cadence.name}),
			("builder.check", {"doc": draft}),
			("queue.settle", {"activities": [activity]}),
		):
			for can_read in (True, False):
				with self.subTest(method, can_read=can_read):
					self.mallory.has_roles(*self.roles, *([READER] if can_read else []))
					answer = self.mallory.asks(method, **arguments)
					self.assertEqual(answer.status_code, 200, told(answer)[:300])
					self.assertNotIn("_server_messages", answer.json)
