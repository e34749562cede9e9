/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "cli/recording.h"
#include "model/lab/unit.h"
#include "view/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Differing datagrams that are shown. */
#define LIMIT_DEFAULT 40
#define LIMIT_MAX     1000000000

/* One of the captures of a side. */
struct point {
    const char *host; /* NULL: a file */
    char *label;
    struct reader capture;
};

/* What the user named: a capture or a scenario. */
struct side {
    const char *name;
    char letter;
    const char **set; /* overrides */
    size_t set_count, set_cap;
    bool is_file;
    struct recording recording;
    struct point *points;
    size_t point_count;
};

struct compare_command {
    struct side sides[2];
    struct compare_options options;
    const char *tolerance, *color, *html; /* NULL: not given */
    size_t limit;
    bool quiet, colour;
};

static void add_set(struct side *s, const char *text) {
    s->set = mem_room(s->set, s->set_count, &s->set_cap, sizeof *s->set);
    s->set[s->set_count++] = text;
}

/* Everything that is there and no folder is a capture; so is what is called like one. */
static bool is_capture(const char *name) {
    static const char *const suffixes[] = {".pcap", ".pcapng", ".cap"};
    struct stat st;
    struct span s = span_of(name);
    if (strcmp(name, "-") == 0) return true;
    if (stat(name, &st) == 0) return !S_ISDIR(st.st_mode);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (s.len > strlen(suffixes[i]) && span_is(span_skip(s, s.len - strlen(suffixes[i])), suffixes[i]))
            return true;
    return false;
}

/* Adds a point of a side; the label is owned. Returns where its capture goes. */
static struct reader *add_point(struct side *s, const char *host, char *label) {
    s->points[s->point_count] = (struct point){.host = host, .label = label};
    return &s->points[s->point_count++].capture;
}

static int open_file(struct side *s) {
    char *error = NULL;
    if (s->set_count)
        return cli_error("compare: --set-%c is for a scenario, but %s is a capture", s->letter, s->name);
    s->points = mem_new(sizeof *s->points);
    struct reader *capture =
        add_point(s, NULL, mem_text(strcmp(s->name, "-") ? span_of(s->name) : SPAN("standard input")));
    if (!reader_load(capture, s->name, &error)) {
        cli_error("%s", error);
        free(error);
        return EXIT_BAD_INPUT;
    }
    if (capture->count == 0)
        return cli_error("%s: holds no UDP datagram over IPv4%s", s->points[0].label,
                         capture->others[OTHER_IPV6]  ? "; SIP over IPv6 is not compared"
                         : capture->others[OTHER_TCP] ? "; SIP over TCP is not compared"
                                                      : "");
    return EXIT_GOOD;
}

/* "03_proxy_stateful@uas (hosts.uas.sipp.ring_after=10s)" */
static char *label_of(const struct side *s, const char *name, const char *host) {
    struct buf label = {0};
    buf_add(&label, cli_base_name(name));
    if (host) buf_addf(&label, "@%s", host);
    for (size_t i = 0; i < s->set_count; i++)
        buf_addf(&label, "%s%s", i ? ", " : " (", s->set[i]);
    if (s->set_count) buf_add_char(&label, ')');
    buf_text(&label);
    return label.p;
}

static int take_captures(struct side *s, const char *name, const char *picked) {
    const struct recording *r = &s->recording;
    s->points = mem_new(r->count * sizeof *s->points);
    for (size_t i = 0; i < r->count; i++) {
        const struct recording_capture *c = &r->captures[i];
        char *error = NULL;
        struct reader *capture =
            add_point(s, c->host, label_of(s, name, picked || r->count > 1 ? c->host : NULL));
        if (reader_load_bytes(capture, buf_span(&c->bytes), name, &error)) continue;
        cli_error("%s", error);
        free(error);
        return EXIT_BAD_INPUT;
    }
    return EXIT_GOOD;
}

