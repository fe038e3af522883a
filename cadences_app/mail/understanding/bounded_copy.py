"""A message as flufl.bounce may read it: bounded, and without the mail that it returns."""

from __future__ import annotations

from email.message import Message

from cadences_app.mail.understanding.fields import content_type, headers
from cadences_app.mail.understanding.incoming import RETURNED_TYPES, Incoming, is_split, own_parts, text_of

MAX_FLUFL_TEXT = 32 * 1024

_FLUFL_HEADERS = ("to", "subject", "x-failed-recipients", "x-mailer", "x-uidl")


def bounded_copy(mail: Incoming) -> Message:
	"""The message as flufl.bounce may read it: headers plain, lines and parts cut, returned mail left out.

	Its patterns take time in the square of a line's length and see no difference between the report and the
	mail that it returns.
	"""
	message = mail.message
	copy = _copy_headers(message, _FLUFL_HEADERS)
	# One of its detectors fails, and fills the log, where From holds no address.
	copy["From"] = mail.sender.encode("ascii", "replace").decode("ascii") or "nobody@invalid"
	parts = [part for part in own_parts(message) if content_type(part) not in RETURNED_TYPES]
	if not is_split(message):
		copy.set_payload(text_of(message)[:MAX_FLUFL_TEXT])
		return copy
	copy["Content-Type"] = "multipart/mixed"
	for part in parts:
		if content_type(part).startswith("text/"):
			leaf = _copy_headers(part, ("content-description",))
			leaf["Content-Type"] = content_type(part)
			leaf.set_payload(text_of(part)[:MAX_FLUFL_TEXT])
			copy.attach(leaf)
	return copy


def _copy_headers(message: Message, names: tuple[str, ...]) -> Message:
	copy = Message()
	for name in names:
		for value in headers(message, name)[:3]:
			copy[name] = value.encode("ascii", "replace").decode("ascii")
	return copy
