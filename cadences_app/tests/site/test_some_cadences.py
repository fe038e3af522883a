"""Somebody who may use and edit cadences, but by a User Permission one of them alone (S14.1)."""

from typing import Any

import frappe
import frappe.client
from frappe.permissions import add_user_permission, update_permission_property
from frappe.utils import add_to_date, now_datetime

from cadences_app.api import audience, operation, permissions, queue, records, reports
from cadences_app.journeys import rules as journey_rules
from cadences_app.store import long_jobs
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, insert_row, make_user
from cadences_app.tests.site.builders import activity, enroll, make_lead, task, work

REP, OTHER, BOSS = "some-rep@example.com", "some-other@example.com", "some-boss@example.com"


class SomeCadencesTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		builders.make_team(REP, OTHER, boss=BOSS)

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		self.mine, self.other = (
			builders.make_cadence(task("look"), task("then", "look", days=2)) for _each in range(2)
		)
		add_user_permission("Cadence", self.mine.name, BOSS)
		frappe.clear_cache(user=BOSS)
		self.addCleanup(frappe.clear_cache, user=BOSS)

	def ask(self, method: Any, *args: Any, **kwargs: Any) -> Any:
		with as_user(BOSS):
			return method(*args, **kwargs)


class TestCounts(SomeCadencesTestCase):
	"""What is counted over all cadences is counted over those that one may read."""

	def grows_with(self, cadence: Any, count: Any) -> int:
		"""By how much the number grows with one more record in the cadence, whose task is OTHER's."""
		before = self.ask(count)
		enroll(cadence, make_lead(lead_owner=OTHER))
		work()
		return self.ask(count) - before

	def assert_counts_own_only(self, count: Any) -> None:
		self.assertEqual(self.grows_with(self.mine, count), 1)
		self.assertEqual(self.grows_with(self.other, count), 0)

	def test_what_comes(self) -> None:
		"""S8.6"""
		self.assert_counts_own_only(lambda: sum(each["number"] for each in reports.what_comes()))
		self.assert_counts_own_only(lambda: sum(each["number"] for each in reports.what_comes(owner=OTHER)))

	def test_what_is_due(self) -> None:
		"""S8.4"""
		self.assert_counts_own_only(lambda: operation.due_today()["value"])
		self.assert_counts_own_only(lambda: len(queue.today(user="*")["items"]))

	def test_what_was_done(self) -> None:
		"""S8.4: of a team, and of one of its members."""
		for user in ("*", OTHER):
			for cadence, expected in ((self.mine, 1), (self.other, 0)):
				[enrollment] = enroll(cadence, make_lead(lead_owner=OTHER))
				before = self.ask(queue.today, user=user)["done"]
				todo = builders.made_for(enrollment, "look")
				todo.status = "Closed"
				todo.save()
				work()
				self.assertEqual(self.ask(queue.today, user=user)["done"] - before, expected)

	def test_who_has_work(self) -> None:
		"""S8.4"""
		frappe.db.delete("Cadence Activity", {"assigned_to": OTHER})
		enroll(self.other, make_lead(lead_owner=OTHER))
		self.assertNotIn(OTHER, [each["name"] for each in self.ask(queue.today)["team"]])
		enroll(self.mine, make_lead(lead_owner=OTHER))
		self.assertIn(OTHER, [each["name"] for each in self.ask(queue.today)["team"]])

	def test_what_stands_still(self) -> None:
		"""S15.1"""

		def late() -> int:
			found = {each["trouble"]: each["number"] for each in operation.health()["troubles"]}
			return found.get("Not Worked On") or 0

		for cadence, expected in ((self.mine, 1), (self.other, 0)):
			[enrollment] = enroll(cadence, make_lead(lead_owner=OTHER))
			before = self.ask(operation.stuck)["value"], self.ask(late)
			overdue = add_to_date(now_datetime(), minutes=-20)
			frappe.db.set_value("Cadence Enrollment", enrollment, {"stuck": 1, "next_due_at": overdue})
			after = self.ask(operation.stuck)["value"], self.ask(late)
			self.assertEqual(
				[late - early for early, late in zip(before, after, strict=True)], [expected] * 2
			)


