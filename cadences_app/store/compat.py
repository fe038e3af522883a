"""Where databases and Frappe versions differ, by capability."""

import inspect
import random
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial, wraps
from importlib.util import find_spec
from types import NoneType
from typing import Any

import frappe
from frappe.model import dynamic_links, numeric_fieldtypes
from frappe.model.db_query import DatabaseQuery
from pypika import CustomFunction
from pypika.functions import Cast, Lower
from redis.exceptions import ConnectionError as RedisIsAway
from redis.exceptions import TimeoutError as RedisIsSilent

from cadences_app.store import markup

_NAMED = re.compile(r"%\((\w+)\)s")


NO_MOMENT = ("=", None)
A_MOMENT = ("!=", None)
"""Filters of lists on columns of moments. Frappe 15 compares what is set or not set with blank text, which is
no moment to PostgreSQL."""

LISTS_BY_BUILDER = find_spec("frappe.model.qb_query") is not None
"""Whether Frappe makes lists with the query builder, as Frappe 16 does."""
_OR_NULL = re.compile(r"\A(`\w+`) IS NULL OR \1=(.*)\Z", re.DOTALL)

SURELY_FITS = 4 * 1024 * 1024
"""Bytes of text that one statement takes everywhere, without the database being asked."""
_LARGE = 1_000
"""Characters of a value that counts among what makes a statement long."""
_DATETIME = 12
"""The kind of such a column in MariaDB's protocol."""
MOST_TRIES = 10
LONGEST_TRYING = 20  # seconds; a request may take 120
LONGEST_PAUSE = 1  # second, between two tries


def use_read_committed() -> None:
	"""Let this connection read what others committed while it worked, and lock rows, not gaps.

	Only for background jobs, whose connection ends with them; SQLite has one writer and needs none of it.
	"""
	if frappe.conf.db_type in (None, "mariadb"):
		frappe.db.sql("set session transaction isolation level read committed")
		read_moments_by_their_form()
	frappe.db.commit()


def read_moments_by_their_form() -> None:
	"""Have this connection read moments as MariaDB writes them. Frappe reads them as what anybody may have
	typed, which takes eighty times as long, and a row in work has a dozen."""
	decoders = getattr(frappe.db._conn, "decoders", {})  # PyMySQL's, by the kind of a column
	if (as_typed := decoders.get(_DATETIME)) and not isinstance(as_typed, partial):
		decoders[_DATETIME] = partial(_moment, as_typed=as_typed)


def _moment(written: str, as_typed: Callable[[str], Any]) -> Any:
	try:
		return datetime.fromisoformat(written)
	except ValueError:
		return as_typed(written)


def persist(change: Callable[..., Any], *arguments: Any) -> Any:
	"""Make a change and commit; if the database has a passing fault, undo it all and make it again."""
	return try_anew(change, *arguments, commit=frappe.db.commit)


def try_anew(change: Callable[..., Any], *arguments: Any, commit: Callable[[], object] = lambda: None) -> Any:
	"""Make a change that its transaction begins with; if the database has a passing fault, undo it all and
	make it again.

	A deadlock has undone the whole transaction, a lock that was waited for too long only its statement: both
	begin anew. At most ten tries, ever further apart, and none once the earlier ones have taken
	`LONGEST_TRYING`; then the fault is raised.
	"""
	began = time.monotonic()
	for attempt in range(1, MOST_TRIES):
		try:
			made = change(*arguments)
			commit()
			return made
		except Exception as error:
			if not is_passing_fault(error) or time.monotonic() - began > LONGEST_TRYING:
				raise
			frappe.db.rollback()
			time.sleep(min(0.02 * 2**attempt, LONGEST_PAUSE) * (0.5 + random.random()))
	made = change(*arguments)
	commit()
	return made


