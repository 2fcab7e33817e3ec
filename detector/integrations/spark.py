"""Scan on a Spark cluster: the pages of a DataFrame, or web archives named by their paths.

A row of the result is a page, with the columns of `detector scan --format parquet --rows pages`. Nothing is shuffled, and each
Python worker loads the model once. A page that fails is a row with `error`. One that kills its worker (out of memory, a crash)
fails its task; where Spark tries that again, pages are scanned in a process of their own, so that it costs its row and no more.

As a job: `python -m detector.integrations.spark --paths LIST --output DIR`, or this file given to spark-submit. The package must be
installed on every worker.
"""

import argparse
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import orjson
import pyarrow as pa
from pyarrow.fs import FileSystem, LocalFileSystem
from pyspark import TaskContext
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, DataType, DoubleType, IntegerType, StringType, StructField, StructType

from detector.crawl.records import Record, Recorder
from detector.document import Page
from detector.errors import DetectorError, PageError
from detector.inference import Detector
from detector.pages import Fields
from detector.pages.records import page_of
from detector.pages.warc import read_warc
from detector.writers.names import Rows
from detector.writers.parquet import parquet

Pages: TypeAlias = Iterable[Page | PageError]
Scan: TypeAlias = Callable[[Pages], Iterator[Record]]
Weights: TypeAlias = tuple[str | None, bool]  # what `Detector.load` loads: a model file's path, and whether without its readers

ROWS = 100  # pages handed back to Spark at a time
WINDOW = 8 << 20  # bytes of an archive read at a time: a request each, where it lies in an object store
CHUNK = 1000  # archives that are committed together


def _struct(**fields: DataType) -> StructType:
    return StructType([StructField(name, kind) for name, kind in fields.items()])


_TEXT, _PLACE, _SCORE = StringType(), IntegerType(), DoubleType()
_ARTICLE = _struct(start=_PLACE, end=_PLACE, type=_TEXT, score=_SCORE, title=_TEXT)
_FINDING = _struct(
    label=_TEXT,
    start=_PLACE,
    end=_PLACE,
    score=_SCORE,
    article=_PLACE,
    article_type=_TEXT,
    text=_TEXT,
    details=_TEXT,  # JSON: what a finding tells differs by label
)
SCHEMA = _struct(
    id=_TEXT,
    url=_TEXT,
    lang=_TEXT,
    model=_TEXT,
    date=_TEXT,
    error=_TEXT,
    articles=ArrayType(_ARTICLE),
    findings=ArrayType(_FINDING),
)
ARCHIVE = StructField("warc", _TEXT)


def scan_dataframe(
    df: DataFrame,
    *,
    text: str | None = None,
    html: str | None = None,
    id: str = "id",
    url: str | None = None,
    model: str | None = None,
    fast: bool = False,
    keep: Sequence[str] = (),
) -> DataFrame:
    """Return a row for each row of `df`, in its order: the columns of `SCHEMA`, then those to `keep`.

    `text` or `html`, `id` and `url` name columns; `model` is a path that the driver and all workers can read, `fast` as for
    `Detector.load`. Raises DetectorError.
    Rows come to Python `spark.sql.execution.arrow.maxRecordsPerBatch` at a time: lower that to some hundreds, pages are large.
    """
    if (text is None) == (html is None):
        raise DetectorError("name the column that holds the pages: text=… or html=…, one of the two")
    taken = [name for name in keep if name in SCHEMA.names]
    if taken:
        raise DetectorError(f"the result has its own columns {', '.join(taken)}; rename those to keep")
    Detector.load(model, fast=fast)
    fields = Fields(id, url or "", text or "", html or "", lang="", date="")
    pages = df.select(*dict.fromkeys(name for name in (id, url, text or html, *keep) if name))
    schema = StructType([*SCHEMA.fields, *(pages.schema[name] for name in keep)])
    return pages.mapInArrow(partial(_scan_rows, fields, tuple(keep), (model, fast)), schema)


