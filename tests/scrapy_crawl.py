"""Crawl a server with every kind of item; the program that test_integrations_scrapy.py starts.

Arguments: the server's URL, settings as JSON, the file to write to: [the items' kinds, URLs and records, the stats].
"""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attrs
import scrapy
from itemadapter import ItemAdapter
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse

BASE, SETTINGS, OUTPUT = sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])


@dataclass
class DataclassItem:
    url: str
    html: str
    detector: Any = None


@attrs.define
class AttrsItem:
    url: str
    html: str
    detector: Any = None


class ScrapyItem(scrapy.Item):
    url = scrapy.Field()
    html = scrapy.Field()
    detector = scrapy.Field()


class UndeclaredItem(scrapy.Item):
    url = scrapy.Field()
    html = scrapy.Field()


class PagesSpider(scrapy.Spider):
    name = "pages"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield scrapy.Request(f"{BASE}/")

    def parse(self, response: Response) -> Iterator[Any]:
        yield {"html": response}
        yield {"url": response.url, "status": response.status}  # holds no page
        if isinstance(response, TextResponse):
            for kind in (dict, DataclassItem, AttrsItem, ScrapyItem, UndeclaredItem):
                yield kind(url=response.url, html=response.text)
            yield from response.follow_all(css="a")


kept: list[dict[str, Any]] = []


def keep(item: Any) -> None:
    adapter = ItemAdapter(item)
    url = adapter.get("url") or adapter["html"].url
    kept.append({"kind": type(item).__name__, "url": url, "fields": sorted(adapter), "record": adapter.get("detector")})


process = CrawlerProcess({"ADDONS": {"detector.integrations.scrapy.DetectorAddon": 1}, "LOG_LEVEL": "WARNING", **SETTINGS})
crawler = process.create_crawler(PagesSpider)
crawler.signals.connect(keep, scrapy.signals.item_scraped)
process.crawl(crawler)
process.start()
OUTPUT.write_text(json.dumps([kept, crawler.stats.get_stats() if crawler.stats else {}], default=str))
