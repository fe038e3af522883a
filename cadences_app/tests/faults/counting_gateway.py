"""A gateway for messages in a process of its own, that counts how often each number is written to."""

import json
import multiprocessing
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from threading import Thread
from urllib.parse import parse_qs


class CountingGateway:
	"""``with CountingGateway(seconds) as gateway:`` takes every message, `seconds` after it is there."""

	def __init__(self, seconds: float = 0) -> None:
		self._seconds = seconds

	def __enter__(self) -> "CountingGateway":
		context = multiprocessing.get_context("spawn")
		self._connection, theirs = context.Pipe()
		self._process = context.Process(target=serve, args=(theirs, self._seconds), daemon=True)
		self._process.start()
		self.url = f"http://127.0.0.1:{self._connection.recv()}/send"
		return self

	def __exit__(self, *_error: object) -> None:
		self._process.kill()
		self._process.join()

	def counts(self) -> Counter[str]:
		"""How many messages were taken, by number."""
		self._connection.send("counts")
		return self._connection.recv()


def serve(connection: Connection, seconds: float) -> None:
	taken: Counter[str] = Counter()

	class Handler(BaseHTTPRequestHandler):
		def do_POST(self) -> None:
			# Taken is what is complete, whether or not the other side lives to hear it.
			body = self.rfile.read(int(self.headers["Content-Length"]))
			taken[parse_qs(body.decode())["to"][0]] += 1
			time.sleep(seconds)
			answer = json.dumps({"message_id": f"gw-{taken.total()}"}).encode()
			self.send_response(200)
			self.send_header("Content-Length", str(len(answer)))
			self.end_headers()
			self.wfile.write(answer)

		def log_message(self, *_arguments: object) -> None:
			pass

	server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	server.handle_error = lambda *_arguments: None  # whoever was killed does not hear the answer
	connection.send(server.server_address[1])
	Thread(target=server.serve_forever, daemon=True).start()
	while connection.recv():
		connection.send(Counter(taken))
