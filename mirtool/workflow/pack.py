"""``mirtool pack``: a study as one ZIP, with its inputs, that runs again elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError, OutputError, UsageError
from mirtool.report.ro_crate import CRATE_FILE, CrateFacts, is_outside, ro_crate, study_files
from mirtool.study.record import LIBRARY, is_file_input
from mirtool.workflow.catalog import RECORDED, STEPS
from mirtool.workflow.step import Progress, no_progress

if TYPE_CHECKING:
    from mirtool.study.folder import StudyFolder

INPUTS_FOLDER = "inputs"
README = "README.txt"
DATE = (1980, 1, 1, 0, 0, 0)
"""Time of every file in the ZIP, the first that a ZIP can hold: the same study gives the same bytes."""

PIECE = 1 << 20


@dataclass(frozen=True)
class PackOptions:
    """What goes into the ZIP.

    Parameters
    ----------
    raw
        False leaves out the arrays that the sample sheet names.
    force
        Replace a file that is there.
    facts
        Date, license and name for the crate's metadata.
    """

    raw: bool = True
    force: bool = False
    facts: CrateFacts = field(default_factory=CrateFacts)


@dataclass(frozen=True)
class Packed:
    """A ZIP that was written.

    Parameters
    ----------
    path
        The file.
    files
        Its files, by their path in the study's folder.
    moved
        Input outside the study's folder to where it is in the ZIP.
    left_out
        Inputs that are not in it.
    libraries
        Entries of the library that steps read.
    warnings
        What should not be overlooked.
    """

    path: Path
    files: tuple[str, ...]
    moved: Mapping[str, str]
    left_out: tuple[str, ...]
    libraries: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of the ZIP."""
        return self.path.stat().st_size


def pack_study(
    folder: str | Path = ".",
    output: str | Path | None = None,
    options: PackOptions = PackOptions(),
    *,
    progress: Progress = no_progress,
) -> Packed:
    """Write a study as a ZIP: inputs, sample sheet, settings, results, figures, record, RO-Crate metadata.

    Inputs that lie outside the folder are put into ``inputs/``, and their paths in the sample sheet, in
    ``mirtool.toml`` and in the record are those. Large files are copied in pieces. The ZIP is whole or not there.

    Parameters
    ----------
    folder
        The study's folder.
    output
        The ZIP; by default the folder's name in this folder.
    options
        What goes into it.
    progress
        Shows how many files are done.

    Raises
    ------
    UsageError
        Where the folder is not a study, or the ZIP exists already.
    MirtoolError
        Where an input is missing.
    OutputError
        Where the ZIP can't be written.
    """
    from mirtool.io.tables.output import complete_interrupted
    from mirtool.study.folder import require_study

    study = require_study(folder, tuple(STEPS), hint="name the folder that has it: mirtool pack my_study")
    complete_interrupted(study.results)
    name = study.root.resolve().name
    target = Path(f"{name}.zip" if output is None else output)
    if target.exists() and not options.force:
        raise UsageError(
            "the file exists already", path=target, hint="name another with -o, or replace it with --force"
        )
    content = _Content(study, options)
    _write_zip(content, name, target, progress)
    return Packed(
        target,
        tuple(content.members()),
        content.moved,
        tuple(sorted(content.left_out)),
        content.libraries,
        tuple(content.warnings()),
    )


def pack(
    folder: str | Path = ".",
    output: str | Path | None = None,
    *,
    raw: bool = True,
    force: bool = False,
    published: str | None = None,
    license: str | None = None,
) -> Packed:
    """Write a study as a ZIP that runs again elsewhere, as ``mirtool pack`` does; see :func:`pack_study`."""
    return pack_study(folder, output, PackOptions(raw, force, CrateFacts(published, license)))


