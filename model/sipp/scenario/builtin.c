/* SPDX-License-Identifier: MIT */
/* SIPp's built-in scenarios (facts: SIPp 9), written from what they send. */
#include "model/sipp/sipp.h"

#define SDP                                                                                                  \
    "      v=0\n"                                                                                            \
    "      o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]\n"                                    \
    "      s=-\n"                                                                                            \
    "      c=IN IP[media_ip_type] [media_ip]\n"                                                              \
    "      t=0 0\n"                                                                                          \
    "      m=audio [media_port] RTP/AVP 0\n"                                                                 \
    "      a=rtpmap:0 PCMU/8000\n"

#define REQUEST(method, cseq, tag)                                                                           \
    "      " method " sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"                                     \
    "      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"                               \
    "      From: sipp <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]\n"                  \
    "      To: [service] <sip:[service]@[remote_ip]:[remote_port]>" tag "\n"                                 \
    "      Call-ID: [call_id]\n"                                                                             \
    "      CSeq: " cseq " " method "\n"                                                                      \
    "      Contact: sip:sipp@[local_ip]:[local_port]\n"                                                      \
    "      Max-Forwards: 70\n"                                                                               \
    "      Subject: Performance Test\n"

#define RESPONSE(status, to)                                                                                 \
    "      SIP/2.0 " status "\n"                                                                             \
    "      [last_Via:]\n"                                                                                    \
    "      [last_From:]\n"                                                                                   \
    "      [last_To:]" to "\n"                                                                               \
    "      [last_Call-ID:]\n"                                                                                \
    "      [last_CSeq:]\n"                                                                                   \
    "      Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"

#define NO_BODY "      Content-Length: 0\n"

#define SEND(attributes, message) "  <send" attributes "><![CDATA[\n" message "  ]]></send>\n"

#define WITH_SDP                                                                                             \
    "      Content-Type: application/sdp\n"                                                                  \
    "      Content-Length: [len]\n"                                                                          \
    "\n" SDP

static const char uac[] =
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
    "<scenario name=\"Basic Sipstone UAC\">\n" SEND(
        " retrans=\"500\"",
        REQUEST("INVITE", "1", "")
            WITH_SDP) "  <recv response=\"100\" optional=\"true\"/>\n"
                      "  <recv response=\"180\" optional=\"true\"/>\n"
                      "  <recv response=\"183\" optional=\"true\"/>\n"
                      "  <recv response=\"200\"/>\n" SEND(
                          "", REQUEST("ACK", "1", "[peer_tag_param]")
                                  NO_BODY) "  <pause/>\n" SEND(" retrans=\"500\"",
                                                               REQUEST("BYE", "2", "[peer_tag_param]")
                                                                   NO_BODY) "  <recv response=\"200\"/>\n"
                                                                            "</scenario>\n";

static const char uas[] =
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
    "<scenario name=\"Basic UAS responder\">\n"
    "  <recv request=\"INVITE\"/>\n" SEND("",
                                          RESPONSE("180 Ringing", ";tag=[pid]SIPpTag01[call_number]") NO_BODY)
        SEND(" retrans=\"500\"",
             RESPONSE("200 OK", ";tag=[pid]SIPpTag01[call_number]")
                 WITH_SDP) "  <recv request=\"ACK\" optional=\"true\"/>\n"
                           "  <recv request=\"BYE\"/>\n" SEND(
                               "", RESPONSE("200 OK", "") NO_BODY) "  <timewait milliseconds=\"4000\"/>\n"
                                                                   "</scenario>\n";

static const char ooc_default[] =
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n"
    "<scenario name=\"Out-of-call UAS\">\n"
    "  <recv request=\".*\" regexp_match=\"true\"/>\n" SEND(
        "", RESPONSE("200 OK", "") NO_BODY) "  <timewait milliseconds=\"4000\"/>\n"
                                            "</scenario>\n";

static const char ooc_dummy[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n"
                                "<scenario name=\"Out-of-call UAS\">\n"
                                "  <recv request=\"DUMMY\"/>\n"
                                "</scenario>\n";

struct source *sipp_builtin(struct source_set *set, struct span name) {
    static const struct {
        const char *name, *source, *text;
    } scenarios[] = {{"uac", "builtin:uac", uac},
                     {"uas", "builtin:uas", uas},
                     {"ooc_default", "builtin:ooc_default", ooc_default},
                     {"ooc_dummy", "builtin:ooc_dummy", ooc_dummy}};
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        if (span_is(name, scenarios[i].name))
            return source_text(set, scenarios[i].source, span_of(scenarios[i].text));
    return NULL;
}
