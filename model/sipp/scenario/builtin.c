/* SPDX-License-Identifier: MIT */
/* SIPp's built-in scenarios (facts: SIPp 9), written from what they send: pieces, up to NULL. */
#include "model/sipp/sipp.h"

#define SDP                                                                                                  \
    "      v=0\n"                                                                                            \
    "      o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]\n"                                    \
    "      s=-\n"                                                                                            \
    "      c=IN IP[media_ip_type] [media_ip]\n"                                                              \
    "      t=0 0\n"                                                                                          \
    "      m=audio [media_port] RTP/AVP 0\n"                                                                 \
    "      a=rtpmap:0 PCMU/8000\n"

/* A request of uac (00), regexp (02), 3pcc-C-A (03) or 3pcc-C-B (04). */
#define REQUEST(number, method, cseq, to_tag, more)                                                          \
    "      " method " sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"                                     \
    "      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"                               \
    "      From: sipp <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPpTag" number "[call_number]\n"          \
    "      To: [service] <sip:[service]@[remote_ip]:[remote_port]>" to_tag "\n"                              \
    "      Call-ID: [call_id]\n"                                                                             \
    "      CSeq: " cseq " " method "\n" more "      Contact: sip:sipp@[local_ip]:[local_port]\n"             \
    "      Max-Forwards: 70\n"                                                                               \
    "      Subject: Performance Test\n"

/* One of branchc: ua1 and ua2 are at a server. */
#define UA_REQUEST(number, method, uri, cseq, name, to, more)                                                \
    "      " method " sip:" uri "CA.cym.com SIP/2.0\n"                                                       \
    "      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"                               \
    "      From: " name " <sip:ua1@nnl.cym:[local_port]>;tag=[pid]SIPpTag" number "[call_number]\n"          \
    "      To: " to "\n"                                                                                     \
    "      Call-ID: [call_id]\n"                                                                             \
    "      CSeq: " cseq " " method "\n"                                                                      \
    "      Contact: sip:ua1@[local_ip]:[local_port]\n" more

#define UA1      "ua1 <sip:ua1@nnl.cym:[local_port]>"
#define UA2      "ua2 <sip:ua2@nnl.cym:[remote_port]>"
#define OF_CALL  "      Max-Forwards: 70\n      Subject: Performance Test\n"
#define EXPIRES  "      Expires: 300\n"
#define PEER_TAG "[peer_tag_param]"

#define TAG(number) ";tag=[pid]SIPpTag" number "[call_number]"

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

#define HEAD(name)                                                                                           \
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"                                                      \
    "<scenario name=\"" name "\">\n"
#define END "</scenario>\n"

#define RETRANS " retrans=\"500\""
#define PROVISIONAL                                                                                          \
    "  <recv response=\"100\" optional=\"true\"/>\n"                                                         \
    "  <recv response=\"180\" optional=\"true\"/>\n"                                                         \
    "  <recv response=\"183\" optional=\"true\"/>\n"
#define RECV_200        "  <recv response=\"200\"/>\n"
#define RECV(request)   "  <recv request=\"" request "\"/>\n"
#define RECV_ACK_OR_NOT "  <recv request=\"ACK\" optional=\"true\"/>\n"
#define PAUSE(ms)       "  <pause milliseconds=\"" ms "\"/>\n"
#define TIMEWAIT(ms)    "  <timewait milliseconds=\"" ms "\"/>\n"
#define LABEL(id)       "  <label id=\"" id "\"/>\n"

/* A regular expression, and where what it finds goes. */
#define FIND(what, where, variables)                                                                         \
    "<ereg regexp=\"" what "\" search_in=\"" where "\" assign_to=\"" variables "\"/>"
#define CHECKED             "\" check_it=\"true"
#define ACTION(of, actions) "  <" of "><action>" actions "</action></recv>\n"

static const char *const uac[] = {HEAD("Basic Sipstone UAC"),
                                  SEND(RETRANS, REQUEST("00", "INVITE", "1", "", "") WITH_SDP),
                                  PROVISIONAL,
                                  RECV_200,
                                  SEND("", REQUEST("00", "ACK", "1", PEER_TAG, "") NO_BODY),
                                  "  <pause/>\n",
                                  SEND(RETRANS, REQUEST("00", "BYE", "2", PEER_TAG, "") NO_BODY),
                                  RECV_200,
                                  END,
                                  NULL};

