/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/reserved.h"

#include "model/kamailio/cfg/globals.h"

const char *const cfg_statement_words[] = {"if",     "else", "switch", "case",  "default", "while",
                                           "return", "exit", "drop",   "break", "route",   NULL};

static const char *const words[] = {
    /* blocks and statements */
    "route", "request_route", "failure_route", "reply_route", "onreply_route", "branch_route", "onsend_route",
    "event_route", "drop", "exit", "return", "break", "if", "else", "switch", "case", "default", "while",
    "loadmodule", "loadmodulex", "modparam", "modparamx", "cfgengine", "include_file", "import_file",
    "cfg_select", "cfg_reset",
    /* the core's functions */
    "forward", "forward_tcp", "forward_udp", "forward_tls", "forward_sctp", "log", "error", "exec",
    "force_rport", "add_rport", "add_local_rport", "force_tcp_alias", "add_tcp_alias", "setflag", "resetflag",
    "isflagset", "setavpflag", "resetavpflag", "isavpflagset", "rewritehost", "sethost", "seth",
    "rewritehostport", "sethostport", "sethp", "rewritehostporttrans", "sethostporttrans", "sethpt",
    "rewriteuser", "setuser", "setu", "rewriteuserpass", "setuserpass", "setup", "rewriteport", "setport",
    "setp", "rewriteuri", "seturi", "revert_uri", "prefix", "strip", "strip_tail", "userphone",
    "remove_branch", "clear_branches", "set_advertised_address", "set_advertised_port", "force_send_socket",
    "set_forward_no_connect", "set_reply_no_connect", "set_forward_close", "set_reply_close",
    /* conditions */
    "method", "uri", "status", "from_uri", "to_uri", "src_ip", "src_port", "dst_ip", "dst_port", "snd_ip",
    "snd_port", "snd_proto", "to_proto", "snd_af", "to_af", "to_ip", "to_port", "proto", "af", "myself",
    "uri:host", "uri:port", "msg:len", "max_len", "mod", "strlen", "strempty", "defined", "eq", "ieq", "ne",
    "ine",
    /* declarations and values */
    "flags", "bool", "avpflags", "advertise", "ADVERTISE", "name", "NAME", "virtual", "statistics", "kemi",
    "onsend_route_callback", "reply_route_callback", "event_route_callback", "received_route_callback",
    "pre_routing_callback", "udp", "UDP", "tcp", "TCP", "tls", "TLS", "sctp", "SCTP", "ws", "WS", "wss",
    "WSS", "sslv23", "SSLv23", "SSLV23", "sslv2", "SSLv2", "SSLV2", "sslv3", "SSLv3", "SSLV3", "tlsv1",
    "TLSv1", "TLSV1", "description", "descr", "desc"};

static const struct {
    const char *word;
    int64_t n;
} numbers[] = {{"yes", 1}, {"true", 1},    {"on", 1},   {"enable", 1}, {"no", 0},     {"false", 0},
               {"off", 0}, {"disable", 0}, {"inet", 2}, {"INET", 2},   {"inet6", 10}, {"INET6", 10}};

bool cfg_reserved(struct span word) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(word, words[i])) return true;
    return cfg_global_known(word);
}

bool cfg_reserved_number(struct span word, int64_t *n) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!span_is(word, numbers[i].word)) continue;
        *n = numbers[i].n;
        return true;
    }
    return false;
}
