"""Turn records, JSON lines or table rows, into pages."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import orjson

from detector.document import Page
from detector.errors import PageError
from detector.pages.json_lines import value_of
from detector.pages.streams import MAX_BYTES, TOO_LONG, empty

MARK = b"\xef\xbb\xbf"  # of UTF-8, which Windows programs begin their files with


@dataclass(frozen=True, slots=True)
class Fields:
    """The names that a record keeps its page under; of `text` and `html` the first that is not empty is read."""

    id: str = "id"
    url: str = "url"
    text: str = "text"
    html: str = "html"
    lang: str = "lang"
    date: str = "date"


DEFAULT_FIELDS = Fields()


def read_records(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of JSON lines; blank lines are passed over."""
    number, found = 0, False
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(MARK)
        if line.isspace() or not line:
            continue
        found = True
        place = f"{name}:{number}"
        if len(line) > MAX_BYTES:
            yield PageError(place, TOO_LONG, "split it")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_BYTES)
        else:
            yield _page_of_line(line, place, fields)
    if not found:
        yield empty(name)


def page_of(record: Mapping[str, object], place: str, fields: Fields) -> Page | PageError:
    """Return the page of a record that stands at `place`, its id where it has none of its own."""
    page_id = place
    try:
        page_id = _scalar(record, fields.id, place) or place
        html, content = _content(record, page_id, place, fields)
        url, lang, day = (_scalar(record, field, page_id) for field in (fields.url, fields.lang, fields.date))
    except PageError as error:
        return error
    return Page(page_id, content, html, url, lang, date=day)


def _page_of_line(line: bytes, place: str, fields: Fields) -> Page | PageError:
    try:
        record = value_of(line)
    except orjson.JSONDecodeError as error:
        reason = f"the line is not JSON ({error.msg} in column {error.colno})"
        return PageError(place, reason, "write one JSON object a line, in UTF-8")
    if not isinstance(record, dict):
        return PageError(place, "the line is JSON but no object", f'write {{"{fields.id}": …, "{fields.text}": …}}')
    if isinstance(record.get(fields.id), float):
        try:
            record[fields.id] = _number_as_written(line, fields.id)
        except RecursionError:
            return PageError(place, f'its "{fields.id}" is a number that cannot be kept exact', "write it as a string")
    return page_of(record, place, fields)


def _number_as_written(line: bytes, field: str) -> object:
    """Return the digits of a number that orjson has made a float of, as it does with integers over 64 bits."""
    return json.loads(line, parse_int=str, parse_float=str)[field]


def _content(record: Mapping[str, object], page_id: str, place: str, fields: Fields) -> tuple[bool, str | bytes]:
    """Return whether the content is HTML, and the content."""
    where = "" if page_id == place else f" ({place})"
    for html, field in ((False, fields.text), (True, fields.html)):
        value = record.get(field)
        if isinstance(value, (str, bytes)):
            if value:
                return html, value
        elif not _missing(value):
            raise PageError(page_id, f'its "{field}" is no string{where}', "write the page's text or HTML there")
    if fields.text in record or fields.html in record:
        raise PageError(page_id, f"it is empty{where}", f'fill "{fields.text}" or "{fields.html}"')
    reason = f'it has neither "{fields.text}" nor "{fields.html}"{where}'
    raise PageError(page_id, reason, "add one, or name the field that holds the page")


def _scalar(record: Mapping[str, object], field: str, page_id: str) -> str | None:
    value = record.get(field)
    if isinstance(value, str):
        return value or None
    if _missing(value):
        return None
    if isinstance(value, bytes):
        return _short_text(value) or None
    if isinstance(value, (dict, list)):
        raise PageError(page_id, f'its "{field}" is no string', "write a string there, or leave it out")
    return value.isoformat() if isinstance(value, date) else str(value)


def _short_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _missing(value: object) -> bool:
    return value is None or value != value  # NaN, a missing number in a table, is the one value that differs from itself
