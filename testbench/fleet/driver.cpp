/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver of the fleet does: mappings, invalidations, its queues. */
#include "fleet/device_fleet.h"

#include "fleet/layout.h"

#include <algorithm>

using namespace fleet_layout;

/* ------------------------------------------------------------------------------ the driver */

void DeviceFleet::command(const std::string &text)
{
    say("cmd ", text);
    commands_++;
}

/* A queue that has stopped at its error goes on when the driver has seen it (7.1). */
void DeviceFleet::clear_error(unsigned code)
{
    say("drain\ncons ", index_of(commands_ - 1, command_log2), " err=", code, "\nirq gerror");
    gerror_ ^= 1;
    if (code == cerror_ill) /* as Linux does: a CMD_SYNC in its place */
        store(command_queue + 16 * ((commands_ - 1) % (1U << command_log2)), 0x46);
    say("w32 GERRORN ", gerror_, "\ndrain");
    say("cons ", index_of(commands_, command_log2), " err=none");
}

void DeviceFleet::sync()
{
    command("SYNC");
    say("drain\ncons ", index_of(commands_, command_log2), " err=none");
    for (const unsigned name : under_way_)
        say("join n", std::dec, name, std::hex);
    under_way_.clear();
}

/* One that is not answered in time fails the CMD_SYNC behind it, and is sent again (4.5.1). */
void DeviceFleet::invalidate_atc(unsigned stream, uint64_t address, unsigned size_log2)
{
    const uint64_t span = size_log2 == 52 ? 0 : page_bytes << size_log2;
    const uint64_t first = span ? address & ~(span - 1) : 0;
    std::ostringstream text, received;
    text << std::hex << std::showbase << "ATC_INV streamid=" << stream << " addr=" << first
         << " size=" << size_log2;
    received << std::hex << std::showbase << "atc-inv " << stream << " addr=" << first
             << " size=" << size_log2;
    if (pick(8) == 0) {
        say("atc ", stream, " respond=", pick(2) ? "never" : "after:10000");
        command(text.str());
        command("SYNC");
        counts_[FLEET_ATC_TIMEOUTS]++;
        clear_error(cerror_atc_inv_sync);
        say(received.str());
    }
    if (pick(2))
        say("atc ", stream, " respond=ok");
    else
        say("atc ", stream, " respond=after:", pick(1000));
    command(text.str());
    sync();
    say(received.str());
    for (auto entry = cached_.begin(); entry != cached_.end();) {
        const bool hit =
            entry->first.first == stream && (!span || entry->first.second - first < span);
        entry = hit ? cached_.erase(entry) : std::next(entry);
    }
}

/* Pages [first, first + count) of a region, in one of the ways that cover them (4.4); ATCs after
 * the SMMU's own TLBs (3.9.1). */
void DeviceFleet::invalidate(unsigned domain, unsigned region, unsigned first, unsigned count)
{
    std::ostringstream text;
    text << std::hex << std::showbase;
    switch (forgets_ ? forgets : pick(4)) {
    case forgets:
        break;
    case 0:
        text << "TLBI_NH_ASID asid=" << domain + 1;
        command(text.str());
        break;
    case 1: /* TG alone is Reserved (4.4.1.1) */
        text << "TLBI_NH_VA asid=" << domain + 1 << " addr=" << va_of(region, first)
             << " tg=1 num=" << count - 1 << " leaf=1" << (count == 1 ? " scale=1" : "");
        command(text.str());
        break;
    default:
        for (unsigned page = first; page < first + count; page++) {
            std::ostringstream one;
            one << std::hex << std::showbase << "TLBI_NH_VA asid=" << domain + 1
                << " addr=" << va_of(region, page) << " leaf=" << pick(2);
            command(one.str());
        }
    }
    sync();
    unsigned size_log2 = 0;
    while (first >> size_log2 != (first + count - 1) >> size_log2)
        size_log2++;
    for (unsigned stream = 0; stream < streams; stream++)
        if (kind_of(stream) == Kind::ats && attached_[stream] == domain)
            invalidate_atc(stream, va_of(region, first), size_log2);
}

void DeviceFleet::map(unsigned domain, Place place)
{
    mapping(domain, place) = Mapping{outputs + page_bytes * next_output_++, pick(3) != 0};
    store_leaf(domain, place);
}

void DeviceFleet::allow(unsigned domain, Place place, bool write)
{
    if (!mapping(domain, place))
        map(domain, place);
    if (!write || mapping(domain, place)->writable)
        return;
    mapping(domain, place)->writable = true;
    store_leaf(domain, place);
    invalidate(domain, place.region, place.page, 1);
}

void DeviceFleet::map_page()
{
    const unsigned domain = pick(domains);
    const Place place = any_place();
    if (!mapping(domain, place))
        map(domain, place);
}

void DeviceFleet::unmap_pages()
{
    const unsigned domain = pick(domains), region = pick(regions), first = pick(pages);
    const unsigned count = 1 + pick(std::min(4U, pages - first));
    start_accesses(domain);
    for (unsigned page = first; page < first + count; page++) {
        mapping(domain, {region, page}) = std::nullopt;
        store_leaf(domain, {region, page});
    }
    invalidate(domain, region, first, count);
}

void DeviceFleet::change_permission()
{
    const unsigned domain = pick(domains);
    const Place place = any_place();
    if (!mapping(domain, place))
        return;
    start_accesses(domain);
    mapping(domain, place)->writable = !mapping(domain, place)->writable;
    store_leaf(domain, place);
    invalidate(domain, place.region, place.page, 1);
}

