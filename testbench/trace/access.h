/* SPDX-License-Identifier: Apache-2.0 */
/* The outcome of a client's access: what RESULT says after `->`, and how it is compared. */
#ifndef SMMUSIM_TRACE_ACCESS_H
#define SMMUSIM_TRACE_ACCESS_H

#include "trace/parser.h"
#include "trace/player_impl.h"

/* Kinds of outcome; RESULT may allow several. */
enum outcome {
    OUTCOME_OK = 1 << 0,
    OUTCOME_BYPASS = 1 << 1,
    OUTCOME_ABORT = 1 << 2,
    OUTCOME_RAZ = 1 << 3,
    OUTCOME_WI = 1 << 4,
    OUTCOME_STALL = 1 << 5,
};

/* data=W,W,...: one number for up to 8 bytes, 64-bit words for more. */
struct data_expected {
    const struct expected *word;
    uint32_t count;
};

struct result_args {
    unsigned outcomes; /* 0: nothing is expected */
    struct expected pa, memattr, sh, ns, partid, pmg;
    struct expected stag;
    struct data_expected data;
    struct limit cycles;
};

/* False after a message: there is no such TBU. */
bool tbu_exists(struct player *player, unsigned tbu);
/* Lets time pass until it is finished. False: nothing more is due, and it is still pending. */
bool await_access(struct player *player, uint32_t ticket, struct client_result *result,
                  uint8_t *bytes);

/* `->` and what follows, if there is one. */
bool parse_result(struct parser *parser, struct result_args *args);

/* result is NULL if the access is still pending; data holds len bytes. */
void check_result(struct player *player, const struct result_args *args, uint32_t ticket,
                  const struct client_access *access, const struct client_result *result,
                  const uint8_t *data);

#endif
