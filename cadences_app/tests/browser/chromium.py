"""Chromium on a running site, for the browser tests.

CADENCES_SITE_URL       where the site answers; without it the browser tests are skipped
CADENCES_SITE           its name, for tests that also work on the site themselves, in the bench's sites folder
CADENCES_USER           who logs in (Administrator)
CADENCES_PASSWORD       the password (admin)
CADENCES_SCREENSHOTS    a folder for a picture of the page at the end of each test; none without it
CADENCES_LONGEST_WAIT   milliseconds to wait for anything on a slow machine (20000)
CADENCES_AXE            axe-core's axe.min.js; without it that of the Python package axe-playwright-python.
                        Pages are not held against it where there is neither

They need the Python package playwright and Chromium as ``chromium`` on the PATH.
"""

import importlib.util
import os
import shutil
import unittest
from pathlib import Path

try:
	from playwright.sync_api import Browser, Page, expect, sync_playwright
except ImportError:
	Browser = Page = expect = sync_playwright = None

__all__ = [
	"LONGEST_WAIT",
	"SCREENSHOTS",
	"SITE",
	"URL",
	"Page",
	"expect",
	"has_axe",
	"keep_picture",
	"launch",
	"log_in",
	"serious_faults",
	"watch",
	"why_not",
]

URL = os.environ.get("CADENCES_SITE_URL", "").rstrip("/")
SITE = os.environ.get("CADENCES_SITE", "")
USER = os.environ.get("CADENCES_USER", "Administrator")
PASSWORD = os.environ.get("CADENCES_PASSWORD", "admin")
SCREENSHOTS = os.environ.get("CADENCES_SCREENSHOTS")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--no-first-run",
]
LONGEST_WAIT = int(os.environ.get("CADENCES_LONGEST_WAIT", 20_000))
LOG_IN = """form => fetch("/api/method/login", {method: "POST", body: new URLSearchParams(form)})
	.then(answer => answer.text().then(text => answer.ok ? "" : text))"""


def why_not() -> str:
	"""What is missing for these tests; blank when they can run."""
	if not URL:
		return "CADENCES_SITE_URL names no running site"
	if sync_playwright is None:
		return "the Python package playwright is not installed"
	return "" if CHROMIUM else "there is no chromium on the PATH"


def launch(tests: type[unittest.TestCase]) -> "Browser":
	"""One browser for all tests of a class, closed after the last of them."""
	playwright = sync_playwright().start()
	tests.addClassCleanup(playwright.stop)
	browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
	tests.addClassCleanup(browser.close)
	expect.set_options(timeout=LONGEST_WAIT)
	return browser


def log_in(page: "Page", user: str = USER, password: str = PASSWORD) -> None:
	"""From a page of the site: Chromium knows every name under localhost, which not every system does."""
	page.goto(f"{URL}/api/method/ping")
	refusal = page.evaluate(LOG_IN, {"usr": user, "pwd": password})
	assert not refusal, f"{user} could not log in: {refusal}"


def watch(page: "Page") -> list[str]:
	"""What the page's console and the network report from now on that should not be there.

	Frappe's realtime server is a process of its own that these tests do without.
	"""
	faults: list[str] = []

	def note(kind: str, text: str) -> None:
		if "socket.io" not in text:
			faults.append(f"{kind}: {text}")

	page.on("pageerror", lambda error: note("page", str(error)))
	page.on(
		"console",
		lambda message: (
			message.type == "error"
			and "Failed to load resource" not in message.text
			and note("console", message.text)
		),
	)
	page.on(
		"response", lambda answer: answer.status >= 400 and note("network", f"{answer.status} {answer.url}")
	)
	return faults


def keep_picture(page: "Page", name: str) -> None:
	"""A picture of the page as it is now, if pictures are wanted."""
	if SCREENSHOTS:
		page.screenshot(path=str(Path(SCREENSHOTS) / f"{name}.png"))


def _axe() -> str:
	if given := os.environ.get("CADENCES_AXE", ""):
		return given
	package = importlib.util.find_spec("axe_playwright_python")
	found = Path(package.origin).with_name("axe.min.js") if package and package.origin else None
	return str(found) if found and found.exists() else ""


def has_axe() -> bool:
	return bool(_axe())


def serious_faults(page: "Page", within: str) -> list[str]:
	"""What axe finds serious or worse in a part of the page; nothing where axe is not there."""
	if not has_axe():
		return []
	page.add_script_tag(path=_axe())
	found = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)
	return [
		f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
		for each in found["violations"]
		if each["impact"] in ("serious", "critical")
	]
