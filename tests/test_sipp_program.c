/* SPDX-License-Identifier: MIT */
/*
 * Proves that what SIPp refuses, and what this cannot simulate, is an error with its place and plain words,
 * that all errors of a file are told at once, and what a good scenario compiles to.
 */
#include "model/sipp/scenario/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct source_set sources;
static struct diag diag;

static int end(void **state) {
    (void)state;
    source_set_free(&sources);
    diag_free(&diag);
    return 0;
}

#define XML     "<?xml version=\"1.0\"?>\n"
#define OPTIONS "<send><![CDATA[OPTIONS sip:x SIP/2.0]]></send>"

/* Loads a scenario that consists of a body; its first line is line 3. */
static struct sipp_program *load(const char *body) {
    struct buf text = {0};
    buf_addf(&text, XML "<scenario>\n%s\n</scenario>\n", body);
    struct source *source = source_text(&sources, "x.xml", buf_span(&text));
    buf_free(&text);
    return sipp_program_load(source, NULL, NULL, 0, &diag);
}

static void whole_files(void **state) {
    (void)state;
    static const struct {
        const char *text, *errors;
    } rows[] = {
        {"<scenario/>", "x.xml:1:1: error: SIPp wants the file to begin with <?xml\n"},
        {XML "<scenario>\n <send>\n</scenario>",
         "x.xml:4:1: error: </scenario> ends nothing: SIPp expects </send> here and refuses the file\n"},
        {XML "<call/>", "x.xml:2:1: error: the root element is <call>, not <scenario>\n"},
        {XML "<scenario nme=\"x\"/>",
         "x.xml:2:11: warning: <scenario> has no attribute nme: SIPp ignores it; did you mean name?\n"
         "x.xml:2:1: error: the scenario has no messages\n"},
        {XML "<!DOCTYPE scenario [<!ENTITY a \"a\"><!ENTITY b \"b\">]>\n<scenario/>",
         "x.xml:2:36: error: the root element is <!ENTITY>, not <scenario>\n"},
        {XML "<scenario/>\n<scenario/>",
         "x.xml:3:1: error: <scenario> stands behind the end of <scenario>: SIPp refuses the file\n"},
        {"\xef\xbb\xbf" XML "<scenario/>", "x.xml:1:1: error: SIPp wants the file to begin with <?xml, and "
                                           "refuses the byte order mark before it\n"},
        {"<?xml <scenario/>", "x.xml:1:1: error: no ?> ends the XML declaration: SIPp refuses the file\n"},
        {XML "\n <scenario <pause/></scenario>",
         "x.xml:3:2: error: SIPp finds no element here: this does not end\n"},
        {XML "hello", "x.xml:1:22: error: SIPp finds no element in this file\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct source *source = source_text(&sources, "x.xml", span_of(rows[i].text));
        assert_null(sipp_program_load(source, NULL, NULL, 0, &diag));
        assert_string_equal(buf_text(&diag.text), rows[i].errors);
        diag_free(&diag);
    }
}

static void too_large(void **state) {
    (void)state;
    struct buf text = {0};
    buf_add_text(&text, XML);
    while (text.len <= 65535)
        buf_add_char(&text, ' ');
    struct source *source = source_text(&sources, "x.xml", buf_span(&text));
    buf_free(&text);
    assert_null(sipp_program_load(source, NULL, NULL, 0, &diag));
    assert_string_equal(buf_text(&diag.text),
                        "x.xml:1:1: error: larger than 65535 bytes, the most that SIPp reads\n");
}

static const struct {
    const char *body, *errors;
} refused[] = {
    /* elements */
    {"", "x.xml:2:1: error: the scenario has no messages\n"},
    {"<pause/><nop/>",
     "x.xml:2:1: error: the scenario neither sends nor receives: is it a caller or a callee?\n"},
    {OPTIONS "\n  <sned/>", "x.xml:4:3: error: unknown element <sned>; did you mean <send>?\n"},
    {OPTIONS "\n<sendCmd/>", "x.xml:4:1: error: <sendCmd> has no CDATA section\n"},
    {OPTIONS "\n<timewait milliseconds=\"1\"/><nop/>",
     "x.xml:4:1: error: <timewait> must be the last message\n"},
    {OPTIONS "<init>\n<send/></init>", "x.xml:4:1: error: <init> holds only <nop> and <label>, not <send>\n"},
    {"<send/>", "x.xml:3:1: error: <send> has no CDATA section\n"},
    {"<send><![CDATA[\n  [call_id] sip:x SIP/2.0]]></send>",
     "x.xml:4:3: error: a message must begin with its method or SIP/2.0, not with a keyword\n"},
    {"<send><![CDATA[\n  OPTIONS sip:[nokey] SIP/2.0]]></send>",
     "x.xml:4:15: error: unknown keyword [nokey]\n"},
    {OPTIONS "\n<recv response=\"100\" optional=\"true\"/><pause/>",
     "x.xml:4:1: error: an optional <recv> directly before <pause>: one that is not optional must stand "
     "between\n"},
    /* attributes */
    {"<send retrans=\"abc\"><![CDATA[A b]]></send>", "x.xml:3:16: error: retrans: \"abc\" is no integer\n"},
    {"<send retrans='500'><![CDATA[A b]]></send>\n<pause next=\"a\"/><label id=\"a\"/>",
     "x.xml:3:7: warning: SIPp reads a value up to the next double quote: that of retrans ends in line 4\n"
     "x.xml:3:16: error: retrans: \"500'><![CDATA[A b]]></send>\\n<pause next=\" is no integer\n"},
    {"<recv response=\"abc\"/>", "x.xml:3:17: error: response: \"abc\" is no integer\n"},
    {"<recv response=\"200\" optional=\"yes\"/>",
     "x.xml:3:32: error: optional: \"yes\" is none of true, false and global\n"},
    {"<recv response=\"200\" advance_state=\"false\"/>",
     "x.xml:3:37: error: advance_state=\"false\" is only for an optional recv\n"},
    {"<recv request=\"A\" rrs=\"yes\"/>", "x.xml:3:24: error: rrs: \"yes\" is neither true nor false\n"},
    {OPTIONS "\n<pause milliseconds=\"1s\"/>", "x.xml:4:22: error: milliseconds: \"1s\" is no number\n"},
    {OPTIONS "\n<pause distribution=\"normal\" mean=\"1\"/>", "x.xml:4:1: error: <pause> needs stdev=\n"},
    {OPTIONS "\n<pause milliseconds=\"3000000000\"/>",
     "x.xml:4:1: error: <pause> can last longer than 2147483647 ms, which SIPp refuses without "
     "sanity_check=\"false\"\n"},
    {OPTIONS "<nop next=\"a\" chance=\"2\"/><label id=\"a\"/>",
     "x.xml:3:69: error: chance must be from 0 to 1\n"},
    /* labels, variables, transactions */
    {OPTIONS "<label id=\"end\"/>\n<nop next=\"edn\"/>",
     "x.xml:4:12: error: there is no label edn; did you mean end?\n"},
    {OPTIONS "<label id=\"a\"/>\n<label id=\"a\"/>", "x.xml:4:12: error: label a is used twice\n"},
    {OPTIONS "\n<nop><action><assign assign_to=\"count\" value=\"1\"/><add assign_to=\"coutn\" "
             "value=\"1\"/></action></nop>",
     "x.xml:4:33: error: variable $count is named only here; did you mean $coutn?\n"
     "x.xml:4:67: error: variable $coutn is named only here; did you mean $count?\n"},
    {OPTIONS "\n<Reference variables=\"a\"/>", "x.xml:4:23: error: there is no variable $a before this\n"},
    {OPTIONS "<nop><action><assign assign_to=\"a\" value=\"1\"/></action></nop>\n<Global variables=\"a\"/>",
     "x.xml:3:79: error: variable $a is named only here: <Global> and <User> must stand before the first "
     "use\n"
     "x.xml:4:20: error: variable $a is named only here: <Global> and <User> must stand before the first "
     "use\n"},
    {"<send start_txn=\"t\"><![CDATA[OPTIONS a]]></send>",
     "x.xml:3:18: error: transaction t has no answer: no response_txn names it\n"},
    {"<send start_txn=\"t\"><![CDATA[INVITE a]]></send><recv response=\"200\" response_txn=\"t\"/>",
     "x.xml:3:18: error: transaction t is an INVITE without an ACK: no ack_txn names it\n"},
    {"<send start_txn=\"t\"><![CDATA[SIP/2.0 200 OK]]></send>",
     "x.xml:3:18: error: a response cannot start a transaction\n"},
    /* actions */
    {OPTIONS "<nop><action>\n<ergx/></action></nop>",
     "x.xml:4:1: error: unknown action <ergx>; did you mean <ereg>?\n"},
    {OPTIONS "<nop><action>\n<lookup/></action></nop>", "x.xml:4:1: error: <lookup> needs assign_to=\n"
                                                        "x.xml:4:1: error: <lookup> needs file=\n"
                                                        "x.xml:4:1: error: <lookup> needs key=\n"},
    {OPTIONS "<nop><action>\n<exec rtp_echo=\"x\"/></action></nop>",
     "x.xml:4:1: error: <exec> needs command=, int_cmd= or a media command that SIPp 3.6.1 has\n"},
    {OPTIONS "<nop><action>\n<exec play_pcap_audio=\"nix.pcap\"/></action></nop>",
     "x.xml:4:24: error: nix.pcap: No such file or directory\n"},
    {OPTIONS "<nop><action>\n<divide assign_to=\"_\" value=\"0\"/></action></nop>",
     "x.xml:4:30: error: a division by zero\n"},
    {OPTIONS
     "<nop><action>\n<strcmp assign_to=\"_\" variable=\"_\" variable2=\"_\" value=\"x\"/></action></nop>",
     "x.xml:4:1: error: <strcmp> has both value= and variable2=\n"},
    {OPTIONS "<send><![CDATA[SIP/2.0 200OK\n]]></send>",
     "x.xml:3:62: error: \"200OK\" is no status code from 100 to 699, which SIPp wants to see in the file\n"},
    {OPTIONS "\n<CallLengthRepartition value=\"10,,20\"/>",
     "x.xml:4:31: error: value: \"10,,20\" is no list of numbers with commas between\n"},
    {OPTIONS "<nop><action>\n<assign assign_to=\"_\"/></action></nop>",
     "x.xml:4:1: error: <assign> needs either value= or variable=\n"},
    {OPTIONS "<nop><action>\n<ereg regexp=\"(a\" search_in=\"msg\" assign_to=\"_\"/></action></nop>",
     "x.xml:4:15: error: regexp: Unmatched ( or \\(\n"},
    {OPTIONS "<nop><action>\n<ereg regexp=\"a\" search_in=\"hdr\" assign_to=\"_\"/></action></nop>",
     "x.xml:4:1: error: <ereg> needs header=\n"},
    {OPTIONS
     "<nop><action>\n<test assign_to=\"_\" variable=\"_\" compare=\"equals\" value=\"1\"/></action></nop>",
     "x.xml:4:43: error: compare: \"equals\" is unknown; did you mean equal?\n"},
    {OPTIONS "<nop><action>\n<urlencode variable=\"a\"/></action></nop>",
     "x.xml:4:1: error: <urlencode> is an action of SIPp 3.7 or later: SIPp 3.6.1 refuses it too\n"},
    {OPTIONS "<nop><action>\n<log message=\"ab[x]\"/></action></nop>",
     "x.xml:4:17: error: unknown keyword [x]\n"},
    /* several at once */
    {"<foo/>\n<send/>\n<nop next=\"a\"/>", "x.xml:3:1: error: unknown element <foo>\n"
                                           "x.xml:4:1: error: <send> has no CDATA section\n"
                                           "x.xml:5:12: error: there is no label a\n"},
};

static void refused_scenarios(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_null(load(refused[i].body));
        assert_string_equal(buf_text(&diag.text), refused[i].errors);
        diag_free(&diag);
    }
}

