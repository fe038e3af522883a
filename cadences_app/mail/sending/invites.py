"""Meetings that mails have invited to, and telling people when the meeting is moved or off (S3.3c).

The invite's UID is its mail's Message-ID for good; each change has a higher SEQUENCE (RFC 5546). What is sent
about a change goes through Frappe's queue: it belongs to no follow-up, and a calendar takes it once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_date, format_datetime, get_datetime, now_datetime

from cadences_app.engine.content import Invite
from cadences_app.engine.statuses import Delivery, EnrollmentStatus, InviteStatus
from cadences_app.mail.composing.build import build
from cadences_app.mail.composing.enclosures import Span, invite_of
from cadences_app.mail.composing.layout import MailLayout
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.recipients import read_rows
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.mail.sending import outbox, reports
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.suppression import Addressee, find_blocks
from cadences_app.store import clock, compat, definitions
from cadences_app.store.inbox import standard_columns
from cadences_app.store.languages import language_of, speaking_to_person

DOCTYPE = "Cadence Invite"
AT_ONCE = 200
TRY_AGAIN = timedelta(hours=1)
"""How long an invite is left alone that could not be looked after."""
_SENT = InviteStatus.SENT.value
_STANDING = (InviteStatus.PLANNED.value, _SENT)
_NEVER_SENT = (Delivery.FAILED, Delivery.BOUNCED, Delivery.CANCELLED, Delivery.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class Change:
	"""What a record says now of a meeting that was announced otherwise; without `span` it is off."""

	activity: str
	span: Span | None


def note(mail: Mail, span: Span, invite: Invite) -> None:
	"""Keep what the invite says that is about to go out. Doing it again corrects it."""
	said = {
		"cancels": int(invite.cancel_on_exit),
		"reference_doctype": mail.reference_doctype,
		"starts_field": invite.starts_field,
		"ends_field": invite.ends_field,
		**_columns(span),
	}
	row = {
		**standard_columns(mail.name),
		"activity": mail.name,
		"status": InviteStatus.PLANNED.value,
		"sequence": 0,
		**said,
	}
	compat.insert_rows(DOCTYPE, [row], ignore_duplicates=True)
	compat.update_rows(DOCTYPE, {mail.name: said})


def standing() -> str:
	"""A SELECT of one invite that stands."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.name)
	return str(query.where(table.status.isin(list(_STANDING))).limit(1).get_sql())


def has_work() -> bool:
	return bool(frappe.db.exists(DOCTYPE, {"status": ("in", _STANDING)}))


def settle() -> list[str]:
	"""Invites whose mail has gone out are Sent, those whose mail never will are forgotten, and those whose
	day has passed are over. Returns the activities of the first, at most 200."""
	today = get_datetime(now_datetime().date())
	table, activity = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Cadence Activity")
	frappe.qb.update(table).set(table.status, InviteStatus.OVER.value).where(
		(table.status == _SENT) & (table.ends_on < today)
	).run()
	query = frappe.qb.from_(table).inner_join(activity).on(activity.name == table.name)
	rows = (
		query.select(table.name, activity.delivery)
		.where(table.status == InviteStatus.PLANNED.value)
		.where(activity.delivery.isin([Delivery.SENT.value, *(each.value for each in _NEVER_SENT)]))
		.limit(AT_ONCE)
		.run()
	)
	never = [name for name, delivery in rows if delivery in _NEVER_SENT]
	frappe.db.delete(DOCTYPE, {"name": ("in", never or [""])})
	return [name for name, delivery in rows if delivery == Delivery.SENT]


def stand(activity: str) -> None:
	"""From now on the meeting is followed."""
	compat.update_rows(DOCTYPE, {activity: {"status": _SENT}})


def leave(activity: str) -> None:
	"""What was to be done about this invite failed: it waits for a while, and takes nobody's place."""
	compat.update_rows(DOCTYPE, {activity: {"look_again_at": now_datetime() + TRY_AGAIN}})


