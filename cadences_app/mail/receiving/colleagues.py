"""A person's answer, told to whoever else of the same company is in a cadence (S6.1b).

What follows is each cadence's own to say; here it is only found out whom it concerns.
"""

import frappe

from cadences_app.engine.events import ColleagueReplied
from cadences_app.neighbours.companies import company_of
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import REACHED_STATUSES

MOST_COLLEAGUES = 500


def tell(sender: str, recipient: str, enrollment: str, key: str, source: str) -> None:
	"""Put the answer of `sender` to a mail of `enrollment`, which went to `recipient`, into the inboxes of
	the other people of the company that was written to. `key` names the message, so that it counts once.

	Anybody can write down a sender: whoever is neither the person nor of that company is told to nobody, and
	no other company learns of them (S4.1a).
	"""
	answered = frappe.db.get_value("Cadence Enrollment", enrollment, ["company_key", "person"], as_dict=True)
	if answered is None:
		return
	companies = {company_of({}, recipient), answered.company_key or ""} - {""}
	person = {recipient, answered.person}
	if not companies or (sender not in person and company_of({}, sender) not in companies):
		return
	themselves = {sender, *person}
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.name, table.cadence, table.person)
	query = query.where(table.company_key.isin(sorted(companies)) & table.status.isin(REACHED_STATUSES))
	rows = query.where(table.name != enrollment).orderby(table.name).limit(MOST_COLLEAGUES).run(as_dict=True)
	inbox.record(
		InboxEntry(
			row.name, row.cadence, ColleagueReplied(sender[:140]), f"{row.name}:colleague:{key}", source
		)
		for row in rows
		if row.person not in themselves
	)
