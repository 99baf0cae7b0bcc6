/* SPDX-License-Identifier: Apache-2.0 */
/* fleet_trace SEED OPERATIONS FILE: the trace of a fleet of devices (fleet/device_fleet.h). */
#include "fleet/device_fleet.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::cerr << "usage: fleet_trace SEED OPERATIONS FILE\n";
        return 2;
    }
    const auto number = [argv](int at) {
        return static_cast<unsigned>(std::strtoul(argv[at], nullptr, 0));
    };
    DeviceFleet fleet(number(1), DeviceFleet::Driver::careful);
    std::ofstream file(argv[3]);
    file << fleet.run(number(2));
    file.close();
    if (file)
        return 0;
    std::cerr << argv[3] << ": cannot be written\n";
    return 2;
}
