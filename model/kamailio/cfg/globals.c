/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/globals.h"

#include "base/mem.h"
#include "model/kamailio/cfg/limits.h"
#include "model/kamailio/cfg/words.h"

#include <stdio.h>

/* What may stand behind the =. */
enum global_type {
    GLOBAL_NUMBER,
    GLOBAL_SIGNED,
    GLOBAL_TEXT,
    GLOBAL_WORD,    /* an identifier or a string */
    GLOBAL_ID,      /* an identifier */
    GLOBAL_KEYWORD, /* a word that Kamailio's language keeps for it */
    GLOBAL_TOS,     /* a number or an identifier */
    GLOBAL_PROTO,   /* udp, tcp ... */
    GLOBAL_IPV4,    /* of TCP's own settings */
    GLOBAL_IPV6,
    GLOBAL_HOST, /* a host's name or address */
    GLOBAL_LISTEN,
    GLOBAL_ALIAS
};

enum global_effect {
    GLOBAL_CHECKED, /* the same; .set only looks whether Kamailio takes the value */
    GLOBAL_IGNORED, /* nothing of it reaches the simulated wire */
    GLOBAL_DEFAULT, /* only this value is simulated */
    GLOBAL_WARNED,  /* any value loads; what another one than the default does is not simulated */
    GLOBAL_SET
};

struct global {
    const char *name;
    enum global_type type;
    enum global_effect effect;
    int64_t n; /* the value of GLOBAL_DEFAULT */
    bool (*set)(struct cfg_parse *p, const struct cfg_token *value);
};

static bool set_children(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->n < 0 || value->n > 1024) {
        diag_error(p->diag, value->at, "children=%lld is not simulated, only 0 to 1024", (long long)value->n);
        return false;
    }
    p->program->globals.children = value->n ? (unsigned)value->n : 8;
    return true;
}

static bool set_port(struct cfg_parse *p, const struct cfg_token *value) {
    uint16_t port = (uint16_t)value->n; /* of a larger number Kamailio takes the lower bits */
    p->program->default_port = port ? port : 5060;
    return true;
}

static bool set_module_path(struct cfg_parse *p, const struct cfg_token *value) {
    p->module_path = value->text;
    p->module_path_told = false;
    return true;
}

/*
 * Kamailio 5.6.3 compares the names the wrong way round: any name but IPTOS_LOWDELAY means low delay, and
 * that one means throughput.
 */
static bool set_tos(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->kind == CFG_TOKEN_WORD) {
        p->program->globals.tos = span_is_nocase(value->text, "IPTOS_LOWDELAY") ? 0x08 : 0x10;
        return true;
    }
    p->program->globals.tos = (uint8_t)value->n; /* the kernel takes the lower bits */
    return true;
}

static bool set_pmtu_discovery(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.pmtu_discovery = value->n != 0;
    return true;
}

static bool set_server_signature(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.server_signature = value->n != 0;
    return true;
}

static bool set_server_header(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.server_header = value->text;
    return true;
}

static bool set_user_agent_header(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.user_agent_header = value->text;
    return true;
}

static bool set_sip_warning(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.sip_warning = value->n != 0;
    return true;
}

static bool set_check_via(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.check_via = value->n != 0;
    return true;
}

static bool set_reply_to_via(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.reply_to_via = value->n != 0;
    return true;
}

static bool set_onsend_route_reply(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.onsend_replies = value->n != 0;
    return true;
}

static bool set_xavp_via_params(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.xavp_via_params = value->text;
    return true;
}

static bool set_server_id(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.server_id = value->n;
    return true;
}

static bool set_received_route_mode(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.tells_of_bytes = value->n == 1;
    return true;
}

static bool set_format_max(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->n > 0) p->program->format_max = (size_t)value->n;
    return true;
}

static bool set_max_while_loops(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->n == 0) {
        diag_error(p->diag, value->at, "max_while_loops=0, a while without limit, is not simulated");
        return false;
    }
    p->program->max_while_loops = (unsigned)value->n;
    return true;
}

static bool set_max_recursive_level(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->n > PROGRAM_LEVEL_MAX) {
        diag_error(p->diag, value->at, "max_recursive_level above %d is not simulated", PROGRAM_LEVEL_MAX);
        return false;
    }
    p->program->max_recursive_level = (unsigned)value->n;
    return true;
}

