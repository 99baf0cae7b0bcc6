/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a VCD: what each signal was when. */
#ifndef SMMUSIM_UNIT_VCD_FILE_H
#define SMMUSIM_UNIT_VCD_FILE_H

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

struct VcdFile {
    struct Change {
        uint64_t time, value;
    };

    bool read = false; /* it has a header, and times that go forward */
    std::string timescale;
    std::map<std::string, std::vector<Change>> signal; /* by "scope.name" */

    explicit VcdFile(const std::string &path)
    {
        std::ifstream in(path);
        std::string word, scope;
        while (in >> word && word != "$enddefinitions") {
            if (word == "$timescale") {
                std::string unit;
                in >> timescale >> unit;
                timescale += " " + unit;
            } else if (word == "$scope") {
                in >> word >> word;
                scopes_.push_back(word);
            } else if (word == "$upscope") {
                scopes_.pop_back();
            } else if (word == "$var") {
                declare(in);
            }
        }
        read = static_cast<bool>(in) && changes(in);
    }

    uint64_t last(const std::string &name) { return signal[name].back().value; }

private:
    void declare(std::ifstream &in)
    {
        std::string type, width, id, name, path;
        in >> type >> width >> id >> name;
        for (const std::string &scope : scopes_)
            path += scope == "SystemC" ? "" : scope + ".";
        name_[id] = path + name;
    }

    bool changes(std::ifstream &in)
    {
        std::string line;
        uint64_t now = 0;
        while (std::getline(in, line)) {
            if (line.empty() || line[0] == '$' || line[0] == 'A')
                continue;
            if (line[0] == '#') {
                const uint64_t next = std::stoull(line.substr(1));
                if (next < now)
                    return false;
                now = next;
            } else if (line[0] == 'b') {
                std::istringstream words(line.substr(1));
                std::string value, id;
                words >> value >> id;
                signal[name_.at(id)].push_back({now, std::stoull(value, nullptr, 2)});
            } else if (line[0] == '1') {
                signal[name_.at(line.substr(1))].push_back({now, 1});
            }
        }
        return true;
    }

    std::vector<std::string> scopes_;
    std::map<std::string, std::string> name_;
};

#endif
