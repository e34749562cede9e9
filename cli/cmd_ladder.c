/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/mem.h"
#include "cli/ladder_file.h"
#include "view/capture_record.h"

#include <stdlib.h>

struct ladder_command {
    struct ladder_files files;
    struct capture_name *names;
    size_t name_count, name_cap;
    const char *format, *color, *title, *call; /* NULL: not given */
    bool colour, quiet;
};

/* ADDRESS=NAME or ADDRESS:PORT=NAME */
static int add_name(struct ladder_command *o, const char *value) {
    struct span address = span_of(value);
    ptrdiff_t equals = span_find(address, '=');
    struct udp_address a = {0};
    uint64_t port = 0;
    if (equals > 0 && value[equals + 1]) {
        address.len = (size_t)equals;
        ptrdiff_t colon = span_find(address, ':');
        struct span ip = colon < 0 ? address : span_head(address, (size_t)colon);
        if (ipv4_parse(ip, &a.ip) &&
            (colon < 0 || (span_to_u64(span_skip(address, ip.len + 1), 65535, &port) && port))) {
            a.port = (uint16_t)port;
            for (const char *c = value + equals + 1; *c; c++)
                if (*c <= ' ' || *c > '~')
                    return cli_error("ladder: --name %s: a name is letters, digits and signs", value);
            o->names = mem_room(o->names, o->name_count, &o->name_cap, sizeof *o->names);
            o->names[o->name_count++] = (struct capture_name){a, value + equals + 1};
            return EXIT_GOOD;
        }
    }
    return cli_error("ladder: --name: expected ADDRESS=NAME or ADDRESS:PORT=NAME, got \"%s\"", value);
}

/* "12 messages, 2 calls; not drawn: 3 other UDP, 4 TCP" */
static void tell(const struct ladder *l, const struct capture_told *told, const struct reader *capture) {
    const char *separator = "; not drawn: ";
    fprintf(stderr, "%zu message%s, %zu call%s", told->messages, told->messages == 1 ? "" : "s",
            l->call_count, l->call_count == 1 ? "" : "s");
    size_t failed = 0;
    for (size_t i = 0; i < l->call_count; i++)
        failed += l->calls[i].failed;
    if (failed) fprintf(stderr, ", %zu of them came to nothing", failed);
    if (told->twice) fprintf(stderr, "%s%zu seen twice", separator, told->twice), separator = ", ";
    if (told->other) fprintf(stderr, "%s%zu other UDP", separator, told->other), separator = ", ";
    for (enum reader_other k = 0; k < READER_OTHERS; k++) {
        if (!capture->others[k]) continue;
        fprintf(stderr, "%s%llu %s", separator, (unsigned long long)capture->others[k], reader_other_name(k));
        separator = ", ";
    }
    fputc('\n', stderr);
}

static int nothing(const struct ladder_command *o, const char *path, const struct reader *capture) {
    if (o->call) return cli_error("%s: no SIP message has a Call-ID with \"%s\" in it", path, o->call);
    return cli_error("%s: holds no SIP over UDP and IPv4%s", path,
                     capture->others[OTHER_TCP]    ? "; TCP is not drawn"
                     : capture->others[OTHER_IPV6] ? "; IPv6 is not drawn"
                                                   : "");
}

static int draw(struct ladder_command *o, const char *path, const struct reader *capture) {
    struct record record = {0};
    struct capture_told told;
    struct pool pool;
    struct buf title = {0};
    struct capture_record_options options = {o->names, o->name_count, o->call};
    pool_init(&pool);
    capture_record(&record, &told, &pool, capture, &options);
    int status = EXIT_GOOD;
    if (!told.messages)
        status = nothing(o, path, capture);
    else if (told.too_many)
        status = cli_error(
            "%s: more than %d hosts are too many for a ladder; --call TEXT draws only the calls with TEXT in "
            "their Call-ID",
            path, CAPTURE_HOSTS_MAX);
    if (status == EXIT_GOOD) status = ladder_files_open(&o->files);
    if (status == EXIT_GOOD) {
        buf_add(&title, o->title ? span_of(o->title) : cli_base_name(path));
        struct ladder *l = ladder_new(&record, buf_text(&title), NULL);
        l->start_ns = capture->start_ns + told.first_ns;
        status = ladder_files_write(&o->files, l, o->colour);
        cli_flush();
        if (!o->quiet) tell(l, &told, capture);
        ladder_free(l);
    }
    buf_free(&title);
    free(told.packets);
    record_free(&record);
    pool_free(&pool);
    return status;
}

