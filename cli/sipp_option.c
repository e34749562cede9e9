/* SPDX-License-Identifier: MIT */
#include "cli/sipp_option.h"

#include "model/lab/lab.h"

/* Those that are no key of scenario.yaml, whose help says which option it stands for. */
static const struct {
    const char *option, *hint;
} others[] = {
    {"-sf", "in scenario.yaml it is hosts.NAME.sipp.scenario"},
    {"-sn", "in scenario.yaml it is hosts.NAME.sipp.scenario: builtin:uac, say"},
    {"-i", "in scenario.yaml it is hosts.NAME.address"},
    {"-p", "in scenario.yaml it is hosts.NAME.port"},
    {"-trace_msg", "`siptwin run --messages FILE` writes that log"},
    {"-trace_err", "`siptwin run` tells why a call failed"},
    {"-trace_stat", "`siptwin run --stats FILE.csv` writes that table"},
    {"-timeout", "in scenario.yaml it is time_limit"},
};

/* Does a help begin with the option, as "-m: how many calls" does? */
static bool is_about(struct span help, struct span option) {
    return help.len >= option.len && span_eq(span_head(help, option.len), option) &&
           (help.len == option.len || strchr(":;, ", help.p[option.len]));
}

bool sipp_option_hint(struct buf *out, struct span option) {
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!span_is(option, others[i].option)) continue;
        buf_add_text(out, others[i].hint);
        return true;
    }
    struct buf keys = {0};
    lab_keys_write(&keys);
    bool found = false;
    for (struct span left = buf_span(&keys); left.len && !found;) {
        struct span help = span_cut(&left, '\n'), key = span_cut(&help, '\t');
        span_cut(&help, '\t'); /* the default */
        found = span_starts(key, "hosts.NAME.sipp.") && is_about(help, option);
        if (found) buf_addf(out, "in scenario.yaml it is " SPAN_FMT, SPAN_ARG(key));
    }
    buf_free(&keys);
    return found;
}
