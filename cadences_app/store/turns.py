"""Whose turn it is: a counter for each rotation, exact also when several workers ask at once."""

import hashlib

import frappe

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns

COUNTER = "Cadence Counter"


def next_turn(*rotation: str) -> int:
	"""How many turns this rotation has had: 0, 1, 2, ...

	Its counter stays locked until the transaction ends, so two workers never get the same turn, and what is
	rolled back is not used up.
	"""
	name = hashlib.sha1("\n".join(rotation).encode(), usedforsecurity=False).hexdigest()
	turn = hold(name)
	counter = frappe.qb.DocType(COUNTER)
	frappe.qb.update(counter).set(counter.turns, turn + 1).where(counter.name == name).run()
	return turn


def hold(name: str) -> int:
	"""Have a counter to oneself until the transaction ends; others wait for it. Returns where it stands."""
	counter = frappe.qb.DocType(COUNTER)
	read = frappe.qb.from_(counter).select(counter.turns).where(counter.name == name).for_update()
	found = read.run()
	if not found:
		compat.insert_rows(COUNTER, [{**standard_columns(name), "turns": 0}], ignore_duplicates=True)
		found = read.run()
	return int(found[0][0])
