"""What goes along with a mail: files, a print of the record, a calendar invite (S3.4)."""

import mimetypes
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime

from cadences_app.engine.content import EmailContent, Invite
from cadences_app.mail.addresses import clean_header
from cadences_app.mail.composing.build import Attachment
from cadences_app.mail.composing.invite import build_invite
from cadences_app.store import clock, compat


class EnclosureMissing(frappe.ValidationError):
	"""Something that was to go along with the mail isn't there; the message names it."""


class NotReadyYet(Exception):
	"""Something that goes along with the mail can't be made right now; another attempt may succeed."""


class Enclosures:
	"""Reads each file once for a batch."""

	def __init__(self) -> None:
		self._files: dict[str, Attachment] = {}

	def attachments(self, content: EmailContent, doctype: str, name: str) -> list[Attachment]:
		"""The files, then the print. Raises EnclosureMissing and NotReadyYet."""
		found = [self._file(url) for url in content.attachments]
		if content.print_format:
			found.append(_print(doctype, name, content.print_format))
		return found

	def _file(self, url: str) -> Attachment:
		if url not in self._files:
			name = frappe.db.get_value("File", {"file_url": url})
			if not name:
				raise EnclosureMissing(_("The file {0} does not exist any more.").format(url))
			file = frappe.get_doc("File", name)
			content = file.get_content()
			self._files[url] = _attachment(
				file.file_name or url, content.encode() if isinstance(content, str) else content
			)
		return self._files[url]


def expect_invite(invite: Invite, record: Any) -> None:
	"""Raises EnclosureMissing, naming the field, when the record has no date for the invite."""
	_span(invite, record)


def invite_of(invite: Invite, record: Any, uid: str, people: tuple[str, str], subject: str) -> bytes:
	"""The .ics file, from the first of the people to the second. The same `uid` means the same meeting."""
	starts, ends = _span(invite, record)
	sender, recipient = people
	return build_invite(
		uid=uid,
		starts=starts,
		ends=ends,
		summary=invite.summary or subject,
		description="",
		location=invite.location,
		organizer=parseaddr(sender),
		attendee=("", recipient),
		sequence=0,
		now=clock.now(),
	)


def _span(invite: Invite, record: Any) -> tuple[datetime, datetime]:
	starts = _moment(record, invite.starts_field)
	if invite.ends_field:
		return starts, _moment(record, invite.ends_field)
	return starts, starts + timedelta(minutes=invite.minutes)


def _moment(record: Any, fieldname: str) -> datetime:
	"""A date and time field as the wall time in the site's zone, which the invite then keeps."""
	value = record.get(fieldname)
	if not value or (isinstance(value, date) and not isinstance(value, datetime)):
		raise EnclosureMissing(_("The invite needs a date and time in the field {0}.").format(fieldname))
	return get_datetime(value).replace(tzinfo=clock.site_zone())


def _print(doctype: str, name: str, print_format: str) -> Attachment:
	"""The record as PDF. What makes it is a program of its own, which may be busy, out of memory or cut off
	from the pictures it loads: that passes, a print format that is gone does not."""
	if print_format != "Standard" and not frappe.db.exists(
		"Print Format", {"name": print_format, "disabled": 0}
	):
		raise EnclosureMissing(_("The print format {0} does not exist any more.").format(print_format))
	try:
		made = frappe.attach_print(doctype, name, print_format=print_format)
	except (frappe.DoesNotExistError, frappe.PermissionError):
		raise
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.clear_messages()
		sentence = _("The print {0} could not be made: {1}").format(
			print_format, f"{type(error).__name__}: {error}"
		)
		raise NotReadyYet(sentence[:900]) from error
	content = made["fcontent"]
	return _attachment(made["fname"], content.encode() if isinstance(content, str) else content)


def _attachment(filename: str, content: bytes) -> Attachment:
	guessed, _encoding = mimetypes.guess_type(filename)
	maintype, _slash, subtype = (guessed or "application/octet-stream").partition("/")
	if maintype in ("text", "message", "multipart"):
		maintype, subtype = "application", "octet-stream"
	return Attachment(clean_header(filename), content, maintype, subtype)
