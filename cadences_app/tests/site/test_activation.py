"""Activating, publishing, halting and setting going again (S1.6, S1.7, S6.3, S7)."""

from datetime import timedelta

import frappe
from frappe.utils import add_days, now_datetime

from cadences_app.api import activation as api
from cadences_app.api.course import course
from cadences_app.engine.events import PauseRequested, Republish, ResumeRequested, StopRequested
from cadences_app.enrolling import activation, control
from cadences_app.enrolling.activation import CadenceFaulty
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.enrolling.form.definition import WEEKDAYS
from cadences_app.enrolling.way_back import Again
from cadences_app.reports import figures, standstill
from cadences_app.runtime import runner
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.base import make_cadence as make_draft
from cadences_app.tests.site.builders import (
	activity,
	at,
	call,
	enroll,
	made_for,
	make_cadence,
	make_lead,
	state,
	task,
	work,
)
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.test_enrolling import ENROLLER, TURNED_DOWN, EnrollingTestCase


class ActivationTestCase(EnrollingTestCase):
	def given(self, *follow_ups, **more):
		self.cadence, self.lead = make_cadence(*follow_ups, **more), make_lead()
		[self.enrollment] = enroll(self.cadence, self.lead)

	def edit(self, **columns):
		"""Change the first follow-up's row in the form, and save it."""
		return self.edit_row(0, **columns)

	def edit_row(self, number, **columns):
		doc = frappe.get_doc("Cadence", self.cadence.name)
		doc.follow_ups[number].update(columns)
		return doc.save()

	def doc(self):
		return frappe.get_doc("Cadence", self.cadence.name)


