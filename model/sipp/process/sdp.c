/* SPDX-License-Identifier: MIT */
/*
 * Where media go: SIPp searches the whole message, headers too, for `c=IN IP4 ` and `m=audio ` and takes
 * what follows the first one (facts: SIPp 15.1). Its two ways to send media read the same words differently.
 */
#include "model/sipp/process/address.h"
#include "model/sipp/process/call.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/media.h"

/* What stands behind the first `key` up to a space or the end of the line; empty if no such end follows. */
static struct span find_word(struct span msg, struct span key) {
    ptrdiff_t at = span_search(msg, key);
    if (at < 0) return (struct span){0};
    struct span rest = span_skip(msg, (size_t)at + key.len);
    size_t len = 0;
    while (len < rest.len && rest.p[len] != ' ' && rest.p[len] != '\r' && rest.p[len] != '\n')
        len++;
    return len < rest.len ? span_head(rest, len) : (struct span){0};
}

static struct span find_port(struct span msg, enum media_line line) {
    static const struct span keys[MEDIA_LINES] = {{"m=audio ", 8}, {"m=image ", 8}, {"m=video ", 8}};
    return find_word(msg, keys[line]);
}

/* For clips: getaddrinfo() with numbers only. Where it fails, what was known stays. */
static void learn_clips(struct call *call, struct span msg) {
    struct span host = find_word(msg, SPAN("c=IN IP4 "));
    uint32_t ip;
    if (host.len == 0 || !address_read(host, &ip)) return;
    for (enum media_line line = 0; line < MEDIA_LINES; line++) {
        uint64_t port;
        if (span_to_u64(find_port(msg, line), INT32_MAX, &port))
            call->media->ends[line].to = (struct udp_address){ip, (uint16_t)port};
    }
}

/* For streams: C's atoi(), inet_pton(), and errors that end SIPp. */
static bool learn_streams(struct call *call, struct span msg) {
    struct source_pos at = call_step(call)->at;
    struct span host = find_word(msg, SPAN("c=IN IP4 "));
    bool ipv6 = host.len == 0;
    if (ipv6) host = find_word(msg, SPAN("c=IN IP6 "));
    if (host.len == 0) {
        sipp_fatal(call->sipp, at, "SIPp ends: a received SDP has no c= line with IP4 or IP6 and an address");
        return false;
    }
    uint16_t ports[MEDIA_LINES], any = 0;
    for (enum media_line line = 0; line < MEDIA_LINES; line++)
        any |= ports[line] = (uint16_t)header_integer(find_port(msg, line));
    if (!any) {
        sipp_fatal(call->sipp, at,
                   "SIPp ends: a received SDP has no m=audio, m=image or m=video line with a port");
        return false;
    }
    uint32_t ip;
    if (!ipv6 && ipv4_parse(host, &ip))
        call->media->stream.to = (struct udp_address){ports[MEDIA_AUDIO] ? ip : 0, ports[MEDIA_AUDIO]};
    return true;
}

/* Does SIPp take the message for one with an SDP? */
static bool is_sdp(struct call *call, const struct header_lines *msg) {
    struct buf *text = &call->sipp->text2;
    buf_reset(text);
    if (!header_write(text, msg, SPAN("Content-Type:"), true)) return false;
    if (!span_is(span_trim(buf_span(text)), "application/sdp")) return false;
    buf_reset(text);
    return header_write(text, msg, SPAN("Content-Length:"), true) && header_integer(buf_span(text)) > 0;
}

bool media_learn(struct call *call, struct payload *payload, unsigned status, struct span method) {
    struct span msg = call_lines(call, payload)->text;
    static const char *const offering[] = {"INVITE", "ACK", "PRACK", NULL};
    if (call_step(call)->ignoresdp) return true;
    bool reads = status > 0 && header_body(msg).len > 0;
    for (size_t i = 0; status == 0 && offering[i]; i++)
        reads |= span_starts(method, offering[i]);
    if (reads) learn_clips(call, msg);
    return !is_sdp(call, call_lines(call, payload)) || learn_streams(call, msg);
}
