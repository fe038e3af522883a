"""The messages in the outbox: the worker's claim, a last look, the hand-over to a gateway, and its report.

The Cadence Activity is the outbox, as of emails (`mail/sending/outbox.py`): a message is Queued, Sending
while the gateway has it, then Sent. What a killed worker was handing over is Unknown, and is not sent again
unless somebody says that it was not.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

import frappe
from frappe import _
from frappe.utils import cint, flt, get_datetime, now_datetime

from cadences_app.engine.content import Channel, MessageContent, Service
from cadences_app.engine.events import Event, FollowUpFailed, FollowUpImpossible, OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block
from cadences_app.engine.statuses import Delivery
from cadences_app.mail import communications
from cadences_app.mail.composing.recipients import NoSuchField
from cadences_app.mail.sending import outbox
from cadences_app.mail.sending.batch import read_records
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.sending.standing import Drop, Go, HoldBack, Readiness, Standing, Wait, read_columns
from cadences_app.messages import gateway, whatsapp
from cadences_app.messages.gateway import Answer, Gateway, Later, Refused, Taken, Uncertain
from cadences_app.messages.recipients import Reach, reach
from cadences_app.store import clock, compat, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.threads import without_database
from cadences_app.store.turns import hold

AT_ONCE = 8
"""How many requests are with the gateway at a time, for each worker."""
NOTED_AFTER = 1  # second
"""How long an answer waits for those to the others of its group: the gateway may report on it any moment, by
an id that must be known then."""
BATCH = 100
NO_SERVICE = timedelta(minutes=10)
"""How long a message waits while its service is not set up."""
SOURCE = "Message Gateway"
_CAP = "messages of the day"
_SHOWN = {Delivery.SENT: "Sent", Delivery.REFUSED: "Error", Delivery.FAILED: "Error"}
_ENDED = frozenset({*_SHOWN, Delivery.SUPPRESSED})

Claim = Callable[[], list[Mail]]


def has_work() -> bool:
	return outbox.has_work(Channel.MESSAGE)


def claim(worker: str) -> list[Mail]:
	"""Take due messages in hand, as many as today's caps allow; the others wait until tomorrow. The caller
	commits."""
	settings = frappe.get_cached_doc("Cadence Settings")
	per_day = cint(settings.messages_per_day)
	room = BATCH
	table = frappe.qb.DocType("Cadence Activity")
	if per_day:
		hold(_CAP)  # others that claim wait: together they must not pass the cap
		room = min(BATCH, max(0, per_day - _count_of_today()))
	found = outbox.lock_due(table.name.isnotnull(), BATCH, Channel.MESSAGE)
	found = outbox.postpone_excess(found, cint(settings.max_messages_per_record), Channel.MESSAGE)
	outbox.put_off(found[room:], _today() + timedelta(days=1))
	outbox.take(worker, found[:room])
	return found[:room]


def recover() -> None:
	"""Take up what dead workers left, and report what they had not. The caller commits."""
	report(outbox.recover(Channel.MESSAGE))


def deliver(worker: str, claim_more: Claim, ends_at: float) -> int:
	"""Deliver what can be claimed until nothing is left; returns how many were taken. Commits as it goes."""
	count, begun = 0, False
	while monotonic() < ends_at and (messages := claim_more()):
		for batch, ready in outbox.look_at(worker, messages, partial(_look_at, worker), report):
			for start in range(0, len(ready), AT_ONCE):
				group = ready[start : start + AT_ONCE]
				if begun and monotonic() > ends_at:
					compat.persist(outbox.give_back, ready[start:])
					break
				begun = True
				count += _hand_over(worker, batch, group)
	return count


def _look_at(worker: str, messages: list[Mail]) -> tuple["Batch", list[Mail]]:
	batch = Batch(messages)
	return batch, compat.persist(batch.sort_out, worker)


def report(messages: list[Mail]) -> None:
	"""Report messages whose end is noted, in this transaction, and let go of them. Doing it twice is
	harmless: an inbox entry is taken in once."""
	messages = [each for each in messages if each.delivery in _ENDED]
	inbox.record([_inbox_entry(each) for each in messages])
	for delivery, shown in _SHOWN.items():
		names = [each.communication for each in messages if each.delivery is delivery and each.communication]
		communications.show_delivery(names, shown)
	outbox.let_go(messages)


class Batch:
	"""The messages that a worker has in hand, with what is looked at once more before they go."""

	def __init__(self, messages: list[Mail]) -> None:
		self.messages = messages
		self.standing = Standing(messages)
		self.standing.read()
		self._records = read_records(messages)
		self._reach = dict(self._reaches())
		self._texts = read_columns("Communication", {each.communication for each in messages}, "text_content")
		self._parts = read_columns("Cadence Activity", {each.name for each in messages}, "message_parts")
		self._price = flt(frappe.get_cached_doc("Cadence Settings").price_per_part)
		self.services = {Service.WHATSAPP: whatsapp.is_set_up()}
		self.gateway: Gateway | None = gateway.read_settings()
		self.services[Service.SMS] = self.gateway is not None

	def content(self, message: Mail) -> MessageContent | None:
		content = self.standing.content(message)
		return content if isinstance(content, MessageContent) else None

	def text(self, message: Mail) -> str:
		return self._texts[message.communication].text_content or ""

	def cost(self, message: Mail) -> float:
		"""Of all its parts; 0 where no price is known, and by WhatsApp, which is not charged by parts."""
		content = self.content(message)
		is_charged = content is not None and content.service is Service.SMS
		return self._price * cint(self._parts[message.name].message_parts) if is_charged else 0.0

	def readiness(self, message: Mail) -> Readiness:
		"""Whether it may go out now. What ends it for good is looked at first."""
		if self.standing.is_over(message):
			return Drop()
		found = self._reach.get(message.name)
		if found is not None and found.block:
			return HoldBack(found.block)
		until = self.standing.stands_still_until(message)
		content = self.content(message)
		if until is None and (content is None or message.communication not in self._texts):
			return Drop()
		record = self._records[message.reference_doctype].get(message.reference_name)
		until = until or self.standing.distance_until(message)
		until = until or self.standing.opening(message, Channel.MESSAGE, record)
		if until is None and content is not None and not self.services[content.service]:
			until = now_datetime() + NO_SERVICE
		return Wait(until) if until else Go()

	def sort_out(self, worker: str) -> list[Mail]:
		"""Those that may go out now; the others are put off, held back or dropped, in this transaction."""
		ready, held_back, dropped = [], [], []
		self._use_new_numbers()
		for message in self.messages:
			match self.readiness(message):
				case Go():
					ready.append(message)
				case Wait(until=until):
					outbox.put_back(worker, message, until, self._waits_for(message), message.attempts)
				case HoldBack(block=block):
					outbox.finish(worker, message, Delivery.SUPPRESSED, block.value)
					held_back.append(message)
				case Drop():
					dropped.append(message)
		report(held_back)
		outbox.drop(dropped)
		gone = [each.communication for each in (*held_back, *dropped)]
		if gone:
			communications.remove(gone, is_listened_to=communications.is_listened_to())
			outbox.forget_communications([*held_back, *dropped])
		return ready

	def _waits_for(self, message: Mail) -> str | None:
		content = self.content(message)
		if content is None or self.services[content.service]:
			return message.error
		if content.service is Service.SMS:
			return _("SMS Settings name no gateway.")
		return _("WhatsApp is not set up: it needs the app frappe_whatsapp and an account to send by.")

	def _reaches(self) -> Iterator[tuple[str, Reach]]:
		"""The number of each as its record has it now (S4.1b), and what blocks it."""
		groups: dict[tuple[str, MessageContent, str], list[Mail]] = {}
		for message in self.messages:
			content = self.content(message) if self.standing.is_of_run(message) else None
			if content is not None:
				key = (message.reference_doctype, content, message.cadence)
				groups.setdefault(key, []).append(message)
		for (doctype, content, cadence), messages in groups.items():
			names = {each.reference_name for each in messages}
			rows = {name: row for name, row in self._records[doctype].items() if name in names}
			try:
				found = reach(rows, content, cadence)
			except NoSuchField:
				continue  # the field is gone: it goes where it was meant to
			for message in messages:
				yield message.name, found.get(message.reference_name, Reach(block=Block.RECORD_DELETED))

	def _use_new_numbers(self) -> None:
		changed: list[Mail] = []
		for message in self.messages:
			found = self._reach.get(message.name)
			if found is not None and found.number and found.number != message.recipient:
				message.recipient = found.number
				changed.append(message)
		compat.update_rows("Cadence Activity", {each.name: {"recipient": each.recipient} for each in changed})
		shown = {each.communication: {"phone_no": each.recipient} for each in changed if each.communication}
		compat.update_rows("Communication", shown)


def _hand_over(worker: str, batch: Batch, group: list[Mail]) -> int:
	"""Hand a few over at once: noted as Sending first, then sent, then noted and reported, each in commits of
	its own. Returns how many were taken."""
	by_sms = [each for each in group if batch.content(each).service is Service.SMS]
	taken = 0
	if by_sms:
		may_go = compat.persist(outbox.advance, worker, [], [(each, ()) for each in by_sms])
		going = [each for each in by_sms if each.name in may_go]
		with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
			sent = [
				pool.submit(without_database().run, batch.gateway.send, each.recipient, batch.text(each))
				for each in going
			]
			waiting = set(sent)
			while waiting:
				done, waiting = wait(waiting, NOTED_AFTER)
				pairs = zip(going, sent, strict=True)
				found = [(message, each.result()) for message, each in pairs if each in done]
				taken += compat.persist(_note, worker, batch, found) if found else 0
	for message in group:
		if message in by_sms:
			continue
		if message.name in compat.persist(outbox.advance, worker, [], [(message, ())]):
			record = (message.reference_doctype, message.reference_name)
			template = batch.content(message).whatsapp_template
			answer = whatsapp.send(message.recipient, batch.text(message), template, record)
			taken += compat.persist(_note, worker, batch, [(message, answer)])
	return taken


def _note(worker: str, batch: Batch, answered: list[tuple[Mail, Answer]]) -> int:
	"""What follows from each answer, in this transaction. Returns how many were taken."""
	taken = [(message, answer) for message, answer in answered if isinstance(answer, Taken)]
	_note_taken(worker, batch, taken)
	ended = [message for message, _answer in taken]
	for message, answer in answered:
		match answer:
			case Taken():
				pass  # all at once, above
			case Refused(why=why):
				outbox.finish(worker, message, Delivery.REFUSED, why)
				ended.append(message)
			case Uncertain(why=why):
				outbox.give_up(worker, message, why)
			case Later(why=why):
				if not outbox.try_later(worker, message, why):
					ended.append(message)
	report(ended)
	return len(taken)


def _note_taken(worker: str, batch: Batch, taken: list[tuple[Mail, Taken]]) -> None:
	"""They are sent; how the gateway calls each, by which its reports will find it, and what it cost."""
	if not taken:
		return
	for message, _answer in taken:
		message.delivery, message.taken_at = Delivery.SENT, now_datetime()
	outbox.advance(worker, [message for message, _answer in taken], [])
	told = {
		message.name: {"message_id": answer.id or None, "message_cost": batch.cost(message)}
		for message, answer in taken
	}
	compat.update_rows("Cadence Activity", told)


def _inbox_entry(message: Mail) -> InboxEntry:
	return InboxEntry(
		message.enrollment,
		message.cadence,
		_event(message),
		key=f"{message.communication or message.name}:{message.delivery.lower()}",
		source=SOURCE,
		happened_at=clock.from_site(message.taken_at),
	)


def _event(message: Mail) -> Event:
	run, key = message.run, message.follow_up
	match message.delivery:
		case Delivery.SENT:
			return OutcomeReported(run, key, Outcome.SENT, clock.from_site(message.taken_at))
		case Delivery.REFUSED:
			return OutcomeReported(run, key, Outcome.FAILED, clock.now())
		case Delivery.SUPPRESSED:
			return FollowUpImpossible(run, key, message.error or "")
		case _:
			return FollowUpFailed(run, key, message.error or "")


def _count_of_today() -> int:
	"""The messages that went out today, or are in a worker's hand."""
	table = frappe.qb.DocType("Cadence Activity")
	of_messages = table.channel == Channel.MESSAGE.value
	query = frappe.qb.from_(table).select(table.name).where(of_messages)
	query = query.where((table.taken_at >= _today()) | table.claimed_until.isnotnull())
	return len(query.run())


def _today() -> datetime:
	return get_datetime(now_datetime().date())
