"""What a mail is made of, before it is built."""

from collections.abc import Sequence
from dataclasses import dataclass

from cadences_app.mail.composing.pictures import Find, find_none


@dataclass(frozen=True, slots=True)
class Attachment:
	filename: str
	content: bytes
	maintype: str = "application"
	subtype: str = "octet-stream"


@dataclass(frozen=True, slots=True)
class OutgoingMail:
	"""What one mail is made of. `sender` may carry a name; `reply_to` are one or several,
	with or without names; `thread` are the Message-IDs of
	the earlier mails of its thread, the oldest first; `invite` is an .ics file (RFC 5545)."""

	activity: str
	message_id: str
	sender: str
	recipient: str
	subject: str
	content: str
	reply_to: str = ""
	thread: Sequence[str] = ()
	attachments: Sequence[Attachment] = ()
	invite: bytes | None = None
	invite_method: str = "REQUEST"
	track_opens: bool = True
	track_clicks: bool = True
	find_picture: Find = find_none
	language: str = ""
	"""The recipient's; blank for the site's."""
