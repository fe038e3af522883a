"""Playing a cadence over many records, on all cores; of most runs only their share in the figures is kept."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from random import Random

from cadences_app.cli.account import Account, template_of
from cadences_app.cli.files import Scripts
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.random_answers import random_answers
from cadences_app.engine.dry_run.script import Answers
from cadences_app.engine.dry_run.simulation import A_YEAR, Record, Run, simulate
from cadences_app.engine.funnel import Funnel, funnel

MOST_TOLD = 200
"""Of so many records at most the whole story is kept and told; the others are counted."""
CHUNK = 500
WORTH_MORE_CORES = 4 * CHUNK

Progress = Callable[[int, int], None]
"""Told how many records are done, and of how many."""


@dataclass(frozen=True)
class Play:
	"""What is played, and who answers: a script, or chance that is drawn from a seed."""

	cadence: Cadence
	starts_at: datetime
	scripts: Scripts | None
	seed: str

	def run(self, record: Record) -> Run:
		return simulate(self.cadence, record, self._answers_of(record), self.starts_at, 2 * A_YEAR)

	def _answers_of(self, record: Record) -> Answers:
		if self.scripts is not None:
			return self.scripts.of(record)
		rng = Random(f"{self.seed}:{self.cadence.name}:{record.name}")
		return random_answers(self.cadence, rng, record.calendar_under(self.cadence.policy))


def play_all(play: Play, records: Sequence[Record], played_by: str, progress: Progress) -> Account:
	"""The account of all runs: the stories of the first records, the figures of all."""
	told = [play.run(record) for record in records[:MOST_TOLD]]
	figures = _funnel_of(play.cadence, told)
	done = len(told)
	chunks = [records[start : start + CHUNK] for start in range(done, len(records), CHUNK)]
	for number, found in _count_each(play, chunks, len(records)):
		figures.add(found)
		done += number
		progress(done, len(records))
	return Account(play.cadence, tuple(told), play.starts_at, played_by, figures)


def _count_each(
	play: Play, chunks: Sequence[Sequence[Record]], all_of_them: int
) -> Iterator[tuple[int, Funnel]]:
	cores = os.cpu_count() or 1
	if all_of_them < WORTH_MORE_CORES or cores < 2:
		yield from (_count(play, chunk) for chunk in chunks)
		return
	with ProcessPoolExecutor(cores) as workers:
		yield from workers.map(_count, [play] * len(chunks), chunks)


def _count(play: Play, records: Sequence[Record]) -> tuple[int, Funnel]:
	return len(records), _funnel_of(play.cadence, (play.run(record) for record in records))


def _funnel_of(cadence: Cadence, runs: Sequence[Run] | Iterator[Run]) -> Funnel:
	"""The figures of these runs, each taken in and let go."""
	whole = funnel(cadence, ())
	for run in runs:
		templates = {key: template_of(cadence, run, key) for key in run.activities}
		whole.add(funnel(cadence, [run.enrollment], [templates]))
	return whole