class TestActivate(ActivationTestCase):
	def test_a_draft_becomes_version_one(self):
		draft = make_draft(builders.unique("New"), follow_ups=[{"channel": "Task", "subject": "Look"}])
		self.assertEqual(api.faults(draft.name), [])
		version = api.activate(draft.name)

		stored = frappe.get_doc("Cadence Version", version)
		self.assertEqual((stored.cadence, stored.number), (draft.name, 1))
		draft.reload()
		self.assertEqual((draft.status, draft.version), ("Active", version))
		with self.assertRaisesRegex(frappe.ValidationError, "active already"):
			api.activate(draft.name)

	def test_another_cadence_of_the_same_name_gets_versions_of_its_own(self):
		name, rows = builders.unique("New"), [{"channel": "Task", "subject": "Look"}]
		versions = set()
		for _ in range(3):
			versions.add(api.activate(make_draft(name, follow_ups=rows).name))
			# As renaming leaves it: the version keeps its name and belongs to the cadence's new one.
			frappe.db.set_value("Cadence Version", {"cadence": name}, "cadence", builders.unique("Renamed"))
			frappe.db.delete("Cadence", {"name": name})
			frappe.db.delete("Cadence Follow-up", {"parent": name})
		self.assertEqual(len(versions), 3)

	def test_each_fault_is_named_with_its_follow_up(self):
		rows = [
			{"channel": "Email", "title": "Hello", "to_field": "fax_number"},
			{"channel": "Task", "title": "Lost", "subject": "Look", "parent_follow_up": "f9"},
			{"channel": "Task", "title": "One", "subject": "1", "parent_follow_up": "f4"},
			{"channel": "Task", "title": "Two", "subject": "2", "parent_follow_up": "f3"},
			{
				"channel": "Task",
				"title": "Odd",
				"subject": "3",
				"parent_follow_up": "f1",
				"trigger_outcome": "Overdue",
				"delay_amount": -1,
				"delay_unit": "Days",
			},
			{"channel": "Email", "title": "Gone", "to_field": "email_id", "email_template": None},
		]
		draft = make_draft(
			builders.unique("Faulty"),
			follow_ups=rows,
			use_window=1,
			window_opens="09:00",
			window_closes="17:00",
			**{f"window_{day}": 0 for day in WEEKDAYS},
		)

		found = api.faults(draft.name)

		for told in (
			'Follow-up "Hello": the records have no field fax_number',
			'Follow-up "Hello": it has no email template',
			'Follow-up "Lost": its previous follow-up f9 is not in this cadence',
			'Follow-up "One": it comes after itself',
			'Follow-up "Odd": the previous follow-up can never be Overdue',
			'Follow-up "Odd": a delay can\'t be below zero',
			'Follow-up "Gone": it has no email template',
			"The sending window never opens",
		):
			with self.subTest(told):
				self.assertTrue([each for each in found if each.startswith(told)], found)
		with self.assertRaises(CadenceFaulty):
			api.activate(draft.name)
		self.assertEqual(frappe.db.get_value("Cadence", draft.name, "status"), "Draft")
		self.assertFalse(frappe.db.exists("Cadence Version", {"cadence": draft.name}))
		self.assertIn("Lost", str(frappe.get_message_log()[-1]))

	def test_what_could_never_work_is_named(self):
		"""S1.6: fields that are not there or hold no date, links and results that nothing can bring."""
		rules = [
			{
				"kind": "Expression",
				"title": "Score",
				"expression": "doc.scoer > 5 or doc['statsu'] == 'Lost'",
			},
			{"kind": "Date", "title": "Day", "date_field": "city", "delay_amount": 1, "delay_unit": "Days"},
			{"kind": "Outcome of a Follow-up", "title": "Click", "trigger_outcome": "Clicked"},
			{"kind": "Outcome of a Follow-up", "title": "Said", "trigger_outcome": "Call Result"},
		]
		rules[2]["trigger_detail"], rules[3]["trigger_detail"] = "https://nowhere.example/", "Interessted"
		dated = {"start": "Before a Date Field", "date_field": "status", "delay_amount": 1}
		template = {"doctype": "Email Template", "name": builders.unique("Template"), "subject": "Hello"}
		template |= {"use_html": 1, "response_html": "<a href='https://seller.example/offer'>look</a>"}
		template = frappe.get_doc(template).insert().name
		rows = [
			{"channel": "Call", "title": "Ring", "subject": "Ring"},
			{"channel": "Task", "title": "Then", "subject": "Look", "parent_follow_up": "f1"},
			{"channel": "Task", "title": "Dated", "subject": "Look", "delay_unit": "Days", **dated},
			{"channel": "Email", "title": "Mail", "to_field": "email_id", "email_template": template},
		]
		rows[1] |= {"trigger_outcome": "Call Result", "trigger_detail": "Left Mesage"}
		draft = make_draft(builders.unique("Faulty"), follow_ups=rows, unenrollment_rules=rules)

		found = api.faults(draft.name)

		for told in (
			'rule "Score": its expression reads doc.scoer, which Lead does not have.',
			'rule "Score": its expression reads doc.statsu, which Lead does not have.',
			'rule "Day": it counts from "City", which is no date of the record.',
			'rule "Click": no email that it listens to has the link https://nowhere.example/.',
			'rule "Said": the call result "Interessted" is not in the list of Cadence Settings.',
			'Follow-up "Then": the call result "Left Mesage" is not in the list of Cadence Settings.',
			'Follow-up "Dated": it counts from "Status", which is no date of the record.',
		):
			with self.subTest(told):
				self.assertTrue([each for each in found if told in each], found)

	def test_results_and_dates_that_can_come_are_no_faults(self):
		day = {"timing": {"start": "After a Date Field", "date_field": "creation"}}
		rule = {"key": "gone", "kind": "Expression", "expression": "doc.get('city') and doc.owner"}
		draft = make_cadence(
			call("ring"),
			task("busy", "ring", "Call Result") | {"trigger": {"outcome": "Call Result", "detail": "Busy"}},
			task("dated") | day,
			exit_rules=[rule],
		)
		self.assertEqual(api.faults(draft.name), [])

	def test_a_cadence_without_follow_ups_is_refused(self):
		draft = make_draft(builders.unique("Empty"))
		self.assertEqual(api.faults(draft.name), ["It has no follow-up."])

	def test_calls_for_deals_are_refused_unless_allowed(self):
		self.needs("Opportunity")
		frappe.db.set_single_value("Cadence Settings", "allow_calls_for_deals", 1)
		draft = make_draft(
			builders.unique("Deal"), module="Opportunity", follow_ups=[{"channel": "Call", "subject": "Ring"}]
		)
		frappe.db.set_single_value("Cadence Settings", "allow_calls_for_deals", 0)
		self.assertIn("calls are not allowed in cadences for deals", " ".join(api.faults(draft.name)))

	def test_managing_is_a_right_of_its_own(self):
		cadence = make_cadence(task("look"))
		with as_user(builders.REP):
			for act in (api.faults, api.activate, api.publish, api.deactivate, api.reactivate):
				with self.subTest(act.__name__), self.assertRaises(frappe.PermissionError):
					act(cadence.name)
		with as_user(ENROLLER):
			self.assertEqual(api.faults(cadence.name), [])
			for act in (api.activate, api.publish, api.deactivate, api.reactivate):
				with self.subTest(act.__name__), self.assertRaises(frappe.PermissionError):
					act(cadence.name)


