/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders of commands (chapter 4) and the arithmetic of range invalidation (4.4.1.1).
 *
 * The commands that a Non-secure SMMU with stage 1 takes. Builders do not judge: what does not fit
 * a field is cut.
 */
#ifndef SMMUSIM_DRIVER_COMMANDS_H
#define SMMUSIM_DRIVER_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct drv_cmd {
    uint64_t word[2];
};

static inline unsigned drv_cmd_opcode(const struct drv_cmd *cmd)
{
    return (unsigned)(cmd->word[0] & 0xff);
}

bool drv_cmd_is_atc_inv(const struct drv_cmd *cmd);

/* ssid < 0: none */
struct drv_cmd drv_cmd_prefetch_config(uint32_t sid, int32_t ssid);
struct drv_cmd drv_cmd_prefetch_addr(uint32_t sid, int32_t ssid, uint64_t addr, unsigned size,
                                     unsigned stride);

struct drv_cmd drv_cmd_cfgi_ste(uint32_t sid, bool leaf);
struct drv_cmd drv_cmd_cfgi_ste_range(uint32_t sid, unsigned range);
struct drv_cmd drv_cmd_cfgi_all(void);
struct drv_cmd drv_cmd_cfgi_cd(uint32_t sid, uint32_t ssid, bool leaf);
struct drv_cmd drv_cmd_cfgi_cd_all(uint32_t sid);

/* An address invalidation. tg 0: one address, and num, scale and ttl count for nothing. */
struct drv_tlbi {
    uint16_t vmid, asid;
    uint64_t addr;
    bool leaf;
    unsigned tg, ttl, num, scale;
};

struct drv_cmd drv_cmd_tlbi_nh_all(uint16_t vmid);
struct drv_cmd drv_cmd_tlbi_nh_asid(uint16_t vmid, uint16_t asid);
struct drv_cmd drv_cmd_tlbi_nh_va(const struct drv_tlbi *tlbi);
struct drv_cmd drv_cmd_tlbi_nh_vaa(const struct drv_tlbi *tlbi);
struct drv_cmd drv_cmd_tlbi_el2_all(void);
struct drv_cmd drv_cmd_tlbi_el2_asid(uint16_t asid);
struct drv_cmd drv_cmd_tlbi_el2_va(const struct drv_tlbi *tlbi);
struct drv_cmd drv_cmd_tlbi_el2_vaa(const struct drv_tlbi *tlbi);
struct drv_cmd drv_cmd_tlbi_nsnh_all(void);

enum drv_resume { DRV_RESUME_TERMINATE = 0, DRV_RESUME_RETRY = 1, DRV_RESUME_ABORT = 2 };

struct drv_cmd drv_cmd_resume(uint32_t sid, uint16_t stag, enum drv_resume action);
struct drv_cmd drv_cmd_stall_term(uint32_t sid);

struct drv_cmd drv_cmd_pri_resp(uint32_t sid, int32_t ssid, unsigned prg_index, unsigned response);

enum drv_sync_signal { DRV_SIG_NONE = 0, DRV_SIG_IRQ = 1, DRV_SIG_SEV = 2 };

struct drv_cmd drv_cmd_sync(enum drv_sync_signal signal);
/* MSI of MSIData to MSIAddress, inner-shareable write-back. */
struct drv_cmd drv_cmd_sync_msi(uint64_t msiaddress, uint32_t msidata);

/* The commands that invalidate a range, one after the other, as Linux finds them.
 *
 * 'granule' is the size in bytes of the leaves to go (of a page or a block), 'page_bits' the
 * logarithm of the smallest page of the tables. Without 'ranges' (IDR3.RIL) there is one command a
 * leaf. */
struct drv_range {
    uint64_t addr, size, granule;
    unsigned page_bits;
    uint16_t vmid, asid;
    bool leaf, ranges;
    uint64_t pages_left; /* set by drv_range_begin */
};

void drv_range_begin(struct drv_range *range);
bool drv_range_next(struct drv_range *range, struct drv_tlbi *tlbi);

#ifdef __cplusplus
}
#endif

#endif
