"""Which of several templates is answered more often, and when that means anything (S8.5). Pure.

Judged by replies, not by opens: mail programs open mails by themselves. The test is that of two proportions;
how many each needs is formula 4.14 of Fleiss, Levin and Paik, *Statistical Methods for Rates and Proportions*
(3rd edition, 2003), without the continuity correction, at a significance of 5 % (two-sided, divided by the
number of comparisons) and a power of 80 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

SIGNIFICANCE = 0.05
POWER = 0.8
LEAST_SENT = 30
"""Below this many mails each, not even a rate is worth looking at."""


@dataclass(frozen=True, slots=True)
class Arm:
	"""One template: how often it was sent, and how often it was answered."""

	name: str
	sent: int
	replied: int

	@property
	def rate(self) -> float:
		return self.replied / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
	"""`winner` is blank until the difference means something; `needed` is how many more mails the best two
	need altogether before a difference like the present one could be told from chance; None where there is
	none to tell."""

	winner: str
	needed: int | None
	p_value: float | None


def judge(arms: Sequence[Arm]) -> Verdict:
	"""Compare the arm with the highest rate of replies with the second."""
	if len(arms) < 2:
		return Verdict("", None, None)
	best, second, *_others = sorted(arms, key=lambda each: (-each.rate, each.name))
	alpha = SIGNIFICANCE / (len(arms) - 1)
	each_needs = sample_size(best.rate, second.rate, alpha)
	if each_needs is None:
		return Verdict("", None, p_value(best, second))
	each_needs = max(each_needs, LEAST_SENT)
	missing = max(each_needs - best.sent, 0) + max(each_needs - second.sent, 0)
	p = p_value(best, second)
	is_told = missing == 0 and p is not None and p < alpha
	return Verdict(best.name if is_told else "", missing, p)


def sample_size(one: float, other: float, alpha: float = SIGNIFICANCE, power: float = POWER) -> int | None:
	"""How many each arm needs to tell these two rates apart; None where they are the same."""
	difference = abs(one - other)
	if difference == 0:
		return None
	mean = (one + other) / 2
	z_alpha, z_beta = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
	spread = sqrt(2 * mean * (1 - mean))
	own_spread = sqrt(one * (1 - one) + other * (1 - other))
	return ceil((z_alpha * spread + z_beta * own_spread) ** 2 / difference**2)


def p_value(one: Arm, other: Arm) -> float | None:
	"""How likely a difference as large as this is if both are answered alike; None where nothing was sent."""
	if not one.sent or not other.sent:
		return None
	pooled = (one.replied + other.replied) / (one.sent + other.sent)
	error = sqrt(pooled * (1 - pooled) * (1 / one.sent + 1 / other.sent))
	if error == 0:
		return 1.0
	return 2 * (1 - NormalDist().cdf(abs(one.rate - other.rate) / error))
