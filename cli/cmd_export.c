/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/mem.h"
#include "cli/new_folder.h"
#include "cli/path.h"
#include "cli/recording.h"
#include "cli/run_lab.h"
#include "model/lab/flat.h"
#include "model/sip/msg.h"
#include "view/capture_record.h"
#include "view/words.h"

#include <stdlib.h>

/* What is exported. */
struct export {
    const struct command *self;
    const char *name; /* of the test: --name, or the scenario's */
    const char *folder;
    const char **set;
    size_t set_count, set_cap;
    struct run_scenario scenario;
    struct recording recording;
    struct lab_flat flat;
    struct words kinds; /* "method: INVITE", "code: 180" */
    uint64_t *counts;   /* one a kind */
    size_t count_cap;
};

static struct span capture_of(const struct export *e) { return buf_span(&e->recording.captures[0].bytes); }

/* The title as one line of ASCII. */
static void add_title(struct buf *out, const struct export *e) {
    buf_add_text(out, e->scenario.config->title);
}

static void add_description(struct buf *out, const struct export *e) {
    add_title(out, e);
    buf_add_text(out, ".\n");
    if (!e->scenario.config->description) return;
    buf_add_char(out, '\n');
    buf_add(out, span_trim(span_of(e->scenario.config->description)));
    buf_add_char(out, '\n');
}

/* Where the capture comes from: what reviewers ask. */
static void add_provenance(struct buf *out, const struct export *e, const char *files, const char *capture) {
    buf_addf(out,
             "`%s` is simulated: siptwin " SIPTWIN_VERSION
             " made it from the SIPp scenarios and the configuration in\n`%s/`. No host, "
             "name or number in it is anybody's. The same bytes come again from\n\n    ",
             capture, files);
    buf_addf(out, "siptwin run %s -w %s\n", files, capture);
    for (size_t i = 0; i < e->set_count; i++) {
        buf_add_text(out, i ? ", " : "\nOf the scenario it was changed: ");
        buf_addf(out, "`%s`", e->set[i]);
    }
    if (e->set_count) buf_add_text(out, " (as the files say).\n");
}

static void count(struct export *e, const char *what, struct span value) {
    struct buf kind = {0};
    buf_addf(&kind, "%s: " SPAN_FMT, what, SPAN_ARG(value));
    uint32_t number = words_number(&e->kinds, buf_span(&kind));
    buf_free(&kind);
    size_t before = e->count_cap;
    e->counts = mem_room(e->counts, number, &e->count_cap, sizeof *e->counts);
    for (; before < e->count_cap; before++)
        e->counts[before] = 0;
    e->counts[number]++;
}

/* How many messages of each method and status the capture holds. */
static int count_messages(struct export *e) {
    struct reader capture = {0};
    struct record record = {0};
    struct capture_told told;
    struct pool pool;
    struct sip_msg msg = {0};
    char *error = NULL;
    if (!reader_load_bytes(&capture, capture_of(e), e->name, &error)) {
        cli_error("%s", error);
        free(error);
        return EXIT_BAD_INPUT;
    }
    pool_init(&pool);
    capture_record(&record, &told, &pool, &capture, &(struct capture_record_options){0});
    for (size_t i = 0; i < record.count; i++) {
        struct buf code = {0};
        if (!sip_msg_parse(&msg, payload_span(record.items[i].datagram->payload))) continue;
        buf_add_u64(&code, msg.is_request ? 0 : msg.status);
        count(e, msg.is_request ? "method" : "code", msg.is_request ? msg.method : buf_span(&code));
        buf_free(&code);
    }
    int status = told.messages ? EXIT_GOOD : cli_error("export: the capture holds no SIP");
    sip_msg_free(&msg);
    free(told.packets);
    record_free(&record);
    pool_free(&pool);
    reader_free(&capture);
    return status;
}

static int write_text(const struct export *e, struct buf *path, struct buf *text) {
    int status = new_folder_write(e->folder, buf_text(path), buf_span(text));
    buf_reset(path);
    buf_reset(text);
    return status;
}

/* The scenario as files that need nothing else. */
static int write_scenario(const struct export *e, const char *below) {
    struct buf path = {0};
    int status = EXIT_GOOD;
    for (size_t i = 0; i <= e->flat.count && status == EXIT_GOOD; i++) {
        bool last = i == e->flat.count;
        buf_reset(&path);
        buf_addf(&path, "%s/%s", below, last ? "scenario.yaml" : e->flat.files[i].name);
        status = new_folder_write(e->folder, buf_text(&path),
                                  last ? buf_span(&e->flat.yaml) : e->flat.files[i].bytes);
    }
    buf_free(&path);
    return status;
}

