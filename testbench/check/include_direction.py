#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Dependencies point one way: spec <- L1 <- L2 <- L3 <- L4 <- tlm <- testbench.

docs/architecture.md section 2 has the rule; LEVELS below is its table for model/src.
A file of the model includes files of its own level or below, and the public headers. state.h is
special: it only puts together the state that each unit declares, so it may include any header,
and every unit above L1 may include it. Since that lets a unit see functions of higher levels,
the objects in the model's archive (SMMUSIM_MODEL_ARCHIVE, SMMUSIM_NM) are checked as well: none
may use a symbol of a higher level.

Everything else includes the model's public headers only; white-box tests
(testbench/unit/*_internal.cpp) are the one exception, and testbench/spec_ref, the second source
of constants, takes nothing from the model at all; nor does testbench/reference, the second translation.
"""

import os
import pathlib
import re
import subprocess
import sys

LEVELS = {
    1: "hints bits le name ring pte attrs fault xctx mpam walk hardening stage2 config lane pool repl histogram",
    2: "sched outbox own_access slots inval "
       "tags tlb cfgcache walk_cache "
       "qtw tbu atc "
       "timeline pmcg count",
    3: "xlate answer answer_leaf stall "
       "flight flight_config flight_walk flight_stage2 flight_update flight_ats "
       "flight_tbu flight_share flight_prefetch "
       "stream stage2_tables context query atos "
       "cmdq cmdq_line cmdq_sync ecmdq cmds "
       "evtq priq outq ppar broadcast "
       "irq regs queue_regs pmcg_regs",
    4: "core layout modes interface api dispatch debug_walk sync_run "
       "stats stats_read stats_block",
}
STATE_HEADER = "state.h"
STATE_HEADER_LEVEL = 2

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCES = {".c", ".h", ".cpp", ".def"}


def level_of(name):
    """Level of a file in model/src, or None if the table does not know it."""
    if name == STATE_HEADER:
        return STATE_HEADER_LEVEL
    stem = name.split(".")[0]
    for level, units in LEVELS.items():
        if stem in units.split():
            return level
    return None


class Tree:
    def __init__(self, root):
        self.root = root
        self.complaints = []
        self.sources = sorted(
            path for room in ("model", "tlm", "testbench")
            for path in (root / room).rglob("*") if path.suffix in SOURCES)
        roots = [root / "model/include", root / "model/src", root / "model/spec",
                 root / "tlm/include", root / "tlm/src", root / "testbench"]
        self.roots = [path for path in roots if path.is_dir()]
        # Our headers in angle brackets are public; <sched.h> is the system's, not the model's.
        self.public_roots = [path for path in self.roots if path.name == "include"]

    def target(self, source, quote, name):
        """The file of ours that an include names, relative to the root; None if not ours."""
        if quote == "<" and "/" not in name:  # the system's, sched.h for one
            return None
        places = [source.parent] + self.roots if quote == '"' else self.public_roots
        for place in places:
            path = (place / name).resolve()
            if path.is_file() and path.is_relative_to(self.root):
                return path.relative_to(self.root)
        return None

    def complain(self, place, text):
        self.complaints.append(f"{place}: {text}")


def room_of(path):
    """First two folders of a path: what the rules speak about."""
    parts = path.parts
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def forbidden(source, target):
    """Why source may not include target, or None."""
    room, other = room_of(source), room_of(target)
    if room == "model/include":
        return None if other == "model/include" else "a public header includes public headers only"
    if room == "model/spec":
        return None if other == "model/spec" else "model/spec includes nothing but model/spec"
    if room == "model/src":
        if other in ("model/include", "model/spec"):
            return None
        if other != "model/src":
            return "the model depends on nothing outside it"
        own, its = level_of(source.name), level_of(target.name)
        if source.name == STATE_HEADER and target.suffix == ".h":
            return None
        if own is not None and its is not None and its > own:
            return f"L{own} may not include L{its}"
        return None
    if source.parts[0] == "tlm":
        if other == "model/include" or target.parts[0] == "tlm":
            return None
        return "tlm includes model/include only"
    if room == "testbench/spec_ref":
        return None if other == room else "spec_ref is independent of everything else"
    if room == "testbench/reference":
        own = other in (room, "testbench/spec_ref")
        return None if own else "the reference shares nothing but spec_ref with anything else"
    if source.name.endswith("_internal.cpp") and room == "testbench/unit":
        return None
    if other in ("model/include", "tlm/include") or target.parts[0] == "testbench":
        return None
    return "testbench includes public headers only (model/include, tlm/include)"


def symbols(nm, archive):
    """For each object of the archive: its source's name, the symbols it defines and uses."""
    listing = subprocess.run([nm, archive], check=True, capture_output=True, text=True).stdout
    objects, defined, used = [], None, None
    for line in listing.splitlines():
        columns = line.split()
        if line.endswith(".o:"):
            defined, used = set(), set()
            objects.append((line[:-len(".o:")], defined, used))
        elif len(columns) >= 2:
            if columns[-2] == "U":
                used.add(columns[-1])
            elif columns[-2] in "TDBRVW":
                defined.add(columns[-1])
    return objects


def upward_uses(nm, archive):
    objects = symbols(nm, archive)
    home = {symbol: source for source, defined, _ in objects for symbol in defined}
    for source, _, used in objects:
        for symbol in sorted(used & home.keys()):
            own, its = level_of(source), level_of(home[symbol])
            if own is not None and its is not None and its > own:
                yield f"model/src/{source}", f"L{own} uses {symbol} of L{its}'s {home[symbol]}"


def main():
    tree = Tree(pathlib.Path(sys.argv[1]).resolve())
    for path in tree.sources:
        source = path.relative_to(tree.root)
        if room_of(source) == "model/src" and level_of(source.name) is None:
            tree.complain(source, "belongs to no level; add it to LEVELS in "
                          "testbench/check/include_direction.py and to docs/architecture.md")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = tree.target(path, *match.groups())
            reason = forbidden(source, target) if target else None
            if reason:
                tree.complain(f"{source}:{number}", f"includes {target}: {reason}")
    archive = os.environ.get("SMMUSIM_MODEL_ARCHIVE")
    if archive:
        for source, text in upward_uses(os.environ.get("SMMUSIM_NM", "nm"), archive):
            tree.complain(source, text)
    for complaint in tree.complaints:
        print(complaint)
    print(f"{len(tree.sources)} files, {len(tree.complaints)} complaints")
    return 1 if tree.complaints or not tree.sources else 0


if __name__ == "__main__":
    sys.exit(main())
