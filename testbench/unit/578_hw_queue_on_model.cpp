/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest with a hardware queue on the model: what it can do without anybody's help, what it cannot
 * do at all, and how it learns of its errors while nobody else is troubled by them.
 */
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "uapi/hw_queue.h"
#include "uapi/user_queue.h"
#include "uapi/user_space.h"
#include "unit/model_fixture.h"

namespace {

constexpr uint64_t page = 4096, iova = 0x100000, pa = 0x60000000;
constexpr unsigned RW = DRV_READ | DRV_WRITE;
constexpr uint32_t guest_sid = 0x21, other_sid = 0x22, vsid = 0x5;
constexpr uint16_t asid = 1;

class HwQueue : public DriverOnModel {
protected:
    static constexpr uint64_t memory_iova = 0x10000000, memory_pa = 0x40000000, copies = 0x50000000,
                              user_base = 0x7000000000;
    static constexpr unsigned log2size = 6;

    drv_host hardware = {}, guest_processor = {};
    iommufd_cmdqv cmdqv = {};
    iommufd_ctx ctx = {};
    std::vector<uint8_t> memory = std::vector<uint8_t>(4096);
    user_space space = {};
    const iommufd_viommu_driver *drivers[2] = {&iommufd_tegra241_cmdqv, nullptr};
    uint32_t viommu = 0, queue_object = 0;
    user_queue queue = {};
    drv_domain domain = {}, other_domain = {};
    drv_stream stream = {}, other_stream = {};
    std::vector<smmu_out_atc_inv_t> atc_invs;
    std::vector<smmu_atc_inv_result_t> atc_answers; // the last one for all that come later
    host_devices devices = {};

    template <typename T>
    void ioctl(int (*call)(iommufd_ctx *, uint64_t), T &a)
    {
        a.size = sizeof a;
        std::memcpy(memory.data(), &a, sizeof a);
        ASSERT_EQ(call(&ctx, user_base), 0);
        std::memcpy(&a, memory.data(), sizeof a);
    }

    /* The guest's own stage 1 has VMID 0, as the domains of the kernel-style driver have. */
    void start()
    {
        bring_up({{"timing.mem_read_lat", 20}});
        devices.ctx = this;
        devices.atc_inv = [](void *c, const smmu_out_atc_inv_t *inv) {
            auto &t = *static_cast<HwQueue *>(c);
            t.atc_invs.push_back(*inv);
            const size_t n = std::min(t.atc_invs.size(), t.atc_answers.size());
            host_atc_inv_done(t.host.get(), inv->tag,
                              n ? t.atc_answers[n - 1] : SMMU_ATC_INV_COMPLETED);
        };
        host_attach_devices(host.get(), &devices);
        attach(&domain, &stream, guest_sid, asid);
        attach(&other_domain, &other_stream, other_sid, asid + 1);

        const drv_host_costs none = {};
        drv_host_init(&hardware, host.get(), &none);
        const drv_ops hardware_ops = drv_host_ops(&hardware);
        vcmdq_config c = {};
        c.queues = 2;
        c.log2size_max = 10;
        c.copies = copies;
        ASSERT_TRUE(vcmdq_init(&cmdqv.interface, &hardware_ops, &c));
        give_to_guest();
        drv_host_init(&guest_processor, host.get(), &none);
        const drv_ops guest_ops = drv_host_ops(&guest_processor);
        const user_queue_config guest_config = {memory_pa, log2size, 100, 50, 8, 0, 100000};
        user_queue_start(&queue, &cmdqv.interface, 0, &guest_ops, &guest_config);
    }

    void attach(drv_domain *d, drv_stream *s, uint32_t sid, uint16_t with_asid)
    {
        drv_domain_config c = {};
        c.asid = with_asid;
        c.granule = TBL_GRANULE_4K;
        c.pages_only = true;
        ASSERT_EQ(drv_domain_init(&driver, d, &c), 0);
        ASSERT_EQ(drv_stream_init(&driver, s, sid, 0), 0);
        ASSERT_EQ(drv_attach(&driver, s, d, 0), 0);
    }

