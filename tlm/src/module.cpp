/* SPDX-License-Identifier: Apache-2.0 */
/* Construction, elaboration, reset, and what belongs to no single port. See smmu_module.h and
 * impl.h. */
#include <algorithm>
#include <stdexcept>
#include <string>

#include "impl.h"

namespace smmusim {

namespace {

uint64_t value_of(const smmu_config_t &model, const char *key)
{
    uint64_t value = 0;
    smmu_config_get(&model, key, &value);
    return value;
}

bool set(smmu_config_t &model, const char *key, uint64_t value, char *why, size_t size)
{
    return smmu_config_set(&model, key, value, why, size) == SMMU_OK;
}

/* The model has as many TBUs as the module has ports; they share the TCU's slots. */
bool set_tbus(smmu_config_t &model, uint64_t tbus, char *why, size_t size)
{
    constexpr uint64_t kAllSlots = 16384; /* of all TBUs together */
    uint64_t tcu = std::max(value_of(model, "timing.tcu_xlate_slots"), tbus);
    uint64_t tokens = std::min(value_of(model, "timing.dti_trans_tokens"), tcu / tbus);
    uint64_t slots = std::min(value_of(model, "timing.tbu_xlate_slots"), kAllSlots / tbus);
    return set(model, "timing.tbus", tbus, why, size) &&
           set(model, "timing.tcu_xlate_slots", tcu, why, size) &&
           set(model, "timing.dti_trans_tokens", tokens, why, size) &&
           set(model, "timing.tbu_xlate_slots", slots, why, size);
}

smmu_module_config checked(smmu_module_config config)
{
    char why[256] = "";
    if (config.tbus < 1 || config.tbus > 256)
        throw std::invalid_argument("tbus: " + std::to_string(config.tbus) + " is not in 1 to 256");
    if (config.clock_period == sc_core::SC_ZERO_TIME)
        throw std::invalid_argument("clock_period: must not be zero");
    if (!set(config.model, "mode", SMMU_MODE_LT, why, sizeof why) ||
        !set_tbus(config.model, config.tbus, why, sizeof why) ||
        smmu_config_check(&config.model, why, sizeof why) != SMMU_OK)
        throw std::invalid_argument(why);
    return config;
}

} // namespace

smmu_module::impl::impl(smmu_module &owner, const smmu_module_config &wanted)
    : module(owner), config(checked(wanted))
{
    memory.resize((smmu_size(&config.model) + sizeof(uint64_t) - 1) / sizeof(uint64_t));
    smmu_status_t status =
        smmu_create(&model, &config.model, memory.data(), memory.size() * sizeof(uint64_t));
    if (status != SMMU_OK)
        throw std::invalid_argument(smmu_strerror(status));
}

static size_t counter_groups(const smmu_module_config &config)
{
    uint64_t tbus = 0;
    smmu_config_get(&config.model, "timing.tbus", &tbus);
    return 1 + static_cast<size_t>(tbus);
}

smmu_module::smmu_module(const sc_core::sc_module_name &name, const smmu_module_config &config)
    : sc_module(name), client("client", config.tbus), mem_out("mem_out", config.tbus), walk("walk"),
      ctrl("ctrl"), irq_evtq("irq_evtq"), irq_priq("irq_priq"), irq_cmd_sync("irq_cmd_sync"),
      irq_gerror("irq_gerror"), sev("sev"), irq_pmcg("irq_pmcg", counter_groups(config)), rst("rst"), devices("devices"),
      impl_(std::make_unique<impl>(*this, config))
{
    for (unsigned i = 0; i < config.tbus; i++) {
        client[i].register_b_transport(this, &smmu_module::client_b_transport, static_cast<int>(i));
        client[i].register_transport_dbg(this, &smmu_module::client_transport_dbg,
                                         static_cast<int>(i));
        client[i].register_get_direct_mem_ptr(this, &smmu_module::client_get_direct_mem_ptr,
                                              static_cast<int>(i));
    }
    ctrl.register_b_transport(this, &smmu_module::ctrl_b_transport);
    ctrl.register_transport_dbg(this, &smmu_module::ctrl_transport_dbg);
    sc_core::sc_spawn([this] { impl_->engine(); }, "engine");
}

smmu_module::~smmu_module() = default;

void smmu_module::end_of_elaboration()
{
    output *const ports[] = {&irq_evtq, &irq_priq, &irq_cmd_sync, &irq_gerror, &sev};
    for (unsigned i = 0; i < SMMU_IRQ_PMCG; i++)
        impl_->outputs[i].attach(ports[i], impl_->config.clock_period);
    impl_->pmcg_outputs = std::vector<pulse_output>(irq_pmcg.size());
    for (size_t i = 0; i < irq_pmcg.size(); i++)
        impl_->pmcg_outputs[i].attach(&irq_pmcg[i], impl_->config.clock_period);
    if (rst.size() == 0)
        return;
    sc_core::sc_spawn_options on_rise;
    on_rise.spawn_method();
    on_rise.dont_initialize();
    on_rise.set_sensitivity(&rst->value_changed_event());
    sc_core::sc_spawn(
        [this] {
            if (rst->read())
                reset();
        },
        "on_rst", &on_rise);
}

void smmu_module::reset()
{
    impl_->do_reset();
}

void smmu_module::impl::do_reset()
{
    smmu_reset(model);
    deliver();
    slot_freed.notify(sc_core::SC_ZERO_TIME);
    wake_engine();
}

void smmu_module::atc_inv_done(uint64_t tag, smmu_atc_inv_result_t result)
{
    smmu_atc_inv_done(impl_->model, impl_->cycles(), tag, result);
    impl_->deliver();
    impl_->wake_engine();
}

int smmu_module::page_request(const smmu_page_request_t &request)
{
    int verdict = smmu_page_request(impl_->model, impl_->cycles(), &request);
    impl_->deliver();
    impl_->wake_engine();
    return verdict;
}

int smmu_module::broadcast_tlbi(const smmu_broadcast_tlbi_t &tlbi)
{
    int verdict = smmu_broadcast_tlbi(impl_->model, impl_->cycles(), &tlbi);
    impl_->deliver();
    impl_->wake_engine();
    return verdict;
}

int smmu_module::broadcast_sync(uint64_t tag)
{
    int verdict = smmu_broadcast_sync(impl_->model, impl_->cycles(), tag);
    impl_->deliver();
    impl_->wake_engine();
    return verdict;
}

const smmu_t *smmu_module::model() const
{
    return impl_->model;
}

void smmu_module::clear_stats()
{
    smmu_stats_clear(impl_->model);
}

bool smmu_module::idle() const
{
    return smmu_idle(impl_->model) &&
           impl_->requests.size() == smmu_stalled_count(impl_->model) && impl_->completions.empty() &&
           impl_->engine_accesses.empty() && !impl_->engine_busy;
}

/* ------------------------------------------------------------------ time */

uint64_t smmu_module::impl::cycles() const
{
    uint64_t cycle = sc_core::sc_time_stamp().value() / config.clock_period.value();
    return cycle > smmu_now(model) ? cycle : smmu_now(model);
}

uint64_t smmu_module::impl::cycles_after(const sc_core::sc_time &delay) const
{
    return cycles() + delay.value() / config.clock_period.value();
}

sc_core::sc_time smmu_module::impl::time_of(uint64_t cycle) const
{
    return sc_core::sc_time::from_value(cycle * config.clock_period.value());
}

/* ---------------------------------------------------------------- outbox */

void smmu_module::impl::deliver_memory(const smmu_out_mem_t &access)
{
    auto owner = access.for_request ? requests.find(access.request_tag) : requests.end();
    if (owner == requests.end()) {
        engine_accesses.push_back(access);
        wake_engine();
    } else {
        owner->second->accesses.push_back(access);
        owner->second->news.notify(sc_core::SC_ZERO_TIME);
    }
}

void smmu_module::impl::deliver_timeline()
{
    smmu_timeline_record_t records[64];
    size_t count;
    if (!config.on_timeline)
        return;
    while ((count = smmu_timeline_read(model, records, sizeof records / sizeof *records)))
        config.on_timeline(records, count, smmu_timeline_lost(model));
}

void smmu_module::impl::deliver()
{
    smmu_out_t out;
    while (smmu_pop(model, &out)) {
        switch (out.kind) {
        case SMMU_OUT_MEM:
            deliver_memory(out.u.mem);
            break;
        case SMMU_OUT_ANSWER: {
            auto owner = requests.find(out.u.answer.tag);
            if (owner == requests.end())
                break;
            owner->second->answer = out.u.answer;
            owner->second->answered = true;
            owner->second->news.notify(sc_core::SC_ZERO_TIME);
            slot_freed.notify(sc_core::SC_ZERO_TIME);
            break;
        }
        case SMMU_OUT_IRQ:
            if (out.u.irq.source == SMMU_IRQ_PMCG)
                pmcg_outputs[out.u.irq.group].edge();
            else
                outputs[out.u.irq.source].edge();
            if (config.on_interrupt)
                config.on_interrupt(static_cast<smmu_irq_source_t>(out.u.irq.source));
            break;
        case SMMU_OUT_INVAL: /* nothing is derived from translations: DMI is not granted */
            smmu_inval_done(model, cycles(), out.u.inval.tag);
            break;
        case SMMU_OUT_ATC_INV:
            if (module.devices.size())
                module.devices->atc_inv(out.u.atc_inv);
            else
                smmu_atc_inv_done(model, cycles(), out.u.atc_inv.tag, SMMU_ATC_INV_COMPLETED);
            break;
        case SMMU_OUT_BROADCAST_SYNC:
            if (config.on_broadcast_sync)
                config.on_broadcast_sync(out.u.broadcast_sync.tag);
            break;
        case SMMU_OUT_PRG_RESPONSE:
            if (module.devices.size())
                module.devices->prg_response(out.u.prg_response);
            break;
        }
    }
    if (size_t now_stalled = smmu_stalled_count(model); now_stalled != stalled) {
        stalled = now_stalled; /* whoever stalls gives its slot back */
        slot_freed.notify(sc_core::SC_ZERO_TIME);
    }
    deliver_timeline();
}

/* --------------------------------------------------------------- outputs */

void pulse_output::attach(smmu_module::output *port, const sc_core::sc_time &width)
{
    if (port->size() == 0)
        return;
    port_ = port;
    width_ = width;
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&next_);
    sc_core::sc_spawn([this] { drive(); }, sc_core::sc_gen_unique_name("pulse"), &options);
}

void pulse_output::edge()
{
    if (!port_)
        return;
    waiting_++;
    if (!high_)
        next_.notify(sc_core::SC_ZERO_TIME);
}

void pulse_output::drive()
{
    if (high_) {
        (*port_)->write(high_ = false);
        if (waiting_)
            next_.notify(width_);
    } else if (waiting_) {
        waiting_--;
        (*port_)->write(high_ = true);
        next_.notify(width_);
    }
}

} // namespace smmusim
