"""Trying a cadence before it is used: a dry run, a test email, what an activation would set going (S11).

Each works on the form as it stands on the screen. Who asks must be allowed to edit the cadence and to read
the record; what they see is the record's, through their own rights.
"""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html
from frappe.utils.html_utils import clean_email_html

from cadences_app.api.answers.cadences import (
	Ahead,
	DryRun,
	FilledEmail,
	FilledMessage,
	SentTest,
	SentTestMessage,
)
from cadences_app.api.arguments import as_json, as_one_of, moment
from cadences_app.api.builder import unsaved
from cadences_app.api.calling import whitelist
from cadences_app.api.sentences import because, tell
from cadences_app.cadences_app.doctype.cadence import drafts
from cadences_app.channels import sample_text
from cadences_app.channels.mail_weight import warning_of
from cadences_app.channels.occasion import CannotReach
from cadences_app.channels.sample_email import SampleEmail, sample_of
from cadences_app.channels.sample_message import send_sample
from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.content import EmailContent, MessageContent, Service
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import EndlessRun, Run
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import forecast, stories, try_out
from cadences_app.enrolling.publisher_faults import not_theirs
from cadences_app.enrolling.warnings import warnings_of
from cadences_app.enrolling.words import name_of
from cadences_app.mail import mailboxes
from cadences_app.mail.composing.enclosures import NotReadyYet
from cadences_app.mail.composing.markup import TooMuchMarkup
from cadences_app.messages import costs, daily_tests, gateway, suppression, whatsapp
from cadences_app.messages.gateway import Answer, Taken
from cadences_app.messages.numbers import read_number, site_country
from cadences_app.runtime import message_job
from cadences_app.store import clock, compat
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.journal import describe

MOST_ANSWERS = 200
LONGEST_WAIT = 3650
"""Of an answer, in whichever unit."""
LONGEST_DETAIL = 500


@whitelist(methods=["POST"])
def dry_run(
	doc: dict | str, record: str, answers: list | str | None = None, starts_at: str | None = None
) -> DryRun:
	"""What a record would go through, if these were its answers (S11.1).

	Each answer has `follow_up`, `outcome`, perhaps `detail`, and comes `amount` `unit` after the follow-up
	(blank: at once). `starts_at`, in the site's time, is now where it is left out. Returns `steps` in order,
	`follow_ups` by key, and how it `ended`.
	"""
	cadence = _definition(doc)
	frappe.has_permission(cadence.module, "read", record, throw=True)
	script = Script(tuple(_answer(each) for each in _listed(answers)))
	try:
		run = try_out.run_on(cadence, record, script, _moment(starts_at))
	except EndlessRun:
		frappe.throw(_("With these answers it would never end."))
	blocked = try_out.block_of(cadence, record)
	began = clock.to_site(run.turns[0].at).isoformat(sep=" ", timespec="seconds")
	told = {**_told(cadence, run), "starts_at": began, "expected": stories.expected_of(run).to_dict()}
	return {**told, "blocked": because("impossible", blocked.value) if blocked else ""}


@whitelist(methods=["POST"])
def filled_email(doc: dict | str, follow_up: str, record: str) -> FilledEmail:
	"""The email as this record's person would get it, and the merge fields that have no value for them."""
	found = _sample(_definition(doc), follow_up, record)
	return {
		"subject": found.subject,
		"html": clean_email_html(found.body),
		"template": found.template,
		"to": found.address,
		"sender": found.sender,
		"missing": list(found.missing),
		"problem": found.problem,
		"warning": warning_of(found.size),
	}


@whitelist(methods=["POST"])
def send_test(doc: dict | str, follow_up: str, record: str) -> SentTest:
	"""Send the email to oneself as it would go out, filled for this record, with merge fields that are
	missing named (S11.2). One that could not go out is not sent either; the error says why."""
	cadence = _definition(doc)
	found = _sample(cadence, follow_up, record)
	if found.problem:
		frappe.throw(escape_html(found.problem))
	address = frappe.db.get_value("User", frappe.session.user, "email")
	try:
		send_sample(try_out.imagined(cadence, record), follow_up, found, address)
	except (NotReadyYet, TooMuchMarkup) as why:
		frappe.throw(escape_html(str(why)))
	warning = warning_of(found.size)
	if warning:
		frappe.msgprint(_("The test email was sent, but {0}").format(warning), indicator="orange", alert=True)
	return {"sent_to": address, "missing": list(found.missing), "problem": "", "warning": warning}


