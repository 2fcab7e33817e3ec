"""Scan any number of pages into files, in one process or many, and go on where a killed run stopped: `run` is the way in."""

from detector.crawl.outputs import Target
from detector.crawl.records import Record
from detector.crawl.running import Crawl, Watcher, run

__all__ = ["Crawl", "Record", "Target", "Watcher", "run"]
