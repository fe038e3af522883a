"""Workers that decide on events and run workflows, each a process that can be killed."""

import sys
import time

import frappe

from cadences_app.tests.faults.mail_workers import MailWorkers, fork_on_demand


class WorkflowWorkers(MailWorkers):
	module = __name__


def work(site: str) -> None:
	"""Decide and run until killed; what a passing fault ended is taken up again, as by the next tick."""
	from cadences_app.runtime import scheduled, workflow_job
	from cadences_app.store import compat

	frappe.init(site=site)
	frappe.connect()
	while True:
		try:
			done = scheduled.work() + workflow_job.work()
		except Exception as error:
			if not compat.is_passing_fault(error):
				raise
			frappe.db.rollback()
			done = 0
		if not done:
			time.sleep(0.05)


def main(site: str) -> None:
	from cadences_app.runtime import scheduled, workflow_job

	assert scheduled.work and workflow_job.work
	fork_on_demand(site, work)


if __name__ == "__main__":
	main(sys.argv[1])
