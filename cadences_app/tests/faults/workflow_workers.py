"""Workers that decide on events and run workflows, each a process that can be killed."""

import sys
import time

import frappe

from cadences_app.tests.faults.mail_workers import MailWorkers, fork_on_demand


class WorkflowWorkers(MailWorkers):
	module = __name__


def work(site: str) -> None:
	"""Decide and run until killed."""
	from cadences_app.runtime import scheduled, workflow_job

	frappe.init(site=site)
	frappe.connect()
	while True:
		scheduled.work()
		if not workflow_job.work():
			time.sleep(0.05)


def main(site: str) -> None:
	from cadences_app.runtime import scheduled, workflow_job

	assert scheduled.work and workflow_job.work
	fork_on_demand(site, work)


if __name__ == "__main__":
	main(sys.argv[1])
