/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, what devices do, and the mix of it all. */
#include "fleet/device_fleet.h"

#include "fleet/layout.h"

#include <algorithm>

using namespace fleet_layout;

const char *fleet_count_name(unsigned count)
{
    static constexpr std::array<const char *, FLEET_COUNTS> names = {
        "accesses let through",
        "accesses refused",
        "events lost",
        "stalls",
        "stalls that waited for room",
        "retries",
        "translations granted",
        "translations denied",
        "translated accesses",
        "ATC time-outs",
        "page requests",
        "automatic responses",
        "illegal commands",
        "accesses beside invalidations"};
    return names[count];
}

DeviceFleet::Kind DeviceFleet::kind_of(unsigned stream)
{
    return stream < 4   ? Kind::plain
           : stream < 6 ? Kind::silent
           : stream < 9 ? Kind::stalling
                        : Kind::ats;
}

unsigned DeviceFleet::stream_of(Kind kind)
{
    unsigned stream = pick(streams);
    while (kind_of(stream) != kind)
        stream = pick(streams);
    return stream;
}

void DeviceFleet::store(uint64_t address, uint64_t word)
{
    say("mem ", address, " ", word);
}

/* ---------------------------------------------------------------------------------- tables */

DeviceFleet::DeviceFleet(unsigned seed, Driver driver)
    : random_(seed), forgets_(driver == Driver::forgets_invalidations)
{
    trace_ << std::hex << std::showbase;
    set_up();
}

void DeviceFleet::set_up()
{
    say("smmu-trace 1\nconfig timing.atc_inv_timeout=", atc_timeout);
    say("w64 STRTAB_BASE ", stream_table, "\nw32 STRTAB_BASE_CFG 4");
    say("w64 CMDQ_BASE ", command_queue | command_log2, "\nw32 CMDQ_PROD 0\nw32 CMDQ_CONS 0");
    say("w64 EVENTQ_BASE ", event_queue | event_log2, "\nw32 EVENTQ_PROD 0\nw32 EVENTQ_CONS 0");
    say("w64 PRIQ_BASE ", pri_queue | pri_log2, "\nw32 PRIQ_PROD 0\nw32 PRIQ_CONS 0");
    for (unsigned domain = 0; domain < domains; domain++)
        for (unsigned region = 0; region < regions; region++) {
            store(level1_of(domain) + 8 * (region % 2), level2_of(domain, region) | 3);
            store(level2_of(domain, region) + 8 * (region / 2), level3_of(domain, region) | 3);
        }
    for (unsigned stream = 0; stream < streams; stream++)
        store_stream(stream, std::nullopt);
    say("w32 IRQ_CTRL 7\npoll32 IRQ_CTRLACK 7");
    say("w32 CR0 0x1f\npoll32 CR0ACK 0x1f"); /* ATSCHK, CMDQEN, EVENTQEN, PRIQEN, SMMUEN */
}

/* Stage 1 for a domain, or a stream whose transactions are aborted (Config 0b000). Each has a CD of
 * its own: A always, R unless it is silent, S if it stalls (5.4); EATS if it has an ATC (5.2). */
void DeviceFleet::store_stream(unsigned stream, std::optional<unsigned> domain)
{
    const Kind kind = kind_of(stream);
    const uint64_t behaviour = kind == Kind::silent ? 0x4 : kind == Kind::stalling ? 0x7 : 0x6;
    attached_[stream] = domain;
    if (domain) {
        store(cd_of(stream),
              (*domain + UINT64_C(1)) << 48 | behaviour << 44 | UINT64_C(0x205) << 32 | 0xc0000019);
        store(cd_of(stream) + 8, level1_of(*domain));
        store(cd_of(stream) + 24, 0xff);
    }
    store(stream_table + stream * 64 + 8, kind == Kind::ats ? 0x10000000 : 0);
    store(stream_table + stream * 64, domain ? cd_of(stream) | 0xb : 1);
}

std::optional<DeviceFleet::Mapping> &DeviceFleet::mapping(unsigned domain, Place place)
{
    return mapped_[domain][place.region][place.page];
}

