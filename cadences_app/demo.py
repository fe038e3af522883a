"""The demo on a real site: `bench --site S execute cadences_app.demo.install_demo`."""

import csv

import click
import frappe

from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling import activation, library
from cadences_app.enrolling.enroll import Again, enroll
from cadences_app.runtime import scheduled

LEADS = library.FOLDER / "demo" / "leads.csv"
CATCHER, PORT = "127.0.0.1", 1025
CADENCES = ("trade_show", "outbound_qualification")


def install_demo() -> None:
	"""Make the demo's leads, cadences and enrollments on this site, where they are not there yet, and say
	where to look. Every second lead goes into the other cadence.
	"""
	made_account = _make_account()
	leads = [_make_lead(row) for row in _read_leads()]
	for number, key in enumerate(CADENCES):
		cadence = _make_cadence(key)
		result = enroll(cadence.name, leads[number :: len(CADENCES)], Again.NEVER)
		scheduled.run_now(result.enrollments)
	frappe.db.commit()
	click.echo(_where_to_look(len(leads)))
	if made_account:
		click.echo(
			"This site had no Email Account that sends. The demo's mails wait for a mail server on "
			f"{CATCHER}:{PORT}, such as: python -m aiosmtpd -n -l {CATCHER}:{PORT}"
		)


def _make_account() -> bool:
	"""An Email Account for a mail catcher on this machine, where the site has none that sends by default.
	Written past its form, which would want the server to be there already."""
	if frappe.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1}):
		return False
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Cadences Demo",
			"email_id": "sales@example.com",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": CATCHER,
			"smtp_port": PORT,
			"no_smtp_authentication": 1,
		}
	)
	account.name = account.email_account_name
	account.db_insert(ignore_if_duplicate=True)
	return True


def _read_leads() -> list[dict[str, str]]:
	with LEADS.open(newline="", encoding="utf-8") as file:
		return list(csv.DictReader(file))


def _make_lead(row: dict[str, str]) -> str:
	"""This lead (an ERPNext Lead, else a CRM Lead), known by its address or else by its name; made when there
	is none."""
	doctype, email = _lead_doctype()
	by_name = {"first_name": row["first_name"], "last_name": row["last_name"]}
	found = frappe.db.exists(doctype, {email: row["email_id"]} if row["email_id"] else by_name)
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
	if doc.status == CadenceStatus.DRAFT:
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
