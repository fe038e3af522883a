"""What `./test.sh --dates` runs: the site tests, once under each of the other dates, and nothing else."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cadences_app.tests import on_bench

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


class Asked:
	"""Stands for the bench, and keeps what it is asked for."""

	def __init__(self) -> None:
		self.modules: list[str] = []
		self.days: list[datetime | None] = []

	def frappe(
		self, *_command: str, at: datetime | None = None, CADENCES_TESTS: str, **_options: bool
	) -> str:
		self.modules += CADENCES_TESTS.split()
		self.days.append(at)
		return "Ran 3 tests in 1.0s\n\nFAILED (failures=1)\n"


def test_each_other_day_is_run_and_counted() -> None:
	bench = Asked()
	ran = [run(bench) for day in on_bench.on_other_days() for _title, run in day]
	assert {counts for _output, counts in ran} == {(2, 1, 0)}
	assert sorted(bench.modules) == sorted(3 * on_bench.modules_of("faults", "site"))
	assert len(set(bench.days)) == 3 and None not in bench.days


def test_some_are_run_on_another_day_each_time(monkeypatch) -> None:
	monkeypatch.setattr(on_bench.shutil, "which", lambda _name: "/usr/bin/faketime")
	bench = Asked()
	title, run = on_bench.everything()[-1][-1]
	assert "twice" in title and run(bench)[1] == (2, 1, 0)
	(day,) = bench.days
	assert day is not None and (day.month, day.minute) == (10, 45)
	assert set(bench.modules) < set(on_bench.modules_of("site"))
	assert len(bench.modules) == len(on_bench.NEAR_THE_CLOCK)


def test_every_module_is_run_once_on_the_day_itself() -> None:
	bench = Asked()
	for _title, run in on_bench.site_tests():
		run(bench)
	assert bench.modules == on_bench.modules_of("faults", "site")
	assert "cadences_app.tests.site.rules.test_s2_audience" in bench.modules
	assert set(bench.days) == {None}


def test_the_days_are_those_that_they_are_said_to_be() -> None:
	for today in (datetime(2026, 11, 26), datetime(2028, 2, 29), datetime(2095, 12, 31)):
		ahead, leap, twice = (day_of(today) for day_of in on_bench.OTHER_DAYS.values())
		assert ahead.year == today.year + 1
		assert (leap.month, leap.day) == (2, 29) and leap > today
		then = twice.replace(tzinfo=UTC).astimezone(BERLIN)
		later = twice.replace(hour=twice.hour + 1, tzinfo=UTC).astimezone(BERLIN)
		assert (then.hour, then.fold, later.hour, later.fold) == (2, 0, 2, 1)


def test_the_flag_reaches_what_is_run(monkeypatch, tmp_path) -> None:
	asked: list[str] = []

	def share(
		_origin: Path, groups: list[list[on_bench.Part]], _benches: int, **_named: str
	) -> on_bench.Counts:
		parts = groups[0]
		asked.append(parts[0][0].split(" ")[0] + (" on" if " on " in parts[0][0] else ""))
		return 1, 0, 0

	monkeypatch.setattr(on_bench, "share", share)
	monkeypatch.setattr(on_bench, "note_success", lambda *_: asked.append("noted"))
	monkeypatch.setattr(on_bench.shutil, "which", lambda _name: "/usr/bin/faketime")
	assert on_bench.main(tmp_path, other_days=True) == 0
	assert on_bench.main(tmp_path, faults=True) == 0
	assert on_bench.main(tmp_path) == 0
	assert asked == ["Site on", "Site on", "Site on", "Faults:", "Browser", "noted"]


def test_the_parts_are_shared_and_one_that_fails_is_not_lost(monkeypatch, tmp_path) -> None:
	def doing(*methods: str) -> dict[str, object]:
		return {"__init__": lambda *_: None, **dict.fromkeys(methods, lambda _self: None)}

	monkeypatch.setattr(on_bench, "Bench", type("Bench", (), {**doing("lay_out", "stop"), "environment": {}}))
	monkeypatch.setattr(on_bench, "Site", type("Site", (), doing("make", "drop")))
	ran: list[int] = []

	def part(number: int) -> on_bench.Part:
		return f"part {number}", lambda _bench: ran.append(number) or ("", (number, number % 2, 1))

	groups = [[part(0), part(1)], [part(each) for each in range(2, 6)]]
	assert on_bench.share(tmp_path, groups, 2) == (15, 3, 6)
	assert sorted(ran) == [0, 1, 2, 3, 4, 5]
