/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fleet of devices and the driver that serves them, at random, as a trace: what each statement
 * must lead to follows from a plain picture of address spaces, of what devices have cached, and of
 * what stands in the queues. It knows nothing of the model. The same seed gives the same trace.
 *
 * Of the devices some only read and write, some stall at faults (3.12.2), some have an ATC (3.9.1)
 * and ask for pages (chapter 8). The driver maps and unmaps, attaches devices to domains, repairs
 * what stalls or asks, finds its queues overflowed (7.4, 8.1), its commands illegal and its devices
 * silent (7.1, 4.5.1). At any moment a device reaches what is mapped for it, and nothing else.
 */
#ifndef SMMUSIM_FLEET_DEVICE_FLEET_H
#define SMMUSIM_FLEET_DEVICE_FLEET_H

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/* How often each of these happened: a fleet that never met one has tested nothing of it. */
enum FleetCount : unsigned {
    FLEET_REACHED,
    FLEET_REFUSED,
    FLEET_EVENTS_LOST,
    FLEET_STALLS,
    FLEET_STALLS_WAITING, /* for room for their records */
    FLEET_RETRIES,
    FLEET_ATS_GRANTED,
    FLEET_ATS_DENIED,
    FLEET_TRANSLATED,
    FLEET_ATC_TIMEOUTS,
    FLEET_PAGE_REQUESTS,
    FLEET_AUTOMATIC_RESPONSES,
    FLEET_ILLEGAL_COMMANDS,
    FLEET_RACED, /* with an invalidation */
    FLEET_COUNTS
};
using FleetCounts = std::array<unsigned, FLEET_COUNTS>;
const char *fleet_count_name(unsigned count);

class DeviceFleet {
public:
    /* One that sends no CMD_TLBI: so that a test can see that it would be noticed. */
    enum class Driver { careful, forgets_invalidations };
    /* timing.atc_inv_timeout: some devices answer sooner, some later, some never. */
    static constexpr uint64_t atc_timeout = 3000;

    DeviceFleet(unsigned seed, Driver driver);
    /* The trace, of so many operations of devices and of the driver. */
    std::string run(unsigned operations);
    const FleetCounts &counts() const { return counts_; }

private:
    static constexpr unsigned domains = 4, regions = 4, pages = 12;
    static constexpr unsigned streams = 14;

    enum class Kind { plain, silent, stalling, ats };
    static Kind kind_of(unsigned stream);

    struct Mapping {
        uint64_t pa;
        bool writable;
    };
    struct Place {
        unsigned region, page;
    };
    struct Stalled {
        unsigned stream, name;
        Place place;
        bool write;
        std::string stag; /* the variable that its record sets */
    };
    struct PageRequest {
        unsigned stream, group;
        Place place;
        bool last, write;
    };

    unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
    Place any_place() { return {pick(regions), pick(pages)}; }
    unsigned stream_of(Kind kind);
    template <typename... Words>
    void say(const Words &...words)
    {
        (trace_ << ... << words) << "\n";
    }
    void store(uint64_t address, uint64_t word);

    /* ---- tables */
    void set_up();
    void store_stream(unsigned stream, std::optional<unsigned> domain);
    std::optional<Mapping> &mapping(unsigned domain, Place place);
    const Mapping *reached(unsigned stream, Place place);
    void store_leaf(unsigned domain, Place place);

    /* ---- devices */
    void access();
    void stalling_access();
    void ask_for_translation();
    void translated_access();
    void ask_for_page();
    void start_accesses(unsigned domain);

    /* ---- the driver */
    void command(const std::string &text);
    void sync();
    void invalidate(unsigned domain, unsigned region, unsigned first, unsigned count);
    void invalidate_atc(unsigned stream, uint64_t address, unsigned size_log2);
    void map(unsigned domain, Place place);
    void allow(unsigned domain, Place place, bool write);
    void map_page();
    void unmap_pages();
    void change_permission();
    void attach();
    void illegal_command();

    /* ---- its queues */
    void faulted(const std::string &record);
    void read_events();
    void read_record_that_waits();
    void repair_stalls();
    void repair(Stalled stalled);
    void read_page_requests();
    void clear_error(unsigned code);

    std::mt19937 random_;
    const bool forgets_;
    std::ostringstream trace_;
    FleetCounts counts_ = {};
    std::array<std::array<std::array<std::optional<Mapping>, pages>, regions>, domains> mapped_;
    std::array<std::optional<unsigned>, streams> attached_;
    std::map<std::pair<unsigned, uint64_t>, Mapping> cached_; /* ATCs: stream, page address */
    std::vector<unsigned> under_way_;
    uint64_t next_output_ = 0;
    unsigned next_name_ = 0, next_group_ = 0;

    uint32_t commands_ = 0, gerror_ = 0; /* both as counted up: registers have a part of them */
    struct OutputQueue {
        uint32_t written = 0;
        bool overflowed = false, acknowledged = false; /* OVFLG, OVACKFLG */
    } eventq_, priq_;
    std::deque<std::string> records_;
    std::optional<std::string> record_that_waits_; /* of a stall, for room */
    std::vector<Stalled> stalled_;
    std::deque<PageRequest> requests_;
};

#endif
