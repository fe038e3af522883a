"""What a follow-up carries to its channel: an email, a task, a call or a message (S3.4 to S3.6, S3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.reading import Fields, without_defaults
from cadences_app.engine.stored_enum import StoredEnum

AT_ONCE = Delay(0, Unit.MINUTES)
AN_HOUR = Delay(1, Unit.HOURS)


class Channel(StoredEnum):
	"""Emails, tasks, calls and messages; other apps can add further ones (`engine/channels.py`)."""

	EMAIL = "Email"
	TASK = "Task"
	CALL = "Call"
	MESSAGE = "Message"

	@classmethod
	def _missing_(cls, value: object) -> Channel | None:
		return ADDED.get(value) if isinstance(value, str) else None

	@classmethod
	def made(cls, name: str) -> Channel:
		"""A channel that is none of the members above, but is used like one."""
		channel = str.__new__(cls, name)
		channel._name_ = name
		channel._value_ = name
		return channel


ADDED: dict[str, Channel] = {}
"""The channels of other apps, by name."""


class Service(StoredEnum):
	"""By what a message goes out (S3.10)."""

	SMS = "SMS"
	WHATSAPP = "WhatsApp"


class SenderKind(StoredEnum):
	ACCOUNT = "Email Account"
	OWNER = "Record Owner"
	FIXED = "Fixed Address"


class Release(StoredEnum):
	"""Whether an email or a message goes out by itself (S3.9)."""

	BY_ITSELF = "Automatically"
	REVIEW = "After Review"
	APPROVAL = "After Approval"


class AssigneeKind(StoredEnum):
	OWNER = "Record Owner"
	USER = "User"
	ROUND_ROBIN = "Round Robin"
	FIELD = "User Field"


class Priority(StoredEnum):
	LOW = "Low"
	MEDIUM = "Medium"
	HIGH = "High"


class TaskKind(StoredEnum):
	TO_DO = "To Do"
	LINKEDIN = "LinkedIn"
	SOCIAL = "Social"
	SMS = "SMS"
	WHATSAPP = "WhatsApp"
	VISIT = "Visit"
	LETTER = "Letter"
	OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Variant:
	"""One of the templates an email may use; a person always gets the same one (A/B test)."""

	template: str
	weight: int = 1


@dataclass(frozen=True, slots=True)
class Invite:
	"""A calendar invite built from date fields of the record; without an end it lasts `minutes`, or the day.

	`cancel_on_exit`: who leaves the cadence before the date is told that the meeting is off.
	"""

	starts_field: str
	ends_field: str = ""
	minutes: int = 30
	summary: str = ""
	location: str = ""
	cancel_on_exit: bool = False


@dataclass(frozen=True, slots=True)
class Assignee:
	"""Who gets a task or call: `users` for User and Round Robin, `field` for User Field."""

	kind: AssigneeKind = AssigneeKind.OWNER
	users: tuple[str, ...] = ()
	field: str = ""

	def takers(self, owner: str) -> tuple[str, ...]:
		"""Among whom the tasks of an owner's records are shared out, as far as no record is looked at."""
		if self.kind in (AssigneeKind.USER, AssigneeKind.ROUND_ROBIN) and self.users:
			return self.users
		return (owner,)


@dataclass(frozen=True, slots=True)
class EmailContent:
	"""S3.4. `to_field` is a field of the record or, dotted, of a linked record (``contact.email_id``)."""

	to_field: str = ""
	variants: tuple[Variant, ...] = ()
	sender: SenderKind = SenderKind.ACCOUNT
	sender_value: str = ""
	reply_to: str = ""
	thread_of: str = ""
	release: Release = Release.BY_ITSELF
	invite: Invite | None = None
	attachments: tuple[str, ...] = ()
	print_format: str = ""


@dataclass(frozen=True, slots=True)
class TaskContent:
	"""S3.5. Subject and description are templates; `due` counts from the day the task is made."""

	subject: str = ""
	description: str = ""
	kind: TaskKind = TaskKind.TO_DO
	priority: Priority = Priority.MEDIUM
	due: Delay = AT_ONCE
	assignee: Assignee = Assignee()
	checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallContent:
	"""S3.6. The call starts `start` after the follow-up is due, at `at`; open after `grace` it is Overdue."""

	subject: str = ""
	purpose: str = ""
	agenda: str = ""
	start: Delay = AT_ONCE
	at: time | None = None
	minutes: int = 15
	remind_minutes: int = 15
	grace: Delay = AN_HOUR
	assignee: Assignee = Assignee()


@dataclass(frozen=True, slots=True)
class MessageContent:
	"""S3.10. `to_field` holds the number, `consent_field` what has to be ticked: fields of the record or,
	dotted, of a linked one. `text` is a template; WhatsApp takes the approved `whatsapp_template` instead
	where one is named."""

	to_field: str = ""
	text: str = ""
	service: Service = Service.SMS
	consent_field: str = ""
	whatsapp_template: str = ""
	release: Release = Release.BY_ITSELF


@dataclass(frozen=True, slots=True)
class OtherContent:
	"""What a follow-up in another app's channel carries: plain JSON values that only that app reads."""

	values: Mapping[str, Any] = field(default_factory=dict)


Content = EmailContent | TaskContent | CallContent | MessageContent | OtherContent


