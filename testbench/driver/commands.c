/* SPDX-License-Identifier: Apache-2.0 */
/* Builders of commands (chapter 4) and the arithmetic of range invalidation (4.4.1.1). */
#include "driver/commands.h"

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_vmsa.h"

static struct drv_cmd with_opcode(enum ref_command opcode)
{
    return (struct drv_cmd){{REF_PREP(CMD_SYNC_OPCODE, opcode), 0}};
}

/* StreamID and VMID with ASID share the upper half of the first word; all commands agree on the
 * places (4.1.6). */
static struct drv_cmd with_sid(enum ref_command opcode, uint32_t sid)
{
    struct drv_cmd cmd = with_opcode(opcode);

    REF_SET(CMD_CFGI_STE_STREAMID, cmd.word, sid);
    return cmd;
}

static struct drv_cmd with_ids(enum ref_command opcode, uint16_t vmid, uint16_t asid)
{
    struct drv_cmd cmd = with_opcode(opcode);

    REF_SET(CMD_TLBI_NH_VA_VMID, cmd.word, vmid);
    REF_SET(CMD_TLBI_NH_VA_ASID, cmd.word, asid);
    return cmd;
}

static struct drv_cmd with_address(enum ref_command opcode, uint16_t vmid, uint16_t asid,
                                   const struct drv_tlbi *tlbi)
{
    struct drv_cmd cmd = with_ids(opcode, vmid, asid);

    REF_SET(CMD_TLBI_NH_VA_LEAF, cmd.word, tlbi->leaf);
    cmd.word[1] |= tlbi->addr & REF_MASK(CMD_TLBI_NH_VA_ADDR);
    if (tlbi->tg == 0)
        return cmd;
    REF_SET(CMD_TLBI_NH_VA_NUM, cmd.word, tlbi->num);
    REF_SET(CMD_TLBI_NH_VA_SCALE, cmd.word, tlbi->scale);
    REF_SET(CMD_TLBI_NH_VA_TTL, cmd.word, tlbi->ttl);
    REF_SET(CMD_TLBI_NH_VA_TG, cmd.word, tlbi->tg);
    return cmd;
}

static struct drv_cmd with_substream(enum ref_command opcode, uint32_t sid, int32_t ssid)
{
    struct drv_cmd cmd = with_sid(opcode, sid);

    if (ssid >= 0) {
        REF_SET(CMD_PREFETCH_CONFIG_SSV, cmd.word, 1);
        REF_SET(CMD_PREFETCH_CONFIG_SUBSTREAMID, cmd.word, (uint32_t)ssid);
    }
    return cmd;
}

bool drv_cmd_is_atc_inv(const struct drv_cmd *cmd)
{
    return drv_cmd_opcode(cmd) == REF_CMD_ATC_INV;
}

struct drv_cmd drv_cmd_prefetch_config(uint32_t sid, int32_t ssid)
{
    return with_substream(REF_CMD_PREFETCH_CONFIG, sid, ssid);
}

struct drv_cmd drv_cmd_prefetch_addr(uint32_t sid, int32_t ssid, uint64_t addr, unsigned size,
                                     unsigned stride)
{
    struct drv_cmd cmd = with_substream(REF_CMD_PREFETCH_ADDR, sid, ssid);

    REF_SET(CMD_PREFETCH_ADDR_SIZE, cmd.word, size);
    REF_SET(CMD_PREFETCH_ADDR_STRIDE, cmd.word, stride);
    cmd.word[1] |= addr & REF_MASK(CMD_PREFETCH_ADDR_ADDR);
    return cmd;
}

struct drv_cmd drv_cmd_cfgi_ste(uint32_t sid, bool leaf)
{
    struct drv_cmd cmd = with_sid(REF_CMD_CFGI_STE, sid);

    REF_SET(CMD_CFGI_STE_LEAF, cmd.word, leaf);
    return cmd;
}

struct drv_cmd drv_cmd_cfgi_ste_range(uint32_t sid, unsigned range)
{
    struct drv_cmd cmd = with_sid(REF_CMD_CFGI_STE_RANGE, sid);

    REF_SET(CMD_CFGI_STE_RANGE_RANGE, cmd.word, range);
    return cmd;
}

struct drv_cmd drv_cmd_cfgi_all(void)
{
    return drv_cmd_cfgi_ste_range(0, 31);
}

struct drv_cmd drv_cmd_cfgi_cd(uint32_t sid, uint32_t ssid, bool leaf)
{
    struct drv_cmd cmd = with_sid(REF_CMD_CFGI_CD, sid);

    REF_SET(CMD_CFGI_CD_SUBSTREAMID, cmd.word, ssid);
    REF_SET(CMD_CFGI_CD_LEAF, cmd.word, leaf);
    return cmd;
}

struct drv_cmd drv_cmd_cfgi_cd_all(uint32_t sid)
{
    return with_sid(REF_CMD_CFGI_CD_ALL, sid);
}

struct drv_cmd drv_cmd_tlbi_nh_all(uint16_t vmid)
{
    return with_ids(REF_CMD_TLBI_NH_ALL, vmid, 0);
}

struct drv_cmd drv_cmd_tlbi_nh_asid(uint16_t vmid, uint16_t asid)
{
    return with_ids(REF_CMD_TLBI_NH_ASID, vmid, asid);
}

struct drv_cmd drv_cmd_tlbi_nh_va(const struct drv_tlbi *tlbi)
{
    return with_address(REF_CMD_TLBI_NH_VA, tlbi->vmid, tlbi->asid, tlbi);
}

struct drv_cmd drv_cmd_tlbi_nh_vaa(const struct drv_tlbi *tlbi)
{
    return with_address(REF_CMD_TLBI_NH_VAA, tlbi->vmid, 0, tlbi);
}

