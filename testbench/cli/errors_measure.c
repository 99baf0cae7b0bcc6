/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the cases of the ERR table, each on a fresh model: a good command, the one in question, a
 * good command. An error must leave CONS.RD at the second, its code in CONS.ERR and CMDQ_ERR, or an
 * ECMDQ's CMDQP_ERR, alone active; without one all three are consumed.
 */
#include <stdio.h>
#include <string.h>

#include "cli/errors.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_field.h"
#include "spec_ref/ref_registers.h"
#include "trace/names.h"

struct measurement {
    smmu_config_t config;
    enum error_queue queue;
    void (*each)(void *ctx, const struct error_line *line);
    void *ctx;
    char *why;
    size_t why_size;
    bool usable;
    long deviations;
};

/* ---- lines */

static struct error_outcome expect(const struct measurement *m, unsigned err)
{
    const uint64_t error =
        m->queue == ERROR_ON_CMDQ ? REF_MASK(GERROR_CMDQ_ERR) : REF_MASK(GERROR_CMDQP_ERR);
    if (err == REF_CERROR_NONE)
        return (struct error_outcome){.err = err, .rd = ERROR_COMMANDS};
    return (struct error_outcome){.err = err, .rd = ERROR_INDEX, .gerror = (uint32_t)error};
}

static bool same(const struct error_outcome *a, const struct error_outcome *b)
{
    return a->err == b->err && a->rd == b->rd && a->gerror == b->gerror;
}

static void add_case(struct measurement *m, struct error_line *line, const smmu_config_t *cfg,
                     const struct error_case *c)
{
    struct error_outcome consumed = expect(m, REF_CERROR_NONE), measured;
    if (!errors_run(cfg, m->queue, c, &measured, m->why, m->why_size))
        m->usable = false;
    bool held =
        same(&measured, &line->expected) || (line->or_consumed && same(&measured, &consumed));
    if (!line->runs || (line->held && !held)) {
        line->measured = measured;
        memcpy(line->words, c->words, sizeof(c->words));
        line->held = held;
    }
    line->runs++;
}

static void add_run(struct measurement *m, struct error_line *line, const smmu_config_t *cfg,
                    uint64_t word0, uint64_t word1)
{
    add_case(m, line, cfg, &(struct error_case){.words = {word0, word1}});
}

static void end_line(struct measurement *m, struct error_line *line)
{
    if (!m->usable || !line->runs)
        return;
    line->queue = m->queue == ERROR_ON_CMDQ ? "CMDQ" : "ECMDQ";
    m->deviations += !line->held;
    m->each(m->ctx, line);
}

static uint64_t key(const smmu_config_t *cfg, const char *name)
{
    uint64_t value = 0;
    (void)smmu_config_get(cfg, name, &value);
    return value;
}

/* NULL if the queue knows the command, else what it lacks. */
static const char *lacking(const smmu_config_t *cfg, enum error_needs needs)
{
    switch (needs) {
    case NEEDS_NOTHING:
        return NULL;
    case NEEDS_S1P:
        return key(cfg, "IDR0.S1P") ? NULL : "IDR0.S1P = 0";
    case NEEDS_S2P:
        return key(cfg, "IDR0.S2P") ? NULL : "IDR0.S2P = 0";
    case NEEDS_HYP:
        return key(cfg, "IDR0.Hyp") ? NULL : "IDR0.Hyp = 0";
    case NEEDS_ATS:
        return key(cfg, "IDR0.ATS") ? NULL : "IDR0.ATS = 0";
    case NEEDS_PRI:
        return key(cfg, "IDR0.PRI") ? NULL : "IDR0.PRI = 0";
    case NEEDS_MPAM:
        return key(cfg, "IDR3.MPAM") ? NULL : "IDR3.MPAM = 0";
    case NEEDS_DPT:
        return key(cfg, "IDR3.DPT") ? NULL : "IDR3.DPT = 0";
    case NEEDS_STALL:
        return key(cfg, "IDR0.STALL_MODEL") == 1 ? "IDR0.STALL_MODEL = 1" : NULL;
    case NEEDS_SECURE_QUEUE:
        break;
    }
    return "not on the Non-secure queue";
}

static const struct error_command *command_of(unsigned opcode)
{
    for (size_t i = 0; i < error_command_count; ++i) {
        if (error_commands[i].opcode == opcode)
            return &error_commands[i];
    }
    return NULL;
}

