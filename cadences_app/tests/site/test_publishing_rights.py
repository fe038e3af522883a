"""What a manager publishes can do no more than they could: files and senders, over HTTP (S14.1a)."""

from typing import Any

import frappe
from frappe.permissions import add_permission, update_permission_property

from cadences_app.engine.content import MessageContent
from cadences_app.enrolling.publisher_faults import not_theirs
from cadences_app.mail.composing import enclosures
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.selling import make_customer
from cadences_app.tests.site.smtp import SENDER, make_account

SECRET = "the board's salaries"


class PublishingTestCase(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mallory = Person("mallory@cadences.example", "Cadence Manager", "Sales User")

	def tearDown(self) -> None:
		frappe.db.rollback()
		self.mallory.leave()
		super().tearDown()

	def file(self, owner: str = "Administrator", **values: Any) -> Any:
		content = f"{SECRET} {frappe.generate_hash(length=8)}"
		values = {"file_name": f"{frappe.generate_hash(length=8)}.txt", "content": content, **values}
		file = frappe.get_doc({"doctype": "File", "is_private": 1, **values}).insert()
		file.db_set("owner", owner)
		frappe.db.commit()
		return file

	def publish(self, **columns: Any) -> Any:
		"""Mallory makes a cadence of one email and activates it; the answer."""
		self.name = builders.unique("Publishing")
		row = {"channel": "Email", "title": "Mail", "follow_up_key": "mail", "to_field": "email_id"}
		row |= {"email_template": self.template, **columns}
		made = self.mallory.inserts("Cadence", cadence_name=self.name, module="Lead", follow_ups=[row])
		self.assertEqual(made.status_code, 200, told(made)[:500])
		return self.mallory.asks("activation.activate", cadence=self.name)

	def assert_published(self, answer: Any, expected: bool) -> None:
		self.assertEqual(answer.status_code == 200, expected, told(answer)[:800])
		status = frappe.db.get_value("Cadence", self.name, "status")
		self.assertEqual(status, "Active" if expected else "Draft")

	def send(self) -> Any:
		(enrollment,) = self.enroll(frappe.get_doc("Cadence", self.name), self.make_lead())
		self.work()
		return self.mail_of(enrollment)


class TestFiles(PublishingTestCase):
	def test_a_private_file_of_somebody_else_is_refused(self) -> None:
		file = self.file()
		answer = self.publish(attachments=file.file_url)
		self.assert_published(answer, False)
		self.assertIn("you may not read it", told(answer))

	def test_the_answer_does_not_tell_what_exists(self) -> None:
		told_of = [
			told(self.publish(attachments=url)).replace(url, "X").replace(self.name, "Y")
			for url in (self.file().file_url, "/private/files/no-such.txt")
		]
		self.assertEqual(*(text[text.index("X does not exist") :][:60] for text in told_of))

	def test_a_file_of_ones_own_that_bears_the_address_opens_nothing(self) -> None:
		"""Frappe lets anybody make a File with the address of another."""
		file = self.file()
		copy = self.mallory.inserts("File", file_url=file.file_url, file_name="mine.txt", is_private=1)
		self.assert_published(self.publish(attachments=file.file_url), False)
		self.assertTrue(copy is not None)

	def test_what_one_may_read_goes_out(self) -> None:
		for values in ({"owner": self.mallory.email}, {"is_private": 0}):
			with self.subTest(values):
				file = self.file(**values)
				self.assert_published(self.publish(attachments=file.file_url), True)
				mail = self.send()
				self.assertEqual(mail.delivery, "Sent", mail.error)

	def test_a_file_that_is_replaced_later_stays_in_the_house(self) -> None:
		file = self.file(owner=self.mallory.email)
		self.assert_published(self.publish(attachments=file.file_url), True)
		with open(file.get_full_path(), "w") as stored:
			stored.write(f"{SECRET} of next year")
		mail = self.send()
		self.assertEqual(mail.delivery, "Failed")
		self.assertIn("changed after", mail.error)
		self.assertEqual(self.server.received, [])

	def test_a_file_that_is_made_private_later_stays_in_the_house(self) -> None:
		file = self.file(is_private=0)
		self.assert_published(self.publish(attachments=file.file_url), True)
		file.reload()
		file.is_private = 1
		file.save()
		frappe.db.set_value("File", file.name, "file_url", file.file_url)
		frappe.db.commit()
		self.assertEqual(self.send().delivery, "Failed")


class TestSenders(PublishingTestCase):
	def test_an_account_that_one_was_not_given_is_refused(self) -> None:
		boss = make_account(self.server.port, "Cadence Boss", "boss@seller.example", default_outgoing=0)
		frappe.db.commit()
		answer = self.publish(sender_kind="Email Account", sender_account=boss.name)
		self.assert_published(answer, False)
		self.assertIn("Cadence Boss", told(answer))

	def test_an_account_that_one_was_given_is_used(self) -> None:
		own, address = "Cadence Own", "own@seller.example"
		make_account(self.server.port, own, address, default_outgoing=0)
		given = {"parent": self.mallory.email, "parenttype": "User", "parentfield": "user_emails"}
		row = {"doctype": "User Email", "email_account": own, "email_id": address, **given}
		frappe.get_doc(row).db_insert()
		self.addCleanup(frappe.db.delete, "User Email", {"parent": self.mallory.email})
		frappe.db.commit()
		self.assert_published(self.publish(sender_kind="Email Account", sender_account=own), True)

	def test_the_default_account_is_everybodys(self) -> None:
		self.assert_published(self.publish(), True)

	def test_a_fixed_address_needs_the_domain_of_the_account(self) -> None:
		domain = SENDER.partition("@")[2]
		for address, expected in ((f"team@{domain}", True), ("ceo@bank.example", False)):
			with self.subTest(address):
				answer = self.publish(sender_kind="Fixed Address", sender_address=address)
				self.assert_published(answer, expected)

	def test_a_fixed_address_of_an_account_needs_the_account(self) -> None:
		boss = make_account(self.server.port, "Cadence Boss", "boss@seller.example", default_outgoing=0)
		frappe.db.commit()
		answer = self.publish(sender_kind="Fixed Address", sender_address=boss.email_id)
		self.assert_published(answer, False)

	def test_a_system_manager_may_use_any(self) -> None:
		boss = make_account(self.server.port, "Cadence Boss", "boss@seller.example", default_outgoing=0)
		self.mallory.has_roles("Cadence Manager", "Sales User", "System Manager")
		self.assert_published(self.publish(sender_kind="Email Account", sender_account=boss.name), True)
		self.assert_published(
			self.publish(sender_kind="Fixed Address", sender_address="ceo@bank.example"), True
		)


class TestPrintsAndAddresses(PublishingTestCase):
	"""A print shows what its publisher may read, and an address is read for who may read its document."""

	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(frappe.clear_cache, doctype="Lead")
		self.as_pdf = frappe.db.get_single_value("Print Settings", "send_print_as_pdf")
		frappe.db.set_single_value("Print Settings", "send_print_as_pdf", 0)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_single_value, "Print Settings", "send_print_as_pdf", self.as_pdf)

	def print_format(self, html: str = "<p>{{ doc.first_name }}</p>") -> str:
		values = {"doctype": "Print Format", "name": builders.unique("Print"), "doc_type": "Lead"}
		values |= {"custom_format": 1, "print_format_type": "Jinja", "html": html}
		return str(frappe.get_doc(values).insert().name)

	def make_secret(self) -> None:
		field = {"doctype": "Custom Field", "dt": "Lead", "fieldname": "cadence_salary", "label": "Salary"}
		made = frappe.get_doc({**field, "fieldtype": "Data", "permlevel": 5}).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Custom Field", made.name, force=True)
		frappe.db.commit()

	def printed(self, lead: Any, print_format: str, user: str) -> str:
		return enclosures.print_of("Lead", lead.name, print_format, user).content.decode()

	def test_a_print_shows_the_fields_that_its_publisher_may_read(self) -> None:
		self.make_secret()
		lead = self.make_lead(first_name="Ada", cadence_salary=SECRET)
		own = self.print_format("<p>{{ doc.first_name }}: {{ doc.cadence_salary }}</p>")
		for print_format in ("Standard", own):
			with self.subTest(print_format):
				told = self.printed(lead, print_format, self.mallory.email)
				self.assertIn("Ada", told)
				self.assertNotIn(SECRET, told)
				self.assertEqual(frappe.session.user, "Administrator")
		# Who may read the field has it printed.
		add_permission("Lead", "Cadence Manager", 5)
		self.addCleanup(frappe.db.delete, "Custom DocPerm", {"parent": "Lead"})
		frappe.clear_cache(doctype="Lead")
		self.assertIn(SECRET, self.printed(lead, own, self.mallory.email))

	def test_a_print_goes_out_as_its_publisher_may_have_it(self) -> None:
		self.assert_published(self.publish(print_format=self.print_format()), True)
		mail = self.send()
		self.assertEqual(mail.delivery, "Sent", mail.error)
		self.mallory.has_roles("Cadence Manager")
		mail = self.send()
		self.assertEqual(mail.delivery, "Failed")
		self.assertIn("may not print", mail.error)

	def test_who_may_not_print_publishes_no_print(self) -> None:
		reader = "Cadence Test Reader"
		if not frappe.db.exists("Role", reader):
			frappe.get_doc({"doctype": "Role", "role_name": reader}).insert()
		add_permission("Lead", reader, 0)
		update_permission_property("Lead", reader, 0, "print", 0)
		self.addCleanup(frappe.db.delete, "Custom DocPerm", {"parent": "Lead"})
		self.mallory.has_roles("Cadence Manager", reader)
		answer = self.publish(print_format=self.print_format())
		self.assert_published(answer, False)
		self.assertIn("may not print", told(answer))

	def test_an_address_of_what_one_may_not_read_is_refused_and_not_shown(self) -> None:
		customer = make_customer()
		frappe.db.set_value("Customer", customer, "email_id", "secret@customer.example")
		self.mallory.has_roles("Cadence Manager", "Sales User")
		self.assert_published(self.publish(to_field="customer.email_id"), True)
		self.mallory.has_roles("Cadence Manager", "Newsletter Manager")
		update = {"Lead": ("read", "print")}
		for doctype, rights in update.items():
			add_permission(doctype, "Newsletter Manager", 0)
			for right in rights:
				update_permission_property(doctype, "Newsletter Manager", 0, right, 1)
		self.addCleanup(frappe.db.delete, "Custom DocPerm", {"parent": "Lead"})
		answer = self.publish(to_field="customer.email_id")
		self.assert_published(answer, False)
		self.assertIn("may not read Customer", told(answer))
		message = MessageContent(to_field="customer.mobile_no", text="Hello")
		refused = not_theirs(message, "Lead", self.mallory.email)
		self.assertEqual(len(refused), 1)
		self.assertEqual(not_theirs(message, "Lead", "Administrator"), [])
		lead = self.make_lead(customer=customer)
		draft = frappe.get_doc("Cadence", self.name).as_dict(convert_dates_to_str=True)
		for method in ("trying.filled_email", "trying.send_test"):
			answer = self.mallory.asks(method, doc=draft, follow_up="mail", record=lead.name)
			self.assertEqual(answer.status_code, 403, told(answer)[:300])
			self.assertNotIn("secret@customer.example", told(answer))