struct drv_cmd drv_cmd_tlbi_el2_all(void)
{
    return with_opcode(REF_CMD_TLBI_EL2_ALL);
}

struct drv_cmd drv_cmd_tlbi_el2_asid(uint16_t asid)
{
    return with_ids(REF_CMD_TLBI_EL2_ASID, 0, asid);
}

struct drv_cmd drv_cmd_tlbi_el2_va(const struct drv_tlbi *tlbi)
{
    return with_address(REF_CMD_TLBI_EL2_VA, 0, tlbi->asid, tlbi);
}

struct drv_cmd drv_cmd_tlbi_el2_vaa(const struct drv_tlbi *tlbi)
{
    return with_address(REF_CMD_TLBI_EL2_VAA, 0, 0, tlbi);
}

struct drv_cmd drv_cmd_tlbi_nsnh_all(void)
{
    return with_opcode(REF_CMD_TLBI_NSNH_ALL);
}

struct drv_cmd drv_cmd_resume(uint32_t sid, uint16_t stag, enum drv_resume action)
{
    struct drv_cmd cmd = with_sid(REF_CMD_RESUME, sid);

    REF_SET(CMD_RESUME_AC, cmd.word, action == DRV_RESUME_RETRY);
    REF_SET(CMD_RESUME_AB, cmd.word, action == DRV_RESUME_ABORT);
    REF_SET(CMD_RESUME_STAG, cmd.word, stag);
    return cmd;
}

struct drv_cmd drv_cmd_stall_term(uint32_t sid)
{
    return with_sid(REF_CMD_STALL_TERM, sid);
}

struct drv_cmd drv_cmd_pri_resp(uint32_t sid, int32_t ssid, unsigned prg_index, unsigned response)
{
    struct drv_cmd cmd = {
        {REF_CMD_PRI_RESP | REF_PREP(CMD_PRI_RESP_STREAMID, sid),
         REF_PREP(CMD_PRI_RESP_PRGINDEX, prg_index) | REF_PREP(CMD_PRI_RESP_RESP, response)}};

    if (ssid >= 0)
        cmd.word[0] |=
            REF_PREP(CMD_PRI_RESP_SSV, 1) | REF_PREP(CMD_PRI_RESP_SUBSTREAMID, (uint32_t)ssid);
    return cmd;
}

struct drv_cmd drv_cmd_sync(enum drv_sync_signal signal)
{
    struct drv_cmd cmd = with_opcode(REF_CMD_SYNC);

    REF_SET(CMD_SYNC_CS, cmd.word, signal);
    return cmd;
}

struct drv_cmd drv_cmd_sync_msi(uint64_t msiaddress, uint32_t msidata)
{
    struct drv_cmd cmd = drv_cmd_sync(DRV_SIG_IRQ);

    REF_SET(CMD_SYNC_MSH, cmd.word, REF_SH_ISH);
    REF_SET(CMD_SYNC_MSIATTR, cmd.word, REF_MEMATTR_OWB_IWB);
    REF_SET(CMD_SYNC_MSIDATA, cmd.word, msidata);
    cmd.word[1] |= msiaddress & REF_MASK(CMD_SYNC_MSIADDRESS);
    return cmd;
}

/* SCALE has a sixth bit only with IDR5.DS, which this driver does not use. */
enum { LEVEL_OF_PAGES = 3, NUM_BITS = 5, SCALE_MAX = 31 };

static unsigned log2_of(uint64_t power_of_two)
{
    unsigned n = 0;

    while (power_of_two >>= 1)
        n++;
    return n;
}

void drv_range_begin(struct drv_range *range)
{
    const uint64_t mask = (UINT64_C(1) << range->page_bits) - 1;

    range->pages_left = (range->size + mask) >> range->page_bits;

    /* One page without a level would be the Reserved form of a range command (4.4.1.1), so a
     * non-leaf range whose last command would come to that covers one page more. */
    if (range->ranges && !range->leaf && (range->pages_left & ((1U << NUM_BITS) - 1)) == 1)
        range->pages_left++;
}

static uint64_t single_leaf(const struct drv_range *range)
{
    return range->granule >> range->page_bits;
}

/* SCALE is the lowest set bit of the page count, NUM + 1 the next five bits from there. */
static uint64_t encode_range(const struct drv_range *range, struct drv_tlbi *tlbi)
{
    const unsigned level_bits = range->page_bits - 3;
    uint64_t count;
    unsigned scale = 0;

    while (scale < SCALE_MAX && !(range->pages_left >> scale & 1))
        scale++;
    count = range->pages_left >> scale & ((1U << NUM_BITS) - 1);
    if (count == 0) /* the lowest set bit is out of SCALE's reach */
        count = 1U << NUM_BITS;

    tlbi->tg = (range->page_bits - 10) / 2;
    tlbi->ttl = range->leaf ? LEVEL_OF_PAGES + 1 - (log2_of(range->granule) - 3) / level_bits : 0;
    tlbi->scale = scale;
    tlbi->num = (unsigned)count - 1;
    return count << scale;
}

bool drv_range_next(struct drv_range *range, struct drv_tlbi *tlbi)
{
    uint64_t pages;

    if (range->pages_left == 0)
        return false;
    *tlbi = (struct drv_tlbi){
        .vmid = range->vmid, .asid = range->asid, .addr = range->addr, .leaf = range->leaf};
    pages = range->ranges ? encode_range(range, tlbi) : single_leaf(range);

    range->addr += pages << range->page_bits;
    range->pages_left -= pages < range->pages_left ? pages : range->pages_left;
    return true;
}
