"""Phone numbers as people write them, and as they are dialled from everywhere (E.164)."""

import re
from collections.abc import Mapping
from typing import Any

import frappe
import phonenumbers

LONGEST = 64
_SPOKEN = re.compile(r"[;,\n/]| or ")


def read_number(written: str, country: str = "") -> str:
	"""The number as ``+4915112345678``. Without a country code it is one of `country`, by its Frappe name.

	Of several in one field the first counts. Raises ValueError for what is no number that anybody can have.
	"""
	first = _SPOKEN.split(str(written or "").strip()[:LONGEST])[0]
	try:
		number = phonenumbers.parse(first, _region(country))
	except phonenumbers.NumberParseException as error:
		raise ValueError(f"{first} is no phone number") from error
	if not phonenumbers.is_valid_number(number):
		raise ValueError(f"{first} is no valid phone number")
	return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_caller(written: str) -> str:
	"""As `read_number`, of a number as gateways tell it: with its country code, but not always a +."""
	digits = str(written or "").strip()
	try:
		return read_number(digits if digits.startswith("+") else f"+{digits.removeprefix('00')}")
	except ValueError:
		return read_number(digits, site_country())


def country_of(row: Mapping[str, Any]) -> str:
	"""The record's own country, else that of its company, else the site's."""
	own = row.get("country")
	if own and frappe.get_cached_value("Country", own, "code"):
		return str(own)
	company = row.get("company")
	if company and frappe.db.table_exists("Company"):
		if country := frappe.get_cached_value("Company", company, "country"):
			return str(country)
	return site_country()


def site_country() -> str:
	return str(frappe.db.get_default("country") or "")


def _region(country: str) -> str | None:
	code = frappe.get_cached_value("Country", country, "code") if country else None
	return code.upper() if code else None
