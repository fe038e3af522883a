"""Whom a cadence is for, and who of them may come when (S2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.reading import Fields, without_defaults
from cadences_app.engine.stored_enum import StoredEnum


class AudienceKind(StoredEnum):
	MANUAL = "Manual Enrollment"
	VIEW = "Custom View"


class Entering(StoredEnum):
	"""When records that enter the view later are enrolled (S2.3)."""

	AT_ONCE = "At Once"
	AT_INTERVALS = "At Intervals"
	NOT_BY_ITSELF = "Not by Itself"


class IntervalUnit(StoredEnum):
	HOURS = "Hours"
	DAYS = "Days"


class Wait(StoredEnum):
	"""Why a record has to wait before its first run (S2.9, S2.10, S13.2)."""

	ALONE = "alone"
	RECORD_FULL = "record_full"
	RESTING = "resting"
	COMPANY_FULL = "company_full"
	OWNER_FULL = "owner_full"
	OWNER_DAY_FULL = "owner_day_full"
	DAY_FULL = "day_full"
	STARTS_LATER = "starts_later"


class ComingBack(StoredEnum):
	"""What becomes of a record that left before the end and enters the view again (S2.5)."""

	RESUME = "Resume"
	RESTART = "Restart"
	NEVER = "Never"


EVERY_DAY = Delay(1, Unit.DAYS)


@dataclass(frozen=True, slots=True)
class Audience:
	"""Whom a cadence is for (S2). `filters` are Frappe filters, evaluated with the rights of `as_user`.

	`every` is looked at where records enter at intervals; `holdout` is the share in percent that is left out,
	to compare (S8.5).
	"""

	kind: AudienceKind = AudienceKind.MANUAL
	filters: tuple[tuple[Any, ...], ...] = ()
	as_user: str = ""
	entering: Entering = Entering.AT_ONCE
	every: Delay = EVERY_DAY
	coming_back: ComingBack = ComingBack.RESUME
	holdout: int = 0

	@property
	def enrolls_by_itself(self) -> bool:
		return self.kind is AudienceKind.VIEW and self.entering is not Entering.NOT_BY_ITSELF

	def to_dict(self) -> dict[str, Any]:
		values: dict[str, Any] = {
			"kind": self.kind.value,
			"filters": [list(each) for each in self.filters],
			"as_user": self.as_user,
		}
		if self.entering is not Entering.AT_ONCE:
			values["entering"] = self.entering.value
		if self.entering is Entering.AT_INTERVALS:
			values["every"] = self.every.to_dict()
		if self.coming_back is not ComingBack.RESUME:
			values["coming_back"] = self.coming_back.value
		return without_defaults(values) | ({"holdout": self.holdout} if self.holdout else {})

	@classmethod
	def read(cls, fields: Fields) -> Audience:
		return cls(
			kind=fields.choice("kind", AudienceKind, AudienceKind.MANUAL),
			filters=fields.each("filters", _read_filter),
			as_user=fields.text("as_user"),
			entering=fields.choice("entering", Entering, Entering.AT_ONCE),
			every=fields.read("every", Delay.from_dict) or EVERY_DAY,
			coming_back=fields.choice("coming_back", ComingBack, ComingBack.RESUME),
			holdout=fields.integer("holdout"),
		)


MANUAL = Audience()


def _read_filter(found: Any) -> tuple[Any, ...]:
	if not isinstance(found, list | tuple):
		raise ValueError("expected a list such as [field, operator, value]")
	return tuple(found)


@dataclass(frozen=True, slots=True)
class Exclusivity:
	"""Who has to wait (S2.9). 0 is no limit everywhere.

	`alone`: no record is in this cadence and in another at once. `per_record` counts the live cadences of a
	record, `rest_days` are counted since the last touch by any cadence. `per_company`, `per_owner` and
	`new_per_owner` (a day) count within this cadence. Of those that wait, a higher `priority` goes first.
	"""

	alone: bool = False
	per_record: int = 0
	rest_days: int = 0
	per_company: int = 0
	per_owner: int = 0
	new_per_owner: int = 0
	priority: int = 0

	def to_dict(self) -> dict[str, Any]:
		return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}

	@classmethod
	def read(cls, fields: Fields) -> Exclusivity:
		return cls(
			alone=fields.flag("alone"),
			per_record=fields.integer("per_record"),
			rest_days=fields.integer("rest_days"),
			per_company=fields.integer("per_company"),
			per_owner=fields.integer("per_owner"),
			new_per_owner=fields.integer("new_per_owner"),
			priority=fields.integer("priority"),
		)


NO_EXCLUSIVITY = Exclusivity()
