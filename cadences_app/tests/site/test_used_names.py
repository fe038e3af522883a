"""S15.6: what cadences and rules use is renamed, or is to go: followed, refused by name, or shown on the
cadence; never silently lost."""

import json
from typing import Any

import frappe
from frappe.custom.doctype.custom_field.custom_field import rename_fieldname

from cadences_app.api import activation as api
from cadences_app.engine.audience import Audience, AudienceKind
from cadences_app.enrolling import fields_read
from cadences_app.gates import rules as gates
from cadences_app.journeys import rules as journeys
from cadences_app.runtime import renamed_fields, used_documents, workflow_job
from cadences_app.store import definitions, enrollment_rows, views
from cadences_app.store.views import ViewFailed
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import insert_row, make_user
from cadences_app.tests.site.builders import make_cadence, task
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.workflows import rules as workflows

MODULE = "Lead"
BONN = {"field": "city", "operator": "=", "value": "Bonn"}


class UsedNamesTestCase(OutboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		for rules in (gates, journeys, workflows):
			rules.forget()
			self.addCleanup(rules.forget)

	def form(self, cadence: Any) -> Any:
		return frappe.get_doc("Cadence", cadence.name)

	def definition(self, cadence: Any) -> Any:
		return definitions.load(self.form(cadence).version)

	def print_format(self) -> str:
		values = {"doctype": "Print Format", "name": builders.unique("Print"), "doc_type": MODULE}
		values |= {"custom_format": 1, "print_format_type": "Jinja", "html": "x"}
		return str(frappe.get_doc(values).insert().name)


class TestPrintFormats(UsedNamesTestCase):
	def test_one_that_is_renamed_is_followed(self) -> None:
		old = self.print_format()
		cadence = make_cadence(self.email(print_format=old))
		new = frappe.rename_doc("Print Format", old, builders.unique("Better"), force=True)
		self.assertEqual(self.form(cadence).follow_ups[0].print_format, new)
		self.assertEqual(self.definition(cadence).follow_ups[0].content.print_format, new)
		self.assertEqual(api.faults(cadence.name), [])

	def test_one_that_is_used_is_not_deleted(self) -> None:
		used = self.print_format()
		cadence = make_cadence(self.email(print_format=used))
		with self.assertRaisesRegex(frappe.LinkExistsError, cadence.name):
			frappe.delete_doc("Print Format", used, force=True)

	def test_one_that_went_all_the_same_is_shown_on_the_cadence_and_on_its_mails(self) -> None:
		used = self.print_format()
		cadence = make_cadence(self.email(print_format=used))
		frappe.db.delete("Print Format", used)
		self.assertIn(used, " ".join(api.faults(cadence.name)))
		(enrollment,) = self.enroll(cadence, self.make_lead())
		self.work()
		mail = self.mail_of(enrollment)
		self.assertEqual(mail.delivery, "Failed")
		self.assertIn(used, mail.error)


class TestUsers(UsedNamesTestCase):
	def test_one_in_a_rotation_of_a_view_as_whom_a_workflow_acts_and_who_published(self) -> None:
		"""Renaming a user takes long: one for all. Rules are kept in the cache under the names that held when
		they were read; files are asked for with the rights of whoever published, by whatever name."""
		old = make_user(f"{frappe.generate_hash(length=8)}@used.example", "Sales User", "Cadence Manager")
		users = {"kind": "Round Robin", "users": [builders.REP, old]}
		view = {"kind": "Custom View", "filters": [["city", "=", "Bonn"]], "as_user": old}
		turns = make_cadence(task("look", assignee=users), task("b", "look", days=1, assignee=users))
		viewed = make_cadence(task("look", days=1), audience=view)
		file = {"doctype": "File", "file_name": f"{frappe.generate_hash(length=8)}.txt", "content": "x"}
		file = frappe.get_doc({**file, "is_private": 1}).insert()
		file.db_set("owner", old)
		mailed = make_cadence(self.email(attachments=[file.file_url]))
		frappe.db.set_value("Cadence Version", mailed.version, "published_by", old)
		values = {"doctype": "Cadence Workflow", "workflow_name": builders.unique("W"), "run_as": old}
		values |= {"trigger": "Enrolled", "cadences": [{"cadence": viewed.name}]}
		frappe.get_doc({**values, "actions": [{"kind": "Stop"}]}).insert()
		frappe.db.commit()
		self.assertEqual(workflows.enabled()[0]["run_as"], old)

		new = frappe.rename_doc("User", old, f"{frappe.generate_hash(length=8)}@renamed.example", force=True)
		frappe.db.commit()

		self.assertEqual(self.form(turns).follow_ups[0].assignee_users.split("\n"), [builders.REP, new])
		for each in self.definition(turns).follow_ups:
			self.assertEqual(each.content.assignee.users, (builders.REP, new))
		enrollments = self.enroll(turns, self.make_lead(), self.make_lead())
		given = {builders.made_for(each, "look").allocated_to for each in enrollments}
		self.assertEqual(given, {builders.REP, new})
		self.assertEqual((self.form(viewed).view_user, self.definition(viewed).audience.as_user), (new, new))
		(enrollment,) = self.enroll(viewed, self.make_lead(city="Bonn"))
		workflow_job.work()
		[run] = frappe.get_all("Cadence Workflow Run", {"enrollment": enrollment}, ["status", "error"])
		self.assertEqual((run.status, run.error or ""), ("Done", ""))
		(enrollment,) = self.enroll(mailed, self.make_lead())
		self.work()
		mail = self.mail_of(enrollment)
		self.assertEqual(mail.delivery, "Sent", mail.error)


class TestWhatsAppTemplates(UsedNamesTestCase):
	"""Of the app frappe_whatsapp, which this site may not have: as its documents would tell of them."""

	def setUp(self) -> None:
		super().setUp()
		self.old, self.new = builders.unique("hello-en"), builders.unique("better-en")
		text = {"to_field": "mobile_no", "service": "WhatsApp", "whatsapp_template": self.old}
		self.cadence = make_cadence(task("a"))
		row = {"follow_up_key": "wa", "channel": "Message", "message_service": "WhatsApp"}
		form = self.form(self.cadence)
		form.append("follow_ups", {**row, "number_field": "mobile_no", "whatsapp_template": self.old})
		form.save()
		stored = self.definition(self.cadence).to_dict()
		message = {"key": "wa", "channel": "Message", "content": text}
		stored["follow_ups"].append(message)
		version = {"definition": json.dumps(stored)}
		frappe.db.set_value("Cadence Version", form.version, version)
		definitions.forget([form.version])
		self.doc = frappe.get_doc({"doctype": "ToDo", "name": self.old})
		self.doc.doctype = "WhatsApp Templates"

	def test_one_that_is_renamed_is_followed(self) -> None:
		used_documents.after_rename(self.doc, None, self.old, self.new)
		self.assertEqual(self.form(self.cadence).follow_ups[1].whatsapp_template, self.new)
		self.assertEqual(self.definition(self.cadence).by_key["wa"].content.whatsapp_template, self.new)

	def test_one_that_is_used_is_not_deleted(self) -> None:
		with self.assertRaisesRegex(frappe.LinkExistsError, self.cadence.name):
			used_documents.on_trash(self.doc)

	def test_their_doctype_is_listened_to(self) -> None:
		hooked = frappe.get_doc_hooks()["WhatsApp Templates"]
		self.assertIn("cadences_app.runtime.used_documents.on_trash", hooked["on_trash"])
		self.assertIn("cadences_app.runtime.used_documents.after_rename", hooked["after_rename"])


class TestModules(UsedNamesTestCase):
	def make_module(self) -> str:
		values = {"doctype": "DocType", "name": builders.unique("Thing")[:50], "module": "Custom"}
		fields = [{"fieldname": "city", "fieldtype": "Data", "label": "City"}]
		rights = [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}]
		values |= {"custom": 1, "autoname": "hash", "fields": fields, "permissions": rights}
		name = frappe.get_doc(values).insert().name
		frappe.db.commit()
		return str(name)

	def test_one_that_is_renamed_is_followed(self) -> None:
		old = self.make_module()
		new = builders.unique("Better Thing")[:50]
		for name in (old, new):
			self.addCleanup(frappe.delete_doc, "DocType", name, force=True, ignore_missing=True)
		self.addCleanup(frappe.db.commit)
		written = [[old, "city", "=", "Bonn"]]
		view = {"kind": "Custom View", "filters": written, "as_user": "Administrator"}
		leaves = [{"key": "left", "kind": "Left the View"}]
		cadence = make_cadence(
			task("a", subject="Look", days=1), module=old, audience=view, exit_rules=leaves
		)
		record = frappe.get_doc({"doctype": old, "city": "Bonn"}).insert()
		(enrollment,) = self.enroll(cadence, record)
		flow = {"doctype": "Cadence Workflow", "workflow_name": builders.unique("Flow"), "module": old}
		flow |= {"run_as": "Administrator", "trigger": "Enrolled", "conditions": json.dumps(written)}
		flow = frappe.get_doc({**flow, "actions": [{"kind": "Stop"}]}).insert()
		way = {"doctype": "Cadence Journey", "journey_name": builders.unique("Way")}
		stage = {"stage_key": "a", "title": "A", "module": old, "conditions": json.dumps(written)}
		way = frappe.get_doc({**way, "run_as": "Administrator", "stages": [stage]}).insert()
		for doc in (flow, way):
			self.addCleanup(frappe.delete_doc, doc.doctype, doc.name, force=True)

		frappe.rename_doc("DocType", old, new, force=True)

		definition = self.definition(cadence)
		self.assertEqual((definition.module, definition.audience.filters[0][0]), (new, new))
		self.assertEqual(api.faults(cadence.name), [])
		self.assertEqual(api.difference(cadence.name), [])
		for doc in (flow, way):
			self.assertNotIn(json.dumps(old), frappe.as_json(frappe.get_doc(doc.doctype, doc.name).as_dict()))
		kept = builders.state(enrollment)
		key = enrollment_rows.active_key(cadence.name, new, record.name)
		self.assertEqual((kept.reference_doctype, kept.active_key), (new, key))
		frappe.db.set_value("Cadence Enrollment", enrollment, "next_due_at", frappe.utils.now_datetime())
		self.decide()
		self.assertFalse(builders.state(enrollment).error)

	def test_one_that_a_view_names_and_that_is_gone_parks_nobody_for_good(self) -> None:
		audience = Audience(AudienceKind.VIEW, (("No Such DocType", "city", "=", "Bonn"),))
		with self.assertRaisesRegex(ViewFailed, "No Such DocType"):
			views.names_in_view(audience, MODULE)
		self.assertEqual(frappe.get_message_log(), [])


