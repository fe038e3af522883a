"""What only the site can tell of a message that can't go out as it should (S1.6, S3.10)."""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.utils import cint

from cadences_app.engine.content import MessageContent, Service
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up
from cadences_app.mail.composing.recipients import NoSuchField, expect_path
from cadences_app.messages import gateway, whatsapp


def message_faults(definition: Cadence) -> list[ToldFault]:
	"""Every fault of the messages, with the follow-up that it is in."""
	return [
		of_follow_up(follow_up, definition, text)
		for follow_up in definition.follow_ups
		if isinstance(follow_up.content, MessageContent)
		for text in (*service_faults(follow_up.content), *_fields(follow_up.content, definition.module))
	]


def service_faults(content: MessageContent) -> Iterator[str]:
	"""Why this site can't send such a message."""
	if content.service is Service.SMS and gateway.read_settings() is None:
		yield _("SMS Settings name no gateway to send it by.")
	if content.service is Service.WHATSAPP and not whatsapp.is_set_up():
		yield _("WhatsApp is not set up: it needs the app frappe_whatsapp and an account to send by.")
	elif content.whatsapp_template and content.whatsapp_template not in whatsapp.templates():
		yield _("there is no approved WhatsApp template {0}.").format(content.whatsapp_template)


def _fields(content: MessageContent, module: str) -> Iterator[str]:
	"""Fields of linked records; the record's own are looked at by the engine."""
	for path in filter(None, (content.to_field, content.consent_field)):
		if "." in path:
			try:
				expect_path(module, path)
			except NoSuchField as fault:
				frappe.clear_last_message()
				yield str(fault)
	if not content.consent_field and cint(frappe.get_cached_doc("Cadence Settings").messages_need_consent):
		yield _("it names no field that holds the consent to messages, which Cadence Settings ask for.")
