"""``mirtool report``: the results of a study as one page to send to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError, option
from mirtool.report.settings import ReportSettings
from mirtool.report.text.blocks import Line, Summary
from mirtool.wording import plural
from mirtool.workflow.catalog import STEPS, load_step
from mirtool.workflow.step import Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.report.page.study_page import StepSettings
    from mirtool.report.study_results import StudyResults
    from mirtool.study.folder import StudyFolder

PAGE = "report.html"


@dataclass(frozen=True)
class ReportInputs(Inputs):
    """The study; a report reads nothing else."""

    main = ()
    what = "study"


class ReportResult(Result):
    """The report of a study.

    Attributes
    ----------
    page
        The page, HTML in UTF-8.
    steps
        The steps whose results it shows.
    others
        The other files by name: workbook, methods text with its references, checklists.
    """

    def __init__(self, page: bytes, steps: tuple[str, ...], others: Mapping[str, bytes]) -> None:
        self.page = page
        self.steps = steps
        self.others = others

    def tables(self) -> Mapping[str, Table]:
        """Return nothing: a report shows the tables of other steps."""
        return {}

    def files(self) -> Mapping[str, bytes]:
        """Return the page and the others by their name in ``results``."""
        return {PAGE: self.page, **self.others}

    def files_of_the_record(self, runs: Mapping[str, Any], files: Mapping[Path, bytes]) -> Mapping[Path, bytes]:
        """Return the metadata of the study's folder as an RO-Crate, the files written now among its files."""
        from mirtool.report.ro_crate import CRATE_FILE, CrateFacts, ro_crate, study_files
        from mirtool.study.record import relative_to

        study = self.provenance.study
        assert study is not None  # a report is made of one
        made = {relative_to(study.root, path): data for path, data in files.items()}
        facts = CrateFacts.of_report(runs)
        crate = ro_crate(study, facts, runs=runs, files={**study_files(study, runs), **made})
        return {study.root / CRATE_FILE: crate}

    @property
    def summary(self) -> Summary:
        """What the page shows, and how large it is."""
        from mirtool.report.ro_crate import CRATE_FILE

        lines = [
            f"Report of {plural(len(self.steps), 'step')}: {', '.join(self.steps)}.",
            f"{PAGE}: {len(self.page) / 1e6:.1f} MB; it opens without a network.",
            f"Beside it: {', '.join(self.others)}.",
        ]
        if not self.provenance.arguments.get("published"):
            lines.append(
                f"{CRATE_FILE} lacks the date of publication that RO-Crate asks for: {option('published')}, or "
                f"whoever deposits the folder."
            )
        return tuple(map(Line, lines))

    def numbers(self) -> dict[str, Any]:
        """Return the steps whose results are in the report."""
        return {"steps": list(self.steps)}

    def _repr_html_(self) -> str:
        return f"<pre>{self!r}</pre>"


def report(_inputs: ReportInputs, settings: ReportSettings, run: Run) -> ReportResult:
    """Make one page of a study: verdicts, findings, figures with their words, tables, where all is from.

    results/report.html needs no other file and no network. The verdicts of the arrays and the findings come first;
    what needs a look is marked. The plots of a comparison, its table and the values per sample belong together:
    point, click, search, select. Limits can be moved to look; the counts reported stay those of the run.

    The page shows what the study's folder holds: what was not run is not on it, and what is out of date is marked.

    Beside it: the same as a workbook, NAME.xlsx; the methods of what was run, with references, to paste into a
    paper (methods.md, methods.html, methods.bib, methods.csl.json); the checklists that apply, of MIAME, MIQE,
    TRIPOD+AI (a panel) and REMARK (survival).

    In the study's folder: ro-crate-metadata.json, which describes every file and step as a Process Run Crate, so
    that a repository can read what the folder holds. The date of publication is yours to state.
    """
    from mirtool.report.page.study_page import study_page
    from mirtool.report.study_results import StudyResults
    from mirtool.study.config import FIGURES
    from mirtool.study.scale import SCALE_SETTING

    study = run.study
    if study is None:
        raise MirtoolError("a report is made of a study", hint="run it in a folder with a samples.csv")
    results = StudyResults(study, without=(STEP.name,))
    if not results.runs:
        raise MirtoolError("the study has no results yet", path=study.results, hint="run `mirtool run` first")
    changed = list(_changed_settings(results.runs))
    page = study_page(results, settings, changed, _group_colors(study))
    others = _beside_the_page(results, changed)
    run.consults(SCALE_SETTING, f"{FIGURES}.color")
    run.reads(study.samples_file, settings.logo, *results.files_read, *_of_other_steps(results))
    return ReportResult(page, tuple(step for step in STEPS if step in results.runs), others)


def _of_other_steps(results: StudyResults) -> Iterator[Path]:
    """Yield a file of each step of which nothing was read: the RO-Crate names its files, which a run replaces."""
    read = set(results.files_read)
    for step in results.runs:
        files = results.files_of(step)
        if not read.intersection(files):
            yield from files[:1]


def _beside_the_page(results: StudyResults, changed: list[StepSettings]) -> dict[str, bytes]:
    """Return the workbook, the methods text and the checklists."""
    from mirtool.report.methods.checklists import checklist_files
    from mirtool.report.methods.compose import methods_files
    from mirtool.report.workbook.study_workbook import study_workbook, workbook_name

    settings = [(each.step, name, value) for each in changed for name, value in each.settings]
    workbook = study_workbook(results, results.methods.lines, settings)
    texts = methods_files(results.methods)
    return {workbook_name(results): workbook, **texts, **checklist_files(results.study)}


def _changed_settings(runs: Mapping[str, Any]) -> Iterator[StepSettings]:
    """Yield the settings of each step that are neither the default nor found by the step itself."""
    from mirtool.report.page.study_page import StepSettings

    for name in (step for step in STEPS if step in runs):
        run = runs[name]
        defaults = {each.name: each.default for each in load_step(name).parameters() if not each.is_required}
        resolved = set(run.get("resolved", ()))
        changed = {
            key: value
            for key, value in run["arguments"].items()
            if key not in resolved and _plain(value) != _plain(defaults.get(key))
        }
        yield StepSettings(name, tuple((key, _in_words(value)) for key, value in sorted(changed.items())))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _group_colors(study: StudyFolder) -> dict[str, str]:
    """Return the color of each group in the study's figures."""
    from mirtool.report.figures.canvas import drawing_with, group_colors
    from mirtool.study.samples import read_samples
    from mirtool.workflow.execution import figure_settings_of

    groups = [group for group in dict.fromkeys(read_samples(study.samples_file).groups) if group]
    with drawing_with(figure_settings_of(study), groups):
        return group_colors(groups)


STEP = Step(
    name="report",
    function=report,
    inputs=ReportInputs,
    settings=ReportSettings,
    output="folder",
    main_file="report.csv",
    examples=(
        ("mirtool report", "in a study folder: results/report.html, NAME.xlsx, methods.md"),
        ('mirtool report --title "Serum exosomes" --author "A. Author" --leave-out provenance', ""),
    ),
)
