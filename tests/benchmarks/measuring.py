"""What is measured, how CPU time and memory are read, and the row that comes out."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

KILOBYTES = 1 if sys.platform == "darwin" else 1024  # bytes that ru_maxrss counts in


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure on, and how often."""

    pages: int
    model: Path | None
    quick: bool
    page: Path  # the HTML file that whole processes scan

    def rounds(self, full: int) -> int:
        """Return the number of interleaved runs, odd, so that the median is one of them."""
        return max(1, full // 3 | 1) if self.quick else full


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `value` is the ratio, or the difference, that has a target."""

    what: str
    ours: str
    peer: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty where there is none."""
        if self.target is None:
            return ""
        return "ok" if (self.value >= self.target if self.at_least else self.value <= self.target) else "over"

    def cells(self) -> tuple[str, ...]:
        """Return the row as the table shows it."""
        target = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {self.target:g}{self.unit}"
        return self.what, self.ours, self.peer, f"{self.value:.2f}{self.unit}", target, self.verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the row's columns under their names."""
        return {"what": self.what, "ours": self.ours, "peer": self.peer, "ratio": self.value, "unit": self.unit} | {
            "target": self.target,
            "at_least": self.at_least,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Spent:
    """What a finished process used."""

    seconds: float
    peak: float  # MB


def interleaved(contestants: Mapping[str, Callable[[], object]], turn: int) -> dict[str, float]:
    """Return the CPU seconds of one run of each, who goes first changing with the turn."""
    names = list(contestants)
    names = names[turn % len(names) :] + names[: turn % len(names)]
    seconds = {}
    for name in names:
        gc.collect()
        begin = process_time()
        contestants[name]()
        seconds[name] = process_time() - begin
    return seconds


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each contestant over the runs."""
    return {name: median(run[name] for run in runs) for name in runs[0]}


def median_ratio(runs: Sequence[Mapping[str, float]], over: str, under: str) -> float:
    """Return the median of the ratios within each run: what slows a whole run down does not count."""
    return median(run[over] / run[under] for run in runs)


def in_new_process(function: Callable[..., Any], *arguments: object) -> Any:
    """Return what a function returns in a process of its own, all caches empty."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def spent_by(arguments: Sequence[str | Path], environment: Mapping[str, str]) -> Spent:
    """Run Python with some arguments to its end; raises RuntimeError where it fails. POSIX only."""
    command = [sys.executable, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: it ended with exit code {process.returncode}; run it by hand to see why")
    return Spent(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * KILOBYTES / 1e6)
