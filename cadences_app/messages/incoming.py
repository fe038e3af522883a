"""What a gateway tells of messages: how far one is, and what somebody answered (S3.10, S4.1).

The names by which gateways tell it differ; those of the large ones are known here, and so is what Meta sends
of WhatsApp. An answer counts for the latest message to that number in each live enrollment, or where none
lives for the latest of all; STOP puts the number on the list and is *Unsubscribed*. What is told again counts
once.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import escape_html, now_datetime

from cadences_app.engine.content import Channel, Service
from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import GONE
from cadences_app.mail import communications
from cadences_app.mail.understanding.wishes import says_start, says_stop
from cadences_app.messages import suppression
from cadences_app.messages.numbers import read_caller
from cadences_app.store import clock, compat, inbox, seen
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import REACHED_STATUSES

MOST_BYTES = 65_536
LONGEST_TEXT = 5000
LONGEST_ID = 140
MOST_ENROLLMENTS = 50
MOST_AT_ONCE = 100
"""Of what a call tells at once, so much is looked at."""
ANSWERED_WITHIN = timedelta(days=90)
"""An answer to a message that is older than this is none of it."""

_GONE = sorted(each.value for each in GONE)
_FROM = ("from", "sender", "msisdn", "mobile", "source", "originator", "from_number", "fromnumber")
_TEXT = ("text", "body", "message", "content", "msg")
_ID = ("message_id", "messageid", "message-id", "messagesid", "smssid", "sid", "id", "msgid", "wamid")
_STATUS = ("status", "messagestatus", "message_status", "smsstatus", "dlr", "delivery_status")
_SEVERAL = ("results", "messages", "reports")
_NAMES_IN_STATUS = ("groupName", "name", "status")
_DELIVERED = frozenset({"delivered", "delivrd", "received by recipient", "read", "success"})
_FAILED = frozenset(
	{"failed", "undelivered", "undeliv", "rejected", "rejectd", "expired", "undeliverable", "blocked"}
)


@dataclass(frozen=True, slots=True)
class Said:
	"""An answer: who, what, and the gateway's id of it, which keeps it from counting twice."""

	number: str
	text: str
	id: str = ""
	service: Service = Service.SMS


@dataclass(frozen=True, slots=True)
class Told:
	"""A report on a message of ours."""

	id: str
	outcome: Outcome


def read(values: Mapping[str, Any]) -> Said | Told | None:
	"""What a gateway's parameters say; None for what concerns nobody here."""
	named = {str(key).lower(): _word(value) for key, value in values.items()}
	id = _first(named, _ID)[:LONGEST_ID]
	status = _first(named, _STATUS).casefold()
	outcome = outcome_of(status)
	if status and status not in ("received", "inbound"):
		return Told(id, outcome) if outcome and id else None
	try:
		number = read_caller(_first(named, _FROM))
	except ValueError:
		return None
	text = _first(named, _TEXT)[:LONGEST_TEXT]
	service = Service.WHATSAPP if named.get("service") == Service.WHATSAPP else Service.SMS
	return Said(number, text, id, service) if text else None


def _word(value: Any) -> str:
	"""Plain text of a value; of a status as an object, its name."""
	if isinstance(value, dict):
		value = next((value[key] for key in _NAMES_IN_STATUS if isinstance(value.get(key), str)), "")
	return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def read_all(body: Any) -> list[Said | Told]:
	"""What a call says, which may tell several things at once: as a list, as `results` or `messages`, or as
	Meta tells of WhatsApp."""
	found: list[Said | Told] = []
	for values in _each(body):
		if len(found) == MOST_AT_ONCE:
			break
		told = read(values)
		if told is not None:
			found.append(told)
	return found


def _each(body: Any) -> Iterator[Mapping[str, Any]]:
	if isinstance(body, list):
		for each in body[:MOST_AT_ONCE]:
			yield from _each(each) if isinstance(each, dict) else ()
	elif isinstance(body, dict):
		several = next((body[key] for key in _SEVERAL if isinstance(body.get(key), list)), None)
		if isinstance(body.get("entry"), list):
			yield from _of_meta(body["entry"])
		elif several is not None:
			yield from _each(several)
		else:
			yield body


def _of_meta(entries: list[Any]) -> Iterator[Mapping[str, Any]]:
	"""What https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components describes."""
	for entry in entries[:MOST_AT_ONCE]:
		for change in _list(entry, "changes"):
			value = change.get("value") if isinstance(change.get("value"), dict) else {}
			for each in _list(value, "statuses"):
				yield {"id": each.get("id"), "status": each.get("status")}
			for each in _list(value, "messages"):
				if each.get("type") != "reaction":  # which is no answer (S4.1c)
					yield {
						"id": each.get("id"),
						"from": each.get("from"),
						"text": _words_of(each),
						"service": Service.WHATSAPP.value,
					}


