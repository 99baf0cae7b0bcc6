/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command queue errors that a guest's ring meets on the model (7.1): what hardware reports in
 * CMDQ_CONS.ERR comes out in the error record, and each way to find the CMD_ATC_INV behind
 * CERROR_ATC_INV_SYNC names what it promises, for the CMD_SYNCs and time-outs that it promises.
 */
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <map>
#include <set>

#include "device/atc.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "uapi/user_ring.h"
#include "unit/model_fixture.h"

namespace {

constexpr uint64_t timeout = 50000; // of an ATS invalidation
constexpr unsigned entries = 16;
constexpr uint32_t first_sid = 0x100;

class CommandErrorsOnModel : public DriverOnModel {
protected:
    std::unique_ptr<atc, void (*)(atc *)> devices{atc_create(4), atc_destroy};
    std::unique_ptr<user_ring> user = std::make_unique<user_ring>();
    uapi_hwpt hwpt = {};
    uapi front = {};
    std::set<uint32_t> completed; // devices whose invalidation is complete
    unsigned told = 0;
    std::function<void()> meanwhile = [] {}; // whenever the driver says something
    std::function<void(unsigned)> before_device_is_told = [](unsigned) {};

    void start()
    {
        config.timeout_cycles = 100 * timeout;
        bring_up({{"timing.atc_inv_timeout", timeout}});
        ASSERT_TRUE(driver.features.ats);
        machine.log = [](void *c, const char *) {
            static_cast<CommandErrorsOnModel *>(c)->meanwhile();
        };
        machine.log_ctx = this;
        host_devices d = {};
        d.ctx = this;
        d.atc_inv = [](void *c, const smmu_out_atc_inv_t *inv) {
            auto &t = *static_cast<CommandErrorsOnModel *>(c);
            t.before_device_is_told(t.told++);
            ASSERT_TRUE(atc_invalidate(t.devices.get(), host_now(t.host.get()), inv));
            t.tags[inv->tag] = inv->streamid;
            t.answer();
        };
        host_attach_devices(host.get(), &d);
        hwpt.id = 1;
        hwpt.kind = UAPI_HWPT_NESTED_SMMUV3;
        hwpt.guest.permissive = true;
        hwpt.guest.find_sid = [](void *, uint32_t virtual_sid, uint32_t *sid) {
            *sid = first_sid + virtual_sid;
            return true;
        };
        user_ring_init(user.get(), 1, 4);
        front.drv = &driver;
        front.user = user_space_memory(&user->space);
        front.hwpts = &hwpt;
        front.hwpt_count = 1;
    }

    void put(unsigned i, const drv_cmd &cmd) { user_ring_put(user.get(), i, &cmd); }

    static drv_cmd atc_inv(uint32_t virtual_sid)
    {
        return {{REF_CMD_ATC_INV | static_cast<uint64_t>(virtual_sid) << 32, 52}};
    }

    int invalidate(uint32_t n) { return user_ring_invalidate(user.get(), &front, n); }

    const uapi_error_record &record() const { return user->memory.error; }

    void expect_record(uint32_t code, uint32_t first, uint32_t last)
    {
        EXPECT_EQ(record().valid, 1U);
        EXPECT_EQ(record().source, uint32_t{UAPI_ERROR_HARDWARE});
        EXPECT_EQ(record().code, code);
        EXPECT_EQ(record().first_suspect, first);
        EXPECT_EQ(record().last_suspect, last);
    }

private:
    std::map<uint64_t, uint32_t> tags;

    void answer()
    {
        uint64_t tag = 0;
        smmu_atc_inv_result_t result = SMMU_ATC_INV_COMPLETED;
        while (atc_take_due(devices.get(), host_now(host.get()), &tag, &result)) {
            completed.insert(tags[tag]);
            host_atc_inv_done(host.get(), tag, result);
        }
        const uint64_t due = atc_next_due(devices.get());
        if (due != SMMU_NEVER)
            host_call_at(
                host.get(), due, [](void *c) { static_cast<CommandErrorsOnModel *>(c)->answer(); },
                this);
    }
};

/* ---- CERROR_ABT */

TEST_F(CommandErrorsOnModel, 584_aborted_fetch_that_goes_away_is_retried_and_nobody_is_told)
{
    start();
    for (unsigned i = 0; i < entries; i++)
        put(i, drv_cmd_tlbi_nh_asid(0, 1));
    /* The first slots that the ring will use abort, until the driver has retried some times. */
    const uint64_t at = driver.cmdq.base + 16 * (drv_cmdq_next(&driver) & 0xff);
    ASSERT_TRUE(memory_abort_begin(host_memory(host.get()), at, 64, MEMORY_ABORT_READ));
    meanwhile = [this, at] {
        if (driver.stats.cmdq_errors[REF_CERROR_ABT] == 3)
            memory_abort_end(host_memory(host.get()), at, 64);
    };
    EXPECT_EQ(invalidate(8), 0);
    EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ABT], 3U);
    EXPECT_EQ(user->memory.cons, 8U);
    EXPECT_EQ(record().valid, 0U);
}

