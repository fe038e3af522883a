"""Names that sort by the time at which they were made.

`new_name` names what stays in the house. What a name is believed from outside of, as the Message-ID of a mail
is, takes `unguessable_name`.
"""

import secrets
import time
from threading import Lock

ALPHABET = "0123456789abcdefghijklmnopqrstuv"
TIME_LENGTH = 10
RANDOM_LENGTH = 6
STEP_BITS = 16
UNGUESSABLE_LENGTH = 10

_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)
_SHIFTS = tuple(range(5 * (TIME_LENGTH + RANDOM_LENGTH) - 10, -1, -10))
_LONG_SHIFTS = tuple(range(5 * (TIME_LENGTH + UNGUESSABLE_LENGTH) - 10, -1, -10))
_lock = Lock()
_last = 0


def new_name() -> str:
	"""16 letters and digits: milliseconds since 1970, then 30 random bits, both in base 32.

	Names of one process sort in the order in which they were made, also within a millisecond. So whoever
	knows one can guess its neighbours.
	"""
	global _last
	with _lock:
		value = (int(time.time() * 1000) << (5 * RANDOM_LENGTH)) | secrets.randbits(5 * RANDOM_LENGTH)
		if value <= _last:
			value = _last + 1 + secrets.randbits(STEP_BITS)
		_last = value
	return "".join([_PAIRS[(value >> shift) & 1023] for shift in _SHIFTS])


def unguessable_name() -> str:
	"""20 letters and digits: milliseconds since 1970, then 50 random bits drawn for this name alone, both in
	base 32. Names of one millisecond are in no order, and none tells anything of another (S4.1a)."""
	random_bits = 5 * UNGUESSABLE_LENGTH
	value = (int(time.time() * 1000) << random_bits) | secrets.randbits(random_bits)
	return "".join([_PAIRS[(value >> shift) & 1023] for shift in _LONG_SHIFTS])


def new_names(count: int) -> list[str]:
	"""That many names in order, as `new_name` makes them: it draws random bits once for all."""
	global _last
	with _lock:
		value = (int(time.time() * 1000) << (5 * RANDOM_LENGTH)) | secrets.randbits(5 * RANDOM_LENGTH)
		first = max(value, _last + 1 + secrets.randbits(STEP_BITS))
		_last = first + count
	return ["".join([_PAIRS[(value >> shift) & 1023] for shift in _SHIFTS]) for value in range(first, _last)]
