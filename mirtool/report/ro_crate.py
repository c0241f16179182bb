"""``ro-crate-metadata.json``: a study as a Process Run Crate 0.6 on RO-Crate 1.3, made from its ``run.json``.

https://w3id.org/ro/wfrun/process/0.6, https://w3id.org/ro/crate/1.3. The root of the crate is the study's folder.
Every file of the study is a ``File`` with its SHA-256, every recorded step a ``CreateAction`` whose instrument is
mirtool in the version that ran it; its packages are software requirements. What lies outside the folder is
described under a local identifier. Nothing holds a time: the same study gives the same bytes. Of ``run.json``
neither size nor SHA-256 is stated: it holds the SHA-256 of the crate's metadata in turn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mirtool.io.tables.text import GZIP_MAGIC
from mirtool.report.settings import check_date
from mirtool.study.config import CONFIG_FILE
from mirtool.study.folder import StudyFolder
from mirtool.study.record import LIBRARY, is_file_input, read_runs
from mirtool.wording import plural

CRATE_FILE = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.3"
PROFILE = "https://w3id.org/ro/wfrun/process/0.6"
RUN_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
NO_LICENSE = "No license is stated: ask the authors before the data are used again."
MEDIA_TYPES: Mapping[str, str] = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".gpr": "text/tab-separated-values",
    ".md": "text/markdown",
    ".json": "application/json",
    ".toml": "application/toml",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".tiff": "image/tiff",
    ".xml": "application/xml",
    ".graphml": "application/xml",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".nwk": "text/plain",
    ".cdt": "text/tab-separated-values",
    ".gtr": "text/tab-separated-values",
    ".atr": "text/tab-separated-values",
    ".bib": "text/x-bibtex",
}
"""Extension to the media type; what is not here is said to be ``application/octet-stream``."""

Entity = dict[str, Any]
Content = Path | bytes
"""A file of the crate: where it is, or what it holds."""


@dataclass(frozen=True)
class CrateFacts:
    """What the record of a study does not say.

    Parameters
    ----------
    published
        ``datePublished``, as ``2026-11-29``; without it the depositor must add it: RO-Crate asks for one.
    license
        Web address of a license, or words on how the data may be used.
    name
        Name of the data set; by default that of the folder.
    """

    published: str | None = None
    license: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        check_date(self.published, "published")

    @classmethod
    def of_report(cls, runs: Mapping[str, Any]) -> CrateFacts:
        """Return what the report of a study was called with."""
        arguments = runs.get("report", {}).get("arguments", {})
        return cls(arguments.get("published"), arguments.get("license"), arguments.get("title"))

    def or_else(self, others: CrateFacts) -> CrateFacts:
        """Return these, and of what they do not say the others."""
        return CrateFacts(
            self.published or others.published, self.license or others.license, self.name or others.name
        )


def ro_crate(
    study: StudyFolder,
    facts: CrateFacts = CrateFacts(),
    *,
    runs: Mapping[str, Any] | None = None,
    files: Mapping[str, Content] | None = None,
) -> bytes:
    """Return the metadata of a study as a Process Run Crate.

    Parameters
    ----------
    study
        The study's folder.
    facts
        What its record does not say.
    runs
        The records of the steps; by default those of ``run.json``.
    files
        The crate's files: path in the crate to the file that holds it, or its bytes; by default those of the
        study's folder. What is missing in it has a local identifier.
    """
    own = read_runs(study.run_file) if runs is None else runs
    present: dict[str, Content] = {**(study_files(study, own) if files is None else files)}
    return _written(_Crate(study, facts, own, present).entities())


def study_files(study: StudyFolder, runs: Mapping[str, Any]) -> dict[str, Path]:
    """Return the files of a study, by their path in its folder: inputs, settings, results and figures."""
    named = [study.sheet, CONFIG_FILE]
    named += [path for run in runs.values() for path in (*run["inputs"], *run.get("outputs", {}))]
    inside = {path for path in named if not is_outside(path) and (study.root / path).is_file()}
    for folder in (study.results, study.figures):
        found = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
        inside |= {path.relative_to(study.root).as_posix() for path in found}
    return {path: study.root / path for path in sorted(inside) if PurePosixPath(path).name != CRATE_FILE}


def is_outside(path: str) -> bool:
    """Return True if an input, as a record names it, is not a file in the study's folder."""
    pure = PurePosixPath(path)
    return not is_file_input(path) or Path(path).is_absolute() or ".." in pure.parts


