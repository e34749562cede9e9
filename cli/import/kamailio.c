/* SPDX-License-Identifier: MIT */
/* A Kamailio's command line. */
#include "cli/import/import.h"

#include "base/infile.h"

enum kind { NOTHING, REFUSED, CONFIG, LISTEN, CHILDREN, MODPARAM, DEFINE };

/* `kamailio -h` */
static const struct option {
    const char *name;
    enum kind kind;
    bool value;
} options[] = {
    {"-f", CONFIG, true},
    {"-l", LISTEN, true},
    {"-n", CHILDREN, true},
    {"--modparam", MODPARAM, true},
    {"-D", NOTHING, false},
    {"-E", NOTHING, false},
    {"-e", NOTHING, false},
    {"-d", NOTHING, false},
    {"-T", NOTHING, false},
    {"-S", NOTHING, false},
    {"-m", NOTHING, true},
    {"-M", NOTHING, true},
    {"-P", NOTHING, true},
    {"-G", NOTHING, true},
    {"-u", NOTHING, true},
    {"-g", NOTHING, true},
    {"-w", NOTHING, true},
    {"-Y", NOTHING, true},
    {"-L", NOTHING, true},
    {"-W", NOTHING, true},
    {"-N", NOTHING, true},
    {"-Q", NOTHING, true},
    {"-O", NOTHING, true},
    {"-x", NOTHING, true},
    {"-X", NOTHING, true},
    {"-b", NOTHING, true},
    {"-t", NOTHING, true},
    {"--debug", NOTHING, true},
    {"--log-engine", NOTHING, true},
    {"--atexit", NOTHING, true},
    {"--server-id", NOTHING, true},
    {"-a", REFUSED, true},
    {"--alias", REFUSED, true},
    {"-A", DEFINE, true},
    {"-r", REFUSED, false},
    {"-R", REFUSED, false},
    {"-K", REFUSED, false},
    {"-c", REFUSED, false},
    {"-h", REFUSED, false},
    {"-v", REFUSED, false},
    {"-V", REFUSED, false},
    {"-I", REFUSED, false},
    {"--loadmodule", REFUSED, true},
    {"--subst", REFUSED, true},
    {"--substdef", REFUSED, true},
    {"--substdefs", REFUSED, true},
    {"--cfg-print", REFUSED, false},
    {"--help", REFUSED, false},
    {"--version", REFUSED, false},
};

static const struct option *find(struct span name) {
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (span_is(name, options[i].name)) return &options[i];
    return NULL;
}

/* -l [udp:]ADDRESS[:PORT] */
static void take_listen(struct import *in, struct import_host *host, struct span text, struct source_pos at) {
    uint32_t ip;
    if (span_starts(text, "udp:")) text = span_skip(text, 4);
    struct span port = text, address = span_cut(&port, ':');
    if (span_starts(text, "tcp:") || span_starts(text, "tls:") || span_starts(text, "sctp:"))
        import_leave_out(in, import_text(in, "-l " SPAN_FMT, SPAN_ARG(text)), "only UDP is simulated");
    else if (!ipv4_parse(address, &ip) || (port.p && !span_is(port, "5060")))
        diag_error(&in->diag, at,
                   "-l " SPAN_FMT ": not simulated; write `listen=udp:ADDRESS:PORT` into the configuration",
                   SPAN_ARG(text));
    else if (!host->address.text.p)
        host->address = (struct import_word){arena_text(&in->arena, address), at};
}

/* --modparam=MODULE:PARAMETER:TYPE:VALUE */
static void take_modparam(struct import *in, struct import_host *host, struct span text,
                          struct source_pos at) {
    struct span value = text, module = span_cut(&value, ':'), name = span_cut(&value, ':'),
                type = span_cut(&value, ':');
    if (!value.p || !(span_is(type, "s") || span_is(type, "i"))) {
        diag_error(&in->diag, at, "--modparam: expected MODULE:PARAMETER:s|i:VALUE");
        return;
    }
    struct tree_node *modules = tree_get(host->settings, "modparam");
    if (!modules) tree_put(host->settings, SPAN("modparam"), at, modules = tree_map(at));
    const char *key = arena_text(&in->arena, module).p;
    struct tree_node *map = tree_get(modules, key);
    if (!map) tree_put(modules, module, at, map = tree_map(at));
    key = arena_text(&in->arena, name).p;
    if (!tree_get(map, key)) tree_put(map, name, at, tree_text(value, span_is(type, "i"), at));
}

/* -A NAME or -A NAME=VALUE */
static void take_define(struct import_host *host, struct span text, struct source_pos at) {
    struct tree_node *map = tree_get(host->settings, "defines");
    struct span value = text, name = span_cut(&value, '=');
    if (!map) tree_put(host->settings, SPAN("defines"), at, map = tree_map(at));
    for (const struct tree_node *n = map->first; n; n = n->next)
        if (span_is(name, n->key)) return;
    tree_put(map, name, at, tree_text(value.p ? value : SPAN(""), false, at));
}