def find_changes() -> list[Change]:
	"""Meetings that the records have moved since, and those that are off: the date is gone or the person has
	left the cadence, where the follow-up says so. At most 200."""
	gone = {name: Change(name, None) for name in _left()}
	moved = {each.activity: each for each in _moved() if each.activity not in gone}
	return [*gone.values(), *moved.values()][:AT_ONCE]


def apply(change: Change) -> frappe._dict | None:
	"""Tell the person, and keep what they were told, in this transaction. Returns the invite as it stands
	then, None if it needed no change any more."""
	row = frappe.db.get_value(DOCTYPE, change.activity, "*", as_dict=True, for_update=True)
	if row is None or row.status != _SENT:
		return None
	mail = outbox.lock(change.activity, Delivery.SENT)
	if mail is None:  # it came back: nobody was invited
		compat.update_rows(DOCTYPE, {row.name: {"status": InviteStatus.OVER.value}})
		return None
	span = change.span or _span(row)
	columns: dict[str, Any] = {"sequence": row.sequence + 1}
	columns |= _columns(span) if change.span else {"status": InviteStatus.CANCELLED.value}
	if all(row[name] == value for name, value in columns.items() if name != "sequence"):
		return None
	compat.update_rows(DOCTYPE, {row.name: columns})
	row.update(columns)
	record = read_rows(mail.reference_doctype, {mail.reference_name}).get(mail.reference_name)
	if record and _may_write_to(mail, record):
		with speaking_to_person(record):
			_tell(mail, row, span, language_of(record))
	return row


def _columns(span: Span) -> dict[str, Any]:
	starts, ends = (_naive(each) for each in (span.starts, span.ends))
	return {"starts_on": starts, "ends_on": ends, "all_day": int(span.is_whole_days)}


def _naive(moment: date) -> datetime:
	if isinstance(moment, datetime):
		return moment.replace(tzinfo=None)
	return datetime.combine(moment, time.min)


def _span(row: Any) -> Span:
	"""What the row says, as the invite says it."""
	if row.all_day:
		return Span(row.starts_on.date(), row.ends_on.date())
	zone = clock.site_zone()
	return Span(row.starts_on.replace(tzinfo=zone), row.ends_on.replace(tzinfo=zone))


def _left() -> list[str]:
	table, activity = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Cadence Activity")
	enrollment = frappe.qb.DocType("Cadence Enrollment")
	query = (
		frappe.qb.from_(table)
		.inner_join(activity)
		.on(activity.name == table.name)
		.inner_join(enrollment)
		.on((enrollment.name == activity.enrollment) & (enrollment.run == activity.run))
		.select(table.name)
		.where((table.status == _SENT) & (table.cancels == 1) & (table.starts_on > now_datetime()))
		.where(_is_looked_at(table))
		.where(enrollment.status == EnrollmentStatus.STOPPED.value)
		.limit(AT_ONCE)
	)
	return query.run(pluck=True)


def _is_looked_at(table: Any) -> Any:
	return table.look_again_at.isnull() | (table.look_again_at <= now_datetime())


def _moved() -> Iterator[Change]:
	table = frappe.qb.DocType(DOCTYPE)
	groups = frappe.qb.from_(table).select(table.reference_doctype, table.starts_field, table.ends_field)
	for doctype, starts, ends in groups.where(table.status == _SENT).distinct().run():
		is_there = frappe.db.table_exists(doctype)  # an app that was uninstalled takes its own along
		if is_there and all(frappe.db.has_column(doctype, each) for each in (starts, ends) if each):
			yield from _moved_of(doctype, starts, ends)


