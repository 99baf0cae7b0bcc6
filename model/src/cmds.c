/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Legality of commands by table, and what each does (4.1 to 4.7). An invalidation command is
 * translated into a scope; what a scope removes is inval.c's. CMD_SYNC waits, so it belongs to the
 * engine (cmdq.c).
 */
#include <assert.h>
#include <string.h>

#include "state.h"
#include "xlate.h"

/* ------------------------------------------------- fields that several commands share */

/* They lie at the same place in every command that has them (4.1.6, 4.4.1.1). */
#define STREAMID(words) ((uint32_t)SMMU_FIELD_GET(CMD_CFGI_STE, StreamID, words))
#define VMID(words) ((uint16_t)SMMU_FIELD_GET(CMD_TLBI_NH_VA, VMID, words))
#define ASID(words) ((uint16_t)SMMU_FIELD_GET(CMD_TLBI_NH_VA, ASID, words))
#define VA_FIELD(name, words) ((unsigned)SMMU_FIELD_GET(CMD_TLBI_NH_VA, name, words))

/* 4.4.1.1: what a by-address command names, defaults applied. granule_log2 0: a single address, no
 * hint. */
struct address_range {
    uint64_t first, last;
    uint64_t granules;
    uint8_t granule_log2;
    uint8_t level_hint;
};

static unsigned scale_of(const struct smmu *s, const uint64_t words[2])
{
    unsigned scale = VA_FIELD(SCALE, words);
    if (!CFG(s, IDR5_DS))
        return scale & 0x1F;
    return scale > 39 ? 39 : scale;
}

/* 0: a single address, without hint. */
static unsigned granule_code(const struct smmu *s, const uint64_t words[2])
{
    return CFG(s, IDR3_RIL) ? VA_FIELD(TG, words) : 0;
}

static inline struct address_range range_of(const struct smmu *s, const uint64_t words[2])
{
    static const uint8_t granule_log2_of_tg[4] = {0, 12, 14, 16};
    struct address_range r = {.first = SMMU_FIELD_IN_PLACE(CMD_TLBI_NH_VA, Addr, words),
                              .granules = 1};
    unsigned tg = granule_code(s, words);
    if (tg == 0) {
        r.last = r.first | low_mask(12);
        return r;
    }
    r.granule_log2 = granule_log2_of_tg[tg];
    r.level_hint = (uint8_t)VA_FIELD(TTL, words);
    if (r.granule_log2 == 14 && r.level_hint == 1 && !CFG(s, IDR5_DS))
        r.level_hint = 0;
    r.granules = (uint64_t)(VA_FIELD(NUM, words) + 1) << scale_of(s, words);
    /* No wrap at the top of the address space. */
    uint64_t bytes = r.granules << r.granule_log2;
    r.last = r.first > UINT64_MAX - (bytes - 1) ? UINT64_MAX : r.first + (bytes - 1);
    return r;
}

/* --------------------------------------------------------------------- parameter checks */

/* 4.4.1.1: without TG, range and hint are RES0; without TTL, TTL128. As bits of no field (4.1.5).
 */
static bool range_fields_are_reserved(const struct smmu *s, const uint64_t words[2])
{
    bool hint = VA_FIELD(TG, words) != 0 && VA_FIELD(TTL, words) != 0;
    if (!CFG(s, CHOICE_RESERVED_BITS))
        return false;
    if (VA_FIELD(TTL128, words) && !hint)
        return true;
    return VA_FIELD(TG, words) == 0 &&
           (VA_FIELD(NUM, words) | VA_FIELD(SCALE, words) | VA_FIELD(TTL, words)) != 0;
}

/* 4.4.1.1: a granule without range and without hint is Reserved. */
static bool check_range(const struct smmu *s, const uint64_t words[2])
{
    if (range_fields_are_reserved(s, words))
        return false;
    if (granule_code(s, words) == 0)
        return true;
    struct address_range r = range_of(s, words);
    return r.granules > 1 || r.level_hint != 0;
}

/* 4.5.2: Resp=0b11 is Reserved. */
static bool check_pri_resp(const struct smmu *s, const uint64_t words[2])
{
    (void)s;
    return SMMU_FIELD_GET(CMD_PRI_RESP, Resp, words) != 3;
}

/* 4.7.3: CS=0b11 is Reserved. */
static bool check_sync(const struct smmu *s, const uint64_t words[2])
{
    (void)s;
    return SMMU_FIELD_GET(CMD_SYNC, CS, words) != 3;
}

