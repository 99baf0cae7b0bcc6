/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every test of the TLM module needs: the module between a client, a register master and one
 * memory; tables for one stream; checks that count. One process is one test: main() is SystemC's, a
 * test is a bench with a body.
 */
#ifndef SMMUSIM_TLM_TEST_MODULE_BENCH_H
#define SMMUSIM_TLM_TEST_MODULE_BENCH_H

#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "mem/memory.h"
#include "payload_checker.h"
#include "smmusim_tlm/smmu_module.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "tables/context_table.h"
#include "tables/page_table.h"
#include "tables/stream_table.h"

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

inline int failures = 0;
inline int checks = 0;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            std::printf("%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);             \
        }                                                                                          \
    } while (0)

/* Memory that takes its time: it waits for it, so that others run in between, or annotates it. */
class test_memory : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<test_memory> walk;
    sc_core::sc_vector<tlm_utils::simple_target_socket<test_memory>> data;
    std::unique_ptr<sim_memory, void (*)(sim_memory *)> store{memory_create(0), memory_destroy};
    sc_time latency{100, SC_NS};
    bool waits = false;
    unsigned data_accesses = 0;
    std::vector<uint64_t> data_addresses;
    smmu_mpam_t walk_label{}, data_label{}; /* of the latest that had a sideband */

    test_memory(const sc_core::sc_module_name &name, unsigned ports)
        : sc_module(name), walk("walk"), data("data", ports)
    {
        walk.register_b_transport(this, &test_memory::walk_transport);
        walk.register_transport_dbg(this, &test_memory::debug);
        for (auto &socket : data) {
            socket.register_b_transport(this, &test_memory::data_transport);
            socket.register_transport_dbg(this, &test_memory::debug);
        }
    }

private:
    static void note(const tlm::tlm_generic_payload &trans, smmu_mpam_t &label)
    {
        if (const auto *side = trans.get_extension<smmusim::sideband>())
            label = side->mpam;
    }
    void walk_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        note(trans, walk_label);
        access(trans, delay);
    }
    void data_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        data_accesses++;
        data_addresses.push_back(trans.get_address());
        note(trans, data_label);
        access(trans, delay);
    }
    unsigned debug(tlm::tlm_generic_payload &trans)
    {
        const unsigned length = trans.get_data_length();
        if (memory_aborts(store.get(), trans.get_address(), length, MEMORY_ABORT_ALL))
            return 0;
        if (trans.is_write())
            memory_store(store.get(), trans.get_address(), trans.get_data_ptr(), length);
        else
            memory_load(store.get(), trans.get_address(), trans.get_data_ptr(), length);
        return length;
    }
    void access(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        if (waits) {
            sc_core::wait(delay + latency);
            delay = SC_ZERO_TIME;
        } else {
            delay += latency;
        }
        if (memory_aborts(store.get(), trans.get_address(), trans.get_data_length(),
                          MEMORY_ABORT_ALL)) {
            trans.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
            return;
        }
        const unsigned char *enable = trans.get_byte_enable_ptr();
        for (unsigned i = 0; i < trans.get_data_length(); i++) {
            if (enable && enable[i % trans.get_byte_enable_length()] != TLM_BYTE_ENABLED)
                continue;
            uint64_t at = trans.get_address() + i % trans.get_streaming_width();
            if (trans.is_write())
                memory_store(store.get(), at, trans.get_data_ptr() + i, 1);
            else
                memory_load(store.get(), at, trans.get_data_ptr() + i, 1);
        }
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

class module_bench : public sc_core::sc_module {
public:
    static constexpr uint32_t stream = 3;
    static constexpr uint16_t asid = 9;
    static constexpr uint64_t va = 0x7654321000;
    static constexpr uint64_t pa = 0x100000000;
    static constexpr uint64_t ring = 0x200000;

    explicit module_bench(const sc_core::sc_module_name &name,
                          smmusim::smmu_module_config config = {}, unsigned clients = 2)
        : sc_module(name), memory("memory", clients), smmu("smmu", with(config, clients)),
          ctrl("ctrl"), client("client", clients), client_checker("client_checker", clients),
          data_checker("data_checker", clients), ctrl_checker("ctrl_checker"),
          walk_checker("walk_checker")
    {
        smmu.walk.bind(walk_checker.in);
        walk_checker.out.bind(memory.walk);
        ctrl.bind(ctrl_checker.in);
        ctrl_checker.out.bind(smmu.ctrl);
        for (unsigned i = 0; i < clients; i++) {
            client[i].bind(client_checker[i].in);
            client_checker[i].out.bind(smmu.client[i]);
            smmu.mem_out[i].bind(data_checker[i].in);
            data_checker[i].out.bind(memory.data[i]);
        }
        build_tables();
    }

    /* Runs 'body' as a process and reports. */
    static int run(module_bench &bench, const std::function<void()> &body)
    {
        sc_core::sc_spawn([&] {
            body();
            bench.finished = true;
            sc_core::sc_stop();
        });
        sc_core::sc_start(sc_time(1, sc_core::SC_MS));
        CHECK(bench.finished);
        failures += bench.client_checker[0].errors() + bench.data_checker[0].errors() +
                    bench.ctrl_checker.errors() + bench.walk_checker.errors();
        std::printf("%d checks, %d failures\n", checks, failures);
        return failures ? 1 : 0;
    }

    /* ---- software */
    tlm::tlm_response_status reg(uint32_t offset, uint64_t *value, unsigned size, bool write)
    {
        tlm::tlm_generic_payload trans;
        prepare(trans, write, offset, reinterpret_cast<unsigned char *>(value), size);
        sc_time delay = SC_ZERO_TIME;
        ctrl->b_transport(trans, delay);
        sc_core::wait(delay);
        return trans.get_response_status();
    }
    uint64_t read(uint32_t offset, unsigned size = 4)
    {
        uint64_t value = 0;
        CHECK(reg(offset, &value, size, false) == tlm::TLM_OK_RESPONSE);
        return value;
    }
    void write(uint32_t offset, uint64_t value, unsigned size = 4)
    {
        CHECK(reg(offset, &value, size, true) == tlm::TLM_OK_RESPONSE);
    }
    void enable()
    {
        write(REF_REG_STRTAB_BASE, tbl_stream_table_base_reg(&streams), 8);
        write(REF_REG_STRTAB_BASE_CFG, tbl_stream_table_base_cfg_reg(&streams));
        write(REF_REG_CMDQ_BASE, ring | REF_PREP(CMDQ_BASE_LOG2SIZE, 8), 8);
        write(REF_REG_CMDQ_PROD, 0);
        write(REF_REG_CMDQ_CONS, 0);
        write(REF_REG_CR0, REF_PREP(CR0_SMMUEN, 1) | REF_PREP(CR0_CMDQEN, 1));
    }
    void command(uint64_t word0, uint64_t word1)
    {
        memory_store64(memory.store.get(), ring + 16 * (prod & 255), word0);
        memory_store64(memory.store.get(), ring + 16 * (prod & 255) + 8, word1);
        write(REF_REG_CMDQ_PROD, ++prod & 511);
    }
    void tlbi_and_sync(uint64_t address)
    {
        uint64_t words[2] = {0, 0};
        REF_SET(CMD_TLBI_NH_VA_OPCODE, words, REF_CMD_TLBI_NH_VA);
        REF_SET(CMD_TLBI_NH_VA_ASID, words, asid);
        REF_SET(CMD_TLBI_NH_VA_ADDR, words, address >> 12);
        command(words[0], words[1]);
        command(REF_CMD_SYNC, 0);
    }
    bool all_consumed() { return (read(REF_REG_CMDQ_CONS) & 511) == (prod & 511); }
    void map(uint64_t at, uint64_t to, uint64_t bytes, bool read_only = false)
    {
        tbl_leaf leaf{};
        leaf.unprivileged = leaf.af = leaf.ng = true;
        leaf.read_only = read_only;
        CHECK(tbl_map(&pages, at, to, bytes, tbl_leaf_bits(&leaf), nullptr) == TBL_OK);
    }

    /* ---- clients */
    static void prepare(tlm::tlm_generic_payload &trans, bool write, uint64_t address,
                        unsigned char *data, unsigned length)
    {
        trans.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        trans.set_address(address);
        trans.set_data_ptr(data);
        trans.set_data_length(length);
        trans.set_streaming_width(length);
        trans.set_byte_enable_ptr(nullptr);
        trans.set_dmi_allowed(false);
        trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
    /* Sends it as the bench's stream; the address must come back as it was. */
    tlm::tlm_response_status send(tlm::tlm_generic_payload &trans, sc_time &delay,
                                  unsigned port = 0, smmusim::translation_result *result = nullptr)
    {
        smmusim::sideband side;
        side.identity.streamid = stream;
        side.result = result;
        const uint64_t address = trans.get_address();
        trans.set_extension(&side);
        client[port]->b_transport(trans, delay);
        trans.clear_extension(&side);
        CHECK(trans.get_address() == address);
        return trans.get_response_status();
    }
    tlm::tlm_response_status access(bool write, uint64_t address, void *data, unsigned length,
                                    smmusim::translation_result *result = nullptr,
                                    unsigned port = 0)
    {
        tlm::tlm_generic_payload trans;
        prepare(trans, write, address, static_cast<unsigned char *>(data), length);
        sc_time delay = SC_ZERO_TIME;
        tlm::tlm_response_status status = send(trans, delay, port, result);
        sc_core::wait(delay);
        return status;
    }

    test_memory memory;
    smmusim::smmu_module smmu;
    tlm_utils::simple_initiator_socket<module_bench> ctrl;
    sc_core::sc_vector<tlm_utils::simple_initiator_socket<module_bench>> client;
    sc_core::sc_vector<payload_checker> client_checker, data_checker;
    payload_checker ctrl_checker, walk_checker;
    tbl_page_table pages{};
    tbl_context_table contexts{};
    tbl_stream_table streams{};
    tbl_cd_settings cd{};
    bool finished = false;
    uint32_t prod = 0;

    /* The CD anew, after a change of 'cd'. */
    void write_cd()
    {
        tbl_cd words = tbl_cd_stage1(&cd, &pages, nullptr);
        tbl_cd_write(&port, tbl_context_table_entry(&contexts, 0), &words);
    }

private:
    static smmusim::smmu_module_config with(smmusim::smmu_module_config config, unsigned clients)
    {
        config.tbus = clients;
        return config;
    }

    void build_tables()
    {
        port = {
            memory.store.get(),
            [](void *m, uint64_t at) { return memory_load64(static_cast<sim_memory *>(m), at); },
            [](void *m, uint64_t at, uint64_t value) {
                memory_store64(static_cast<sim_memory *>(m), at, value);
            }};
        tbl_region_init(&region, 0x1000000, 0x1000000);
        tbl_page_table_config geometry{};
        geometry.granule = TBL_GRANULE_4K;
        geometry.input_bits = geometry.output_bits = 48;
        CHECK(tbl_page_table_init(&pages, &port, &region, &geometry) == TBL_OK);
        CHECK(tbl_context_table_init(&contexts, &port, &region, 0, 0));
        CHECK(tbl_stream_table_init(&streams, &port, &region, 4, 0));
        cd.asid = asid;
        cd.mair = 0xFF;
        cd.abort = cd.record = true;
        write_cd();
        tbl_ste_stage1_fields fields{};
        fields.s1contextptr = contexts.base;
        tbl_ste ste = tbl_ste_stage1(&fields);
        tbl_ste_write(&port, tbl_stream_table_entry(&streams, stream), &ste);
    }

    tbl_port port{};
    tbl_region region{};
};

#endif
