"""Email: the activity becomes the outbox row, with its Communication, in the deciding transaction.

What goes out when is the mail lane's affair (`cadences_app.mail`). Whatever can be known for a whole batch is
read for the whole batch: a follow-up costs no query of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from cadences_app.channels.occasion import CannotReach, Occasion
from cadences_app.engine.content import EmailContent, Release
from cadences_app.mail import communications, enclosures, merge, recipients, senders, tokens
from cadences_app.mail.headers import check_address, clean_header
from cadences_app.mail.senders import Sender
from cadences_app.mail.urls import SignedUrls
from cadences_app.mail.variants import pick_variant
from cadences_app.runtime import clock

OUT = ("Sending", "Sent", "Unknown", "Bounced")
"""Deliveries after which an email may have reached the person: it is never handed over again in this run."""
WAITING = ("Queued", "Waiting for Review", "Waiting for Approval")
AS_DOCUMENT = "Communication, with all hooks"
_LONGEST_SUBJECT = 500

_DELIVERY = {
	Release.BY_ITSELF: "Queued",
	Release.REVIEW: "Waiting for Review",
	Release.APPROVAL: "Waiting for Approval",
}


class SubjectMissing(frappe.ValidationError):
	"""The template's subject came out empty."""


@dataclass(frozen=True, slots=True)
class Draft:
	"""The email as it is put into the outbox. `earlier` is the mail in whose thread it goes."""

	address: str
	sender: Sender
	template: str
	subject: str
	body: str
	message_id: str
	earlier: frappe._dict | None


def hand_over(occasion: Occasion) -> None:
	"""Put the follow-up's email into the outbox. Raises CannotReach, and what is wrong with its template."""
	if occasion.activity in _once(occasion, "out", _find_out, occasion):
		return
	content = occasion.follow_up.content
	draft = _write_draft(occasion, content)
	communication = _put_communication(occasion, content, draft)
	occasion.note(
		{
			"delivery": _DELIVERY[content.release],
			"send_after": clock.to_site(occasion.now),
			"recipient": draft.address,
			"sender": draft.sender.full_address,
			"reply_to": content.reply_to or draft.sender.reply_to,
			"email_account": draft.sender.account,
			"email_template": draft.template,
			"subject": draft.subject[:_LONGEST_SUBJECT],
			"message_id": draft.message_id,
			"activity_doctype": "Communication",
			"activity_name": communication,
			"attempts": 0,
			"error": None,
			"claimed_by": None,
			"claimed_until": None,
		}
	)


def _write_draft(occasion: Occasion, content: EmailContent) -> Draft:
	address = _address(occasion, content)
	sender = _sender(occasion, content)
	template = _pick_template(occasion, content)
	subject, body = _fill(occasion, template)
	if content.invite:
		enclosures.expect_invite(content.invite, _rows(occasion)[occasion.name])
	earlier = _find_earlier(occasion, content)
	if earlier:
		subject = earlier.subject if earlier.subject.lower().startswith("re:") else f"Re: {earlier.subject}"
	if sender.signature:
		body = f"{body}<br>{sender.signature}"
	message_id = tokens.message_id(occasion.activity, sender.domain).strip("<>")
	return Draft(address, sender, template, subject, body, message_id, earlier)


