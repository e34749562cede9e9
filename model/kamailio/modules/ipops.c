/* SPDX-License-Identifier: MIT */
/* ipops: questions about addresses, of both versions of IP (facts: Kamailio 19.1). Names are not resolved. */
#include "model/kamailio/modules/module.h"
#include "model/net/datagram.h"

/* An address. Its bytes stand at the front; of version 4 the other twelve are zeros. */
struct ip {
    int version; /* 4, 6; 0: it is none */
    uint8_t bytes[16];
};

/* Four decimal numbers up to 255, without zeros in front. */
static bool read_v4(struct span text, uint8_t out[4]) {
    for (int i = 0; i < 4; i++) {
        uint64_t n;
        bool more = span_find(text, '.') >= 0;
        struct span part = span_cut(&text, '.');
        if (more != (i < 3) || part.len == 0 || part.len > 3 || (part.len > 1 && part.p[0] == '0') ||
            !span_to_u64(part, 255, &n))
            return false;
        out[i] = (uint8_t)n;
    }
    return true;
}

/* One group of hexadecimal digits. */
static bool read_group(struct span part, uint8_t out[2]) {
    unsigned n = 0;
    if (part.len == 0 || part.len > 4) return false;
    for (size_t i = 0; i < part.len; i++) {
        int digit = ascii_hex((unsigned char)part.p[i]);
        if (digit < 0) return false;
        n = n * 16 + (unsigned)digit;
    }
    out[0] = (uint8_t)(n >> 8);
    out[1] = (uint8_t)n;
    return true;
}

/* Groups between colons, the last two perhaps an IPv4 address; the number of bytes, -1: these are none. */
static int read_groups(struct span text, uint8_t out[16]) {
    int n = 0;
    while (text.len) {
        bool more = span_find(text, ':') >= 0;
        struct span part = span_cut(&text, ':');
        bool v4 = !more && span_find(part, '.') >= 0;
        if (n + (v4 ? 4 : 2) > 16 || (more && text.len == 0)) return -1;
        if (v4 ? !read_v4(part, out + n) : !read_group(part, out + n)) return -1;
        n += v4 ? 4 : 2;
    }
    return n;
}

static bool read_v6(struct span text, uint8_t out[16]) {
    ptrdiff_t gap = span_search(text, SPAN("::"));
    if (gap < 0) return read_groups(text, out) == 16;
    uint8_t tail[16];
    struct span front = span_head(text, (size_t)gap), back = span_skip(text, (size_t)gap + 2);
    int before = span_find(front, '.') < 0 ? read_groups(front, out) : -1, after = read_groups(back, tail);
    if (before < 0 || after < 0 || before + after > 14) return false;
    memcpy(out + 16 - after, tail, (size_t)after);
    return true;
}

static struct ip read_pure(struct span text) {
    struct ip ip = {0};
    if (read_v4(text, ip.bytes))
        ip.version = 4;
    else if (memset(ip.bytes, 0, 16), read_v6(text, ip.bytes))
        ip.version = 6;
    return ip;
}

static bool has_brackets(struct span text) {
    return text.len > 1 && text.p[0] == '[' && text.p[text.len - 1] == ']';
}

/* The same of IPv6 in brackets. */
static struct ip read_reference(struct span text) {
    struct ip ip = has_brackets(text) ? read_pure((struct span){text.p + 1, text.len - 2}) : (struct ip){0};
    return ip.version == 6 ? ip : (struct ip){0};
}

static struct ip read_any(struct span text) {
    return text.len && text.p[0] == '[' ? read_reference(text) : read_pure(text);
}

static int truth(bool yes) { return yes ? 1 : -1; }

static bool same(const struct ip *a, const struct ip *b) {
    return a->version && a->version == b->version && memcmp(a->bytes, b->bytes, 16) == 0;
}

