/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Non-secure transaction must come to, said as directly as the specification says it: one
 * function, no caches, no time, for an SMMU with stage 1 alone (IDR0.S2P=0, no stalls, no HTTU, no
 * EL2, 48-bit addresses). For comparison with the model; slow and simple on purpose.
 */
#ifndef SMMUSIM_UNIT_REFERENCE_TRANSLATION_H
#define SMMUSIM_UNIT_REFERENCE_TRANSLATION_H

#include <array>
#include <cstdint>
#include <functional>

namespace reference {

/* What of the identification registers matters here. */
struct Features {
    unsigned oas_bits, sidsize, ssidsize;
    bool cd2l, st_level, asid16, term_model, had, e0pd, stt, types_ovr, perms_ovr;
    bool granule[3]; /* 4 KiB, 16 KiB, 64 KiB */
    unsigned ttendian;
};

struct Stream {
    uint64_t strtab_base;
    uint32_t strtab_base_cfg;
};

struct Transaction {
    uint64_t addr;
    uint32_t streamid, substreamid;
    bool ssv, write, inst, priv;
    uint8_t memattr, sh;
};

enum class Result { Forward, Abort, RazWi };

struct Outcome {
    Result result = Result::Abort;
    bool bypass = false;
    uint64_t pa = 0;
    uint8_t memattr = 0, sh = 0;
    unsigned event = 0; /* 0: none is recorded */
    unsigned event_class = 0;
    bool event_priv = false, event_inst = false;
    uint64_t fetch_addr = 0;
};

/* A 64-bit word of memory; false: external abort. */
using Memory = std::function<bool(uint64_t addr, uint64_t &word)>;

Outcome translate(const Features &features, const Stream &stream, const Memory &memory,
                  const Transaction &transaction);

} // namespace reference

#endif