def scan_warcs(
    spark: SparkSession, paths: Iterable[str], output: str, *, model: str | None = None, fast: bool = False, chunk: int = CHUNK
) -> None:
    """Append to the Parquet files of `output` one for each WARC or WET, one task an archive: `SCHEMA` and the archive's path.

    Paths are local or URIs that Arrow reads (s3, hdfs, gs). Those whose rows `output` holds are passed over: run a job that was
    killed again and it goes on, with the loss of at most a `chunk`. An archive that cannot be read is a row with `error`.
    """
    Detector.load(model, fast=fast)
    done = _archives_in(spark, output)
    left = [path for path in dict.fromkeys(paths) if path not in done]
    for start in range(0, len(left), chunk):
        part = [(path,) for path in left[start : start + chunk]]
        archives = spark.createDataFrame(spark.sparkContext.parallelize(part, len(part)), StructType([ARCHIVE]))
        pages = archives.mapInArrow(partial(_scan_archives, (model, fast)), StructType([*SCHEMA.fields, ARCHIVE]))
        pages.write.mode("append").option("compression", "zstd").parquet(output)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m detector.integrations.spark", description="Scan web archives on Spark.")
    parser.add_argument("--paths", type=Path, required=True, help="file with a path of a WARC or WET a line; may be packed (.gz)")
    parser.add_argument("--output", required=True, help="folder or URI for the Parquet files; what it holds is not done again")
    parser.add_argument("--prefix", default="", help="what to put before each path, such as s3://commoncrawl/")
    parser.add_argument("--model", help="model file that driver and workers can read; default: the one that came with detector")
    parser.add_argument("--fast", action="store_true", help="leave out the readers: many times as fast, less right")
    parser.add_argument("--chunk", type=int, default=CHUNK, help="archives that are committed together (default: %(default)s)")
    options = parser.parse_args(arguments)
    with gzip.open(options.paths, "rt") if options.paths.suffix == ".gz" else options.paths.open() as lines:
        paths = [options.prefix + line.strip() for line in lines if line.strip()]
    spark = SparkSession.builder.appName("detector").getOrCreate()
    scan_warcs(spark, paths, options.output, model=options.model, fast=options.fast, chunk=options.chunk)


def _archives_in(spark: SparkSession, output: str) -> set[str]:
    try:
        return {row.warc for row in spark.read.schema(StructType([ARCHIVE])).parquet(output).distinct().collect()}
    except AnalysisException as error:
        if "[PATH_NOT_FOUND]" not in str(error):
            raise
        return set()


def _scan_rows(fields: Fields, keep: tuple[str, ...], weights: Weights, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Scan the rows of a partition."""
    task = TaskContext.get()
    place, number = f"partition {task.partitionId() if task else 0} row", 0
    columns = list(dict.fromkeys(name for name in (fields.id, fields.url, fields.text, fields.html) if name))
    with _scanning(weights) as scan:
        for batch in batches:
            for start in range(0, batch.num_rows, ROWS):
                part = batch.slice(start, ROWS)
                rows = part.select(columns).to_pylist()
                pages = [page_of(row, f"{place} {number + n}", fields) for n, row in enumerate(rows, 1)]
                number += len(rows)
                yield _batch(scan(pages), {name: part.column(name) for name in keep})


def _scan_archives(weights: Weights, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Scan the archives whose paths a partition holds."""
    with _scanning(weights) as scan:
        for batch in batches:
            for path in batch.column(0).to_pylist():
                records = scan(_pages_of(path))
                while part := list(islice(records, ROWS)):
                    yield _batch(part, {ARCHIVE.name: pa.array([path] * len(part), pa.string())})


@contextmanager
def _scanning(weights: Weights) -> Iterator[Scan]:
    """Give what scans pages in a task: this process or, where an attempt at the task has failed, one that may die of a page."""
    task = TaskContext.get()
    if task is None or task.attemptNumber() == 0:
        yield partial(map, _recorder(*weights).record)
        return
    from detector.crawl.workers import Workers  # joblib, which a first attempt does without

    with Workers(_recorder(*weights), 1) as workers:
        yield workers.records


@cache
def _recorder(model: str | None, fast: bool) -> Recorder:
    """Return this Python worker's recorder, which loads the model when it scans its first page."""
    return Recorder(partial(Detector.load, model, fast=fast), (parquet(Rows.PAGES),))


def _batch(records: Iterable[Record], others: dict[str, pa.Array]) -> pa.RecordBatch:
    found = pa.RecordBatch.from_pylist([orjson.loads(record.parts[0]) for record in records], to_arrow_schema(SCHEMA))
    return pa.RecordBatch.from_arrays([*found.columns, *others.values()], [*found.schema.names, *others])


def _pages_of(path: str) -> Iterator[Page | PageError]:
    try:
        filesystem, place = FileSystem.from_uri(path) if "://" in path else (LocalFileSystem(), path)
        with io.BufferedReader(filesystem.open_input_file(place), WINDOW) as stream:
            yield from read_warc(stream, path, Fields())
    except PageError as error:
        yield error
    except (OSError, ValueError) as error:  # ValueError: a URI that is none
        yield PageError(path, f"it cannot be read ({error})", "check the path and who may read it, and scan it into another output")


if __name__ == "__main__":
    # Functions of `__main__` would be pickled whole into each task, and the model loaded anew in each.
    from detector.integrations import spark as job

    job.main()