static void take(struct import *in, struct import_host *host, const struct option *option, struct span value,
                 struct source_pos at) {
    switch (option->kind) {
    case NOTHING: import_leave_out(in, span_of(option->name), NULL); break;
    case REFUSED: diag_error(&in->diag, at, "Kamailio's option %s: not simulated", option->name); break;
    case CONFIG: import_put(in, host->settings, "config", import_path(in, host->place, value), at); break;
    case LISTEN: take_listen(in, host, value, at); break;
    case CHILDREN: import_put(in, host->settings, "children", value, at); break;
    case DEFINE: take_define(host, value, at); break;
    case MODPARAM: take_modparam(in, host, value, at); break;
    }
}

/* One word of options as getopt_long takes them: --name=value, -DDE, -fFILE. The words taken; 0 after an
 * error. */
static size_t take_word(struct import *in, struct import_host *host, const struct import_word *words,
                        size_t count) {
    struct span word = words[0].text;
    struct source_pos at = words[0].at;
    bool is_long = span_starts(word, "--");
    for (size_t i = 1; i < word.len; i++) {
        struct span value = word, name = is_long ? span_cut(&value, '=') : import_text(in, "-%c", word.p[i]);
        const struct option *option = find(name);
        if (!option) {
            diag_error(&in->diag, at, "Kamailio 5.6.3 has no option " SPAN_FMT, SPAN_ARG(name));
            return 0;
        }
        if (!is_long) value = i + 1 < word.len ? span_skip(word, i + 1) : (struct span){0};
        if (option->value && !value.p && count < 2) {
            diag_error(&in->diag, at, "Kamailio's option %s needs a value", option->name);
            return 0;
        }
        bool apart = option->value && !value.p;
        take(in, host, option, arena_text(&in->arena, apart ? words[1].text : value),
             apart ? words[1].at : at);
        if (option->value || is_long) return 1 + apart;
    }
    return 1;
}

/* A `listen = "udp:ADDRESS:PORT"` of a configuration, as far as it is that simple; port p NULL: none. */
static bool read_listen(struct span line, struct span *address, struct span *port) {
    uint32_t ip;
    struct span value = line, key = span_trim(span_cut(&value, '='));
    if (!value.p || !span_is(key, "listen")) return false;
    value = span_trim(value);
    if (value.len && value.p[0] == '"') value = span_skip(value, 1);
    if (span_starts(value, "udp:")) value = span_skip(value, 4);
    size_t len = 0, digits = 1;
    while (len < value.len && (ascii_digit((unsigned char)value.p[len]) || value.p[len] == '.'))
        len++;
    *address = span_head(value, len);
    *port = span_skip(value, len);
    while (digits < port->len && ascii_digit((unsigned char)port->p[digits]))
        digits++;
    *port = digits > 1 && port->p[0] == ':' ? span_skip(span_head(*port, digits), 1) : (struct span){0};
    return ipv4_parse(*address, &ip) && ip >> 24 != 127;
}

/* The variables of the container that the configuration may ask for. */
static void take_environment(struct import_host *host, struct span config) {
    const struct import_words *variables = &host->place->variables;
    struct tree_node *map = NULL;
    for (size_t i = 0; i < variables->count && span_search(config, SPAN("env")) >= 0; i++) {
        struct span value = variables->list[i].text, name = span_cut(&value, '=');
        struct source_pos at = variables->list[i].at.source ? variables->list[i].at : host->at;
        if (!name.len || span_search(config, name) < 0) continue;
        if (!map) tree_put(host->settings, SPAN("environment"), host->at, map = tree_map(host->at));
        tree_put(map, name, at, tree_text(value, false, at));
    }
}

/* Where the configuration listens says where others find it, if nothing else does. */
static void take_config(struct import *in, struct import_host *host) {
    const struct tree_node *config = tree_get(host->settings, "config");
    struct buf text = {0}, path = {0};
    struct span address, port;
    const char *why;
    bool found = false;
    if (config->text[0] != '/') buf_addf(&path, SPAN_FMT "/", SPAN_ARG(in->folder));
    buf_addf(&path, "%s", config->text);
    if (!infile_read(&text, buf_text(&path), SOURCE_MAX, &why)) buf_reset(&text);
    for (struct span left = buf_span(&text); left.len && !found;) {
        if (!read_listen(span_cut(&left, '\n'), &address, &port)) continue;
        found = !host->address.text.p || span_eq(host->address.text, address);
        if (!found) continue;
        host->address.text = arena_text(&in->arena, address);
        if (!host->address.at.source) host->address.at = host->at;
        if (port.p) host->port = (struct import_word){arena_text(&in->arena, port), host->at};
    }
    take_environment(host, buf_span(&text));
    buf_free(&text);
    buf_free(&path);
}

void import_kamailio(struct import *in, struct import_host *host, const struct import_word *words,
                     size_t count) {
    for (size_t i = 0, taken; i < count; i += taken) {
        if (words[i].text.len < 2 || words[i].text.p[0] != '-') {
            diag_error(&in->diag, words[i].at, "\"" SPAN_FMT "\" is no option of Kamailio",
                       SPAN_ARG(words[i].text));
            return;
        }
        taken = take_word(in, host, words + i, count - i);
        if (!taken) return;
    }
    if (!tree_get(host->settings, "config"))
        import_put(in, host->settings, "config",
                   import_path(in, host->place, SPAN("/etc/kamailio/kamailio.cfg")), host->at);
    take_config(in, host);
}
