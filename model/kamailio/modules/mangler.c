/* SPDX-License-Identifier: MIT */
/*
 * mangler: addresses and ports in session descriptions, and contacts hidden in others (facts: Kamailio 85).
 * What it changes in a description gets a second Content-Length besides Kamailio's own, as with 5.6.3.
 */
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/siputils/siputils.h"

/* What the module keeps. */
struct mangler {
    struct span separator;
};

enum {
    NO_BODY = -2,
    BAD_OFFSET = -3,
    BAD_MASK = -5,
    BAD_ADDRESS = -6,
    NO_OFFSET = -13,
    PORT_MAX = 65535,
    SIP_PORT = 5060
};

static char separator_of(const struct kam_run *run) {
    const struct mangler *m = kam_module_data(run->k, KAM_MODULE_MANGLER);
    return m->separator.len ? m->separator.p[0] : '*';
}

/* Up to `most` digits in front; how many there are. */
static size_t digits(struct span s, size_t most, int64_t *n) {
    size_t len = 0;
    for (*n = 0; len < s.len && len < most && ascii_digit((unsigned char)s.p[len]); len++)
        *n = *n * 10 + (s.p[len] - '0');
    return len;
}

/* Four numbers of up to three digits; how long they are, 0: there are none. *good: each is below 256. */
static size_t read_ip(struct span s, uint32_t *ip, bool *good) {
    size_t at = 0;
    *ip = 0;
    *good = true;
    for (int i = 0; i < 4; i++) {
        int64_t n;
        if (i > 0 && (at >= s.len || s.p[at++] != '.')) return 0;
        size_t len = digits(span_skip(s, at), 3, &n);
        if (len == 0) return 0;
        at += len;
        *good = *good && n < 256;
        *ip = *ip << 8 | (uint32_t)(n & 255);
    }
    return at;
}

static bool is_ip(struct span s, uint32_t *ip) {
    bool good;
    return read_ip(s, ip, &good) == s.len && s.len && good;
}

/* ADDRESS/MASK; a number of bits that is 0, or beyond 31, is 32. */
static int read_pattern(struct span text, uint32_t *ip, uint32_t *mask) {
    struct span address = span_cut(&text, '/');
    int64_t bits;
    if (!text.p) return BAD_MASK;
    if (!is_ip(text, mask)) {
        if (digits(text, text.len, &bits) != text.len) return BAD_MASK;
        *mask = bits > 0 && bits < 32 ? UINT32_MAX << (32 - bits) : UINT32_MAX;
    }
    return is_ip(address, ip) ? 1 : BAD_ADDRESS;
}

/* The body as its Content-Length tells; false: it has none. */
static bool read_body(struct kam_run *run, struct span *body) {
    size_t len;
    run->all_read = true;
    if (!kam_told_body(run, &len) || len == 0) return false;
    size_t at = kam_body_at(run);
    *body = (struct span){run->msg.bytes.p + at, len};
    if (at + len != run->msg.bytes.len)
        kam_run_stop(
            run, "mangler on a message whose Content-Length is not that of its body is not simulated, and "
                 "the run has reached it");
    return true;
}

/* The Content-Length as mangler sees it, after its own changes alone. */
static void tell_length(struct kam_run *run, size_t len, int64_t growth) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    if (growth == 0 || !h) return;
    struct buf b = {0};
    buf_addf(&b, "%lld", (long long)len + (long long)growth);
    kam_lump_replace(run->target, (size_t)(h->value.p - run->msg.bytes.p), h->value.len, buf_span(&b));
    buf_free(&b);
}

static void change(struct kam_run *run, struct span old, struct span text, int64_t *growth) {
    kam_lump_change(run, (size_t)(old.p - run->msg.bytes.p), old.len, text);
    *growth += (int64_t)text.len - (int64_t)old.len;
}

/* sdp_mangle_ip(ADDRESS/MASK, text): how many were replaced, and one more */
static int sdp_mangle_ip(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const struct span before = SPAN_INIT("c=IN IP4 ");
    struct span body, left;
    uint32_t wanted, mask, ip;
    int64_t growth = 0;
    int replaced = 0, why;
    bool good;
    (void)count;
    if (!read_body(run, &body)) return NO_BODY;
    if ((why = read_pattern(args[0].s, &wanted, &mask)) < 0) return why;
    left = body;
    for (ptrdiff_t at; (at = span_search(left, before)) >= 0;) {
        left = span_skip(left, (size_t)at + before.len);
        size_t len = read_ip(left, &ip, &good);
        if (len && good && (ip & mask) == (wanted & mask)) {
            change(run, span_head(left, len), args[1].s, &growth);
            replaced++;
        }
        left = span_skip(left, len);
    }
    tell_length(run, body.len, growth);
    return replaced + 1;
}

/* "m=audio 4000": the port behind the next one; empty: there are no more. */
static struct span next_port(struct span *left) {
    for (ptrdiff_t at; (at = span_search(*left, SPAN("m="))) >= 0;) {
        int64_t n;
        size_t word = 0;
        *left = span_skip(*left, (size_t)at + 2);
        while (word < left->len && left->p[word] >= 'a' && left->p[word] <= 'z')
            word++;
        if (word == 0 || word >= left->len || left->p[word] != ' ') continue;
        struct span port = span_skip(*left, word + 1);
        port.len = digits(port, 5, &n);
        if (port.len) return port;
    }
    return (struct span){0};
}