void DeviceFleet::attach()
{
    const unsigned stream = pick(streams), to = pick(domains + 1);
    if (kind_of(stream) == Kind::stalling)
        repair_stalls();
    if (attached_[stream])
        start_accesses(*attached_[stream]);
    store_stream(stream, to < domains ? std::optional<unsigned>(to) : std::nullopt);
    std::ostringstream text;
    text << std::hex << std::showbase << "CFGI_STE streamid=" << stream << " leaf=" << pick(2);
    command(text.str());
    sync();
    if (kind_of(stream) == Kind::ats)
        invalidate_atc(stream, 0, 52);
}

void DeviceFleet::illegal_command()
{
    counts_[FLEET_ILLEGAL_COMMANDS]++;
    command("0xff 0");
    clear_error(cerror_ill);
}

/* ------------------------------------------------------------------------------ its queues */

/* A record that finds the queue full is lost, and the first of them says so (7.4). */
void DeviceFleet::faulted(const std::string &record)
{
    if (records_.size() < 1U << event_log2) {
        records_.push_back(record);
        return;
    }
    counts_[FLEET_EVENTS_LOST]++;
    if (eventq_.overflowed == eventq_.acknowledged)
        eventq_.overflowed = !eventq_.overflowed;
}

void DeviceFleet::read_events()
{
    for (const std::string &record : records_)
        say("event ", record);
    eventq_.written += static_cast<uint32_t>(records_.size());
    records_.clear();
    if (record_that_waits_) {
        say("event ", *record_that_waits_);
        eventq_.written++;
        record_that_waits_ = std::nullopt;
    }
    const uint32_t index = index_of(eventq_.written, event_log2);
    say("no-event\nr32 EVENTQ_PROD ", index | static_cast<uint32_t>(eventq_.overflowed) << 31);
    eventq_.acknowledged = eventq_.overflowed;
    say("w32 EVENTQ_CONS ", index | static_cast<uint32_t>(eventq_.acknowledged) << 31);
}

/* Before tables change: what the stalled transaction finds when there is room, its record says; it
 * may or may not be retried first (7.2.1). */
void DeviceFleet::read_record_that_waits()
{
    if (record_that_waits_)
        read_events();
}

void DeviceFleet::repair_stalls()
{
    read_events();
    for (const Stalled &stalled : std::exchange(stalled_, {}))
        repair(stalled);
}

/* Retried with a page, retried without one, ended with an abort or without one (4.7.1). */
void DeviceFleet::repair(Stalled stalled)
{
    const unsigned domain = *attached_[stalled.stream], way = pick(4);
    const auto resume = [&](unsigned retry, unsigned abort) {
        std::ostringstream text;
        text << std::hex << std::showbase << "RESUME streamid=" << stalled.stream << " stag=$"
             << stalled.stag << " ac=" << retry << " ab=" << abort;
        command(text.str());
        trace_ << "join n" << std::dec << stalled.name << std::hex << " -> ";
    };
    const Mapping *there = reached(stalled.stream, stalled.place);
    const bool would_fault = !there || (stalled.write && !there->writable);
    if (way < 2) {
        counts_[FLEET_RETRIES]++;
        if (would_fault && way == 1) {
            resume(1, 0);
            say("stall");
            const std::string first = stalled.stag;
            stalled.stag += "r";
            say("event ", there ? "F_PERMISSION" : "F_TRANSLATION", " streamid=", stalled.stream,
                " stall=1 stag=?", stalled.stag, " rnw=", !stalled.write,
                " inputaddr=", va_of(stalled.place.region, stalled.place.page));
            eventq_.written++;
        }
        allow(domain, stalled.place, stalled.write);
        resume(1, 0);
        say("ok pa=", mapping(domain, stalled.place)->pa);
    } else {
        resume(0, way == 2);
        say(way == 2 ? "abort" : stalled.write ? "wi" : "raz");
    }
}

/* While the queue's overflow is not acknowledged nothing more is queued (8.1). */
void DeviceFleet::read_page_requests()
{
    for (const PageRequest &request : requests_)
        say("prireq streamid=", request.stream, " ssv=0 prgindex=", request.group,
            " r=1 w=", request.write, " last=", request.last,
            " addr=", va_of(request.place.region, request.place.page));
    const uint32_t index = index_of(priq_.written, pri_log2);
    say("no-prireq\nr32 PRIQ_PROD ", index | static_cast<uint32_t>(priq_.overflowed) << 31);
    priq_.acknowledged = priq_.overflowed;
    say("w32 PRIQ_CONS ", index | static_cast<uint32_t>(priq_.acknowledged) << 31);
    for (const PageRequest &request : std::exchange(requests_, {})) {
        static constexpr const char *codes[] = {"failure", "invalid", "success"};
        const unsigned response = attached_[request.stream] ? pick(3) : 0;
        if (response == 2)
            allow(*attached_[request.stream], request.place, request.write);
        if (!request.last)
            continue;
        std::ostringstream text;
        text << std::hex << std::showbase << "PRI_RESP streamid=" << request.stream
             << " prgindex=" << request.group << " resp=" << response;
        command(text.str());
        say("drain\nprg-response ", request.stream, " prgi=", request.group,
            " code=", codes[response]);
        say("no-prg-response ", request.stream);
    }
}