@whitelist(methods=["POST"])
def filled_message(doc: dict | str, follow_up: str, record: str) -> FilledMessage:
	"""The message as this record's person would get it, its parts and what they cost (S3.10).

	`problem` says why it would not go out; `cost` is 0 where the settings name no price.
	"""
	_content, found = _sample_message(_definition(doc), follow_up, record)
	return {
		"text": found.text,
		"to": found.number,
		"parts": found.parts,
		"units": found.units,
		"alphabet": found.alphabet.value,
		"cost": found.cost,
		"problem": because("impossible", found.block.value) if found.block else "",
	}


@whitelist(methods=["POST"])
def send_test_message(doc: dict | str, follow_up: str, record: str) -> SentTestMessage:
	"""Send the message to oneself as it would go out, filled for this record: to the mobile number of one's
	user (S11.2), as often a day as the settings allow. One that could not go out is not sent either; the
	error says why."""
	content, found = _sample_message(_definition(doc), follow_up, record)
	if found.block:
		frappe.throw(because("impossible", found.block.value))
	if message_job.is_suspended():
		frappe.throw(_("This site sends nothing: its emails are muted."))
	number = _own_number()
	if block := suppression.blocked([number]).get(number):
		frappe.throw(because("impossible", block.value))
	compat.persist(daily_tests.count_one)
	answer = _send(content, number, found.text, record, _definition(doc).module)
	if not isinstance(answer, Taken):
		frappe.throw(_("It could not be sent: {0}").format(escape_html(answer.why)))
	return {"sent_to": number, "parts": found.parts, "cost": found.cost}


@whitelist(methods=["POST"])
def before_activation(doc: dict | str) -> Ahead:
	"""How many records activation enrolls, what goes out on the first days, and the load of each mailbox and
	person (S11.3).

	`days`: the date and the number by channel; `mailboxes` with their daily cap of now (0: none) and `people`
	with their numbers a day; `services` are those of messages. `capped`: there are more records than were
	looked at. `warnings`: mails that would not be shown whole, and links that are examples.
	"""
	cadence = _definition(doc)
	frappe.has_permission(cadence.module, "read", throw=True)
	try:
		found = forecast.forecast(cadence)
	except EndlessRun:
		frappe.throw(_("Without any answer it would never end."))
	caps = mailboxes.day_caps()
	return {
		"count": found.count,
		"warnings": warnings_of(cadence),
		"capped": found.count >= forecast.MOST_RECORDS,
		"days": [
			{"date": str(found.first_day + timedelta(days=number)), "by_channel": dict(day)}
			for number, day in enumerate(found.days)
		],
		"mailboxes": [
			{"name": account, "cap": caps.get(account) or 0, "a_day": _a_day(counts)}
			for account, counts in sorted(found.mailboxes.items())
		],
		"services": [
			{
				"name": _(service),
				"cap": costs.most_a_day(),
				"cost": round(found.costs[service], 4),
				"a_day": _a_day(counts),
			}
			for service, counts in sorted(found.services.items())
		],
		"people": [
			{"name": frappe.get_cached_value("User", user, "full_name") or user, "a_day": _a_day(counts)}
			for user, counts in sorted(found.people.items())
		],
	}


def _a_day(counts: Any) -> list[int]:
	return [counts[day] for day in range(forecast.DAYS)]


def _definition(sent: dict | str) -> Cadence:
	return drafts.read(unsaved(sent))


def _sample(cadence: Cadence, follow_up: str, record: str) -> SampleEmail:
	"""The email of the follow-up, of which nothing is shown that whoever asks may not have sent (S14.1a)."""
	current, key = _tried(cadence, follow_up, record, EmailContent, _("This follow-up is no email."))
	for variant in cadence.by_key[key].content.variants:
		frappe.has_permission("Email Template", "read", variant.template, throw=True)
	_expect_theirs(cadence, key)
	try:
		return sample_of(current, key, clock.now())
	except CannotReach as why:
		frappe.throw(because("impossible", str(why)))


def _expect_theirs(cadence: Cadence, key: str) -> None:
	"""Refuses what whoever asks could not publish."""
	if refused := not_theirs(cadence.by_key[key].content, cadence.module, frappe.session.user):
		frappe.throw("<br>".join(map(escape_html, refused)), frappe.PermissionError)


