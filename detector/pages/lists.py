"""Read a list of inputs, one a line, as crawls publish them (`warc.paths.gz`)."""

import io
from pathlib import Path

from detector.errors import PageError
from detector.pages.formats import compression_of
from detector.pages.records import MARK
from detector.pages.sources import STDIN, name_of
from detector.pages.streams import stdin, unpacked


def read_list(path: Path) -> list[str]:
    """Return the lines of a file or of standard input ("-"), packed or not, without the blanks around them; raises PageError."""
    name = name_of(path)
    try:
        packed = stdin().read() if name == STDIN else path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PageError(name, f"it cannot be read ({reason})", "name a file that lists paths") from error
    with unpacked(io.BytesIO(packed), compression_of(packed), name) as stream:
        lines = stream.read().removeprefix(MARK).split(b"\n")
    return [line.decode("utf-8", "surrogateescape") for line in map(bytes.strip, lines) if line]
