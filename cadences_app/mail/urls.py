"""The public addresses that stand in a mail: its pixel, its tracked links, its unsubscribe page."""

from frappe.utils import get_url

from cadences_app.mail.tokens import Keyring, Purpose, sign

_ENDPOINT = "/api/method/cadences_app.api.tracking."


def open_url(keys: Keyring, activity: str) -> str:
	return _url("open", sign(keys, Purpose.OPEN, activity))


def click_url(keys: Keyring, activity: str, number: int) -> str:
	"""The address that leads to the link of that number; where that is, only the activity's row tells."""
	return _url("click", sign(keys, Purpose.CLICK, activity, number))


def unsubscribe_url(keys: Keyring, activity: str) -> str:
	return _url("unsubscribe", sign(keys, Purpose.UNSUBSCRIBE, activity))


def _url(endpoint: str, token: str) -> str:
	return get_url(f"{_ENDPOINT}{endpoint}?t={token}")
