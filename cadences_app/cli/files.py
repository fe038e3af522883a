"""Reading the files of the commands, so that every fault names its line and field."""

import csv
import json
import re
from bisect import bisect_right
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path as File
from typing import Any
from zoneinfo import ZoneInfo

from cadences_app.engine.content import EmailContent, MessageContent
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, Timing
from cadences_app.engine.dry_run.script import Script, read_script
from cadences_app.engine.dry_run.simulation import Record
from cadences_app.engine.policy import ZoneSource
from cadences_app.engine.reading import DefinitionError, Fields, Path

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+')
SEPARATORS = ",;\t"
LONGEST_CELL = 1_000_000
ZONE_COLUMNS = ("time_zone", "timezone")
NAME_COLUMNS = ("name", "email_id", "email")
TITLE_COLUMNS = ("title", "lead_name", "full_name")
COMPANY_COLUMNS = ("company_name", "organization", "company")


class FileFault(Exception):
	"""A file that can't be used: which one, where in it, and what is wrong."""

	def __init__(self, file: File, problem: str, line: int = 0, field: str = "") -> None:
		place = [file.name, *([f"line {line}"] if line else []), *([field] if field else [])]
		super().__init__(f"{', '.join(place)}: {problem}")


@dataclass(frozen=True)
class Lines:
	"""On which line of a JSON text each value stands; an object's members where their names do."""

	numbers: Mapping[Path, int]

	def of(self, path: Path) -> int:
		"""The line of the value or, where it is missing, of what it is missing in."""
		while path not in self.numbers:
			path = path[:-1]
		return self.numbers[path]


def read_definition(file: File) -> tuple[Cadence, Lines]:
	"""The cadence in a JSON file. FileFault names line and field of what can't be read."""
	source, lines = _read_json(file)
	try:
		return Cadence.from_dict(source), lines
	except DefinitionError as error:
		raise FileFault(file, error.problem, lines.of(error.path), error.field) from error


@dataclass(frozen=True)
class Scripts:
	"""The answers of a script file: those of each record that it names, and those of everyone else."""

	by_record: Mapping[str, Script]
	everyone: Script

	def of(self, record: Record) -> Script:
		return self.by_record.get(record.name, self.everyone)


def read_scripts(file: File, cadence: Cadence, records: list[Record]) -> Scripts:
	"""A script file: ``everyone`` is a list of entries, ``records`` has such lists by record name."""
	source, lines = _read_json(file)
	try:
		fields = Fields(source)
		everyone = read_script(fields, "everyone")
		named = fields.nested("records", _read_each_record) or {}
		fields.close()
		_expect_known(cadence, records, source)
	except DefinitionError as error:
		raise FileFault(file, error.problem, lines.of(error.path), error.field) from error
	return Scripts(named, everyone)


def _read_each_record(fields: Fields) -> dict[str, Script]:
	return {str(name): read_script(fields, str(name)) for name in fields.source}


def _expect_known(cadence: Cadence, records: list[Record], source: Mapping[str, Any]) -> None:
	known = {record.name for record in records}
	lists: dict[Path, list[Any]] = {("everyone",): source.get("everyone") or []}
	for name, entries in (source.get("records") or {}).items():
		lists[("records", name)] = entries
		if name not in known:
			raise DefinitionError(("records", name), "no record of this name is in the records file")
	for path, entries in lists.items():
		for position, entry in enumerate(entries):
			key = entry.get("follow_up")
			if key and key not in cadence.by_key:
				place = (*path, position, "follow_up")
				raise DefinitionError(place, f'the cadence has no follow-up "{key}"')


def read_records(file: File, cadence: Cadence, site_zone: ZoneInfo) -> list[Record]:
	"""The records in a CSV file: a line with the fields' names, then one line a record.

	A record is called by its ``name``, else its email address; it has a time zone of its own in
	``time_zone``. FileFault names line and field of what can't be used.
	"""
	rows = _read_rows(file)
	_, columns = next(rows, (1, []))
	_check_columns(file, columns, cadence)
	records: list[Record] = []
	names: dict[str, int] = {}
	for line, cells in rows:
		if len(cells) != len(columns):
			raise FileFault(file, f"has {len(cells)} values for {len(columns)} columns", line)
		fields = dict(zip(columns, cells, strict=True))
		record = _read_record(file, line, fields, cadence, site_zone)
		if record.name in names:
			raise FileFault(file, f'"{record.name}" stands on line {names[record.name]} already', line)
		names[record.name] = line
		records.append(record)
	if not records:
		raise FileFault(file, "has no records", 1)
	return records


def _check_columns(file: File, columns: list[str], cadence: Cadence) -> None:
	for column in columns:
		if not column:
			raise FileFault(file, "a column has no name", 1)
		if columns.count(column) > 1:
			raise FileFault(file, "the column stands there twice", 1, column)
	for rule in cadence.exit_rules:
		for name in _fields_of(rule):
			if name not in columns:
				problem = f'the column is missing; the un-enrolment rule "{rule.label}" needs it'
				raise FileFault(file, problem, 1, name)
	for follow_up in cadence.follow_ups:
		wanted = [follow_up.timing.date_field]
		if isinstance(follow_up.content, EmailContent | MessageContent):
			wanted.append(follow_up.content.to_field)
		if isinstance(follow_up.content, MessageContent):
			wanted.append(follow_up.content.consent_field)
		for name in wanted:
			if name and "." not in name and name not in columns:
				problem = f'the column is missing; the follow-up "{follow_up.label}" needs it'
				raise FileFault(file, problem, 1, name)