def tried_anew(method: Callable[..., Any]) -> Callable[..., Any]:
	"""A method that a request begins with, and that does nothing outside the database: nobody is shown a
	fault that passes (S5.4)."""

	@wraps(method)
	def tried(*arguments: Any, **named: Any) -> Any:
		return try_anew(partial(method, *arguments, **named))

	return tried


def longest_statement() -> int:
	"""The bytes that one statement may have; what is longer costs the connection."""
	if frappe.conf.db_type in (None, "mariadb"):
		return int(frappe.db.sql("select @@max_allowed_packet")[0][0])
	return 16 * 1024 * 1024


def fits_into_statement(text: bytes) -> bool:
	"""Whether one statement can hold the text, as it is escaped there, beside what goes with it."""
	if len(text) < SURELY_FITS:
		return True
	escaped = sum(text.count(each) for each in (b"\\", b"'", b'"', b"\n", b"\r", b"\0", b"\x1a"))
	return len(text) + escaped + SURELY_FITS // 4 < longest_statement()


def can_skip_locked() -> bool:
	return frappe.conf.db_type in (None, "mariadb", "postgres")


def locked(query: Any) -> Any:
	"""The query taking row locks and passing over rows that others have locked, where the database can."""
	return query.for_update(skip_locked=True) if can_skip_locked() else query


def found_by(query: Any, index: str) -> Any:
	"""The query finding its rows by this index.

	MariaDB locks every row that it looks at, and in a small table it likes to look at all: others would pass
	over theirs, or wait for each other in a circle.
	"""
	return query.force_index(index) if frappe.conf.db_type in (None, "mariadb") else query


def by_index(index: str) -> str:
	"""The same in SQL, to stand behind a table's name."""
	return f"force index (`{index}`)" if frappe.conf.db_type in (None, "mariadb") else ""


def joined_in_order() -> str:
	"""`join` for tables that are to be read in the order in which they are written: MariaDB may prefer to
	begin with the larger one."""
	return "straight_join" if frappe.conf.db_type in (None, "mariadb") else "join"


def any_case(column: Any) -> Any:
	"""The column for comparing with text in lower case: MariaDB disregards the case of all text."""
	return column if frappe.conf.db_type in (None, "mariadb") else Lower(column)


def insert_rows(
	doctype: str,
	rows: Sequence[Mapping[str, Any]],
	*,
	ignore_duplicates: bool = False,
	html: Collection[str] = (),
) -> int:
	"""Insert rows that have the same columns, a thousand in a statement if they fit. Returns how many.

	The statements here and in `update_rows` are put together by hand: for as many values, the query builder
	takes several times as long as the database. What people wrote is cleaned as a save would (`markup.py`);
	`html` names columns that hold HTML although their kind does not say so.
	"""
	inserted = 0
	for chunk in _fitting_chunks(rows, 1000):
		columns, values = list(chunk[0]), _Values()
		cleaned = (_cleaned(doctype, row, html) for row in chunk)
		places = ", ".join(
			[f"({', '.join([values.place(row[column]) for column in columns])})" for row in cleaned]
		)
		run_named(
			f"insert{_ignore(ignore_duplicates)[0]} into `tab{doctype}` ({_names(columns)}) values {places}"
			f"{_ignore(ignore_duplicates)[1]}",
			values.named,
		)
		inserted += rows_touched()
	note_linked(doctype, rows)
	return inserted


class _Values:
	"""The values of a statement by name. What rows have in common is escaped once for all of them: that takes
	longer than anything else of it."""

	def __init__(self) -> None:
		self.named: dict[str, Any] = {}
		self._places: dict[str | int | None, str] = {}

	def place(self, value: Any) -> str:
		"""Where the value stands in the statement."""
		is_plain = type(value) in (str, int, NoneType)  # what is equal to another of these is the same
		if is_plain and value in self._places:
			return self._places[value]
		name = f"v{len(self.named)}"
		self.named[name] = value
		place = f"%({name})s"
		if is_plain:
			self._places[value] = place
		return place


