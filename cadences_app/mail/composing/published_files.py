"""The files that go along with mails: those that whoever published the cadence may read, as they were then
(S14.1a).

A version keeps which file it means and a hash of what is in it. A file that was replaced since, or made
private, stays in the house until the cadence is published again.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import frappe
from frappe import _

from cadences_app.store import compat


class FileWithheld(frappe.ValidationError):
	"""The file isn't there, isn't what was published, or may not be read by whoever published it."""


def find_readable(url: str, user: str) -> Any | None:
	"""The File with this address that the user may read.

	Of a private one the first that was made is asked: anybody can make another that only bears its address.
	"""
	names = frappe.get_all("File", {"file_url": url, "is_folder": 0}, pluck="name", order_by="creation, name")
	first = frappe.get_doc("File", names[0]) if names else None
	if first is None or not frappe.has_permission("File", "read", first, user=user):
		return None
	return first


def read_file(url: str, user: str) -> tuple[str, bytes]:
	"""Name and content of the file, for this user. Raises FileWithheld."""
	file = find_readable(url, user)
	if file is None:
		raise FileWithheld(_("The file {0} does not exist, or you may not read it.").format(url))
	return file.file_name or url, _content(file)


def genuine(rows: list[Any]) -> list[Any]:
	"""Of the Files with one address, the oldest first, those that nobody made to get at another's content:
	their owner may read the first. `rows` have name and owner."""
	if not rows:
		return []
	first = frappe.get_doc("File", rows[0].name)
	return [
		row
		for row in rows
		if row.name == first.name or frappe.has_permission("File", "read", first, user=row.owner)
	]


def pin(urls: Iterable[str]) -> str:
	"""What a version keeps of its files, as JSON: for each address the File and the hash of its content."""
	pins = {}
	for url in sorted(set(urls)):
		file = find_readable(url, frappe.session.user)
		if file is None:
			raise FileWithheld(_("The file {0} does not exist, or you may not read it.").format(url))
		pins[url] = {"file": file.name, "hash": sha256(_content(file)).hexdigest()}
	return json.dumps(pins, sort_keys=True)


class PublishedFiles:
	"""The files of the versions that a batch sends, each read once."""

	def __init__(self) -> None:
		self._versions: dict[str, tuple[str, dict[str, Any]]] = {}
		self._read: dict[tuple[str, str], tuple[str, bytes]] = {}

	def read(self, url: str, version: str) -> tuple[str, bytes]:
		"""Name and content of a file of this version. Raises FileWithheld."""
		if (url, version) not in self._read:
			self._read[(url, version)] = self._checked(url, version)
		return self._read[(url, version)]

	def publisher(self, version: str) -> str:
		"""Who published this version."""
		return self._version(version)[0]

	def _checked(self, url: str, version: str) -> tuple[str, bytes]:
		publisher, pins = self._version(version)
		file = find_readable(url, publisher)
		if file is None:
			text = _(
				"The file {0} does not exist any more, or {1}, who published the cadence, may not read it."
			)
			raise FileWithheld(text.format(url, publisher))
		content, pinned = _content(file), pins.get(url)
		if pinned and pinned["hash"] != sha256(content).hexdigest():
			raise FileWithheld(
				_("The file {0} was changed after the cadence was published. Publish it again.").format(url)
			)
		return file.file_name or url, content

	def _version(self, name: str) -> tuple[str, dict[str, Any]]:
		if name not in self._versions:
			row = frappe.db.get_value("Cadence Version", name, ["published_by", "files"])
			publisher, files = row or ("Guest", None)
			self._versions[name] = (publisher or "Guest", frappe.parse_json(files or "{}"))
		return self._versions[name]


def _content(file: Any) -> bytes:
	try:
		return compat.content_of(file)
	except (OSError, frappe.ValidationError):
		pass
	raise FileWithheld(_("The file {0} can't be read.").format(file.file_url))
