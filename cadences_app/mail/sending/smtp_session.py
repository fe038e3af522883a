"""One session with an Email Account's mail server, and the hand-over of one mail (RFC 5321)."""

import smtplib
from collections.abc import Callable
from typing import Any

import frappe
from frappe.email.smtp import InvalidEmailCredentials

_OK = 250
_GO_AHEAD = 354
_FORWARDED = 251


class LoginRefused(Exception):
	"""The server does not let the account in."""


class Unreachable(Exception):
	"""There is no session, or it broke before the server had the whole mail: nothing went out."""


class Refused(Exception):
	"""The server refused the mail; `code` and `text` are its reply."""

	def __init__(self, code: int, text: bytes | str) -> None:
		self.code = code
		self.text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
		super().__init__(f"{code} {self.text}")


class Uncertain(Exception):
	"""The session broke while the server had the mail: whether it went out, nobody knows."""


class Session:
	"""Opened by what Frappe knows of the account: TLS, login, OAuth."""

	def __init__(self, account: Any) -> None:
		self._server = account.get_smtp_server()
		self._smtp: smtplib.SMTP | None = None

	def open(self) -> None:
		"""Open the session, or make sure that it still stands. Raises LoginRefused and Unreachable."""
		self._smtp = None
		try:
			smtp = self._server.session
			smtp.ehlo_or_helo_if_needed()
			self._smtp = smtp
		except InvalidEmailCredentials as error:
			raise LoginRefused(_sentence(error)) from error
		except (frappe.ValidationError, OSError) as error:
			raise Unreachable(_sentence(error)) from error
		finally:
			frappe.clear_messages()

	@property
	def is_open(self) -> bool:
		return self._smtp is not None

	def hand_over(
		self, sender: str, recipient: str, message: bytes, meanwhile: Callable[[], None] = lambda: None
	) -> None:
		"""Returns once the server has taken the mail. Raises Refused, Unreachable and Uncertain.

		`meanwhile` is called while the server makes up its mind; it must raise nothing.
		"""
		smtp = self._smtp
		if smtp is None:
			raise Unreachable("no session")
		try:
			self._expect(smtp.mail(sender, _options(smtp, message)), _OK)
			self._expect(smtp.rcpt(recipient), _OK, _FORWARDED)
			self._expect(smtp.docmd("DATA"), _GO_AHEAD)
		except (smtplib.SMTPException, OSError) as error:
			self._drop()
			raise Unreachable(_sentence(error)) from error
		try:
			smtp.send(_quoted(message))
			meanwhile()
			reply = smtp.getreply()
		except (smtplib.SMTPException, OSError) as error:
			self._drop()
			raise Uncertain(_sentence(error)) from error
		self._expect(reply, _OK)

	def close(self) -> None:
		if self._smtp is not None:
			try:
				self._smtp.quit()
			except (smtplib.SMTPException, OSError):
				self._smtp.close()
		self._drop()

	def _expect(self, reply: tuple[int, bytes], *codes: int) -> None:
		code, text = reply
		if code in codes:
			return
		if code == 421:  # the server closes the session
			self._drop()
		elif self._smtp is not None:
			try:
				self._smtp.rset()
			except (smtplib.SMTPException, OSError):
				self._drop()
		if not 400 <= code <= 599:
			raise Unreachable(f"unexpected reply {code}")
		raise Refused(code, text)

	def _drop(self) -> None:
		self._smtp = None
		self._server._session = None


def _options(smtp: smtplib.SMTP, message: bytes) -> list[str]:
	return [f"size={len(message)}"] if smtp.has_extn("size") else []


def _quoted(message: bytes) -> bytes:
	"""The mail as DATA wants it: lines end in CRLF, a dot at a line's start is doubled (RFC 5321, 4.5.2)."""
	lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
	body = lines.replace(b"\r\n.", b"\r\n..")
	body = b"." + body if body.startswith(b".") else body
	return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _sentence(error: BaseException) -> str:
	return f"{type(error).__name__}: {error}"[:500]