    void give_to_guest()
    {
        user_space_init(&space, user_base, memory.data(), memory.size());
        ctx.drv = &driver;
        ctx.user = user_space_memory(&space);
        ctx.drivers = drivers;
        ctx.viommu_hardware = &cmdqv;
        cmdqv.ctx = &ctx;
        iommufd_object *const device = iommufd_add_device(&ctx, guest_sid);
        iommufd_object *const ioas = iommufd_add_ioas(&ctx);
        iommufd_object *const parent = iommufd_add_hwpt_paging(&ctx, ioas, 0, true);
        ASSERT_EQ(iommufd_ioas_map(ioas, memory_iova, 0x100000, memory_pa), 0);
        iommu_viommu_alloc v = {};
        v.type = IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV;
        v.dev_id = device->id;
        v.hwpt_id = parent->id;
        ioctl(iommufd_viommu_alloc, v);
        viommu = v.out_viommu_id;
        iommu_vdevice_alloc d = {};
        d.viommu_id = viommu;
        d.dev_id = device->id;
        d.virt_id = vsid;
        ioctl(iommufd_vdevice_alloc, d);
        iommu_hw_queue_alloc q = {};
        q.viommu_id = viommu;
        q.type = IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV;
        q.nesting_parent_iova = memory_iova;
        q.length = UINT64_C(16) << log2size;
        ioctl(iommufd_hw_queue_alloc, q);
        queue_object = q.out_hw_queue_id;
    }

    int issue(std::vector<drv_cmd> list)
    {
        return user_queue_issue(&queue, list.data(), static_cast<unsigned>(list.size()));
    }

    uapi_error_record error()
    {
        uapi_error_record record;
        user_queue_error(&queue, &record);
        return record;
    }

    void expect_error(uint32_t code, uint32_t first, uint32_t last)
    {
        const uapi_error_record e = error();
        EXPECT_EQ(e.valid, 1U);
        EXPECT_EQ(e.source, uint32_t{UAPI_ERROR_HARDWARE});
        EXPECT_EQ(e.code, code);
        EXPECT_EQ(e.first_suspect, first);
        EXPECT_EQ(e.last_suspect, last);
    }

    static drv_cmd by_page(unsigned i, uint16_t vmid = 0)
    {
        drv_tlbi t = {};
        t.vmid = vmid;
        t.asid = asid;
        t.addr = iova + i * page;
        t.leaf = true;
        return drv_cmd_tlbi_nh_va(&t);
    }
    static drv_cmd atc_inv(uint32_t sid)
    {
        return {{REF_CMD_ATC_INV | uint64_t{sid} << 32, REF_ATC_INV_SIZE_ALL}};
    }

