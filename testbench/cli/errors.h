/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ERR table: every way a command can fail (4.1.3, 7.1), what the specification expects for
 * a configuration, and what a fresh model of that configuration does.
 */
#ifndef SMMUSIM_CLI_ERRORS_H
#define SMMUSIM_CLI_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smmusim/smmu.h"

/* ---- the table: what the specification says */

/* What must hold for the Non-secure queue to know a command; otherwise it is illegal. */
enum error_needs {
    NEEDS_NOTHING,
    NEEDS_S1P,
    NEEDS_S2P,
    NEEDS_HYP,
    NEEDS_ATS,
    NEEDS_PRI,
    NEEDS_MPAM,
    NEEDS_DPT,
    NEEDS_STALL,
    NEEDS_SECURE_QUEUE, /* never there on this queue */
};

struct error_command {
    unsigned opcode;
    enum error_needs needs;
    const char *section;
};

/* What IDR5.DS must be for a case: TTL and SCALE depend on it (4.4.1.1). */
enum error_ds { ANY_DS, WITHOUT_DS, WITH_DS };

/* A combination of parameters. */
struct error_parameter {
    unsigned opcode;
    const char *cause;
    const char *section;
    uint64_t words[2]; /* besides the opcode */
    bool ril;          /* needs IDR3.RIL = 1 */
    enum error_ds ds;
    bool illegal;      /* otherwise it is a value that must be taken */
};

/* Opcodes that the table of 4.1.1 does not give to any command, first and last. */
struct error_opcodes {
    unsigned first, last;
    const char *cause;
};

/* Fields that are reserved in a configuration with one key set to 0. */
struct error_reserved {
    unsigned opcode;
    const char *cause;
    const char *section;
    const char *key; /* set to 0; NULL: in every configuration */
    uint64_t bits[2];
    bool may_ignore; /* ignoring stays permitted where reserved bits are checked */
};

extern const struct error_command error_commands[];
extern const size_t error_command_count;
extern const struct error_parameter error_parameters[];
extern const size_t error_parameter_count;
extern const struct error_opcodes error_opcodes[];
extern const size_t error_opcodes_count;
extern const struct error_reserved error_reserved[];
extern const size_t error_reserved_count;

/* ---- measuring */

struct error_outcome {
    unsigned err; /* CONS.ERR, ERR_REASON of an ECMDQ, while the error is active, otherwise CERROR_NONE */
    unsigned rd;  /* CONS.RD */
    uint32_t gerror;
};

enum error_queue { ERROR_ON_CMDQ, ERROR_ON_ECMDQ };

/* It stands at this index of so many commands. */
enum { ERROR_INDEX = 1, ERROR_COMMANDS = 3 };

struct error_case {
    uint64_t words[2];
    bool fetch_aborts;
    bool behind_atc_inv; /* the command before it is a CMD_ATC_INV that no device completes */
};

/* One run on a fresh model (errors_run.c). False: the configuration is not usable, and why. */
bool errors_run(const smmu_config_t *cfg, enum error_queue on, const struct error_case *c,
                struct error_outcome *outcome, char *why, size_t why_size);

/* One line of the table. */
struct error_line {
    const char *queue; /* CMDQ, ECMDQ */
    const char *command;
    const char *cause;
    const char *section;
    unsigned runs;
    struct error_outcome expected;
    bool or_consumed;              /* to be consumed is permitted too */
    struct error_outcome measured; /* of the first run that differs, else of the first */
    uint64_t words[2];             /* likewise */
    bool held;
};

/*
 * Lines that did not hold; -1 if the configuration is not usable, then why says so. each is called
 * for every line.
 */
long errors_measure(const smmu_config_t *cfg, void (*each)(void *ctx, const struct error_line *),
                    void *ctx, char *why, size_t why_size);

#endif
