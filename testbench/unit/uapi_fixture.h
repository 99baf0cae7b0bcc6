/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drafted invalidation ring over a driver on a fake SMMU. In user memory lie the argument, the
 * consumer index, the error record and the ring; any byte of it can be made to fault, and a test
 * can be at work in it while it is copied.
 */
#ifndef SMMUSIM_UNIT_UAPI_FIXTURE_H
#define SMMUSIM_UNIT_UAPI_FIXTURE_H

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include "uapi/ring.h"
#include "uapi/user_space.h"
#include "unit/driver_fixture.h"

class UapiRing : public DriverFixture {
public:
    using DriverFixture::bring_up;
    using DriverFixture::driver;
    using DriverFixture::executed_asids;
    using DriverFixture::smmu;

    static constexpr uint64_t user_base = UINT64_C(1) << 40, user_size = 1 << 20;
    static constexpr uint64_t arg_at = user_base + 0x1000, cons_at = user_base + 0x2000,
                              error_at = user_base + 0x3000, ring_at = user_base + 0x10000;
    enum : uint32_t { nested_id = 7, paging_id = 8, foreign_id = 9, garbage = 0xa5a5a5a5 };

    std::vector<uint8_t> user = std::vector<uint8_t>(user_size);
    user_space space = {};
    /* Before each copy: where, how much, and whether it is a write. */
    std::function<void(uint64_t, size_t, bool)> meanwhile = [](uint64_t, size_t, bool) {};
    uapi_hwpt hwpts[3] = {};
    uapi front = {};
    iommu_hwpt_invalidate_ring_reporting arg = {};
    uapi_error_record error = {};

    void SetUp() override
    {
        bring_up();
        hwpts[0].id = nested_id;
        hwpts[0].kind = UAPI_HWPT_NESTED_SMMUV3;
        hwpts[0].guest.vmid = 0;
        hwpts[0].guest.find_sid = [](void *, uint32_t virtual_sid, uint32_t *sid) {
            *sid = virtual_sid + 0x100;
            return virtual_sid < 0x10;
        };
        hwpts[1].id = paging_id;
        hwpts[1].kind = UAPI_HWPT_PAGING;
        hwpts[2].id = foreign_id;
        hwpts[2].kind = UAPI_HWPT_NESTED_UNKNOWN;
        user_space_init(&space, user_base, user.data(), user.size());
        space.before = [](void *c, uint64_t at, size_t n, bool write) {
            static_cast<UapiRing *>(c)->meanwhile(at, n, write);
        };
        space.before_ctx = this;
        front.drv = &driver;
        front.hwpts = hwpts;
        front.hwpt_count = 3;
        front.user = user_space_memory(&space);
        ring(4);
        fill(16);
    }

    /* Bytes that fault. */
    void hole(uint64_t first, uint64_t end, bool readable = false, bool writable = false)
    {
        ASSERT_LT(space.holes, unsigned{USER_SPACE_HOLES});
        space.hole[space.holes++] = {first, end, readable, writable};
    }

    bool inside(uint64_t at, size_t n) { return user_space_at(&space, at, n) != nullptr; }

    template <typename T>
    void put(uint64_t at, const T &value)
    {
        std::memcpy(&user.at(at - user_base), &value, sizeof value);
    }

    template <typename T>
    T get(uint64_t at) const
    {
        T value;
        std::memcpy(&value, &user.at(at - user_base), sizeof value);
        return value;
    }

    void ring(unsigned index_bits)
    {
        arg = {};
        arg.ring.size = sizeof arg;
        arg.ring.hwpt_id = nested_id;
        arg.ring.q_uptr = ring_at;
        arg.ring.q_cons_uptr = cons_at;
        arg.ring.q_index_bits = index_bits;
        arg.ring.q_entry_num = 1U << index_bits;
        arg.ring.q_entry_len = UAPI_COMMAND_BYTES;
        arg.out_error_uptr = error_at;
    }

    uint64_t entry_at(uint32_t index) const { return ring_at + arg.ring.q_entry_len * index; }
    void entry(uint32_t index, const drv_cmd &cmd) { put(entry_at(index), cmd); }

    /* Valid entries that can be told apart by their ASID, the index. */
    void fill(uint32_t n)
    {
        for (uint32_t i = 0; i < n; i++)
            entry(i, drv_cmd_tlbi_nh_asid(0x77, static_cast<uint16_t>(i)));
    }

    /* Commands with this ASID end in this error, each time they are looked at. */
    void fail(unsigned asid, unsigned code)
    {
        smmu.fault = [=](const drv_cmd &cmd) {
            return drv_cmd_opcode(&cmd) == REF_CMD_TLBI_NH_ASID && cmd.word[0] >> 48 == asid ? code
                                                                                             : 0U;
        };
    }

    /* The next CMD_SYNC ends in this error, once. */
    void fail_sync(unsigned code)
    {
        smmu.fault = [code, once = true](const drv_cmd &cmd) mutable {
            return drv_cmd_opcode(&cmd) == REF_CMD_SYNC && std::exchange(once, false) ? code : 0U;
        };
    }

    int call(uint32_t cons, uint32_t prod)
    {
        smmu.executed.clear();
        smmu.written.clear();
        arg.ring.q_prod = prod;
        put(arg_at, arg);
        if (inside(arg.ring.q_cons_uptr, sizeof cons))
            put(arg.ring.q_cons_uptr, cons);
        put(error_at, uapi_error_record{garbage, garbage, garbage, garbage, garbage, garbage});
        const int rc = uapi_ring_invalidate(&front, arg_at);
        error = get<uapi_error_record>(error_at);
        return rc;
    }

    uint32_t cons() const { return get<uint32_t>(arg.ring.q_cons_uptr); }

    void expect_error(uint32_t source, uint32_t code, uint32_t first, uint32_t last)
    {
        EXPECT_EQ(error.valid, 1U);
        EXPECT_EQ(error.source, source);
        EXPECT_EQ(error.code, code);
        EXPECT_EQ(error.first_suspect, first);
        EXPECT_EQ(error.last_suspect, last);
        EXPECT_EQ(error.reserved, 0U);
    }

    /* Refused as a whole: errno, the index as it was, nothing reached the hardware. */
    void expect_refused(uint32_t c, uint32_t p, int rc)
    {
        EXPECT_EQ(call(c, p), rc);
        EXPECT_EQ(cons(), c);
        EXPECT_TRUE(smmu.written.empty());
        EXPECT_EQ(error.valid, 0U);
    }
};

#endif
