/* SPDX-License-Identifier: MIT */
/*
 * pike: who sends too much. A tree of the bytes of addresses counts hits: a branch grows by a byte when it
 * has had a quarter of what is allowed, and only a whole address is blocked (facts: Kamailio 30.5).
 */
#include "base/mem.h"
#include "model/kamailio/modules/module.h"

#include <stdlib.h>

enum { BYTES = 4 }; /* of an address */
enum { PREVIOUS, CURRENT };

struct node {
    struct node *next, *kids; /* newest first */
    uint8_t byte;
    int64_t hits[2], leaf_hits[2]; /* in the unit of time before this one, and in this one */
    int64_t expires_s;             /* of one without kids */
    bool blocked;
};

/* What the module keeps. */
struct pike {
    int64_t unit_s, most, latency_s;
    struct node *tree;
    int64_t now_s; /* the last second that the timer has seen */
};

static bool reaches(const int64_t hits[2], int64_t most) {
    return hits[PREVIOUS] >= most || hits[CURRENT] >= most || (hits[PREVIOUS] + hits[CURRENT]) / 2 >= most;
}

static void free_nodes(struct node *n) {
    for (struct node *next; n; n = next) {
        next = n->next;
        free_nodes(n->kids);
        free(n);
    }
}

static void free_tree(void *data) { free_nodes(((struct pike *)data)->tree); }

/* The next unit of time begins. */
static void swap(const struct pike *pike, struct node *n) {
    for (; n; n = n->next) {
        n->hits[PREVIOUS] = n->hits[CURRENT];
        n->leaf_hits[PREVIOUS] = n->leaf_hits[CURRENT];
        n->hits[CURRENT] = n->leaf_hits[CURRENT] = 0;
        if (!reaches(n->leaf_hits, pike->most)) n->blocked = false;
        swap(pike, n->kids);
    }
}

/* Ends of branches go when their time is over; who loses the last one is an end itself from then on. */
static void clean(const struct pike *pike, struct node **list, int64_t now_s) {
    for (struct node *n; (n = *list);) {
        bool had_kids = n->kids != NULL;
        clean(pike, &n->kids, now_s);
        if (had_kids && !n->kids) n->expires_s = now_s + pike->latency_s;
        if (n->kids || n->expires_s > now_s) {
            list = &n->next;
            continue;
        }
        *list = n->next;
        free(n);
    }
}

/* What the timer has done since it was asked last. */
static void catch_up(struct pike *pike, const struct kamailio *k) {
    int64_t now_s = k->queue->now_ns / NS_PER_S;
    for (; pike->now_s < now_s && pike->tree; pike->now_s++) {
        clean(pike, &pike->tree, pike->now_s + 1);
        if ((pike->now_s + 1) % pike->unit_s == 0) swap(pike, pike->tree);
    }
    pike->now_s = now_s;
}

static struct node *add_node(struct node **list, uint8_t byte, const struct node *parent) {
    struct node *n = mem_new(sizeof *n);
    *n = (struct node){.next = *list, .byte = byte, .hits = {0, 1}};
    if (parent) memcpy(n->hits, parent->hits, sizeof n->hits);
    *list = n;
    return n;
}

/* One more hit of the address. 1, -1 if it is blocked, -2 if it is from now on. */
static int mark(struct pike *pike, uint32_t ip) {
    struct node **list = &pike->tree, *found = NULL;
    int depth = 0;
    while (depth < BYTES) {
        uint8_t byte = (uint8_t)(ip >> (24 - 8 * depth));
        struct node *n = *list;
        while (n && n->byte != byte)
            n = n->next;
        if (!n) break;
        found = n;
        list = &n->kids;
        depth++;
    }
    if (depth == BYTES) {
        found->leaf_hits[CURRENT]++;
        found->expires_s = pike->now_s + pike->latency_s;
        if (found->blocked) return -1;
        found->blocked = reaches(found->leaf_hits, pike->most);
        return found->blocked ? -2 : 1;
    }
    if (found) found->hits[CURRENT]++;
    if (found && !reaches(found->hits, pike->most / 4)) return 1;
    add_node(list, (uint8_t)(ip >> (24 - 8 * depth)), found)->expires_s = pike->now_s + pike->latency_s;
    return 1;
}

static int check(struct kam_run *run, uint32_t ip) {
    struct pike *pike = kam_module_data(run->k, KAM_MODULE_PIKE);
    catch_up(pike, run->k);
    return mark(pike, ip);
}

static int check_req(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return check(run, run->source.ip);
}

static int check_ip(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t ip;
    (void)count;
    return kam_ipv4_parse(args[0].s, &ip) ? check(run, ip) : -1;
}

enum { CHECKS = KAM_REQUEST_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE };

static const struct kam_function functions[] = {
    {"pike_check_req", 0, 0, CHECKS, check_req},
    {"pike_check_ip", 1, 1, CHECKS, check_ip, {ARG_FORMAT}, .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_INT("sampling_time_unit", 2, 1, INT32_MAX), KAM_INTO(struct pike, unit_s)},
    {KAM_INT("reqs_density_per_unit", 30, INT32_MIN, INT32_MAX), KAM_INTO(struct pike, most)},
    {KAM_INT("remove_latency", 120, INT32_MIN, INT32_MAX), KAM_INTO(struct pike, latency_s)},
    {KAM_INT("pike_log_level", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {0},
};

const struct kam_module kam_pike_module = {.name = "pike",
                                           .functions = functions,
                                           .params = params,
                                           .data_size = sizeof(struct pike),
                                           .free = free_tree};
