"""Records come into a cadence by themselves when they are in its view, and back (S2)."""

from datetime import timedelta
from unittest.mock import patch

import frappe

from cadences_app.audience import bystanders, entering, problems, progress
from cadences_app.audience import sweep as sweep_module
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import activation, control, telling
from cadences_app.runtime import document_events
from cadences_app.store import long_jobs
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user
from cadences_app.tests.site.builders import GONE, activity, make_lead, make_reps, state, unique, work
from cadences_app.tests.site.viewing import CITY, enrolled, make_view, run_job, sweep

MANAGER = "view.manager@example.com"
LEFT = {"key": "left", "kind": "Left the View"}


class TestEntering(SiteTestCase):
	def test_who_enters_the_view_later_is_enrolled_and_who_was_there_is_not(self):
		"""S2.3"""
		there, elsewhere = make_lead(city=CITY), make_lead(city="Elsewhere")
		cadence = make_view()
		newcomer = make_lead(city=CITY)

		sweep(cadence)
		sweep(cadence, whole=True)

		self.assertEqual(enrolled(cadence), {newcomer.name: "Active"})
		elsewhere.city = CITY
		elsewhere.save()
		sweep(cadence)
		self.assertEqual(set(enrolled(cadence)), {newcomer.name, elsewhere.name})
		self.assertNotIn(there.name, enrolled(cadence))

	def test_who_was_there_and_leaves_may_enter_like_anybody_else(self):
		there = make_lead(city=CITY)
		cadence = make_view()

		for city in ("Elsewhere", CITY):
			there.city = city
			there.save()
			sweep(cadence)

		self.assertEqual(enrolled(cadence), {there.name: "Active"})

	def test_those_already_there_come_in_by_a_job_that_can_be_stopped_and_goes_on(self):
		"""S2.3"""
		leads = [make_lead(city=CITY) for _each in range(3)]
		cadence = make_view(enroll_present=True)
		[name] = frappe.get_all(long_jobs.DOCTYPE, {"cadence": cadence.name}, pluck="name")
		self.assertEqual(long_jobs.standing(name)["total"], 3)

		self.assertTrue(long_jobs.stop(name))
		run_job(cadence)
		sweep(cadence, whole=True)
		self.assertEqual(enrolled(cadence), {})

		self.assertTrue(long_jobs.go_on(name))
		standing = run_job(cadence)
		self.assertEqual((standing["status"], standing["done"]), ("Done", 3))
		self.assertEqual(standing["account"], {"Enrolled": 3})
		self.assertEqual(set(enrolled(cadence)), {lead.name for lead in leads})

	def test_the_first_follow_up_begins_without_an_entry_in_the_inbox(self):
		lead = make_lead(city=CITY)
		cadence = make_view(enroll_present=True)
		run_job(cadence)

		[enrollment] = frappe.get_all("Cadence Enrollment", {"reference_name": lead.name}, pluck="name")
		self.assertEqual((state(enrollment).run, activity(enrollment, "look").status), (1, "Scheduled"))
		kinds = frappe.get_all("Cadence Event", {"enrollment": enrollment}, pluck="kind")
		self.assertEqual(kinds, ["Enrolled"])

	def test_what_no_save_tells_of_is_found_by_the_whole_sweep(self):
		cadence, lead = make_view(), make_lead(city="Elsewhere")
		old = frappe.utils.now_datetime() - timedelta(days=2)
		frappe.db.set_value("Lead", lead.name, {"city": CITY, "modified": old}, update_modified=False)

		sweep(cadence)
		self.assertEqual(enrolled(cadence), {})
		sweep(cadence, whole=True)
		self.assertEqual(enrolled(cadence), {lead.name: "Active"})

	def test_every_so_many_hours(self):
		"""S2.3: who enters is enrolled when the interval is over."""
		cadence = make_view(
			audience={"entering": "At Intervals", "every": {"amount": 6, "unit": "Hours"}}.items()
		)
		sweep(cadence)
		lead = make_lead(city=CITY)
		sweep(cadence)
		self.assertEqual(enrolled(cadence), {})

		frappe.db.set_value(
			progress.DOCTYPE, {"cadence": cadence.name}, "enters_at", frappe.utils.now_datetime()
		)
		sweep(cadence)
		self.assertEqual(enrolled(cadence), {lead.name: "Active"})

	def test_nobody_enters_by_itself_where_that_is_not_wanted(self):
		cadence = make_view(audience={"entering": "Not by Itself"}.items())
		make_lead(city=CITY)
		sweep(cadence, whole=True)
		self.assertEqual(enrolled(cadence), {})

	def test_who_leaves_at_once_is_not_let_in(self):
		"""S2.4"""
		rule = {
			"key": "r1",
			"kind": "Record Conditions",
			"conditions": [{"field": "company_name", "operator": "=", "value": "Us"}],
		}
		cadence = make_view(exit_rules=[rule])
		make_lead(city=CITY, company_name="Us")
		other = make_lead(city=CITY, company_name="Them")

		sweep(cadence)

		self.assertEqual(enrolled(cadence), {other.name: "Active"})

	def test_a_cadence_at_rest_takes_nobody(self):
		cadence = make_view()
		activation.deactivate(cadence)
		make_lead(city=CITY)
		sweep(cadence, whole=True)
		self.assertEqual(enrolled(cadence), {})


