/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend `tlm-lt`: the same player, but every register access, client transaction, walk, queue
 * access and MSI goes through the sockets of the SystemC module. The player stands outside the
 * simulation and lets the kernel run between its statements; what it asks for is done by processes
 * of this testbench.
 */
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "smmusim_tlm/smmu_module.h"
#include "trace/backend.h"
#include "trace_tlm/waveform.h"

namespace {

using namespace sc_core;

/* As many ports as the configuration has TBUs. */
unsigned tbus_of(const smmu_config_t &config)
{
    uint64_t tbus = 1;
    smmu_config_get(&config, "timing.tbus", &tbus);
    return static_cast<unsigned>(tbus);
}

const sc_time kClock(1, SC_NS);

/*
 * Memory behind both sides: a latency for each access, aborts where the trace wants them. As with
 * the backend `core`, a read returns what was there when it was issued and a write lands when it
 * completes.
 */
class memory_target : public sc_module {
public:
    tlm_utils::simple_target_socket<memory_target> walk;
    sc_vector<tlm_utils::simple_target_socket<memory_target>> data;

    memory_target(const sc_module_name &name, sim_memory *memory, const smmu_config_t &config)
        : sc_module(name), walk("walk"), data("data", tbus_of(config)), memory_(memory)
    {
        walk.register_b_transport(this, &memory_target::walk_b_transport);
        for (auto &socket : data)
            socket.register_b_transport(this, &memory_target::b_transport);
        smmu_config_get(&config, "timing.mem_read_lat", &read_latency_);
        smmu_config_get(&config, "timing.mem_write_lat", &write_latency_);
        sc_spawn_options options;
        options.spawn_method();
        options.dont_initialize();
        options.set_sensitivity(&landing_);
        sc_spawn([this] { land(); }, "landing", &options);
    }

    own_accesses own{};

private:
    struct late_store {
        uint64_t address;
        std::vector<unsigned char> bytes;
    };

    /* Stores whose time has come. */
    void land()
    {
        while (!late_.empty() && late_.begin()->first <= sc_time_stamp()) {
            const late_store &store = late_.begin()->second;
            memory_store(memory_, store.address, store.bytes.data(), store.bytes.size());
            late_.erase(late_.begin());
        }
        if (!late_.empty())
            landing_.notify(late_.begin()->first - sc_time_stamp());
    }

    void walk_b_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        if (const auto *side = trans.get_extension<smmusim::sideband>()) {
            const own_access seen = {trans.get_address(),
                                     static_cast<uint8_t>(trans.get_data_length()),
                                     side->walk_source,
                                     side->identity.sec_sid,
                                     side->identity.memattr,
                                     side->identity.sh,
                                     side->mpam};
            own_accesses_note(&own, &seen);
        }
        b_transport(trans, delay);
    }

    void b_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        const bool write = trans.is_write();
        const uint64_t address = trans.get_address();
        const unsigned length = trans.get_data_length();
        delay += sc_time::from_value((write ? write_latency_ : read_latency_) * kClock.value());
        if (memory_aborts(memory_, address, length,
                          write ? MEMORY_ABORT_WRITE : MEMORY_ABORT_READ)) {
            trans.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
            return;
        }
        if (write) {
            late_.emplace(
                sc_time_stamp() + delay,
                late_store{address, {trans.get_data_ptr(), trans.get_data_ptr() + length}});
        }
        land();
        if (!write)
            memory_load(memory_, address, trans.get_data_ptr(), length);
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    sim_memory *memory_;
    uint64_t read_latency_ = 0, write_latency_ = 0;
    std::multimap<sc_time, late_store> late_;
    sc_event landing_;
};

/* One access of a client, from the ticket until the player takes the result. */
struct client_job {
    client_access access;
    std::vector<unsigned char> data;
    client_result result{};
    smmusim::translation_result outcome;
    bool finished = false;
};

/* Software and the client devices. */
class masters : public sc_module {
public:
    tlm_utils::simple_initiator_socket<masters> ctrl;
    sc_vector<tlm_utils::simple_initiator_socket<masters>> client;

    masters(const sc_module_name &name, unsigned tbus)
        : sc_module(name), ctrl("ctrl"), client("client", tbus)
    {
        sc_spawn([this] { software(); }, "software");
    }

    /* Done by the process 'software' when the kernel runs next. */
    void access_register(smmu_pas_t pas, uint32_t offset, unsigned size, bool write,
                         uint64_t *value)
    {
        jobs_.push_back({pas, offset, size, write, value});
        wake_.notify(SC_ZERO_TIME);
    }