def _words_of(message: Mapping[str, Any]) -> str:
	kind = str(message.get("type") or "")
	said = message.get(kind) if isinstance(message.get(kind), dict) else {}
	inner = next((each for each in said.values() if isinstance(each, dict)), {})
	words = said.get("body") or said.get("text") or said.get("caption") or inner.get("title")
	return str(words) if words else f"[{kind}]"


def _list(values: Any, key: str) -> list[dict[str, Any]]:
	found = values.get(key) if isinstance(values, dict) else None
	return (
		[each for each in found[:MOST_AT_ONCE] if isinstance(each, dict)] if isinstance(found, list) else []
	)


def outcome_of(status: str) -> Outcome | None:
	"""What a gateway's word for it means; None for what is under way still."""
	if status in _DELIVERED:
		return Outcome.DELIVERED
	return Outcome.FAILED if status in _FAILED else None


def take_report(told: Told) -> int:
	"""Note how far a message of ours is; returns how many it is about. The same report counts once."""
	rows = _activities({"message_id": told.id})
	for row in rows:
		happened = OutcomeReported(row.run, row.follow_up, told.outcome, clock.now())
		key = f"{row.name}:{told.outcome}"
		inbox.record([InboxEntry(row.enrollment, row.cadence, happened, key, "Message Gateway")])
	if told.outcome is Outcome.FAILED:
		communications.show_delivery([row.activity_name for row in rows if row.activity_name], "Error")
	return len(rows)


def take_answer(said: Said) -> int:
	"""Take in an answer; returns how many enrollments it is about. One that is told again, by its id, counts
	once: an old START takes no later STOP back."""
	if said.id and not seen.is_new(f"answers by {said.service}", said.id):
		return 0
	wants_out = says_stop(said.text)
	if wants_out:
		suppression.suppress_number(said.number, said.text)
	elif says_start(said.text):
		suppression.allow_again(said.number)
	rows = _latest_to(said.number)
	outcome = Outcome.UNSUBSCRIBED if wants_out else Outcome.REPLIED
	fresh = [row for row in rows if not frappe.db.exists("Cadence Event", {"event_key": _key(row, said)})]
	for row in fresh:
		happened = OutcomeReported(row.run, row.follow_up, outcome, clock.now())
		inbox.record([InboxEntry(row.enrollment, row.cadence, happened, _key(row, said), said.service.value)])
	_keep(fresh, said)
	return len(fresh)


def _latest_to(number: str) -> list[Any]:
	"""The latest message to this number in each enrollment that an answer reaches; else the latest of all."""
	rows = _activities({"recipient": number, "taken_at": (">", now_datetime() - ANSWERED_WITHIN)})
	latest: dict[str, Any] = {}
	for row in rows:
		latest.setdefault(row.enrollment, row)
	of_them = {"name": ("in", list(latest)), "status": ("in", REACHED_STATUSES)}
	reached = set(frappe.get_all("Cadence Enrollment", of_them, pluck="name")) if latest else set()
	found = [row for name, row in latest.items() if name in reached] or list(latest.values())[:1]
	return found[:MOST_ENROLLMENTS]


def _activities(filters: dict[str, Any]) -> list[Any]:
	return frappe.get_all(
		"Cadence Activity",
		{
			"channel": Channel.MESSAGE.value,
			"delivery": ("in", sorted(each.value for each in GONE)),
			**filters,
		},
		[
			"name",
			"enrollment",
			"cadence",
			"run",
			"follow_up",
			"reference_doctype",
			"reference_name",
			"activity_name",
		],
		order_by="taken_at desc, name desc",
		limit_page_length=10 * MOST_ENROLLMENTS,
	)


def _key(row: Any, said: Said) -> str:
	"""By the gateway's id; without one, the same words to the same message are one answer."""
	told = said.id or f"{said.number}\n{said.text}\n{row.name}"
	return f"{row.enrollment}:said:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _keep(rows: list[Any], said: Said) -> None:
	"""The answer in the timeline of each record, once."""
	records = dict.fromkeys((row.reference_doctype, row.reference_name) for row in rows)
	content = escape_html(said.text).replace("\n", "<br>")
	found = [
		communications.row_of(
			{
				"communication_medium": "SMS" if said.service == Service.SMS else "Chat",
				"sent_or_received": "Received",
				"delivery_status": "",
				"reference_doctype": doctype,
				"reference_name": name,
				"phone_no": said.number,
				"sender_full_name": said.number,
				"subject": " ".join(said.text.split())[:140],
				"content": content,
				"text_content": said.text,
				"seen": 0,
			},
			now_datetime(),
		)
		for doctype, name in records
	]
	if not found:
		return
	if communications.is_listened_to():
		communications.insert_as_documents(found)
	else:
		compat.insert_rows("Communication", found)


def _first(named: Mapping[str, Any], names: tuple[str, ...]) -> str:
	"""What the first of these says that says anything, without halves of characters, which JSON can write."""
	found = next((str(named[each]).strip() for each in names if str(named.get(each) or "").strip()), "")
	return found.encode("utf-8", "replace").decode()
