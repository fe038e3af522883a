"""Run the site and browser tests on a bench without changing it.

A bench of its own is laid out in a temporary folder: the apps and the environment are links to the given
bench, the app under test is a link to this checkout, the sites, the Redis servers and the database are new.
Two such benches share the work, a part at a time, so that both cores of a small machine are used.
What stays behind is a dump of an empty site with the neighbours installed (in the user's cache, made once
for each state of the apps), so that the next run starts from it in seconds.

    python on_bench.py BENCH            prints the counts of what ran as its last line
    python on_bench.py BENCH --dates    the site tests alone, under other dates (Debian's `faketime`)
    python on_bench.py BENCH --faults   the fault tests alone, in full length
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from calendar import isleap
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from threading import Lock

CHECKOUT = Path(__file__).resolve().parents[2]
NEIGHBOURS = ("erpnext", "crm")
SITE = "cadences-test.localhost"
COUNTS = re.compile(r"Ran (\d+) tests?")
CLOSING = re.compile(r"^(?:OK|FAILED)\b.*$", re.MULTILINE)
FAILURE = re.compile(r"^={70}\n( ?(?:FAIL|ERROR)\b.*?)(?=^={70}$|^-{70}\nRan |\Z)", re.MULTILINE | re.DOTALL)
LINES_OF_A_FAILURE = 15
FAILED_TEST = re.compile(r"^ ?(?:FAIL|ERROR)(?::| ) ?\w+ \(([\w.]+)\)", re.MULTILINE)
SECOND_TRY = "Passed at the second try only: "
TRIED_AGAIN = 5
"""At most as many tests of a part as this are tried once more by themselves: a machine that was busy for a
moment fails few, a fault of ours fails them again."""
LONGEST_RUN = 75 * 60  # seconds
BENCHES = 2
MODULES_AT_ONCE = 8

# How long the fault tests are in full; what the environment says goes before.
FAULTS_IN_FULL = {
	"CADENCES_ROUNDS": "500",
	"CADENCES_FAULT_MAILS": "10000",
	"CADENCES_FAULT_ANSWERS": "5000",
	"CADENCES_FAULT_KILLS": "500",
	"CADENCES_FAULT_EVENTS": "10000",
	"CADENCES_FAULT_WORKFLOW_KILLS": "200",
	"CADENCES_FAULT_PATIENCE": "20",
}

# What the site tests are run on besides the day itself, in UTC; the test site is in Berlin. Each begins at
# another hour, since what holds at noon need not hold at night. The database and Redis stay on the real day:
# where a column is compared with the database's own clock, that shows.
OTHER_DAYS = {
	"a year ahead, before midnight": lambda today: datetime(
		today.year + 1, today.month, min(today.day, 28), 21, 40
	),
	"the morning of a leap day": lambda today: datetime(
		next(filter(isleap, range(today.year + 1, today.year + 9))), 2, 29, 5
	),
	"the hour that is there twice": lambda today: _last_sunday_of_october(today.year + 1),
}

NEAR_THE_CLOCK = ("rules.test_s13_lateness", "test_tick", "test_call")
"""Modules of the site tests that are run on one of the other days each time; they take a minute."""

SETUP = """
import datetime, frappe
frappe.init("{site}", sites_path="."); frappe.connect(); frappe.set_user("Administrator")
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
frappe.db.set_default("crm_demo_data_created", "1")
year = datetime.date.today().year
setup_complete({{"currency": "EUR", "full_name": "Test User", "company_name": "Test Company",
	"timezone": "Europe/Berlin", "company_abbr": "TC", "country": "Germany",
	"fy_start_date": f"{{year}}-01-01", "fy_end_date": f"{{year}}-12-31", "language": "English",
	"company_tagline": "Testing", "chart_of_accounts": "Standard", "enable_telemetry": 0, "setup_demo": 0}})
