"""Erasing a person, and looking for them in the whole database afterwards (docs/security.md)."""

import json
from typing import Any

import frappe

from cadences_app.channels import assigning
from cadences_app.enrolling import erasure
from cadences_app.mail import suppression
from cadences_app.store import compat
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.base import insert_row, make_user
from cadences_app.tests.site.outbox import OutboxTestCase

NAME = "Zenobia Quartermain"
ADDRESS = "zenobia.q@buyer.example"
TEXT = (
	"<p>Dear {{ doc.first_name }} {{ doc.last_name }}, "
	"<a href='https://x.example/?for={{ doc.email_id }}'>look</a></p>"
)
RECORDS = {
	*(
		"tabLead",
		"tabContact",
		"tabContact Email",
		"tabDynamic Link",
		"tabAddress",
		"__global_search",
		"tabUser",
	),
	"tabCRM Note",
}
"""What is erased where it is kept: the records themselves, and Frappe's own index of them."""


def found_anywhere(*words: str) -> set[tuple[str, str]]:
	"""Tables and columns of the whole database in which one of these words stands."""
	columns = frappe.db.sql(
		"""select table_name, column_name from information_schema.columns where table_schema = database()
		and data_type in ('varchar', 'text', 'longtext', 'mediumtext', 'char', 'json')"""
	)
	tables: dict[str, list[str]] = {}
	for table, column in columns:
		tables.setdefault(table, []).append(column)
	return {
		(table, column)
		for table, of_table in tables.items()
		if holds(table, of_table, words)
		for column in of_table
		if holds(table, [column], words)
	}


def holds(table: str, columns: list[str], words: tuple[str, ...]) -> bool:
	asked = [f"cast(`{column}` as char) like %s" for column in columns for _word in words]
	query = f"select 1 from `{table}` where {' or '.join(asked)} limit 1"
	return bool(frappe.db.sql(query, [f"%{word}%" for _column in columns for word in words]))


