"""The limit on threads of linear algebra: it holds while a page is scored, and is lifted after."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from threadpoolctl import ThreadpoolController

from detector import inference, threads
from detector.inference import Detector

BLAS = ThreadpoolController().select(user_api="blas")

pytestmark = pytest.mark.skipif(not BLAS.info(), reason="this numpy's linear algebra has no threads that can be counted")


def _threads() -> set[int]:
    return {library["num_threads"] for library in BLAS.info()}


@pytest.fixture
def two_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threads, "_LIMITED", False)
    with BLAS.limit(limits=2):
        yield


def test_a_page_is_scored_on_one_thread(two_threads: None, detector: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def score(*args: Any) -> Any:
        seen.append(_threads())
        raise ValueError("enough seen")

    monkeypatch.setattr(inference, "score", score)
    with pytest.raises(ValueError, match="enough seen"):
        detector.scan("Sponsored by Acme.")
    assert seen == [{1}]
    assert _threads() == {2}


def test_other_threads_leave_the_limit_alone(two_threads: None, small_detector: Detector) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(small_detector.scan, ["Sponsored by Acme."] * 40))
    assert _threads() == {2}
