"""One session with an Email Account's mail server, and the hand-over of one mail (RFC 5321)."""

import smtplib
from time import monotonic

import frappe
from frappe.email.smtp import InvalidEmailCredentials, SMTPServer

_OK = 250
_GO_AHEAD = 354
_FORWARDED = 251


TRUSTED_SECONDS = 10
"""A session that lay idle for longer is asked whether it still stands before it gets a mail."""


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
	"""Opened by what Frappe knows of the account: TLS, login, OAuth. One thread at a time uses it."""

	def __init__(self, server: SMTPServer) -> None:
		self._server = server
		self._smtp: smtplib.SMTP | None = None
		self._used_at = 0.0

	def open(self) -> bool:
		"""Open the session unless it stands; one that lay idle is asked first. Returns whether it is new.

		Raises LoginRefused and Unreachable.
		"""
		if self._smtp is not None and monotonic() - self._used_at < TRUSTED_SECONDS:
			return False
		known, self._smtp = self._smtp, None
		try:
			smtp = self._server.session
			smtp.ehlo_or_helo_if_needed()
			self._smtp = smtp
			return smtp is not known
		except InvalidEmailCredentials as error:
			self._hang_up()
			raise LoginRefused(_sentence(error)) from error
		except (frappe.ValidationError, OSError) as error:
			self._hang_up()
			raise Unreachable(_sentence(error)) from error
		finally:
			frappe.clear_messages()

	def hand_over(self, sender: str, recipient: str, message: bytes) -> None:
		"""Returns once the server has taken the mail. Raises Refused, Unreachable and Uncertain."""
		smtp = self._smtp
		if smtp is None:
			raise Unreachable("no session")
		try:
			if smtp.has_extn("pipelining"):
				self._announce_at_once(smtp, sender, recipient, message)
			else:
				self._expect(smtp.mail(sender, _options(smtp, message)), _OK)
				self._expect(smtp.rcpt(recipient), _OK, _FORWARDED)
				self._expect(smtp.docmd("DATA"), _GO_AHEAD)
		except (smtplib.SMTPException, OSError) as error:
			self._drop()
			raise Unreachable(_sentence(error)) from error
		try:
			smtp.send(_quoted(message))
			reply = smtp.getreply()
		except (smtplib.SMTPException, OSError) as error:
			self._drop()
			raise Uncertain(_sentence(error)) from error
		self._used_at = monotonic()
		self._expect(reply, _OK)

	def _announce_at_once(self, smtp: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> None:
		"""MAIL, RCPT and DATA in one packet, their replies read together (RFC 2920)."""
		options = "".join(f" {each}" for each in _options(smtp, message))
		smtp.send(f"MAIL FROM:<{sender}>{options}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii"))
		mail, rcpt, data = smtp.getreply(), smtp.getreply(), smtp.getreply()
		refusal = next(
			(
				reply
				for reply, codes in ((mail, {_OK}), (rcpt, {_OK, _FORWARDED}), (data, {_GO_AHEAD}))
				if reply[0] not in codes
			),
			None,
		)
		if refusal is None:
			return
		if data[0] == _GO_AHEAD:  # the server waits for a mail that goes to nobody
			smtp.send(b".\r\n")
			smtp.getreply()
		self._expect(refusal)

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

	def _hang_up(self) -> None:
		"""A connection that never became a session is not to be taken for one the next time."""
		if self._server._session is not None:
			self._server._session.close()
		self._drop()

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