class TestPublish(ActivationTestCase):
	def test_an_edit_changes_nothing_until_it_is_published(self):
		self.given(task("look", days=2))
		due_at = state(self.enrollment).next_due_at
		self.edit(subject="Look elsewhere", delay_amount=9)
		work()
		self.assertEqual(state(self.enrollment).next_due_at, due_at)
		with at(due_at):
			work()
		self.assertIn("Look at", made_for(self.enrollment, "look").description)
		other = make_lead()
		[later] = enroll(self.doc(), other)
		self.assertEqual(state(later).cadence_version, self.cadence.version)

	def test_publishing_what_was_not_edited_makes_no_version(self):
		self.given(task("look", days=2))
		self.assertEqual(api.publish(self.cadence.name), self.cadence.version)
		work()
		self.assertEqual(state(self.enrollment).status, "Active")

	def test_whose_scheduled_follow_up_was_edited_is_stopped(self):
		self.given(task("look"), task("then", "look", days=3))
		self.edit_row(1, subject="Then, differently")

		version = api.publish(self.cadence.name)
		work()

		row = state(self.enrollment)
		self.assertEqual((row.status, row.exit_reason), ("Stopped", "republished"))
		self.assertEqual(activity(self.enrollment, "then").status, "Cancelled")
		self.assertTrue(version.startswith(f"{self.cadence.name}-v2-"))

	def test_whose_scheduled_follow_up_was_not_edited_goes_on_under_the_new_version(self):
		self.given(task("look"), task("then", "look", days=3), task("last", "then", days=3))
		self.edit_row(2, subject="Last, differently")
		version = api.publish(self.cadence.name)
		work()

		row = state(self.enrollment)
		self.assertEqual((row.status, row.cadence_version), ("Active", version))
		with at(row.next_due_at):
			work()
		with at(state(self.enrollment).next_due_at):
			work()
		self.assertIn("differently", made_for(self.enrollment, "last").description)

	def test_they_may_finish_on_their_version(self):
		self.given(task("look", days=2))
		self.edit(subject="Look elsewhere")
		api.publish(self.cadence.name, Republish.FINISH.value)
		work()

		self.assertEqual(state(self.enrollment).cadence_version, self.cadence.version)
		with at(state(self.enrollment).next_due_at):
			work()
		self.assertNotIn("elsewhere", made_for(self.enrollment, "look").description)

	def test_they_may_be_moved(self):
		self.given(task("look", days=2))
		due_at = state(self.enrollment).next_due_at
		self.edit(subject="Look elsewhere", delay_amount=4)
		version = api.publish(self.cadence.name, Republish.MOVE.value)
		work()

		row = state(self.enrollment)
		self.assertEqual((row.status, row.cadence_version), ("Active", version))
		self.assertEqual(row.next_due_at, due_at + timedelta(days=2))
		with at(row.next_due_at):
			work()
		self.assertIn("elsewhere", made_for(self.enrollment, "look").description)

	def test_unknown_choice_is_refused(self):
		self.given(task("look"))
		with self.assertRaisesRegex(frappe.ValidationError, "Burn them is none of"):
			api.publish(self.cadence.name, "Burn them")

	def test_a_draft_is_activated_not_published(self):
		draft = make_draft(builders.unique("New"), follow_ups=[{"channel": "Task", "subject": "Look"}])
		with self.assertRaisesRegex(frappe.ValidationError, "never activated"):
			api.publish(draft.name)
		self.assertFalse(frappe.db.exists("Cadence Version", {"cadence": draft.name}))

	def test_faulty_edits_are_not_published(self):
		self.given(task("look"))
		self.edit(subject="")
		with self.assertRaises(CadenceFaulty):
			api.publish(self.cadence.name)
		self.assertEqual(self.doc().version, self.cadence.version)

	def test_publishing_twice_before_a_worker_comes(self):
		self.given(task("look", days=2), task("then", "look", days=2))
		self.edit_row(1, subject="Second text")
		second = api.publish(self.cadence.name)
		self.edit_row(1, subject="Third text")
		third = api.publish(self.cadence.name)
		work()

		row = state(self.enrollment)
		self.assertEqual((row.status, row.cadence_version), ("Active", third))
		self.assertNotEqual(second, third)

	def test_who_finishes_on_an_old_version_is_measured_against_that(self):
		self.given(task("look", days=2))
		self.edit(subject="Second text")
		api.publish(self.cadence.name, Republish.FINISH.value)
		[newer] = enroll(self.doc(), make_lead())
		doc = self.doc()
		doc.append("follow_ups", {"channel": "Task", "subject": "More", "parent_follow_up": "look"})
		doc.save()
		api.publish(self.cadence.name)  # "look" reads as in the version before, but not as in the first one
		work()

		self.assertEqual(state(self.enrollment).exit_reason, "republished")
		self.assertEqual(state(newer).status, "Active")

	def test_who_was_stopped_may_go_on_in_the_new_version(self):
		self.given(task("look"), task("then", "look", days=2))
		doc = self.doc()
		doc.follow_ups = doc.follow_ups[:1]
		doc.append("follow_ups", {"channel": "Task", "subject": "New", "parent_follow_up": "look"})
		doc.save()
		api.publish(self.cadence.name)
		work()
		self.assertEqual(state(self.enrollment).exit_reason, "republished")

		put_in(self.cadence.name, [self.lead.name], Again.RESUME)
		work()

		row = state(self.enrollment)
		self.assertEqual((row.status, row.error), ("Active", ""))
		self.assertEqual(activity(self.enrollment, doc.follow_ups[1].follow_up_key).status, "Carried Out")


