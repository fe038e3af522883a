"""What goes along with a mail: files, a print of the record, a calendar invite (S3.4)."""

import mimetypes
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any, Literal

import frappe
from frappe import _
from frappe.utils import get_datetime

from cadences_app.engine.content import EmailContent, Invite
from cadences_app.mail.addresses import clean_header
from cadences_app.mail.composing.invite import build_invite
from cadences_app.mail.composing.outgoing import Attachment
from cadences_app.mail.composing.published_files import PublishedFiles, read_file
from cadences_app.store import clock, compat
from cadences_app.store.rights import acting_as


class EnclosureMissing(frappe.ValidationError):
	"""Something that was to go along with the mail isn't there; the message names it."""


class NotReadyYet(Exception):
	"""Something that goes along with the mail can't be made right now; another attempt may succeed."""


class Enclosures:
	"""Reads each file once for a batch."""

	def __init__(self) -> None:
		self._files = PublishedFiles()

	def publisher(self, version: str) -> str:
		return self._files.publisher(version)

	def attachments(self, content: EmailContent, doctype: str, name: str, version: str) -> list[Attachment]:
		"""The files of this version, then the print, both as whoever published it may read them. Raises
		FileWithheld, EnclosureMissing and NotReadyYet."""
		found = [_attachment(*self._files.read(url, version)) for url in content.attachments]
		if content.print_format:
			found.append(print_of(doctype, name, content.print_format, self._files.publisher(version)))
		return found


@dataclass(frozen=True, slots=True)
class Span:
	"""When a meeting is: two aware times, or two days, the last one included."""

	starts: date
	ends: date

	@property
	def is_whole_days(self) -> bool:
		return not isinstance(self.starts, datetime)


def span_of(invite: Invite, record: Any) -> Span:
	"""When the record says that the meeting is. Raises EnclosureMissing, naming the field, when it has no
	date for it, or ends before it starts."""
	starts = _moment(record, invite.starts_field)
	if invite.ends_field:
		ends = _moment(record, invite.ends_field)
	else:
		ends = starts + timedelta(minutes=invite.minutes) if isinstance(starts, datetime) else starts
	if isinstance(starts, datetime) != isinstance(ends, datetime):
		raise EnclosureMissing(_("The invite needs two dates, or two dates with their times."))
	if ends < starts or (isinstance(starts, datetime) and ends == starts):
		raise EnclosureMissing(_("The invite would end before it starts."))
	return Span(starts, ends)


def invite_of(
	span: Span,
	uid: str,
	people: tuple[str, str],
	texts: tuple[str, str],
	sequence: int = 0,
	method: Literal["REQUEST", "CANCEL"] = "REQUEST",
) -> bytes:
	"""The .ics file, from the first of the people to the second; `texts` are its title and its place. The
	same `uid` with a higher `sequence` is the same meeting, changed."""
	sender, recipient = people
	return build_invite(
		uid=uid,
		starts=span.starts,
		ends=span.ends,
		summary=texts[0],
		description="",
		location=texts[1],
		organizer=parseaddr(sender),
		attendee=("", recipient),
		sequence=sequence,
		now=clock.now(),
		method=method,
	)


def _moment(record: Any, fieldname: str) -> date:
	"""A date field as the day, a date and time field as the wall time in the site's zone, which the invite
	then keeps."""
	value = record.get(fieldname)
	if not value:
		raise EnclosureMissing(_("The invite needs a date in the field {0}.").format(fieldname))
	if isinstance(value, date) and not isinstance(value, datetime):
		return value
	try:
		return get_datetime(value).replace(tzinfo=clock.site_zone())
	except (ArithmeticError, ValueError, TypeError, AttributeError):
		raise EnclosureMissing(_("The invite needs a date in the field {0}.").format(fieldname)) from None


def files_of(content: EmailContent, user: str) -> list[Attachment]:
	"""The files of an email that is not published yet, as this user may read them. Raises FileWithheld."""
	return [_attachment(*read_file(url, user)) for url in content.attachments]


def print_of(doctype: str, name: str, print_format: str, user: str) -> Attachment:
	"""The record as PDF, with the fields that this user may read (S14.1a). What makes it is a program of its
	own, which may be busy, out of memory or cut off from the pictures it loads: that passes; a print format
	that is gone, and a record that the user may not print, do not."""
	if print_format != "Standard" and not frappe.db.exists(
		"Print Format", {"name": print_format, "disabled": 0}
	):
		raise EnclosureMissing(_("The print format {0} does not exist any more.").format(print_format))
	try:
		made = frappe.attach_print(
			doctype, name, print_format=print_format, doc=_as_read_by(user, doctype, name)
		)
	except (frappe.DoesNotExistError, frappe.PermissionError, EnclosureMissing):
		raise
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.clear_messages()
		sentence = _("The print {0} could not be made: {1}").format(
			print_format, f"{type(error).__name__}: {error}"
		)
		raise NotReadyYet(sentence[:900]) from error
	finally:
		frappe.local.flags.ignore_print_permissions = False
	content = made["fcontent"]
	return _attachment(made["fname"], content.encode() if isinstance(content, str) else content)


def _as_read_by(user: str, doctype: str, name: str) -> Any:
	"""The record without what this user may not read of it. Raises EnclosureMissing where they may not print
	it."""
	with acting_as(user):
		doc = frappe.get_doc(doctype, name)
		if not (doc.has_permission("read") and doc.has_permission("print")):
			raise EnclosureMissing(_("{0} may not print {1} {2}.").format(user, _(doctype), name))
		doc.apply_fieldlevel_read_permissions()
	return doc


def _attachment(filename: str, content: bytes) -> Attachment:
	guessed, packed_by = mimetypes.guess_type(filename)
	maintype, _slash, subtype = (guessed or "application/octet-stream").partition("/")
	if packed_by or maintype in ("text", "message", "multipart"):
		maintype, subtype = "application", "octet-stream"
	return Attachment(clean_header(filename), content, maintype, subtype)
