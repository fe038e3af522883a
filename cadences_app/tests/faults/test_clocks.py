"""The clock jumps, nobody works for days, the site moves to another time zone: every follow-up once (S13.3).

CADENCES_FAULT_MAILS is the number of people, up to a hundred.
"""

import os
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime
from freezegun import freeze_time

from cadences_app.runtime import mail_job, scheduled
from cadences_app.store import clock
from cadences_app.tests.faults.books import PREFIX, BooksTestCase
from cadences_app.tests.site import builders
from cadences_app.tests.site.builders import COLLEAGUE, DAY
from cadences_app.tests.site.people import remove_people

PEOPLE = min(int(os.environ.get("CADENCES_FAULT_MAILS", 5)), 100)
HOUR = timedelta(hours=1)


def hours_later(key: str, hours: int) -> dict[str, Any]:
	return builders.task(key) | {"timing": {"delay": {"amount": hours, "unit": "Hours"}}}


class ClocksTest(BooksTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.zone = frappe.db.get_single_value("System Settings", "time_zone")
		self.addCleanup(self.move_to, self.zone)

	def move_to(self, zone: str) -> None:
		frappe.db.set_single_value("System Settings", "time_zone", zone)
		frappe.db.commit()
		frappe.clear_cache()
		frappe.local.system_timezone = None

	def begin_at(self, moment: datetime, *follow_ups: dict[str, Any]) -> None:
		with freeze_time(clock.from_site(moment).replace(tzinfo=None), tick=True):
			self.given(PEOPLE, *follow_ups)
		self.work_at(moment + timedelta(minutes=10))

	def work_at(self, moment: datetime) -> None:
		"""What the workers do at this site time."""
		self.work_at_utc(clock.from_site(moment).replace(tzinfo=None))

	def work_at_utc(self, moment: datetime) -> None:
		with freeze_time(moment, tick=True):
			scheduled.work()
			mail_job.work()
			scheduled.work()
		frappe.db.commit()

	def taken(self) -> Counter[str]:
		return Counter(mail.recipient for mail in self.server.received)

	def done(self) -> Counter[str]:
		return Counter(row.follow_up for row in self.activities() if row.status == "Carried Out")

	def noon(self) -> datetime:
		return frappe.utils.now_datetime().replace(hour=12, minute=0, second=0, microsecond=0) + 3 * DAY

	def test_back_an_hour_and_forward_a_day(self) -> None:
		began = self.noon()
		self.begin_at(began, builders.task("look"), self.email(days=1), builders.call("ring", days=2))
		self.assert_books_balance("look", taken=self.taken())
		self.work_at(began + DAY + HOUR)
		self.assert_books_balance("look", "mail", taken=self.taken())
		self.work_at(began + DAY)
		self.assert_books_balance("look", "mail", taken=self.taken())
		self.work_at(began + 3 * DAY)
		self.assert_books_balance("look", "mail", "ring", taken=self.taken())

	def test_the_nights_of_summer_time(self) -> None:
		"""Every quarter of an hour through the hour that is there twice, and through the one that is not."""
		self.move_to("Europe/Berlin")
		year = frappe.utils.now_datetime().year + 1
		for month in (3, 10):
			night = max(
				datetime(year, month, day)
				for day in range(25, 32)
				if datetime(year, month, day).weekday() == 6
			)
			with self.subTest(night=night):
				keys = [f"after{hours}" for hours in range(6)]
				self.begin_at(night - HOUR, *(hours_later(key, hours) for hours, key in enumerate(keys)))
				for quarter in range(4 * 7):
					self.work_at_utc(night - 3 * HOUR + quarter * timedelta(minutes=15))
				self.work_at(night + 8 * HOUR)
				self.assert_books_balance(*keys)
				remove_people(PREFIX)

	def test_a_window_that_opens_in_an_hour_that_comes_twice(self) -> None:
		"""Its moment reads as one that has passed: the mails wait, and are not taken up over and over."""
		self.move_to("Europe/Berlin")
		builders.make_reps()
		frappe.db.set_value("User", COLLEAGUE, "time_zone", "Asia/Tokyo")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_value, "User", COLLEAGUE, "time_zone", None)
		frappe.clear_cache(user=COLLEAGUE)
		window = {"days": [6], "opens": "10:15:00", "closes": "17:00:00"}  # from 1:15 on in UTC
		policy = {"zone": "Owner", "window": window}
		sunday = datetime(2027, 10, 24, 2)
		with freeze_time(sunday, tick=True):
			self.given(1, self.email(), policy=policy)
			frappe.db.set_value("Lead", self.people[0], "lead_owner", COLLEAGUE)
			frappe.db.commit()
			scheduled.work()
		with (
			freeze_time(sunday + 6 * DAY + timedelta(hours=22, minutes=30), tick=True),
			patch.object(mail_job, "LONGEST_JOB", 5),
		):
			mail_job.work()
			[row] = self.activities()
			self.assertGreater(
				frappe.db.get_value("Cadence Activity", row.name, "send_after"), now_datetime()
			)
		self.work_at_utc(sunday + 7 * DAY + timedelta(minutes=1))
		self.assertEqual(self.taken().total(), 1)

	def test_dormant_for_five_days(self) -> None:
		"""What was meant for several days does not come at once: it keeps its distance."""
		began = self.noon()
		keys = [f"day{day}" for day in (1, 2, 4)]
		self.begin_at(began, *(builders.task(key, days=int(key[3:])) for key in keys))
		self.work_at(began + 5 * DAY)
		self.assertEqual(self.done(), {"day1": PEOPLE})
		for hour in range(0, 96, 6):
			self.work_at(began + 5 * DAY + hour * HOUR)
		self.assert_books_balance(*keys)

	def test_muted_for_a_week(self) -> None:
		began = self.noon()
		frappe.flags.mute_emails = True
		self.addCleanup(frappe.flags.pop, "mute_emails", None)
		self.begin_at(began, self.email(), self.email("next", "mail", days=2), builders.task("look", days=1))
		for day in range(1, 8):
			self.work_at(began + day * DAY)
		self.assertEqual((self.done(), self.server.received), ({"look": PEOPLE}, []))
		frappe.flags.mute_emails = False
		self.work_at(began + 7 * DAY + HOUR)
		self.assert_books_balance("look", "mail", taken=self.taken())
		self.work_at(began + 9 * DAY)
		self.assert_books_balance("look", "mail", taken=self.taken())
		self.work_at(began + 9 * DAY + 2 * HOUR)
		self.assertEqual(self.done(), dict.fromkeys(("look", "mail", "next"), PEOPLE))
		self.assertEqual(set(self.taken().values()), {2})

	def test_the_site_moves_to_other_time_zones(self) -> None:
		"""Once and none twice, wherever its clock stands; the stored moments are wall times."""
		self.move_to("Europe/Berlin")
		began = self.noon()
		self.begin_at(began, *(builders.task(f"day{day}", days=day) for day in range(4)))
		began = clock.from_site(began).replace(tzinfo=None)
		for day, zone in enumerate(
			("America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin", "Pacific/Kiritimati"), 1
		):
			self.move_to(zone)
			self.work_at_utc(began + day * DAY)
		self.work_at_utc(began + 6 * DAY)
		self.assert_books_balance(*(f"day{day}" for day in range(4)))
