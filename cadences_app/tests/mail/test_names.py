"""Names of mails tell nothing of those of other mails (S4.1a)."""

from itertools import pairwise
from statistics import median

from cadences_app.mail.tracking.tokens import (
	Key,
	Keyring,
	Purpose,
	activity_of_message_id,
	message_id,
	sign,
)
from cadences_app.store.names import new_name, unguessable_name


def distances(names: list[str]) -> list[int]:
	values = sorted(int(name, 32) for name in names)
	return [after - before for before, after in pairwise(values)]


def test_the_neighbours_of_a_mail_can_not_be_guessed() -> None:
	names = [unguessable_name() for _each in range(2000)]
	assert len(set(names)) == 2000
	assert median(distances(names)) > 2**37
	assert sum(each < 2**16 for each in distances(names)) < 20


def test_they_sort_by_the_millisecond_as_the_others_do() -> None:
	before, name, after = new_name(), unguessable_name(), new_name()
	assert before[:10] <= name[:10] <= after[:10]


def test_a_message_id_and_a_reply_address_hold_them() -> None:
	name = unguessable_name()
	assert activity_of_message_id(message_id(name, "sales.example")) == name
	reply = sign(Keyring(Key(1, b"a secret of the site")), Purpose.REPLY, name)
	assert len(f"replies+{reply}") <= 64
