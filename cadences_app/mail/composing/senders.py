"""In whose name a follow-up's email goes out, and through which Email Account (S3.4)."""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from cadences_app.engine.content import EmailContent, SenderKind
from cadences_app.mail.addresses import check_address, clean_header
from cadences_app.mail.composing.picture_files import Signature

OWNER_COLUMNS = ("name", "enabled", "full_name", "first_name", "last_name", "email", "phone", "mobile_no")
OWNER_COLUMNS += ("email_signature", "time_zone", "language", "location", "user_image", "username")

_MEANINGFUL = str.maketrans(dict.fromkeys('<>"@,;:\\()[]', " "))


class NoSender(frappe.ValidationError):
	"""There is no Email Account that the email could go out through."""


@dataclass(frozen=True, slots=True)
class Sender:
	"""`reply_to`, with a name, is where answers should go if not to the sender; `signature` is HTML."""

	account: str
	name: str
	address: str
	reply_to: str = ""
	signature: str = ""

	@property
	def full_address(self) -> str:
		return f"{self.name} <{self.address}>"

	@property
	def domain(self) -> str:
		return self.address.partition("@")[2]


def read_owner(user: str) -> frappe._dict | None:
	"""The user who looks after a record, as far as a template may know them."""
	return frappe.db.get_value("User", user, OWNER_COLUMNS, as_dict=True) if user else None


def find_sender(content: EmailContent, owner: frappe._dict | None) -> Sender:
	"""The sender that the follow-up asks for; `owner` looks after the record. Raises NoSender."""
	match content.sender:
		case SenderKind.ACCOUNT:
			account = _account(content.sender_value) if content.sender_value else _default_account()
			return _of_account(account)
		case SenderKind.OWNER:
			return _of_owner(owner) if _may_send(owner) else _of_account(_default_account())
		case SenderKind.FIXED:
			address = check_address(parseaddr(content.sender_value)[1])
			account = _account_with_address(address) or _default_account()
			return _named(account, parseaddr(content.sender_value)[0] or account.name, address)


class Accounts:
	"""Through which Email Account the mails of a follow-up go out, for each owner looked up once."""

	def __init__(self) -> None:
		self._known: dict[tuple[Any, str, str], str] = {}

	def account_of(self, content: EmailContent, owner: str) -> str:
		"""Blank where there is none."""
		key = (content.sender, content.sender_value, owner)
		if key not in self._known:
			try:
				self._known[key] = find_sender(content, read_owner(owner)).account
			except (NoSender, ValueError):
				self._known[key] = ""
		return self._known[key]


def signatures(account: str, sender: str, owner: str) -> tuple[Signature, ...]:
	"""What is put under the mails of an account, and of the user who sends through it: known by the address,
	or as the owner of the record where the account puts its own address in its place."""
	found = [Signature(frappe.db.get_value("Email Account", account, "signature") or "")]
	people = {"email": parseaddr(sender)[1], "name": owner}
	for user in frappe.get_all("User", or_filters=people, fields=["name", "email_signature"]):
		found.append(Signature(user.email_signature or "", user.name))
	return tuple(each for each in found if each.html)


def _of_account(account: Any) -> Sender:
	return _named(account, account.name, account.email_id)


def _of_owner(owner: frappe._dict) -> Sender:
	"""The owner's own Email Account if they have one; else their address through the default account."""
	account = _account_with_address(owner.email) or _account_of_user(owner.name) or _default_account()
	signature = owner.email_signature or _account_signature(account)
	return _named(account, owner.full_name or owner.email, owner.email, signature)


def _named(account: Any, name: str, address: str, signature: str | None = None) -> Sender:
	"""A person's name and address through an account, as far as the account lets others speak through it."""
	if signature is None:
		signature = _account_signature(account)
	if cint(account.always_use_account_name_as_sender_name):
		name = account.name
	reply_to = ""
	if cint(account.always_use_account_email_id_as_sender) and address.lower() != account.email_id.lower():
		reply_to, address = f"{_plain(name)} <{check_address(address)}>", account.email_id
	return Sender(account.name, _plain(name), check_address(address), reply_to, signature)


def _plain(name: str) -> str:
	"""A name without what has a meaning in addresses."""
	return " ".join(clean_header(name).translate(_MEANINGFUL).split())[:140]


def _may_send(owner: frappe._dict | None) -> bool:
	"""Frappe's own users have no mailbox, and nobody writes for somebody who has left."""
	if owner is None or not owner.enabled or not owner.email or owner.name in frappe.STANDARD_USERS:
		return False
	try:
		return bool(check_address(owner.email))
	except ValueError:
		return False


def _account(name: str) -> Any:
	if not frappe.db.exists("Email Account", name):
		raise NoSender(_("The Email Account {0} does not exist.").format(name))
	return frappe.get_cached_doc("Email Account", name)


def _default_account() -> Any:
	name = frappe.db.get_value("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})
	if not name:
		raise NoSender(_("No Email Account is the default for outgoing mail."))
	return frappe.get_cached_doc("Email Account", name)


def _account_with_address(address: str) -> Any:
	name = frappe.db.get_value("Email Account", {"email_id": address, "enable_outgoing": 1})
	return frappe.get_cached_doc("Email Account", name) if name else None


def _account_of_user(user: str) -> Any:
	rows = frappe.get_all(
		"User Email", {"parent": user, "enable_outgoing": 1}, pluck="email_account", order_by="idx"
	)
	for name in rows:
		if frappe.db.get_value("Email Account", name, "enable_outgoing"):
			return frappe.get_cached_doc("Email Account", name)
	return None


def _account_signature(account: Any) -> str:
	return (account.signature or "") if cint(account.add_signature) else ""