class TestDeactivate(ActivationTestCase):
	def deactivate(self):
		api.deactivate(self.cadence.name)

	def test_it_holds_at_once_also_before_a_worker_has_marked_anything(self):
		self.given(task("look", days=1))
		self.deactivate()
		self.assertEqual(state(self.enrollment).status, "Active")
		with at(add_days(None, 3)):
			frappe.db.delete("Cadence Event", {"enrollment": self.enrollment, "kind": "Cadence Deactivated"})
			runner.run([self.enrollment])
		self.assertEqual(state(self.enrollment).status, "Halted")
		self.assertEqual(activity(self.enrollment, "look").status, "Scheduled")

	def test_the_workers_mark_what_is_halted(self):
		self.given(task("look", days=1))
		self.deactivate()
		work()
		row = state(self.enrollment)
		self.assertEqual((row.status, row.next_due_at), ("Halted", None))
		with self.assertRaisesRegex(frappe.ValidationError, "is not active"):
			self.deactivate()

	def test_nobody_resumes_a_single_one_while_it_is_inactive(self):
		self.given(task("look", days=1))
		self.deactivate()
		work()
		control.ask([self.enrollment], ResumeRequested())
		work()
		self.assertEqual(state(self.enrollment).status, "Halted")

	def test_exits_are_carried_out_all_the_same(self):
		self.given(task("look", days=1), exit_rules=[TURNED_DOWN])
		[by_hand] = enroll(self.cadence, make_lead())
		self.deactivate()
		work()
		self.lead.reload()
		self.lead.update({"status": "Do Not Contact"}).save()
		control.ask([by_hand], StopRequested("Wrong list"))
		work()

		self.assertEqual(state(self.enrollment).exit_reason, "rule_conditions")
		self.assertEqual(state(by_hand).exit_reason, "stopped_by_hand")
		self.assertEqual(state(by_hand).exit_note, "Wrong list")
		for enrollment in (self.enrollment, by_hand):
			self.assertEqual(activity(enrollment, "look").status, "Cancelled")

	def test_a_call_that_nobody_makes_still_gets_overdue(self):
		self.given(call("ring"), task("then", "ring", "Overdue"))
		self.deactivate()
		work()
		with at(add_days(None, 2)):
			work()
			self.assertEqual(state(self.enrollment).status, "Halted")
			self.assertEqual(activity(self.enrollment, "ring").standing, "Overdue")
			self.assertIsNone(activity(self.enrollment, "then"))