    void start(client_job *job)
    {
        sc_spawn([this, job] { run(*job); }, sc_gen_unique_name("client"));
    }

private:
    struct register_job {
        smmu_pas_t pas;
        uint32_t offset;
        unsigned size;
        bool write;
        uint64_t *value;
    };

    void software()
    {
        for (;; wait(wake_)) {
            while (!jobs_.empty()) {
                register_job job = jobs_.front();
                jobs_.pop_front();
                tlm::tlm_generic_payload trans;
                smmusim::sideband side;
                side.identity.sec_sid = static_cast<uint8_t>(job.pas);
                fill(trans, job.write, job.offset, reinterpret_cast<unsigned char *>(job.value),
                     job.size, side);
                sc_time delay = SC_ZERO_TIME;
                ctrl->b_transport(trans, delay);
                trans.clear_extension(&side);
            }
        }
    }

    static void fill(tlm::tlm_generic_payload &trans, bool write, uint64_t address,
                     unsigned char *data, unsigned length, smmusim::sideband &side)
    {
        trans.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        trans.set_address(address);
        trans.set_data_ptr(data);
        trans.set_data_length(length);
        trans.set_streaming_width(length);
        trans.set_byte_enable_ptr(nullptr);
        trans.set_dmi_allowed(false);
        trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        trans.set_extension(&side);
    }

    void run(client_job &job)
    {
        const client_access &a = job.access;
        sc_time start = sc_time::from_value(a.start * kClock.value());
        if (start > sc_time_stamp())
            wait(start - sc_time_stamp());
        const smmusim::translation_result &outcome = job.outcome;
        smmusim::sideband side;
        side.result = &job.outcome;
        side.identity.streamid = a.streamid;
        side.identity.substreamid = a.substreamid;
        side.identity.ssv = a.ssv;
        side.identity.sec_sid = a.sec_sid;
        side.identity.privileged = a.priv;
        side.identity.instruction = a.inst;
        side.identity.memattr = a.memattr;
        side.identity.sh = a.sh;
        side.identity.order_id = a.order_id;
        side.identity.ats = static_cast<smmusim::ats_state>(a.ats);
        side.identity.ats_units = a.ats_units;
        tlm::tlm_generic_payload trans;
        fill(trans, a.write, a.addr, job.data.data(), a.len, side);
        sc_time delay = SC_ZERO_TIME;
        client[a.tbu]->b_transport(trans, delay);
        trans.clear_extension(&side);
        wait(delay);
        job.result.result = outcome.response.result;
        job.result.bypass = (outcome.response.flags & SMMU_RSP_BYPASS) != 0;
        job.result.pa = outcome.response.pa;
        job.result.memattr = outcome.response.memattr;
        job.result.sh = outcome.response.sh;
        job.result.pas = outcome.response.pas;
        job.result.region_log2 = outcome.response.region_log2;
        job.result.perms = outcome.response.perms;
        job.result.mpam = outcome.response.mpam;
        job.result.priv = (outcome.response.flags & SMMU_RSP_PRIV) != 0;
        job.result.cycles = outcome.cycles;
        job.result.memory_abort =
            outcome.response.result == SMMU_RESULT_FORWARD && !trans.is_response_ok();
        if (outcome.response.result != SMMU_RESULT_FORWARD || job.result.memory_abort)
            std::fill(job.data.begin(), job.data.end(), static_cast<unsigned char>(0));
        job.finished = true;
    }

    std::deque<register_job> jobs_;
    sc_event wake_;
};

/* The devices, as far as the module speaks to them: what is attached hears it. */
class device_ears : public smmusim::device_if {
public:
    explicit device_ears(smmusim::smmu_module &smmu) : smmu_(smmu) {}
    void attach(const host_devices *devices) { devices_ = devices ? *devices : host_devices{}; }

    void atc_inv(const smmu_out_atc_inv_t &inv) override
    {
        if (devices_.atc_inv)
            devices_.atc_inv(devices_.ctx, &inv);
        else
            smmu_.atc_inv_done(inv.tag, SMMU_ATC_INV_COMPLETED);
    }

    void prg_response(const smmu_out_prg_response_t &response) override
    {
        if (devices_.prg_response)
            devices_.prg_response(devices_.ctx, &response);
    }

