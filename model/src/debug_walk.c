/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L4. smmu_debug_translate: where an access would go, for debuggers and backdoor loaders. Nothing
 * changes: a query (query.h) whose reads are made at once.
 */
#include "answer_leaf.h"
#include "interface.h"
#include "query.h"
#include "xlate.h"

/* What a transaction is terminated with (5.5). One that would stall goes nowhere now. */
static smmu_result_t result_of(const struct query *q)
{
    bool stage1_translates =
        q->known && !q->fault.s2 && (q->x.kind == XCTX_S1 || q->x.kind == XCTX_NESTED);
    bool governed = stage1_translates && q->fault.event != SMMU_EVT_F_WALK_EABT;
    return governed && !q->x.a && !q->x.s ? SMMU_RESULT_RAZ_WI : SMMU_RESULT_ABORT;
}

static void respond(const struct smmu *s, const struct query *q, enum query_verdict verdict,
                    smmu_response_t *out)
{
    const smmu_request_t *r = &q->request;
    if (verdict == QUERY_TRANSLATED)
        smmu__response_leaf(s, r, &q->x, smmu__access_kind(r, &q->x.overrides), &q->leaf, out);
    else if (verdict == QUERY_FAULT || !smmu__response_untranslated(s, &q->x, r, out))
        *out = (smmu_response_t){.tag = r->tag, .result = (uint8_t)result_of(q)};
}

static enum query_verdict answer_read(const struct smmu *s, const struct prog_if *pi,
                                      struct query *q, smmu_memory_fn memory, void *ctx)
{
    uint8_t data[SMMU_MEM_MAX_BYTES];
    uint64_t latency = 0;
    smmu_out_mem_t access = {.addr = q->read_addr,
                             .request_tag = q->request.tag,
                             .op = SMMU_MEM_READ,
                             .size = q->size,
                             .source = q->source,
                             .pas = q->attrs.pas,
                             .memattr = q->attrs.memattr,
                             .sh = q->attrs.sh,
                             .for_request = true,
                             .mpam = q->attrs.mpam};
    bool read = memory(ctx, &access, data, &latency) == SMMU_MEM_OK;
    return smmu__query_got(s, pi, q, read ? data : NULL);
}

smmu_status_t smmu_debug_translate(const smmu_t *s, const smmu_request_t *request,
                                   smmu_memory_fn memory, void *ctx, smmu_response_t *response)
{
    const struct prog_if *pi;
    if (!s || !request || !memory || !response)
        return SMMU_E_ARGUMENT;
    if (request->flags & (SMMU_REQ_ATS_REQUEST | SMMU_REQ_ATS_TRANSLATED))
        return SMMU_E_ARGUMENT;
    smmu_status_t refused = smmu__request_check(s, request, &pi);
    if (refused != SMMU_OK)
        return refused;
    if (!smmu__xlate_enabled(pi)) {
        smmu__response_disabled(s, pi, request, response);
        return SMMU_OK;
    }
    struct query q = {.request = *request, .stages = QUERY_TRANSACTION};
    enum query_verdict verdict = smmu__query_begin(s, pi, &q);
    while (verdict == QUERY_READ || verdict == QUERY_UPDATE)
        verdict = verdict == QUERY_READ ? answer_read(s, pi, &q, memory, ctx)
                                        : smmu__query_pretend(s, pi, &q);
    respond(s, &q, verdict, response);
    return SMMU_OK;
}
