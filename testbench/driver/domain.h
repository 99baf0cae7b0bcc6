/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address spaces and the streams in them: attach, map, unmap, and the invalidations that go with
 * each (3.21).
 *
 * A domain is one stage 1 address space with an ASID and lower-half tables. The caller owns both
 * structures and chooses ASIDs; translation tables come from the driver's region and stay there.
 */
#ifndef SMMUSIM_DRIVER_DOMAIN_H
#define SMMUSIM_DRIVER_DOMAIN_H

#include "driver/driver.h"
#include "tables/context_table.h"
#include "tables/page_table.h"

#ifdef __cplusplus
extern "C" {
#endif

struct drv_domain_config {
    uint16_t asid;
    enum tbl_granule granule;
    unsigned input_bits; /* 0: as many as the SMMU takes */
    bool pages_only, contiguous, big_endian;
    bool stall; /* faults stall, where the SMMU can */
};

struct drv_domain {
    struct tbl_page_table table;
    struct tbl_cd cd;
};

/* Memory types that a domain's MAIR offers. */
enum drv_memory_type { DRV_MEMORY_NC = 0, DRV_MEMORY_CACHED = 1, DRV_MEMORY_DEVICE = 2 };

enum drv_prot {
    DRV_READ = 1 << 0,
    DRV_WRITE = 1 << 1,
    DRV_NOEXEC = 1 << 2,
    DRV_PRIVILEGED = 1 << 3, /* no unprivileged access */
};

/* How an unmap tells the SMMU. */
enum drv_flush {
    DRV_FLUSH_AUTO,  /* ranges where there are range commands, else pages, or the ASID for long runs
                        of them */
    DRV_FLUSH_PAGES, /* one command a leaf */
    DRV_FLUSH_RANGE,
    DRV_FLUSH_ASID,
    DRV_FLUSH_NONE, /* the caller will see to it */
};

/* -EINVAL: the SMMU has no such granule or sizes. -ENOMEM: the region is full. */
int drv_domain_init(struct drv *drv, struct drv_domain *domain,
                    const struct drv_domain_config *config);

/* -EINVAL: alignment or range; -EEXIST: something is mapped there; -ENOMEM. What was mapped before
 * the error stays. */
int drv_map(struct drv *drv, struct drv_domain *domain, uint64_t iova, uint64_t pa, uint64_t size,
            unsigned prot, enum drv_memory_type type);

/* -ENOENT: nothing mapped at some part of it; -EINVAL also where a block would have to be cut. The
 * part before the error is unmapped and, as always, invalidated. */
int drv_unmap(struct drv *drv, struct drv_domain *domain, uint64_t iova, uint64_t size,
              enum drv_flush flush);

/* Invalidates leaves of 'leaf_size' bytes in a range, or tables as well where 'leaf' is false, and
 * waits. */
int drv_flush_range(struct drv *drv, const struct drv_domain *domain, uint64_t iova, uint64_t size,
                    uint64_t leaf_size, bool leaf, enum drv_flush flush);
int drv_flush_asid(struct drv *drv, const struct drv_domain *domain);

struct drv_stream {
    uint32_t sid;
    struct tbl_context_table contexts;
};

/* Gives the stream CDs for 2^ssid_bits substreams, all invalid; it aborts until something is
 * attached. -EINVAL: SID or SSID width beyond the SMMU's. */
int drv_stream_init(struct drv *drv, struct drv_stream *stream, uint32_t sid, unsigned ssid_bits);

/* Translates by the domain what carries no SubstreamID (ssid 0), or substream ssid. */
int drv_attach(struct drv *drv, struct drv_stream *stream, const struct drv_domain *domain,
               uint32_t ssid);
int drv_detach(struct drv *drv, struct drv_stream *stream, uint32_t ssid);
int drv_attach_bypass(struct drv *drv, struct drv_stream *stream);
int drv_attach_abort(struct drv *drv, struct drv_stream *stream);

#ifdef __cplusplus
}
#endif

#endif
