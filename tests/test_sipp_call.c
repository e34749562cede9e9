/* SPDX-License-Identifier: MIT */
/*
 * Proves what one SIPp does on the wire: a scripted peer sends it messages at given times and writes down
 * what comes. Each case is a scenario, a script and the transcript that the real SIPp 3.6.1 gives (the fact
 * sheet's number stands beside it).
 */
#include "model/sipp/sipp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SUT  0xac140003
#define PEER 0xac140002

struct line {
    int64_t at_us;
    const char *message;
};

struct transcript {
    struct buf text;
    bool with_times, whole;
};

static struct event_queue queue;
static struct net *net;
static struct host *sut_host, *peer_host;
static struct source_set sources;
static struct diag diag;
static struct sipp_config config;
static struct transcript transcript;

static int begin(void **state) {
    (void)state;
    event_queue_init(&queue);
    net = net_new(&queue, 1, 65535);
    sut_host = net_add_host(net, "sut", SUT);
    peer_host = net_add_host(net, "peer", PEER);
    net_path(net, sut_host, peer_host)->delay_ns = 10 * NS_PER_US;
    net_path(net, peer_host, sut_host)->delay_ns = 10 * NS_PER_US;
    sipp_config_default(&config);
    config.local.ip = SUT;
    config.pid = 77;
    transcript = (struct transcript){0};
    return 0;
}

static int end(void **state) {
    (void)state;
    buf_free(&transcript.text);
    net_free(net); /* asserts that nothing leaked */
    event_queue_free(&queue);
    source_set_free(&sources);
    diag_free(&diag);
    return 0;
}

static void write_time(void) {
    if (transcript.with_times) buf_addf(&transcript.text, "%lld ", (long long)(queue.now_ns / NS_PER_MS));
}

static void came(void *arg, struct datagram *d) {
    (void)arg;
    struct span message = payload_span(d->payload);
    ptrdiff_t line_end = span_find(message, '\r');
    write_time();
    buf_add(&transcript.text,
            transcript.whole || line_end < 0 ? message : span_head(message, (size_t)line_end));
    buf_add_char(&transcript.text, '\n');
}

static void failed(void *arg, int64_t now_ns, struct source_pos at, const char *reason) {
    (void)arg, (void)now_ns, (void)at;
    write_time();
    buf_addf(&transcript.text, "# %s\n", reason);
}

static void lost(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d) {
    (void)arg, (void)now_ns, (void)d;
    if (why == LOST_CLOSED_PORT) buf_add_text(&transcript.text, "# nobody there\n");
}

static void say(void *arg) {
    struct payload *p = payload_of(net_pool(net), span_of(arg));
    host_send(peer_host, 5060, (struct udp_options){0}, (struct udp_address){SUT, 5060}, p, NULL);
    payload_drop(p);
}

/* Runs a scenario against the script (ended by NULL) until nothing happens any more; returns the counts. */
static struct sipp_counts run(const char *body, const struct line *script, int *status) {
    struct buf text = {0};
    buf_addf(&text, "<?xml version=\"1.0\"?><scenario>%s</scenario>", body);
    struct source *source = source_text(&sources, "x.xml", buf_span(&text));
    buf_free(&text);
    struct sipp_program *program = sipp_program_load(source, NULL, NULL, 0, &diag);
    if (!program) fail_msg("%s", buf_text(&diag.text));
    if (sipp_program_is_client(program)) {
        config.remote.ip = PEER;
        if (config.calls == 0) config.calls = 1;
    }
    host_bind(peer_host, 5060, came, NULL);
    net_on_lost(net, lost, NULL);
    struct sipp *sipp = sipp_new(&config, program, sut_host, NULL, &diag);
    if (!sipp) fail_msg("%s", buf_text(&diag.text));
    sipp_on_failed(sipp, failed, NULL);
    enum { LINES = 16 };
    struct event events[LINES];
    for (size_t i = 0; script && script[i].message; i++) {
        assert_true(i < LINES);
        event_init(&events[i], say, (void *)(uintptr_t)script[i].message);
        event_at(&queue, &events[i], script[i].at_us * NS_PER_US);
    }
    while (event_queue_step(&queue))
        assert_true(queue.now_ns < 200 * NS_PER_S);
    struct sipp_counts counts = sipp_stats(sipp)->calls;
    if (status) *status = sipp_exit_status(sipp);
    sipp_free(sipp);
    sipp_program_free(program);
    return counts;
}

/* Messages of the peer. */
#define HEAD(cseq, more)                                                                                     \
    "Via: SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK-p\r\nFrom: <sip:p@172.20.0.2>;tag=p\r\n"                     \
    "To: <sip:s@172.20.0.3>" more "\r\nCall-ID: c@p\r\nCSeq: " cseq "\r\n\r\n"
