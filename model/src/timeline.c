/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See timeline.h: the ring of records, and the descriptions of their kinds. */
#include "state.h"

static const smmu_timeline_info_t infos[SMMU_TIMELINE_KINDS] = {
#define INFO(kind, unit, name, meaning) {name, meaning, SMMU_UNIT_##unit},
    SMMU_TIMELINE_LIST(INFO)
#undef INFO
};

static const char *const unit_names[SMMU_UNIT_COUNT] = {
#define NAME(unit, name) name,
    SMMU_UNIT_LIST(NAME)
#undef NAME
};

const smmu_timeline_info_t *smmu_timeline_info(size_t i)
{
    return i < SMMU_TIMELINE_KINDS ? &infos[i] : NULL;
}

const char *smmu_unit_name(smmu_unit_t unit)
{
    return unit < SMMU_UNIT_COUNT ? unit_names[unit] : NULL;
}

void smmu__timeline_note(struct smmu *s, uint64_t cycle, smmu_timeline_phase_t phase,
                         smmu_timeline_kind_t kind, unsigned index, uint64_t id, uint64_t first,
                         uint64_t second)
{
    struct timeline *t = &s->timeline;
    t->record[(t->head + t->count) % t->capacity] =
        (smmu_timeline_record_t){.cycle = cycle,
                                 .id = id,
                                 .number = {first, second},
                                 .kind = (uint8_t)kind,
                                 .phase = (uint8_t)phase,
                                 .unit = (uint8_t)infos[kind].unit,
                                 .index = (uint16_t)index};
    if (t->count < t->capacity) {
        t->count++;
    } else { /* over the oldest one */
        t->head = (t->head + 1) % t->capacity;
        t->lost++;
    }
}

size_t smmu_timeline_read(smmu_t *s, smmu_timeline_record_t *records, size_t max)
{
    if (!s || !records)
        return 0;
    struct timeline *t = &s->timeline;
    size_t taken = 0;
    for (; taken < max && t->count; taken++) {
        records[taken] = t->record[t->head];
        t->head = (t->head + 1) % t->capacity;
        t->count--;
    }
    return taken;
}

uint64_t smmu_timeline_lost(const smmu_t *s)
{
    return s ? s->timeline.lost : 0;
}
