/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware that lets a guest own a command queue, in the manner of Tegra241's CMDQV: it stands in
 * front of the SMMU's enhanced command queues (3.5.6), reads a queue in the guest's memory, lets a
 * few commands pass and puts the guest's identities into them. The guest drives it by a page of
 * registers of its own; nobody traps, nobody copies.
 *
 * An ECMDQ alone could not be given away: who can write its page can have anybody's translations
 * invalidated, can name any address as a CMD_SYNC's MSI, and while it is disabled can move its
 * base.
 *
 * Owns a guest's queues and the copies that the ECMDQs read, entry by entry at the same index, so
 * that what an ECMDQ says of an index is true of the guest's. Knows no ioctl (hw_queue.h).
 */
#ifndef SMMUSIM_UAPI_VCMDQ_H
#define SMMUSIM_UAPI_VCMDQ_H

#include "driver/ops.h"
#include "uapi/user_command.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VCMDQ_QUEUES_MAX = 8 };

/* The guest's page. CONS and GERROR have the layouts of CMDQ_CONS and GERROR (6.3.28, 6.3.19), of
 * which GERROR has CMDQ_ERR alone. The base is not here: it is the kernel's. */
enum vcmdq_register {
    VCMDQ_CONS = 0x00,
    VCMDQ_PROD = 0x04,
    VCMDQ_CONFIG = 0x08, /* VCMDQ_EN */
    VCMDQ_STATUS = 0x0C, /* VCMDQ_EN: it is enabled */
    VCMDQ_GERROR = 0x10,
    VCMDQ_GERRORN = 0x14,
};

enum { VCMDQ_EN = 1 };

struct vcmdq {
    bool given; /* has memory */
    bool enabled;
    bool refused; /* the command at 'passed' is none for guests */
    unsigned log2size;
    uint64_t base;   /* of the guest's queue */
    uint64_t copy;   /* of what the ECMDQ reads */
    uint32_t ecmdq;  /* where its registers are */
    uint32_t prod;   /* the guest's */
    uint32_t passed; /* up to where its commands have been let through */
    uint32_t errack; /* ECMDQ_PROD.ERRACK, in place */
    uint32_t gerror, gerrorn;
    uint8_t code; /* of the error that is active */
};

struct vcmdq_stats {
    uint64_t passed, refused, errors;
};

/* A guest's interface. */
struct vcmdq_interface {
    struct drv_ops ops; /* hardware's own: no processor's time or interrupts are in them */
    struct uapi_guest guest;
    unsigned queues, log2size_max;
    uint64_t delay; /* cycles from a write of PROD until the ECMDQ has it */
    struct vcmdq queue[VCMDQ_QUEUES_MAX];
    struct vcmdq_stats stats;
};

struct vcmdq_config {
    unsigned queues;       /* at most VCMDQ_QUEUES_MAX */
    unsigned first_ecmdq;  /* the first of as many */
    unsigned log2size_max; /* of a queue */
    uint64_t copies; /* memory for them: queues times 2^log2size_max entries, aligned to one */
    uint64_t delay;
};

/* False: the SMMU has not so many ECMDQs, or queues not so large. */
bool vcmdq_init(struct vcmdq_interface *interface, const struct drv_ops *ops,
                const struct vcmdq_config *config);

/* ---- the kernel's: a queue gets its memory, which is aligned to its size, and loses it */

void vcmdq_give(struct vcmdq_interface *interface, unsigned queue, uint64_t base,
                unsigned log2size);
void vcmdq_take_back(struct vcmdq_interface *interface, unsigned queue);
/* The queues with an error that is not acknowledged, a bit each: why the kernel was interrupted. */
uint64_t vcmdq_errors(struct vcmdq_interface *interface);

/* ---- the guest's: its page. Queues without memory read as zero and ignore writes. */

uint32_t vcmdq_read(struct vcmdq_interface *interface, unsigned queue, enum vcmdq_register reg);
void vcmdq_write(struct vcmdq_interface *interface, unsigned queue, enum vcmdq_register reg,
                 uint32_t value);

#ifdef __cplusplus
}
#endif

#endif
