#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Relative links in the documentation lead somewhere, and every page of docs/ is linked to."""

import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pages = sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))
    pages += sorted((root / "traces").rglob("*.md"))
    complaints, linked = [], {root / "README.md"}
    for page in pages:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for link in LINK.findall(line):
                if "://" in link:
                    continue
                target = (page.parent / link).resolve()
                linked.add(target)
                if not target.exists():
                    complaints.append(f"{page.relative_to(root)}:{number}: {link} does not exist")
    for page in pages:
        if page not in linked:
            complaints.append(f"{page.relative_to(root)}: no page links to it")
    for complaint in complaints:
        print(complaint)
    print(f"{len(pages)} pages, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
