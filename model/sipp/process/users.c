/* SPDX-License-Identifier: MIT */
/*
 * -users: so many calls at a time, each with the number of a user, whose variables and line of a USER file
 * outlive the call (facts: SIPp 8). The highest number is the first; one that has become free waits behind
 * the others.
 */
#include "model/sipp/process/call.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

void users_begin(struct sipp *sipp) {
    struct users *u = &sipp->users;
    size_t count = sipp->config.users, variables = sipp->program->variables.count;
    if (count == 0) return;
    u->waiting = mem_new(count * sizeof *u->waiting);
    u->values = mem_new((count + 1) * variables * sizeof *u->values);
    for (size_t i = 0; i < count; i++)
        u->waiting[i] = (uint32_t)(count - i);
    u->free = count;
}

uint32_t users_take(struct sipp *sipp) {
    struct users *u = &sipp->users;
    if (u->free == 0) return 0;
    uint32_t user = u->waiting[u->first];
    u->first = (u->first + 1) % sipp->config.users;
    u->free--;
    return user;
}

bool users_have_lines(const struct sipp *sipp, uint32_t user) {
    for (size_t i = 0; i < sipp->inject_count; i++)
        if (sipp->injects[i].order == INJECT_USER && inject_size(&sipp->injects[i]) < user) return false;
    return true;
}

void users_put(struct sipp *sipp, uint32_t user) {
    struct users *u = &sipp->users;
    if (user == 0) return;
    assert(u->free < sipp->config.users);
    u->waiting[(u->first + u->free++) % sipp->config.users] = user;
    if (!sipp->ended) loop_wake(&sipp->loop, &sipp->generator.task);
}

struct value *users_values(struct sipp *sipp, uint32_t user) {
    return sipp->users.values + user * sipp->program->variables.count;
}

void users_free(struct sipp *sipp) {
    size_t values = (sipp->config.users + (size_t)1) * sipp->program->variables.count;
    for (size_t i = 0; sipp->users.values && i < values; i++)
        buf_free(&sipp->users.values[i].text);
    free(sipp->users.values);
    free(sipp->users.waiting);
}
