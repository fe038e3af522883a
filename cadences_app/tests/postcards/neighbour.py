"""Notes as records of cadences: whose they are, and when one has become what it was worked for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from cadences_app.neighbours.plain import Plain


class Notes(Plain):
	app: ClassVar[str] = "frappe"
	modules: ClassVar[frozenset[str]] = frozenset({"Note"})

	def converted(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		"""A note is done once everybody may read it."""
		return {name for name, row in rows.items() if row.get("public")}

	def watched_fields(self) -> frozenset[str]:
		return super().watched_fields() | {"public"}
