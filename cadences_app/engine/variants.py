"""Which of several Email Templates a person gets (S3.4)."""

from collections.abc import Sequence
from hashlib import sha256


def pick_variant(weights: Sequence[int], key: str) -> int:
	"""The index of the variant for `key`: always the same one for the same key and weights.

	Keys fall on the variants in proportion to the weights; a weight of 0 gets nobody. Put into the key
	what shall stay together: the follow-up and the person. ValueError when no weight is above 0 or one
	is below.
	"""
	if any(weight < 0 for weight in weights):
		raise ValueError("a variant's weight can't be below 0")
	total = sum(weights)
	if not total:
		raise ValueError("no variant has a weight above 0")
	# 64 bits scaled to the total: even, unlike the remainder of a division, and equal on every machine.
	point = int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big") * total >> 64
	for index, weight in enumerate(weights):
		if point < weight:
			return index
		point -= weight
	raise AssertionError("the point lies below the total")