class TestOfferedSenders(PublishingTestCase):
	def offered(self) -> list[str]:
		answer = self.mallory.asks(
			"builder.search_senders",
			doctype="Email Account",
			txt="",
			searchfield="name",
			start=0,
			page_len=50,
		)
		self.assertEqual(answer.status_code, 200, told(answer)[:500])
		return [name for name, _address in answer.json["message"]]

	def test_a_manager_is_offered_what_they_may_send_through_and_reads_no_account(self) -> None:
		default = frappe.db.get_value("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})
		other = make_account(1, name="Somebody Else's", address="else@cadences.example", default_outgoing=0)
		frappe.db.commit()
		self.assertIn(default, self.offered())
		self.assertNotIn(other.name, self.offered())
		self.assertFalse(frappe.has_permission("Email Account", "read", user=self.mallory.email))

	def test_whoever_makes_no_cadences_is_offered_none(self) -> None:
		rep = Person("rep-senders@cadences.example", "Cadence User", "Sales User")
		answer = rep.asks(
			"builder.search_senders",
			doctype="Email Account",
			txt="",
			searchfield="name",
			start=0,
			page_len=50,
		)
		self.assertEqual(answer.status_code, 403)
		frappe.db.rollback()
		rep.leave()


def contact_of(doctype: str, name: str, address: str) -> str:
	values = {"doctype": "Contact", "first_name": builders.unique("Ada"), "is_primary_contact": 1}
	contact = frappe.get_doc({**values, "links": [{"link_doctype": doctype, "link_name": name}]})
	contact.append("email_ids", {"email_id": address, "is_primary": 1})
	return str(contact.insert().name)


def opportunity_of(**fields: Any) -> Any:
	return frappe.get_doc({"doctype": "Opportunity", **fields}).insert()


class TestLinkedDocuments(PublishingTestCase):
	"""What texts and addresses take from other documents is taken for who may read those (S14.1a)."""

	def setUp(self) -> None:
		super().setUp()
		touched = {"parent": ("in", ("Lead", "Opportunity", "Contact"))}
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Custom DocPerm", touched)
		self.at_the_desk("System User")
		self.addCleanup(self.at_the_desk, "Website User")
		self.reader = "Cadence Test Reader"
		if not frappe.db.exists("Role", self.reader):
			frappe.get_doc({"doctype": "Role", "role_name": self.reader}).insert()
		for doctype in ("Lead", "Opportunity"):
			add_permission(doctype, self.reader, 0)
			frappe.clear_cache(doctype=doctype)
			self.addCleanup(frappe.clear_cache, doctype=doctype)
		add_permission("Contact", "Sales User", 0)
		add_permission("Contact", self.reader, 0)
		frappe.db.delete(
			"Custom DocPerm", {"parent": "Contact", "role": ("not in", ("Sales User", self.reader))}
		)
		own = {"parent": "Contact", "role": self.reader}
		frappe.db.set_value("Custom DocPerm", own, "if_owner", 1)
		frappe.clear_cache(doctype="Contact")
		self.addCleanup(frappe.clear_cache, doctype="Contact")
		self.secret = f"{frappe.generate_hash(length=8)}@secret.example"
		self.lead = self.make_lead()
		self.contact = contact_of("Lead", self.lead.name, self.secret)
		frappe.db.commit()

	def at_the_desk(self, user_type: str) -> None:
		"""Who works at the desk reads Email Templates."""
		frappe.db.set_value("User", self.mallory.email, "user_type", user_type)
		frappe.clear_cache(user=self.mallory.email)
		frappe.db.commit()

	def row(self, channel: str, **columns: Any) -> dict[str, Any]:
		return {"channel": channel, "title": channel, "follow_up_key": channel.lower(), **columns}

	def rows(self) -> list[dict[str, Any]]:
		text = "Hello {% set person = contact %}{{ person.email_id }}"
		return [
			self.row("Task", subject=text),
			self.row("Task", subject="Look", description=text),
			self.row("Call", subject="Call", agenda="{{ contact }}"),
			self.row("Message", message_text="{{ contact['email_id'] }}", number_field="mobile_no"),
			self.row(
				"Message",
				message_text="Hello",
				number_field="mobile_no",
				consent_field="contact.unsubscribed",
			),
			self.row("Email", to_field="email_id", email_template=self.make_template(text)),
		]

	def draft(self, row: dict[str, Any]) -> dict[str, Any]:
		name = builders.unique("Linked")
		made = self.mallory.inserts("Cadence", cadence_name=name, module="Lead", follow_ups=[row])
		self.assertEqual(made.status_code, 200, told(made)[:500])
		self.name = name
		return frappe.get_doc("Cadence", name).as_dict(convert_dates_to_str=True)

	def test_texts_are_filled_from_contacts_for_who_may_read_contacts(self) -> None:
		for row in self.rows():
			with self.subTest(row):
				self.mallory.has_roles("Cadence Manager", self.reader)
				draft = self.draft(row)
				answer = self.mallory.asks("activation.activate", cadence=self.name)
				self.assert_published(answer, False)
				self.assertIn("may not read Contact", self.faults(answer))
				for method in ("filled_email", "send_test", "filled_message"):
					shown = self.mallory.asks(
						f"trying.{method}", doc=draft, follow_up=row["follow_up_key"], record=self.lead.name
					)
					self.assertNotEqual(shown.status_code, 200, told(shown)[:300])
					self.assertNotIn(self.secret, told(shown))
				self.mallory.has_roles("Cadence Manager", "Sales User")
				answer = self.mallory.asks("activation.activate", cadence=self.name)
				self.assertNotIn("may not read", self.faults(answer))
				if row["channel"] != "Message":  # which the site has no gateway for
					self.assert_published(answer, True)

	def faults(self, answer: Any) -> str:
		return str(answer.json.get("exception", ""))

	def test_a_template_that_is_changed_later_reads_no_further(self) -> None:
		self.mallory.has_roles("Cadence Manager", self.reader)
		template = self.make_template("Hello", "<p>Hello</p>")
		row = self.row("Email", to_field="email_id", email_template=template)
		self.draft(row)
		self.assert_published(self.mallory.asks("activation.activate", cadence=self.name), True)
		frappe.db.set_value("Email Template", template, "response_html", "Hello {{ contact.email_id }}")
		frappe.db.commit()
		(enrollment,) = self.enroll(frappe.get_doc("Cadence", self.name), self.lead)
		self.work()
		state = frappe.db.get_value("Cadence Enrollment", enrollment, ["status", "error"], as_dict=True)
		self.assertIn("may not read Contact", state.error or "")
		self.assertEqual(self.server.received, [])

	def test_a_sample_shows_what_its_reader_may_read(self) -> None:
		"""Who may read Contacts, but not this one."""
		self.mallory.has_roles("Cadence Manager", "Sales User")
		other = contact_of("Lead", self.make_lead().name, "other@cadences.example")
		frappe.get_doc(
			{"doctype": "User Permission", "user": self.mallory.email, "allow": "Contact", "for_value": other}
		).insert()
		frappe.db.commit()
		for row in (self.rows()[3], self.rows()[5]):
			with self.subTest(row):
				draft = self.draft(row)
				method = "filled_email" if row["channel"] == "Email" else "filled_message"
				asked = {"doc": draft, "follow_up": row["follow_up_key"], "record": self.lead.name}
				shown = self.mallory.asks(f"trying.{method}", **asked)
				self.assertIn("You may not read Contact", told(shown))
				self.assertNotIn(self.secret, told(shown))
				theirs = {"allow": "Contact", "user": self.mallory.email}
				frappe.db.set_value("User Permission", theirs, "for_value", self.contact)
				frappe.clear_cache(user=self.mallory.email)
				self.assertIn(self.secret, told(self.mallory.asks(f"trying.{method}", **asked)))
				frappe.db.set_value("User Permission", theirs, "for_value", other)
				frappe.clear_cache(user=self.mallory.email)

	def insert(self, name: str, row: dict[str, Any]) -> None:
		values = {"cadence_name": name, "module": "Opportunity", "follow_ups": [row]}
		made = self.mallory.inserts("Cadence", **values)
		self.assertEqual(made.status_code, 200, told(made)[:500])

	def test_an_address_behind_a_dynamic_link(self) -> None:
		customer = make_customer()
		frappe.db.set_value("Customer", customer, "email_id", self.secret)
		opportunity = opportunity_of(opportunity_from="Customer", party_name=customer)
		frappe.db.commit()
		template = self.make_template("Hello", "<p>Hello</p>")
		for roles, expected in (((self.reader,), False), (("Sales User",), True)):
			with self.subTest(roles):
				self.mallory.has_roles("Cadence Manager", *roles)
				name = builders.unique("Dynamic")
				row = self.row("Email", to_field="party_name.email_id", email_template=template)
				self.insert(name, row)
				draft = frappe.get_doc("Cadence", name).as_dict(convert_dates_to_str=True)
				shown = self.mallory.asks(
					"trying.filled_email", doc=draft, follow_up="email", record=opportunity.name
				)
				self.assertEqual(self.secret in told(shown), expected, told(shown)[:500])
				answer = self.mallory.asks("activation.activate", cadence=name)
				self.assertEqual(answer.status_code, 200, told(answer)[:500])
				(enrollment,) = self.enroll(frappe.get_doc("Cadence", name), opportunity)
				self.work()
				self.assertEqual(bool(self.server.received), expected)
				error = frappe.db.get_value("Cadence Enrollment", enrollment, "error") or ""
				self.assertEqual("may not read Customer" in error, not expected, error)

	def test_an_address_that_leads_elsewhere_meanwhile(self) -> None:
		"""The record's link is turned to a document out of reach while the mail waits."""
		self.mallory.has_roles("Cadence Manager", self.reader)
		opportunity = opportunity_of(opportunity_from="Lead", party_name=self.lead.name)
		customer = make_customer()
		frappe.db.set_value("Customer", customer, "email_id", self.secret)
		name = builders.unique("Dynamic")
		row = self.row(
			"Email",
			to_field="party_name.email_id",
			email_template=self.make_template("Hello", "<p>Hello</p>"),
		)
		self.insert(name, row)
		answer = self.mallory.asks("activation.activate", cadence=name)
		self.assertEqual(answer.status_code, 200, told(answer)[:500])
		(enrollment,) = self.enroll(frappe.get_doc("Cadence", name), opportunity)
		mail = self.mail_of(enrollment, "email")
		self.assertTrue(mail, frappe.db.get_value("Cadence Enrollment", enrollment, "error"))
		turned = {"opportunity_from": "Customer", "party_name": customer}
		frappe.db.set_value("Opportunity", opportunity.name, turned)
		frappe.db.commit()
		self.assertEqual(mail.recipient, self.lead.email_id)
		self.work()
		self.assertNotEqual(self.mail_of(enrollment, "email").recipient, self.secret)
