"""Every step: one declaration makes the Python function, the command, its help, and the keys of mirtool.toml."""

import inspect
import json
import math
import re
import shlex

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.commands import GROUP_STEPS
from mirtool.commands.making import command_function, make_command, output_names
from mirtool.errors import MirtoolError, UsageError
from mirtool.workflow.catalog import STEPS, load_step, python_name
from mirtool.workflow.execution import prepare
from mirtool.workflow.step import ParallelSettings, split

STUDY_STEPS = [name for name in STEPS if load_step(name).inputs.place != "files"]
"""The steps that a study's mirtool.toml has settings for."""


CALLS = {name: [name] for name in STEPS} | {
    step: [group, command] for group, steps in GROUP_STEPS.items() for command, step in steps.items()
}
"""Step to the words of its command: predict-targets is `mirtool targets predict`."""


def settings_of(name):
    return [each for each in load_step(name).parameters() if each.owner is not ParallelSettings]


def required_of(name):
    return [each.name for each in load_step(name).parameters() if each.is_required]


@pytest.mark.parametrize("name", STEPS)
def test_function_and_command_have_the_same_parameters_and_defaults(name):
    step = load_step(name)
    function = inspect.signature(getattr(mt, python_name(name))).parameters
    command = dict(inspect.signature(command_function(step)).parameters)
    del command["context"]
    for output in output_names(step):
        assert output not in function
        del command[output]
    assert set(function) == set(command)
    for each in step.parameters():
        own, typed = function[each.name].default, command[each.name].default
        if each.is_many and not each.is_required:
            assert (isinstance(own, tuple), typed) == (True, None), each.name  # nothing given, on either side
        else:
            assert own == typed, each.name


@pytest.mark.parametrize("name", STEPS)
def test_every_option_has_a_help_text_and_a_panel(name):
    command = make_command(load_step(name))
    for parameter in command.params:
        assert parameter.help, parameter.name
        assert parameter.help.rstrip().endswith("."), parameter.help
        assert parameter.rich_help_panel, parameter.name
    options = [option for parameter in command.params for option in parameter.opts]
    assert len(options) == len(set(options))


@pytest.mark.parametrize("name", STEPS)
def test_the_help_has_examples_that_the_command_understands(name, capsys):
    step, command = load_step(name), make_command(load_step(name))
    assert step.examples
    assert step.examples[0][0].startswith(shlex.join(["mirtool", *CALLS[name]]))
    with pytest.raises(SystemExit):
        command.main(["--help"], prog_name=f"mirtool {name}")
    shown = capsys.readouterr().out
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    joined = re.sub(r" \\\n +", " ", shown)
    for example, _ in step.examples:
        assert example in joined
        words = _words_of(example, name)
        context = command.make_context(name, words)
        given = {
            key: value
            for key, value in context.params.items()
            if (source := context.get_parameter_source(key)) is not None and source.name != "DEFAULT"
        }
        values = split(step, given)
        assert step.settings(**values[step.settings])
        assert step.inputs(**values[step.inputs])


def _words_of(example, name):
    """Return what a command is called with in an example, which may be part of a pipe or write to a file."""
    parts = [[]]
    for word in shlex.split(example):
        parts = [*parts, []] if word in ("|", ">") else [*parts[:-1], [*parts[-1], word]]
    call = ["mirtool", *CALLS[name]]
    return next(part for part in parts if part[: len(call)] == call)[len(call) :]


@pytest.mark.parametrize("name", STUDY_STEPS)
def test_mirtool_toml_takes_every_parameter(name, tmp_path):
    values = {each.name: each.default for each in settings_of(name) if _fits_toml(each)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    _write_study(tmp_path, name, lines)
    required = dict.fromkeys(required_of(name), "table.csv")
    prepared = prepare(load_step(name), required, root=tmp_path)
    assert prepared.settings == load_step(name).settings()
    assert prepared.run.given == values.keys() | required.keys()


@pytest.mark.parametrize("name", STUDY_STEPS)
def test_mirtool_toml_refuses_what_is_no_parameter_and_names_the_nearest(name, tmp_path):
    for each in settings_of(name):
        _write_study(tmp_path, name, [f"{each.name}q = 1"])
        with pytest.raises(MirtoolError) as refused:
            prepare(load_step(name), dict.fromkeys(required_of(name), "table.csv"), root=tmp_path)
        assert f"unknown setting of [{name}]" in str(refused.value)
        assert f"did you mean {each.name!r}?" in str(refused.value)


def _fits_toml(parameter):
    default = parameter.default
    return isinstance(default, str | bool | int | tuple) or (isinstance(default, float) and math.isfinite(default))


def _write_study(root, name, lines):
    (root / "samples.csv").write_text("sample,group\n")
    (root / "mirtool.toml").write_text("\n".join([f"[{name}]", *lines]) + "\n")


@pytest.mark.parametrize("name", [name for name in STEPS if required_of(name)])
def test_a_required_parameter_that_is_missing_is_a_wrong_call(name, capsys):
    with pytest.raises(UsageError, match=required_of(name)[0]):
        prepare(load_step(name), {})
    assert main(CALLS[name]) == 2
    assert "Missing " in capsys.readouterr().err