    /* Pages that the SMMU has cached and whose descriptors are gone. */
    void make_stale(drv_domain *d, uint32_t sid, unsigned pages)
    {
        ASSERT_EQ(drv_map(&driver, d, iova, pa, pages * page, RW, DRV_MEMORY_CACHED), 0);
        for (unsigned i = 0; i < pages; i++)
            ASSERT_TRUE(reaches_memory(sid, i));
        ASSERT_EQ(drv_unmap(&driver, d, iova, pages * page, DRV_FLUSH_NONE), 0);
    }
    bool reaches_memory(uint32_t sid, unsigned i)
    {
        return access(sid, iova + i * page).result == SMMU_RESULT_FORWARD;
    }
    int others_sync()
    {
        const drv_cmd cmd = drv_cmd_tlbi_nh_asid(0, 99);
        drv_cmd_error e;
        return drv_cmdq_issue_checked(&driver, &cmd, 1, &e);
    }
    uint32_t reg(vcmdq_register r) { return vcmdq_read(&cmdqv.interface, 0, r); }
};

const drv_cmd malformed = {{REF_CMD_TLBI_NH_VA, REF_TG_4K << 10}}; // no level, no range (4.4.1.1)

TEST_F(HwQueue, 578_the_guest_invalidates_its_translations_without_a_call)
{
    start();
    make_stale(&domain, guest_sid, 8);
    const uint64_t calls = ctx.stats.calls, commands = driver.stats.commands;
    EXPECT_EQ(issue({by_page(0, 0xffff), by_page(1), by_page(2), by_page(3)}), 0);
    for (unsigned i = 0; i < 8; i++)
        EXPECT_EQ(reaches_memory(guest_sid, i), i >= 4) << i;
    EXPECT_EQ(issue({drv_cmd_tlbi_nh_asid(0x77, asid)}), 0);
    for (unsigned i = 0; i < 8; i++)
        EXPECT_FALSE(reaches_memory(guest_sid, i)) << i;
    EXPECT_EQ(ctx.stats.calls, calls);
    EXPECT_EQ(driver.stats.commands, commands);
    EXPECT_EQ(error().valid, 0U);
}

TEST_F(HwQueue, 578_many_laps)
{
    start();
    for (unsigned lap = 0; lap < 40; lap++) {
        make_stale(&domain, guest_sid, 16);
        std::vector<drv_cmd> list;
        for (unsigned i = 0; i < 16; i++)
            list.push_back(by_page(i));
        ASSERT_EQ(issue(list), 0);
        for (unsigned i = 0; i < 16; i++)
            ASSERT_FALSE(reaches_memory(guest_sid, i));
    }
    EXPECT_EQ(issue(std::vector<drv_cmd>(63, by_page(0))), 0); // all of the queue
    EXPECT_EQ(issue(std::vector<drv_cmd>(64, by_page(0))), -EINVAL);
}

TEST_F(HwQueue, 578_what_passes_and_what_does_not)
{
    start();
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        const uint32_t at = queue.prod;
        const bool passes = opcode == REF_CMD_TLBI_NH_ASID || opcode == REF_CMD_TLBI_NH_VA ||
                            opcode == REF_CMD_ATC_INV || opcode == REF_CMD_SYNC;
        ASSERT_EQ(issue({drv_cmd{{opcode, 0}}}), passes ? 0 : -EIO) << opcode;
        if (passes)
            continue;
        expect_error(REF_CERROR_ILL, at, at);
        ASSERT_EQ(vcmdq_errors(&cmdqv.interface), 1U);
        ASSERT_EQ(others_sync(), 0);
        ASSERT_EQ(user_queue_recover(&queue), 0);
        ASSERT_EQ(vcmdq_errors(&cmdqv.interface), 0U);
    }
    EXPECT_EQ(host_reg_read(host.get(), SMMU_PAS_NS, REF_REG_GERROR, 4), 0U); // none came so far
}

TEST_F(HwQueue, 578_no_signal_of_a_sync_reaches_anybody)
{
    start();
    const uint64_t target = 0x55550000;
    const uint64_t sevs = host_irq_count(host.get(), SMMU_PAS_NS, SMMU_IRQ_SEV);
    for (const drv_cmd &sync :
         {drv_cmd_sync(DRV_SIG_IRQ), drv_cmd_sync(DRV_SIG_SEV), drv_cmd_sync_msi(target, 0xdead)}) {
        EXPECT_EQ(issue({sync}), -EIO);
        EXPECT_EQ(user_queue_recover(&queue), 0);
    }
    EXPECT_EQ(memory_load64(host_memory(host.get()), target), 0U);
    EXPECT_EQ(host_irq_count(host.get(), SMMU_PAS_NS, SMMU_IRQ_SEV), sevs);
}

TEST_F(HwQueue, 578_another_guests_translations_are_out_of_reach)
{
    start();
    cmdqv.interface.guest.vmid = 7; // while the domains have VMID 0
    make_stale(&domain, guest_sid, 4);
    EXPECT_EQ(issue({by_page(0, 0), drv_cmd_tlbi_nh_asid(0, asid)}), 0);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRUE(reaches_memory(guest_sid, i));
    cmdqv.interface.guest.vmid = 0;
    EXPECT_EQ(issue({drv_cmd_tlbi_nh_asid(7, asid)}), 0);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_FALSE(reaches_memory(guest_sid, i));
}