class TestJobs(SomeCadencesTestCase):
	def job(self, cadence: str | None, owner: str = "Administrator") -> str:
		job = long_jobs.start(long_jobs.JobKind.STEER, cadence, 1, names=[], cadences=[])
		frappe.db.set_value(long_jobs.DOCTYPE, job, "owner", owner)
		return job

	def test_a_job_for_several_cadences_is_its_owners(self) -> None:
		"""S5.2: what goes on does so with its owner's rights."""
		job = self.job(None)
		for ask in (audience.progress, audience.stop, audience.go_on, records.answers, records.download):
			with self.subTest(ask.__name__):
				self.assertRaises(frappe.PermissionError, self.ask, ask, job)
		audience.stop(job)
		self.assertEqual(audience.progress(job)["status"], "Stopped")
		own = self.job(None, BOSS)
		self.assertEqual(self.ask(audience.stop, own)["status"], "Stopped")
		self.assertEqual(self.ask(records.answers, own)["answers"], [])

	def test_so_is_one_for_a_cadence_that_one_may_not_read(self) -> None:
		self.assertEqual(self.ask(audience.stop, self.job(self.mine.name))["status"], "Stopped")
		self.assertRaises(frappe.PermissionError, self.ask, audience.stop, self.job(self.other.name))

	def test_one_of_a_journey_goes_by_the_rights_on_that(self) -> None:
		"""S9.5: whoever may change the journey stops what somebody else began there."""
		stages = [{"stage_key": "first", "title": "First", "module": "Lead"}]
		values = {"journey_name": builders.unique("Journey"), "run_as": "Administrator", "stages": stages}
		journey = frappe.get_doc({"doctype": "Cadence Journey", **values}).insert()
		self.addCleanup(journey_rules.forget)
		job = long_jobs.start(long_jobs.JobKind.BEGIN_JOURNEY, None, 1, journey=journey.name)
		with as_user(REP):
			self.assertRaises(frappe.PermissionError, audience.stop, job)
		self.assertEqual(self.ask(audience.stop, job)["status"], "Stopped")
		add_user_permission("Cadence Journey", self.other_journey(values), BOSS)
		self.assertRaises(frappe.PermissionError, self.ask, audience.go_on, job)

	def other_journey(self, values: dict[str, Any]) -> str:
		values = values | {"journey_name": builders.unique("Journey"), "stages": [dict(values["stages"][0])]}
		return str(frappe.get_doc({"doctype": "Cadence Journey", **values}).insert().name)

	def test_one_for_several_cadences_has_no_account(self) -> None:
		with self.assertRaisesRegex(frappe.ValidationError, "not about a single cadence"):
			records.account(self.job(None))


class TestTrialRuns(SomeCadencesTestCase):
	"""S2.3: what enrolls for a trial takes the site's lock: it is for who may change the cadence."""

	def test_a_reader_has_nobody_enrolled_for_a_trial(self) -> None:
		with as_user(REP):
			self.assertTrue(frappe.has_permission("Cadence", "read", self.mine.name))
			self.assertRaises(frappe.PermissionError, audience.count, self.mine.name)
		self.assertEqual(self.ask(audience.count, self.mine.name), {"in_view": 0, "answers": {}})
		self.assertRaises(frappe.PermissionError, self.ask, audience.count, self.other.name)


class TestSaying(SomeCadencesTestCase):
	"""S8.4: settling says how a follow-up stands; of those that are one's own."""

	def test_nobody_learns_how_other_peoples_work_stands(self) -> None:
		[enrollment] = enroll(self.mine, make_lead(lead_owner=OTHER))
		name = activity(enrollment, "look").name
		stranger = make_user("some-stranger@example.com")
		with as_user(stranger):
			self.assertRaises(frappe.PermissionError, queue.settle, [name])
		with as_user(REP):
			self.assertEqual(queue.settle([name, "no-such-one"]), {name: "", "no-such-one": ""})
			with self.assertRaisesRegex(frappe.ValidationError, "At most 100 follow-ups"):
				queue.settle([f"one-{number}" for number in range(101)])
		with as_user(OTHER):
			self.assertIn(activity(enrollment, "look").title, queue.settle([name])[name])

	def test_one_whose_record_is_hidden_is_nobodys(self) -> None:
		[enrollment] = enroll(self.mine, make_lead(lead_owner=REP))
		name = activity(enrollment, "look").name
		add_user_permission("Lead", make_lead(lead_owner=REP).name, REP)
		with as_user(REP):
			self.assertEqual(queue.settle([name]), {name: ""})


