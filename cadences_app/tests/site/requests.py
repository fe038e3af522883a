"""Requests to the site as anybody on the network makes them: through Frappe's own application, in a thread
of their own, without a login and without cookies."""

from threading import Thread
from typing import Any

import frappe
from frappe.utils import get_test_client
from werkzeug.test import TestResponse

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


def call(
	method: str, path: str, *, agent: str = BROWSER, headers: dict | None = None, **kwargs: Any
) -> TestResponse:
	"""One request. What the test has written is committed first, so that the request can see it; what the
	request has written can be seen afterwards."""
	frappe.db.commit()
	given = {"User-Agent": agent, "X-Frappe-Site-Name": frappe.local.site, **(headers or {})}
	given = {name: value for name, value in given.items() if value is not None}
	answers: list[TestResponse] = []

	def ask() -> None:
		client = get_test_client(use_cookies=False)
		answers.append(client.open(path, method=method, headers=given, **kwargs))

	thread = Thread(target=ask)
	thread.start()
	thread.join()
	frappe.db.rollback()
	return answers[0]
