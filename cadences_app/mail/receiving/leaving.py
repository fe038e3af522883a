"""Mails by which a mail client unsubscribes its reader: the mailto of List-Unsubscribe (RFC 2369)."""

import re
from typing import Any

import frappe

from cadences_app.mail.composing.headers import UNSUBSCRIBE_SUBJECT
from cadences_app.mail.tracking import unsubscribe
from cadences_app.mail.tracking.keyring import keyring
from cadences_app.mail.tracking.tokens import LONGEST_TOKEN, Purpose, read
from cadences_app.mail.understanding.incoming import header, parse

SOURCE = "List-Unsubscribe"
_TAGS = r"(?:\s{0,20}(?:\[[^\[\]]{1,40}\]|\*{1,5}[^*]{1,40}\*{1,5}))"
"""What mail servers put before the subjects of mails from outside: [EXTERNAL], ***SPAM***."""
_SUBJECT = re.compile(
	rf"{_TAGS}{{0,3}}\s{{0,20}}{UNSUBSCRIBE_SUBJECT}\s{{1,20}}([\w-]{{1,{LONGEST_TOKEN}}})\s{{0,20}}",
	re.I | re.A,
)


def heed(mail: Any) -> bool:
	"""Whether the message asks to be left in peace by the address that a mail of ours gave; then it is
	done, and the message filed with the record."""
	raw = mail.raw_message
	activity = activity_in(header(parse(raw) if isinstance(raw, bytes) else mail.mail, "subject"))
	if not activity:
		return False
	unsubscribe.leave_everything(activity, SOURCE)
	about = frappe.db.get_value("Cadence Activity", activity, ["reference_doctype", "reference_name"])
	if about and not mail.reference_document():
		mail._reference_document = mail.get_doc(*about, ignore_error=True)
	return True


def heed_subject(subject: str) -> bool:
	"""The same for a message of which the subject is all that is left."""
	activity = activity_in(subject)
	if activity:
		unsubscribe.leave_everything(activity, SOURCE)
	return bool(activity)


def activity_in(subject: str) -> str:
	"""The activity whose mail the subject names by a token of ours; blank for every other subject."""
	found = _SUBJECT.fullmatch(subject)
	claim = read(keyring(), Purpose.UNSUBSCRIBE, found[1]) if found else None
	return claim.activity if claim else ""
