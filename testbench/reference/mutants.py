#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests 380 and 381 find a mistake on either side: each mutant below is one line changed, of the
reference or of the model, compiled on its own and put in front of the archive of the rest. Test 380
must find the first, test 381 those of invalidation.

    mutants.py SOURCE_DIR [NAME...]

Environment: CXX, CC; SMMUSIM_OBJECTS (the tests and what they need), SMMUSIM_ARCHIVES (reference,
spec_ref, model), SMMUSIM_LIBRARIES (GoogleTest), each a list with semicolons.
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
     "return t->big_endian ? byte_swap64(descriptor) : descriptor;", "return descriptor;"),
    ("model: hints are united", MODEL + "attrs.c", "    return a & b;", "    return a | b;"),
    ("model: SHCFG=0 means incoming", MODEL + "attrs.c",
     "o->shcfg == 1 ? incoming.sh", "o->shcfg <= 1 ? incoming.sh"),
    ("model: TG1 is read as TG0", MODEL + "context.c",
     "{0, 14, 12, 16}", "{12, 16, 14, 0}"),
    ("model: A=0 is fine without RAZ/WI", MODEL + "context.c",
     "return VALUE(c, IDR0_TERM_MODEL) && !CD_GET(c->cd, A);", "return false;"),
    ("model: the second-level CD table ignores its index", MODEL + "context.c",
     "(cd_index & low_mask(log2)) * 64", "(cd_index & low_mask(log2 - 1)) * 64"),
    ("VMSAv8-32 stage 2 has one bit of XN", REFERENCE + "permissions.cpp",
     "if (f.xnx)", "if (f.xnx && !format.lpae32)"),
    ("VMSAv8-32 executes what it cannot read", REFERENCE + "permissions.cpp",
     "p.user.execute = p.user.execute && ap1;", ""),
    ("TTB1 of VMSAv8-32 begins at its last bit", REFERENCE + "procedure.cpp",
     "t1sz ? top1 == ones(static_cast<unsigned>(t1sz))", "t1sz ? (top1 & 1) != 0"),
    ("model: VMSAv8-32 has no gap between TTB0 and TTB1", MODEL + "walk.c",
     "return (above_low && !in_high) || x->ttb", "return x->ttb"),
    ("model: VMSAv8-32 tables may lie beyond the OAS", MODEL + "walk.c",
     "exceeds(next, t->address_bits)", "exceeds(next, t->output_bits)"),
    ("model: VMSAv8-32 output is not cut off", MODEL + "walk.c",
     "align_down(of_va, leaf->region_log2) & low_mask(t->address_bits);",
     "align_down(of_va, leaf->region_log2);"),
    ("model: UWXN is always on", MODEL + "context.c",
     "x->uwxn = !v32 || CD_GET(cd, UWXN);", "x->uwxn = true;"),
    ("model: VMSAv8-32 T0SZ has six bits", MODEL + "context.c", "h->txsz &= VMSAV8_32_TXSZ;", ""),
    ("model: VMSAv8-64 over stage 2 of VMSAv8-32", MODEL + "context.c",
     " || c->locator->s2_vmsav8_32);", ");"),
    ("model: VMSAv8-32 blocks reach into the other half", MODEL + "context.c",
     "least(VMSAV8_32_INPUT_BITS - boundary, ", "least(VMSAV8_32_INPUT_BITS, "),
    ("model: VMSAv8-32 S2T0SZ has no sign", MODEL + "stage2_tables.c",
     "(32 + (t0sz & 8) * 2)", "32"),
    ("model: VMSAv8-32 S2TG counts", MODEL + "stage2_tables.c",
     "smmu__s2_uses_vmsav8_32(cfg, ste) ? 12 : granules", "granules"),
    ("model: VMSAv8-32 stage 2 is execute-only", MODEL + "pte.c",
     "readable || !vmsav8_32;", "true;"),
    ("model: IPAs of records are longer than the OAS", MODEL + "flight.c",
     "slot->s2.ipa & low_mask(s->oas_bits);", "slot->s2.ipa;"),
]

