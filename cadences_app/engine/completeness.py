"""Matches that must be complete: the type checker names each one that forgot a member of a closed set."""

from typing import NoReturn


def assert_never(value: NoReturn) -> NoReturn:
	"""What `typing.assert_never` of Python 3.11 does."""
	raise AssertionError(f"nothing was said about {value!r}")
