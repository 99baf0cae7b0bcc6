/* SPDX-License-Identifier: Apache-2.0 */
/* Native SMMUv3 commands that a virtual machine may have executed for its stage 1 (4.3 to 4.5). */
#include "uapi/user_command.h"

#include <stddef.h>

#include "spec_ref/ref_commands.h"

/* REF_MASK() as a constant expression. */
#define BITS(name)                                                                                 \
    ((UINT64_MAX >> (63 - (REF_##name##_MSB - REF_##name##_LSB))) << REF_##name##_LSB)

/* SCALE has its sixth bit only with IDR5.DS, which nobody offers to guests yet. */
#define SCALE_WITHOUT_DS (BITS(CMD_TLBI_NH_VA_SCALE) >> 1 & BITS(CMD_TLBI_NH_VA_SCALE))

enum identity { NO_IDENTITY, VMID, STREAMID };

struct command_rule {
    uint8_t opcode;
    uint8_t becomes;
    enum identity identity;
    bool needs_ats;
    uint64_t bits[2];       /* defined, identity included */
    uint64_t range_bits[2]; /* defined with IDR3.RIL */
};

static const uint64_t asid_upper_byte = UINT64_C(0xff) << 56;

static const struct command_rule rules[] = {
    {REF_CMD_CFGI_CD,
     REF_CMD_CFGI_CD,
     STREAMID,
     false,
     {BITS(CMD_CFGI_CD_OPCODE) | BITS(CMD_CFGI_CD_SUBSTREAMID) | BITS(CMD_CFGI_CD_STREAMID),
      BITS(CMD_CFGI_CD_LEAF)},
     {0, 0}},
    {REF_CMD_CFGI_CD_ALL,
     REF_CMD_CFGI_CD_ALL,
     STREAMID,
     false,
     {BITS(CMD_CFGI_CD_ALL_OPCODE) | BITS(CMD_CFGI_CD_ALL_STREAMID), 0},
     {0, 0}},
    {REF_CMD_TLBI_NH_ALL,
     REF_CMD_TLBI_NH_ALL,
     VMID,
     false,
     {BITS(CMD_TLBI_NH_ALL_OPCODE) | BITS(CMD_TLBI_NH_ALL_VMID), 0},
     {0, 0}},
    {REF_CMD_TLBI_NH_ASID,
     REF_CMD_TLBI_NH_ASID,
     VMID,
     false,
     {BITS(CMD_TLBI_NH_ASID_OPCODE) | BITS(CMD_TLBI_NH_ASID_VMID) | BITS(CMD_TLBI_NH_ASID_ASID), 0},
     {0, 0}},
    {REF_CMD_TLBI_NH_VA,
     REF_CMD_TLBI_NH_VA,
     VMID,
     false,
     {BITS(CMD_TLBI_NH_VA_OPCODE) | BITS(CMD_TLBI_NH_VA_VMID) | BITS(CMD_TLBI_NH_VA_ASID),
      BITS(CMD_TLBI_NH_VA_LEAF) | BITS(CMD_TLBI_NH_VA_ADDR)},
     {BITS(CMD_TLBI_NH_VA_NUM) | SCALE_WITHOUT_DS,
      BITS(CMD_TLBI_NH_VA_TTL) | BITS(CMD_TLBI_NH_VA_TG)}},
    {REF_CMD_TLBI_NH_VAA,
     REF_CMD_TLBI_NH_VAA,
     VMID,
     false,
     {BITS(CMD_TLBI_NH_VAA_OPCODE) | BITS(CMD_TLBI_NH_VAA_VMID),
      BITS(CMD_TLBI_NH_VAA_LEAF) | BITS(CMD_TLBI_NH_VAA_ADDR)},
     {BITS(CMD_TLBI_NH_VA_NUM) | SCALE_WITHOUT_DS,
      BITS(CMD_TLBI_NH_VA_TTL) | BITS(CMD_TLBI_NH_VA_TG)}},
    /* All of the guest's entries, not all of everybody's. */
    {REF_CMD_TLBI_NSNH_ALL,
     REF_CMD_TLBI_NH_ALL,
     VMID,
     false,
     {BITS(CMD_TLBI_NSNH_ALL_OPCODE), 0},
     {0, 0}},
    {REF_CMD_ATC_INV,
     REF_CMD_ATC_INV,
     STREAMID,
     true,
     {BITS(CMD_ATC_INV_OPCODE) | BITS(CMD_ATC_INV_GLOBAL) | BITS(CMD_ATC_INV_SSV) |
          BITS(CMD_ATC_INV_SUBSTREAMID) | BITS(CMD_ATC_INV_STREAMID),
      BITS(CMD_ATC_INV_SIZE) | BITS(CMD_ATC_INV_ADDR)},
     {0, 0}},
};

static const struct command_rule *find_rule(unsigned opcode)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].opcode == opcode)
            return &rules[i];
    return NULL;
}

static bool has_undefined_bits(const struct command_rule *rule, const struct drv_features *features,
                               const struct drv_cmd *cmd)
{
    uint64_t defined0 = rule->bits[0] | (features->ranges ? rule->range_bits[0] : 0);
    const uint64_t defined1 = rule->bits[1] | (features->ranges ? rule->range_bits[1] : 0);

    if (rule->identity == VMID && features->asid_bits < 16)
        defined0 &= ~asid_upper_byte;
    return (cmd->word[0] & ~defined0) || (cmd->word[1] & ~defined1);
}

/* Combinations that 4.4.1.1 reserves, or without a defined effect. */
static bool has_reserved_range(const struct drv_cmd *cmd)
{
    const uint64_t tg = REF_GET(CMD_TLBI_NH_VA_TG, cmd->word);
    const uint64_t ttl = REF_GET(CMD_TLBI_NH_VA_TTL, cmd->word);
    const uint64_t span =
        REF_GET(CMD_TLBI_NH_VA_NUM, cmd->word) | REF_GET(CMD_TLBI_NH_VA_SCALE, cmd->word);

    if (tg == REF_TG_NONE)
        return ttl || span;
    if (tg == REF_TG_16K && ttl == 1) /* acts as 0 without IDR5.DS */
        return true;
    return ttl == REF_TTL_ANY && span == 0;
}

static bool has_reserved_values(const struct command_rule *rule, const struct drv_cmd *cmd)
{
    if (rule->range_bits[0])
        return has_reserved_range(cmd);
    if (rule->opcode == REF_CMD_ATC_INV)
        return REF_GET(CMD_ATC_INV_SIZE, cmd->word) > REF_ATC_INV_SIZE_ALL;
    return false;
}

enum uapi_verdict uapi_admit_command(const struct uapi_guest *guest,
                                     const struct drv_features *features, struct drv_cmd *cmd)
{
    const struct command_rule *rule = find_rule(drv_cmd_opcode(cmd));
    uint32_t sid;

    if (!rule)
        return UAPI_COMMAND_ILLEGAL;
    if (!guest->permissive &&
        ((rule->needs_ats && !features->ats) || has_undefined_bits(rule, features, cmd) ||
         has_reserved_values(rule, cmd)))
        return UAPI_COMMAND_ILLEGAL;

    if (rule->becomes != rule->opcode)
        *cmd = (struct drv_cmd){{rule->becomes, 0}};
    if (rule->identity == VMID) {
        REF_SET(CMD_TLBI_NH_VA_VMID, cmd->word, guest->vmid);
    } else if (rule->identity == STREAMID) {
        if (!guest->find_sid ||
            !guest->find_sid(guest->ctx, (uint32_t)REF_GET(CMD_CFGI_CD_STREAMID, cmd->word), &sid))
            return UAPI_COMMAND_NO_DEVICE;
        REF_SET(CMD_CFGI_CD_STREAMID, cmd->word, sid);
    }
    return UAPI_COMMAND_OK;
}
