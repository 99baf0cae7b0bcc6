/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Commands: which are legal, and what each does (4.1 to 4.7). A row of cmds.def becomes a rule
 * once the configuration is known; when a rule is asked or carried out is the engine's (cmdq.h).
 */
#ifndef SMMUSIM_CMDS_H
#define SMMUSIM_CMDS_H

#include <stdbool.h>
#include <stdint.h>

#include "spec.h"

struct smmu;
struct prog_if;

/* What the engine needs to know about a command before it acts. */
enum cmd_kind { CMD_ILLEGAL, CMD_IS_PLAIN, CMD_IS_CFGI, CMD_IS_TLBI, CMD_IS_SYNC, CMD_IS_ATC_INV };

typedef bool cmd_check_fn(const struct smmu *s, const uint64_t words[2]);
typedef void cmd_handler_fn(struct smmu *s, const struct prog_if *pi, const uint64_t words[2]);

/* What the configuration makes of a row of cmds.def. */
struct cmd_rule {
    uint64_t reserved[2];   /* bits that must be zero, if choice.reserved_bits says so (4.1.5) */
    uint64_t ssec;          /* the SSec bit of word 0, if it has one (4.1.6) */
    cmd_check_fn *check;    /* of its parameters; NULL: all are legal */
    cmd_handler_fn *handle; /* its effect; NULL: none, or the engine's (CMD_SYNC, CMD_ATC_INV) */
    uint8_t queues;         /* enum smmu_command_queues; 0: illegal on all */
    uint8_t kind;           /* enum cmd_kind */
};

/* Numbers of rules: enum smmu_command_id, and one for what is illegal. */
enum { CMD_RULE_ILLEGAL = SMMU_CMD_COUNT };

struct cmd_rules {
    uint8_t of_opcode[256];
    struct cmd_rule rule[SMMU_CMD_COUNT + 1];
};

/* 3.17.6: which bits of a VMID make no difference to an invalidation. */
uint16_t smmu__vmid_wildcard(const struct prog_if *pi);
/* Derives s->cmd_rules from the configuration: once, at creation. */
void smmu__cmds_init(struct smmu *s);
/* The rule of a command that is legal for the configuration and the queue's interface (4.1.3), or
 * CMD_RULE_ILLEGAL. */
uint8_t smmu__cmd_judge(const struct smmu *s, const struct prog_if *pi, const uint64_t words[2]);

#endif
