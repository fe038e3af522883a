"""Whose turn it is: a counter for each rotation, exact also when several workers ask at once."""

import hashlib
from collections.abc import Mapping

import frappe

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns

COUNTER = "Cadence Counter"


def counter_of(*rotation: str) -> str:
	"""The name of a rotation's counter."""
	return hashlib.sha1("\n".join(rotation).encode(), usedforsecurity=False).hexdigest()


def hold(name: str) -> int:
	"""Have a counter to oneself until the transaction ends; others wait for it. Returns where it stands."""
	counter = frappe.qb.DocType(COUNTER)
	read = frappe.qb.from_(counter).select(counter.turns).where(counter.name == name).for_update()
	found = read.run()
	if not found:
		compat.insert_rows(COUNTER, [{**standard_columns(name), "turns": 0}], ignore_duplicates=True)
		found = read.run()
	return int(found[0][0])


def count_on(turns: Mapping[str, int]) -> None:
	"""Count the turns that were taken, by counter. They are held, so nobody else takes the same ones; and
	what is rolled back is not used up."""
	rows = [{**standard_columns(name), "turns": 0} for name in turns]
	compat.insert_rows(COUNTER, rows, ignore_duplicates=True)
	counter = frappe.qb.DocType(COUNTER)
	for name, count in turns.items():
		frappe.qb.update(counter).set(counter.turns, counter.turns + count).where(counter.name == name).run()
