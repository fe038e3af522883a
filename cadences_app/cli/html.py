"""The report of a simulation as one HTML page that needs no network and no script."""

from collections.abc import Iterable, Iterator
from html import escape

from cadences_app.cli.account import Account
from cadences_app.cli.files import company_of, title_of
from cadences_app.cli.report import tell_rate, verb_of
from cadences_app.cli.style import STYLE
from cadences_app.cli.text import tell_moment, tell_reason, tell_start
from cadences_app.engine.channels import all_channels, traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.dry_run.simulation import Run
from cadences_app.engine.funnel import Counts, FollowUpFunnel, Funnel
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import EnrollmentStatus


def write_page(accounts: Iterable[Account]) -> str:
	accounts = tuple(accounts)
	names = " and ".join(account.cadence.name for account in accounts)
	links = "".join(
		f'<a href="#cadence-{number}">{escape(account.cadence.name)}</a>'
		for number, account in _numbered(accounts)
	)
	return "".join(
		[
			"<!doctype html>\n",
			'<html lang="en"><head><meta charset="utf-8">',
			'<meta name="viewport" content="width=device-width, initial-scale=1">',
			f"<title>{escape(names)}: simulation</title><style>{STYLE}</style></head><body>\n",
			f"<header><h1>{escape(names)}</h1><p>Simulated on a virtual clock. Nothing was sent.</p>",
			f"<nav>{links}</nav></header>\n<main>\n" if len(accounts) > 1 else "</header>\n<main>\n",
			*(part for number, account in _numbered(accounts) for part in _write_account(number, account)),
			"</main></body></html>\n",
		]
	)


def _numbered(accounts: Iterable[Account]) -> Iterator[tuple[int, Account]]:
	return enumerate(accounts, start=1)


def _write_account(number: int, account: Account) -> Iterator[str]:
	cadence, funnel = account.cadence, account.funnel
	yield f'<section id="cadence-{number}"><h2>{escape(cadence.name)}</h2>'
	yield f"<p>{escape(cadence.description)}</p>" if cadence.description else ""
	started = f"{account.starts_at:%A, %d %B %Y}"
	yield f'<p class="quiet">Enrolled on {started}. Answers {escape(account.played_by)}.</p>\n'
	yield _write_totals(funnel)
	yield "<h3>Funnel</h3>\n"
	yield _write_funnel(account)
	yield "<h3>Follow-ups</h3>\n"
	yield _write_tables(funnel)
	yield "<h3>How the runs ended</h3>\n"
	yield _write_ends(funnel)
	yield "<h3>Every record</h3>\n" if not account.untold else "<h3>The first records</h3>\n"
	yield from (_write_run(account, run) for run in account.runs)
	if account.untold:
		yield f'<p class="quiet">{account.untold:,} more records are counted in the figures above.</p>\n'
	yield "</section>\n"


def _write_totals(funnel: Funnel) -> str:
	replied = sum(funnel.total(each, Outcome.REPLIED) for each in all_channels())
	messages = [(funnel.carried_out(Channel.MESSAGE), "messages")]
	figures = [
		(funnel.enrolled, "enrolled"),
		(funnel.carried_out(Channel.EMAIL), "emails"),
		(funnel.carried_out(Channel.TASK), "tasks"),
		(funnel.carried_out(Channel.CALL), "calls"),
		*(each for each in messages if each[0]),
		(funnel.total(Channel.EMAIL, Outcome.OPENED), "emails opened"),
		(replied, "replies"),
		(funnel.ended_as(EnrollmentStatus.COMPLETED), "went to the end"),
		(funnel.ended_as(EnrollmentStatus.STOPPED), "left before"),
	]
	cells = "".join(f"<div><b>{number}</b><span>{label}</span></div>" for number, label in figures)
	return f'<div class="totals">{cells}</div>\n'


def _write_funnel(account: Account) -> str:
	rows = "".join(
		_write_bar(account, follow_up, depth)
		for starter in account.cadence.starters
		for follow_up, depth in _walk(account, starter, 0)
	)
	legend = (
		'<p class="legend"><i class="reached"></i> reached <i class="done"></i> carried out '
		'<i class="wanted"></i> opened (emails) or completed (tasks, calls)</p>'
	)
	return f'<div class="funnel">{rows}</div>{legend}\n'


def _walk(account: Account, follow_up: FollowUp, depth: int) -> Iterator[tuple[FollowUp, int]]:
	yield follow_up, depth
	for child in account.cadence.children.get(follow_up.key, ()):
		yield from _walk(account, child, depth + 1)


