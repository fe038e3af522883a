"""Which fields hold a phone number."""

from typing import Any

import frappe

_NAMES = frozenset({"phone", "mobile_no", "contact_mobile", "contact_phone"})
_NOT_TO_CALL = frozenset({"fax"})


def is_phone(field: Any) -> bool:
	"""Whether a DocField holds a number that a person can be called at."""
	if field.fieldname in _NOT_TO_CALL:
		return False
	return field.fieldtype == "Phone" or field.options == "Phone" or field.fieldname in _NAMES


def phone_fields(doctype: str) -> list[str]:
	"""The fields of a DocType that hold a phone number, in the order of its form; mobile numbers first."""
	found = [field.fieldname for field in frappe.get_meta(doctype).fields if is_phone(field)]
	return sorted(found, key=lambda name: "mobile" not in name)
