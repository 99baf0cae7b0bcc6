/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of features that the model does not have yet: known, and refused. GAP: ATS (3.9.1).
 */
#include "trace/parser.h"
#include "trace/statements.h"

static bool no_ats(struct parser *parser, struct statement *statement)
{
    (void)statement;
    return parse_fail(parser, "%s: the configured SMMU has no ATS", parser->word[0]);
}

static const struct statement_row rows[] = {
    {"ats", no_ats, NULL},
    {"atc", no_ats, NULL},
    {"atc-inv", no_ats, NULL},
    {"no-atc-inv", no_ats, NULL},
};
STATEMENT_GROUP(unbuilt_statements, rows);
