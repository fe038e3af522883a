"""Nobody sees through a cadence a record that they may not read (invariant 9, S14.1)."""

import frappe
from frappe.permissions import add_user_permission

from cadences_app.api.cadences import clone
from cadences_app.engine.audience import Audience
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.store import definitions
from cadences_app.tests.site.base import (
	SiteTestCase,
	as_user,
	insert_row,
	make_cadence,
	make_lead,
	make_user,
)

REP = "rep@cadences.example"


class RepTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_user(REP, "Cadence User", "Sales User")
		frappe.db.commit()  # making a user takes seconds: once for all tests

	def tearDown(self):
		super().tearDown()
		definitions.forget_modules()
		frappe.clear_cache(user=REP)  # roles that were rolled back


class TestWhoSeesWhat(RepTestCase):
	def setUp(self):
		self.cadence = make_cadence("Seen by few")
		self.mine, self.other = make_lead("Mine"), make_lead("Other")
		self.seen, self.hidden = self.enroll(self.mine), self.enroll(self.other)

	def enroll(self, record, reference_doctype="Lead"):
		if reference_doctype not in definitions.modules():
			name = f"For {reference_doctype}"
			insert_row("Cadence", cadence_name=name, module=reference_doctype, status="Active")
			definitions.forget_modules()
		reference = {"reference_doctype": reference_doctype, "reference_name": record.name}
		enrollment = insert_row("Cadence Enrollment", cadence=self.cadence.name, status="Active", **reference)
		activity = insert_row("Cadence Activity", enrollment=enrollment, run=1, follow_up="f1", **reference)
		event = insert_row("Cadence Event", enrollment=enrollment, kind="Enrolled", event_key=enrollment)
		return {"Cadence Enrollment": enrollment, "Cadence Activity": activity, "Cadence Event": event}

	def assert_sees(self, user, seen, hidden):
		"""The list shows it exactly when the document can be opened, for enrollment, activity and event."""
		with as_user(user):
			for doctype in seen or hidden:
				listed = frappe.get_list(doctype, pluck="name", limit_page_length=0)
				for rows, expected in ((seen, True), (hidden, False)):
					if rows:
						with self.subTest(doctype, expected=expected):
							self.assertEqual(rows[doctype] in listed, expected)
							may = frappe.has_permission(doctype, "read", rows[doctype], user=user)
							self.assertEqual(bool(may), expected)

	def test_who_reads_all_leads_sees_all(self):
		self.assert_sees(REP, self.seen, None)
		self.assert_sees(REP, self.hidden, None)

	def test_user_permission_on_a_record_hides_what_is_of_the_others(self):
		add_user_permission("Lead", self.mine.name, REP)
		self.assert_sees(REP, self.seen, self.hidden)

	def test_user_permission_on_users_hides_by_the_record_alone(self):
		add_user_permission("User", REP, REP)
		frappe.db.set_value("Lead", self.mine.name, "lead_owner", REP)
		frappe.db.set_value("Lead", self.other.name, "lead_owner", "Administrator")
		self.assert_sees(REP, self.seen, self.hidden)

	def test_without_a_role_for_the_module_nothing_is_seen(self):
		make_user(REP, "Cadence User")
		self.assert_sees(REP, None, self.hidden)

	def test_a_shared_record_is_seen_without_a_role(self):
		make_user(REP, "Cadence User")
		frappe.share.add("Lead", self.mine.name, REP, read=1)
		self.assert_sees(REP, self.seen, self.hidden)

	def test_without_a_cadence_role_nothing_is_seen(self):
		make_user(REP, "Sales User")
		with as_user(REP):
			self.assertFalse(
				frappe.has_permission("Cadence Enrollment", "read", self.seen["Cadence Enrollment"])
			)
			with self.assertRaises(frappe.PermissionError):
				frappe.get_list("Cadence Enrollment")

	def test_history_of_a_deleted_record_is_seen_by_who_reads_all_of_its_kind(self):
		frappe.db.delete("Lead", {"name": self.other.name})
		self.assert_sees(REP, self.hidden, None)
		add_user_permission("Lead", self.mine.name, REP)
		self.assert_sees(REP, self.seen, self.hidden)

	def test_one_hidden_module_does_not_hide_the_other(self):
		secret = frappe.get_doc({"doctype": "Note", "title": "Secret"}).insert()
		self.assert_sees(REP, self.seen, self.enroll(secret, "Note"))

	def test_module_that_is_gone_is_seen_by_nobody_but_the_administrator(self):
		gone = self.enroll(self.mine, "No Such DocType")
		self.assert_sees(REP, self.seen, gone)
		self.assert_sees("Administrator", gone, None)


