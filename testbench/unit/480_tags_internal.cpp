/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 480: far more address spaces than the tag table has room for. A context's two tags stay two, and
 * no invalidation by ASID leaves an entry of that ASID alive, whatever had to give way before.
 */
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <vector>

extern "C" {
#include "state.h"
}

namespace {

class Tags : public testing::Test {
protected:
    Tags()
    {
        smmu_config_t config;
        smmu_config_init(&config, nullptr);
        smmu_config_set(&config, "timing.mtlb_entries", 64, nullptr, 0);
        memory.resize(smmu_size(&config) / sizeof(std::max_align_t) + 1);
        EXPECT_EQ(smmu_create(&s, &config, memory.data(), memory.size() * sizeof(std::max_align_t)),
                  SMMU_OK);
    }

    /* As it is when the configuration has just been read. */
    struct xctx context(uint16_t asid, bool aset)
    {
        struct xctx x = {};
        x.kind = XCTX_S1;
        x.asid = asid;
        x.aset = aset;
        x.ttb[0].granule_log2 = 12;
        smmu__tags_bind(s, &x);
        return x;
    }

    static struct leaf page(uint64_t pa, bool global)
    {
        struct leaf l = {};
        l.pa = pa;
        l.region_log2 = 12;
        l.level = 3;
        l.perms = 63;
        l.global = global;
        return l;
    }

    void drop_asid(uint16_t asid)
    {
        struct inval_tlb scope = {};
        scope.by_asid = scope.spare_global = true;
        scope.asid = asid;
        struct tag_filter tags = smmu__tag_filter(&scope);
        smmu__tags_drop(s, &tags);
    }

    void fill(const struct xctx &x, uint64_t va, const struct leaf &l)
    {
        smmu__tbu_fill(s, s->tbu, &x, va, &l);
    }

    bool look_up(const struct xctx &x, uint64_t va, struct leaf &found)
    {
        struct tbu_lookup result = {};
        smmu__tbu_look_up(s, s->tbu, &x, va, LEAF_UR, &result);
        if (result.where == TBU_MISS)
            return false;
        smmu__tlb_leaf(result.entry, &found);
        return true;
    }

    smmu_t *s = nullptr;
    std::vector<std::max_align_t> memory;
};

TEST_F(Tags, 480_context_has_two_tags_however_many_compete)
{
    std::mt19937 random(7);
    for (unsigned i = 0; i < 200000; i++) {
        struct xctx x = context(static_cast<uint16_t>(random() % 600), random() % 2);
        smmu__tags_use(s, &x);
        ASSERT_NE(x.tag, x.global_tag);
        ASSERT_NE(s->tags.tag[x.tag].key, s->tags.tag[x.global_tag].key);
        ASSERT_TRUE(tags_bound(&s->tags, &x));
        struct leaf l = page(uint64_t{x.asid} << 12, random() % 4 == 0);
        fill(x, uint64_t{random() % 256} << 12, l);
    }
}

TEST_F(Tags, 481_nothing_of_an_asid_survives_its_invalidation)
{
    std::mt19937 random(8);
    unsigned hits = 0;
    for (unsigned i = 0; i < 100000; i++) {
        struct xctx x = context(static_cast<uint16_t>(random() % 300), false);
        const uint64_t va = uint64_t{random() % 64} << 12;
        struct leaf l = page(uint64_t{x.asid} << 12, false), found;
        smmu__tags_use(s, &x);
        if (look_up(x, va, found)) {
            hits++;
            ASSERT_EQ(found.pa, l.pa) << "an entry of another ASID";
        }
        fill(x, va, l);
        ASSERT_TRUE(look_up(x, va, found));
        if (random() % 8)
            continue;
        drop_asid(x.asid);
        smmu__tags_use(s, &x);
        for (uint64_t page = 0; page < 64; page++)
            ASSERT_FALSE(look_up(x, page << 12, found));
    }
    EXPECT_GT(hits, 100u);
}

TEST_F(Tags, 482_serials_that_wrap_leave_nothing_behind)
{
    struct xctx x = context(1, false);
    struct leaf l = page(0x5000, false), found;
    smmu__tags_use(s, &x);
    fill(x, 0x1000, l);
    s->tags.next_serial = UINT32_MAX; /* two drops before the wrap */
    for (uint16_t asid = 2; asid < 8; asid++) {
        struct xctx other = context(asid, asid & 1);
        smmu__tags_use(s, &other);
        ASSERT_NE(s->tags.tag[other.tag].key, 0u);
        ASSERT_NE(s->tags.tag[other.global_tag].key, 0u);
        fill(other, 0x1000, l);
        drop_asid(asid);
        smmu__tags_use(s, &other);
        ASSERT_FALSE(look_up(other, 0x1000, found));
    }
}

} // namespace
