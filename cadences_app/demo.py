"""The demo on a real site: `bench --site S execute cadences_app.demo.install_demo`."""

import csv

import frappe

from cadences_app.enrolling import activation, library
from cadences_app.enrolling.enroll import Again, enroll
from cadences_app.runtime import scheduled

LEADS = library.FOLDER / "demo" / "leads.csv"
CADENCES = ("trade_show", "outbound_qualification")


def install_demo() -> str:
	"""Make the demo's leads, cadences and enrollments on this site, where they are not there yet.

	Every second lead goes into the other cadence. Returns where to look.
	"""
	leads = [_make_lead(row) for row in _read_leads()]
	for number, key in enumerate(CADENCES):
		cadence = _make_cadence(key)
		result = enroll(cadence.name, leads[number :: len(CADENCES)], Again.NEVER)
		scheduled.run_now(result.enrollments)
	frappe.db.commit()
	return _where_to_look(len(leads))


def _read_leads() -> list[dict[str, str]]:
	with LEADS.open(newline="", encoding="utf-8") as file:
		return list(csv.DictReader(file))


def _make_lead(row: dict[str, str]) -> str:
	"""The lead with this address (an ERPNext Lead, else a CRM Lead), made when there is none."""
	doctype, email = _lead_doctype()
	found = frappe.db.exists(doctype, {email: row["email_id"]})
	if found:
		return found
	columns = {key: value for key, value in row.items() if frappe.get_meta(doctype).has_field(key) and value}
	columns.pop("status", None)
	columns.pop("lead_owner", None)
	if doctype == "CRM Lead":
		columns |= {"email": row["email_id"], "organization": row.get("company_name", "")}
	return frappe.get_doc({"doctype": doctype, **columns}).insert().name


def _lead_doctype() -> tuple[str, str]:
	if frappe.db.exists("DocType", "Lead"):
		return "Lead", "email_id"
	if frappe.db.exists("DocType", "CRM Lead"):
		return "CRM Lead", "email"
	frappe.throw("The demo needs ERPNext or Frappe CRM on this site.")


def _make_cadence(key: str):
	definition = library.ready_cadences()[key]
	if frappe.db.exists("Cadence", definition.name):
		doc = frappe.get_doc("Cadence", definition.name)
	else:
		doc = library.install(key, module=_lead_doctype()[0])
	if doc.status == "Draft":
		activation.activate(doc)
	return doc


def _where_to_look(leads: int) -> str:
	url = frappe.utils.get_url()
	return "\n".join(
		[
			f"{leads} leads are enrolled in {len(CADENCES)} cadences on {frappe.local.site}. Look at:",
			f"  {url}/app/cadence               the cadences",
			f"  {url}/app/cadence-enrollment    who is in them, what comes next and why",
			f"  {url}/app/cadence-activity      every email, task and call",
			f"  {url}/app/todo                  the tasks; /app/event/view/calendar: the calls",
			"The scheduler carries on from here every minute (bench --site … enable-scheduler; bench start).",
		]
	)
