#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps docs/spec-coverage.md true: every rule of docs/rules with its section and what tests it.

    spec_coverage.py SOURCE_DIR             check (a ctest): the rules are well formed, every tag
                                            names a rule or a section, and the file is up to date
    spec_coverage.py --write SOURCE_DIR     write docs/spec-coverage.md
    spec_coverage.py --summary SOURCE_DIR   count, per group of rules and in total
    spec_coverage.py --open SOURCE_DIR      list the rules that nothing tests and no gap explains

docs/rules/README.md says how traces and tests name what they test.
"""

import pathlib
import re
import sys

RULE_ID = r"[A-Z][A-Z0-9]{0,2}-\d{3}"
RULE_ROW = re.compile(rf"\| ({RULE_ID}) \|")
SECTION = re.compile(r"(?:DDI )?[A-Z]?\d+(?:\.\d+)*")
KINDS = {"M", "CU", "IM", "NA", "SW"}
NOT_TESTED_KINDS = {"NA": "must not be asserted", "SW": "obligation on software"}

TRACE_RULE = re.compile(r"^\s*rule\s+(.*?)\s*(?:#.*)?$")
CODE_RULE = re.compile(r"(?://|/\*|\*)\s*rule:\s*(.*?)\s*(?:\*/)?$")
TEST_NAME = re.compile(r"\bTEST(?:_[FP])?\(\s*\w+\s*,\s*(\w+)")
ID_IN_NAME = re.compile(r"(?<![A-Z0-9])([A-Z][A-Z0-9]{0,2})_(\d{3})(?!\d)")
# GAP: and what follows it in its comment: up to the comment's end, an empty line or the next mark.
GAP = re.compile(r"\bGAP:\s*(.*?)(?=\*/|GAP:|CHOICE:|\n\s*(?:\*|//)?\s*\n|\n\s*(?![\s*/]))", re.S)
CODE = {".c", ".h", ".cpp", ".def"}
GENERATED = pathlib.Path("docs/spec-coverage.md")


class Rule:
    def __init__(self, group, cells):
        self.group = group
        self.id, self.section, self.kind = cells[0], cells[1], cells[2]
        self.covered_by = set()
        self.gap = NOT_TESTED_KINDS.get(self.kind, "")


def natural(text):
    """Sort key: digits by value, so that 6.3.9 comes before 6.3.10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def table_cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


