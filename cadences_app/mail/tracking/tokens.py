"""Short signed tokens: what a pixel, a link, an unsubscribe URL or a reply address carries (S4.1, S14.2).

A token says which activity it belongs to, and which link of that mail. It is a claim, not a secret:
anybody who holds the mail can read and replay it. A replay gives the same claim again; that it counts
once is the inbox's affair (S4.4). Nobody without the key can make one for another activity.

Layout, before the text encoding::

    key id (1 byte) | HMAC-SHA256 cut to 12 bytes | activity, and "." number unless it is 0 (ASCII)
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass, field
from hashlib import sha256

from cadences_app.engine.stored_enum import StoredEnum

LONGEST_TOKEN = 200
"""Characters. What is longer is not looked at: ours stay below 70."""
_MAC_BYTES = 12
_SHORTEST_SECRET = 16
_LARGEST_NUMBER = 999_999_999
_ACTIVITY = r"[A-Za-z0-9-]{1,20}"
_CLAIM = re.compile(rf"({_ACTIVITY})(?:\.([1-9][0-9]{{0,8}}))?")
_DOT_ATOM = re.compile(r"(?:[A-Za-z0-9_-]\.?){0,253}[A-Za-z0-9_-]")
_MESSAGE_ID = re.compile(rf"\s{{0,20}}<?cadence\.({_ACTIVITY})@[^\s<>@]{{1,253}}>?\s{{0,20}}")


class Purpose(StoredEnum):
	"""What a token is for. One made for a purpose is worthless for the others."""

	OPEN = "Open"
	CLICK = "Click"
	UNSUBSCRIBE = "Unsubscribe"
	REPLY = "Reply"


@dataclass(frozen=True)
class Key:
	"""A signing key. The id (0 to 255) travels in the token, so that a rotated key is still found."""

	id: int
	secret: bytes = field(repr=False)

	def __post_init__(self) -> None:
		if not 0 <= self.id <= 255:
			raise ValueError("a key id is a number from 0 to 255")
		if len(self.secret) < _SHORTEST_SECRET:
			raise ValueError(f"a key's secret has at least {_SHORTEST_SECRET} bytes")


@dataclass(frozen=True)
class Keyring:
	"""The key that signs, and the older ones that are still accepted. Dropping one revokes its tokens."""

	current: Key
	older: tuple[Key, ...] = ()

	def __post_init__(self) -> None:
		if len({key.id for key in (self.current, *self.older)}) <= len(self.older):
			raise ValueError("every key of a keyring has an id of its own")

	def find(self, key_id: int) -> Key | None:
		"""The key with this id, or None if it was never ours or has been dropped."""
		return next((key for key in (self.current, *self.older) if key.id == key_id), None)


@dataclass(frozen=True)
class Claim:
	"""What a token says: the activity, and the number of a link in its mail (0 also where none is meant)."""

	activity: str
	number: int = 0


def sign(keyring: Keyring, purpose: Purpose, activity: str, number: int = 0) -> str:
	"""A token for this activity, signed with the current key.

	URL-safe base64; for REPLY lower-case base32, since mail servers may change the case of a local part
	(a 10-character activity gives 37 characters, of the 64 that RFC 5321 allows). ValueError for a name
	that no activity has, or a number below 0 or above 999,999,999.
	"""
	if not 0 <= number <= _LARGEST_NUMBER:
		raise ValueError("a token's number lies between 0 and 999,999,999")
	claim = f"{activity}.{number}" if number else activity
	if not _CLAIM.fullmatch(claim):
		raise ValueError("an activity's name is 1 to 20 ASCII letters, digits and hyphens")
	payload = claim.encode("ascii")
	key = keyring.current
	return _encode(purpose, bytes([key.id]) + _mac(key, purpose, payload) + payload)


def read(keyring: Keyring, purpose: Purpose, token: object) -> Claim | None:
	"""What the token says; None for anything that we did not sign for this purpose. Never raises.

	Only the one spelling that `sign` gives is accepted (for REPLY in any case of letters), so that a token
	can serve as a key. An unknown key, a foreign purpose and a forged signature look the same.
	"""
	if not isinstance(token, str) or not token.isascii() or not 0 < len(token) <= LONGEST_TOKEN:
		return None
	raw = _decode(purpose, token)
	if raw is None or len(raw) <= 1 + _MAC_BYTES:
		return None
	key = keyring.find(raw[0])
	mac, payload = raw[1 : 1 + _MAC_BYTES], raw[1 + _MAC_BYTES :]
	if key is None or not hmac.compare_digest(mac, _mac(key, purpose, payload)):
		return None
	claim = _CLAIM.fullmatch(payload.decode("ascii", "replace"))
	return Claim(claim[1], int(claim[2] or 0)) if claim else None


def message_id(activity: str, domain: str) -> str:
	"""The Message-ID of an activity's mail (RFC 5322), the same at every attempt to send it.

	It is not signed: it finds the activity that an answer or a bounce belongs to, and proves nothing.
	ValueError for a name that no activity has or a domain that can't stand in a header.
	"""
	if not re.fullmatch(_ACTIVITY, activity):
		raise ValueError("an activity's name is 1 to 20 ASCII letters, digits and hyphens")
	ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
	if len(ascii_domain) > 200 or not _DOT_ATOM.fullmatch(ascii_domain):
		raise ValueError("a Message-ID needs a plain domain name")
	return f"<cadence.{activity}@{ascii_domain}>"


def activity_of_message_id(message_id: object) -> str | None:
	"""The activity that a Message-ID, with or without its brackets, was made from; None if it isn't ours."""
	if not isinstance(message_id, str) or len(message_id) > 300:
		return None
	found = _MESSAGE_ID.fullmatch(message_id)
	return found[1] if found else None


def _mac(key: Key, purpose: Purpose, payload: bytes) -> bytes:
	signed = b"cadences_app:" + str(purpose).encode("ascii") + b":" + payload
	return hmac.new(key.secret, signed, sha256).digest()[:_MAC_BYTES]


def _encode(purpose: Purpose, raw: bytes) -> str:
	if purpose is Purpose.REPLY:
		return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
	return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _decode(purpose: Purpose, token: str) -> bytes | None:
	"""The bytes behind the text; None unless the text is exactly what `_encode` makes of them."""
	try:
		if purpose is Purpose.REPLY:
			token = token.lower()
			raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
		else:
			raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
	except (binascii.Error, ValueError):
		return None
	return raw if _encode(purpose, raw) == token else None
