"""Emails per second, from due to taken by the mail server, beside ERPNext's Email Campaign on the same site.

Run it in the app's folder of a bench, on a site that may be written to:

    ../../env/bin/python -m benchmarks.mail --site SITE [--mails 2000] [--campaign-mails 2000]

It prints, for the same people and the same template:

- the mail job: decide, render, write, hand over to an SMTP server on loopback;
- Email Campaign: which only puts the mails into the Email Queue; left out where there is no ERPNext;
- the raw limit: render, one bulk insert of the same Communications, SMTP.
"""

import argparse
import os
import time
from collections import Counter
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.utils import add_days, now_datetime, today

from benchmarks import machine
from cadences_app.tests.faults.sink import Sink

TEMPLATE = "Cadence Benchmark"
CAMPAIGN = "Cadence Benchmark"
ACCOUNT = "Cadence Benchmark"
PREFIX = "BENCH"
COLUMNS = ("what", "mails", "mails a second", "queries each")
SENDER = "benchmark@seller.example"
MODULE = "Lead"
SUBJECT = "A question about {{ doc.company_name }}"
BODY = """<p>Dear {{ doc.first_name }} {{ doc.last_name }},</p>
<p>we met at the trade show, where you told me about {{ doc.company_name }}. Since then we have looked at
what a company in {{ doc.city or "your town" }} needs, and wrote it down on
<a href="https://seller.example/offers?from=mail&for=leads">one page</a>.</p>
<ul><li>Delivery within two weeks</li><li>A person to talk to</li><li>No contract for the first year</li></ul>
<p>Shall we talk about it on the phone? <a href="https://seller.example/calendar">Pick a time</a> that suits
you, or just answer this mail.</p><p>With kind regards<br>Your partner for everything</p>"""


def main() -> None:
	arguments = _arguments()
	machine.connect(arguments.site)
	with Sink() as sink:
		try:
			leads = prepare(sink.port, arguments.mails)
			rows = [_measure_mail_job(leads, sink)]
			if has_campaigns():
				rows.append(_measure_campaign(leads[: arguments.campaign_mails]))
			rows.append(_row("raw limit", len(leads), measure_raw(leads, sink.port)))
		finally:
			frappe.db.rollback()
			remove()
	machine.show("mail", COLUMNS, rows)
	ours, *campaign, raw = (row["mails a second"] for row in rows)
	for each in campaign:
		print(f"times Email Campaign {ours / each:5.1f}")
	print(f"share of the raw limit {ours / raw:4.0%}")


def has_campaigns() -> bool:
	return bool(frappe.db.table_exists("Email Campaign"))


def _row(what: str, mails: int, seconds: float, queries: int | None = None) -> dict[str, Any]:
	each = "" if queries is None else round(queries / mails, 2)
	return {"what": what, "mails": mails, "mails a second": round(mails / seconds, 1), "queries each": each}


def _arguments() -> argparse.Namespace:
	parser = machine.parser(__doc__)
	parser.add_argument("--mails", type=int, default=2000)
	parser.add_argument("--campaign-mails", type=int, default=2000)
	return parser.parse_args()


def prepare(port: int, count: int) -> list[str]:
	from cadences_app.tests.site.people import make_people
	from cadences_app.tests.site.smtp import make_account

	remove()
	frappe.flags.in_test = True  # saving the account needs no connection then
	make_account(port, ACCOUNT, SENDER)
	frappe.flags.in_test = False
	frappe.get_doc(
		{"doctype": "Email Template", "name": TEMPLATE, "subject": SUBJECT, "response": BODY}
	).insert()
	names = make_people(count, PREFIX)
	frappe.db.commit()
	return names


def _measure_mail_job(leads: list[str], sink: Sink) -> dict[str, Any]:
	from cadences_app.runtime import mail_job, scheduled

	make_due(leads)
	with _counted_queries() as queries:
		start = time.perf_counter()
		scheduled.work()
		decided = time.perf_counter()
		sent = mail_job.work()
		end = time.perf_counter()
	assert sent == sum(sink.counts().values()) == len(leads)
	print(f"{len(leads)} mails: decided in {decided - start:.2f} s, delivered in {end - decided:.2f} s")
	print("statements: " + ", ".join(f"{words} {count}" for words, count in queries.most_common(8)))
	return _row("mail job", len(leads), end - start, queries.total())


def make_due(leads: list[str]) -> None:
	"""Enroll all of them in a cadence whose first email is due an hour after that, and let the hour pass."""
	from cadences_app.engine.definition import Cadence
	from cadences_app.enrolling import activation
	from cadences_app.enrolling.enroll import enroll
	from cadences_app.enrolling.form.definition import fill
	from cadences_app.runtime import scheduled

	definition = {
		"name": CAMPAIGN,
		"module": MODULE,
		"follow_ups": [
			{
				"key": "mail",
				"channel": "Email",
				"timing": {"delay": {"amount": 1, "unit": "Hours"}},
				"content": {"to_field": "email_id", "variants": [{"template": TEMPLATE}]},
			}
		],
	}
	doc = frappe.new_doc("Cadence")
	fill(doc, Cadence.from_dict(definition))
	doc.insert()
	activation.activate(doc)
	enroll(CAMPAIGN, leads)
	frappe.db.commit()
	scheduled.work()
	now = now_datetime()
	frappe.db.set_value("Cadence Activity", {"cadence": CAMPAIGN}, "due_at", now)
	frappe.db.set_value("Cadence Enrollment", {"cadence": CAMPAIGN}, "next_due_at", now)
	frappe.db.commit()


