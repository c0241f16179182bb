"""A study folder in Python: every step as a method that writes into it, and its state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mirtool.workflow.catalog import RECORDED, STEPS, load_step, python_name


class Study:
    """A folder with a ``samples.csv``: its steps are methods, with the parameters of the commands.

    A method runs the step on the study, writes its files into ``results`` and ``figures``, keeps the record, and
    returns the result. What is out of date is among the result's ``provenance.warnings``.

    Parameters
    ----------
    folder
        The folder.
    figures
        False draws no figures.

    Raises
    ------
    UsageError
        Where the folder has no ``samples.csv``.
    """

    def __init__(self, folder: str | Path = ".", *, figures: bool = True) -> None:
        from mirtool.study.folder import require_study

        self.folder = Path(folder)
        self.draws_figures = figures
        require_study(self.folder, tuple(STEPS))

    def run(self, step: str, **parameters: Any) -> Any:
        """Run a step by the name of its command, write its files, and return its result."""
        from mirtool.workflow.execution import destination, execute, write_to

        own = load_step(step)
        execution = execute(own, parameters, root=self.folder)
        study = execution.result.provenance.study
        if own.output != "none" and study is not None:
            write_to(execution.result, destination(own, study, no_figures=not self.draws_figures))
        return execution.result

    def status(self) -> Any:
        """Return the state of every step, as a pandas DataFrame: step, status, reasons, outputs."""
        import pandas as pd

        from mirtool.study.folder import open_study
        from mirtool.study.state import StudyState

        states = StudyState.of_study(open_study(self.folder, tuple(STEPS))).states(RECORDED)
        rows = [
            (each.step, each.status.value, "; ".join(each.reasons), ", ".join(each.outputs)) for each in states
        ]
        return pd.DataFrame(rows, columns=["step", "status", "made from", "files"])

    def __getattr__(self, name: str) -> Callable[..., Any]:
        steps = {python_name(step): step for step in STEPS}
        if name not in steps:
            raise AttributeError(f"a study has no step {name!r}")
        from mirtool.workflow.step import docstring_of

        def method(*args: Any, **parameters: Any) -> Any:
            from mirtool.workflow.step import signature_of

            given = signature_of(load_step(steps[name])).bind_partial(*args, **parameters).arguments
            return self.run(steps[name], **given)

        method.__name__ = name
        method.__doc__ = docstring_of(load_step(steps[name]))
        return method

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *map(python_name, STEPS)})

    def __repr__(self) -> str:
        return f"Study({str(self.folder)!r})"