/* SCENARIO, or SCENARIO@HOST for the capture at one host. */
static int open_scenario(struct side *s) {
    const char *at = strrchr(s->name, '@');
    struct stat st;
    bool picked = at && at != s->name && stat(s->name, &st) != 0;
    char *name = mem_text(picked ? span_between(s->name, at) : span_of(s->name));
    const char **set = mem_new((s->set_count + 1) * sizeof *set);
    size_t count = 0;
    struct buf folder = {0}, point = {0};
    struct diag diag = {0};
    if (picked) {
        buf_addf(&point, "capture.at=%s", at + 1);
        set[count++] = buf_text(&point);
    }
    for (size_t i = 0; i < s->set_count; i++)
        set[count++] = s->set[i];
    int status = EXIT_BAD_INPUT;
    if (cli_find_scenario(&folder, name)) {
        status = recording_make(&s->recording, buf_text(&folder), set, count, &diag);
        cli_report(&diag);
        if (status == EXIT_GOOD) status = take_captures(s, name, picked ? at + 1 : NULL);
    }
    buf_free(&folder);
    buf_free(&point);
    free(set);
    free(name);
    return status;
}

static int open_side(struct side *s) {
    s->is_file = is_capture(s->name);
    return s->is_file ? open_file(s) : open_scenario(s);
}

static void close_side(struct side *s) {
    for (size_t i = 0; i < s->point_count; i++) {
        reader_free(&s->points[i].capture);
        free(s->points[i].label);
    }
    free(s->points);
    free(s->set);
    recording_free(&s->recording);
}

/* --html FILE.html; of several capture points each has its own, FILE.HOST.html. */
static int write_page(const struct compare_command *o, const char *host, const struct compare *c) {
    struct buf text = {0}, page = {0}, path = {0};
    struct span name = span_of(o->html), suffix = SPAN(".html");
    compare_write(&text, c, o->limit, false);
    compare_html_write(&page, c, buf_span(&text));
    bool has = name.len > suffix.len && span_eq(span_skip(name, name.len - suffix.len), suffix);
    buf_add(&path, has && host ? span_head(name, name.len - suffix.len) : name);
    if (host) buf_addf(&path, ".%s%s", host, has ? ".html" : "");
    const char *why = outfile_write(buf_text(&path), buf_span(&page));
    int status = why ? cli_error("%s: %s", outfile_label(path.p), why) : EXIT_GOOD;
    buf_free(&text);
    buf_free(&page);
    buf_free(&path);
    return status;
}

/* Compares two captures; EXIT_GOOD or EXIT_DIFFERENT; or EXIT_BAD_INPUT: the page could not be written. */
static int compare_points(const struct compare_command *o, const struct point *a, const struct point *b) {
    const struct recording *ra = &o->sides[0].recording, *rb = &o->sides[1].recording;
    struct compare_side sa = {a->label, &a->capture, ra->hosts, ra->host_count};
    struct compare_side sb = {b->label, &b->capture, rb->hosts, rb->host_count};
    struct compare c;
    compare_init(&c, &sa, &sb, &o->options);
    bool same = compare_same(&c);
    if (!o->quiet) {
        struct buf text = {0};
        compare_write(&text, &c, o->limit, o->colour);
        fwrite(text.p, 1, text.len, stdout);
        buf_free(&text);
    }
    int status = same ? EXIT_GOOD : EXIT_DIFFERENT;
    if (o->html && write_page(o, o->sides[0].point_count > 1 ? a->host : NULL, &c) != EXIT_GOOD)
        status = EXIT_BAD_INPUT;
    compare_free(&c);
    return status;
}

static const struct point *find_point(const struct side *s, const char *host) {
    for (size_t i = 0; i < s->point_count; i++)
        if (strcmp(s->points[i].host, host) == 0) return &s->points[i];
    return NULL;
}

/* The capture points of both sides, by host. */
static int compare_all_points(const struct compare_command *o) {
    const struct side *a = &o->sides[0], *b = &o->sides[1];
    int status = EXIT_GOOD;
    for (size_t i = 0; i < a->point_count; i++) {
        const struct point *other = find_point(b, a->points[i].host);
        if (!o->quiet) printf("%sat %s:\n", i ? "\n" : "", a->points[i].host);
        if (!other && !o->quiet) printf("different: a capture point only in A\n");
        int one = other ? compare_points(o, &a->points[i], other) : EXIT_DIFFERENT;
        if (one > status) status = one;
    }
    for (size_t i = 0; i < b->point_count; i++) {
        if (find_point(a, b->points[i].host) || status == EXIT_BAD_INPUT) continue;
        if (!o->quiet) printf("\nat %s:\ndifferent: a capture point only in B\n", b->points[i].host);
        status = EXIT_DIFFERENT;
    }
    return status;
}