frappe.db.set_single_value("System Settings", "enable_onboarding", 0)
frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
if frappe.db.exists("DocType", "FCRM Settings"):
	frappe.db.set_single_value("FCRM Settings", "currency", "EUR")
frappe.db.commit()
"""


def _last_sunday_of_october(year: int) -> datetime:
	"""At 02:45 in Berlin, a quarter of an hour before it is 02:00 once more."""
	day = max(day for day in range(25, 32) if datetime(year, 10, day).weekday() == 6)
	return datetime(year, 10, day, 0, 45)


class Bench:
	"""The temporary bench: where it lies, what runs for it, and how to call Frappe in it."""

	def __init__(self, origin: Path, root: Path) -> None:
		self.origin = origin
		self.root = root
		self.sites = root / "sites"
		self.python = origin / "env" / "bin" / "python"
		self.running: list[subprocess.Popen[bytes]] = []
		self.environment = {
			**os.environ,
			"FRAPPE_BENCH_ROOT": str(root),
			"PYTHONPATH": str(CHECKOUT),
			"PYTHONDONTWRITEBYTECODE": "1",
		}
		given = json.loads((origin / "sites" / "common_site_config.json").read_text())
		self.socket = given.get("db_socket", "")
		self.database = {
			key: given[key] for key in ("db_host", "db_port", "root_login", "root_password") if key in given
		}

	def lay_out(self) -> None:
		for folder in ("apps", "sites/assets", "logs", "config/pids"):
			(self.root / folder).mkdir(parents=True)
		(self.root / "env").symlink_to(self.origin / "env")
		apps = ["frappe", *NEIGHBOURS]
		for app in apps:
			source = (self.origin / "apps" / app).resolve()
			(self.root / "apps" / app).symlink_to(source)
			self._link_assets(app, source)
		(self.root / "apps" / "cadences_app").symlink_to(CHECKOUT)
		(self.sites / "assets" / "cadences_app").symlink_to(CHECKOUT / "cadences_app" / "public")
		for name in ("assets.json", "assets-rtl.json"):
			if (self.origin / "sites" / "assets" / name).exists():
				shutil.copy(self.origin / "sites" / "assets" / name, self.sites / "assets" / name)
		(self.sites / "apps.txt").write_text("\n".join([*apps, "cadences_app"]) + "\n")
		config = {
			**self.database,
			"frappe_user": "root",
			"socketio_port": free_port(),
			"server_script_enabled": 1,
		}
		for server in ("redis_cache", "redis_queue", "redis_socketio"):
			config[server] = f"redis://127.0.0.1:{self._start_redis()}"
		(self.sites / "common_site_config.json").write_text(json.dumps(config, indent=1))

	def _link_assets(self, app: str, source: Path) -> None:
		"""As `bench build` lays them out: the app's public files, and what it takes from npm beside them."""
		assets = self.sites / "assets" / app
		assets.mkdir()
		for path in (source / app / "public").iterdir():
			(assets / path.name).symlink_to(path)
		built = self.origin / "sites" / "assets" / app / "dist"
		if built.is_dir() and not (assets / "dist").exists():
			(assets / "dist").symlink_to(built)
		packages = source / "node_modules"
		if packages.is_dir() and not (assets / "node_modules").exists():
			(assets / "node_modules").symlink_to(packages)

	def _start_redis(self) -> int:
		port = free_port()
		command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
		self.start([*command, "--appendonly", "no", "--dir", str(self.root)])
		return port

	def start(self, command: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
		log = (self.root / "logs" / f"{Path(command[0]).name}-{len(self.running)}.log").open("wb")
		process = subprocess.Popen(
			command, stdout=log, stderr=subprocess.STDOUT, cwd=self.sites, env=self.environment
		)
		self.running.append(process)
		return process

	def stop(self) -> None:
		for process in self.running:
			process.terminate()
		for process in self.running:
			try:
				process.wait(10)
			except subprocess.TimeoutExpired:
				process.kill()

	def frappe(
		self, *arguments: str, may_fail: bool = False, at: datetime | None = None, **named: str
	) -> str:
		"""Run a command of Frappe's, as if it were `at`, with more named in its environment; its output is
		returned."""
		command = [str(self.python), "-m", "frappe.utils.bench_helper", "frappe", *arguments]
		if at:
			command = ["env", "TZ=UTC", "faketime", "-m", f"{at:%Y-%m-%d %H:%M:%S}", *command]
		done = subprocess.run(
			command,
			cwd=self.sites,
			env={**self.environment, **named},
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			timeout=LONGEST_RUN,
		)
		if done.returncode and not may_fail:
			sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout[-6000:]}")
		return done.stdout

	def run_script(self, script: str) -> None:
		done = subprocess.run(
			[str(self.python), "-c", script],
			cwd=self.sites,
			env=self.environment,
			capture_output=True,
			text=True,
		)
		if done.returncode:
			sys.exit(f"setting the site up failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


Counts = tuple[int, int, int]
"""Passed, failed, skipped."""

Part = tuple[str, Callable[[Bench], tuple[str, Counts]]]
"""A title, and what runs it and gives its output."""


class Site:
	"""The test site: made from the cached dump, dropped at the end."""

	_making = Lock()

	def __init__(self, bench: Bench, number: int = 0) -> None:
		self.bench = bench
		self.name = f"cadences_test_{os.getpid()}_{number}"
		self.dump = cache_folder() / f"site-{state_of_apps(bench.origin)}.sql"

	def make(self) -> None:
		with self._making:
			if self.dump.exists():
				self._restore()
			else:
				print(
					"Making a site with ERPNext and Frappe CRM; the next run starts from its dump.",
					flush=True,
				)
				self._make_anew()
				self._keep()
		self.bench.frappe("--site", SITE, "install-app", "cadences_app")

	def _make_anew(self) -> None:
		frappe = self.bench.frappe
		with self._administrator() as (user, password):
			frappe(
				"new-site",
				SITE,
				"--db-name",
				self.name,
				"--db-password",
				"cadences",
				"--admin-password",
				"admin",
				"--db-root-username",
				user,
				"--db-root-password",
				password,
				"--no-mariadb-socket",
				"--force",
			)
		for app in NEIGHBOURS:
			frappe("--site", SITE, "install-app", app)
		self.bench.run_script(SETUP.format(site=SITE))
		self._configure()

	@contextmanager
	def _administrator(self) -> Iterator[tuple[str, str]]:
		"""A user of the database with every right and a password, for as long as the site is made: Frappe
		asks at the terminal for the password of a root that has none."""
		user, password = f"{self.name}_root", secrets.token_hex(16)
		hosts = ("localhost", "%")
		self._sql(
			"".join(
				f"create or replace user '{user}'@'{host}' identified by '{password}';"
				f"grant all on *.* to '{user}'@'{host}' with grant option;"
				for host in hosts
			)
		)
		try:
			yield user, password
		finally:
			self._sql("".join(f"drop user if exists '{user}'@'{host}';" for host in hosts))

	def _restore(self) -> None:
		folder = self.bench.sites / SITE
		for part in ("private/files", "public/files", "locks", "logs"):
			(folder / part).mkdir(parents=True)
		config = {"db_name": self.name, "db_password": "cadences", "db_type": "mariadb"}
		(folder / "site_config.json").write_text(json.dumps(config))
		name = self.name
		self._sql(
			f"create database `{name}` character set utf8mb4 collate utf8mb4_unicode_ci;"
			f"create or replace user `{name}`@'%' identified by 'cadences';"
			f"create or replace user `{name}`@'localhost' identified by 'cadences';"
			f"grant all on `{name}`.* to `{name}`@'%'; grant all on `{name}`.* to `{name}`@'localhost';"
		)
		with self.dump.open("rb") as dump:
			subprocess.run([*self._client("mysql"), name], stdin=dump, check=True)
		self._configure()

	def _configure(self) -> None:
		for key, value in (("allow_tests", "1"), ("server_script_enabled", "1"), ("pause_scheduler", "1")):
			self.bench.frappe("--site", SITE, "set-config", "-p", key, value)

	def _keep(self) -> None:
		part = self.dump.with_suffix(".part")
		with part.open("wb") as dump:
			command = [*self._client("mysqldump"), "--single-transaction", "--quick", self.name]
			subprocess.run(command, stdout=dump, check=True)
		part.rename(self.dump)

	def drop(self) -> None:
		name = self.name
		self._sql(
			f"drop database if exists `{name}`; drop user if exists `{name}`@'%';"
			f"drop user if exists `{name}`@'localhost';"
		)

	def _sql(self, statements: str) -> None:
		subprocess.run(self._client("mysql"), input=statements, text=True, check=True)

	def _client(self, program: str) -> list[str]:
		"""The client as the database's root: over the network as the bench's settings say, or, where root
		has no password and only the machine's own root may be it, by the socket."""
		return [program, *self._access()]

	@cache  # noqa: B019 - one site, one process
	def _access(self) -> tuple[str, ...]:
		given = self.bench.database
		user = f"-u{given.get('root_login', 'root')}"
		by_network = [f"-h{given.get('db_host', '127.0.0.1')}", user]
		by_network += [f"-P{given['db_port']}"] if given.get("db_port") else []
		by_network += [f"-p{given['root_password']}"] if given.get("root_password") else ["--skip-password"]
		by_socket = [user, "--protocol=socket"]
		by_socket += [f"--socket={self.bench.socket}"] if self.bench.socket else []
		for access in (by_network, by_socket):
			if subprocess.run(["mysql", *access, "-e", "select 1"], capture_output=True).returncode == 0:
				return tuple(access)
		sys.exit(
			"The database's root can't be reached: set root_login and root_password in common_site_config."
		)


def free_port() -> int:
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		return int(listener.getsockname()[1])


def cache_folder() -> Path:
	folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cadences_app"
	folder.mkdir(parents=True, exist_ok=True)
	return folder


def state_of_apps(bench: Path) -> str:
	"""A short digest of what the apps are at, so that a dump of other versions is not taken."""
	state = hashlib.sha256(SETUP.encode())
	for app in ("frappe", *NEIGHBOURS):
		folder = bench / "apps" / app
		head = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True)
		state.update(head.stdout or (folder / app / "__init__.py").read_bytes())
	return state.hexdigest()[:12]


