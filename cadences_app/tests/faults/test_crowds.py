"""Many do the same in the same moment: each thing once (S5.4, S3.9).

CADENCES_FAULT_MAILS is the number of people.
"""

import os
from collections import Counter
from typing import Any
from unittest.mock import patch

import frappe

from cadences_app.runtime import mail_job, message_job, scheduled
from cadences_app.tests.faults import together
from cadences_app.tests.faults.books import PREFIX, BooksTestCase
from cadences_app.tests.faults.test_two_at_once import enroll_all, enroll_backwards
from cadences_app.tests.faults.together import Together
from cadences_app.tests.site.people import make_people

PEOPLE = int(os.environ.get("CADENCES_FAULT_MAILS", 40))
PROCESSES = 8
LONGEST = 300 + PEOPLE / 5  # seconds


def work_on_what_is_due(*_arguments: Any) -> int:
	done = scheduled.work()
	mail_job.work()
	message_job.work()
	scheduled.work()
	return done


def work_on_these(enrollments: list[str]) -> int:
	"""A job that was delivered to two workers."""
	done = scheduled.work_on(enrollments)
	mail_job.work()
	return done


def send(activity: str) -> str:
	return _told(activity, "release")


def approve(activity: str) -> str:
	return _told(activity, "approve")


def _told(activity: str, what: str) -> str:
	from cadences_app.api import activities

	try:
		getattr(activities, what)(activity)
	except frappe.ValidationError:
		frappe.db.rollback()
		return "refused"
	frappe.db.commit()
	return "done"


class CrowdsTest(BooksTestCase):
	def setUp(self) -> None:
		super().setUp()
		patched = patch.object(together, "LONGEST", LONGEST)
		patched.start()
		self.addCleanup(patched.stop)

	def at_once(self, *deeds: Any, arguments: tuple) -> list[Any]:
		with Together(*deeds) as all_of_them:
			answers = all_of_them.run(*arguments)
		frappe.db.rollback()
		self.assertFalse([each for each in answers if isinstance(each, str) and "Error" in each], answers)
		return answers

	def counts(self) -> Counter[str]:
		return Counter(mail.recipient for mail in self.server.received)

	def test_eight_work_on_what_is_due(self) -> None:
		self.given(PEOPLE, *self.mixed())
		self.at_once(*[work_on_what_is_due] * PROCESSES, arguments=())
		scheduled.work()
		mail_job.work()
		scheduled.work()
		self.assert_books_balance("look", "ring", "mail", taken=self.counts())

	def test_a_job_that_is_delivered_twice(self) -> None:
		self.given(min(PEOPLE, 200), *self.mixed())
		self.at_once(work_on_these, work_on_these, arguments=(self.enrollments,))
		scheduled.work()
		mail_job.work()
		scheduled.work()
		self.assert_books_balance("look", "ring", "mail", taken=self.counts())

	def test_eight_enroll_the_same_people(self) -> None:
		self.given(0, *self.mixed())
		self.people = make_people(min(PEOPLE, 1000), PREFIX)
		frappe.db.commit()
		deeds = [enroll_all, enroll_backwards] * (PROCESSES // 2)
		answers = self.at_once(*deeds, arguments=(self.cadence.name, self.people))
		for name in self.people:
			self.assertEqual([each[name] for each in answers].count("enrolled"), 1, name)
		scheduled.work()
		mail_job.work()
		scheduled.work()
		self.assert_books_balance("look", "ring", "mail", taken=self.counts())

	def test_two_send_and_approve_the_same_mail(self) -> None:
		self.given(1, self.email(release="After Approval"), is_decided=True)
		[mail] = self.activities()
		answers = self.at_once(send, approve, send, approve, arguments=(mail.name,))
		self.assertEqual(answers.count("done"), 1, answers)
		mail_job.work()
		scheduled.work()
		self.assert_books_balance("mail", taken=self.counts())
