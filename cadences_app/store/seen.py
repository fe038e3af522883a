"""What other services have told already: a call that comes again, by mistake or by malice, counts once."""

import hashlib

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns

DOCTYPE = "Cadence Seen Call"


def is_new(source: str, key: str) -> bool:
	"""Note this call, in this transaction; False where it was noted before. Of two at once the second waits
	until the first is committed. What the call said is not kept."""
	name = hashlib.sha256(f"{source}\n{key}".encode("utf-8", "replace")).hexdigest()[:40]
	row = {**standard_columns(name), "source": source[:140]}
	return compat.insert_rows(DOCTYPE, [row], ignore_duplicates=True) == 1