def counts_of(output: str) -> Counts:
	"""Passed, failed and skipped of unittest's closing lines; nothing run at all counts as one failure."""
	ran = COUNTS.findall(output)
	if not ran:
		return 0, 1, 0
	total = sum(int(each) for each in ran)
	closing = "\n".join(CLOSING.findall(output))
	found = {
		what: sum(int(each) for each in re.findall(rf"{what}=(\d+)", closing))
		for what in ("failures", "errors", "skipped")
	}
	failed = found["failures"] + found["errors"]
	return max(total - failed - found["skipped"], 0), failed, found["skipped"]


def failures_of(title: str, output: str, counts: Counts) -> list[str]:
	"""What failed in a part, each with its name and the end of its traceback, to be told once more at the
	end, where one looks first."""
	if not counts[1]:
		return []
	found = [each.strip().splitlines() for each in FAILURE.findall(output)]
	if not found:
		return [f"{title}\n" + "\n".join(output.strip().splitlines()[-LINES_OF_A_FAILURE:])]
	return ["\n".join([title, lines[0], *lines[1:][-LINES_OF_A_FAILURE:]]) for lines in found]


def modules_of(*folders: str) -> list[str]:
	"""The test modules in these folders of the tests."""
	tests = CHECKOUT / "cadences_app/tests"
	found = sorted(path for folder in folders for path in (tests / folder).rglob("test_*.py"))
	return [".".join(path.relative_to(CHECKOUT).with_suffix("").parts) for path in found]


