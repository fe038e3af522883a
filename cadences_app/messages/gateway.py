"""Handing an SMS to the HTTP gateway of Frappe's *SMS Settings*, as Frappe does, with a time limit and a
reading of what the gateway says."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import frappe
import requests
from frappe import _
from frappe.core.doctype.sms_settings.sms_settings import get_headers
from frappe.utils import cint
from urllib3.exceptions import NewConnectionError

CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
MOST_READ = 65_536
"""Bytes of an answer that are looked at."""
LONGEST_ID = 140
SHORTEST_SECRET = 6
"""Characters; what is shorter is a word like any other."""

_NOT_NOW = frozenset({401, 402, 403, 404, 405, 407, 408, 410, 425, 429})
"""The gateway's own affairs, or ours with it: any message gets this answer now, and another one later."""
_ID_NAMES = ("message_id", "messageid", "message-id", "sid", "messagesid", "id", "msgid", "batch_id", "smsid")
_BAD_WORDS = frozenset({"error", "failed", "failure", "rejected", "invalid"})
_ADDRESS = re.compile(r"(?:https?://|(?<=url: ))\S{1,9999}")
_QUOTES_SETTINGS = (
	requests.exceptions.InvalidURL,
	requests.exceptions.InvalidHeader,
	requests.exceptions.MissingSchema,
	requests.exceptions.InvalidSchema,
)
_BARE_ID = re.compile(r"(?:(?:ok|id|success|accepted)[\s:|=]{1,3})?([A-Za-z0-9_.-]{6,100})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
	"""The gateway has it; `id` is how it calls the message, where it says so."""

	id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
	"""It will never take this one."""

	why: str


@dataclass(frozen=True, slots=True)
class Later:
	"""It certainly has not taken it, and may another time."""

	why: str


@dataclass(frozen=True, slots=True)
class Uncertain:
	"""It fell silent while it had it: nobody knows whether the message went out."""

	why: str


Answer = Taken | Refused | Later | Uncertain


@dataclass(frozen=True, slots=True)
class Gateway:
	"""The settings, read once: what sends has no database."""

	url: str
	message_parameter: str
	receiver_parameter: str
	headers: Mapping[str, str] = field(default_factory=dict)
	parameters: Mapping[str, str] = field(default_factory=dict)
	is_post: bool = False

	def send(self, number: str, text: str) -> Answer:
		"""One message, once."""
		said = {**self.parameters, self.message_parameter: text, self.receiver_parameter: number}
		place = "params"
		if self.headers.get("Content-Type") == "application/json":
			place = "json"
		elif self.is_post:
			place = "data"
		try:
			with requests.request(
				"POST" if self.is_post else "GET",
				self.url,
				headers=dict(self.headers),
				timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
				stream=True,
				**{place: said},
			) as response:
				answer = read_answer(response.status_code, _body_of(response))
		except requests.RequestException as error:
			answer = read_fault(error)
		return answer if isinstance(answer, Taken) else replace(answer, why=self._without_secrets(answer.why))

	def _without_secrets(self, text: str) -> str:
		"""What the gateway says, without the keys that it was given: reps read it, too."""
		given = (*self.parameters.values(), *self.headers.values())
		for word in sorted(
			{word for each in given for word in str(each or "").split()}, key=len, reverse=True
		):
			if len(word) >= SHORTEST_SECRET:
				text = text.replace(word, "…")
		return text


def read_settings() -> Gateway | None:
	"""The gateway of this site; None where none is set up."""
	settings = frappe.get_doc("SMS Settings")
	if not (settings.sms_gateway_url and settings.message_parameter and settings.receiver_parameter):
		return None
	return Gateway(
		settings.sms_gateway_url.strip(),
		settings.message_parameter,
		settings.receiver_parameter,
		get_headers(settings),
		{each.parameter: each.value for each in settings.parameters if not each.header},
		bool(cint(settings.use_post)),
	)


def read_answer(status: int, body: str) -> Answer:
	"""What an HTTP answer means. Frappe takes every 2xx for success; some gateways refuse in it."""
	if 200 <= status < 300:
		told = _as_object(body)
		return (
			Refused(_first_line(body)) if told is not None and _says_no(told) else Taken(_id_in(body, told))
		)
	why = _("The gateway answered {0}: {1}").format(status, _first_line(body))
	if 400 <= status < 500 and status not in _NOT_NOW:
		return Refused(why)
	return Later(why)


def read_fault(error: Exception) -> Answer:
	"""What a broken request means: before there was a connection, nothing can have been sent."""
	reason = getattr(error.args[0], "reason", None) if error.args else None
	why = _told(error, reason)
	before_sending = (
		requests.ConnectTimeout,
		requests.exceptions.SSLError,
		requests.exceptions.ProxyError,
		*_QUOTES_SETTINGS,
	)
	if isinstance(error, before_sending) or isinstance(reason, NewConnectionError):
		return Later(why)
	return Uncertain(why)


def _told(error: Exception, reason: Exception | None) -> str:
	"""What went wrong, without the address, in which many gateways take their key, and without what the
	settings say where that is what is wrong."""
	kind = type(error).__name__
	if isinstance(error, _QUOTES_SETTINGS):
		return _("{0}: the settings of the gateway are wrong").format(kind)
	return f"{kind}: {_ADDRESS.sub('…', str(reason or error))}"[:500]


def _body_of(response: requests.Response) -> str:
	"""Read within bounds; that the rest of an answer is lost changes nothing about the message."""
	try:
		return next(response.iter_content(MOST_READ), b"")[:MOST_READ].decode("utf-8", "replace")
	except requests.RequestException:
		return ""


def _as_object(body: str) -> dict[str, Any] | None:
	try:
		found = json.loads(body)
	except (ValueError, RecursionError):
		return None
	while isinstance(found, list) and found:
		found = found[0]
	return found if isinstance(found, dict) else None


def _says_no(told: Mapping[str, Any]) -> bool:
	named = {str(key).lower(): value for key, value in told.items()}
	if named.get("success") is False or named.get("error") or named.get("errors"):
		return True
	return str(named.get("status") or "").lower() in _BAD_WORDS


def _id_in(body: str, told: Mapping[str, Any] | None) -> str:
	if told is None:
		found = _BARE_ID.fullmatch(body.strip())
		return found[1] if found else ""
	for value in (told, *(each for each in told.values())):
		inner = value[0] if isinstance(value, list) and value else value
		if isinstance(inner, dict):
			named = {str(key).lower(): each for key, each in inner.items()}
			for name in _ID_NAMES:
				if isinstance(named.get(name), str | int) and not isinstance(named[name], bool):
					return str(named[name])[:LONGEST_ID]
	return ""


def _first_line(body: str) -> str:
	return " ".join(body.split())[:300]