class TestComingBack(SiteTestCase):
	def leave_by_hand(self, cadence, lead):
		[enrollment] = frappe.get_all(
			"Cadence Enrollment", {"reference_name": lead.name, "cadence": cadence.name}, pluck="name"
		)
		control.ask([enrollment], StopRequested("not now"))
		work()
		return enrollment

	def move(self, cadence, lead, *cities):
		for city in cities:
			lead.city = city
			lead.save()
			sweep(cadence)

	def test_who_left_before_the_end_resumes_on_entering_again_and_not_before(self):
		"""S2.5"""
		cadence, lead = make_view(), make_lead(city=CITY)
		sweep(cadence)
		enrollment = self.leave_by_hand(cadence, lead)

		sweep(cadence, whole=True)
		self.assertEqual(state(enrollment).status, "Stopped")

		self.move(cadence, lead, "Elsewhere", CITY)
		self.assertEqual((state(enrollment).status, state(enrollment).run), ("Active", 1))

	def test_it_may_be_set_to_restart_or_never(self):
		"""S2.5"""
		for setting, expected in (("Restart", ("Active", 2)), ("Never", ("Stopped", 1))):
			cadence, lead = make_view(audience={"coming_back": setting}.items()), make_lead(city=CITY)
			sweep(cadence)
			enrollment = self.leave_by_hand(cadence, lead)
			self.move(cadence, lead, "Elsewhere", CITY)
			self.assertEqual((state(enrollment).status, state(enrollment).run), expected)

	def test_who_finished_is_not_enrolled_again(self):
		"""S2.5"""
		cadence, lead = make_view(), make_lead(city=CITY)
		sweep(cadence)
		[enrollment] = frappe.get_all("Cadence Enrollment", {"cadence": cadence.name}, pluck="name")
		frappe.db.set_value("Cadence Enrollment", enrollment, {"status": "Completed", "active_key": None})
		self.move(cadence, lead, "Elsewhere", CITY)
		self.assertEqual(state(enrollment).status, "Completed")

	def test_leaving_the_view_by_what_no_save_tells_of(self):
		"""S6.1: and in again, by a write that leaves no trace as well."""
		cadence, lead = make_view(exit_rules=[LEFT]), make_lead(city=CITY)
		sweep(cadence)
		[enrollment] = frappe.get_all("Cadence Enrollment", {"cadence": cadence.name}, pluck="name")

		frappe.db.set_value("Lead", lead.name, "city", "Elsewhere", update_modified=False)
		sweep(cadence, whole=True)
		self.assertEqual(
			(state(enrollment).status, state(enrollment).exit_reason), ("Stopped", "rule_left_view")
		)

		frappe.db.set_value("Lead", lead.name, "city", CITY, update_modified=False)
		sweep(cadence, whole=True)
		self.assertEqual(state(enrollment).status, "Active")


class TestHoldout(SiteTestCase):
	def test_the_same_records_are_held_out_whenever_it_is_asked(self):
		"""S8.5"""
		held_out = {f"L-{each}" for each in range(2000) if bystanders.is_held_out("Spring", f"L-{each}", 10)}
		self.assertTrue(140 < len(held_out) < 260, len(held_out))
		more = {f"L-{each}" for each in range(2000) if bystanders.is_held_out("Spring", f"L-{each}", 20)}
		self.assertLess(held_out, more)
		other = {f"L-{each}" for each in range(2000) if bystanders.is_held_out("Autumn", f"L-{each}", 10)}
		self.assertNotEqual(held_out, other)

	def test_a_share_of_the_view_is_left_out_and_put_down(self):
		cadence = make_view(audience={"holdout": 50}.items())
		leads = {make_lead(city=CITY).name for _each in range(12)}
		sweep(cadence)
		left_out = set(
			frappe.get_all(
				"Cadence Bystander", {"cadence": cadence.name, "why": "Holdout"}, pluck="reference_name"
			)
		)
		self.assertEqual(left_out | set(enrolled(cadence)), leads)
		self.assertFalse(left_out & set(enrolled(cadence)))
		expected = {lead for lead in leads if bystanders.is_held_out(cadence.name, lead, 50)}
		self.assertEqual(left_out, expected)


