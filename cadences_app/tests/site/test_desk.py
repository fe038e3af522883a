import frappe

from cadences_app import uninstall
from cadences_app.api import activities, boot, cadence_form, crm_pages, enrollments, sentences
from cadences_app.api.desk_terms import desk_terms
from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.reasons import Block
from cadences_app.engine.statuses import ActivityStatus, CadenceStatus, EnrollmentStatus
from cadences_app.enrolling import activation
from cadences_app.neighbours import crm_scripts
from cadences_app.runtime import notices
from cadences_app.store import clock
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_cadence, make_lead, make_user

TASK = {"title": "Call", "channel": "Task", "subject": "Call"}


def told_at_login() -> frappe._dict:
	bootinfo = frappe._dict()
	boot.extend(bootinfo)
	return bootinfo


class TestBoot(SiteTestCase):
	def test_a_module_is_named_once_a_cadence_for_it_is_published(self):
		cadence = make_cadence("Desk Test", module="Note", follow_ups=[TASK])
		self.assertNotIn("Note", told_at_login().cadence_modules)
		activation.activate(cadence)
		self.assertIs(told_at_login().cadence_modules["Note"], True)
		activation.deactivate(cadence)
		self.assertIs(told_at_login().cadence_modules["Note"], False)

	def test_enrolling_and_unenrolling_are_rights_of_their_own(self):
		with as_user(make_user("clerk@cadence.example", "Sales User")):
			self.assertEqual(
				told_at_login().cadence_rights, {"read": False, "enroll": False, "unenroll": False}
			)
		with as_user(make_user("rep@cadence.example", "Cadence User")):
			self.assertEqual(told_at_login().cadence_rights, {"read": True, "enroll": True, "unenroll": True})

	def test_scripts_learn_what_each_channel_produces(self):
		"""S3.3: the form offers what the check lets pass."""
		terms = told_at_login().cadence_terms
		self.assertEqual(terms["outcomes"]["Call"][0], "Completed")
		self.assertEqual(terms["awaited"]["Task"], ["Completed"])
		for channel in Channel:
			self.assertEqual(set(terms["outcomes"][channel]), traits_of(channel).produces)

	def test_every_status_has_its_colour(self):
		colours = told_at_login().cadence_terms["colours"]
		for doctype, statuses in (
			("Cadence", CadenceStatus),
			("Cadence Enrollment", EnrollmentStatus),
			("Cadence Activity", ActivityStatus),
		):
			self.assertEqual(set(colours[doctype]), set(statuses), doctype)

	def test_log_in_costs_no_more_for_it(self):
		told_at_login()
		with self.assertQueryCount(0):
			desk_terms()


class TestCadenceForm(SiteTestCase):
	"""What the list and the form of cadences ask (S1.2, S1.6, S1.7)."""

	def test_it_tells_edits_from_what_is_published(self):
		cadence = make_cadence("Desk Test", follow_ups=[TASK])
		self.assertFalse(cadence_form.standing(cadence.name)["is_edited"])
		activation.activate(cadence)
		self.assertFalse(cadence_form.standing(cadence.name)["is_edited"])
		cadence.reload()
		cadence.follow_ups[0].subject = "Write"
		cadence.save()
		self.assertTrue(cadence_form.standing(cadence.name)["is_edited"])

	def test_it_names_the_faults(self):
		cadence = make_cadence("Desk Test")
		self.assertEqual(cadence_form.standing(cadence.name)["faults"], ["It has no follow-up."])

	def test_it_counts_the_enrolled_by_status(self):
		cadence = make_cadence("Desk Test", follow_ups=[TASK])
		activation.activate(cadence)
		_first, *others = builders.enroll(cadence, *(make_lead(f"{number}") for number in range(3)))
		enrollments.stop(others)
		self.assertEqual(cadence_form.standing(cadence.name)["enrolled"], {"Active": 1, "Stopped": 2})
		self.assertEqual(cadence_form.enrolled_counts([cadence.name]), {cadence.name: 3})

	def test_fields_are_offered_by_what_they_hold(self):
		self.needs("Opportunity")
		choices = cadence_form.field_choices("Opportunity")
		offered = {kind: [each["value"] for each in found] for kind, found in choices.items()}
		self.assertIn("contact_email", offered["email"])
		self.assertIn("contact_person.email_id", offered["email"])
		self.assertIn("expected_closing", offered["date"])
		self.assertIn("opportunity_owner", offered["user"])
		self.assertNotIn("opportunity_owner.email", offered["email"])

	def test_the_records_own_address_is_offered_first_and_its_contacts_in_any_case(self):
		offered = [each["value"] for each in cadence_form.field_choices("Note")["email"]]
		self.assertEqual(offered, ["contact.email_id"])
		if frappe.db.exists("DocType", "Lead"):
			offered = [each["value"] for each in cadence_form.field_choices("Lead")["email"]]
			self.assertEqual(offered[0], "email_id")
			self.assertIn("contact.email_id", offered)


