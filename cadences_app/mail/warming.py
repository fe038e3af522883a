"""A mailbox that warms up: its daily cap grows by itself to the wanted one, and falls with trouble (S13.3a).

Mail providers trust an address that sends a little more each day, and distrust one whose mails come back.
Pure: `health.py` measures each day, `mailboxes.py` keeps to what comes out.
"""

from dataclasses import dataclass

FIRST, GROWTH = 20, 25
"""Emails on the first day, and by how many percent a good day adds to them, where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Day:
	"""What was sent since the last look, and how much came back meanwhile, whenever it had been sent."""

	sent: int = 0
	bounced: int = 0
	complaints: int = 0

	def is_bad(self, bounce_limit: float, complaint_limit: float) -> bool:
		"""Whether more came back than half of the limits in percent at which a mailbox pauses itself (0:
		none). A single bounce is chance, a single complaint is not."""
		of = max(self.sent, 1)
		has_bounced = self.bounced > 1 and 0 < bounce_limit < 200 * self.bounced / of
		return has_bounced or (bool(self.complaints) and 0 < complaint_limit < 200 * self.complaints / of)


def first_cap(first: int, wanted: int) -> int:
	return max(1, min(first or FIRST, wanted))


def next_cap(cap: int, wanted: int, growth: int, day: Day, *, is_bad: bool) -> int:
	"""The emails per day from now on: half of them after a bad day, more after one on which at least half of
	the cap was used, and as many as before after any other. Never more than wanted, and never none."""
	if is_bad:
		cap = cap // 2
	elif day.sent * 2 >= cap:
		cap = max(cap + 1, cap * (100 + (growth or GROWTH)) // 100)
	return max(1, min(cap, wanted))
