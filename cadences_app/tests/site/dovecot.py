"""A private Dovecot: an IMAP server on a loopback port, in a temporary folder, for one test run."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
MISSING = "Dovecot is not installed (Debian: dovecot-imapd), so no mail can be fetched from a real server"

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
instance_name = cadences-{port}
log_path = {root}/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{root}/mail/%u
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {uid}
mail_gid = {gid}
passdb {{
	driver = passwd-file
	args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
	driver = static
	args = uid={uid} gid={gid} home={root}/mail/%u
}}
service anvil {{
	chroot =
}}
service imap-login {{
	chroot =
	inet_listener imap {{
		port = {port}
	}}
	inet_listener imaps {{
		port = 0
	}}
}}
namespace inbox {{
	inbox = yes
}}
"""


class Dovecot:
	"""``with Dovecot("user@example.com") as server``: its `port`, its `password`, `put` to deliver."""

	password = "let-me-in"

	def __init__(self, *users: str) -> None:
		self.users = users
		self.port = _free_port()
		self.root = Path(tempfile.mkdtemp(prefix="cadences-imap-"))

	def __enter__(self) -> "Dovecot":
		self.start()
		return self

	def __exit__(self, *_error: object) -> None:
		self.stop()

	def start(self) -> None:
		for folder in ("run", "state", "mail"):
			(self.root / folder).mkdir()
		(self.root / "users").write_text("".join(f"{user}:{self.password}\n" for user in self.users))
		self.root.chmod(0o755)  # as root, Dovecot logs people in as somebody with fewer rights
		identities = _identities()
		os.chown(self.root / "mail", identities["uid"], identities["gid"])
		config = self.root / "dovecot.conf"
		config.write_text(_CONFIG.format(root=self.root, port=self.port, **identities))
		self.process = subprocess.Popen(
			[BINARY, "-F", "-c", str(config)],
			stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
			env=on_the_real_day(),
		)
		self._wait()

	def stop(self) -> None:
		self.process.terminate()
		try:
			self.process.wait(10)
		except subprocess.TimeoutExpired:
			self.process.kill()
		shutil.rmtree(self.root, ignore_errors=True)

	def put(self, *messages: bytes, user: str = "") -> None:
		"""Lay messages into the user's INBOX, unread, as the mail server would."""
		with imaplib.IMAP4("127.0.0.1", self.port) as client:
			client.login(user or self.users[0], self.password)
			for message in messages:
				status, answer = client.append("INBOX", None, None, message)
				if status != "OK":
					raise RuntimeError(f"the message was not taken: {answer}")

	def empty(self) -> None:
		"""Delete what lies in the INBOX of every user."""
		for user in self.users:
			with imaplib.IMAP4("127.0.0.1", self.port) as client:
				client.login(user, self.password)
				_status, (count,) = client.select("INBOX")
				if int(count):
					client.store("1:*", "+FLAGS", "\\Deleted")
					client.expunge()

	def _wait(self, seconds: float = 15) -> None:
		ends_at = time.monotonic() + seconds
		while time.monotonic() < ends_at and self.process.poll() is None:
			try:
				with imaplib.IMAP4("127.0.0.1", self.port) as client:
					client.login(self.users[0], self.password)
					return
			except (OSError, imaplib.IMAP4.error):
				time.sleep(0.1)
		log = self.root / "log"
		said = log.read_text() if log.exists() else "nothing"
		self.stop()
		raise RuntimeError(f"Dovecot did not start; it said: {said}")


def _identities() -> dict[str, str | int]:
	"""Everything runs as whoever runs the tests; for root, who may own no mail, as Dovecot's own users."""
	if os.getuid() == 0:
		own = pwd.getpwnam("dovecot")
		group = grp.getgrgid(own.pw_gid).gr_name
		return _named(own.pw_uid, own.pw_gid, own.pw_name, group, "dovenull")
	me, mine = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
	return _named(os.getuid(), os.getgid(), me, mine, me)


def _named(uid: int, gid: int, user: str, group: str, login_user: str) -> dict[str, str | int]:
	return {
		"uid": uid,
		"gid": gid,
		"internal_user": user,
		"internal_group": group,
		"login_user": login_user,
	}


def _free_port() -> int:
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		return int(listener.getsockname()[1])


def on_the_real_day() -> dict[str, str]:
	"""Where the tests run on another day (`./test.sh --dates`), servers do not: they watch their clock, and
	hang up where it jumps or don't begin at all."""
	return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