static const char *name_of(unsigned opcode)
{
    const struct ref_number_row *row = command_numbered(opcode);
    return row ? row->name : "?";
}

/* An encoding of the command that is legal where the command is. */
static void plain(struct measurement *m, const struct error_command *command)
{
    const char *lacks = lacking(&m->config, command->needs);
    struct error_line line = {.command = name_of(command->opcode),
                              .cause = lacks ? lacks : "none: a legal command",
                              .section = command->section,
                              .expected = expect(m, lacks ? REF_CERROR_ILL : REF_CERROR_NONE)};
    add_run(m, &line, &m->config, command->opcode, 0);
    end_line(m, &line);
}

/* A configuration without IDR5.DS can always be had, one with it only if there is. */
static bool suits_ds(struct measurement *m, enum error_ds ds, smmu_config_t *cfg)
{
    if (ds == WITHOUT_DS)
        return smmu_config_set(cfg, "IDR5.DS", 0, m->why, m->why_size) == SMMU_OK &&
               smmu_config_check(cfg, m->why, m->why_size) == SMMU_OK;
    return ds == ANY_DS || key(cfg, "IDR5.DS");
}

static void parameter(struct measurement *m, const struct error_parameter *parameter)
{
    smmu_config_t cfg = m->config;
    const struct error_command *command = command_of(parameter->opcode);
    bool unknown = lacking(&m->config, command->needs) != NULL;
    struct error_line line = {.command = name_of(parameter->opcode),
                              .cause = parameter->cause,
                              .section = parameter->section};
    if ((unknown && !parameter->illegal) || (parameter->ril && !key(&m->config, "IDR3.RIL")) ||
        !suits_ds(m, parameter->ds, &cfg))
        return;
    line.expected = expect(m, unknown || parameter->illegal ? REF_CERROR_ILL : REF_CERROR_NONE);
    add_run(m, &line, &cfg, parameter->opcode | parameter->words[0], parameter->words[1]);
    end_line(m, &line);
}

/* Each of the bits alone, with the model ignoring or checking reserved bits. */
static void reserved_bits(struct measurement *m, struct error_line *line, const smmu_config_t *base,
                          unsigned opcode, const uint64_t bits[2], bool checked)
{
    smmu_config_t cfg = *base;
    line->expected = expect(m, checked ? REF_CERROR_ILL : REF_CERROR_NONE);
    if (smmu_config_set(&cfg, "choice.reserved_bits", checked, m->why, m->why_size) != SMMU_OK) {
        m->usable = false;
        return;
    }
    for (unsigned bit = 0; bit < 128 && m->usable; ++bit) {
        uint64_t one = UINT64_C(1) << (bit % 64);
        if (bits[bit / 64] & one)
            add_run(m, line, &cfg, opcode | (bit < 64 ? one : 0), bit < 64 ? 0 : one);
    }
    end_line(m, line);
}

static void unnamed_bits(struct measurement *m, const struct error_command *command, bool checked)
{
    struct error_line line = {.command = name_of(command->opcode),
                              .cause = checked ? "bits of no field, checked"
                                               : "bits of no field, ignored",
                              .section = "4.1.5"};
    uint64_t bits[2] = {UINT64_MAX, UINT64_MAX};
    struct field_table fields = command_fields();
    for (size_t i = 0; i < fields.count; ++i) {
        const struct ref_field_row *row = &fields.rows[i];
        if (strcmp(row->object, line.command) == 0)
            bits[row->dword] &= ~ref_mask(row->msb, row->lsb);
    }
    if (!lacking(&m->config, command->needs))
        reserved_bits(m, &line, &m->config, command->opcode, bits, checked);
}

static void conditional_bits(struct measurement *m, const struct error_reserved *row, bool checked)
{
    char cause[96];
    smmu_config_t cfg = m->config;
    struct error_line line = {.command = name_of(row->opcode),
                              .cause = cause,
                              .section = row->section,
                              .or_consumed = row->may_ignore};
    snprintf(cause, sizeof(cause), "%s, %s", row->cause, checked ? "checked" : "ignored");
    /* A configuration that cannot be without the feature has no such case. */
    if (row->key && (smmu_config_set(&cfg, row->key, 0, m->why, m->why_size) != SMMU_OK ||
                     smmu_config_check(&cfg, m->why, m->why_size) != SMMU_OK))
        return;
    if (!lacking(&cfg, command_of(row->opcode)->needs))
        reserved_bits(m, &line, &cfg, row->opcode, row->bits, checked);
}