class TestFiles(UsedNamesTestCase):
	def file(self) -> Any:
		name = f"{frappe.generate_hash(length=8)}.txt"
		return frappe.get_doc({"doctype": "File", "file_name": name, "content": name}).insert()

	def test_one_that_becomes_private_is_followed(self) -> None:
		file = self.file()
		cadence = make_cadence(self.email(attachments=[file.file_url]))
		file.is_private = 1
		file.save()
		self.assertTrue(file.file_url.startswith("/private/"))
		self.assertEqual(self.form(cadence).follow_ups[0].attachments, file.file_url)
		self.assertEqual(self.definition(cadence).follow_ups[0].content.attachments, (file.file_url,))

	def test_one_that_is_used_is_not_deleted(self) -> None:
		file = self.file()
		cadence = make_cadence(self.email(attachments=[file.file_url]))
		with self.assertRaisesRegex(frappe.LinkExistsError, cadence.name):
			frappe.delete_doc("File", file.name, force=True)


class TestFields(UsedNamesTestCase):
	"""Whatever names a field, it is named before the field goes."""

	def goes(self, field: str, doctype: str = MODULE) -> None:
		used_documents.on_trash(
			frappe.get_doc({"doctype": "Custom Field", "dt": doctype, "fieldname": field})
		)

	def assert_kept(self, named: str, field: str, doctype: str = MODULE) -> None:
		with self.assertRaises(frappe.LinkExistsError) as refused:
			self.goes(field, doctype)
		self.assertIn(named, str(refused.exception))

	def test_of_cadences(self) -> None:
		leaves: dict[str, Any] = {"key": "left", "title": "Out"}
		on_date: dict[str, Any] = {"timing": {"start": "Before a Date Field", "date_field": "qualified_on"}}
		on_date["timing"]["delay"] = {"amount": 1, "unit": "Days"}
		view = {"kind": "Custom View", "filters": [["city", "=", "Bonn"]], "as_user": "Administrator"}
		through = {**view, "filters": [["customer.tax_id", "=", "1"]]}
		invite = {"starts_field": "qualified_on", "ends_field": "qualified_on"}
		by_field = {"kind": "User Field", "field": "qualified_by"}
		cases: list[tuple[str, str, Any]] = [
			(
				"city",
				MODULE,
				make_cadence(
					task("a"), exit_rules=[leaves | {"kind": "Record Conditions", "conditions": [BONN]}]
				),
			),
			(
				"city",
				MODULE,
				make_cadence(
					task("a"),
					exit_rules=[leaves | {"kind": "Expression", "expression": "doc.city == 'Bonn'"}],
				),
			),
			("qualified_on", MODULE, make_cadence(task("a") | on_date)),
			("city", MODULE, make_cadence(task("a"), audience=view)),
			("tax_id", "Customer", make_cadence(task("a"), audience=through)),
			("customer", MODULE, make_cadence(task("a"), audience=through)),
			("email_id", MODULE, make_cadence(self.email())),
			("email_id", "Customer", make_cadence(self.email(to_field="customer.email_id"))),
			("qualified_on", MODULE, make_cadence(self.email(invite=invite))),
			("qualified_by", MODULE, make_cadence(task("a", assignee=by_field))),
			("city", MODULE, make_cadence(task("a", description="In {{ doc.city }}"))),
			("city", MODULE, make_cadence(task("a", subject="In {{ city }}"))),
			("phone", "Contact", make_cadence(task("a", description="{{ contact.phone }}"))),
		]
		for field, doctype, cadence in cases:
			with self.subTest(field, cadence=cadence.name):
				self.assert_kept(cadence.name, field, doctype)
		self.goes("fax")

	def test_of_templates(self) -> None:
		cases = (("Hello", "<p>{{ doc.company_name }}</p>"), ("To {{ company_name }}", "<p>Hi</p>"))
		for subject, text in cases:
			with self.subTest(subject):
				self.template = self.make_template(subject, text)
				self.assert_kept(make_cadence(self.email()).name, "company_name")

	def test_of_gates_workflows_and_journeys(self) -> None:
		gate = {"doctype": "Cadence Gate", "gate_name": builders.unique("Gate"), "module": MODULE}
		gate |= {"status_field": "status", "target_values": "Replied"}
		gate = frappe.get_doc(
			{**gate, "requirements": [{"kind": "Fields Set", "fieldnames": "city\nfax"}]}
		).insert()
		flow = {"doctype": "Cadence Workflow", "workflow_name": builders.unique("Flow"), "module": MODULE}
		flow |= {
			"run_as": "Administrator",
			"trigger": "Field of the Record Changed",
			"trigger_field": "website",
		}
		flow |= {"conditions": json.dumps([["job_title", "=", "Boss"]])}
		flow = frappe.get_doc(
			{**flow, "actions": [{"kind": "Set a Field", "fieldname": "industry", "value": ""}]}
		).insert()
		way = {
			"doctype": "Cadence Journey",
			"journey_name": builders.unique("Way"),
			"run_as": "Administrator",
		}
		stage = {"stage_key": "a", "title": "A", "module": MODULE, "link_field": "market_segment"}
		stage |= {"conditions": json.dumps([["type", "=", "Client"]])}
		way = frappe.get_doc({**way, "stages": [stage]}).insert()
		self.addCleanup(frappe.db.commit)
		for doc in (gate, flow, way):
			self.addCleanup(frappe.delete_doc, doc.doctype, doc.name, force=True)
		for rule, fields in (
			(gate, ("status", "city", "fax")),
			(flow, ("website", "job_title", "industry")),
			(way, ("market_segment", "type")),
		):
			for field in fields:
				with self.subTest(rule.doctype, field=field):
					self.assert_kept(rule.name, field)

	def make_rule(self, doctype: str, **values: Any) -> Any:
		made = frappe.get_doc({"doctype": doctype, **values}).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, doctype, made.name, force=True)
		return made

	def test_of_what_a_gate_counts(self) -> None:
		"""The link of the counted documents, or of a table of theirs, named or found by itself."""
		self.needs("Sales Invoice")
		gate = {"gate_name": builders.unique("Gate"), "status_field": "status", "target_values": "Completed"}
		counted = {"kind": "Linked Document Submitted", "link_doctype": "Sales Invoice"}
		gate = self.make_rule(
			"Cadence Gate",
			**gate,
			module="Sales Order",
			requirements=[{**counted, "link_field": "sales_order"}],
		)
		self.assert_kept(gate.name, "sales_order", "Sales Invoice Item")
		other = {"gate_name": builders.unique("Gate"), "status_field": "customer_type"}
		other |= {"target_values": "Company", "module": "Customer", "requirements": [counted]}
		other = self.make_rule("Cadence Gate", **other)
		self.assert_kept(other.name, "customer", "Sales Invoice")

	def test_of_workflows_without_a_module_and_of_accounts_and_contacts(self) -> None:
		self.needs("Customer")
		for trigger, field, doctype in (
			("Field of the Record Changed", "fax", MODULE),
			("Field of the Contact Changed", "designation", "Contact"),
			("Field of the Account Changed", "website", "Customer"),
		):
			flow = {"workflow_name": builders.unique("Flow"), "run_as": "Administrator", "trigger": trigger}
			cadence = make_cadence(task("a"))
			flow |= {"trigger_field": field, "cadences": [{"cadence": cadence.name}]}
			set_one = {"kind": "Set a Field", "value": "", "fieldname": "tax_id", "target": "Account"}
			flow = self.make_rule("Cadence Workflow", **flow, actions=[set_one])
			with self.subTest(trigger):
				self.assert_kept(flow.name, field, doctype)
				self.assert_kept(flow.name, "tax_id", "Customer")

	def test_of_an_account_one_that_is_renamed_is_followed(self) -> None:
		self.needs("Customer")
		flow = {"workflow_name": builders.unique("Flow"), "run_as": "Administrator"}
		flow |= {"trigger": "Field of the Account Changed", "trigger_field": "tax_id"}
		set_one = {"kind": "Set a Field", "value": "x", "fieldname": "tax_id", "target": "Account"}
		shared = {"kind": "Set a Field", "value": "x", "fieldname": "website", "target": "Account"}
		cadence = make_cadence(task("a"))
		of_record = {"kind": "Set a Field", "value": "x", "fieldname": "fax"}
		flow |= {"cadences": [{"cadence": cadence.name}]}
		flow = self.make_rule("Cadence Workflow", **flow, actions=[set_one, shared, of_record])
		renamed_fields.follow_in_rules("Customer", "tax_id", "tax_number")
		renamed_fields.follow_in_rules("Customer", "website", "web_site")
		renamed_fields.follow_in_rules(MODULE, "fax", "fax_number")
		flow.reload()
		self.assertEqual(flow.trigger_field, "tax_number")
		named = [each.fieldname for each in flow.actions]
		self.assertEqual(named, ["tax_number", "website", "fax_number"])  # a Prospect has a website too

	def test_of_a_meeting_one_that_is_renamed_is_followed(self) -> None:
		row = {"reference_doctype": MODULE, "starts_field": "qualified_on", "ends_field": "qualified_on"}
		invite = insert_row("Cadence Invite", activity=builders.unique("a"), status="Sent", **row)
		fields_read.follow_field(MODULE, "qualified_on", "met_on")
		kept = frappe.db.get_value("Cadence Invite", invite, ["starts_field", "ends_field"])
		self.assertEqual(kept, ("met_on", "met_on"))

	def test_of_gates_workflows_and_journeys_one_that_is_renamed_is_followed(self) -> None:
		field = {"doctype": "Custom Field", "dt": MODULE, "fieldname": "cadence_town", "label": "Town"}
		field = frappe.get_doc({**field, "fieldtype": "Data"}).insert()
		for column in ("cadence_town", "cadence_city"):
			self.addCleanup(self.drop, column)
		self.addCleanup(frappe.delete_doc, "Custom Field", field.name, force=True)
		for rules in (gates, journeys, workflows):
			self.addCleanup(rules.forget)
		self.addCleanup(frappe.db.commit)
		bonn = json.dumps([["cadence_town", "=", "Bonn"], [MODULE, "cadence_town", "is", "set"]])
		gate = {"gate_name": builders.unique("Gate"), "module": MODULE, "status_field": "cadence_town"}
		gate |= {"target_values": "Bonn"}
		gate["requirements"] = [{"kind": "Fields Set", "fieldnames": "city\ncadence_town"}]
		flow = {"workflow_name": builders.unique("Flow"), "module": MODULE, "run_as": "Administrator"}
		flow |= {"trigger": "Field of the Record Changed", "trigger_field": "cadence_town"}
		flow |= {"conditions": bonn}
		flow["actions"] = [{"kind": "Set a Field", "fieldname": "cadence_town", "value": "Bonn"}]
		way = {"journey_name": builders.unique("Way"), "run_as": "Administrator"}
		way["stages"] = [{"stage_key": "a", "title": "A", "module": MODULE, "conditions": bonn}]
		made = []
		for doctype, values in (("Cadence Gate", gate), ("Cadence Workflow", flow), ("Cadence Journey", way)):
			made.append(frappe.get_doc({"doctype": doctype, **values}).insert())
			self.addCleanup(frappe.delete_doc, doctype, made[-1].name, force=True)
		rename_fieldname(field.name, "cadence_city")
		for doc in made:
			with self.subTest(doc.doctype):
				kept = frappe.get_doc(doc.doctype, doc.name)
				written = frappe.as_json(kept.as_dict())
				self.assertNotIn("cadence_town", written)
				self.assertIn("cadence_city", written)
				kept.save()  # it can be used as it is now
		self.assertEqual(
			frappe.get_doc("Cadence Gate", made[0].name).requirements[0].fieldnames, "city\ncadence_city"
		)

	def test_one_that_is_taken_out_of_a_doctype(self) -> None:
		leaves = {"key": "left", "title": "Out", "kind": "Record Conditions", "conditions": [BONN]}
		cadence = make_cadence(task("a"), exit_rules=[leaves])
		doctype = frappe.get_doc("DocType", MODULE)
		doctype.load_doc_before_save()
		doctype.fields = [each for each in doctype.fields if each.fieldname != "city"]
		with self.assertRaisesRegex(frappe.LinkExistsError, cadence.name):
			used_documents.validate_doctype(doctype)
		hooked = frappe.get_hooks("doc_events")["DocType"]["validate"]
		self.assertIn("cadences_app.runtime.used_documents.validate_doctype", hooked)

	def test_one_that_went_with_an_update_is_shown_on_the_cadence(self) -> None:
		cadence = make_cadence(
			task("a"),
			exit_rules=[{"key": "left", "title": "Out", "kind": "Record Conditions", "conditions": [BONN]}],
		)
		stored = frappe.db.get_value("Cadence Unenrollment Rule", {"parent": cadence.name}, "name")
		gone = json.dumps([{**BONN, "field": "gone_with_an_update"}])
		frappe.db.set_value("Cadence Unenrollment Rule", stored, "conditions", gone)
		self.assertIn("gone_with_an_update", " ".join(api.faults(cadence.name)))

	def drop(self, column: str) -> None:
		if frappe.db.has_column(MODULE, column):
			frappe.db.sql_ddl(f"alter table `tab{MODULE}` drop column `{column}`")

	def test_a_custom_field_that_is_renamed_is_followed(self) -> None:
		field = {"doctype": "Custom Field", "dt": MODULE, "fieldname": "cadence_town", "label": "Town"}
		field = frappe.get_doc({**field, "fieldtype": "Data"}).insert()
		self.addCleanup(frappe.db.commit)
		for column in ("cadence_town", "cadence_city"):
			self.addCleanup(self.drop, column)
		self.addCleanup(frappe.delete_doc, "Custom Field", field.name, force=True)
		condition = {**BONN, "field": "cadence_town"}
		leaves = {"key": "left", "title": "Out", "kind": "Record Conditions", "conditions": [condition]}
		view = {"kind": "Custom View", "filters": [["cadence_town", "=", "Bonn"]], "as_user": "Administrator"}
		cadence = make_cadence(task("a", days=1), exit_rules=[leaves], audience=view)
		other = make_cadence(task("a"), exit_rules=[leaves | {"conditions": [BONN]}])

		rename_fieldname(field.name, "cadence_city")

		definition = self.definition(cadence)
		self.assertEqual(definition.exit_rules[0].conditions[0].field, "cadence_city")
		self.assertEqual(definition.audience.filters[0][0], "cadence_city")
		self.assertEqual(api.faults(cadence.name), [])
		self.assertEqual(api.difference(cadence.name), [])
		self.assertEqual(self.definition(other).exit_rules[0].conditions[0].field, "city")
		lead = self.make_lead(cadence_city="Bonn")
		(enrollment,) = builders.put_in(cadence.name, [lead.name]).enrollments or [None]
		self.assertIsNone(enrollment)  # it matches the rule: never enrolled (S2.4)
