"""Numbers to which no message goes: who answered STOP, and what a manager put on the list (S3.10, S13.4)."""

from collections.abc import Collection

import frappe

from cadences_app.engine.reasons import Block
from cadences_app.mail.suppression import Cause
from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.refusals import hashed

DOCTYPE = "Cadence Suppression"


def suppress_number(number: str, note: str = "") -> None:
	"""Put a number on the list, in this transaction; one that is there already stays as it is."""
	row = {**standard_columns(number), "address": number, "cause": Cause.OPTED_OUT.value, "note": note[:1000]}
	compat.insert_rows(DOCTYPE, [row], ignore_duplicates=True)


def allow_again(number: str) -> None:
	"""The person answered START: what they said themselves is taken back, nothing else."""
	frappe.db.delete(DOCTYPE, {"name": ("in", (number, hashed(number))), "cause": Cause.OPTED_OUT.value})


def blocked(numbers: Collection[str]) -> dict[str, Block]:
	"""Those of these numbers (E.164) that nobody may write to, in one query."""
	if not numbers:
		return {}
	entries = {each: each for each in numbers} | {hashed(each): each for each in numbers}
	listed = {"name": ("in", list(entries))}
	rows = frappe.get_all(DOCTYPE, listed, ["name", "cause"], as_list=True, limit_page_length=0)
	return {
		entries[name]: Block.NUMBER_OPTED_OUT if cause == Cause.OPTED_OUT else Block.NUMBER_SUPPRESSED
		for name, cause in rows
	}
