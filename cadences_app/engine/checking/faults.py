"""What can be wrong with a cadence, as codes; the sentences that people read are made at the edge (S1.6)."""

from __future__ import annotations

from dataclasses import dataclass

from cadences_app.engine.reading import Path
from cadences_app.engine.stored_enum import StoredEnum


class FaultCode(StoredEnum):
	# the tree
	NO_FOLLOW_UP = "no_follow_up"
	NO_STARTER = "no_starter"
	KEY_MISSING = "key_missing"
	KEY_TWICE = "key_twice"
	PARENT_UNKNOWN = "parent_unknown"
	CIRCLE = "circle"
	# triggers, of follow-ups and of exit rules
	OUTCOME_IMPOSSIBLE = "outcome_impossible"
	NEVER_AWAITED = "never_awaited"
	WITHIN_MISSING = "within_missing"
	WITHIN_TOO_LONG = "within_too_long"
	SINCE_IMPOSSIBLE = "since_impossible"
	TIMES_BELOW_ONE = "times_below_one"
	TIMES_TOO_MANY = "times_too_many"
	NOT_EARLIER = "not_earlier"
	TIMES_NOT_TAKEN = "times_not_taken"
	DETAIL_NOT_TAKEN = "detail_not_taken"
	# timing and policy
	DELAY_BELOW_ZERO = "delay_below_zero"
	DELAY_TOO_LONG = "delay_too_long"
	DATE_FIELD_MISSING = "date_field_missing"
	WINDOW_NEVER_OPENS = "window_never_opens"
	NO_BUSINESS_DAYS = "no_business_days"
	ANSWER_WAIT_TOO_SHORT = "answer_wait_too_short"
	NUMBER_BELOW_ZERO = "number_below_zero"
	# what the channels need
	TEMPLATE_MISSING = "template_missing"
	TEMPLATE_UNKNOWN = "template_unknown"
	NO_WEIGHT = "no_weight"
	RECIPIENT_MISSING = "recipient_missing"
	NUMBER_MISSING = "number_missing"
	TEXT_MISSING = "text_missing"
	TEXT_TOO_LONG = "text_too_long"
	SENDER_MISSING = "sender_missing"
	THREAD_UNKNOWN = "thread_unknown"
	THREAD_OF_ITSELF = "thread_of_itself"
	INVITE_WITHOUT_START = "invite_without_start"
	INVITE_TOO_SHORT = "invite_too_short"
	SUBJECT_MISSING = "subject_missing"
	ASSIGNEE_MISSING = "assignee_missing"
	CALLS_NOT_ALLOWED = "calls_not_allowed"
	FIELD_UNKNOWN = "field_unknown"
	# exit rules
	FOLLOW_UP_UNKNOWN = "follow_up_unknown"
	CONDITIONS_MISSING = "conditions_missing"
	EXIT_DATE_MISSING = "exit_date_missing"
	EXIT_DATE_PASSED = "exit_date_passed"
	EXPRESSION_MISSING = "expression_missing"
	EXPRESSION_UNREADABLE = "expression_unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
	"""One reason why a cadence can't work.

	`follow_up` and `rule` are the keys of what is at fault, blank where it is the cadence; `detail` is the
	value that is wrong; `path` leads to the field in the definition's JSON.
	"""

	code: FaultCode
	follow_up: str = ""
	rule: str = ""
	detail: str = ""
	path: Path = ()
