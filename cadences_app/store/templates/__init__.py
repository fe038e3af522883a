"""The texts of a cadence, filled with a record: one sandbox for all of them (S3.11, S14.1a).

A template may name `doc`, `contact`, `owner` and the record's own fields, walk through child tables, use
plain filters and format numbers and dates as the site writes them. Nothing in reach reads, writes or calls
anything else, and a template that asks for too much work or text is stopped.
"""

from cadences_app.store.templates.names import fields_used
from cadences_app.store.templates.row import Row, Rows, readable_fields, row_of
from cadences_app.store.templates.sandbox import MergeFieldMissing, TemplateBroken
from cadences_app.store.templates.text import Text, compile_text

__all__ = [
	"MergeFieldMissing",
	"Row",
	"Rows",
	"TemplateBroken",
	"Text",
	"compile_text",
	"fields_used",
	"readable_fields",
	"row_of",
]
