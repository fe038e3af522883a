"""What keeps an email in the outbox: suppressions, windows, caps, pauses; and what a dead worker leaves."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import frappe
from frappe.desk.form.load import get_communication_data
from frappe.utils import add_to_date, now_datetime

from cadences_app.engine.events import OutcomeReported, PauseRequested, RecordChanged
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import Delivery
from cadences_app.mail import mailboxes
from cadences_app.mail.mailboxes import Mailbox, Usage
from cadences_app.mail.receiving import inbound
from cadences_app.mail.sending import courier, outbox
from cadences_app.mail.sending.courier import LOOK_AGAIN_SECONDS, Courier
from cadences_app.runtime import mail_job, waiting_mails
from cadences_app.store import clock, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import insert_row
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.smtp import ACCOUNT, MailServer, make_account


class OnceMoreTest(OutboxTestCase):
	"""What is looked at once more when a mail is handed over."""

	def held_back(self, change: Any) -> Any:
		"""The activity of an email whose lead was changed after the decision."""
		lead = self.make_lead()
		(self.enrollment,) = self.send_out(lead)
		change(lead)
		frappe.db.commit()
		self.assertEqual(self.work(), 0)
		return self.mail_of(self.enrollment)

	def assert_skipped(self, mail: Any, reason: str) -> None:
		self.assertEqual((mail.delivery, mail.error), ("Suppressed", reason))
		self.assertEqual(get_communication_data("Lead", mail.reference_name), [])
		self.decide()
		mail = self.mail_of(self.enrollment)
		self.assertEqual((mail.status, mail.note), ("Skipped", reason))

	def test_who_unsubscribed_meanwhile(self) -> None:
		def unsubscribe(lead: Any) -> None:
			insert_row("Email Unsubscribe", email=lead.email_id.upper(), global_unsubscribe=1)

		self.assert_skipped(self.held_back(unsubscribe), "unsubscribed")

	def test_do_not_contact(self) -> None:
		mail = self.held_back(lambda lead: frappe.db.set_value("Lead", lead.name, "status", "Do Not Contact"))
		self.assert_skipped(mail, "do_not_contact")

	def test_a_deleted_record(self) -> None:
		mail = self.held_back(lambda lead: frappe.db.delete("Lead", {"name": lead.name}))
		self.assertEqual((mail.delivery, mail.error), ("Suppressed", "record_deleted"))

	def test_a_bounced_address(self) -> None:
		def bounce(lead: Any) -> None:
			row = {"doctype": "Cadence Suppression", "address": lead.email_id, "cause": "Hard Bounce"}
			frappe.get_doc(row).insert()

		self.assert_skipped(self.held_back(bounce), "address_bounced")

	def test_an_enrollment_that_has_ended(self) -> None:
		def end(lead: Any) -> None:
			frappe.db.set_value("Cadence Enrollment", self.enrollment, "status", "Stopped")

		mail = self.held_back(end)
		self.assertEqual((mail.delivery, mail.activity_name), ("Cancelled", None))

	def test_a_pause(self) -> None:
		def pause(lead: Any) -> None:
			cadence = frappe.db.get_value("Cadence Enrollment", self.enrollment, "cadence")
			inbox.record([InboxEntry(self.enrollment, cadence, PauseRequested())], wake=False)
			builders.work()

		mail = self.held_back(pause)
		self.assertEqual(mail.delivery, "Queued")
		self.assertGreater(mail.send_after, now_datetime())

	def test_an_answer_that_no_worker_has_read_yet(self) -> None:
		"""The only one may be sending mails; an opened mail holds nothing back."""
		answered = {"key": "answered", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Replied"}}
		then = self.email("then", "mail")
		cadence = builders.make_cadence(self.email(), then, exit_rules=[answered])
		replied, opened = self.enroll(cadence, self.make_lead(), self.make_lead())
		self.assertEqual(self.work(), 2)
		self.decide()
		for each, outcome in ((replied, Outcome.REPLIED), (opened, Outcome.OPENED)):
			happened = OutcomeReported(1, "mail", outcome, clock.now())
			inbox.record([InboxEntry(each, cadence.name, happened)], wake=False)
		frappe.db.commit()
		self.assertEqual(self.work(), 1)
		self.assertEqual(self.mail_of(replied, "then").delivery, "Queued")
		self.decide()
		self.assertEqual(self.mail_of(replied, "then").status, "Cancelled")

	def test_a_change_of_the_record_that_no_worker_has_read_yet(self) -> None:
		"""A rule may end the run for it; what nothing looks at holds nothing back."""
		turned_down = {
			"key": "no",
			"kind": "Record Conditions",
			"conditions": [{"field": "status", "operator": "=", "value": "Lost Quotation"}],
		}
		cadence = builders.make_cadence(self.email(), exit_rules=[turned_down])
		lost, open_lead = self.make_lead(), self.make_lead()
		first, second = self.enroll(cadence, lost, open_lead)
		lost.status, open_lead.job_title = "Lost Quotation", "Buyer"
		for each in (lost, open_lead):
			each.save()
		frappe.db.commit()
		self.assertEqual(self.work(), 1)
		self.assertEqual([self.mail_of(each).delivery for each in (first, second)], ["Queued", "Sent"])
		self.decide()
		self.assertEqual(builders.state(first).status, "Stopped")

	def test_a_cadence_that_was_deactivated(self) -> None:
		def deactivate(lead: Any) -> None:
			cadence = frappe.db.get_value("Cadence Enrollment", self.enrollment, "cadence")
			frappe.db.set_value("Cadence", cadence, "status", "Inactive")

		mail = self.held_back(deactivate)
		self.assertEqual((mail.delivery, mail.claimed_by), ("Queued", None))

	def test_a_window_that_has_closed(self) -> None:
		lead = self.make_lead()
		weekdays = [1]  # Tuesday
		window = {"days": weekdays, "opens": "09:00:00", "closes": "17:00:00"}
		with builders.at("2026-06-02 16:59:00"):
			cadence = builders.make_cadence(self.email(), policy={"window": window})
			(enrollment,) = self.enroll(cadence, lead)
			self.assertEqual(self.mail_of(enrollment).delivery, "Queued")
		with builders.at("2026-06-02 17:01:00"):
			self.assertEqual(self.work(), 0)
			self.assertEqual(self.mail_of(enrollment).send_after, datetime(2026, 6, 9, 9))
		with builders.at("2026-06-09 09:00:01"):
			self.assertEqual(self.work(), 1)

	def test_the_rest_of_a_batch_is_looked_at_again_after_a_while(self) -> None:
		leads = [self.make_lead(), self.make_lead()]
		self.send_out(*leads)
		mails = outbox.claim("worker", 10)
		courier = Courier("worker")
		courier._read_at = monotonic()
		courier._sort(mails)
		insert_row("Email Unsubscribe", email=mails[1].recipient, global_unsubscribe=1)
		frappe.db.commit()
		courier._look_after()
		[account] = courier._accounts.values()
		self.assertEqual(account.waiting, mails)
		courier._read_at -= LOOK_AGAIN_SECONDS
		courier._look_after()
		self.assertEqual(account.waiting, mails[:1])

	def test_where_no_answer_lies_in_the_mailbox_the_mail_goes_out(self) -> None:
		self.set_up(pull_before_sending=1)
		self.enterContext_(patch.object(inbound, "pull"))
		self.send_out(self.make_lead())
		self.assertEqual(self.work(), 1)

	def test_an_answer_that_was_fetched_stops_the_mail_whatever_waits_before_it(self) -> None:
		self.set_up(pull_before_sending=1)
		self.enterContext_(patch.object(inbound, "pull"))
		answered = {"key": "answered", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Replied"}}
		cadence = builders.make_cadence(self.email(), exit_rules=[answered])
		other, enrollment = self.enroll(cadence, self.make_lead(), self.make_lead())
		later = {"send_after": add_to_date(None, days=1)}
		frappe.db.set_value("Cadence Activity", self.mail_of(other).name, later)
		for each, outcome in (*((other, Outcome.OPENED),) * 1000, (enrollment, Outcome.REPLIED)):
			happened = OutcomeReported(1, "mail", outcome, clock.now())
			inbox.record([InboxEntry(each, cadence.name, happened)], wake=False)
		frappe.db.commit()
		self.assertEqual(self.work(), 0)
		self.assertEqual(builders.state(enrollment).status, "Stopped")

	def test_an_answer_to_a_run_that_can_not_be_read_keeps_no_other_waiting(self) -> None:
		self.set_up(pull_before_sending=1)
		self.enterContext_(patch.object(inbound, "pull"))
		lost, found = self.send_out(self.make_lead(), self.make_lead())
		cadence = frappe.db.get_value("Cadence Enrollment", lost, "cadence")
		inbox.record([InboxEntry(each, cadence, RecordChanged()) for each in (lost, found)], wake=False)
		frappe.db.set_value("Cadence Event", {"enrollment": lost}, "kind", "Nonsense")
		frappe.db.commit()
		self.work()
		self.assertEqual(self.mail_of(found).delivery, "Sent")
		read = frappe.get_all("Cadence Event", {"enrollment": found}, pluck="processed_at")
		self.assertTrue(any(read), read)

	def test_one_that_cannot_be_looked_at_keeps_no_other_waiting(self) -> None:
		"""The app of its module was uninstalled, and the tables with it."""
		lost, found = self.send_out(self.make_lead(), self.make_lead())
		mail = self.mail_of(lost)
		frappe.db.set_value("Cadence Activity", mail.name, "reference_doctype", "No Such Module")
		frappe.db.commit()
		self.assertEqual(self.work(), 1)
		mail = self.mail_of(lost)
		self.assertEqual((self.mail_of(found).delivery, mail.delivery), ("Sent", "Queued"))
		self.assertIn("No Such Module", mail.error)
		self.assertEqual((mail.attempts, mail.claimed_by), (1, None))
		for _attempt in range(5):
			self.make_due(lost)
			self.work()
		self.assertEqual(self.mail_of(lost).delivery, "Failed")
		self.assertEqual(len(self.server.received), 1)


class SessionsTest(OutboxTestCase):
	"""Several sessions at once: fast beside slow, in order, no more than the server takes (invariant 15)."""

	def many(self, count: int) -> list[str]:
		return self.send_out(*(self.make_lead() for _number in range(count)))

	def test_several_mails_are_with_a_slow_server_at_once(self) -> None:
		"""S15: what counts is how many are under way, and never more than the mailbox has sessions."""
		self.many(8)
		self.server.seconds = 0.2
		self.assertEqual(self.work(), 8)
		self.assertEqual(len(self.server.received), 8)
		self.assertEqual(self.server.sessions, 4)
		self.assertEqual(self.server.most_at_once, 4)

	def test_the_last_mails_are_waited_for_although_none_waits_for_its_turn(self) -> None:
		"""The lease of those that wait is renewed meanwhile; of none, nothing is asked of the database."""
		self.many(2)
		self.server.seconds = 0.6
		with patch.object(courier, "RENEW_SECONDS", 0):
			self.assertEqual(self.work(), 2)

	def test_a_slow_server_costs_its_own_mails_only(self) -> None:
		"""invariant 15: the mails of another account are all out before the slow one's second turn."""
		slow = self.many(12)
		with MailServer() as fast:
			other = make_account(fast.port, "Cadence Other", "other@seller.example", default_outgoing=0)
			self.addCleanup(frappe.db.delete, "Email Account", {"name": other.name})
			swift = self.many(12)
			frappe.db.set_value(
				"Cadence Activity", {"enrollment": ("in", swift)}, "email_account", other.name
			)
			frappe.db.commit()
			self.server.seconds = 0.5
			seen: list[int] = []
			self.server.before_reply = lambda _mail: seen.append(len(fast.received))
			self.assertEqual(self.work(), 24)
		self.assertEqual(len(self.server.received), len(slow))
		self.assertEqual(seen[4:], [12] * 8)

	def test_no_more_sessions_than_the_server_takes(self) -> None:
		"""What it refused is remembered, and costs no mail."""
		self.many(6)
		self.server.most_sessions, self.server.seconds = 2, 0.1
		self.assertEqual(self.work(), 6)
		self.assertEqual(mailboxes.sessions_of(self.account.name), 2)
		self.assertFalse(frappe.db.get_value("Cadence Mailbox", self.account.name, "waits_until"))

	def test_the_mails_of_an_enrollment_keep_their_order(self) -> None:
		lead = self.make_lead()
		cadence = builders.make_cadence(self.email("one"), self.email("two"), self.email("three"))
		(enrollment,) = self.enroll(cadence, lead)
		self.server.seconds = 0.1
		self.assertEqual(self.work(), 3)
		keys = [self.mail_of(enrollment, key) for key in ("one", "two", "three")]
		by_id = {mail.message_id: mail.follow_up for mail in keys}
		came = [by_id[each.message["Message-ID"].strip("<>")] for each in self.server.received]
		due = sorted(keys, key=lambda mail: (mail.send_after or mail.taken_at, mail.name))
		self.assertEqual(len(set(came)), 3)
		self.assertEqual(sorted(came), sorted(mail.follow_up for mail in due))
		taken = [mail.taken_at for mail in sorted(keys, key=lambda mail: came.index(mail.follow_up))]
		self.assertEqual(taken, sorted(taken))

	def test_pipelining_where_the_server_offers_it(self) -> None:
		"""RFC 2920: a refused recipient costs one mail, and the session goes on."""
		self.server.pipelining = True
		leads = [self.make_lead() for _number in range(3)]
		self.server.refusals = {leads[1].email_id: "550 5.1.1 no such user"}
		self.work()
		frappe.db.set_value("Cadence Mailbox", self.account.name, "sessions", 1)
		enrollments = self.send_out(*leads)
		self.assertEqual(self.work(), 2)
		self.assertEqual([self.mail_of(each).delivery for each in enrollments], ["Sent", "Bounced", "Sent"])
		self.assertEqual(self.server.sessions, 1)

	def test_caps_stay_exact_with_many_sessions(self) -> None:
		"""S13.2."""
		self.work()
		frappe.get_doc("Cadence Mailbox", self.account.name).update({"per_hour": 5, "sessions": 8}).save()
		self.many(9)
		self.server.seconds = 0.05
		self.assertEqual(self.work(), 5)
		self.assertEqual(len(self.server.received), 5)