    /* What PEs hear. */
    void broadcast_sync(uint64_t tag) const
    {
        if (devices_.broadcast_sync)
            devices_.broadcast_sync(devices_.ctx, tag);
    }

private:
    smmusim::smmu_module &smmu_;
    host_devices devices_{};
};

struct tlm_lt : trace_backend {
    explicit tlm_lt(const smmu_config_t &config)
        : memory(memory_create(0), memory_destroy), signals("signals", tbus_of(config)),
          target("memory", memory.get(), config), sides("masters", tbus_of(config)),
          smmu("smmu", module_config(config)), devices(smmu)
    {
        smmu.devices.bind(devices);
        smmu.walk.bind(target.walk);
        sides.ctrl.bind(smmu.ctrl);
        for (unsigned i = 0; i < tbus_of(config); i++) {
            sides.client[i].bind(smmu.client[i]);
            smmu.mem_out[i].bind(target.data[i]);
        }
        guarded([] { sc_start(SC_ZERO_TIME); }); /* elaborates */
        settle();
    }

    smmusim::smmu_module_config module_config(const smmu_config_t &config)
    {
        smmusim::smmu_module_config c;
        c.model = config;
        c.tbus = tbus_of(config);
        c.clock_period = kClock;
        c.ctrl_latency = SC_ZERO_TIME; /* the player alone lets time pass */
        c.on_interrupt = [this](smmu_irq_source_t source) { interrupts[source]++; };
        c.on_broadcast_sync = [this](uint64_t tag) { devices.broadcast_sync(tag); };
        c.on_timeline = [this](const smmu_timeline_record_t *records, size_t count, uint64_t lost) {
            if (timeline_sink)
                timeline_sink(timeline_ctx, records, count, lost);
            for (size_t i = 0; signals.is_open() && i < count; i++)
                signals.take(records[i]);
        };
        return c;
    }

    /* What a process throws (or reports) makes the replay void; it must not cross into C. */
    template <typename Action>
    void guarded(Action action)
    {
        try {
            action();
        } catch (const std::exception &e) {
            failure = e.what();
        }
    }

    void settle()
    {
        guarded([] {
            while (sc_pending_activity_at_current_time())
                sc_start(SC_ZERO_TIME);
        });
    }

    std::unique_ptr<sim_memory, void (*)(sim_memory *)> memory;
    uint64_t interrupts[SMMU_IRQ_COUNT] = {};
    timeline_sink_fn timeline_sink = nullptr;
    void *timeline_ctx = nullptr;
    smmusim::waveform signals;
    memory_target target;
    masters sides;
    smmusim::smmu_module smmu;
    device_ears devices;
    std::map<uint32_t, std::unique_ptr<client_job>> jobs;
    uint32_t next_ticket = 1;
    std::string failure;
};

tlm_lt &of(trace_backend *backend)
{
    return *static_cast<tlm_lt *>(backend);
}

uint64_t now(trace_backend *)
{
    return sc_time_stamp().value() / kClock.value();
}

bool step(trace_backend *backend, uint64_t limit)
{
    tlm_lt &b = of(backend);
    bool something = false;
    b.guarded([&] {
        bool bounded = limit != SMMU_NEVER;
        sc_time end = bounded ? sc_time::from_value(limit * kClock.value()) : sc_max_time();
        if (sc_pending_activity()) {
            sc_time next = sc_time_to_pending_activity();
            if (sc_time_stamp() + next <= end) {
                sc_start(next);
                something = true;
                return;
            }
        }
        if (bounded && end > sc_time_stamp())
            sc_start(end - sc_time_stamp());
    });
    b.settle();
    return something;
}

/* Nothing is due, but for the overflow of a counter of cycles. */
bool idle(trace_backend *backend)
{
    const tlm_lt &b = of(backend);
    if (!sc_pending_activity())
        return true;
    uint64_t due = smmu_next_due(b.smmu.model());
    sc_time next = sc_time_stamp() + sc_time_to_pending_activity();
    return b.smmu.idle() && due != SMMU_NEVER && next == kClock * static_cast<double>(due);
}

uint64_t reg_read(trace_backend *backend, smmu_pas_t pas, uint32_t offset, unsigned size)
{
    uint64_t value = 0;
    of(backend).sides.access_register(pas, offset, size, false, &value);
    of(backend).settle();
    return value;
}

void reg_write(trace_backend *backend, smmu_pas_t pas, uint32_t offset, unsigned size,
               uint64_t value)
{
    of(backend).sides.access_register(pas, offset, size, true, &value);
    of(backend).settle();
}

