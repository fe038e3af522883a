"""A dry run of a cadence on one record of the site, by the engine that runs it (S11.1)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cadences_app.engine.content import EmailContent, MessageContent
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import Script
from cadences_app.engine.dry_run.simulation import Record, Run, simulate
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.reasons import Block
from cadences_app.mail.composing import recipients
from cadences_app.mail.composing.recipients import NoSuchField
from cadences_app.messages.numbers import country_of, read_number
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.names import new_name
from cadences_app.store.templates import readable_fields


def run_on(cadence: Cadence, name: str, script: Script, starts_at: datetime) -> Run:
	"""Put the record of the cadence's module into it at `starts_at` and let time and `script` play.

	The record is read as a decision would read it; whoever asks must have been allowed to. Raises EndlessRun.
	"""
	return simulate(cadence, record_of(cadence, name), script, starts_at)


def record_of(cadence: Cadence, name: str) -> Record:
	"""The record as the facts of its decisions show it, with the addresses its mails would go to."""
	return records_of(cadence, [name])[name]


def records_of(cadence: Cadence, names: list[str]) -> dict[str, Record]:
	"""The same of many, read in sets."""
	in_work = [imagined(cadence, name) for name in names]
	if not in_work:
		return {}
	records = Records(in_work)
	rows = records.rows[cadence.module]
	shown = readable_fields(cadence.module)
	linked = _addresses_by_field(cadence, rows) | _by_field_of_messages(cadence, rows)
	found = {}
	for current in in_work:
		name = current.row["reference_name"]
		facts = records.facts(current)
		fields = {field: value for field, value in facts.fields.items() if field in shown}
		found[name] = Record(
			name,
			fields | {field: of_field.get(name, "") for field, of_field in linked.items()},
			zone=facts.calendar.zone,
			holidays=facts.calendar.holidays,
			in_view=facts.in_view,
			is_converted=facts.is_converted,
			expressions=facts.expressions,
		)
	return found


def altered(record: Record, fields: Mapping[str, Any], is_converted: bool) -> Record:
	"""The record as it was at another time."""
	return replace(record, fields=fields, is_converted=is_converted)


def imagined(cadence: Cadence, name: str) -> EnrollmentInWork:
	"""An enrollment of the record that is nowhere but here."""
	row = {
		"name": new_name(),
		"cadence": cadence.name,
		"reference_doctype": cadence.module,
		"reference_name": name,
	}
	return EnrollmentInWork(row, cadence, Enrollment(), {}, set())


def block_of(cadence: Cadence, name: str) -> Block | None:
	"""Why nobody may write to the person, whatever the cadence says; None where they may be written to."""
	rows = Records([imagined(cadence, name)]).rows[cadence.module]
	for addresses in _addresses_by_field(cadence, rows).values():
		if block := recipients.find_record_blocks(rows, addresses, cadence.name).get(name):
			return block
	return None


def _by_field_of_messages(cadence: Cadence, rows: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
	"""The fields of linked records that messages ask for, and numbers as far as they are some."""
	found: dict[str, Mapping[str, Any]] = {}
	contents = [each.content for each in cadence.follow_ups if isinstance(each.content, MessageContent)]
	for field in {field for each in contents for field in (each.to_field, each.consent_field) if field}:
		try:
			found[field] = recipients.find_addresses(rows, field)
		except NoSuchField:
			found[field] = {}
	for field in {each.to_field for each in contents if each.to_field}:
		found[field] = {
			name: number for name, number in found[field].items() if _is_number(number, rows[name])
		}
	return found


def _is_number(number: Any, row: Any) -> bool:
	try:
		read_number(str(number or ""), country_of(row))
	except ValueError:
		return False
	return True


def _addresses_by_field(cadence: Cadence, rows: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
	fields = {each.content.to_field for each in cadence.follow_ups if isinstance(each.content, EmailContent)}
	found = {}
	for field in sorted(fields - {""}):
		try:
			found[field] = recipients.find_addresses(rows, field)
		except NoSuchField:
			found[field] = {}
	return found