TEST_F(HwQueue, 578_streams_are_the_guests_and_unknown_ones_are_no_error)
{
    start();
    EXPECT_EQ(issue({atc_inv(vsid), atc_inv(vsid + 1), atc_inv(other_sid)}), 0);
    ASSERT_EQ(atc_invs.size(), 1U);
    EXPECT_EQ(atc_invs[0].streamid, guest_sid);
    EXPECT_EQ(error().valid, 0U);
}

TEST_F(HwQueue, 578_what_the_smmu_refuses_is_in_the_guests_own_registers)
{
    start();
    make_stale(&domain, guest_sid, 4);
    const uint64_t irqs = host_irq_count(host.get(), SMMU_PAS_NS, SMMU_IRQ_GERROR);
    EXPECT_EQ(issue({by_page(0), malformed, by_page(2)}), -EIO);
    EXPECT_EQ(reg(VCMDQ_GERROR) ^ reg(VCMDQ_GERRORN), REF_MASK(GERROR_CMDQ_ERR));
    EXPECT_EQ(reg(VCMDQ_CONS), 1U | REF_PREP(CMDQ_CONS_ERR, REF_CERROR_ILL));
    expect_error(REF_CERROR_ILL, 1, 1);
    EXPECT_FALSE(reaches_memory(guest_sid, 0));
    EXPECT_TRUE(reaches_memory(guest_sid, 2)); // the queue stands still
    EXPECT_GT(host_irq_count(host.get(), SMMU_PAS_NS, SMMU_IRQ_GERROR), irqs);
    EXPECT_EQ(others_sync(), 0); // others' do not
    EXPECT_EQ(user_queue_recover(&queue), 0);
    EXPECT_FALSE(reaches_memory(guest_sid, 2));
    EXPECT_EQ(error().valid, 0U);
    EXPECT_EQ(reg(VCMDQ_CONS), queue.prod);
}

TEST_F(HwQueue, 578_a_command_may_be_mended_while_the_error_is_active)
{
    start();
    make_stale(&domain, guest_sid, 4);
    EXPECT_EQ(issue({malformed, malformed, by_page(2)}), -EIO);
    const drv_cmd better[] = {by_page(0), drv_cmd_cfgi_all()};
    for (unsigned i = 0; i < 2; i++)
        for (unsigned w = 0; w < 2; w++)
            memory_store64(host_memory(host.get()), memory_pa + 16 * i + 8 * w, better[i].word[w]);
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_GERRORN, reg(VCMDQ_GERROR));
    host_run_idle(host.get(), SMMU_NEVER);
    EXPECT_FALSE(reaches_memory(guest_sid, 0)); // what it is now counts
    expect_error(REF_CERROR_ILL, 1, 1);         // found in front of the SMMU, though not at first
    EXPECT_EQ(user_queue_recover(&queue), 0);
    EXPECT_FALSE(reaches_memory(guest_sid, 2));
}

TEST_F(HwQueue, 578_an_ats_timeout_suspects_the_invalidations_since_the_sync_before)
{
    start();
    EXPECT_EQ(issue({atc_inv(vsid), by_page(0)}), 0); // positions 0 to 2
    atc_invs.clear();
    atc_answers = {SMMU_ATC_INV_COMPLETED, SMMU_ATC_INV_FAILED, SMMU_ATC_INV_COMPLETED};
    EXPECT_EQ(issue({by_page(0), atc_inv(vsid), by_page(1), atc_inv(vsid), by_page(2)}), -EIO);
    expect_error(REF_CERROR_ATC_INV_SYNC, 4, 6);
    EXPECT_EQ(user_queue_recover(&queue), 0); // fetched again, and nothing is left to wait for
    EXPECT_EQ(error().valid, 0U);
}

TEST_F(HwQueue, 578_a_prod_that_makes_no_sense_passes_nothing_on)
{
    start();
    EXPECT_EQ(issue({by_page(0), by_page(0)}), 0);
    const uint64_t passed = cmdqv.interface.stats.passed;
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_PROD, 2);              // back
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_PROD, 3 + 64 + 1);     // more than there is
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_PROD, 0xfff80000 | 2); // bits that are none
    EXPECT_EQ(cmdqv.interface.stats.passed, passed);
    EXPECT_EQ(issue({by_page(0)}), 0);
    EXPECT_EQ(cmdqv.interface.stats.passed, passed + 2);
}