class SuspensionTest(OutboxTestCase):
	def test_a_muted_site_sends_nothing(self) -> None:
		self.send_out(self.make_lead())
		frappe.flags.mute_emails = True
		self.addCleanup(frappe.flags.pop, "mute_emails", None)
		self.assertEqual(self.work(), 0)
		frappe.flags.mute_emails = False
		self.assertEqual(self.work(), 1)

	def test_a_suspended_email_queue_is_heeded(self) -> None:
		self.send_out(self.make_lead())
		frappe.db.set_default("suspend_email_queue", 1)
		self.addCleanup(frappe.db.set_default, "suspend_email_queue", 0)
		self.assertEqual(self.work(), 0)
		frappe.db.set_default("suspend_email_queue", 0)
		self.assertEqual(self.work(), 1)

	def test_the_mails_of_a_disabled_account_wait(self) -> None:
		(enrollment,) = self.send_out(self.make_lead())
		frappe.db.set_value("Email Account", self.account.name, "enable_outgoing", 0)
		self.assertEqual(self.work(), 0)
		self.assertEqual(self.mail_of(enrollment).delivery, "Queued")

	def test_where_an_app_takes_over_sending_the_mail_goes_to_frappes_queue(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead)
		hooks = frappe.get_hooks("override_email_send")
		self.assertEqual(hooks, [])
		frappe.db.set_value("Email Account", self.account.name, "service", "Frappe Mail")
		frappe.clear_document_cache("Email Account", self.account.name)
		self.assertEqual(self.work(), 1)
		mail = self.mail_of(enrollment)
		self.assertEqual((mail.delivery, self.server.received), ("Sent", []))
		queued = frappe.get_doc("Email Queue", {"communication": mail.activity_name})
		self.assertEqual((queued.status, queued.recipients[0].recipient), ("Not Sent", lead.email_id))