def _cleaned(doctype: str, row: Mapping[str, Any], html: Collection[str]) -> dict[str, Any]:
	cleaned = markup.clean_columns(doctype, row)
	return cleaned | {column: markup.clean_html(row[column]) for column in html if column in row}


def find_in(
	doctype: str,
	columns: Sequence[str],
	column: str,
	values: Iterable[Any],
	more: Mapping[str, Any] | None = None,
	*,
	index: str = "",
	is_any_case: bool = False,
) -> list[tuple[Any, ...]]:
	"""These columns of the rows in which one column has one of the values, and others (`more`) have theirs.

	The statement is put together by hand, as those that insert: for thousands of values, the query builder
	and Frappe's filters take longer than the database. `is_any_case` is for values in lower case.
	"""
	wanted = list(values)
	if not wanted:
		return []
	others = more or {}
	compared = in_lower_case(f"`{column}`") if is_any_case else f"`{column}`"
	places, given = listed(wanted)
	conditions = [f"{compared} in ({places})", *(f"`{each}` = %s" for each in others)]
	query = f"select {_names(columns)} from `tab{doctype}` {by_index(index) if index else ''}"
	return list(frappe.db.sql(f"{query} where {' and '.join(conditions)}", [*given, *others.values()]))


def rows_touched() -> int:
	"""How many rows the last statement inserted or changed; Frappe's own interface does not tell."""
	return int(frappe.db._cursor.rowcount)