static void opcodes(struct measurement *m, const struct error_opcodes *row)
{
    char name[16];
    struct error_line line = {.command = name,
                              .cause = row->cause,
                              .section = "4.1.1",
                              .expected = expect(m, REF_CERROR_ILL)};
    snprintf(name, sizeof(name), row->first == row->last ? "0x%02X" : "0x%02X-0x%02X", row->first,
             row->last);
    for (unsigned opcode = row->first; opcode <= row->last && m->usable; ++opcode)
        add_run(m, &line, &m->config, opcode, 0);
    end_line(m, &line);
}

/* Whether reserved bits are checked or not. */
static void atc_inv_fails(struct measurement *m)
{
    struct error_line line = {.command = "CMD_SYNC",
                              .cause = "behind a CMD_ATC_INV that timed out",
                              .section = "7.1"};
    const struct error_case c = {.words = {REF_CMD_SYNC, 0}, .behind_atc_inv = true};
    smmu_config_t cfg = m->config;
    if (lacking(&cfg, NEEDS_ATS))
        return;
    line.expected = expect(m, REF_CERROR_ATC_INV_SYNC);
    for (unsigned checked = 0; checked < 2 && m->usable; ++checked) {
        m->usable =
            smmu_config_set(&cfg, "timing.atc_inv_timeout", 1000, m->why, m->why_size) == SMMU_OK &&
            smmu_config_set(&cfg, "choice.reserved_bits", checked, m->why, m->why_size) == SMMU_OK;
        if (m->usable)
            add_case(m, &line, &cfg, &c);
    }
    end_line(m, &line);
}

static void fetch_aborts(struct measurement *m)
{
    struct error_line line = {.command = "0x00-0xFF",
                              .cause = "external abort on the fetch",
                              .section = "7.1",
                              .expected = expect(m, REF_CERROR_ABT)};
    for (unsigned opcode = 0; opcode <= 0xFF && m->usable; ++opcode)
        add_case(m, &line, &m->config,
                 &(struct error_case){.words = {opcode, 0}, .fetch_aborts = true});
    end_line(m, &line);
}

/* Caches play no part in whether a command is legal; small ones make fresh models cheap. */
static void make_small(smmu_config_t *cfg)
{
    static const char *const sizes[] = {"timing.mtlb_entries", "timing.cc_entries",
                                        "timing.wc_entries"};
    const smmu_config_key_t *row;
    for (size_t i = 0; (row = smmu_config_key(i)) != NULL; ++i) {
        for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); ++j) {
            if (strcmp(row->name, sizes[j]) == 0)
                (void)smmu_config_set(cfg, row->name, 16, NULL, 0);
        }
    }
}

static void measure_on(struct measurement *m, enum error_queue queue)
{
    m->queue = queue;
    for (size_t i = 0; i < error_opcodes_count && m->usable; ++i)
        opcodes(m, &error_opcodes[i]);
    for (size_t i = 0; i < error_command_count && m->usable; ++i)
        plain(m, &error_commands[i]);
    for (size_t i = 0; i < error_parameter_count && m->usable; ++i)
        parameter(m, &error_parameters[i]);
    for (size_t i = 0; i < 2 * error_command_count && m->usable; ++i)
        unnamed_bits(m, &error_commands[i / 2], i % 2);
    for (size_t i = 0; i < 2 * error_reserved_count && m->usable; ++i)
        conditional_bits(m, &error_reserved[i / 2], i % 2);
    if (m->usable)
        atc_inv_fails(m);
    if (m->usable)
        fetch_aborts(m);
}

long errors_measure(const smmu_config_t *cfg, void (*each)(void *ctx, const struct error_line *),
                    void *ctx, char *why, size_t why_size)
{
    struct measurement m = {
        .config = *cfg, .each = each, .ctx = ctx, .why = why, .why_size = why_size, .usable = true};
    make_small(&m.config);
    measure_on(&m, ERROR_ON_CMDQ);
    if (m.usable && key(cfg, "IDR1.ECMDQ"))
        measure_on(&m, ERROR_ON_ECMDQ);
    return m.usable ? m.deviations : -1;
}
