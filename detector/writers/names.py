"""The names of the formats, apart from the formats, so that a command's help loads none of them."""

from enum import StrEnum


class FormatName(StrEnum):
    """What a scan can be written as."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    DOLMA = "dolma"
    WEBANNOTATION = "webannotation"
    SARIF = "sarif"
    HTML = "html"


class Rows(StrEnum):
    """What a row of a Parquet file is."""

    FINDINGS = "findings"
    PAGES = "pages"
