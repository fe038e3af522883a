"""What can go wrong while a record is under way in a cadence, on a site."""

import frappe

from cadences_app import install
from cadences_app.api import activation as api
from cadences_app.api import activities, enrollments
from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.mail import mailboxes
from cadences_app.mail.suppression import Addressee, Cause, find_blocks, is_blocked, suppress
from cadences_app.runtime import used_documents
from cadences_app.store import clock, compat, definitions, inbox, refusals
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import (
	activity,
	enroll,
	inbox_of,
	make_cadence,
	make_lead,
	make_reps,
	state,
	task,
	work,
)
from cadences_app.tests.site.outbox import OutboxTestCase


def address() -> str:
	return f"{frappe.generate_hash(length=12)}@buyer.example"


class OnTheWayTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		frappe.set_user("Administrator")


class TestARuleThatFails(OnTheWayTestCase):
	"""S5.8"""

	def test_an_answer_that_comes_meanwhile_counts(self):
		odd = {"key": "odd", "kind": "Expression", "expression": "1 / (0 if doc.city == 'Bonn' else 1) < 0"}
		done = {"key": "done", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Completed"}}
		lead = make_lead(city="Kiel")
		cadence = make_cadence(task("look"), task("then", "look", days=3), exit_rules=[odd, done])
		[enrollment] = enroll(cadence, lead)
		lead.db_set("city", "Bonn")
		self.assertIn("ZeroDivisionError", state(enrollment).error or self.looked_at(enrollment).error)
		event = OutcomeReported(1, "look", Outcome.COMPLETED, clock.now())
		inbox.record([InboxEntry(enrollment, cadence.name, event)], wake=False)

		work()

		row = state(enrollment)
		self.assertEqual((row.status, row.exit_reason), ("Stopped", "rule_outcome"))
		self.assertEqual(inbox_of(enrollment), [])

	def looked_at(self, enrollment):
		enrollments.try_again([enrollment])
		return state(enrollment)

	def test_try_again_goes_on_once_it_is_mended(self):
		odd = {"key": "odd", "kind": "Expression", "expression": "1 / (0 if doc.city == 'Bonn' else 1) < 0"}
		lead = make_lead(city="Bonn")
		cadence = make_cadence(task("look", days=0), exit_rules=[odd])
		self.assertEqual(put_in(cadence.name, [lead.name]).answers, {lead.name: EnrollAnswer.RULE_FAILED})
		lead.db_set("city", "Kiel")
		[enrollment] = enroll(make_cadence(task("look", days=1), exit_rules=[odd]), lead)
		lead.db_set("city", "Bonn")
		self.assertIn("ZeroDivisionError", self.looked_at(enrollment).error)

		lead.db_set("city", "Kiel")
		enrollments.try_again([enrollment])

		self.assertFalse(state(enrollment).error)
		self.assertTrue(state(enrollment).next_due_at)


class TestOnePersonOneRun(OnTheWayTestCase):
	"""S2.7"""

	def test_a_second_record_of_the_same_address_stays_out(self):
		mail = address()
		first, second = make_lead(email_id=mail), make_lead()
		second.db_set("email_id", mail.upper())
		cadence = make_cadence(task("look", days=3))
		enroll(cadence, first)

		result = put_in(cadence.name, [second.name])

		self.assertEqual(result.answers, {second.name: EnrollAnswer.PERSON_IS_IN})
		self.assertEqual(result.notes, {second.name: first.name})

	def test_of_two_that_come_together_one_gets_in(self):
		mail = address()
		first, second = make_lead(email_id=mail), make_lead()
		second.db_set("email_id", mail)

		result = put_in(make_cadence(task("look")).name, [first.name, second.name])

		self.assertEqual(
			result.answers, {first.name: EnrollAnswer.ENROLLED, second.name: EnrollAnswer.PERSON_IS_IN}
		)

	def test_the_cadence_may_not_mind(self):
		mail = address()
		first, second = make_lead(email_id=mail), make_lead()
		second.db_set("email_id", mail)
		cadence = make_cadence(task("look"), policy={"one_per_person": False})

		self.assertEqual(len(put_in(cadence.name, [first.name, second.name]).enrollments), 2)

	def test_who_comes_back_finds_the_other_there(self):
		mail = address()
		first, second = make_lead(email_id=mail), make_lead()
		second.db_set("email_id", mail)
		cadence = make_cadence(task("look", days=3))
		[enrollment] = enroll(cadence, first)
		enrollments.stop([enrollment])
		enroll(cadence, second)

		result = put_in(cadence.name, [first.name], Again.RESUME)

		self.assertEqual(result.answers, {first.name: EnrollAnswer.PERSON_IS_IN})


class TestWhoMayNotBeContacted(OnTheWayTestCase):
	"""S2.8, S6.1a: no channel is left, whenever and wherever it was said."""

	def given(self):
		lead = make_lead(email_id=address())
		return lead, make_cadence(task("look"), task("then", "look", days=3))

	def unsubscribe(self, lead, **scope):
		scope = scope or {"global_unsubscribe": 1}
		return frappe.get_doc({"doctype": "Email Unsubscribe", "email": lead.email_id, **scope}).insert()

	def test_is_not_let_in(self):
		for say in (
			lambda lead, cadence: self.unsubscribe(lead),
			lambda lead, cadence: suppress(lead.email_id, Cause.COMPLAINT),
			lambda lead, cadence: lead.db_set("status", "Do Not Contact"),
			lambda lead, cadence: lead.db_set("unsubscribed", 1),
			lambda lead, cadence: self.unsubscribe(
				lead, reference_doctype="Cadence", reference_name=cadence.name
			),
		):
			lead, cadence = self.given()
			say(lead, cadence)

			result = put_in(cadence.name, [lead.name])

			self.assertEqual(result.answers, {lead.name: EnrollAnswer.NOT_TO_BE_CONTACTED})
			self.assertTrue(result.notes[lead.name])

	def test_a_bounced_address_can_still_be_called(self):
		lead, cadence = self.given()
		suppress(lead.email_id, Cause.HARD_BOUNCE)

		self.assertEqual(put_in(cadence.name, [lead.name]).answers, {lead.name: EnrollAnswer.ENROLLED})

	def test_leaves_although_no_mail_went_out_yet(self):
		for say in (
			self.unsubscribe,
			lambda lead: suppress(lead.email_id, Cause.COMPLAINT),
			lambda lead: lead.update({"status": "Do Not Contact"}).save(),
			lambda lead: lead.update({"unsubscribed": 1}).save(),
		):
			lead, cadence = self.given()
			[enrollment] = enroll(cadence, lead)

			say(lead)
			work()

			row = state(enrollment)
			self.assertEqual((row.status, row.exit_reason), ("Stopped", "not_to_be_contacted"))

	def test_it_is_noticed_at_the_next_look_whoever_wrote_it(self):
		lead, cadence = self.given()
		[enrollment] = enroll(cadence, lead)
		lead.db_set("status", "Do Not Contact", update_modified=False)

		with builders.at(frappe.utils.add_days(None, 4)):
			work()

		self.assertEqual(state(enrollment).status, "Stopped")
		self.assertEqual(activity(enrollment, "then").status, "Cancelled")

	def test_who_left_one_series_goes_on_in_another(self):
		lead, cadence = self.given()
		other = make_cadence(task("look", days=2))
		[enrollment], [elsewhere] = enroll(cadence, lead), enroll(other, lead)

		self.unsubscribe(lead, reference_doctype="Cadence", reference_name=cadence.name)
		work()

		self.assertEqual(state(enrollment).status, "Stopped")
		self.assertEqual(state(elsewhere).status, "Active")


def lead_at(mail, **fields):
	"""A Lead with this address, though there may be another."""
	lead = make_lead(**fields)
	lead.db_set("email_id", mail)
	return lead


def contact_at(*mails):
	values = {"doctype": "Contact", "first_name": builders.unique("Ada")}
	contact = frappe.get_doc(values)
	for number, mail in enumerate(mails):
		contact.append("email_ids", {"email_id": mail, "is_primary": int(not number)})
	return contact.insert()


def crm_lead_at(mail):
	if not frappe.db.exists("CRM Lead Status", "Do Not Contact"):
		frappe.get_doc({"doctype": "CRM Lead Status", "lead_status": "Do Not Contact"}).insert()
	return frappe.get_doc({"doctype": "CRM Lead", "first_name": "Ada", "email": mail}).insert()


class TestAnotherRecordOfThePerson(OnTheWayTestCase):
	"""S2.8, S6.1a: whichever of their records says that nobody may contact them."""

	SAID = (
		(lead_at, {"status": "Do Not Contact"}, "do_not_contact"),
		(lead_at, {"unsubscribed": 1}, "unsubscribed"),
		(contact_at, {"unsubscribed": 1}, "unsubscribed"),
		(lambda mail: contact_at(address(), mail), {"unsubscribed": 1}, "unsubscribed"),
		(crm_lead_at, {"status": "Do Not Contact"}, "do_not_contact"),
	)

	def cases(self):
		"""An enrolled record, a further one of the same person, what it is about to say, and the reason."""
		for make, said, reason in self.SAID:
			if make is crm_lead_at and not frappe.db.exists("DocType", "CRM Lead"):
				continue
			# ERPNext saves no second Lead with the address of another
			for module in ("Contact",) if make is lead_at else ("Lead", "Contact"):
				mail = address()
				record = contact_at(mail) if module == "Contact" else lead_at(mail)
				yield record, make(mail.upper() if make is lead_at else mail), said, reason, mail

	def cadence(self, record):
		return make_cadence(task("look"), task("then", "look", days=3), module=record.doctype)

	def test_ends_what_is_under_way(self):
		for record, other, said, _reason, _mail in self.cases():
			with self.subTest(record.doctype, said=said):
				[enrollment] = enroll(self.cadence(record), record)

				other.update(said).save()

				self.assertEqual([each.kind for each in inbox_of(enrollment)], ["Record Changed"])
				work()
				row = state(enrollment)
				self.assertEqual((row.status, row.exit_reason), ("Stopped", "not_to_be_contacted"))

	def test_ends_it_at_the_next_look_whoever_wrote_it(self):
		for record, other, said, _reason, _mail in self.cases():
			with self.subTest(record.doctype, said=said):
				[enrollment] = enroll(self.cadence(record), record)
				frappe.db.set_value(other.doctype, other.name, dict(said))

				with builders.at(frappe.utils.add_days(None, 4)):
					work()

				self.assertEqual(state(enrollment).status, "Stopped")

	def test_keeps_them_out_and_says_why(self):
		for record, other, said, reason, mail in self.cases():
			with self.subTest(record.doctype, said=said):
				other.update(said).save()
				cadence = self.cadence(record)

				result = put_in(cadence.name, [record.name])

				self.assertEqual(result.answers, {record.name: EnrollAnswer.NOT_TO_BE_CONTACTED})
				self.assertEqual(result.notes, {record.name: reason})
				self.assertTrue(is_blocked(mail))
				row = frappe.get_doc(record.doctype, record.name).as_dict()
				addressee = Addressee(mail, record.doctype, record.name, cadence.name)
				blocks = find_blocks([addressee], {record.doctype: {record.name: row}})
				self.assertEqual(blocks[addressee].value, reason)

	def test_says_nothing_of_others_and_nothing_once_it_is_taken_back(self):
		for record, other, said, _reason, _mail in self.cases():
			with self.subTest(record.doctype, said=said):
				stranger = lead_at(address())
				before = {field: other.get(field) for field in said}
				other.update(said).save()
				other.reload()
				other.update(before).save()
				for each in (record, stranger):
					self.assertEqual(len(put_in(self.cadence(each).name, [each.name]).enrollments), 1)

	def test_is_told_once_when_the_record_is_in_a_cadence_itself(self):
		lead = lead_at(address())
		[enrollment] = enroll(self.cadence(lead), lead)
		lead.reload()
		lead.update({"status": "Do Not Contact"}).save()
		lead.update({"city": "Bonn"}).save()
		self.assertEqual([each.kind for each in inbox_of(enrollment)], ["Record Changed"])

	def test_asking_about_many_costs_two_statements(self):
		self.cadence(lead_at(address()))
		few, many = {address()}, {address() for _each in range(300)}
		refusals.unsubscribed(few)
		for asked in (few, many):
			self.assertEqual(len(self.queries_of(lambda asked=asked: refusals.unsubscribed(asked))), 2)

	def test_all_addresses_of_contacts_are_indexed(self):
		if frappe.conf.db_type not in (None, "mariadb"):
			self.skipTest("only MariaDB is asked for an index by its column")
		self.assertTrue(frappe.db.get_column_index("tabContact Email", "email_id"))


class TestActivation(OutboxTestCase):
	"""S1.6: what could not work is named before anybody is enrolled."""

	def faults(self, *follow_ups):
		doc = frappe.new_doc("Cadence")
		definition = {"name": builders.unique("Faulty"), "module": "Lead", "follow_ups": list(follow_ups)}
		builders.fill(doc, builders.Cadence.from_dict(definition))
		return api.faults(doc.insert().name)

	def test_a_merge_field_that_the_module_has_not(self):
		template = self.make_template(text="<p>{{ doc.first_nam }} {{ last_name }} {{ contact.fax_no }}</p>")

		found = self.faults(
			self.email(variants=[{"template": template}]), task("look", subject="{{ doc.nickname }}")
		)

		for path in ("doc.first_nam", "contact.fax_no", "doc.nickname"):
			self.assertTrue([each for each in found if path in each], found)
		self.assertFalse([each for each in found if "last_name" in each], found)

	def test_a_link_that_no_mail_has(self):
		clicked = {"outcome": "Clicked", "detail": "https://seller.example/gone"}
		follow_up = task("look", "mail") | {"trigger": clicked}
		self.assertTrue([each for each in self.faults(self.email(), follow_up) if "/gone" in each])

		clicked["detail"] = "https://seller.example/offer?a=1&b=2"
		self.assertEqual(self.faults(self.email(), follow_up), [])

	def test_a_template_that_was_deleted_meanwhile(self):
		cadence = make_cadence(self.email())
		frappe.db.delete("Email Template", {"name": self.template})
		api.deactivate(cadence.name)

		with self.assertRaisesRegex(frappe.ValidationError, self.template):
			api.reactivate(cadence.name)


class TestCorrectedAddress(OutboxTestCase):
	"""S4.1b: the recipient is read when the mail is handed over."""

	def waiting(self, **fields):
		lead = self.make_lead(**fields)
		[enrollment] = self.send_out(lead, release="After Review")
		frappe.db.commit()
		return lead, activity(enrollment, "mail")

	def test_an_address_corrected_meanwhile_is_used(self):
		lead, row = self.waiting(email_id="ada@misspelt.example")
		lead.db_set("email_id", "ada@right.example")
		self.decide()

		activities.release(row.name)
		frappe.db.commit()
		self.work()

		self.assertEqual([each.recipient for each in self.server.received], ["ada@right.example"])
		self.assertEqual(activity(row.enrollment, "mail").recipient, "ada@right.example")

	def test_what_is_known_of_the_new_address_counts(self):
		lead, row = self.waiting()
		lead.db_set("email_id", "gone@right.example")
		suppress("gone@right.example", Cause.HARD_BOUNCE)
		self.decide()

		activities.release(row.name)
		frappe.db.commit()
		self.work()
		self.decide()

		self.assertEqual(self.server.received, [])
		self.assertEqual(state(row.enrollment).status, "Stopped")


class TestPublishing(OutboxTestCase):
	"""S1.7: with mails under review, a follow-up that is gone or has another channel by now."""

	def published(self, follow_up):
		cadence = make_cadence(self.email(release="After Review"), task("last", "mail"))
		[enrollment] = self.enroll(cadence, self.make_lead())
		doc = frappe.get_doc("Cadence", cadence.name)
		definition = {
			"name": doc.name,
			"module": "Lead",
			"follow_ups": [follow_up, task("last", follow_up["key"])],
		}
		builders.fill(doc, builders.Cadence.from_dict(definition))
		doc.save()
		api.publish(doc.name, "Move Them to the New Version")
		work()
		return enrollment

	def test_the_mail_is_taken_back_and_what_is_there_now_begins(self):
		enrollment = self.published(task("other"))

		self.assertEqual(activity(enrollment, "mail").delivery, "Cancelled")
		self.assertEqual(activity(enrollment, "other").status, "Carried Out")
		self.assertEqual(state(enrollment).status, "Active")

	def test_it_comes_by_its_new_channel(self):
		enrollment = self.published(task("mail"))

		row = activity(enrollment, "mail")
		self.assertEqual((row.channel, row.status, row.delivery), ("Task", "Carried Out", "Cancelled"))
		self.assertEqual(row.activity_doctype, "ToDo")


class TestInstalling(OnTheWayTestCase):
	def test_modules_are_known_although_the_cache_is_older_than_the_app(self):
		known = dict(frappe.local.app_modules)
		known.pop("cadences_app", None)
		frappe.cache.set_value("app_modules", known)
		frappe.setup_module_map()
		self.assertNotIn("cadences_app", frappe.local.app_modules)

		install.before_install()

		self.assertEqual(frappe.local.module_app["cadences_app"], "cadences_app")
		self.assertIn("cadences_app", frappe.cache.get_value("app_modules"))


class TestFromBefore(OnTheWayTestCase):
	"""Enrollments that were under way before standstills were kept (S3.3b): none need a patch. A pause that
	was over had moved what the wait counts from; one that lasts counts from its stored beginning."""

	def given(self, **columns):
		[enrollment] = builders.enroll(make_cadence(task("look", days=3)), builders.make_lead())
		frappe.db.set_value("Cadence Enrollment", enrollment, {"standstills": None, **columns})
		return enrollment

	def test_a_pause_that_lasts(self):
		paused_at = frappe.utils.now_datetime()
		enrollment = self.given(status="Paused", paused_at=paused_at, next_due_at=None)
		due_at = activity(enrollment, "look").due_at
		with builders.at(frappe.utils.add_days(paused_at, 5)):
			enrollments.resume([enrollment])
			work()
		self.assertEqual(state(enrollment).status, "Active")
		moved = activity(enrollment, "look").due_at - due_at
		self.assertAlmostEqual(moved.total_seconds(), 5 * 86400, delta=60)

	def test_a_pause_of_then_that_is_over(self):
		"""It had moved what the wait counts from: it is not counted once more, and a later one is."""
		enrollment = self.given()
		row = activity(enrollment, "look")
		base_at, due_at = (frappe.utils.add_days(each, 9) for each in (row.base_at, row.due_at))
		frappe.db.set_value("Cadence Activity", row.name, {"base_at": base_at, "due_at": due_at})
		with builders.at(base_at + builders.DAY):
			enrollments.pause([enrollment])
		with builders.at(base_at + 2 * builders.DAY):
			enrollments.resume([enrollment])
			work()
		self.assertEqual(activity(enrollment, "look").due_at, due_at + builders.DAY)


class TestRenaming(OutboxTestCase):
	"""S15.6: what a cadence uses keeps working when it is renamed, and can't be deleted."""

	def test_a_template_that_is_renamed(self):
		cadence = make_cadence(self.email(days=1))
		[enrollment] = self.enroll(cadence, self.make_lead())

		new = frappe.rename_doc("Email Template", self.template, builders.unique("Better"))
		frappe.db.commit()
		with builders.at(frappe.utils.add_days(None, 2)):
			work()

		row = activity(enrollment, "mail")
		self.assertEqual((row.status, row.email_template), ("Handed Over", new))
		form = frappe.get_doc("Cadence", cadence.name)
		self.assertEqual(form.follow_ups[0].email_template, new)
		self.assertEqual(api.faults(cadence.name), [])

	def test_a_template_of_a_test_with_variants(self):
		other = self.make_template()
		variants = [{"template": self.template}, {"template": other, "weight": 3}]
		cadence = make_cadence(self.email(variants=variants, days=1))

		new = frappe.rename_doc("Email Template", other, builders.unique("Better"))

		form = frappe.get_doc("Cadence", cadence.name)
		self.assertEqual(form.follow_ups[0].more_templates, f"{new} | 3")
		[_first, second] = definitions.load(form.version).follow_ups[0].content.variants
		self.assertEqual((second.template, second.weight), (new, 3))

	def test_an_account_with_mails_that_wait(self):
		cadence = make_cadence(self.email(sender_value=self.account.name))
		[enrollment] = self.enroll(cadence, self.make_lead())

		new = frappe.rename_doc("Email Account", self.account.name, builders.unique("Mailbox"))
		frappe.db.commit()
		self.work()
		self.decide()

		self.assertEqual(len(self.server.received), 1)
		self.assertEqual(state(enrollment).status, "Completed")
		self.assertEqual(definitions.load(cadence.version).follow_ups[0].content.sender_value, new)

	def test_an_account_takes_along_what_its_mailbox_may_send(self):
		mailboxes.lock_all()
		compat.update_rows("Cadence Mailbox", {self.account.name: {"per_day": 5}})

		new = frappe.rename_doc("Email Account", self.account.name, builders.unique("Mailbox"))

		mailboxes.lock_all()
		left = frappe.get_all("Cadence Mailbox", {"email_account": new}, ["name", "per_day"], as_list=True)
		self.assertEqual(left, ((new, 5),))
		self.assertFalse(frappe.db.exists("Cadence Mailbox", self.account.name))

	def test_two_accounts_that_become_one(self):
		"""Each has a mailbox, and Frappe writes one's name in place of the other's."""
		other = frappe.copy_doc(frappe.get_doc("Email Account", self.account.name))
		other.update({"email_account_name": builders.unique("Mailbox"), "email_id": "other@seller.example"})
		other.update({"default_outgoing": 0, "default_incoming": 0})
		other.insert()
		cadence = make_cadence(self.email(sender_value=other.name))
		[enrollment] = self.enroll(cadence, self.make_lead())
		mailboxes.lock_all()
		compat.update_rows("Cadence Mailbox", {self.account.name: {"per_day": 5}})

		frappe.rename_doc("Email Account", other.name, self.account.name, merge=True)
		frappe.db.commit()
		self.work()

		self.assertEqual(self.mail_of(enrollment).email_account, self.account.name)
		self.assertEqual(len(self.server.received), 1)
		left = frappe.get_all("Cadence Mailbox", {"name": ("in", (other.name, self.account.name))}, ["*"])
		self.assertEqual(
			[(each.name, each.email_account, each.per_day) for each in left],
			[(self.account.name, self.account.name, 5)],
		)

	def test_what_is_used_is_not_deleted_and_the_cadence_named(self):
		cadence = make_cadence(
			self.email(sender_value=self.account.name),
			task("look", assignee={"kind": "Round Robin", "users": [builders.REP, builders.COLLEAGUE]}),
		)
		for doctype, name in (
			("Email Template", self.template),
			("Email Account", self.account.name),
			("User", builders.COLLEAGUE),
		):
			with self.assertRaisesRegex(frappe.LinkExistsError, cadence.name):
				frappe.delete_doc(doctype, name, force=True)

	def test_whose_view_it_is_and_the_holidays_are_not_deleted_either(self):
		self.needs("Holiday List")
		view = {"kind": "Custom View", "filters": [["city", "=", "Bonn"]], "as_user": builders.COLLEAGUE}
		days = {"doctype": "Holiday List", "holiday_list_name": builders.unique("Rest")}
		days = frappe.get_doc({**days, "from_date": "2027-01-01", "to_date": "2027-12-31"}).insert()
		cadence = make_cadence(task("look"), audience=view, policy={"holiday_list": days.name})
		for doctype, name in (("User", builders.COLLEAGUE), ("Holiday List", days.name)):
			with self.assertRaisesRegex(frappe.LinkExistsError, cadence.name):
				frappe.delete_doc(doctype, name, force=True)
		cadence.db_set("status", "Draft")
		frappe.delete_doc("Holiday List", days.name, force=True)

	def test_a_field_by_which_a_cadence_decides(self):
		leaves = {
			"key": "left",
			"kind": "Record Conditions",
			"conditions": [{"field": "city", "operator": "=", "value": "Bonn"}],
		}
		cadence = make_cadence(task("look"), exit_rules=[leaves])
		field = frappe.get_doc({"doctype": "Custom Field", "dt": "Lead", "fieldname": "city"})

		with self.assertRaisesRegex(frappe.LinkExistsError, cadence.name):
			used_documents.on_trash(field)

		field.fieldname = "fax"
		used_documents.on_trash(field)

	def test_what_only_an_old_version_uses_may_go_once_nobody_is_under_it(self):
		cadence = make_cadence(self.email(days=1))
		[enrollment] = self.enroll(cadence, self.make_lead())
		form = frappe.get_doc("Cadence", cadence.name)
		form.follow_ups[0].email_template = self.make_template()
		form.save()
		api.publish(cadence.name, "Let Them Finish on Their Version")
		with self.assertRaises(frappe.LinkExistsError):
			frappe.delete_doc("Email Template", self.template, force=True)

		enrollments.stop([enrollment])
		frappe.delete_doc("Email Template", self.template, force=True)

	def test_holidays_that_are_renamed_and_a_list_that_never_was(self):
		self.needs("Holiday List")
		days = [{"holiday_date": frappe.utils.nowdate(), "description": "Off"}]
		holidays = frappe.get_doc(
			{
				"doctype": "Holiday List",
				"holiday_list_name": builders.unique("Days off"),
				"from_date": frappe.utils.nowdate(),
				"to_date": frappe.utils.nowdate(),
				"holidays": days,
			}
		).insert()
		cadence = make_cadence(self.email(), policy={"holiday_list": holidays.name})

		new = frappe.rename_doc("Holiday List", holidays.name, builders.unique("Rest"), force=True)

		self.assertEqual(definitions.load(cadence.version).policy.holiday_list, new)
		self.assertEqual(frappe.db.get_value("Cadence", cadence.name, "holiday_list"), new)
		form = frappe.get_doc("Cadence", cadence.name)
		form.holiday_list = "No such days"
		form.save()
		self.assertIn("There is no Holiday List No such days.", api.faults(cadence.name))