/* Are the first bits of both the same? */
static bool shares(const uint8_t *a, const uint8_t *b, unsigned bits) {
    if (memcmp(a, b, bits / 8) != 0) return false;
    unsigned rest = bits % 8;
    return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

/* A network and the name of its kind. */
struct range {
    const char *network;
    unsigned bits;
    const char *kind;
};

static const struct range v4_ranges[] = {
    {"10.0.0.0", 8, "PRIVATE"},        {"172.16.0.0", 12, "PRIVATE"},  {"192.168.0.0", 16, "PRIVATE"},
    {"0.0.0.0", 8, "PRIVATE"},         {"100.64.0.0", 10, "SHARED"},   {"127.0.0.0", 8, "LOOPBACK"},
    {"169.254.0.0", 16, "LINK-LOCAL"}, {"192.0.0.0", 24, "RESERVED"},  {"192.0.2.0", 24, "TEST-NET"},
    {"192.88.99.0", 24, "6TO4-RELAY"}, {"198.18.0.0", 15, "RESERVED"}, {"198.51.100.0", 24, "TEST-NET"},
    {"203.0.113.0", 24, "TEST-NET"},   {"224.0.0.0", 4, "MULTICAST"},  {"255.255.255.255", 32, "BROADCAST"},
    {"240.0.0.0", 4, "RESERVED"},      {"0.0.0.0", 0, "PUBLIC"},
};

static const struct range v6_ranges[] = {
    {"::", 128, "UNSPECIFIED"},
    {"::1", 128, "LOOPBACK"},
    {"::ffff:0:0", 96, "IPV4MAP"},
    {"100::", 64, "DISCARD"},
    {"2001::", 32, "TEREDO"},
    {"2001:2::", 48, "BMWG"},
    {"2001:10::", 28, "ORCHID"},
    {"2001:db8::", 32, "DOCUMENTATION"},
    {"2002::", 16, "6TO4"},
    {"fc00::", 7, "UNIQUE-LOCAL-UNICAST"},
    {"fe80::", 10, "LINK-LOCAL-UNICAST"},
    {"ff00::", 8, "MULTICAST"},
    {"2000::", 3, "GLOBAL-UNICAST"},
    {"::", 0, "RESERVED"},
};

/* The last range of each table holds all that is in no other. */
static const char *kind_of(const struct ip *ip) {
    const struct range *r = ip->version == 4 ? v4_ranges : v6_ranges;
    for (;; r++) {
        struct ip network = read_pure(span_of(r->network));
        if (shares(ip->bytes, network.bytes, r->bits)) return r->kind;
    }
}

/* A number as C reads it: what follows its digits does not count, and nothing is 0. */
static int64_t number(struct span text) {
    while (text.len && ascii_space(*text.p))
        text = span_skip(text, 1);
    bool negative = text.len && text.p[0] == '-';
    int64_t n = 0;
    for (size_t i = negative; i < text.len && ascii_digit((unsigned char)text.p[i]) && n < 1000000; i++)
        n = n * 10 + (text.p[i] - '0');
    return negative ? -n : n;
}

/* ADDRESS or ADDRESS/BITS */
static bool in_network(const struct ip *ip, struct span text) {
    bool has_bits = span_find(text, '/') >= 0;
    struct ip network = read_pure(span_cut(&text, '/'));
    int64_t most = network.version == 4 ? 32 : 128, bits = has_bits ? number(text) : most;
    if (network.version == 0 || network.version != ip->version || bits > most) return false;
    return shares(ip->bytes, network.bytes, bits > 0 ? (unsigned)bits : 0);
}

#define QUESTION(name, answer)                                                                               \
    static int name(struct kam_run *run, const struct kam_arg *args, size_t count) {                         \
        (void)run, (void)count;                                                                              \
        return truth(answer);                                                                                \
    }

QUESTION(is_ip, read_any(args[0].s).version)
QUESTION(is_pure_ip, read_pure(args[0].s).version)
QUESTION(is_ipv4, read_pure(args[0].s).version == 4)
QUESTION(is_ipv6, read_pure(args[0].s).version == 6)
QUESTION(is_ipv6_reference, read_reference(args[0].s).version)

static int ip_type(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct ip ip = read_any(args[0].s);
    if (ip.version == 4) return 1;
    return ip.version == 6 ? 2 + has_brackets(args[0].s) : -1;
}

static int detail(struct kam_run *run, const struct kam_arg *args, struct ip ip) {
    if (ip.version == 0) return -1;
    struct kam_value kind = {.type = KAM_STR, .s = span_of(kind_of(&ip))};
    return truth(kam_pv_assign(run, args[1].pv, kind));
}

static int detailed_ip_type(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return detail(run, args, read_any(args[0].s));
}

static int detailed_ipv4_type(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct ip ip = read_any(args[0].s);
    return ip.version == 4 ? detail(run, args, ip) : -1;
}

static int detailed_ipv6_type(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct ip ip = read_any(args[0].s);
    return ip.version == 6 ? detail(run, args, ip) : -1;
}

static int compare_ips(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct ip a = read_any(args[0].s), b = read_any(args[1].s);
    return truth(same(&a, &b));
}

static int compare_pure_ips(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct ip a = read_pure(args[0].s), b = read_pure(args[1].s);
    return truth(same(&a, &b));
}

/* Whatever stands behind the address. */
static int is_ip_rfc1918(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct ip ip = {0};
    for (size_t len = args[0].s.len; len > 0 && ip.version != 4; len--)
        ip = read_pure(span_head(args[0].s, len));
    for (size_t i = 0; i < 3 && ip.version == 4; i++)
        if (shares(ip.bytes, read_pure(span_of(v4_ranges[i].network)).bytes, v4_ranges[i].bits)) return 1;
    return -1;
}

/* In one of the networks of a list? */
static int is_in_subnet(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct ip ip = read_pure(args[0].s);
    for (struct span left = args[1].s; ip.version && left.len;)
        if (in_network(&ip, span_trim(span_cut(&left, ',')))) return 1;
    return -1;
}

#define ONE(name)                                                                                            \
    { #name, 1, 1, KAM_ANY_ROUTE, name, {ARG_FORMAT }, .expressions = true }
#define TWO(name, second)                                                                                    \
    { #name, 2, 2, KAM_ANY_ROUTE, name, {ARG_FORMAT, second }, .expressions = true }

static const struct kam_function functions[] = {
    ONE(is_ip),
    ONE(is_pure_ip),
    ONE(is_ipv4),
    ONE(is_ipv6),
    ONE(is_ipv6_reference),
    ONE(ip_type),
    ONE(is_ip_rfc1918),
    TWO(compare_ips, ARG_FORMAT),
    TWO(compare_pure_ips, ARG_FORMAT),
    TWO(is_in_subnet, ARG_FORMAT),
    TWO(detailed_ip_type, ARG_PV),
    TWO(detailed_ipv4_type, ARG_PV),
    TWO(detailed_ipv6_type, ARG_PV),
    {0},
};

static const struct kam_pv pvs[] = {
    {.name = "dns", .shape = KAM_PV_NAMED},
    {.name = "srvquery", .shape = KAM_PV_NAMED},
    {.name = "naptrquery", .shape = KAM_PV_NAMED},
    {.name = "HN", .shape = KAM_PV_NAMED},
    {0},
};

const struct kam_module kam_ipops_module = {.name = "ipops", .functions = functions, .pvs = pvs};
