#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets spin go through all interleavings of cmdq_insertion.pml, then through those of each mistake
that the model can be told to make: the first must be without error, the others must not.

check_insertion.py MODEL. The C compiler is $CC.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

MISTAKES = ["none", "SKIPS_VALID", "SKIPS_TURN", "HOLDS_NOT", "LATE_FLAG", "SAME_POLARITY",
            "SPLIT_RESERVE"]
MEMORY_MB = 1000
SECONDS = 60
RINGS = [2, 3]  # slots; mistakes are looked for in the first
DEPTH = 100000


def errors_found(model, mistake, slots, folder):
    """What the checker has to say, and how many errors; None if it did not get to the end."""
    subprocess.run(["spin", f"-DMUTANT={mistake}", f"-DSLOTS={slots}", "-a", model], cwd=folder,
                   check=True)
    subprocess.run([os.environ.get("CC", "cc"), "-w", "-O1", "-DSAFETY", "-DCOLLAPSE",
                    f"-DMEMLIM={MEMORY_MB}", "-o", "pan", "pan.c"], cwd=folder, check=True)
    said = subprocess.run(["./pan", f"-m{DEPTH}", "-w22"], cwd=folder, check=True, text=True,
                          timeout=SECONDS, stdout=subprocess.PIPE).stdout
    count = re.search(r"errors: (\d+)", said)
    whole = "Search not completed" not in said and "max search depth too small" not in said
    if not count or (not whole and count.group(1) == "0"):
        return said, None
    return said, int(count.group(1))


def main():
    model = str(pathlib.Path(sys.argv[1]).resolve())
    failed = False
    runs = [(0, slots) for slots in RINGS] + [(m, RINGS[0]) for m in range(1, len(MISTAKES))]
    for number, slots in runs:
        with tempfile.TemporaryDirectory() as folder:
            said, errors = errors_found(model, number, slots, folder)
        as_it_must = errors == 0 if number == 0 else errors is not None and errors > 0
        failed = failed or not as_it_must
        states = re.search(r"(\S+) states, stored", said)
        print(f"{slots} slots, mistake {MISTAKES[number]}: {errors} errors, {states.group(1) if states else '?'} states"
              + ("" if as_it_must else "\n" + said))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
