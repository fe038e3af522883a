"""S13.3a: who is under way goes before who begins, a mailbox warms up, and caps hold per receiving domain."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import add_to_date, now_datetime

from cadences_app.mail import mailboxes
from cadences_app.mail.sending import health, outbox
from cadences_app.reports.why_not_yet import Hindrance, why_not_yet
from cadences_app.tests.site.outbox import OutboxTestCase


class CapsTestCase(OutboxTestCase):
	def cap(self, **caps: Any) -> None:
		mailboxes.lock_all()
		frappe.db.set_value("Cadence Mailbox", self.account.name, caps)
		frappe.db.commit()

	def recipients(self) -> list[str]:
		return frappe.get_all(
			"Cadence Activity", {"delivery": "Sent", "email_account": self.account.name}, pluck="recipient"
		)

	def is_due_since(self, enrollment: str, ago: timedelta) -> None:
		mail = self.mail_of(enrollment)
		frappe.db.set_value("Cadence Activity", mail.name, "send_after", now_datetime() - ago)
		frappe.db.commit()

	def why_not(self, enrollment: str) -> list[tuple[Hindrance, str]]:
		row = frappe.get_doc("Cadence Enrollment", enrollment)
		activities = frappe.get_all("Cadence Activity", {"enrollment": enrollment}, ["*"])
		return [(each.hindrance, each.detail) for each in why_not_yet(row, activities)]


class TestWhoGoesFirst(CapsTestCase):
	def go_on(self, enrollment: str) -> None:
		"""Something of its run has been carried out before."""
		mail = self.mail_of(enrollment)
		row = frappe.get_doc("Cadence Activity", mail.name).as_dict()
		row |= {"name": f"{mail.name}x", "follow_up": "earlier", "carried_out_at": now_datetime()}
		row |= {"delivery": "", "status": "Carried Out", "activity_name": None, "send_after": None}
		columns = frappe.db.get_table_columns("Cadence Activity")
		values = {key: row.get(key) for key in columns}
		places = ", ".join(["%s"] * len(values))
		names = ", ".join(f"`{key}`" for key in values)
		frappe.db.sql(f"insert into `tabCadence Activity` ({names}) values ({places})", list(values.values()))
		frappe.db.commit()

	def test_s13_3a_under_a_cap_who_is_under_way_goes_before_who_begins(self) -> None:
		"""S13.3a: however long the others have waited."""
		enrollments = self.send_out(*[self.make_lead() for _ in range(6)])
		for late in enrollments[4:]:
			self.go_on(late)
			self.is_due_since(late, timedelta(seconds=1))
		for early in enrollments[:4]:
			self.is_due_since(early, timedelta(days=1))
		self.cap(per_day=3)
		claimed = [mail.enrollment for mail in outbox.claim("worker", 10)]
		self.assertEqual(set(claimed[:2]), set(enrollments[4:]))
		self.assertEqual(len(claimed), 3)

	def test_s13_3a_without_a_cap_the_longest_due_go_first(self) -> None:
		enrollments = self.send_out(*[self.make_lead() for _ in range(2)])
		self.go_on(enrollments[1])
		self.is_due_since(enrollments[0], timedelta(days=1))
		self.assertEqual([mail.enrollment for mail in outbox.claim("worker", 1)], enrollments[:1])


class TestReceivingDomains(CapsTestCase):
	def leads(self, domain: str, count: int) -> list[Any]:
		found = [self.make_lead() for _each in range(count)]
		for lead in found:
			lead.db_set("email_id", f"{lead.name}@{domain}".lower().replace(" ", "."))
		return found

	def test_s13_3a_no_more_go_to_one_domain_than_its_cap_says_and_others_go_on(self) -> None:
		"""S13.3a"""
		self.cap(domain_per_day=2)
		many = self.send_out(*self.leads("many.example", 4), *self.leads("few.example", 1))
		self.assertEqual(self.work(), 3)
		self.assertEqual(self.work(), 0)
		domains = sorted(each.partition("@")[2] for each in self.recipients())
		self.assertEqual(domains, ["few.example", "many.example", "many.example"])
		waiting = [each for each in many if self.mail_of(each).delivery == "Queued"]
		self.assertEqual([self.why_not(each) for each in waiting], [[(Hindrance.CAP, "domain")]] * 2)
		hours_ago = add_to_date(now_datetime(), hours=-25)
		frappe.db.set_value("Cadence Activity", {"delivery": "Sent"}, "taken_at", hours_ago)
		frappe.db.commit()
		self.assertEqual(self.work(), 2)

	def test_s13_3a_what_another_worker_has_in_hand_counts(self) -> None:
		"""S13.3a"""
		self.cap(domain_per_hour=3)
		self.send_out(*self.leads("MANY.example", 5))
		self.assertEqual(len(outbox.claim("one", 2)), 2)
		frappe.db.commit()
		self.assertEqual(len(outbox.claim("two", 10)), 1)
		frappe.db.commit()
		self.assertEqual(outbox.claim("three", 10), [])

	def test_s13_3a_a_full_domain_keeps_no_room_from_others(self) -> None:
		"""S13.3a: though its mails have waited longest."""
		self.cap(domain_per_day=1, per_day=10)
		full = self.send_out(*self.leads("full.example", 12))
		for each in full:
			self.is_due_since(each, timedelta(days=1))
		self.send_out(*self.leads("other.example", 1))
		self.assertEqual(self.work(), 2)


class TestWarmingUp(CapsTestCase):
	def warm_up(self, **columns: Any) -> Any:
		mailboxes.lock_all()
		doc = frappe.get_doc("Cadence Mailbox", self.account.name)
		doc.update({"per_day": 100, "warm_up": 1, "warm_up_first": 3, "warm_up_growth": 50, **columns}).save()
		frappe.db.commit()
		return doc

	def a_day_passes(self) -> int:
		"""Returns the emails per day from then on."""
		yesterday = now_datetime() - timedelta(days=1, minutes=1)
		frappe.db.set_value("Cadence Mailbox", self.account.name, "warm_up_at", yesterday)
		health.check()
		frappe.db.commit()
		return frappe.db.get_value("Cadence Mailbox", self.account.name, "warm_up_cap")

	def test_s13_3a_a_new_mailbox_begins_with_few_and_says_so(self) -> None:
		"""S13.3a"""
		doc = self.warm_up()
		enrollments = self.send_out(*[self.make_lead() for _ in range(5)])
		self.assertEqual((self.work(), self.work()), (3, 0))
		waiting = [each for each in enrollments if self.mail_of(each).delivery == "Queued"]
		self.assertEqual(self.why_not(waiting[0]), [(Hindrance.CAP, "warm_up")])
		self.assertIn(": 3 now, 100 in the end", doc.warm_up_in_words)
		self.assertEqual(health.overview(self.account.name)["used_of_day"], 100.0)

	def test_s13_3a_it_grows_with_good_days_and_falls_when_mails_come_back(self) -> None:
		"""S13.3a"""
		self.set_up(bounce_limit=5, complaint_limit=0.3)
		self.warm_up(warm_up_first=4)
		self.assertEqual(self.a_day_passes(), 4)  # nothing was sent
		self.send_out(*[self.make_lead() for _ in range(4)])
		self.assertEqual(self.work(), 4)
		self.assertEqual(self.a_day_passes(), 6)
		sent = frappe.get_all("Cadence Activity", {"delivery": "Sent"}, pluck="name")
		for name in sent[:2]:
			frappe.db.set_value("Cadence Activity", name, "bounced_at", now_datetime())
		self.assertEqual(self.a_day_passes(), 3)

	def test_s13_3a_it_is_looked_at_once_a_day(self) -> None:
		"""S13.3a"""
		self.warm_up()
		self.send_out(*[self.make_lead() for _ in range(3)])
		self.work()
		health.check()
		health.check()
		self.assertEqual(frappe.db.get_value("Cadence Mailbox", self.account.name, "warm_up_cap"), 3)

	def test_s13_3a_it_needs_a_cap_to_reach(self) -> None:
		with self.assertRaises(frappe.ValidationError):
			self.warm_up(per_day=0)
		with self.assertRaises(frappe.ValidationError):
			self.warm_up(warm_up_growth=0)

	def test_s13_3a_it_is_never_above_what_is_wanted(self) -> None:
		self.assertEqual(self.warm_up(per_day=2).warm_up_cap, 2)
