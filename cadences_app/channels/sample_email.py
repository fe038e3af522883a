"""The email of a follow-up for one record, to be looked at or sent to oneself (S11.2). Nothing is written."""

from dataclasses import dataclass
from datetime import datetime

import frappe

from cadences_app.channels.mail_weight import weigh
from cadences_app.channels.occasion import Occasion, PendingRows
from cadences_app.channels.planned_email import plan_email
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.templates import MergeFieldMissing
from cadences_app.store.templates.names import RECORD

MOST_MISSING = 50


@dataclass(frozen=True, slots=True)
class SampleEmail:
	"""`missing` are the merge fields without a value; `problem` says why no such email would go out.
	`account` sends it; `activity` is nobody's."""

	address: str
	sender: str
	template: str
	subject: str
	body: str
	account: str = ""
	reply_to: str = ""
	message_id: str = ""
	activity: str = ""
	missing: tuple[str, ...] = ()
	problem: str = ""
	size: int = 0
	"""Bytes of HTML, with the frame."""


def sample_of(current: EnrollmentInWork, follow_up: str, now: datetime) -> SampleEmail:
	"""The email as it would go out. Fields of the record without a value stand in it by their names.

	Raises CannotReach, and what is wrong with its sender or template.
	"""
	records = Records([current])
	missing: list[str] = []
	while True:
		occasion = Occasion(current, follow_up, records, PendingRows(), now)
		try:
			planned = plan_email(occasion, occasion.follow_up.content)
		except MergeFieldMissing as error:
			field = error.path.removeprefix(f"{RECORD}.")
			is_known = error.path in missing
			missing += [] if is_known else [error.path]
			if is_known or "." in field or len(missing) > MOST_MISSING:
				return _unfilled(occasion, missing, str(error))
			records.row(current)[field] = f"[{field}]"
		else:
			return SampleEmail(
				planned.address,
				planned.sender.full_address,
				planned.template,
				planned.subject,
				planned.body,
				planned.sender.account,
				planned.sender.reply_to,
				planned.message_id,
				occasion.activity,
				tuple(missing),
				size=weigh(planned.subject, planned.body, planned.sender.account),
			)


def _unfilled(occasion: Occasion, missing: list[str], problem: str) -> SampleEmail:
	"""The template's own text: something in it, beside the record's fields, is not there."""
	template = occasion.follow_up.content.variants[0].template
	doc = frappe.get_cached_doc("Email Template", template)
	subject, body = doc.subject or "", doc.response_ or ""
	return SampleEmail("", "", template, subject, body, missing=tuple(missing), problem=problem)
