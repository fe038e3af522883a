"""The account of a simulation for a terminal."""

from collections.abc import Iterator

from cadences_app.cli.account import Account
from cadences_app.cli.files import company_of, title_of
from cadences_app.cli.text import tell_moment, tell_reason
from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.dry_run.simulation import Run
from cadences_app.engine.funnel import Counts, FollowUpFunnel
from cadences_app.engine.outcomes import Outcome

CARRIED_OUT = {Channel.EMAIL: "sent", Channel.TASK: "made", Channel.CALL: "set", Channel.MESSAGE: "sent"}
BAR = 24


def write_account(account: Account, color: bool = False) -> Iterator[str]:
	"""The lines: each record's timeline, then the funnel. With `color`, headings stand out."""
	paint = _paint if color else _leave
	number = account.funnel.enrolled
	records = "1 record" if number == 1 else f"{number} records"
	head = f"{account.cadence.name}: {records}, from {account.starts_at:%A %d %B %Y}"
	yield paint(head, "1")
	yield f"Answers: {account.played_by}"
	for run in account.runs:
		yield ""
		yield paint(_write_name(run), "1")
		for entry in account.timeline(run):
			when = tell_moment(entry.at, run.record.zone)
			line = f"  {when}  {entry.follow_up or '—':<28} {entry.what:<30} {entry.why}"
			yield line.rstrip()
	if account.untold:
		yield ""
		yield f"… and {account.untold:,} more records, which the figures count."
	yield ""
	yield from write_funnel(account, paint)


def write_funnel(account: Account, paint) -> Iterator[str]:
	funnel = account.funnel
	yield paint(f"Funnel of {account.cadence.name}", "1")
	for each in funnel.follow_ups.values():
		share = each.counts.reached / funnel.enrolled if funnel.enrolled else 0
		bar = "█" * round(share * BAR)
		label = f"{each.follow_up.channel.value:<7} {each.follow_up.label:<28}"
		yield f"  {label} {bar:<{BAR}} {each.counts.reached:>4} reached, {tell_counts(each)}"
	yield ""
	for (status, reason, note), number in funnel.ends.most_common():
		yield f"  {number:>4}  {status.value:<10} {tell_reason(reason, note)}"
	if funnel.live:
		yield f"  {funnel.live:>4}  still under way"


def tell_counts(each: FollowUpFunnel) -> str:
	"""A follow-up's figures in one line."""
	channel, counts = each.follow_up.channel, each.counts
	told = [f"{counts.carried_out} {verb_of(channel)}"]
	told += [
		f"{counts.outcomes[outcome]} {outcome.value.lower()}{tell_rate(counts, outcome)}"
		for outcome in traits_of(channel).shown
		if counts.outcomes[outcome]
	]
	results = ", ".join(f"{number} {result}" for result, number in counts.results.most_common())
	return ", ".join(told) + (f" ({results})" if results else "")


def verb_of(channel: Channel) -> str:
	"""What was done about a follow-up that was carried out: "sent"."""
	return CARRIED_OUT.get(channel, "done")


def tell_rate(counts: Counts, outcome: Outcome) -> str:
	rate = counts.rate(outcome)
	return "" if rate is None else f" ({rate:.0%})"


def _write_name(run: Run) -> str:
	parts = (title_of(run.record), company_of(run.record), str(run.record.fields.get("email_id") or ""))
	return " · ".join(dict.fromkeys(part for part in parts if part))


def _paint(text: str, code: str) -> str:
	return f"\033[{code}m{text}\033[0m"


def _leave(text: str, code: str) -> str:
	return text
