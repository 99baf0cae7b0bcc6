/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client transactions: identified, translated page by page, forwarded with the translated address,
 * which is put back before they return. The walk's accesses are made by the calling thread with its
 * own running delay, so that their time lands in the caller's annotation.
 */
#include <algorithm>
#include <cstring>

#include "impl.h"

namespace smmusim {

namespace {

constexpr uint64_t page_bytes = 4096; /* the smallest granule: no translation changes within one */

/* Puts the client's address back on every way out. */
class address_guard {
public:
    explicit address_guard(tlm::tlm_generic_payload &trans)
        : trans_(trans), address_(trans.get_address())
    {
    }
    ~address_guard() { trans_.set_address(address_); }
    address_guard(const address_guard &) = delete;
    address_guard &operator=(const address_guard &) = delete;

private:
    tlm::tlm_generic_payload &trans_;
    uint64_t address_;
};

/* Bytes of the address range that a transaction touches: a streaming width below the length repeats
 * (TLM-2.0). */
uint64_t window_of(const tlm::tlm_generic_payload &trans)
{
    return std::min<uint64_t>(trans.get_data_length(), trans.get_streaming_width());
}

bool one_page(uint64_t address, uint64_t bytes)
{
    return address % page_bytes + bytes <= page_bytes;
}

tlm::tlm_response_status shape_of(const tlm::tlm_generic_payload &trans)
{
    if (!trans.get_data_ptr() || trans.get_data_length() == 0 || trans.get_streaming_width() == 0)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (trans.get_byte_enable_ptr() && trans.get_byte_enable_length() == 0)
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    bool repeats = trans.get_streaming_width() < trans.get_data_length();
    if (repeats && !one_page(trans.get_address(), window_of(trans)))
        return tlm::TLM_BURST_ERROR_RESPONSE; /* a repeated window across pages is no run of bytes:
                                                 not split */
    return tlm::TLM_OK_RESPONSE;
}

/* RAZ/WI: we are the target. Disabled bytes stay as they are. */
void answer_zero(tlm::tlm_generic_payload &trans)
{
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    if (!trans.is_read())
        return;
    const unsigned char *enable = trans.get_byte_enable_ptr();
    for (unsigned i = 0; i < trans.get_data_length(); i++)
        if (!enable || enable[i % trans.get_byte_enable_length()] == TLM_BYTE_ENABLED)
            trans.get_data_ptr()[i] = 0;
}

unsigned flags_of(ats_state ats)
{
    if (ats == ats_state::untranslated)
        return 0;
    return ats == ats_state::translated ? SMMU_REQ_ATS_TRANSLATED : SMMU_REQ_ATS_REQUEST;
}

smmu_request_t request_of(unsigned tbu, const tlm::tlm_generic_payload &trans,
                          const stream_identity &identity)
{
    smmu_request_t r{};
    r.addr = trans.get_address();
    r.streamid = identity.streamid;
    r.substreamid = identity.substreamid;
    r.flags = static_cast<uint16_t>(SMMU_REQ_TRACKED | (trans.is_write() ? SMMU_REQ_WRITE : 0) |
                                    (identity.instruction ? SMMU_REQ_INST : 0) |
                                    (identity.privileged ? SMMU_REQ_PRIV : 0) |
                                    (identity.ssv ? SMMU_REQ_SSV : 0) | flags_of(identity.ats));
    r.ats_units = identity.ats_units;
    r.sec_sid = identity.sec_sid;
    r.tbu = static_cast<uint8_t>(tbu);
    r.memattr = identity.memattr;
    r.sh = identity.sh;
    r.order_id = identity.order_id;
    r.size = static_cast<uint16_t>(std::min(trans.get_data_length(), 4096U));
    return r;
}

} // namespace

bool smmu_module::impl::identify(unsigned tbu, const tlm::tlm_generic_payload &trans,
                                 stream_identity &identity) const
{
    if (const auto *side = trans.get_extension<sideband>()) {
        identity = side->identity;
        return !side->is_walk; /* an SMMU's own access routed back into a client port is a wiring
                                  mistake */
    }
    identity.streamid = tbu;
    return !config.identify || config.identify(tbu, trans, identity);
}

/*
 * Asks the model and makes the accesses it wants for this request; one that stalls waits here until
 * software resumes it (3.12.2). An input that the model refuses counts as an abort.
 */
smmu_response_t smmu_module::impl::translate(const smmu_request_t &wanted,
                                             translation_result *result, sc_core::sc_time &delay)
{
    smmu_request_t request = wanted;
    smmu_response_t response{};
    mailbox box;
    request.tag = next_tag++;
    requests[request.tag] = &box;
    if (result)
        result->request_tag = request.tag;
    int verdict;
    while ((verdict = smmu_submit(model, cycles_after(delay), &request, &response)) == SMMU_BUSY)
        sc_core::wait(slot_freed);
    deliver();
    while (verdict == SMMU_PENDING && !box.answered) {
        if (box.accesses.empty()) {
            sc_core::wait(box.news);
            continue;
        }
        smmu_out_mem_t access = box.accesses.front();
        box.accesses.pop_front();
        unsigned char data[SMMU_MEM_MAX_BYTES] = {0};
        smmu_mem_status_t status = access_memory(access, data, delay);
        smmu_mem_done(model, cycles_after(delay), access.tag, status, data);
        deliver();
        wake_engine();
    }
    requests.erase(request.tag);
    if (verdict == SMMU_PENDING)
        response = box.answer;
    else if (verdict < 0)
        response.result = SMMU_RESULT_ABORT;
    delay += response.latency * config.clock_period;
    return response;
}

void smmu_module::impl::forward(unsigned tbu, tlm::tlm_generic_payload &trans,
                                const smmu_response_t &response, sc_core::sc_time &delay)
{
    {
        address_guard restore(trans);
        trans.set_address(response.pa);
        if (auto *side = trans.get_extension<sideband>())
            side->mpam = response.mpam;
        module.mem_out[tbu]->b_transport(trans, delay);
        trans.set_dmi_allowed(false);
    }
    if (response.flags & SMMU_RSP_TRACKED)
        complete_later({completion::client_done, {}, 0, response.epoch, SMMU_MEM_OK, {}}, delay);
}

void smmu_module::impl::client_page(unsigned tbu, tlm::tlm_generic_payload &trans,
                                    const stream_identity &identity, translation_result *result,
                                    sc_core::sc_time &delay)
{
    const sc_core::sc_time arrival = sc_core::sc_time_stamp() + delay;
    smmu_response_t response = translate(request_of(tbu, trans, identity), result, delay);
    if (result) {
        result->valid = true;
        result->response = response;
        result->cycles =
            (sc_core::sc_time_stamp() + delay - arrival).value() / config.clock_period.value();
    }
    if (response.result >= SMMU_RESULT_ATS_SUCCESS)
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    else if (response.result == SMMU_RESULT_FORWARD)
        forward(tbu, trans, response, delay);
    else if (response.result == SMMU_RESULT_RAZ_WI)
        answer_zero(trans);
    else
        trans.set_response_status(config.abort_response);
}

/* Parts in order of their addresses; the first error wins and nothing after it is issued. */
void smmu_module::impl::client_split(unsigned tbu, tlm::tlm_generic_payload &trans,
                                     const stream_identity &identity, translation_result *result,
                                     sc_core::sc_time &delay)
{
    std::vector<unsigned char> enables;
    for (unsigned done = 0; done < trans.get_data_length();) {
        uint64_t address = trans.get_address() + done;
        auto part = static_cast<unsigned>(
            std::min<uint64_t>(trans.get_data_length() - done, page_bytes - address % page_bytes));
        payload_pool::handle child(pool.take());
        child->set_command(trans.get_command());
        child->set_address(address);
        child->set_data_ptr(trans.get_data_ptr() + done);
        child->set_data_length(part);
        child->set_streaming_width(part);
        child->side.identity = identity;
        if (const unsigned char *enable = trans.get_byte_enable_ptr()) {
            enables.resize(part);
            for (unsigned i = 0; i < part; i++)
                enables[i] = enable[(done + i) % trans.get_byte_enable_length()];
            child->set_byte_enable_ptr(enables.data());
            child->set_byte_enable_length(part);
        }
        client_page(tbu, *child, identity, result, delay);
        trans.set_response_status(child->get_response_status());
        if (!child->is_response_ok())
            return;
        done += part;
    }
}

void smmu_module::client_b_transport(int port, tlm::tlm_generic_payload &trans,
                                     sc_core::sc_time &delay)
{
    impl &m = *impl_;
    const auto tbu = static_cast<unsigned>(port);
    stream_identity identity;
    trans.set_dmi_allowed(false);
    if (trans.get_command() ==
        tlm::TLM_IGNORE_COMMAND) { /* nothing is accessed: nothing to translate */
        mem_out[tbu]->b_transport(trans, delay);
        return;
    }
    const bool known = m.identify(tbu, trans, identity);
    const bool asks = known && identity.ats == ats_state::translation_request;
    tlm::tlm_response_status status = asks ? tlm::TLM_OK_RESPONSE : shape_of(trans);
    if (status == tlm::TLM_OK_RESPONSE && !known)
        status = m.config.abort_response;
    if (status != tlm::TLM_OK_RESPONSE) {
        trans.set_response_status(status);
        return;
    }
    const auto *side = trans.get_extension<sideband>();
    translation_result *result = side ? side->result : nullptr;
    if (asks || one_page(trans.get_address(), window_of(trans)))
        m.client_page(tbu, trans, identity, result, delay);
    else
        m.client_split(tbu, trans, identity, result, delay);
}

/* ------------------------------------------------------------------------- debug accesses */

namespace {

/* Makes a payload a part of itself, and puts it back on every way out. */
class part_guard {
public:
    explicit part_guard(tlm::tlm_generic_payload &trans)
        : trans_(trans), address_(trans.get_address()), data_(trans.get_data_ptr()),
          length_(trans.get_data_length())
    {
    }
    ~part_guard() { set(0, length_); }
    part_guard(const part_guard &) = delete;
    part_guard &operator=(const part_guard &) = delete;

