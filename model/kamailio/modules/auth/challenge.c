/* SPDX-License-Identifier: MIT */
/* Answers that ask for credentials (facts: Kamailio 40.3). */
#include "model/kamailio/modules/auth/auth.h"
#include "model/kamailio/modules/sl.h"

void auth_challenge_write(struct buf *out, struct kam_run *run, enum auth_kind kind, struct span realm,
                          int64_t flags) {
    const struct auth *a = auth_of(run);
    buf_add(out, kind == AUTH_WWW ? a->www_header : a->proxy_header);
    buf_addf(out, ": Digest realm=\"" SPAN_FMT "\", nonce=\"", SPAN_ARG(auth_realm(run, realm)));
    auth_nonce_write(out, run);
    buf_add_char(out, '"');
    if (flags & AUTH_QOP_AUTH_INT)
        buf_add(out, SPAN(", qop=\"auth-int\""));
    else if (flags & AUTH_QOP_AUTH)
        buf_add(out, SPAN(", qop=\"auth\""));
    if (flags & AUTH_SAY_STALE) buf_add(out, SPAN(", stale=true"));
    if (a->algorithm.len) buf_addf(out, ", algorithm=" SPAN_FMT, SPAN_ARG(a->algorithm));
    buf_add(out, SPAN("\r\n"));
}

static bool answer(struct kam_run *run, unsigned status, struct span reason) {
    return auth_of(run)->force_stateless_reply ? kam_sl_reply(run, status, reason)
                                               : kam_sl_answer(run, status, reason);
}

/* An ACK and a CANCEL cannot be asked; that is no failure. */
int auth_challenge(struct kam_run *run, enum auth_kind kind, const struct kam_arg *args) {
    int64_t flags = args[1].n;
    if (args[0].missing || !args[0].s.len || args[1].missing) {
        answer(run, 500, SPAN("Internal Server Error")); /* flag 4 does not help */
        return -1;
    }
    if (run->method == KAM_ACK || run->method == KAM_CANCEL) return 1;
    auth_challenge_write(&run->reply_lines, run, kind, args[0].s, flags);
    bool www = kind == AUTH_WWW;
    return answer(run, www ? 401 : 407, www ? SPAN("Unauthorized") : SPAN("Proxy Authentication Required"))
               ? 1
               : -3;
}
