"""Meetings that a booking service reports: a signed notice of Calendly (S6.1, S9.1).

The signature is Calendly's own: HMAC-SHA256 over the time of sending, a dot and the body. A notice that was
sent too long ago is refused, and one that is sent again changes nothing.
"""

import hashlib
import hmac
import re
import time
from typing import Any

from cadences_app.engine.events import MeetingBooked
from cadences_app.engine.reading import read_json
from cadences_app.store import clock, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import reached_of_person

TOLERANCE_SECONDS = 180
MOST_BYTES = 65_536
BOOKED = "invitee.created"

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


class NotGenuine(Exception):
	"""The notice is not signed with our key, or it is too old."""


def read(body: bytes, signature: str, key: str, now: float | None = None) -> dict[str, Any]:
	"""The notice as Calendly sent it. Raises NotGenuine; also for what is no JSON object."""
	found = _SIGNATURE.fullmatch(signature.strip()) if key and len(body) <= MOST_BYTES else None
	if found is None:
		raise NotGenuine
	sent_at, told = found.groups()
	wanted = hmac.new(key.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
	is_late = abs((time.time() if now is None else now) - int(sent_at)) > TOLERANCE_SECONDS
	if not hmac.compare_digest(wanted, told) or is_late:
		raise NotGenuine
	try:
		notice = read_json(body)
	except ValueError as error:
		raise NotGenuine from error
	if not isinstance(notice, dict):
		raise NotGenuine
	return notice


def take_in(notice: dict[str, Any]) -> int:
	"""Tell the enrollments of the person who booked that it still reaches; returns how many there are."""
	payload = notice.get("payload")
	if notice.get("event") != BOOKED or not isinstance(payload, dict):
		return 0
	email, uri = payload.get("email"), payload.get("uri")
	if not isinstance(email, str) or not isinstance(uri, str):
		return 0
	booking = hashlib.sha256(uri.encode("utf-8", "replace")).hexdigest()[:24]
	concerned = reached_of_person(email)
	booked = MeetingBooked(clock.now())
	inbox.record(
		InboxEntry(name, cadence, booked, f"{name}:calendly:{booking}", "Calendly")
		for name, cadence in concerned
	)
	return len(concerned)
