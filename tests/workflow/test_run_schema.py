"""``run.json`` against its JSON Schema, docs/run.schema.json, by a validator of the keywords that it uses."""

import json
import re
from pathlib import Path

import pytest

from mirtool.errors import MirtoolError
from mirtool.study.record import RUN_SCHEMA_VERSION, read_runs
from mirtool.workflow.run_study import RunOptions, run_study
from tests.small_study import make_study

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "run.schema.json").read_text(encoding="utf-8"))
TYPES = {"object": dict, "array": list, "string": str}
KEYWORDS = {
    "$schema", "$defs", "$ref", "title", "description", "type", "const", "pattern", "required", "properties",
    "additionalProperties", "items", "minItems", "maxItems",
}  # fmt: skip


def problems(value, schema, where="run.json"):
    """Yield what a schema does not allow."""
    assert set(schema) <= KEYWORDS, set(schema) - KEYWORDS
    if "$ref" in schema:
        yield from problems(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], where)
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where} is not {schema['const']}"
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{where} is not of type {schema['type']}"
        return
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} does not match {schema['pattern']}"
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        yield from (f"{where} lacks {name}" for name in schema.get("required", ()) if name not in value)
        for name, each in value.items():
            if name not in known and others is False:
                yield f"{where} has the unknown key {name}"
            else:
                yield from problems(each, known.get(name, others), f"{where}.{name}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where} has {len(value)} items"
        for i, each in enumerate(value):
            yield from problems(each, schema.get("items", {}), f"{where}[{i}]")


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    make_study(folder)
    (folder / "mirtool.toml").write_text("[cluster]\nresamples = 50\n")
    steps = ("qc", "normalize", "diff", "cluster", "power")
    assert run_study(folder, RunOptions(only=steps, figures=False)).failures == ()
    (folder / "mirtool.toml").write_text("[diff]\ncutoff = 1.5\n")  # the next run has a history
    run_study(folder, RunOptions(only=("diff",), figures=False))
    return json.loads((folder / "results" / "run.json").read_text())


def test_every_record_of_a_study_is_as_the_schema_says(record):
    assert set(record["runs"]) == {"qc", "normalize", "diff", "cluster", "power"}
    assert len(record["history"]) == 1
    assert list(problems(record, SCHEMA)) == []
    assert SCHEMA["properties"]["schema_version"]["const"] == RUN_SCHEMA_VERSION


def test_the_schema_refuses_what_is_not_documented(record):
    other = json.loads(json.dumps(record))
    other["runs"]["diff"]["date"] = "2026-11-29"
    other["runs"]["diff"]["inputs"]["samples.csv"] = "1f"
    del other["runs"]["qc"]["versions"]["mirtool"]
    assert list(problems(other, SCHEMA)) == [
        "run.json.runs.diff.inputs.samples.csv does not match ^[0-9a-f]{64}$",
        "run.json.runs.diff has the unknown key date",
        "run.json.runs.qc.versions lacks mirtool",
    ]


def test_a_record_of_version_2_is_read_and_a_newer_one_is_not(record, tmp_path):
    path = tmp_path / "run.json"
    old = json.loads(json.dumps(record)) | {"schema_version": 2}
    for run in old["runs"].values():
        for name in ("tables", "resolved", "warnings"):
            del run[name]
    path.write_text(json.dumps(old))
    assert set(read_runs(path)) == set(record["runs"])
    path.write_text(json.dumps(record | {"schema_version": RUN_SCHEMA_VERSION + 1}))
    with pytest.raises(MirtoolError, match="of a newer version of mirtool"):
        read_runs(path)
