"""What is fetched from Amazon to believe its notices: certificates, kept for a day, and confirmations.

The addresses have been looked at by `mail/understanding/sns.py`: nothing else is ever asked for.
"""

from pathlib import Path
from urllib.parse import urlsplit

import frappe
import requests

from cadences_app.mail.understanding.sns import NotGenuine

SECONDS = 10
KEPT_SECONDS = 86_400
MOST_BYTES = 65_536
FOLDER = "cadences_sns_certificates"
"""In site_config.json: a folder of certificates by their file name, for a server that can't ask Amazon."""


def fetch(url: str) -> bytes:
	"""The certificate at this address. Raises NotGenuine where there is none."""
	name = urlsplit(url).path.rpartition("/")[2]
	if folder := frappe.conf.get(FOLDER):
		try:
			return (Path(folder) / name).read_bytes()[:MOST_BYTES]
		except OSError as error:
			raise NotGenuine from error
	key = f"cadence_sns_certificate:{url}"
	if kept := frappe.cache.get_value(key, expires=True):
		return str(kept).encode()
	found = visit(url)
	frappe.cache.set_value(key, found.decode("ascii", "replace"), expires_in_sec=KEPT_SECONDS)
	return found


def visit(url: str) -> bytes:
	"""Ask for this address. Raises NotGenuine where nothing of use is said."""
	try:
		with requests.get(url, timeout=SECONDS, allow_redirects=False, stream=True) as response:
			body = next(response.iter_content(MOST_BYTES), b"")
			if response.status_code != 200:
				raise NotGenuine
			return body
	except requests.RequestException as error:
		raise NotGenuine from error
