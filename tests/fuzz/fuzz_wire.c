/* SPDX-License-Identifier: MIT */
/*
 * Raw messages, as tests/fuzz/sender.h lays them out, among those of a call: sent to a stateful, a stateless
 * or a record-routing proxy, as the first byte says, which relays to a caller and a callee that run SIPp.
 */
#include "tests/fuzz/folder.h"
#include "tests/fuzz/sender.h"

static const char *const proxies[] = {
    "loadmodule \"pv\" loadmodule \"sl\" loadmodule \"maxfwd\" loadmodule \"tm\"\n"
    "children=2\nlisten=udp:172.20.0.10:5060\nonreply_route { if (status =~ \"^3\") drop; }\n"
    "failure_route[F] { if (t_check_status(\"4..\")) { t_relay(); } }\n"
    "request_route { if (!maxfwd_process(\"10\")) { sl_send_reply(\"483\", \"Too Many Hops\"); exit; }\n"
    "if (method == \"CANCEL\") { t_relay(); exit; } t_on_failure(\"F\"); if (!t_relay()) sl_reply_error(); "
    "}\n",
    "listen=udp:172.20.0.10:5060\nrequest_route { forward(); }\n",
    "loadmodule \"pv\" loadmodule \"sl\" loadmodule \"maxfwd\" loadmodule \"tm\" loadmodule \"rr\" "
    "loadmodule \"textops\" "
    "loadmodule \"siputils\" loadmodule \"xlog\"\nlisten=udp:172.20.0.10:5060\nmodparam(\"rr\", "
    "\"append_fromtag\", 1)\n"
    "request_route { xlog(\"$rm $ru $rU $rd $rp $fu $fU $fd $ft $tu $tU $td $tt $ci $cs $si $sp "
    "$hdr(Contact) $rb $ml\\n\");\n"
    "if (has_totag()) { if (loose_route()) { t_relay(); exit; } if (is_method(\"ACK\")) { t_check_trans(); "
    "exit; } }\n"
    "if (is_method(\"INVITE|SUBSCRIBE\")) record_route(); append_hf(\"X-A: $rU\\r\\n\", \"Via\"); "
    "remove_hf(\"Subject\");\n"
    "if ($rU == \"r\") { $rU = \"b c\"; } if (uri == myself) { $du = \"sip:172.20.0.3\"; } forward(); }\n",
};
enum { PROXIES = sizeof proxies / sizeof *proxies };

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    fuzz_folder_begin("03_proxy_stateful_rr");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    struct fuzz_sender sender = {.messages = fuzz_span(data + 1, size - 1)};
    fuzz_folder_replace("kamailio.cfg", span_of(proxies[data[0] % PROXIES]));
    fuzz_folder_run(NULL, 0, fuzz_sender_begin, &sender);
    return 0;
}