def run_modules(modules: Sequence[str], bench: Bench, at: datetime | None = None) -> tuple[str, Counts]:
	def run(names: Sequence[str]) -> str:
		command = ("--site", SITE, "run-tests", "--module", "cadences_app.tests.chosen")
		return bench.frappe(*command, may_fail=True, at=at, CADENCES_TESTS=" ".join(names))

	return with_a_second_try(run(modules), run)


def with_a_second_try(output: str, run: Callable[[Sequence[str]], str]) -> tuple[str, Counts]:
	"""The output of a part and its counts, after the few tests that failed were tried once more, alone. What
	passes then is told by `SECOND_TRY` and its name, and how it had failed stays in the output."""
	counts = counts_of(output)
	names = sorted(set(FAILED_TEST.findall(output)))
	if not names or counts[1] > TRIED_AGAIN:
		return output, counts
	again = run(names)
	ran = counts_of(again)
	output = f"{output}\n-- Tried again: {', '.join(names)}\n{again}"
	if ran[1] or ran[0] < len(names):
		return output, counts
	told = "".join(f"{SECOND_TRY}{each}\n" for each in names)
	return f"{output}\n{told}", (counts[0] + counts[1], 0, counts[2])


def run_browser_tests(bench: Bench) -> tuple[str, Counts]:
	if not (shutil.which("chromium") and has_module(bench, "playwright")):
		told = "left out: they need chromium and the Python package playwright in the bench's environment"
		return told, (0, 0, 0)
	build_bundle(bench)
	return run_on_served_site(bench, "cadences_app.tests.browser")


