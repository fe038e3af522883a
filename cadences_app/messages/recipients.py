"""To which number a message goes, and whether it may, for all records of a batch at once (S3.10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frappe.utils import cint

from cadences_app.engine.content import MessageContent
from cadences_app.engine.reasons import Block
from cadences_app.mail.composing.recipients import find_addresses
from cadences_app.messages import suppression
from cadences_app.messages.numbers import country_of, read_number
from cadences_app.store.refusals import Refusals

Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Reach:
	"""The number, or why no message can go out."""

	number: str = ""
	block: Block | None = None


def reach(rows: Rows, content: MessageContent, cadence: str) -> dict[str, Reach]:
	"""For each of these records of one DocType, by its name. Raises NoSuchField."""
	if not rows:
		return {}
	doctype = next(iter(rows.values()))["doctype"]
	written = find_addresses(rows, content.to_field)
	consents = find_addresses(rows, content.consent_field) if content.consent_field else None
	refusals = Refusals({doctype: rows})
	found: dict[str, Reach] = {}
	for name, row in rows.items():
		refused = refusals.of(cadence, (doctype, name))
		if refused:
			found[name] = Reach(block=Block(refused))
		elif not str(written.get(name) or "").strip():
			found[name] = Reach(block=Block.NO_PHONE_NUMBER)
		elif consents is not None and not _is_yes(consents.get(name)):
			found[name] = Reach(block=Block.NO_CONSENT)
		else:
			found[name] = _number(str(written[name]), row)
	blocks = suppression.blocked({each.number for each in found.values() if each.number})
	return {name: Reach(each.number, blocks.get(each.number, each.block)) for name, each in found.items()}


def _number(written: str, row: Mapping[str, Any]) -> Reach:
	try:
		return Reach(read_number(written, country_of(row)))
	except ValueError:
		return Reach(block=Block.INVALID_PHONE_NUMBER)


def _is_yes(value: Any) -> bool:
	"""A tick, or a field that says so in words."""
	return bool(cint(value)) or str(value or "").strip().casefold() in ("yes", "oui", "ja", "true")