def withdraw(occasion: Occasion) -> None:
	"""Take the email back if it has not gone out yet; the timeline then says nothing of it."""
	delivery, communication = _stand(occasion)
	if delivery not in WAITING:
		return
	_take_back(occasion, communication)
	occasion.note(
		{
			"delivery": "Cancelled",
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
	noted = occasion.passage.columns.get(occasion.key, {})
	if "delivery" in noted:
		return noted["delivery"], noted["activity_name"]
	# A locking read: a worker may have taken the mail since this transaction began.
	row = frappe.db.get_value("Cadence Activity", occasion.activity, columns, for_update=True)
	return row or (None, None)


def _take_back(occasion: Occasion, communication: str) -> None:
	rows = occasion.outbox.rows
	for doctype, column in (
		("Communication", "name"),
		(AS_DOCUMENT, "name"),
		("Communication Link", "parent"),
	):
		found = rows.get(doctype, [])
		found[:] = [row for row in found if row[column] != communication]
	communications.remove(communication, is_listened_to=_is_listened_to(occasion))


def _once(occasion: Occasion, key: Any, find: Callable[..., Any], *arguments: Any) -> Any:
	"""What `find` gives, asked once for all that this batch hands over."""
	known = occasion.outbox.looked_up
	if key not in known:
		known[key] = find(*arguments)
	return known[key]


def _rows(occasion: Occasion) -> dict[str, Any]:
	"""The batch's records of the occasion's module."""
	return occasion.records.rows[occasion.doctype]


def _find_out(occasion: Occasion) -> set[str]:
	"""Activities of the batch's records whose email is out already: one that was cancelled too late may be
	scheduled again before the report of its sending is read."""
	return {
		name
		for doctype, rows in occasion.records.rows.items()
		for name in frappe.get_all(
			"Cadence Activity",
			{"reference_doctype": doctype, "reference_name": ("in", list(rows)), "delivery": ("in", OUT)},
			pluck="name",
			limit_page_length=0,
		)
	}


def _address(occasion: Occasion, content: EmailContent) -> str:
	to_field, cadence = content.to_field, occasion.passage.row["cadence"]
	addresses = _addresses(occasion, to_field)
	address = addresses.get(occasion.name)
	if not address:
		raise CannotReach("no_email_address")
	try:
		address = check_address(address)
	except ValueError:
		raise CannotReach("invalid_email_address") from None
	key = ("blocks", occasion.doctype, to_field, cadence)
	blocks = _once(occasion, key, recipients.find_record_blocks, _rows(occasion), addresses, cadence)
	if occasion.name in blocks:
		raise CannotReach(blocks[occasion.name].value)
	return address


def _addresses(occasion: Occasion, to_field: str) -> dict[str, str]:
	key = ("addresses", occasion.doctype, to_field)
	return _once(occasion, key, recipients.find_addresses, _rows(occasion), to_field)


def _owner(occasion: Occasion) -> frappe._dict | None:
	user = occasion.neighbour.owner_of(_rows(occasion)[occasion.name])
	return _once(occasion, ("owner", user), senders.read_owner, user)


def _sender(occasion: Occasion, content: EmailContent) -> Sender:
	owner = _owner(occasion)
	key = ("sender", content.sender, content.sender_value, owner and owner.name)
	return _once(occasion, key, senders.find_sender, content, owner)


def _pick_template(occasion: Occasion, content: EmailContent) -> str:
	if not content.variants:
		raise frappe.ValidationError(_("No Email Template is chosen."))
	person = f"{occasion.key}:{occasion.doctype}:{occasion.name}"
	return content.variants[pick_variant([each.weight for each in content.variants], person)].template


def _fill(occasion: Occasion, template: str) -> tuple[str, str]:
	"""Subject and body for this record."""
	subject, body, names, fields = _once(occasion, ("template", template), _compile, template)
	row = _rows(occasion)[occasion.name]
	# A document costs more to make than a mail; where the template only reads columns, the row will do.
	context: dict[str, Any] = {"doc": row if fields is not None and fields <= row.keys() else occasion.record}
	if "owner" in names:
		context["owner"] = _owner(occasion) or frappe._dict()
	if "contact" in names:
		key = ("contacts", occasion.doctype)
		contacts = _once(occasion, key, recipients.find_contacts, _rows(occasion))
		context["contact"] = contacts.get(occasion.name) or frappe._dict()
	if "unsubscribe_url" in names:
		context["unsubscribe_url"] = _once(occasion, "urls", SignedUrls).unsubscribe(occasion.activity)
	filled = clean_header(merge.render(subject, context))
	if not filled:
		raise SubjectMissing(_("The subject of Email Template {0} is empty.").format(template))
	return filled, merge.render(body, context)


def _compile(template: str) -> tuple[Any, Any, frozenset[str], frozenset[str] | None]:
	doc = frappe.get_cached_doc("Email Template", template)
	subject, body = doc.subject or "", doc.response_ or ""
	return (
		merge.compile_template(subject, is_html=False),
		merge.compile_template(body, is_html=True),
		merge.names_in(f"{subject}{body}"),
		merge.fields_in(f"{subject}{body}", "doc"),
	)


def _find_earlier(occasion: Occasion, content: EmailContent) -> frappe._dict | None:
	"""The email of this run in whose thread this one goes, if it went out."""
	activity = occasion.passage.names.get(content.thread_of) if content.thread_of else None
	if not activity:
		return None
	return frappe.db.get_value(
		"Cadence Activity",
		{"name": activity, "delivery": ("in", OUT)},
		["subject", "activity_name"],
		as_dict=True,
	)


def _put_communication(occasion: Occasion, content: EmailContent, draft: Draft) -> str:
	sender = draft.sender
	row = communications.row_of(
		{
			"reference_doctype": occasion.doctype,
			"reference_name": occasion.name,
			"reference_owner": _rows(occasion)[occasion.name].get("owner"),
			"sender": sender.address,
			"sender_full_name": sender.name,
			"recipients": draft.address,
			"email_account": sender.account,
			"subject": draft.subject,
			"content": draft.body,
			"email_template": draft.template,
			"message_id": draft.message_id,
			"in_reply_to": draft.earlier.activity_name if draft.earlier else None,
			"has_attachment": int(bool(content.attachments or content.print_format or content.invite)),
		},
		clock.to_site(occasion.now),
	)
	if _is_listened_to(occasion):
		occasion.outbox.writers[AS_DOCUMENT] = communications.insert_as_documents
		occasion.outbox.put(AS_DOCUMENT, row)
		return row["name"]
	occasion.outbox.put("Communication", row)
	for link in communications.link_rows(row["name"], _timelines(occasion, draft.address, sender)):
		occasion.outbox.put("Communication Link", link)
	return row["name"]


def _timelines(occasion: Occasion, address: str, sender: Sender) -> list[communications.Timeline]:
	"""Where else the email belongs: the Contacts of both sides, and what the neighbour knows."""
	to_field = occasion.follow_up.content.to_field
	of_batch = _addresses(occasion, to_field).values()
	by_address = _once(
		occasion, ("timelines", occasion.doctype, to_field), communications.find_timelines, of_batch
	)
	own = _once(
		occasion,
		("timelines", sender.address),
		communications.find_timelines,
		[sender.address],
	)
	further = _once(
		occasion,
		("further", occasion.doctype),
		occasion.neighbour.further_timelines,
		occasion.doctype,
		_rows(occasion),
	)
	return [
		*own.get(sender.address.lower(), ()),
		*by_address.get(address.lower(), ()),
		*further.get(occasion.name, ()),
	]


def _is_listened_to(occasion: Occasion) -> bool:
	return _once(occasion, "listened to", communications.is_listened_to)
