/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/args.h"

#include "model/kamailio/script/method.h"
#include "model/kamailio/script/pv_name.h"
#include "model/net/datagram.h"
#include "model/sip/msg.h"

/* What a type may be in the file besides what it says, and what its variable must be. */
enum {
    VARIABLE = 1, /* one variable alone */
    NUMBER = 2,   /* ... that is a number */
    MAY_MISS = 4, /* ... the function has a rule of its own for one that has no value */
    FORMAT = 8    /* a text with variables */
};

static const unsigned char traits[] = {[ARG_NUMBER] = VARIABLE | NUMBER,
                                       [ARG_NUMERAL] = VARIABLE | NUMBER,
                                       [ARG_PV_NUMBER] = VARIABLE | NUMBER | MAY_MISS,
                                       [ARG_STATUS] = VARIABLE | NUMBER | MAY_MISS,
                                       [ARG_FLAGS] = VARIABLE | NUMBER | MAY_MISS,
                                       [ARG_WORD] = VARIABLE | MAY_MISS,
                                       [ARG_VARIABLE_OR_TEXT] = VARIABLE | MAY_MISS,
                                       [ARG_VARIABLE_OR_FORMAT] = VARIABLE | MAY_MISS | FORMAT,
                                       [ARG_FORMAT] = FORMAT,
                                       [ARG_KEY] = FORMAT,
                                       [ARG_LOG] = FORMAT | MAY_MISS,
                                       [ARG_REGEX] = VARIABLE,
                                       [ARG_LOG_LEVEL] = VARIABLE,
                                       [ARG_TYPES] = 0};

bool script_arg_takes_variable(enum kam_arg_type type) { return traits[type] & VARIABLE; }

bool script_arg_takes_format(enum kam_arg_type type) { return traits[type] & FORMAT; }

/* Digits with or without a sign, as far as an int goes; nothing at all is 0. */
static bool read_number(struct span s, int64_t *n) {
    uint64_t digits = 0;
    bool negative = s.len && s.p[0] == '-', is_signed = negative || (s.len && s.p[0] == '+');
    struct span rest = is_signed ? span_skip(s, 1) : s;
    if (s.len && !span_to_u64(rest, INT32_MAX, &digits)) return false;
    *n = negative ? -(int64_t)digits : (int64_t)digits;
    return true;
}

/* The number that a text begins with, as C reads it: none is 0. */
static int64_t read_front(struct span s) {
    bool negative = s.len && s.p[0] == '-';
    int64_t n = 0;
    for (size_t i = negative; i < s.len && ascii_digit((unsigned char)s.p[i]) && n < INT32_MAX; i++)
        n = n * 10 + (s.p[i] - '0');
    return negative ? -n : n;
}

static bool header_char(char c) {
    return ascii_alnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == '+' || c == '~';
}

struct span script_header_word(struct span s) {
    size_t len = 0;
    while (len < s.len && header_char(s.p[len]))
        len++;
    return span_head(s, len);
}

bool script_header_name(struct span s, struct span *name) {
    size_t len = script_header_word(s).len, end = len;
    while (end < s.len && (s.p[end] == ' ' || s.p[end] == '\t'))
        end++;
    if (len == 0 || (end < s.len && s.p[end] != ':')) return false;
    *name = s;
    if (sip_header_id(span_head(s, len)) != SIP_OTHER) name->len = len;
    return true;
}

/* INVITE|BYE, with commas too, blanks around the names, and one separator too many at the end. A method alone
 * may have any name. */
static const char *read_methods(struct span s) {
    bool all_known = true;
    size_t names = 0;
    for (struct span left = s; left.len; names++) {
        left = span_trim(left);
        struct span name = kam_method_word(left);
        if (name.len == 0)
            return s.len && names == 0 && left.len == 0 ? NULL : "must be a list of methods: INVITE|BYE";
        if (!kam_method_of(name)) all_known = false;
        left = span_trim(span_skip(left, name.len));
        if (left.len && left.p[0] != '|' && left.p[0] != ',') return "must be a list of methods: INVITE|BYE";
        if (left.len) left = span_skip(left, 1);
    }
    if (s.len == 0) return "must not be empty";
    return names > 1 && !all_known ? "must be a list of methods that Kamailio knows" : NULL;
}

/* Kamailio looks at the third letter: L_INFO, L_DBG ... */
static bool read_level(struct span s) { return s.len > 2 && s.p[2] != '\0' && strchr("ABCEWNID", s.p[2]); }

