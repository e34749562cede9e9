/* SPDX-License-Identifier: MIT */
#include "cli/sipp_option.h"

#include "base/diag.h"
#include "base/word.h"

#define MESSAGE_LOG "`siptwin run --messages FILE` writes that log"
#define STATISTICS  "`siptwin run --stats FILE.csv` writes that table"
#define REASONS     "`siptwin run` tells why a call failed"
#define NO_TLS      "SIPp 3.6.1 as Debian builds it has no TLS"
#define ONLY_UDP    "siptwin simulates UDP"

#define NOTHING(option, values, words)                                                                       \
    { option, SIPP_OPTION_NOTHING, values, NULL, words }
#define REFUSED(option, values, words)                                                                       \
    { option, SIPP_OPTION_REFUSED, values, NULL, words }

/* `sipp -h`, and how many values each takes, as SIPp itself says when they are missing. */
static const struct sipp_option options[] = {
    /* The scenario */
    {"-sf", SIPP_OPTION_FILE, 1, "scenario", NULL},
    {"-sn", SIPP_OPTION_BUILTIN, 1, "scenario", "builtin:uac, say"},
    {"-oocsf", SIPP_OPTION_FILE, 1, "out_of_call", NULL},
    {"-oocsn", SIPP_OPTION_BUILTIN, 1, "out_of_call", "builtin:ooc_default, say"},
    REFUSED("-sd", 1, "it only shows a scenario"),
    REFUSED("-v", 0, "it only shows the version"),
    REFUSED("-h", 0, "it only shows a help"),

    /* Addresses and transport */
    {"-i", SIPP_OPTION_ADDRESS, 1, NULL, "hosts.NAME.address"},
    {"-p", SIPP_OPTION_PORT, 1, NULL, "hosts.NAME.port"},
    {"-rsa", SIPP_OPTION_OUTBOUND, 1, "outbound", NULL},
    {"-t", SIPP_OPTION_TRANSPORT, 1, "sockets", "one is u1, per_call is un"},
    {"-mi", SIPP_OPTION_ADDRESS, 1, NULL, "hosts.NAME.address, for media too"},
    NOTHING("-bind_local", 0, NULL),
    NOTHING("-ci", 1, NULL),
    NOTHING("-cp", 1, NULL),
    NOTHING("-max_socket", 1, NULL),
    NOTHING("-max_reconnect", 1, NULL),
    NOTHING("-reconnect_close", 1, NULL),
    NOTHING("-reconnect_sleep", 1, NULL),
    NOTHING("-multihome", 1, NULL),
    NOTHING("-heartbeat", 1, NULL),
    NOTHING("-assocmaxret", 1, NULL),
    NOTHING("-pathmaxret", 1, NULL),
    NOTHING("-pmtu", 1, NULL),
    NOTHING("-gracefulclose", 1, NULL),
    REFUSED("-tls_cert", 1, NO_TLS),
    REFUSED("-tls_key", 1, NO_TLS),
    REFUSED("-tls_ca", 1, NO_TLS),
    REFUSED("-tls_crl", 1, NO_TLS),
    REFUSED("-tls_version", 1, NO_TLS),

    /* Overall behaviour */
    NOTHING("-bg", 0, NULL),
    NOTHING("-nostdin", 0, NULL),
    REFUSED("-plugin", 1, NULL),
    {"-sleep", SIPP_OPTION_S, 1, "sleep", NULL},
    NOTHING("-skip_rlimit", 0, NULL),
    {"-buff_size", SIPP_OPTION_TWICE, 1, "receive_buffer", "twice as much"},
    NOTHING("-sendbuffer_warn", 1, NULL),
    {"-lost", SIPP_OPTION_PERCENT, 1, "lost", "with a % sign"},
    {"-key", SIPP_OPTION_MAP, 2, "keys", NULL},
    {"-set", SIPP_OPTION_MAP, 2, "variables", NULL},
    {"-tdmmap", SIPP_OPTION_TEXT, 1, "tdmmap", NULL},
    {"-dynamicStart", SIPP_OPTION_NUMBER, 1, "dynamic_start", NULL},
    {"-dynamicMax", SIPP_OPTION_NUMBER, 1, "dynamic_max", NULL},
    {"-dynamicStep", SIPP_OPTION_NUMBER, 1, "dynamic_step", NULL},

    /* Calls */
    {"-aa", SIPP_OPTION_TRUE, 0, "auto_answer", NULL},
    {"-base_cseq", SIPP_OPTION_NUMBER, 1, "base_cseq", NULL},
    {"-cid_str", SIPP_OPTION_TEXT, 1, "call_id", NULL},
    {"-d", SIPP_OPTION_MS, 1, "pause", NULL},
    {"-deadcall_wait", SIPP_OPTION_MS, 1, "deadcall_wait", NULL},
    {"-auth_uri", SIPP_OPTION_TEXT, 1, "auth_uri", NULL},
    {"-au", SIPP_OPTION_TEXT, 1, "auth_user", NULL},
    {"-ap", SIPP_OPTION_TEXT, 1, "auth_password", NULL},
    {"-s", SIPP_OPTION_TEXT, 1, "service", NULL},
    {"-default_behaviors", SIPP_OPTION_TEXT, 1, "default_behaviors", NULL},
    {"-nd", SIPP_OPTION_NONE, 0, "default_behaviors", "none"},
    {"-pause_msg_ign", SIPP_OPTION_TRUE, 0, "ignore_in_pause", NULL},
    {"-callid_slash_ign", SIPP_OPTION_FALSE, 0, "call_id_prefix", "false"},

    /* Injection files */
    {"-inf", SIPP_OPTION_LIST, 1, "inject", NULL},
    {"-infindex", SIPP_OPTION_MAP, 2, "inject_index", NULL},
    REFUSED("-ip_field", 1, ONLY_UDP " with one socket, -t u1"),

    /* Media */
    {"-rtp_echo", SIPP_OPTION_TRUE, 0, "rtp_echo", NULL},
    {"-mb", SIPP_OPTION_NUMBER, 1, "rtp_echo_buffer", NULL},
    {"-mp", SIPP_OPTION_NUMBER, 1, "media_port", NULL},
    {"-rtp_payload", SIPP_OPTION_NUMBER, 1, "rtp_payload", NULL},
    {"-rtp_threadtasks", SIPP_OPTION_NUMBER, 1, "rtp_threadtasks", NULL},
    NOTHING("-rtp_buffsize", 1, NULL),

    /* Call rate */
    {"-r", SIPP_OPTION_TEXT, 1, "rate", NULL},
    {"-rp", SIPP_OPTION_MS, 1, "rate_period", NULL},
    NOTHING("-rate_scale", 1, NULL),
    {"-rate_increase", SIPP_OPTION_NUMBER, 1, "rate_increase", NULL},
    {"-rate_max", SIPP_OPTION_NUMBER, 1, "rate_max", NULL},
    {"-rate_interval", SIPP_OPTION_S, 1, "rate_interval", NULL},
    {"-no_rate_quit", SIPP_OPTION_FALSE, 0, "rate_quit", "false"},
    {"-l", SIPP_OPTION_LIMIT, 1, "limit", NULL},
    {"-m", SIPP_OPTION_NUMBER, 1, "calls", NULL},
    {"-users", SIPP_OPTION_NUMBER, 1, "users", NULL},

    /* Retransmissions and timeouts */
    {"-recv_timeout", SIPP_OPTION_MS, 1, "recv_timeout", NULL},
    NOTHING("-send_timeout", 1, "UDP is never congested"),
    {"-timeout", SIPP_OPTION_S, 1, "timeout", NULL},
    {"-timeout_error", SIPP_OPTION_TRUE, 0, "timeout_error", NULL},
    {"-max_retrans", SIPP_OPTION_NUMBER, 1, "max_retrans", NULL},
    {"-max_invite_retrans", SIPP_OPTION_NUMBER, 1, "max_invite_retrans", NULL},
    {"-max_non_invite_retrans", SIPP_OPTION_NUMBER, 1, "max_non_invite_retrans", NULL},
    {"-nr", SIPP_OPTION_FALSE, 0, "retransmit", "false"},
    {"-rtcheck", SIPP_OPTION_TEXT, 1, "repeat_check", NULL},
    {"-T2", SIPP_OPTION_MS, 1, "t2", NULL},

    /* Third-party call control */
    {"-3pcc", SIPP_OPTION_TWIN, 1, "twin", NULL},
    {"-master", SIPP_OPTION_TEXT, 1, "master", NULL},
    {"-slave", SIPP_OPTION_TEXT, 1, "slave", NULL},
    NOTHING("-slave_cfg", 1, "the hosts that have a master: or a slave: are in scenario.yaml"),

    /* Performance and watchdog */
    {"-timer_resol", SIPP_OPTION_MS, 1, "timer_resolution", NULL},
    NOTHING("-max_recv_loops", 1, NULL),
    NOTHING("-max_sched_loops", 1, NULL),
    NOTHING("-watchdog_interval", 1, NULL),
    NOTHING("-watchdog_reset", 1, NULL),
    NOTHING("-watchdog_minor_threshold", 1, NULL),
    NOTHING("-watchdog_major_threshold", 1, NULL),
    NOTHING("-watchdog_major_maxtriggers", 1, NULL),
    NOTHING("-watchdog_minor_maxtriggers", 1, NULL),

    /* Logs and statistics */
    NOTHING("-f", 1, NULL),
    NOTHING("-fd", 1, NULL),
    NOTHING("-stf", 1, STATISTICS),
    NOTHING("-stat_delimiter", 1, STATISTICS),
    NOTHING("-periodic_rtd", 0, NULL),
    NOTHING("-trace_stat", 0, STATISTICS),
    NOTHING("-trace_msg", 0, MESSAGE_LOG),
    NOTHING("-trace_shortmsg", 0, MESSAGE_LOG),
    NOTHING("-trace_err", 0, REASONS),
    NOTHING("-trace_error_codes", 0, REASONS),
    NOTHING("-trace_calldebug", 0, REASONS),
    NOTHING("-trace_counts", 0, NULL),
    NOTHING("-trace_screen", 0, NULL),
    NOTHING("-trace_rtt", 0, NULL),
    NOTHING("-trace_logs", 0, NULL),
    NOTHING("-rtt_freq", 1, NULL),
    NOTHING("-message_file", 1, MESSAGE_LOG),
    NOTHING("-message_overwrite", 1, NULL),
    NOTHING("-shortmessage_file", 1, MESSAGE_LOG),
    NOTHING("-shortmessage_overwrite", 1, NULL),
    NOTHING("-error_file", 1, REASONS),
    NOTHING("-error_overwrite", 1, NULL),
    NOTHING("-calldebug_file", 1, REASONS),
    NOTHING("-calldebug_overwrite", 1, NULL),
    NOTHING("-screen_file", 1, NULL),
    NOTHING("-screen_overwrite", 1, NULL),
    NOTHING("-log_file", 1, NULL),
    NOTHING("-log_overwrite", 1, NULL),
    NOTHING("-ringbuffer_files", 1, NULL),
    NOTHING("-ringbuffer_size", 1, NULL),
    NOTHING("-max_log_size", 1, NULL),
};

