"""What set what off: the workflows whose actions led to an event, so that none runs in a circle (S9.3)."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import frappe

from cadences_app.store.inbox import CHAIN_FLAG

LONGEST = 5
"""Workflows that may set each other off in a row; the next one is noted and not run."""


@contextmanager
def acting(workflows: list[str]) -> Iterator[None]:
	"""Whatever is put into the inbox within was set off by these workflows."""
	before = frappe.flags.get(CHAIN_FLAG)
	frappe.flags[CHAIN_FLAG] = written(workflows)
	try:
		yield
	finally:
		frappe.flags[CHAIN_FLAG] = before


def of_events(events: Collection[str]) -> dict[str, tuple[str, ...]]:
	"""The chain behind each of these Cadence Events; those that nothing set off are left out."""
	rows = frappe.get_all(
		"Cadence Event",
		{"name": ("in", list(events)), "chain": ("is", "set")},
		["name", "chain"],
		limit_page_length=0,
	)
	return {row.name: read(row.chain) for row in rows}


def written(workflows: list[str]) -> str:
	return json.dumps(workflows[-LONGEST - 1 :])


def read(text: str | None) -> tuple[str, ...]:
	return tuple(frappe.parse_json(text or "[]"))
