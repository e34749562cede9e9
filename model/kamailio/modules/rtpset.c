/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/rtpset.h"

bool rtpset_read(struct span text, int64_t standard, uint32_t *number, struct span *nodes) {
    ptrdiff_t equals = span_search(text, SPAN("=="));
    uint64_t n = (uint64_t)standard;
    *nodes = text;
    if (equals >= 0) {
        *nodes = span_trim(span_skip(text, (size_t)equals + 2));
        if (!span_to_u64(span_trim(span_head(text, (size_t)equals)), UINT32_MAX, &n) || !nodes->len)
            return false;
    }
    *number = (uint32_t)n;
    return true;
}

struct span rtpset_cut_node(struct span *nodes) {
    *nodes = span_trim(*nodes);
    struct span node = span_head(*nodes, 0);
    while (node.len < nodes->len && !ascii_space((unsigned char)nodes->p[node.len]))
        node.len++;
    *nodes = span_skip(*nodes, node.len);
    return node;
}

bool rtpset_exists(const struct kam_program *program, const struct kam_module *module, const char *param,
                   int64_t standard, int64_t number) {
    struct kam_value sock;
    struct span nodes;
    uint32_t n;
    for (size_t i = 0; kam_program_value(program, module, param, i, &sock); i++)
        if (sock.s.len && rtpset_read(sock.s, standard, &n, &nodes) && n == (uint32_t)number) return true;
    return false;
}

const char *rtpset_check(const struct kam_program *program, const struct kam_module *module,
                         const char *param, int64_t standard, struct span text) {
    uint64_t number = 0;
    if (text.len && !span_to_u64(text, UINT32_MAX, &number)) return "must be the number of a set";
    return rtpset_exists(program, module, param, standard, (int64_t)number)
               ? NULL
               : "must be the number of a set that has sockets";
}