/* What SIPp reads in another way than it looks is a warning; the scenario loads. */
static void misread_scenarios(void **state) {
    (void)state;
    static const struct {
        const char *body, *warnings;
    } rows[] = {
        {"<send retarns=\"500\"><![CDATA[A b]]></send>",
         "x.xml:3:7: warning: <send> has no attribute retarns: SIPp ignores it; did you mean retrans?\n"},
        {OPTIONS "\n<recv response=\"200\" crlf=\"true\" crlf=\"false\"/>",
         "x.xml:4:34: warning: SIPp has found a value for crlf before this one\n"},
        {OPTIONS "\n<recv response=\"200\"crlf=\"true\"/>",
         "x.xml:4:21: warning: SIPp does not find crlf: there is no blank before it\n"},
        {OPTIONS "\n<nop display='x'/>\n<pause a:b=\"1\"/>",
         "x.xml:4:6: warning: SIPp reads a value up to the next double quote: that of display ends in line "
         "5\n"},
        {OPTIONS "\n<recv response=\"200\"><ereg/></recv>",
         "x.xml:4:22: warning: SIPp does not look at this <ereg>: it looks only for an <action>, as the "
         "first "
         "element in <recv>\n"},
        {OPTIONS "\n<nop><action><log message=\"a\"><x/></log></action></nop>",
         "x.xml:4:31: warning: SIPp does not look for elements in <log>\n"},
        {OPTIONS "\n<recv/>",
         "x.xml:4:1: warning: <recv> without request= or response=: no message is expected here\n"},
        {OPTIONS "\n<recv response=\"200\"\n<pause/>",
         "x.xml:4:1: warning: SIPp stops reading here without a word: this has no > before the next tag\n"},
        {OPTIONS "\nhello <!-- a -- b --> world &x;", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sipp_program *p = load(rows[i].body);
        assert_string_equal(buf_text(&diag.text), rows[i].warnings);
        assert_non_null(p);
        sipp_program_free(p);
        diag_free(&diag);
    }
}

static void accepted_without_effect(void **state) {
    (void)state;
    static const char *const bodies[] = {
        OPTIONS
        "<recv response=\"200\" rtd=\"true\" crlf=\"true\" hide=\"true\" display=\"x\" ignoresdp=\"true\"/>",
        "<CallLengthRepartition value=\"10, 20\"/><ResponseTimeRepartition value=\"1\"/>" OPTIONS,
        "<!-- a comment -->" OPTIONS "<pause milliseconds=\"100.7\" sanity_check=\"false\"/>",
        OPTIONS "<recv response=\"200\" rrs=\"TRUE\" auth=\"0x1\"/><recv request=\"A(\" regexp_match=\"1\"/>",
        OPTIONS "<recv response=\"0310\"/>", /* octal, as C writes it */
        OPTIONS "<nop><action><assign assign_to=\"_\" value=\"1\"/></action></nop>",
        "<User variables=\"u\"/>" OPTIONS "<nop><action><add assign_to=\"u\" value=\"1\"/></action></nop>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct sipp_program *p = load(bodies[i]);
        assert_non_null(p);
        sipp_program_free(p);
    }
    assert_int_equal(diag.errors, 0);
}

static void who_calls(void **state) {
    (void)state;
    static const struct {
        const char *body;
        bool client;
    } rows[] = {{"<pause/>" OPTIONS, true},
                {"<nop/><recv request=\"A\"/>", false},
                {OPTIONS "<recv request=\"A\"/>", true},
                {"<recv response=\"200\"/>" OPTIONS, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sipp_program *p = load(rows[i].body);
        assert_int_equal(sipp_program_is_client(p), rows[i].client);
        sipp_program_free(p);
    }
}

static void the_callee_thinks_before_these_steps(void **state) {
    (void)state;
    struct sipp_program *p = load("<recv request=\"INVITE\"/>"
                                  "<send><![CDATA[SIP/2.0 180 A]]></send>"
                                  "<send><![CDATA[SIP/2.0 183 A]]></send>"
                                  "<send><![CDATA[SIP/2.0 200 A]]></send>"
                                  "<recv request=\"BYE\"/>"
                                  "<send><![CDATA[SIP/2.0 200 A]]></send>"
                                  "<recv request=\"INVITE\"/>"
                                  "<send><![CDATA[SIP/2.0 486 A]]></send>");
    static const unsigned expected[] = {
        0, WHAT_IF_RING, 0, WHAT_IF_ANSWER, 0, 0, 0, WHAT_IF_RING | WHAT_IF_ANSWER};
    for (size_t i = 0; i < p->main.count; i++)
        assert_int_equal(p->main.steps[i].what_if, expected[i]);
    sipp_program_free(p);
}

static void built_in_scenarios_load(void **state) {
    (void)state;
    struct sipp_program *uac = sipp_program_load(sipp_builtin(&sources, SPAN("uac")), NULL, NULL, 0, &diag);
    struct sipp_program *uas = sipp_program_load(sipp_builtin(&sources, SPAN("uas")), NULL, NULL, 0, &diag);
    assert_non_null(uac);
    assert_non_null(uas);
    assert_int_equal(uac->main.count, 9);
    assert_int_equal(uas->main.count, 7);
    assert_null(sipp_builtin(&sources, SPAN("uac_pcap")));
    sipp_program_free(uac);
    sipp_program_free(uas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(whole_files, end),
        cmocka_unit_test_teardown(too_large, end),
        cmocka_unit_test_teardown(refused_scenarios, end),
        cmocka_unit_test_teardown(misread_scenarios, end),
        cmocka_unit_test_teardown(accepted_without_effect, end),
        cmocka_unit_test_teardown(who_calls, end),
        cmocka_unit_test_teardown(the_callee_thinks_before_these_steps, end),
        cmocka_unit_test_teardown(built_in_scenarios_load, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
