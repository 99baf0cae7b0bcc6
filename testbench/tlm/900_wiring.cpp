/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 900: the wiring example of docs/integration.md, as small as it can be: a device behind the SMMU,
 * software on its registers, one memory. It programs the SMMU to let StreamID 0 pass and sends one
 * write.
 */
#include <cstdio>
#include <cstring>
#include <vector>

#include "smmusim_tlm/smmu_module.h"

/* ---- example begins */
struct ram : sc_core::sc_module {
    tlm_utils::simple_target_socket<ram> from_smmu, from_walker;
    std::vector<unsigned char> bytes = std::vector<unsigned char>(1 << 20);

    explicit ram(sc_core::sc_module_name name) : sc_module(name)
    {
        from_smmu.register_b_transport(this, &ram::b_transport);
        from_walker.register_b_transport(this, &ram::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
    {
        delay += sc_core::sc_time(50, sc_core::SC_NS);
        if (trans.get_address() + trans.get_data_length() > bytes.size()) {
            trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        unsigned char *at = &bytes[trans.get_address()];
        if (trans.is_write())
            std::memcpy(at, trans.get_data_ptr(), trans.get_data_length());
        else
            std::memcpy(trans.get_data_ptr(), at, trans.get_data_length());
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

struct device : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<device> dma, registers;
    bool good = false;

    SC_HAS_PROCESS(device);
    explicit device(sc_core::sc_module_name name) : sc_module(name) { SC_THREAD(run); }

    tlm::tlm_response_status send(tlm_utils::simple_initiator_socket<device> &socket,
                                  uint64_t address, uint32_t value, uint32_t streamid)
    {
        tlm::tlm_generic_payload trans;
        smmusim::sideband side; /* who we are: on every transaction to the SMMU */
        side.identity.streamid = streamid;
        trans.set_extension(&side);
        trans.set_command(tlm::TLM_WRITE_COMMAND);
        trans.set_address(address);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        trans.set_byte_enable_ptr(nullptr);
        trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        socket->b_transport(trans, delay);
        wait(delay);
        trans.clear_extension(&side);
        return trans.get_response_status();
    }
    void run()
    {
        constexpr uint64_t CR0 = 0x20, STRTAB_BASE = 0x80,
                           STRTAB_BASE_CFG = 0x88; /* 6.3.9, 6.3.24, 6.3.25 */
        send(registers, STRTAB_BASE, 0x10000, 0);
        send(registers, STRTAB_BASE + 4, 0, 0);
        send(registers, STRTAB_BASE_CFG, 0, 0);                        /* linear, one STE */
        send(registers, CR0, 1, 0);                                    /* SMMUEN */
        good = send(dma, 0x2000, 0xCAFE, 0) == tlm::TLM_OK_RESPONSE && /* StreamID 0 has an STE */
               send(dma, 0x3000, 0xBAD, 1) ==
                   tlm::TLM_ADDRESS_ERROR_RESPONSE; /* StreamID 1 has none */
        sc_core::sc_stop();
    }
};

int sc_main(int, char *[])
{
    smmusim::smmu_module_config config;
    smmu_config_set(&config.model, "IDR1.SIDSIZE", 8, nullptr, 0);
    smmusim::smmu_module smmu("smmu", config);
    ram memory("memory");
    device nic("nic");

    nic.dma.bind(smmu.client[0]);
    smmu.mem_out[0].bind(memory.from_smmu);
    smmu.walk.bind(memory.from_walker);
    nic.registers.bind(smmu.ctrl);

    memory.bytes[0x10000] = 0x9; /* STE: V = 1, Config = 0b100, bypass (5.2) */
    sc_core::sc_start();
    /* ---- example ends */
    const bool stored = memory.bytes[0x2000] == 0xFE && memory.bytes[0x3000] == 0;
    std::printf("2 checks, %d failures\n", !nic.good + !stored);
    return nic.good && stored ? 0 : 1;
}