def _fields_of(rule: ExitRule) -> list[str]:
	match rule.kind:
		case ExitKind.CONDITIONS:
			return [condition.field for condition in rule.conditions]
		case ExitKind.DATE:
			return [rule.timing.date_field] if rule.on is None and rule.timing.date_field else []
		case _:
			return []


def _read_record(
	file: File, line: int, fields: dict[str, str], cadence: Cadence, site_zone: ZoneInfo
) -> Record:
	zone = site_zone
	for column in ZONE_COLUMNS:
		found = fields.get(column)
		if found:
			own = _read_zone(file, line, column, found)
			zone = own if cadence.policy.zone is ZoneSource.PERSON else site_zone
	for timing in (each.timing for each in (*cadence.follow_ups, *cadence.exit_rules)):
		_check_date(file, line, fields, timing)
	name = next((fields[column] for column in NAME_COLUMNS if fields.get(column)), f"line {line}")
	return Record(name, fields, zone, is_converted=fields.get("status") == "Converted")


def _read_zone(file: File, line: int, column: str, name: str) -> ZoneInfo:
	try:
		return ZoneInfo(name)
	except (KeyError, ValueError, OSError) as error:
		raise FileFault(file, f'there is no time zone "{name}"', line, column) from error


def _check_date(file: File, line: int, fields: Mapping[str, str], timing: Timing) -> None:
	text = fields.get(timing.date_field)
	if timing.date_field and text:
		try:
			date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
		except ValueError as error:
			problem = f'"{text}" is no date such as 2025-03-31 or 2025-03-31 14:00'
			raise FileFault(file, problem, line, timing.date_field) from error


def title_of(record: Record) -> str:
	"""How people call the record."""
	fields = record.fields
	title = next((fields[column] for column in TITLE_COLUMNS if fields.get(column)), "")
	return title or " ".join(filter(None, (fields.get("first_name"), fields.get("last_name")))) or record.name


def company_of(record: Record) -> str:
	return next((record.fields[column] for column in COMPANY_COLUMNS if record.fields.get(column)), "")


def _read_text(file: File, otherwise: str = "") -> str:
	"""The text of a file in UTF-8 or, as its first bytes say, UTF-16; `otherwise` in that encoding."""
	try:
		content = file.read_bytes()
	except OSError as error:
		raise FileFault(file, f"can't be opened: {error.strerror}") from error
	encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
	try:
		return content.decode(encoding)
	except UnicodeDecodeError as error:
		if otherwise and b"\0" not in content:
			return content.decode(otherwise, "replace")
		line = content[: error.start].count(b"\n") + 1
		raise FileFault(file, "is not UTF-8 text", line) from error


def _separator_of(text: str) -> str:
	"""What stands between the fields' names, which make the first line: a comma, or what spreadsheets
	elsewhere write. What is quoted parts nothing, and only CR and LF end a line."""
	unquoted = re.sub(r'"[^"]*"', '"', text[:LONGEST_CELL])
	header = next((line for line in re.split(r"[\r\n]", unquoted) if line.strip()), "")
	return max(SEPARATORS, key=header.count)


def _read_rows(file: File) -> Iterator[tuple[int, list[str]]]:
	"""The line on which each row begins, and its cells; blank lines are passed over. Only CR and LF end one.

	Spreadsheets write Windows-1252 where UTF-8 is not asked for.
	"""
	text = _read_text(file, "cp1252")
	if "\0" in text:
		raise FileFault(file, "has zero bytes: it is no text, or UTF-16 without its mark", 1)
	csv.field_size_limit(LONGEST_CELL)
	reader = csv.reader(StringIO(text, newline=""), strict=True, delimiter=_separator_of(text))
	begins = 1
	try:
		for cells in reader:
			if any(cell.strip() for cell in cells):
				yield begins, [cell.strip() for cell in cells]
			begins = reader.line_num + 1
	except csv.Error as error:
		raise FileFault(file, f"is no CSV: {error}", begins) from error


def _read_json(file: File) -> tuple[Any, Lines]:
	text = _read_text(file)
	try:
		source = json.loads(text)
		return source, _find_lines(file, text)
	except json.JSONDecodeError as error:
		raise FileFault(file, f"is no JSON: {error.msg} (column {error.colno})", error.lineno) from error
	except RecursionError as error:
		raise FileFault(file, "is nested too deeply") from error
	except ValueError as error:  # a number of more digits than Python reads
		raise FileFault(file, "has a number with too many digits", _line_of_digits(text)) from error


def _line_of_digits(text: str) -> int:
	found = re.search(r"[0-9]{1000}", text)
	return text.count("\n", 0, found.start()) + 1 if found else 0


def _find_lines(file: File, text: str) -> Lines:
	"""`text` is known to be JSON; FileFault for a name that an object has twice."""
	breaks = [match.start() for match in re.finditer("\n", text)]
	tokens = ((match[0], bisect_right(breaks, match.start()) + 1) for match in TOKEN.finditer(text))
	numbers: dict[Path, int] = {}

	def scan(token: str, line: int, path: Path) -> None:
		numbers.setdefault(path, line)
		if token == "{":
			for name, name_line in tokens:
				if name == "}":
					return
				if name == ",":
					continue
				member = (*path, json.loads(name))
				if member in numbers:
					raise FileFault(file, f"{name} stands on line {numbers[member]} already", name_line)
				numbers[member] = name_line
				next(tokens)
				scan(*next(tokens), member)
		elif token == "[":
			position = 0
			for item, item_line in tokens:
				if item == "]":
					return
				if item != ",":
					scan(item, item_line, (*path, position))
					position += 1

	scan(*next(tokens), ())
	return Lines(numbers)