/* sdp_mangle_port(text): +N and -N are added, N takes the place */
static int sdp_mangle_port(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span body, left, port, text = args[0].s;
    int64_t offset, old, growth = 0;
    struct buf b = {0};
    int replaced = 0;
    (void)count;
    if (!read_body(run, &body)) return NO_BODY;
    bool minus = text.len && text.p[0] == '-', relative = minus || (text.len && text.p[0] == '+');
    if (digits(span_skip(text, relative), 9, &offset) == 0) return NO_OFFSET;
    if (offset > PORT_MAX) return BAD_OFFSET;
    left = body;
    while ((port = next_port(&left)).len) {
        digits(port, port.len, &old);
        int64_t new = relative ? old + (minus ? -offset : offset) : offset;
        if (old < 1 || old > PORT_MAX || new < 1 || new > PORT_MAX) continue;
        buf_reset(&b);
        buf_addf(&b, "%lld", (long long)new);
        change(run, port, buf_span(&b), &growth);
        replaced++;
    }
    buf_free(&b);
    tell_length(run, body.len, growth);
    return replaced + 1;
}

/* What stands behind host and port. */
static struct span behind_address(const struct uri *u, struct span uri) {
    struct span last = u->port.p ? u->port : u->host;
    return span_between(last.p + last.len, uri.p + uri.len);
}

/* sip:PREFIX*USER*PASSWORD*HOST*PORT*TRANSPORT*SOURCE*ITS PORT*@ADDRESS, and what stood behind host and port
 */
static int hide(struct buf *out, const struct kam_run *run, struct span uri, const struct kam_arg *args) {
    struct uri u;
    enum { A_NUMBER = -3 };
    int hidable = siputils_hidable(&u, uri);
    if (hidable < 0 || u.kind == URI_TEL) return hidable < 0 ? hidable : A_NUMBER;
    const struct span parts[] = {args[0].s, u.user, u.password, u.host, u.port, uri_param(&u, "transport")};
    ptrdiff_t colon = span_find(uri, ':');
    char c = separator_of(run);
    buf_add(out, span_head(uri, (size_t)colon + 1));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buf_add(out, parts[i]);
        buf_add_char(out, c);
    }
    buf_add(out, buf_span(&run->source_text));
    buf_add_char(out, c);
    if (run->source.port != SIP_PORT) buf_addf(out, "%u", (unsigned)run->source.port);
    buf_addf(out, "%c@" SPAN_FMT, c, SPAN_ARG(args[1].s));
    buf_add(out, behind_address(&u, uri));
    return 1;
}

enum { SOURCE = SIPUTILS_PARTS, SOURCE_PORT, SOURCE_PROTO, PARTS };

/* What is not hidden stays. */
static int show(struct buf *out, const struct kam_run *run, struct span uri, const struct kam_arg *args) {
    struct span parts[PARTS];
    (void)args;
    return siputils_show(out, parts, PARTS, uri, separator_of(run)) > 0;
}

static int encode_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return siputils_rewrite_contacts(run, args, hide, SIPUTILS_LAST_FAILS);
}

static int decode_contact_header(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return siputils_rewrite_contacts(run, args, show, SIPUTILS_LAST_FAILS);
}

/* The Request-URI; it goes back to where the contact came from. */
static int decode_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span parts[PARTS];
    struct buf b = {0};
    (void)args, (void)count;
    int result = siputils_show(&b, parts, PARTS, kam_run_uri(run), separator_of(run));
    if (result < 0) return buf_free(&b), result;
    kam_run_set_uri(run, buf_span(&b));
    buf_reset(&b);
    buf_addf(&b, "sip:" SPAN_FMT, SPAN_ARG(parts[SOURCE]));
    if (parts[SOURCE_PORT].len) buf_addf(&b, ":" SPAN_FMT, SPAN_ARG(parts[SOURCE_PORT]));
    if (parts[SOURCE_PROTO].len) buf_addf(&b, ";transport=" SPAN_FMT, SPAN_ARG(parts[SOURCE_PROTO]));
    if (parts[SOURCE].len) kam_run_set_next_hop(run, buf_span(&b));
    buf_free(&b);
    return 1;
}

#define EDITED (KAM_REQUEST_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE)
static const struct kam_function functions[] = {
    {"sdp_mangle_ip", 2, 2, EDITED, sdp_mangle_ip, {ARG_TEXT, ARG_TEXT}, .expressions = true},
    {"sdp_mangle_port", 1, 1, EDITED, sdp_mangle_port, {ARG_TEXT}, .expressions = true},
    {"encode_contact", 2, 2, EDITED, encode_contact, {ARG_TEXT, ARG_TEXT}, .expressions = true},
    {"decode_contact", 0, 0, KAM_REQUEST_ROUTE, decode_contact},
    {"decode_contact_header", 0, 0, EDITED, decode_contact_header},
    {0}};

static const struct kam_param params[] = {
    {KAM_TEXT("contact_flds_separator", ""), KAM_INTO(struct mangler, separator)}, {0}};

const struct kam_module kam_mangler_module = {
    .name = "mangler", .functions = functions, .params = params, .data_size = sizeof(struct mangler)};
