"""An SMTP server in a process of its own, that counts how often each person is written to."""

import asyncio
import contextlib
import multiprocessing
from collections import Counter
from multiprocessing.connection import Connection


class Sink:
	"""``with Sink(seconds) as sink:`` takes every mail, `seconds` after it is complete."""

	def __init__(self, seconds: float = 0) -> None:
		self._seconds = seconds

	def __enter__(self) -> "Sink":
		context = multiprocessing.get_context("spawn")
		self._connection, theirs = context.Pipe()
		self._process = context.Process(target=serve, args=(theirs, self._seconds), daemon=True)
		self._process.start()
		self.port = self._connection.recv()
		return self

	def __exit__(self, *_error: object) -> None:
		self._process.kill()
		self._process.join()

	def counts(self) -> Counter[str]:
		"""How many mails were taken, by recipient."""
		self._connection.send("counts")
		return self._connection.recv()


def serve(connection: Connection, seconds: float) -> None:
	from aiosmtpd.smtp import SMTP

	taken: Counter[str] = Counter()

	class Handler:
		async def handle_DATA(self, server, session, envelope):
			# Taken is what is complete, whether or not the other side lives to hear it.
			taken.update(envelope.rcpt_tos)
			await asyncio.sleep(seconds)
			return "250 OK"

	async def run() -> None:
		loop = asyncio.get_running_loop()
		server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
		connection.send(server.sockets[0].getsockname()[1])

		def answer() -> None:
			try:
				connection.recv()
			except EOFError:  # whoever asked is gone
				loop.stop()
			else:
				connection.send(taken)

		loop.add_reader(connection.fileno(), answer)
		await server.serve_forever()

	with contextlib.suppress(RuntimeError):  # stopped
		asyncio.run(run())
