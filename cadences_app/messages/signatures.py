"""Whether a call of a gateway is genuine, by the schemes in which gateways sign (S14.2). Pure.

What was signed is compared in constant time. A scheme that signs no time can't tell a call that is sent again
from a new one by itself: `store/seen.py` does.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit, urlunsplit

from cadences_app.engine.stored_enum import StoredEnum

TOLERANCE_SECONDS = 300
TIME_HEADER = "X-Cadences-Timestamp"
SIGNATURE_HEADER = "X-Cadences-Signature"
BODY_HEADER = "X-Hub-Signature-256"
TWILIO_HEADER = "X-Twilio-Signature"

_SECONDS = re.compile(r"[0-9]{1,12}")
_HEX = re.compile(r"(?:sha256=)?([0-9a-fA-F]{64})")
_PORTS = {"https": 443, "http": 80}


class Scheme(StoredEnum):
	"""How a gateway signs its calls."""

	TIMESTAMPED = "HMAC-SHA256 with Timestamp"
	BODY = "HMAC-SHA256 of the Body"
	TWILIO = "Twilio"


@dataclass(frozen=True, slots=True)
class Call:
	"""A request as it came. `urls` are those that its caller may have asked for: behind a proxy the server
	sees another one than the caller. `form` are the fields of its body, each with all of its values."""

	urls: Sequence[str]
	headers: Mapping[str, str]
	body: bytes
	form: Mapping[str, Sequence[str]] = field(default_factory=dict)
	is_form: bool = False


def is_genuine(call: Call, scheme: Scheme, key: str, now: float) -> bool:
	"""Whether who signed it knows the key; `now` in seconds since 1970."""
	if not key:
		return False
	match scheme:
		case Scheme.TIMESTAMPED:
			return _is_timestamped(call, key.encode(), now)
		case Scheme.BODY:
			return _is_signed(call.headers.get(BODY_HEADER, ""), key.encode(), call.body)
		case Scheme.TWILIO:
			return _is_of_twilio(call, key.encode())


def signature_of(call: Call, scheme: Scheme) -> str:
	"""What it was signed with, by which a call that is sent again is known."""
	headers = {
		Scheme.TIMESTAMPED: SIGNATURE_HEADER,
		Scheme.BODY: BODY_HEADER,
		Scheme.TWILIO: TWILIO_HEADER,
	}
	return call.headers.get(headers[scheme], "").strip().lower().removeprefix("sha256=")


def _is_timestamped(call: Call, key: bytes, now: float) -> bool:
	"""The hex HMAC-SHA256 of the time of sending, a dot and the body. What was sent long ago is refused."""
	sent_at = call.headers.get(TIME_HEADER, "").strip()
	if not _SECONDS.fullmatch(sent_at) or abs(now - int(sent_at)) > TOLERANCE_SECONDS:
		return False
	return _is_signed(call.headers.get(SIGNATURE_HEADER, ""), key, sent_at.encode() + b"." + call.body)


def _is_signed(told: str, key: bytes, signed: bytes) -> bool:
	found = _HEX.fullmatch(told.strip())
	wanted = hmac.new(key, signed, hashlib.sha256).hexdigest()
	return bool(found) and hmac.compare_digest(wanted, found[1].lower())


def _is_of_twilio(call: Call, key: bytes) -> bool:
	"""As https://www.twilio.com/docs/usage/security has it: HMAC-SHA1 of the address that was called, with
	the fields of a form behind it, sorted by name; of another body the address holds the SHA-256."""
	told = call.headers.get(TWILIO_HEADER, "").strip().encode("utf-8", "replace")
	fields = "".join(name + value for name in sorted(call.form) for value in sorted(set(call.form[name])))
	is_ours = False
	for url in {way for each in call.urls for way in _with_and_without_port(each)}:
		if not call.is_form and not _holds_body(url, call.body):
			continue
		signed = (url + fields).encode("utf-8", "replace")
		wanted = b64encode(hmac.new(key, signed, hashlib.sha1).digest())
		is_ours |= hmac.compare_digest(wanted, told)
	return is_ours


def _holds_body(url: str, body: bytes) -> bool:
	if not body:
		return True
	told = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0].lower()
	return hmac.compare_digest(hashlib.sha256(body).hexdigest(), told.encode("ascii", "replace").decode())


def _with_and_without_port(url: str) -> tuple[str, ...]:
	"""Gateways sign the address now with its port, now without. None of them asks for what is no address: the
	header Host says whatever its sender wrote."""
	try:
		parts = urlsplit(url)
		host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
	except ValueError:
		return ()
	return (
		urlunsplit(parts._replace(netloc=host)),
		urlunsplit(parts._replace(netloc=f"{host}:{port}")),
	)