class TestRights(RepTestCase):
	def test_users_enroll_but_do_not_manage(self):
		make_user(REP, "Cadence User")
		with as_user(REP):
			rights = {
				(doctype, right): bool(frappe.has_permission(doctype, right))
				for doctype in ("Cadence", "Cadence Enrollment", "Cadence Activity", "Cadence Event")
				for right in ("read", "create", "write", "delete")
			}
		allowed = {each for each, is_allowed in rights.items() if is_allowed}
		self.assertEqual(
			allowed,
			{
				("Cadence", "read"),
				("Cadence Enrollment", "read"),
				("Cadence Enrollment", "create"),
				("Cadence Enrollment", "write"),
				("Cadence Activity", "read"),
				("Cadence Activity", "write"),
				("Cadence Event", "read"),
			},
		)

	def test_managers_manage(self):
		make_user(REP, "Cadence Manager")
		with as_user(REP):
			for right in ("read", "create", "write", "delete"):
				self.assertTrue(frappe.has_permission("Cadence", right))
			self.assertTrue(frappe.has_permission("Cadence Settings", "write"))


class TestClone(RepTestCase):
	def setUp(self):
		self.original = make_cadence(
			"Original",
			description="First of its kind",
			audience_kind="Custom View",
			view_filters='[["status", "=", "Open"]]',
			follow_ups=[{"channel": "Task"}, {"channel": "Email", "parent_follow_up": "f1"}],
			unenrollment_rules=[{"kind": "Converted"}],
		)
		self.original.db_set({"status": "Active"})

	def test_clone_is_a_draft_that_says_the_same(self):
		"""S1.3."""
		copy = frappe.get_doc("Cadence", clone(self.original.name, "Copy"))
		self.assertEqual((copy.status, copy.version, copy.module), ("Draft", None, "Lead"))
		before, after = definition_of(self.original).to_dict(), definition_of(copy).to_dict()
		self.assertEqual({**before, "name": "Copy"}, after)

	def test_clone_gets_its_own_description_and_audience(self):
		"""S1.3."""
		filters = '[["status", "=", "Lead"]]'
		name = clone(self.original.name, "Copy", "Second", "Custom View", filters, view_user=REP)
		audience = definition_of(frappe.get_doc("Cadence", name)).audience
		self.assertEqual((audience.filters, audience.as_user), ((("status", "=", "Lead"),), REP))

	def test_clone_for_other_people_leaves_the_view_behind(self):
		name = clone(self.original.name, "Copy", "Second", audience_kind="Manual Enrollment")
		definition = definition_of(frappe.get_doc("Cadence", name))
		self.assertEqual((definition.description, definition.audience), ("Second", Audience()))

	def test_unknown_audience_is_refused(self):
		with self.assertRaisesRegex(frappe.ValidationError, "Everybody is none of"):
			clone(self.original.name, "Copy", audience_kind="Everybody")

	def test_clone_needs_the_right_to_create(self):
		make_user(REP, "Cadence User")
		with as_user(REP), self.assertRaises(frappe.PermissionError):
			clone(self.original.name, "Copy")