def _sample_message(
	cadence: Cadence, follow_up: str, record: str
) -> tuple[MessageContent, sample_text.SampleMessage]:
	current, key = _tried(cadence, follow_up, record, MessageContent, _("This follow-up is no message."))
	_expect_theirs(cadence, key)
	try:
		return cadence.by_key[key].content, sample_text.sample_of(current, key, clock.now())
	except CannotReach as why:
		frappe.throw(because("impossible", str(why)))


def _own_number() -> str:
	written = frappe.db.get_value("User", frappe.session.user, "mobile_no") or ""
	try:
		return read_number(written, site_country())
	except ValueError:
		frappe.throw(_("Your user has no mobile number that it could be sent to. Enter it in your profile."))


def _send(content: MessageContent, number: str, text: str, record: str, module: str) -> Answer:
	if content.service is Service.WHATSAPP:
		if not whatsapp.is_set_up():
			frappe.throw(
				_("WhatsApp is not set up: it needs the app frappe_whatsapp and an account to send by.")
			)
		return whatsapp.send(number, text, content.whatsapp_template, (module, record))
	settings = gateway.read_settings()
	if settings is None:
		frappe.throw(_("SMS Settings name no gateway to send it by."))
	return settings.send(number, text)


def _tried(
	cadence: Cadence, follow_up: str, record: str, content: type, otherwise: str
) -> tuple[EnrollmentInWork, str]:
	"""The record as if it were enrolled, which whoever asks must be allowed to read; the follow-up's key."""
	frappe.has_permission(cadence.module, "read", record, throw=True)
	found = cadence.by_key.get(follow_up)
	if found is None or not isinstance(found.content, content):
		frappe.throw(otherwise)
	return try_out.imagined(cadence, record), found.key


def _listed(answers: list | str | None) -> list[dict[str, Any]]:
	found = as_json(answers) if answers else []
	if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
		frappe.throw(_("Expected the answers as a list."))
	if len(found) > MOST_ANSWERS:
		frappe.throw(_("At most {0} answers at once.").format(MOST_ANSWERS))
	return found


def _answer(sent: dict[str, Any]) -> ScriptedOutcome:
	amount = cint(sent.get("amount"))
	if not 0 <= amount <= LONGEST_WAIT:
		frappe.throw(_("An answer comes at most {0} days after its follow-up.").format(LONGEST_WAIT))
	unit = as_one_of(Unit, str(sent.get("unit") or Unit.DAYS.value))
	return ScriptedOutcome(
		str(sent.get("follow_up") or ""),
		as_one_of(Outcome, str(sent.get("outcome") or "")),
		Delay(amount, unit),
		detail=str(sent.get("detail") or "")[:LONGEST_DETAIL],
	)


def _moment(starts_at: str | None) -> datetime:
	return moment(starts_at) if starts_at else clock.now()


def _told(cadence: Cadence, run: Run) -> dict[str, Any]:
	names = {key: name_of(each, cadence) for key, each in cadence.by_key.items()}
	steps = []
	for turn in run.turns:
		for told in describe(turn.decision.transitions):
			key = told.get("follow_up", "")
			at = clock.to_site(turn.at).isoformat(sep=" ")
			steps.append({"at": at, "follow_up": key, "text": tell(told, names.get(key, key))})
	end = run.enrollment
	return {
		"steps": steps,
		"follow_ups": {key: _standing(each) for key, each in run.activities.items()},
		"ended": {
			"status": _(end.status.value),
			"why": because(end.exit_reason.value, end.exit_note) if end.exit_reason else "",
			"at": _stamp(end.ended_at),
		},
	}


def _standing(activity: Any) -> dict[str, Any]:
	"""How a follow-up fared: its status, when it was due and done, what came of it, and why it stands so."""
	return {
		"status": _(activity.status.value),
		"due_at": _stamp(activity.due_at),
		"done_at": _stamp(activity.carried_out_at or activity.handed_over_at),
		"outcomes": [
			{"outcome": _(outcome.value), "detail": detail, "at": _stamp(moments[0])}
			for (outcome, detail), moments in activity.marks.items()
			if not detail
		],
		"why": because(activity.reason.value, activity.note) if activity.reason else "",
	}


def _stamp(moment: datetime | None) -> str:
	return clock.to_site(moment).isoformat(sep=" ", timespec="seconds") if moment else ""