class ErasureTest(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		if frappe.conf.db_type not in (None, "mariadb"):
			self.skipTest("the search through all tables is written for MariaDB")
		self.manager = Person("eraser@cadences.example", "System Manager")
		self.rep = Person("mallory@cadences.example", "Cadence Manager", "Sales User")

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.db.delete("Comment", {"reference_name": getattr(self, "lead", None) and self.lead.name})
		self.manager.leave()
		self.rep.leave()
		super().tearDown()

	def live_through_everything(self) -> None:
		"""A mail that went out and came back, a task, a call, and much that was said."""
		template = self.make_template("For {{ doc.first_name }} {{ doc.last_name }}", TEXT)
		cadence = builders.make_cadence(
			self.email(variants=[{"template": template}]),
			builders.task("look", subject="Look at {{ doc.first_name }} {{ doc.last_name }}"),
			builders.call("ring", subject="Ring {{ doc.email_id }}"),
			builders.task("later", days=30),
		)
		first, last = NAME.split()
		self.lead = self.make_lead(first_name=first, last_name=last, email_id=ADDRESS)
		(self.enrollment,) = self.enroll(cadence, self.lead)
		self.work()
		self.decide()
		mail = self.mail_of(self.enrollment)
		said = f"{NAME} <{ADDRESS}> said so"
		of_record = {"reference_doctype": "Lead", "reference_name": self.lead.name}
		row = {"enrollment": self.enrollment, "activity": mail.name, "cadence": cadence.name, **of_record}
		incoming = {"sender": ADDRESS, "recipient": ADDRESS, "diagnostic": said, "message_id": said}
		insert_row("Cadence Incoming Mail", **row, **incoming, mail_key=f"{mail.name}:k")
		insert_row(
			"Cadence Visit",
			activity=mail.name,
			target=f"https://x.example/?for={ADDRESS}",
			visit_key=mail.name,
		)
		changes = {"note": said, "error": said}
		compat.update_rows("Cadence Activity", {mail.name: changes})
		compat.update_rows("Cadence Enrollment", {self.enrollment: {"exit_note": said, "error": said}})
		frappe.get_doc({"doctype": "Email Unsubscribe", "email": ADDRESS, "global_unsubscribe": 1}).insert()
		suppression.suppress(ADDRESS, suppression.Cause.HARD_BOUNCE, said)
		frappe.log_error("Cadence: a visit could not be recorded", said)
		frappe.db.commit()
		self.decide()

	def erase(self) -> Any:
		return self.manager.asks("erasure.erase", address=ADDRESS.upper())

	def test_nothing_of_them_is_left_and_nobody_writes_to_them(self) -> None:
		self.live_through_everything()
		tables = {table for table, _column in found_anywhere(NAME, ADDRESS)}
		self.assertLess(
			{"tabCadence Activity", "tabCadence Enrollment", "tabCommunication", "tabToDo"}, tables
		)
		answer = self.erase()
		self.assertEqual(answer.status_code, 200, told(answer)[:1500])
		left = {each for each in found_anywhere(NAME, ADDRESS) if each[0] not in RECORDS}
		self.assertEqual(left, set())
		self.assertTrue(suppression.is_blocked(ADDRESS))
		frappe.db.rollback()
		(again,) = self.enroll(builders.make_cadence(self.email()), self.lead)
		self.assertEqual(self.mail_of(again).note, suppression.Block.ADDRESS_BOUNCED.value)

	def test_what_people_wrote_beside_their_rows_goes_along(self) -> None:
		"""Comments, and what somebody was asked to do about an enrollment."""
		self.live_through_everything()
		asked = {"assign_to": json.dumps([self.manager.email]), "description": f"Ring {NAME}"}
		for doctype, name in (
			("Cadence Enrollment", self.enrollment),
			("Cadence Activity", self.mail_of(self.enrollment).name),
		):
			of_row = {"reference_doctype": doctype, "reference_name": name}
			by = {"comment_email": self.rep.email, "comment_by": "Mallory"}
			content = f"<p>{NAME} of {ADDRESS} is on holiday</p>"
			for answer in (
				self.rep.asks("frappe.desk.form.utils.add_comment", **of_row, content=content, **by),
				self.rep.asks("frappe.desk.form.assign_to.add", doctype=doctype, name=name, **asked),
			):
				self.assertEqual(answer.status_code, 200, told(answer)[:800])
		self.assertIn(("tabCadence Enrollment", "_comments"), found_anywhere(NAME))
		answer = self.erase()
		self.assertEqual(answer.status_code, 200, told(answer)[:1500])
		left = {each for each in found_anywhere(NAME, ADDRESS) if each[0] not in RECORDS}
		self.assertEqual(left, set())

	def test_so_do_mails_that_told_somebody_of_their_tasks(self) -> None:
		"""Frappe mails whoever is assigned what they are to do, and keeps the mail."""
		self.live_through_everything()
		about = {"document_type": "Lead", "document_name": self.lead.name, "type": "Assignment"}
		told = {**about, "subject": f"<b>Look at {NAME}</b>", "email_content": f"<p>Write to {ADDRESS}</p>"}
		log = insert_row("Notification Log", **told, for_user=self.rep.email)
		frappe.flags.in_test = False  # such a mail goes into the queue
		try:
			assigning.send_mails([log])
		finally:
			frappe.flags.in_test = True
		of_rep = frappe.get_all("Email Queue Recipient", {"recipient": self.rep.email}, pluck="parent")
		frappe.db.set_value("Email Queue", {"name": ("in", of_rep)}, "status", "Sent")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Email Queue", {"name": ("in", of_rep)})
		frappe.db.commit()
		self.assertIn(("tabEmail Queue", "message"), found_anywhere(NAME))
		self.assertEqual(self.erase().status_code, 200)
		left = {each for each in found_anywhere(NAME, ADDRESS) if each[0] not in RECORDS}
		self.assertEqual(left, set())

	def test_every_text_of_every_doctype_is_searched(self) -> None:
		"""Also those that are written by later rooms: each holds the person in each of its texts."""
		self.live_through_everything()
		story = {
			"parenttype": "Cadence",
			"parentfield": "stories",
			"parent": self.cadence_of(self.enrollment),
		}
		made = [("Cadence Story", insert_row("Cadence Story", **story, title="One", record=self.lead.name))]
		made += [(doctype, self.fill(doctype)) for doctype in erasure._own_doctypes()]
		self.addCleanup(frappe.db.commit)
		for doctype, name in made:
			self.addCleanup(frappe.db.delete, doctype, {"name": name})
		frappe.db.commit()
		answer = self.erase()
		self.assertEqual(answer.status_code, 200, told(answer)[:1500])
		words = (NAME, ADDRESS, f'"{self.lead.name}"', f"of {self.lead.name}.")
		self.assertEqual({each for each in found_anywhere(*words) if each[0] not in RECORDS}, set())
		self.assertFalse(frappe.db.get_value("Cadence Story", made[0][1], "record"))

	def cadence_of(self, enrollment: str) -> str:
		return str(frappe.db.get_value("Cadence Enrollment", enrollment, "cadence"))

	def fill(self, doctype: str) -> str:
		"""A row that tells of the person wherever it holds text, with nothing but that to find it by."""
		said = json.dumps({"record": self.lead.name, "said": f"{NAME} <{ADDRESS}> of {self.lead.name}."})
		texts = {
			field.fieldname: said if field.fieldtype != "Data" else said[: field.length or 140]
			for field in frappe.get_meta(doctype).fields
			if field.fieldtype in erasure._TEXTS and not field.unique and not field.is_virtual
		}
		unique = {
			field.fieldname: frappe.generate_hash(length=20)
			for field in frappe.get_meta(doctype).fields
			if field.unique and field.fieldtype == "Data"
		}
		return insert_row(doctype, **texts, **unique)

	def test_figures_stay(self) -> None:
		self.live_through_everything()
		before = frappe.db.count(
			"Cadence Activity", {"enrollment": self.enrollment, "sent_at": ("is", "set")}
		)
		self.erase()
		after = frappe.db.count("Cadence Activity", {"enrollment": self.enrollment, "sent_at": ("is", "set")})
		self.assertEqual((before, after), (1, 1))
		self.assertEqual(builders.state(self.enrollment).status, "Stopped")

	def test_others_are_untouched(self) -> None:
		self.live_through_everything()
		other = self.make_lead(first_name="Other", last_name="Person")
		(enrollment,) = self.send_out(other)
		mail = self.mail_of(enrollment)
		self.erase()
		self.assertEqual(self.mail_of(enrollment).subject, mail.subject)
		self.assertEqual(builders.state(enrollment).record_title, "Other Person")

	def kept_of(self, enrollment: str) -> dict[str, Any]:
		"""All that is kept of an enrollment, and of what is counted and told of everybody."""
		of_it = {"enrollment": enrollment}
		kept = {
			doctype: frappe.get_all(doctype, filters, ["*"], order_by="name", limit_page_length=0)
			for doctype, filters in (
				("Cadence Enrollment", {"name": enrollment}),
				("Cadence Activity", of_it),
				("Cadence Event", of_it),
				("Notification Log", {"name": self.notice}),
				("Deleted Document", {"name": self.deleted}),
			)
		}
		measures = frappe.get_all("Cadence Figure", pluck="measure", distinct=True, order_by="measure")
		return {**kept, "measures": measures}

	def test_whoever_is_called_like_a_code_takes_nothing_of_others_along(self) -> None:
		"""A name is what its bearer wrote into a form: a pattern, a part of every link, a key, a status, the
		domain of others, another record's name."""
		other = self.make_lead(first_name="Other", last_name="Person", email_id="a" + ADDRESS)
		(enrollment,) = self.send_out(other)
		self.work()
		self.assertTrue(json.loads(self.mail_of(enrollment).links))
		subject = {"subject": "about somebody else", "type": "Alert"}
		log = frappe.get_doc({"doctype": "Notification Log", "for_user": "Administrator", **subject})
		self.notice = log.insert(ignore_permissions=True).name
		todo = frappe.get_doc({"doctype": "ToDo", "description": "of somebody else"}).insert()
		todo.delete()
		self.deleted = frappe.db.get_value("Deleted Document", {"deleted_name": todo.name})
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Deleted Document", {"name": self.deleted})
		frappe.db.commit()
		before = self.kept_of(enrollment)
		names = (
			"%%%%%",
			"_____",
			"https",
			"follow_up",
			"Carried Out",
			"cadence",
			"buyer.example",
			other.name,
		)
		for name in names:
			with self.subTest(name):
				self.lead = self.make_lead(first_name="X", email_id=ADDRESS)
				frappe.db.set_value("Lead", self.lead.name, {"first_name": name, "lead_name": name})
				frappe.db.commit()
				answer = self.erase()
				self.assertEqual(answer.status_code, 200, told(answer)[:1500])
				frappe.db.rollback()
				self.assertEqual(self.kept_of(enrollment), before)
				frappe.db.delete("Lead", {"name": self.lead.name})
				frappe.db.commit()

	def test_who_is_told_of_in_one_notice_with_others_is_struck_out_of_it(self) -> None:
		self.live_through_everything()
		told_together = {
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": "Administrator",
			"subject": "2 people replied",
			"email_content": f"<ul><li>{NAME} (Spring)</li><li>Ada Lovelace (Spring)</li></ul>",
		}
		log = frappe.get_doc(told_together).insert(ignore_permissions=True)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Notification Log", {"name": log.name})
		frappe.db.commit()
		self.erase()
		frappe.db.rollback()
		left = frappe.db.get_value("Notification Log", log.name, "email_content")
		self.assertEqual(left, "<ul><li>[erased] (Spring)</li><li>Ada Lovelace (Spring)</li></ul>")

	def test_only_a_system_manager_erases(self) -> None:
		answer = self.rep.asks("erasure.erase", address=ADDRESS)
		self.assertEqual(answer.status_code, 403)

	def test_frappes_own_erasure_of_a_user_reaches_what_cadences_keep(self) -> None:
		"""The hook `user_data_fields`."""
		user = make_user("erased@cadences.example")
		activity = insert_row("Cadence Activity", enrollment="e", run=1, follow_up="f", recipient=user)
		request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": user})
		request.insert(ignore_permissions=True)
		self.addCleanup(frappe.db.delete, "Cadence Activity", {"name": activity})
		request._anonymize_data()
		recipient = frappe.db.get_value("Cadence Activity", activity, "recipient")
		self.assertNotIn(user, recipient)
		self.assertFalse(frappe.db.exists("User", user))

	def test_what_is_no_address_is_refused(self) -> None:
		answer = self.manager.asks("erasure.erase", address="%")
		self.assertEqual(answer.status_code, 417)
