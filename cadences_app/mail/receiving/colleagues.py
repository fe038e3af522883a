"""A person's answer, told to whoever else of the same company is in a cadence (S6.1b).

What follows is each cadence's own to say; here it is only found out whom it concerns.
"""

import frappe

from cadences_app.engine.events import ColleagueReplied
from cadences_app.neighbours.companies import company_of
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LIVE_STATUSES

MOST_COLLEAGUES = 500


def tell(sender: str, enrollment: str, key: str, source: str) -> None:
	"""Put the answer of `sender` to a mail of `enrollment` into the inboxes of the company's other people.
	`key` names the message, so that it counts once."""
	answered = frappe.db.get_value("Cadence Enrollment", enrollment, ["company_key", "person"], as_dict=True)
	companies = {company_of({}, sender), (answered and answered.company_key) or ""} - {""}
	if not companies:
		return
	themselves = {sender, (answered and answered.person) or ""}
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.name, table.cadence, table.person)
	query = query.where(table.company_key.isin(sorted(companies)) & table.status.isin(LIVE_STATUSES))
	rows = query.where(table.name != enrollment).orderby(table.name).limit(MOST_COLLEAGUES).run(as_dict=True)
	inbox.record(
		InboxEntry(
			row.name, row.cadence, ColleagueReplied(sender[:140]), f"{row.name}:colleague:{key}", source
		)
		for row in rows
		if row.person not in themselves
	)
