/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See count.h. */
#include "count.h"

#include "state.h"

/* Few enough to be searched; this happens when configuration is found, and for what no
 * configuration is needed or known for. */
uint16_t smmu__stream_number(struct smmu *s, uint8_t sec, uint32_t streamid)
{
    struct streams *known = &s->streams;
    for (uint32_t i = 0; i < known->seen; i++)
        if (known->stream[i].streamid == streamid && known->stream[i].sec == sec)
            return (uint16_t)i;
    if (known->seen == known->capacity)
        return (uint16_t)known->capacity;
    known->stream[known->seen].streamid = streamid;
    known->stream[known->seen].sec = sec;
    return (uint16_t)known->seen++;
}
