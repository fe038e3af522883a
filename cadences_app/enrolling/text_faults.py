"""Merge fields that the records don't have, and links that no mail has (S1.6, S3.11)."""

import re
from collections.abc import Iterator

import frappe
from frappe import _

from cadences_app.engine.content import CallContent, Content, EmailContent, MessageContent, TaskContent
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Trigger
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up, of_rule
from cadences_app.mail.composing.markup import TooMuchMarkup, attribute, read_markup
from cadences_app.mail.composing.senders import OWNER_COLUMNS
from cadences_app.store.templates.names import CONTACT, OWNER, RECORD, alternatives, fields_used
from cadences_app.store.templates.row import child_tables, readable_fields

_FILLED_IN = re.compile(r"\{[{%]")


def text_faults(definition: Cadence) -> list[ToldFault]:
	"""Every fault of the texts, with the follow-up or rule that it is in."""
	known = _known_fields(definition.module)
	return [
		*(
			of_follow_up(follow_up, definition, text)
			for follow_up in definition.follow_ups
			for text in (
				*_unknown_fields(follow_up, definition.module, known),
				*_unknown_link(follow_up.trigger, _heard_by(follow_up, definition)),
			)
		),
		*(
			of_rule(rule, text)
			for rule in definition.exit_rules
			if rule.kind is ExitKind.OUTCOME
			for text in _unknown_link(rule.trigger, _heard_by_rule(rule, definition))
		),
	]


def fields_of_texts(definition: Cadence) -> set[str]:
	"""What the texts read, as `fields_used` names it."""
	texts = [
		source for follow_up in definition.follow_ups for _template, source in texts_of(follow_up.content)
	]
	return {path for source in texts for path in fields_used(source)}


def _known_fields(module: str) -> dict[str, frozenset[str]]:
	return {
		RECORD: readable_fields(module) | child_tables(module).keys(),
		CONTACT: readable_fields("Contact") | child_tables("Contact").keys(),
		OWNER: frozenset(OWNER_COLUMNS),
	}


def _unknown_fields(follow_up: FollowUp, module: str, known: dict[str, frozenset[str]]) -> Iterator[str]:
	for template, source in texts_of(follow_up.content):
		unknown = {path for path in fields_used(source) if not _is_known(path, known)}
		for chain in alternatives(source):
			if any(_is_known(path, known) for path in chain):
				unknown -= chain  # written for several DocTypes: this one has another of the fields
		for path in sorted(unknown):
			doctype = {CONTACT: "Contact", OWNER: "User"}.get(path.partition(".")[0], module)
			yield _not_there(template, path, doctype)


def _is_known(path: str, known: dict[str, frozenset[str]]) -> bool:
	first, _dot, field = path.partition(".")
	if not field:
		return first in known[RECORD]
	return first in known and field.partition(".")[0] in known[first]


def _not_there(template: str, path: str, doctype: str) -> str:
	if not template:
		return _("its text reads {0}, which {1} does not have.").format(path, _(doctype))
	return _("its template {0} reads {1}, which {2} does not have.").format(template, path, _(doctype))


def texts_of(content: Content) -> Iterator[tuple[str, str]]:
	"""The texts of a follow-up, each with the name of its Email Template, if it is one."""
	match content:
		case EmailContent(variants=variants):
			for variant in variants:
				if frappe.db.exists("Email Template", variant.template):
					template = frappe.get_cached_doc("Email Template", variant.template)
					yield template.name, f"{template.subject or ''}\n{template.response_ or ''}"
		case TaskContent(subject=subject, description=description, checklist=checklist):
			yield "", "\n".join((subject, description, *checklist))
		case CallContent(subject=subject, purpose=purpose, agenda=agenda):
			yield "", "\n".join((subject, purpose, agenda))
		case MessageContent(text=text):
			yield "", text
		case _:
			return


def _heard_by(follow_up: FollowUp, definition: Cadence) -> list[FollowUp]:
	return [each for each in definition.follow_ups if follow_up.parent and follow_up.listens_to(each.key)]


def _heard_by_rule(rule: ExitRule, definition: Cadence) -> list[FollowUp]:
	return [each for each in definition.follow_ups if rule.follow_up in ("", each.key)]


def _unknown_link(trigger: Trigger, heard: list[FollowUp]) -> Iterator[str]:
	"""A click on a link that none of the mails which are listened to has. Links that are filled in may be
	any."""
	if trigger.outcome is not Outcome.CLICKED or not trigger.detail:
		return
	links = {
		link for each in heard for _template, source in texts_of(each.content) for link in links_in(source)
	}
	if trigger.detail not in links and not any(_FILLED_IN.search(each) for each in links):
		yield _("no email that it listens to has the link {0}.").format(trigger.detail)


def links_in(source: str) -> Iterator[str]:
	"""The targets of the links in HTML, as they were typed."""
	try:
		markup = read_markup(source)
	except TooMuchMarkup:
		return  # which is a fault of its own
	for link in markup.tree.css("a[href], area[href]"):
		yield attribute(link, "href")