static bool set_mhomed(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.mhomed = value->n != 0;
    return true;
}

static bool set_force_rport(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.force_rport = value->n != 0;
    return true;
}

static bool set_local_rport(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.local_rport = value->n != 0;
    return true;
}

static bool set_advertised_address(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.via_host = value->text;
    return true;
}

static bool set_advertised_port(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->n < 1 || value->n > 65535) {
        diag_error(p->diag, value->at, "advertised_port=%lld is not simulated, only 1 to 65535",
                   (long long)value->n);
        return false;
    }
    p->program->globals.via_port = (uint16_t)value->n;
    return true;
}

static bool check_hex_style(struct cfg_parse *p, const struct cfg_token *value) {
    if (span_is_nocase(value->text, "a") || span_is(value->text, "c")) return true;
    diag_error(p->diag, value->at, "ipv6_hex_style must be \"a\", \"A\" or \"c\"");
    return false;
}

static bool set_async_workers(struct cfg_parse *p, const struct cfg_token *value) {
    p->program->globals.async_workers = value->n > 0;
    return true;
}

static bool set_max_branches(struct cfg_parse *p, const struct cfg_token *value) {
    if (value->n < 1 || value->n > 31) {
        diag_error(p->diag, value->at, "max_branches must be from 1 to 31");
        return false;
    }
    enum { SIMULATED = 12 };
    if (value->n > SIMULATED)
        diag_warning(p->diag, value->at, "max_branches=%lld: more than %d are not simulated",
                     (long long)value->n, SIMULATED);
    p->program->globals.max_branches = value->n > SIMULATED ? SIMULATED : (unsigned)value->n;
    return true;
}

/* Words that only some settings know. */
static bool one_of(struct cfg_parse *p, const struct cfg_token *value, const char *const *words) {
    for (; *words; words++)
        if (span_is_nocase(value->text, *words)) return true;
    diag_error(p->diag, value->at, "Kamailio knows no \"" SPAN_FMT "\" here", SPAN_ARG(value->text));
    return false;
}

static bool check_poll_method(struct cfg_parse *p, const struct cfg_token *value) {
    static const char *const words[] = {"poll", "select", "epoll_lt", "epoll_et", "sigio_rt", "kqueue", NULL};
    return one_of(p, value, words);
}

static bool check_tls_method(struct cfg_parse *p, const struct cfg_token *value) {
    static const char *const words[] = {"SSLv2", "SSLv3", "SSLv23", "TLSv1", NULL};
    return one_of(p, value, words);
}

static bool check_facility(struct cfg_parse *p, const struct cfg_token *value) {
    if (cfg_limit_facility(value->text)) return true;
    diag_error(p->diag, value->at, "log_facility must be a facility of syslog, such as LOG_LOCAL0");
    return false;
}

#define IGNORED(name, type)                                                                                  \
    { name, type, GLOBAL_IGNORED, 0, NULL }
#define DEFAULT(name, type, n)                                                                               \
    { name, type, GLOBAL_DEFAULT, n, NULL }
#define WARNED(name, type, n)                                                                                \
    { name, type, GLOBAL_WARNED, n, NULL }
#define CHECKED(name, type, check)                                                                           \
    { name, type, GLOBAL_CHECKED, 0, check }
#define SET(name, type, set)                                                                                 \
    { name, type, GLOBAL_SET, 0, set }

