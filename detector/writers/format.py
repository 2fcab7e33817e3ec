"""What every format is: how one report is written, and what stands before, between and after."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from detector.document import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A way of writing reports, page by page, so that a file of any length is written without being held.

    `encode` takes a report and its document's text ("" where the page failed) and runs in the process that scanned the page, so it
    must be picklable. The file is `head`, the pages' parts with `between` between those that are not empty, and `foot`.
    """

    name: str  # names the options too: files of different names cannot be continued as one another
    encode: Callable[[Report, str], bytes]
    head: bytes = b""
    between: bytes = b""
    foot: bytes = b""
    convert: Callable[[Path, Path], None] | None = None  # makes the final file, or folder, of the file written so far
    numbered: Callable[[bytes, int], bytes] | None = None  # adds to a page's part its number in the input, counted from 1
    folder: bool = False  # whether it makes a folder
