"""The account of a decision can be read as it was written (S8.3)."""

import json
from datetime import date, datetime, timezone
from typing import Any, get_args, get_type_hints

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.engine.transitions import Transition
from cadences_app.store import journal
from cadences_app.tests.site.base import SiteTestCase

MOMENT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=timezone.utc)


def sample(hint: Any, *, is_blank: bool) -> Any:
	kinds = get_args(hint) or (hint,)
	if is_blank and type(None) in kinds:
		return None
	kind = next(each for each in kinds if each is not type(None))
	if issubclass(kind, StoredEnum):
		return list(kind)[-1]
	if kind in (datetime, date):
		return MOMENT if kind is datetime else MOMENT.date()
	return kind() if is_blank else {str: "f1", int: 2, bool: True}[kind]


class TestJournal(SiteTestCase):
	def test_every_transition_is_read_as_it_was_told(self):
		for kind in get_args(Transition):
			for is_blank in (False, True):
				with self.subTest(kind.__name__, is_blank=is_blank):
					hints = get_type_hints(kind).items()
					made = kind(**{name: sample(hint, is_blank=is_blank) for name, hint in hints})
					told = json.loads(json.dumps(journal.describe((made,))))
					self.assertEqual(journal.read(told), (made,))

	def test_what_a_later_version_wrote_is_passed_over(self):
		self.assertEqual(journal.read([{"what": "SomethingNew", "at": "soon"}, {}]), ())
