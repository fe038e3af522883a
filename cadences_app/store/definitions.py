"""Published definitions: read once per process, since a version never changes but for the names of what it
uses; and which modules have any."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import frappe

from cadences_app.engine.definition import Cadence
from cadences_app.engine.reading import DefinitionError
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.engine.watching import ANY_FIELD, watched_fields
from cadences_app.store.further_channels import further_channels
from cadences_app.store.names import new_name

MODULES_KEY = "cadence_modules"
STAMP_KEY = "cadence_renaming"

_loaded: dict[tuple[str, str], Cadence] = {}
_generations: dict[str, int] = {}
_stamps: dict[str, str] = {}
"""By site, the last renaming that what is loaded knows of."""


@dataclass(frozen=True, slots=True)
class Published:
	"""A cadence with a published version, as whoever puts records into it needs it."""

	name: str
	module: str
	status: str
	version: str

	@property
	def definition(self) -> Cadence:
		return load(self.version)


def load(version: str) -> Cadence:
	"""The definition that a Cadence Version holds. Raises DoesNotExistError when there is none."""
	_heed_renaming()
	key = (frappe.local.site, version)
	if key not in _loaded:
		stored = frappe.db.get_value("Cadence Version", version, "definition")
		if stored is None:
			raise frappe.DoesNotExistError(f"Cadence Version {version}")
		_loaded[key] = read(stored)
	return _loaded[key]


def load_many(versions: set[str], *, heeds_renaming: bool = True) -> dict[str, Cadence]:
	"""The definitions of these versions, those not yet known read in one query. `heeds_renaming` asks the
	cache whether any was renamed since: what is looked at once more by a worker need not."""
	if heeds_renaming:
		_heed_renaming()
	missing = [each for each in versions if (frappe.local.site, each) not in _loaded]
	if missing:
		for name, stored in frappe.get_all(
			"Cadence Version", {"name": ("in", missing)}, ["name", "definition"], as_list=True
		):
			_loaded[(frappe.local.site, name)] = read(stored)
	return {
		each: _loaded[(frappe.local.site, each)] for each in versions if (frappe.local.site, each) in _loaded
	}


def generation() -> int:
	"""Another number whenever something was forgotten: until then what was loaded reads as it did."""
	return _generations.get(frappe.local.site, 0)


def forget(versions: Iterable[str]) -> None:
	"""What these versions use was renamed, so they read differently: let every process read them anew."""
	for version in versions:
		_loaded.pop((frappe.local.site, version), None)
	_generations[frappe.local.site] = generation() + 1
	frappe.db.after_commit.add(partial(_set_stamp, new_name()))
	frappe.db.after_rollback.add(partial(_forget_all, frappe.local.site))


def _set_stamp(stamp: str) -> None:
	frappe.cache.set(frappe.cache.make_key(STAMP_KEY), stamp)


def _heed_renaming() -> None:
	"""Forget what this process has read if another has followed a renaming since."""
	site, told = frappe.local.site, frappe.cache.get(frappe.cache.make_key(STAMP_KEY))
	stamp = told.decode() if told else ""
	if _stamps.setdefault(site, stamp) != stamp:
		_stamps[site] = stamp
		_forget_all(site)


def _forget_all(site: str) -> None:
	_generations[site] = _generations.get(site, 0) + 1
	for key in [each for each in _loaded if each[0] == site]:
		del _loaded[key]


def dump(definition: Cadence) -> str:
	"""The definition as a version holds it."""
	return json.dumps(definition.to_dict(), indent=1, sort_keys=True)


def read(stored: str) -> Cadence:
	"""A definition as `dump` wrote it."""
	further_channels()  # a definition may name them
	return Cadence.from_dict(frappe.parse_json(stored))


def cadences_of(doctype: str) -> list[dict]:
	"""The published cadences of a module: name, status and version. No query while the cache holds."""
	return _modules().get(doctype, [])


def fields_watched(doctype: str) -> frozenset[str]:
	"""The fields of a module whose change some version of its published cadences looks at, `ANY_FIELD` among
	them where any may matter. No query while the cache holds."""
	return frozenset(field for each in cadences_of(doctype) for field in each["watched"])


def modules() -> list[str]:
	"""The modules that have a published cadence."""
	return list(_modules())


def forget_modules() -> None:
	"""To be called whenever a cadence is published, activated, deactivated, renamed or deleted."""
	_forget()
	# Who reads them before this transaction is committed keeps what was true until then.
	frappe.db.after_commit.add(_forget)
	frappe.db.after_rollback.add(_forget)


def _forget() -> None:
	frappe.cache.delete_value(MODULES_KEY)


def _modules() -> dict[str, list[dict]]:
	return frappe.cache.get_value(MODULES_KEY, _read_modules) or {}


def _read_modules() -> dict[str, list[dict]]:
	if frappe.flags.in_install or not frappe.db.table_exists("Cadence"):
		return {}
	found: dict[str, list[dict]] = {}
	rows = frappe.get_all(
		"Cadence",
		{"status": ("in", (CadenceStatus.ACTIVE.value, CadenceStatus.INACTIVE.value))},
		["name", "module", "status", "version", "description"],
		order_by="name",
	)
	watched = _watched_by({row.name for row in rows})
	for row in rows:
		found.setdefault(row.module, []).append({**row, "watched": sorted(watched[row.name])})
	return found


def _watched_by(cadences: set[str]) -> dict[str, set[str]]:
	"""The fields that any version of each cadence looks at: records may be under way in old ones."""
	versions = frappe.get_all(
		"Cadence Version", {"cadence": ("in", list(cadences))}, ["name", "cadence"], limit_page_length=0
	)
	watched: dict[str, set[str]] = {cadence: set() for cadence in cadences}
	try:
		loaded = load_many({version.name for version in versions})
	except DefinitionError:  # an app that brought a channel is gone: any field may matter
		return {cadence: {ANY_FIELD} for cadence in cadences}
	for version in versions:
		if version.name in loaded:
			watched[version.cadence] |= watched_fields(loaded[version.name])
	return watched
