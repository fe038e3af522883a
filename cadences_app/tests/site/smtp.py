"""A real SMTP server on loopback, which keeps what it takes and refuses what a test tells it to."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import frappe
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

ACCOUNT = "Cadence Loopback"
SENDER = "sales@seller.example"
NEVER = 1e10  # seconds
TOO_MANY = "421 4.7.0 Too many sessions"


@dataclass(frozen=True)
class Received:
	"""One mail as it came over the wire."""

	sender: str
	recipient: str
	source: bytes

	@property
	def message(self) -> EmailMessage:
		return email.message_from_bytes(self.source, policy=email.policy.default)

	def part(self, content_type: str) -> str:
		"""The text of the first part of this type."""
		for part in self.message.walk():
			if part.get_content_type() == content_type:
				return part.get_content()
		raise AssertionError(f"no part {content_type}")


class _OnAnyPort(Controller):
	def _trigger_server(self) -> None:
		self.port = self.server.sockets[0].getsockname()[1]
		super()._trigger_server()


@dataclass
class MailServer:
	"""``with MailServer() as server:`` takes mail on `server.port`."""

	refusals: dict[str, str] = field(default_factory=dict)
	"""SMTP replies by recipient; each is given as often as that person is written to."""
	refuse_all: str = ""
	"""The reply to every MAIL FROM."""
	before_reply: Callable[[Received], None] | None = None
	"""Called when a mail is complete and the server has not said so yet."""
	hang_up: bool = False
	"""Whether to close the connection when a mail is complete, without a word."""
	password: str = ""
	token: str = ""
	"""With one it is the only way in, by XOAUTH2."""
	seconds: float = 0
	"""How long it takes for each mail."""
	pipelining: bool = False
	most_sessions: int = 0
	"""How many sessions it lets in; 0 for any number."""
	most_mails: int = 0
	"""How many mails it takes in one session, before it closes that with 421; 0 for any number."""
	certificate: ssl.SSLContext | None = None
	"""With one it speaks TLS: from the first byte, or once it is asked by STARTTLS."""
	by_starttls: bool = False
	before_mail: Callable[[int], None] | None = None
	"""Called at each MAIL FROM with the number of mails that were taken."""
	received: list[Received] = field(default_factory=list)
	sessions: int = 0
	at_once: int = 0
	most_at_once: int = 0

	def __enter__(self) -> "MailServer":
		# Where a test stops the clock, the loop sees both times: no session may seem to idle.
		options: dict[str, Any] = {"timeout": NEVER}
		if self.password or self.token:
			options |= {"authenticator": self._check, "auth_require_tls": False, "auth_required": True}
		if self.token:
			options["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
		if self.certificate and self.by_starttls:
			options |= {"tls_context": self.certificate, "require_starttls": True}
		elif self.certificate:
			options |= {"ssl_context": self.certificate}
		self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0, **options)
		self._controller.start()
		self.port = self._controller.port
		return self

	def __exit__(self, *_error: object) -> None:
		self._controller.stop(no_assert=True)

	def to(self, recipient: str) -> list[Received]:
		return [each for each in self.received if each.recipient == recipient]

	def _check(
		self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any
	) -> AuthResult:
		return AuthResult(success=data.password.decode() == self.password, handled=False)

	async def auth_XOAUTH2(self, server: SMTP, _args: list[str]) -> AuthResult:
		said = await server.challenge_auth("")
		right = f"user={SENDER}\1auth=Bearer {self.token}\1\1".encode()
		return AuthResult(success=said == right, handled=False)

	async def handle_EHLO(
		self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
	) -> list[str]:
		if self.most_sessions and self.sessions >= self.most_sessions:
			return [TOO_MANY]
		self.sessions += 1
		session.host_name = hostname
		return [*replies[:-1], "250-PIPELINING", replies[-1]] if self.pipelining else replies

	async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
		return TOO_MANY

	async def handle_MAIL(
		self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
	) -> str:
		if self.before_mail:
			self.before_mail(len(self.received))
		if self.refuse_all:
			return self.refuse_all
		session.mails = getattr(session, "mails", 0) + 1
		if self.most_mails and session.mails > self.most_mails:
			return "421 4.7.0 Enough for one session"
		envelope.mail_from = address
		return "250 OK"

	async def handle_RCPT(
		self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
	) -> str:
		if address in self.refusals:
			return self.refusals[address]
		envelope.rcpt_tos.append(address)
		return "250 OK"

	async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
		if self.hang_up:
			server.transport.close()
		self.at_once += 1
		self.most_at_once = max(self.most_at_once, self.at_once)
		await asyncio.sleep(self.seconds)
		self.at_once -= 1
		for recipient in envelope.rcpt_tos if not self.hang_up else ():
			mail = Received(envelope.mail_from, recipient, envelope.content)
			if self.before_reply:
				self.before_reply(mail)
			self.received.append(mail)
		return "250 OK"


def make_account(port: int, name: str = ACCOUNT, address: str = SENDER, **fields: Any) -> Any:
	"""An outgoing Email Account for that server, made or changed; the default one."""
	values = {
		"email_id": address,
		"enable_outgoing": 1,
		"default_outgoing": 1,
		"smtp_server": "127.0.0.1",
		"smtp_port": port,
		"no_smtp_authentication": 1,
		"awaiting_password": 0,
		"enable_incoming": 0,
		"always_use_account_email_id_as_sender": 0,
		**fields,
	}
	if frappe.db.exists("Email Account", name):
		account = frappe.get_doc("Email Account", name).update(values)
	else:
		account = frappe.get_doc({"doctype": "Email Account", "email_account_name": name, **values})
	account.flags.ignore_mandatory = True
	account.save(ignore_permissions=True)
	return account