TEST_F(CommandErrorsOnModel, 584_fetch_that_always_aborts_names_the_entry_and_vouches_for_nothing)
{
    config.cmdq_abort_retries = 2;
    start();
    front.options.batch = 4;
    for (unsigned i = 0; i < entries; i++)
        put(i, drv_cmd_tlbi_nh_asid(0, 1));
    /* Entry 6 of the ring: the chunk before has a CMD_SYNC of its own. */
    const uint32_t slot = drv_cmdq_next(&driver) + 6 + 1;
    ASSERT_TRUE(memory_abort_begin(host_memory(host.get()), driver.cmdq.base + 16 * (slot & 0xff),
                                   16, MEMORY_ABORT_READ));
    EXPECT_EQ(invalidate(12), -EIO);
    EXPECT_EQ(user->memory.cons, 4U);
    expect_record(REF_CERROR_ABT, 6, 6);
    EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ABT], 3U);
    EXPECT_EQ(front.stats.issued, 8U);
    EXPECT_EQ(front.stats.completed, 4U);
    EXPECT_EQ(front.stats.reported, 4U);
}

/* ---- CERROR_ILL */

TEST_F(CommandErrorsOnModel, 584_illegal_command_is_named_at_every_place_and_the_rest_withdrawn)
{
    const drv_cmd illegal = {{REF_CMD_TLBI_NH_VA, REF_TG_4K << 10}}; // 4.4.1.1
    start();
    for (unsigned bad = 0; bad < entries; bad++) {
        for (unsigned i = 0; i < entries; i++)
            put(i, atc_inv(i));
        put(bad, illegal);
        completed.clear();
        const uint32_t cons = user->memory.cons;
        EXPECT_EQ(invalidate(entries), -EIO);
        const uint32_t done = (user->memory.cons - cons) & 31;
        const uint32_t at =
            (cons & 16) == (user->memory.cons & 16) ? bad | (cons & 16) : bad | (~cons & 16);
        expect_record(REF_CERROR_ILL, at, at);
        EXPECT_EQ(user->memory.cons, at);
        EXPECT_EQ(completed.size(), done) << "what is reported, and nothing behind it";
        user->memory.cons = 0;
    }
}

/* ---- CERROR_ATC_INV_SYNC */

struct Way {
    const char *name;
    uapi_attribution attribution;
    uint32_t first, last; /* suspects, of 16 devices of which number 9 does not answer */
    unsigned syncs;       /* CMD_SYNCs that were written */
    unsigned timeouts;    /* of the device */
    unsigned reissued;
};

void PrintTo(const Way &w, std::ostream *out)
{
    *out << w.name;
}

class Attribution : public CommandErrorsOnModel, public testing::WithParamInterface<Way> {
protected:
    void dead(uint32_t virtual_sid)
    {
        ASSERT_TRUE(atc_answer(devices.get(), first_sid + virtual_sid, ATC_NEVER_ANSWERS, 0));
    }
};

TEST_P(Attribution, 584_names_one_device_among_sixteen)
{
    const Way &w = GetParam();
    start();
    front.options.attribution = w.attribution;
    for (unsigned i = 0; i < entries; i++)
        put(i, atc_inv(i));
    dead(9);
    const uint64_t begun = host_now(host.get()), syncs = driver.stats.syncs;

    EXPECT_EQ(invalidate(entries), -EIO);
    const uint64_t took = host_now(host.get()) - begun;
    expect_record(REF_CERROR_ATC_INV_SYNC, w.first, w.last);
    EXPECT_EQ(user->memory.cons, w.first);
    EXPECT_EQ(front.stats.reported, w.first);
    EXPECT_EQ(front.stats.completed, w.first);
    EXPECT_EQ(driver.stats.syncs - syncs, w.syncs);
    EXPECT_EQ(front.stats.reissued, w.reissued);
    EXPECT_GE(took, w.timeouts * timeout);
    EXPECT_LT(took, (w.timeouts + 1) * timeout);
    EXPECT_EQ(completed.count(first_sid + 9), 0U);
    for (unsigned i = 0; i < w.first; i++)
        EXPECT_EQ(completed.count(first_sid + i), 1U) << i;

    /* The guest gives the culprit up and asks for the rest. */
    if (w.first == w.last) {
        user->memory.cons = w.first + 1;
        EXPECT_EQ(invalidate(entries - w.first - 1), 0);
        EXPECT_EQ(completed.size(), entries - 1U);
    }
}