INVALIDATION_MUTANTS = [
    ("model: invalidations by address drop leaves alone", MODEL + "cmds.c",
     "scope->leaf_only = SMMU_FIELD_GET(CMD_TLBI_NH_VA, Leaf, words) != 0;",
     "scope->leaf_only = true;"),
    ("model: a range ends where it begins", MODEL + "cmds.c",
     "scope->va_last = r.last;", "scope->va_last = r.first;"),
    ("model: NH_ASID spares all", MODEL + "tags.c",
     "return !f->by_asid || (uint16_t)(key >> 8) == f->asid;",
     "return !f->by_asid;"),
    ("model: VMIDs differ in one byte alone", MODEL + "tags.c",
     "((uint16_t)(key >> 24) ^ f->vmid) & ~f->vmid_ignored)",
     "((uint16_t)(key >> 24) ^ f->vmid ^ 1) & ~f->vmid_ignored)"),
    ("model: what stage 2 made stays with S12_VMALL", MODEL + "tags.c",
     "return !f->spare_stage2;", "return f->spare_stage1 && !f->spare_stage2;"),
    ("model: S2_IPA drops nothing", MODEL + "cmds.c",
     "scope.u.tlb.spare_stage1 = true;",
     "scope.u.tlb.spare_stage1 = scope.u.tlb.spare_stage2 = true;"),
    ("model: CFGI spares substream 0", MODEL + "cfgcache.c",
     "return !scope->one_substream || cd_index == scope->substreamid;",
     "return !scope->one_substream || (cd_index && cd_index == scope->substreamid);"),
    ("model: the last StreamID of a range is spared", MODEL + "cfgcache.c",
     "streamid > scope->sid_last", "streamid >= scope->sid_last + (scope->sid_first == scope->sid_last)"),
    ("model: VMIDs are never wildcards", MODEL + "tags.c",
     "^ f->vmid) & ~f->vmid_ignored)", "^ f->vmid) & 0xFFFF)"),
    ("model: global translations serve the other ASET", MODEL + "tags.c",
     "tag_key(x->world, x->vmid, 0, true, x->aset), x->tag)",
     "tag_key(x->world, x->vmid, 0, true, false), x->tag)"),
    ("model: global translations stay with another ASID's address", MODEL + "tags.c",
     "return !f->spare_global;", "return !f->spare_global && !f->by_asid;"),
    ("model: VMIDs have 8 bits", MODEL + "tags.c",
     "(uint64_t)vmid << 24 |", "(uint64_t)(uint8_t)vmid << 24 |"),
    ("model: ASIDs have 8 bits", MODEL + "tags.c",
     "(uint64_t)asid << 8 |", "(uint64_t)(uint8_t)asid << 8 |"),
    ("model: EL2 has ASIDs without E2H", MODEL + "cmds.c",
     "if (REG_FIELD(pi, CR2, E2H))\n", "if (REG_FIELD(pi, CR2, E2H) || VMID(words) < 1)\n"),
    ("model: runs of 16 pages go by their own page alone", MODEL + "tlb.c",
     "uint64_t last = first | low_mask(log2);",
     "uint64_t last = first | low_mask(log2 == 16 && e->geometry >> 3 == 12 ? 12 : log2);"),
]


def listed(name):
    return [item for item in os.environ[name].split(";") if item]


def compiler_of(source, path):
    includes = [f"-I{source}/testbench", f"-I{source}/model/include"]
    if path.endswith(".cpp"):
        return [os.environ.get("CXX", "c++"), "-std=c++17", "-O1", "-w", *includes]
    return [os.environ.get("CC", "cc"), "-std=c11", "-O1", "-w", "-DNDEBUG", *includes,
            f"-iquote{source}/model/src", f"-iquote{source}/model/spec"]


# Optimising the whole model again for each mutant would take most of the time.
def link(objects, program):
    subprocess.run([os.environ.get("CXX", "c++"), *listed("SMMUSIM_LINK_OPTIONS"), *objects, *listed("SMMUSIM_OBJECTS"),
                    *listed("SMMUSIM_ARCHIVES"), *listed("SMMUSIM_LIBRARIES"), "-lpthread",
                    "-o", program], check=True)


def finds_nothing(program, test):
    environment = {**os.environ, "SMMUSIM_ACCESSES": {380: "300000", 381: "400000"}[test]}
    return subprocess.run([program, f"--gtest_filter=*.{test}_*"], env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def complaint_about(source, folder, number, mutant):
    """None if the mutant is found, else what is wrong."""
    name, path, before, after = mutant
    test = 381 if mutant in INVALIDATION_MUTANTS else 380
    text = (source / path).read_text()
    if text.count(before) != 1:
        return f"{name}: {path} has {text.count(before)} times: {before!r}"
    mutated = folder / f"{number}{pathlib.Path(path).suffix}"
    mutated.write_text(text.replace(before, after))
    made, program = folder / f"{number}.o", folder / f"{number}"
    subprocess.run([*compiler_of(str(source), path), "-c", mutated, "-o", made], check=True)
    link([made], program)
    return f"{name}: test {test} has not found it" if finds_nothing(program, test) else None


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    mutants = MUTANTS + INVALIDATION_MUTANTS
    chosen = [m for m in mutants if not sys.argv[2:] or m[0] in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        link([], folder / "unmutated")
        for test in (380, 381):
            if not finds_nothing(folder / "unmutated", test):
                sys.exit(f"there is a disagreement already: run test {test}")
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
