"""Leaving: this sequence or all of them, by our page, by one click, or by an Email Unsubscribe (S4.1).

Frappe's Email Unsubscribe is written as well, so that other apps keep to it too; one that is made
elsewhere is listened to.
"""

from collections.abc import Iterable

import frappe

from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.mail import communications
from cadences_app.store import clock, compat, inbox, refusals
from cadences_app.store.inbox import InboxEntry, standard_columns
from cadences_app.store.live import REACHED_STATUSES


def leave_sequence(activity: str, source: str) -> None:
	"""The person of this mail wants no more of its cadence, now and later; the others go on."""
	row = _read_activity(activity)
	if row is None:
		return
	_report([row], source)
	scope = {"reference_doctype": "Cadence", "reference_name": row.cadence}
	if row.recipient and not frappe.db.exists("Email Unsubscribe", {"email": row.recipient, **scope}):
		# As a bare row: Frappe would comment it on the cadence, where everybody who may see that reads it.
		name = frappe.generate_hash(length=10)
		compat.insert_rows("Email Unsubscribe", [{**standard_columns(name), "email": row.recipient, **scope}])
	_show(row)


def leave_everything(activity: str, source: str) -> None:
	"""The person of this mail wants no mail at all: every cadence that mails this address ends."""
	row = _read_activity(activity)
	if row is None:
		return
	_report([row], source)
	scope = {"email": row.recipient, "global_unsubscribe": 1}
	if row.recipient and not frappe.db.exists("Email Unsubscribe", scope):
		doc = frappe.get_doc({"doctype": "Email Unsubscribe", **scope})
		doc.flags.cadence_enrollment = row.enrollment
		doc.insert(ignore_permissions=True)
	_show(row)


def observe(doc: "frappe.model.document.Document") -> None:
	"""An Email Unsubscribe was made: whom it concerns leaves, by the mail sent last (S4.1, S6.1a)."""
	if not doc.email:
		return
	rows = _latest_mails(doc)
	reported = doc.flags.cadence_enrollment
	source = f"Email Unsubscribe {doc.name}"
	_report((row for row in rows if row.enrollment != reported), source)
	refusals.tell_of([doc.email], source)  # those who were not mailed yet leave too (S6.1a)


def _latest_mails(doc: "frappe.model.document.Document") -> Iterable["frappe._dict"]:
	"""The last mail to that address from each enrollment that it reaches, of the record that it names or of
	any."""
	table, enrollment = frappe.qb.DocType("Cadence Activity"), frappe.qb.DocType("Cadence Enrollment")
	query = (
		frappe.qb.from_(table)
		.inner_join(enrollment)
		.on((enrollment.name == table.enrollment) & (enrollment.run == table.run))
		.select(table.name, table.enrollment, table.cadence, table.run, table.follow_up, table.sent_at)
		.where((table.recipient == doc.email) & (table.channel == "Email"))
		.where(table.handed_over_at.isnotnull() & enrollment.status.isin(REACHED_STATUSES))
		.orderby(table.name)
	)
	if doc.reference_doctype == "Cadence" and not doc.global_unsubscribe:
		query = query.where(table.cadence == doc.reference_name)
	elif not doc.global_unsubscribe:
		query = query.where(
			(table.reference_doctype == doc.reference_doctype) & (table.reference_name == doc.reference_name)
		)
	return {row.enrollment: row for row in query.run(as_dict=True)}.values()


def _read_activity(name: str) -> "frappe._dict | None":
	columns = ["name", "enrollment", "cadence", "run", "follow_up", "recipient"]
	columns += ["activity_doctype", "activity_name"]
	return frappe.db.get_value("Cadence Activity", name, columns, as_dict=True)


def _report(rows: Iterable["frappe._dict"], source: str) -> None:
	now = clock.now()
	inbox.record(
		[
			InboxEntry(
				row.enrollment,
				row.cadence,
				OutcomeReported(row.run, row.follow_up, Outcome.UNSUBSCRIBED, now),
				key=f"{row.name}:unsubscribed",
				source=source[:140],
			)
			for row in rows
		]
	)


def _show(row: "frappe._dict") -> None:
	"""In the record's timeline the mail shows that it was the last."""
	if row.activity_doctype == "Communication" and row.activity_name:
		communications.show_delivery([row.activity_name], "Recipient Unsubscribed")