class TestEnrollmentOfRecord(SiteTestCase):
	"""A record's enrollments in its form (S5.1)."""

	def test_the_next_follow_up_comes_with_its_own_date(self):
		cadence = builders.make_cadence(builders.task("now"), builders.task("later", "now", days=45))
		lead = builders.make_lead()
		builders.enroll(cadence, lead)
		[told] = enrollments.of_record("Lead", lead.name)
		due_at = frappe.db.get_value(
			"Cadence Activity", {"enrollment": told["name"], "follow_up": "later"}, "due_at"
		)
		self.assertEqual((told["next_follow_up"], told["next_follow_up_at"]), ("later", due_at))
		looked_at = frappe.db.get_value("Cadence Enrollment", told["name"], "next_due_at")
		self.assertLess(looked_at, due_at)  # when the wait for an answer to the first is over

		enrollments.pause([told["name"]])
		[told] = enrollments.of_record("Lead", lead.name)
		self.assertEqual((told["next_follow_up"], told["next_follow_up_at"]), ("later", None))

	def test_what_comes_if_nothing_is_done_is_told_with_its_date_and_with_what_would_prevent_it(self):
		"""S8.3a"""
		unless = {"outcome": "Completed", "absent": True, "within": {"amount": 2, "unit": "Days"}}
		nag = builders.task("nag", "look") | {"trigger": unless}
		lead = builders.make_lead()
		[enrollment] = builders.enroll(builders.make_cadence(builders.task("look"), nag), lead)
		[told] = enrollments.of_record("Lead", lead.name)
		made_at = builders.activity(enrollment, "look").carried_out_at
		self.assertEqual((told["next_follow_up"], told["next_follow_up_unless"]), ("nag", "Completed"))
		self.assertEqual(told["next_follow_up_at"], frappe.utils.add_to_date(made_at, days=2))

		task = builders.made_for(enrollment, "look")
		task.status = "Closed"
		task.save()
		builders.work()
		[told] = enrollments.of_record("Lead", lead.name)
		self.assertEqual((told["next_follow_up"], told["next_follow_up_unless"] or ""), ("", ""))

	def test_it_says_what_somebody_has_to_do_first(self):
		"""An open task is no wait for an answer."""
		cadence = builders.make_cadence(builders.task("now"))
		lead = builders.make_lead()
		[enrollment] = builders.enroll(cadence, lead)
		[told] = enrollments.of_record("Lead", lead.name)
		self.assertIn("is open", told["waits_for"])
		task = builders.made_for(enrollment, "now")
		task.status = "Closed"
		task.save()
		builders.work()
		[told] = enrollments.of_record("Lead", lead.name)
		self.assertEqual(told["waits_for"], "")


