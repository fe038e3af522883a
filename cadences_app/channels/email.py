"""Email: the activity becomes the pending row, with its Communication, in the deciding transaction.

When it goes out is decided in `mail/sending`. Whatever can be known for a whole batch is
read for the whole batch: a follow-up costs no query of its own.
"""

import frappe

from cadences_app.channels.occasion import Occasion
from cadences_app.channels.planned_email import GONE_DELIVERIES, PlannedEmail, addresses_of, plan_email
from cadences_app.engine.content import EmailContent, Release
from cadences_app.engine.statuses import NOT_GONE, Delivery
from cadences_app.mail import communications
from cadences_app.mail.composing.senders import Sender
from cadences_app.store import clock

AS_DOCUMENT = "Communication, with all hooks"
OF_MESSAGE = "Communication of a message"
"""Its rows have other columns than those of emails, so they are written apart."""
_LONGEST_SUBJECT = 500

DELIVERIES = {
	Release.BY_ITSELF: Delivery.QUEUED,
	Release.REVIEW: Delivery.REVIEW,
	Release.APPROVAL: Delivery.APPROVAL,
}
"""Where what is sent stands first, a message too (S3.9)."""


def hand_over(occasion: Occasion) -> None:
	"""Put the follow-up's email into the outbox. Raises CannotReach, and what is wrong with its template."""
	if occasion.activity in occasion.once("out", find_out, occasion):
		return
	content = occasion.follow_up.content
	planned = plan_email(occasion, content)
	communication = _put_communication(occasion, content, planned)
	occasion.note(
		{
			"delivery": DELIVERIES[content.release].value,
			"send_after": clock.to_site(occasion.now),
			"recipient": planned.address,
			"sender": planned.sender.full_address,
			"reply_to": content.reply_to or planned.sender.reply_to,
			"email_account": planned.sender.account,
			"email_template": planned.template,
			"subject": planned.subject[:_LONGEST_SUBJECT],
			"message_id": planned.message_id,
			"activity_doctype": "Communication",
			"activity_name": communication,
			"attempts": 0,
			"error": None,
			"claimed_by": None,
			"claimed_until": None,
		}
	)


def withdraw(occasion: Occasion) -> None:
	"""Take the email back if it has not gone out yet; the timeline then says nothing of it."""
	delivery, communication = _stand(occasion)
	if delivery not in NOT_GONE:
		return
	_take_back(occasion, communication)
	occasion.note(
		{
			"delivery": Delivery.CANCELLED.value,
			"send_after": None,
			"activity_doctype": None,
			"activity_name": None,
			"claimed_by": None,
			"claimed_until": None,
		}
	)


def _stand(occasion: Occasion) -> tuple[str | None, str | None]:
	"""How far the email is, and its Communication."""
	columns = ("delivery", "activity_name")
	noted = occasion.current.columns.get(occasion.key, {})
	if "delivery" in noted:
		return noted["delivery"], noted["activity_name"]
	# A locking read: a worker may have taken the mail since this transaction began.
	row = frappe.db.get_value("Cadence Activity", occasion.activity, columns, for_update=True)
	return row or (None, None)


def _take_back(occasion: Occasion, communication: str) -> None:
	rows = occasion.pending.rows
	for doctype, column in (
		("Communication", "name"),
		(OF_MESSAGE, "name"),
		(AS_DOCUMENT, "name"),
		("Communication Link", "parent"),
	):
		found = rows.get(doctype, [])
		found[:] = [row for row in found if row[column] != communication]
	communications.remove([communication], is_listened_to=_is_listened_to(occasion))


def find_out(occasion: Occasion) -> set[str]:
	"""Activities of the batch's records whose email is out already: one that was cancelled too late may be
	scheduled again before the report of its sending is read."""
	return {
		name
		for doctype, rows in occasion.records.rows.items()
		for name in frappe.get_all(
			"Cadence Activity",
			{
				"reference_doctype": doctype,
				"reference_name": ("in", list(rows)),
				"delivery": ("in", GONE_DELIVERIES),
			},
			pluck="name",
			limit_page_length=0,
		)
	}


def _put_communication(occasion: Occasion, content: EmailContent, planned: PlannedEmail) -> str:
	sender = planned.sender
	row = communications.row_of(
		{
			"reference_doctype": occasion.doctype,
			"reference_name": occasion.name,
			"reference_owner": occasion.rows[occasion.name].get("owner"),
			"sender": sender.address,
			"sender_full_name": sender.name,
			"recipients": planned.address,
			"email_account": sender.account,
			"subject": planned.subject,
			"content": planned.body,
			"email_template": planned.template,
			"message_id": planned.message_id,
			"in_reply_to": planned.earlier.activity_name if planned.earlier else None,
			"has_attachment": int(bool(content.attachments or content.print_format or content.invite)),
		},
		clock.to_site(occasion.now),
		occasion.stamp,
	)
	writers = occasion.pending.writers
	if _is_listened_to(occasion):
		writers[AS_DOCUMENT] = communications.insert_as_documents
		occasion.pending.put(AS_DOCUMENT, row)
		return row["name"]
	writers["Communication"] = communications.insert
	occasion.pending.put("Communication", row)
	timelines = _timelines(occasion, planned.address, sender)
	for link in communications.link_rows(row, timelines, occasion.stamp):
		occasion.pending.put("Communication Link", link)
	return row["name"]


def _timelines(occasion: Occasion, address: str, sender: Sender) -> list[communications.Timeline]:
	"""Where else the email belongs: the Contacts of both sides, and what the neighbour knows."""
	to_field = occasion.follow_up.content.to_field
	of_batch = addresses_of(occasion, to_field).values()
	by_address = occasion.once(
		("timelines", occasion.doctype, to_field), communications.find_timelines, of_batch
	)
	own = occasion.once(
		("timelines", sender.address),
		communications.find_timelines,
		[sender.address],
	)
	further = occasion.once(
		("further", occasion.doctype),
		occasion.neighbour.further_timelines,
		occasion.doctype,
		occasion.rows,
	)
	return [
		*own.get(sender.address.lower(), ()),
		*by_address.get(address.lower(), ()),
		*further.get(occasion.name, ()),
	]


def _is_listened_to(occasion: Occasion) -> bool:
	return occasion.once("listened to", communications.is_listened_to, occasion.once)