enum { OPTIONS = sizeof options / sizeof *options };

const struct sipp_option *sipp_option_find(struct span name) {
    for (size_t i = 0; i < OPTIONS; i++)
        if (span_is(name, options[i].name)) return &options[i];
    return NULL;
}

const char *sipp_option_suggest(struct span name) {
    const char *names[OPTIONS + 1] = {0};
    for (size_t i = 0; i < OPTIONS; i++)
        names[i] = options[i].name;
    return diag_suggest(name, names);
}

bool sipp_option_hint(struct buf *out, struct span name) {
    const struct sipp_option *option = sipp_option_find(name);
    if (!option || (name.len == 2 && option->kind <= SIPP_OPTION_REFUSED)) return false;
    switch (option->kind) {
    case SIPP_OPTION_NOTHING:
        buf_add_text(out, option->words ? option->words : "it has no effect here");
        break;
    case SIPP_OPTION_REFUSED:
        buf_addf(out, "siptwin does not simulate it%s%s", option->words ? ": " : "",
                 option->words ? option->words : "");
        break;
    default:
        buf_add_text(out, "in scenario.yaml it is ");
        if (!option->key)
            buf_add_text(out, option->words);
        else
            buf_addf(out, "hosts.NAME.sipp.%s%s%s", option->key, option->words ? ": " : "",
                     option->words ? option->words : "");
    }
    return true;
}

void sipp_option_words(struct buf *out) {
    for (size_t i = 0; i < OPTIONS; i++) {
        enum sipp_option_kind kind = options[i].kind;
        word_write(out, "option",
                   kind == SIPP_OPTION_NOTHING   ? WORD_NO_EFFECT
                   : kind == SIPP_OPTION_REFUSED ? WORD_NOT_SIMULATED
                                                 : WORD_SIMULATED,
                   "%s", options[i].name);
    }
}
