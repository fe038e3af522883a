"""Deeds in processes of their own, each with a connection, that begin at the same moment."""

import multiprocessing
from collections import defaultdict
from typing import Any

import frappe

SPAWN = multiprocessing.get_context("spawn")
LONGEST = 300  # seconds


class Together:
	"""``with Together(enroll_all, enroll_all) as both: both.run(...)``: processes that begin at the same
	moment, once all of them have a connection."""

	def __init__(self, *deeds: Any) -> None:
		self.deeds = deeds

	def __enter__(self) -> "Together":
		self.ready, self.answers = SPAWN.Barrier(len(self.deeds)), SPAWN.Queue()
		self.processes: list[Any] = []
		return self

	def start(self, *rounds: tuple) -> None:
		"""Begin with each deed; a round after the other, which all of them begin together."""
		self.heard: dict[int, list[Any]] = defaultdict(list)
		site = (frappe.local.site, frappe.local.sites_path)
		for deed in self.deeds:
			process = SPAWN.Process(
				target=_in_process, args=(site, deed, self.ready, self.answers, rounds), daemon=True
			)
			process.start()
			self.processes.append(process)

	def run(self, *arguments: Any) -> list[Any]:
		"""What each deed returned, in the order in which they ended."""
		self.start(arguments)
		return self.hear()

	def hear(self, number: int = 0) -> list[Any]:
		"""What each deed returned in this round. What is put into a queue arrives a little later: an answer
		of the next round may come before the last of this one."""
		while len(self.heard[number]) < len(self.deeds):
			of_round, answer = self.answers.get(timeout=LONGEST)
			self.heard[of_round].append(answer)
		return self.heard[number]

	def __exit__(self, *_error: object) -> None:
		for process in self.processes:
			process.join(5)
			if process.is_alive():
				process.kill()
				process.join()


def _in_process(site: tuple[str, str], deed: Any, ready: Any, answers: Any, rounds: tuple) -> None:
	name, sites_path = site
	frappe.init(name, sites_path=sites_path)
	frappe.connect()
	frappe.flags.in_test = True
	frappe.set_user("Administrator")
	number = 0
	try:
		for number, arguments in enumerate(rounds):
			ready.wait(LONGEST)
			answers.put((number, deed(*arguments)))
	except BaseException as error:
		answers.put((number, f"{type(error).__name__}: {error}"))
		raise
	finally:
		frappe.destroy()