static const char *const uas[] = {HEAD("Basic UAS responder"),
                                  RECV("INVITE"),
                                  SEND("", RESPONSE("180 Ringing", TAG("01")) NO_BODY),
                                  SEND(RETRANS, RESPONSE("200 OK", TAG("01")) WITH_SDP),
                                  RECV_ACK_OR_NOT,
                                  RECV("BYE"),
                                  SEND("", RESPONSE("200 OK", "") NO_BODY),
                                  TIMEWAIT("4000"),
                                  END,
                                  NULL};

static const char *const regexp[] = {
    HEAD("Client with regexp scenario"),
    SEND(RETRANS, REQUEST("02", "INVITE", "1", "", "") WITH_SDP),
    PROVISIONAL,
    ACTION("recv response=\"200\"",
           FIND("[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[:][0-9]{1,5}", "msg" CHECKED, "1")
               FIND(".*", "hdr\" header=\"Contact:" CHECKED, "6")
                   FIND("o=([[:alnum:]]*) ([[:alnum:]]*) ([[:alnum:]]*)", "msg" CHECKED, "3,4,5,8")),
    SEND("", REQUEST("02", "ACK", "1", PEER_TAG,
                     "      retrievedIp: [$1]\n"
                     "      retrievedContact:[$6]\n"
                     "      retrievedSdpOrigin:[$3]\n"
                     "      retrievedSdpOrigin-username:[$4]\n"
                     "      retrievedSdpOrigin-session-id:[$5]\n"
                     "      retrievedSdpOrigin-version:[$8]\n") NO_BODY),
    PAUSE("1000"),
    SEND(RETRANS, REQUEST("02", "BYE", "2", PEER_TAG, "") NO_BODY),
    RECV_200,
    END,
    NULL};

static const char *const branchc[] = {
    HEAD("branch_client"),
    SEND(RETRANS, UA_REQUEST("07", "REGISTER", "", "1", "ua1", UA1, NO_BODY EXPIRES)),
    "  <recv response=\"200\" next=\"5\"/>\n",
    RECV_200,
    LABEL("5"),
    SEND(RETRANS, UA_REQUEST("07b", "INVITE", "ua2@", "1", "ua[call_number]", UA2, OF_CALL WITH_SDP)),
    PROVISIONAL,
    "  <recv response=\"403\" optional=\"true\" next=\"1\"/>\n",
    ACTION("recv response=\"200\"", FIND("ua25", "hdr\" header=\"From: ", "8")),
    SEND(" next=\"1\" test=\"8\"",
         UA_REQUEST("07b", "ACK", "ua2@", "1", "ua1", UA2 PEER_TAG, OF_CALL NO_BODY)),
    PAUSE("5000"),
    LABEL("1"),
    SEND(RETRANS, UA_REQUEST("07b", "BYE", "ua2@", "2", "ua1", UA2 PEER_TAG, OF_CALL NO_BODY)),
    RECV_200,
    PAUSE("4000"),
    END,
    NULL};

static const char *const branchs[] = {
    HEAD("branch_server"),
    RECV("REGISTER"),
    SEND("", RESPONSE("200 OK", TAG("08")) NO_BODY EXPIRES),
    ACTION("recv request=\"INVITE\"", FIND("ua2", "hdr\" header=\"From: ", "3")),
    SEND(" next=\"1\" test=\"3\"", RESPONSE("180 Ringing", TAG("08b")) NO_BODY),
    SEND(" next=\"2\"", RESPONSE("403 Error", TAG("08b")) NO_BODY),
    LABEL("1"),
    SEND("", RESPONSE("100 Trying", TAG("08b")) NO_BODY),
    SEND(RETRANS, RESPONSE("200 OK", TAG("08b")) WITH_SDP),
    RECV_ACK_OR_NOT,
    LABEL("2"),
    RECV("BYE"),
    SEND("", RESPONSE("200 OK", "") NO_BODY),
    TIMEWAIT("4000"),
    END,
    NULL};