    uint64_t address() const { return address_; }
    unsigned length() const { return length_; }
    void set(unsigned from, unsigned length)
    {
        trans_.set_address(address_ + from);
        trans_.set_data_ptr(data_ + from);
        trans_.set_data_length(length);
    }

private:
    tlm::tlm_generic_payload &trans_;
    uint64_t address_;
    unsigned char *data_;
    unsigned length_;
};

} // namespace

/* Bytes that were reached. Nothing in the model changes. */
unsigned smmu_module::impl::debug_page(unsigned tbu, tlm::tlm_generic_payload &trans,
                                       const stream_identity &identity)
{
    smmu_response_t response{};
    const smmu_request_t request = request_of(tbu, trans, identity);
    if (smmu_debug_translate(model, &request, debug_read, this, &response) != SMMU_OK ||
        response.result != SMMU_RESULT_FORWARD)
        return 0;
    trans.set_address(response.pa);
    return module.mem_out[tbu]->transport_dbg(trans);
}

/* Page by page, as far as they can be reached one after the other. */
unsigned smmu_module::client_transport_dbg(int port, tlm::tlm_generic_payload &trans)
{
    const auto tbu = static_cast<unsigned>(port);
    stream_identity identity;
    if (trans.get_command() == tlm::TLM_IGNORE_COMMAND)
        return mem_out[tbu]->transport_dbg(trans);
    if (!impl_->identify(tbu, trans, identity) || identity.ats != ats_state::untranslated)
        return 0;
    part_guard whole(trans);
    unsigned done = 0;
    while (done < whole.length()) {
        const uint64_t within = (whole.address() + done) % page_bytes;
        const auto part =
            static_cast<unsigned>(std::min<uint64_t>(whole.length() - done, page_bytes - within));
        whole.set(done, part);
        const unsigned reached = impl_->debug_page(tbu, trans, identity);
        done += std::min(reached, part);
        if (reached < part)
            break;
    }
    return done;
}

bool smmu_module::client_get_direct_mem_ptr(int, tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
{
    uint64_t page = trans.get_address() & ~(page_bytes - 1);
    dmi.init();
    dmi.allow_none();
    dmi.set_start_address(page); /* denied here and now: nothing is said about other pages */
    dmi.set_end_address(page | (page_bytes - 1));
    return false;
}

} // namespace smmusim
