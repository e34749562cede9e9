/* SPDX-License-Identifier: MIT */
/*
 * t_load_contacts(), t_next_contacts(): the branches of a request, best q first, to be tried one group after
 * the other (facts: Kamailio 33). They wait in the run, then in its transaction, written one behind the
 * other.
 */
#include "model/kamailio/modules/tm/tm.h"

/* The beginning of one as it waits; its URI, next hop and path follow. */
struct head {
    int32_t q;
    uint32_t flags;
    uint32_t uri_len, next_hop_len, path_len;
};

static struct buf *waiting(struct kam_run *run) {
    return run->transaction ? &run->transaction->contacts : &run->contacts;
}

static void write(struct buf *out, const struct kam_added_branch *b) {
    struct head h = {b->q, b->flags, (uint32_t)b->uri.len, (uint32_t)b->next_hop.len, (uint32_t)b->path.len};
    buf_add(out, (struct span){(const char *)&h, sizeof h});
    buf_add(out, b->uri);
    buf_add(out, b->next_hop);
    buf_add(out, b->path);
}

/* The one at the front of *left, which is cut off. */
static struct kam_added_branch read(struct span *left) {
    struct head h;
    memcpy(&h, left->p, sizeof h);
    struct kam_added_branch b = {.q = h.q, .flags = h.flags};
    *left = span_skip(*left, sizeof h);
    struct {
        struct span *text;
        size_t len;
    } parts[] = {{&b.uri, h.uri_len}, {&b.next_hop, h.next_hop_len}, {&b.path, h.path_len}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i].text = span_head(*left, parts[i].len);
        *left = span_skip(*left, parts[i].len);
    }
    return b;
}

/* Nothing waits where the Request-URI is alone. */
int kam_tm_load_contacts(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct kam_added_branch all[KAM_BRANCHES_MAX + 1];
    size_t n = 0;
    if (!kam_tm_of(run->k)->set.contacts_avp.len) return -1;
    if (run->added_count == 0) return 1;
    if (run->device_twice)
        kam_run_stop(run, "t_load_contacts() of several contacts of one device is not simulated");
    const struct kam_added_branch own = {kam_run_uri(run), run->next_hop,     run->path,
                                         run->forced,      run->branch_flags, run->q};
    for (size_t i = 0; i <= run->added_count; i++) {
        const struct kam_added_branch *b = i == 0 ? &own : &run->added[i - 1];
        size_t at = n++;
        /* of equal ones the later one goes first, one with a path last */
        for (; at > 0 && (all[at - 1].q < b->q || (all[at - 1].q == b->q && !b->path.len)); at--)
            all[at] = all[at - 1];
        all[at] = *b;
    }
    struct buf *out = waiting(run);
    buf_reset(out);
    for (size_t i = 0; i < n; i++)
        write(out, &all[i]);
    run->added_count = 0;
    return 1;
}

/* The best ones become the Request-URI and its branches. -2: none is left. */
int kam_tm_next_contacts(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct buf *list = waiting(run);
    struct span left = buf_span(list);
    if (!kam_tm_of(run->k)->set.contacts_avp.len) return -1;
    if (left.len == 0) return -2;
    struct kam_added_branch best = read(&left);
    kam_run_set_uri(run, best.uri);
    if (best.next_hop.len)
        kam_run_set_next_hop(run, best.next_hop);
    else
        run->next_hop = (struct span){0};
    run->path = arena_text(&run->scratch, best.path);
    run->branch_flags = best.flags;
    run->q = best.q;
    while (left.len) {
        struct span after = left;
        struct kam_added_branch b = read(&after);
        if (b.q != best.q) break;
        if (kam_run_add_branch(run, b.uri, b.next_hop, b.flags)) {
            run->added[run->added_count - 1].q = b.q;
            run->added[run->added_count - 1].path = arena_text(&run->scratch, b.path);
        }
        left = after;
    }
    struct buf rest = {0};
    buf_add(&rest, left);
    buf_free(list);
    *list = rest;
    return 1;
}
