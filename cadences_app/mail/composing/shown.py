"""What people see of a mail: its HTML and its text, made of what its template has become for them."""

from dataclasses import dataclass
from typing import Protocol

from cadences_app.mail.composing.access import give_alternative_texts, name_layout_tables
from cadences_app.mail.composing.frame import Frame
from cadences_app.mail.composing.links import make_absolute, pixel, track_links
from cadences_app.mail.composing.lists import write_out_indents, write_out_lists
from cadences_app.mail.composing.markup import read_markup
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.pictures import Embedded, embed_pictures
from cadences_app.mail.composing.plain_text import laid_out, what_is_read
from cadences_app.mail.composing.styles import hidden_classes
from cadences_app.mail.composing.text_shapes import hangs_on_its_text


class Layout(Protocol):
	"""What surrounds the text of a mail (`layout.py`)."""

	site: str
	frame: Frame

	def unsubscribe_line(self, text: str, url: str, language: str = "") -> str: ...


class Urls(Protocol):
	"""The addresses in it by which a person is known (`urls.py`); each ends with its token."""

	def opening(self, activity: str) -> str: ...

	def click(self, activity: str, number: int) -> str: ...

	def unsubscribe(self, activity: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Shown:
	"""`links` are the targets of the tracked links, by the numbers that stand in them. `is_by_its_words`: the
	layout of the text part hangs on how long they are."""

	html: str
	text: str
	links: tuple[str, ...]
	pictures: tuple[Embedded, ...]
	is_by_its_words: bool = False


def show(outgoing: OutgoingMail, layout: Layout, urls: Urls, instead: str) -> Shown:
	"""`instead` stands where a mail has pictures alone. Raises TooMuchMarkup."""
	unsubscribe = urls.unsubscribe(outgoing.activity)
	markup = read_markup(outgoing.content)
	make_absolute(markup, layout.site)
	write_out_lists(markup.tree)
	write_out_indents(markup.tree)
	name_layout_tables(markup.tree)
	give_alternative_texts(markup.tree, instead)
	own = embed_pictures(markup, outgoing.find_picture, layout.site, outgoing.message_id)
	pictures = (*layout.frame.pictures, *own)
	line = layout.unsubscribe_line(markup.html, unsubscribe, outgoing.language)
	hidden = hidden_classes(markup.css) if markup.styles else ()
	read = what_is_read(layout.frame.plain(markup, line), instead, hidden)
	links: tuple[str, ...] = ()
	if outgoing.track_clicks:
		links = track_links(
			markup.tree, lambda number, _target: urls.click(outgoing.activity, number), (unsubscribe,)
		)
	seen = pixel(urls.opening(outgoing.activity)) if outgoing.track_opens else ""
	html = layout.frame.fill(markup, outgoing.subject, line, seen)
	return Shown(html, laid_out(read), links, pictures, hangs_on_its_text(read))
