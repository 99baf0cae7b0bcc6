/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what `replay --timeline` wrote as a viewer does: JSON, and on each row slices that begin,
 * end and lie inside each other. Whatever is not so is in complaints.
 */
#ifndef SMMUSIM_UNIT_TIMELINE_FILE_H
#define SMMUSIM_UNIT_TIMELINE_FILE_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <jansson.h>

#include "trace/text_file.h"

struct TimelineFile {
    struct Slice {
        std::string process, name;
        uint64_t begin = 0, end = 0;
        uint64_t inner_end = 0;                  /* of the slices inside it */
        size_t depth = 0;                        /* slices around it */
        std::map<std::string, std::string> args; /* of both ends */
    };

    std::vector<std::string> complaints;
    std::vector<Slice> slices;
    std::map<std::string, unsigned> instants, counters; /* by name: how many */
    uint64_t clk_mhz = 0;

    explicit TimelineFile(const std::string &path)
    {
        json_error_t error;
        json_t *root = json_loads(text_of(path).c_str(), 0, &error);
        if (root == nullptr) {
            complaints.push_back("line " + std::to_string(error.line) + ": " + error.text);
            return;
        }
        clk_mhz = static_cast<uint64_t>(json_integer_value(
            json_object_get(json_object_get(root, "otherData"), "timing.clk_mhz")));
        size_t i;
        json_t *event;
        json_array_foreach(json_object_get(root, "traceEvents"), i, event) take(event);
        for (const auto &[row, open] : open_)
            for (const Slice &slice : open)
                complaints.push_back("row " + row + ": " + slice.name + " has no end");
        json_decref(root);
    }

    unsigned count(const std::string &name) const
    {
        unsigned n = 0;
        for (const Slice &slice : slices)
            n += slice.name == name;
        return n;
    }

    std::string story() const
    {
        std::string all;
        for (const std::string &complaint : complaints)
            all += complaint + "\n";
        return all;
    }

private:
    static std::string text_of(const std::string &path)
    {
        char why[200];
        std::string all;
        char *line;
        text_file *file = text_file_open(path.c_str(), why, sizeof why);
        if (file == nullptr)
            return all;
        while (text_file_next(file, &line) == TEXT_FILE_LINE)
            all += std::string(line) + "\n";
        text_file_close(file);
        return all;
    }

    static std::string text(json_t *object, const char *key)
    {
        const char *value = json_string_value(json_object_get(object, key));
        return value != nullptr ? value : "";
    }

    void take_args(json_t *args, Slice &slice)
    {
        const char *key;
        json_t *value;
        json_object_foreach(args, key, value) slice.args[key] =
            json_is_string(value) ? json_string_value(value)
                                  : std::to_string(json_integer_value(value));
    }

    uint64_t cycle_of(json_t *event)
    {
        const auto cycle = static_cast<uint64_t>(
            json_integer_value(json_object_get(json_object_get(event, "args"), "cycle")));
        const double us = json_number_value(json_object_get(event, "ts"));
        if (std::abs(us * static_cast<double>(clk_mhz) - static_cast<double>(cycle)) > 1e-3)
            complaints.push_back("cycle " + std::to_string(cycle) + " stands at " +
                                 std::to_string(us) + " us");
        return cycle;
    }

    void take(json_t *event)
    {
        const std::string phase = text(event, "ph"), name = text(event, "name");
        const auto pid = json_integer_value(json_object_get(event, "pid"));
        if (phase == "M") {
            if (name == "process_name")
                process_[pid] = text(json_object_get(event, "args"), "name");
            return;
        }
        if (process_.count(pid) == 0)
            complaints.push_back(name + " is in a process without a name");
        if (phase == "i")
            instants[name]++;
        else if (phase == "C")
            counters[process_[pid] + " " + name]++;
        else if (phase == "X")
            complete(event, name, pid);
        else
            part(event, phase, name, pid);
    }

    void complete(json_t *event, const std::string &name, json_int_t pid)
    {
        Slice slice;
        slice.process = process_[pid];
        slice.name = name;
        slice.begin = cycle_of(event);
        take_args(json_object_get(event, "args"), slice);
        slice.end = std::stoull(slice.args["end"]);
        slices.push_back(slice);
    }

    void part(json_t *event, const std::string &phase, const std::string &name, json_int_t pid)
    {
        const std::string row = text(event, "cat") + " " + text(event, "id");
        std::vector<Slice> &open = open_[row];
        const uint64_t cycle = cycle_of(event);
        if (phase == "b") {
            Slice slice;
            slice.process = process_[pid];
            slice.name = name;
            slice.begin = cycle;
            slice.depth = open.size();
            if (!open.empty() && cycle < open.back().begin)
                complaints.push_back(row + ": " + name + " begins before what is around it");
            take_args(json_object_get(event, "args"), slice);
            open.push_back(slice);
        } else if (phase == "e") {
            if (open.empty() || open.back().name != name) {
                complaints.push_back(row + ": the end of " + name + " is not its turn");
                return;
            }
            Slice slice = open.back();
            open.pop_back();
            take_args(json_object_get(event, "args"), slice);
            slice.end = cycle;
            if (slice.end < slice.begin)
                complaints.push_back(row + ": " + name + " ends before it begins");
            if (slice.end < slice.inner_end)
                complaints.push_back(row + ": " + name + " ends before what is inside it");
            if (!open.empty())
                open.back().inner_end = std::max(open.back().inner_end, slice.end);
            slices.push_back(slice);
        } else {
            complaints.push_back("phase " + phase + " is not expected");
        }
    }

    std::map<json_int_t, std::string> process_;
    std::map<std::string, std::vector<Slice>> open_;
};

#endif
