"""What people see of a mail, made once for all mails of the same shape, and filled for each.

The mails of a template differ in what their elements say, hardly ever in the elements. So one is made with
marks in the places of its texts, its subject, its tokens and its Message-ID, and what comes of it is kept and
filled. A shape is kept only if every mark is text where a browser reads it, if the layout of the text part
does not hang on the words, and if the mail that it was made for comes out of it byte for byte.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from html import escape, unescape
from secrets import token_hex

from cadences_app.mail.composing.markup import read_markup
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.pictures import Embedded, Picture
from cadences_app.mail.composing.shown import Layout, Shown, Urls, show
from cadences_app.mail.composing.text_shapes import end_of_tag

MOST_KEPT = 64
LONGEST_KEPT = 50_000
"""Characters of a mail's own text."""

_OURS = f"m{token_hex(8)}"
"""What marks begin with, drawn anew by each process, so that no text holds one."""
_MARK = re.compile(rf"{_OURS}([a-z][0-9]+)z")
_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,40}")
_ITS_WORDS_COUNT = frozenset(
	"a iframe math noembed noframes noscript plaintext script select style sub sup svg template textarea"
	" title xmp".split()
)
"""Elements whose text decides on more than itself, or is none."""
_END_OF = {name: re.compile(rf"</{name}\b", re.I) for name in _ITS_WORDS_COUNT}
_UNUSUAL = re.compile(
	r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff]|&(?!(?:amp|lt|gt|quot|nbsp|#39|#34);)"
)
"""What not every reader takes for the same."""
_SEEN = re.compile(r"[^\s\u200b-\u200f\u2060\ufeff\u00ad]")
_USUAL_ID = re.compile(r"[\w.@-]+", re.ASCII)
_SOUGHT = "sought"


def _mark(place: str) -> str:
	return f"{_OURS}{place}z"


_SUBJECT, _INSTEAD, _MESSAGE_ID, _OPENING, _UNSUBSCRIBE = "s0", "i0", "m0", "o0", "u0"


class Shapes:
	"""The shapes of one layout's mails, those used last. One that is met for the first time is only noted."""

	def __init__(self) -> None:
		self._known: OrderedDict[tuple[object, ...], _Shape | None] = OrderedDict()

	def show(self, outgoing: OutgoingMail, layout: Layout, urls: Urls) -> Shown:
		"""As `shown.show`. Raises TooMuchMarkup."""
		site, token = _parted(urls.unsubscribe(outgoing.activity))
		content = outgoing.content.replace(token, _mark(_UNSUBSCRIBE))
		elements, said = _take_out_texts(content) if len(content) <= LONGEST_KEPT else ("", [])
		if not said:
			return show(outgoing, layout, urls, outgoing.subject)
		key = (elements, site, outgoing.language, outgoing.track_opens, outgoing.track_clicks)
		is_met = key in self._known
		shape = self._known.setdefault(key)
		self._known.move_to_end(key)
		if shape is not None and (filled := shape.fill(outgoing, urls, said)):
			return filled
		shown = show(outgoing, layout, urls, outgoing.subject)
		if is_met and shape is None:
			self._known[key] = _shape_of(elements, said, outgoing, layout, urls, shown)
		if len(self._known) > MOST_KEPT:
			self._known.popitem(last=False)
		return shown


@dataclass(frozen=True, slots=True)
class _Form:
	"""A text with places to be filled."""

	pieces: tuple[str, ...]
	places: tuple[str, ...]

	@classmethod
	def of(cls, marked: str) -> "_Form":
		parts = _MARK.split(marked)
		return cls(tuple(parts[0::2]), tuple(parts[1::2]))

	def fill(self, values: dict[str, str]) -> str:
		filled = [""] * (len(self.pieces) + len(self.places))
		filled[0::2] = self.pieces
		filled[1::2] = [values[each] for each in self.places]
		return "".join(filled)


@dataclass(frozen=True, slots=True)
class _Shape:
	"""What mails of one shape have in common. Of a picture that the site keeps, it has the path alone."""

	html: _Form
	text: _Form
	links: tuple[str, ...]
	pictures: tuple[tuple[_Form, Picture], ...]

	def fill(self, outgoing: OutgoingMail, urls: Urls, said: list[str]) -> Shown | None:
		"""The mail that says this; None where one of its pictures is not to be had."""
		activity = outgoing.activity
		values = {
			_MESSAGE_ID: outgoing.message_id,
			_SUBJECT: escape(outgoing.subject, quote=False),
			_UNSUBSCRIBE: _parted(urls.unsubscribe(activity))[1],
			_OPENING: _parted(urls.opening(activity))[1] if outgoing.track_opens else "",
		}
		for number in range(len(self.links)):
			values[f"c{number}"] = _parted(urls.click(activity, number))[1]
		pictures = self._pictures(outgoing, values)
		if pictures is None:
			return None
		words = {f"t{number}": unescape(each) for number, each in enumerate(said)}
		html = self.html.fill(values | {place: _written(each) for place, each in words.items()})
		text = self.text.fill(values | {place: " ".join(each.split()) for place, each in words.items()})
		return Shown(html, text, self.links, pictures)

	def _pictures(self, outgoing: OutgoingMail, values: dict[str, str]) -> tuple[Embedded, ...] | None:
		if self.pictures and not _USUAL_ID.fullmatch(outgoing.message_id):
			return None
		found = []
		for content_id, picture in self.pictures:
			read = outgoing.find_picture(picture.filename) if picture.content_type == _SOUGHT else picture
			if read is None:
				return None
			found.append(Embedded(content_id.fill(values), read))
		return tuple(found)


class _MarkedUrls:
	"""Addresses with marks in the places of their tokens."""

	def __init__(self, urls: Urls) -> None:
		self._urls = urls

	def opening(self, activity: str) -> str:
		return _parted(self._urls.opening(activity))[0] + _mark(_OPENING)

	def click(self, activity: str, number: int) -> str:
		return _parted(self._urls.click(activity, number))[0] + _mark(f"c{number}")

	def unsubscribe(self, activity: str) -> str:
		return _parted(self._urls.unsubscribe(activity))[0] + _mark(_UNSUBSCRIBE)


def _shape_of(
	elements: str, said: list[str], outgoing: OutgoingMail, layout: Layout, urls: Urls, shown: Shown
) -> _Shape | None:
	"""The shape of a mail that is `shown` like this; None where nothing of it can be kept."""
	if shown.is_by_its_words or not _are_text(elements, len(said)):
		return None
	marked = replace(
		outgoing,
		content=elements,
		subject=_mark(_SUBJECT),
		message_id=_mark(_MESSAGE_ID),
		find_picture=lambda path: Picture(path, b"", _SOUGHT),
	)
	common = show(marked, layout, _MarkedUrls(urls), _mark(_INSTEAD))
	if any(_mark(_INSTEAD) in each for each in (common.html, common.text)):
		return None
	pictures = tuple((_Form.of(each.content_id), each.picture) for each in common.pictures)
	shape = _Shape(_Form.of(common.html), _Form.of(common.text), common.links, pictures)
	return shape if shape.fill(outgoing, urls, said) == shown else None


def _parted(url: str) -> tuple[str, str]:
	"""An address and the token that it ends with."""
	before, sign, token = url.rpartition("=")
	return before + sign, token


def _written(text: str) -> str:
	"""As a parser writes it into a document."""
	return escape(text, quote=False).replace("\u00a0", "&nbsp;")


def _take_out_texts(html: str) -> tuple[str, list[str]]:
	"""The elements with marks for their texts, and those; without any where nobody can tell what is text."""
	elements: list[str] = []
	said: list[str] = []
	end = 0
	while (start := html.find("<", end)) != -1:
		_take_out(html[end:start], elements, said)
		end = _end_of_markup(html, start)
		if end == -1:
			return "", []
		elements.append(html[start:end])
	_take_out(html[end:], elements, said)
	return "".join(elements), said


def _end_of_markup(html: str, start: int) -> int:
	"""Where text may come again; -1 where it never does."""
	if html.startswith("<!--", start):
		end = html.find("-->", start + 4)
		return end + 3 if end != -1 else -1
	name, end = _NAME.match(html, start + 1), end_of_tag(html, start)
	if end and name is not None and name[0].lower() in _ITS_WORDS_COUNT:
		closing = _END_OF[name[0].lower()].search(html, end)
		return closing.start() if closing else -1
	return end or -1


def _take_out(text: str, elements: list[str], said: list[str]) -> None:
	"""One piece of text; the spaces around it belong to the elements, and so does what is unusual."""
	words = text.strip()
	if not words:
		elements.append(text)
		return
	read = unescape(words)
	if read != read.strip() or not _SEEN.search(read) or _UNUSUAL.search(words) or _OURS in words:
		elements.append(text)
		return
	before, after = text.split(words, 1)
	elements += [before, _mark(f"t{len(said)}"), after]
	said.append(words)


def _are_text(elements: str, count: int) -> bool:
	"""Whether all marks of texts are text for whoever reads the elements, each once."""
	root, found = read_markup(elements).tree.root, []
	for node in root.traverse(include_text=True) if root is not None else ():
		marks = _MARK.findall(node.text_content or "") if node.is_text_node else ()
		if texts := [each for each in marks if each.startswith("t")]:
			found += texts
			within = node.parent
			while within is not None:
				if within.tag in _ITS_WORDS_COUNT:
					return False
				within = within.parent
	return sorted(found) == sorted(f"t{number}" for number in range(count))