TEST_F(HwQueue, 578_off_and_on_begins_anew)
{
    start();
    EXPECT_EQ(issue({malformed}), -EIO);
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_CONFIG, 0);
    EXPECT_EQ(reg(VCMDQ_STATUS), 0U);
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_PROD, 0);
    const drv_ops guest_ops = drv_host_ops(&guest_processor);
    const user_queue_config same = queue.config;
    user_queue_start(&queue, &cmdqv.interface, 0, &guest_ops, &same);
    EXPECT_EQ(reg(VCMDQ_STATUS), uint32_t{VCMDQ_EN});
    EXPECT_EQ(error().valid, 0U);
    EXPECT_EQ(issue({by_page(0)}), 0);
}

TEST_F(HwQueue, 578_a_destroyed_queue_reads_as_zero_and_does_nothing)
{
    start();
    vcmdq_write(&cmdqv.interface, 0, VCMDQ_PROD, 40); // still busy
    iommu_destroy d = {0, queue_object};
    ioctl(iommufd_destroy, d);
    host_run_idle(host.get(), SMMU_NEVER);
    for (unsigned r = VCMDQ_CONS; r <= VCMDQ_GERRORN; r += 4) {
        EXPECT_EQ(reg(static_cast<vcmdq_register>(r)), 0U);
        vcmdq_write(&cmdqv.interface, 0, static_cast<vcmdq_register>(r), UINT32_MAX);
        EXPECT_EQ(reg(static_cast<vcmdq_register>(r)), 0U);
        EXPECT_EQ(vcmdq_read(&cmdqv.interface, 1, static_cast<vcmdq_register>(r)), 0U); // no memory
        EXPECT_EQ(vcmdq_read(&cmdqv.interface, 99, static_cast<vcmdq_register>(r)), 0U);
    }
    EXPECT_EQ(others_sync(), 0);
}

TEST_F(HwQueue, 578_a_hostile_guest_harms_itself_alone)
{
    start();
    cmdqv.interface.guest.vmid = 7;
    make_stale(&other_domain, other_sid, 4);
    std::mt19937 engine(1);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(engine() % n); };
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 64; i++) {
            uint64_t word = engine() | static_cast<uint64_t>(engine()) << 32;
            const unsigned opcodes[] = {REF_CMD_TLBI_NH_ASID, REF_CMD_TLBI_NH_VA, REF_CMD_ATC_INV,
                                        REF_CMD_SYNC, below(256)};
            word = (word & ~UINT64_C(0xff)) | opcodes[below(5)];
            memory_store64(host_memory(host.get()), memory_pa + 16 * i, word);
            memory_store64(host_memory(host.get()), memory_pa + 16 * i + 8,
                           engine() | static_cast<uint64_t>(engine()) << 32);
        }
        if (below(2)) { // and now and then it behaves
            vcmdq_write(&cmdqv.interface, 0, VCMDQ_CONFIG, 0);
            vcmdq_write(&cmdqv.interface, 0, VCMDQ_CONFIG, VCMDQ_EN);
            vcmdq_write(&cmdqv.interface, 0, VCMDQ_PROD, below(65));
        }
        for (unsigned i = 0; i < 4; i++)
            vcmdq_write(&cmdqv.interface, below(3), static_cast<vcmdq_register>(4 * below(8)),
                        below(2) ? below(128) : static_cast<uint32_t>(engine()));
        ASSERT_EQ(others_sync(), 0) << round;
    }
    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRUE(reaches_memory(other_sid, i)); // nobody but its owner invalidates it
    EXPECT_GT(cmdqv.interface.stats.passed, 100U);
    EXPECT_GT(cmdqv.interface.stats.refused, 10U);
    EXPECT_EQ(driver.stats.timeouts, 0U);
}

} // namespace
