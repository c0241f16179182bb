"""Every command as a Python function, and the study folder: ``import mirtool.api as mt``.

::

    import mirtool.api as mt

    normalized = mt.normalize("exports/*.gpr", samples="samples.csv")
    result = mt.diff(normalized, samples="samples.csv", compare="resistant:responding", cutoff=2)
    result.to_frame()
    result.write("results", figures="figures")

    study = mt.Study("my_study")  # the same steps on a study folder, with its state
    study.normalize()
    study.diff(cutoff=2)
    study.status()

``mt.run("my_study")`` runs all of them, as ``mirtool run`` does; only what is out of date is done again.
``mt.verify("my_study")`` computes them again and says whether the same bytes come out, and
``mt.pack("my_study")`` writes a ZIP that runs again elsewhere.

``mt.library`` keeps tables of targets and gene sets under a name, as ``mirtool targets`` and ``mirtool genesets``
do.

A function has the parameters and defaults of its command, takes paths, patterns or objects, and returns a result
with ``tables()``, ``to_frame()``, ``figures()``, ``summary``, ``record()`` and ``write()``, which writes byte for
byte the files of the command. Names are loaded on first use; importing this module imports nothing heavy.
"""

from __future__ import annotations

from typing import Any

from mirtool.workflow.catalog import STEPS, load_step, python_name

_STEP_OF = {python_name(step): step for step in STEPS}

__all__ = ["Study", "library", "pack", "run", "verify", *sorted(_STEP_OF)]


def __getattr__(name: str) -> Any:
    """Return a step's function, or ``Study``, loaded on first use."""
    if name in _STEP_OF:
        from mirtool.workflow.step import step_function

        made: Any = step_function(load_step(_STEP_OF[name]))
    elif name == "Study":
        from mirtool.workflow import study

        made = study.Study
    elif name == "run":
        from mirtool.workflow import run_study

        made = run_study.run
    elif name == "verify":
        from mirtool.workflow import verify

        made = verify.verify
    elif name == "pack":
        from mirtool.workflow import pack

        made = pack.pack
    elif name == "library":
        from mirtool import library

        made = library
    else:
        raise AttributeError(f"module 'mirtool.api' has no attribute {name!r}")
    globals()[name] = made
    return made


def __dir__() -> list[str]:
    return sorted(__all__)
