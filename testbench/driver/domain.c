/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces and the streams in them (3.21). */
#include "driver/domain.h"

#include <errno.h>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

enum { PAGES_BEFORE_ASID_FLUSH = 512, CD_LEAF_BITS = 10 };

static int errno_of(enum tbl_result result)
{
    static const int of_result[] = {
        [TBL_OK] = 0,
        [TBL_BAD_ADDRESS] = -EINVAL,
        [TBL_NO_ROOM] = -ENOMEM,
        [TBL_ALREADY_MAPPED] = -EEXIST,
        [TBL_NOT_MAPPED] = -ENOENT,
        [TBL_SPLITS_BLOCK] = -EINVAL,
    };

    return of_result[result];
}

static uint64_t mair(void)
{
    return (uint64_t)REF_MAIR_NORMAL_NC << (8 * DRV_MEMORY_NC) |
           (uint64_t)REF_MAIR_NORMAL_WB_RAWA << (8 * DRV_MEMORY_CACHED) |
           (uint64_t)REF_MAIR_DEVICE_NGNRE << (8 * DRV_MEMORY_DEVICE);
}

/* Only 64KB tables reach beyond 48 bits without DS (3.4.1). */
static unsigned limit_to_granule(enum tbl_granule granule, unsigned bits)
{
    return granule != TBL_GRANULE_64K && bits > 48 ? 48 : bits;
}

int drv_domain_init(struct drv *drv, struct drv_domain *domain,
                    const struct drv_domain_config *config)
{
    const struct drv_features *f = &drv->features;
    const struct tbl_page_table_config tables = {
        .granule = config->granule,
        .input_bits = config->input_bits ? config->input_bits
                                         : limit_to_granule(config->granule, f->input_bits),
        .output_bits = limit_to_granule(config->granule, f->output_bits),
        .pages_only = config->pages_only,
        .contiguous = config->contiguous,
        .big_endian = config->big_endian,
    };
    const struct tbl_cd_settings settings = {
        .asid = config->asid,
        .mair = mair(),
        .abort = true,
        .record = true,
        .stall = f->stalls_forced || (config->stall && f->stalls),
        .aset = true,
    };
    int rc;

    if (!f->stage1 || !(f->page_sizes >> config->granule & 1) ||
        tables.input_bits > f->input_bits || config->asid >> f->asid_bits ||
        (config->big_endian && !f->big_endian_tables))
        return -EINVAL;
    rc = errno_of(tbl_page_table_init(&domain->table, &drv->port, &drv->region, &tables));
    if (rc == 0)
        domain->cd = tbl_cd_stage1(&settings, &domain->table, NULL);
    return rc;
}

static uint64_t leaf_attributes(unsigned prot, enum drv_memory_type type)
{
    const struct tbl_leaf leaf = {
        .attrindx = type,
        .sh = type == DRV_MEMORY_CACHED ? REF_SH_ISH : REF_SH_OSH,
        .unprivileged = !(prot & DRV_PRIVILEGED),
        .read_only = !(prot & DRV_WRITE),
        .af = true,
        .ng = true,
        .pxn = prot & DRV_NOEXEC,
        .uxn = prot & DRV_NOEXEC,
    };

    return tbl_leaf_bits(&leaf);
}

/* No invalidation: nothing invalid is ever cached by a TLB (DDI 0487 D8.17). */
int drv_map(struct drv *drv, struct drv_domain *domain, uint64_t iova, uint64_t pa, uint64_t size,
            unsigned prot, enum drv_memory_type type)
{
    (void)drv;
    return errno_of(tbl_map(&domain->table, iova, pa, size, leaf_attributes(prot, type), NULL));
}

static uint16_t asid_of(const struct drv_domain *domain)
{
    return (uint16_t)REF_GET(CD_ASID, domain->cd.word);
}

static bool uses_el2(const struct drv *drv)
{
    return drv->config.e2h && drv->features.hyp;
}

int drv_flush_asid(struct drv *drv, const struct drv_domain *domain)
{
    const struct drv_cmd cmd = uses_el2(drv) ? drv_cmd_tlbi_el2_asid(asid_of(domain))
                                             : drv_cmd_tlbi_nh_asid(0, asid_of(domain));

    return drv_cmdq_issue(drv, &cmd, 1, true);
}

