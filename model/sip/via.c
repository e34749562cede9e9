/* SPDX-License-Identifier: MIT */
#include "model/sip/via.h"

#include "model/sip/stops.h"

/* Behind the word at p: it goes up to a blank, a NUL or one of these characters. */
static const char *skip_word(const char *p, const char *end, unsigned stops) {
    return stop_skip_word(p, end, stops | STOP_NUL);
}

/* "SIP / 2.0 / UDP": three words with slashes; blanks around the slashes are allowed. */
static const char *parse_protocol(struct via *v, const char *p, const char *end) {
    for (int word = 0; word < 3; word++) {
        const char *from = p = stop_skip_blanks(p, end);
        p = word < 2 ? skip_word(p, end, STOP_SLASH)
                     : stop_skip_word(p, end, STOP_SLASH); /* a NUL may be in a transport */
        struct span s = span_between(from, p);
        if (word == 0 && !span_eq_nocase(s, SPAN("SIP"))) return NULL;
        if (word == 1 && !span_eq(s, SPAN("2.0"))) return NULL;
        if (s.len == 0) return NULL;
        v->transport = s;
        if (word == 2)
            return strchr("CDLPcdlp", s.p[0]) ? NULL : p; /* Kamailio stumbles over these letters */
        p = stop_skip_blanks(p, end);
        if (p == end || *p++ != '/') return NULL;
    }
    return NULL;
}

static const char *parse_sent_by(struct via *v, const char *p, const char *end) {
    const char *from = p = stop_skip_blanks(p, end);
    if (p < end && *p == '[') { /* an IPv6 reference */
        while (p < end && *p != ']')
            p++;
        if (p == end) return NULL;
        p++;
    } else {
        p = skip_word(p, end, STOP_COLON | STOP_SEMICOLON | STOP_COMMA | STOP_PAREN | STOP_BRACKET);
    }
    if (p == from) return NULL;
    v->host = span_between(from, p);
    const char *after = stop_skip_blanks(p, end);
    if (after < end && *after == ':') {
        const char *port = stop_skip_blanks(after + 1, end);
        p = skip_word(port, end, STOP_SEMICOLON | STOP_COMMA | STOP_PAREN);
        v->port = span_between(port, p);
        if (v->port.len == 0) return NULL;
    }
    v->sent_by = span_between(from, p);
    return p;
}

/* What a parameter is: where it goes, and whether it has a value. */
enum { NOWHERE = -1 };
enum value_rule { OTHER_VALUE, RPORT_VALUE, SOME_VALUE, BRANCH_VALUE /* its quotes must end */, NO_VALUE };
static const struct {
    struct span name;
    ptrdiff_t where;
    enum value_rule value;
} known_params[] = {
    {SPAN_INIT("branch"), offsetof(struct via, branch), BRANCH_VALUE},
    {SPAN_INIT("received"), offsetof(struct via, received), SOME_VALUE},
    {SPAN_INIT("rport"), offsetof(struct via, rport), RPORT_VALUE},
    {SPAN_INIT("maddr"), NOWHERE, SOME_VALUE},
    {SPAN_INIT("ttl"), NOWHERE, SOME_VALUE},
    {SPAN_INIT("i"), NOWHERE, SOME_VALUE},
    {SPAN_INIT("alias"), NOWHERE, NO_VALUE},
    {SPAN_INIT("a"), NOWHERE, NO_VALUE},                            /* the same */
    {SPAN_INIT("ali"), offsetof(struct via, branch), BRANCH_VALUE}, /* it counts as a branch */
    {SPAN_INIT("hidden"), NOWHERE, NO_VALUE},
};

/* A value. It may be absent or empty where another parameter follows, but absent only behind a blank. */
struct value {
    struct span text; /* p NULL: there is none */
    int quotes;
    bool after_blank;
    char next; /* the first character behind it that is no blank; NUL: there is none */
};

/* The value at p: a word, or quoted text without a backslash or a comma in it, whose quotes need not end.
 * NULL: it is neither. */
static const char *parse_value(struct value *value, const char *p, const char *end) {
    const char *from = p;
    if (p < end && *p == '"') {
        for (p++; p < end && *p != '"'; p++)
            if (*p == '\\' || *p == ',') return NULL;
        value->text = span_between(from + 1, p);
        value->quotes = p < end ? 2 : 1;
        return p < end ? p + 1 : p;
    }
    p = skip_word(p, end, STOP_SEMICOLON | STOP_COMMA | STOP_EQUALS | STOP_QUOTE);
    value->text = span_between(from, p);
    return p < end && (*p == '=' || *p == '"' || (*p == ',' && p == from)) ? NULL : p;
}

/* Does the value keep the rule? */
static bool value_fits(enum value_rule rule, const struct value *value) {
    bool absent = !value->text.p, empty = value->text.len == 0 && value->quotes == 0,
         last = value->next != ';';
    switch (rule) {
    case SOME_VALUE:
    case BRANCH_VALUE:
        if (absent) return value->after_blank && !last;
        return !(empty && last) && (rule == SOME_VALUE || value->quotes != 1);
    case NO_VALUE: return absent;
    case RPORT_VALUE: return !absent || value->next != '(';
    default: return !absent || !value->after_blank || (value->next != ',' && value->next != '(');
    }
}