class TestReactivate(ActivationTestCase):
	"""What reactivating asks (S7.2)."""

	def given_halted(self, *follow_ups, **more):
		self.given(*(follow_ups or [task("look", days=1)]), **more)
		api.deactivate(self.cadence.name)

	def test_what_was_halted_stays_so_and_new_ones_get_in(self):
		self.given_halted()
		work()
		api.reactivate(self.cadence.name)
		with at(add_days(None, 4)):
			work()
			self.assertEqual(state(self.enrollment).status, "Halted")
			self.assertEqual(activity(self.enrollment, "look").status, "Scheduled")
			[newer] = enroll(self.doc(), make_lead())
			self.assertEqual(state(newer).status, "Active")
		with self.assertRaisesRegex(frappe.ValidationError, "is not inactive"):
			api.reactivate(self.cadence.name)

	def test_halted_and_not_marked_yet_stays_halted_too(self):
		self.given_halted()
		api.reactivate(self.cadence.name)
		with at(add_days(None, 4)):
			work()
			self.assertEqual(state(self.enrollment).status, "Halted")
			self.assertEqual(activity(self.enrollment, "look").status, "Scheduled")

	def test_the_halted_are_resumed_from_now_when_asked_for(self):
		for is_marked in (True, False):
			with self.subTest(is_marked=is_marked):
				self.given_halted()
				if is_marked:
					work()
				due_at = activity(self.enrollment, "look").due_at
				with at(add_days(None, 3)):
					api.reactivate(self.cadence.name, resume_halted=True)
					work()
					row = state(self.enrollment)
					self.assertEqual(row.status, "Active")
					self.assertGreaterEqual(row.next_due_at, due_at)

	def test_one_that_was_paused_before_stays_paused(self):
		self.given(task("look", days=1))
		control.ask([self.enrollment], PauseRequested())
		work()
		api.deactivate(self.cadence.name)
		api.reactivate(self.cadence.name, resume_halted=True)
		work()
		self.assertEqual(state(self.enrollment).status, "Paused")

	def test_a_single_one_may_be_resumed_by_hand(self):
		self.given_halted()
		work()
		api.reactivate(self.cadence.name)
		control.ask([self.enrollment], ResumeRequested())
		work()
		self.assertEqual(state(self.enrollment).status, "Active")

	def test_those_that_left_the_view_are_taken_out_when_asked_for(self):
		audience = {"kind": "Custom View", "filters": [["status", "=", "Lead"]], "as_user": "Administrator"}
		self.given_halted(audience=audience)
		[stays] = [self.enrollment]
		other = make_lead(status="Open")
		doc = self.doc()
		api.reactivate(doc.name)
		[leaves] = enroll(doc, other)
		api.deactivate(doc.name)
		work()

		api.reactivate(doc.name, unenroll_unmatched="1", resume_halted="true")
		work()

		self.assertEqual(state(stays).status, "Active")
		self.assertEqual((state(leaves).status, state(leaves).exit_reason), ("Stopped", "stopped_by_hand"))

	def test_faults_keep_it_inactive(self):
		self.given_halted()
		self.edit(subject="")
		with self.assertRaises(CadenceFaulty):
			api.reactivate(self.cadence.name)
		self.assertEqual(self.doc().status, "Inactive")


