"""RCC files of NanoString lanes with round numbers, for arithmetic by hand."""

POSITIVE = (
    ("A", "128", 4096),
    ("B", "32", 1024),
    ("C", "8", 256),
    ("D", "2", 64),
    ("E", "0.5", 16),
    ("F", "0.125", 9),
)


def rcc(times: int, *, positive_times: int = 1, changes: dict[str, int] | None = None) -> str:
    """Write a lane: counts of lane 1 times ``times``; ``changes`` sets counts by name."""
    codes = {("Endogenous1", "hsa-miR-21-5p"): 200 * times, ("Endogenous1", "hsa-miR-16-5p"): 50 * times}
    codes[("Endogenous1", "hsa-miR-122-5p")] = 7 if times == 1 else 80
    codes |= {("Housekeeping", gene): 100 * times for gene in ("ACTB", "B2M", "GAPDH")}
    codes |= {("Positive", f"POS_{a}({c})"): count * positive_times for a, c, count in POSITIVE}
    codes |= {("Negative", f"NEG_{a}(0)"): count for a, count in zip("ABC", (4, 6, 8), strict=True)}
    codes |= {key: changes[key[1]] for key in codes if changes and key[1] in changes}
    rows = "".join(f"{kind},{name},x,{count}\n" for (kind, name), count in codes.items())
    return (
        "<Header>\nFileVersion,1.7\n</Header>\n<Sample_Attributes>\nGeneRLF,toy\n</Sample_Attributes>\n"
        "<Lane_Attributes>\nFovCount,100\nFovCounted,99\nScannerID,1207C0049\nBindingDensity,0.5\n"
        f"</Lane_Attributes>\n<Code_Summary>\nCodeClass,Name,Accession,Count\n{rows}</Code_Summary>\n"
    )
