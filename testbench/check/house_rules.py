#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of the house that a machine can check: licence lines, file lengths, no mutable statics
in the model, numbers of tests, and nothing in the repository that points at one machine or at
unexpected hosts.

The model's archive is inspected when SMMUSIM_MODEL_ARCHIVE (and SMMUSIM_NM) name it.
"""

import os
import pathlib
import re
import subprocess
import sys

LONGEST_FILE = 600
LICENCE = "SPDX-License-Identifier: Apache-2.0"
SOURCES = {".c", ".h", ".cpp", ".def", ".py", ".cmake", ".sh"}
SOURCE_NAMES = {"CMakeLists.txt", "run"}
MEASURED = {".c", ".h", ".cpp"}
TEXTS = SOURCES | {".md", ".txt", ".trace", ".json", ".yml", ".yaml", ""}
NOT_OURS = re.compile(r"^(\.(?!ci$)[^/]*|build|build-[^/]*|.*__pycache__)$")

# Hosts that a reader may be sent to; a new one is added here on purpose or not at all.
HOSTS = {"www.apache.org", "developer.arm.com", "systemc.org", "www.kernel.org", "www.w3.org"}
URL = re.compile(r"https?://([A-Za-z0-9.-]+)")
MACHINE_PATH = re.compile(r"(?<![\w.$})*/-])/(?:work|tmp|home|root|Users)/\w")

TEST = re.compile(r"^TEST(?:_F|_P)?\(\w+,\s*(\w+)\)", re.MULTILINE)

WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss)(?!\.rel\.ro)|^COMMON$|^\*COM\*$")


def files(root):
    """All files of the checkout except those in build directories and tools' hidden ones."""
    for folder, subfolders, names in os.walk(root):
        here = pathlib.Path(folder).relative_to(root)
        subfolders[:] = [name for name in subfolders if not NOT_OURS.match(str(here / name))]
        for name in names:
            if name != ".git" and (root / here / name).is_file():
                yield here / name


def text_complaints(root):
    for path in sorted(files(root)):
        if path.suffix not in TEXTS:
            continue
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
        is_source = path.suffix in SOURCES or path.name in SOURCE_NAMES
        if is_source and not any(LICENCE in line for line in lines[:3]):
            yield f"{path}:1: no SPDX licence line"
        measured = path.suffix in MEASURED and path.parts[0] in ("model", "tlm", "testbench")
        if measured and len(lines) > LONGEST_FILE:
            yield f"{path}: {len(lines)} lines; more than {LONGEST_FILE} is more than one subject"
        for number, line in enumerate(lines, 1):
            for host in URL.findall(line):
                if host not in HOSTS:
                    yield f"{path}:{number}: host {host} is not among those we send readers to"
            if MACHINE_PATH.search(line):
                yield f"{path}:{number}: a path of one machine"


def number_complaints(root):
    """Every unit test has a number, and no two files have the same (docs/testing.md)."""
    file_of = {}
    for path in sorted((root / "testbench/unit").glob("*.cpp")):
        for test in TEST.findall(path.read_text(encoding="utf-8")):
            number = re.match(r"\d{3}(?=_|$)", test)
            if not number:
                yield f"{path.name}: test {test} has no number"
            elif file_of.setdefault(number[0], path.name) != path.name:
                yield f"{path.name}: {test}: {file_of[number[0]]} has tests of this number"


def static_complaints(nm, archive):
    """Names of mutable objects in the archive. Constants with pointers are .data.rel.ro."""
    listing = subprocess.run([nm, "--format=sysv", archive], check=True,
                             capture_output=True, text=True).stdout
    unit = "?"
    for line in listing.splitlines():
        heading = re.search(r"([\w.]+\.o)\]?:$", line)
        if heading:
            unit = heading.group(1)
        columns = [column.strip() for column in line.split("|")]
        if len(columns) == 7 and columns[3] != "SECTION" and WRITABLE.match(columns[6]):
            yield f"{unit}: {columns[0]} is mutable static data (section {columns[6]})"


# All that the model may call: it owns no time, memory, thread or I/O.
MAY_CALL = {"memcpy", "memmove", "memset", "memcmp", "snprintf", "strcmp", "strncmp", "strlen",
            "__ctype_tolower_loc", "tolower", "__assert_fail", "_GLOBAL_OFFSET_TABLE_",
            "__stack_chk_fail"}


def call_complaints(nm, archive):
    listing = subprocess.run([nm, "--undefined-only", "--format=posix", archive], check=True,
                             capture_output=True, text=True).stdout
    names = {line.split()[0] for line in listing.splitlines() if " U" in line}
    for name in sorted(names - MAY_CALL):
        if not name.startswith("smmu_"):
            yield f"the model calls {name}()"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    complaints = list(text_complaints(root)) + list(number_complaints(root))
    archive = os.environ.get("SMMUSIM_MODEL_ARCHIVE")
    if archive:
        nm = os.environ.get("SMMUSIM_NM", "nm")
        complaints += static_complaints(nm, archive)
        complaints += call_complaints(nm, archive)
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