def _size_and_sha256(content: Content, known: str | None) -> tuple[int, str]:
    """Return the size and the SHA-256 of a file's own bytes; a file is read in pieces.

    ``known`` is the hash of its content, which is that of its bytes unless gzip packed it.
    """
    if isinstance(content, bytes):
        return len(content), hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        if known is not None and file.read(len(GZIP_MAGIC)) != GZIP_MAGIC:
            return content.stat().st_size, known
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest


class _Crate:
    """The entities of one crate."""

    def __init__(
        self, study: StudyFolder, facts: CrateFacts, runs: Mapping[str, Any], files: Mapping[str, Content]
    ) -> None:
        self._study = study
        self._facts = facts
        self._run_file = f"{study.results.name}/{study.run_file.name}"
        # The metadata are not part of what they describe.
        self._runs = {step: run | {"outputs": _without_crate(run)} for step, run in sorted(runs.items())}
        self._files = files

    def entities(self) -> Iterator[Entity]:
        """Yield every entity: descriptor, root, profile, files, actions, software."""
        yield {
            "@id": CRATE_FILE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": CRATE},
            "about": {"@id": "./"},
        }
        yield self._root()
        yield {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.6"}
        yield from self._license()
        yield from self._file_entities()
        yield from self._elsewhere()
        yield from self._actions()
        yield from self._software()

    def _root(self) -> Entity:
        name = self._facts.name or self._study.root.resolve().name
        steps = f"{plural(len(self._runs), 'step')}: {', '.join(self._runs) or 'none'}"
        root: Entity = {
            "@id": "./",
            "@type": "Dataset",
            "conformsTo": {"@id": PROFILE},
            "name": name,
            "description": f"Analysis of miRNA microarrays with mirtool, {steps}.",
            "license": {"@id": self._facts.license}
            if self._has_license_page
            else self._facts.license or NO_LICENSE,
            "hasPart": [{"@id": identifier(path)} for path in sorted(self._files)],
            "mentions": [{"@id": f"#run-{step}"} for step in self._runs],
        }
        return root | ({"datePublished": self._facts.published} if self._facts.published else {})

    @property
    def _has_license_page(self) -> bool:
        return bool(self._facts.license) and str(self._facts.license).startswith(("https://", "http://"))

    def _license(self) -> Iterator[Entity]:
        if self._has_license_page:
            name = str(self._facts.license).rstrip("/").rpartition("/")[2]
            yield {
                "@id": self._facts.license,
                "@type": "CreativeWork",
                "name": name,
                "description": f"License of the data: {self._facts.license}",
            }

    def _file_entities(self) -> Iterator[Entity]:
        makers = {path: step for step, run in self._runs.items() for path in run["outputs"]}
        known = self._known_hashes()
        for path, source in sorted(self._files.items()):
            maker = makers.get(path)
            size, digest = _size_and_sha256(source, known.get(str(source)))
            role = f"Made by mirtool {maker}" if maker else self._role(path)
            entity = {
                "@id": identifier(path),
                "@type": "File",
                "name": PurePosixPath(path).name,
                "description": role,
                "encodingFormat": media_type(path),
            }
            yield entity if path == self._run_file else entity | {"contentSize": str(size), "sha256": digest}

    def _known_hashes(self) -> dict[str, str]:
        """Return the hashes of the content of what was read, as they are remembered: hundreds of arrays."""
        from mirtool.study.hashes import current_hashes

        read = {path for run in self._runs.values() for path in run["inputs"]}
        sources = (source for path, source in self._files.items() if path in read)
        return current_hashes(source for source in sources if isinstance(source, Path))

    def _role(self, path: str) -> str:
        readers = [step for step, run in self._runs.items() if path in run["inputs"]]
        if path == self._study.sheet:
            return "Sample sheet: which array is which sample, in which group"
        if path == CONFIG_FILE:
            return "Settings of the steps"
        if path == self._run_file:
            return "Record of the steps: arguments, inputs and outputs with SHA-256, versions"
        return f"Read by mirtool {', '.join(readers)}" if readers else "Part of the study"

    def _elsewhere(self) -> Iterator[Entity]:
        """Yield what steps read or made that is not among the crate's files."""
        hashes = {path: digest for run in self._runs.values() for path, digest in run["outputs"].items()}
        hashes |= {path: digest for run in self._runs.values() for path, digest in run["inputs"].items()}
        for path, digest in sorted(hashes.items()):
            if path in self._files:
                continue
            is_file = is_file_input(path)
            entity: Entity = {
                "@id": self._id_of(path, digest),
                "@type": "File" if is_file else "CreativeWork",
                "name": PurePosixPath(path).name if is_file else path.removeprefix(LIBRARY),
                "description": "Not part of this crate",
                "sha256": digest,
            }
            if is_file:
                entity |= {"encodingFormat": media_type(path), "localPath": path}
            yield entity

    def _id_of(self, path: str, digest: str) -> str:
        if path in self._files:
            return identifier(path)
        place = hashlib.sha256(f"{path}\n{digest}".encode()).hexdigest()[:16]
        return f"#not-included-{place}"

    def _actions(self) -> Iterator[Entity]:
        last = {path: digest for run in self._runs.values() for path, digest in run["outputs"].items()}
        last |= {path: digest for run in self._runs.values() for path, digest in run["inputs"].items()}
        for step, run in self._runs.items():
            arguments = json.dumps(run["arguments"], ensure_ascii=False, sort_keys=True)
            objects = [self._id_of(path, last[path]) for path in sorted(run["inputs"])]
            objects += [identifier(CONFIG_FILE)] if CONFIG_FILE in self._files else []
            yield {
                "@id": f"#run-{step}",
                "@type": "CreateAction",
                "name": f"mirtool {step}",
                "description": f"Arguments: {arguments}",
                "instrument": {"@id": _mirtool_id(run)},
                "object": [{"@id": each} for each in dict.fromkeys(objects)],
                "result": [{"@id": self._id_of(path, last[path])} for path in sorted(run["outputs"])],
                "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            }

    def _software(self) -> Iterator[Entity]:
        """Yield mirtool in each version that ran a step with each set of packages, then the packages."""
        tools = {_mirtool_id(run): run.get("versions", {}) for run in self._runs.values()}
        packages = {
            _package_id(name, version): (name, version)
            for versions in tools.values()
            for name, version in versions.items()
            if name != "mirtool"
        }
        for own, versions in sorted(tools.items()):
            needs = sorted(_package_id(name, each) for name, each in versions.items() if name != "mirtool")
            yield {
                "@id": own,
                "@type": "SoftwareApplication",
                "name": "mirtool",
                "description": "From the scanner files of miRNA microarrays to a shortlist",
                "softwareVersion": versions.get("mirtool", "unknown"),
                "softwareRequirements": [{"@id": each} for each in needs],
            }
        for own, (name, version) in sorted(packages.items()):
            yield {
                "@id": own,
                "@type": "SoftwareApplication",
                "name": "Python" if name == "python" else name,
                "url": "https://www.python.org/" if name == "python" else f"https://pypi.org/project/{name}/",
                "softwareVersion": version,
            }


def _without_crate(run: Mapping[str, Any]) -> dict[str, Any]:
    return {path: digest for path, digest in run.get("outputs", {}).items() if path != CRATE_FILE}


def _mirtool_id(run: Mapping[str, Any]) -> str:
    """Return the identifier of mirtool with the packages it ran with; one version may have run with several."""
    versions = run.get("versions", {})
    packages = json.dumps(
        {name: version for name, version in versions.items() if name != "mirtool"}, sort_keys=True
    )
    return f"#mirtool-{versions.get('mirtool', 'unknown')}-{hashlib.sha256(packages.encode()).hexdigest()[:8]}"


def _package_id(name: str, version: str) -> str:
    return f"#python-{version}" if name == "python" else f"https://pypi.org/project/{name}/{version}/"


def identifier(path: str) -> str:
    """Return a path as the ``@id`` of a file: a relative URI reference, letters of all scripts as they are.

    Examples
    --------
    >>> identifier("figures/almost 50%.png")
    'figures/almost%2050%25.png'
    """
    from urllib.parse import quote

    return "".join(char if ord(char) > 127 else quote(char, safe="/-._~!$&'()*+,;=@") for char in path)


def media_type(path: str) -> str:
    """Return the media type of a file by its extension."""
    return MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


def _written(entities: Iterable[Entity]) -> bytes:
    content = {"@context": [f"{CRATE}/context", RUN_TERMS], "@graph": list(entities)}
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
