"""People who try more than they may: users with API keys, who ask the site over HTTP as a script would."""

import json
from typing import Any

import frappe
from frappe.utils.password import set_encrypted_password
from werkzeug.test import TestResponse

from cadences_app.tests.site.base import insert_row, make_user
from cadences_app.tests.site.requests import call


class Person:
	"""A user of the site. What they ask is answered by Frappe's own application, in a thread of its own."""

	def __init__(self, email: str, *roles: str) -> None:
		"""Making a user takes seconds: once made they stay on the site, and only their roles change."""
		self.email = email if frappe.db.exists("User", email) else make_user(email)
		secret = frappe.generate_hash(length=15)
		frappe.db.set_value("User", email, "api_key", f"key-{email}")
		set_encrypted_password("User", email, secret, "api_secret")
		self._headers = {"Authorization": f"token key-{email}:{secret}"}
		self.has_roles(*roles)

	def has_roles(self, *roles: str) -> None:
		"""From now on these, and no others. Whom one of them lets into Desk is a System User."""
		frappe.db.delete("Has Role", {"parent": self.email})
		of_user = {"parent": self.email, "parenttype": "User", "parentfield": "roles"}
		for role in roles:
			insert_row("Has Role", role=role, **of_user)
		into_desk = frappe.db.exists("Role", {"name": ("in", [*roles, ""]), "desk_access": 1})
		user_type = "System User" if into_desk else "Website User"
		frappe.db.set_value("User", self.email, "user_type", user_type)
		frappe.clear_cache(user=self.email)
		frappe.db.commit()

	def asks(self, method: str, **arguments: Any) -> TestResponse:
		"""Call a whitelisted method; our own by its path below `cadences_app.api`."""
		path = method if method.startswith("frappe.") else f"cadences_app.api.{method}"
		return call("POST", f"/api/method/{path}", headers=self._headers, json=arguments)

	def gets(self, path: str) -> TestResponse:
		return call("GET", path, headers=self._headers)

	def inserts(self, doctype: str, **values: Any) -> TestResponse:
		return call("POST", f"/api/resource/{doctype}", headers=self._headers, json=values)

	def sends(self, method: str, path: str, values: dict[str, Any]) -> TestResponse:
		"""A request of any other kind."""
		return call(method, path, headers=self._headers, json=values)

	def lists(self, doctype: str, **filters: Any) -> list[str]:
		"""The names that the list of this DocType shows them."""
		query = {"filters": json.dumps(filters), "limit_page_length": 0}
		answer = call("GET", f"/api/resource/{doctype}", headers=self._headers, query_string=query)
		return [each["name"] for each in answer.json["data"]] if answer.status_code == 200 else []

	def leave(self) -> None:
		"""The user stays, and may nothing any more."""
		for doctype in ("User Permission", "DocShare"):
			frappe.db.delete(doctype, {"user": self.email})
		self.has_roles()


def told(answer: TestResponse) -> str:
	"""All that an answer says, as its reader sees it."""
	return answer.get_data(as_text=True)
