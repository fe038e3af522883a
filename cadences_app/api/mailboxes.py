"""How mailboxes fare, and the keys that sign what stands in their mails (docs/mail.md)."""

import frappe

from cadences_app.api.answers.figures import Mailbox
from cadences_app.api.calling import whitelist
from cadences_app.mail.sending import health
from cadences_app.mail.tracking import keyring


@whitelist(methods=["GET"])
def figures(email_account: str) -> Mailbox:
	"""Sent, bounced, complaints and unsubscribes over 7 and 30 days with their rates, and the used share of
	the caps, in percent. Needs the right to read the Cadence Mailbox."""
	frappe.has_permission("Cadence Mailbox", "read", email_account, throw=True)
	return health.overview(email_account)


@whitelist(methods=["POST"])
def rotate_keys(revoke: bool = False) -> None:
	"""Sign pixels, links and unsubscribe addresses with a new key. `revoke`: those that are out are void, the
	unsubscribe links among them. Needs the right to change the Cadence Settings."""
	frappe.has_permission("Cadence Settings", "write", throw=True)
	keyring.rotate(revoke=revoke)
