"""Messages (S3.10): the activity becomes the pending row, with its Communication, as the decision is written.

When it goes out is decided in `messages/`; one that has not gone out yet is taken back as an email is.
"""

import frappe
from frappe import _
from frappe.utils import escape_html

from cadences_app.channels.email import AS_DOCUMENT, DELIVERIES, OF_MESSAGE, find_out
from cadences_app.channels.linked import expect_readable_source
from cadences_app.channels.occasion import CannotReach, Occasion
from cadences_app.channels.texts import Texts
from cadences_app.engine.content import MessageContent, Service
from cadences_app.engine.reasons import Block
from cadences_app.mail import communications, edited
from cadences_app.messages.parts import MOST_PARTS, Parts, count_parts
from cadences_app.messages.recipients import Reach, reach
from cadences_app.store import clock
from cadences_app.store.languages import speaking_to_person

LONGEST_SUBJECT = 140
LONGEST_WHATSAPP = 4096


class TooLong(frappe.ValidationError):
	"""The text would go out in more parts than anybody means."""


def hand_over(occasion: Occasion) -> None:
	"""Put the message into the outbox. Raises CannotReach, and what is wrong with its text."""
	if occasion.activity in occasion.once("out", find_out, occasion):
		return
	content = occasion.follow_up.content
	number, text, parts = plan_message(occasion, content)
	communication = _put_communication(occasion, content, number, text)
	occasion.note(
		{
			"delivery": DELIVERIES[content.release].value,
			"send_after": clock.to_site(occasion.now),
			"recipient": number,
			"sender": "",
			"reply_to": None,
			"email_account": None,
			"email_template": None,
			"subject": subject_of(text, content),
			"message_id": None,
			"message_service": content.service.value,
			"message_parts": parts.count,
			"message_cost": 0,
			"activity_doctype": "Communication",
			"activity_name": communication,
			"attempts": 0,
			"error": None,
			"claimed_by": None,
			"claimed_until": None,
		}
	)


def plan_message(occasion: Occasion, content: MessageContent) -> tuple[str, str, Parts]:
	"""The number and the text for this record, and its parts. Raises CannotReach, TooLong, and what is wrong
	with the template."""
	expect_reach_readable(occasion, content)
	key = (
		"reach",
		occasion.doctype,
		content.to_field,
		content.consent_field,
		occasion.current.row["cadence"],
	)
	reaches = occasion.once(key, reach, occasion.rows, content, occasion.current.row["cadence"])
	found: Reach = reaches.get(occasion.name, Reach(block=Block.RECORD_DELETED))
	if found.block:
		raise CannotReach(found.block.value)
	text, parts = fill_text(occasion, content)
	return found.number, text, parts


def expect_reach_readable(occasion: Occasion, content: MessageContent) -> None:
	"""Raises OutOfReach where the number, or the consent, stands in a document out of reach."""
	for path in filter(None, (content.to_field, content.consent_field)):
		expect_readable_source(occasion, path)


def fill_text(occasion: Occasion, content: MessageContent) -> tuple[str, Parts]:
	"""The text for this record, or what somebody wrote for it (S3.9), and its parts."""
	edit = occasion.once("edited", edited.of_enrollments, occasion.records.enrollments).get(occasion.activity)
	text = edit.text if edit and edit.text else _filled(occasion, content)
	if not text and not content.whatsapp_template:
		raise CannotReach(Block.NOTHING_TO_SAY.value)
	return text, parts_of(text, content)


def _filled(occasion: Occasion, content: MessageContent) -> str:
	with speaking_to_person(occasion.rows[occasion.name]):
		return Texts(occasion).plain(content.text)


def parts_of(text: str, content: MessageContent) -> Parts:
	"""In how many parts a text goes out. Raises TooLong."""
	if content.service is Service.WHATSAPP:
		if len(text) > LONGEST_WHATSAPP:
			raise TooLong(_("A message by WhatsApp has at most {0} characters.").format(LONGEST_WHATSAPP))
		return Parts(1, len(text), count_parts(text[:1]).alphabet)
	parts = count_parts(text)
	if parts.count > MOST_PARTS:
		raise TooLong(
			_("The text would go out in {0} parts; at most {1} are sent.").format(parts.count, MOST_PARTS)
		)
	return parts


def subject_of(text: str, content: MessageContent) -> str:
	"""What stands for a message in lists."""
	return " ".join((text or content.whatsapp_template).split())[:LONGEST_SUBJECT]


def shown_text(text: str, content: MessageContent) -> dict[str, str]:
	"""The columns of its Communication that say what it says."""
	shown = escape_html(text or content.whatsapp_template).replace("\n", "<br>")
	return {"subject": subject_of(text, content), "content": shown, "text_content": text}


def _put_communication(occasion: Occasion, content: MessageContent, number: str, text: str) -> str:
	row = communications.row_of(
		{
			"communication_medium": "SMS" if content.service is Service.SMS else "Chat",
			"reference_doctype": occasion.doctype,
			"reference_name": occasion.name,
			"reference_owner": occasion.rows[occasion.name].get("owner"),
			"phone_no": number,
			**shown_text(text, content),
		},
		clock.to_site(occasion.now),
		occasion.stamp,
	)
	writers = occasion.pending.writers
	if occasion.once("listened to", communications.is_listened_to):
		writers[AS_DOCUMENT] = communications.insert_as_documents
		occasion.pending.put(AS_DOCUMENT, row)
		return row["name"]
	writers[OF_MESSAGE] = communications.insert
	occasion.pending.put(OF_MESSAGE, row)
	for link in communications.link_rows(row, _timelines(occasion), occasion.stamp):
		occasion.pending.put("Communication Link", link)
	return row["name"]


def _timelines(occasion: Occasion) -> list[communications.Timeline]:
	further = occasion.once(
		("further", occasion.doctype),
		occasion.neighbour.further_timelines,
		occasion.doctype,
		occasion.rows,
	)
	contact = occasion.neighbour.contact_of(occasion.row) if occasion.doctype != "Contact" else ""
	return [*([("Contact", contact)] if contact else []), *further.get(occasion.name, ())]
