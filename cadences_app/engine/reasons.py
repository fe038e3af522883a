"""Why something was decided, as codes; the sentences that people read are made at the edge."""

from __future__ import annotations

from cadences_app.engine.stored_enum import StoredEnum


class Reason(StoredEnum):
	# what began or went on
	ENROLLED = "enrolled"
	RESTARTED = "restarted"
	CONTINUED = "continued"
	PAUSED = "paused"
	RESUMED = "resumed"
	HALTED = "halted"
	HELD = "held"
	SKIPPED_AHEAD = "skipped_ahead"
	REPUBLISHED = "republished"
	# follow-ups
	TRIGGERED = "triggered"
	DUE = "due"
	OUTSIDE_WINDOW = "outside_window"
	LATE = "late"
	DATE_CHANGED = "date_changed"
	DATE_MISSING = "date_missing"
	TRIGGER_GONE = "trigger_gone"
	ANSWERED = "answered"
	OUTCOME_RECORDED = "outcome_recorded"
	OVERDUE = "overdue"
	CALL_MOVED = "call_moved"
	NOTED = "noted"
	IMPOSSIBLE = "impossible"
	FAILED = "failed"
	ACTIVITY_DELETED = "activity_deleted"
	DECLINED = "declined"
	EMAIL_EDITED = "email_edited"
	# ends
	COMPLETED = "completed"
	NOT_REACHED = "not_reached"
	STOPPED_BY_HAND = "stopped_by_hand"
	UNSUBSCRIBED = "unsubscribed"
	NOT_TO_BE_CONTACTED = "not_to_be_contacted"
	RECORD_DELETED = "record_deleted"
	RULE_OUTCOME = "rule_outcome"
	RULE_CONDITIONS = "rule_conditions"
	RULE_CONVERTED = "rule_converted"
	RULE_LEFT_VIEW = "rule_left_view"
	RULE_DATE = "rule_date"
	RULE_MEETING = "rule_meeting"
	RULE_EXPRESSION = "rule_expression"
	RULE_OF_APP = "rule_of_app"
	COLLEAGUE_REPLIED = "colleague_replied"
	# nothing happened, and why
	RULE_FAILED = "rule_failed"
	NOTHING_DUE = "nothing_due"
	ALREADY_KNOWN = "already_known"
	ALREADY_ENROLLED = "already_enrolled"
	ENDED = "ended"
	IS_WAITING = "is_waiting"
	IS_PAUSED = "is_paused"
	IS_HALTED = "is_halted"
	NOT_PAUSED = "not_paused"
	OTHER_RUN = "other_run"
	NO_SUCH_FOLLOW_UP = "no_such_follow_up"
	NOTHING_TO_SKIP_TO = "nothing_to_skip_to"
	STILL_RUNNING = "still_running"
	ONLY_RESTART = "only_restart"
	NO_RULE = "no_rule"


# For what is asked in each decision: see ActivityStatus.
NOTHING_DUE = Reason.NOTHING_DUE
RULE_FAILED = Reason.RULE_FAILED


class Block(StoredEnum):
	"""Why nothing can go out to a person, as the note of a follow-up that was skipped (S2.6, S13.4)."""

	NO_EMAIL_ADDRESS = "no_email_address"
	INVALID_EMAIL_ADDRESS = "invalid_email_address"
	RECORD_DELETED = "record_deleted"
	DO_NOT_CONTACT = "do_not_contact"
	UNSUBSCRIBED = "unsubscribed"
	ADDRESS_BOUNCED = "address_bounced"
	ADDRESS_COMPLAINED = "address_complained"
	ADDRESS_SUPPRESSED = "address_suppressed"
	DOMAIN_SUPPRESSED = "domain_suppressed"
	NO_PHONE_NUMBER = "no_phone_number"
	INVALID_PHONE_NUMBER = "invalid_phone_number"
	NO_CONSENT = "no_consent"
	NUMBER_OPTED_OUT = "number_opted_out"
	NUMBER_SUPPRESSED = "number_suppressed"
	NOTHING_TO_SAY = "nothing_to_say"
