"""Who would leave a cadence at once is not let in (S2.4)."""

from cadences_app.engine.decision import decide
from cadences_app.engine.events import Event
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling.outcome import Answer, Outcome
from cadences_app.runtime import clock, compat
from cadences_app.runtime.facts import Records
from cadences_app.runtime.store import Passage


def those_who_stay(entries: list[tuple[Passage, Event]], result: Outcome) -> list[Passage]:
	"""The passages that go on after their event. The others are noted in `result`: whom an un-enrollment rule
	would take out before anything happened, and on whom a rule fails, which must not keep the others out."""
	records, now, staying = Records([passage for passage, _event in entries]), clock.now(), []
	for passage, event in entries:
		name = passage.row["reference_name"]
		try:
			decision = decide(passage.cadence, passage.state, event, records.facts(passage), now)
		except Exception as error:
			if compat.is_passing_fault(error):
				raise
			result.answers[name] = Answer.RULE_FAILED
			result.notes[name] = f"{type(error).__name__}: {error}"
			continue
		if decision.after.status is EnrollmentStatus.STOPPED:
			result.answers[name] = Answer.MATCHES_EXIT
			result.notes[name] = decision.after.exit_note or decision.reason.value
			continue
		passage.row |= records.shown(passage)
		staying.append(passage)
	return staying