def _write_bar(account: Account, follow_up: FollowUp, depth: int) -> str:
	funnel = account.funnel
	counts = funnel.follow_ups[follow_up.key].counts
	desired = traits_of(follow_up.channel).wanted
	wanted = counts.outcomes[desired] if desired else 0
	title = f"{counts.reached} reached, {counts.carried_out} carried out, {wanted} opened or completed"
	return (
		f'<div class="row"><div class="label" style="padding-left:{depth * 1.1:.1f}em">'
		f"{_write_badge(follow_up.channel)} {escape(follow_up.label)}"
		f"<small>{escape(tell_start(account.cadence, follow_up))}</small></div>"
		f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img"><title>{title}</title>'
		f"{_write_rect('reached', counts.reached, funnel.enrolled)}"
		f"{_write_rect('done', counts.carried_out, funnel.enrolled)}"
		f"{_write_rect('wanted', wanted, funnel.enrolled)}</svg>"
		f'<div class="number">{counts.reached}</div></div>\n'
	)


def _write_rect(name: str, part: int, whole: int) -> str:
	width = 100 * part / whole if whole else 0
	return f'<rect class="{name}" width="{width:.2f}" height="10"/>'


def _write_badge(channel: Channel) -> str:
	return f'<span class="badge {channel.value.lower()}">{channel.value}</span>'


def _write_tables(funnel: Funnel) -> str:
	tables = []
	for channel in all_channels():
		found = [each for each in funnel.follow_ups.values() if each.follow_up.channel is channel]
		if found:
			tables.append(_write_table(channel, found))
	return "".join(tables)


def _write_table(channel: Channel, follow_ups: list[FollowUpFunnel]) -> str:
	outcomes = traits_of(channel).shown
	titles = [
		"Reached",
		verb_of(channel).capitalize(),
		*(outcome.value for outcome in outcomes),
	]
	heads = "".join(
		f"<th>{title}</th>" for title in (*titles, "Results") if title != "Results" or channel is Channel.CALL
	)
	rows = "".join(
		_write_row(_write_badge(channel) + " " + escape(each.follow_up.label), each.counts, channel)
		+ "".join(
			_write_row(f'<span class="variant">{escape(template)}</span>', counts, channel)
			for template, counts in sorted(each.variants.items())
			if len(each.variants) > 1
		)
		for each in follow_ups
	)
	return _write_scrolling(f"<th>Follow-up</th>{heads}", rows)


def _write_scrolling(heads: str, rows: str, kind: str = "figures") -> str:
	return (
		f'<div class="scroll"><table class="{kind}"><thead><tr>{heads}</tr></thead>'
		f"<tbody>{rows}</tbody></table></div>\n"
	)


def _write_row(label: str, counts: Counts, channel: Channel) -> str:
	cells = [str(counts.reached), str(counts.carried_out)]
	for outcome in traits_of(channel).shown:
		number = counts.outcomes[outcome]
		cells.append(f"{number}<small>{tell_rate(counts, outcome)}</small>" if number else "–")
	if channel is Channel.CALL:
		results = (f"{number} {escape(result)}" for result, number in counts.results.most_common())
		cells.append(", ".join(results) or "–")
	return f"<tr><td>{label}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _write_ends(funnel: Funnel) -> str:
	rows = [
		f"<tr><td>{number}</td><td>{status.value}</td><td>{escape(tell_reason(reason, note))}</td></tr>"
		for (status, reason, note), number in funnel.ends.most_common()
	]
	if funnel.live:
		rows.append(f"<tr><td>{funnel.live}</td><td>Live</td><td>still under way</td></tr>")
	return f'<table class="ends"><tbody>{"".join(rows)}</tbody></table>\n'


def _write_run(account: Account, run: Run) -> str:
	record, enrollment = run.record, run.enrollment
	about = " · ".join(filter(None, (company_of(record), str(record.fields.get("email_id") or ""))))
	reason = (
		tell_reason(enrollment.exit_reason, enrollment.exit_note) if enrollment.exit_reason else "under way"
	)
	rows = "".join(
		f'<tr class="{entry.tone}"><td>{tell_moment(entry.at, record.zone)}</td>'
		f"<td>{escape(entry.follow_up)}</td><td>{escape(entry.what)}</td><td>{escape(entry.why)}</td></tr>"
		for entry in account.timeline(run)
	)
	status = enrollment.status.value
	heads = f"<th>When ({escape(str(record.zone))})</th><th>Follow-up</th><th>What</th><th>Why</th>"
	return (
		f"<details><summary><b>{escape(title_of(record))}</b> <span>{escape(about)}</span>"
		f'<em class="{status.lower()}">{status}: {escape(reason)}</em></summary>'
		f"{_write_scrolling(heads, rows, 'timeline')}</details>\n"
	)
