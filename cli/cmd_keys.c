/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "cli/run_lab.h"

#include <unistd.h>

/* For a person: the key with its default, and below what it is. */
static void print_pages(struct span keys) {
    while (keys.len) {
        struct span line = span_cut(&keys, '\n'), key = span_cut(&line, '\t'),
                    fallback = span_cut(&line, '\t');
        printf(SPAN_FMT "%s" SPAN_FMT "\n    " SPAN_FMT "\n", SPAN_ARG(key), fallback.len ? ": " : "",
               SPAN_ARG(fallback), SPAN_ARG(line));
    }
}

/* Is this key of hosts.NAME for what the host runs? */
static bool is_of_host(struct span key, const struct lab_host_config *host) {
    struct span inner = span_skip(key, sizeof "hosts.NAME." - 1);
    if (span_starts(inner, "sipp.")) return host->runs == LAB_SIPP;
    if (span_starts(inner, "kamailio.")) return host->runs == LAB_KAMAILIO;
    return true;
}

/* For one scenario: the keys that --set could name, with its hosts' names in them. */
static void narrow(struct buf *out, struct span keys, const struct lab_config *config) {
    while (keys.len) {
        struct span line = span_cut(&keys, '\n'), rest = line, key = span_cut(&rest, '\t');
        if (span_find(key, '[') >= 0) continue;
        if (!span_starts(key, "hosts.NAME.")) {
            buf_addf(out, SPAN_FMT "\n", SPAN_ARG(line));
            continue;
        }
        for (size_t i = 0; i < config->host_count; i++)
            if (is_of_host(key, &config->hosts[i]))
                buf_addf(out, "hosts.%s." SPAN_FMT "\n", config->hosts[i].name,
                         SPAN_ARG(span_skip(line, sizeof "hosts.NAME." - 1)));
    }
}

static int narrow_to(struct buf *keys, const char *scenario) {
    struct run_scenario s;
    struct buf out = {0};
    int status = run_scenario_open(&s, scenario, NULL, 0);
    if (status == EXIT_GOOD) {
        narrow(&out, buf_span(keys), s.config);
        buf_reset(keys);
        buf_add(keys, buf_span(&out));
    }
    buf_free(&out);
    run_scenario_close(&s);
    return status;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'}, {"json-schema", no_argument, NULL, 'j'}, {0}};
    int status = EXIT_GOOD, c;
    bool schema = false;
    while ((c = cli_option(self, argc, argv, "h", options, &status)) >= 0)
        schema = schema || c == 'j';
    if (c == -2) return status;
    if (optind + 1 < argc) return cli_error("keys: one scenario at a time");
    if (schema && optind < argc) return cli_error("keys: the JSON schema is the same for all scenarios");
    struct buf keys = {0};
    if (schema)
        lab_schema_write(&keys);
    else
        lab_keys_write(&keys);
    if (optind < argc) status = narrow_to(&keys, argv[optind]);
    if (status == EXIT_GOOD && isatty(STDOUT_FILENO) && !schema)
        print_pages(buf_span(&keys));
    else if (status == EXIT_GOOD)
        fwrite(keys.p, 1, keys.len, stdout);
    buf_free(&keys);
    return status;
}

const struct command cmd_keys = {
    .name = "keys",
    .summary = "list the keys that a scenario.yaml may have",
    .help =
        "usage: siptwin keys [SCENARIO]\n"
        "       siptwin keys --json-schema\n"
        "\n"
        "Lists the keys of scenario.yaml, that is, of --set: a line each, the key, its default and what "
        "it is,\n"
        "with tabs between; on a terminal two lines each. NAME stands for the name of a host; with "
        "SCENARIO,\n"
        "the names of its hosts stand there.\n"
        "\n"
        "      --json-schema  writes them as a JSON schema, with which editors complete and check the file\n"
        "                     (docs/scenario.md)\n",
    .run = run,
};
