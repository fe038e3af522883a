"""People who try more than they may: users with API keys, who ask the site over HTTP as a script would."""

import json
from typing import Any

import frappe
from frappe.utils.password import set_encrypted_password
from werkzeug.test import TestResponse

from cadences_app.tests.site.base import make_user
from cadences_app.tests.site.requests import call


class Person:
	"""A user of the site. What they ask is answered by Frappe's own application, in a thread of its own."""

	def __init__(self, email: str, *roles: str) -> None:
		self.email = make_user(email, *roles)
		secret = frappe.generate_hash(length=15)
		frappe.db.set_value("User", email, "api_key", f"key-{email}")
		set_encrypted_password("User", email, secret, "api_secret")
		self._headers = {"Authorization": f"token key-{email}:{secret}"}
		frappe.db.commit()

	def asks(self, method: str, **arguments: Any) -> TestResponse:
		"""Call a whitelisted method; our own by its path below `cadences_app.api`."""
		path = method if method.startswith("frappe.") else f"cadences_app.api.{method}"
		return call("POST", f"/api/method/{path}", headers=self._headers, json=arguments)

	def gets(self, path: str) -> TestResponse:
		return call("GET", path, headers=self._headers)

	def inserts(self, doctype: str, **values: Any) -> TestResponse:
		return call("POST", f"/api/resource/{doctype}", headers=self._headers, json=values)

	def lists(self, doctype: str, **filters: Any) -> list[str]:
		"""The names that the list of this DocType shows them."""
		query = {"filters": json.dumps(filters), "limit_page_length": 0}
		answer = call("GET", f"/api/resource/{doctype}", headers=self._headers, query_string=query)
		return [each["name"] for each in answer.json["data"]] if answer.status_code == 200 else []

	def leave(self) -> None:
		frappe.delete_doc("User", self.email, force=True, ignore_permissions=True)
		frappe.db.commit()


def told(answer: TestResponse) -> str:
	"""All that an answer says, as its reader sees it."""
	return answer.get_data(as_text=True)