/* Of several parameters of a name the last one counts. */
static bool keep_param(struct via *v, struct span name, struct span whole, const struct value *value) {
    enum value_rule rule = OTHER_VALUE;
    for (size_t i = 0; i < sizeof known_params / sizeof *known_params; i++) {
        if (!span_eq_nocase(name, known_params[i].name)) continue;
        rule = known_params[i].value;
        if (known_params[i].where == NOWHERE) break;
        struct via_param *param = (struct via_param *)((char *)v + known_params[i].where);
        struct span text = value->text; /* a closing quote stays behind where the parameter is replaced */
        *param =
            (struct via_param){value->quotes == 2 ? span_between(whole.p, text.p + text.len) : whole, text};
        break;
    }
    return value_fits(rule, value);
}

/* No name begins with one of these. */
enum { NO_NAME = STOP_PAREN | STOP_COLON | STOP_BRACKET };

struct param {
    struct span name, whole;
    struct value value;
};

/* The parameter that begins with the semicolon at p; returns the place behind it, NULL: it cannot be parsed.
 */
static const char *parse_param(struct param *param, const char *p, const char *end) {
    const char *from = p, *name = stop_skip_blanks(p + 1, end);
    struct value value = {0};
    p = stop_skip_word(name, end, STOP_EQUALS | STOP_SEMICOLON | STOP_COMMA);
    param->name = span_between(name, p);
    if (p == name || *name == '\0' || stop_bits[(unsigned char)*name] & NO_NAME) return NULL;
    const char *after = stop_skip_blanks(p, end);
    value.after_blank = after > p;
    if (after < end && *after == '=') {
        p = parse_value(&value, stop_skip_blanks(after + 1, end), end);
        if (!p) return NULL;
    } else if (after == end || *after == ';' || *after == ',') {
        p = after; /* of one without a value the blanks behind it are a part */
    }
    after = stop_skip_blanks(p, end);
    value.next = after < end ? *after : '\0';
    param->whole = span_between(from, p);
    param->value = value;
    return p;
}

/* Returns the place behind the last parameter; NULL: one cannot be parsed. */
static const char *parse_params(struct via *v, const char *p, const char *end) {
    for (struct param param;;) {
        const char *from = stop_skip_blanks(p, end);
        if (from == end || *from != ';') return p;
        p = parse_param(&param, from, end);
        if (!p || !keep_param(v, param.name, param.whole, &param.value)) return NULL;
    }
}

bool via_find_param(const struct via *v, struct span name, struct span *value) {
    const char *p = v->sent_by.p + v->sent_by.len, *end = v->whole.p + v->whole.len;
    struct param param;
    while ((p = stop_skip_blanks(p, end)) < end && (p = parse_param(&param, p, end)) != NULL) {
        if (!span_eq_nocase(param.name, name)) continue;
        bool is_text = param.value.text.len || param.value.quotes;
        *value = is_text ? param.value.text : (struct span){0};
        return true;
    }
    return false;
}

/* Skips comments, which have parentheses around them and may hold others. NULL: one does not end. */
static const char *skip_comments(const char *p, const char *end) {
    for (p = stop_skip_blanks(p, end); p < end && *p == '('; p = stop_skip_blanks(p, end)) {
        unsigned depth = 0;
        do {
            if (p == end) return NULL;
            depth += *p == '(';
            depth -= *p == ')';
            p++;
        } while (depth);
    }
    return p;
}

/*
 * "SIP/2.0/UDP host:port;branch=word", which nearly all begin with and most are: each character is asked once
 * then (280 instructions in place of 460). NULL: it begins in another way.
 */
static const char *parse_usual(struct via *v, const char *p, const char *end) {
    if (!span_starts(span_between(p, end), "SIP/2.0/UDP ")) return NULL;
    v->transport = (struct span){p + strlen("SIP/2.0/"), strlen("UDP")};
    const char *host = p + strlen("SIP/2.0/UDP ");
    p = skip_word(host, end, STOP_COLON | STOP_SEMICOLON | STOP_COMMA | STOP_BRACKET | STOP_PAREN);
    if (p == host || p == end) return NULL;
    v->host = span_between(host, p);
    if (*p == ':') {
        const char *port = ++p;
        while (p < end && ascii_digit(*p))
            p++;
        v->port = span_between(port, p);
        if (p == port) return NULL;
    }
    v->sent_by = span_between(host, p);
    if (!span_starts(span_between(p, end), ";branch=")) return NULL;
    const char *from = p, *value = p + strlen(";branch=");
    p = skip_word(value, end, STOP_SEMICOLON | STOP_COMMA | STOP_EQUALS | STOP_QUOTE);
    v->branch = (struct via_param){span_between(from, p), span_between(value, p)};
    return p > value ? p : NULL;
}

/* All that stands before the parameters. */
static const char *parse_begin(struct via *v, const char *p, const char *end) {
    *v = (struct via){0};
    p = parse_protocol(v, p, end);
    if (!p || p == end || !ascii_space(*p)) return NULL;
    return parse_sent_by(v, p, end);
}

bool via_parse(struct via *v, struct span value) {
    const char *end = value.p + value.len;
    *v = (struct via){0};
    const char *p = parse_usual(v, value.p, end);
    if (!p) p = parse_begin(v, value.p, end);
    if (!p) return false;
    p = parse_params(v, p, end);
    if (!p) return false;
    v->whole = v->text = span_between(value.p, p);
    if (p == end) return true;
    p = skip_comments(p, end);
    if (!p || (p < end && *p != ',')) return false;
    v->text = span_between(value.p, p);
    if (p == end) return true;
    for (; p < end && *p == ','; p = stop_skip_blanks(p + 1, end)) /* several are as one */
        v->text.len = (size_t)(p + 1 - v->text.p);
    v->rest = span_between(p, end);
    return true;
}
