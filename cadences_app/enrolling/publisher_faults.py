"""What whoever publishes a cadence may not do themselves, and so may not have it do (S14.1a)."""

from collections.abc import Iterator
from email.utils import parseaddr

import frappe
from frappe import _

from cadences_app.engine.content import Content, EmailContent, MessageContent, SenderKind
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up
from cadences_app.enrolling.text_faults import texts_of
from cadences_app.mail.composing.published_files import find_readable
from cadences_app.mail.composing.recipients import CONTACT
from cadences_app.store.rights import holds, is_system_manager, reads_of_others
from cadences_app.store.templates.names import names_in


def publisher_faults(definition: Cadence) -> list[ToldFault]:
	"""Files, prints, senders, addresses, numbers and fields of Contacts that are not the session's user's to
	use, with their follow-ups."""
	return [
		of_follow_up(follow_up, definition, text)
		for follow_up in definition.follow_ups
		for text in not_theirs(follow_up.content, definition.module, frappe.session.user)
	]


def not_theirs(content: Content, module: str, user: str) -> list[str]:
	"""What of a follow-up this user may not have done, each a sentence."""
	of_contact = list(_contact(content, user))
	match content:
		case EmailContent():
			return [
				*of_contact,
				*_files(content, user),
				*_print(content, module, user),
				*_sender(content, user),
				*_recipient(content.to_field, module, user),
			]
		case MessageContent():
			paths = filter(None, (content.to_field, content.consent_field))
			return [*of_contact, *(text for path in paths for text in _recipient(path, module, user))]
		case _:
			return of_contact


def _contact(content: Content, user: str) -> Iterator[str]:
	"""A text is filled from a record's Contact for who may read Contacts."""
	is_named = any(CONTACT in names_in(source) for _template, source in texts_of(content))
	if is_named and not reads_of_others("Contact", user):
		yield _("you may not read {0}, which its text is filled from.").format(_("Contact"))


def _files(content: EmailContent, user: str) -> Iterator[str]:
	for url in content.attachments:
		if find_readable(url, user) is None:
			yield _("the file {0} does not exist, or you may not read it.").format(url)


def _print(content: EmailContent, module: str, user: str) -> Iterator[str]:
	"""A print goes out as its publisher sees it; one that may not print sends none."""
	if content.print_format and not holds(module, "print", user):
		yield _("you may not print {0}.").format(_(module))


def _recipient(to_field: str, module: str, user: str) -> Iterator[str]:
	"""An address or number of a linked document is read, and written to, for who may read such documents."""
	link, dot, _rest = to_field.partition(".")
	if not dot:
		return
	field = frappe.get_meta(module).get_field(link)
	target = "Contact" if field is None and link == CONTACT else getattr(field, "options", None)
	if field is not None and field.fieldtype != "Link":
		return
	if target and not reads_of_others(target, user):
		yield _("you may not read {0}, where its address is.").format(_(target))


def _sender(content: EmailContent, user: str) -> Iterator[str]:
	if is_system_manager(user) or not content.sender_value:
		return
	if content.sender is SenderKind.ACCOUNT and not _may_use(content.sender_value, user):
		yield _("you may not send through the Email Account {0}.").format(content.sender_value)
	elif content.sender is SenderKind.FIXED:
		yield from _fixed_address(parseaddr(content.sender_value)[1].lower(), user)


def _fixed_address(address: str, user: str) -> Iterator[str]:
	"""A fixed address speaks through the account that has it, else through the default one in its domain."""
	own = frappe.db.get_value("Email Account", {"email_id": address, "enable_outgoing": 1})
	if own:
		if not _may_use(own, user):
			yield _("you may not send through the Email Account {0}.").format(own)
		return
	default = frappe.db.get_value("Email Account", {"default_outgoing": 1, "enable_outgoing": 1}, "email_id")
	domain = (default or "").partition("@")[2].lower()
	if address.partition("@")[2] != domain:
		yield _("only a System Manager can have it sent from another domain than {0}.").format(domain or "-")


def usable_accounts(user: str) -> list[dict[str, str]]:
	"""The Email Accounts through which this user may have mails sent: name and address, no more, since they
	may not read the accounts themselves."""
	rows = frappe.get_all(
		"Email Account",
		{"enable_outgoing": 1},
		["name", "email_id", "default_outgoing"],
		order_by="name",
		limit_page_length=0,
	)
	return [
		{"name": row.name, "email_id": row.email_id or ""}
		for row in rows
		if row.default_outgoing or is_system_manager(user) or _may_use(row.name, user)
	]


def _may_use(account: str, user: str) -> bool:
	"""As Frappe's own mail dialog offers accounts: the default one, and those that the user was given."""
	row = frappe.db.get_value("Email Account", account, ["default_outgoing", "enable_outgoing"])
	if row and all(row):
		return True
	given = {"parent": user, "parenttype": "User", "email_account": account}
	return bool(
		frappe.db.exists("User Email", given)
		or frappe.has_permission("Email Account", "write", account, user=user)
	)
