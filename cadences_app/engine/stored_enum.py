"""The base of every closed set whose members are stored in a Select field or a JSON document."""

from enum import Enum


class StoredEnum(str, Enum):
	"""A member is equal to, prints as and is stored as its text."""

	__str__ = str.__str__
	__hash__ = str.__hash__  # as equal texts must; Enum's own is slow besides