static int run_file(struct ladder_command *o, const char *path) {
    struct reader capture = {0};
    char *error = NULL;
    int status = EXIT_BAD_INPUT;
    if (reader_load(&capture, path, &error))
        status = draw(o, strcmp(path, "-") ? path : "standard input", &capture);
    else
        cli_error("%s", error);
    free(error);
    reader_free(&capture);
    return status;
}

static int take_option(struct ladder_command *o, int c, const char *value) {
    switch (c) {
    case 'o': ladder_files_add(&o->files, cli_standard_name(value)); break;
    case 'f': o->format = value; break;
    case 'c': o->color = value; break;
    case 'C': o->call = value; break;
    case 't': o->title = value; break;
    case 'q': o->quiet = true; break;
    case 'n': return add_name(o, value);
    }
    return EXIT_GOOD;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"call", required_argument, NULL, 'C'},
                                            {"color", required_argument, NULL, 'c'},
                                            {"format", required_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"name", required_argument, NULL, 'n'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"title", required_argument, NULL, 't'},
                                            {0}};
    struct ladder_command o = {0};
    int status = EXIT_GOOD, c;
    while (status == EXIT_GOOD && (c = cli_option(self, argc, argv, "ho:q", options, &status)) >= 0)
        status = take_option(&o, c, optarg);
    if (status == EXIT_GOOD && c == -1) {
        if (argc - optind != 1)
            status = cli_error("ladder: expected one capture, got %d", argc - optind);
        else
            status = cli_colour(&o.colour, self, o.color);
        if (!o.files.count) ladder_files_add(&o.files, "-");
        if (status == EXIT_GOOD) status = ladder_files_settle(&o.files, self, "-o", o.format, "txt");
        if (status == EXIT_GOOD) status = run_file(&o, cli_standard_name(argv[optind]));
    }
    ladder_files_free(&o.files);
    free(o.names);
    return status;
}

const struct command cmd_ladder = {
    .name = "ladder",
    .summary = "draw the SIP of any capture as a ladder",
    .help =
        "usage: siptwin ladder FILE.pcap [-o FILE]... [--name ADDRESS=NAME]... [--call TEXT] [--title TEXT]\n"
        "                      [--format FORMAT] [--color WHEN] [-q]\n"
        "\n"
        "Draws the SIP messages of a capture (pcap or pcapng; - is standard input), whoever recorded it:\n"
        "UDP over IPv4 on any port, through VLAN tags, from fragments put together. Frames that hold\n"
        "something else, TCP say, are only counted. Hosts are addresses, in the order in which they\n"
        "appear; where an address talks to itself, addresses with ports.\n"
        "\n"
        "  -o, --output FILE       where to: .txt (text), .mmd (Mermaid), .svg, .html (a page to explore) "
        "or\n"
        "                          .json (docs/ladder.md). May be given again. Default: text on standard\n"
        "                          output, as wide as the terminal\n"
        "      --name ADDRESS=NAME what to call a host; ADDRESS:PORT=NAME makes a host of that port\n"
        "      --call TEXT         draws only the calls with TEXT in their Call-ID\n"
        "      --title TEXT        the title; default: the file's name\n"
        "      --format FORMAT     txt, mmd, svg, html or json, whatever the names say\n"
        "      --color WHEN        always, never, or auto (the default): on a terminal, unless NO_COLOR\n"
        "                          is set\n"
        "  -q, --quiet             no summary\n"
        "\n"
        "Exit status: 0 drawn, 2 bad usage or bad input.\n",
    .run = run,
};
