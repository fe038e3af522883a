"""Standstills of a run: while it is paused, halted or held, or nobody looked at the clock, waits stand still.

A waiting time that is not bound to a date runs only while the enrollment runs (S3.3b, invariant 13). What a
wait counts from is kept as it was; the standstills that fall into the wait are added where its end is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Standstill = tuple[datetime, datetime]
"""From when until when, aware UTC. The end may lie ahead: a hold that is known beforehand."""

MOST_KEPT = 100


def with_standstill(
	known: tuple[Standstill, ...], since: datetime, until: datetime
) -> tuple[Standstill, ...]:
	"""The standstills with one more: in order, none of them touching another, the latest ones kept."""
	if until <= since:
		return known
	merged: list[Standstill] = []
	for start, end in sorted((*known, (since, until))):
		if merged and start <= merged[-1][1]:
			merged[-1] = (merged[-1][0], max(merged[-1][1], end))
		else:
			merged.append((start, end))
	return tuple(merged[-MOST_KEPT:])


def counted_from(
	start: datetime, stood: tuple[Standstill, ...], end_of: Callable[[datetime], datetime]
) -> datetime:
	"""The moment from which a wait that began at `start` counts as if it had never stood still.

	`end_of(moment)` is the end of a wait that begins at `moment`. What begins in a standstill counts from
	that one's end; a standstill that begins when the wait is over changes nothing.
	"""
	moved = start
	for since, until in stood:
		if until <= start:
			continue
		if since >= end_of(moved):
			break
		moved += until - max(since, start)
	return moved