class TestSentences(SiteTestCase):
	def test_they_say_for_when_and_with_what_result(self):
		due_at = clock.from_site("2027-03-16 10:00:00").isoformat()
		scheduled = {"what": "FollowUpScheduled", "follow_up": "f1", "due_at": due_at, "reason": "triggered"}
		when = frappe.utils.format_datetime("2027-03-16 10:00:00")
		self.assertIn(f"Call back was scheduled for {when}: ", sentences.tell(scheduled, "Call back"))
		undated = sentences.tell(scheduled | {"due_at": ""}, "Call back")
		self.assertTrue(undated.startswith("Call back was scheduled: "), undated)
		moved = sentences.tell(scheduled | {"what": "FollowUpMoved"}, "Call back")
		self.assertIn(f"Call back was moved to {when}: ", moved)
		answer = {"what": "OutcomeRecorded", "outcome": "Call Result", "detail": "No Answer"}
		self.assertEqual(sentences.tell(answer, "Call back"), "Call back: Call Result (No Answer)")

	def test_why_somebody_is_not_written_to_is_no_code(self):
		for block in Block:
			self.assertNotIn("_", sentences.because("impossible", block.value))
		self.assertEqual(
			sentences.because("impossible", "no_email_address"),
			"there is no way to reach the person (there is no email address)",
		)
		self.assertIn("(met at the fair)", sentences.because("stopped_by_hand", "met at the fair"))

	def test_an_activity_says_why_to_those_who_may_read_it(self):
		cadence = builders.make_cadence(builders.task("now"), builders.task("later", "now", days=3))
		[enrollment] = builders.enroll(cadence, builders.make_lead())
		enrollments.stop([enrollment], "wrong person")
		later = builders.activity(enrollment, "later").name
		self.assertEqual(activities.why(later), "taken out by hand (wrong person)")
		with as_user(make_user("stranger@cadence.example")), self.assertRaises(frappe.PermissionError):
			activities.why(later)


class TestUninstalling(SiteTestCase):
	def test_nothing_that_would_run_outlives_the_app(self):
		"""Frappe itself takes an app's scheduled jobs away no sooner than with its next migration."""
		ours = {"method": ("like", "cadences_app.%")}
		others = {"method": ("not like", "cadences_app.%")}
		before = frappe.db.count("Scheduled Job Type", others)
		self.assertTrue(frappe.db.exists("Scheduled Job Type", ours))
		notices.mute("Administrator", notices.Notice.REPLY, True)
		uninstall._forget_what_users_chose()
		uninstall._stop_jobs()
		self.assertFalse(frappe.db.exists("Scheduled Job Type", ours))
		self.assertEqual(frappe.db.count("Scheduled Job Type", others), before)
		self.assertFalse(frappe.db.exists("DefaultValue", {"defkey": ("like", "cadence%")}))


class TestCRMScripts(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		if not frappe.db.exists("DocType", crm_scripts.DOCTYPE):
			self.skipTest("Frappe CRM is not installed")

	def test_installing_and_uninstalling_mirror_each_other(self):
		crm_scripts.uninstall()
		before = set(frappe.get_all(crm_scripts.DOCTYPE, pluck="name"))
		crm_scripts.install()
		crm_scripts.install()
		added = set(frappe.get_all(crm_scripts.DOCTYPE, pluck="name")) - before
		self.assertEqual(len(added), 4)
		crm_scripts.uninstall()
		self.assertEqual(set(frappe.get_all(crm_scripts.DOCTYPE, pluck="name")), before)

	def test_a_script_that_was_switched_off_stays_off(self):
		crm_scripts.install()
		name = crm_scripts.name_of("CRM Lead", "Form")
		frappe.db.set_value(crm_scripts.DOCTYPE, name, {"enabled": 0, "script": "old"})
		crm_scripts.install()
		script, enabled = frappe.db.get_value(crm_scripts.DOCTYPE, name, ["script", "enabled"])
		self.assertEqual(script, crm_scripts.script_of("CRM Lead", "Form"))
		self.assertFalse(enabled)

	def test_pages_show_only_what_their_user_may_do(self):
		cadence = make_cadence("Desk Test", module="CRM Deal", follow_ups=[TASK])
		activation.activate(cadence)
		self.assertTrue(crm_pages.terms("CRM Deal")["enroll"])
		with as_user(make_user("clerk@cadence.example", "Sales User")):
			self.assertFalse(crm_pages.terms("CRM Deal")["enroll"])
		activation.deactivate(cadence)
		self.assertFalse(crm_pages.terms("CRM Deal")["enroll"])
		self.assertTrue(crm_pages.terms("CRM Deal")["unenroll"])
