"""The description of these methods as OpenAPI 3.1, made from their signatures and docstrings.

Whoever may read cadences may have it: as JSON here, as a page by `described_page.show`.
`docs/openapi.json` is the same.
"""

import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

import frappe
from pydantic import TypeAdapter
from werkzeug.wrappers import Response

import cadences_app
from cadences_app import api
from cadences_app.api.calling import whitelist
from cadences_app.api.parameters import CLOSED, PARAMETERS

ROOT = "cadences_app.api."
REFERENCE = "#/components/schemas/{model}"
Schema = dict[str, Any]
Method = Callable[..., Any]

INTRODUCTION = """\
Call a method at `/api/method/<name>` with a login or an API key; the rights are those of the caller. What
changes something takes POST with JSON (or a form); what only asks takes GET as well, a list as JSON text.

An answer is `{"message": …}`, without `message` where there is nothing to say. An error has its kind in
`exc_type` and what to tell people in `_server_messages`: a JSON list of JSON texts, each with a `message`."""
ERRORS = {
	"401": "The API key or its secret is wrong.",
	"403": "The caller is not logged in, or lacks the right.",
	"404": "There is no such record.",
	"409": "Somebody else was there first: the name is taken, or the record was changed meanwhile.",
	"417": "An argument is missing or can't be used, or the wish can't be met; the message says why.",
}
TOO_MANY = "Too many requests from this network address."
NO_JSON = {
	"records.download": {"200": ("The answers as a file.", "text/csv")},
	"described_page.show": {"200": ("The page.", "text/html")},
	"tracking.open": {"200": ("The pixel, whatever the token is worth.", "image/gif")},
	"tracking.click": {
		"302": ("Leads where the mail said.", "text/html"),
		"404": ("The link leads nowhere.", "text/html"),
	},
	"tracking.unsubscribe": {
		"200": ("The page, or what was done.", "text/html"),
		"404": ("The link is none of ours.", "text/html"),
	},
	"webhooks.calendly": {
		"204": ("Taken in.", ""),
		"403": ("The signature is not genuine, or too old.", ""),
	},
	"webhooks.message": {
		"204": ("Taken in.", ""),
		"403": ("The signature or the secret is wrong or missing, or there is too much of it.", ""),
	},
	"webhooks.ses": {
		"204": ("Taken in.", ""),
		"403": ("Amazon did not sign it, its topic is none of ours, or it is too old.", ""),
	},
}
_TELLS_RIGHTS = (
	re.compile(r"\bneeds?\b|\bmust be\b|\bopen to\b", re.IGNORECASE),
	re.compile(r"\bmay\b", re.IGNORECASE),
)
"""What tells them plainly, and what else does."""


@whitelist(methods=["GET"])
def openapi() -> dict[str, Any]:
	"""This description. Needs *read* on Cadence."""
	frappe.has_permission("Cadence", "read", throw=True)
	return describe()


def methods() -> Iterator[tuple[str, Method]]:
	"""Our whitelisted methods by their path below `cadences_app.api`."""
	for info in pkgutil.walk_packages(api.__path__, ROOT):
		module = importlib.import_module(info.name)
		for name, function in inspect.getmembers(module, inspect.isfunction):
			if function in frappe.whitelisted and function.__module__ == info.name:
				yield f"{info.name.removeprefix(ROOT)}.{name}", function


def describe() -> Schema:
	"""The OpenAPI document of every method."""
	found = dict(sorted(methods()))
	answers = {path: hints["return"] for path, method in found.items() if _is_typed(hints := _hints(method))}
	shapes, defined = TypeAdapter.json_schemas(
		[(path, "serialization", TypeAdapter(answer)) for path, answer in answers.items()],
		ref_template=REFERENCE,
	)
	schemas = {name: _closed(_plain(schema)) for name, schema in sorted(defined.get("$defs", {}).items())} | {
		"Error": _error()
	}
	modules = dict.fromkeys(path.rpartition(".")[0] for path in found)
	return {
		"openapi": "3.1.0",
		"info": {
			"title": "Cadences",
			"version": cadences_app.__version__,
			"summary": "Sales cadences: emails, tasks and calls that follow the answers",
			"description": INTRODUCTION,
			"license": {"name": "MIT", "identifier": "MIT"},
		},
		"servers": [{"url": "/"}],
		"security": [{"apiKey": []}, {"login": []}],
		"tags": [{"name": module, "description": _module_text(module)} for module in modules],
		"paths": {
			f"/api/method/{ROOT}{path}": _operations(path, method, shapes.get((path, "serialization")))
			for path, method in found.items()
		},
		"components": {
			"schemas": schemas,
			"responses": {code: _failure(text) for code, text in ERRORS.items()},
			"securitySchemes": {
				"apiKey": {
					"type": "apiKey",
					"in": "header",
					"name": "Authorization",
					"description": "`token <API key>:<API secret>`",
				},
				"login": {
					"type": "apiKey",
					"in": "cookie",
					"name": "sid",
					"description": "Of a login; a POST then needs the header `X-Frappe-CSRF-Token`, too.",
				},
			},
		},
	}


def as_text() -> str:
	"""As `docs/openapi.json` has it."""
	return frappe.as_json(describe(), indent=1) + "\n"


def rights_of(path: str, method: Method) -> str:
	"""What the caller needs, as the method's docstring or its module's tells it."""
	texts = (_doc(method), _module_text(path.rpartition(".")[0]))
	for tells in _TELLS_RIGHTS:
		for text in texts:
			told = [each for each in re.split(r"(?<=[.:;])\s+", text) if tells.search(each)]
			if told:
				return " ".join(" ".join(told).split())
	return ""


