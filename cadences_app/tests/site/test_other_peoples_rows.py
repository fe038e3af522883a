"""What somebody asked for, and what became of the records of others, is nobody's to read (S14.1), by HTTP."""

import json
from typing import Any

import frappe

from cadences_app.store import long_jobs
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.base import insert_row
from cadences_app.tests.site.sweeping import SweptTestCase

OURS = {"module": "Cadences App", "istable": 0, "issingle": 0}


class OthersTestCase(SweptTestCase):
	"""A record that the reader may not read: they may read one other alone."""

	def setUp(self) -> None:
		super().setUp()
		self.reader = Person("mallory@cadences.example", "Cadence User", "Cadence Manager", "Sales User")
		self.addCleanup(self.leave)
		self.cadence = builders.make_cadence(builders.task("look", days=2))
		self.own, self.secret = (
			builders.make_lead(),
			builders.make_lead(first_name="Zenobia", last_name="Hidden"),
		)
		allowed = {"allow": "Lead", "for_value": self.own.name, "user": self.reader.email}
		frappe.get_doc({"doctype": "User Permission", **allowed}).insert()
		frappe.db.commit()

	def leave(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		self.reader.leave()
		frappe.db.commit()


class TestJobs(OthersTestCase):
	def job(self, owner: str = "Administrator") -> str:
		names = [self.own.name, self.secret.name]
		job = long_jobs.start(
			long_jobs.JobKind.ENROLL, self.cadence.name, 2, names=names, cadences=[self.cadence.name]
		)
		answers = [
			{"record": name, "cadence": self.cadence.name, "answer": "skipped", "why": "already_in"}
			for name in names
		]
		long_jobs.keep_answers(job, self.cadence.name, 1, answers)
		frappe.db.set_value(long_jobs.DOCTYPE, job, {"owner": owner, "status": "Done"})
		frappe.db.commit()
		for doctype, filters in ((long_jobs.DOCTYPE, {"name": job}), (long_jobs.CHUNKS, {"job": job})):
			self.addCleanup(frappe.db.delete, doctype, filters)
		return job

	def test_of_somebody_elses_job_one_is_told_of_what_one_may_read(self) -> None:
		job = self.job()
		for method in ("answers", "account", "download"):
			with self.subTest(method):
				answer = self.reader.asks(f"records.{method}", job=job)
				self.assertEqual(answer.status_code, 200, told(answer)[:500])
				self.assertIn(self.own.name, told(answer))
				self.assertNotIn(self.secret.name, told(answer))
				self.assertNotIn("Zenobia", told(answer))

	def test_of_ones_own_one_is_told_everything(self) -> None:
		answer = self.reader.asks("records.answers", job=self.job(self.reader.email))
		self.assertIn(self.secret.name, told(answer))

	def test_what_was_asked_for_is_not_listed(self) -> None:
		job = self.job()
		for path in (
			f"/api/resource/Cadence Job/{job}",
			'/api/resource/Cadence Job?fields=["*"]&limit_page_length=0',
			'/api/resource/Cadence Job?fields=["name","arguments"]',
			f'/api/resource/Cadence Job?filters=[["arguments","like","%{self.secret.name[1:]}"]]',
			f"/api/resource/Cadence Job Chunk/{job}-1",
			'/api/resource/Cadence Job Chunk?fields=["*"]',
		):
			with self.subTest(path):
				self.assertNotIn(self.secret.name, told(self.reader.gets(path)))


class TestEveryDocType(OthersTestCase):
	"""A row of each DocType of ours tells of the hidden record in each of its texts."""

	MANAGED = frozenset({"Cadence", "Cadence Version", "Cadence Absence", "Cadence Mailbox", "Cadence Gate"})
	MANAGED |= {"Cadence Journey", "Cadence Workflow", "Cadence Suppression"}
	"""What managers write themselves, and what is about mailboxes and addresses."""
	ABOUT_CADENCES = frozenset({"Cadence Job", "Cadence Problem", "Cadence Sweep"})
	"""Of a cadence as a whole."""

	def row_about(self, doctype: str) -> str:
		fields = frappe.get_meta(doctype).fields
		texts = {each.fieldname: "Zenobia" for each in fields if each.fieldtype in ("Data", "Text", "Code")}
		texts |= {
			each.fieldname: frappe.generate_hash(length=12)
			for each in fields
			if each.unique and each.fieldtype in ("Data", "Link")
		}
		links = {"reference_doctype": "Lead", "reference_name": self.secret.name}
		links |= {"enrollment": self.enrollment, "activity": self.activity, "cadence": self.cadence.name}
		known = {key: value for key, value in links.items() if frappe.get_meta(doctype).has_field(key)}
		return insert_row(doctype, **texts, **known)

	def test_no_row_about_it_is_listed_or_opened(self) -> None:
		(self.enrollment,) = builders.enroll(self.cadence, self.secret)
		self.activity = frappe.db.get_value("Cadence Activity", {"enrollment": self.enrollment})
		for doctype in frappe.get_all("DocType", OURS, pluck="name"):
			if doctype in self.MANAGED | self.ABOUT_CADENCES:
				continue
			with self.subTest(doctype):
				name = self.row_about(doctype)
				self.addCleanup(frappe.db.delete, doctype, {"name": name})
				frappe.db.commit()
				self.assert_hidden(doctype, name)

	def assert_hidden(self, doctype: str, name: str) -> None:
		self.assertNotIn(name, self.reader.lists(doctype))
		self.assertNotEqual(self.reader.gets(f"/api/resource/{doctype}/{name}").status_code, 200)
		arguments: dict[str, Any] = {"doctype": doctype, "filters": json.dumps({"name": name})}
		counted = self.reader.asks("frappe.desk.reportview.get_count", **arguments)
		self.assertIn(counted.json.get("message"), (0, None), told(counted)[:300])
		value = self.reader.asks("frappe.client.get_value", fieldname="name", **arguments)
		self.assertNotIn(name, told(value))
		report = self.reader.asks(
			"frappe.desk.reportview.get", doctype=doctype, fields=json.dumps(["name"]), **{"filters": "[]"}
		)
		self.assertNotIn(name, told(report))
