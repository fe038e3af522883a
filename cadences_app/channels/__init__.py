"""The channels: each performs what a decision asks for, and observes what becomes of it. The one registry."""

from collections.abc import Callable

from cadences_app.channels import call, email, task
from cadences_app.channels.occasion import CannotReach, Occasion, PendingRows
from cadences_app.engine.actions import (
	Action,
	AssignTask,
	CloseActivity,
	PlaceCall,
	SendEmail,
	WithdrawEmail,
)
from cadences_app.engine.content import Channel

__all__ = ["CannotReach", "Occasion", "PendingRows", "perform"]

_CLOSERS: dict[Channel, Callable[[Occasion], None]] = {Channel.TASK: task.close, Channel.CALL: call.close}


def perform(action: Action, occasion: Occasion) -> None:
	"""Carry one action out. Raises CannotReach when there is no way to reach the person."""
	match action:
		case SendEmail():
			email.hand_over(occasion)
		case AssignTask(due_on=due_on):
			task.assign(occasion, due_on)
		case PlaceCall(starts_at=starts_at):
			call.place(occasion, starts_at)
		case WithdrawEmail():
			email.withdraw(occasion)
		case CloseActivity():
			_CLOSERS[occasion.follow_up.channel](occasion)