static const struct global globals[] = {
    /* what reaches the wire */
    SET("children", GLOBAL_NUMBER, set_children),
    SET("port", GLOBAL_NUMBER, set_port),
    SET("tos", GLOBAL_TOS, set_tos),
    SET("pmtu_discovery", GLOBAL_NUMBER, set_pmtu_discovery),
    SET("server_signature", GLOBAL_NUMBER, set_server_signature),
    SET("server_header", GLOBAL_TEXT, set_server_header),
    SET("user_agent_header", GLOBAL_TEXT, set_user_agent_header),
    SET("sip_warning", GLOBAL_NUMBER, set_sip_warning),
    SET("check_via", GLOBAL_NUMBER, set_check_via),
    SET("reply_to_via", GLOBAL_NUMBER, set_reply_to_via),
    SET("onsend_route_reply", GLOBAL_NUMBER, set_onsend_route_reply),
    SET("received_route_mode", GLOBAL_SIGNED, set_received_route_mode),
    SET("max_while_loops", GLOBAL_NUMBER, set_max_while_loops),
    SET("max_recursive_level", GLOBAL_NUMBER, set_max_recursive_level),
    SET("listen", GLOBAL_LISTEN, NULL),
    SET("alias", GLOBAL_ALIAS, NULL),
    SET("mhomed", GLOBAL_NUMBER, set_mhomed),
    SET("force_rport", GLOBAL_NUMBER, set_force_rport),
    SET("add_rport", GLOBAL_NUMBER, set_force_rport),
    SET("local_rport", GLOBAL_NUMBER, set_local_rport),
    SET("advertised_address", GLOBAL_HOST, set_advertised_address),
    SET("advertised_port", GLOBAL_NUMBER, set_advertised_port),
    /* what would reach it, but is not simulated */
    DEFAULT("phone2tel", GLOBAL_NUMBER, 1),
    WARNED("uri_host_extra_chars", GLOBAL_TEXT, 0),
    WARNED("hdr_name_extra_chars", GLOBAL_TEXT, 0),
    WARNED("udp_mtu", GLOBAL_NUMBER, 0), /* larger requests go by udp_mtu_try_proto */
    WARNED("udp4_raw", GLOBAL_SIGNED, 0),
    WARNED("use_dst_blocklist", GLOBAL_NUMBER, 0),
    WARNED("socket_workers", GLOBAL_NUMBER, 0),
    SET("max_branches", GLOBAL_NUMBER, set_max_branches),
    WARNED("sip_parser_mode", GLOBAL_SIGNED, 1),
    /* of other transports, of functions that say themselves what they do, of names that are not resolved here
     */
    IGNORED("enable_tls", GLOBAL_NUMBER),
    IGNORED("tls_enable", GLOBAL_NUMBER),
    SET("xavp_via_params", GLOBAL_TEXT, set_xavp_via_params),
    SET("xavp_via_fields", GLOBAL_TEXT, set_xavp_via_params), /* it sets the other one */
    IGNORED("dns", GLOBAL_NUMBER),
    IGNORED("rev_dns", GLOBAL_NUMBER),
    /* processes, memory, logging */
    IGNORED("debug", GLOBAL_SIGNED),
    IGNORED("fork", GLOBAL_NUMBER),
    IGNORED("fork_delay", GLOBAL_NUMBER),
    IGNORED("modinit_delay", GLOBAL_NUMBER),
    IGNORED("log_stderror", GLOBAL_NUMBER),
    CHECKED("log_facility", GLOBAL_ID, check_facility),
    IGNORED("log_name", GLOBAL_TEXT),
    CHECKED("ipv6_hex_style", GLOBAL_TEXT, check_hex_style),
    IGNORED("log_color", GLOBAL_NUMBER),
    IGNORED("log_prefix", GLOBAL_TEXT),
    IGNORED("log_prefix_mode", GLOBAL_NUMBER),
    WARNED("log_engine_type", GLOBAL_TEXT, 0), /* "udp" with log_custom: each line of the log is a datagram */
    IGNORED("log_engine_data", GLOBAL_TEXT),
    IGNORED("verbose_startup", GLOBAL_NUMBER),
    IGNORED("memlog", GLOBAL_SIGNED),
    IGNORED("mem_log", GLOBAL_SIGNED),
    IGNORED("memdbg", GLOBAL_SIGNED),
    IGNORED("mem_dbg", GLOBAL_SIGNED),
    IGNORED("mem_summary", GLOBAL_SIGNED),
    IGNORED("mem_safety", GLOBAL_SIGNED),
    IGNORED("mem_join", GLOBAL_SIGNED),
    IGNORED("mem_status_mode", GLOBAL_SIGNED),
    IGNORED("corelog", GLOBAL_SIGNED),
    IGNORED("core_log", GLOBAL_SIGNED),
    IGNORED("latency_log", GLOBAL_SIGNED),
    IGNORED("latency_cfg_log", GLOBAL_SIGNED),
    IGNORED("latency_limit_db", GLOBAL_NUMBER),
    IGNORED("latency_limit_action", GLOBAL_NUMBER),
    IGNORED("latency_limit_cfg", GLOBAL_NUMBER),
    IGNORED("sip_parser_log", GLOBAL_SIGNED),
    IGNORED("sip_parser_log_oneline", GLOBAL_SIGNED),
    IGNORED("msg_time", GLOBAL_NUMBER),
    IGNORED("user", GLOBAL_WORD),
    IGNORED("uid", GLOBAL_WORD),
    IGNORED("group", GLOBAL_WORD),
    IGNORED("gid", GLOBAL_WORD),
    IGNORED("chroot", GLOBAL_WORD),
    IGNORED("workdir", GLOBAL_WORD),
    IGNORED("wdir", GLOBAL_WORD),
    IGNORED("rundir", GLOBAL_WORD),
    IGNORED("run_dir", GLOBAL_WORD),
    IGNORED("disable_core_dump", GLOBAL_NUMBER),
    IGNORED("open_files_limit", GLOBAL_NUMBER),
    IGNORED("shm", GLOBAL_NUMBER),
    IGNORED("shm_mem", GLOBAL_NUMBER),
    IGNORED("shm_mem_size", GLOBAL_NUMBER),
    IGNORED("shm_force_alloc", GLOBAL_NUMBER),
    IGNORED("mlock_pages", GLOBAL_NUMBER),
    IGNORED("real_time", GLOBAL_NUMBER),
    IGNORED("rt_prio", GLOBAL_NUMBER),
    IGNORED("rt_policy", GLOBAL_NUMBER),
    IGNORED("rt_timer1_prio", GLOBAL_NUMBER),
    IGNORED("rt_fast_timer_prio", GLOBAL_NUMBER),
    IGNORED("rt_ftimer_prio", GLOBAL_NUMBER),
    IGNORED("rt_timer1_policy", GLOBAL_NUMBER),
    IGNORED("rt_ftimer_policy", GLOBAL_NUMBER),
    IGNORED("rt_timer2_prio", GLOBAL_NUMBER),
    IGNORED("rt_stimer_prio", GLOBAL_NUMBER),
    IGNORED("rt_timer2_policy", GLOBAL_NUMBER),
    IGNORED("rt_stimer_policy", GLOBAL_NUMBER),
    IGNORED("exit_timeout", GLOBAL_NUMBER),
    IGNORED("ser_kill_timeout", GLOBAL_NUMBER),
    IGNORED("wait_worker1_mode", GLOBAL_NUMBER),
    IGNORED("wait_worker1_time", GLOBAL_NUMBER),
    IGNORED("wait_worker1_usleep", GLOBAL_NUMBER),
    SET("async_workers", GLOBAL_NUMBER, set_async_workers),
    IGNORED("async_workers_group", GLOBAL_TEXT),
    IGNORED("async_usleep", GLOBAL_NUMBER),
    IGNORED("async_nonblock", GLOBAL_NUMBER),
    IGNORED("maxbuffer", GLOBAL_NUMBER),
    IGNORED("sql_buffer_size", GLOBAL_NUMBER),
    SET("pv_buffer_size", GLOBAL_NUMBER, set_format_max),
    IGNORED("pv_buffer_slots", GLOBAL_NUMBER),
    IGNORED("pv_cache_limit", GLOBAL_NUMBER),
    IGNORED("pv_cache_action", GLOBAL_NUMBER),
    IGNORED("route_locks_size", GLOBAL_NUMBER),
    SET("server_id", GLOBAL_NUMBER, set_server_id),
    IGNORED("stats_name_separator", GLOBAL_TEXT),
    IGNORED("version_table", GLOBAL_TEXT),
    IGNORED("http_reply_hack", GLOBAL_NUMBER),
    IGNORED("http_reply_parse", GLOBAL_NUMBER),
    IGNORED("auto_aliases", GLOBAL_NUMBER),
    IGNORED("udp_mtu_try_proto", GLOBAL_PROTO),
    IGNORED("udp4_raw_mtu", GLOBAL_NUMBER),
    IGNORED("udp4_raw_ttl", GLOBAL_NUMBER),
    IGNORED("mcast", GLOBAL_WORD), /* where sockets with addresses of groups would listen */
    IGNORED("mcast_loopback", GLOBAL_NUMBER),
    IGNORED("mcast_ttl", GLOBAL_NUMBER),
    IGNORED("ip_free_bind", GLOBAL_SIGNED),
    IGNORED("ipfreebind", GLOBAL_SIGNED),
    IGNORED("ip_nonlocal_bind", GLOBAL_SIGNED),
    IGNORED("auto_bind_ipv6", GLOBAL_NUMBER),
    IGNORED("bind_ipv6_link_local", GLOBAL_NUMBER),
    /* name resolution: the simulated network has no names */
    IGNORED("dns_try_ipv6", GLOBAL_NUMBER),
    IGNORED("dns_try_naptr", GLOBAL_NUMBER),
    IGNORED("dns_srv_lb", GLOBAL_NUMBER),
    IGNORED("dns_srv_loadbalancing", GLOBAL_NUMBER),
    IGNORED("dns_udp_pref", GLOBAL_SIGNED),
    IGNORED("dns_udp_preference", GLOBAL_SIGNED),
    IGNORED("dns_tcp_pref", GLOBAL_SIGNED),
    IGNORED("dns_tcp_preference", GLOBAL_SIGNED),
    IGNORED("dns_tls_pref", GLOBAL_SIGNED),
    IGNORED("dns_tls_preference", GLOBAL_SIGNED),
    IGNORED("dns_sctp_pref", GLOBAL_SIGNED),
    IGNORED("dns_sctp_preference", GLOBAL_SIGNED),
    IGNORED("dns_retr_time", GLOBAL_NUMBER),
    IGNORED("dns_slow_query_ms", GLOBAL_NUMBER),
    IGNORED("dns_retr_no", GLOBAL_NUMBER),
    IGNORED("dns_servers_no", GLOBAL_NUMBER),
    IGNORED("dns_use_search_list", GLOBAL_NUMBER),
    IGNORED("dns_search_full_match", GLOBAL_NUMBER),
    IGNORED("dns_naptr_ignore_rfc", GLOBAL_NUMBER),
    IGNORED("dns_cache_init", GLOBAL_NUMBER),
    IGNORED("use_dns_cache", GLOBAL_NUMBER),
    IGNORED("use_dns_failover", GLOBAL_NUMBER),
    IGNORED("dns_cache_flags", GLOBAL_NUMBER),
    IGNORED("dns_cache_negative_ttl", GLOBAL_NUMBER),
    IGNORED("dns_cache_min_ttl", GLOBAL_NUMBER),
    IGNORED("dns_cache_max_ttl", GLOBAL_NUMBER),
    IGNORED("dns_cache_mem", GLOBAL_NUMBER),
    IGNORED("dns_cache_gc_interval", GLOBAL_NUMBER),
    IGNORED("dns_cache_del_nonexp", GLOBAL_NUMBER),
    IGNORED("dns_cache_delete_nonexpired", GLOBAL_NUMBER),
    IGNORED("dns_cache_rec_pref", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_init", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_mem", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_ttl", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_expire", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_gc_interval", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_udp_imask", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_tcp_imask", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_tls_imask", GLOBAL_NUMBER),
    IGNORED("dst_blocklist_sctp_imask", GLOBAL_NUMBER),
    /* the other transports: the simulated network is UDP only */
    IGNORED("disable_tcp", GLOBAL_NUMBER),
    IGNORED("tcp_children", GLOBAL_NUMBER),
    IGNORED("tcp_accept_aliases", GLOBAL_NUMBER),
    IGNORED("tcp_accept_unique", GLOBAL_NUMBER),
    IGNORED("tcp_send_timeout", GLOBAL_SIGNED),
    IGNORED("tcp_connect_timeout", GLOBAL_SIGNED),
    IGNORED("tcp_connection_lifetime", GLOBAL_SIGNED),
    IGNORED("tcp_connection_match", GLOBAL_NUMBER),
    CHECKED("tcp_poll_method", GLOBAL_ID, check_poll_method),
    IGNORED("tcp_max_connections", GLOBAL_NUMBER),
    IGNORED("tls_max_connections", GLOBAL_NUMBER),
    IGNORED("tcp_no_connect", GLOBAL_NUMBER),
    IGNORED("tcp_source_ipv4", GLOBAL_IPV4),
    IGNORED("tcp_source_ipv6", GLOBAL_IPV6),
    IGNORED("tcp_fd_cache", GLOBAL_NUMBER),
    IGNORED("tcp_buf_write", GLOBAL_NUMBER),
    IGNORED("tcp_async", GLOBAL_NUMBER),
    IGNORED("tcp_conn_wq_max", GLOBAL_NUMBER),
    IGNORED("tcp_wq_max", GLOBAL_NUMBER),
    IGNORED("tcp_rd_buf_size", GLOBAL_NUMBER),
    IGNORED("tcp_wq_blk_size", GLOBAL_NUMBER),
    IGNORED("tcp_defer_accept", GLOBAL_NUMBER),
    IGNORED("tcp_delayed_ack", GLOBAL_NUMBER),
    IGNORED("tcp_syncnt", GLOBAL_NUMBER),
    IGNORED("tcp_linger2", GLOBAL_NUMBER),
    IGNORED("tcp_keepalive", GLOBAL_NUMBER),
    IGNORED("tcp_keepidle", GLOBAL_NUMBER),
    IGNORED("tcp_keepintvl", GLOBAL_NUMBER),
    IGNORED("tcp_keepcnt", GLOBAL_NUMBER),
    IGNORED("tcp_crlf_ping", GLOBAL_NUMBER),
    IGNORED("tcp_accept_no_cl", GLOBAL_NUMBER),
    IGNORED("tcp_accept_hep3", GLOBAL_NUMBER),
    IGNORED("tcp_accept_haproxy", GLOBAL_NUMBER),
    IGNORED("tcp_clone_rcvbuf", GLOBAL_NUMBER),
    IGNORED("tcp_reuse_port", GLOBAL_NUMBER),
    IGNORED("tcp_wait_data", GLOBAL_SIGNED),
    IGNORED("tcp_script_mode", GLOBAL_SIGNED),
    IGNORED("disable_tls", GLOBAL_NUMBER),
    IGNORED("tls_disable", GLOBAL_NUMBER),
    IGNORED("tlslog", GLOBAL_NUMBER),
    IGNORED("tls_log", GLOBAL_NUMBER),
    IGNORED("tls_port_no", GLOBAL_NUMBER),
    CHECKED("tls_method", GLOBAL_KEYWORD, check_tls_method),
    IGNORED("tls_verify", GLOBAL_NUMBER),
    IGNORED("tls_require_certificate", GLOBAL_NUMBER),
    IGNORED("tls_certificate", GLOBAL_TEXT),
    IGNORED("tls_private_key", GLOBAL_TEXT),
    IGNORED("tls_ca_list", GLOBAL_TEXT),
    IGNORED("tls_handshake_timeout", GLOBAL_NUMBER),
    IGNORED("tls_send_timeout", GLOBAL_NUMBER),
    IGNORED("disable_sctp", GLOBAL_NUMBER),
    IGNORED("enable_sctp", GLOBAL_NUMBER),
    IGNORED("sctp_children", GLOBAL_NUMBER),
    CHECKED("loadpath", GLOBAL_TEXT, set_module_path),
    CHECKED("mpath", GLOBAL_TEXT, set_module_path),
};

