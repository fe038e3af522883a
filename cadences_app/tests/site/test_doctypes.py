"""The forms: what they hold, what they refuse, and that they say the same as the engine."""

from datetime import date, time
from unittest import SkipTest

import frappe

from cadences_app.cadences_app.doctype.cadence.limits import CallsNotAllowed, LimitReached
from cadences_app.custom_fields import FIELDS
from cadences_app.engine.audience import (
	Audience,
	AudienceKind,
	ComingBack,
	Entering,
	Exclusivity,
)
from cadences_app.engine.calendar import Delay, Lateness, LatePolicy, Unit, Window
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.content import (
	Assignee,
	AssigneeKind,
	CallContent,
	Channel,
	EmailContent,
	Invite,
	Priority,
	Release,
	SenderKind,
	TaskContent,
	TaskKind,
	Variant,
)
from cadences_app.engine.definition import (
	Cadence,
	ExitKind,
	ExitRule,
	FollowUp,
	Start,
	Timing,
	Trigger,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy, WindowScope, ZoneSource
from cadences_app.enrolling import activation
from cadences_app.enrolling.enroll import enroll
from cadences_app.enrolling.form.definition import definition_of, fill
from cadences_app.store import compat
from cadences_app.tests.site.base import SiteTestCase, insert_row, make_cadence, make_lead

WELCOME = FollowUp(
	key="f1",
	title="Welcome",
	channel=Channel.EMAIL,
	timing=Timing(delay=Delay(2, Unit.HOURS), at=time(9, 30)),
	content=EmailContent(
		to_field="email_id",
		variants=(Variant("Long", 3), Variant("Short | and sweet", 1)),
		sender=SenderKind.FIXED,
		sender_value="sales@example.com",
		reply_to="desk@example.com",
		release=Release.REVIEW,
		invite=Invite("next_contact", minutes=45, summary="A look at it", location="Online"),
		attachments=("/files/prices.pdf", "/files/terms.pdf"),
		print_format="Standard",
	),
)
REMINDER = FollowUp(
	key="f2",
	title="Reminder",
	channel=Channel.EMAIL,
	parent="f1",
	trigger=Trigger(Outcome.REPLIED, absent=True, within=Delay(3, Unit.BUSINESS_DAYS), since=Outcome.OPENED),
	content=EmailContent(sender=SenderKind.OWNER, thread_of="f1"),
)
PRICE_CALL = FollowUp(
	key="f3",
	channel=Channel.CALL,
	parent="f1",
	trigger=Trigger(Outcome.CLICKED, times=2, detail="https://example.com/prices"),
	timing=Timing(Start.BEFORE_DATE, Delay(1, Unit.WEEKS), "next_contact", time(14)),
	content=CallContent(
		subject="Call {{ doc.first_name }}",
		purpose="Talk about prices",
		agenda="1. Prices\n2. Terms",
		start=Delay(1, Unit.DAYS),
		at=time(0),
		minutes=20,
		remind_minutes=0,
		grace=Delay(3, Unit.HOURS),
		assignee=Assignee(AssigneeKind.FIELD, field="lead_owner"),
	),
)
VISIT = FollowUp(
	key="f7",
	title="Visit",
	channel=Channel.TASK,
	parent="f3",
	trigger=Trigger(Outcome.CALL_RESULT, detail="Interested"),
	content=TaskContent(
		subject="Visit {{ doc.company_name }}",
		description="Bring the samples",
		kind=TaskKind.VISIT,
		priority=Priority.HIGH,
		due=Delay(2, Unit.DAYS),
		assignee=Assignee(AssigneeKind.ROUND_ROBIN, users=("a@example.com", "b@example.com")),
		checklist=("Samples", "Price list"),
	),
)
RULES = (
	ExitRule("r1", ExitKind.OUTCOME, "Answered", trigger=Trigger(Outcome.REPLIED)),
	ExitRule(
		"r2",
		ExitKind.OUTCOME,
		follow_up="f2",
		trigger=Trigger(Outcome.OPENED, absent=True, within=Delay(14, Unit.DAYS)),
	),
	ExitRule(
		"r3",
		ExitKind.CONDITIONS,
		conditions=(
			Condition("status", Operator.IN, ("Do Not Contact", "Lost Quotation")),
			Condition("territory", Operator.IS_SET),
		),
	),
	ExitRule("r4", ExitKind.CONVERTED),
	ExitRule("r5", ExitKind.LEFT_VIEW),
	ExitRule("r6", ExitKind.DATE, on=date(2027, 2, 28)),
	ExitRule(
		"r7", ExitKind.DATE, timing=Timing(Start.BEFORE_DATE, Delay(2, Unit.MONTHS), "ends_on", time(8, 15))
	),
	ExitRule("r8", ExitKind.MEETING),
	ExitRule("r9", ExitKind.EXPRESSION, expression='doc.status == "Closed"'),
)
FULL = Cadence(
	name="Everything",
	module="Lead",
	description="All that a form can say",
	follow_ups=(WELCOME, REMINDER, PRICE_CALL, VISIT),
	exit_rules=RULES,
	policy=SendingPolicy(
		window=Window(frozenset({1, 2, 6}), time(8, 30), time(0)),
		scope=WindowScope.ALL,
		zone=ZoneSource.OWNER,
		business_days=frozenset({0, 1, 2, 3, 5}),
		holiday_list="Holidays 2027",
		late=LatePolicy(Lateness.SKIP, Delay(2, Unit.DAYS)),
		answer_wait_days=10,
	),
	audience=Audience(
		AudienceKind.VIEW,
		(("status", "=", "Open"), ("Lead", "territory", "in", ["A", "B"])),
		"Administrator",
		Entering.AT_INTERVALS,
		Delay(6, Unit.HOURS),
		ComingBack.RESTART,
		10,
	),
	exclusivity=Exclusivity(True, 2, 7, 3, 50, 10, 5),
	close_open_on_exit=True,
)


def store(definition: Cadence):
	doc = frappe.new_doc("Cadence")
	fill(doc, definition)
	doc.insert(ignore_links=True)
	return frappe.get_doc("Cadence", doc.name)


class TestCustomFields(SiteTestCase):
	def test_installed_neighbours_have_the_fields(self):
		for doctype in FIELDS:
			if frappe.db.exists("DocType", doctype):
				meta = frappe.get_meta(doctype)
				for field in FIELDS[doctype]:
					self.assertTrue(meta.has_field(field["fieldname"]), f"{doctype}: {field['fieldname']}")
		results = frappe.get_meta("Event").get_field("cadence_call_result").options
		self.assertIn("Call Back Later", results.split("\n"))


class TestDefinition(SiteTestCase):
	def test_form_holds_all_that_a_definition_says(self):
		self.assertEqual(definition_of(store(FULL)), FULL)

	def test_form_holds_the_least_that_a_definition_says(self):
		bare = Cadence("Bare", "Lead", (FollowUp("f1", Channel.TASK, TaskContent()),))
		self.assertEqual(definition_of(store(bare)), bare)

	def test_unsaved_form_reads_the_same(self):
		doc = frappe.new_doc("Cadence")
		fill(doc, FULL)
		self.assertEqual(definition_of(doc), FULL)

	def test_what_a_row_hides_makes_no_difference(self):
		doc = store(FULL)
		email = doc.follow_ups[0]
		email.subject, email.assignee_users, email.trigger_outcome = "Left over", "x@example.com", "Opened"
		email.sender_account, email.date_field = "Left over", "left_over"
		doc.unenrollment_rules[3].update({"conditions": "no JSON", "follow_up": "f2", "delay_amount": 4})
		doc.follow_ups[3].assignee_field = "left_over"
		self.assertEqual(definition_of(doc), FULL)

	def test_filling_again_replaces_the_rows(self):
		doc = store(FULL)
		fill(doc, Cadence("Everything", "Lead", (REMINDER,)))
		doc.save()
		self.assertEqual([row.follow_up_key for row in doc.follow_ups], ["f2"])
		self.assertFalse(doc.use_window)
		self.assertEqual(definition_of(frappe.get_doc("Cadence", doc.name)).exit_rules, ())


class TestCadence(SiteTestCase):
	"""What a cadence is, and what its saving refuses (S1.1)."""

	def test_new_cadence_is_a_draft_whatever_is_asked_for(self):
		doc = make_cadence("Eager", status="Active")
		self.assertEqual((doc.status, doc.version), ("Draft", None))

	def test_status_does_not_change_by_saving(self):
		doc = make_cadence("Sly")
		doc.status = "Active"
		with self.assertRaisesRegex(frappe.ValidationError, "activating"):
			doc.save()

	def test_rows_get_keys_that_are_never_given_again(self):
		doc = make_cadence("Keys", follow_ups=[{"channel": "Task"}, {"channel": "Task"}])
		doc.append("unenrollment_rules", {"kind": "Converted"})
		doc.save()
		self.assertEqual([row.follow_up_key for row in doc.follow_ups], ["f1", "f2"])
		self.assertEqual(doc.unenrollment_rules[0].rule_key, "r1")
		doc.follow_ups.pop()
		doc.save()
		doc.append("follow_ups", {"channel": "Email"})
		doc.save()
		self.assertEqual([row.follow_up_key for row in doc.follow_ups], ["f1", "f3"])

	def test_equal_keys_are_refused(self):
		rows = [{"channel": "Task", "follow_up_key": "same"}, {"channel": "Call", "follow_up_key": "same"}]
		with self.assertRaisesRegex(frappe.ValidationError, "Rows 1 and 2 have the same key same"):
			make_cadence("Twins", follow_ups=rows)

	def test_drafts_are_refused_with_a_reason(self):
		no_days = {f"workday_{day}": 0 for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
		bad_rule = {"kind": "Record Conditions", "conditions": '[{"field": "status"}]'}
		no_json = {"kind": "Record Conditions", "conditions": "status = Open"}
		no_number = {"kind": "Record Conditions", "conditions": '[["annual_revenue", ">", NaN]]'}
		refused = {
			"NaN is no number": {"unenrollment_rules": [no_number]},
			"1e999 is no number": {"audience_kind": "Custom View", "view_filters": '[["a", ">", 1e999]]'},
			"nested too deeply": {"audience_kind": "Custom View", "view_filters": "[" * 100_000},
			"longer than 500": {"description": "x" * 501},
			"at least one working day": no_days,
			"no records of its own": {"module": "System Settings"},
			"conditions of the view must be a list": {"audience_kind": "Custom View", "view_filters": "{}"},
			"Un-enrollment rule 1: the conditions must be a list": {"unenrollment_rules": [bad_rule]},
			"is no JSON": {"unenrollment_rules": [no_json]},
			"Follow-up 1: a time of day": {"follow_ups": [{"channel": "Task", "at_time": "noon"}]},
			"window opens and closes at times": {"use_window": 1, "window_opens": "early"},
		}
		for reason, fields in refused.items():
			with self.subTest(reason), self.assertRaisesRegex(frappe.ValidationError, reason):
				make_cadence("Refused", **fields)

	def test_names_end_at_100_characters(self):
		make_cadence("x" * 100)
		with self.assertRaises(frappe.ValidationError):
			make_cadence("y" * 101)

	def test_view_without_a_user_is_evaluated_for_its_author(self):
		doc = make_cadence("View", audience_kind="Custom View", view_filters='[["status", "=", "Open"]]')
		self.assertEqual(doc.view_user, frappe.session.user)

	def test_records_enrolled_are_counted(self):
		task = {"title": "Look", "channel": "Task", "subject": "Look"}
		doc = make_cadence("Counted", follow_ups=[task])
		self.assertEqual(doc.enrolled, 0)
		activation.activate(doc)
		enroll(doc.name, [make_lead("Counted").name])
		self.assertEqual(frappe.get_doc("Cadence", doc.name).as_dict()["enrolled"], 1)


class TestLimits(SiteTestCase):
	"""Limits of the settings, and calls for deals (S1.4, S1.5)."""

	def set_limit(self, **limits):
		settings = frappe.get_doc("Cadence Settings")
		settings.update(limits)
		settings.save()

	def tearDown(self):
		frappe.db.rollback()
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")

	def test_too_many_cadences(self):
		self.set_limit(max_cadences=frappe.db.count("Cadence") + 1)
		make_cadence("Last")
		with self.assertRaisesRegex(LimitReached, "Cadences in All"):
			make_cadence("One more")

	def test_too_many_cadences_of_a_module(self):
		self.set_limit(max_cadences_per_module=frappe.db.count("Cadence", {"module": "Contact"}) + 1)
		make_cadence("Last", module="Contact")
		make_cadence("Elsewhere", module="Lead")
		with self.assertRaisesRegex(LimitReached, "Cadences per Module"):
			make_cadence("One more", module="Contact")

	def test_too_many_follow_ups_of_a_channel(self):
		self.set_limit(max_emails=1)
		doc = make_cadence(
			"Mails", follow_ups=[{"channel": "Email"}, {"channel": "Task"}, {"channel": "Task"}]
		)
		doc.append("follow_ups", {"channel": "Email"})
		with self.assertRaisesRegex(LimitReached, "Emails per Cadence.*1 are allowed, this would be 2"):
			doc.save()

	def test_calls_for_deals_only_where_the_settings_allow_them(self):
		self.needs("Opportunity")
		calls = {"module": "Opportunity", "follow_ups": [{"channel": "Call"}]}
		with self.assertRaises(CallsNotAllowed):
			make_cadence("Deal calls", **calls)
		self.set_limit(allow_calls_for_deals=1)
		make_cadence("Deal calls", **calls)

	def test_call_results_of_the_settings_are_offered_on_events(self):
		self.set_limit(call_results="Yes\nNo")
		self.assertEqual(frappe.get_meta("Event").get_field("cadence_call_result").options, "Yes\nNo")


def leading_columns(doctype):
	"""Those by which alone rows of this DocType are found."""
	by_name = {}
	for each in frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True):
		by_name.setdefault(each.Key_name, {})[each.Seq_in_index] = each.Column_name
	return {columns[1] for columns in by_name.values()}


class TestLists(SiteTestCase):
	def test_what_grows_is_listed_by_an_index(self):
		"""Without one, a list of a million rows takes seconds."""
		for kind in ("Enrollment", "Activity", "Event", "Visit", "Incoming Mail"):
			self.assertEqual(frappe.get_meta(f"Cadence {kind}").sort_field, "creation")
			self.assert_indexed(f"Cadence {kind}", "creation")

	def test_whatever_a_list_is_narrowed_by_is_found_by_an_index(self):
		"""Few of a million may have the value."""
		if frappe.conf.db_type not in (None, "mariadb"):
			raise SkipTest("as MariaDB tells of indexes")
		for kind, more in (("Enrollment", {"stuck"}), ("Activity", set())):
			doctype = f"Cadence {kind}"
			offered = {each.fieldname for each in frappe.get_meta(doctype).fields if each.in_standard_filter}
			for field in offered | more:
				self.assertIn(field, leading_columns(doctype), doctype)

	def test_a_queue_is_found_by_indexes(self):
		"""S8.4: that of everybody as well, however much was ever carried out."""
		self.assert_indexed("Cadence Activity", "open_work")
		self.assert_indexed("Cadence Activity", "modified")

	def test_tables_have_indexes_of_the_same_columns(self):
		"""PostgreSQL has each name of an index once."""
		for kind in ("Enrollment", "Activity"):
			self.assert_indexed(f"Cadence {kind}", "reference_doctype_reference_name")

	def assert_indexed(self, doctype, name):
		"""By that name, Frappe's own or ours."""
		names = (name, f"{name}_index")
		self.assertTrue([each for each in names if compat.has_index(doctype, each)], (doctype, name))


class TestWhatRuns(SiteTestCase):
	def setUp(self):
		self.cadence = make_cadence(f"Run {frappe.generate_hash(length=8)}")
		self.version = frappe.get_doc(
			{
				"doctype": "Cadence Version",
				"cadence": self.cadence.name,
				"number": 1,
				"definition": frappe.as_json(definition_of(self.cadence).to_dict()),
			}
		).insert()

	def enroll(self, **columns):
		lead = make_lead("Runner")
		values = {
			"cadence": self.cadence.name,
			"cadence_version": self.version.name,
			"reference_doctype": "Lead",
			"reference_name": lead.name,
			"status": "Stopped",
			**columns,
		}
		return frappe.get_doc("Cadence Enrollment", insert_row("Cadence Enrollment", **values))

	def test_version_is_numbered_once(self):
		self.assertTrue(self.version.name.startswith(f"{self.cadence.name}-v1-"))
		again = frappe.copy_doc(self.version)
		with self.assertRaises(frappe.UniqueValidationError):
			again.insert()

	def test_version_never_changes(self):
		self.version.definition = "{}"
		with self.assertRaisesRegex(frappe.ValidationError, "can't be changed"):
			self.version.save()

	def test_version_stays_while_somebody_is_enrolled_in_it(self):
		self.enroll()
		with self.assertRaises(frappe.LinkExistsError):
			self.version.delete()

	def test_cadence_takes_its_versions_along(self):
		self.cadence.delete()
		self.assertFalse(frappe.db.exists("Cadence Version", self.version.name))

	def test_cadence_stays_while_somebody_is_enrolled_in_it(self):
		self.enroll()
		with self.assertRaisesRegex(frappe.LinkExistsError, "Deactivate it"):
			self.cadence.delete()

	def test_what_the_runtime_writes_is_not_edited(self):
		enrollment = self.enroll()
		activity = insert_row("Cadence Activity", enrollment=enrollment.name, run=1, follow_up="f1")
		event = insert_row("Cadence Event", enrollment=enrollment.name, kind="Enrolled", event_key="e")
		for doc in (
			enrollment,
			frappe.get_doc("Cadence Activity", activity),
			frappe.get_doc("Cadence Event", event),
		):
			with self.subTest(doc.doctype), self.assertRaisesRegex(frappe.ValidationError, "can't be edited"):
				doc.save()

	def test_only_one_live_enrollment_of_a_record(self):
		self.enroll(active_key="same")
		self.enroll(active_key=None)
		self.enroll(active_key=None)
		with self.assertRaises(Exception) as caught:
			self.enroll(active_key="same")
		self.assertTrue(frappe.db.is_unique_key_violation(caught.exception))

	def test_follow_up_has_one_activity_in_a_run(self):
		key = {"enrollment": self.enroll().name, "follow_up": "f1"}
		insert_row("Cadence Activity", **key, run=1)
		insert_row("Cadence Activity", **key, run=2)
		with self.assertRaises(Exception) as caught:
			insert_row("Cadence Activity", **key, run=1)
		self.assertTrue(frappe.db.is_unique_key_violation(caught.exception))

	def test_live_enrollment_is_not_deleted(self):
		with self.assertRaisesRegex(frappe.ValidationError, "still live"):
			self.enroll(active_key="live").delete()

	def test_deleted_enrollment_takes_its_history_along_and_leaves_the_task(self):
		enrollment = self.enroll()
		activity = insert_row("Cadence Activity", enrollment=enrollment.name, run=1, follow_up="f1")
		event = insert_row("Cadence Event", enrollment=enrollment.name, kind="Enrolled", event_key="gone")
		todo = frappe.get_doc(
			{"doctype": "ToDo", "description": "Call", "cadence_activity": activity}
		).insert()
		enrollment.delete()
		self.assertFalse(frappe.db.exists("Cadence Activity", activity))
		self.assertFalse(frappe.db.exists("Cadence Event", event))
		todo.reload()
		self.assertIsNone(todo.cadence_activity)
		todo.save()

	def test_record_and_task_can_be_deleted_although_they_were_in_a_cadence(self):
		enrollment = self.enroll()
		todo = frappe.get_doc({"doctype": "ToDo", "description": "Call"}).insert()
		insert_row(
			"Cadence Activity",
			enrollment=enrollment.name,
			run=1,
			follow_up="f1",
			activity_doctype="ToDo",
			activity_name=todo.name,
		)
		todo.delete()
		frappe.delete_doc("Lead", enrollment.reference_name)
		self.assertFalse(frappe.db.exists("Lead", enrollment.reference_name))
