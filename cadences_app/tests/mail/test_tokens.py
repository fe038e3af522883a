"""Tokens: what we signed is read back, and nothing else is (S4.1, S14.2)."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.tracking.tokens import (
	LONGEST_TOKEN,
	Claim,
	Key,
	Keyring,
	Purpose,
	activity_of_message_id,
	message_id,
	read,
	sign,
)

OLD = Key(1, b"an old secret of the site")
NEW = Key(2, b"a new secret of the site!")
KEYRING = Keyring(NEW)
ACTIVITY = "0k3j9x2m1a"

purposes = st.sampled_from(Purpose)
activities = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=20)
numbers = st.integers(0, 999_999_999)


@given(purposes, activities, numbers)
def test_what_was_signed_is_read_back(purpose: Purpose, activity: str, number: int) -> None:
	token = sign(KEYRING, purpose, activity, number)
	assert read(KEYRING, purpose, token) == Claim(activity, number)


@given(purposes, purposes, activities, numbers)
def test_a_token_is_worthless_for_another_purpose(
	made: Purpose, used: Purpose, name: str, number: int
) -> None:
	claim = read(KEYRING, used, sign(KEYRING, made, name, number))
	assert (claim is not None) == (made is used)


def test_a_foreign_purpose_is_refused_even_in_the_right_spelling() -> None:
	raw = base64.b32decode(sign(KEYRING, Purpose.REPLY, ACTIVITY).upper() + "===")
	assert read(KEYRING, Purpose.CLICK, base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


@given(purposes, activities, numbers, st.data())
def test_every_truncation_is_refused(purpose: Purpose, name: str, number: int, data: st.DataObject) -> None:
	token = sign(KEYRING, purpose, name, number)
	length = data.draw(st.integers(0, len(token) - 1))
	assert read(KEYRING, purpose, token[:length]) is None
	assert read(KEYRING, purpose, token[-length:] if length else "") is None


@given(purposes, activities, numbers, st.data())
def test_every_changed_character_is_refused(
	purpose: Purpose, name: str, number: int, data: st.DataObject
) -> None:
	token = sign(KEYRING, purpose, name, number)
	place = data.draw(st.integers(0, len(token) - 1))
	letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_="))
	changed = token[:place] + letter + token[place + 1 :]
	same = changed.lower() == token if purpose is Purpose.REPLY else changed == token
	assert (read(KEYRING, purpose, changed) is not None) == same


@pytest.mark.parametrize("purpose", Purpose)
def test_the_signature_is_at_least_80_bits_and_bound_to_activity_and_number(purpose: Purpose) -> None:
	def raw(activity: str, number: int) -> bytes:
		token = sign(KEYRING, purpose, activity, number)
		if purpose is Purpose.REPLY:
			return base64.b32decode(token.upper() + "=" * (-len(token) % 8))
		return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))

	mine, other = raw(ACTIVITY, 7), raw("0k3j9x2m1b", 7)
	mac_bytes = len(mine) - 1 - len(f"{ACTIVITY}.7")
	assert mac_bytes * 8 >= 80
	grafted = mine[: 1 + mac_bytes] + other[1 + mac_bytes :]
	if purpose is Purpose.REPLY:
		forged = base64.b32encode(grafted).decode().rstrip("=").lower()
	else:
		forged = base64.urlsafe_b64encode(grafted).decode().rstrip("=")
	assert read(KEYRING, purpose, forged) is None


def test_a_replayed_token_says_the_same_again_and_no_more() -> None:
	token = sign(KEYRING, Purpose.OPEN, ACTIVITY)
	assert [read(KEYRING, Purpose.OPEN, token) for _ in range(3)] == [Claim(ACTIVITY)] * 3


@pytest.mark.parametrize(
	"token",
	[
		None,
		7,
		b"abc",
		[],
		{},
		"",
		" ",
		"=",
		"....",
		"a" * (LONGEST_TOKEN + 1),
		"ä" * 40,
		"\ud800",
		"a\x00b",
		"１２３",
	],
)
@pytest.mark.parametrize("purpose", Purpose)
def test_nonsense_is_refused_without_an_error(purpose: Purpose, token: object) -> None:
	assert read(KEYRING, purpose, token) is None


@given(
	purposes,
	st.one_of(st.text(), st.binary(), st.none(), st.text(string.ascii_letters + string.digits + "-_=")),
)
def test_reading_never_raises(purpose: Purpose, token: object) -> None:
	assert read(KEYRING, purpose, token) is None


@given(st.binary(max_size=80))
def test_reading_signed_looking_bytes_never_raises(raw: bytes) -> None:
	token = base64.urlsafe_b64encode(bytes([NEW.id]) + raw).decode().rstrip("=")
	assert read(KEYRING, Purpose.OPEN, token) is None


@pytest.mark.parametrize(
	"change", [lambda t: t + "=", lambda t: " " + t, lambda t: t + "\n", lambda t: t[:9] + "." + t[9:]]
)
@pytest.mark.parametrize("purpose", Purpose)
def test_only_one_spelling_of_a_token_is_accepted(purpose: Purpose, change) -> None:  # type: ignore[no-untyped-def]
	assert read(KEYRING, purpose, change(sign(KEYRING, purpose, ACTIVITY))) is None


def test_a_rotated_key_still_reads_its_tokens_until_it_is_dropped() -> None:
	token = sign(Keyring(OLD), Purpose.CLICK, ACTIVITY, 3)
	assert read(Keyring(NEW, (OLD,)), Purpose.CLICK, token) == Claim(ACTIVITY, 3)
	assert read(Keyring(NEW), Purpose.CLICK, token) is None


def test_after_a_rotation_the_new_key_signs() -> None:
	token = sign(Keyring(NEW, (OLD,)), Purpose.CLICK, ACTIVITY)
	assert read(Keyring(NEW), Purpose.CLICK, token) == Claim(ACTIVITY)


def test_another_sites_key_with_the_same_id_is_refused() -> None:
	token = sign(Keyring(Key(2, b"the secret of another site")), Purpose.OPEN, ACTIVITY)
	assert read(KEYRING, Purpose.OPEN, token) is None


@given(activities.filter(lambda name: len(name) <= 10), st.integers(0, 9999))
def test_a_reply_token_fits_a_local_part_and_survives_its_case(activity: str, number: int) -> None:
	token = sign(KEYRING, Purpose.REPLY, activity, number)
	assert len("replies+" + token) <= 64
	assert token == token.lower() and token.isalnum()
	assert read(KEYRING, Purpose.REPLY, token.upper()) == Claim(activity, number)


@pytest.mark.parametrize("activity", ["", "a" * 21, "a b", "a/b", "a.b", "ä", "a\n", "٣"])
def test_a_name_that_no_activity_has_is_not_signed(activity: str) -> None:
	with pytest.raises(ValueError):
		sign(KEYRING, Purpose.OPEN, activity)
	with pytest.raises(ValueError):
		message_id(activity, "example.com")


@pytest.mark.parametrize("number", [0, 1, 999_999_999])
def test_a_number_of_nine_digits_is_signed(number: int) -> None:
	token = sign(KEYRING, Purpose.CLICK, ACTIVITY, number)
	assert read(KEYRING, Purpose.CLICK, token) == Claim(ACTIVITY, number)


@pytest.mark.parametrize("number", [-1, 1_000_000_000])
def test_a_number_out_of_range_is_not_signed(number: int) -> None:
	with pytest.raises(ValueError):
		sign(KEYRING, Purpose.CLICK, ACTIVITY, number)


def test_keys_are_checked() -> None:
	with pytest.raises(ValueError):
		Key(256, b"long enough as a secret")
	with pytest.raises(ValueError):
		Key(1, b"fifteen letters")
	assert Key(1, b"sixteen letters!").secret
	with pytest.raises(ValueError):
		Keyring(NEW, (OLD, Key(2, b"another with the same id")))
	assert b"secret".decode() not in repr(NEW)


@given(activities)
def test_a_message_id_leads_back_to_its_activity(activity: str) -> None:
	made = message_id(activity, "mail.example.com")
	assert made == f"<cadence.{activity}@mail.example.com>"
	assert activity_of_message_id(made) == activity_of_message_id(made[1:-1]) == activity


def test_a_message_ids_domain_may_be_international_and_must_be_a_domain() -> None:
	assert message_id(ACTIVITY, "müller.example") == f"<cadence.{ACTIVITY}@xn--mller-kva.example>"
	for domain in ("", "a b", "a>\r\nBcc: x", ".example", "a..b", "x" * 300):
		with pytest.raises(ValueError):
			message_id(ACTIVITY, domain)


@pytest.mark.parametrize(
	"foreign",
	[
		None,
		5,
		"",
		"<abc@example.com>",
		"<cadence.@example.com>",
		f"<cadence.{ACTIVITY}>",
		f"<xcadence.{ACTIVITY}@a.b>",
		f"<cadence.{ACTIVITY}@a.b> <other@c>",
		f"<cadence.{'a' * 21}@a.b>",
		"<cadence.a'b@a.b>",
		"<" * 1000,
	],
)
def test_a_foreign_message_id_leads_nowhere(foreign: object) -> None:
	assert activity_of_message_id(foreign) is None


@given(st.text())
def test_reading_a_message_id_never_raises(text: str) -> None:
	found = activity_of_message_id(text)
	assert found is None or f"cadence.{found}@" in text
