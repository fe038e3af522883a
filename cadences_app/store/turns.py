"""Whose turn it is: a counter for each rotation, exact also when several workers ask at once."""

import hashlib

import frappe

PREFIX = "cadence-turn-"


def next_turn(*rotation: str) -> int:
	"""How many turns this rotation has had: 0, 1, 2, ...

	Counted in a row of Frappe's series that stays locked until the transaction ends, so two workers never
	get the same turn and what is rolled back is not used up.
	"""
	name = PREFIX + hashlib.sha1("\n".join(rotation).encode(), usedforsecurity=False).hexdigest()
	turn = hold(name)
	series = frappe.qb.DocType("Series")
	frappe.qb.update(series).set(series.current, turn + 1).where(series.name == name).run()
	return turn


def hold(name: str) -> int:
	"""Have a counter to oneself until the transaction ends; others wait for it. Returns where it stands."""
	name = name if name.startswith(PREFIX) else PREFIX + name
	series = frappe.qb.DocType("Series")
	read = frappe.qb.from_(series).select(series.current).where(series.name == name).for_update()
	found = read.run()
	if not found:
		frappe.db.bulk_insert("Series", ["name", "current"], [(name, 0)], ignore_duplicates=True)
		found = read.run()
	return int(found[0][0])


def forget_all() -> None:
	"""Take the counters away, when the app is uninstalled."""
	series = frappe.qb.DocType("Series")
	frappe.qb.from_(series).delete().where(series.name.like(f"{PREFIX}%")).run()
