"""The recipient is read when a mail is handed over: an address corrected meanwhile is the one that is used
(S4.1b)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cadences_app.engine.reasons import Block
from cadences_app.mail.addresses import check_address
from cadences_app.mail.composing import recipients
from cadences_app.mail.sending.outbox import Mail
from cadences_app.store import compat

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]


def readdress(mails: Iterable[tuple[Mail, str]], records: Rows) -> dict[str, Block]:
	"""Have mails go to the addresses that their records have now; with each mail comes the field that holds
	it. Notes what changed on the activity and its Communication.

	Returns the mails, by name, whose record has no usable address any more, and why.
	"""
	groups: dict[tuple[str, str], list[Mail]] = defaultdict(list)
	for mail, to_field in mails:
		groups[(mail.reference_doctype, to_field)].append(mail)
	unreachable: dict[str, Block] = {}
	changed: list[Mail] = []
	for (doctype, to_field), group in groups.items():
		addresses = _addresses(records.get(doctype, {}), to_field)
		for mail in group:
			if mail.reference_name in addresses:
				address, block = _usable(addresses[mail.reference_name])
				if block is not None:
					unreachable[mail.name] = block
				elif address != mail.recipient:
					mail.recipient = address
					changed.append(mail)
	compat.update_rows("Cadence Activity", {each.name: {"recipient": each.recipient} for each in changed})
	shown = {each.communication: {"recipients": each.recipient} for each in changed if each.communication}
	compat.update_rows("Communication", shown)
	return unreachable


def _addresses(rows: Mapping[str, Any], to_field: str) -> dict[str, str]:
	"""The addresses by record; none where the field is gone: then the mail goes where it was meant to."""
	try:
		return recipients.find_addresses(rows, to_field)
	except recipients.NoSuchField:
		return {}


def _usable(address: str) -> tuple[str, Block | None]:
	if not address:
		return "", Block.NO_EMAIL_ADDRESS
	try:
		return check_address(address), None
	except ValueError:
		return "", Block.INVALID_EMAIL_ADDRESS
