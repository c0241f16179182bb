"""What the assays of a qPCR panel are: miRNAs, reference RNAs, spike-ins, calibrators, blank wells.

Panels print the same controls again and again. The names are those of TaqMan arrays and OpenArray plates
(``MammU6``, ``RNU44``, ``RNU48``, ``snoRNA135``, ``ath-miR159a``), miRCURY panels (``UniSp2``, ``UniSp4``,
``UniSp5``, ``UniSp6``, ``cel-miR-39-3p``, ``UniSp3 IPC``, ``Blank (H2O)``) and miScript arrays (``SNORD61``,
``RNU6-6P``, ``miRTC``, ``PPC``). An inter-plate calibrator brings its own template, the same on every plate, so
that it measures the plate and not the sample. miRNAs of worm, thale cress and rice are spike-ins where the panel
has miRNAs of another species.
"""

from __future__ import annotations

from collections.abc import Iterable

from mirtool.annotation.probes import KindRule, ProbeKind, classify_probe, species_of

CALIBRATOR_RULES: tuple[KindRule, ...] = (
    KindRule(r"(^|[-_ (])(ipc|iprc)(\d|[-_ )]|$)", ProbeKind.POSITIVE_CONTROL),
    KindRule(r"inter-?(plate|run)", ProbeKind.POSITIVE_CONTROL),
    KindRule(r"^unisp3([-_ ]|$)", ProbeKind.POSITIVE_CONTROL),
)
"""Inter-plate calibrators: the same template on every plate."""

PANEL_RULES: tuple[KindRule, ...] = (
    KindRule(r"^\s*(blank|empty|buffer|water|h2o|ntc|no[ _-]?(assay|primer|template))\b", ProbeKind.EMPTY),
    *CALIBRATOR_RULES,
    KindRule(r"^(ppc|mirtc)([-_ ]?\d?)$", ProbeKind.POSITIVE_CONTROL),
    KindRule(r"^positive pcr control", ProbeKind.POSITIVE_CONTROL),
    KindRule(r"^unisp\d", ProbeKind.SPIKE_IN),
    KindRule(r"(^|[-_ ])(mamm|rn)?u6([-_ b]|$)", ProbeKind.SMALL_RNA),
    KindRule(r"(^|_)(rnu\d|snord|snora|scarna|snorna)", ProbeKind.SMALL_RNA),
    KindRule(r"(^|_)(u(18|47|54|75)|z30|h?y[134]|rpl21|rny\d|\d(\.\d)?s)([-_ ]|$)", ProbeKind.SMALL_RNA),
)
"""Rules for names on panels, to be tried before those of chips.

:func:`mirtool.annotation.probes.classify_probes` takes them as its ``rules``.
"""

SPIKE_RULE = KindRule(r"(^|_)(cel|ath|osa)-mir-?\d", ProbeKind.SPIKE_IN)
"""miRNAs that a human or animal sample has not: added to it in known amount."""

SPIKED = frozenset({"cel", "ath", "osa"})


def panel_rules(names: Iterable[str]) -> tuple[KindRule, ...]:
    """Return the rules for a panel with these targets.

    Examples
    --------
    >>> from mirtool.annotation.probes import classify_probe
    >>> names = ["hsa-miR-16-5p", "cel-miR-39-3p", "MammU6", "UniSp6", "UniSp3 IPC", "Blank (H2O)"]
    >>> [classify_probe("", name, panel_rules(names)).value for name in names[:3]]
    ['miRNA', 'spike-in', 'small RNA control']
    >>> [classify_probe("", name, panel_rules(names)).value for name in names[3:]]
    ['spike-in', 'positive control', 'empty']
    >>> classify_probe("", "cel-miR-39-3p", panel_rules(["cel-miR-39-3p", "cel-lin-4-5p"])).value
    'miRNA'
    """
    others = any(species_of(name) - SPIKED for name in names)
    return (*PANEL_RULES, SPIKE_RULE) if others else PANEL_RULES


def panel_kinds(names: Iterable[str]) -> dict[str, ProbeKind]:
    """Return what each target of a panel is."""
    names = list(dict.fromkeys(names))
    rules = panel_rules(names)
    return {name: classify_probe("", name, rules) for name in names}


def is_calibrator(name: str) -> bool:
    """Return True for a target that calibrates between plates.

    Examples
    --------
    >>> is_calibrator("UniSp3_IPC_1"), is_calibrator("UniSp6"), is_calibrator("IPC")
    (True, False, True)
    """
    return any(rule.regex.search(name) for rule in CALIBRATOR_RULES)
