"""Measure what docs/scale.md plans with: pages a second of one core, and web archives through two processes and through Spark.

CPU time of this process and all that it starts, read from /proc, so Linux only. `python tests/benchmarks/scale.py --pages 10000 FOLDER`
takes the HTML files of a folder, as often as it needs with changed ids; without a folder the corpus or the bundled pages.
"""

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

import inputs
from bench import THREADS

ARCHIVES = 2


def main() -> None:
    """Print a line for each way of scanning."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=10_000, help="pages to put into the archives (default %(default)s)")
    parser.add_argument("folder", type=Path, nargs="?", help="folder of .html files")
    options = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"), PYSPARK_PYTHON=sys.executable, PYTHONPATH=str(inputs.ROOT))
    sys.path.append(str(inputs.ROOT))
    files = sorted(options.folder.glob("*.html")) if options.folder else []
    pages = [file.read_bytes() for file in files] or inputs.read_pages(options.pages)
    size = sum(map(len, pages)) / len(pages) / 1e6
    print(f"{len(pages)} different pages of {size:.3f} MB")
    report("one core", len(pages), size, scan_one_by_one(pages))
    with tempfile.TemporaryDirectory() as folder:
        archives = write_archives(Path(folder), pages, options.pages)
        report("two processes", options.pages, size, lambda: scan_by_command(archives, Path(folder) / "plain.parquet"))
        report("Spark local[2], its start included", options.pages, size, lambda: scan_on_spark(archives, Path(folder) / "spark"))


def report(name: str, pages: int, size: float, run: Callable[[], object]) -> None:
    """Run something and print what it used."""
    cpu, wall = cpu_of_tree(), perf_counter()
    run()
    cpu, wall = cpu_of_tree() - cpu, perf_counter() - wall
    rates = f"{pages / cpu:.0f} pages and {pages * size / cpu:.1f} MB a CPU second"
    print(f"{name}: {pages} pages, {cpu:.1f} s CPU, {wall:.1f} s wall, {rates}", flush=True)


def scan_one_by_one(pages: list[bytes]) -> Callable[[], object]:
    """Return a scan of all pages by a detector that is warm."""
    from detector.inference import Detector

    detector = Detector.load()
    for page in pages[:20]:
        detector.scan_html(page)
    return lambda: [detector.scan_html(page) for page in pages]


def write_archives(folder: Path, pages: list[bytes], count: int) -> list[Path]:
    """Write archives that hold some pages between them, again and again with changed ids."""
    paths = [folder / f"{number}.warc.gz" for number in range(ARCHIVES)]
    for number, path in enumerate(paths):
        with path.open("wb") as archive:
            for id, page in islice(enumerate(cycle(pages)), number, count, ARCHIVES):
                block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
                head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:page:{id}>\r\nWARC-Date: 2024-12-01T00:00:00Z\r\n"
                head += f"WARC-Target-URI: https://site.example/{id}\r\nContent-Type: application/http\r\n"
                head += f"Content-Length: {len(block)}\r\n\r\n"
                archive.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 1))
    return paths


def scan_by_command(archives: list[Path], output: Path) -> None:
    """Scan archives with the command line."""
    command = [sys.executable, "-m", "detector", "scan", *map(str, archives), "--jobs", str(ARCHIVES)]
    subprocess.run([*command, "--format", "parquet", "--rows", "pages", "-o", str(output)], check=True, capture_output=True)


def scan_on_spark(archives: list[Path], output: Path) -> None:
    """Scan archives with Spark, as many at a time."""
    from pyspark.sql import SparkSession

    from detector.integrations.spark import scan_warcs

    session = SparkSession.builder.master(f"local[{ARCHIVES}]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    scan_warcs(session, map(str, archives), str(output))


def cpu_of_tree() -> float:
    """Return the CPU seconds of this process and its descendants, those that are gone and were waited for included."""
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)], ticks[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    tree = [os.getpid()]
    for process in tree:
        tree += [child for child, parent in parents.items() if parent == process]
    return sum(ticks[process] for process in tree) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