enum { GLOBALS = sizeof globals / sizeof *globals };

static const struct global *find(struct span name) {
    for (size_t i = 0; i < GLOBALS; i++)
        if (span_is(name, globals[i].name)) return &globals[i];
    return NULL;
}

bool cfg_global_known(struct span name) { return find(name) != NULL; }

const char *cfg_global_hint(struct span word, char hint[CFG_HINT_MAX]) {
    static const char *const others[] = {"loadmodule",   "modparam",      "request_route", "failure_route",
                                         "branch_route", "onreply_route", "reply_route",   "route"};
    enum { OTHERS = sizeof others / sizeof *others };
    const char *names[GLOBALS + OTHERS + 1] = {0};
    for (size_t i = 0; i < GLOBALS; i++)
        names[i] = globals[i].name;
    for (size_t i = 0; i < OTHERS; i++)
        names[GLOBALS + i] = others[i];
    return cfg_hint(word, names, hint);
}

static bool word_or_text(const struct cfg_token *t) {
    return t->kind == CFG_TOKEN_STRING || t->kind == CFG_TOKEN_WORD;
}

static bool skip_ipv6(struct cfg_parse *p) {
    bool bracket = cfg_take(p, "[");
    if (p->t->kind != CFG_TOKEN_IPV6) return cfg_expected(p, "an IPv6 address");
    cfg_get(p);
    return !bracket || cfg_expect(p, "]");
}