class TestOutgoingOff(OutboxTestCase):
	"""An Email Account that may send nothing (S1.6, S8.3a)."""

	def switch_off(self):
		frappe.db.set_value("Email Account", self.account.name, "enable_outgoing", 0)
		frappe.clear_document_cache("Email Account", self.account.name)
		frappe.db.commit()

	def email(self, *args, **content):
		return super().email(
			*args, **{"sender": "Email Account", "sender_value": self.account.name, **content}
		)

	def test_it_is_named_before_the_cadence_begins(self):
		cadence = builders.make_cadence(self.email())
		self.switch_off()
		told = f"outgoing mail is switched off in its Email Account {self.account.name}."
		self.assertIn(told, " ".join(api.faults(cadence.name)))

	def test_what_waits_for_it_says_so(self):
		(enrollment,) = self.enroll(builders.make_cadence(self.email()), self.make_lead())
		self.switch_off()
		self.work()
		[why] = course(enrollment)["why_not_yet"]
		self.assertEqual(why["reason"], "mailbox_off")
		self.assertIn(f"switched off in the Email Account {self.account.name}", why["text"])
		cadence = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence")
		figures.fold()
		[still] = standstill.stands_still(cadence)
		self.assertEqual((still["still"], still["number"]), ("Outgoing Mail Off", 1))


class TestQueuedMail(OutboxTestCase):
	"""Mails that were handed over before the cadence was deactivated (S7.1)."""

	def given_queued(self):
		self.lead = self.make_lead()
		cadence = builders.make_cadence(self.email())
		[self.enrollment] = self.enroll(cadence, self.lead)
		self.cadence = cadence.name
		api.deactivate(self.cadence)
		frappe.db.commit()

	def sent(self):
		frappe.db.set_value(
			"Cadence Activity",
			{"enrollment": self.enrollment, "delivery": "Queued"},
			"send_after",
			now_datetime() - timedelta(minutes=1),
		)
		frappe.db.commit()
		self.work()
		return len(self.server.to(self.lead.email_id))

	def test_they_do_not_go_out_marked_or_not(self):
		self.given_queued()
		self.assertEqual(self.sent(), 0)
		self.decide()
		self.assertEqual(self.sent(), 0)
		self.assertEqual(self.mail_of(self.enrollment).delivery, "Queued")

	def test_nor_after_reactivation_until_somebody_resumes_them(self):
		self.given_queued()
		api.reactivate(self.cadence)
		self.assertEqual(self.sent(), 0)  # no worker has marked the enrollment yet
		self.decide()
		self.assertEqual(self.sent(), 0)
		control.ask([self.enrollment], ResumeRequested())
		self.decide()
		self.assertEqual(self.sent(), 1)

	def test_they_go_out_when_reactivation_resumes_them(self):
		self.given_queued()
		api.reactivate(self.cadence, resume_halted=True)
		self.decide()
		self.assertEqual(self.sent(), 1)

	def test_who_is_taken_out_meanwhile_gets_none(self):
		self.given_queued()
		self.decide()
		control.ask([self.enrollment], StopRequested())
		self.decide()
		activation.reactivate(frappe.get_doc("Cadence", self.cadence), resume_halted=True)
		self.decide()
		self.assertEqual(self.sent(), 0)
		self.assertEqual(self.mail_of(self.enrollment).delivery, "Cancelled")