/* A side with several captures cannot be held against a side with one. */
static int ambiguous(const struct side *many, const struct side *one) {
    struct buf hosts = {0};
    for (size_t i = 0; i < many->point_count; i++)
        buf_addf(&hosts, "%s%s@%s", i ? ", " : "", many->name, many->points[i].host);
    int status = cli_error("compare: %s has %zu capture points, %s has one; choose: %s", many->name,
                           many->point_count, one->name, buf_text(&hosts));
    buf_free(&hosts);
    return status;
}

static int compare_sides(struct compare_command *o) {
    struct side *a = &o->sides[0], *b = &o->sides[1];
    if (strcmp(a->name, "-") == 0 && strcmp(b->name, "-") == 0)
        return cli_error("compare: only one of the two can be standard input");
    int status = open_side(a);
    if (status == EXIT_GOOD) status = open_side(b);
    if (status == EXIT_GOOD && a->point_count > 1 && b->point_count == 1) status = ambiguous(a, b);
    if (status == EXIT_GOOD && b->point_count > 1 && a->point_count == 1) status = ambiguous(b, a);
    if (status == EXIT_GOOD)
        status =
            a->point_count == 1 ? compare_points(o, &a->points[0], &b->points[0]) : compare_all_points(o);
    return status;
}

/* "20ms", "0.5%", "70ms+0.5%" */
static int read_tolerance(struct compare_options *o, const char *value) {
    struct span left = span_of(value);
    o->tolerance_ns = 0;
    o->tolerance_ppm = 0;
    do {
        ptrdiff_t plus = span_find(left, '+');
        struct span part = plus < 0 ? left : span_head(left, (size_t)plus);
        bool share = part.len && part.p[part.len - 1] == '%';
        const char *expected =
            share ? unit_share(&o->tolerance_ppm, part) : unit_duration(&o->tolerance_ns, part);
        if (expected)
            return cli_error("compare: --tolerance: expected %s, or both as 70ms+0.5%%, got \"%s\"", expected,
                             value);
        left = span_skip(left, part.len + 1);
    } while (left.len);
    return EXIT_GOOD;
}

static int read_ignore(struct compare_ignore *ignore, const char *value) {
    for (struct span left = span_of(value); left.len;) {
        ptrdiff_t comma = span_find(left, ',');
        struct span name = span_trim(comma < 0 ? left : span_head(left, (size_t)comma));
        const char *meant = NULL;
        if (name.len && !compare_ignore_add(ignore, name, &meant))
            return cli_error("compare: --ignore: unknown field \"" SPAN_FMT "\"%s%s%s", SPAN_ARG(name),
                             meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
        left = comma < 0 ? (struct span){0} : span_skip(left, (size_t)comma + 1);
    }
    return EXIT_GOOD;
}

static int read_limit(size_t *limit, const char *value) {
    uint64_t n;
    if (!span_to_u64(span_of(value), LIMIT_MAX, &n))
        return cli_error("compare: --limit: expected a number, 0 for no limit, got \"%s\"", value);
    *limit = (size_t)n;
    return EXIT_GOOD;
}

static int take_option(struct compare_command *o, int c, const char *value) {
    switch (c) {
    case 'a': add_set(&o->sides[0], value); break;
    case 'b': add_set(&o->sides[1], value); break;
    case 'c': o->color = value; break;
    case 'H': o->html = cli_standard_name(value); break;
    case 'i': return read_ignore(&o->options.scope.ignore, value);
    case 'n': return read_limit(&o->limit, value);
    case 'q': o->quiet = true; break;
    case 's': o->options.scope.strict = true; break;
    case 't': o->tolerance = value; return read_tolerance(&o->options, value);
    }
    return EXIT_GOOD;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"color", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"html", required_argument, NULL, 'H'},
                                            {"ignore", required_argument, NULL, 'i'},
                                            {"limit", required_argument, NULL, 'n'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"set-a", required_argument, NULL, 'a'},
                                            {"set-b", required_argument, NULL, 'b'},
                                            {"strict", no_argument, NULL, 's'},
                                            {"tolerance", required_argument, NULL, 't'},
                                            {0}};
    struct compare_command o = {.sides = {{.letter = 'a'}, {.letter = 'b'}}, .limit = LIMIT_DEFAULT};
    o.options.swap_ns = COMPARE_SWAP_NS;
    o.options.tolerance_ns = COMPARE_TOLERANCE_NS;
    o.options.tolerance_ppm = COMPARE_TOLERANCE_PPM;
    int status = EXIT_GOOD, c;
    while (status == EXIT_GOOD && (c = cli_option(self, argc, argv, "hq", options, &status)) >= 0)
        status = take_option(&o, c, optarg);
    if (status == EXIT_GOOD && c == -1) {
        status = cli_colour(&o.colour, self, o.color);
        if (o.html && strcmp(o.html, "-") == 0) o.quiet = true; /* standard output is the page's */
        if (status == EXIT_GOOD && argc - optind != 2)
            status = cli_error("compare: expected two captures or scenarios, got %d", argc - optind);
        if (o.options.scope.strict) {
            o.options.swap_ns = 0;
            if (!o.tolerance) o.options.tolerance_ns = o.options.tolerance_ppm = 0;
        }
        if (status == EXIT_GOOD) {
            o.sides[0].name = cli_standard_name(argv[optind]);
            o.sides[1].name = cli_standard_name(argv[optind + 1]);
            status = compare_sides(&o);
        }
    }
    close_side(&o.sides[0]);
    close_side(&o.sides[1]);
    compare_ignore_free(&o.options.scope.ignore);
    return status;
}

