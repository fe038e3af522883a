"""Another app adds a channel and a neighbour by hooks, as docs/extending.md tells (S5.3, S6.1)."""

from typing import Any

import frappe

from cadences_app import channels, install
from cadences_app.api import activation
from cadences_app.api.desk_terms import desk_terms
from cadences_app.engine.channels import all_channels
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling.form.definition import definition_of, fill
from cadences_app.store.further_channels import further_channels
from cadences_app.tests.postcards import channel, hooks
from cadences_app.tests.site.base import SiteTestCase, patch_hooks
from cadences_app.tests.site.builders import (
	activity,
	enroll,
	follow_up,
	make_cadence,
	make_lead,
	state,
	task,
	work,
)
from cadences_app.tests.site.outbox import OutboxTestCase

CARD = {"picture": "Harbour", "text": "Greetings from the sea"}


def as_installed() -> dict:
	"""The hooks as Frappe hands them out: each value of a mapping in a list."""
	channels = {name: [path] for name, path in hooks.cadence_channels.items()}
	return {"cadence_channels": channels, "cadence_neighbours": hooks.cadence_neighbours}


class WithPostcards:
	"""The app that adds them is installed."""

	def setUp(self) -> None:
		super().setUp()
		hooked = patch_hooks(as_installed())
		hooked.__enter__()
		self.addCleanup(install.offer_channels)
		self.addCleanup(hooked.__exit__, None, None, None)
		install.offer_channels()


class ExtendedTestCase(WithPostcards, SiteTestCase):
	pass


class TestChangedChannel(WithPostcards, OutboxTestCase):
	"""S1.7: a follow-up under way gets another channel, and everybody is moved to the new version: what
	waits in the one channel's outbox is taken back from that one, and it comes by the other."""

	def published(self, before: dict, after: dict) -> Any:
		cadence = make_cadence(before)
		(self.enrollment,) = self.enroll(cadence, self.make_lead(city="Kiel"))
		self.before = activity(self.enrollment, "it")
		doc = frappe.get_doc("Cadence", cadence.name)
		fill(doc, Cadence.from_dict({"name": doc.name, "module": "Lead", "follow_ups": [after]}))
		doc.save()
		activation.publish(doc.name, "Move Them to the New Version")
		work()
		self.assertFalse(state(self.enrollment).error)
		return activity(self.enrollment, "it")

	def card(self) -> dict:
		return follow_up("it", "Postcard", "", "", 0, CARD)

	def test_from_an_email_that_waits_to_a_postcard(self) -> None:
		for release in ("After Review", "Automatically"):
			with self.subTest(release):
				row = self.published(self.email("it", release=release), self.card())
				self.assertEqual(
					(row.channel, row.status, row.delivery), ("Postcard", "Handed Over", "Cancelled")
				)
				self.assertTrue(frappe.db.exists("Note", row.activity_name))
				self.assertFalse(frappe.db.exists("Communication", self.before.activity_name))
				self.work()
				self.assertEqual(self.server.received, [])

	def test_from_a_postcard_that_waits_to_an_email(self) -> None:
		row = self.published(self.card(), self.email("it"))
		self.assertEqual((row.channel, row.delivery), ("Email", "Queued"))
		self.assertFalse(frappe.db.exists("Note", self.before.activity_name))
		frappe.db.commit()
		self.work()
		self.assertEqual(len(self.server.received), 1)

	def test_from_a_postcard_that_waits_to_a_task(self) -> None:
		row = self.published(self.card(), task("it"))
		self.assertEqual((row.channel, row.activity_doctype), ("Task", "ToDo"))
		self.assertFalse(frappe.db.exists("Note", self.before.activity_name))

	def test_every_channel_can_take_back(self) -> None:
		"""Of each channel that there is, also those of apps: its outbox, or what it left open."""
		self.assertEqual(
			set(channels.TAKE_BACK) | set(further_channels()), {str(each) for each in all_channels()}
		)


class TestChannel(ExtendedTestCase):
	def given(self, *more: dict, **lead):
		card = follow_up("card", "Postcard", "", "", 0, CARD)
		self.cadence = make_cadence(card, *more)
		(self.enrollment,) = enroll(self.cadence, make_lead(**lead))

	def card(self):
		return frappe.get_doc("Note", activity(self.enrollment, "card").activity_name)

	def test_it_can_be_chosen_and_its_content_goes_through_the_form(self):
		self.given(city="Kiel")
		self.assertIn("Postcard", frappe.get_meta("Cadence Follow-up").get_field("channel").options)
		self.assertEqual(definition_of(self.cadence).follow_ups[0].content.values, CARD)
		self.assertEqual(desk_terms()["outcomes"]["Postcard"], ["Sent", "Replied"])

	def test_it_carries_the_follow_up_out_and_its_outcome_starts_the_next(self):
		self.given(task("look", "card", "Sent"), city="Kiel")
		self.assertIn("Harbour to Kiel", self.card().title)
		self.assertEqual(activity(self.enrollment, "card").status, "Handed Over")

		channel.note_posted(self.card().name)
		channel.note_posted(self.card().name)
		work()

		self.assertEqual(activity(self.enrollment, "card").status, "Carried Out")
		self.assertEqual(activity(self.enrollment, "look").status, "Carried Out")

	def test_who_can_not_be_reached_is_passed_over_with_the_reason(self):
		self.given(task("look", "card"))
		card = activity(self.enrollment, "card")
		self.assertEqual((card.status, card.note), ("Skipped", "there is no postal address"))

	def test_who_leaves_has_the_order_cancelled(self):
		self.given(city="Kiel")
		card = self.card().name
		from cadences_app.api import enrollments

		enrollments.stop([self.enrollment])
		self.assertFalse(frappe.db.exists("Note", card))

	def test_without_the_app_it_is_offered_no_more(self):
		with patch_hooks({"cadence_channels": {}}):
			install.offer_channels()
			self.assertNotIn("Postcard", frappe.get_meta("Cadence Follow-up").get_field("channel").options)


class TestNeighbour(ExtendedTestCase):
	def test_it_says_when_a_record_is_converted(self):
		converted = {"key": "r1", "kind": "Converted"}
		cadence = make_cadence(task("look", days=3, subject="Look"), module="Note", exit_rules=[converted])
		note = frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash()}).insert()
		(enrollment,) = enroll(cadence, note)

		note.public = 1
		note.save()
		work()

		self.assertEqual(
			(state(enrollment).status, state(enrollment).exit_reason), ("Stopped", "rule_converted")
		)