def run_rest_tests(bench: Bench) -> tuple[str, Counts]:
	if not has_module(bench, "schemathesis"):
		return "left out: they need the Python package schemathesis in the bench's environment", (0, 0, 0)
	return run_on_served_site(bench, "cadences_app.tests.rest")


def run_on_served_site(bench: Bench, tests: str) -> tuple[str, Counts]:
	"""Tests that ask the site over HTTP, as browsers and scripts do."""
	port = free_port()
	serve = ["-m", "frappe.utils.bench_helper", "frappe", "--site", SITE, "serve", "--port", str(port)]
	bench.start([str(bench.python), *serve, "--noreload"])
	url = f"http://{SITE}:{port}"
	wait_for(f"http://127.0.0.1:{port}/api/method/ping", SITE)

	def run(names: Sequence[str]) -> str:
		return subprocess.run(
			[str(bench.python), "-m", "unittest", *names],
			cwd=bench.sites,
			env={**bench.environment, "CADENCES_SITE_URL": url, "CADENCES_SITE": SITE},
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
		).stdout

	return with_a_second_try(run(["discover", "-v", "-s", tests]), run)


def run_life_of_the_app(bench: Bench) -> tuple[str, Counts]:
	"""Migrate, uninstall and install once more on the site that the tests have left data on, the last with a
	list of modules in Frappe's cache that is older than the app."""
	steps = (
		("migrate",),
		("uninstall-app", "cadences_app", "--yes", "--no-backup"),
		("install-app", "cadences_app"),
	)
	for step in steps:
		if step[0] == "install-app":
			_forget_the_app(bench)
		output = bench.frappe("--site", SITE, *step, may_fail=True)
		if "Traceback" in output:
			return output[-4000:], (0, 1, 0)
		if step[0] == "uninstall-app" and (left := _jobs_of_the_app(bench)):
			return f"Frappe would still run: {left}", (0, 1, 0)
	listed = bench.frappe("--site", SITE, "execute", "frappe.get_installed_apps")
	made = bench.frappe(
		"--site", SITE, "execute", "frappe.get_all", "--args", "['DocType', {'name': 'Cadence'}]"
	)
	well = "cadences_app" in listed and "Cadence" in made
	return "", (1, 0, 0) if well else (0, 1, 0)


