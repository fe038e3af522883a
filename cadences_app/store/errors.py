"""What people are shown of an error that was kept with its traceback (S14.1a)."""

import re

from cadences_app.store.rights import is_system_manager

_KIND = re.compile(r"^(?:\w{1,50}\.){0,9}[A-Z]\w{1,80}: ")


def shown(error: str | None) -> str:
	"""The error as the session's user may see it: whole for System Managers, for others its last sentence."""
	if not error or is_system_manager():
		return error or ""
	lines = [line for line in error.splitlines() if line.strip()]
	return _KIND.sub("", lines[-1].strip()) if lines else ""