class CapsTest(OutboxTestCase):
	"""Nothing goes out over a cap (S13.2, invariant 6)."""

	def cap(self, **caps: int) -> None:
		mailboxes.lock_all()
		frappe.db.set_value("Cadence Mailbox", self.account.name, caps)
		frappe.db.commit()

	def test_what_is_over_the_hours_cap_waits_for_room(self) -> None:
		self.cap(per_hour=2)
		enrollments = self.send_out(*[self.make_lead() for _ in range(5)])
		self.assertEqual(self.work(), 2)
		self.assertEqual(self.work(), 0)
		hour_ago = add_to_date(now_datetime(), hours=-1, seconds=-1)
		sent = {"enrollment": ("in", enrollments), "delivery": "Sent"}
		frappe.db.set_value("Cadence Activity", sent, "taken_at", hour_ago)
		frappe.db.commit()
		self.assertEqual(self.work(), 2)
		self.assertEqual(len(self.server.received), 4)

	def test_the_days_cap_counts_a_whole_day(self) -> None:
		self.cap(per_day=1)
		self.send_out(*[self.make_lead() for _ in range(2)])
		self.assertEqual(self.work(), 1)
		sent = {"email_account": self.account.name, "delivery": "Sent"}
		frappe.db.set_value("Cadence Activity", sent, "taken_at", add_to_date(now_datetime(), hours=-2))
		frappe.db.commit()
		self.assertEqual(self.work(), 0)

	def test_mails_in_another_workers_hand_count(self) -> None:
		self.cap(per_hour=3)
		self.send_out(*[self.make_lead() for _ in range(5)])
		self.assertEqual(len(outbox.claim("one", 2)), 2)
		frappe.db.commit()
		self.assertEqual(len(outbox.claim("two", 10)), 1)

	def test_a_gap_lies_between_two_mails(self) -> None:
		self.cap(minimum_gap=60)
		self.send_out(*[self.make_lead() for _ in range(3)])
		self.assertEqual(self.work(), 1)

	def test_gap_and_hour_in_the_nights_of_summer_time(self) -> None:
		"""What went out before the clock went back, and before it went forward."""
		first, second = self.send_out(self.make_lead(), self.make_lead())
		self.cap(minimum_gap=30)
		self.assertEqual(self.work(), 1)
		[sent] = [each for each in (first, second) if self.mail_of(each).delivery == "Sent"]
		name = self.mail_of(sent).name
		frappe.db.set_value("Cadence Activity", name, "taken_at", add_to_date(None, minutes=59))
		frappe.db.commit()
		self.assertEqual(self.work(), 1)

		mails = {"enrollment": ("in", [first, second])}
		frappe.db.set_value("Cadence Activity", mails, "taken_at", "2027-03-27 01:40:00")
		frappe.db.set_value("Cadence Activity", name, "taken_at", "2027-03-28 01:40:00")
		with patch.object(clock, "site_zone", lambda: ZoneInfo("Europe/Berlin")):
			usage = mailboxes._usage([Mailbox(ACCOUNT, per_hour=9)], datetime(2027, 3, 28, 3, 10))
		self.assertEqual(usage[ACCOUNT].hour, 1)

	def test_a_records_mails_of_one_day_are_counted_over_all_cadences(self) -> None:
		self.set_up(max_emails_per_record=1)
		lead = self.make_lead()
		self.send_out(lead)
		(second,) = self.send_out(lead)
		self.assertEqual(self.work(), 1)
		waiting = [each for each in (second,) if self.mail_of(each).delivery == "Queued"]
		tomorrow = datetime.combine(now_datetime().date() + timedelta(days=1), datetime.min.time())
		self.assertEqual([self.mail_of(each).send_after for each in waiting], [tomorrow] * len(waiting))
		self.assertEqual(len(self.server.to(lead.email_id)), 1)

	def test_allowances(self) -> None:
		now = datetime(2026, 6, 1, 12)
		cases = (
			(Mailbox("a"), Usage(5000, 5000), mailboxes.UNLIMITED),
			(Mailbox("a", per_hour=10), Usage(hour=4, under_way=3), 3),
			(Mailbox("a", per_hour=10), Usage(hour=12), 0),
			(Mailbox("a", per_hour=10, per_day=50), Usage(hour=1, day=48), 2),
			(Mailbox("a", minimum_gap=30), Usage(), 1),
			(Mailbox("a", minimum_gap=30), Usage(last=now - timedelta(seconds=29)), 0),
			(Mailbox("a", minimum_gap=30), Usage(last=now - timedelta(seconds=30)), 1),
			(Mailbox("a", minimum_gap=30), Usage(under_way=1), 0),
		)
		for mailbox, usage, expected in cases:
			with self.subTest(mailbox=mailbox, usage=usage):
				self.assertEqual(mailboxes.allowance(mailbox, usage, now), expected)


