/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fleet of devices at random (fleet/device_fleet.h): no record, response or invalidation is lost,
 * queues overflow and recover, and nothing is reached after its invalidation has completed. A
 * million operations; the seed is printed and can be given (SMMUSIM_SEED), as can their number
 * (SMMUSIM_OPERATIONS).
 */
#include "fleet/device_fleet.h"
#include "unit/environment.h"
#include "unit/play_trace.h"
#include "unit/random_timing.h"
#include "unit/temporary_file.h"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr unsigned operations_at_once = 10000; /* of one fleet, from its first bring-up */

Played play_fleet(DeviceFleet &fleet, unsigned operations, const std::string &configuration,
                  bool comes_to_rest = true)
{
    const std::string path = temporary_file("fleet");
    std::ofstream(path) << configuration;
    trace_settings settings = {};
    settings.config_file = path.c_str();
    char error[PROGRAM_ERROR_SIZE] = "";
    const std::string text = fleet.run(operations);
    return play(trace_read_text("fleet", text.c_str(), &settings, error), error, comes_to_rest);
}

/* Any caches, any times: they change nothing, but for how long a device may take (4.5.1). */
std::string configuration_of(uint64_t seed)
{
    const size_t geometries = std::size(cache_geometries);
    return seed % 3 == 0 ? ""
           : seed % 3 == 1
               ? cache_geometries[seed / 3 % geometries]
               : random_timing_lines(seed) +
                     "timing.atc_inv_timeout=" + std::to_string(DeviceFleet::atc_timeout) + "\n";
}

void add(FleetCounts &sum, const FleetCounts &more)
{
    for (size_t i = 0; i < sum.size(); i++)
        sum[i] += more[i];
}

TEST(DeviceFleets, 694_nothing_is_lost_and_nothing_is_reached_after_its_invalidation)
{
    const uint64_t seed = from_environment("SMMUSIM_SEED", 1);
    const uint64_t operations = from_environment("SMMUSIM_OPERATIONS", 1000000);
    const uint64_t fleets = (operations + operations_at_once - 1) / operations_at_once;
    FleetCounts counts = {};
    std::cout << "SMMUSIM_SEED=" << seed << ", " << fleets * operations_at_once << " operations\n";
    for (uint64_t n = seed; n < seed + fleets && !HasFailure(); n++) {
        DeviceFleet fleet(static_cast<unsigned>(n), DeviceFleet::Driver::careful);
        const Played played = play_fleet(fleet, operations_at_once, configuration_of(n));
        EXPECT_EQ(played.failed, 0U) << "SMMUSIM_SEED=" << n << "\n" << played.failures;
        EXPECT_GT(played.held, operations_at_once / 2);
        add(counts, fleet.counts());
    }
    for (unsigned what = 0; what < FLEET_COUNTS; what++)
        EXPECT_GE(counts[what], 2 * fleets) << fleet_count_name(what);
}

/* The test above can fail: a driver that sends no CMD_TLBI. */
TEST(DeviceFleets, 699_a_driver_that_forgets_invalidations_is_noticed)
{
    DeviceFleet fleet(1, DeviceFleet::Driver::forgets_invalidations);
    EXPECT_GT(play_fleet(fleet, operations_at_once, "", false).failed, 0U);
}

} // namespace