def content_to_dict(content: Content) -> dict[str, Any]:
	match content:
		case EmailContent():
			return without_defaults(
				{
					"to_field": content.to_field,
					"variants": [{"template": v.template, "weight": v.weight} for v in content.variants],
					"sender": content.sender.value,
					"sender_value": content.sender_value,
					"reply_to": content.reply_to,
					"thread_of": content.thread_of,
					"release": content.release.value,
					"invite": _invite_to_dict(content.invite),
					"attachments": list(content.attachments),
					"print_format": content.print_format,
				}
			)
		case TaskContent():
			return without_defaults(
				{
					"subject": content.subject,
					"description": content.description,
					"kind": content.kind.value,
					"priority": content.priority.value,
					"due": content.due.to_dict(),
					"assignee": _assignee_to_dict(content.assignee),
					"checklist": list(content.checklist),
				}
			)
		case CallContent():
			return without_defaults(
				{
					"subject": content.subject,
					"purpose": content.purpose,
					"agenda": content.agenda,
					"start": content.start.to_dict(),
					"at": content.at and content.at.isoformat(),
					"minutes": content.minutes,
					"remind_minutes": content.remind_minutes,
					"grace": content.grace.to_dict(),
					"assignee": _assignee_to_dict(content.assignee),
				}
			)
		case MessageContent():
			return without_defaults(
				{
					"to_field": content.to_field,
					"text": content.text,
					"service": content.service.value,
					"consent_field": content.consent_field,
					"whatsapp_template": content.whatsapp_template,
					"release": content.release.value,
				}
			)
		case OtherContent(values=values):
			return dict(values)


def read_content(channel: Channel, fields: Fields) -> Content:
	if channel.value in ADDED:
		return OtherContent(fields.everything())
	match channel:
		case Channel.EMAIL:
			return _read_email(fields)
		case Channel.TASK:
			return _read_task(fields)
		case Channel.CALL:
			return _read_call(fields)
		case Channel.MESSAGE:
			return _read_message(fields)


def empty_content(channel: Channel) -> Content:
	return read_content(channel, Fields({}))


def _read_email(fields: Fields) -> EmailContent:
	return EmailContent(
		to_field=fields.text("to_field"),
		variants=fields.nested_each("variants", _read_variant),
		sender=fields.choice("sender", SenderKind, SenderKind.ACCOUNT),
		sender_value=fields.text("sender_value"),
		reply_to=fields.text("reply_to"),
		thread_of=fields.text("thread_of"),
		release=fields.choice("release", Release, Release.BY_ITSELF),
		invite=fields.nested("invite", _read_invite),
		attachments=fields.texts("attachments"),
		print_format=fields.text("print_format"),
	)


def _read_task(fields: Fields) -> TaskContent:
	return TaskContent(
		subject=fields.text("subject"),
		description=fields.text("description"),
		kind=fields.choice("kind", TaskKind, TaskKind.TO_DO),
		priority=fields.choice("priority", Priority, Priority.MEDIUM),
		due=fields.read("due", Delay.from_dict) or AT_ONCE,
		assignee=fields.nested("assignee", _read_assignee) or Assignee(),
		checklist=fields.texts("checklist"),
	)


def _read_call(fields: Fields) -> CallContent:
	return CallContent(
		subject=fields.text("subject"),
		purpose=fields.text("purpose"),
		agenda=fields.text("agenda"),
		start=fields.read("start", Delay.from_dict) or AT_ONCE,
		at=fields.clock("at"),
		minutes=fields.integer("minutes", 15),
		remind_minutes=fields.integer("remind_minutes", 15),
		grace=fields.read("grace", Delay.from_dict) or AN_HOUR,
		assignee=fields.nested("assignee", _read_assignee) or Assignee(),
	)


def _read_message(fields: Fields) -> MessageContent:
	return MessageContent(
		to_field=fields.text("to_field"),
		text=fields.text("text"),
		service=fields.choice("service", Service, Service.SMS),
		consent_field=fields.text("consent_field"),
		whatsapp_template=fields.text("whatsapp_template"),
		release=fields.choice("release", Release, Release.BY_ITSELF),
	)


def _read_variant(fields: Fields) -> Variant:
	return Variant(fields.text("template", required=True), fields.integer("weight", 1))


def _read_invite(fields: Fields) -> Invite:
	return Invite(
		starts_field=fields.text("starts_field", required=True),
		ends_field=fields.text("ends_field"),
		minutes=fields.integer("minutes", 30),
		summary=fields.text("summary"),
		location=fields.text("location"),
		cancel_on_exit=fields.flag("cancel_on_exit"),
	)


def _read_assignee(fields: Fields) -> Assignee:
	return Assignee(
		kind=fields.choice("kind", AssigneeKind, AssigneeKind.OWNER),
		users=fields.texts("users"),
		field=fields.text("field"),
	)


def _invite_to_dict(invite: Invite | None) -> dict[str, Any] | None:
	if invite is None:
		return None
	return without_defaults(
		{
			"starts_field": invite.starts_field,
			"ends_field": invite.ends_field,
			"minutes": invite.minutes,
			"summary": invite.summary,
			"location": invite.location,
			"cancel_on_exit": invite.cancel_on_exit,
		}
	)


def _assignee_to_dict(assignee: Assignee) -> dict[str, Any]:
	return without_defaults(
		{"kind": assignee.kind.value, "users": list(assignee.users), "field": assignee.field}
	)
