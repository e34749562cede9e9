/* SPDX-License-Identifier: MIT */
#include "cli/shorthand.h"

#include "model/lab/lab.h"

static const struct {
    bool calls; /* is it for the SIPp that calls? */
    const char *key;
} shorthands[SHORTHANDS] = {
    [SHORTHAND_UAS_DELAY] = {false, "ring_after"},
    [SHORTHAND_CALLS] = {true, "calls"},
    [SHORTHAND_RATE] = {true, "rate"},
    [SHORTHAND_ARRIVALS] = {true, "arrivals"},
};

/* The host of the usual name, or the only SIPp that calls (answers). */
static const char *find_sipp(const struct lab_config *config, bool calls) {
    const char *usual = calls ? "uac" : "uas", *only = NULL;
    for (size_t i = 0; config && i < config->host_count; i++) {
        const struct lab_host_config *host = &config->hosts[i];
        if (strcmp(host->name, usual) == 0) return usual;
        if (host->runs != LAB_SIPP || sipp_program_is_client(host->sipp_program) != calls) continue;
        if (only) return usual;
        only = host->name;
    }
    return only ? only : usual;
}

int shorthand_settle(struct buf out[SHORTHANDS], const char *const values[SHORTHANDS], const char *scenario,
                     const char *const *overrides, size_t count) {
    struct buf folder = {0};
    struct source_set sources = {0};
    struct diag ignored = {0};
    int status = EXIT_BAD_INPUT;
    if (cli_find_scenario(&folder, scenario)) {
        struct lab_config *config = lab_load(&sources, buf_text(&folder), overrides, count, &ignored);
        for (size_t i = 0; i < SHORTHANDS; i++)
            if (values[i])
                buf_addf(&out[i], "hosts.%s.sipp.%s=%s", find_sipp(config, shorthands[i].calls),
                         shorthands[i].key, values[i]);
        lab_config_free(config);
        status = EXIT_GOOD;
    }
    source_set_free(&sources);
    diag_free(&ignored);
    buf_free(&folder);
    return status;
}