const DeviceFleet::Mapping *DeviceFleet::reached(unsigned stream, Place place)
{
    if (!attached_[stream])
        return nullptr;
    const std::optional<Mapping> &found = mapping(*attached_[stream], place);
    return found ? &*found : nullptr;
}

/* nG, AF, inner shareable, unprivileged access, read-only or not. */
void DeviceFleet::store_leaf(unsigned domain, Place place)
{
    read_record_that_waits();
    const std::optional<Mapping> &m = mapping(domain, place);
    store(level3_of(domain, place.region) + 8 * place.page,
          m ? m->pa | (m->writable ? 0xf43 : 0xfc3) : 0);
}

/* --------------------------------------------------------------------------------- devices */

void DeviceFleet::access()
{
    const unsigned stream = stream_of(pick(4) ? Kind::plain : pick(2) ? Kind::silent : Kind::ats);
    const Place place = any_place();
    const bool write = pick(4) == 0;
    const uint64_t offset = pick(64) * 4, address = va_of(place.region, place.page) + offset;
    const Mapping *found = reached(stream, place);
    const bool through = found && (!write || found->writable);

    trace_ << "dma " << (write ? "w " : "r ") << stream << " " << address;
    if (through) {
        counts_[FLEET_REACHED]++;
        say(" -> ok pa=", found->pa + offset);
        return;
    }
    counts_[FLEET_REFUSED]++;
    say(" -> abort");
    if (!attached_[stream] || kind_of(stream) == Kind::silent)
        return;
    std::ostringstream record;
    record << std::hex << std::showbase << (found ? "F_PERMISSION" : "F_TRANSLATION")
           << " streamid=" << stream << " stall=0 class=IN rnw=" << !write
           << " inputaddr=" << address;
    faulted(record.str());
}

/* One at a time waits for room in the queue, so that the order of records is known. */
void DeviceFleet::stalling_access()
{
    const unsigned stream = stream_of(Kind::stalling), name = next_name_;
    const Place place = any_place();
    const bool write = pick(4) == 0;
    const uint64_t address = va_of(place.region, place.page);
    const Mapping *found = reached(stream, place);

    if (!attached_[stream] || (found && (!write || found->writable))) {
        trace_ << "dma " << (write ? "w " : "r ") << stream << " " << address;
        if (found)
            say(" -> ok pa=", found->pa);
        else
            say(" -> abort");
        return;
    }
    if (record_that_waits_ || stalled_.size() == stalls_at_once)
        return;
    next_name_++;
    counts_[FLEET_STALLS]++;
    say("dma ", write ? "w " : "r ", stream, " ", address, std::dec, " name=n", name, std::hex,
        " -> stall");
    const std::string stag = "s" + std::to_string(name);
    std::ostringstream record;
    record << std::hex << std::showbase << (found ? "F_PERMISSION" : "F_TRANSLATION")
           << " streamid=" << stream << " stall=1 stag=?" << stag << " rnw=" << !write
           << " inputaddr=" << address;
    stalled_.push_back({stream, name, place, write, stag});
    if (records_.size() == 1U << event_log2) {
        counts_[FLEET_STALLS_WAITING]++;
        record_that_waits_ = record.str();
    } else {
        records_.push_back(record.str());
    }
}

/* What is not there is granted nothing, and recorded nowhere (3.9.1.2). */
void DeviceFleet::ask_for_translation()
{
    const unsigned stream = stream_of(Kind::ats);
    const Place place = any_place();
    const bool no_write = pick(2);
    const uint64_t address = va_of(place.region, place.page);
    const Mapping *found = reached(stream, place);

    trace_ << "ats " << stream << " " << address << " nw=" << no_write;
    if (!attached_[stream]) {
        say(" -> ur");
    } else if (!found) {
        counts_[FLEET_ATS_DENIED]++;
        say(" -> ok r=0 w=0");
    } else {
        counts_[FLEET_ATS_GRANTED]++;
        const bool write = found->writable && !no_write;
        /* More than was asked for may be granted, never more than there is (13.7). */
        say(" -> ok pa=", found->pa, " len=", page_bytes, " r=1 w=",
            write             ? "1"
            : found->writable ? "0|1"
                              : "0");
        cached_[{stream, address}] = {found->pa, write};
    }
}

