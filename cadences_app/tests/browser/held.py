"""Answers that come late, on purpose: requests of a page that wait until a test lets them go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cadences_app.tests.browser.chromium import Page


@contextmanager
def first_answer_held(page: Page, method: str) -> Iterator[Callable[[], None]]:
	"""The next request of a whitelisted method waits until what is given is called; later ones don't."""
	seen, held = [], []
	place = f"**/{method}*"

	def meet(route) -> None:
		if seen:
			route.continue_()
		else:
			held.append(route)
		seen.append(route)

	def let_go() -> None:
		for route in held:
			route.continue_()
		held.clear()
		page.wait_for_function("() => !frappe.request.ajax_count")
		page.wait_for_timeout(300)

	page.route(place, meet)
	try:
		yield let_go
	finally:
		for route in held:
			route.abort()
		page.unroute(place)