def insert_alike(doctype: str, shared: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> int:
	"""As `insert_rows`, leaving duplicates alone, of rows that have the values of `shared` in common: those
	are sent once for a thousand rows, where the database can."""
	if frappe.conf.db_type not in (None, "mariadb"):
		return insert_rows(doctype, [{**shared, **row} for row in rows], ignore_duplicates=True)
	inserted = 0
	for chunk in _chunks(list(rows), 1000):
		own = list(chunk[0])
		values: list[Any] = []
		found = _written_out([[row[column] for column in own] for row in chunk])
		if not found:
			found = ", ".join(["(" + ", ".join(["%s"] * len(own)) + ")"] * len(chunk))
			values = [markup.clean(doctype, column, row[column]) for row in chunk for column in own]
		frappe.db.sql(
			f"insert ignore into `tab{doctype}` ({_names([*shared, *own])}) "
			f"with found ({_names(own)}) as (values {found}) "
			f"select {', '.join(['%s'] * len(shared))}, found.* from found",
			[*values, *(markup.clean(doctype, *each) for each in shared.items())],
		)
		inserted += rows_touched()
	note_linked(doctype, [shared, *rows])
	return inserted


def insert_found(
	doctype: str, columns: Mapping[str, str], rows: str, tables: str, values: Sequence[Any]
) -> int:
	"""Insert a row for each that the database finds in the given `rows`, which are called `f`, and in
	`tables` joined to them, leaving duplicates alone; on MariaDB. `columns` are SQL. Returns how many it
	inserted."""
	frappe.db.sql(
		f"insert ignore into `tab{doctype}` ({_names(columns)}) "
		f"with f {rows} select {', '.join(columns.values())} from f {tables}",
		values,
	)
	return rows_touched()


def copies_without_locks() -> bool:
	"""Whether rows can be made out of others without locking those: on MariaDB, where a connection reads what
	others have committed, as those of jobs do."""
	if frappe.conf.db_type not in (None, "mariadb"):
		return False
	return bool(frappe.db.sql("select @@session.tx_isolation = 'READ-COMMITTED'")[0][0])


def quoted(value: Any) -> str:
	"""A value as text within a statement that goes without values: Frappe 16 escapes nothing but text."""
	return str(frappe.db.escape(str(value), percent=False))


def listed(values: Sequence[Any]) -> tuple[str, list[Any]]:
	"""Values as they stand within the brackets of `in (…)`, and what goes with the statement for them."""
	places, given = listed_rows([values])
	return places.removeprefix("(").removesuffix(")"), given


def listed_rows(rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
	"""Rows as they stand behind `values`, and what goes with the statement for them."""
	if written := _written_out(rows):
		return written, []
	places = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
	return places, [value for row in rows for value in row]


_NULL, _NEXT_VALUE, _NEXT_ROW = "\x01", "\x02", "\x03"


def _written_out(rows: Sequence[Sequence[Any]]) -> str:
	"""Rows of texts and NULLs as MariaDB reads them in a statement with other values, escaped all at once:
	one by one takes ten times as long. Blank where there is anything else among them: other kinds, one of the
	signs that stand between them meanwhile, a tag, or what Frappe replaces in a statement."""
	if frappe.conf.db_type not in (None, "mariadb"):
		return ""
	if not all(type(value) is str or value is None for row in rows for value in row):
		return ""
	lines = [_NEXT_VALUE.join([_NULL if value is None else value for value in row]) for row in rows]
	text, nulls = _NEXT_ROW.join(lines), sum(row.count(None) for row in rows)
	signs = (nulls, len(rows) * (len(rows[0]) - 1), len(rows) - 1)
	if signs != tuple(map(text.count, (_NULL, _NEXT_VALUE, _NEXT_ROW))):
		return ""
	if "<" in text or "ifnull(" in text.lower():
		return ""
	escaped = str(frappe.db.escape(text)).replace(_NEXT_VALUE, "','").replace(_NEXT_ROW, "'),('")
	written = escaped.replace(f"'{_NULL}'", "null")
	return f"({written})"


def insert_select(doctype: str, columns: Mapping[str, str], tables: str) -> None:
	"""Insert a row for each that the database finds: `columns` and `tables` are SQL without values. Rows that
	are there already are left alone."""
	frappe.db.sql(
		f"insert{_ignore(True)[0]} into `tab{doctype}` ({_names(columns)}) "
		f"select {', '.join(columns.values())} {tables}{_ignore(True)[1]}"
	)


def joined(*parts: str) -> str:
	"""Texts of SQL one after the other."""
	return f"concat({', '.join(parts)})" if frappe.conf.db_type != "sqlite" else " || ".join(parts)


def as_text(column: Any) -> Any:
	"""A column to read and compare as text: PostgreSQL has a type of its own for JSON."""
	return Cast(column, "text") if frappe.conf.db_type == "postgres" else column


def in_lower_case(column: str) -> str:
	"""A column in SQL for comparing with text in lower case, as `any_case`."""
	return column if frappe.conf.db_type in (None, "mariadb") else f"lower({column})"


def after_at(column: Any) -> Any:
	"""What follows the `@` of the address in a column, in lower case."""
	match frappe.conf.db_type:
		case "postgres":
			domain = CustomFunction("split_part", ["text", "sign", "number"])(column, "@", 2)
		case "sqlite":
			at = CustomFunction("instr", ["text", "sign"])(column, "@")
			domain = CustomFunction("substr", ["text", "from"])(column, at + 1)
		case _:
			domain = CustomFunction("substring_index", ["text", "sign", "number"])(column, "@", -1)
	return Lower(domain)


def in_a_row(column: str) -> str:
	"""The texts of a group in order, a comma between them, as SQL; NULL where there is none."""
	match frappe.conf.db_type:
		case "postgres":
			return f"string_agg({column}, ',' order by {column})"
		case "sqlite":
			return f"group_concat({column}, ',')"
		case _:
			return f"group_concat({column} order by {column} separator ',')"


def name_as_text(doctype: str, table: str) -> str:
	"""The name of a record as SQL that compares with text: names that Frappe counts up are numbers."""
	column = f"{table}.`name`"
	if frappe.get_meta(doctype).autoname != "autoincrement":
		return column
	if frappe.conf.db_type not in (None, "mariadb"):
		return f"cast({column} as text)"
	return f"cast({column} as char) collate utf8mb4_unicode_ci"  # Frappe's; the connection may have another


def listed_name(doctype: str, table: str) -> str:
	"""The name of a record as SQL for finding it among those that Frappe lists: as text on PostgreSQL."""
	return name_as_text(doctype, table) if frappe.conf.db_type == "postgres" else f"{table}.`name`"


def comparable_name(doctype: str, name: Any) -> Any:
	"""The column of a record's name for comparing with a column of text: PostgreSQL compares no number with
	that; the others do, and find the record by its name's index."""
	is_number = frappe.get_meta(doctype).autoname == "autoincrement"
	return Cast(name, "text") if is_number and frappe.conf.db_type == "postgres" else name


def next_numbers(doctype: str, count: int) -> list[int]:
	"""The next numbers of a DocType whose names Frappe counts up, on MariaDB and PostgreSQL."""
	quote = "`{}`" if frappe.conf.db_type in (None, "mariadb") else "'\"{}\"'"
	sequence = quote.format(frappe.scrub(f"{doctype}_id_seq"))
	numbers: list[int] = []
	for chunk in _chunks(list(range(count)), 200):
		taken = frappe.db.sql(" union all ".join([f"select nextval({sequence})"] * len(chunk)))
		numbers += [int(number) for (number,) in taken]
	return numbers


def update_rows(doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
	"""Set columns of the rows by name; each row may set columns of its own. No document events."""
	by_columns: dict[tuple[str, ...], list[str]] = {}
	for name, columns in rows.items():
		if columns:
			by_columns.setdefault(tuple(columns), []).append(name)
	for columns, names in by_columns.items():
		for chunk in _fitting_chunks(({**rows[name], "name": name} for name in names), 100):
			cleaned = {row["name"]: markup.clean_columns(doctype, rows[row["name"]]) for row in chunk}
			_update_chunk(doctype, columns, cleaned)


def _update_chunk(doctype: str, columns: tuple[str, ...], rows: Mapping[str, Mapping[str, Any]]) -> None:
	sets, values = [], _Values()
	for column in columns:
		distinct = {row[column] for row in rows.values()}
		if len(distinct) == 1:
			sets.append(f"`{column}` = {values.place(distinct.pop())}")
		else:
			cases = "".join(
				[f" when {values.place(name)} then {values.place(row[column])}" for name, row in rows.items()]
			)
			sets.append(f"`{column}` = {_typed(doctype, column, f'case name{cases} end')}")
	names = ", ".join(map(values.place, rows))
	by_name = "force index (primary) " if frappe.conf.db_type in (None, "mariadb") else ""
	statement = f"update `tab{doctype}` {by_name}set {', '.join(sets)} where name in ({names})"
	run_named(statement, values.named)


def _typed(doctype: str, column: str, expression: str) -> str:
	"""The expression as PostgreSQL takes it for this column: text or NULL in a CASE is no moment there."""
	if frappe.conf.db_type != "postgres":
		return expression
	field = frappe.get_meta(doctype).get_field(column)
	kind = field.fieldtype if field else "Datetime" if column in ("creation", "modified") else "Data"
	types = {"Date": "date", "Datetime": "timestamp", "Time": "time", "JSON": "json"}
	types |= {"Check": "smallint", "Int": "bigint", "Float": "numeric"}
	return f"cast({expression} as {types[kind]})" if kind in types else expression


def claim(doctype: str, column: str, values: Mapping[str, str]) -> None:
	"""Set a unique column of these rows by name, and leave it as it is where another row has the value."""
	match frappe.conf.db_type:
		case "postgres":
			for name, value in values.items():
				_claim_one(doctype, column, name, value)
			return
		case "sqlite":
			ignore = "or ignore "
		case _:
			ignore = "ignore "
	for chunk in _chunks(sorted(values), 500):
		cases = " when %s then %s" * len(chunk)
		frappe.db.sql(
			f"update {ignore}`tab{doctype}` set `{column}` = case name{cases} end "
			f"where name in ({', '.join(['%s'] * len(chunk))})",
			[*(each for name in chunk for each in (name, values[name])), *chunk],
		)


def _claim_one(doctype: str, column: str, name: str, value: str) -> None:
	frappe.db.savepoint("claim")
	try:
		frappe.db.sql(f"update `tab{doctype}` set `{column}` = %s where name = %s", (value, name))
	except Exception as error:
		if not frappe.db.is_unique_key_violation(error):
			raise
		frappe.db.rollback(save_point="claim")


def written(query: Any) -> str:
	"""A query of the builder as a statement that goes without values; one that is text stays as it is.

	`str(query)` and `get_sql()` are for values of our own: they leave backslashes alone, behind which MariaDB
	takes the end of a text for a part of it, and what somebody wrote there for SQL.
	"""
	if isinstance(query, str):
		return query
	statement, values = query.walk()
	return _NAMED.sub(lambda found: quoted(values[found[1]]), statement)


def read_latest(query: Any) -> Any:
	"""The rows that a query finds as they were committed last, also within a transaction that began before
	that, and unchanged until this one ends."""
	shared = {"postgres": " for share", "sqlite": ""}.get(frappe.conf.db_type, " lock in share mode")
	return frappe.db.sql(f"{written(query)}{shared}")


def select_names(doctype: str, filters: list[Any]) -> str:
	"""The SELECT by which Frappe lists the names of what these filters show, to whomever, in no order.

	A list keeps a fifth part of a filter, whether it is hidden, which Frappe 16 does not take back.
	"""
	query = frappe.get_list(
		doctype,
		filters=[list(each)[:4] for each in filters],
		fields=[f"`tab{doctype}`.`name`"],
		order_by=None,
		limit_page_length=0,
		ignore_permissions=True,
		run=False,
	)
	return written(query or "select null as name where 1 = 0")


def select_readable(
	doctype: str, filters: Mapping[str, Any], fields: Sequence[str], index: str | None = None
) -> str:
	"""The SELECT by which Frappe lists these fields to the session's user, in no order, to order and to count
	what it finds: Frappe 16 takes no functions of SQL where a list is asked for, Frappe 15 no others. By this
	index, where the database is told which."""
	query = frappe.get_list(
		doctype, filters=filters, fields=list(fields), order_by=None, limit_page_length=0, run=False
	)
	if not query:
		return f"select {', '.join(f'null as `{each}`' for each in fields)} where 1 = 0"
	statement = written(query)
	if index:
		found_by = rf"\g<0> {by_index(index)}"
		statement = re.sub(f"from `tab{doctype}`", found_by, statement, count=1, flags=re.IGNORECASE)
	return statement


def condition_of(doctype: str, filter_: list[Any]) -> str:
	"""One filter as Frappe writes it into a statement; blank where this Frappe does it in another way."""
	if LISTS_BY_BUILDER:
		return _with_one_comparison(doctype, select_names(doctype, [filter_]).partition(" WHERE ")[2])
	query = DatabaseQuery(doctype)
	if not hasattr(query, "prepare_filter_condition"):
		return ""
	query.tables = [f"`tab{doctype}`"]
	query.filters, query.flags.ignore_permissions = [], True
	return str(query.prepare_filter_condition(filter_))


def _with_one_comparison(doctype: str, condition: str) -> str:
	"""The condition that a column is NULL or something as Frappe 15 writes it; blank for numbers and
	times, of which MariaDB takes a blank for nought."""
	found = _OR_NULL.match(condition)
	if found is None:
		return condition
	field = frappe.get_meta(doctype).get_field(found[1].strip("`"))
	if field is None or field.fieldtype in (*numeric_fieldtypes, "Time"):
		return ""
	return f"ifnull({found[1]}, {found[2]}) = {found[2]}"


def run_named(query: str, values: Mapping[str, Any]) -> Any:
	"""Run a statement with named values, none of them a list.

	On SQLite, Frappe would write them into the statement as text, None as well: there each goes by its place.
	"""
	if frappe.conf.db_type != "sqlite":
		return frappe.db.sql(query, values)
	names = _NAMED.findall(query)
	return frappe.db.sql(_NAMED.sub("%s", query), [values[name] for name in names])


def add_index(doctype: str, fields: list[str], name: str | None = None) -> None:
	"""Index these columns together, by a name where those of the columns make too long a one."""
	frappe.db.add_index(doctype, fields, _own_name(doctype, name or f"{'_'.join(fields)}_index"))


def has_index(doctype: str, name: str) -> bool:
	"""Whether the table has this index, which Frappe made or `add_index`."""
	return any(frappe.db.has_index(f"tab{doctype}", each) for each in {name, _own_name(doctype, name)})


def drop_index(doctype: str, name: str) -> None:
	"""Drop what `add_index` made, if it is there."""
	found = _own_name(doctype, name)
	if not frappe.db.has_index(f"tab{doctype}", found):
		return
	of_table = f" on `tab{doctype}`" if frappe.conf.db_type in (None, "mariadb") else ""
	frappe.db.sql_ddl(f"drop index `{found}`{of_table}")


def _own_name(doctype: str, name: str) -> str:
	"""On PostgreSQL and SQLite an index has its name to itself in the whole database, and where another table
	has one of that name Frappe makes none."""
	return name if frappe.conf.db_type in (None, "mariadb") else f"{doctype}_{name}"


def index_for_lists(doctype: str, *fields: str) -> None:
	"""Index what lists are in the order of, when a row was made: of all, and of a value in a field.

	Frappe does the first by itself from 16 on.
	"""
	if not has_index(doctype, "creation"):
		add_index(doctype, ["creation"])
	for field in fields:
		add_index(doctype, [field, "creation"])


def index_for_changes(doctype: str) -> None:
	"""Index when a row was written last. Frappe does it by itself up to 15."""
	if not has_index(doctype, "modified"):
		add_index(doctype, ["modified"])


def drop_columns(doctype: str, columns: Iterable[str]) -> None:
	"""Drop those of the columns that the table has, with their indexes.

	SQLite drops one in a statement, and none that is indexed.
	"""
	for column in columns:
		if not frappe.db.has_column(doctype, column):
			continue
		if frappe.conf.db_type == "sqlite":
			_drop_indexes(doctype, column)
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column `{column}`")


def _drop_indexes(doctype: str, column: str) -> None:
	for index in frappe.db.sql(f"select name from pragma_index_list('tab{doctype}')", pluck=True):
		if column in frappe.db.sql(f"select name from pragma_index_info('{index}')", pluck=True):
			frappe.db.sql_ddl(f"drop index `{index}`")


def _fitting_chunks(rows: Iterable[Mapping[str, Any]], most: int) -> Iterator[list[Mapping[str, Any]]]:
	"""So many rows as one statement takes, `most` of them: a longer one costs the connection."""
	chunk: list[Mapping[str, Any]] = []
	size = 0
	for row in rows:
		large = (each for each in row.values() if isinstance(each, str) and len(each) > _LARGE)
		own = sum(2 * len(each.encode("utf-8", "replace")) for each in large)  # each may have to be escaped
		if chunk and (len(chunk) == most or size + own > SURELY_FITS):
			yield chunk
			chunk, size = [], 0
		chunk.append(row)
		size += own
	if chunk:
		yield chunk


def _chunks(rows: list[Any], size: int) -> Iterator[list[Any]]:
	return (rows[start : start + size] for start in range(0, len(rows), size))


def _names(columns: Iterable[str]) -> str:
	return ", ".join(f"`{column}`" for column in columns)


def _ignore(duplicates: bool) -> tuple[str, str]:
	"""How this database is told to leave rows alone that are there already: after INSERT, and at the end."""
	if not duplicates:
		return "", ""
	match frappe.conf.db_type:
		case "postgres":
			return "", " on conflict do nothing"
		case "sqlite":
			return " or ignore", ""
		case _:
			return " ignore", ""


def note_linked(doctype: str, rows: Iterable[Mapping[str, Any]]) -> None:
	"""Let Frappe know which DocTypes these rows link to: it caches that for renaming and deleting, and
	looks at documents only, not at rows that are written in sets."""
	note = getattr(dynamic_links, "invalidate_distinct_link_doctypes", None)
	if note is None:
		return
	rows = list(rows)
	for field in frappe.get_meta(doctype).get_dynamic_link_fields():
		for linked in {row[field.options] for row in rows if row.get(field.options)}:
			note(doctype, field.options, linked)


_CHANGED_MEANWHILE = (1020, 1205, 1213)
"""A row that changed since it was read, a lock that was waited for too long, a deadlock."""
_LINK_LOST = (1053, 1317, 1927, 2006, 2013)
"""The server goes down, ended the statement or the connection, or is gone."""
_CAN_NOT_WRITE = (1021, 1026, 1114, 1180, 1290, 1836)
"""The disk is full, for a file, a table or a commit; or the server only reads for now, as in a failover."""
_PASSING = frozenset({*_CHANGED_MEANWHILE, *_LINK_LOST, *_CAN_NOT_WRITE})
_PASSING_IN_POSTGRES = frozenset({"40001", "40P01", "55P03", "53100", "25006", "57P01", "57P02", "57P03"})
"""The same by PostgreSQL's codes: serialization, deadlock, lock, disk full, read only, shutting down."""
_FROM_ITS_ENGINE = 1030
_NO_SPACE = re.compile(r"\berror 28\b")
"""The operating system's error for a full disk, as the server passes it on."""


def is_passing_fault(error: BaseException) -> bool:
	"""Whether the same work may succeed when it is done again, so that it says nothing about the work: a
	deadlock, a lock wait, a lost link to the database or to Redis, a full disk, a server that only reads."""
	if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError | RedisIsAway | RedisIsSilent):
		return True
	if getattr(error, "pgcode", None) in _PASSING_IN_POSTGRES:
		return True
	code = error.args[0] if error.args and "Error" in type(error).__name__ else None
	return code in _PASSING or (code == _FROM_ITS_ENGINE and bool(_NO_SPACE.search(str(error))))


def content_of(file: Any) -> bytes:
	"""What a File holds, as it is: by itself, Frappe 16 reads a picture as text of Windows. Raises OSError
	and ValidationError."""
	knows_encodings = "encodings" in inspect.signature(file.get_content).parameters
	content = file.get_content(encodings=()) if knows_encodings else file.get_content()
	return content.encode() if isinstance(content, str) else bytes(content)


def set_reminder(event: Any, minutes: int) -> None:
	"""Have the assignee of a call reminded: on the day (Frappe 15), minutes before it where Frappe can."""
	event.send_reminder = int(minutes > 0)
	for table in event.meta.get_table_fields():
		if minutes > 0 and table.options == "Event Notifications":
			interval = frappe.get_meta(table.options).get_field("interval")
			if interval and "minutes" in (interval.options or "").split("\n"):
				reminder = {"type": "Notification", "before": minutes, "interval": "minutes"}
				event.append(table.fieldname, reminder)


def hands_mail_elsewhere(account: Any) -> bool:
	"""Whether another app or service sends the mails of this Email Account, so that Frappe's queue must."""
	return bool(frappe.get_hooks("override_email_send")) or account.get("service") == "Frappe Mail"


def read_modules_anew() -> None:
	"""Read the bench's apps and their modules from their files, not from what Frappe's cache has of them."""
	for name in ("app_modules", "installed_app_modules", "module_app"):
		frappe.cache.delete_value(name)
		if hasattr(frappe, "client_cache"):  # Frappe 16
			frappe.client_cache.delete_value(name)
	frappe.setup_module_map()
