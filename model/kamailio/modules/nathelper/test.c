/* SPDX-License-Identifier: MIT */
/* nat_uac_test(): signs that a sender is behind a NAT (facts: Kamailio 41.1). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/sdp.h"
#include "model/kamailio/modules/nathelper/nathelper.h"

bool nathelper_is_private_address(uint32_t ip) {
    static const struct {
        uint32_t network;
        int bits;
    } networks[] = {{0x0a000000, 8}, {0xac100000, 12}, {0xc0a80000, 16}, {0x64400000, 10}, {0xc0000000, 29}};
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if ((ip ^ networks[i].network) >> (32 - networks[i].bits) == 0) return true;
    return false;
}

bool nathelper_is_private(const struct kam_run *run, uint32_t ip) {
    return nathelper_is_private_address(ip) || (nathelper_of(run)->reserved_too && ip >> 8 == 0xc00000);
}

/* A number as C writes it: 10, 012, 0xa. */
static bool read_part(struct span s, uint64_t *n) {
    unsigned base = 10;
    *n = 0;
    if (s.len > 1 && s.p[0] == '0') {
        bool hex = s.p[1] == 'x' || s.p[1] == 'X';
        base = hex ? 16 : 8;
        s = span_skip(s, hex ? 2 : 1);
    }
    for (size_t i = 0; i < s.len; i++) {
        int digit = ascii_hex((unsigned char)s.p[i]);
        if (digit < 0 || (unsigned)digit >= base || *n > UINT32_MAX) return false;
        *n = *n * base + (unsigned)digit;
    }
    return s.len > 0;
}

/* An address as inet_aton() reads it: one to four numbers, the last one for all that is left; blanks behind
 * it. */
bool nathelper_read_address(struct span text, uint32_t *ip) {
    uint64_t part, address = 0, rest = UINT32_MAX;
    struct span left = text;
    while (left.len && ascii_space((unsigned char)left.p[left.len - 1]))
        left.len--;
    for (int i = 0; i < 4; i++) {
        ptrdiff_t dot = i < 3 ? span_find(left, '.') : -1;
        if (!read_part(dot < 0 ? left : span_head(left, (size_t)dot), &part)) return false;
        if (part > (dot < 0 ? rest : 255)) return false;
        if (dot < 0) {
            *ip = (uint32_t)(address | part);
            return true;
        }
        address |= part << (24 - 8 * i);
        rest >>= 8;
        left = span_skip(left, (size_t)dot + 1);
    }
    return false;
}

static bool is_private_text(const struct kam_run *run, struct span host) {
    uint32_t ip;
    return nathelper_read_address(host, &ip) && nathelper_is_private(run, ip);
}

static uint64_t port_or_default(struct span port) {
    uint64_t n = 5060;
    if (port.len) span_to_u64(port, 65535, &n);
    return n ? n : 5060;
}

static bool contact_private(const struct kam_run *run) {
    struct uri u;
    return nathelper_contact(run, &u) && is_private_text(run, u.host);
}

static bool contact_port(const struct kam_run *run) {
    struct uri u;
    return nathelper_contact(run, &u) && port_or_default(u.port) != run->source.port;
}

static bool via_address(const struct kam_run *run) {
    uint32_t ip;
    return !ipv4_parse(run->via.host, &ip) || ip != run->source.ip;
}

static bool via_private(const struct kam_run *run) { return is_private_text(run, run->via.host); }

static bool via_port(const struct kam_run *run) { return port_or_default(run->via.port) != run->source.port; }

static bool source_private(const struct kam_run *run) { return nathelper_is_private(run, run->source.ip); }

/* The next line of a body, without its end. */
static bool next_line(struct span *left, struct span *line) {
    if (left->len == 0) return false;
    ptrdiff_t end = span_find(*left, '\n');
    *line = span_trim(end < 0 ? *left : span_head(*left, (size_t)end));
    *left = span_skip(*left, end < 0 ? left->len : (size_t)end + 1);
    return true;
}

/* The address in c=IN IP4 ADDRESS; p NULL: it is no such line. */
static struct span connection(struct span line) {
    if (!span_starts(line, "c=IN IP")) return (struct span){0};
    ptrdiff_t blank = span_find(span_skip(line, 5), ' ');
    return blank < 0 ? (struct span){0} : span_trim(span_skip(line, 5 + (size_t)blank));
}

/* The session that sdpops reads, too. False: there is none. */
static bool take_session(const struct kam_run *run, struct span *session) {
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    size_t count;
    return type && kam_sdp_session(session, &count, kam_header_body(type), run->msg.body) && session->len;
}

/* Does a stream, with an address of its own or the session's, come from a private one? */
static bool sdp_private(const struct kam_run *run) {
    struct span left, line, session = {0}, stream = {0};
    bool in_stream = false, found = false;
    if (!take_session(run, &left)) return false;
    while (next_line(&left, &line)) {
        if (span_starts(line, "m=")) {
            found = found || (in_stream && is_private_text(run, stream));
            in_stream = true;
            stream = session;
        } else if (connection(line).p) {
            if (in_stream)
                stream = connection(line);
            else
                session = connection(line);
        }
    }
    return found || is_private_text(run, stream);
}

/* Is the session's own address another one than the source's? */
static bool sdp_address(const struct kam_run *run) {
    struct span left, line;
    if (!take_session(run, &left)) return false;
    while (next_line(&left, &line) && !span_starts(line, "m=")) {
        struct span address = connection(line);
        uint32_t ip;
        if (!address.p) continue;
        return ipv4_parse(address, &ip) ? ip != run->source.ip : span_find(address, ':') >= 0;
    }
    return false;
}

/* Will the request go elsewhere than its Request-URI says? */
static bool target_differs(const struct kam_run *run) {
    struct uri uri, hop;
    if (!run->msg.is_request || !run->next_hop.len) return false;
    if (!uri_parse(&uri, kam_run_uri(run)) || !uri_parse(&hop, run->next_hop)) return false;
    return !span_eq(uri.host, hop.host) || port_or_default(uri.port) != port_or_default(hop.port);
}

bool nathelper_test(const struct kam_run *run, int64_t flags) {
    static const struct {
        int64_t flag;
        bool (*test)(const struct kam_run *run);
    } tests[] = {{1, contact_private}, {2, via_address},   {4, via_private},
                 {8, sdp_private},     {16, via_port},     {32, source_private},
                 {128, contact_port},  {256, sdp_address}, {512, target_differs}};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (flags & tests[i].flag && tests[i].test(run)) return true;
    return false;
}
