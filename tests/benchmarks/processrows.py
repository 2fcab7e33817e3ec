"""Rows on whole processes: start, help, peak memory, and memory over many pages. POSIX only, elsewhere they are left out."""

import os
import sys
from statistics import median
from tempfile import TemporaryDirectory

from inputs import ROOT, disclosures, made_up_page
from measuring import KILOBYTES, Plan, Row, Spent, in_new_process, median_ratio, medians, spent_by

ROUNDS = 9
MANY = 10_000
SAMPLE = ROOT / "data" / "sample.html"


def measure_starts(plan: Plan) -> list[Row]:
    """Return the rows on CPU time from start to end."""
    commands = {
        "scan": ["-m", "detector", "scan", SAMPLE, *_model(plan)],
        "numpy": ["-c", "import numpy"],
        "help": ["-m", "detector", "--help"],
        "argparse": ["-c", "import argparse"],
    }
    runs = [{name: spent.seconds for name, spent in run.items()} for run in _runs(commands, plan)]
    if not runs:
        return []
    times = {name: f"{seconds * 1e3:.0f} ms" for name, seconds in medians(runs).items()}
    rows = (
        ("detector scan sample.html; import numpy", "scan", "numpy", 2.0),
        ("detector --help; import argparse", "help", "argparse", 6.0),
    )
    return [Row(what, times[a], times[b], median_ratio(runs, a, b), "×", target) for what, a, b, target in rows]


def measure_memory(plan: Plan) -> list[Row]:
    """Return the rows on memory: the peak of one scan, and what many scans add to it."""
    commands = {"scan": ["-m", "detector", "scan", plan.page, *_model(plan)], "numpy": ["-c", "import numpy"]}
    runs = _runs(commands, plan)
    if not runs:
        return []
    scan, numpy = (median(run[name].peak for run in runs) for name in ("scan", "numpy"))
    many = MANY // 5 if plan.quick else MANY
    early, late = in_new_process(_peaks, plan, many)
    return [
        Row("peak memory of a scan, over import numpy", f"{scan:.0f} MB", f"{numpy:.0f} MB", scan - numpy, " MB", 40),
        Row(f"peak memory after {many:,} pages; {many // 10:,}", f"{late:.0f} MB", f"{early:.0f} MB", late - early, " MB", 5),
    ]


def _runs(commands: dict[str, list], plan: Plan) -> list[dict[str, Spent]]:
    """Return what each command used in each run, none where the OS does not tell; the first run compiles, as installing does."""
    if not hasattr(os, "wait4"):
        print("no os.wait4 here: the rows on whole processes are left out", file=sys.stderr)
        return []
    with TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        rounds = range(plan.rounds(ROUNDS) + 1)
        return [{name: spent_by(arguments, environment) for name, arguments in commands.items()} for _ in rounds][1:]


def _model(plan: Plan) -> list:
    return [] if plan.model is None else ["--model", plan.model]


def _peaks(plan: Plan, many: int) -> tuple[float, float]:
    """Return the peak memory in MB after a tenth of many made-up pages and after all; one large page first would hide a leak."""
    from resource import RUSAGE_SELF, getrusage

    from detector.inference import Detector

    detector, sentences = Detector.load(plan.model), disclosures()
    peaks = []
    for seed in range(many):
        detector.scan_html(made_up_page(seed, sentences)).to_dict()
        if seed + 1 in (many // 10, many):
            peaks.append(getrusage(RUSAGE_SELF).ru_maxrss * KILOBYTES / 1e6)
    return peaks[0], peaks[1]
