"""Invariant 12: publish and move any cadence to any edit of it, at any moment of any run (S1.7).

Nobody is lost, nothing fails, nothing is sent twice.
"""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from cadences_app.engine.checking.check import check
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence, FollowUp, Trigger
from cadences_app.engine.enrollment import evolve_all
from cadences_app.engine.events import (
	CadenceRepublished,
	ContinueRequested,
	Republish,
	ResumeRequested,
	TimePassed,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.runs import added_follow_ups, edited_follow_ups, starting_follow_ups
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.strategies import (
	LIVELY,
	Do,
	Life,
	contents,
	lives,
	policies,
	steps,
	timings,
	trees,
	triggers,
)

anything = settings(
	deadline=None,
	max_examples=150,
	phases=(Phase.explicit, Phase.generate),  # a life is too long to be made shorter in good time
	derandomize=True,
	suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
FAILED = EnrollmentStatus.FAILED
NO_DAY = date(2026, 1, 1)
GOING_ON = tuple(each for each in LIVELY if each not in (Do.STOP, Do.RESTART))


@st.composite
def edits(draw, cadence: Cadence) -> Cadence:
	"""Another version of the cadence: one that shares nothing but keys, or one with a few changes."""
	wait_days = cadence.policy.answer_wait_days
	if draw(st.booleans()):
		return replace(cadence, follow_ups=draw(trees(wait_days)), exit_rules=())
	follow_ups = list(cadence.follow_ups)
	for _ in range(draw(st.integers(1, 3))):
		follow_ups = draw(changed(follow_ups, wait_days))
	policy = draw(st.just(cadence.policy) | policies(wait_days))
	rules = tuple(each for each in cadence.exit_rules if not each.follow_up)
	return replace(cadence, follow_ups=tuple(follow_ups), policy=policy, exit_rules=rules)


@st.composite
def changed(draw, follow_ups: list[FollowUp], wait_days: int) -> list[FollowUp]:
	"""The follow-ups after one edit, as people make them in the form."""
	at = draw(st.integers(0, len(follow_ups) - 1))
	found = follow_ups[at]
	match draw(st.sampled_from(("remove", "insert before", "channel", "timing", "trigger", "content"))):
		case "remove" if len(follow_ups) > 1:
			return fitting([handed_on(each, found) for each in follow_ups if each is not found])
		case "insert before":
			key = f"n{draw(st.integers(0, 3))}"
			if any(each.key == key for each in follow_ups):
				return follow_ups
			channel = draw(st.sampled_from(Channel))
			new = replace(found, key=key, channel=channel, content=draw(contents(channel)))
			behind = replace(found, parent=key, trigger=Trigger())
			return fitting([*follow_ups[:at], new, behind, *follow_ups[at + 1 :]])
		case "channel":
			channel = draw(st.sampled_from(Channel))
			follow_ups[at] = replace(found, channel=channel, content=draw(contents(channel)))
		case "timing":
			follow_ups[at] = replace(found, timing=draw(timings()))
		case "trigger" if found.parent:
			parent = next(each for each in follow_ups if each.key == found.parent)
			follow_ups[at] = replace(found, trigger=draw(triggers(parent.channel, wait_days)))
		case _:
			follow_ups[at] = replace(found, title="Edited")
	return fitting(follow_ups)


def handed_on(follow_up: FollowUp, removed: FollowUp) -> FollowUp:
	"""A follow-up whose parent is removed comes after that one's parent, or starts."""
	if follow_up.parent != removed.key:
		return follow_up
	return replace(follow_up, parent=removed.parent, trigger=removed.trigger if removed.parent else Trigger())


def fitting(follow_ups: list[FollowUp]) -> list[FollowUp]:
	"""The follow-ups with a plain trigger where their parent's channel can't produce what they listen to."""
	whole = Cadence("Fits", "Lead", tuple(follow_ups))
	misfits = {fault.follow_up for fault in check(whole, NO_DAY) if fault.path[2:3] == ("trigger",)}
	return [replace(each, trigger=Trigger()) if each.key in misfits else each for each in follow_ups]


def publish(life: Life, after: Cadence, choice: Republish) -> None:
	"""Whoever is live is told, and who failed is tried again under it; the others stay under the version in
	which they ended."""
	edited, has_failed = edited_follow_ups(life.cadence, after), life.enrollment.status is FAILED
	if not life.enrollment.is_live and not has_failed:
		return
	changes = {
		"added": added_follow_ups(life.cadence, after),
		"starting": starting_follow_ups(life.cadence, after),
	}
	event = TryAgainRequested(after.name, edited, **changes)
	if not has_failed:
		event = CadenceRepublished(edited, choice, **changes)
	life.facts = replace(
		life.facts, calendar=replace(life.facts.calendar, business_days=after.policy.business_days)
	)
	life.cadence = after
	life.take(event)


@st.composite
def moved_lives(draw):
	"""A life, with one or two new versions in it, and the moments at which they came."""
	life = draw(lives(GOING_ON, most=8))
	published = []
	for _ in range(draw(st.integers(1, 2))):
		after = draw(edits(life.cadence))
		choice = draw(st.sampled_from((Republish.MOVE, Republish.MOVE, Republish.STOP_EDITED)))
		published.append(added_follow_ups(life.cadence, after))
		publish(life, after, choice)
		life.play(draw(st.lists(steps(GOING_ON), max_size=5)))
	return life, published


@anything
@given(moved_lives())
def test_nothing_fails_and_nothing_is_sent_twice(moved):
	life, _published = moved
	started = Counter()
	for turn in life.turns:
		assert evolve_all(turn.before, turn.decision.transitions) == turn.decision.after
		assert turn.decision.next_at is None or turn.decision.next_at > turn.now
		run = turn.decision.after.run
		if isinstance(turn.event, ContinueRequested | TryAgainRequested) and not turn.before.is_live:
			for key, activity in turn.before.activities.items():
				if activity.status is ActivityStatus.FAILED or activity.carried_out_at is None:
					del started[run, key]
		if isinstance(turn.event, CadenceRepublished):
			for key, activity in turn.before.activities.items():
				if activity.status is ActivityStatus.HANDED_OVER:  # taken back, to come by another channel
					del started[run, key]
		started.update((run, key) for key in turn.starts())
		assert set(started.values()) <= {1}


@anything
@given(moved_lives())
def test_nobody_is_lost(moved):
	"""Whoever was moved goes on to an end of the new version: all that starts it came or was new and lay
	behind, and what comes after what was done came too."""
	life, published = moved
	resume(life)
	count = len(life.turns)
	while life.enrollment.is_live:
		assert life.next_at is not None, "an active enrollment that nothing wakes"
		life.move_to(life.next_at)
		assert len(life.turns) - count < 50 * (1 + len(life.cadence.follow_ups))
	if life.enrollment.exit_reason not in (Reason.COMPLETED, Reason.NOT_REACHED):
		return
	new = frozenset().union(*published)
	activities = life.enrollment.activities
	has_begun = any(each.made_by for each in activities.values())
	for follow_up in life.cadence.follow_ups:
		if follow_up.key in activities:
			continue
		if not follow_up.parent:
			assert follow_up.key in new and has_begun
		elif follow_up.trigger.outcome is Outcome.CARRIED_OUT and not follow_up.trigger.absent:
			parent = activities.get(follow_up.parent)
			assert parent is None or parent.passed_at is None


def resume(life: Life) -> None:
	if life.enrollment.status in (EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED):
		for _ in range(2):  # out of a halt, and out of a pause that lay before it
			life.take(ResumeRequested())


@anything
@given(moved_lives())
def test_a_version_that_changes_nothing_changes_nothing(moved):
	life, _published = moved
	assume(life.enrollment.status is not FAILED)
	life.world = replace(life.world, mail_works=False)
	life.take(TimePassed())
	before = life.enrollment
	publish(life, life.cadence, Republish.STOP_EDITED)

	assert life.enrollment == before
