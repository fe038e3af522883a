"""A plain copy of a message that is too broken for Frappe to read.

Frappe fetches up to a hundred messages at a time and marks them as read; one whose headers it can't decode
makes it drop them all. Anybody could silence a mailbox so. The copy has what matters of the message in a form
that every reader understands, without attachments.
"""

import re
from email.message import EmailMessage, Message

from cadences_app.mail.addresses import clean_header
from cadences_app.mail.composing.headers import HEADER_POLICY
from cadences_app.mail.understanding.fields import address_in, addresses_in, header
from cadences_app.mail.understanding.incoming import own_text, parse
from cadences_app.mail.understanding.references import read_references

UNKNOWN_SENDER = "unknown@unknown.invalid"
LONGEST_SUBJECT = 300

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[!-?A-~]{1,253}")


def readable_copy(content: bytes | str) -> bytes:
	"""The copy: sender, recipients, subject, date, thread and text. Never raises."""
	raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
	message = parse(raw)
	copy = EmailMessage(policy=HEADER_POLICY)
	for name, value in _headers(message).items():
		if value:
			copy[name] = value
	copy.set_content(_printable(own_text(message)))
	return copy.as_bytes()


def _headers(message: Message) -> dict[str, str]:
	sender = address_in(header(message, "from"))
	references = read_references(message)
	return {
		"From": sender if _ADDRESS.fullmatch(sender) else UNKNOWN_SENDER,
		"To": _addresses(message, "to"),
		"Cc": _addresses(message, "cc"),
		"Subject": clean_header(_printable(header(message, "subject")))[:LONGEST_SUBJECT],
		"Date": clean_header(header(message, "date").encode("ascii", "ignore").decode()),
		"Message-ID": _ids((header(message, "message-id"),)),
		"In-Reply-To": _ids(references.in_reply_to[:1]),
		"References": _ids(tuple(reversed(references.references[:20]))),
	}


def _addresses(message: Message, name: str) -> str:
	return ", ".join(each for each in addresses_in(header(message, name))[:20] if _ADDRESS.fullmatch(each))


def _ids(values: tuple[str, ...]) -> str:
	return " ".join(each for value in values for each in _MESSAGE_ID.findall(value) if "=?" not in each)


def _printable(text: str) -> str:
	"""Without halves of surrogate pairs, which no encoding takes."""
	return text.encode("utf-8", "replace").decode("utf-8")
