"""Try as many damaged files as there is patience for, or one of them again.

    python -m tests.fuzz --mutants 100000 --seed 7           on every fixture
    python -m tests.fuzz --mutants 2000 --only genepix/      on some of them
    python -m tests.fuzz --fixture genepix/v1_2.gpr --number 17 --seed 7    one again

A mutant that ends otherwise than in a result or a message is printed with the call that makes it again, and
written to ``fuzz_failures/``, from where it can become a fixture. The exit code is 1 where there was one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.judge import Mutant, judge, valid_fixtures
from tests.fuzz.limits import BrokenError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--mutants", type=int, default=10_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only fixtures whose path holds this")
    parser.add_argument("--commands-every", type=int, default=50, help="run whole commands on every n-th mutant")
    parser.add_argument("--fixture", help="one mutant: its fixture …")
    parser.add_argument("--number", type=int, default=0, help="… and its number")
    parser.add_argument("--failures", type=Path, default=Path("fuzz_failures"), help="where they are written")
    options = parser.parse_args()
    if options.fixture:
        mutants = [Mutant(options.fixture, options.number, options.seed)]
    else:
        fixtures = [name for name in valid_fixtures() if options.only in name]
        each = -(-options.mutants // len(fixtures))
        mutants = [Mutant(name, number, options.seed) for number in range(each) for name in fixtures]
    outcomes: Counter[str] = Counter()
    start = time.perf_counter()
    for i, mutant in enumerate(mutants, 1):
        with_commands = bool(options.fixture) or i % options.commands_every == 0
        with tempfile.TemporaryDirectory() as folder:
            try:
                outcome = judge(mutant, Path(folder), commands=with_commands)
            except BrokenError as broken:
                outcome = "broken"
                kept = _keep(mutant, options.failures)
                print(f"BROKEN  python -m tests.fuzz {mutant}\n{broken}\n  kept as {kept}\n", flush=True)
        outcomes["refused" if outcome not in ("read", "broken") else outcome] += 1
        if options.fixture:
            print(outcome)
        elif i % 1000 == 0:
            print(
                f"{i:,} mutants, {time.perf_counter() - start:.0f} s: {dict(outcomes)}",
                file=sys.stderr,
                flush=True,
            )
    print(
        f"{len(mutants):,} mutants of seed {options.seed}: "
        + ", ".join(f"{n:,} {what}" for what, n in outcomes.items())
    )
    return 1 if outcomes["broken"] else 0


def _keep(mutant: Mutant, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = mutant.fixture.replace("/", "__")
    kept = folder / f"seed{mutant.seed}_number{mutant.number}__{name}"
    kept.write_bytes(mutant.data)
    return kept


if __name__ == "__main__":
    sys.exit(main())