const struct command cmd_compare = {
    .name = "compare",
    .summary = "tell in what two captures or scenarios differ",
    .help =
        "usage: siptwin compare A B [--set-a KEY=VALUE]... [--set-b KEY=VALUE]... [--tolerance T]\n"
        "                       [--ignore FIELD,...] [--strict] [--limit N] [--color WHEN] [-q]\n"
        "                       [--html FILE]\n"
        "\n"
        "A and B are captures (pcap or pcapng; - is standard input) or scenarios, which are run. Of a\n"
        "scenario with several capture points each is compared; SCENARIO@HOST takes the one at HOST.\n"
        "\n"
        "Which datagrams belong together is found out call by call: Call-IDs, branches and addresses\n"
        "need not be equal for that. Then these fields are compared:\n"
        "\n"
        "  ip.src ip.dst ip.dsfield ip.flags.df ip.flags.mf ip.frag_offset ip.ttl ip.len\n"
        "  udp.srcport udp.dstport udp.length\n"
        "  sip.Request-Line sip.Status-Line, header fields as sip.Via or sip.X-Mine, sip.msg_hdr (the\n"
        "  line end after them), sip.msg_body; or udp.payload, all bytes of it\n"
        "  time (frame.time_relative, from the first datagram on)\n"
        "  frame.protocols: how many frames are not compared, because they are not UDP over IPv4\n"
        "  with --strict also ip.id ip.checksum udp.checksum, and frame: all other bytes\n"
        "\n"
        "      --set-a KEY=VALUE  overrides a value of scenario A for this run; --set-b of B\n"
        "      --tolerance T      how far times may be apart: 20ms, 0.5% (of the time), or 70ms+0.5%,\n"
        "                         the default: two runs of the same real lab differ by so much\n"
        "      --ignore FIELD,... do not compare these fields\n"
        "      --strict           compare every byte and nanosecond, as two runs of siptwin allow it:\n"
        "                         no tolerance unless given, and no two datagrams may change places.\n"
        "                         Otherwise those of two pairs of hosts may, within 1 ms\n"
        "      --limit N          show at most N datagrams that differ, default 40, 0: all\n"
        "      --color WHEN       always, never, or auto (the default): on a terminal, unless NO_COLOR\n"
        "                         is set\n"
        "      --html FILE        writes a page, too: both ladders beside each other, what differs marked\n"
        "  -q, --quiet            print nothing, only give the exit status\n"
        "\n"
        "In the flow, - marks a datagram that is only in A, + only in B, ~ out of order, ! different\n"
        "in some field, and t out of time.\n"
        "\n"
        "Exit status: 0 same, 1 different, 2 bad usage or bad input.\n",
    .run = run,
};
