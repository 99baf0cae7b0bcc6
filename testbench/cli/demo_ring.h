/* SPDX-License-Identifier: Apache-2.0 */
/* A walk through the kernel-style driver and the ring, every step with what it must show. */
#ifndef SMMUSIM_CLI_DEMO_RING_H
#define SMMUSIM_CLI_DEMO_RING_H

/* Prints the steps; returns how many did not show what they must, -1 if it could not run. */
int demo_ring(void);

#endif
