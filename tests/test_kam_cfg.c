/* SPDX-License-Identifier: MIT */
/* Proves that kamailio.cfg is taken and refused as Kamailio 5.6.3 does it, with messages that point to what
 * the user wrote. */
#include "model/kamailio/cfg/cfg.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define MODULES                                                                                              \
    "loadmodule \"pv\" loadmodule \"tm\" loadmodule \"sl\" loadmodule \"maxfwd\" loadmodule \"rr\" "         \
    "loadmodule \"siputils\" loadmodule \"textops\" loadmodule \"xlog\"\n"

/* All modules on line 1, the text from line 2 on. */
static struct kam_program *load(struct source_set *set, struct diag *diag, const char *text, bool modules) {
    struct buf whole = {0};
    if (modules) buf_add_text(&whole, MODULES);
    buf_add_text(&whole, text);
    const struct source *cfg = source_text(set, "k.cfg", buf_span(&whole));
    struct kam_program *program = kam_program_load(cfg, set, NULL, diag);
    buf_free(&whole);
    return program;
}

static void check(const char *text, bool modules, const char *expected) {
    struct source_set set = {0};
    struct diag diag = {0};
    struct kam_program *program = load(&set, &diag, text, modules);
    if (strcmp(buf_text(&diag.text), expected) != 0) {
        print_error("%s\ngave\n%sinstead of\n%s", text, buf_text(&diag.text), expected);
        fail();
    }
    assert_true((program == NULL) == (strstr(expected, ": error: ") != NULL));
    kam_program_free(program);
    diag_free(&diag);
    source_set_free(&set);
}

struct bad {
    const char *text, *message; /* the message without its file */
};

static void check_all(const struct bad *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct buf expected = {0};
        for (const char *m = cases[i].message; *m;) {
            const char *end = strchr(m, '\n');
            size_t len = end ? (size_t)(end - m) : strlen(m);
            buf_addf(&expected, "k.cfg:%.*s\n", (int)len, m);
            m += len + (end != NULL);
        }
        check(cases[i].text, true, buf_text(&expected));
        buf_free(&expected);
    }
}
#define CHECK_ALL(cases) check_all(cases, sizeof cases / sizeof *cases)

