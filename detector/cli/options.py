"""Declare the arguments and options of the commands, with their help."""

from pathlib import Path
from typing import Annotated

import typer

from detector.writers.names import FormatName, Rows

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATHS...", help="Files, folders, globs, or - for standard input.", show_default=False),
]
FromFile = Annotated[Path | None, typer.Option(metavar="LIST", help="Read more paths from a file, one a line.")]
OutputFormat = Annotated[
    FormatName | None,
    typer.Option("--format", help="Default: by the suffix of -o, else table on a terminal and jsonl in a pipe.", show_default=False),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file, which appears once it is whole; - for standard output."),
]
RowsOption = Annotated[Rows, typer.Option("--rows", help="What a row of Parquet is: a finding or a paid article, or a page.")]
ModelFile = Annotated[Path | None, typer.Option("--model", metavar="FILE", help="A file that `detector train` wrote.")]
Labels = Annotated[list[str] | None, typer.Option("--labels", metavar="LABEL,...", help="Report findings of these labels only.")]
Thresholds = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        metavar="X|LABEL=X",
        help="Report from this score on; for content types it is the model's cut between them; may be repeated.",
    ),
]
Fast = Annotated[bool, typer.Option("--fast", help="Do not read the sentences in doubt word by word: faster, more of them wrong.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Scan in this many processes.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run to this output file that was killed.")]
FailOn = Annotated[
    list[str] | None,
    typer.Option("--fail-on", metavar="LABEL[:SCORE]", help="Exit with 1 if this is found, a label or article type; may be repeated."),
]
Clean = Annotated[
    Path | None,
    typer.Option(metavar="FILE|FOLDER", help="Write the texts without their paid articles; a name without suffix is a folder."),
]
Keep = Annotated[list[str] | None, typer.Option("--keep", metavar="LABEL,...", help="With --clean: leave these as they are.")]
Mark = Annotated[list[str] | None, typer.Option("--mark", metavar="LABEL,...", help="With --clean: put marks around these.")]
Remove = Annotated[list[str] | None, typer.Option("--remove", metavar="LABEL,...", help="With --clean: remove these as well.")]
TextField = Annotated[str, typer.Option(metavar="NAME", help="Field or column that holds a page's text.")]
HtmlField = Annotated[str, typer.Option(metavar="NAME", help="Field or column that holds a page's HTML.")]
IdField = Annotated[str, typer.Option(metavar="NAME", help="Field or column that holds a page's id.")]
UrlField = Annotated[str, typer.Option(metavar="NAME", help="Field or column that holds a page's address.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no totals; failed inputs are still named.")]
NoColour = Annotated[bool, typer.Option("--no-colour", "--no-color", help="No colours in the table; NO_COLOR does the same.")]

Data = Annotated[list[Path], typer.Option("--data", metavar="PATH", help="Labelled data: a file or folder; may be repeated.")]
DataPaths = Annotated[list[Path], typer.Argument(metavar="PATHS...", help="Files or folders of labelled data.")]
ModelOutput = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the model goes.")]
ModelName = Annotated[str, typer.Option("--name", help="The model's name in records and attributes.")]
ReaderFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--reader", metavar="FILE", help="What `make reader` wrote; again for a second and a third reader; the shipped ones by default."
    ),
]
Split = Annotated[str, typer.Option(metavar="train|dev|test", help="The part of the data to measure on.")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
Gate = Annotated[Path | None, typer.Option(metavar="FLOORS.json", help="Exit with 1 unless every figure reaches its floor.")]
Raise = Annotated[bool, typer.Option("--raise", help="With --gate: move the floors up to what was measured, if all are reached.")]
StabilityOf = Annotated[
    int, typer.Option("--stability", min=0, metavar="N", help="Ask instead how the answers to N documents change with spelling and layout.")
]
ModelArgument = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A model file; the shipped one by default.")]
