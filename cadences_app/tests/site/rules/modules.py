"""The modules on which each rule is told: how a record of one is made, changed, left and won."""

from typing import Any

import frappe

from cadences_app.audience import progress, waiting
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling import activation, control
from cadences_app.enrolling.enroll import enroll
from cadences_app.enrolling.form.definition import fill
from cadences_app.store import long_jobs
from cadences_app.tests.site import viewing
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import follow_up, make_lead, make_reps, state, task, unique, work
from cadences_app.tests.site.smtp import make_account

NO_SERVER = 9
"""A port at which nothing listens: what these stories mail goes nowhere."""


class OnModule(SiteTestCase):
	"""A story about records of `module`; `field` is one of theirs that decides what is in the view, `address`
	holds the email address and `owner` the user whose record it is."""

	module = ""
	field = ""
	address = ""
	owner = ""
	HERE, ELSEWHERE = "Sweepville", "Elsewhere"

	@classmethod
	def setUpClass(cls) -> None:
		module = cls.module
		super().setUpClass()
		cls.module = module  # where Frappe 16 leaves the Python module
		make_reps()

	def setUp(self) -> None:
		super().setUp()
		self.needs(self.module)

	def make(self, **fields: Any) -> Any:
		raise NotImplementedError

	def in_view(self, **fields: Any) -> Any:
		return self.make(**{self.field: self.HERE, **fields})

	def reached_at(self, address: str, **fields: Any) -> Any:
		"""A record with this address, even where the module's own save would refuse it."""
		record = self.in_view(**fields)
		record.db_set(self.address, address)
		return record

	def email(self, key: str, parent: str = "", days: int = 0, **content: Any) -> dict:
		"""An email follow-up, with the template and the mailbox that it needs."""
		make_account(NO_SERVER)
		values = {"doctype": "Email Template", "name": unique("Template"), "subject": "Hello"}
		template = frappe.get_doc({**values, "use_html": 1, "response_html": "<p>Hello</p>"}).insert().name
		told = {"to_field": self.address, "variants": [{"template": template}], **content}
		return follow_up(key, "Email", parent, "Carried Out", days, told)

	def cadence(
		self, *follow_ups: dict, view: bool = False, enroll_present: bool = False, **more: Any
	) -> Any:
		"""An active cadence of the module, with the view of those who are here if asked for."""
		definition = {"name": unique("Rule"), "module": self.module, **more}
		definition["follow_ups"] = list(follow_ups or [task("look", days=2), task("again", "look", days=2)])
		if view:
			audience = {"kind": "Custom View", "filters": [[self.field, "=", self.HERE]]}
			definition["audience"] = {**audience, "as_user": "Administrator", **more.get("audience", {})}
		doc = frappe.new_doc("Cadence")
		fill(doc, Cadence.from_dict(definition))
		doc.insert()
		activation.activate(doc, enroll_present=enroll_present)
		return doc

	def put_in(self, cadence: Any, *records: Any, **how: Any) -> Any:
		"""What became of them; `self.of(cadence, record)` is the enrollment."""
		result = enroll(cadence.name, [record.name for record in records], **how)
		work()
		return result

	def of(self, cadence: Any, record: Any) -> Any:
		"""The enrollment as it stands, None where there is none."""
		here = {"cadence": cadence.name, "reference_name": record.name}
		name = frappe.db.get_value("Cadence Enrollment", here)
		return state(name) if name else None

	def change(self, record: Any, **fields: Any) -> None:
		record.reload()
		record.update(fields)
		record.save()
		work()

	def sweep(self, cadence: Any, *, whole: bool = False) -> None:
		viewing.sweep(cadence, whole=whole)

	def ask(self, enrollment: Any, event: Any) -> None:
		control.ask([enrollment.name], event)
		work()

	def finish_jobs(self, cadence: Any) -> None:
		if frappe.db.exists(long_jobs.DOCTYPE, {"cadence": cadence.name}):
			viewing.run_job(cadence)
		while waiting.admit():
			pass
		work()

	def activities(self, enrollment: Any) -> dict[str, str]:
		rows = frappe.get_all("Cadence Activity", {"enrollment": enrollment.name}, ["follow_up", "status"])
		return {row.follow_up: row.status for row in rows}

	def progress_of(self, cadence: Any) -> Any:
		return frappe.db.get_value(progress.DOCTYPE, {"cadence": cadence.name}, "*", as_dict=True)


class OnLead(OnModule):
	module, field = "Lead", "city"
	address, owner = "email_id", "lead_owner"

	def make(self, **fields: Any) -> Any:
		return make_lead(**fields)

	def convert(self, record: Any) -> None:
		"""A Customer is made of it."""
		values = {"doctype": "Customer", "customer_name": unique("Made"), "lead_name": record.name}
		frappe.get_doc(values).insert(ignore_mandatory=True)
		work()


class OnDeal(OnModule):
	module, field = "CRM Deal", "website"
	address, owner = "email", "deal_owner"

	def make(self, **fields: Any) -> Any:
		return frappe.get_doc({"doctype": "CRM Deal", "deal_owner": "Administrator", **fields}).insert()

	def convert(self, record: Any) -> None:
		"""It is won."""
		[won] = frappe.get_all("CRM Deal Status", {"type": "Won"}, pluck="name", limit=1)
		self.change(record, status=won)
