"""What an email follow-up says, to whom and from whom, for one record (S3.4).

Whatever can be known for a whole batch is read for the whole batch: a follow-up costs no query of its own.
"""

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from cadences_app.channels.linked import contact_of, expect_readable_source
from cadences_app.channels.occasion import CannotReach, Occasion
from cadences_app.engine.content import EmailContent
from cadences_app.engine.reasons import Block
from cadences_app.engine.statuses import GONE
from cadences_app.engine.variants import pick_variant
from cadences_app.mail import edited
from cadences_app.mail.addresses import check_address, clean_header
from cadences_app.mail.composing import enclosures, recipients, senders
from cadences_app.mail.composing.markup import TooMuchMarkup, as_paragraphs, is_written_in_lines
from cadences_app.mail.composing.senders import Sender
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.mail.tracking import tokens
from cadences_app.store.languages import speaking_to_person
from cadences_app.store.templates import Row, TemplateBroken, Text, compile_text

GONE_DELIVERIES = sorted(each.value for each in GONE)


class SubjectMissing(frappe.ValidationError):
	"""The template's subject came out empty."""


@dataclass(frozen=True, slots=True)
class PlannedEmail:
	"""The email as it is put into the outbox. `earlier` is the mail in whose thread it goes."""

	address: str
	sender: Sender
	template: str
	subject: str
	body: str
	message_id: str
	earlier: frappe._dict | None


def plan_email(occasion: Occasion, content: EmailContent) -> PlannedEmail:
	"""The email for this record. Raises CannotReach, and what is wrong with its template."""
	address = _address(occasion, content)
	sender = _sender(occasion, content)
	template = _pick_template(occasion, content)
	edit = occasion.once("edited", edited.of_enrollments, occasion.records.enrollments).get(occasion.activity)
	subject, body = (edit.subject, edit.content) if edit else _fill(occasion, template)
	if content.invite:
		enclosures.span_of(content.invite, occasion.rows[occasion.name])
	earlier = _find_earlier(occasion, content)
	if earlier and not edit:
		subject = earlier.subject if earlier.subject.lower().startswith("re:") else f"Re: {earlier.subject}"
	if sender.signature and not edit:
		body = f"{body}<br>{sender.signature}"
	message_id = tokens.message_id(occasion.activity, sender.domain).strip("<>")
	return PlannedEmail(address, sender, template, subject, body, message_id, earlier)


def _address(occasion: Occasion, content: EmailContent) -> str:
	to_field, cadence = content.to_field, occasion.current.row["cadence"]
	expect_readable_source(occasion, to_field)
	addresses = addresses_of(occasion, to_field)
	address = addresses.get(occasion.name)
	if not address:
		raise CannotReach(Block.NO_EMAIL_ADDRESS)
	try:
		address = check_address(address)
	except ValueError:
		raise CannotReach(Block.INVALID_EMAIL_ADDRESS) from None
	key = ("blocks", occasion.doctype, to_field, cadence)
	blocks = occasion.once(key, recipients.find_record_blocks, occasion.rows, addresses, cadence)
	if occasion.name in blocks:
		raise CannotReach(blocks[occasion.name].value)
	return address


def addresses_of(occasion: Occasion, to_field: str) -> dict[str, str]:
	key = ("addresses", occasion.doctype, to_field)
	return occasion.once(key, recipients.find_addresses, occasion.rows, to_field)


def _owner(occasion: Occasion) -> frappe._dict | None:
	user = occasion.neighbour.owner_of(occasion.rows[occasion.name])
	return occasion.once(("owner", user), senders.read_owner, user)


def _sender(occasion: Occasion, content: EmailContent) -> Sender:
	owner = _owner(occasion)
	key = ("sender", content.sender, content.sender_value, owner and owner.name)
	return occasion.once(key, senders.find_sender, content, owner)


def _pick_template(occasion: Occasion, content: EmailContent) -> str:
	if not content.variants:
		raise frappe.ValidationError(_("No Email Template is chosen."))
	person = f"{occasion.key}:{occasion.doctype}:{occasion.name}"
	return content.variants[pick_variant([each.weight for each in content.variants], person)].template


def _fill(occasion: Occasion, template: str) -> tuple[str, str]:
	"""Subject and body for this record."""
	try:
		return _filled(occasion, template)
	except TooMuchMarkup as error:
		text = _("Email Template {0} makes more HTML than a mail holds, or too many elements in one another.")
		raise TemplateBroken(text.format(template)) from error


def _filled(occasion: Occasion, template: str) -> tuple[str, str]:
	subject, body, is_plain = occasion.once(("template", template), _compile, template)
	names = subject.names | body.names
	context: dict[str, Any] = {"doc": occasion.shown}
	if "owner" in names:
		context["owner"] = Row("User", _owner(occasion) or {})
	if "contact" in names:
		context["contact"] = contact_of(occasion)
	if "unsubscribe_url" in names:
		context["unsubscribe_url"] = occasion.once("urls", SignedUrls).unsubscribe(occasion.activity)
	with speaking_to_person(occasion.rows[occasion.name]):
		filled, text = clean_header(subject.fill(context)), body.fill(context)
	if not filled:
		raise SubjectMissing(_("The subject of Email Template {0} is empty.").format(template))
	return filled, as_paragraphs(text) if is_plain else text


def _compile(template: str) -> tuple[Text, Text, bool]:
	"""Subject and body, and whether the body was written without tags."""
	doc = frappe.get_cached_doc("Email Template", template)
	return (
		compile_text(doc.subject or "", is_strict=True),
		compile_text(doc.response_ or "", is_html=True, is_strict=True),
		is_written_in_lines(doc.response_ or ""),
	)


def _find_earlier(occasion: Occasion, content: EmailContent) -> frappe._dict | None:
	"""The email of this run in whose thread this one goes, if it went out."""
	activity = occasion.current.names.get(content.thread_of) if content.thread_of else None
	if not activity:
		return None
	return frappe.db.get_value(
		"Cadence Activity",
		{"name": activity, "delivery": ("in", GONE_DELIVERIES)},
		["subject", "activity_name"],
		as_dict=True,
	)