@dataclass
class _Content:
    """What goes into a ZIP, and how its paths are written there."""

    study: StudyFolder
    options: PackOptions
    runs: Mapping[str, Any] = field(init=False)
    facts: CrateFacts = field(init=False)
    crate: bytes = field(init=False)
    moved: dict[str, str] = field(default_factory=dict, init=False)
    left_out: set[str] = field(default_factory=set, init=False)
    libraries: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        from mirtool.study.record import read_history, read_runs

        study = self.study
        recorded = read_runs(study.run_file)
        self._history = read_history(study.run_file)
        self._files = study_files(study, recorded)
        made = {path for run in recorded.values() for path in run.get("outputs", {})}
        read = {path for run in recorded.values() for path in run["inputs"]}
        self.libraries = tuple(sorted(path.removeprefix(LIBRARY) for path in read if path.startswith(LIBRARY)))
        arrays = self._arrays()
        named = {self._absolute(path): path for path in arrays} | {
            self._absolute(path): path for path in sorted(read - made) if is_file_input(path)
        }
        self.left_out = {named[path] for path in map(self._absolute, arrays)} if not self.options.raw else set()
        self._check_there(set(named.values()) - self.left_out)
        self._places = self._placed(named)
        self.moved = {path: self._places[own] for own, path in named.items() if is_outside(path)}
        for path in self.left_out:
            self._files.pop(path, None)
        self._files |= {new: self._full(path) for path, new in self.moved.items() if path not in self.left_out}
        self._texts = {
            path: self._rewritten(path) for path in (study.sheet, _config_file()) if path in self._files
        }
        self.runs = self._moved_record(recorded)
        self.facts = self.options.facts.or_else(CrateFacts.of_report(recorded))
        self.crate = ro_crate(study, self.facts, runs=self.runs, files=self.members())
        self._record_crate()
        self._texts[f"{study.results.name}/{study.run_file.name}"] = self._run_file(recorded)

    def members(self) -> dict[str, Path | bytes]:
        """Return the files of the ZIP in their order: a file to copy, or its bytes."""
        found: dict[str, Path | bytes] = {
            **self._files,
            **{p: t for p, t in self._texts.items() if p in self._files},
        }
        found[README] = self._readme()
        return dict(sorted(found.items()))

    def warnings(self) -> Iterator[str]:
        """Yield what is out of date, and what the crate's metadata lack."""
        from mirtool.study.state import Status, StudyState

        states = StudyState.of_study(self.study).states(RECORDED)
        late = [each for each in states if each.status is Status.OUT_OF_DATE]
        if late:
            yield f"{', '.join(each.step for each in late)}: out of date; run `mirtool run` before you pack"
        if not self.facts.published:
            yield f"{CRATE_FILE} has no datePublished, which RO-Crate asks for: whoever deposits the ZIP adds it"

    def _arrays(self) -> list[str]:
        """Return the arrays that the sample sheet names, as seen from the study's folder."""
        from mirtool.io.arrays.sample_matching import further_files
        from mirtool.study.samples import read_samples

        samples = read_samples(self.study.samples_file)
        root = self.study.root.absolute()
        named = [*samples.files, *(file for column in further_files(samples) for file in column)]
        seen = [Path(os.path.relpath(Path(file).absolute(), root)).as_posix() for file in named if file]
        return list(dict.fromkeys(seen))

    def _absolute(self, path: str) -> str:
        return os.path.normpath(self.study.root.absolute() / path)

    def _full(self, path: str) -> Path:
        return Path(path) if Path(path).is_absolute() else self.study.root / path

    def _check_there(self, inputs: set[str]) -> None:
        missing = sorted(path for path in inputs if not self._full(path).is_file())
        if missing:
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise MirtoolError(
                f"inputs of the study are missing: {', '.join(missing[:3])}{more}",
                path=self.study.root,
                hint="put them back; or leave the arrays out with --without-raw",
            )

    def _placed(self, named: Mapping[str, str]) -> dict[str, str]:
        """Return where each input is in the ZIP: its place in the study's folder, else one in ``inputs``."""
        taken, places = set(self._files), {}
        for own, path in sorted(named.items(), key=lambda pair: pair[1]):
            name, number = path, 2
            if is_outside(path):
                name = f"{INPUTS_FOLDER}/{Path(own).name}"
                while name in taken:
                    name, number = f"{INPUTS_FOLDER}/{number}/{Path(own).name}", number + 1
                taken.add(name)
            places[own] = name
        return places

    def _rewritten(self, path: str) -> bytes:
        """Return the text of a sample sheet or the settings with the paths that were moved."""
        from mirtool.io.tables.text import decode, is_binary, is_workbook

        data = self._files[path].read_bytes()
        if is_workbook(data) or is_binary(data):
            if any(is_outside(each) for each in self._arrays()):
                raise MirtoolError(
                    "the sample sheet is a workbook, and names files outside the study's folder",
                    path=self._files[path],
                    hint="save it as samples.csv, or move the files into the folder",
                )
            return data
        text = decode(data)
        changed = re.sub(r"[^,;\t\r\n\"']+", lambda found: self._new_path(found[0]), text)
        return data if changed == text else changed.encode()

    def _new_path(self, cell: str) -> str:
        """Return a cell, or where the input is in the ZIP if the cell names one outside the folder."""
        word = cell.strip()
        for path in (word, word.replace("\\", "/")):
            if path and "\0" not in path and is_outside(path) and self._absolute(path) in self._places:
                return cell.replace(word, self._places[self._absolute(path)])
        return cell

    def _moved_record(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Return the records with the paths that were moved, and the SHA-256 of what was rewritten."""
        import hashlib

        new = {path: hashlib.sha256(text).hexdigest() for path, text in self._texts.items()}
        old = {path: hashlib.sha256(self._files[path].read_bytes()).hexdigest() for path in self._texts}
        runs: dict[str, Any] = {}
        for step, run in recorded.items():
            inputs = {
                self._places.get(self._absolute(path), path) if is_file_input(path) else path: digest
                for path, digest in run["inputs"].items()
            }
            inputs |= {path: new[path] for path in inputs if path in new and inputs[path] == old[path]}
            runs[step] = dict(run) | {"inputs": inputs, "arguments": self._moved_value(run["arguments"])}
        return runs

    def _moved_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._moved_value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._moved_value(each) for each in value]
        return self._new_path(value) if isinstance(value, str) else value

    def _record_crate(self) -> None:
        """Let the record name the crate's metadata as they are in the ZIP."""
        import hashlib

        for step, run in self.runs.items():
            if CRATE_FILE in run.get("outputs", {}):
                own = run["outputs"] | {CRATE_FILE: hashlib.sha256(self.crate).hexdigest()}
                self.runs = {**self.runs, step: {**run, "outputs": own}}

    def _run_file(self, recorded: Mapping[str, Any]) -> bytes:
        from mirtool.study.record import runs_file_bytes

        path = f"{self.study.results.name}/{self.study.run_file.name}"
        if self.runs == recorded and path in self._files:
            return self._files[path].read_bytes()
        return runs_file_bytes(self.runs, self._history)

    def _readme(self) -> bytes:
        from mirtool import __version__

        versions = sorted({run["versions"]["mirtool"] for run in self.runs.values()}) or [__version__]
        lines = [
            f"{self.study.root.resolve().name}: a study of miRNA microarrays, analyzed with mirtool "
            f"{', '.join(versions)}.",
            "",
            "To check and repeat it: install mirtool of this version and, in this folder,",
            "",
            "    mirtool verify           compute everything again and compare with the results here",
            "    mirtool run --dry-run    what would be done again, and why",
            "    mirtool run              do it",
            "",
            f"{self.study.sheet}: which array is which sample, in which group.",
            "mirtool.toml: settings that are not the defaults, if there are some.",
            "results/: tables, and run.json: arguments, SHA-256 and versions of every step. figures/: figures.",
            f"{CRATE_FILE}: the record as a Process Run Crate 0.6 (RO-Crate 1.3).",
        ]
        if self.moved:
            lines += [
                "",
                f"These inputs lay outside the study's folder; paths to them were changed to {INPUTS_FOLDER}/:",
            ]
            lines += [f"    {new}" for path, new in sorted(self.moved.items()) if path not in self.left_out]
        if self.left_out:
            hashes = {path: digest for run in self.runs.values() for path, digest in run["inputs"].items()}
            lines += ["", "These arrays are not here; the sample sheet says where they are expected (SHA-256):"]
            placed = sorted(self.moved.get(path, path) for path in self.left_out)
            lines += [f"    {path}  {hashes.get(path, '')}".rstrip() for path in placed]
        if self.libraries:
            lines += ["", "Steps read these entries of mirtool's library, which each computer has its own of:"]
            lines += [f"    {name}" for name in self.libraries]
        return ("\n".join(lines) + "\n").encode()


def _config_file() -> str:
    from mirtool.study.config import CONFIG_FILE

    return CONFIG_FILE


def _write_zip(content: _Content, name: str, target: Path, progress: Progress) -> None:
    """Write the ZIP to a temporary file in its folder, which then takes its name."""
    from mirtool.io.tables.output import output_errors, plain_mode

    with output_errors(target):
        members = {**content.members(), CRATE_FILE: content.crate}
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".mirtool-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                with zipfile.ZipFile(file, "w") as archive, progress("Packing", len(members)) as on_file:
                    for path, source in sorted(members.items()):
                        _add(archive, f"{name}/{path}", source)
                        on_file(path)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(plain_mode())
            Path(temporary).replace(target)
        finally:
            with suppress(OSError):
                Path(temporary).unlink()


def _add(archive: zipfile.ZipFile, path: str, source: Path | bytes) -> None:
    info = zipfile.ZipInfo(path, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    if isinstance(source, bytes):
        archive.writestr(info, source)
        return
    info.file_size = source.stat().st_size
    before = info.file_size
    with source.open("rb") as file, archive.open(info, "w") as member:
        shutil.copyfileobj(file, member, PIECE)
    if info.file_size != before:
        raise OutputError("a file changed while it was packed", path=source, hint="pack again")
