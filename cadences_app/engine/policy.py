"""When and how fast a cadence sends (S13)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cadences_app.engine.calendar import LatePolicy, Window
from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.days import SEARCHED_DAYS
from cadences_app.engine.reading import Fields, without_defaults
from cadences_app.engine.stored_enum import StoredEnum

LATE_BY_DEFAULT = LatePolicy()


class ZoneSource(StoredEnum):
	SITE = "Site"
	OWNER = "Owner"
	PERSON = "Person"


class ColleagueReply(StoredEnum):
	"""What becomes of somebody in a cadence when somebody else of the same company answers (S6.1b)."""

	PAUSE = "Pause and Tell the Owner"
	END = "End"
	NOTHING = "Nothing"


class WindowScope(StoredEnum):
	EMAILS = "Emails"
	ALL = "All Follow-ups"


@dataclass(frozen=True, slots=True)
class SendingPolicy:
	"""S13.1 and S13.3. `answer_wait_days` is the longest time a follow-up waits for an answer."""

	window: Window | None = None
	scope: WindowScope = WindowScope.EMAILS
	zone: ZoneSource = ZoneSource.SITE
	business_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
	late: LatePolicy = LATE_BY_DEFAULT
	answer_wait_days: int = 30
	holiday_list: str = ""
	"""The name of a Holiday List; its days are read when something is decided, not pinned."""
	track_opens: bool = True
	track_clicks: bool = True
	new_per_day: int = 0
	"""How many records may be enrolled in a day (S13.2); 0 is no limit."""
	one_per_person: bool = True
	"""Whether a person is in the cadence by one record only, told by their email address (S2.7)."""
	colleague_reply: ColleagueReply = ColleagueReply.PAUSE
	"""What follows for this person from an answer of a colleague (S6.1b)."""
	answer_wait: timedelta = field(init=False, repr=False, compare=False)

	def __post_init__(self) -> None:
		days = min(max(self.answer_wait_days, 0), SEARCHED_DAYS)
		object.__setattr__(self, "answer_wait", timedelta(days=days))

	def window_for(self, channel: Channel) -> Window | None:
		is_sent = traits_of(channel).has_outbox
		return self.window if is_sent or self.scope is WindowScope.ALL else None

	def to_dict(self) -> dict[str, Any]:
		values = without_defaults(
			{
				"window": self.window and self.window.to_dict(),
				"scope": self.scope.value,
				"zone": self.zone.value,
				"late": self.late.to_dict(),
				"answer_wait_days": self.answer_wait_days,
				"holiday_list": self.holiday_list,
			}
		)
		tracking = {"track_opens": self.track_opens, "track_clicks": self.track_clicks}
		untracked = {name: False for name, is_tracked in tracking.items() if not is_tracked}
		limit = {"new_per_day": self.new_per_day} if self.new_per_day else {}
		persons = {} if self.one_per_person else {"one_per_person": False}
		if self.colleague_reply is not ColleagueReply.PAUSE:
			values["colleague_reply"] = self.colleague_reply.value
		return values | persons | {"business_days": sorted(self.business_days)} | untracked | limit

	@classmethod
	def read(cls, fields: Fields) -> SendingPolicy:
		days = fields.read("business_days", _read_weekdays)
		return cls(
			window=fields.read("window", Window.from_dict),
			scope=fields.choice("scope", WindowScope, WindowScope.EMAILS),
			zone=fields.choice("zone", ZoneSource, ZoneSource.SITE),
			business_days=frozenset({0, 1, 2, 3, 4}) if days is None else days,
			late=fields.read("late", LatePolicy.from_dict) or LATE_BY_DEFAULT,
			answer_wait_days=fields.integer("answer_wait_days", 30),
			holiday_list=fields.text("holiday_list"),
			track_opens=fields.flag("track_opens", True),
			track_clicks=fields.flag("track_clicks", True),
			new_per_day=fields.integer("new_per_day"),
			one_per_person=fields.flag("one_per_person", True),
			colleague_reply=fields.choice("colleague_reply", ColleagueReply, ColleagueReply.PAUSE),
		)


POLICY_BY_DEFAULT = SendingPolicy()


def _read_weekdays(found: Any) -> frozenset[int]:
	if not isinstance(found, list | tuple) or not all(type(day) is int and 0 <= day <= 6 for day in found):
		raise ValueError("expected a list of weekdays from 0 (Monday) to 6 (Sunday)")
	return frozenset(found)
