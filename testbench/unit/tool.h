/* SPDX-License-Identifier: Apache-2.0 */
/* The smmusim tool as a shell runs it: exit status and what it printed. */
#ifndef SMMUSIM_UNIT_TOOL_H
#define SMMUSIM_UNIT_TOOL_H

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>

#include "unit/temporary_file.h"

#ifdef SMMUSIM_TOOL

struct Outcome {
    int status = -1;
    std::string out, err;
};

inline std::string load(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

inline Outcome tool(const std::string &arguments)
{
    std::string out = temporary_file("stdout"), err = temporary_file("stderr");
    std::string command = SMMUSIM_TOOL " " + arguments + " >" + out + " 2>" + err + " </dev/null";
    int status = std::system(command.c_str());
    Outcome run;
    run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    run.out = load(out);
    run.err = load(err);
    return run;
}

inline std::string trace_file(const std::string &name, const std::string &statements)
{
    std::string path = temporary_file(name);
    std::ofstream(path) << "smmu-trace 1\n" << statements;
    return path;
}

#endif

#endif
