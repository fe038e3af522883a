"""A cadence in words: what starts each follow-up and when, what goes out, who leaves, when it sends.

The one place where these sentences are made; the builder's arrows and cards, the form's tables and the
difference of two versions show them (S1.9, S3).
"""

import textwrap
from datetime import time

import frappe
from frappe import _
from frappe.utils import formatdate

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.content import (
	AssigneeKind,
	CallContent,
	Content,
	EmailContent,
	MessageContent,
	OtherContent,
	Release,
	TaskContent,
)
from cadences_app.engine.definition import (
	ANY_EARLIER,
	Cadence,
	ExitKind,
	ExitRule,
	FollowUp,
	Start,
	Timing,
	Trigger,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import LATE_BY_DEFAULT, SendingPolicy, WindowScope
from cadences_app.enrolling.form.columns import clock_column
from cadences_app.sentences.outcomes import OUTCOMES
from cadences_app.sentences.reasons import RULES

LONGEST_SAID = 80
"""Characters of a message's text in one line."""


def name_of(follow_up: FollowUp, cadence: Cadence) -> str:
	"""What people call a follow-up: its title, or its channel and row where it has none."""
	if follow_up.title:
		return follow_up.title
	row = next((row for row, each in enumerate(cadence.follow_ups, 1) if each is follow_up), 0)
	return _("{0} in row {1}").format(_(follow_up.channel.value), row)


def length(delay: Delay) -> str:
	"""A length of time: ``3 days``, ``1 business day``."""
	one, many = _units()[delay.unit]
	return one if delay.amount == 1 else many.format(delay.amount)


def arrow(follow_up: FollowUp, cadence: Cadence) -> str:
	"""What starts a follow-up, and when: ``not opened within 3 days, at 09:15``."""
	if not follow_up.parent:
		return _after_enrollment(follow_up.timing, cadence.module)
	waits = wait(follow_up.timing, cadence.module)
	found = follow_up.trigger
	if found.outcome is Outcome.CARRIED_OUT and not found.absent and not found.of:
		return waits or _("right away")
	return ", ".join(filter(None, (starts(follow_up, cadence), waits)))


def starts(follow_up: FollowUp, cadence: Cadence) -> str:
	"""The outcome that starts a follow-up, and of which other one where it is not its parent's (S3.3a):
	``Look at the papers: not completed within 1 day``."""
	if follow_up.trigger.of in ("", follow_up.parent):
		return trigger(follow_up.trigger)
	return starts_of(follow_up, cadence)


def starts_of(follow_up: FollowUp, cadence: Cadence) -> str:
	"""The same, with the one whose outcome it is in any case: ``Receipt: opened``."""
	of = follow_up.trigger.of or follow_up.parent
	heard = cadence.by_key.get(of)
	who = _("any earlier follow-up") if of == ANY_EARLIER else name_of(heard, cadence) if heard else of
	return _("{0}: {1}").format(who, trigger(follow_up.trigger))


def trigger(found: Trigger) -> str:
	"""The awaited outcome: ``opened 2 times``, ``call result No Answer``, ``not replied within 3 days``."""
	outcome = _outcome(found)
	if not found.absent:
		return _("{0} {1} times").format(outcome, found.times) if found.times > 1 else outcome
	within = length(found.within) if found.within else "…"
	if found.since in (Outcome.CARRIED_OUT, Outcome.SENT):
		return _("not {0} within {1}").format(outcome, within)
	since = _(OUTCOMES[found.since])
	return _("{0}, but not {1} within {2} of it").format(since, outcome, within)


def wait(timing: Timing, module: str) -> str:
	"""The wait after a trigger: ``2 days later at 09:15``; blank where there is none."""
	at = _at(timing.at)
	if timing.start is not Start.AFTER_TRIGGER:
		return " ".join(filter(None, (_around_date(timing, module), at)))
	later = _("{0} later").format(length(timing.delay)) if timing.delay.amount else ""
	return " ".join(filter(None, (later, at)))


def goes_out(content: Content) -> str:
	"""What a follow-up carries, in one line: template, subject, who does it."""
	match content:
		case EmailContent():
			templates = " / ".join(each.template for each in content.variants) or _("no template yet")
			return " · ".join(filter(None, (templates, _releases().get(content.release, ""))))
		case TaskContent() | CallContent():
			return " · ".join(filter(None, (content.subject or _("no subject yet"), assignee(content))))
		case MessageContent(service=service, text=text, whatsapp_template=template):
			said = " ".join((template or text).split()) or _("no text yet")
			shown = textwrap.shorten(said, LONGEST_SAID, placeholder="…")
			return " · ".join(filter(None, (_(service.value), shown, _releases().get(content.release, ""))))
		case OtherContent():
			return ""


def assignee(content: TaskContent | CallContent) -> str:
	found = content.assignee
	match found.kind:
		case AssigneeKind.OWNER:
			return _("for the record's owner")
		case AssigneeKind.FIELD:
			return _("for the user in {0}").format(found.field or "…")
		case AssigneeKind.USER | AssigneeKind.ROUND_ROBIN:
			names = [frappe.get_cached_value("User", user, "full_name") or user for user in found.users]
			return _("for {0}").format(", ".join(names) or "…")


def leaves(rule: ExitRule, cadence: Cadence) -> str:
	"""Who an un-enrollment rule takes out: ``Replied (any follow-up)``, ``Converted``."""
	match rule.kind:
		case ExitKind.OUTCOME:
			follow_up = cadence.by_key.get(rule.follow_up)
			of = name_of(follow_up, cadence) if follow_up else rule.follow_up or _("any follow-up")
			return _("{0}: {1}").format(of, trigger(rule.trigger))
		case ExitKind.CONDITIONS:
			return ", ".join(_condition(each, cadence.module) for each in rule.conditions) or "…"
		case ExitKind.DATE if rule.on:
			return _("on {0}").format(formatdate(rule.on))
		case ExitKind.DATE:
			return wait(rule.timing, cadence.module) or "…"
		case ExitKind.EXPRESSION:
			return rule.expression or "…"
		case _:
			return _(RULES[rule.kind])


def sending(policy: SendingPolicy) -> list[str]:
	"""The sending policy, a short sentence each."""
	told = [_window(policy)]
	if policy.holiday_list:
		told.append(_("not on the days of {0}").format(policy.holiday_list))
	if policy.late != LATE_BY_DEFAULT:
		told.append(_("what is {0} late: {1}").format(length(policy.late.after), _(policy.late.rule.value)))
	told.append(
		_("waits 1 day for an answer")
		if policy.answer_wait_days == 1
		else _("waits {0} days for an answer").format(policy.answer_wait_days)
	)
	if policy.new_per_day:
		told.append(_("{0} new records a day at most").format(policy.new_per_day))
	if not (policy.track_opens and policy.track_clicks):
		untracked = [
			what
			for what, is_tracked in ((_("opens"), policy.track_opens), (_("clicks"), policy.track_clicks))
			if not is_tracked
		]
		told.append(_("{0} are not tracked").format(", ".join(untracked)))
	return told


def _window(policy: SendingPolicy) -> str:
	if policy.window is None:
		return _("at any hour")
	opens, closes = clock_column(policy.window.opens), clock_column(policy.window.closes)
	hours = _("{0} to {1}").format(opens, closes)
	days = _days(policy.window.days)
	if policy.scope is WindowScope.ALL:
		return _("everything {0}, {1}").format(days, hours)
	return _("emails {0}, {1}").format(days, hours)


def _days(days: frozenset[int]) -> str:
	names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
	found = sorted(days)
	if len(found) == 7:
		return _("every day")
	if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
		return f"{names[found[0]]}–{names[found[-1]]}"
	return ", ".join(names[day] for day in found) or _("on no day")


def _after_enrollment(timing: Timing, module: str) -> str:
	at = _at(timing.at)
	if timing.start is not Start.AFTER_TRIGGER:
		return " ".join(filter(None, (_around_date(timing, module), at)))
	if timing.delay.amount:
		return " ".join(filter(None, (_("{0} after enrollment").format(length(timing.delay)), at)))
	return " ".join(filter(None, (_("on enrollment"), at)))


def _around_date(timing: Timing, module: str) -> str:
	field = _label(timing.date_field, module) if timing.date_field else "…"
	if not timing.delay.amount:
		return _("on {0}").format(field)
	if timing.start is Start.BEFORE_DATE:
		return _("{0} before {1}").format(length(timing.delay), field)
	return _("{0} after {1}").format(length(timing.delay), field)


def _at(at: time | None) -> str:
	return _("at {0}").format(clock_column(at)) if at else ""


def _condition(condition, module: str) -> str:
	shown = condition.value
	if isinstance(shown, list | tuple):
		shown = ", ".join(str(each) for each in shown)
	told = (_label(condition.field, module), _(condition.operator.value), shown)
	return " ".join(str(each) for each in told if each not in (None, ""))


def _label(field: str, module: str) -> str:
	return _(frappe.get_meta(module).get_label(field) or field)


def _outcome(found: Trigger) -> str:
	text = _(OUTCOMES[found.outcome])
	return f"{text} {_(found.detail)}" if found.detail else text


def _releases() -> dict[Release, str]:
	return {Release.REVIEW: _("after review"), Release.APPROVAL: _("after approval")}


def _units() -> dict[Unit, tuple[str, str]]:
	return {
		Unit.MINUTES: (_("1 minute"), _("{0} minutes")),
		Unit.HOURS: (_("1 hour"), _("{0} hours")),
		Unit.DAYS: (_("1 day"), _("{0} days")),
		Unit.BUSINESS_DAYS: (_("1 business day"), _("{0} business days")),
		Unit.WEEKS: (_("1 week"), _("{0} weeks")),
		Unit.MONTHS: (_("1 month"), _("{0} months")),
	}