void DeviceFleet::translated_access()
{
    if (cached_.empty())
        return;
    const auto entry = std::next(cached_.begin(), pick(static_cast<unsigned>(cached_.size())));
    const bool write = entry->second.writable && pick(2);
    const uint64_t address = entry->second.pa + pick(64) * 4;
    counts_[FLEET_TRANSLATED]++;
    say("dma ", write ? "w " : "r ", entry->first.first, " ", address,
        " ats=translated -> ok pa=", address);
}

/* Several pages in one group; the last of them is answered (8.1). */
void DeviceFleet::ask_for_page()
{
    const unsigned stream = stream_of(Kind::ats), count = 1 + pick(3);
    const unsigned group = next_group_++ % 512;

    for (unsigned i = 1; i <= count; i++) {
        const PageRequest request = {stream, group, any_place(), i == count, pick(2) == 0};
        say("pri ", stream, " ", va_of(request.place.region, request.place.page), " prgi=", group,
            " r=1 w=", request.write, " last=", request.last);
        counts_[FLEET_PAGE_REQUESTS]++;
        const bool full = requests_.size() == 1U << pri_log2;
        const bool overflow = priq_.overflowed != priq_.acknowledged;
        if (!full && !overflow) {
            requests_.push_back(request);
            priq_.written++;
            continue;
        }
        if (!overflow)
            priq_.overflowed = !priq_.overflowed;
        if (request.last) {
            counts_[FLEET_AUTOMATIC_RESPONSES]++;
            say("prg-response ", stream, " prgi=", group, " code=success");
        }
    }
}

/*
 * Devices that are on their way to what the driver is about to change: they may get the old or the
 * new, but must not bring the old back into a cache afterwards (3.21.1, 4.7.3).
 */
void DeviceFleet::start_accesses(unsigned domain)
{
    for (unsigned stream = 0; stream < streams; stream++) {
        const bool silent = kind_of(stream) == Kind::silent;
        if (attached_[stream] != domain || (!silent && kind_of(stream) != Kind::ats) || pick(2))
            continue;
        const auto entry = std::find_if(cached_.begin(), cached_.end(), [stream](const auto &c) {
            return c.first.first == stream;
        });
        const Place place = any_place();
        if (!silent && entry == cached_.end())
            continue;
        const unsigned name = next_name_++;
        counts_[FLEET_RACED]++;
        trace_ << "dma& r " << stream << " ";
        if (silent)
            trace_ << va_of(place.region, place.page);
        else
            trace_ << entry->second.pa << " ats=translated";
        say(std::dec, " name=n", name, std::hex);
        under_way_.push_back(name);
    }
    if (!under_way_.empty())
        say("run ", pick(500));
}

std::string DeviceFleet::run(unsigned operations)
{
    static const struct {
        unsigned weight;
        void (DeviceFleet::*operation)();
    } mix[] = {
        {35, &DeviceFleet::access},
        {8, &DeviceFleet::stalling_access},
        {14, &DeviceFleet::ask_for_translation},
        {14, &DeviceFleet::translated_access},
        {5, &DeviceFleet::ask_for_page},
        {9, &DeviceFleet::map_page},
        {4, &DeviceFleet::unmap_pages},
        {2, &DeviceFleet::change_permission},
        {2, &DeviceFleet::attach},
        {1, &DeviceFleet::read_events},
        {2, &DeviceFleet::repair_stalls},
        {1, &DeviceFleet::read_page_requests},
        {1, &DeviceFleet::illegal_command},
    };
    unsigned weights = 0;
    for (const auto &m : mix)
        weights += m.weight;
    for (unsigned i = 0; i < operations; i++) {
        unsigned at = pick(weights);
        for (const auto &m : mix) {
            if (at < m.weight) {
                (this->*m.operation)();
                break;
            }
            at -= m.weight;
        }
    }
    repair_stalls();
    read_page_requests();
    say("no-event\nno-prireq");
    return trace_.str();
}
