/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SMMU says to devices on its own account, by way of their root complex: ATS invalidations
 * (CMD_ATC_INV) and responses to page request groups. What devices say to it are transactions on its client sockets (sideband.h) and the
 * module's functions.
 */
#ifndef SMMUSIM_TLM_DEVICE_H
#define SMMUSIM_TLM_DEVICE_H

#include <systemc>

#include "smmusim/smmu_types.h"

namespace smmusim {

/* The functions return at once: they must not wait(). */
class device_if : public virtual sc_core::sc_interface {
public:
    /* To be completed by smmu_module::atc_inv_done(). */
    virtual void atc_inv(const smmu_out_atc_inv_t &inv) = 0;
    /* To what smmu_module::page_request() brought. */
    virtual void prg_response(const smmu_out_prg_response_t &) {}
};

} // namespace smmusim

#endif
