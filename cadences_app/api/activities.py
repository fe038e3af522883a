"""What people do with a touchpoint that waits for them, over REST and from Desk.

Each needs *write* on the activity, and with it read access to its record; approving is for those who may edit
its cadence.
"""

from typing import Any

import frappe

from cadences_app.api.arguments import is_yes
from cadences_app.api.calling import whitelist
from cadences_app.api.sentences import because
from cadences_app.engine.statuses import Delivery
from cadences_app.runtime import waiting_mails
from cadences_app.store.compat import tried_anew


@whitelist()
def why(activity: str) -> str:
	"""Why the touchpoint stands as it does, as a sentence (S8.3)."""
	doc = frappe.get_doc("Cadence Activity", activity)
	doc.check_permission("read")
	return because(doc.reason, doc.note)


@whitelist(methods=["POST"])
@tried_anew
def settle(activity: str, was_sent: bool) -> None:
	"""Say whether a mail that is Unknown was sent; one that was not is sent now (S15.2)."""
	_permitted(activity)
	waiting_mails.settle(activity, was_sent=is_yes(was_sent))


@whitelist(methods=["POST"])
@tried_anew
def release(activity: str) -> None:
	"""Send a mail that waits for review; one that needs approval waits for that next, unless whoever sends it
	may approve (S3.9)."""
	_permitted(activity)
	waiting_mails.release_reviewed(activity, frappe.session.user)


@whitelist(methods=["POST"])
@tried_anew
def approve(activity: str) -> None:
	"""Send a mail that waits for approval (S3.9)."""
	cadence = frappe.get_doc("Cadence", _permitted(activity).cadence)
	cadence.check_permission("write")
	waiting_mails.release(activity, Delivery.APPROVAL)


def _permitted(activity: str) -> Any:
	doc = frappe.get_doc("Cadence Activity", activity)
	doc.check_permission("write")
	return doc
