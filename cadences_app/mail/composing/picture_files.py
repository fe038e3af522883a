"""The files that a mail's pictures are read from, and which of them may leave the house (S14.1a)."""

import mimetypes
import os
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote

import frappe

from cadences_app.mail.composing.pictures import Picture
from cadences_app.mail.composing.published_files import genuine
from cadences_app.store import compat


@dataclass(frozen=True, slots=True)
class Signature:
	"""HTML that stands under mails, and the user who wrote it; blank where those did who look after the site,
	as under all mails of an Email Account."""

	html: str
	user: str = ""

	def shows(self, path: str) -> bool:
		return path in self.html or path in unquote(unescape(self.html))


@dataclass(frozen=True, slots=True)
class Origin:
	"""Where a mail's text comes from: a private picture may be sent if it hangs on one of `documents`, if
	`publisher`, who published the cadence, may read it, or if it stands in one of `signatures` and whoever
	wrote that may."""

	documents: tuple[tuple[str, str], ...] = ()
	signatures: tuple[Signature, ...] = ()
	publisher: str = ""


class PictureFiles:
	"""Reads each picture once for a batch."""

	def __init__(self) -> None:
		self._pictures: dict[str, Picture | None] = {}
		self._files: dict[str, list[Any]] = {}
		self._allowed: dict[tuple[str, Origin], bool] = {}

	def find(self, source: str, origin: Origin) -> Picture | None:
		"""The picture that lies at this path of the site; None where there is none that may be sent."""
		path = "/" + source.strip().lstrip("/")
		if path.startswith("/assets/"):
			return self._once(path, _read_asset)
		if not path.startswith(("/files/", "/private/files/")) or not self._may_be_sent(path, origin):
			return None
		return self._once(path, lambda _path: _read_file(self._rows(path)[0]))

	def is_missing(self, path: str) -> bool:
		"""Whether nothing lies at this path of the site's public files."""
		if self._rows(path):
			return False
		public = os.path.realpath(frappe.get_site_path("public", "files"))
		full = os.path.realpath(os.path.join(public, path.removeprefix("/files/")))
		return not (full.startswith(public + os.sep) and os.path.isfile(full))

	def _once(self, path: str, read: Any) -> Picture | None:
		if path not in self._pictures:
			self._pictures[path] = read(path)
		return self._pictures[path]

	def _rows(self, path: str) -> list[Any]:
		"""The Files with this address: the same content may be known by several."""
		if path not in self._files:
			columns = ["name", "owner", "is_private", "attached_to_doctype", "attached_to_name"]
			filters = {"file_url": path, "is_folder": 0}
			rows = frappe.get_all("File", filters, columns, order_by="creation, name")
			self._files[path] = genuine(rows) if len(rows) > 1 else rows
		return self._files[path]

	def _may_be_sent(self, path: str, origin: Origin) -> bool:
		key = (path, origin)
		if key not in self._allowed:
			self._allowed[key] = any(_is_open_to(row, path, origin) for row in self._rows(path))
		return self._allowed[key]


def _is_open_to(row: Any, path: str, origin: Origin) -> bool:
	if not row.is_private or (row.attached_to_doctype, row.attached_to_name) in origin.documents:
		return True
	writers = [each.user for each in origin.signatures if each.shows(path)]
	if "" in writers:
		return True
	readers = filter(None, (origin.publisher, *writers))
	return any(frappe.has_permission("File", "read", row.name, user=each) for each in readers)


def _read_file(row: Any) -> Picture | None:
	file = frappe.get_doc("File", row.name)
	try:
		content = compat.content_of(file)
	except (OSError, frappe.ValidationError):
		return None
	return _picture(os.path.basename(file.file_url), content)


def _read_asset(path: str) -> Picture | None:
	"""A file that an installed app gives to everybody."""
	app, _slash, rest = path.removeprefix("/assets/").partition("/")
	if app not in frappe.get_installed_apps():
		return None
	public = os.path.realpath(frappe.get_app_path(app, "public"))
	full = os.path.realpath(os.path.join(public, rest))
	if not full.startswith(public + os.sep) or not os.path.isfile(full):
		return None
	with open(full, "rb") as file:
		return _picture(os.path.basename(full), file.read())


def _picture(filename: str, content: bytes) -> Picture | None:
	guessed, _encoding = mimetypes.guess_type(filename)
	if not guessed or not guessed.startswith("image/") or not content:
		return None
	return Picture(filename, content, guessed)
