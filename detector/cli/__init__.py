"""The commands. Each imports what it runs when it runs, so that help and short scans start at once.

Exit codes: 0 done, 1 something was found that --fail-on names or a floor was missed, 2 wrong usage or model or data, 3 some inputs
failed, 130 interrupted, 141 nobody reads the output any more.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from detector.cli import options
from detector.errors import DetectorError
from detector.writers.names import Rows

BROKEN_PIPE = 141  # as the shell reports a program that SIGPIPE ended


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run a command, and say in one line on standard error what ended it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains when it flushes at its end
            raise typer.Exit(BROKEN_PIPE) from None
        except KeyboardInterrupt as stop:
            _say("; ".join(filter(None, ("interrupted", *map(str, stop.args)))))
            raise typer.Exit(130) from None
        except DetectorError as error:
            _say(str(error))
        except OSError as error:
            _say(f"{error.filename or 'output'}: {error.strerror or error}; check the path, its permissions and the space left")
        except ImportError as error:
            _say(f"{error.name or error} is not installed; run `pip install detector[all]`")
        raise typer.Exit(2)


app = typer.Typer(cls=_Commands, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, no_args_is_help=True)


def main() -> None:
    """Run the command line."""
    _fill_closed()
    app(prog_name="detector")


def _fill_closed() -> None:
    """Open nothing for each standard stream that is closed, or the next file opened would take its number and what is meant for it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # for worker processes
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: PTH123, SIM115


def _say(message: str) -> None:
    typer.echo(f"detector: {message}", err=True)


def _version(asked: bool) -> None:
    if asked:
        from detector import __version__

        typer.echo(f"detector {__version__}")
        raise typer.Exit


@app.callback()
def detector(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Find paid promotion on web pages, and the sentences that disclose, deny or disclaim."""


@app.command()
def scan(
    paths: options.Inputs = None,
    format: options.OutputFormat = None,
    output: options.Output = None,
    model: options.ModelFile = None,
    labels: options.Labels = None,
    threshold: options.Thresholds = None,
    fast: options.Fast = False,
    jobs: options.Jobs = 1,
    resume: options.Resume = False,
    from_file: options.FromFile = None,
    clean: options.Clean = None,
    keep: options.Keep = None,
    mark: options.Mark = None,
    remove: options.Remove = None,
    fail_on: options.FailOn = None,
    rows: options.RowsOption = Rows.FINDINGS,
    text_field: options.TextField = "text",
    html_field: options.HtmlField = "html",
    id_field: options.IdField = "id",
    url_field: options.UrlField = "url",
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
) -> None:
    """Scan pages and report articles and findings."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads only spin: measured, twice the CPU time at the same speed
    from detector.classifier import default_path
    from detector.cli import conflicts, scanning, values
    from detector.crawl import Crawl, run
    from detector.pages import Fields

    inputs, alarms, actions = values.inputs_of(paths, from_file), values.alarms_of(fail_on), values.actions_of(clean, keep, mark, remove)
    choice = scanning.ModelChoice(model, values.labels_of(labels), values.thresholds_of(threshold), fast)
    targets = (scanning.report_target(format, output, rows, no_colour), *scanning.clean_target(clean, actions))
    conflicts.refuse_unreported(choice.labels, choice.thresholds, alarms, actions)
    conflicts.refuse_one_field(text_field, html_field)
    conflicts.refuse_closed(targets)
    conflicts.refuse_collisions(targets, [*inputs, model or default_path(), *([from_file] if from_file else ())])
    fields = Fields(id_field, url_field, text_field, html_field)
    crawl = Crawl(choice, targets, jobs, resume, alarms, scanning.settings_of(choice, targets, alarms, fields))
    with scanning.progress_of(crawl, inputs, quiet) as progress:
        run(crawl, scanning.pages_of(inputs, fields, targets, progress.position), progress)
    raise typer.Exit(progress.exit_code)


@app.command()
def train(
    data: options.Data, output: options.ModelOutput, name: options.ModelName = "default", readers: options.ReaderFiles = None
) -> None:
    """Train a model on labelled data and write it to a file."""
    from detector.classifier import load_reader, reader_paths, save
    from detector.corpus import read_examples, read_markup
    from detector.scoring import DOUBTS
    from detector.training import train as fit

    if not output.parent.is_dir():
        raise typer.BadParameter(f"{output.parent}: there is no such folder; make it first", param_hint="--output")
    if output.is_dir():
        raise typer.BadParameter(f"{output}: it is a folder; name a file in it", param_hint="--output")
    if len(readers or ()) > len(DOUBTS):
        raise typer.BadParameter(f"there are {len(readers or ())}; a model takes {len(DOUBTS)} at most", param_hint="--reader")
    markup = {id: page for path in data for id, page in read_markup(path).items()}
    taken = [load_reader(path) for path in readers or filter(Path.exists, reader_paths())]
    save(fit(read_examples(data), markup=markup, readers=taken, name=name, log=_say), output)
    _say(f"the model is in {output}")


@app.command()
def evaluate(
    data: options.Data,
    split: options.Split = "dev",
    model: options.ModelFile = None,
    json: options.Json = False,
    gate: options.Gate = None,
    raise_: options.Raise = False,
    stability: options.StabilityOf = 0,
    fast: options.Fast = False,
) -> None:
    """Measure a model on labelled data."""
    import orjson

    from detector import evaluation
    from detector.corpus import SPLITS, read_examples
    from detector.errors import CorpusError
    from detector.inference import Detector

    if split not in SPLITS:
        raise typer.BadParameter(f"{split!r} is none; known are {', '.join(SPLITS)}", param_hint="--split")
    if raise_ and gate is None:
        raise typer.BadParameter("it moves the floors of a file up; name it by --gate", param_hint="--raise")
    if stability and gate is not None:
        raise typer.BadParameter("it measures nothing that a floor is set for; leave --gate out", param_hint="--stability")
    floors = evaluation.read_floors(gate) if gate is not None else None
    examples = [example for example in read_examples(data) if example.split == split]
    if not examples:
        raise CorpusError(f"{', '.join(map(str, data))}: nothing there is of the split {split!r}; name another by --split")
    detector = Detector.load(model, fast=fast)
    measured = evaluation.stability(detector, examples[:stability]) if stability else evaluation.evaluate(detector, examples)
    typer.echo(orjson.dumps(measured.to_dict(), option=orjson.OPT_INDENT_2).decode() if json else measured.to_text())
    if gate is None or floors is None or isinstance(measured, evaluation.Stability):
        return
    missed = evaluation.gate(measured, floors)
    for line in missed:
        _say(line)
    if raise_ and not missed:
        evaluation.write_floors(gate, evaluation.raised(measured, floors))
    raise typer.Exit(1 if missed else 0)


@app.command()
def check_data(paths: options.DataPaths) -> None:
    """Name every bad row of labelled data."""
    from detector.corpus import check

    problems = 0
    for problem in (problem for path in paths for problem in check(path)):
        problems += 1
        typer.echo(problem)
    _say(f"{problems} bad rows" if problems else "every row is good")
    raise typer.Exit(3 if problems else 0)


@app.command()
def model(file: options.ModelArgument = None) -> None:
    """Print what a model file holds: name, format, size, thresholds, card."""
    from detector.cli.describing import described

    typer.echo(described(file))
