"""Pack a finished file with gzip or zstd. Until then it is written as it is, so that a run that was killed can go on.

Packed bytes depend on nothing but the content: a gzip header names neither file nor time.
"""

import gzip
import shutil
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from detector.errors import DetectorError
from detector.pages.formats import ZSTD, Compression
from detector.writers.format import Format

LEVEL = 6  # of gzip, as on the command line


def packing_of(name: str) -> Compression:
    """Return what the end of a file's name says it is packed with."""
    return next((packing for packing in Compression if packing and name.lower().endswith(packing)), Compression.NONE)


def packed(format: Format, packing: Compression) -> Format:
    """Return a format whose file is packed in the end; raises DetectorError where it cannot be, before anything is scanned."""
    if packing is Compression.NONE:
        return format
    if format.convert is not None:
        raise DetectorError(f"{format.name} is not packed with {packing}; leave {packing} out of the file's name")
    _check_installed(packing)
    return replace(format, name=f"{format.name}{packing}", convert=partial(_pack, packing))


def _pack(packing: Compression, source: Path, target: Path) -> None:
    with ExitStack() as stack:
        plain, file = stack.enter_context(source.open("rb")), stack.enter_context(target.open("wb"))
        shutil.copyfileobj(plain, stack.enter_context(_packer(file, packing)))


def _packer(file: BinaryIO, packing: Compression) -> BinaryIO:
    if packing is Compression.GZIP:
        return cast(BinaryIO, gzip.GzipFile("", "wb", LEVEL, file, mtime=0))
    return cast(BinaryIO, import_module(ZSTD).ZstdFile(file, "wb"))


def _check_installed(packing: Compression) -> None:
    try:
        import_module(ZSTD if packing is Compression.ZSTD else "gzip")
    except ImportError as error:
        raise DetectorError(f"writing {packing} needs {ZSTD}, which is not installed; run `pip install detector[zstd]`") from error
