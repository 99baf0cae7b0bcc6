/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for experiments: a fresh host, the kernel-style driver brought up on it, and on demand
 * an address space with the clients' streams in it.
 */
#ifndef SMMUSIM_EXPERIMENT_MACHINE_H
#define SMMUSIM_EXPERIMENT_MACHINE_H

#include "driver/domain.h"
#include "driver/driver.h"
#include "driver/host_ops.h"
#include "experiment/setup.h"
#include "load/load.h"

enum { EXP_PAGES_A_RANGE = 32 }; /* of a command of the form range, exp_command() */

struct exp_processor {
    struct drv_host host; /* first: the driver's operations get a pointer to it */
    struct drv_ops ops;
    uint64_t doorbell; /* when CMDQ_PROD was last written */
};

struct exp_machine {
    struct sim_host *host;
    struct exp_processor processor;
    struct drv driver;
    struct drv_domain domain;
    struct drv_stream *streams;
    struct load *load;
    uint64_t first_address, address_pages; /* what the domain maps */
};

/* False: why. exp_machine_close() is due in any case. */
bool exp_machine_open(struct exp_machine *m, const struct exp_setup *setup, char why[EXP_WHY_SIZE]);
/* One address space, mapped by 4 KiB pages, and in it 'streams' streams at each TBU, each with a
 * working set of its own. */
bool exp_machine_add_clients(struct exp_machine *m, const struct exp_setup *setup,
                             char why[EXP_WHY_SIZE]);
void exp_machine_close(struct exp_machine *m);

/* False, and why: rc, or an error of the host that nobody has seen yet. */
bool exp_machine_fine(const struct exp_machine *m, int rc, const char *doing,
                      char why[EXP_WHY_SIZE]);

enum drv_sync_mode exp_sync_mode(const struct exp_setup *setup);
/* What a driver can do of what the setup asks for. False: why. */
bool exp_driver_usable(const struct drv *driver, const struct exp_setup *setup,
                       char why[EXP_WHY_SIZE]);
/* The size of the command queue. False: why. */
bool exp_queue_log2(const struct exp_setup *setup, unsigned *log2, char why[EXP_WHY_SIZE]);
/* One of the commands of which an operation has many; 'number' tells addresses apart. */
struct drv_cmd exp_command(enum exp_form form, uint64_t number);

uint64_t exp_machine_now(const struct exp_machine *m);

#endif