/* The value as one token; NULL after an error. */
static const struct cfg_token *value_parse(struct cfg_parse *p, const struct global *g,
                                           struct cfg_token *value) {
    uint32_t ip; /* which does not matter */
    *value = *p->t;
    switch (g->type) {
    case GLOBAL_NUMBER:
    case GLOBAL_SIGNED: {
        bool negative = g->type == GLOBAL_SIGNED && cfg_take(p, "-");
        *value = *p->t;
        if (value->kind != CFG_TOKEN_NUMBER) return cfg_expected(p, "a number"), NULL;
        if (negative) value->n = -value->n;
        break;
    }
    case GLOBAL_TEXT:
        if (value->kind != CFG_TOKEN_STRING) return cfg_expected(p, "a string"), NULL;
        break;
    case GLOBAL_WORD:
        if (!word_or_text(value)) return cfg_expected(p, "a word or string"), NULL;
        break;
    case GLOBAL_ID:
        if (value->kind != CFG_TOKEN_WORD) return cfg_expected(p, "a word"), NULL;
        break;
    case GLOBAL_KEYWORD:
        if (value->kind != CFG_TOKEN_RESERVED) return cfg_expected(p, "a word"), NULL;
        break;
    case GLOBAL_TOS:
        if (value->kind != CFG_TOKEN_NUMBER && value->kind != CFG_TOKEN_WORD)
            return cfg_expected(p, "a number"), NULL;
        break;
    case GLOBAL_PROTO:
        if (!cfg_transport(value)) return cfg_expected(p, "udp, tcp, tls or sctp"), NULL;
        break;
    case GLOBAL_HOST: return cfg_host_parse(p, true, &value->text) ? value : NULL;
    case GLOBAL_IPV4: return cfg_ipv4_parse(p, &ip) ? value : NULL;
    case GLOBAL_IPV6: return skip_ipv6(p) ? value : NULL;
    case GLOBAL_ALIAS:
    case GLOBAL_LISTEN: break; /* these have parsers of their own */
    }
    cfg_get(p);
    return value;
}