def _jobs_of_the_app(bench: Bench) -> str:
	"""The app's scheduled jobs as Frappe lists them; blank where it has none."""
	ours = "['Scheduled Job Type', {'method': ('like', 'cadences_app.%')}]"
	return bench.frappe("--site", SITE, "execute", "frappe.get_all", "--args", ours).strip()


def _forget_the_app(bench: Bench) -> None:
	"""Leave Frappe with the list of modules that it kept before the app came to this bench."""
	code = (
		f"import frappe; frappe.init({SITE!r}, sites_path='.'); frappe.connect(); "
		"known = dict(frappe.local.app_modules); known.pop('cadences_app', None); "
		"frappe.cache.set_value('app_modules', known)"
	)
	subprocess.run([str(bench.python), "-c", code], cwd=bench.sites, env=bench.environment, check=True)


def build_bundle(bench: Bench) -> None:
	"""Build this checkout's bundle and its translations into the temporary bench's assets."""
	frappe = bench.root / "apps" / "frappe"
	done = subprocess.run(
		["node", "esbuild", "--production", "--apps", "cadences_app"],
		cwd=frappe,
		env=bench.environment,
		capture_output=True,
		text=True,
	)
	if done.returncode:
		sys.exit(f"building the bundle failed:\n{done.stdout}{done.stderr}")
	compile_texts = ["frappe.utils.bench_helper", "frappe", "compile-po-to-mo", "--app", "cadences_app"]
	subprocess.run(
		[str(bench.python), "-m", *compile_texts], cwd=bench.sites, env=bench.environment, check=True
	)


def has_module(bench: Bench, name: str) -> bool:
	return subprocess.run([str(bench.python), "-c", f"import {name}"], capture_output=True).returncode == 0


def wait_for(url: str, host: str, seconds: int = 60) -> None:
	ends_at = time.monotonic() + seconds
	while time.monotonic() < ends_at:
		try:
			urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=5)
			return
		except urllib.error.HTTPError:
			return
		except OSError:
			time.sleep(0.3)
	sys.exit(f"no answer from {url}")


def note_success(origin: Path, counts: Counts) -> None:
	"""Write which commit passed, when the checkout is just that commit."""
	head = subprocess.run(["git", "-C", str(CHECKOUT), "rev-parse", "HEAD"], capture_output=True, text=True)
	changes = subprocess.run(
		["git", "-C", str(CHECKOUT), "status", "--porcelain"], capture_output=True, text=True
	)
	state = head.stdout.strip() + (" with uncommitted changes" if changes.stdout.strip() else "")
	passed, failed, skipped = counts
	text = f"{state}\n{passed} passed, {failed} failed, {skipped} skipped\n"
	(origin / "cadences_app.tested").write_text(text)


def everything() -> list[list[Part]]:
	"""What is run on the day itself: what asks a site over HTTP, and ends with the life of the app on the
	data that it left; and what counts on a site that nobody else has used."""
	served = [
		("Browser tests", run_browser_tests),
		("REST tests", run_rest_tests),
		("migrate, uninstall-app, install-app", run_life_of_the_app),
	]
	parts = site_tests()
	if not shutil.which("faketime"):
		print("\n== Site tests on another day: left out, they need faketime (apt-get install faketime)")
		return [served, parts]
	what, day_of = list(OTHER_DAYS.items())[-1]
	day = day_of(datetime.now())
	near = [f"cadences_app.tests.site.{module}" for module in NEAR_THE_CLOCK]
	title = f"Site tests on {what}: {day:%Y-%m-%d %H:%M} UTC"
	return [served, [*parts, (title, partial(run_modules, near, at=day))]]


