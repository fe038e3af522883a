"""ERPNext's Email Campaigns become cadences, and nobody gets a mail twice or misses one (S15.5)."""

from typing import Any

import frappe
from frappe.permissions import add_user_permission
from frappe.utils import add_days, getdate, nowdate

from cadences_app.api import takeover
from cadences_app.enrolling import activation
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user, insert_row, make_user
from cadences_app.tests.site.outbox import OutboxTestCase

DAYS = (0, 3, 7)


class TakeoverTest(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.needs("Email Campaign")
		self.templates = [self.make_template(f"Mail {number}") for number in range(len(DAYS))]
		schedule = [
			{"email_template": template, "send_after_days": days}
			for template, days in zip(self.templates, DAYS, strict=True)
		]
		self.campaign = frappe.get_doc(
			{
				"doctype": "Campaign",
				"campaign_name": builders.unique("Campaign"),
				"campaign_schedules": schedule,
			}
		).insert()
		self.addCleanup(self._remove)

	def _remove(self) -> None:
		frappe.db.delete("Email Campaign", {"campaign_name": self.campaign.name})
		frappe.db.delete("Campaign", {"name": self.campaign.name})
		frappe.db.delete("Campaign Email Schedule", {"parent": self.campaign.name})
		frappe.db.commit()

	def under_way(self, days_ago: int, status: str | None = "In Progress", **fields: Any) -> tuple[Any, str]:
		"""A lead whose campaign began so many days ago, and its Email Campaign."""
		lead = self.make_lead()
		start = add_days(getdate(nowdate()), -days_ago)
		columns = {"campaign_name": self.campaign.name, "email_campaign_for": "Lead", "recipient": lead.name}
		columns |= {"start_date": start, "end_date": add_days(start, DAYS[-1]), "status": status, **fields}
		return lead, insert_row("Email Campaign", **columns)

	def next_of(self, lead: Any) -> tuple[str, Any]:
		row = frappe.get_last_doc("Cadence Enrollment", {"reference_name": lead.name})
		day = row.waits_until or row.next_due_at
		return row.starts_with, getdate(day)

	def status_of(self, name: str) -> str:
		return frappe.db.get_value("Email Campaign", name, "status")

	def test_each_goes_on_at_its_place(self) -> None:
		"""S15.5: the next mail on its own day, whatever has gone out or was missed before."""
		today = getdate(nowdate())
		cases = {
			"before its start": (self.under_way(-2, "Scheduled"), ("mail_1", add_days(today, 2))),
			"after the first mail": (self.under_way(1), ("mail_2", add_days(today, 2))),
			"after the second": (self.under_way(4), ("mail_3", add_days(today, 3))),
		}
		told = takeover.take_over(self.campaign.name)
		self.assertEqual((told["enrolled"], told["left"]), (3, {}))
		for case, ((lead, name), expected) in cases.items():
			with self.subTest(case):
				self.assertEqual(self.next_of(lead), expected)
				self.assertEqual(self.status_of(name), "Completed")

	def test_todays_mail_goes_out_once(self) -> None:
		"""If ERPNext has sent it this morning we don't; if it has not, we do."""
		sent, campaign = self.under_way(3)
		mail = {"reference_doctype": "Email Campaign", "reference_name": campaign}
		insert_row("Communication", email_template=self.templates[1], **mail)
		due, _name = self.under_way(3)
		takeover.take_over(self.campaign.name)
		self.assertEqual(self.next_of(sent)[0], "mail_3")
		self.assertEqual(self.next_of(due)[0], "mail_2")

	def test_who_has_had_every_mail_or_none_more_is_left_alone(self) -> None:
		finished, name = self.under_way(30)
		unsubscribed, other = self.under_way(1, "Unsubscribed")
		told = takeover.take_over(self.campaign.name)
		self.assertEqual((told["enrolled"], told["finished"]), (0, 1))
		self.assertEqual((self.status_of(name), self.status_of(other)), ("Completed", "Unsubscribed"))
		for lead in (finished, unsubscribed):
			self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": lead.name}))

	def test_campaigns_in_every_state(self) -> None:
		"""S15.5: those that ERPNext writes to go on here, the others stay as they are."""
		states = frappe.get_meta("Email Campaign").get_options("status").split("\n")
		self.assertEqual(states, ["", "Scheduled", "In Progress", "Completed", "Unsubscribed"])
		under_way = [self.under_way(1, state) for state in ("", "Scheduled", "In Progress")]
		under_way.append(self.under_way(1, None))
		over = {state: self.under_way(1, state) for state in ("Completed", "Unsubscribed")}
		shown = {row["campaign_name"]: row["running"] for row in takeover.campaigns()}
		self.assertEqual(shown[self.campaign.name], len(under_way))
		self.assertEqual(takeover.take_over(self.campaign.name)["enrolled"], len(under_way))
		for lead, name in under_way:
			self.assertEqual((self.next_of(lead)[0], self.status_of(name)), ("mail_2", "Completed"))
		for state, (lead, name) in over.items():
			self.assertEqual(self.status_of(name), state)
			self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": lead.name}))
		self.assertNotIn(self.campaign.name, {row["campaign_name"] for row in takeover.campaigns()})

	def test_contacts_get_a_cadence_of_their_own(self) -> None:
		address = f"{frappe.generate_hash(length=8)}@taken.example"
		values = {
			"doctype": "Contact",
			"first_name": "Ada",
			"email_ids": [{"email_id": address, "is_primary": 1}],
		}
		contact = frappe.get_doc(values).insert()
		self.under_way(1, email_campaign_for="Contact", recipient=contact.name)
		lead, _name = self.under_way(1)
		told = takeover.take_over(self.campaign.name)
		self.assertEqual((sorted(told["cadences"]), told["enrolled"]), (["Contact", "Lead"], 2))
		for record in (contact, lead):
			self.assertEqual(self.next_of(record)[0], "mail_2")

	def test_whom_nobody_can_write_to_any_more(self) -> None:
		"""A lead that was deleted; one that has no address any more."""
		gone, of_gone = self.under_way(1)
		mute, of_mute = self.under_way(1)
		frappe.delete_doc("Lead", gone.name, force=True)
		mute.update({"email_id": ""}).save()
		told = takeover.take_over(self.campaign.name)
		self.assertEqual((told["enrolled"], told["left"]), (1, {"The record was deleted": 1}))
		self.assertEqual((self.status_of(of_mute), self.status_of(of_gone)), ("Completed", "Completed"))
		self.assertEqual(self.next_of(mute)[0], "mail_2")

	def test_erpnext_sends_nothing_more_to_those_taken_over(self) -> None:
		from erpnext.crm.doctype.email_campaign.email_campaign import send_email_to_leads_or_contacts

		lead, _name = self.under_way(3)
		takeover.take_over(self.campaign.name)
		frappe.db.commit()
		before = frappe.db.count("Email Queue")
		send_email_to_leads_or_contacts()
		self.assertEqual(frappe.db.count("Email Queue"), before)
		del lead

	def test_the_mail_really_goes_out_and_the_next_waits_for_its_day(self) -> None:
		lead, _name = self.under_way(3)
		takeover.take_over(self.campaign.name)
		row = frappe.get_last_doc("Cadence Enrollment", {"reference_name": lead.name})
		columns = {"waits_until": None, "status": "Active", "next_due_at": frappe.utils.now_datetime()}
		frappe.db.set_value("Cadence Enrollment", row.name, columns)
		frappe.db.commit()
		self.decide()
		self.assertEqual(self.work(), 1)
		self.assertEqual([each.message["Subject"] for each in self.server.to(lead.email_id)], ["Mail 1"])
		self.decide()
		following = builders.activity(row.name, "mail_3")
		self.assertEqual(getdate(following.due_at), getdate(add_days(nowdate(), 4)))

	def test_again_takes_only_what_came_since(self) -> None:
		self.under_way(1)
		first = takeover.take_over(self.campaign.name)
		late, _name = self.under_way(1)
		second = takeover.take_over(self.campaign.name)
		self.assertEqual((first["cadences"], second["enrolled"]), (second["cadences"], 1))
		self.assertTrue(frappe.db.exists("Cadence Enrollment", {"reference_name": late.name}))

	def test_a_campaign_that_was_edited_since_begins_with_nobody_anew(self) -> None:
		"""Whoever is at a mail that the cadence lacks stays in the campaign; the others are at the mail that
		is next, whatever its place in the schedule is by now."""
		self.under_way(1)
		cadence = takeover.take_over(self.campaign.name)["cadences"]["Lead"]
		campaign = frappe.get_doc("Campaign", self.campaign.name)
		for days, title in ((2, "Inserted"), (20, "Added")):
			campaign.append(
				"campaign_schedules", {"email_template": self.make_template(title), "send_after_days": days}
			)
		campaign.save()
		stay = [self.under_way(1), self.under_way(15)]
		goes_on, _name = self.under_way(4)
		told = takeover.take_over(self.campaign.name)
		self.assertEqual((told["enrolled"], sum(told["left"].values())), (1, 2))
		for lead, name in stay:
			self.assertEqual(self.status_of(name), "In Progress")
			self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": lead.name}))
		self.assertEqual(self.next_of(goes_on), ("mail_3", getdate(add_days(nowdate(), 3))))
		self.assertEqual(told["cadences"]["Lead"], cadence)

	def test_groups_are_left_and_told(self) -> None:
		_lead, group = self.under_way(1, email_campaign_for="Email Group")
		told = takeover.take_over(self.campaign.name)
		self.assertEqual(sum(told["left"].values()), 1)
		self.assertEqual(self.status_of(group), "In Progress")

	def test_it_sets_going_what_its_user_may_change_and_nobody_halted(self) -> None:
		"""S14.1: a right to make cadences is none to activate those of others."""
		self.under_way(1)
		name = takeover.take_over(self.campaign.name)["cadences"]["Lead"]
		self.under_way(1)
		cadence = frappe.get_doc("Cadence", name)
		activation.deactivate(cadence)
		with self.assertRaisesRegex(frappe.ValidationError, "is inactive"):
			takeover.take_over(self.campaign.name)
		self.assertEqual(frappe.db.get_value("Cadence", name, "status"), "Inactive")
		frappe.db.set_value("Cadence", name, "status", "Draft")
		boss = self.manager()
		add_user_permission("Cadence", builders.make_cadence(builders.task("look")).name, boss)
		with as_user(boss):
			self.assertRaises(frappe.PermissionError, takeover.take_over, self.campaign.name)
		self.assertEqual(frappe.db.get_value("Cadence", name, "status"), "Draft")

	def test_it_takes_the_campaigns_that_its_user_may_read(self) -> None:
		(lead, mine), (other, theirs) = self.under_way(1), self.under_way(1)
		_group, of_group = self.under_way(1, email_campaign_for="Email Group")
		boss = self.manager()
		add_user_permission("Email Campaign", mine, boss)
		with as_user(boss):
			[shown] = [each for each in takeover.campaigns() if each["campaign_name"] == self.campaign.name]
			told = takeover.take_over(self.campaign.name)
		self.assertEqual((shown["running"], told["enrolled"], told["left"]), (1, 1, {}))
		self.assertEqual([self.status_of(each) for each in (mine, theirs)], ["Completed", "In Progress"])
		self.assertTrue(frappe.db.exists("Cadence Enrollment", {"reference_name": lead.name}))
		self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": other.name}))
		self.assertEqual(self.status_of(of_group), "In Progress")

	def manager(self) -> str:
		"""Who may take campaigns over, and is no Administrator."""
		user = make_user("takeover-boss@example.com", "Cadence Manager", "Sales Manager", "System Manager")
		self.addCleanup(frappe.clear_cache, user=user)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "User Permission", {"user": user})
		return user

	def test_it_needs_the_rights(self) -> None:
		with as_user(make_user("takeover@example.com", "Cadence User", "Sales User")):
			for ask in (takeover.campaigns, lambda: takeover.take_over(self.campaign.name)):
				with self.assertRaises(frappe.PermissionError):
					ask()


del OutboxTestCase  # it is the frame of the others and has no test of its own