static enum drv_flush choose_flush(const struct drv *drv, uint64_t size, uint64_t leaf_size,
                                   enum drv_flush asked)
{
    if (asked == DRV_FLUSH_RANGE && !drv->features.ranges)
        return DRV_FLUSH_PAGES;
    if (asked != DRV_FLUSH_AUTO)
        return asked;
    if (drv->features.ranges)
        return DRV_FLUSH_RANGE;
    return size / leaf_size >= PAGES_BEFORE_ASID_FLUSH ? DRV_FLUSH_ASID : DRV_FLUSH_PAGES;
}

int drv_flush_range(struct drv *drv, const struct drv_domain *domain, uint64_t iova, uint64_t size,
                    uint64_t leaf_size, bool leaf, enum drv_flush flush)
{
    struct drv_range range = {
        .addr = iova,
        .size = size,
        .granule = leaf_size,
        .page_bits = (unsigned)domain->table.config.granule,
        .asid = asid_of(domain),
        .leaf = leaf,
    };
    struct drv_batch batch = {.n = 0};
    struct drv_tlbi tlbi;
    int rc = 0;

    flush = choose_flush(drv, size, leaf_size, flush);
    if (flush == DRV_FLUSH_NONE || size == 0)
        return 0;
    if (flush == DRV_FLUSH_ASID)
        return drv_flush_asid(drv, domain);

    range.ranges = flush == DRV_FLUSH_RANGE;
    drv_range_begin(&range);
    while (rc == 0 && drv_range_next(&range, &tlbi)) {
        const struct drv_cmd cmd =
            uses_el2(drv) ? drv_cmd_tlbi_el2_va(&tlbi) : drv_cmd_tlbi_nh_va(&tlbi);

        rc = drv_batch_add(drv, &batch, &cmd);
    }
    return rc ? rc : drv_batch_submit(drv, &batch);
}

/* A stretch of one leaf size at a time, as its commands name the level of its leaves. */
static int unmap_stretch(struct drv *drv, struct drv_domain *domain, uint64_t iova, uint64_t size,
                         enum drv_flush flush, uint64_t *done)
{
    struct tbl_walk walk;
    uint64_t leaf_size, here;
    int rc = 0, flush_rc;

    if (!tbl_lookup(&domain->table, iova, &walk))
        return -ENOENT;
    leaf_size = walk.size;
    for (*done = 0; rc == 0 && *done < size; *done += here) {
        here = 0;
        if (!tbl_lookup(&domain->table, iova + *done, &walk) || walk.size != leaf_size)
            break;
        if (REF_FIELD(S1_LEAF_CONTIGUOUS, walk.descriptor))
            walk.size *= tbl_contiguous_entries(domain->table.config.granule, walk.level);
        if (walk.size > size - *done)
            rc = -EINVAL;
        else
            rc = errno_of(tbl_unmap(&domain->table, iova + *done, walk.size, &here));
    }
    flush_rc = drv_flush_range(drv, domain, iova, *done, leaf_size, true, flush);
    return rc ? rc : flush_rc;
}

int drv_unmap(struct drv *drv, struct drv_domain *domain, uint64_t iova, uint64_t size,
              enum drv_flush flush)
{
    const uint64_t misaligned = (UINT64_C(1) << domain->table.config.granule) - 1;
    uint64_t done = 0;
    int rc = 0;

    if (size == 0 || ((iova | size) & misaligned) || size - 1 > UINT64_MAX - iova)
        return -EINVAL;
    while (rc == 0 && done < size) {
        uint64_t stretch = 0;

        rc = unmap_stretch(drv, domain, iova + done, size - done, flush, &stretch);
        done += stretch;
    }
    return rc;
}

static int sync_ste(struct drv *drv, uint32_t sid, bool leaf)
{
    const struct drv_cmd cmd = drv_cmd_cfgi_ste(sid, leaf);

    return drv_cmdq_issue(drv, &cmd, 1, true);
}

int drv_stream_init(struct drv *drv, struct drv_stream *stream, uint32_t sid, unsigned ssid_bits)
{
    const struct drv_features *f = &drv->features;
    const bool two_level = f->two_level_cd && ssid_bits > CD_LEAF_BITS;

    if (ssid_bits > f->ssid_bits)
        return -EINVAL;
    if (f->sid_bits < 32 && sid >> f->sid_bits)
        return -EINVAL;
    stream->sid = sid;
    if (!tbl_context_table_init(&stream->contexts, &drv->port, &drv->region,
                                two_level ? REF_S1FMT_64K_L2 : REF_S1FMT_LINEAR, ssid_bits))
        return -ENOMEM;
    if (tbl_stream_table_find(&drv->strtab, sid))
        return 0;
    if (!tbl_stream_table_entry(&drv->strtab, sid))
        return -ENOMEM;
    return sync_ste(drv, sid, false); /* its first-level descriptor has changed as well */
}