/* suricata-verify: a folder of tests/ with the capture, test.yaml, and a README.md that says where it comes
 * from. */
static int export_suricata(struct export *e) {
    struct buf path = {0}, text = {0}, capture = {0};
    int status = count_messages(e);
    buf_addf(&capture, "%s.pcap", e->name);
    buf_text(&capture);
    if (status == EXIT_GOOD) status = new_folder_make(e->folder);
    if (status == EXIT_GOOD) status = new_folder_write(e->folder, capture.p, capture_of(e));
    if (status == EXIT_GOOD) {
        buf_add_text(&text, "requires:\n  min-version: 7\n\npcap: ");
        buf_addf(&text, "%s\n\nargs:\n  - -k none\n\nchecks:\n", capture.p);
        for (size_t i = 0; i < e->kinds.count; i++) {
            struct span value = words_at(&e->kinds, i), what = span_cut(&value, ':');
            buf_addf(
                &text,
                "  - filter:\n      count: %llu\n      match:\n        event_type: sip\n        sip." SPAN_FMT
                ": \"" SPAN_FMT "\"\n",
                (unsigned long long)e->counts[i], SPAN_ARG(what), SPAN_ARG(span_trim(value)));
        }
        buf_add_text(&path, "test.yaml");
        status = write_text(e, &path, &text);
    }
    if (status == EXIT_GOOD) {
        buf_add_text(&text, "# Description\n\n");
        add_description(&text, e);
        buf_add_text(&text, "\nThe checks expect a sip event for each SIP message of the capture, "
                            "retransmissions too: how many there are\n"
                            "of each method and each status code, as the simulation knows it.\n\n# PCAP\n\n");
        add_provenance(&text, e, "siptwin", capture.p);
        buf_add_text(&path, "README.md");
        status = write_text(e, &path, &text);
    }
    if (status == EXIT_GOOD) status = write_scenario(e, "siptwin");
    buf_free(&path);
    buf_free(&text);
    buf_free(&capture);
    return status;
}

#define ZEEK_TRACES "testing/btest/Traces/sip"
#define ZEEK_TESTS  "testing/btest/scripts/base/protocols/sip"

/* Zeek: a trace, a btest beside those of the SIP analyzer, and the entry for the index of traces. */
static int export_zeek(struct export *e) {
    struct buf path = {0}, text = {0};
    int status = count_messages(e);
    if (status == EXIT_GOOD) status = new_folder_make(e->folder);
    buf_addf(&path, ZEEK_TRACES "/%s.pcap", e->name);
    if (status == EXIT_GOOD) status = new_folder_write(e->folder, buf_text(&path), capture_of(e));
    buf_reset(&path);
    if (status == EXIT_GOOD) {
        buf_add_text(&text, "# @TEST-DOC: ");
        add_title(&text, e);
        buf_addf(&text, "\n#\n# @TEST-EXEC: zeek -b -r $TRACES/sip/%s.pcap %%INPUT\n", e->name);
        buf_add_text(&text, "# @TEST-EXEC: btest-diff-cut -m method status_code status_msg seq request_path "
                            "response_path sip.log\n"
                            "\n@load base/protocols/sip\n");
        buf_addf(&path, ZEEK_TESTS "/%s.zeek", e->name);
        status = write_text(e, &path, &text);
    }
    if (status == EXIT_GOOD) {
        buf_addf(&text,
                 "- sip/%s.pcap\n  Simulated by siptwin " SIPTWIN_VERSION
                 " from the scenario in sip/%s.siptwin: ",
                 e->name, e->name);
        add_title(&text, e);
        buf_addf(&text, ".\n  Made again by `siptwin run %s.siptwin -w %s.pcap`.\n", e->name, e->name);
        buf_add_text(&path, "testing/btest/Traces/README.new");
        status = write_text(e, &path, &text);
    }
    if (status == EXIT_GOOD) {
        buf_add_text(&text, "# Description\n\n");
        add_description(&text, e);
        buf_add_text(
            &text,
            "\nCopy `testing/` into a checkout of Zeek, add the lines of `testing/btest/Traces/README.new` "
            "to the README\n"
            "beside it, and make the baseline there with `btest -U` of the test.\n\nThe capture holds");
        for (size_t i = 0; i < e->kinds.count; i++) {
            struct span value = words_at(&e->kinds, i);
            span_cut(&value, ':');
            buf_addf(&text, "%s %llu " SPAN_FMT, i ? "," : "", (unsigned long long)e->counts[i],
                     SPAN_ARG(span_trim(value)));
        }
        buf_add_text(&text, ", retransmissions too.\n\n# PCAP\n\n");
        struct buf files = {0}, capture = {0};
        buf_addf(&files, ZEEK_TRACES "/%s.siptwin", e->name);
        buf_addf(&capture, ZEEK_TRACES "/%s.pcap", e->name);
        add_provenance(&text, e, buf_text(&files), buf_text(&capture));
        buf_free(&files);
        buf_free(&capture);
        buf_add_text(&path, "README.md");
        status = write_text(e, &path, &text);
    }
    buf_addf(&path, ZEEK_TRACES "/%s.siptwin", e->name);
    if (status == EXIT_GOOD) status = write_scenario(e, buf_text(&path));
    buf_free(&path);
    buf_free(&text);
    return status;
}