/* CHOICE 4.5.1: a Size beyond 52 is ILLEGAL. */
static bool check_atc_inv(const struct smmu *s, const uint64_t words[2])
{
    (void)s;
    return SMMU_FIELD_GET(CMD_ATC_INV, Size, words) <= 52;
}

/* -------------------------------------------------------- configuration invalidation (4.3) */

/*
 * CHOICE: a StreamID or SubstreamID out of range has no effect (4.1.7): nothing is cached for it.
 * Leaf makes no difference, because L1STDs and L1CDs are not cached. What a VMS says is cached with
 * the configurations of the streams that asked it.
 */
static void invalidate_config(struct smmu *s, const struct prog_if *pi, struct inval_config config)
{
    struct inval_scope scope = {.kind = INVAL_CONFIG, .u.config = config};
    scope.u.config.sec = pi->sec;
    smmu__invalidate(s, &scope);
}

/* Also every CD that was found through the StreamID. */
static void handle_cfgi_ste(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    invalidate_config(
        s, pi, (struct inval_config){.sid_first = STREAMID(words), .sid_last = STREAMID(words)});
}

static void handle_cfgi_ste_range(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    unsigned range = (unsigned)SMMU_FIELD_GET(CMD_CFGI_STE_RANGE, Range, words);
    uint32_t below = (uint32_t)low_mask(range + 1); /* StreamID bits that are ignored */
    invalidate_config(s, pi,
                      (struct inval_config){.all = range == 31,
                                            .sid_first = STREAMID(words) & ~below,
                                            .sid_last = STREAMID(words) | below});
}

static void handle_cfgi_cd(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    invalidate_config(s, pi,
                      (struct inval_config){
                          .sid_first = STREAMID(words),
                          .sid_last = STREAMID(words),
                          .one_substream = true,
                          .substreamid = (uint32_t)SMMU_FIELD_GET(CMD_CFGI_CD, SubstreamID, words),
                      });
}

/* An entry of the configuration cache holds STE and CD together: without its CDs a stream has none
 * left. */
static void handle_cfgi_cd_all(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    handle_cfgi_ste(s, pi, words);
}

/* 4.3.5. CHOICE 5.6.2: drops the configurations, too, so that what a VMID's VMS has said is gone. */
static void handle_cfgi_vms_pidm(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    invalidate_config(
        s, pi,
        (struct inval_config){.sid_last = UINT32_MAX,
                              .partid_map = true,
                              .vmid = (uint16_t)SMMU_FIELD_GET(CMD_CFGI_VMS_PIDM, VMID, words)});
}

/* ------------------------------------------------------------------ TLB invalidation (4.4) */

/* Reserved values: none. */
uint16_t smmu__vmid_wildcard(const struct prog_if *pi)
{
    unsigned bits = (unsigned)REG_FIELD(pi, CR0, VMW);
    return (uint16_t)low_mask(bits > 4 ? 0 : bits);
}

/* A queue's commands by VMID are about its own Security state's entries, and not about those of
 * EL2. VMID counts only if there is a stage 2 (4.4.2). Scopes are written where they are used: a
 * copy of one just written would wait for the stores. */
static inline void vmid_scope(struct inval_scope *scope, const struct smmu *s,
                              const struct prog_if *pi, const uint64_t words[2])
{
    *scope = (struct inval_scope){.kind = INVAL_TLB};
    scope->u.tlb.world = WORLD_NS_EL1;
    scope->u.tlb.by_vmid = CFG(s, IDR0_S2P) != 0;
    scope->u.tlb.vmid = VMID(words);
    scope->u.tlb.vmid_ignored = smmu__vmid_wildcard(pi);
}

/* The scope of every NH command: what stage 1 has a part in (4.4.2; Arm ARM D8.17). */
static inline void nh_scope(struct inval_scope *scope, const struct smmu *s,
                            const struct prog_if *pi, const uint64_t words[2])
{
    vmid_scope(scope, s, pi, words);
    scope->u.tlb.spare_stage2 = true;
}

/* The scope of every EL2 command: E2H or not (3.17.5). */
static inline void el2_scope(struct inval_scope *scope)
{
    *scope = (struct inval_scope){.kind = INVAL_TLB, .u.tlb = {.world = WORLD_NS_EL2}};
}

static void add_asid(struct inval_tlb *scope, const uint64_t words[2])
{
    scope->by_asid = true;
    scope->asid = ASID(words);
}