def _moved_of(doctype: str, starts: str, ends: str) -> Iterator[Change]:
	table, activity = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Cadence Activity")
	record = frappe.qb.DocType(doctype)
	differs = record[starts] != table.starts_on
	if ends:
		lasts = (record[ends] > record[starts]) | ((table.all_day == 1) & (record[ends] == record[starts]))
		differs = (differs | (record[ends] != table.ends_on)) & lasts
	differs |= record[starts].isnull() & (table.cancels == 1)
	query = (
		frappe.qb.from_(table)
		.inner_join(activity)
		.on(activity.name == table.name)
		.inner_join(record)
		.on(compat.comparable_name(doctype, record.name) == activity.reference_name)
		.select(table.name, table.starts_on, table.ends_on, table.all_day)
		.select(record[starts].as_("new_starts"), record[ends or starts].as_("new_ends"))
		.where((table.status == _SENT) & (table.reference_doctype == doctype) & _is_looked_at(table))
		.where((table.starts_field == starts) & (table.ends_field == ends) & differs)
		.limit(AT_ONCE)
	)
	for row in query.run(as_dict=True):
		span = _new_span(row, bool(ends))
		if span is not None or row.new_starts is None:
			yield Change(row.name, span)


def _new_span(row: Any, has_end: bool) -> Span | None:
	"""What the record says now; None if it has no date, or none that a meeting can have."""
	if row.new_starts is None or row.new_ends is None:
		return None
	starts = get_datetime(row.new_starts)
	ends = get_datetime(row.new_ends) if has_end else starts + (row.ends_on - row.starts_on)
	is_possible = ends >= starts if row.all_day else ends > starts
	return _span(frappe._dict(starts_on=starts, ends_on=ends, all_day=row.all_day)) if is_possible else None


def _may_write_to(mail: Mail, record: Mapping[str, Any]) -> bool:
	addressee = Addressee(mail.recipient, mail.reference_doctype, mail.reference_name, mail.cadence)
	rows = {mail.reference_doctype: {mail.reference_name: record}}
	return not find_blocks({addressee}, rows) and bool(mail.email_account)


def _tell(mail: Mail, row: Any, span: Span, language: str) -> None:
	is_off = row.status == InviteStatus.CANCELLED
	subject, invite = _subject(mail), _invite(mail)
	texts = (invite.summary or subject, invite.location) if invite else (subject, "")
	people, method = (mail.sender, mail.recipient), "CANCEL" if is_off else "REQUEST"
	outgoing = OutgoingMail(
		activity=mail.name,
		message_id=f"invite{row.sequence}.{mail.message_id}",
		sender=mail.sender,
		recipient=mail.recipient,
		subject=(_("Called off: {0}") if is_off else _("New time: {0}")).format(subject),
		content=_sentence(texts[0], span, is_off=is_off),
		reply_to=mail.reply_to or "",
		thread=(mail.message_id,),
		invite=invite_of(span, mail.message_id, people, texts, row.sequence, method),
		invite_method=method,
		language=language,
		track_opens=False,
		track_clicks=False,
	)
	account = frappe.get_cached_doc("Email Account", mail.email_account)
	built = build(outgoing, MailLayout(account), SignedUrls(), clock.now())
	reports.queue_in_frappe(replace(mail, message_id=outgoing.message_id), built.message)


def _subject(mail: Mail) -> str:
	found = frappe.db.get_value("Communication", mail.communication, "subject") if mail.communication else ""
	return found or frappe.db.get_value("Cadence Activity", mail.name, "subject") or ""


def _invite(mail: Mail) -> Invite | None:
	version = frappe.db.get_value("Cadence Enrollment", mail.enrollment, "cadence_version")
	follow_up = definitions.load(version).by_key.get(mail.follow_up) if version else None
	return getattr(follow_up.content, "invite", None) if follow_up else None


def _sentence(title: str, span: Span, *, is_off: bool) -> str:
	when = format_date(span.starts) if span.is_whole_days else format_datetime(_naive(span.starts))
	text = _("{0} on {1} does not take place.") if is_off else _("{0} is now on {1}.")
	return f"<p>{text.format(f'<b>{escape_html(title)}</b>', escape_html(when))}</p>"
