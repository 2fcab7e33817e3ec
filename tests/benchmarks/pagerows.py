"""Rows on HTML pages: page to record, against a text extractor and against parsing alone."""

import logging
from collections.abc import Callable

from inputs import disclosures, made_up_page, read_pages
from measuring import Plan, Row, in_new_process, interleaved, median_ratio, medians

ROUNDS = 3
WARM = 20  # made-up pages that warm a process up
CHUNK = 20  # pages that one contestant scans before the next has its turn


def measure(plan: Plan) -> list[Row]:
    """Return the rows; every run is a new process, so that no cache has seen the pages before."""
    runs = [in_new_process(_run, plan, turn) for turn in range(plan.rounds(ROUNDS))]
    middle = medians(runs)
    ours, extract, walk = (f"{middle[name] * 1e3:.2f} ms" for name in ("ours", "trafilatura", "walk"))
    faster, dearer = median_ratio(runs, "trafilatura", "ours"), median_ratio(runs, "ours", "walk")
    return [
        Row("HTML page → record; trafilatura.extract", ours, extract, faster, "×", 10, at_least=True),
        Row("HTML page → record; parse + block walk", ours, walk, dearer, "×", 2.0),
    ]


def _run(plan: Plan, turn: int) -> dict[str, float]:
    """Return each contestant's CPU seconds a page."""
    pages, sentences, race = read_pages(plan.pages), disclosures(), _race(plan)
    race([made_up_page(seed, sentences) for seed in range(WARM)], turn)
    chunks = [pages[i : i + CHUNK] for i in range(0, len(pages), CHUNK)]
    parts = [race(chunk, turn + i) for i, chunk in enumerate(chunks)]
    return {name: sum(part[name] for part in parts) / len(pages) for name in parts[0]}


def _race(plan: Plan) -> Callable[[list[bytes], int], dict[str, float]]:
    """Return what gives the CPU seconds of each contestant over some pages; the block walk gets them decoded."""
    import orjson
    import trafilatura

    from detector.blocks import extract_document
    from detector.document import Page
    from detector.inference import Detector
    from detector.pages import decoded

    logging.disable(logging.CRITICAL)  # trafilatura warns of pages that it finds nothing on
    detector = Detector.load(plan.model)

    def race(pages: list[bytes], turn: int) -> dict[str, float]:
        ready = [decoded(Page("html", page, html=True)) for page in pages]
        contestants = {
            "ours": lambda: [orjson.dumps(detector.scan_html(page).to_dict()) for page in pages],
            "walk": lambda: [extract_document(page) for page in ready],
            "trafilatura": lambda: [trafilatura.extract(page) for page in pages],
        }
        return interleaved(contestants, turn)

    return race
