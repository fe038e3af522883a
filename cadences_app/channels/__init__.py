"""The channels: each performs what a decision asks for, and observes what becomes of it. The one registry."""

from collections.abc import Callable

from cadences_app.channels import call, email, message, task
from cadences_app.channels.occasion import CannotReach, Occasion, PendingRows
from cadences_app.engine.actions import (
	Action,
	AssignTask,
	CloseActivity,
	HandOver,
	PlaceCall,
	SendEmail,
	SendMessage,
	WithdrawEmail,
)
from cadences_app.engine.completeness import assert_never
from cadences_app.engine.content import Channel
from cadences_app.store.further_channels import further_channels

__all__ = ["CannotReach", "Occasion", "PendingRows", "perform"]

TAKE_BACK: dict[Channel, Callable[[Occasion], None]] = {
	Channel.EMAIL: email.withdraw,
	Channel.TASK: task.close,
	Channel.CALL: call.close,
	Channel.MESSAGE: email.withdraw,
}


def perform(action: Action, occasion: Occasion) -> None:
	"""Carry one action out. Raises CannotReach when there is no way to reach the person."""
	match action:
		case SendEmail():
			email.hand_over(occasion)
		case AssignTask(due_on=due_on):
			task.assign(occasion, due_on)
		case PlaceCall(starts_at=starts_at):
			call.place(occasion, starts_at)
		case SendMessage():
			message.hand_over(occasion)
		case HandOver():
			occasion.begin_writing()
			further_channels()[occasion.follow_up.channel].hand_over(occasion)
		case WithdrawEmail():
			_take_back(occasion, _sent_by(occasion))
		case CloseActivity(channel=channel):
			_take_back(occasion, channel)
		case other:
			assert_never(other)


def _sent_by(occasion: Occasion) -> Channel:
	"""Which channel it was handed over to, whatever the definition says by now: before this decision, which
	may have handed it to another one already."""
	before, after = occasion.current.before, occasion.current.state
	for state in (before, after) if before.run == after.run else (after,):
		activity = state.activities.get(occasion.key)
		if activity is not None and activity.sent_by is not None:
			return activity.sent_by
	return Channel.EMAIL


def _take_back(occasion: Occasion, channel: Channel) -> None:
	occasion.begin_writing()
	further = further_channels()
	take_back = further[channel].take_back if channel in further else TAKE_BACK[channel]
	take_back(occasion)
