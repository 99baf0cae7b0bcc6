/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions in mirrored rings, exhaustively (3.5.1): every index width from 0 to 8 bits, every
 * position of consumer and producer, every length. The other side of each comparison is a list of
 * positions that is walked one by one; nothing in it is computed with a mask or a difference.
 */
#include <gmock/gmock.h>

#include <cerrno>

#include "driver/ring.h"
#include "unit/uapi_fixture.h"

namespace {

constexpr unsigned widest = 8;

/* The places that a producer or a consumer comes by, in order, until it is where it began: all
 * slots with the wrap flag down, then all of them with the flag up. */
struct Walk {
    struct Place {
        uint32_t slot, wrap;
        uint32_t position() const { return places_per_lap * wrap + slot; }
        uint32_t places_per_lap;
    };
    std::vector<Place> places;

    explicit Walk(unsigned log2size)
    {
        uint32_t per_lap = 1;
        for (unsigned i = 0; i < log2size; i++)
            per_lap += per_lap;
        for (uint32_t wrap = 0; wrap <= 1; wrap++)
            for (uint32_t slot = 0; slot < per_lap; slot++)
                places.push_back({slot, wrap, per_lap});
    }

    size_t next(size_t i) const { return i + 1 == places.size() ? 0 : i + 1; }
    uint64_t slots() const { return places.front().places_per_lap; }
};

/* Comparisons are counted, as an assertion each would take longer than the arithmetic. */
struct Tally {
    uint64_t wrong = 0, compared = 0;
    void same(uint64_t a, uint64_t b)
    {
        compared++;
        wrong += a != b;
    }
};

TEST(RingProof, 566_size_index_and_address_are_those_of_the_walked_place)
{
    Tally tally;
    for (unsigned log2size = 0; log2size <= widest; log2size++) {
        const Walk walk(log2size);
        tally.same(drv_ring_size(log2size), walk.slots());
        for (const Walk::Place &place : walk.places) {
            const uint32_t position = place.position();
            tally.same(drv_ring_position(log2size, position), position);
            tally.same(drv_ring_position(log2size, position + UINT64_C(0x8000000000)), position);
            tally.same(drv_ring_index(log2size, position), place.slot);
            uint64_t address = 0x40000000;
            for (uint32_t slot = 0; slot < place.slot; slot++)
                address += 16;
            tally.same(drv_ring_address(0x40000000, log2size, position, 16), address);
        }
    }
    EXPECT_EQ(tally.wrong, 0U);
    EXPECT_GT(tally.compared, 4U * 511);
}

TEST(RingProof, 566_advancing_by_any_length_is_that_many_steps)
{
    Tally tally;
    for (unsigned log2size = 0; log2size <= widest; log2size++) {
        const Walk walk(log2size);
        for (size_t from = 0; from < walk.places.size(); from++) {
            size_t at = from;
            for (uint64_t n = 0; n <= 4 * walk.slots(); n++, at = walk.next(at))
                tally.same(drv_ring_advance(log2size, walk.places[from].position(), n),
                           walk.places[at].position());
        }
    }
    EXPECT_EQ(tally.wrong, 0U);
    EXPECT_GT(tally.compared, UINT64_C(512) * 1024);
}

/* A producer that starts where the consumer stands, and fills the ring entry by entry: up to the
 * last free slot the two belong together, one step further they do not. */
TEST(RingProof, 566_used_and_free_are_what_a_filling_ring_holds)
{
    Tally tally;
    for (unsigned log2size = 0; log2size <= widest; log2size++) {
        const Walk walk(log2size);
        for (size_t cons = 0; cons < walk.places.size(); cons++) {
            std::vector<bool> occupied(walk.slots());
            uint64_t entries = 0;
            bool overrun = false;
            size_t prod = cons;
            for (size_t step = 0; step < walk.places.size(); step++, prod = walk.next(prod)) {
                const uint32_t p = walk.places[prod].position(), c = walk.places[cons].position();
                if (overrun)
                    tally.same(drv_ring_used(log2size, p, c) > walk.slots(), true);
                else
                    tally.same(drv_ring_used(log2size, p, c), entries);
                tally.same(drv_ring_free(log2size, p, c), overrun ? 0 : walk.slots() - entries);
                /* The entry that the next step puts in. */
                overrun = overrun || occupied[walk.places[prod].slot];
                occupied[walk.places[prod].slot] = true;
                entries++;
            }
        }
    }
    EXPECT_EQ(tally.wrong, 0U);
    EXPECT_GT(tally.compared, UINT64_C(512) * 512);
}

/* Passed: the consumer has taken the entry, and has not come to its slot once more. */
TEST(RingProof, 566_passed_holds_from_the_entry_to_the_reuse_of_its_slot)
{
    Tally tally;
    for (unsigned log2size = 0; log2size <= widest; log2size++) {
        const Walk walk(log2size);
        for (size_t entry = 0; entry < walk.places.size(); entry++) {
            bool taken = false;
            size_t cons = entry;
            for (size_t step = 0; step < walk.places.size(); step++) {
                tally.same(drv_ring_passed(log2size, walk.places[cons].position(),
                                           walk.places[entry].position()),
                           taken);
                /* The consumer takes what is at its place. */
                taken = walk.places[cons].slot == walk.places[entry].slot ? cons == entry : taken;
                cons = walk.next(cons);
            }
        }
    }
    EXPECT_EQ(tally.wrong, 0U);
    EXPECT_GT(tally.compared, UINT64_C(512) * 512);
}

int count_by_function(unsigned index_bits, uint32_t entries, uint32_t cons, uint32_t prod,
                      uint64_t *count)
{
    iommu_hwpt_invalidate_ring ring = {};
    ring.q_index_bits = index_bits;
    ring.q_entry_num = entries;
    ring.q_prod = prod;
    return uapi_ring_count(&ring, cons, count);
}

/* Whoever walks a ring of all its slots meets the producer within one lap, or the two do not
 * belong together. */
TEST(RingProof, 566_user_ring_counts_the_steps_from_consumer_to_producer)
{
    Tally tally;
    for (unsigned bits = 0; bits <= widest; bits++) {
        const Walk walk(bits);
        for (size_t cons = 0; cons < walk.places.size(); cons++) {
            size_t prod = cons;
            for (uint64_t n = 0; n < walk.places.size(); n++, prod = walk.next(prod)) {
                uint64_t count = 0;
                const int rc = count_by_function(bits, static_cast<uint32_t>(walk.slots()),
                                                 walk.places[cons].position(),
                                                 walk.places[prod].position(), &count);
                tally.same(rc == 0, n <= walk.slots());
                tally.same(rc == 0 ? count : 0, n <= walk.slots() ? n : 0);
                tally.same(rc == 0 || rc == -EINVAL, true);
            }
        }
    }
    EXPECT_EQ(tally.wrong, 0U);
    EXPECT_GT(tally.compared, UINT64_C(512) * 512);
}

/* With fewer entries than indexes there is no wrapping: from the front to the back, once. */
TEST(RingProof, 566_user_array_counts_the_steps_to_its_end_and_no_further)
{
    Tally tally;
    for (unsigned bits = 0; bits <= widest; bits++) {
        const Walk walk(bits);
        const auto places = static_cast<uint32_t>(walk.places.size());
        for (uint32_t entries = 0; entries < walk.slots(); entries++) {
            for (uint32_t cons = 0; cons < places; cons++) {
                uint64_t steps = 0;
                bool met = false; // the consumer, on the way from the front
                for (uint32_t prod = 0; prod < places; prod++) {
                    met = met || prod == cons;
                    const bool fits = met && prod <= entries;
                    uint64_t count = 0;
                    const int rc = count_by_function(bits, entries, cons, prod, &count);
                    tally.same(rc, fits ? 0 : static_cast<uint64_t>(-EINVAL));
                    tally.same(fits ? count : 0, fits ? steps : 0);
                    steps += met;
                }
            }
        }
    }
    EXPECT_EQ(tally.wrong, 0U);
    EXPECT_GT(tally.compared, UINT64_C(255) * 512 * 512);
}

class UserRingProof : public UapiRing {};

/* The whole call: what is executed are the walked slots, in their order, and the index that comes
 * back is the producer's. */
TEST_F(UserRingProof, 566_call_executes_the_walked_slots_in_order)
{
    for (unsigned bits = 0; bits <= 5; bits++) {
        const Walk walk(bits);
        ring(bits);
        fill(static_cast<uint32_t>(walk.slots()));
        for (size_t c = 0; c < walk.places.size(); c++) {
            std::vector<unsigned> slots;
            size_t p = c;
            for (uint64_t n = 0; n < walk.places.size(); n++, p = walk.next(p)) {
                const uint32_t from = walk.places[c].position(), to = walk.places[p].position();
                if (n > walk.slots()) {
                    expect_refused(from, to, -EINVAL);
                } else {
                    ASSERT_EQ(call(from, to), 0) << bits << " " << from << " " << to;
                    ASSERT_EQ(cons(), to);
                    ASSERT_EQ(executed_asids(), slots);
                }
                slots.push_back(walk.places[p].slot);
            }
        }
    }
}

} // namespace
