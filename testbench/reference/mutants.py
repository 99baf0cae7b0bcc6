#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Test 380 finds a mistake on either side: each mutant below is one line changed, of the reference
or of the model, compiled on its own and put in front of the archive of the rest.

    mutants.py SOURCE_DIR [NAME...]

Environment: CXX, CC; SMMUSIM_OBJECTS (test 380 and what it needs), SMMUSIM_ARCHIVES (reference,
spec_ref, model), SMMUSIM_LIBRARIES (GoogleTest), each a list with semicolons; SMMUSIM_ACCESSES.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

REFERENCE, MODEL = "testbench/reference/", "model/src/"

# name, file, what stands there (once), what stands there instead
MUTANTS = [
    ("tag bits count although TBI says no", REFERENCE + "procedure.cpp",
     "unsigned top = half.tbi ? 55 : 63;", "unsigned top = 63;"),
    ("substream one beyond S1CDMax", REFERENCE + "procedure.cpp",
     "t.substreamid > ones(cdmax)", "t.substreamid > ones(cdmax) + 1"),
    ("substream 0 of S1DSS=SSID0 is ordinary", REFERENCE + "procedure.cpp",
     "t.ssv && t.substreamid == 0 && dss", "t.ssv && t.substreamid == 1 && dss"),
    ("access flag after permission", REFERENCE + "procedure.cpp",
     "stage1_fault(REF_EVT_F_ACCESS);", "stage1_fault(REF_EVT_F_PERMISSION);"),
    ("A decides the other way", REFERENCE + "procedure.cpp",
     ": REF_GET(CD_A, cd.words) ? Result::Abort", ": !REF_GET(CD_A, cd.words) ? Result::Abort"),
    ("E0PD stops privileged accesses", REFERENCE + "procedure.cpp",
     "half.e0pd && !use.priv", "half.e0pd && use.priv"),
    ("writes keep their instruction marking", REFERENCE + "procedure.cpp",
     "use.inst = !t.write && (", "use.inst = ("),
    ("Span 11 is too much", REFERENCE + "procedure.cpp", "span > 11", "span > 10"),
    ("EPAN never counts", REFERENCE + "permissions.cpp",
     "apply_pan(pair, cd, epan);", "apply_pan(pair, cd, false);"),
    ("WXN forgets privileged execution", REFERENCE + "permissions.cpp",
     "!pxn && !user_writes && !(wxn && writable)}", "!pxn && !user_writes}"),
    ("APTable adds nothing", REFERENCE + "permissions.cpp",
     "no_write |= (", "no_write |= 0 && ("),
    ("64 KiB T0SZ up to 48", REFERENCE + "context_entry.cpp",
     "h.granule_log2 == 16 ? 47 : 48", "48"),
    ("EPD0 still checks T0SZ", REFERENCE + "context_entry.cpp",
     "    if (h.disabled)\n        return false;\n", ""),
    ("IPS reaches beyond the OAS", REFERENCE + "context_entry.cpp",
     "return ips < f.oas ? ips : f.oas;", "return ips;"),
    ("no 64 bytes of alignment with 52-bit output", REFERENCE + "table_format.cpp",
     "format.output_bits == 52 && size < 64", "format.output_bits == 53 && size < 64"),
    ("DS address bits swapped", REFERENCE + "table_format.cpp",
     "(descriptor >> 8 & 3) << 50", "(descriptor >> 8 & 3) << 48"),
    ("write-through counts as write-back", REFERENCE + "attributes.cpp",
     "nibble & 4 ? 'B' : 'T'", "nibble & 4 ? 'B' : 'B'"),
    ("transient hint without allocation", REFERENCE + "attributes.cpp",
     "level.transient && (level.ra || level.wa)", "level.transient"),
    ("records say PnU of what came in", REFERENCE + "record.cpp",
     "SET(PNU, event.priv);", "SET(PNU, access.priv);"),
    ("Config 1x0 looks at S1STALLD", REFERENCE + "stream_entry.cpp",
     "(stage1() && stage1_illegal(f))", "(stage1_illegal(f))"),
    ("model: PXN and UXN swapped", MODEL + "pte.c",
     "bool pxn = bit_of(descriptor, 53)", "bool pxn = bit_of(descriptor, 54)"),
    ("model: PAN stops unprivileged writes alone", MODEL + "pte.c",
     "LEAF_UR | LEAF_UX : LEAF_UR", "LEAF_UR | LEAF_UX : LEAF_UW"),
    ("model: 16 KiB runs of level 3 are short", MODEL + "pte.c", "{0, 0, 5, 7}", "{0, 0, 5, 8}"),
    ("model: UXNTable counts as PXNTable", MODEL + "pte.c",
     "bit_of(descriptor, 60) ? TABLE_UXN", "bit_of(descriptor, 60) ? TABLE_PXN"),
    ("model: descriptors are never swapped", MODEL + "walk.c",
     "descriptor = byte_swap64(descriptor);", "descriptor = byte_swap64(byte_swap64(descriptor));"),
    ("model: hints are united", MODEL + "attrs.c", "    return a & b;", "    return a | b;"),
    ("model: SHCFG=0 means incoming", MODEL + "attrs.c",
     "o->shcfg == 1 ? incoming.sh", "o->shcfg <= 1 ? incoming.sh"),
    ("model: TG1 is read as TG0", MODEL + "context.c",
     "{0, 14, 12, 16}", "{12, 16, 14, 0}"),
    ("model: A=0 is fine without RAZ/WI", MODEL + "context.c",
     "return VALUE(c, IDR0_TERM_MODEL) && !CD_GET(c->cd, A);", "return false;"),
    ("model: the second-level CD table ignores its index", MODEL + "context.c",
     "(cd_index & low_mask(log2)) * 64", "(cd_index & low_mask(log2 - 1)) * 64"),
]