#define REQUEST(method, number) method " sip:s@172.20.0.3 SIP/2.0\r\n" HEAD(number " " method, "")
#define RESPONSE(status, cseq)  "SIP/2.0 " status " x\r\n" TO_CALL(cseq, ";tag=t")
#define TO_CALL(cseq, tag)                                                                                   \
    "Via: SIP/2.0/UDP 172.20.0.3:5060;branch=z9hG4bK-77-1-0\r\nFrom: <sip:s@172.20.0.3>;tag=1\r\n"           \
    "To: <sip:p@172.20.0.2>" tag "\r\nCall-ID: 1-77@172.20.0.3\r\nCSeq: " cseq "\r\n\r\n"

/* Messages of the scenarios. */
#define SEND(attributes, first)                                                                              \
    "<send " attributes "><![CDATA[" first "\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"      \
    "[last_CSeq:]\nContent-Length: 0]]></send>"
#define CALL(attributes, method, cseq)                                                                       \
    "<send " attributes "><![CDATA[" method " sip:p@172.20.0.2 SIP/2.0\n"                                    \
    "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\nFrom: <sip:s@[local_ip]>;tag=1\n"             \
    "To: <sip:p@[remote_ip]>[peer_tag_param]\nCall-ID: [call_id]\nCSeq: " cseq " " method                    \
    "\nContent-Length: 0]]></send>"

#define CALLEE                                                                                               \
    "<recv request=\"INVITE\"/>" SEND("", "SIP/2.0 180 R")                                                   \
        SEND("retrans=\"500\"",                                                                              \
             "SIP/2.0 200 OK") "<recv request=\"ACK\"/><recv request=\"BYE\"/>" SEND("", "SIP/2.0 200 BYE")

#define CALLEE_THINKS                                                                                        \
    "<recv request=\"INVITE\"/>" SEND("", "SIP/2.0 180 R") "<pause milliseconds=\"400\"/>" SEND(             \
        "", "SIP/2.0 200 OK") "<recv request=\"BYE\"/>" SEND("", "SIP/2.0 200 BYE")

#define CALLER                                                                                               \
    CALL("retrans=\"500\"", "INVITE", "1")                                                                   \
    "<recv response=\"100\" optional=\"true\"/><recv response=\"180\" optional=\"true\"/>"                   \
    "<recv response=\"200\"/>" CALL("", "ACK", "1") "<pause milliseconds=\"400\"/>" CALL(                    \
        "retrans=\"500\"", "BYE", "2") "<recv response=\"200\"/>"

