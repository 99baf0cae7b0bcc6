/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's operations on a simulated host. */
#include "driver/host_ops.h"

static const uint32_t irq_of_source[DRV_HOST_IRQ_SOURCES] = {
    [SMMU_IRQ_EVENTQ] = DRV_IRQ_EVENTQ,     [SMMU_IRQ_PRIQ] = DRV_IRQ_PRIQ,
    [SMMU_IRQ_CMD_SYNC] = DRV_IRQ_CMD_SYNC, [SMMU_IRQ_GERROR] = DRV_IRQ_GERROR,
    [SMMU_IRQ_SEV] = DRV_IRQ_SEV,
};

static uint64_t edges(const struct drv_host *machine, unsigned source)
{
    return host_irq_count(machine->host, SMMU_PAS_NS, (smmu_irq_source_t)source);
}

static bool has_new_irq(const struct drv_host *machine)
{
    for (unsigned source = 0; source < DRV_HOST_IRQ_SOURCES; source++)
        if (edges(machine, source) != machine->seen[source])
            return true;
    return false;
}

static void spend(struct drv_host *machine, uint64_t cycles)
{
    if (cycles)
        host_run_until(machine->host, host_now(machine->host) + cycles);
}

static uint64_t read_reg(void *ctx, uint32_t offset, unsigned size)
{
    struct drv_host *machine = ctx;

    spend(machine, machine->costs.reg_read);
    return host_reg_read(machine->host, SMMU_PAS_NS, offset, size);
}

static void write_reg(void *ctx, uint32_t offset, unsigned size, uint64_t value)
{
    struct drv_host *machine = ctx;

    spend(machine, machine->costs.reg_write);
    host_reg_write(machine->host, SMMU_PAS_NS, offset, size, value);
}

static uint32_t read32(void *ctx, uint32_t offset)
{
    return (uint32_t)read_reg(ctx, offset, 4);
}

static uint64_t read64(void *ctx, uint32_t offset)
{
    return read_reg(ctx, offset, 8);
}

static void write32(void *ctx, uint32_t offset, uint32_t value)
{
    write_reg(ctx, offset, 4, value);
}

static void write64(void *ctx, uint32_t offset, uint64_t value)
{
    write_reg(ctx, offset, 8, value);
}

static uint64_t mem_read64(void *ctx, uint64_t pa)
{
    struct drv_host *machine = ctx;

    spend(machine, machine->costs.memory);
    return memory_load64(host_memory(machine->host), pa);
}

static void mem_write64(void *ctx, uint64_t pa, uint64_t value)
{
    struct drv_host *machine = ctx;

    spend(machine, machine->costs.memory);
    memory_store64(host_memory(machine->host), pa, value);
}

/* From one event of the host to the next, so that an interrupt is seen in the cycle of its edge. */
static void wait_cycles(void *ctx, uint64_t cycles)
{
    struct drv_host *machine = ctx;
    const uint64_t until = host_now(machine->host) + cycles;

    while (!has_new_irq(machine) && host_step(machine->host, until))
        ;
    if (!has_new_irq(machine))
        host_run_until(machine->host, until);
}

static uint64_t now(void *ctx)
{
    const struct drv_host *machine = ctx;

    return host_now(machine->host);
}

static uint32_t take_irqs(void *ctx)
{
    struct drv_host *machine = ctx;
    uint32_t raised = 0;

    for (unsigned source = 0; source < DRV_HOST_IRQ_SOURCES; source++) {
        const uint64_t count = edges(machine, source);

        if (count != machine->seen[source])
            raised |= irq_of_source[source];
        machine->seen[source] = count;
    }
    return raised;
}

static void log_line(void *ctx, const char *line)
{
    const struct drv_host *machine = ctx;

    if (machine->log)
        machine->log(machine->log_ctx, line);
}

void drv_host_init(struct drv_host *machine, struct sim_host *host,
                   const struct drv_host_costs *costs)
{
    *machine = (struct drv_host){.host = host, .costs = *costs};
    take_irqs(machine);
}

struct drv_ops drv_host_ops(struct drv_host *machine)
{
    return (struct drv_ops){
        .ctx = machine,
        .read32 = read32,
        .write32 = write32,
        .read64 = read64,
        .write64 = write64,
        .mem_read64 = mem_read64,
        .mem_write64 = mem_write64,
        .wait = wait_cycles,
        .now = now,
        .take_irqs = take_irqs,
        .log = log_line,
    };
}
