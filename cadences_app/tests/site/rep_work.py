"""What the stories of tasks and of calls share: reps, one open task or call, and what a rep does."""

from contextlib import AbstractContextManager
from typing import Any, ClassVar

import frappe

from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase


class RepWorkTestCase(SiteTestCase):
	"""`key` is the follow-up that is looked at; `stands_at` a site time at which the clock stands, if any."""

	key: ClassVar[str]
	stands_at: ClassVar[Any] = None

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		builders.make_reps()

	def setUp(self) -> None:
		frappe.set_user("Administrator")
		if self.stands_at:
			clock_stands: AbstractContextManager = builders.at(self.stands_at)
			clock_stands.__enter__()
			self.addCleanup(clock_stands.__exit__, None, None, None)

	def given(self, follow_up: dict, *more: dict, record: Any = None) -> str:
		"""A rep's record in a cadence of these follow-ups; returns the enrollment."""
		record = record or builders.make_lead(lead_owner=builders.REP)
		cadence = builders.make_cadence(follow_up, *more, module=record.doctype)
		return builders.enroll(cadence, record)[0]

	def change(self, enrollment: str, **columns: Any) -> Any:
		"""What a rep does to the task or call."""
		doc = builders.made_for(enrollment, self.key)
		doc.update(columns)
		doc.save()
		return doc

	def standing(self, enrollment: str) -> str:
		builders.work()
		return builders.activity(enrollment, self.key).standing
