"""What the methods answer, as types: the description of the API is made from them (`api/described.py`)."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

MOMENT = {
	"type": "string",
	"pattern": r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?$",
	"description": "In the site's time zone, unless the method says otherwise.",
	"examples": ["2026-03-02 09:15:00"],
}
Moment = Annotated[datetime, WithJsonSchema(MOMENT)]
Told = Annotated[str, WithJsonSchema({**MOMENT, "pattern": rf"({MOMENT['pattern']})|^$"})]
"""A moment as text; blank for none."""
Number = Annotated[int, Field(ge=0)]
Counts = dict[str, Number]
Row = Annotated[dict[str, Any], Field(description="Fields of a row of Cadence Follow-up, by their names.")]
Words = list[str]


class Named(TypedDict):
	"""A record, and why it is told of."""

	name: str
	title: str
	why: str
