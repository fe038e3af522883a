"""Mails and messages that somebody edited for one person alone, before they go out (S3.9): sent as they stand
here."""

from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns

DOCTYPE = "Cadence Edited Mail"
"""Named like its activity: one at a time."""
_COLUMNS = ["name", "subject", "content", "text", "edited_by"]


def of_enrollments(enrollments: Iterable[str]) -> dict[str, Any]:
	"""What was edited in these enrollments, by activity. One query."""
	return _found("enrollment", enrollments)


def of_activities(activities: Iterable[str]) -> dict[str, Any]:
	"""What was edited of these mails, by activity. One query."""
	return _found("name", activities)


def keep(activity: str, enrollment: str, subject: str, content: str = "", text: str = "") -> None:
	"""Keep this in place of an earlier edit: cleaned `content` of a mail, plain `text` of a message."""
	user = frappe.session.user
	written = {"subject": subject, "content": content, "text": text, "edited_by": user}
	row = {**standard_columns(activity), "activity": activity, "enrollment": enrollment, **written}
	compat.insert_rows(DOCTYPE, [row], ignore_duplicates=True)
	compat.update_rows(DOCTYPE, {activity: written})


def sign(activity: str, content: str) -> None:
	"""The text with another signature under it: it stays the edit of whoever wrote it."""
	compat.update_rows(DOCTYPE, {activity: {"content": content}})


def forget(activity: str) -> None:
	frappe.db.delete(DOCTYPE, {"name": activity})


def _found(column: str, values: Iterable[str]) -> dict[str, Any]:
	wanted = {column: ("in", sorted({*values, ""}))}
	return {row.name: row for row in frappe.get_all(DOCTYPE, wanted, _COLUMNS, limit_page_length=0)}
