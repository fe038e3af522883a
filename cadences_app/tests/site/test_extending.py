"""Another app adds a channel and a neighbour by hooks, as docs/extending.md tells (S5.3, S6.1)."""

import frappe

from cadences_app import install
from cadences_app.api.desk_terms import desk_terms
from cadences_app.enrolling.form.definition import definition_of
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

CARD = {"picture": "Harbour", "text": "Greetings from the sea"}


def as_installed() -> dict:
	"""The hooks as Frappe hands them out: each value of a mapping in a list."""
	channels = {name: [path] for name, path in hooks.cadence_channels.items()}
	return {"cadence_channels": channels, "cadence_neighbours": hooks.cadence_neighbours}


class ExtendedTestCase(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		hooked = patch_hooks(as_installed())
		hooked.__enter__()
		self.addCleanup(install.offer_channels)
		self.addCleanup(hooked.__exit__, None, None, None)
		install.offer_channels()


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