def _operations(path: str, method: Method, answer: Schema | None) -> Schema:
	allowed = frappe.allowed_http_methods_for_whitelisted_func[method]
	if method in frappe.guest_methods:
		verbs = [each for each in allowed if each in ("GET", "POST")]
	else:
		verbs = ["GET"] if "GET" in allowed else ["POST"]
	return {verb.lower(): _operation(path, method, verb, answer) for verb in verbs}


def _operation(path: str, method: Method, verb: str, answer: Schema | None) -> Schema:
	text = _doc(method)
	module, _dot, name = path.rpartition(".")
	found: Schema = {
		"operationId": path if verb == "GET" or method not in frappe.guest_methods else f"{path}.post",
		"tags": [module],
		"summary": f"{module}: {name}",
		"description": text,
		"x-rights": rights_of(path, method),
	}
	takes = _arguments(method)
	if verb == "GET":
		found["parameters"] = [_in_query(*each) for each in takes]
	elif takes:
		found["requestBody"] = _body(takes, as_form=method in frappe.guest_methods)
	if method in frappe.guest_methods:
		return found | {"security": [], "responses": _no_json(path)}
	if path in NO_JSON:
		return found | {"responses": _no_json(path) | _failures()}
	return found | {"responses": {"200": _success(answer), **_failures()}}


def _arguments(method: Method) -> list[tuple[str, Any, bool, Any]]:
	"""Name, type, whether it is needed, and its default."""
	hints = _hints(method)
	return [
		(name, hints.get(name, Any), each.default is each.empty, each.default)
		for name, each in inspect.signature(method).parameters.items()
	]


def _in_query(name: str, hint: Any, needed: bool, default: Any) -> Schema:
	schema = _argument(name, hint, needed, default)
	if _is_list(hint):
		schema = {"type": "string", "description": "A name, or names as a JSON list."}
	return {
		"name": name,
		"in": "query",
		"required": needed,
		"description": _told_of(name)[0],
		"schema": schema,
		"example": _example_in_query(name),
	}


def _body(takes: list[tuple[str, Any, bool, Any]], *, as_form: bool) -> Schema:
	properties = {
		name: {
			**_argument(name, hint, needed, default),
			"description": _told_of(name)[0],
			"examples": [_told_of(name)[1]],
		}
		for name, hint, needed, default in takes
	}
	needed = [name for name, _hint, is_needed, _default in takes if is_needed]
	schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
	if needed:
		schema["required"] = needed
	kind = "application/x-www-form-urlencoded" if as_form else "application/json"
	return {"required": bool(needed), "content": {kind: {"schema": schema}}}


def _argument(name: str, hint: Any, needed: bool, default: Any) -> Schema:
	schema = _plain(TypeAdapter(hint).json_schema())
	if name in CLOSED:
		schema["enum"] = CLOSED[name]
	return schema if needed or default is None else {**schema, "default": default}


def _success(answer: Schema | None) -> Schema:
	if answer is None:
		return {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
	message = _plain(answer)
	schema: Schema = {"type": "object", "properties": {"message": message}}
	if {"type": "null"} not in message.get("anyOf", []):  # Frappe leaves out what is None
		schema["required"] = ["message"]
	return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}


def _failures() -> Schema:
	return {code: {"$ref": f"#/components/responses/{code}"} for code in ERRORS}


def _failure(text: str) -> Schema:
	schema = {"schema": {"$ref": REFERENCE.format(model="Error")}}
	return {"description": text, "content": {"application/json": schema}}


def _no_json(path: str) -> Schema:
	found: Schema = {}
	for code, (text, kind) in NO_JSON[path].items():
		found[code] = {"description": text} | ({"content": {kind: {}}} if kind else {})
	if path.startswith("webhooks"):
		found["429"] = {"description": TOO_MANY}
	return found


def _error() -> Schema:
	return {
		"type": "object",
		"description": "What went wrong.",
		"properties": {
			"exc_type": {"type": "string", "description": "Its kind, such as `PermissionError`."},
			"exception": {"type": "string", "description": "In a line, where the site shows errors."},
			"exc": {"type": "string", "description": "For developers, where the site shows errors."},
			"_server_messages": {"type": "string", "description": "A JSON list of JSON texts for people."},
		},
		"required": ["exc_type"],
	}


def _hints(method: Method) -> dict[str, Any]:
	return typing.get_type_hints(inspect.unwrap(method), include_extras=True)


def _is_typed(hints: dict[str, Any]) -> bool:
	return hints["return"] not in (type(None), Response)


def _is_list(hint: Any) -> bool:
	if typing.get_origin(hint) in (typing.Union, types.UnionType):
		return any(_is_list(each) for each in typing.get_args(hint))
	return typing.get_origin(hint) in (list, dict) or hint in (list, dict)


def _told_of(name: str) -> tuple[str, Any]:
	"""What an argument means, and an example."""
	return PARAMETERS[name]


def _example_in_query(name: str) -> Any:
	example = _told_of(name)[1]
	return frappe.as_json(example, indent=None) if isinstance(example, list | dict) else example


def _plain(schema: Any) -> Any:
	"""Without the titles that pydantic makes of names."""
	if isinstance(schema, list):
		return [_plain(each) for each in schema]
	if not isinstance(schema, dict):
		return schema
	return {
		key: {name: _plain(each) for name, each in value.items()} if key == "properties" else _plain(value)
		for key, value in schema.items()
		if not (key == "title" and isinstance(value, str))
	}


def _closed(schema: Schema) -> Schema:
	"""An answer has these fields and no others."""
	return {**schema, "additionalProperties": False} if "properties" in schema else schema


def _doc(method: Method) -> str:
	return inspect.getdoc(method) or ""


def _module_text(module: str) -> str:
	return inspect.getdoc(importlib.import_module(f"{ROOT}{module}")) or ""