static void add_range(const struct smmu *s, struct inval_tlb *scope, const uint64_t words[2])
{
    struct address_range r = range_of(s, words);
    scope->by_va = true;
    scope->leaf_only = SMMU_FIELD_GET(CMD_TLBI_NH_VA, Leaf, words) != 0;
    scope->va_first = r.first;
    scope->va_last = r.last;
    scope->granule_log2 = r.granule_log2;
    scope->level_hint = r.level_hint;
}

static void handle_tlbi_nh_all(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    nh_scope(&scope, s, pi, words);
    smmu__invalidate(s, &scope);
}

/* Global entries have no ASID: they stay. */
static void handle_tlbi_nh_asid(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    nh_scope(&scope, s, pi, words);
    add_asid(&scope.u.tlb, words);
    scope.u.tlb.spare_global = true;
    smmu__invalidate(s, &scope);
}

/* Global entries of the address go whatever the ASID. */
static void handle_tlbi_nh_va(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    nh_scope(&scope, s, pi, words);
    add_asid(&scope.u.tlb, words);
    add_range(s, &scope.u.tlb, words);
    smmu__invalidate(s, &scope);
}

static void handle_tlbi_nh_vaa(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    nh_scope(&scope, s, pi, words);
    add_range(s, &scope.u.tlb, words);
    smmu__invalidate(s, &scope);
}

static void handle_tlbi_el2_all(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    (void)pi;
    (void)words;
    struct inval_scope scope;
    el2_scope(&scope);
    smmu__invalidate(s, &scope);
}

/* Without E2H there are no ASIDs: the command's is ignored (4.4.2.8). */
static void handle_tlbi_el2_va(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    el2_scope(&scope);
    if (REG_FIELD(pi, CR2, E2H))
        add_asid(&scope.u.tlb, words);
    add_range(s, &scope.u.tlb, words);
    smmu__invalidate(s, &scope);
}

static void handle_tlbi_el2_vaa(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    (void)pi;
    struct inval_scope scope;
    el2_scope(&scope);
    add_range(s, &scope.u.tlb, words);
    smmu__invalidate(s, &scope);
}

static void handle_tlbi_el2_asid(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    (void)pi;
    struct inval_scope scope;
    el2_scope(&scope);
    add_asid(&scope.u.tlb, words);
    scope.u.tlb.spare_global = true;
    smmu__invalidate(s, &scope);
}

static void handle_tlbi_s12_vmall(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    vmid_scope(&scope, s, pi, words);
    smmu__invalidate(s, &scope);
}

/* What stage 2 alone has made. CHOICE: combined entries stay, as 4.4.3.1 permits. */
static void handle_tlbi_s2_ipa(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    struct inval_scope scope;
    vmid_scope(&scope, s, pi, words);
    add_range(s, &scope.u.tlb, words);
    scope.u.tlb.spare_stage1 = true;
    smmu__invalidate(s, &scope);
}

/* Every VMID, every stage, all but EL2. */
static void handle_tlbi_nsnh_all(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    (void)pi;
    (void)words;
    struct inval_scope scope = {.kind = INVAL_TLB, .u.tlb = {.world = WORLD_NS_EL1}};
    smmu__invalidate(s, &scope);
}

/* -------------------------------------------------------------- page request groups (4.5) */

/* CHOICE 4.5.2: without PASIDs in the system SSV counts as 0. */
static void handle_pri_resp(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    static const uint8_t codes[] = {SMMU_PRG_FAILURE, SMMU_PRG_INVALID, SMMU_PRG_SUCCESS};
    if (!smmu__xlate_enabled(pi))
        return;
    const smmu_page_request_t group = {
        .streamid = STREAMID(words),
        .substreamid = (uint32_t)SMMU_FIELD_GET(CMD_PRI_RESP, SubstreamID, words),
        .prg_index = (uint16_t)SMMU_FIELD_GET(CMD_PRI_RESP, PRGIndex, words),
        .sec_sid = pi->sec};
    smmu__priq_respond(s, &group, codes[SMMU_FIELD_GET(CMD_PRI_RESP, Resp, words)],
                       SMMU_FIELD_GET(CMD_PRI_RESP, SSV, words) && CFG(s, IDR1_SSIDSIZE));
}

/* ------------------------------------------------------------- stalled transactions (4.7) */