class Coverage:
    def __init__(self, root):
        self.root = root
        self.complaints = []
        self.rules = {}
        self.groups = []
        self.sections = {}
        self.code_gaps = []
        self.valid_sections = set(self.lines("docs/rules/sections.txt"))
        for book in ("queues", "translation"):
            self.read_rules(f"docs/rules/{book}.md")
        self.prefixes = {rule_id.split("-")[0] for rule_id in self.rules}
        self.read_gaps("docs/rules/gaps.md")
        self.read_traces()
        self.read_code()

    def lines(self, path):
        return [line for line in (self.root / path).read_text(encoding="utf-8").splitlines()
                if line and not line.startswith("#")]

    def complain(self, place, text):
        self.complaints.append(f"{place}: {text}")

    # -- what there is to cover ------------------------------------------------------------

    def read_rules(self, path):
        group = None
        for number, line in enumerate((self.root / path).read_text("utf-8").splitlines(), 1):
            if line.startswith("## "):
                group = line[3:].strip()
            if not RULE_ROW.match(line):
                continue
            cells = table_cells(line)
            place = f"{path}:{number}"
            if len(cells) != 6:
                self.complain(place, f"{len(cells)} cells; a rule has six (a | is written \\|)")
                continue
            rule = Rule(group, cells)
            if rule.id in self.rules:
                self.complain(place, f"{rule.id} is there twice")
            if rule.kind not in KINDS:
                self.complain(place, f"{rule.id}: kind {rule.kind} is none of {sorted(KINDS)}")
            for section in self.named_sections(rule.section):
                if section not in self.valid_sections:
                    self.complain(place, f"{rule.id}: there is no section {section}")
            self.rules[rule.id] = rule
            if group not in self.groups:
                self.groups.append(group)

    def named_sections(self, cell):
        """The sections of a rule's cell: `5.2 EATS, 6.3.26-6.3.28, DDI D8.2`."""
        for item in cell.split(", "):
            match = SECTION.match(item)
            if not match:
                yield item
                continue
            yield match.group()
            rest = item[match.end():]
            if rest.startswith("-"):
                yield ("DDI " if item.startswith("DDI ") else "") + rest[1:].split(" ")[0]

    def read_gaps(self, path):
        """`| SE-*, ST-001..ST-009, CI-004 | reason |`; the narrowest naming counts."""
        chosen = {}
        for number, line in enumerate((self.root / path).read_text("utf-8").splitlines(), 1):
            if not re.match(rf"\| (?:{RULE_ID}|[A-Z][A-Z0-9]*-\*)", line):
                continue
            names, reason = table_cells(line)
            for name in re.split(r"[,\s]+", names):
                ids, width = self.gap_range(name)
                if not ids:
                    self.complain(f"{path}:{number}", f"{name} names no rule")
                for rule_id in ids:
                    if rule_id not in chosen or width < chosen[rule_id][0]:
                        chosen[rule_id] = (width, reason)
        for rule_id, (_, reason) in chosen.items():
            self.rules[rule_id].gap = reason

    def gap_range(self, name):
        if name.endswith("-*"):
            return [i for i in self.rules if i.startswith(name[:-1])], 3
        if ".." in name:
            first, last = name.split("..")
            if first not in self.rules or last not in self.rules:
                return [], 2
            prefix = first.split("-")[0] + "-"
            return [i for i in self.rules if i.startswith(prefix) and first <= i <= last], 2
        return [name] if name in self.rules else [], 1

    # -- what covers it --------------------------------------------------------------------

    def cover(self, place, word, by):
        """True if `word` looks like a tag; complains if it names nothing."""
        if re.fullmatch(RULE_ID, word):
            if word in self.rules:
                self.rules[word].covered_by.add(by)
            else:
                self.complain(place, f"rule {word} does not exist (docs/rules)")
            return True
        if re.fullmatch(r"\d+(\.\d+)+|D\d+(\.\d+)*", word):
            section = "DDI " + word if word.startswith("D") else word
            if section in self.valid_sections:
                self.sections.setdefault(section, set()).add(by)
            else:
                self.complain(place, f"section {word} does not exist (docs/rules/sections.txt)")
            return True
        return False

    def cover_all(self, place, words, by, first_must):
        for position, word in enumerate(re.split(r"[,\s]+", words.strip())):
            if not self.cover(place, word, by):
                if position == 0 and first_must:
                    self.complain(place, f"'{word}' is neither a rule nor a section")
                break

    def read_traces(self):
        for path in sorted((self.root / "traces").rglob("*.trace")):
            place = path.relative_to(self.root)
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                match = TRACE_RULE.match(line)
                if match:
                    self.cover_all(f"{place}:{number}", match.group(1),
                                   place.relative_to("traces").as_posix(), True)

    def read_code(self):
        for room in ("model", "tlm", "testbench"):
            for path in sorted((self.root / room).rglob("*")):
                if path.suffix in CODE:
                    self.read_code_file(path.relative_to(self.root))

    def read_code_file(self, place):
        text = (self.root / place).read_text("utf-8")
        for gap in GAP.findall(text):
            self.add_gap(place, gap)
        if place.parts[0] != "testbench":
            return
        by = place.relative_to("testbench").as_posix()
        for number, line in enumerate(text.splitlines(), 1):
            match = CODE_RULE.search(line)
            if match:
                self.cover_all(f"{place}:{number}", match.group(1), by, True)
        for name in TEST_NAME.findall(text):
            for prefix, digits in ID_IN_NAME.findall(name):
                if prefix in self.prefixes:
                    self.cover(place, f"{prefix}-{digits}", by)

    def add_gap(self, place, comment):
        """The sentence after GAP:, which may go on over several lines of its comment."""
        lines = [re.sub(r"^\s*(?:\*|//)?\s*", "", line) for line in comment.splitlines()]
        text = re.split(r"(?<=[a-z)\]])\. |\.$", " ".join(lines).strip())[0]
        found = [re.sub("^D", "DDI D", number)
                 for number in re.findall(r"(?<![\w.])D?\d+(?:\.\d+)+\b", text)]
        sections = [section for section in found if section in self.valid_sections]
        self.code_gaps.append((place.as_posix(), ", ".join(sections) or "-",
                               text.replace("|", "\\|")))

    # -- what comes of it ------------------------------------------------------------------

    def document(self):
        out = ["# Coverage of the specification", "",
               "Made by `testbench/check/spec_coverage.py --write` from docs/rules, the `rule`",
               "lines of traces and the tags of tests; docs/rules/README.md says how to tag. Do",
               "not edit; after a merge, make it anew. A rule with neither a test nor a gap is",
               "open.", ""]
        for group in self.groups:
            out += [f"## {group}", "", "| rule | section | tested by | gap |", "|---|---|---|---|"]
            for rule in self.rules.values():
                if rule.group != group:
                    continue
                tests = ", ".join(sorted(rule.covered_by, key=natural))
                gap = "" if tests else rule.gap
                out.append(f"| {rule.id} | {rule.section} | {tests} | {gap} |".replace("  ", " "))
            out.append("")
        out += ["## Sections that traces and tests name directly", "",
                "| section | tested by |", "|---|---|"]
        for section in sorted(self.sections, key=natural):
            out.append(f"| {section} | {', '.join(sorted(self.sections[section], key=natural))} |")
        out += ["", "## Gaps that the code states", "", "| file | section | gap |", "|---|---|---|"]
        out += sorted({f"| {place} | {sections} | {text} |"
                       for place, sections, text in self.code_gaps})
        return "\n".join(out) + "\n"

    def open_rules(self):
        return [rule for rule in self.rules.values() if not rule.covered_by and not rule.gap]

    def summary(self):
        rows = [("group", "rules", "tested", "gap", "open")]
        for group in self.groups:
            rules = [rule for rule in self.rules.values() if rule.group == group]
            rows.append((group, *self.counts(rules)))
        rows.append(("total", *self.counts(list(self.rules.values()))))
        return "\n".join(f"{row[0]:62} {row[1]:>6} {row[2]:>6} {row[3]:>6} {row[4]:>6}"
                         for row in rows)

    def counts(self, rules):
        tested = sum(1 for rule in rules if rule.covered_by)
        gap = sum(1 for rule in rules if rule.gap and not rule.covered_by)
        return len(rules), tested, gap, len(rules) - tested - gap


def main(arguments):
    options = [word for word in arguments if word.startswith("--")]
    places = [word for word in arguments if not word.startswith("--")]
    if len(places) != 1 or len(options) > 1 or set(options) - {"--write", "--summary", "--open"}:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(places[0])
    coverage = Coverage(root)
    document = coverage.document()
    if "--write" in options:
        (root / GENERATED).write_text(document, encoding="utf-8")
    elif "--summary" in options:
        print(coverage.summary())
    elif "--open" in options:
        for rule in coverage.open_rules():
            print(rule.id, rule.section)
    else:
        path = root / GENERATED
        if not path.is_file() or path.read_text(encoding="utf-8") != document:
            coverage.complain(GENERATED, "not up to date; run\n"
                              "    python3 testbench/check/spec_coverage.py --write .\n"
                              "in the source directory and commit the file")
    for complaint in coverage.complaints:
        print(complaint, file=sys.stderr)
    return 1 if coverage.complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