class TestRows(SomeCadencesTestCase):
	"""Frappe lists the rows of forms for whoever may read some form of their kind."""

	def listed(self, doctype: str, form: str, **filters: Any) -> set[str]:
		"""The forms of which Frappe shows rows over REST."""
		asked = {"fields": ["parent"], "filters": filters, "parent": form, "limit_page_length": 0}
		return {each.parent for each in self.ask(frappe.client.get_list, doctype, **asked)}

	def test_those_of_other_cadences_are_hidden(self) -> None:
		both = [self.mine.name, self.other.name]
		for parent in both:
			of_form = {"parent": parent, "parenttype": "Cadence"}
			insert_row(
				"Cadence Story", **of_form, parentfield="stories", title="One", record=make_lead().name
			)
			insert_row("Cadence Unenrollment Rule", **of_form, parentfield="unenrollment_rules", rule_key="r")
		for doctype in ("Cadence Follow-up", "Cadence Unenrollment Rule", "Cadence Story"):
			with self.subTest(doctype):
				of_both = {"parent": ("in", both)}
				self.assertEqual({*frappe.get_all(doctype, of_both, pluck="parent")}, {*both})
				self.assertEqual(self.listed(doctype, "Cadence", **of_both), {self.mine.name})

	def test_every_table_of_ours_is_kept_so(self) -> None:
		"""Also those that are added later."""
		ours = {"module": "Cadences App", "istable": 1, "custom": 0}
		hidden = frappe.get_hooks("permission_query_conditions")
		for doctype in frappe.get_all("DocType", ours, pluck="name"):
			with self.subTest(doctype):
				self.assertIn("cadences_app.api.permissions.row_conditions", hidden[doctype])
				self.assertIn(doctype, permissions.FORM_OF)


class TestOwnCadencesOnly(SomeCadencesTestCase):
	"""Where a role reads the cadences that one made oneself, and no others."""

	KEPT_BY_CADENCE = ("Cadence Version", "Cadence Problem", "Cadence Sweep", "Cadence Job")

	def setUp(self) -> None:
		super().setUp()
		frappe.db.delete("User Permission", {"user": BOSS})
		update_permission_property("Cadence", "Cadence Manager", 0, "if_owner", 1)
		frappe.db.set_value("Cadence", self.mine.name, "owner", BOSS)
		self.addCleanup(frappe.clear_cache, doctype="Cadence")
		frappe.clear_cache(user=BOSS)

	def test_what_belongs_to_other_cadences_is_hidden(self) -> None:
		for doctype in self.KEPT_BY_CADENCE:
			rows = {}
			for cadence in (self.mine, self.other):
				about = {"cadence": cadence.name}
				if doctype == "Cadence Version":
					rows[cadence.name] = cadence.version
				else:
					frappe.db.delete(doctype, about)
					key = {"problem_key": cadence.name} if doctype == "Cadence Problem" else {}
					rows[cadence.name] = insert_row(doctype, **about, **key)
			with self.subTest(doctype):
				of_both = {"name": ("in", list(rows.values()))}
				self.assertEqual(len(frappe.get_all(doctype, of_both)), 2)
				listed = self.ask(frappe.client.get_list, doctype, filters=of_both, fields=["cadence"])
				self.assertEqual([each.cadence for each in listed], [self.mine.name])
				self.ask(frappe.client.get, doctype, rows[self.mine.name])
				with self.assertRaises(frappe.PermissionError):
					self.ask(frappe.client.get, doctype, rows[self.other.name])

	def test_a_job_for_several_cadences_is_its_owners(self) -> None:
		jobs = {owner: insert_row("Cadence Job", owner=owner, kind="Enroll") for owner in (BOSS, OTHER)}
		of_both = {"name": ("in", list(jobs.values()))}
		listed = self.ask(frappe.client.get_list, "Cadence Job", filters=of_both)
		self.assertEqual([each.name for each in listed], [jobs[BOSS]])
		with self.assertRaises(frappe.PermissionError):
			self.ask(frappe.client.get, "Cadence Job", jobs[OTHER])


class TestOneSharedCadence(SomeCadencesTestCase):
	"""A rep with whom one cadence was shared, to be edited: they lead no team for that."""

	def setUp(self) -> None:
		super().setUp()
		frappe.share.add("Cadence", self.mine.name, REP, write=1)
		self.assertTrue(frappe.has_permission("Cadence", "write", self.mine.name, user=REP))

	def test_they_see_their_own_work_and_figures(self) -> None:
		[enrollment] = enroll(self.other, make_lead(lead_owner=OTHER))
		work()
		with as_user(REP):
			self.assertFalse(queue.today()["may_lead"])
			with self.assertRaises(frappe.PermissionError):
				queue.today(user="*")
			with self.assertRaises(frappe.PermissionError):
				queue.say(activity(enrollment, "look").name, "Completed")
			self.assertEqual(operation.due_today()["route_options"], {})
			self.assertEqual([each for each in reports.what_comes() if each["owner"] == OTHER], [])
			told = {each["trouble"] for each in operation.health()["troubles"]}
			self.assertNotIn("Error", told)