static bool read_facility(struct span s) {
    static const char *const names[] = {
        "AUTH", "AUTHPRIV", "CRON",   "DAEMON", "FTP",    "KERN",   "LPR",    "MAIL",   "NEWS",   "SYSLOG",
        "USER", "UUCP",     "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_starts_nocase(s, "LOG_") && span_is_nocase(span_skip(s, 4), names[i])) return true;
    return false;
}

static const char *read_pattern(struct span s, unsigned flags) {
    const char *why;
    struct regex *regex = regex_new(s, REGEX_ICASE | flags, &why, NULL);
    regex_free(regex);
    return regex ? NULL : "must be a regular expression";
}

/* TYPE/SUBTYPE and parameters, one of them; stars are read, too. */
static const char *read_mime(struct span s) {
    struct span type = span_trim(s), subtype = type;
    if (s.len == 0) return NULL;
    if (span_find(type, ',') >= 0) return "must be one type";
    type = span_trim(span_cut(&subtype, '/'));
    subtype = span_trim(span_cut(&subtype, ';'));
    return type.len && subtype.len && span_find(subtype, '/') < 0 ? NULL : "must be a type: application/sdp";
}

static const char *read_privacy(struct span s) {
    static const char *const words[] = {"none", "user", "header", "session", "id", "critical", "history"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is_nocase(s, words[i])) return NULL;
    return "must be a word of Privacy: id";
}

static const char *read_option(struct span s) {
    static const char *const options[] = {"path", "100rel", "timer", "eventlist", "gruu", "outbound"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (span_is_nocase(s, options[i])) return NULL;
    return "must be an option that Kamailio knows: path";
}

/* Decimal or 0x... */
static const char *read_bits(struct span s, int64_t *n) {
    uint64_t number = 0;
    *n = 0;
    if (span_starts_nocase(s, "0x")) {
        for (size_t i = 2; i < s.len; i++) {
            if (ascii_hex(s.p[i]) < 0 || i > 8) return "must be flags: 0x01";
            *n = *n * 16 + ascii_hex(s.p[i]);
        }
        return NULL;
    }
    if (s.len && !span_to_u64(s, 0xffff, &number)) return "must be flags: 0x01";
    *n = (int64_t)number;
    return NULL;
}

static bool address_parse(const struct kam_program *p, struct span text, uint32_t *ip) {
    return ipv4_parse(text, ip) || kam_program_address(p, text, ip);
}

static const char *read_next_hop(const struct kam_program *p, struct span s, int64_t *n) {
    struct span port = span_starts_nocase(s, "udp:") ? span_skip(s, 4) : s;
    uint64_t number = 5060;
    uint32_t ip;
    struct span host = span_cut(&port, ':');
    if (!address_parse(p, host, &ip))
        return "must be an IPv4 address or a host of the lab, and a port by UDP: udp:172.20.0.3:5060";
    if (port.len && !span_to_u64(port, 0xffff, &number)) return "must have a port";
    *n = (int64_t)ip << 16 | (int64_t)number;
    return NULL;
}

/* Alone, flags are taken for flags, and do nothing (facts: Kamailio 33). */
static const char *read_next_hop_or_bits(const struct kam_program *p, struct span s, int64_t *n) {
    if (span_starts(s, "0X") || read_bits(s, n)) return read_next_hop(p, s, n);
    *n = 0;
    return NULL;
}

static const char *read_port(struct span s, int64_t *n) {
    uint64_t number = 0;
    if (s.len && !span_to_u64(s, UINT32_MAX, &number)) return "must be a port";
    *n = (int64_t)(number & 0xffff);
    return NULL;
}

const char *script_arg_read(const struct kam_program *p, enum kam_arg_type type, struct span text,
                            struct kam_arg *out) {
    uint32_t ip;
    *out = (struct kam_arg){.s = text};
    switch (type) {
    case ARG_NUMBER:
    case ARG_NUMERAL:
    case ARG_PV_NUMBER:
    case ARG_STATUS:
    case ARG_NAMED_FLAG:
    case ARG_INTEGER: return read_number(text, &out->n) ? NULL : "must be a number";
    case ARG_FLAGS: return text.len && read_number(text, &out->n) ? NULL : "must be a number";
    case ARG_WORD: return text.len ? NULL : "must not be empty";
    case ARG_FLAG:
        return read_number(text, &out->n) && out->n >= 0 && out->n < 32 ? NULL
                                                                        : "must be a number from 0 to 31";
    case ARG_PERCENT: out->n = read_front(text); return out->n <= 100 ? NULL : "must be a number up to 100";
    case ARG_HEADER: return script_header_name(text, &out->s) ? NULL : "must be the name of a header";
    case ARG_METHODS: return read_methods(text);
    case ARG_ADDRESS:
        if (span_eq(text, (struct span){KAM_NEXT_HOP_HOST, sizeof KAM_NEXT_HOP_HOST - 1})) {
            out->n = -1;
            return NULL;
        }
        if (!address_parse(p, text, &ip)) return "must be an IPv4 address or a host of the lab";
        out->n = ip;
        return NULL;
    case ARG_PATTERN: return read_pattern(text, 0);
    case ARG_LINES: return read_pattern(text, REGEX_LINES);
    case ARG_MIME: return read_mime(text);
    case ARG_PRIVACY: return read_privacy(text);
    case ARG_PORT: return read_port(text, &out->n);
    case ARG_BITS: return read_bits(text, &out->n);
    case ARG_NEXT_HOP: return read_next_hop(p, text, &out->n);
    case ARG_NEXT_HOP_OR_BITS: return read_next_hop_or_bits(p, text, &out->n);
    case ARG_OPTION: return read_option(text);
    case ARG_DIRECTION:
        return span_is_nocase(text, "upstream") || span_is_nocase(text, "downstream")
                   ? NULL
                   : "must be upstream or downstream";
    case ARG_SEPARATOR: return text.len == 1 ? NULL : "must be one character";
    case ARG_LOG_LEVEL: return read_level(text) ? NULL : "must be a log level: L_INFO";
    case ARG_LOG_FACILITY: return read_facility(text) ? NULL : "must be a log facility: LOG_LOCAL0";
    default: return NULL;
    }
}

/* Of a variable: a number, or what $rm and $$ are as numbers. */
static bool number_of(const struct cfg_pv *pv, struct kam_value v, int64_t *n) {
    *n = pv->kind == CFG_PV_DOLLAR ? '$' : v.n;
    return v.type == KAM_INT || (v.type == KAM_STR && *n != 0);
}

static enum script_args_result of_variable(struct script *h, enum kam_arg_type type, const struct cfg_pv *pv,
                                           struct kam_arg *out) {
    struct kam_value v = script_pv(h, pv);
    *out = (struct kam_arg){0};
    if (type == ARG_NUMERAL && v.type == KAM_STR && !v.n)
        out->missing = !read_number(v.s, &out->n);
    else if (traits[type] & NUMBER)
        out->missing = !number_of(pv, v, &out->n);
    else if (v.type == KAM_NULL)
        out->missing = true;
    else
        out->s = script_text(h, v);
    return !out->missing || traits[type] & MAY_MISS ? SCRIPT_ARGS_GOOD : SCRIPT_ARGS_MISSING;
}

/* The value of an expression, read as if it stood in the file between quotes. */
static enum script_args_result of_expression(struct script *h, enum kam_arg_type type,
                                             const struct cfg_expr *e, struct kam_arg *out) {
    struct kam_value v;
    struct cfg_pv pv;
    if (!script_eval(h, e, &v)) return SCRIPT_ARGS_BAD;
    struct span text = script_text(h, v);
    size_t len = script_arg_takes_variable(type) ? script_pv_len(text) : 0;
    struct script_pv_maker maker = {.program = h->state->program, .arena = h->arena};
    bool variable = len && script_pv_make(&maker, span_head(text, len), &pv);
    buf_free(&maker.why);
    if (variable) return of_variable(h, type, &pv, out);
    if (script_arg_takes_format(type) && span_find(text, '$') >= 0) {
        struct buf b = {0};
        bool ok = kam_format(&b, h->run, text);
        *out = (struct kam_arg){.s = arena_text(h->arena, buf_span(&b))};
        buf_free(&b);
        return ok ? SCRIPT_ARGS_GOOD : SCRIPT_ARGS_BAD;
    }
    return script_arg_read(h->state->program, type, text, out) ? SCRIPT_ARGS_BAD : SCRIPT_ARGS_GOOD;
}

enum script_args_result script_args(struct script *h, const struct cfg_stmt *call,
                                    struct kam_arg room[KAM_ARGS_MAX], const struct kam_arg **out) {
    enum script_args_result result = SCRIPT_ARGS_GOOD;
    *out = call->known;
    if (!call->args) return result;
    *out = room;
    for (size_t i = 0; i < call->arg_count && result == SCRIPT_ARGS_GOOD; i++) {
        const struct cfg_arg *arg = &call->args[i];
        enum kam_arg_type type = call->function->args[i];
        room[i] = call->known[i];
        switch (arg->from) {
        case CFG_ARG_KNOWN: break;
        case CFG_ARG_VARIABLE: result = of_variable(h, type, arg->pv, &room[i]); break;
        case CFG_ARG_FORMAT:
            room[i].s = script_expand(h, arg->pieces);
            if (!room[i].s.p && !(traits[type] & MAY_MISS)) result = SCRIPT_ARGS_MISSING;
            break;
        case CFG_ARG_EXPRESSION: result = of_expression(h, type, arg->expr, &room[i]); break;
        }
    }
    return result;
}
