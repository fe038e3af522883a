"""Names that sort by the time at which they were made."""

import secrets
import time

ALPHABET = "0123456789abcdefghijklmnopqrstuv"
TIME_LENGTH = 10
RANDOM_LENGTH = 6


def new_name() -> str:
	"""16 letters and digits: milliseconds since 1970, then 30 random bits, both in base 32."""
	value = (int(time.time() * 1000) << (5 * RANDOM_LENGTH)) | secrets.randbits(5 * RANDOM_LENGTH)
	return "".join(
		ALPHABET[(value >> shift) & 31] for shift in range(5 * (TIME_LENGTH + RANDOM_LENGTH - 1), -1, -5)
	)
