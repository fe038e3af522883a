"""The public addresses that stand in a mail: its pixel, its tracked links, its unsubscribe page."""

from frappe.utils import get_url

from cadences_app.mail.tracking.keyring import keyring
from cadences_app.mail.tracking.tokens import Keyring, Purpose, sign

_ENDPOINT = "/api/method/cadences_app.api.tracking."


class SignedUrls:
	"""Made once for a batch, so that the site's address and keys are looked up once."""

	def __init__(self, keys: Keyring | None = None) -> None:
		self.keys = keys or keyring()
		self._base = get_url(_ENDPOINT)

	def opening(self, activity: str) -> str:
		return f"{self._base}open?t={sign(self.keys, Purpose.OPEN, activity)}"

	def click(self, activity: str, number: int) -> str:
		"""Leads to the link of that number; where that is, only the activity's row tells."""
		return f"{self._base}click?t={sign(self.keys, Purpose.CLICK, activity, number)}"

	def unsubscribe(self, activity: str) -> str:
		return f"{self._base}unsubscribe?t={sign(self.keys, Purpose.UNSUBSCRIBE, activity)}"
