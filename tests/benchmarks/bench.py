"""Measure what a scan costs against its peers, in one run on one core, and print one table (`make bench`).

All numbers are CPU time, since machines are shared and clocks lie; every row is the median of interleaved runs, warm-up left out.
This process stays small: on Linux the peak memory of a child counts what its parent held when it was started.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import inputs
import pagerows
import processrows
import textrows
from measuring import Plan, Row, in_new_process

COLUMNS = ("what", "ours", "peer", "ratio", "target", "")
GROUPS = (
    pagerows.measure,
    textrows.measure,
    processrows.measure_starts,
    processrows.measure_memory,
    textrows.measure_growth,
)
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main() -> None:
    """Run every benchmark and print the table, or JSON with the same columns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=200, help="pages of the corpus to measure on (default 200)")
    parser.add_argument("--model", type=Path, default=None, help="model file (default the shipped one)")
    parser.add_argument("--quick", action="store_true", help="fewer pages and runs: a minute, for the large ratios only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    use_one_core()
    pages = min(options.pages, 40) if options.quick else options.pages
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        in_new_process(inputs.write_median_page, page, pages)
        rows = measured(Plan(pages, options.model, options.quick, page))
    print(json.dumps([row.to_dict() for row in rows], indent=2) if options.json else to_text(rows))


def use_one_core() -> None:
    """Keep this process and its children on one core, numpy on one thread, and let them find the package uninstalled."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(inputs.ROOT), os.environ.get("PYTHONPATH"))))
    sys.path.append(str(inputs.ROOT))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measured(plan: Plan) -> list[Row]:
    """Return all rows of the table, each group measured in processes of its own."""
    rows: list[Row] = []
    for group in GROUPS:
        print(f"{group.__module__}.{group.__name__} …", file=sys.stderr)
        rows += group(plan)
    return rows


def to_text(rows: list[Row]) -> str:
    """Return the rows as a table with aligned columns."""
    cells = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [[cell.rjust(width) for cell, width in zip(line, widths, strict=True)] for line in cells]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *line[1:]]) for row, line in zip(cells, lines, strict=True))


if __name__ == "__main__":
    main()