class TestViews(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def test_a_job_that_takes_nobody_out_is_done(self):
		"""S7.2: all of them are in the view."""
		cadence = make_view()
		make_lead(city=CITY)
		sweep(cadence)
		with patch.object(telling, "AT_ONCE", 0):
			telling.take_out_unmatched(cadence.name)
		self.assertEqual(run_job(cadence)["status"], "Done")

	def test_a_module_that_is_gone_is_shown_with_the_view(self):
		"""Its app was uninstalled, and the tables with it."""
		cadence = make_view(exit_rules=[LEFT])
		sweep(cadence)
		frappe.db.set_value("Cadence", cadence.name, "module", "No Such Module")
		sweep(cadence)
		[problem] = problems.of_cadence(cadence.name)
		self.assertIn("No Such Module", problem["message"])

	def test_a_view_that_fails_moves_nobody_and_is_shown(self):
		"""S6.1: the user for whom it is evaluated has left."""
		cadence, lead = (
			make_view(exit_rules=[LEFT], audience={"as_user": "Administrator"}.items()),
			make_lead(city=CITY),
		)
		sweep(cadence)
		version = frappe.get_doc("Cadence Version", cadence.version)
		frappe.db.set_value(
			"Cadence Version",
			version.name,
			"definition",
			version.definition.replace('"Administrator"', f'"{GONE}"'),
		)
		from cadences_app.store import definitions

		definitions._loaded.pop((frappe.local.site, version.name), None)
		make_lead(city=CITY)
		frappe.db.set_value("Lead", lead.name, "city", "Elsewhere", update_modified=False)

		sweep(cadence, whole=True)

		self.assertEqual(enrolled(cadence), {lead.name: "Active"})
		[problem] = problems.of_cadence(cadence.name)
		self.assertIn("disabled", problem["message"])
		definitions._loaded.pop((frappe.local.site, version.name), None)

	def test_conditions_on_linked_documents_and_child_tables(self):
		"""S2.2"""
		cadence = make_view(filters=[["city", "=", CITY], ["lead_owner.enabled", "=", 0]])
		make_lead(city=CITY)
		gone = make_lead(city=CITY)
		frappe.db.set_value("Lead", gone.name, "lead_owner", GONE)
		sweep(cadence)
		self.assertEqual(enrolled(cadence), {gone.name: "Active"})

	def test_a_saved_filter_of_the_list(self):
		"""S2.2: its conditions are kept with the version."""
		saved = frappe.get_doc(
			{
				"doctype": "List Filter",
				"filter_name": "Sweepers",
				"reference_doctype": "Lead",
				"filters": frappe.as_json([["Lead", "city", "=", CITY, False]]),
			}
		).insert()
		cadence = make_view()
		cadence.view_list_filter, cadence.view_filters = saved.name, ""
		cadence.save()
		activation.publish(cadence)
		saved.db_set("filters", frappe.as_json([["Lead", "city", "=", "Elsewhere"]]))
		lead = make_lead(city=CITY)
		sweep(cadence)
		self.assertEqual(enrolled(cadence), {lead.name: "Active"})


class TestTick(SiteTestCase):
	def test_due_sweeps_are_claimed_once(self):
		cadence = make_view()
		frappe.db.set_value(progress.DOCTYPE, {"cadence": ("!=", cadence.name)}, "next_at", None)
		self.assertTrue(frappe.db.sql(progress.due()))
		self.assertEqual(progress.claim().cadence, cadence.name)
		self.assertIsNone(progress.claim())


class TestSaving(SiteTestCase):
	"""S2.3: a save tells in memory which views may be concerned; a worker looks."""

	def noted(self):
		waiting = frappe.local.flags.pop(entering.WAITING_FOR_COMMIT, None) or {}
		return {cadence: sorted(names) for cadence, names in waiting.items()}

	def look(self):
		waiting = self.noted()
		for cadence, names in waiting.items():
			sweep_module.look_at(progress.view_of(cadence), names, enters=True)
		work()
		return waiting

	def setUp(self):
		super().setUp()
		self.noted()

	def test_a_new_record_in_the_view_is_enrolled(self):
		cadence, other = make_view(), make_view(filters=[["city", "=", "Elsewhere"]])
		lead = make_lead(city=CITY.upper())
		self.assertEqual(self.look(), {cadence.name: [lead.name]})
		self.assertEqual((enrolled(cadence), enrolled(other)), ({lead.name: "Active"}, {}))

	def test_one_that_comes_and_goes_before_anybody_looks_moves_nobody(self):
		cadence, lead = make_view(), make_lead(city="Elsewhere")
		for city in (CITY, "Elsewhere"):
			lead.city = city
			lead.save()
		self.look()
		self.assertEqual(enrolled(cadence), {})

	def test_one_that_flaps_is_enrolled_once(self):
		cadence, lead = make_view(exit_rules=[LEFT]), make_lead(city="Elsewhere")
		for _each in range(3):
			for city in (CITY, "Elsewhere", CITY):
				lead.city = city
				lead.save()
				self.look()
		sweep(cadence)
		self.assertEqual(enrolled(cadence), {lead.name: "Active"})
		[enrollment] = frappe.get_all("Cadence Enrollment", {"cadence": cadence.name}, pluck="name")
		made = frappe.get_all("Cadence Activity", {"enrollment": enrollment}, pluck="follow_up")
		self.assertEqual(made, ["look"])

	def test_a_save_that_concerns_no_view_asks_at_most_one_query_whatever_the_number_of_cadences(self):
		lead = make_lead(city="Elsewhere")
		for number in range(10):
			make_view(filters=[["city", "=", f"{CITY} {number}"], ["first_name", "like", "%Z"]])
		lead.save()
		self.assertEqual(self.noted(), {})
		for field, queries in (("status", 1), ("job_title", 0)):
			lead.reload()
			lead.set("_doc_before_save", frappe.get_doc("Lead", lead.name))
			lead.set(field, "Interested")
			with self.assertQueryCount(queries):
				document_events.on_change(lead)
			self.assertEqual(self.noted(), {})

	def test_a_save_is_looked_at_by_the_views_whose_fields_it_changed(self):
		"""S2.3: of what hangs on child tables only the database knows, so each save is looked at."""
		city, title = make_view(), make_view(filters=[["job_title", "=", "Boss"], ["city", "!=", "Rome"]])
		noted = make_view(filters=[["CRM Note", "note", "like", "%call%"]])
		lead = make_lead(city="Elsewhere", job_title="Clerk")
		frappe.local.flags.pop(entering.WAITING_FOR_COMMIT, None)
		for changed, views in (
			({"website": "https://example.com"}, [noted]),
			({"city": CITY}, [noted, city]),
			({"city": CITY, "job_title": "Boss"}, [noted, title]),
			({"city": "Rome"}, [noted, city, title]),
			({"city": "Köln"}, [noted, city, title]),
		):
			lead.reload()
			lead.update(changed)
			lead.save()
			found = frappe.local.flags.pop(entering.WAITING_FOR_COMMIT, {})
			self.assertEqual(found, {each.name: {lead.name} for each in views}, changed)

	def test_a_view_that_can_not_be_evaluated_keeps_the_cadence_from_being_activated(self):
		"""S1.6"""
		for filters, fault in (
			([["no_such_field", "=", 1]], "Lead has no field no_such_field"),
			([["city.population", ">", 1]], "Lead has no field city.population"),
			([["lead_owner.api_secret", "is", "set"]], "User has no field api_secret"),
			([["city", "resembles", "Berlin"]], "resembles is no operator"),
		):
			with self.assertRaisesRegex(frappe.ValidationError, fault):
				make_view(filters=filters)


class TestRights(SiteTestCase):
	"""S14.1a: a view shows its manager no more than they may see themselves."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_user(MANAGER, "Cadence Manager", "Sales User")
		frappe.db.commit()

	def a_view(self, **fields):
		doc = frappe.new_doc("Cadence")
		values = {"cadence_name": unique("Mine"), "module": "Lead", "audience_kind": "Custom View"}
		doc.update({**values, "view_filters": '[["city", "=", "X"]]', **fields})
		return doc

	def test_a_view_is_evaluated_for_whoever_sets_it_up(self):
		with as_user(MANAGER):
			self.assertEqual(self.a_view().insert().view_user, MANAGER)
			with self.assertRaises(frappe.PermissionError):
				self.a_view(view_user="Administrator").insert()
		by_admin = self.a_view(view_user="Administrator").insert()
		with as_user(MANAGER):
			doc = frappe.get_doc("Cadence", by_admin.name)
			doc.description = "Other words"
			doc.save()
			doc.view_filters = "[]"
			with self.assertRaises(frappe.PermissionError):
				doc.save()

	def test_a_filter_that_is_kept_for_somebody_else(self):
		values = {
			"doctype": "List Filter",
			"filter_name": "Mine",
			"reference_doctype": "Lead",
			"filters": "[]",
		}
		kept = frappe.get_doc({**values, "for_user": "Administrator"}).insert()
		with as_user(MANAGER), self.assertRaises(frappe.PermissionError):
			self.a_view(view_list_filter=kept.name).insert()

	def test_only_what_the_user_may_read_comes_in(self):
		mine, other = make_lead(city=CITY), make_lead(city=CITY)
		frappe.permissions.add_user_permission("Lead", mine.name, MANAGER)
		cadence = make_view(audience={"as_user": MANAGER}.items(), enroll_present=True)
		run_job(cadence)
		self.assertEqual(enrolled(cadence), {mine.name: "Active"})
		self.assertNotIn(other.name, enrolled(cadence))