/* What a message has from its Content-Type on goes to the twin, in a variable. */
#define TAKE(variable) "<action>" FIND("Content-Type:.*", "msg", variable) "</action>"
#define TELL(variable)                                                                                       \
    "  <sendCmd><![CDATA[\n      Call-ID: [call_id]\n      [$" variable "]\n  ]]></sendCmd>\n"

static const char *const controller_a[] = {HEAD("3PCC Controller - A side"),
                                           SEND(RETRANS, REQUEST("03", "INVITE", "1", "", "") NO_BODY),
                                           PROVISIONAL,
                                           "  <recv response=\"200\">" TAKE("1") "</recv>\n",
                                           TELL("1"),
                                           "  <recvCmd>" TAKE("2") "</recvCmd>\n",
                                           SEND("", REQUEST("03", "ACK", "1", PEER_TAG, "") "      [$2]\n"),
                                           PAUSE("1000"),
                                           SEND(RETRANS, REQUEST("03", "BYE", "2", PEER_TAG, "") NO_BODY),
                                           RECV_200,
                                           END,
                                           NULL};

static const char *const controller_b[] = {HEAD("3PCC Controller - B side"),
                                           "  <recvCmd>" TAKE("1") "</recvCmd>\n",
                                           SEND(RETRANS, REQUEST("04", "INVITE", "1", "", "") "      [$1]\n"),
                                           PROVISIONAL,
                                           "  <recv response=\"200\">" TAKE("2") "</recv>\n",
                                           SEND("", REQUEST("04", "ACK", "1", PEER_TAG, "") NO_BODY),
                                           TELL("2"),
                                           PAUSE("1000"),
                                           SEND(RETRANS, REQUEST("04", "BYE", "2", PEER_TAG, "") NO_BODY),
                                           RECV_200,
                                           END,
                                           NULL};

/* Those that the controllers call. */
#define CALLED(name, number)                                                                                 \
    {                                                                                                        \
        HEAD(name), RECV("INVITE"), SEND("", RESPONSE("200 OK", TAG(number)) WITH_SDP), RECV("ACK"),         \
            RECV("BYE"), SEND("", RESPONSE("200 OK", "") NO_BODY), TIMEWAIT("2000"), END, NULL               \
    }
static const char *const called_a[] = CALLED("3PCC A side", "05");
static const char *const called_b[] = CALLED("3PCC B side", "06");

static const char *const ooc_default[] = {HEAD("Out-of-call UAS"),
                                          "  <recv request=\".*\" regexp_match=\"true\"/>\n",
                                          SEND("", RESPONSE("200 OK", "") NO_BODY),
                                          TIMEWAIT("4000"),
                                          END,
                                          NULL};

static const char *const ooc_dummy[] = {HEAD("Out-of-call UAS"), RECV("DUMMY"), END, NULL};

struct source *sipp_builtin(struct source_set *set, struct span name) {
    static const struct {
        const char *name, *source;
        const char *const *pieces;
    } scenarios[] = {{"uac", "builtin:uac", uac},
                     {"uas", "builtin:uas", uas},
                     {"regexp", "builtin:regexp", regexp},
                     {"branchc", "builtin:branchc", branchc},
                     {"branchs", "builtin:branchs", branchs},
                     {"3pcc-C-A", "builtin:3pcc-C-A", controller_a},
                     {"3pcc-C-B", "builtin:3pcc-C-B", controller_b},
                     {"3pcc-A", "builtin:3pcc-A", called_a},
                     {"3pcc-B", "builtin:3pcc-B", called_b},
                     {"ooc_default", "builtin:ooc_default", ooc_default},
                     {"ooc_dummy", "builtin:ooc_dummy", ooc_dummy}};
    size_t i = 0, count = sizeof scenarios / sizeof *scenarios;
    while (i < count && !span_is(name, scenarios[i].name))
        i++;
    if (i == count) return NULL;
    struct buf text = {0};
    for (const char *const *piece = scenarios[i].pieces; *piece; piece++)
        buf_add_text(&text, *piece);
    struct source *source = source_text(set, scenarios[i].source, buf_span(&text));
    buf_free(&text);
    return source;
}
