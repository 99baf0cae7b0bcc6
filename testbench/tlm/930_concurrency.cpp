/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 930: memory that waits, so that everybody meets in the middle: two clients' walks in flight,
 * commands meanwhile, a CMD_SYNC that waits for a marked walk and for an access on its way; nothing
 * stale afterwards.
 */
#include "module_bench.h"

int sc_main(int, char *[])
{
    module_bench b("bench");
    const uint64_t va = module_bench::va, pa = module_bench::pa;
    b.map(va, pa, 0x1000);
    b.map(va + 0x40000000, pa + 0x3000, 0x1000);
    b.memory.waits = true;
    return module_bench::run(b, [&] {
        b.enable();
        /* Two cold walks at once, of one stream: they overlap, and each gets its own answer. */
        smmusim::translation_result first, second;
        sc_core::sc_event done;
        int running = 2;
        const sc_time begin = sc_core::sc_time_stamp();
        sc_time ended;
        auto client = [&](unsigned port, uint64_t at, smmusim::translation_result *result) {
            uint32_t word = 0;
            CHECK(b.access(false, at, &word, 4, result, port) == tlm::TLM_OK_RESPONSE);
            ended = sc_core::sc_time_stamp();
            if (--running == 0)
                done.notify(SC_ZERO_TIME);
        };
        sc_core::sc_spawn([&] { client(0, va, &first); });
        sc_core::sc_spawn([&] { client(1, va + 0x40000000, &second); });
        sc_core::wait(done);
        CHECK(first.response.pa == pa && second.response.pa == pa + 0x3000);
        CHECK(ended - begin <
              sc_time(1000, SC_NS)); /* 700 and a little each; one after the other would be 1400 */

        /* A walk is under way on the old table when the page moves: TLBI + CMD_SYNC wait for it. */
        b.command(REF_CMD_TLBI_NSNH_ALL, 0);
        b.command(REF_CMD_SYNC, 0);
        sc_core::wait(1000, SC_NS);
        CHECK(b.all_consumed());
        bool finished = false;
        sc_core::sc_spawn([&] {
            uint32_t word = 0;
            CHECK(b.access(false, va, &word, 4, &first) == tlm::TLM_OK_RESPONSE);
            finished = true;
        });
        sc_core::wait(350, SC_NS); /* three of four descriptors are read, the leaf is on its way */
        tbl_leaf_update(&b.pages, va, 0, uint64_t{1} << 40);
        b.tlbi_and_sync(va);
        bool overtook = false;
        while (!b.all_consumed()) {
            sc_core::wait(5, SC_NS);
            overtook |= finished && first.response.pa != pa &&
                        first.response.pa != (pa | uint64_t{1} << 40);
        }
        CHECK(
            finished); /* the CMD_SYNC did not complete before the old access was done in memory */
        CHECK(!overtook);
        uint32_t word = 0;
        CHECK(b.access(false, va, &word, 4, &first) == tlm::TLM_OK_RESPONSE);
        CHECK(first.response.pa == (pa | uint64_t{1} << 40));
    });
}