static void handle_resume(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    enum stall_action action = STALL_RETRY;
    if (!SMMU_FIELD_GET(CMD_RESUME, Ac, words)) {
        bool abort = SMMU_FIELD_GET(CMD_RESUME, Ab, words) || CFG(s, IDR0_TERM_MODEL);
        action = abort ? STALL_ABORT : STALL_RAZ_WI;
    }
    smmu__stall_resume(s, pi, STREAMID(words), (uint16_t)SMMU_FIELD_GET(CMD_RESUME, STAG, words),
                       action);
}

static void handle_stall_term(struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    smmu__stall_terminate_stream(s, pi, STREAMID(words));
}

/* ---------------------------------------------------------------------------------- tables */

#define check_none NULL
#define handle_none NULL /* consumed without effect: CHOICE for PREFETCH_* (4.2) */

static const struct command {
    uint8_t opcode, kind, feature, queues;
    cmd_check_fn *check;
    cmd_handler_fn *handle;
} commands[SMMU_CMD_COUNT] = {
#define CMD(name, opcode, kind, legal, queues, check, handler, section)                            \
    {opcode,        CMD_IS_##kind,   SMMU_FEAT_##legal, SMMU_QUEUES_##queues,                      \
     check_##check, handle_##handler},
#include "cmds.def"
#undef CMD
};

static const struct command_field {
    uint8_t command, word, msb, lsb, feature;
    const char *name;
} command_fields[] = {
#define FIELD(object, name, word, msb, lsb, feature)                                               \
    {SMMU_##object, word, msb, lsb, SMMU_FEAT_##feature, #name},
#include "fields_cmds.def"
#undef FIELD
};

/* The bits of a field that have a meaning in this configuration (4.4, 4.4.1.1). */
static uint64_t defined_bits(const smmu_config_t *cfg, const struct command_field *f)
{
    unsigned msb = f->msb;
    if (!smmu__feature(cfg, f->feature))
        return 0;
    if ((strcmp(f->name, "ASID") == 0 && !cfg->value[SMMU_CFG_IDR0_ASID16]) ||
        (strcmp(f->name, "VMID") == 0 && cfg->value[SMMU_CFG_IDR0_S2P] &&
         !cfg->value[SMMU_CFG_IDR0_VMID16]))
        msb = f->lsb + 7U;
    if (strcmp(f->name, "SCALE") == 0 && !cfg->value[SMMU_CFG_IDR5_DS])
        msb = f->lsb + 4U;
    return SMMU_BITS_MASK(msb, f->lsb);
}

void smmu__cmds_init(struct smmu *s)
{
    struct cmd_rules *rules = &s->cmd_rules;
    memset(rules, 0, sizeof *rules); /* CMD_RULE_ILLEGAL has no queue and is CMD_ILLEGAL */
    memset(rules->of_opcode, CMD_RULE_ILLEGAL, sizeof rules->of_opcode);
    for (unsigned i = 0; i < SMMU_CMD_COUNT; i++) {
        const struct command *c = &commands[i];
        struct cmd_rule *rule = &rules->rule[i];
        rules->of_opcode[c->opcode] = (uint8_t)i;
        rule->check = c->check;
        rule->handle = c->handle;
        rule->kind = c->kind;
        if (smmu__feature(&s->config, c->feature))
            rule->queues = c->queues;
        if (CFG(s, CHOICE_RESERVED_BITS))
            rule->reserved[0] = rule->reserved[1] = UINT64_MAX;
    }
    for (unsigned i = 0; i < sizeof command_fields / sizeof command_fields[0]; i++) {
        const struct command_field *f = &command_fields[i];
        struct cmd_rule *rule = &rules->rule[f->command];
        rule->reserved[f->word] &= ~defined_bits(&s->config, f);
        if (strcmp(f->name, "SSec") == 0)
            rule->ssec = SMMU_BITS_MASK(f->msb, f->lsb);
    }
}

uint8_t smmu__cmd_judge(const struct smmu *s, const struct prog_if *pi, const uint64_t words[2])
{
    uint8_t number = s->cmd_rules.of_opcode[words[0] & 0xFF];
    const struct cmd_rule *rule = &s->cmd_rules.rule[number];
    if (!(rule->queues >> pi->sec & 1))
        return CMD_RULE_ILLEGAL;
    if ((words[0] & rule->reserved[0]) | (words[1] & rule->reserved[1]))
        return CMD_RULE_ILLEGAL;
    if ((words[0] & rule->ssec) && pi->sec != SMMU_PAS_S)
        return CMD_RULE_ILLEGAL;
    return !rule->check || rule->check(s, words) ? number : CMD_RULE_ILLEGAL;
}
