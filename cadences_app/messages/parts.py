"""In how many parts a text goes out by SMS, which is what gateways charge for (3GPP TS 23.038, TS 23.040)."""

from dataclasses import dataclass

from cadences_app.engine.stored_enum import StoredEnum

MOST_PARTS = 10

_PLAIN = frozenset(
	"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
	"¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
"""Characters of the plain alphabet that take the place of two."""


class Alphabet(StoredEnum):
	GSM_7 = "GSM-7"
	UCS_2 = "UCS-2"


_WHOLE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
_EACH = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}
"""What a part holds of a text that needs several: a head of six bytes goes with each."""


@dataclass(frozen=True, slots=True)
class Parts:
	"""`units` are septets of GSM-7 or 16-bit units of UCS-2."""

	count: int
	units: int
	alphabet: Alphabet


def count_parts(text: str) -> Parts:
	"""A character never lies across two parts, be it of two septets or a surrogate pair."""
	is_plain = all(each in _PLAIN or each in _ESCAPED for each in text)
	alphabet = Alphabet.GSM_7 if is_plain else Alphabet.UCS_2
	weights = [_weight(each, alphabet) for each in text]
	units = sum(weights)
	if units <= _WHOLE[alphabet]:
		return Parts(1 if text else 0, units, alphabet)
	count, room = 1, _EACH[alphabet]
	for weight in weights:
		if weight > room:
			count, room = count + 1, _EACH[alphabet]
		room -= weight
	return Parts(count, units, alphabet)


def _weight(character: str, alphabet: Alphabet) -> int:
	if alphabet is Alphabet.GSM_7:
		return 2 if character in _ESCAPED else 1
	return 2 if ord(character) > 0xFFFF else 1
