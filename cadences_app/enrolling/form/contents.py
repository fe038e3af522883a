"""The channel's part of a follow-up row as the engine's content, and the other way round."""

from typing import Any

from cadences_app.engine.content import (
	Assignee,
	AssigneeKind,
	CallContent,
	Channel,
	Content,
	EmailContent,
	Invite,
	MessageContent,
	OtherContent,
	SenderKind,
	Service,
	TaskContent,
)
from cadences_app.enrolling.form.columns import (
	clock_column,
	clock_of,
	delay_columns,
	delay_of,
	lines_column,
	lines_of,
	number_of,
)
from cadences_app.store.further_channels import further_channels


def content_of(row: Any) -> dict[str, Any]:
	match row.channel:
		case Channel.EMAIL:
			return _email_of(row)
		case Channel.TASK:
			return _task_of(row)
		case Channel.CALL:
			return _call_of(row)
		case Channel.MESSAGE:
			return _message_of(row)
		case _:
			further = further_channels().get(row.channel)  # the definition's reader names an unknown one
			return dict(further.content_of(row)) if further else {}


def content_columns(channel: str, content: Content) -> dict[str, Any]:
	match content:
		case EmailContent():
			return _email_columns(content)
		case TaskContent():
			return _task_columns(content)
		case CallContent():
			return _call_columns(content)
		case MessageContent():
			return _message_columns(content)
		case OtherContent(values=values):
			return dict(further_channels()[channel].columns_of(values))


def _email_of(row: Any) -> dict[str, Any]:
	return {
		"to_field": row.to_field,
		"variants": _variants_of(row),
		"sender": row.sender_kind or None,
		"sender_value": _sender_value_of(row),
		"reply_to": row.reply_to,
		"thread_of": row.thread_of,
		"release": row.release or None,
		"invite": _invite_of(row) if row.invite_starts_field else None,
		"attachments": lines_of(row.attachments),
		"print_format": row.print_format,
	}


def _email_columns(email: EmailContent) -> dict[str, Any]:
	columns = {
		"to_field": email.to_field,
		"sender_kind": email.sender.value,
		"sender_account": email.sender_value if email.sender is SenderKind.ACCOUNT else "",
		"sender_address": email.sender_value if email.sender is SenderKind.FIXED else "",
		"reply_to": email.reply_to,
		"thread_of": email.thread_of,
		"release": email.release.value,
		"attachments": lines_column(email.attachments),
		"print_format": email.print_format,
		**_variant_columns(email),
	}
	return columns | (_invite_columns(email.invite) if email.invite else {})


def _variants_of(row: Any) -> list[dict[str, Any]]:
	"""The template, then the others, one a line: ``Template | weight``; without a weight it is 1."""
	variants = []
	if row.email_template:
		variants.append({"template": row.email_template, "weight": number_of(row.template_weight)})
	for line in lines_of(row.more_templates):
		template, _, weight = line.rpartition("|")
		if template.strip() and weight.strip().isdecimal():
			variants.append({"template": template.strip(), "weight": int(weight)})
		else:
			variants.append({"template": line, "weight": 1})
	return variants


def _variant_columns(email: EmailContent) -> dict[str, Any]:
	if not email.variants:
		return {}
	first, *others = email.variants
	return {
		"email_template": first.template,
		"template_weight": first.weight,
		"more_templates": lines_column(f"{each.template} | {each.weight}" for each in others),
	}


def _sender_value_of(row: Any) -> str | None:
	match row.sender_kind:
		case SenderKind.FIXED:
			return row.sender_address
		case SenderKind.OWNER:
			return None
		case _:
			return row.sender_account


def _invite_of(row: Any) -> dict[str, Any]:
	return {
		"starts_field": row.invite_starts_field,
		"ends_field": row.invite_ends_field,
		"minutes": number_of(row.invite_minutes),
		"summary": row.invite_summary,
		"location": row.invite_location,
		"cancel_on_exit": bool(row.invite_cancels),
	}


def _invite_columns(invite: Invite) -> dict[str, Any]:
	return {
		"invite_starts_field": invite.starts_field,
		"invite_ends_field": invite.ends_field,
		"invite_minutes": invite.minutes,
		"invite_summary": invite.summary,
		"invite_location": invite.location,
		"invite_cancels": int(invite.cancel_on_exit),
	}


def _task_of(row: Any) -> dict[str, Any]:
	return {
		"subject": row.subject,
		"description": row.description,
		"kind": row.task_kind or None,
		"priority": row.priority or None,
		"due": delay_of(row, "due"),
		"assignee": _assignee_of(row),
		"checklist": lines_of(row.checklist),
	}


def _task_columns(task: TaskContent) -> dict[str, Any]:
	return {
		"subject": task.subject,
		"description": task.description,
		"task_kind": task.kind.value,
		"priority": task.priority.value,
		"checklist": lines_column(task.checklist),
		**delay_columns("due", task.due),
		**_assignee_columns(task.assignee),
	}


def _call_of(row: Any) -> dict[str, Any]:
	return {
		"subject": row.subject,
		"purpose": row.purpose,
		"agenda": row.agenda,
		"start": delay_of(row, "call_start"),
		"at": clock_of(row.call_at),
		"minutes": number_of(row.call_minutes),
		"remind_minutes": number_of(row.remind_minutes),
		"grace": delay_of(row, "grace"),
		"assignee": _assignee_of(row),
	}


def _call_columns(call: CallContent) -> dict[str, Any]:
	return {
		"subject": call.subject,
		"purpose": call.purpose,
		"agenda": call.agenda,
		"call_at": clock_column(call.at),
		"call_minutes": call.minutes,
		"remind_minutes": call.remind_minutes,
		**delay_columns("call_start", call.start),
		**delay_columns("grace", call.grace),
		**_assignee_columns(call.assignee),
	}


def _message_of(row: Any) -> dict[str, Any]:
	return {
		"to_field": row.number_field,
		"text": row.message_text,
		"service": row.message_service or None,
		"consent_field": row.consent_field,
		"whatsapp_template": row.whatsapp_template if row.message_service == Service.WHATSAPP else None,
		"release": row.release or None,
	}


def _message_columns(message: MessageContent) -> dict[str, Any]:
	return {
		"number_field": message.to_field,
		"message_text": message.text,
		"message_service": message.service.value,
		"consent_field": message.consent_field,
		"whatsapp_template": message.whatsapp_template,
		"release": message.release.value,
	}


def _assignee_of(row: Any) -> dict[str, Any]:
	match row.assignee_kind:
		case AssigneeKind.USER | AssigneeKind.ROUND_ROBIN:
			return {"kind": row.assignee_kind, "users": lines_of(row.assignee_users)}
		case AssigneeKind.FIELD:
			return {"kind": row.assignee_kind, "field": row.assignee_field}
		case _:
			return {"kind": row.assignee_kind or None}


def _assignee_columns(assignee: Assignee) -> dict[str, Any]:
	return {
		"assignee_kind": assignee.kind.value,
		"assignee_users": lines_column(assignee.users),
		"assignee_field": assignee.field,
	}