static void what_kamailio_takes_is_taken(void **state) {
    (void)state;
    static const char *const good[] = {
        "#!KAMAILIO\nrequest_route { exit; }",
        "route { t_relay(); }",
        "event_route[5a:b/c:] { exit; } event_route[\"x:y\"] { exit; } request_route { $var(x) = "
        "@cfg_get.a.b; } a.b=1",
        "loadmodule \"xhttp\" event_route[xhttp:request] { xhttp_reply(\"200\", \"OK\", \"$hu\", $hu); } "
        "request_route { exit; }", /* it never happens here: that xhttp is not simulated is no matter */
        "request_route { ; }",
        "request_route { exit; } request_route { drop; }",
        "route[A] { exit; } route[\"b c\"] { exit; } route[3] { exit; } request_route { route(A); route(\"b "
        "c\"); route(3); }",
        "failure_route[F] { t_relay(); } onreply_route[R] { exit; } branch_route[B] { exit; } onreply_route "
        "{ drop; }",
        "reply_route { return(0); } request_route { t_on_failure(\"0\"); }",
        "request_route { if (1) exit; else drop; }",
        "request_route { if is_method(\"INVITE\") exit; else if (1) { ; } else { drop; } }",
        "request_route { while (0) ; while $var(x) < 3 { $var(x) = $var(x) + 1; break; } }",
        "request_route { switch ($rm) { case \"A\": case /\"^B\": exit; default: drop; } switch (1) { } }",
        "request_route { switch $var(x) { case 1+1: break; case -3: } }",
        "request_route { return; return(); return 1; return -1; return $rc; exit(); drop(1); break; }",
        "request_route { forward(); forward(uri:host, uri:port); forward(172.20.0.3, 5060); "
        "forward(\"172.20.0.3\"); }",
        "request_route { if (method == INVITE && uri == myself || src_ip == 10.0.0.0/8 and not dst_port >= "
        "5060) exit; }",
        "request_route { if (myself == src_ip || from_uri =~ \"a\" || to_uri != myself || proto == UDP) "
        "exit; }",
        "request_route { if (src_ip == 10.0.0.0/255.0.0.0 || src_ip == \"10.0.0.1\" || src_ip != $si || af "
        "== INET) exit; }",
        "onreply_route { if (status =~ \"^2\" || msg:len > 100) exit; }",
        "request_route { $ru = \"sip:\" + $rd + \":5060\"; $avp(x) = $null; $avp(s:x) = 1; $(var(y)) = "
        "(int)\"5\" + 3; }",
        "request_route { $var(x) = is_method(\"A\"); $var(x) = { exit; }; if (($var(x) = 1)) exit; }",
        "request_route { if (defined $avp(x) && strlen($var(y)) > 0 || strempty(\"\") || $var(x) == $null) "
        "exit; }",
        "request_route { if ($var(a) eq \"x\" or $var(a) ne \"y\" or 1 ieq 1 or 1 ine 2 or 7 mod 2) exit; }",
        "request_route { xlog(\"$rm $var(x) $(avp(y)) $$ $hdr(X-A), $rU\\n\"); xlog(\"L_INFO\", 'single'); }",
        "children = 4 fork=yes; log_stderror = no\ncheck_via=on debug=-3 tos=0x10 mhomed=no",
        "listen=udp:172.20.0.10:5060 listen=172.20.0.11 listen=tcp:172.20.0.10:5060",
        "listen=udp:172.20.0.10:5060 advertise 9.9.9.9:80 name \"s1\"",
        "mpath=\"/a/\" mpath \"/b/\" loadpath=\"/c/\" server_header=\"Server: \" \"x\" user='kamailio' "
        "log_facility=LOG_LOCAL0",
        "mpath=\":/nope:/usr/lib/x86_64-linux-gnu/kamailio/modules\" loadmodule \"uac\" loadmodule "
        "\"../modules//htable.so\" mpath=\"\" loadmodule "
        "\"//usr/lib/./x86_64-linux-gnu/kamailio/../kamailio/modules/path.so\" mpath=\"/usr/lib\" loadmodule "
        "\"x86_64-linux-gnu/kamailio/modules/diversion.so\"",
        "modparam(\"tm\", \"auto_inv_100_reason\", \"Trying\") modparam(\"T.\", \"fr_timer\", 10000);",
        "foo.bar = 1 foo.text = \"x\" desc \"what it is\"",
        "# comment\n// comment\n/* a /* nested */ comment */ request_route { exit; /* here */ }",
        "import_file \"notthere.cfg\"\nrequest_route { exit; }",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check(good[i], true, "");
}

static void syntax_errors_point_to_the_token(void **state) {
    (void)state;
    static const struct bad cases[] = {
        {"request_route { exit }", "2:22: error: expected ';', found '}'"},
        {"request_route {\n  t_relay()\n}", "4:1: error: expected ';', found '}'"},
        {"flags A:1 B", "2:11: error: unknown word B"},
        {"flags A:32", "2:7: error: flag A needs a number from 0 to 31 that is free"},
        {"flags A:1, A", "2:12: error: flag A is declared twice"},
        {"flags A\nrequest_route { setflag(B); }",
         "3:25: error: setflag(): argument 1 is the name of no flag that is declared"},
        {"request_route { }", "2:15: error: an empty { } is not allowed: write { ; }"},
        {"request_route { if (1) { } exit; }", "2:24: error: an empty { } is not allowed: write { ; }"},
        {"request_route { exit;", "2:15: error: '{' without '}'"},
        {"request_route { exit; } }",
         "2:25: error: expected a setting, loadmodule, modparam or a route block, found '}'"},
        {"request_route { if (1 exit; }", "2:23: error: expected ')', found 'exit'"},
        {"request_route { is_method(\"A\" exit; }", "2:31: error: expected ')', found 'exit'"},
        {"request_route { is_method \"A\"; }", "2:17: error: expected '(' after is_method"},
        {"request_route { $var(x) += 1; }", "2:25: error: expected '=', found '+='"},
        {"request_route { $var(x) = ; }", "2:27: error: expected an expression, found ';'"},
        {"request_route { if ($rm === \"A\") exit; }", "2:27: error: expected an expression, found '='"},
        {"request_route { if ($rm !~ \"A\") exit; }", "2:25: error: expected ')', found '!'"},
        {"request_route { else exit; }", "2:17: error: expected a statement, found 'else'"},
        {"request_route { 5; }", "2:17: error: expected a statement, found '5'"},
        {"request_route { break(1); }", "2:22: error: expected ';', found '('"},
        {"request_route { switch ($rm) { exit; } drop }", "2:32: error: expected 'case', found 'exit'\n"
                                                          "2:45: error: expected ';', found '}'"},
        {"request_route { switch (1) { default: exit; default: drop; } }",
         "2:17: error: more than one default in the switch"},
        {"request_route { switch (1) { case 1: exit; case \"a\": drop; } }",
         "2:17: error: number and string cases in one switch"},
        {"request_route { switch ($rm) { default: exit; case \"a\": drop; } }",
         "2:17: error: a switch on strings cannot begin with default: Kamailio does not start with it"},
        {"request_route { switch ($rm) { case $ru: exit; } }", "2:37: error: a case must be a constant"},
        {"request_route { if (\"a\" > 1) exit; }",
         "2:21: error: type mismatch at >: a string where a number is needed"},
        {"request_route { if (1 == \"a\") exit; }",
         "2:26: error: type mismatch at ==: a string where a number is needed"},
        {"request_route { if (5 =~ \"a\") exit; }",
         "2:21: error: type mismatch at =~: a number where a string is needed"},
        {"request_route { if (!\"a\") exit; }",
         "2:22: error: type mismatch at !: a string where a number is needed"},
        {"request_route { if (strlen(5)) exit; }",
         "2:28: error: type mismatch: a number where a string is needed"},
        {"request_route { if ($rm =~ \"(\") exit; }",
         "2:28: error: invalid regular expression \"(\": Unmatched ( or \\("},
        {"request_route { if ($rm =~ 5) exit; }", "2:28: error: the right side of =~ must be a string"},
        {"request_route { if (method > \"A\") exit; }", "2:28: error: expected ==, != or =~, found '>'"},
        {"request_route { if (uri == a) exit; }", "2:28: error: expected '(' after a"},
        {"request_route { if (src_ip == 1.2.3.0/33) exit; }",
         "2:39: error: expected a number of bits, 0 to 32, found '33'"},
        {"request_route { if (src_ip == 1.2.3.256) exit; }",
         "2:37: error: expected an IPv4 address, found '256'"},
        {"request_route[X] { exit; }", "2:14: error: expected '{', found '['"},
        {"route[X-Y] { exit; }", "2:8: error: expected ']', found '-'"},
        {"route[method] { exit; }", "2:7: error: expected the name of the block, found 'method'"},
        {"check_via=YES", "2:11: error: expected a number, found 'YES'"},
        {"children=\"4\"", "2:10: error: expected a number, found the string \"4\""},
        {"loadmodule(\"tm.so\")", "2:11: error: expected the module's name, a string, found '('"},
        {"modparam(\"tm\", \"fr_timer\")", "2:26: error: expected ',', found ')'"},
        {"modparam \"tm\", \"fr_timer\", 1", "2:10: error: expected '(', found the string \"tm\""},
        {"server_header=\"x", "2:15: error: string without end"},
        {"request_route { $var(x = 1; }", "2:17: error: pseudo-variable without closing parenthesis"},
        {"request_route { xlog(\"a\")\n xlog(\"b\"); nope(); if (1) drop }",
         "3:2: error: expected ';', found 'xlog'\n3:13: error: unknown command nope\n"
         "3:33: error: expected ';', found '}'"},
    };
    CHECK_ALL(cases);
}

static void names_that_are_not_there_are_told_with_a_guess(void **state) {
    (void)state;
    static const struct bad cases[] = {
        {"childern=4", "2:1: error: unknown setting childern; did you mean children?"},
        {"zzzzzz=4 max_branches=0",
         "2:1: error: unknown setting zzzzzz\n2:23: error: max_branches must be from 1 to 31"},
        {"modpram(\"tm\", \"fr_timer\", 1)", "2:1: error: unknown word modpram; did you mean modparam?"},
        {"request_rout { exit; }", "2:1: error: unknown word request_rout; did you mean request_route?"},
        {"request_route { t_realy(); }", "2:17: error: unknown command t_realy; did you mean t_relay?"},
        {"request_route { exi; }", "2:17: error: expected '(' after exi; did you mean exit?"},
        {"request_route { is_method(); }", "2:17: error: is_method() takes 1 argument, not 0"},
        {"request_route { sl_send_reply(\"1\", \"2\", \"3\"); }",
         "2:17: error: sl_send_reply() takes 2 arguments, not 3"},
        {"branch_route[B] { t_relay(); }", "2:19: error: t_relay() cannot be used in branch_route"},
        {"onreply_route[R] { sl_send_reply(\"500\", \"x\"); }",
         "2:20: error: sl_send_reply() cannot be used in onreply_route"},
        {"route[RELAY] { exit; } request_route { route(RELY); }",
         "2:40: error: route not found: RELY; did you mean RELAY?"},
        {"request_route { if (0) route(1); }", "2:24: error: route not found: 1"},
        {"route[A] { exit; }\nroute[A] { drop; }", "3:1: error: duplicate route[A]"},
        {"request_route { exit; } route[0] { drop; }", "2:25: error: duplicate route[0]"},
        {"request_route { xlog(\"$dru\"); }", "2:22: error: unknown pseudo-variable $dru; did you mean $ru?"},
        {"request_route { xlog(\"$var\"); }", "2:22: error: $var needs an argument: $var(...)"},
        {"request_route { $ru = $si(x); }", "2:23: error: $si takes no argument"},
        {"request_route { $ru = $var(); }", "2:23: error: invalid pseudo-variable $var()"},
        {"request_route { $ci = \"x\"; }", "2:17: error: cannot assign to $ci: it is read only"},
        {"request_route { if (src_ip =~ \"10.0.0.1\") drop; }",
         "2:31: error: =~ with an address: it is no pattern"},
        {"request_route { return \"x\"; }", "2:24: error: return wants a number, not a string"},
        {"request_route { $var(x) = 1 + @ruri.port; }",
         "2:31: error: type mismatch at +: a string where a number is needed"},
        {"event_route[a] { exit; }", "2:13: error: expected an event's name, GROUP:EVENT"},
        {"event_route[a:5] { exit; }", "2:13: error: expected an event's name, GROUP:EVENT"},
        {"event_route[a: b] { exit; }", "2:13: error: expected an event's name, GROUP:EVENT"},
        {"a.b = 5 a.b = 6", "2:9: error: a.b is set already"},
        {"kemi.x = \"y\"", "2:6: error: expected the name of a callback, found 'x'"},
        {"a.b = 5 request_route { xlog(\"$sel(cfg_get.a.c)\"); }",
         "2:30: error: $sel(cfg_get.a.c): the file sets no variable of that name"},
        {"request_route { $rc = 5; }", "2:17: error: cannot assign to $rc: it is read only"},
        {"request_route { xlog(\"a $rm. b\"); }",
         "2:22: error: unknown pseudo-variable $rm.; did you mean $rm?"},
        {"request_route { xlog(\"a $ b\"); }", "2:22: error: invalid pseudo-variable in the text at \"$ b\""},
        {"modparam(\"tm\", \"fr_timr\", 1)",
         "2:1: error: module \"tm\" has no parameter \"fr_timr\"; did you mean fr_timer?"},
        {"modparam(\"tmm\", \"fr_timer\", 1)", "2:1: error: module \"tmm\" is not loaded; did you mean tm?"},
        {"modparam(\"tm\", \"fr_timer\", \"1\")", "2:1: error: tm.fr_timer must be a number"},
        {"modparam(\"tm\", \"auto_inv_100_reason\", 1)",
         "2:1: error: tm.auto_inv_100_reason must be a string"},
        {"modparam(\"tm\", \"cancel_b_method\", 3)", "2:1: error: tm.cancel_b_method must be from 0 to 2"},
        {"modparam(\"tm\", \"fr_timer\", -1)",
         "2:1: error: tm.fr_timer=-1 is not simulated, only 0 to 2147483647"},
        {"modparam(\"(\", \"x\", 2)", "2:1: error: invalid regular expression \"(\": Unmatched ( or \\("},
        {"loadmodule \"usrlock.so\"", "2:12: error: there is no module \"usrlock\"; did you mean usrloc?"},
        {"loadmodule \"/usr/lib/tm.so\"", "2:12: error: module \"tm\" is already loaded"},
    };
    CHECK_ALL(cases);
    check("request_route { t_relay(); }", false,
          "k.cfg:1:17: error: unknown command t_relay: module \"tm\" is not loaded\n");
    check("#!KAMAILIO\nrequest_route { $ru = \"x\"; }", false,
          "k.cfg:2:17: error: unknown pseudo-variable $ru: module \"pv\" is not loaded\n");
}

static void what_is_not_simulated_is_told(void **state) {
    (void)state;
    static const struct bad cases[] = {
        {"listen=a.example", "2:8: error: listen=a.example: only an IPv4 address, a host of the lab or an "
                             "interface is simulated"},
        {"listen=tls:1.2.3.4:5061",
         "2:8: warning: the configuration has no UDP socket, and others are not simulated: it does not run"},
        {"listen=udp:[::1]:5060",
         "2:8: warning: the configuration has no UDP socket, and others are not simulated: it does not run"},
        {"modparamx(\"tm\", \"fr_timer\", \"$env(A)\")",
         "2:1: error: modparamx with variables is not simulated"},
        {"loadmodule \"lrkproxy.so\"", "2:12: error: module \"lrkproxy\" is not simulated"},
        {"onsend_route { if (to_ip == myself) exit; } request_route { exit }",
         "2:20: error: to_ip == myself is not simulated\n"
         "2:66: error: expected ';', found '}'"},
        {"cfgengine \"lua\"",
         "2:1: warning: cfgengine \"lua\" is not simulated: a run that reaches it stops"},
        {"request_route { if (@branch.uri == \"A\") exit; }",
         "2:21: warning: $sel(branch.uri) of the core is not simulated: a run that reaches it stops"},
        {"tm.fr_timer = 5", "2:1: error: setting a variable of module \"tm\" is not simulated: use modparam"},
        {"modparam(\"tm\", \"xavp_contact\", \"x\")", "2:1: warning: tm.xavp_contact is simulated only with "
                                                      "its default value: a run that calls a function of "
                                                      "module \"tm\" stops"},
        {"modparam(\"tm\", \"enable_uac_fr\", 1)",
         "2:1: error: tm.enable_uac_fr is simulated only with its default value"},
        {"request_route { $var(x) = @cfg_get.tm.fr_timer; }",
         "2:27: error: $sel(cfg_get.tm.fr_timer) is not simulated"},
        {"request_route { if (@tls.peer.name == \"A\") exit; }",
         "2:21: warning: $sel(tls.peer.name) of the core is not simulated: a run that reaches it stops"},
        {"request_route { $var(x) = $(ru{s.rbefore,x}); }",
         "2:27: warning: {s.rbefore} of module \"pv\" is not simulated: a run that reaches it stops"},
        {"request_route { $var(x) = $(ru{s.nope}); }", "2:27: error: the transformation {s.nope} is unknown"},
        {"request_route { $var(x) = $(ru{s.substr,1}); }",
         "2:27: error: the transformation {s.substr,1} needs more parameters"},
        {"request_route { $var(x) = $(avp(x)[y]); }", "2:27: error: invalid index [y]"},
        {"request_route { $avp(tu.x) = 1; }",
         "2:17: error: $avp(tu.x) is not simulated: only the first list of From is"},
        {"request_route { if (max_len == 5) exit; }", "2:21: error: expected an expression, found 'max_len'"},
        {"request_route { if (src_ip == a.b) exit; }",
         "2:31: warning: no host of the lab is called \"a.b\": no address is equal to it"},
        {"request_route { cfg_select(\"a\", 1); }",
         "2:17: warning: cfg_select() of the core is not simulated: a run that reaches it stops"},
    };
    CHECK_ALL(cases);
}

static void directives_keep_positions(void **state) {
    (void)state;
    static const struct bad cases[] = {
        {"#!define PORT 5060\n#!define RELAY t_realy()\n#!ifdef PORT\nrequest_route { RELAY; }\n#!endif\n",
         "5:17: error: unknown command t_realy; did you mean t_relay?"},
        {"#!define TWO \"x\" \\\n  \"y\"\nchildren=TWO",
         "4:10: error: expected a number, found the string \"xy\""},
        {"#!define TWO \\\n  \"x\"",
         "3:3: error: expected a setting, loadmodule, modparam or a route block, found the string \"x\""},
        {"#!define A B\n#!define B childern\nA=4",
         "4:1: error: unknown setting childern; did you mean children?"},
        {"#!define A A\nA=4", "3:1: error: define A is replaced without end"},
        {"#!define A 1\n#!define A 2", "3:10: error: A is already defined"},
        {"#!define A 1\n#!trydef A x\n#!redefine A \"y\"\nchildren=A",
         "5:10: error: expected a number, found the string \"y\""},
        {"#!define A-B 1", "2:10: error: expected a name of letters, digits and _ to define"},
        {"#!ifdef A\nnonsense {\n#!ifdef B\n#!endif\n#!else\nchildren=x\n#!endif\n",
         "7:10: error: expected a number, found 'x'"},
        {"#!ifndef A\n#!define A 3\n#!endif\n#!ifdef A\nchildren=A\n#!endif\nfork=A=1",
         "8:7: error: expected a setting, loadmodule, modparam or a route block, found '='"},
        {"#!ifdef A\n", "2:1: error: #!ifdef without #!endif"},
        {"#!endif\n", "2:1: error: #!endif without #!ifdef"},
        {"#!ifdef A\n#!endif", "2:1: error: #!ifdef without #!endif"},
        {"#!substdef \"!PORT!5060!g\"\nserver_header=\"a PORT b PORT\" children=\"PORT\"",
         "3:40: error: expected a number, found the string \"5060\""},
        {"#!substdefs \"!TITLE!value!\"\nchildren=TITLE",
         "3:10: error: expected a number, found the string \"value\""},
        {"#!subst \"/a.c/x/\"\nchildren=\"abc abc\"",
         "3:10: error: expected a number, found the string \"x abc\""},
        {"#!subst \"/a\"", "2:9: error: invalid substitution \"/a\": expected \"/pattern/text/\""},
        {"#!subst \"/a/$ru/\"",
         "2:9: error: a substitution by a text with another \\ than \\0 to \\9, or with a $ but of "
         "$env(NAME), is not simulated"},
        {"include_file \"nowhere.cfg\"", "2:14: error: nowhere.cfg: No such file or directory"},
        {"include_file nowhere", "2:14: error: expected the name of a file in double quotes"},
        {"server_header=\"a\\\nb\\x41\\101\\n\" children=\"q\\\"\"",
         "3:23: error: expected a number, found the string \"q\"\""},
    };
    CHECK_ALL(cases);
}

static void what_is_odd_but_taken_is_warned_of(void **state) {
    (void)state;
    static const struct bad cases[] = {
        {"#!defien A 1", "2:1: warning: #!defien is only a comment; did you mean #!define?"},
        {"#!ifdef A\n#!endif\n#!endif # A",
         "4:1: warning: #!endif must stand alone on its line: this is only a comment"},
        {"request_route { exit; } ?", "2:25: warning: unexpected character '?': Kamailio ignores it"},
        {"request_route { exit; }\n/* open",
         "3:1: warning: comment without end: the rest of the file is not read"},
        {"failure_route[FAIL] { exit; } request_route { t_on_failure(\"FIAL\"); }",
         "2:60: warning: there is no failure_route[FIAL]: nothing will run; did you mean FAIL?"},
    };
    CHECK_ALL(cases);
}

static void included_files_have_their_own_positions(void **state) {
    (void)state;
    char folder[] = "/tmp/test_kam_cfg.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/part.cfg", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("# part\n#!define RELAY t_relay\nroute[A] {\n  nope();\n}\n", f);
    fclose(f);
    struct source_set set = {0};
    struct diag diag = {0};
    struct buf name = {0}, expected = {0};
    buf_addf(&name, "%s/kamailio.cfg", folder);
    const char *text = "loadmodule \"tm\"\n#!ifdef X\n#!else\ninclude_file "
                       "\"part.cfg\"\n#!endif\nrequest_route { RELAY(1,2,3); }";
    const struct source *cfg = source_text(&set, buf_text(&name), span_of(text));
    assert_null(kam_program_load(cfg, &set, NULL, &diag));
    buf_addf(&expected, "%s:4:3: error: unknown command nope\n", path);
    buf_addf(&expected, "%s:6:17: error: t_relay() takes ", buf_text(&name));
    assert_memory_equal(buf_text(&diag.text), buf_text(&expected), expected.len);
    diag_free(&diag);
    source_set_free(&set);

    f = fopen(path, "w");
    fputs("include_file \"part.cfg\"\n", f);
    fclose(f);
    cfg = source_text(&set, buf_text(&name), SPAN("include_file \"part.cfg\""));
    assert_null(kam_program_load(cfg, &set, NULL, &diag));
    buf_reset(&expected);
    buf_addf(&expected, "%s:1:14: error: more than 10 nested files\n", path);
    assert_string_equal(buf_text(&diag.text), buf_text(&expected));
    diag_free(&diag);
    source_set_free(&set);
    buf_free(&expected);
    buf_free(&name);
    unlink(path);
    rmdir(folder);
}

static void settings_reach_the_program(void **state) {
    (void)state;
    struct source_set set = {0};
    struct diag diag = {0};
    struct kam_program *p =
        load(&set, &diag,
             "#!define ADDR 172.20.0.10\nport=5080 children=3 tos=IPTOS_LOWDELAY sip_warning=yes\n"
             "server_signature=no server_header=\"Server: x\" pmtu_discovery=1\n"
             "listen=udp:ADDR listen=ADDR:5062 advertise 10.9.9.9:99\n"
             "modparam(\"tm\", \"fr_timer\", 5000) modparam(\"rr\", \"enable_full_lr\", 1)\n"
             "modparam(\"tm\", \"auto_inv_100_reason\", \"Trying\")\n"
             "request_route { exit; } route[A] { exit; } failure_route[A] { exit; }",
             true);
    assert_non_null(p);
    const struct kam_globals *g = kam_program_globals(p);
    assert_int_equal(kam_program_children(p), 3);
    assert_int_equal(g->tos, 0x08);
    assert_true(g->sip_warning && !g->server_signature && g->pmtu_discovery && !g->check_via);
    assert_true(span_is(g->server_header, "Server: x"));
    assert_null(g->user_agent_header.p);
    assert_int_equal(g->listen_count, 2);
    assert_true(span_is(g->listens[0].address, "172.20.0.10"));
    assert_int_equal(g->listens[0].ip, 0xac14000a);
    assert_int_equal(g->listens[0].port, 5080);
    assert_null(g->listens[0].advertise_host.p);
    assert_int_equal(g->listens[1].port, 5062);
    assert_true(span_is(g->listens[1].advertise_host, "10.9.9.9"));
    assert_int_equal(g->listens[1].advertise_port, 99);
    struct kam_tm tm = {0};
    kam_program_settings(p, &kam_tm_module, &tm.set);
    assert_int_equal(tm.set.fr_timer_ms, 5000);
    assert_int_equal(tm.set.fr_inv_timer_ms, 120000);
    assert_true(span_is(tm.set.auto_inv_100_reason, "Trying"));
    assert_true(kam_program_has_module(p, "tm") && !kam_program_has_module(p, "kex"));
    assert_non_null(kam_program_route(p, KAM_REQUEST_ROUTE, SPAN("")));
    assert_non_null(kam_program_route(p, KAM_FAILURE_ROUTE, SPAN("A")));
    assert_ptr_not_equal(kam_program_route(p, KAM_REQUEST_ROUTE, SPAN("A")),
                         kam_program_route(p, KAM_FAILURE_ROUTE, SPAN("A")));
    assert_null(kam_program_route(p, KAM_BRANCH_ROUTE, SPAN("A")));
    kam_program_free(p);
    diag_free(&diag);
    source_set_free(&set);
}

static void extra_modparams_come_after_the_file_and_have_their_own_place(void **state) {
    (void)state;
    struct source_set set = {0};
    struct diag diag = {0};
    const struct source *yaml = source_text(&set, "scenario.yaml", SPAN("fr_timer: 1\nnope: 2\n"));
    const struct source *cfg =
        source_text(&set, "k.cfg", SPAN("loadmodule \"tm\" modparam(\"tm\", \"fr_timer\", 5000)"));
    struct kam_modparam extra[] = {{"tm", "fr_timer", "7000", true, {yaml, 0}},
                                   {"tm", "nope", "2", true, {yaml, 12}},
                                   {"rr", "append_fromtag", "0", true, {yaml, 12}},
                                   {"tm", "fr_timer", "x", false, {yaml, 0}}};
    struct kam_program *p =
        kam_program_load(cfg, &set, &(struct kam_additions){.modparams = extra, .modparam_count = 1}, &diag);
    assert_non_null(p);
    struct kam_tm tm = {0};
    kam_program_settings(p, &kam_tm_module, &tm.set);
    assert_int_equal(tm.set.fr_timer_ms, 7000);
    kam_program_free(p);
    assert_null(
        kam_program_load(cfg, &set, &(struct kam_additions){.modparams = extra, .modparam_count = 4}, &diag));
    assert_string_equal(buf_text(&diag.text),
                        "scenario.yaml:2:1: error: module \"tm\" has no parameter \"nope\"\n"
                        "scenario.yaml:2:1: error: module \"rr\" is not loaded\n"
                        "scenario.yaml:1:1: error: tm.fr_timer must be a number\n");
    diag_free(&diag);
    source_set_free(&set);
}

/* No input may bring the compiler down: everything that is nested is limited. */
static void depth_is_limited(void **state) {
    (void)state;
    static const struct {
        const char *before, *again, *after, *message;
    } cases[] = {
        {"request_route { ", "$var(x) = { ", "", "nested too deep"},
        {"request_route { if (", "(", "", "nested too deep"},
        {"request_route { ", "if (1) ", "exit; }", "nested too deep"},
        {"request_route { ", "while (1) { ", "", "nested too deep"},
        {"request_route { ", "switch (1) { case 1: ", "", "nested too deep"},
        {"request_route { if (", "!", "1) exit; }", "nested too deep"},
        {"request_route { if (", "is_method(", "", "nested too deep"},
        {"request_route { $var(x) = 1", " + $var(y)", "; }", "the expression is too long"},
        {"", "#!ifdef A\n", "", "more than 512 nested #!ifdef"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text = {0};
        buf_add_text(&text, cases[i].before);
        for (int n = 0; n < 20000; n++)
            buf_add_text(&text, cases[i].again);
        buf_add_text(&text, cases[i].after);
        struct source_set set = {0};
        struct diag diag = {0};
        assert_null(load(&set, &diag, buf_text(&text), true));
        if (!strstr(buf_text(&diag.text), cases[i].message))
            print_error("%s: %s", cases[i].again, buf_text(&diag.text));
        assert_non_null(strstr(buf_text(&diag.text), cases[i].message));
        diag_free(&diag);
        source_set_free(&set);
        buf_free(&text);
    }
}

static void long_else_if_chains_are_fine(void **state) {
    (void)state;
    struct buf text = {0};
    buf_add_text(&text, "request_route { ");
    for (int i = 0; i < 20000; i++)
        buf_addf(&text, "if ($var(x) == %d) exit; else ", i);
    buf_add_text(&text, "drop; }");
    check(buf_text(&text), true, "");
    buf_free(&text);
}

/* Every row of the modules' tables is something that Kamailio itself has, by name and number of arguments. */
static void rows_are_kamailios(void **state) {
    (void)state;
    size_t strangers = 0;
    for (size_t i = 1; kam_modules[i]; i++) {
        const struct kam_module *m = kam_modules[i];
        struct span module = span_of(m->name);
        assert_true(kam_names_module(module));
        for (const struct kam_function *f = m->functions; f && f->name; f++)
            for (size_t n = f->min_args; n <= f->max_args; n++) {
                if (kam_names_takes(module, span_of(f->name), n)) continue;
                print_error("%s() of %s with %zu arguments\n", f->name, m->name, n);
                strangers++;
            }
        for (const struct kam_param *p = m->params; p && p->name; p++) {
            if (kam_names_has(module, KAM_NAME_PARAMETER, span_of(p->name))) continue;
            print_error("parameter %s of %s\n", p->name, m->name);
            strangers++;
        }
        for (const struct kam_pv *pv = m->pvs; pv && pv->name; pv++) {
            if (kam_names_has(module, KAM_NAME_VARIABLE, span_of(pv->name))) continue;
            print_error("$%s of %s\n", pv->name, m->name);
            strangers++;
        }
    }
    assert_int_equal(strangers, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_kamailios),
        cmocka_unit_test(what_kamailio_takes_is_taken),
        cmocka_unit_test(syntax_errors_point_to_the_token),
        cmocka_unit_test(names_that_are_not_there_are_told_with_a_guess),
        cmocka_unit_test(what_is_not_simulated_is_told),
        cmocka_unit_test(directives_keep_positions),
        cmocka_unit_test(what_is_odd_but_taken_is_warned_of),
        cmocka_unit_test(included_files_have_their_own_positions),
        cmocka_unit_test(settings_reach_the_program),
        cmocka_unit_test(extra_modparams_come_after_the_file_and_have_their_own_place),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(long_else_if_chains_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