uint32_t submit(trace_backend *backend, const client_access *access)
{
    tlm_lt &b = of(backend);
    if (access->tbu >= b.sides.client.size() || access->len == 0 || access->len > CLIENT_MAX_BYTES ||
        b.jobs.size() >= CLIENT_MAX_ACCESSES || access->addr % 4096 + access->len > 4096)
        return 0;
    auto job = std::make_unique<client_job>();
    job->access = *access;
    job->data.resize(access->len);
    if (access->write && access->data)
        std::memcpy(job->data.data(), access->data, access->len);
    uint32_t ticket = b.next_ticket++;
    b.sides.start(job.get());
    b.jobs[ticket] = std::move(job);
    b.settle();
    return ticket;
}

bool take(trace_backend *backend, uint32_t ticket, client_result *result, uint8_t *data)
{
    auto at = of(backend).jobs.find(ticket);
    if (at == of(backend).jobs.end() || !at->second->finished)
        return false;
    *result = at->second->result;
    if (data && !at->second->access.write)
        std::memcpy(data, at->second->data.data(), at->second->data.size());
    of(backend).jobs.erase(at);
    return true;
}

const own_accesses *accesses_of_smmu(trace_backend *backend)
{
    return &of(backend).target.own;
}

bool stalled(trace_backend *backend, uint32_t ticket, smmu_stall_t *stall)
{
    auto at = of(backend).jobs.find(ticket);
    return at != of(backend).jobs.end() && !at->second->finished &&
           smmu_stalled(of(backend).smmu.model(), at->second->outcome.request_tag, stall);
}

uint64_t irq_count(trace_backend *backend, smmu_pas_t pas, smmu_irq_source_t source)
{
    return pas == SMMU_PAS_NS ? of(backend).interrupts[source] : 0;
}

const char *error(trace_backend *backend)
{
    tlm_lt &b = of(backend);
    if (b.failure.empty() && memory_full(b.memory.get()))
        b.failure = "the trace fills more memory than there is";
    return b.failure.empty() ? nullptr : b.failure.c_str();
}

const trace_backend_ops ops = {
    [](trace_backend *b) { delete &of(b); },
    [](trace_backend *b) { return of(b).memory.get(); },
    now,
    step,
    idle,
    reg_read,
    reg_write,
    submit,
    take,
    accesses_of_smmu,
    stalled,
    [](trace_backend *b, const host_devices *devices) { of(b).devices.attach(devices); },
    [](trace_backend *b, uint64_t tag, smmu_atc_inv_result_t result) {
        of(b).smmu.atc_inv_done(tag, result);
        of(b).settle();
    },
    [](trace_backend *b, const smmu_page_request_t *request) {
        bool taken = of(b).smmu.page_request(*request) != SMMU_BUSY;
        of(b).settle();
        return taken;
    },
    [](trace_backend *b, const smmu_broadcast_tlbi_t *tlbi) {
        bool taken = of(b).smmu.broadcast_tlbi(*tlbi) != SMMU_BUSY;
        of(b).settle();
        return taken;
    },
    [](trace_backend *b, uint64_t tag) {
        bool taken = of(b).smmu.broadcast_sync(tag) != SMMU_BUSY;
        of(b).settle();
        return taken;
    },
    irq_count,
    [](trace_backend *b) { return of(b).smmu.model(); },
    [](trace_backend *b) { of(b).smmu.clear_stats(); },
    [](trace_backend *b) {
        of(b).smmu.reset();
        of(b).settle();
    },
    [](trace_backend *b, timeline_sink_fn sink, void *ctx) {
        of(b).timeline_sink = sink;
        of(b).timeline_ctx = ctx;
    },
    [](trace_backend *b, const char *path, char *why, size_t why_size) {
        try {
            of(b).signals.open(path);
            return true;
        } catch (const std::exception &e) {
            std::snprintf(why, why_size, "%s", e.what());
            return false;
        }
    },
    error,
};

} // namespace

extern "C" trace_backend *trace_backend_tlm_lt(const smmu_config_t *cfg, char *why, size_t why_size)
{
    try {
        setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
        auto backend = std::make_unique<tlm_lt>(*cfg);
        backend->ops = &ops;
        return backend.release();
    } catch (const std::exception &e) {
        std::snprintf(why, why_size, "%s", e.what());
        return nullptr;
    }
}

/* SystemC's library refers to it; the tool's own main() runs, and this never does. */
int sc_main(int, char *[])
{
    return 1;
}
