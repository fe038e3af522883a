"""Records in a view that are left out: who was there before, and the share that is held out (S2.3, S8.5)."""

import hashlib
from typing import Any

import frappe

from cadences_app.engine.definition import Cadence
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store import compat, inbox
from cadences_app.store.names import new_name


class LeftOut(StoredEnum):
	"""Why a record in the view is left out."""

	WAS_THERE = "Was There Before"
	HOLDOUT = "Holdout"


SHARES = 10_000


def is_held_out(cadence: str, record: str, percent: int) -> bool:
	"""Whether this record belongs to the holdout: always the same for a record in a cadence, whenever it is
	asked and however large the audience is."""
	digest = hashlib.sha1(f"{cadence}\nholdout\n{record}".encode(), usedforsecurity=False).digest()
	return int.from_bytes(digest[:8], "big") % SHARES < percent * SHARES // 100


def without_held_out(cadence: Any, definition: Cadence, names: list[str]) -> set[str]:
	"""Those of these records that may come; the others are put down as held out."""
	percent = definition.audience.holdout
	held_out = [name for name in names if percent and is_held_out(cadence.name, name, percent)]
	rows = [
		{**inbox.standard_columns(new_name()), **_columns(cadence, name, LeftOut.HOLDOUT)}
		for name in held_out
	]
	if rows:
		compat.insert_rows("Cadence Bystander", rows, ignore_duplicates=True)
	return set(names).difference(held_out)


def among(cadence: str, names: list[str]) -> set[str]:
	"""Those of these records that are left out."""
	if not frappe.db.exists("Cadence Bystander", {"cadence": cadence}):
		return set()
	here = {"cadence": cadence}
	found = compat.find_in("Cadence Bystander", ["reference_name"], "reference_name", names, here)
	return {name for (name,) in found}


def leave_out_present(cadence: Any, names_in_view: str) -> int:
	"""Leave out who is in the view now: only who enters it later is enrolled. Returns how many they are."""
	columns = {**inbox.standard_columns(""), **_columns(cadence, "", LeftOut.WAS_THERE)}
	fixed = {key: compat.quoted(value) for key, value in columns.items()}
	name = compat.name_as_text(cadence.module, "t")
	fixed["name"] = f"md5({compat.joined(compat.quoted(new_name()), name)})"
	fixed["reference_name"] = name
	listed = compat.listed_name(cadence.module, "t")
	compat.insert_select(
		"Cadence Bystander", fixed, f"from `tab{cadence.module}` t where {listed} in ({names_in_view})"
	)
	compat.note_linked("Cadence Bystander", [columns])
	return frappe.db.count("Cadence Bystander", {"cadence": cadence.name, "why": LeftOut.WAS_THERE.value})


def forget_those_outside(cadence: Any, names_in_view: str, condition: str) -> None:
	"""Who was there before and has left the view since may enter it like anybody else."""
	if not frappe.db.exists("Cadence Bystander", {"cadence": cadence.name, "why": LeftOut.WAS_THERE.value}):
		return
	of_cadence = f"b.`cadence` = {compat.quoted(cadence.name)}"
	found = frappe.db.sql(
		f"""select b.`name` from `tabCadence Bystander` b join `tab{cadence.module}` t
			on {compat.name_as_text(cadence.module, "t")} = b.`reference_name`
		where {of_cadence} and b.`why` = '{LeftOut.WAS_THERE}'
			and {condition} and {compat.listed_name(cadence.module, "t")} not in ({names_in_view})""",
		pluck=True,
	)
	for start in range(0, len(found), 1000):
		frappe.db.delete("Cadence Bystander", {"name": ("in", found[start : start + 1000])})


def forget_present(cadence: str) -> None:
	"""Whoever was there before is a bystander no longer."""
	frappe.db.delete("Cadence Bystander", {"cadence": cadence, "why": LeftOut.WAS_THERE.value})


def merge(doctype: str, old: str, new: str) -> None:
	"""Two records are about to become one. Whoever is or was in the cadence by either stands by no more, and
	who stands by twice does so once."""
	both = {"reference_doctype": doctype, "reference_name": ("in", (old, new))}
	rows = frappe.get_all("Cadence Bystander", both, ["name", "cadence", "reference_name"])
	if not rows:
		return
	here = {**both, "cadence": ("in", [row.cadence for row in rows])}
	enrolled = set(frappe.get_all("Cadence Enrollment", here, pluck="cadence"))
	standing = {row.cadence for row in rows if row.reference_name == new}
	doomed = [
		row.name
		for row in rows
		if row.cadence in enrolled or (row.reference_name == old and row.cadence in standing)
	]
	frappe.db.delete("Cadence Bystander", {"name": ("in", doomed or [""])})


def _columns(cadence: Any, name: str, why: LeftOut) -> dict[str, str]:
	return {
		"cadence": cadence.name,
		"reference_doctype": cadence.module,
		"reference_name": name,
		"why": why.value,
	}
