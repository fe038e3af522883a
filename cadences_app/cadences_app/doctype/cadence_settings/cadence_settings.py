from frappe.model.document import Document

from cadences_app import custom_fields


class CadenceSettings(Document):
	"""Limits and switches for the whole site."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		allow_calls_for_deals: DF.Check
		bounce_limit: DF.Percent
		calendly_signing_key: DF.Password | None
		call_results: DF.SmallText | None
		chunk_size: DF.Int
		dispositions: DF.SmallText | None
		complaint_limit: DF.Percent
		count_scanners: DF.Check
		infer_replies_from_sender: DF.Check
		least_sent_to_judge: DF.Int
		max_cadences: DF.Int
		max_cadences_per_module: DF.Int
		max_calls: DF.Int
		max_emails: DF.Int
		max_emails_per_record: DF.Int
		max_messages: DF.Int
		max_messages_per_record: DF.Int
		max_tasks: DF.Int
		message_scheme: DF.Literal["", "HMAC-SHA256 with Timestamp", "HMAC-SHA256 of the Body", "Twilio"]
		message_secret: DF.Password | None
		message_signing_key: DF.Password | None
		messages_need_consent: DF.Check
		messages_per_day: DF.Int
		mute_bounces: DF.Check
		mute_colleagues: DF.Check
		mute_failures: DF.Check
		mute_meetings: DF.Check
		mute_replies: DF.Check
		mute_reviews: DF.Check
		mute_undelivered: DF.Check
		mute_unsubscribes: DF.Check
		oldest_token_key: DF.Int
		out_of_office_days: DF.Int
		price_per_part: DF.Float
		pull_before_sending: DF.Check
		ses_topics: DF.SmallText | None
		soft_bounces_to_bounce: DF.Int
		test_messages_per_day: DF.Int
		token_key: DF.Int
		whatsapp_app_secret: DF.Password | None
		write_email_queue: DF.Check
	# end: auto-generated types

	def validate(self):
		if not self.flags.rotates_keys:
			before = self.get_doc_before_save()
			for field in ("token_key", "oldest_token_key"):
				self.set(field, before.get(field) if before else 0)

	def on_update(self):
		if self.has_value_changed("call_results"):
			custom_fields.offer_call_results(self.call_results)
