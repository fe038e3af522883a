"""Outcomes as words within a sentence: "not opened within 3 days"."""

from cadences_app.engine.outcomes import Outcome
from cadences_app.sentences.marking import _

OUTCOMES: dict[Outcome, str] = {
	Outcome.SENT: _("sent"),
	Outcome.DELIVERED: _("delivered"),
	Outcome.FAILED: _("failed"),
	Outcome.OPENED: _("opened"),
	Outcome.CLICKED: _("clicked"),
	Outcome.REPLIED: _("replied"),
	Outcome.BOUNCED: _("bounced"),
	Outcome.UNSUBSCRIBED: _("unsubscribed"),
	Outcome.INVITE_ACCEPTED: _("invite accepted"),
	Outcome.INVITE_TENTATIVE: _("invite accepted tentatively"),
	Outcome.INVITE_DECLINED: _("invite declined"),
	Outcome.NOT_STARTED: _("not started"),
	Outcome.IN_PROGRESS: _("in progress"),
	Outcome.WAITING_FOR_INPUT: _("waiting for input"),
	Outcome.DEFERRED: _("deferred"),
	Outcome.COMPLETED: _("completed"),
	Outcome.SKIPPED: _("skipped"),
	Outcome.SCHEDULED: _("scheduled"),
	Outcome.OVERDUE: _("overdue"),
	Outcome.CANCELLED: _("cancelled"),
	Outcome.CALL_RESULT: _("call result"),
	Outcome.CARRIED_OUT: _("carried out"),
}
