"""A door to a server that can be shut for a while: every connection through it breaks, and none comes in."""

import contextlib
import selectors
import socket
import threading


class Proxy:
	"""``with Proxy(host, port) as proxy:`` passes on to that server what comes in on `proxy.port`."""

	def __init__(self, host: str, port: int) -> None:
		self._server = (host, port)
		self._sockets: set[socket.socket] = set()
		self._is_open = True
		self._lock = threading.Lock()

	def __enter__(self) -> "Proxy":
		self._door = socket.create_server(("127.0.0.1", 0))
		self.port = self._door.getsockname()[1]
		threading.Thread(target=self._let_in, daemon=True).start()
		return self

	def __exit__(self, *_error: object) -> None:
		self.shut()
		self._door.close()

	def shut(self) -> None:
		with self._lock:
			self._is_open = False
			for each in self._sockets:
				with contextlib.suppress(OSError):
					each.shutdown(socket.SHUT_RDWR)
			self._sockets.clear()

	def open(self) -> None:
		with self._lock:
			self._is_open = True

	def _let_in(self) -> None:
		while True:
			try:
				client, _address = self._door.accept()
			except OSError:
				return
			with self._lock:
				if not self._is_open:
					client.close()
					continue
				server = socket.create_connection(self._server)
				self._sockets |= {client, server}
			threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()


def _pass_on(client: socket.socket, server: socket.socket) -> None:
	other = {client: server, server: client}
	with selectors.DefaultSelector() as selector, client, server, contextlib.suppress(OSError):
		for each in other:
			selector.register(each, selectors.EVENT_READ)
		while True:
			for key, _events in selector.select():
				data = key.fileobj.recv(65536)
				if not data:
					return
				other[key.fileobj].sendall(data)