static const struct {
    const char *name;
    int (*write)(struct export *e);
} projects[] = {{"suricata-verify", export_suricata}, {"zeek", export_zeek}};

/* Names go into folders of other projects. */
static bool is_name(const char *name) {
    if (!*name || *name == '.' || *name == '-') return false;
    for (; *name; name++)
        if (!ascii_alnum((unsigned char)*name) && !strchr("-_.", *name)) return false;
    return true;
}

static int run_scenario(struct export *e, const char *scenario) {
    struct diag diag = {0};
    int status = run_scenario_open(&e->scenario, scenario, e->set, e->set_count);
    if (status != EXIT_GOOD) return status;
    if (e->scenario.config->capture.at_count > 1)
        return cli_error("export: the scenario has %zu capture points; choose one: --set capture.at=%s",
                         e->scenario.config->capture.at_count,
                         e->scenario.config->hosts[e->scenario.config->capture.at[0]].name);
    lab_flatten(&e->flat, e->scenario.config, &e->scenario.sources, &diag);
    status = cli_report(&diag);
    if (status == EXIT_GOOD) {
        status = recording_make(&e->recording, buf_text(&e->scenario.folder), e->set, e->set_count, &diag);
        cli_report(&diag);
    }
    return status;
}

static int export(struct export *e, char **argv) {
    const char *names[sizeof projects / sizeof *projects + 1] = {0};
    size_t project = 0;
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++)
        names[i] = projects[i].name;
    while (names[project] && strcmp(names[project], argv[0]) != 0)
        project++;
    if (!names[project]) return cli_error("export: for suricata-verify or zeek, not \"%s\"", argv[0]);
    struct span base = cli_base_name(argv[1]);
    char *own = mem_text(base);
    if (!e->name) e->name = own;
    e->folder = argv[2];
    int status = is_name(e->name)
                     ? run_scenario(e, argv[1])
                     : cli_error("export: --name is needed: letters, digits, - _ and ., not \"%s\"", e->name);
    if (status == EXIT_GOOD) status = projects[project].write(e);
    if (status == EXIT_GOOD) printf("%s: a test for %s, as its README.md says\n", e->folder, names[project]);
    free(own);
    return status;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"name", required_argument, NULL, 'n'},
                                            {"set", required_argument, NULL, 's'},
                                            {0}};
    struct export e = {.self = self};
    int status = EXIT_GOOD, c;
    while ((c = cli_option(self, argc, argv, "h", options, &status)) >= 0) {
        if (c == 'n') e.name = optarg;
        if (c != 's') continue;
        e.set = mem_room(e.set, e.set_count, &e.set_cap, sizeof *e.set);
        e.set[e.set_count++] = optarg;
    }
    if (c == -1) {
        cli_catch_signals();
        status = argc - optind == 3
                     ? export(&e, argv + optind)
                     : cli_error("export: expected suricata-verify or zeek, a scenario and a folder");
    }
    lab_flat_free(&e.flat);
    recording_free(&e.recording);
    run_scenario_close(&e.scenario);
    words_free(&e.kinds);
    free(e.counts);
    free(e.set);
    return status;
}

const struct command cmd_export = {
    .name = "export",
    .summary = "write a scenario as a test for another project",
    .help =
        "usage: siptwin export suricata-verify|zeek SCENARIO DIR [--name NAME] [--set KEY=VALUE]...\n"
        "\n"
        "Runs the scenario and writes a folder as that project's reviewers ask for it: the capture, what is "
        "to\n"
        "be found in it, and where it comes from, with the scenario's files, so that it can be made again.\n"
        "DIR must not be there, or be empty.\n"
        "\n"
        "  suricata-verify  a folder of tests/: the capture, test.yaml with a check for each method and "
        "status\n"
        "                   code, README.md\n"
        "  zeek             testing/btest/ with the trace, a btest and the entry for Traces/README\n"
        "\n"
        "      --name NAME      of the test and its capture, default the scenario's\n"
        "      --set KEY=VALUE  overrides a value of the scenario\n",
    .run = run,
};
