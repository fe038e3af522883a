"""The checks of what a follow-up carries to its channel (S3.4 to S3.6, S3.10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.checking.timing_faults import check_delay, check_field
from cadences_app.engine.completeness import assert_never
from cadences_app.engine.content import (
	Assignee,
	AssigneeKind,
	CallContent,
	Channel,
	EmailContent,
	MessageContent,
	OtherContent,
	SenderKind,
	TaskContent,
)
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.reading import Path

LONGEST_TEXT = 4000
"""Characters of a message's template; what comes of it is bound when it is filled."""


def check_content(
	cadence: Cadence,
	follow_up: FollowUp,
	path: Path,
	templates: Collection[str] | None,
	fields: Collection[str] | None,
) -> Iterator[Fault]:
	key = follow_up.key
	match follow_up.content:
		case EmailContent() as email:
			yield from _check_variants(email, key, path, templates)
			yield from _check_addresses(email, key, path, fields)
			yield from _check_thread(cadence, email, key, path)
			yield from _check_invite(email, key, path, fields)
		case TaskContent(subject=subject, due=due, assignee=assignee):
			yield from _check_subject(subject, key, path)
			yield from check_delay(due, (*path, "due"), key)
			yield from _check_assignee(assignee, key, (*path, "assignee"), fields)
		case CallContent(subject=subject, start=start, grace=grace, assignee=assignee) as call:
			for field, number in (("minutes", call.minutes), ("remind_minutes", call.remind_minutes)):
				if number < 0:
					place = (*path, field)
					yield Fault(FaultCode.NUMBER_BELOW_ZERO, key, detail=str(number), path=place)
			yield from _check_subject(subject, key, path)
			yield from check_delay(start, (*path, "start"), key)
			yield from check_delay(grace, (*path, "grace"), key)
			yield from _check_assignee(assignee, key, (*path, "assignee"), fields)
		case MessageContent() as message:
			yield from _check_message(message, key, path, fields)
		case OtherContent():
			return  # only the app that added the channel knows
		case other:
			assert_never(other)


def _check_variants(
	email: EmailContent, key: str, path: Path, templates: Collection[str] | None
) -> Iterator[Fault]:
	if not email.variants:
		yield Fault(FaultCode.TEMPLATE_MISSING, key, path=(*path, "variants"))
		return
	for position, variant in enumerate(email.variants):
		template, place = variant.template, (*path, "variants", position)
		if not template.strip():
			yield Fault(FaultCode.TEMPLATE_MISSING, key, path=(*place, "template"))
		elif templates is not None and template not in templates:
			yield Fault(FaultCode.TEMPLATE_UNKNOWN, key, detail=template, path=(*place, "template"))
		if variant.weight < 0:
			yield Fault(FaultCode.NO_WEIGHT, key, detail=str(variant.weight), path=(*place, "weight"))
	if all(variant.weight == 0 for variant in email.variants):
		yield Fault(FaultCode.NO_WEIGHT, key, detail="0", path=(*path, "variants"))


def _check_addresses(
	email: EmailContent, key: str, path: Path, fields: Collection[str] | None
) -> Iterator[Fault]:
	if not email.to_field.strip():
		yield Fault(FaultCode.RECIPIENT_MISSING, key, path=(*path, "to_field"))
	else:
		yield from check_field(email.to_field, fields, (*path, "to_field"), key)
	# An account left blank is the site's default one; a fixed address has no default.
	if email.sender is SenderKind.FIXED and "@" not in email.sender_value:
		yield Fault(FaultCode.SENDER_MISSING, key, detail=email.sender_value, path=(*path, "sender_value"))


def _check_thread(cadence: Cadence, email: EmailContent, key: str, path: Path) -> Iterator[Fault]:
	if not email.thread_of:
		return
	earlier, place = cadence.by_key.get(email.thread_of), (*path, "thread_of")
	if email.thread_of == key:
		yield Fault(FaultCode.THREAD_OF_ITSELF, key, detail=key, path=place)
	elif earlier is None or earlier.channel is not Channel.EMAIL:
		yield Fault(FaultCode.THREAD_UNKNOWN, key, detail=email.thread_of, path=place)


def _check_invite(
	email: EmailContent, key: str, path: Path, fields: Collection[str] | None
) -> Iterator[Fault]:
	if email.invite is None:
		return
	place = (*path, "invite")
	if not email.invite.starts_field:
		yield Fault(FaultCode.INVITE_WITHOUT_START, key, path=(*place, "starts_field"))
	else:
		yield from check_field(email.invite.starts_field, fields, (*place, "starts_field"), key)
	if email.invite.ends_field:
		yield from check_field(email.invite.ends_field, fields, (*place, "ends_field"), key)
	elif email.invite.minutes < 1:
		detail = str(email.invite.minutes)
		yield Fault(FaultCode.INVITE_TOO_SHORT, key, detail=detail, path=(*place, "minutes"))


def _check_message(
	message: MessageContent, key: str, path: Path, fields: Collection[str] | None
) -> Iterator[Fault]:
	if not message.to_field.strip():
		yield Fault(FaultCode.NUMBER_MISSING, key, path=(*path, "to_field"))
	else:
		yield from check_field(message.to_field, fields, (*path, "to_field"), key)
	if message.consent_field:
		yield from check_field(message.consent_field, fields, (*path, "consent_field"), key)
	if not message.text.strip() and not message.whatsapp_template:
		yield Fault(FaultCode.TEXT_MISSING, key, path=(*path, "text"))
	elif len(message.text) > LONGEST_TEXT:
		yield Fault(FaultCode.TEXT_TOO_LONG, key, detail=str(LONGEST_TEXT), path=(*path, "text"))


def _check_subject(subject: str, key: str, path: Path) -> Iterator[Fault]:
	if not subject.strip():
		yield Fault(FaultCode.SUBJECT_MISSING, key, path=(*path, "subject"))


def _check_assignee(
	assignee: Assignee, key: str, path: Path, fields: Collection[str] | None
) -> Iterator[Fault]:
	match assignee.kind:
		case AssigneeKind.OWNER:
			return
		case AssigneeKind.USER | AssigneeKind.ROUND_ROBIN:
			if not any(user.strip() for user in assignee.users):
				yield Fault(FaultCode.ASSIGNEE_MISSING, key, detail=assignee.kind, path=(*path, "users"))
		case AssigneeKind.FIELD:
			if not assignee.field:
				yield Fault(FaultCode.ASSIGNEE_MISSING, key, detail=assignee.kind, path=(*path, "field"))
			else:
				yield from check_field(assignee.field, fields, (*path, "field"), key)
