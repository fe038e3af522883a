"""Meetings that emails invite to: in the rep's calendar, moved with the record, called off on leaving
(S3.3c)."""

import email
import email.policy
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import frappe
from frappe.gettext.translate import get_catalog, write_binary
from frappe.translate import clear_cache
from frappe.utils import add_days, get_datetime, getdate, now_datetime
from icalendar import Calendar

from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import activation
from cadences_app.mail.sending import invites
from cadences_app.runtime import invites_job
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import REP
from cadences_app.tests.site.outbox import OutboxTestCase


def meeting_in(queued: Any) -> Any:
	"""The method of a queued mail's calendar part, its VEVENT, and the mail."""
	message = frappe.get_doc("Email Queue", queued).message
	parsed = email.message_from_bytes(message.encode(), policy=email.policy.default)
	(part,) = [each for each in parsed.walk() if each.get_content_type() == "text/calendar"]
	calendar = Calendar.from_ical(part.get_payload(decode=True))
	(event,) = calendar.walk("VEVENT")
	return str(calendar["METHOD"]), event, parsed


class InvitesTestCase(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		builders.make_reps()
		self.starts = get_datetime(add_days(now_datetime(), 20)).replace(
			hour=10, minute=0, second=0, microsecond=0
		)

	def invite(self, **invite: Any) -> tuple[Any, Any]:
		"""A lead that was invited to a meeting at `starts`, and its activity."""
		lead = self.make_lead(lead_owner=REP, qualified_on=self.starts.date())
		self.move(lead, self.starts)
		given = {
			"starts_field": "modified",
			"minutes": 45,
			"summary": "A talk",
			"location": "Hall 3",
		} | invite
		(enrollment,) = self.send_out(lead, invite=given)
		self.assertEqual(self.work(), 1)
		self.decide()
		invites_job.work()
		return lead, self.mail_of(enrollment)

	def move(self, lead: Any, starts: Any, field: str = "modified") -> None:
		frappe.db.set_value("Lead", lead.name, field, starts, update_modified=False)
		frappe.db.commit()

	def row(self, mail: Any) -> Any:
		frappe.db.rollback()
		return frappe.get_doc("Cadence Invite", mail.name)

	def told(self, mail: Any) -> list[str]:
		"""What waits in Frappe's queue for the person, the oldest first."""
		filters = {"message_id": ("like", f"invite%{mail.message_id}")}
		return frappe.get_all("Email Queue", filters, pluck="name", order_by="creation")


class EventTest(InvitesTestCase):
	def test_the_rep_gets_the_meeting_and_it_is_no_meeting_booked(self) -> None:
		lead, mail = self.invite()
		event = frappe.get_doc("Event", self.row(mail).event)
		self.assertEqual((event.owner, event.event_type, event.status), (REP, "Private", "Open"))
		self.assertEqual((event.starts_on, event.ends_on), (self.starts, self.starts + timedelta(minutes=45)))
		self.assertIn(lead.name, [each.reference_docname for each in event.event_participants])
		kinds = frappe.get_all("Cadence Event", {"enrollment": mail.enrollment}, pluck="kind")
		self.assertNotIn("Meeting Booked", kinds)
		invites_job.work()
		self.assertEqual(frappe.db.count("Event", {"subject": event.subject, "owner": REP}), 1)

	def test_nobody_gets_the_meeting_of_a_mail_that_never_went_out(self) -> None:
		lead = self.make_lead(lead_owner=REP)
		self.server.refusals[lead.email_id] = "550 5.1.1 no such user"
		self.move(lead, self.starts)
		(enrollment,) = self.send_out(lead, invite={"starts_field": "modified"})
		self.work()
		invites_job.work()
		self.assertFalse(frappe.db.exists("Cadence Invite", self.mail_of(enrollment).name))

	def test_whole_days(self) -> None:
		lead, mail = self.invite(starts_field="qualified_on")
		event = frappe.get_doc("Event", self.row(mail).event)
		self.assertEqual((event.all_day, getdate(event.starts_on)), (1, self.starts.date()))
		(received,) = self.server.to(lead.email_id)
		(sent,) = Calendar.from_ical(received.part("text/calendar")).walk("VEVENT")
		self.assertEqual(sent["DTSTART"].dt, self.starts.date())
		self.assertEqual(sent["DTEND"].dt, self.starts.date() + timedelta(days=1))


class ChangeTest(InvitesTestCase):
	def test_a_moved_date_is_told_with_the_same_uid_and_a_higher_sequence(self) -> None:
		lead, mail = self.invite()
		for number, days in enumerate((2, 5), start=1):
			moved = self.starts + timedelta(days=days)
			self.move(lead, moved)
			self.assertEqual(invites_job.work(), 1)
			self.assertEqual(invites_job.work(), 0, "told once")
			method, event, message = meeting_in(self.told(mail)[-1])
			self.assertEqual((method, event["SEQUENCE"], event["UID"]), ("REQUEST", number, mail.message_id))
			self.assertEqual(event["DTSTART"].dt.replace(tzinfo=None), moved)
			self.assertEqual(event["DTEND"].dt - event["DTSTART"].dt, timedelta(minutes=45))
			self.assertEqual((event["SUMMARY"], event["LOCATION"]), ("A talk", "Hall 3"))
			self.assertEqual(message["To"], lead.email_id)
			self.assertEqual(message["In-Reply-To"], f"<{mail.message_id}>")
			self.assertEqual(frappe.db.get_value("Event", self.row(mail).event, "starts_on"), moved)
		self.assertEqual(len(self.told(mail)), 2)

	def test_the_change_arrives(self) -> None:
		lead, mail = self.invite()
		self.move(lead, self.starts + timedelta(days=1))
		invites_job.work()
		(queued,) = self.told(mail)
		frappe.flags.testing_email = True  # Frappe's queue keeps mails to itself in tests otherwise
		self.addCleanup(frappe.flags.pop, "testing_email", None)
		frappe.get_doc("Email Queue", queued).send()
		received = self.server.to(lead.email_id)[-1]
		self.assertIn("method=REQUEST", received.source.decode())
		(event,) = Calendar.from_ical(received.part("text/calendar")).walk("VEVENT")
		self.assertEqual((event["UID"], event["SEQUENCE"]), (mail.message_id, 1))
		self.assertIn("A talk is now on", received.part("text/plain"))

	def test_the_change_is_told_in_the_language_of_the_record(self) -> None:
		"""S15.4"""
		write_binary("cadences_app", get_catalog("cadences_app", "fr"), "fr")  # as `bench build` does
		clear_cache()
		lead, mail = self.invite()
		frappe.db.set_value("Lead", lead.name, "language", "fr")
		self.move(lead, self.starts + timedelta(days=1))
		invites_job.work()
		_method, _event, message = meeting_in(self.told(mail)[-1])
		self.assertIn("Nouvelle date", message["Subject"])
		self.assertIn("a maintenant lieu le", message.get_body(("plain",)).get_content())

	def test_a_moved_whole_day(self) -> None:
		lead, mail = self.invite(starts_field="qualified_on")
		self.move(lead, date.today() + timedelta(days=40), "qualified_on")
		invites_job.work()
		_method, event, _message = meeting_in(self.told(mail)[0])
		self.assertEqual(event["DTSTART"].dt, date.today() + timedelta(days=40))
		self.assertEqual(invites_job.work(), 0)

	def test_who_may_not_be_written_to_is_told_nothing(self) -> None:
		lead, mail = self.invite()
		doc = {"doctype": "Email Unsubscribe", "email": lead.email_id, "global_unsubscribe": 1}
		frappe.get_doc(doc).insert()
		self.move(lead, self.starts + timedelta(days=1))
		invites_job.work()
		self.assertEqual(self.told(mail), [])
		self.assertEqual(self.row(mail).starts_on, self.starts + timedelta(days=1))

	def test_who_never_got_the_mail_is_told_nothing(self) -> None:
		lead, mail = self.invite()
		frappe.db.set_value("Cadence Activity", mail.name, "delivery", "Bounced")
		self.move(lead, self.starts + timedelta(days=1))
		self.assertEqual(invites_job.work(), 0)
		self.assertEqual((self.told(mail), self.row(mail).status), ([], "Over"))

	def test_a_meeting_that_is_over_is_told_no_more(self) -> None:
		lead, mail = self.invite()
		past = now_datetime() - timedelta(days=3)
		frappe.db.set_value("Cadence Invite", mail.name, {"starts_on": past, "ends_on": past})
		self.move(lead, self.starts + timedelta(days=9))
		self.assertEqual(invites_job.work(), 0)
		self.assertEqual(self.row(mail).status, "Over")

	def test_what_stays_as_it_is_keeps_nobody_waiting(self) -> None:
		"""Mails of which nobody knows whether they went out, and dates that make no meeting."""
		(_lead, one), (_other, two) = self.invite(), self.invite()
		for stays, goes_on in ((one, two), (two, one)):
			frappe.db.set_value("Cadence Activity", stays.name, "delivery", "Unknown")
			for each in (stays, goes_on):
				frappe.db.set_value("Cadence Invite", each.name, "status", "Planned")
			frappe.db.commit()
			with patch.object(invites, "AT_ONCE", 1):
				invites_job.work()
			self.assertEqual((self.row(stays).status, self.row(goes_on).status), ("Planned", "Sent"))
			frappe.db.set_value("Cadence Activity", stays.name, "delivery", "Sent")
			invites_job.work()

		for stays, goes_on in ((one, two), (two, one)):
			for each, hours in ((stays, -1), (goes_on, 1)):
				self.end_at(each, self.starts + timedelta(hours=hours))
			with patch.object(invites, "AT_ONCE", 1):
				self.assertEqual(invites_job.work(), 1)
			self.assertEqual(self.row(goes_on).ends_on, self.starts + timedelta(hours=1))
			self.end_at(goes_on, self.starts + timedelta(hours=2))
			invites_job.work()

	def end_at(self, mail: Any, ends: Any) -> None:
		"""Have the meeting end by a field of the record, and the record say this end."""
		frappe.db.set_value("Cadence Invite", mail.name, "ends_field", "creation")
		lead = frappe._dict(name=mail.reference_name)
		self.move(lead, ends, "creation")

	def test_a_date_that_is_gone_calls_off_what_is_to_be_called_off(self) -> None:
		"""Also where the end was moved before."""
		lead, mail = self.invite(starts_field="qualified_on")
		self.end_at(mail, self.starts + timedelta(days=2))
		self.move(lead, None, "qualified_on")
		self.assertEqual(invites_job.work(), 0)
		self.assertEqual((self.told(mail), self.row(mail).status), ([], "Sent"))

	def test_a_module_that_is_gone_keeps_nobody_waiting(self) -> None:
		(_lead, lost), (lead, mail) = self.invite(), self.invite()
		frappe.db.set_value("Cadence Invite", lost.name, "reference_doctype", "No Such Module")
		self.move(lead, self.starts + timedelta(days=1))
		self.assertEqual(invites_job.work(), 1)
		self.assertEqual(len(self.told(mail)), 1)

	def test_a_change_that_can_not_be_told_waits_and_keeps_nobody_waiting(self) -> None:
		"""It is not tried, and logged, each minute."""
		(lead, one), (other, two) = self.invite(), self.invite()
		errors = {"method": ("like", "%invite could not be looked after%")}
		before = frappe.db.count("Error Log", errors)
		frappe.db.set_value("Cadence Activity", one.name, "email_account", "No Such Account")
		self.move(lead, self.starts + timedelta(days=1))
		for _minute in range(3):
			self.assertEqual(invites_job.work(), 0)
		self.assertEqual(frappe.db.count("Error Log", errors), before + 1)
		self.move(other, self.starts + timedelta(days=1))
		with patch.object(invites, "AT_ONCE", 1):
			self.assertEqual(invites_job.work(), 1)
		self.assertEqual(len(self.told(two)), 1)

		frappe.db.set_value("Cadence Activity", one.name, "email_account", two.email_account)
		frappe.db.set_value("Cadence Invite", one.name, "look_again_at", now_datetime())
		frappe.db.commit()
		self.assertEqual(invites_job.work(), 1)
		self.assertEqual(len(self.told(one)), 1)

	def test_a_date_that_is_none_changes_nothing(self) -> None:
		lead, mail = self.invite(starts_field="qualified_on")
		self.move(lead, None, "qualified_on")
		self.assertEqual(invites_job.work(), 0)
		self.assertEqual(self.row(mail).status, "Sent")


class LeavingTest(InvitesTestCase):
	def leave(self, mail: Any) -> None:
		inbox.record([InboxEntry(mail.enrollment, mail.cadence, StopRequested("not interested"))])
		self.decide()
		self.assertEqual(builders.state(mail.enrollment).status, "Stopped")
		frappe.db.commit()

	def cadence_of_two(self, **invite: Any) -> tuple[Any, Any]:
		lead = self.make_lead(lead_owner=REP)
		self.move(lead, self.starts)
		given = {"starts_field": "modified", "summary": "A talk"} | invite
		cadence = builders.make_cadence(self.email("one", invite=given), self.email("two", "one", days=30))
		(enrollment,) = self.enroll(cadence, lead)
		self.work()
		self.decide()
		invites_job.work()
		return lead, self.mail_of(enrollment, "one")

	def test_who_leaves_before_the_date_is_told_that_it_is_off(self) -> None:
		_lead, mail = self.cadence_of_two(cancel_on_exit=True)
		self.leave(mail)
		self.assertEqual(invites_job.work(), 1)
		self.assertEqual(invites_job.work(), 0)
		(queued,) = self.told(mail)
		method, event, _message = meeting_in(queued)
		self.assertEqual((method, event["STATUS"], event["SEQUENCE"]), ("CANCEL", "CANCELLED", 1))
		self.assertEqual(
			(event["UID"], event["DTSTART"].dt.replace(tzinfo=None)), (mail.message_id, self.starts)
		)
		self.assertEqual(self.row(mail).status, "Cancelled")
		self.assertEqual(frappe.db.get_value("Event", self.row(mail).event, "status"), "Cancelled")

	def test_the_meeting_stands_unless_the_follow_up_says_otherwise(self) -> None:
		_lead, mail = self.cadence_of_two()
		self.leave(mail)
		self.assertEqual(invites_job.work(), 0)
		self.assertEqual((self.told(mail), self.row(mail).status), ([], "Sent"))

	def test_who_completes_the_cadence_keeps_the_meeting(self) -> None:
		_lead, mail = self.invite(cancel_on_exit=True)
		frappe.db.set_value("Cadence Enrollment", mail.enrollment, "status", "Completed")
		frappe.db.commit()
		self.assertEqual(invites_job.work(), 0)

	def test_a_date_that_is_gone_is_a_meeting_that_is_off(self) -> None:
		lead, mail = self.invite(starts_field="qualified_on", cancel_on_exit=True)
		self.move(lead, None, "qualified_on")
		self.assertEqual(invites_job.work(), 1)
		self.assertEqual(meeting_in(self.told(mail)[0])[0], "CANCEL")


class FaultTest(InvitesTestCase):
	def faults(self, **invite: Any) -> str:
		with self.assertRaises(activation.CadenceFaulty) as refused:
			builders.make_cadence(self.email(invite=invite))
		return str(refused.exception)

	def test_a_date_that_can_be_none_is_named_on_activation(self) -> None:
		self.assertIn("needs a date", self.faults(starts_field="first_name"))
		self.assertIn("no field", self.faults(starts_field="nothing_of_the_kind"))
		self.assertIn("at least a minute", self.faults(starts_field="qualified_on", minutes=0))

	def test_a_day_and_a_time_make_no_meeting(self) -> None:
		self.assertIn("both", self.faults(starts_field="qualified_on", ends_field="modified"))
