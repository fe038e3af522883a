"""Who would leave a cadence at once is not let in (S2.4)."""

from cadences_app.engine.decision import decide
from cadences_app.engine.events import Event
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.store import clock, compat
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records


def those_who_stay(
	entries: list[tuple[EnrollmentInWork, Event]], result: EnrollResult
) -> list[EnrollmentInWork]:
	"""The enrollments that go on after their event. The others are noted in `result`: whom a rule would take
	out before anything happened, and on whom a rule fails, which must not keep the others out."""
	records, now, staying = Records([current for current, _event in entries]), clock.now(), []
	for current, event in entries:
		name = current.row["reference_name"]
		try:
			facts = records.facts(current)
			decision = decide(current.cadence, current.state, event, facts, now)
		except Exception as error:
			if compat.is_passing_fault(error):
				raise
			result.answers[name] = EnrollAnswer.RULE_FAILED
			result.notes[name] = f"{type(error).__name__}: {error}"
			continue
		if decision.reason is Reason.RULE_FAILED:
			result.answers[name] = EnrollAnswer.RULE_FAILED
			result.notes[name] = "; ".join(facts.rule_errors.values())
			continue
		if decision.reason is Reason.NOT_TO_BE_CONTACTED:
			result.answers[name] = EnrollAnswer.NOT_TO_BE_CONTACTED
			result.notes[name] = decision.after.exit_note
			continue
		if decision.after.status is EnrollmentStatus.STOPPED:
			result.answers[name] = EnrollAnswer.MATCHES_EXIT
			result.notes[name] = decision.after.exit_note or decision.reason.value
			continue
		current.row |= records.shown(current)
		staying.append(current)
	return staying
