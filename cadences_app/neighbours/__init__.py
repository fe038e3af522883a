"""What "owner", "converted", "deal" and "task" mean in the apps beside this one, found at run time."""

from collections.abc import Mapping
from typing import Any

import frappe

from cadences_app.neighbours.crm import FrappeCRM
from cadences_app.neighbours.erpnext import ERPNext
from cadences_app.neighbours.plain import Plain

_KNOWN: tuple[type[Plain], ...] = (FrappeCRM, ERPNext)


def of(doctype: str) -> Plain:
	"""The neighbour that knows this module; Frappe's own conventions where none does."""
	for neighbour in _KNOWN:
		if doctype in neighbour.modules:
			return neighbour()
	return Plain()


def of_row(row: Mapping[str, Any]) -> Plain:
	return of(row["doctype"])


def installed() -> list[Plain]:
	apps = frappe.get_installed_apps()
	return [neighbour() for neighbour in _KNOWN if neighbour.app in apps]
