"""A real HTTP gateway on loopback, which keeps what it takes and answers what a test tells it to."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import TestCase
from urllib.parse import parse_qsl, urlsplit

import frappe

HANG_UP = 0
"""A status of this kind: the connection is closed without a word."""


@dataclass(frozen=True)
class Request:
	method: str
	values: dict[str, str]
	headers: dict[str, str]


@dataclass
class SmsGateway:
	"""``with SmsGateway() as gateway:`` takes messages at `gateway.url`."""

	answers: dict[str, tuple[int, str]] = field(default_factory=dict)
	"""Status and body by number; without one it takes the message and names it."""
	answer_all: tuple[int, str] | None = None
	kind: str = ""
	"""The Content-Type of its answers."""
	seconds: float = 0
	before_answer: Callable[[Request], None] | None = None
	received: list[Request] = field(default_factory=list)

	def __enter__(self) -> "SmsGateway":
		gateway = self

		class Handler(BaseHTTPRequestHandler):
			def do_GET(self) -> None:
				gateway._take(self)

			do_POST = do_GET

			def log_message(self, *_arguments: Any) -> None:
				pass

		self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
		self._thread.start()
		self.url = f"http://127.0.0.1:{self._server.server_address[1]}/send"
		return self

	def __exit__(self, *_error: object) -> None:
		self._server.shutdown()
		self._server.server_close()

	@property
	def texts(self) -> dict[str, list[str]]:
		"""What each number got."""
		found: dict[str, list[str]] = {}
		for each in self.received:
			found.setdefault(each.values["to"], []).append(each.values["text"])
		return found

	def _take(self, handler: BaseHTTPRequestHandler) -> None:
		body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
		values = dict(parse_qsl(urlsplit(handler.path).query))
		if handler.headers.get("Content-Type") == "application/json":
			values |= json.loads(body)
		else:
			values |= dict(parse_qsl(body.decode()))
		request = Request(handler.command, values, dict(handler.headers))
		self.received.append(request)
		if self.before_answer:
			self.before_answer(request)
		time.sleep(self.seconds)
		named = json.dumps({"message_id": f"gw-{len(self.received)}", "status": "queued"})
		status, text = self.answer_all or self.answers.get(values.get("to", ""), (200, named))
		if status == HANG_UP:
			handler.close_connection = True
			return
		handler.send_response(status)
		if self.kind:
			handler.send_header("Content-Type", self.kind)
		handler.send_header("Content-Length", str(len(text.encode())))
		handler.end_headers()
		handler.wfile.write(text.encode())


def keep_sms_settings(case: TestCase) -> None:
	"""Have SMS Settings be at the end of the test as they are now."""
	kept = frappe.get_doc("SMS Settings").as_dict()

	def put_back() -> None:
		frappe.db.rollback()
		settings = frappe.get_doc("SMS Settings")
		settings.update({field.fieldname: kept.get(field.fieldname) for field in settings.meta.fields})
		settings.flags.ignore_mandatory = True
		settings.save()
		frappe.db.commit()

	case.addCleanup(put_back)


def use_gateway(url: str, *, is_post: bool = True, parameters: tuple[dict[str, Any], ...] = ()) -> None:
	"""Have SMS Settings send there."""
	settings = frappe.get_doc("SMS Settings")
	settings.update(
		{
			"sms_gateway_url": url,
			"message_parameter": "text",
			"receiver_parameter": "to",
			"use_post": int(is_post),
			"parameters": list(parameters),
		}
	)
	settings.flags.ignore_mandatory = True
	settings.save()