TEST_P(Attribution, 584_of_several_names_the_first_and_is_right_about_all_before_it)
{
    const Way &w = GetParam();
    start();
    front.options.attribution = w.attribution;
    for (unsigned a = 0; a < entries; a += 3)
        for (unsigned b = a + 1; b < entries; b += 2) {
            for (unsigned i = 0; i < entries; i++) {
                put(i, i % 5 == 4 ? drv_cmd_tlbi_nh_asid(0, 1) : atc_inv(i));
                atc_answer(devices.get(), first_sid + i, ATC_COMPLETES, 10 * i);
            }
            put(a, atc_inv(a));
            put(b, atc_inv(b));
            dead(a);
            dead(b);
            completed.clear();
            user->memory.cons = 0;
            ASSERT_EQ(invalidate(entries), -EIO);
            ASSERT_EQ(record().code, uint32_t{REF_CERROR_ATC_INV_SYNC});
            if (w.attribution == UAPI_BLAME_CHUNK) {
                ASSERT_LE(record().first_suspect, a);
                ASSERT_GE(record().last_suspect, b);
            } else {
                ASSERT_EQ(record().first_suspect, a);
                ASSERT_EQ(record().last_suspect, a);
            }
            ASSERT_EQ(user->memory.cons, record().first_suspect);
            for (unsigned i = 0; i < user->memory.cons; i++)
                if (i % 5 != 4) {
                    ASSERT_EQ(completed.count(first_sid + i), 1U) << a << " " << b << " " << i;
                }
        }
}

/* The CMD_SYNC that the driver puts in the illegal command's place is the one that learns of the
 * time-out (4.7.3): nothing from the device's command on is done. */
TEST_P(Attribution, 584_timeout_before_an_illegal_command_is_not_forgotten_for_it)
{
    const Way &w = GetParam();
    start();
    front.options.attribution = w.attribution;
    for (unsigned i = 0; i < entries; i++)
        put(i, atc_inv(i));
    put(9, drv_cmd{{REF_CMD_TLBI_NH_VA, REF_TG_4K << 10}}); // 4.4.1.1
    dead(3);
    EXPECT_EQ(invalidate(entries), -EIO);
    EXPECT_EQ(record().code, uint32_t{REF_CERROR_ATC_INV_SYNC});
    EXPECT_LE(record().first_suspect, 3U);
    EXPECT_GE(record().last_suspect, 3U);
    EXPECT_LT(record().last_suspect, 9U);
    EXPECT_EQ(user->memory.cons, record().first_suspect);
    EXPECT_EQ(front.stats.reported, record().first_suspect);
    EXPECT_EQ(front.stats.completed, record().first_suspect);
    for (unsigned i = 0; i < user->memory.cons; i++)
        EXPECT_EQ(completed.count(first_sid + i), 1U) << i;
}

/* A device that answers the second time is nobody to blame. */
TEST_P(Attribution, 584_passing_failure)
{
    const Way &w = GetParam();
    const bool tries_again =
        w.attribution == UAPI_BLAME_HALVES || w.attribution == UAPI_BLAME_SINGLY;
    start();
    front.options.attribution = w.attribution;
    for (unsigned i = 0; i < entries; i++)
        put(i, atc_inv(i));
    dead(9);
    before_device_is_told = [this](unsigned n) {
        if (n == 10) // the device has had its first
            atc_answer(devices.get(), first_sid + 9, ATC_COMPLETES, 0);
    };
    EXPECT_EQ(invalidate(entries), tries_again ? 0 : -EIO);
    EXPECT_EQ(front.stats.acquitted, tries_again ? 1U : 0U);
    EXPECT_EQ(record().valid, tries_again ? 0U : 1U);
    EXPECT_EQ(user->memory.cons, tries_again ? 16U : w.first);
    EXPECT_EQ(driver.stats.cmdq_errors[REF_CERROR_ATC_INV_SYNC], 1U);
    if (tries_again) {
        EXPECT_EQ(completed.size(), 16U);
    }
}

TEST_P(Attribution, 584_costs_nothing_but_its_syncs_where_all_is_well)
{
    const Way &w = GetParam();
    start();
    front.options.attribution = w.attribution;
    for (unsigned i = 0; i < entries; i++)
        put(i, atc_inv(i / 4)); // four devices, four each
    const uint64_t syncs = driver.stats.syncs;
    EXPECT_EQ(invalidate(entries), 0);
    EXPECT_EQ(driver.stats.syncs - syncs, w.attribution == UAPI_BLAME_DEVICE    ? 4U
                                          : w.attribution == UAPI_BLAME_COMMAND ? 16U
                                                                                : 1U);
    EXPECT_EQ(front.stats.reissued, 0U);
}

/* halves: [0,8) ok, [8,12) fails, [8,10) fails, [8] ok, [9] fails. singly: 0 to 8 ok, 9 fails. */
INSTANTIATE_TEST_SUITE_P(Ways, Attribution,
                         testing::Values(Way{"chunk", UAPI_BLAME_CHUNK, 0, 15, 1, 1, 0},
                                         Way{"device", UAPI_BLAME_DEVICE, 9, 9, 10, 1, 0},
                                         Way{"command", UAPI_BLAME_COMMAND, 9, 9, 10, 1, 0},
                                         Way{"halves", UAPI_BLAME_HALVES, 9, 9, 6, 4,
                                             8 + 4 + 2 + 1 + 1},
                                         Way{"singly", UAPI_BLAME_SINGLY, 9, 9, 11, 2, 10}),
                         [](const testing::TestParamInfo<Way> &info) { return info.param.name; });

} // namespace
