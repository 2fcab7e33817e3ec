"""Read pages one at a time from files, folders, globs and standard input, in the formats that pages are kept in."""

from detector.pages.decoding import decoded
from detector.pages.files import read_pages
from detector.pages.lists import read_list
from detector.pages.position import Position
from detector.pages.records import Fields

__all__ = ["Fields", "Position", "decoded", "read_list", "read_pages"]
