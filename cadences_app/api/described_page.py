"""The page that shows the description of the REST API: plain HTML, nothing in it runs or is loaded."""

import json
from typing import Any

import frappe
from werkzeug.wrappers import Response

from cadences_app.api import described
from cadences_app.api.calling import whitelist
from cadences_app.store.languages import direction_of

TEMPLATE = "cadences_app/templates/api.html"
WORDS = {"array": "list", "integer": "number", "object": "object", "boolean": "yes or no", "string": "text"}
HEADERS = {
	"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
	"Cache-Control": "no-store, private",
	"X-Content-Type-Options": "nosniff",
}


@whitelist(methods=["GET"])
def show() -> Response:
	"""The description as a page. Needs *read* on Cadence."""
	language = frappe.local.lang or "en"
	spoken = {"lang": language, "direction": direction_of(language)}
	html = frappe.render_template(TEMPLATE, {**spoken, **_context(described.openapi())})
	return Response(html, 200, HEADERS, mimetype="text/html")


def _context(found: dict[str, Any]) -> dict[str, Any]:
	return {
		"introduction": _html(found["info"]["description"]),
		"rooms": [
			{
				"name": tag["name"],
				"text": _html(tag["description"]),
				"operations": [
					_shown(path, verb, operation)
					for path, verbs in found["paths"].items()
					for verb, operation in verbs.items()
					if tag["name"] in operation["tags"]
				],
			}
			for tag in found["tags"]
		],
		"shapes": [
			{
				"name": name,
				"text": _html(shape.get("description", "")),
				"fields": [
					{"name": field, "kind": kind_of(each), "text": each.get("description", "")}
					for field, each in shape.get("properties", {}).items()
				],
			}
			for name, shape in found["components"]["schemas"].items()
		],
		"errors": [(code, each["description"]) for code, each in found["components"]["responses"].items()],
	}


def _html(text: str) -> str:
	return frappe.utils.md_to_html(text) or ""


def kind_of(schema: dict[str, Any]) -> str:
	"""A schema in a few words: `list of text`, `Enrolled or EnrolledLater`."""
	if reference := schema.get("$ref"):
		return reference.rpartition("/")[2]
	if any_of := schema.get("anyOf"):
		return " or ".join(dict.fromkeys(kind_of(each) for each in any_of))
	if schema.get("type") == "array":
		return f"list of {kind_of(schema.get('items', {}))}"
	if schema.get("type") == "null":
		return "nothing"
	values = schema.get("additionalProperties")
	if isinstance(values, dict):
		return f"by key: {kind_of(values)}"
	return WORDS.get(schema.get("type", ""), "anything")


def _shown(path: str, verb: str, operation: dict[str, Any]) -> dict[str, Any]:
	body = operation.get("requestBody", {}).get("content", {})
	kind = next(iter(body), "")
	return {
		"path": path,
		"verb": verb.upper(),
		"name": path.rpartition(".")[2],
		"text": _html(operation["description"]),
		"rights": _html(operation["x-rights"]),
		"arguments": _of_body(body[kind]["schema"]) if kind else _of_query(operation.get("parameters", [])),
		"answer": _answer(operation["responses"]),
	}


def _of_query(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
	return [_argument(each["name"], each, each["schema"], each["required"]) for each in parameters]


def _of_body(schema: dict[str, Any]) -> list[dict[str, Any]]:
	needed = schema.get("required", ())
	return [_argument(name, each, each, name in needed) for name, each in schema["properties"].items()]


def _argument(name: str, told: dict[str, Any], schema: dict[str, Any], needed: bool) -> dict[str, Any]:
	example = told["example"] if "example" in told else next(iter(told.get("examples", ())), None)
	return {
		"name": name,
		"text": told["description"],
		"kind": " · ".join(schema["enum"]) if "enum" in schema else kind_of(schema),
		"is_needed": needed,
		"example": example if isinstance(example, str) else json.dumps(example, ensure_ascii=False),
	}


def _answer(responses: dict[str, Any]) -> str:
	schema = responses.get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
	message = schema.get("properties", {}).get("message")
	return kind_of(message) if message else ""
