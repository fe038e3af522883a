"""The site's signing keys for tokens (S14.2).

They are derived from the site's encryption key and a number, so that nothing secret is stored and no two
workers can make different ones. Whoever restores a site without its `site_config.json` loses them, with
every other secret of the site: links in mails that went out before then lead nowhere.
"""

import hmac
from hashlib import sha256

import frappe
from frappe.utils import cint
from frappe.utils.password import get_encryption_key

from cadences_app.mail.tracking.tokens import Key, Keyring

MOST_OLDER = 8
"""Rotations after which a key is dropped."""


def keyring() -> Keyring:
	"""The key that signs and the older ones still accepted. No query while the settings are cached."""
	settings = frappe.get_cached_doc("Cadence Settings")
	current, oldest = cint(settings.token_key), cint(settings.oldest_token_key)
	known = (frappe.local.site, current, oldest)
	cached = frappe.local.flags.cadence_keyring
	if cached and cached[0] == known:
		return cached[1]
	first = max(0, oldest, current - MOST_OLDER)
	keys = [_key(number) for number in range(current, first - 1, -1)]
	made = Keyring(keys[0], tuple(keys[1:]))
	frappe.local.flags.cadence_keyring = (known, made)
	return made


def rotate(*, revoke: bool = False) -> None:
	"""Sign with a new key from now on. `revoke`: what the older ones have signed is void at once."""
	settings = frappe.get_doc("Cadence Settings")
	settings.token_key = cint(settings.token_key) + 1
	if revoke:
		settings.oldest_token_key = settings.token_key
	settings.flags.rotates_keys = True
	settings.save(ignore_permissions=True)


def _key(number: int) -> Key:
	signed = f"cadences_app tokens {number}".encode("ascii")
	return Key(number % 256, hmac.new(get_encryption_key().encode(), signed, sha256).digest())
