/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of files that a test may make. No other test has them, also not one that runs at the
 * same time, and they are removed when the program ends.
 */
#ifndef SMMUSIM_UNIT_TEMPORARY_FILE_H
#define SMMUSIM_UNIT_TEMPORARY_FILE_H

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>

struct RemovedAtExit {
    std::set<std::string> paths;

    ~RemovedAtExit()
    {
        std::error_code ignored;
        for (const std::string &path : paths)
            std::filesystem::remove_all(path, ignored);
    }
};

inline std::string temporary_file(const std::string &name)
{
    static RemovedAtExit removed;
    const testing::TestInfo *test = testing::UnitTest::GetInstance()->current_test_info();
    std::string file =
        std::string("smmusim.") + test->test_suite_name() + "." + test->name() + "." + name;

    std::replace(file.begin(), file.end(), '/', '_');
    return *removed.paths.insert(testing::TempDir() + file).first;
}

#endif
