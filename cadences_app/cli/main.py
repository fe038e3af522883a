"""The ``cadences`` command: check a cadence, tell of it, or try it over a list of records, all offline."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from io import TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cadences_app.cli.account import Account
from cadences_app.cli.files import FileFault, Lines, read_definition, read_records, read_scripts
from cadences_app.cli.html import write_page
from cadences_app.cli.outline import write_outline
from cadences_app.cli.playing import CHUNK, Play, play_all
from cadences_app.cli.report import write_account
from cadences_app.cli.text import NOT_EVALUATED, tell_fault, tell_not_evaluated
from cadences_app.engine.checking.check import Fault, check
from cadences_app.engine.definition import Cadence
from cadences_app.engine.reading import DefinitionError
from cadences_app.engine.triggers import MEANT_YEARS

FAULTY = 1
UNUSABLE = 2
WORK_BEGINS = time(9)
DEFAULT_SEED = 1
PROGRESS_STEP = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
	"""0 when all is well, 1 when `check` finds faults, 2 when a file or an option can't be used."""
	options = _parse(arguments)
	for stream in (sys.stdout, sys.stderr):
		if isinstance(stream, TextIOWrapper):
			stream.reconfigure(errors="replace")
	try:
		return options.run(options)
	except FileFault as fault:
		print(fault, file=sys.stderr)
		return UNUSABLE
	except BrokenPipeError:  # whoever reads has seen enough, as with `| head`
		os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
		return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="cadences", description=__doc__)
	commands = parser.add_subparsers(required=True, metavar="COMMAND")

	checking = commands.add_parser("check", help="say what keeps a cadence from working")
	checking.add_argument("definition", type=Path, metavar="DEFINITION.json")
	checking.set_defaults(run=_check)

	telling = commands.add_parser(
		"outline", help="tell of cadences in Markdown: their trees, and what ends them early"
	)
	telling.add_argument("definitions", type=Path, nargs="+", metavar="DEFINITION.json")
	telling.set_defaults(run=_outline)

	trying = commands.add_parser("simulate", help="run a cadence over records on a virtual clock")
	trying.add_argument("definitions", type=Path, nargs="+", metavar="DEFINITION.json")
	trying.add_argument("--records", type=Path, required=True, metavar="LEADS.csv")
	trying.add_argument("--script", type=Path, metavar="ANSWERS.json", help="who answers what and when")
	trying.add_argument("--html", type=Path, metavar="OUT.html", help="write a report to open in a browser")
	trying.add_argument(
		"--seed", default=DEFAULT_SEED, help="without a script, answers are drawn from this (%(default)s)"
	)
	trying.add_argument(
		"--from", dest="day", type=_read_day, metavar="YYYY-MM-DD", help="the day of enrollment (today)"
	)
	trying.add_argument("--zone", type=_read_zone, default="UTC", help="the site's time zone (%(default)s)")
	trying.set_defaults(run=_simulate)
	return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> int:
	cadence, lines = read_definition(options.definition)
	faults = check(cadence, date.today())
	for fault in faults:
		print(_tell_place(options.definition, cadence, lines, fault))
	if not faults:
		print(f"{cadence.name}: {len(cadence.follow_ups)} follow-ups, no fault.")
	return FAULTY if faults else 0


def _outline(options: argparse.Namespace) -> int:
	cadences = [_read_sound(file, date.today()) for file in options.definitions]
	print("\n\n".join("\n".join(write_outline(each)) for each in cadences))
	return 0


def _simulate(options: argparse.Namespace) -> int:
	"""Everything is read before anything is printed: a bad file leaves half an account nowhere."""
	starts_at = datetime.combine(options.day or date.today(), WORK_BEGINS, options.zone)
	cadences = [_read_sound(file, starts_at.date()) for file in options.definitions]
	accounts = [_play(options, cadence, starts_at) for cadence in cadences]
	for account in accounts:
		for line in write_account(account, color=sys.stdout.isatty()):
			print(line)
		for rule in account.cadence.exit_rules:
			if rule.kind in NOT_EVALUATED and not account.is_evaluated(rule):
				print(tell_not_evaluated(rule))
		print()
	if options.html:
		_write(options.html, write_page(accounts))
		print(f"Report: {options.html}")
	return 0


def _read_sound(file: Path, today: date) -> Cadence:
	"""A definition without faults. FileFault tells all that there are."""
	cadence, lines = read_definition(file)
	faults = [_tell_place(file, cadence, lines, fault) for fault in check(cadence, today)]
	if faults:
		raise FileFault(file, "\n".join(["can't be used.", *faults]))
	return cadence


def _play(options: argparse.Namespace, cadence: Cadence, starts_at: datetime) -> Account:
	records = read_records(options.records, cadence, options.zone)
	scripts = read_scripts(options.script, cadence, records) if options.script else None
	played_by = (
		f"as written in {options.script.name}"
		if options.script
		else f"drawn at random from seed {options.seed}"
	)
	play = Play(cadence, starts_at, scripts, str(options.seed))
	return play_all(play, records, played_by, _show_progress)


def _show_progress(done: int, all_of_them: int) -> None:
	"""On the way to a long account, where nobody reads it as part of that."""
	if sys.stderr.isatty() or done == all_of_them or done % PROGRESS_STEP < CHUNK:
		end = "\r" if sys.stderr.isatty() and done < all_of_them else "\n"
		print(f"{done:,} of {all_of_them:,} records", end=end, file=sys.stderr, flush=True)


def _tell_place(file: Path, cadence: Cadence, lines: Lines, fault: Fault) -> str:
	field = DefinitionError(fault.path, "").field
	label = cadence.by_key[fault.follow_up].label if fault.follow_up in cadence.by_key else fault.rule
	about = f" ({label})" if label else ""
	return f"{file.name}, line {lines.of(fault.path)}, {field}{about}: {tell_fault(fault)}"


def _write(file: Path, text: str) -> None:
	try:
		file.write_text(text, encoding="utf-8")
	except OSError as error:
		raise FileFault(file, f"can't be written: {error.strerror}") from error


def _read_day(text: str) -> date:
	try:
		day = date.fromisoformat(text)
	except ValueError as error:
		raise argparse.ArgumentTypeError(f'"{text}" is no date such as 2025-03-03') from error
	if day.year not in MEANT_YEARS:
		raise argparse.ArgumentTypeError(f"{text} is no day on which anybody is enrolled")
	return day


def _read_zone(name: str) -> ZoneInfo:
	try:
		return ZoneInfo(name)
	except (ZoneInfoNotFoundError, ValueError, OSError) as error:
		problem = f'there is no time zone "{name}"; if none is known here, "pip install tzdata" brings them'
		raise argparse.ArgumentTypeError(problem) from error


if __name__ == "__main__":
	sys.exit(main())