def make_campaigns(leads: list[str], days: int) -> None:
	"""ERPNext's Email Campaigns in progress, one a lead, whose mail is due so many days from now."""
	from cadences_app.store.compat import insert_rows
	from cadences_app.store.inbox import standard_columns

	frappe.get_doc(
		{
			"doctype": "Campaign",
			"campaign_name": CAMPAIGN,
			"campaign_schedules": [{"email_template": TEMPLATE, "send_after_days": days}],
		}
	).insert(ignore_links=True)
	about = {
		"campaign_name": CAMPAIGN,
		"email_campaign_for": MODULE,
		"start_date": today(),
		"end_date": add_days(today(), days),
		"sender": "Administrator",
		"status": "In Progress",
	}
	rows = [{**standard_columns(f"{name}-campaign"), **about, "recipient": name} for name in leads]
	insert_rows("Email Campaign", rows)


def _measure_campaign(leads: list[str]) -> dict[str, Any]:
	from erpnext.crm.doctype.email_campaign import email_campaign

	make_campaigns(leads, days=0)
	frappe.db.commit()
	with _counted_queries() as queries:
		start = time.perf_counter()
		email_campaign.send_email_to_leads_or_contacts()
		frappe.db.commit()
		seconds = time.perf_counter() - start
	queued = frappe.db.count("Email Queue", {"reference_doctype": "Email Campaign", "status": "Not Sent"})
	assert queued == len(leads), queued
	return _row("Email Campaign", len(leads), seconds, queries.total())


def measure_raw(leads: list[str], port: int) -> float:
	"""The seconds that the least work for the same mails takes."""
	import smtplib

	from cadences_app.mail import communications
	from cadences_app.store.compat import insert_rows
	from cadences_app.store.templates import compile_text, row_of

	start = time.perf_counter()
	subject, body = compile_text(SUBJECT, is_strict=True), compile_text(BODY, is_html=True, is_strict=True)
	rows = frappe.get_all("Lead", {"name": ("in", leads)}, "*", limit_page_length=0)
	subjects = [(row, {"doc": row_of("Lead", row)}) for row in rows]
	texts = [(row, subject.fill(each), body.fill(each)) for row, each in subjects]
	insert_rows(
		"Communication",
		[
			communications.row_of(
				{
					"reference_doctype": MODULE,
					"reference_name": row.name,
					"subject": title,
					"content": text,
					"recipients": row.email_id,
				},
				now_datetime(),
			)
			for row, title, text in texts
		],
	)
	frappe.db.commit()
	with smtplib.SMTP("127.0.0.1", port) as smtp:
		for row, title, text in texts:
			head = f"From: {SENDER}\r\nTo: {row.email_id}\r\nSubject: {title}\r\n\r\n"
			smtp.sendmail(SENDER, row.email_id, head + text)
	return time.perf_counter() - start


@contextmanager
def _counted_queries():
	"""Every statement that goes to the database, by its first words."""
	counts: Counter[str] = Counter()
	original = frappe.db.sql

	def counted(query, *arguments, **options):
		counts[" ".join(str(query).split(None, 3)[:3]).lower()] += 1
		return original(query, *arguments, **options)

	frappe.db.sql = counted
	try:
		yield counts
	finally:
		del frappe.db.sql


def remove() -> None:
	"""Whatever an earlier run has left."""
	from cadences_app.tests.site.people import remove_people

	cadence = {"cadence": CAMPAIGN}
	for doctype in ("Cadence Event", "Cadence Activity", "Cadence Enrollment", "Cadence Version"):
		frappe.db.delete(doctype, cadence)
	frappe.db.delete("Cadence Follow-up", {"parent": CAMPAIGN})
	frappe.db.delete("Cadence", {"name": CAMPAIGN})
	for doctype in ("Communication", "Email Queue"):
		frappe.db.delete(doctype, {"reference_name": ("like", f"{PREFIX}-%")})
	for child, parent in (("Communication Link", "Communication"), ("Email Queue Recipient", "Email Queue")):
		frappe.db.sql(
			f"delete from `tab{child}` where parenttype = '{parent}'"
			f" and not exists (select 1 from `tab{parent}` one where one.name = `tab{child}`.parent)"
		)
	if has_campaigns():
		frappe.db.delete("Email Campaign", {"name": ("like", f"{PREFIX}-%")})
		frappe.db.delete("Campaign", {"name": CAMPAIGN})
		frappe.db.delete("Campaign Email Schedule", {"parent": CAMPAIGN})
	remove_people(PREFIX)
	frappe.db.delete("Cadence Mailbox", {"name": ACCOUNT})
	frappe.delete_doc("Email Account", ACCOUNT, force=True, ignore_missing=True)
	frappe.delete_doc("Email Template", TEMPLATE, force=True, ignore_missing=True)
	frappe.clear_cache()
	frappe.db.commit()


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
