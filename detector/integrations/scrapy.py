"""Scan the items of a Scrapy crawl: the pipeline puts the output record of an item's page into the item.

Switch it on with `ADDONS = {"detector.integrations.scrapy.DetectorAddon": 500}`. An item is scanned where it has a field with HTML
or text; all others pass. A page that fails has its error in the output record; no item is lost to it. Settings:

- `DETECTOR_MODEL`: path of a model file (default: the shipped model); `DETECTOR_FAST` (False): whether to leave out its readers
- `DETECTOR_HTML_FIELD` ("html"): `str`, `bytes` or the `Response` itself; preferred, since captions and footers disclose too
- `DETECTOR_TEXT_FIELD` ("text"): read where the item has no HTML
- `DETECTOR_URL_FIELD` ("url"): also the record's id
- `DETECTOR_OUTPUT_FIELD` ("detector"): items of a fixed set of fields must declare it
- `DETECTOR_LABELS` (all), `DETECTOR_MIN_SCORE` (0): the findings that the record keeps
- `DETECTOR_DROP_PAID` (False): whether items whose page holds a paid article are dropped

Stats: `detector/pages`, `detector/findings/LABEL`, `detector/paid_articles`, `detector/failed`, and `detector/not_stored` for items
that could not take the record.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem
from scrapy.http import Response, TextResponse

from detector.document import LABELS, Page, Report
from detector.errors import DetectorError, PageError
from detector.inference import Detector
from detector.pages import Fields
from detector.pages.records import page_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from scrapy.statscollectors import StatsCollector

PRIORITY = 300  # among the item pipelines, where the project names none

logger = logging.getLogger(__name__)


class DetectorAddon:
    """Adds the pipeline to a project; one that lists the pipeline itself keeps its place."""

    def update_settings(self, settings: "BaseSettings") -> None:
        """Add the pipeline, as Scrapy asks every add-on to do."""
        settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", DetectorPipeline, PRIORITY)


@dataclass(frozen=True, slots=True)
class Options:
    """The settings, read."""

    fields: Fields
    output: str
    labels: frozenset[str]
    min_score: float
    drop_paid: bool

    @classmethod
    def from_settings(cls, settings: "BaseSettings") -> Self:
        """Read the settings `DETECTOR_*`; raises DetectorError for a label that there is not, and for one field of two kinds."""
        labels = frozenset(settings.getlist("DETECTOR_LABELS") or LABELS)
        unknown = sorted(labels.difference(LABELS))
        if unknown:
            raise DetectorError(f"DETECTOR_LABELS: there is no label {', '.join(unknown)}; name some of {', '.join(LABELS)}")
        url, text, html = (settings.get(f"DETECTOR_{name.upper()}_FIELD", name) for name in ("url", "text", "html"))
        if text == html:
            raise DetectorError(f"DETECTOR_HTML_FIELD: {html!r} is DETECTOR_TEXT_FIELD too; set that to a field that no item has")
        return cls(
            Fields(id=url, url=url, text=text, html=html),
            settings.get("DETECTOR_OUTPUT_FIELD", "detector"),
            labels,
            settings.getfloat("DETECTOR_MIN_SCORE", 0.0),
            settings.getbool("DETECTOR_DROP_PAID", False),
        )


class DetectorPipeline:
    """Scans each item as it passes, in the process that crawls."""

    def __init__(self, detector: Detector, options: Options, stats: "StatsCollector") -> None:
        self.detector = detector
        self.options = options
        self.stats = stats
        self.warned: set[type] = set()  # item classes that cannot take the record

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Load the model as the crawl starts; raises ModelError, and DetectorError for a bad setting."""
        assert crawler.stats is not None
        settings = crawler.settings
        detector = Detector.load(settings.get("DETECTOR_MODEL"), fast=settings.getbool("DETECTOR_FAST", False))
        return cls(detector, Options.from_settings(settings), crawler.stats)

    def process_item(self, item: Any, spider: object = None) -> Any:
        """Return the item with the record of its page; raises DropItem where the settings ask for that."""
        adapter = ItemAdapter(item)
        page = self._page(adapter)
        if page is None:
            return item
        report = self._scanned(page)
        self._count(report)
        self._store(adapter, report)
        if self.options.drop_paid and report.paid:
            raise DropItem(f"detector: {report.id} holds a paid article")
        return item

    def _page(self, adapter: ItemAdapter) -> Page | PageError | None:
        """Return the page of an item, None where it has no field for one."""
        fields = self.options.fields
        values = {name: adapter[name] for name in (fields.url, fields.text, fields.html) if name in adapter}
        if fields.html not in values and fields.text not in values:
            return None
        source = values.get(fields.html)
        if isinstance(source, Response):
            values[fields.html] = source.text if isinstance(source, TextResponse) else source.body
            values[fields.url] = values.get(fields.url) or source.url
        if values.get(fields.html):
            values.pop(fields.text, None)
        return page_of(values, f"item {self.stats.get_value('detector/pages', 0) + 1}", fields)

    def _scanned(self, page: Page | PageError) -> Report:
        (report,) = self.detector.pipe([page])
        kept = (f for f in report.findings if f.label in self.options.labels and f.score >= self.options.min_score)
        return replace(report, findings=tuple(kept))

    def _count(self, report: Report) -> None:
        self.stats.inc_value("detector/pages")
        if report.error is not None:
            self.stats.inc_value("detector/failed")
            logger.warning("%s", report.error)
        if report.paid:
            self.stats.inc_value("detector/paid_articles", len(report.paid))
        for finding in report.findings:
            self.stats.inc_value(f"detector/findings/{finding.label}")

    def _store(self, adapter: ItemAdapter, report: Report) -> None:
        record: Mapping[str, Any] = report.to_dict()
        try:
            adapter[self.options.output] = record
        except (KeyError, AttributeError, ValueError):  # no such field; frozen; a model that checks its values
            self.stats.inc_value("detector/not_stored")
            kind = type(adapter.item)
            if kind not in self.warned:
                self.warned.add(kind)
                logger.exception("%s cannot take field %r: declare it, or set DETECTOR_OUTPUT_FIELD", kind, self.options.output)
