/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. A fault as a value: everything an event record can say (7.3), made where a flight ends
 * (flight.c), packed by evtq. Fields that an event does not have are ignored by the packer.
 */
#ifndef SMMUSIM_FAULT_H
#define SMMUSIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum fault_class { CLASS_CD = 0, CLASS_TT = 1, CLASS_IN = 2 };

struct fault {
    uint8_t event;  /* enum smmu_event_number; 0: no fault */
    uint8_t class_; /* enum fault_class */
    bool s2;
    bool nsipa; /* Secure event queue alone: nothing of the Non-secure interface sets it */
    bool ttrnw;
    bool dirty_bit; /* F_PERMISSION: nothing but the dirty state forbids it */
    bool assured_only; /* F_PERMISSION: nothing but that check forbids it (3.27.2) */
    bool overlay;   /* F_PERMISSION: stage 2's overlay forbids it */
    bool stall;
    bool priv, inst, read; /* PnU, InD, RnW */
    bool ssv;
    uint8_t ats_units; /* F_BAD_ATS_TREQ: STUs that were asked for; 0: one */
    uint16_t stag;
    uint32_t streamid, substreamid;
    uint64_t input_addr, fetch_addr, ipa;
};

#endif