def listed(name):
    return [item for item in os.environ[name].split(";") if item]


def compiler_of(source, path):
    includes = [f"-I{source}/testbench", f"-I{source}/model/include"]
    if path.endswith(".cpp"):
        return [os.environ.get("CXX", "c++"), "-std=c++17", "-O1", "-w", *includes]
    return [os.environ.get("CC", "cc"), "-std=c11", "-O1", "-w", "-DNDEBUG", *includes,
            f"-iquote{source}/model/src", f"-iquote{source}/model/spec"]


def link(objects, program):
    subprocess.run([os.environ.get("CXX", "c++"), *objects, *listed("SMMUSIM_OBJECTS"),
                    *listed("SMMUSIM_ARCHIVES"), *listed("SMMUSIM_LIBRARIES"), "-lpthread",
                    "-o", program], check=True)


def finds_nothing(program):
    environment = {"SMMUSIM_ACCESSES": "300000", **os.environ}
    return subprocess.run([program], env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def complaint_about(source, folder, number, mutant):
    """None if the mutant is found, else what is wrong."""
    name, path, before, after = mutant
    text = (source / path).read_text()
    if text.count(before) != 1:
        return f"{name}: {path} has {text.count(before)} times: {before!r}"
    mutated = folder / f"{number}{pathlib.Path(path).suffix}"
    mutated.write_text(text.replace(before, after))
    made, program = folder / f"{number}.o", folder / f"{number}"
    subprocess.run([*compiler_of(str(source), path), "-c", mutated, "-o", made], check=True)
    link([made], program)
    return f"{name}: not found" if finds_nothing(program) else None


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    chosen = [m for m in MUTANTS if not sys.argv[2:] or m[0] in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        link([], folder / "unmutated")
        if not finds_nothing(folder / "unmutated"):
            sys.exit("there is a disagreement already: run test 380")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            complaints = list(pool.map(
                lambda numbered: complaint_about(source, folder, *numbered), enumerate(chosen)))
    complaints = [complaint for complaint in complaints if complaint]
    for complaint in complaints:
        print(complaint)
    print(f"{len(chosen)} mutants, {len(complaints)} not found")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
