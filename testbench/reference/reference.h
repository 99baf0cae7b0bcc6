/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Non-secure transaction must come to, said as directly as the specification says it
 * (3.3, 3.4, 3.13, 3.26, 5, 7.3, 13, 15; DDI 0487 D8): one function that reads structures and
 * tables from memory for every access, without caches and without time. For comparison with the
 * model, of which it uses nothing; slow and simple on purpose.
 *
 * Not here: ATS, labels of the SMMU's own accesses (17.4), Secure and Realm streams, VMSAv9-128.
 */
#ifndef SMMUSIM_REFERENCE_REFERENCE_H
#define SMMUSIM_REFERENCE_REFERENCE_H

#include <cstdint>
#include <vector>

namespace reference {

/* What software can read of the SMMU, and what it has written. */
struct Registers {
    uint32_t idr0, idr1, idr3, idr5, aidr;
    uint32_t mpamidr;
    uint32_t cr0, cr2, gbpa, gbpmpam, strtab_base_cfg;
    uint64_t strtab_base, s2pii;
};

struct Access {
    uint64_t addr;
    uint32_t streamid, substreamid;
    bool ssv, write, inst, priv;
    uint8_t memattr, sh; /* MAIR format; SH as in descriptors */
};

/* Why a word is read. */
enum class Object { L1std, Ste, L1cd, Cd, Vms, Stage1, Stage2 };

/* The shape of a table, and of the stage that it belongs to, for those who make up its content. */
struct TableShape {
    unsigned granule_log2; /* 12, 14, 16 */
    int level;
    unsigned index_bits;  /* of this table: at the start level fewer or, concatenated, more */
    unsigned output_bits; /* effective IPS or S2PS */
    bool ds, wide_64k;    /* 52-bit addresses: with 4 KiB and 16 KiB, with 64 KiB */
    bool lpae32;          /* VMSAv8-32 */
    bool big_endian;
};

struct Fetch {
    Object object;
    uint64_t addr;
    const TableShape *table = nullptr; /* of descriptors */
    uint64_t input = 0;                /* of descriptors: what is being translated */
    uint16_t asid = 0, vmid = 0;       /* of descriptors */
    bool el2 = false;                  /* of stage 1 descriptors: StreamWorld EL2 or EL2-E2H */
    bool for_cd = false;               /* of stage 2 descriptors: an L1CD or CD is looked for */
    bool stage2_alone = false;         /* of stage 2 descriptors: the stream has no stage 1 */
};

class Memory {
public:
    virtual ~Memory() = default;
    /* The 64-bit little-endian word at fetch.addr; false: external abort. */
    virtual bool read(const Fetch &fetch, uint64_t &word) = 0;
};

enum class Result { Forward, Abort, RazWi, Stall };

/* What is recorded; number 0: nothing. Which fields a record has, record.h knows. */
struct Event {
    unsigned number = 0, reported_class = 0;
    bool stage2 = false, stalled = false, dirty_bit = false, overlay = false;
    bool assured_only = false;
    bool table_write = false; /* TTRnW=0 */
    uint64_t ipa = 0, fetch_addr = 0;
    bool priv = false, inst = false;
};

/* PARTID and PMG (17.2). */
struct Label {
    unsigned partid = 0, pmg = 0;
    bool partid_unknown = false, pmg_unknown = false; /* it was configured beyond the maximum */

    bool allows(unsigned partid_found, unsigned pmg_found) const
    {
        return (partid_unknown || partid_found == partid) && (pmg_unknown || pmg_found == pmg);
    }
};

/* A descriptor that hardware changes, as 64-bit numbers in memory order. */
struct Update {
    uint64_t addr, from, to;
    bool in_run; /* what is known of another one of its contiguous run may do (D8.5.5) */
};

struct Outcome {
    Result result = Result::Abort;
    bool bypass = false; /* no stage translated it */
    uint64_t pa = 0;     /* and the rest, of what is forwarded */
    uint8_t memattr = 0, sh = 0;
    Label label;
    bool priv = false, inst = false;
    Event event;
    std::vector<Update> updates; /* if the result is not Forward, or one is of a run: permitted, not
                                    required */
};

Outcome translate(const Registers &registers, Memory &memory, const Access &access);

} // namespace reference

#endif
