/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pass-through that watches b_transport for what an initiator and an interconnect owe each other
 * (IEEE 1666, 14.7, 14.17): a complete payload, response INCOMPLETE on the way out and decided on
 * the way back, nothing changed that must not change, time that does not go backwards. It reports
 * and counts; it changes nothing.
 */
#ifndef SMMUSIM_TLM_TEST_PAYLOAD_CHECKER_H
#define SMMUSIM_TLM_TEST_PAYLOAD_CHECKER_H

#include <cstdio>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

class payload_checker : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<payload_checker> in;
    tlm_utils::simple_initiator_socket<payload_checker> out;

    explicit payload_checker(const sc_core::sc_module_name &name)
        : sc_module(name), in("in"), out("out")
    {
        in.register_b_transport(this, &payload_checker::b_transport);
        in.register_transport_dbg(this, &payload_checker::transport_dbg);
        in.register_get_direct_mem_ptr(this, &payload_checker::get_direct_mem_ptr);
    }

    int errors() const { return errors_; }
    unsigned seen = 0;
    bool tolerate_bad_requests = false; /* for tests that send them on purpose */

private:
    void expect(bool holds, const char *rule)
    {
        if (holds)
            return;
        errors_++;
        std::printf("%s: %s\n", name(), rule);
    }

    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
    {
        seen++;
        const tlm::tlm_command command = trans.get_command();
        const unsigned length = trans.get_data_length(), width = trans.get_streaming_width();
        const unsigned enables = trans.get_byte_enable_length();
        unsigned char *const data = trans.get_data_ptr(), *const enable =
                                                              trans.get_byte_enable_ptr();
        const sc_core::sc_time before = sc_core::sc_time_stamp() + delay;
        if (!tolerate_bad_requests) {
            expect(data && length, "a payload without data");
            expect(width > 0, "streaming width 0");
            expect(trans.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
                   "response status decided beforehand");
            expect(!trans.is_dmi_allowed(), "DMI hint set beforehand");
        }
        out->b_transport(trans, delay);
        expect(trans.get_command() == command, "command changed");
        expect(trans.get_data_length() == length && trans.get_data_ptr() == data, "data changed");
        expect(trans.get_streaming_width() == width, "streaming width changed");
        expect(trans.get_byte_enable_ptr() == enable && trans.get_byte_enable_length() == enables,
               "byte enables changed");
        expect(trans.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE, "no response");
        expect(sc_core::sc_time_stamp() + delay >= before, "time went backwards");
    }

    unsigned transport_dbg(tlm::tlm_generic_payload &trans) { return out->transport_dbg(trans); }

    bool get_direct_mem_ptr(tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
    {
        return out->get_direct_mem_ptr(trans, dmi);
    }

    int errors_ = 0;
};

#endif