class CrashTest(OutboxTestCase):
	"""What a worker leaves that dies."""

	def test_waiting_mails_are_free_again_when_the_lease_is_over(self) -> None:
		self.send_out(self.make_lead(), self.make_lead())
		mails = outbox.claim("dead", 10)
		frappe.db.commit()
		self.assertEqual(self.work(), 0)
		self.expire(*mails)
		self.assertEqual(self.work(), 2)

	def test_the_mail_in_flight_is_unknown_and_never_sent_again_by_itself(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead)
		(mail,) = outbox.claim("dead", 10)
		self.assertTrue(outbox.advance("dead", [], [(mail, ())]))
		self.expire(mail)
		self.assertEqual(self.work(), 0)
		self.assertEqual(self.mail_of(enrollment).delivery, "Unknown")
		self.assertEqual(self.work(), 0)
		self.assertEqual(self.server.to(lead.email_id), [])

	def test_what_was_sent_but_not_reported_is_reported_once(self) -> None:
		(enrollment,) = self.send_out(self.make_lead())
		(mail,) = outbox.claim("dead", 10)
		outbox.advance("dead", [], [(mail, ())])
		mail.taken_at = now_datetime()
		outbox.finish("dead", mail, Delivery.SENT)
		self.expire(mail)
		self.assertEqual((self.work(), self.work()), (0, 0))
		outcomes = [each for each in builders.inbox_of(enrollment) if each.kind == "Outcome"]
		self.assertEqual(len(outcomes), 1)
		self.decide()
		self.assertEqual(self.mail_of(enrollment).status, "Carried Out")

	def test_a_worker_whose_lease_is_over_sends_nothing_more(self) -> None:
		self.send_out(self.make_lead())
		(mail,) = outbox.claim("slow", 10)
		self.expire(mail)
		outbox.recover()
		frappe.db.commit()
		self.assertFalse(outbox.advance("slow", [], [(mail, ())]))

	def test_a_mail_that_was_withdrawn_after_it_was_claimed_does_not_go_out(self) -> None:
		first, second = self.send_out(self.make_lead(), self.make_lead())
		mails = outbox.claim("worker", 10)
		frappe.db.commit()
		withdrawn = next(each for each in mails if each.enrollment == second)
		other = next(each for each in mails if each.enrollment == first)
		frappe.db.set_value("Cadence Activity", withdrawn.name, "delivery", "Cancelled")
		self.assertTrue(outbox.advance("worker", [], [(other, ())]))
		other.taken_at = now_datetime()
		self.assertFalse(outbox.advance("worker", [other], [(withdrawn, ())]))
		frappe.db.commit()
		self.assertEqual(self.mail_of(first).delivery, "Sent")
		self.assertEqual(self.mail_of(second).delivery, "Cancelled")

	def test_a_connection_that_breaks_after_the_mail_leaves_it_unknown(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead)

		self.server.hang_up = True
		self.work()
		self.assertEqual(self.mail_of(enrollment).delivery, "Unknown")
		self.server.hang_up = False
		waiting_mails.settle(self.mail_of(enrollment).name, was_sent=False)
		self.assertEqual(self.work(), 1)
		self.assertEqual(len(self.server.to(lead.email_id)), 1)

	def test_two_workers_never_have_the_same_mail_in_hand(self) -> None:
		self.send_out(*[self.make_lead() for _ in range(6)])
		first = {each.name for each in outbox.claim("one", 4)}
		second = {each.name for each in outbox.claim("two", 4)}
		self.assertEqual((len(first), len(second), first & second), (4, 2, set()))

	def expire(self, *mails: Any) -> None:
		past = now_datetime() - timedelta(seconds=1)
		names = [each.name for each in mails]
		frappe.db.set_value("Cadence Activity", {"name": ("in", names)}, "claimed_until", past)
		frappe.db.commit()


class LoadTest(OutboxTestCase):
	def test_a_mail_costs_at_most_four_queries(self) -> None:
		leads = [self.make_lead() for _ in range(40)]
		cadence = builders.make_cadence(self.email())
		self.enroll(cadence, *leads)
		frappe.db.set_value("Cadence Enrollment", {"cadence": cadence.name}, "next_due_at", now_datetime())
		sent = self.queries_of(lambda: self.assertEqual(self.work(), 40))
		# How many mails a commit notes hangs on how fast the server answers beside the worker.
		asked = [each for each in sent if each.strip().lower() not in ("commit", "start transaction")]
		self.assertLessEqual(len(asked), 3 * 40)
		self.assertLessEqual(len(sent), 5 * 40)

	def test_an_empty_outbox_costs_one_query(self) -> None:
		mail_job.call_worker()
		with self.assertQueryCount(2):
			mail_job.call_worker()

	def test_the_report_says_when_it_was_sent(self) -> None:
		(enrollment,) = self.send_out(self.make_lead())
		self.work()
		events = [event for _name, event in inbox.pending([enrollment])[enrollment]]
		(sent,) = [each for each in events if isinstance(each, OutcomeReported)]
		self.assertIs(sent.outcome, Outcome.SENT)