static const struct {
    const char *what, *body;
    struct line script[8];
    const char *transcript;
} cases[] = {
    {"a callee's call",
     CALLEE,
     {{1000, REQUEST("INVITE", "1")}, {50000, REQUEST("ACK", "1")}, {90000, REQUEST("BYE", "2")}},
     "SIP/2.0 180 R\nSIP/2.0 200 OK\nSIP/2.0 200 BYE\n"},
    {"5.2: a repeated INVITE gets what was sent right after it, again",
     CALLEE_THINKS,
     {{1000, REQUEST("INVITE", "1")}, {200000, REQUEST("INVITE", "1")}, {900000, REQUEST("BYE", "2")}},
     "SIP/2.0 180 R\nSIP/2.0 180 R\nSIP/2.0 200 OK\nSIP/2.0 200 BYE\n"},
    {"5.2: after two sends the INVITE is no longer known: the call dies silently, later messages meet a dead "
     "call",
     CALLEE,
     {{1000, REQUEST("INVITE", "1")},
      {200000, REQUEST("INVITE", "1")},
      {300000, REQUEST("ACK", "1")},
      {400000, REQUEST("INVITE", "1")}},
     "SIP/2.0 180 R\nSIP/2.0 200 OK\n# expected ACK, got INVITE\n"},
    {"5.2: a copy that is not equal byte for byte is unexpected",
     CALLEE_THINKS,
     {{1000, REQUEST("INVITE", "1")}, {200000, REQUEST("INVITE", "01")}},
     "SIP/2.0 180 R\n# unexpected INVITE while in <pause>\n"},
    {"5.2: a repeated message that nothing was sent after is ignored",
     "<recv request=\"INVITE\"/><pause milliseconds=\"300\"/>" SEND("", "SIP/2.0 200 OK"),
     {{1000, REQUEST("INVITE", "1")}, {100000, REQUEST("INVITE", "1")}},
     "SIP/2.0 200 OK\n"},
    {"6.1: BYE and CANCEL that are not expected get 200, and their copies too",
     CALLEE_THINKS,
     {{1000, REQUEST("INVITE", "1")}, {200000, REQUEST("CANCEL", "1")}, {300000, REQUEST("CANCEL", "1")}},
     "SIP/2.0 180 R\n# unexpected CANCEL while in <pause>\nSIP/2.0 200 OK\n# expected INVITE, got CANCEL\n"
     "SIP/2.0 200 OK\n"},
    {"6.1: any other request gets nothing",
     CALLEE,
     {{1000, REQUEST("OPTIONS", "1")}},
     "# expected INVITE, got OPTIONS\n"},
    {"5.1: what is no SIP or has no Call-ID is discarded",
     CALLEE,
     {{1000, "\r\n\r\n"}, {2000, "garbage"}, {3000, "INVITE sip:x SIP/2.0\r\nVia: x\r\n\r\n"}},
     ""},
    {"6.4: a stray response makes a call at a server",
     CALLEE,
     {{1000, RESPONSE("200", "1 INVITE")}},
     "# expected INVITE, got 200\n"},
    {"4: the schedule of a 200 without ACK, and the end",
     "<recv request=\"INVITE\"/>" SEND("retrans=\"500\"", "SIP/2.0 200 OK") "<recv request=\"ACK\"/>",
     {{1000, REQUEST("INVITE", "1")}},
     "1 SIP/2.0 200 OK\n504 SIP/2.0 200 OK\n1508 SIP/2.0 200 OK\n3512 SIP/2.0 200 OK\n7516 SIP/2.0 200 OK\n"
     "11520 SIP/2.0 200 OK\n15524 SIP/2.0 200 OK\n19528 SIP/2.0 200 OK\n23532 SIP/2.0 200 OK\n"
     "27536 SIP/2.0 200 OK\n31540 # no answer to the response after 10 transmissions\n"},
    {"5.5: every match moves the pointer, also backwards: global",
     "<recv request=\"INFO\" optional=\"global\"/><recv request=\"INVITE\"/>" SEND(
         "", "SIP/2.0 200 one") "<pause milliseconds=\"500\"/>" SEND("", "SIP/2.0 200 two"),
     {{1000, REQUEST("INVITE", "1")}, {100000, REQUEST("INFO", "2")}, {200000, REQUEST("INVITE", "3")}},
     "SIP/2.0 200 one\nSIP/2.0 200 one\nSIP/2.0 200 two\n"},
    {"5.1: a nop as first step keeps the message for the first recv",
     "<nop><action><assign assign_to=\"n\" value=\"3\"/></action></nop><nop/><recv request=\"INVITE\"/>" SEND(
         "", "SIP/2.0 200 [$n]"),
     {{1000, REQUEST("INVITE", "1")}},
     "SIP/2.0 200 3.000000\n"},
    {"6.1: a label _unexp.main takes what does not fit",
     "<recv request=\"INVITE\"/>" SEND(
         "", "SIP/2.0 180 R") "<recv request=\"BYE\" next=\"out\"/>"
                              "<label id=\"_unexp.main\"/><recv request=\"OPTIONS|INFO\" "
                              "regexp_match=\"true\"/>" SEND(
                                  "", "SIP/2.0 200 aside") "<nop><action><assign assign_to=\"_\" "
                                                           "value=\"0\"/><jump value=\"2\"/></action></nop>"
                                                           "<label id=\"out\"/>" SEND("", "SIP/2.0 200 BYE"),
     {{1000, REQUEST("INVITE", "1")}, {100000, REQUEST("INFO", "2")}, {200000, REQUEST("BYE", "3")}},
     "SIP/2.0 180 R\nSIP/2.0 200 aside\nSIP/2.0 200 BYE\n"},
    {"10.2: check_it marks the call as failed, which goes on",
     "<recv request=\"INVITE\"><action><ereg regexp=\"zzz\" search_in=\"msg\" check_it=\"true\" "
     "assign_to=\"_\"/>"
     "</action></recv>" SEND("", "SIP/2.0 200 OK"),
     {{1000, REQUEST("INVITE", "1")}},
     "# the regular expression does not match\nSIP/2.0 200 OK\n"},
    {"10.2: a test and a condition",
     "<recv request=\"INVITE\"/><nop><action><assign assign_to=\"a\" value=\"2.4\"/><divide assign_to=\"a\" "
     "value=\"1.2\"/>"
     "<test assign_to=\"even\" variable=\"a\" compare=\"equal\" value=\"2\"/></action></nop>" SEND(
         "condexec=\"even\" condexec_inverse=\"true\"", "SIP/2.0 180 odd")
         SEND("condexec=\"even\"", "SIP/2.0 180 [$a]") "<nop next=\"end\" test=\"even\"/>" SEND(
             "", "SIP/2.0 200 no") "<label id=\"end\"/>" SEND("", "SIP/2.0 200 [$even]"),
     {{1000, REQUEST("INVITE", "1")}},
     "SIP/2.0 180 2.000000\nSIP/2.0 200 true\n"},
    {"6.4: a dead call is remembered for 33 seconds",
     "<recv request=\"OPTIONS\"/>" SEND("", "SIP/2.0 200 OK"),
     {{1000, REQUEST("OPTIONS", "1")},
      {32000000, REQUEST("OPTIONS", "1")},
      {64000000, REQUEST("OPTIONS", "1")},
      {98000000, REQUEST("OPTIONS", "1")}},
     "SIP/2.0 200 OK\nSIP/2.0 200 OK\n"},

    {"a caller's call, and the closed port after it",
     CALLER,
     {{110000, RESPONSE("180", "1 INVITE")},
      {120000, RESPONSE("200", "1 INVITE")},
      {600000, RESPONSE("200", "2 BYE")},
      {700000, RESPONSE("200", "2 BYE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\nACK sip:p@172.20.0.2 SIP/2.0\nBYE sip:p@172.20.0.2 SIP/2.0\n# nobody "
     "there\n"},
    {"4: the schedule of an INVITE that nobody answers",
     CALLER,
     {{0, NULL}},
     "105 INVITE sip:p@172.20.0.2 SIP/2.0\n608 INVITE sip:p@172.20.0.2 SIP/2.0\n"
     "1612 INVITE sip:p@172.20.0.2 SIP/2.0\n3616 INVITE sip:p@172.20.0.2 SIP/2.0\n"
     "7620 INVITE sip:p@172.20.0.2 SIP/2.0\n15624 INVITE sip:p@172.20.0.2 SIP/2.0\n"
     "31628 # no answer to INVITE after 6 transmissions\n"},
    {"4: a 180 ends the retransmission of the INVITE for good",
     CALLER "<recv request=\"X\"/>",
     {{110000, RESPONSE("180", "1 INVITE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\n"},
    {"4: a provisional answer to another request slows it down",
     CALL("retrans=\"500\"", "OPTIONS",
          "1") "<recv response=\"100\" optional=\"true\"/><recv response=\"200\"/>",
     {{700000, RESPONSE("100", "1 OPTIONS")}, {9000000, RESPONSE("200", "1 OPTIONS")}},
     "105 OPTIONS sip:p@172.20.0.2 SIP/2.0\n608 OPTIONS sip:p@172.20.0.2 SIP/2.0\n"
     "4704 OPTIONS sip:p@172.20.0.2 SIP/2.0\n8708 OPTIONS sip:p@172.20.0.2 SIP/2.0\n"},
    {"4: a message that is still retransmitted blocks the next one",
     CALL("retrans=\"500\"", "OPTIONS", "1") CALL("", "MESSAGE", "2"),
     {{700000, RESPONSE("200", "1 OPTIONS")}},
     "OPTIONS sip:p@172.20.0.2 SIP/2.0\nOPTIONS sip:p@172.20.0.2 SIP/2.0\n# unexpected 200 before "
     "<send>\n"
     "BYE sip:p@172.20.0.2 SIP/2.0\n"},
    {"6.2: a late 180 makes the caller hang up",
     CALLER,
     {{120000, RESPONSE("200", "1 INVITE")}, {200000, RESPONSE("180", "1 INVITE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\nACK sip:p@172.20.0.2 SIP/2.0\n# unexpected 180 while in <pause>\n"
     "BYE sip:p@172.20.0.2 SIP/2.0\n"},
    {"6.2: a 486 gets the default ACK",
     CALLER,
     {{120000, RESPONSE("486", "1 INVITE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\n# expected 100, 180 or 200, got 486\nACK sip:p@172.20.0.2 SIP/2.0\n"},
    {"6.2: another provisional answer gets the default CANCEL",
     CALLER,
     {{120000, RESPONSE("182", "1 INVITE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\n# expected 100, 180 or 200, got 182\nCANCEL sip:p@172.20.0.2 "
     "SIP/2.0\n"},
    {"6.2: between 200 and ACK: ACK, then BYE",
     CALL("", "INVITE", "1") "<recv response=\"200\"/><pause milliseconds=\"400\"/>" CALL("", "ACK", "1"),
     {{120000, RESPONSE("200", "1 INVITE")}, {200000, RESPONSE("180", "1 INVITE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\n# unexpected 180 while in <pause>\nACK sip:p@172.20.0.2 SIP/2.0\n"
     "BYE sip:p@172.20.0.2 SIP/2.0\n"},
    {"5.3: after the BYE a 200 to the INVITE is taken for the answer to the BYE",
     CALLER,
     {{120000, RESPONSE("200", "1 INVITE")}, {600000, RESPONSE("200", "1 INVITE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\nACK sip:p@172.20.0.2 SIP/2.0\nBYE sip:p@172.20.0.2 SIP/2.0\n"},
    {"5.4: another 200 during the pause is acknowledged again",
     CALLER,
     {{120000, RESPONSE("200", "1 INVITE")},
      {200000, "SIP/2.0 200 y\r\n" TO_CALL("1 INVITE", ";tag=u")},
      {600000, RESPONSE("200", "2 BYE")}},
     "INVITE sip:p@172.20.0.2 SIP/2.0\nACK sip:p@172.20.0.2 SIP/2.0\nACK sip:p@172.20.0.2 SIP/2.0\n"
     "BYE sip:p@172.20.0.2 SIP/2.0\n"},
    {"5.5: the receive timer of a step runs only when it is the current one",
     CALL("", "INVITE",
          "1") "<recv response=\"180\" optional=\"true\"/><recv response=\"200\" timeout=\"1000\"/>",
     {{2000000, RESPONSE("180", "1 INVITE")}},
     "105 INVITE sip:p@172.20.0.2 SIP/2.0\n3005 # timeout waiting for 200\n3005 CANCEL sip:p@172.20.0.2 "
     "SIP/2.0\n"},
    {"5.5: ontimeout",
     CALL("", "OPTIONS", "1") "<recv response=\"200\" timeout=\"700\" ontimeout=\"again\"/><label "
                              "id=\"again\"/>" CALL("", "OPTIONS", "2") "<recv response=\"200\"/>",
     {{900000, RESPONSE("200", "2 OPTIONS")}},
     "105 OPTIONS sip:p@172.20.0.2 SIP/2.0\n809 OPTIONS sip:p@172.20.0.2 SIP/2.0\n"},
    {"4: ontimeout of a send",
     CALL("retrans=\"300\" ontimeout=\"x\"", "OPTIONS",
          "1") "<recv response=\"200\"/><label id=\"x\"/>" CALL("", "MESSAGE", "2"),
     {{0, NULL}},
     "105 OPTIONS sip:p@172.20.0.2 SIP/2.0\n408 OPTIONS sip:p@172.20.0.2 SIP/2.0\n"
     "1012 OPTIONS sip:p@172.20.0.2 SIP/2.0\n2217 MESSAGE sip:p@172.20.0.2 SIP/2.0\n"},
    {"6.4: a caller discards what belongs to none of its calls",
     CALL("", "OPTIONS", "1") "<pause milliseconds=\"200\"/>",
     {{150000, REQUEST("OPTIONS", "1")}},
     "OPTIONS sip:p@172.20.0.2 SIP/2.0\n"},
};

static void behaviour(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(NULL);
        config.max_non_invite_retrans = strstr(cases[i].body, "ontimeout=\"x\"") ? 2 : -1;
        transcript.with_times = ascii_digit((unsigned char)cases[i].transcript[0]);
        run(cases[i].body, cases[i].script, NULL);
        if (strcmp(buf_text(&transcript.text), cases[i].transcript) != 0)
            fail_msg("%s:\n%sinstead of\n%s", cases[i].what, buf_text(&transcript.text), cases[i].transcript);
        end(NULL);
    }
}

/* What a single message looks like: white space, empty keywords, [len] (facts: SIPp 2 and 3). */
static const struct {
    const char *message, *bytes;
} messages[] = {
    {"A x\nL: [len]", "A x\r\nL:     0\r\n\r\n"},
    {"A x\nL: [len]\n\nbody\n", "A x\r\nL:     6\r\n\r\nbody\r\n"},
    {"A x\nL: [len+5]\n\nbody", "A x\r\nL:     9\r\n\r\nbody"},
    {"A x\nL: [len]\nM: [len]\n\nbody", "A x\r\nL:      \r\nM:     4\r\n\r\nbody"},
    {"A x\n[routes]\nB: 1", "A x\r\nB: 1\r\n\r\n"},
    {"A x\n[last_Foo:];tag=2", "A x\r\n;tag=2\r\n\r\n"},
    {"A x\n[last_A:] [last_B:]tail", "A x\r\ntail\r\n\r\n"},
    {"A x\nB: 1\n[routes]", "A x\r\nB: 1\r\n"}, /* the empty line is swallowed too */
    {"A x\n[last_Foo:]\n\nbody", "A x\r\nbody"},
    {"A x\nB: ([last_Foo:])[next_url][peer_tag_param]", "A x\r\nB: ()\r\n\r\n"},
    {"A x\nB: [branch] [branch-3] [msg_index] [call_number] [pid] [call_id]",
     "A x\r\nB: z9hG4bK-77-1-0 z9hG4bK-77-1--3 0 1 77 1-77@172.20.0.3\r\n\r\n"},
    {"A x\nB: [cseq] [cseq+3] [users] [userid] [dynamic_id] [dynamic_id]",
     "A x\r\nB: 1 4 -1 0 10000 10004\r\n\r\n"},
    {"A x\nB: [service] [remote_ip]:[remote_port+2] [local_ip]:[local_port-1] [transport] IP[local_ip_type]",
     "A x\r\nB: service 172.20.0.2:5062 172.20.0.3:5059 UDP IP4\r\n\r\n"},
    {"A x\nB: audio [media_port] [auto_media_port+4]", "A x\r\nB: audio 6000 6004\r\n\r\n"},
    {"A x\nB: [clock_tick] [timestamp]|[date]",
     "A x\r\nB: 104 2026-01-01\t00:00:00.105090\t1767225600.105090|Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n"},
    {"A x\nB: \\x5B\\x41\\x5d [sipp_version]", "A x\r\nB: [A] 3.6.1\r\n\r\n"},
};

static void messages_as_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        begin(NULL);
        transcript.whole = true;
        struct buf body = {0};
        buf_addf(&body, "<send><![CDATA[%s]]></send>", messages[i].message);
        run(buf_text(&body), NULL, NULL);
        buf_free(&body);
        transcript.text.len -= 1; /* the transcript's own line end */
        assert_string_equal(buf_text(&transcript.text), messages[i].bytes);
        end(NULL);
    }
}

/* Facts: SIPp 2: without a body, [len] writes ten bytes over what follows, the last of them NUL. */
static void len_overwrites_what_follows(void **state) {
    (void)state;
    transcript.whole = true;
    run("<send><![CDATA[A x\nL: [len]\nX-After: y]]></send>", NULL, NULL);
    static const char bytes[] = "A x\r\nL:     0\r\n\r\n\0fter: y\r\n\r\n\n";
    assert_int_equal(transcript.text.len, sizeof bytes - 1);
    assert_memory_equal(transcript.text.p, bytes, sizeof bytes - 1);
}

/* Facts: SIPp 3.4, 3.5, 10.2: what a message with awkward headers gives. */
static void received_headers(void **state) {
    (void)state;
    static const char invite[] =
        "INVITE sip:s@172.20.0.3;x=y SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1  \r\nVia:SIP/2.0/UDP b\r\n"
        "via:   SIP/2.0/UDP c,SIP/2.0/UDP d\r\nRecord-Route: <sip:r1;lr>\r\nRecord-Route: <sip:r2;lr>, "
        "<sip:r3;lr>\r\n"
        "f: p <sip:p@h>;tag=1\r\nTo: s <sip:s@h>\r\nCall-ID: c@p\r\nCSeq:   41   INVITE\r\nm: <sip:c@h>;x\r\n"
        "X-M: one\r\nX-M:   two \r\nSubject: folded\r\n  line\r\nContent-Length: 3\r\n\r\nv=0";
    transcript.whole = true;
    run("<recv request=\"INVITE\" rrs=\"true\"><action>"
        "<ereg regexp=\"sip:([a-z]+)@([^;&gt;]*)\" search_in=\"hdr\" header=\"To:\" assign_to=\"m,u,h\"/>"
        "<ereg regexp=\".*\" search_in=\"hdr\" header=\"X-M:\" occurrence=\"2\" assign_to=\"second\"/>"
        "<ereg regexp=\"v.*\" search_in=\"body\" assign_to=\"body\"/></action></recv>"
        "<send><![CDATA[SIP/2.0 200 "
        "OK\n[last_Via:]\n[last_From:];more\n[last_cseq]\n[last_CSeq:]\n[last_X-M]\n"
        "[last_Subject:]\n[last_Contact:]\nR: [last_Request_URI] [last_cseq_number+1] [cseq] "
        "[next_url]\n[routes]\n"
        "E: ([$m]) ([$u]) ([$h]) ([$second]) ([$body])]]></send>",
        (struct line[]){{1000, invite}, {0, NULL}}, NULL);
    assert_string_equal(
        buf_text(&transcript.text),
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b, SIP/2.0/UDP c,SIP/2.0/UDP d\r\n"
        "f: p <sip:p@h>;tag=1;more\r\nCSeq:   41   INVITE\r\nCSeq:   41   INVITE\r\nX-M: one, two\r\n"
        "Subject: folded\n  line\r\nm: <sip:c@h>;x\r\nR: sip:s@h 42 41 sip:c@h\r\n"
        "Route: <sip:r1;lr>, <sip:r2;lr>, <sip:r3;lr>\r\n"
        "E: (sip:s@h) (s) (h) (   two ) (v=0)\r\n\r\n\n");
}

/* Facts: SIPp 3.6: RFC 2617 with and without qop. The answer is what Python's hashlib says. */
static void authentication(void **state) {
    (void)state;
    static const char challenge[] = "SIP/2.0 401 x\r\nWWW-Authenticate: Digest realm=\"r1\", nonce=\"abc\", "
                                    "algorithm=MD5, qop=\"auth\"\r\n" TO_CALL("1 REGISTER", ";tag=t");
    transcript.whole = true;
    run("<send><![CDATA[REGISTER sip:x SIP/2.0\nVia: v\nCall-ID: [call_id]\nTo: x\nCSeq: 1 REGISTER]]></send>"
        "<recv response=\"401\" auth=\"true\"/>"
        "<send><![CDATA[REGISTER sip:x SIP/2.0\n[authentication username=joe password=pw]\nX: 1]]></send>",
        (struct line[]){{110000, challenge}, {0, NULL}}, NULL);
    const char *second = strstr(buf_text(&transcript.text), "\nREGISTER");
    assert_non_null(second);
    assert_string_equal(
        second + 1,
        "REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username=\"joe\",realm=\"r1\",cnonce=\"6b8b4567\","
        "nc=00000001,qop=auth,uri=\"sip:172.20.0.2:5060\",nonce=\"abc\","
        "response=\"a26ac891d640c3db5c024e378ec6d4e9\",algorithm=MD5\r\nX: 1\r\n\r\n\n");
}

/* Facts: SIPp 13: what ends the process, and with which status. */
static void exit_statuses(void **state) {
    (void)state;
    static const struct {
        const char *body;
        int status;
        unsigned successful, failed;
    } rows[] = {
        {CALL("", "OPTIONS", "1"), 0, 1, 0},
        {CALL("", "OPTIONS", "1") "<recv response=\"200\" timeout=\"10\"/>", 1, 0, 1},
        {CALL("", "OPTIONS", "1") "<nop><action><exec int_cmd=\"stop_now\"/></action></nop><nop/>", 97, 0, 0},
        {CALL("", "OPTIONS", "1") "<nop><action><exec int_cmd=\"stop_gracefully\"/></action></nop><nop/>", 0,
         1, 0},
        {CALL("", "OPTIONS", "1") "<nop><action><exec int_cmd=\"stop_call\"/></action></nop><nop/>", 0, 1, 0},
        {CALL("", "OPTIONS", "1") "<nop><action><error message=\"enough\"/></action></nop>", 255, 0, 0},
        {"<send><![CDATA[A x\nX: [media_port]]]></send>", 255, 0, 0},
        {"<send><![CDATA[A x\n[authentication]]]></send>", 255, 0, 0},
        {"<nop><action><jump value=\"0\"/></action></nop>" CALL("", "OPTIONS", "1"), 255, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status;
        begin(NULL);
        struct sipp_counts counts = run(rows[i].body, NULL, &status);
        assert_int_equal(status, rows[i].status);
        assert_int_equal(counts.successful, rows[i].successful);
        assert_int_equal(counts.failed, rows[i].failed);
        end(NULL);
    }
}

/* Facts: SIPp 8: when calls start, and what the limit does. */
static void call_generation(void **state) {
    (void)state;
    static const struct {
        uint32_t calls, rate, period_ms, limit;
        const char *pause, *starts;
    } rows[] = {
        {4, 10, 1000, 0, "0", "105 205 305 406 "},      {7, 100, 1000, 0, "0", "13 25 33 45 54 66 73 "},
        {4, 7, 2000, 0, "0", "289 573 861 1146 "},      {5, 10, 1000, 2, "1000", "105 205 1206 1305 2305 "},
        {9, 1000, 1000, 0, "0", "5 5 5 6 9 9 9 9 13 "}, {6, 30, 1000, 0, "0", "37 69 105 137 169 201 "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(NULL);
        struct buf body = {0};
        buf_addf(&body, "<send><![CDATA[A x]]></send><pause milliseconds=\"%s\"/>", rows[i].pause);
        config.calls = rows[i].calls;
        config.rate = real_of(rows[i].rate);
        config.rate_period_ms = rows[i].period_ms;
        config.limit = rows[i].limit;
        transcript.with_times = true;
        run(buf_text(&body), NULL, NULL);
        struct buf starts = {0};
        for (const char *p = buf_text(&transcript.text); *p; p = strchr(p, '\n') + 1)
            buf_add(&starts, span_between(p, strchr(p, ' ') + 1));
        assert_string_equal(buf_text(&starts), rows[i].starts);
        buf_free(&starts);
        buf_free(&body);
        end(NULL);
    }
}

/* A what-if pause is the same as a real one, and does not change the steps' numbers. */
static void thinking_is_a_pause(void **state) {
    (void)state;
    static const char with[] = "<recv request=\"INVITE\"/><pause milliseconds=\"1000\"/>" SEND(
        "", "SIP/2.0 180 R") "<pause milliseconds=\"300\"/>" SEND("", "SIP/2.0 200 OK");
    static const char without[] =
        "<recv request=\"INVITE\"/>" SEND("", "SIP/2.0 180 R") SEND("", "SIP/2.0 200 OK");
    const struct line script[] = {{1000, REQUEST("INVITE", "1")}, {0, NULL}};
    struct buf first = {0};
    transcript.with_times = true;
    run(with, script, NULL);
    buf_add_text(&first, buf_text(&transcript.text));
    end(NULL);
    begin(NULL);
    config.ring_after_ns = NS_PER_S;
    config.answer_after_ns = 300 * NS_PER_MS;
    transcript.with_times = true;
    run(without, script, NULL);
    assert_string_equal(buf_text(&first), "1005 SIP/2.0 180 R\n1309 SIP/2.0 200 OK\n");
    assert_string_equal(buf_text(&transcript.text), buf_text(&first));
    buf_free(&first);
}

/* Facts: SIPp 8 and 11: global variables, init (which uses up a line), an injection file. */
static void settings(void **state) {
    (void)state;
    struct sipp_setting set = {.name = "g", .value = "given"};
    config.variables = &set;
    config.variable_count = 1;
    struct sipp_inject users = {.index_field = -1};
    config.inject = &users;
    config.inject_count = 1;
    users.source =
        source_text(&sources, "dir/users.csv", SPAN("SEQUENTIAL\n#no\nann;1\nbob;2\n\nnobody;3\n"));
    config.calls = 3;
    config.base_cseq = 5;
    config.call_id = "%u.%p.%s.%%.%x";
    transcript.whole = true;
    run("<Global variables=\"g,n\"/><init><nop><action><assign assign_to=\"n\" "
        "value=\"7\"/></action></nop></init>"
        "<nop><action><add assign_to=\"n\" value=\"0.5\"/></action></nop>"
        "<send><![CDATA[A [field0]/[field1 file=\"users.csv\"]/[field0 line=1]/[field9] [$g] [$n] [cseq] "
        "[call_id]]]></send>",
        NULL, NULL);
    assert_string_equal(buf_text(&transcript.text),
                        "A bob/2/bob/ given 7.500000 5 2.77.172.20.0.3.%.%\r\n\r\n\n"
                        "A ann/1/bob/ given 8.000000 5 3.77.172.20.0.3.%.%\r\n\r\n\n"
                        "A bob/2/bob/ given 8.500000 5 4.77.172.20.0.3.%.%\r\n\r\n\n");
}

static void settings_that_do_not_fit(void **state) {
    (void)state;
    struct source *line = source_text(&sources, "scenario.yaml", SPAN("variables: {x: 1}"));
    struct source *source = source_text(
        &sources, "x.xml",
        SPAN("<?xml version=\"1.0\"?><scenario>\n<send><![CDATA[A [field0]]]></send></scenario>"));
    struct sipp_setting set = {.name = "x", .value = "1", .at = {line, 12}};
    struct sipp_program *program = sipp_program_load(source, NULL, NULL, 0, &diag);
    config.variables = &set;
    config.variable_count = 1;
    assert_null(sipp_new(&config, program, sut_host, NULL, &diag));
    assert_string_equal(buf_text(&diag.text),
                        "x.xml:2:18: error: [field...] needs an injection file\n"
                        "x.xml:1:1: error: the scenario calls, but nobody says whom\n"
                        "scenario.yaml:1:13: error: the scenario has no <Global variables=\"x\"/>\n");
    sipp_program_free(program);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behaviour),
        cmocka_unit_test(messages_as_bytes),
        cmocka_unit_test_setup_teardown(len_overwrites_what_follows, begin, end),
        cmocka_unit_test_setup_teardown(received_headers, begin, end),
        cmocka_unit_test_setup_teardown(authentication, begin, end),
        cmocka_unit_test(exit_statuses),
        cmocka_unit_test(call_generation),
        cmocka_unit_test_setup_teardown(thinking_is_a_pause, begin, end),
        cmocka_unit_test_setup_teardown(settings, begin, end),
        cmocka_unit_test_setup_teardown(settings_that_do_not_fit, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