static bool same_ste(const struct tbl_ste *a, const struct tbl_ste *b)
{
    for (unsigned i = 0; i < TBL_STE_WORDS; i++)
        if (a->word[i] != b->word[i])
            return false;
    return true;
}

/* An aborting STE uses its first word alone, so the others may be prepared behind it; any other
 * valid one has to go through V = 0 (3.21.3.1). */
static int install_ste(struct drv *drv, const struct drv_stream *stream, const struct tbl_ste *ste)
{
    const uint64_t at = tbl_stream_table_entry(&drv->strtab, stream->sid);
    struct tbl_ste now;
    int rc;

    if (at == 0)
        return -ENOMEM;
    now = tbl_ste_read(&drv->port, at);
    if (same_ste(&now, ste))
        return 0;
    if (REF_GET(STE_V, now.word) && REF_GET(STE_CONFIG, now.word) != REF_CONFIG_ABORT) {
        tbl_ste_invalidate(&drv->port, at);
        now.word[0] &= ~REF_MASK(STE_V);
        rc = sync_ste(drv, stream->sid, true);
        if (rc)
            return rc;
    }
    for (unsigned i = 1; i < TBL_STE_WORDS; i++)
        now.word[i] = ste->word[i];
    tbl_ste_write(&drv->port, at, &now);
    rc = sync_ste(drv, stream->sid, true);
    if (rc)
        return rc;
    tbl_ste_write(&drv->port, at, ste);
    return sync_ste(drv, stream->sid, true);
}

static struct tbl_ste translating_ste(const struct drv *drv, const struct drv_stream *stream)
{
    const struct tbl_ste_stage1_fields stage1 = {
        .s1contextptr = stream->contexts.base,
        .s1fmt = stream->contexts.s1fmt,
        .s1cdmax = stream->contexts.s1cdmax,
        .s1dss = REF_S1DSS_SSID0,
        .s1cir = REF_S1C_WB_RA,
        .s1cor = REF_S1C_WB_RA,
        .s1csh = REF_SH_ISH,
        .strw = uses_el2(drv) ? REF_STRW_EL2 : REF_STRW_EL1,
    };

    return tbl_ste_stage1(&stage1);
}

static int sync_cd(struct drv *drv, const struct drv_stream *stream, uint32_t ssid, bool leaf)
{
    const struct drv_cmd cmd = drv_cmd_cfgi_cd(stream->sid, ssid, leaf);

    return drv_cmdq_issue(drv, &cmd, 1, true);
}

static int install_cd(struct drv *drv, struct drv_stream *stream, uint32_t ssid,
                      const struct tbl_cd *cd)
{
    const bool has_leaf_table = tbl_context_table_find(&stream->contexts, ssid) != 0;
    const uint64_t at = tbl_context_table_entry(&stream->contexts, ssid);
    struct tbl_cd now;
    int rc;

    if (at == 0)
        return ssid >> stream->contexts.s1cdmax ? -EINVAL : -ENOMEM;
    now = tbl_cd_read(&drv->port, at);
    if (REF_GET(CD_V, now.word)) {
        tbl_cd_invalidate(&drv->port, at);
        rc = sync_cd(drv, stream, ssid, true);
        if (rc)
            return rc;
    }
    tbl_cd_write(&drv->port, at, cd);
    return sync_cd(drv, stream, ssid, has_leaf_table);
}

int drv_attach(struct drv *drv, struct drv_stream *stream, const struct drv_domain *domain,
               uint32_t ssid)
{
    const struct tbl_ste ste = translating_ste(drv, stream);
    const int rc = install_cd(drv, stream, ssid, &domain->cd);

    return rc ? rc : install_ste(drv, stream, &ste);
}

int drv_detach(struct drv *drv, struct drv_stream *stream, uint32_t ssid)
{
    const uint64_t at = tbl_context_table_find(&stream->contexts, ssid);

    if (at == 0)
        return -EINVAL;
    tbl_cd_invalidate(&drv->port, at);
    return sync_cd(drv, stream, ssid, true);
}

int drv_attach_bypass(struct drv *drv, struct drv_stream *stream)
{
    const struct tbl_ste ste = tbl_ste_bypass();

    return install_ste(drv, stream, &ste);
}

int drv_attach_abort(struct drv *drv, struct drv_stream *stream)
{
    const struct tbl_ste ste = tbl_ste_abort();

    return install_ste(drv, stream, &ste);
}
