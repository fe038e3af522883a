"""A person's answer, told to whoever else of the same company is in a cadence (S6.1b).

What follows is each cadence's own to say; here it is only found out whom it concerns.
"""

from typing import Any

import frappe

from cadences_app.engine.events import ColleagueReplied, EventKind
from cadences_app.engine.policy import ColleagueReply
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.neighbours.companies import company_of
from cadences_app.store import compat, definitions, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import REACHED_STATUSES

_COLUMNS = ("name", "cadence", "cadence_version", "person", "status", "paused_until")


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
	query = frappe.qb.from_(table).select(*(table[each] for each in _COLUMNS))
	query = query.where(table.company_key.isin(sorted(companies)) & table.status.isin(REACHED_STATUSES))
	rows = query.where(table.name != enrollment).orderby(table.name).run(as_dict=True)
	inbox.record(
		InboxEntry(
			row.name, row.cadence, ColleagueReplied(sender[:140]), f"{row.name}:colleague:{key}", source
		)
		for row in _to_be_told([row for row in rows if row.person not in themselves])
	)


def _to_be_told(rows: list[Any]) -> list[Any]:
	"""Those for whom something follows from one more answer. A large company answers often: whoever stands
	still until somebody has looked, or is about to, learns nothing new, and nor does anybody in a cadence to
	which colleagues are nothing."""
	found = definitions.load_many({row.cadence_version for row in rows})
	follows = {version: definition.policy.colleague_reply for version, definition in found.items()}
	unread = _unread([row.name for row in rows])
	to_be_told = []
	for row in rows:
		to_come, what = unread.get(row.name, set()), follows.get(row.cadence_version)
		knows = to_come == {EventKind.COLLEAGUE.value} or (
			not to_come and what is ColleagueReply.PAUSE and _stands_still(row)
		)
		if what is not ColleagueReply.NOTHING and not knows:
			to_be_told.append(row)
	return to_be_told


def _stands_still(row: Any) -> bool:
	return row.status == EnrollmentStatus.PAUSED.value and row.paused_until is None


def _unread(enrollments: list[str]) -> dict[str, set[str]]:
	"""The kinds of events of these enrollments that no worker has decided on yet."""
	unread: dict[str, set[str]] = {}
	if enrollments:
		table = frappe.qb.DocType("Cadence Event")
		query = frappe.qb.from_(table).select(table.enrollment, table.kind)
		query = query.where(table.enrollment.isin(enrollments) & table.processed_at.isnull())
		for name, kind in compat.found_by(query, inbox.UNREAD).run():
			unread.setdefault(name, set()).add(kind)
	return unread