def site_tests(what: str = "", at: datetime | None = None) -> list[Part]:
	"""All of them, some modules at a time."""
	modules = modules_of("faults", "site")
	chosen = [modules[start : start + MODULES_AT_ONCE] for start in range(0, len(modules), MODULES_AT_ONCE)]
	when = f" on {what}: {at:%Y-%m-%d %H:%M} UTC" if at else ""
	return [
		(f"Site tests {number} of {len(chosen)}{when}", partial(run_modules, some, at=at))
		for number, some in enumerate(chosen, 1)
	]


def on_other_days() -> list[list[Part]]:
	"""The site tests, once under each of the other dates, each on sites of its own: what was left on one day
	would stand in the future of another."""
	today = datetime.now()
	return [site_tests(what, day_of(today)) for what, day_of in OTHER_DAYS.items()]


def in_full_length() -> list[Part]:
	"""The fault tests, a module after the other."""
	return [(f"Faults: {module}", partial(run_modules, [module])) for module in modules_of("faults")]


def share(origin: Path, groups: Sequence[Sequence[Part]], benches: int, **environment: str) -> Counts:
	"""Run the groups of parts one after the other, on as many benches at once as that: each goes through a
	group on a site of its own, taking the next part when it is free, the first bench from the first group
	on, the others from the last. The output of a part is shown as it ends."""
	waiting = [deque(group) for group in groups]
	showing = Lock()
	ran: list[Counts] = []
	failed: list[str] = []
	at_second: list[str] = []

	def run(part: Part, bench: Bench) -> None:
		title, tests = part
		began_at = time.monotonic()
		output, counts = tests(bench)
		ran.append(counts)
		failed.extend(failures_of(title, output, counts))
		at_second.extend(line for line in output.splitlines() if line.startswith(SECOND_TRY))
		with showing:
			print(f"\n== {title} ({time.monotonic() - began_at:.0f} s)\n{output}", flush=True)

	def go_through(parts: deque[Part], number: int) -> None:
		with tempfile.TemporaryDirectory(prefix="cadences-bench-") as folder:
			bench = Bench(origin, Path(folder))
			bench.environment = {**environment, **bench.environment}
			site = Site(bench, number)
			try:
				bench.lay_out()
				site.make()
				while parts:
					run(parts.popleft(), bench)
			finally:
				site.drop()
				bench.stop()

	def work(number: int) -> None:
		for parts in waiting if number == 0 else waiting[-1:]:
			if parts:
				go_through(parts, number)

	with ThreadPoolExecutor(benches) as pool:
		for done in [pool.submit(work, number) for number in range(benches)]:
			done.result()
	if at_second:
		print("\n" + "\n".join(at_second), flush=True)
	if failed:
		print("\n== What failed\n" + "\n\n".join(failed) + "\n", flush=True)
	return total(ran)


def total(counts: Sequence[Counts]) -> Counts:
	passed, failed, skipped = map(sum, zip(*counts, strict=True))
	return passed, failed, skipped


def main(origin: Path, *, other_days: bool = False, faults: bool = False) -> int:
	if other_days and not shutil.which("faketime"):
		sys.exit("The tests on other days need faketime (apt-get install faketime).")
	if faults:
		counts = share(origin, [in_full_length()], 1, **FAULTS_IN_FULL)
	elif other_days:
		counts = total([share(origin, [day], BENCHES) for day in on_other_days()])
	else:
		counts = share(origin, everything(), BENCHES)
		if not counts[1]:
			note_success(origin, counts)
	print(f"{counts[0]} passed, {counts[1]} failed, {counts[2]} skipped", flush=True)
	return 1 if counts[1] else 0


if __name__ == "__main__":
	switches = sys.argv[2:]
	sys.exit(
		main(Path(sys.argv[1]).resolve(), other_days="--dates" in switches, faults="--faults" in switches)
	)
