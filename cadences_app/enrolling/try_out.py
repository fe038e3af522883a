"""A dry run of a cadence on one record of the site, by the engine that runs it (S11.1)."""

from collections.abc import Mapping
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
	in_work = imagined(cadence, name)
	records = Records([in_work])
	facts = records.facts(in_work)
	rows = records.rows[cadence.module]
	shown = readable_fields(cadence.module)
	fields = {field: value for field, value in facts.fields.items() if field in shown}
	return Record(
		name,
		fields | _addresses(cadence, rows, name) | _of_messages(cadence, rows, name),
		zone=facts.calendar.zone,
		holidays=facts.calendar.holidays,
		in_view=facts.in_view,
		is_converted=facts.is_converted,
		expressions=facts.expressions,
	)


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


def _addresses(cadence: Cadence, rows: Mapping[str, Any], name: str) -> dict[str, str]:
	return {field: found.get(name, "") for field, found in _addresses_by_field(cadence, rows).items()}


def _of_messages(cadence: Cadence, rows: Mapping[str, Any], name: str) -> dict[str, Any]:
	"""The fields of linked records that messages ask for, and numbers as far as they are some."""
	found: dict[str, Any] = {}
	contents = [each.content for each in cadence.follow_ups if isinstance(each.content, MessageContent)]
	for content in contents:
		for field in filter(None, (content.to_field, content.consent_field)):
			try:
				found[field] = recipients.find_addresses(rows, field).get(name, "")
			except NoSuchField:
				found[field] = ""
	for content in contents:
		try:
			read_number(str(found.get(content.to_field) or ""), country_of(rows[name]))
		except ValueError:
			found[content.to_field] = ""
	return found


def _addresses_by_field(cadence: Cadence, rows: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
	fields = {each.content.to_field for each in cadence.follow_ups if isinstance(each.content, EmailContent)}
	found = {}
	for field in sorted(fields - {""}):
		try:
			found[field] = recipients.find_addresses(rows, field)
		except NoSuchField:
			found[field] = {}
	return found
