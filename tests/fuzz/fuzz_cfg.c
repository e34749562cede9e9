/* SPDX-License-Identifier: MIT */
/* A kamailio.cfg: refused with a reason, or a call and what else may come run through it. */
#include "tests/fuzz/folder.h"
#include "tests/fuzz/sender.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    fuzz_folder_begin("03_proxy_stateful_rr");
    return 0;
}

/* Beside the call: a request that wants an answer, one with a route, one that cannot be read to its end. */
static const char messages[] =
    ">OPTIONS sip:a@172.20.0.10 SIP/2.0\r\nVia: SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-o;rport\r\n"
    "f: \"A <b>\" <sip:a:b@172.20.0.2;x=y>;tag=1\r\nt: <sip:c@172.20.0.3>\r\ni: o@172.20.0.2\r\nCSeq: 7 "
    "OPTIONS\r\n"
    "Contact: <sip:a@172.20.0.2:5060>\r\nX-A: one\r\nX-A: two\r\nContent-Length: 0\r\n\r\n\x1e"
    ">MESSAGE tel:+123;phone-context=x SIP/2.0\r\nVia: SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK-m\r\n"
    "Route: <sip:172.20.0.10;lr;ftag=2>, <sip:172.20.0.3;lr>\r\nFrom: sip:a@h;tag=2\r\nTo: sip:c@h\r\n"
    "Call-ID: m\r\nCSeq: 8 MESSAGE\r\nMax-Forwards: 3\r\nContent-Length: 4\r\n\r\nbody\x1e"
    ">INVITE sip:x@172.20.0.3 SIP/2.0\r\nVia: SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK-d\r\nFrom: <a\r\nTo: "
    "b\r\n"
    "Call-ID: d\r\nCSeq: 9 INVITE\r\nunreadable\r\n\r\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_sender sender = {.messages = {messages, sizeof messages - 1}};
    fuzz_folder_replace("kamailio.cfg", fuzz_span(data, size));
    fuzz_folder_run(NULL, 0, fuzz_sender_begin, &sender);
    return 0;
}
