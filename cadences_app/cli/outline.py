"""A cadence in Markdown, to be read: its tree from top to bottom, and what ends it early."""

from collections.abc import Iterator

from cadences_app.cli.text import tell_start
from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import Cadence, FollowUp, Start
from cadences_app.engine.timetable import earliest_days


def write_outline(cadence: Cadence) -> Iterator[str]:
	"""Each follow-up once, below the one that it comes after. `cadence` must be without faults: one that
	comes after itself would not be told of."""
	yield f"### {cadence.name}"
	yield ""
	if cadence.description:
		yield cadence.description
		yield ""
	yield from _branches(cadence, "", "", earliest_days(cadence))
	if cadence.exit_rules:
		yield ""
		yield f"It ends early with: {', '.join(_in_lower_case(each.label) for each in cadence.exit_rules)}."


def _branches(cadence: Cadence, parent: str, indent: str, days: dict[str, float]) -> Iterator[str]:
	for each in cadence.follow_ups:
		if each.parent == parent:
			yield f"{indent}- {_line(cadence, each, days[each.key])}"
			yield from _branches(cadence, each.key, f"{indent}  ", days)


def _line(cadence: Cadence, follow_up: FollowUp, day: float) -> str:
	by_date = follow_up.timing.start is not Start.AFTER_TRIGGER
	about = [follow_up.channel.value, "" if by_date else f"day {int(day)}"]
	told = f"**{follow_up.label}** ({', '.join(filter(None, about))}): {tell_start(cadence, follow_up)}"
	if isinstance(follow_up.content, EmailContent):
		templates = " or ".join(f"*{each.template}*" for each in follow_up.content.variants)
		return f"{told}; {templates}" if templates else told
	return told


def _in_lower_case(text: str) -> str:
	return text[:1].lower() + text[1:]