bool cfg_global_parse(struct cfg_parse *p) {
    const struct cfg_token *name = cfg_get(p);
    const struct global *g = find(name->text);
    bool path = g->type == GLOBAL_TEXT && span_search(name->text, SPAN("path")) >= 0;
    bool assigned = path && p->t->kind == CFG_TOKEN_STRING; /* loadpath "..." needs no = */
    if (!assigned && !cfg_expect(p, "=")) return false;
    if (g->type == GLOBAL_ALIAS) return cfg_alias_parse(p);
    if (g->type == GLOBAL_LISTEN) return cfg_listen_parse(p, name->at);
    struct cfg_token value;
    if (!value_parse(p, g, &value)) return false;
    if (g->set) return g->set(p, &value);
    if (g->effect == GLOBAL_IGNORED || value.n == g->n) return true;
    if (g->effect == GLOBAL_WARNED)
        diag_warning(p->diag, name->at, "%s=" SPAN_FMT ": what that changes is not simulated", g->name,
                     SPAN_ARG(value.text));
    else
        diag_error(p->diag, name->at, "%s=" SPAN_FMT " is not simulated", g->name, SPAN_ARG(value.text));
    return g->effect == GLOBAL_WARNED;
}

void cfg_global_words(struct buf *out) {
    static const enum word_state states[] = {[GLOBAL_CHECKED] = WORD_NO_EFFECT,
                                             [GLOBAL_IGNORED] = WORD_NO_EFFECT,
                                             [GLOBAL_DEFAULT] = WORD_NOT_SIMULATED,
                                             [GLOBAL_WARNED] = WORD_NOT_SIMULATED,
                                             [GLOBAL_SET] = WORD_SIMULATED};
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
        word_write(out, "setting", states[globals[i].effect], "%s", globals[i].name);
}
