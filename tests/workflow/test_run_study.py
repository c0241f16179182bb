"""``mirtool run``: only what is out of date is done again, and an interrupted run ends with the same bytes."""

import html
import os
import re
import shutil
import signal
from contextlib import chdir
from pathlib import Path

import openpyxl
import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.structured import parse_toml
from mirtool.study.folder import open_study
from mirtool.study.state import Status, StudyState
from mirtool.workflow.catalog import RECORDED, load_step
from mirtool.workflow.execution import prepare
from mirtool.workflow.run_study import NewStudy, Outcome, RunOptions, run_study
from mirtool.workflow.settings_file import settings_template
from tests.kills import in_child
from tests.small_study import make_study

TABLES = RunOptions(skip=("mirna-sets",), figures=False)  # the simulated names are of no seed family
STEPS = ["normalize", "qc", "covariates", "diff", "cluster", "network", "gsea", "validate", "shortlist",
         "clinical", "report"]  # fmt: skip


def write_study(folder):
    folder.mkdir()
    make_study(folder)
    targets = [f"hsa-miR-{3000 + i}-3p,G{j},1" for i in range(60) for j in range(i % 4, 40, 4)]
    (folder / "targets.csv").write_text("miRNA,gene,entrez\n" + "\n".join(targets) + "\n")
    (folder / "mirtool.toml").write_text(
        '[network]\ninteractions = ["targets.csv"]\ngene_sets = ["none"]\nevidence = "all"\n'
        "[cluster]\nresamples = 50\n"
    )


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    write_study(tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study after `mirtool run`, not to be changed."""
    folder = tmp_path_factory.mktemp("finished")
    write_study(folder / "study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIRTOOL_CACHE", str(folder / "cache"))
        run_study(folder / "study", TABLES)
    return folder / "study"


@pytest.fixture
def done(finished, tmp_path, monkeypatch):
    """A study after `mirtool run`, to go on with."""
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    return Path(shutil.copytree(finished, tmp_path / "done" / "study"))


def outcomes(study, options=TABLES):
    return {each.step: each.outcome for each in run_study(study, options).outcomes}


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for place in ("results", "figures")
        for path in sorted((folder / place).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def test_everything_is_done_once_and_what_has_no_input_is_left_out(study):
    first = run_study(study, TABLES)
    assert [each.step for each in first.outcomes] == STEPS
    left_out = {each.step: each.reason for each in first.outcomes if each.outcome is Outcome.LEFT_OUT}
    assert set(left_out) == {"covariates", "gsea", "validate", "clinical"}
    assert left_out["clinical"] == "the folder has no patient table, clinical.csv"
    assert left_out["covariates"] == "samples.csv has no column other than the group that can be used"
    assert first.failures == ()
    assert {each.outcome for each in first.outcomes} == {Outcome.DONE, Outcome.LEFT_OUT}
    before = content(study)
    assert set(outcomes(study).values()) == {Outcome.UP_TO_DATE, Outcome.LEFT_OUT}
    assert content(study) == before


def test_further_columns_of_the_sheet_are_compared_and_reported(study):
    make_study(study, columns={"slide": list("112223"), "hyb batch": list("111222"), "age": list("417936")})
    only = ("normalize", "covariates", "report")
    assert outcomes(study, RunOptions(only=only)) == dict.fromkeys(only, Outcome.DONE)
    page = (study / "results/report.html").read_text()
    section = re.search(r'<section id="covariates".*?</section>', page, re.DOTALL)[0]
    assert "hyb batch and group can&#39;t be distinguished (Cramér&#39;s V 1)" in section
    assert 'id="figure-covariates"' in section
    assert "follows group" in section
    assert 'data-components="covariates_pca"' in section
    assert re.search(r'href="#covariates">[^<]*</a> <span class="mark"', page)
    sheets = openpyxl.load_workbook(study / "results/study.xlsx", read_only=True).sheetnames
    assert {"Covariates", "Covariates variance", "Confounding"} <= set(sheets)
    assert "(age, group, hyb batch and slide) were compared" in (study / "results/methods.md").read_text()


def patients(n=40):
    """Return a patient table whose outcome del17p makes certain one way, and lc both ways."""
    lines = ["patient,group,gain_1q21,del17p,lc,os_months,os_event"]
    for i in range(n):
        resistant = i % 4 == 0
        gain, lost = "yes" if i % 3 == 0 or (resistant and i % 8) else "no", "yes" if i % 8 == 0 else "no"
        group = "resistant" if resistant else "responding"
        months = 5 + i % 7 if resistant else 20 + i % 9
        lines.append(
            f"X{i},{group},{gain},{lost},{(50 if resistant else 20) + i % 7}.5,{months}.5,{int(i % 5 > 0)}"
        )
    return "\n".join(lines) + "\n"


def test_the_page_has_a_section_of_the_patients_and_marks_what_is_not_finite(study):
    (study / "clinical.csv").write_text(patients())
    with chdir(study):
        assert main(["clinical", "--covariates", "lc", "--covariates", "gain_1q21"]) == 0
        assert main(["report"]) == 0
    page = (study / "results/report.html").read_text()
    section = html.unescape(re.search(r'<section id="patients".*?</section>', page, re.DOTALL)[0])
    assert "40 patients: resistant (10), responding (30)." in section
    assert re.search(r"Odds ratio of group = resistant, gain_1q21 \(yes vs no\): .*relative risk", section)
    assert "Median survival os: resistant" in section
    assert "log-rank test: P" in section
    assert "zero cells (del17p): 0.5 was added to every cell" in section
    assert "the outcome is separated by lc: odds ratio by Firth's penalty." in section
    assert "the outcome is separated by lc, gain_1q21 together" in section
    assert re.search(r'href="#patients">[^<]*</a> <span class="mark"', page)
    for figure in ("clinical_forest", "clinical_roc", "clinical_survival_os", "clinical_hazards_os"):
        assert f'id="figure-{figure}"' in section
    assert section.index("clinical table1") < section.index("clinical associations")
    assert "clinical survival curves" not in section
    assert "Firth's penalized likelihood" in (study / "results/methods.md").read_text()


def test_two_samples_leave_the_components_out(study):
    make_study(study, arrays_per_group=1, columns={"age": ["41", "50"]})
    run = run_study(study, RunOptions(only=("normalize", "covariates")))
    assert run.outcome_of("covariates") is Outcome.LEFT_OUT
    assert run.failures == ()


def test_the_files_are_those_of_the_commands_one_by_one(study, finished):
    with chdir(study):
        for name in ("normalize", "qc", "diff", "cluster", "network", "shortlist", "report"):
            assert main([name, *(["--no-figures"] if load_step(name).has_figures else [])]) == 0
    assert content(study) == content(finished)


def test_a_group_changed_in_the_sheet_redoes_what_depends_on_it(done):
    sheet = done / "samples.csv"
    lines = sheet.read_text().splitlines()
    lines[1], lines[-1] = lines[1].replace(",responding,", ",x,"), lines[-1].replace(",resistant,", ",y,")
    swapped = [
        lines[0],
        lines[1].replace(",x,", ",resistant,"),
        *lines[2:-1],
        lines[-1].replace(",y,", ",responding,"),
    ]
    sheet.write_text("\n".join(swapped) + "\n")
    redone = run_study(done, RunOptions(only=("normalize", "diff", "shortlist"), figures=False))
    assert redone.outcome_of("diff") is Outcome.DONE
    assert redone.outcome_of("shortlist") is Outcome.DONE
    why = {each.step: each.reason for each in redone.outcomes}
    assert why["diff"] == "made from another samples.csv"


def test_a_setting_changed_redoes_its_step_and_what_reads_it(done):
    settings = done / "mirtool.toml"
    settings.write_text(settings.read_text() + "[diff]\ncutoff = 1.5\n")
    redone = run_study(done, RunOptions(skip=("mirna-sets", "cluster", "report"), figures=False))
    why = {each.step: each.reason for each in redone.outcomes if each.outcome is Outcome.DONE}
    assert why["diff"] == "cutoff 2.0 → 1.5"
    assert {"qc", "normalize"}.isdisjoint(why)
    assert {"diff", "network", "shortlist"} <= set(why)
    settings.write_text(settings.read_text().replace("cutoff = 1.5", 'compare = "responding:resistant"'))
    again = run_study(done, RunOptions(only=("diff",), figures=False))
    reason = {each.step: each.reason for each in again.outcomes}["diff"]
    assert reason == "compare resistant:responding → responding:resistant, cutoff 1.5 → 2.0"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            '[diff]\ncutoff = "2"\n',
            r"the setting cutoff can't be read \(found '2'; expected a number",
        ),
        ("[diff]\ntrend = 1\n", r"the setting trend can't be read \(found 1; expected true or false\)"),
        ('[diff]\ntest = ["welch"]\n', r"the setting test can't be read \(found \['welch'\]; expected one"),
    ],
)
def test_a_setting_of_another_kind_is_refused_with_its_file(study, table, message):
    settings = study / "mirtool.toml"
    settings.write_text(settings.read_text() + table)
    run = run_study(study, TABLES)
    failed = {each.step: each for each in run.failures}["diff"]
    assert re.search(r"mirtool\.toml: " + message, str(failed.error))


def test_quality_control_follows_the_settings_of_normalize(study):
    settings = study / "mirtool.toml"
    settings.write_text(settings.read_text() + "[normalize]\nmin_intensity = 50\n")
    only = RunOptions(only=("normalize", "qc"), figures=False)
    run_study(study, only)
    assert parse_record(study)["qc"]["arguments"]["min_intensity"] == 50
    assert set(outcomes(study, only).values()) == {Outcome.UP_TO_DATE}
    settings.write_text(settings.read_text().replace("= 50", "= 60"))
    why = {each.step: each.reason for each in run_study(study, only).outcomes}
    assert why == {
        "normalize": "min-intensity 50 → 60",
        "qc": "made from another min intensity of `mirtool normalize`",
    }


def test_quality_control_before_normalize_is_up_to_date_after_it(study):
    run_study(study, RunOptions(only=("qc",), figures=False))
    run_study(study, RunOptions(only=("normalize",), figures=False))
    assert outcomes(study, RunOptions(only=("qc",), figures=False)) == {"qc": Outcome.UP_TO_DATE}


@pytest.mark.parametrize(
    ("added", "redone"),
    [
        (
            '[[probe_kinds]]\npattern = "hsa-miR-300[1-3]-3p"\nkind = "spike-in"\n',
            {
                "normalize": "made from another [[probe_kinds]] in mirtool.toml",
                "qc": "made from another [[probe_kinds]] in mirtool.toml",
                "diff": "made from another results/normalized.csv",
            },
        ),
        (
            '[figures]\ncolor = ["resistant=#882255"]\n',
            {"report": "made from another [figures] color in mirtool.toml"},
        ),
        (
            '[normalize]\nscale = "linear"\n',
            {
                "normalize": "scale not set → linear",
                "qc": "made from another [normalize] scale in mirtool.toml",
                "diff": "made from another [normalize] scale in mirtool.toml",
                "report": "made from another [normalize] scale in mirtool.toml",
            },
        ),
    ],
    ids=["probe_kinds", "color", "scale"],
)
def test_a_setting_that_is_no_parameter_of_the_step_is_followed_too(study, added, redone):
    steps = RunOptions(only=("normalize", "qc", "diff", "report"), figures=False)
    run_study(study, steps)
    settings = study / "mirtool.toml"
    settings.write_text(settings.read_text() + added)
    why = {each.step: each.reason for each in run_study(study, steps).outcomes if each.outcome is Outcome.DONE}
    assert {step: why.get(step) for step in redone} == redone
    assert set(outcomes(study, steps).values()) == {Outcome.UP_TO_DATE}


def test_a_setting_changed_since_is_seen_by_the_steps_that_read_the_result(study):
    settings = study / "mirtool.toml"
    own = settings.read_text()
    settings.write_text(own + "[diff]\ncutoff = 1.5\n")
    run_study(study, RunOptions(only=("normalize", "diff"), figures=False))

    def state():
        return StudyState.of_study(open_study(study, tuple(STEPS)))

    assert state().state_of("diff").status is Status.DONE
    settings.write_text(own + "[diff]\ncutoff = 3\n")
    assert state().state_of("diff").reasons == ("another [diff] cutoff in mirtool.toml",)
    assert state().stale(study / "results" / "differential.csv") == (
        "results/differential.csv was made from another [diff] cutoff in mirtool.toml",
    )
    settings.write_text(own + "[diff]\ncutoff = 1.5\nfdr = 0.05\n")
    assert state().state_of("diff").reasons == ("another [diff] fdr in mirtool.toml",)


def test_a_default_that_is_written_out_is_no_change(study):
    steps = RunOptions(only=("normalize", "diff"), figures=False)
    run_study(study, steps)
    settings = study / "mirtool.toml"
    settings.write_text(settings.read_text() + '[diff]\ncutoff = 2\n[normalize]\nmin_intensity = 30\ngal = ""\n')
    assert set(outcomes(study, steps).values()) == {Outcome.UP_TO_DATE}


def test_a_dry_run_does_nothing_and_says_what_would_be_done(study):
    planned = run_study(study, RunOptions(dry_run=True, figures=False))
    assert {each.outcome for each in planned.outcomes} == {Outcome.TO_DO, Outcome.LEFT_OUT}
    assert not (study / "results").exists()


def test_a_result_that_a_later_step_could_take_up_is_taken_up(study):
    run_study(study, RunOptions(skip=("network", "mirna-sets"), figures=False))
    assert run_study(study, RunOptions(only=("network",), figures=False)).outcome_of("network") is Outcome.DONE
    last = {each.step: each for each in run_study(study, TABLES).outcomes}["shortlist"]
    assert (last.outcome, last.reason) == (Outcome.DONE, "network was run since")


def test_force_only_skip_and_unknown_steps(done):
    forced = run_study(done, RunOptions(only=("diff", "cluster"), skip=("cluster",), force=True, figures=False))
    assert [(each.step, each.outcome) for each in forced.outcomes] == [("diff", Outcome.DONE)]
    with pytest.raises(UsageError, match=r"(?s)unknown step 'dif'.*did you mean 'diff'\?"):
        RunOptions(only=("dif",))


def test_a_step_that_fails_stops_what_needs_it_and_nothing_else(study):
    lines = (study / "samples.csv").read_text().splitlines()
    one_group = [lines[0], *(",".join([(row := line.split(","))[0], "one", row[2]]) for line in lines[1:])]
    (study / "samples.csv").write_text("\n".join(one_group) + "\n")
    run = run_study(study, TABLES)
    assert run.outcome_of("normalize") is Outcome.DONE
    assert {each.step for each in run.failures} == {"diff", "cluster", "network", "shortlist"}
    assert {each.step: each.reason for each in run.failures}["cluster"] == "it needs diff"


def test_that_nothing_passes_is_a_finding_and_not_a_failure(study):
    settings = study / "mirtool.toml"
    settings.write_text(settings.read_text() + "[diff]\ncutoff = 1000\n")
    run = run_study(study, TABLES)
    assert run.failures == ()
    assert {each.step: each.reason for each in run.outcomes}[
        "shortlist"
    ] == "no probe is up or down by 'volcano P'"


def test_figures_that_were_not_drawn_are_drawn(study):
    run_study(study, RunOptions(only=("normalize", "diff"), figures=False))
    drawn = run_study(study, RunOptions(only=("normalize", "diff")))
    assert [(each.step, each.reason) for each in drawn.outcomes if each.outcome is Outcome.DONE] == [
        ("diff", "its figures were not drawn")
    ]
    assert (study / "figures" / "volcano.png").is_file()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize("at", [1, 2, 4])
def test_killed_and_started_again_it_ends_with_the_same_bytes(study, finished, at):
    def die_at_a_step():
        done = []

        def count(outcome):
            done.append(outcome)
            if len(done) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        run_study(study, TABLES, on_end=count)
        return 0

    assert in_child(die_at_a_step) == -signal.SIGKILL
    run_study(study, TABLES)
    assert content(study) == content(finished)


def test_run_from_another_folder_reads_the_files_that_the_settings_name(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = run_study("study", TABLES)
    assert run.failures == ()
    runs = parse_record(study)
    assert runs["network"]["inputs"].keys() >= {"targets.csv"}
    assert outcomes("study")["network"] is Outcome.UP_TO_DATE


def parse_record(study):
    from mirtool.study.record import read_runs

    return read_runs(study / "results" / "run.json")


@pytest.mark.usefixtures("study")
def test_a_new_study_of_files_that_lie_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    files = sorted(str(path) for path in Path("study").glob("*.gpr"))
    call = ["run", *files, "--samples", "study/samples.csv", "--output", "new", "--only", "normalize"]
    assert main(call) == 0
    first = (tmp_path / "new" / "samples.csv").read_text().splitlines()[1].split(",")
    assert first[2] == f"../study/{first[0]}.gpr"
    assert (tmp_path / "new" / "results" / "normalized.csv").is_file()
    assert main(call) == 0  # again: it is the same study
    (tmp_path / "new" / "samples.csv").write_text("sample,group,file\nother,a,x.gpr\n")
    capsys.readouterr()
    assert main(call) == 2
    assert "the folder holds another samples.csv" in capsys.readouterr().err


def test_both_files_of_an_array_are_named_as_seen_from_the_new_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("raw").mkdir()
    Path("raw/samples.csv").write_text("sample,group,file,file_hy5\na,x,a_hy3.txt,a_hy5.txt\nb,y,b_hy3.txt,\n")
    NewStudy(Path("new"), samples="raw/samples.csv").write()
    assert Path("new/samples.csv").read_text() == (
        "sample,group,file,file_hy5\na,x,../raw/a_hy3.txt,../raw/a_hy5.txt\nb,y,../raw/b_hy3.txt,\n"
    )


def test_the_command_says_what_was_found_and_what_was_done(study, monkeypatch, capsys):
    monkeypatch.chdir(study)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["run", "--no-figures", "--skip", "mirna-sets"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert re.match(r"resistant \(3\) against responding \(3\): of \d+ probes, \d+ by fold change", lines[0])
    assert len(lines) <= 25
    assert [line for line in lines if len(line) > 80] == []
    assert "Open first: results/report.html, results/shortlist.csv, results/differential.csv" in " ".join(
        err.split()
    )
    assert main(["run", "--dry-run", "--no-figures", "--skip", "mirna-sets"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == "Everything is up to date."
    assert main(["run", "nowhere"]) == 2


def test_python_has_the_same_function(study):
    run = mt.run(study, figures=False, only="normalize")
    assert run.outcome_of("normalize") is Outcome.DONE


def test_every_setting_of_the_template_is_the_default(tmp_path):
    text = settings_template()
    tables = parse_toml(re.sub(r"(?m)^# (\w+ = )", r"\1", text))
    assert list(tables) == ["figures", "tables", *RECORDED]
    make_study(tmp_path)
    (tmp_path / "mirtool.toml").write_text(re.sub(r"(?m)^# (\w+ = )", r"\1", text))
    for name in RECORDED:
        step = load_step(name)
        names = {each.name for each in step.parameters()} - {"samples", "workers", "scheduler"}
        own = {
            each
            for each in names
            if each not in tables["tables"] | (tables["figures"] if step.has_figures else {})
        }
        assert own == set(tables[name])
        given = {each.name: "table.csv" for each in step.parameters() if each.is_required}
        prepared = prepare(step, given, root=tmp_path)
        assert prepared.settings == step.settings(), name


def test_an_error_that_names_options_says_where_run_takes_them_from(tmp_path, monkeypatch, capsys):
    panel = Path(__file__).resolve().parents[2] / "fixtures/qpcr_panels/openarray.csv"
    rows = [f"{name},{name[0]},{panel}\n" for name in ("R1", "R2", "S1", "S2")]
    (tmp_path / "samples.csv").write_text("sample,group,file\n" + "".join(rows))
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--only", "normalize", "--no-figures"]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert (
        "--between normfinder or genorm In `mirtool run` options of this step are settings: mirtool.toml, [normal"
        in said
    )
    (tmp_path / "mirtool.toml").write_text('[normalize]\nbetween = "normfinder"\n')
    assert main(["run", "--only", "normalize", "--no-figures"]) == 0


def test_results_of_an_earlier_run_are_called_so(done, capsys):
    array = next(done.glob("*.gpr"))
    array.write_bytes(array.read_bytes()[: array.stat().st_size // 2])
    assert main(["run", str(done), "--no-figures", "--only", "normalize", "--only", "diff"]) == 1
    lines = capsys.readouterr().err.splitlines()
    said = lines.index("What follows of normalize, diff is from an earlier run: now it was not possible.")
    assert lines[0].startswith("mirtool: error: normalize: ")
    assert lines[said + 1].startswith("resistant (3) against responding (3)")
