/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Insertion into the command queue by several producers (testbench/driver/producers.c), for the
 * model checker spin: every interleaving of three producers, one of them with batches, a consumer that is
 * the SMMU, and a ring that wraps. Each step below is one access to something shared.
 *
 * Shown: no slot is written while its command is not consumed, none is consumed that is not
 * written, every command is consumed once and in its producer's order, a wait for a CMD_SYNC ends
 * after its command and while its slot is still its own, and everybody comes to an end.
 * Not shown: memory order (the thread sanitizer looks at that) and time-outs.
 *
 * MUTANT names a mistake that the check must find: see check_insertion.py.
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#define SKIPS_VALID 1   /* an owner does not wait for what others have reserved */
#define SKIPS_TURN 2    /* an owner does not wait for the owner before it */
#define HOLDS_NOT 3     /* a waiter lets the known CONS move under its eyes */
#define LATE_FLAG 4     /* the range is read before the flag is taken down */
#define SAME_POLARITY 5 /* a bit means the same in every lap */
#define SPLIT_RESERVE 6 /* room is judged in one step and taken in another */

#define PRODUCERS 3
#ifndef SLOTS
#define SLOTS 2
#endif
/* Slots that a producer claims at once. The first takes two: a batch, which lies across the end of
 * the ring where SLOTS is odd, and is all of a ring of two. */
#define SIZE (me == 0 -> 2 : 1)
#define LAPS (2 * SLOTS) /* positions: index and wrap bit */
#define NOTHING 255

#define ADVANCE(p, n) (((p) + (n)) % LAPS)
#define USED(p, c) (((p) + LAPS - (c)) % LAPS)
#define INDEX(p) ((p) % SLOTS)
#define WRAP(p) ((p) / SLOTS)

/* the word that is exchanged as a whole */
byte reserved, known_cons;
bool gathering;

byte published;      /* the owners' turn */
byte holders;        /* of known_cons */
bool moving;         /* somebody moves it */
bool valid[SLOTS];
byte slot[SLOTS];    /* the number of its command */
byte owner_of[SLOTS];

byte prod, cons;     /* the registers */
byte done[PRODUCERS]; /* commands consumed */
byte finished;

/* The last of each producer's commands is a CMD_SYNC that it waits for. Six in all go three times
 * round a ring of two, so that a valid bit has each of its meanings. */
#define COMMANDS 2

inline learn_cons()
{
    if
    :: atomic { holders == 0 && !moving -> moving = true }
       seen = cons;
       atomic { known_cons = seen; seen = 0 }
       moving = false
    :: atomic { else -> skip }
    fi
}

inline reserve()
{
    do
    :: atomic {
           SLOTS - USED(reserved, known_cons) >= SIZE && MUTANT != SPLIT_RESERVE ->
           first = reserved;
           owner = !gathering;
           reserved = ADVANCE(reserved, SIZE);
           gathering = true;
           break
       }
    :: MUTANT == SPLIT_RESERVE && SLOTS - USED(reserved, known_cons) >= SIZE ->
       atomic {
           first = reserved;
           owner = !gathering;
           reserved = ADVANCE(reserved, SIZE);
           gathering = true;
           break
       }
    :: known_cons != cons && SLOTS - USED(reserved, known_cons) < SIZE -> learn_cons()
    od
}

inline fill()
{
    /* Nobody's command is overwritten: the slot has been consumed. */
    at = 0;
    do
    :: atomic {
           at < SIZE ->
           assert(slot[INDEX(ADVANCE(first, at))] == NOTHING);
           slot[INDEX(ADVANCE(first, at))] = number + at;
           owner_of[INDEX(ADVANCE(first, at))] = me;
           at++
       }
    :: atomic { else -> at = 0; break }
    od
}

inline hold()
{
    if
    :: MUTANT != HOLDS_NOT -> holders++; !moving
    :: else
    fi
}

inline release()
{
    if
    :: MUTANT != HOLDS_NOT ->
       if
       :: atomic { holders != 1 -> holders-- }
       :: atomic { holders == 1 -> skip }
          known_cons = seen; /* and still holding */
          holders--
       fi
    :: else
    fi
}

#define IS_VALID(p) \
    (valid[INDEX(p)] != (WRAP(p) && MUTANT != SAME_POLARITY))

inline publish()
{
    if
    :: MUTANT == SAME_POLARITY ->
       valid[INDEX(first)] = true;
       valid[INDEX(ADVANCE(first, SIZE - 1))] = true
    :: else ->
       at = 0;
       do
       :: atomic {
              at < SIZE ->
              valid[INDEX(ADVANCE(first, at))] = !valid[INDEX(ADVANCE(first, at))];
              at++
          }
       :: atomic { else -> at = 0; break }
       od
    fi;
    if
    :: owner ->
       (published == first || MUTANT == SKIPS_TURN);
       if
       :: MUTANT == LATE_FLAG -> end = reserved; gathering = false
       :: else -> atomic { end = reserved; gathering = false }
       fi;
       at = first;
       do
       :: at != end -> (IS_VALID(at) || MUTANT == SKIPS_VALID); at = ADVANCE(at, 1)
       :: else -> break
       od;
       prod = end;
       published = end
    :: else
    fi
}

/* By CONS: it has passed the position. */
#define PASSED(c, p) (USED(c, p) >= 1 && USED(c, p) <= SLOTS)

inline await_sync()
{
    do
    :: seen = cons;
       if
       :: PASSED(seen, ADVANCE(first, SIZE - 1)) -> break
       :: else -> (cons != seen) /* looks again when there is something to see */
       fi
    od;
    assert(done[me] == number + SIZE)
}

proctype producer(byte me)
{
    byte number, first, at, end, seen;
    bool owner;

    do
    :: number < COMMANDS ->
       reserve();
       fill();
       if
       :: number + SIZE == COMMANDS -> hold(); publish(); await_sync(); release()
       :: else -> publish()
       fi;
       /* What is not needed any more must not tell states apart. */
       atomic { number = number + SIZE; first = 0; at = 0; end = 0; seen = 0; owner = false }
    :: else -> break
    od;
    finished++
}

/* The SMMU takes one command after the other; it may stop anywhere for as long as it likes. */
active proctype smmu()
{
end_idle:
    do
    :: atomic {
           prod != cons ->
           assert(USED(prod, cons) <= SLOTS);
           assert(slot[INDEX(cons)] != NOTHING);
           assert(slot[INDEX(cons)] == done[owner_of[INDEX(cons)]]);
           done[owner_of[INDEX(cons)]]++;
           slot[INDEX(cons)] = NOTHING
       }
       cons = ADVANCE(cons, 1)
    od
}

init {
    byte i;

    atomic {
        do
        :: i < SLOTS -> slot[i] = NOTHING; i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < PRODUCERS -> run producer(i); i++
        :: else -> break
        od
    }
    (finished == PRODUCERS && cons == prod);
    assert(cons == (PRODUCERS * COMMANDS) % LAPS && prod == reserved);
    i = 0;
    do
    :: i < PRODUCERS -> assert(done[i] == COMMANDS); i++
    :: else -> break
    od
}
