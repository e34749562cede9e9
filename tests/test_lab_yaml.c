/* SPDX-License-Identifier: MIT */
/* Proves that each wrong scenario.yaml or --set gets its message, at its place. */
#include "tests/lab_fixture.h"

#define AT(lc) "s/scenario.yaml:" lc ": error: "
#define LIST   "a list of {from: , to: , "

static const struct {
    const char *yaml, *set, *expected;
} wrong[] = {
    /* what is no YAML */
    {"title: a: b\n", NULL, AT("1:9") "unexpected \":\"; check the indentation, quote a text that has one\n"},
    {"title: a\n  seed: b\n", NULL,
     AT("2:7") "unexpected \":\"; check the indentation, quote a text that has one\n"},
    {"title: \"\xc3\xa4\xc3\xb6\": x\n", NULL,
     AT("1:14") "unexpected \":\"; check the indentation, quote a text that has one\n"},
    {"\xef\xbb\xbftitle: a: b\n", NULL,
     AT("1:12") "unexpected \":\"; check the indentation, quote a text that has one\n"},
    {"title: x\nseed\n", NULL, AT("2:1") "expected `key: value`\n"},
    {"title: x\nseed\nhosts: {}\n", NULL, AT("2:1") "expected `key: value`\n"},
    {"hosts:\n\tuac: 1\n", NULL, AT("2:1") "a tab cannot indent; use blanks\n"},
    {"hosts:\n  uac: 1\n uas: 2\n", NULL,
     AT("3:2") "expected a key; check the indentation and the brackets before\n"},
    {"capture: {at: uac}}\n", NULL,
     AT("1:19") "expected a key; check the indentation and the brackets before\n"},
    {"seed: 1\nhosts: {\n", NULL, AT("3:1") "expected a value or a closing bracket\n"},
    {"seed: 1\nhosts: {uac: 1\n", NULL,
     AT("3:1") "expected \",\" or \"}\"; the bracket was opened in line 2\n"},
    {"capture: {at: [uac, proxy}\n", NULL, AT("1:26") "expected \",\" or \"]\"\n"},
    {"network:\n  drop:\n  - {from: uac,\n     to: uas\n     nth: 1}\n", NULL,
     AT("5:9") "expected \",\" or \"}\"; the bracket was opened in line 3\n"},
    {"network:\n  drop:\n    - {}\n    nth: 1\n", NULL, AT("4:5") "expected \"- \"; check the indentation\n"},
    {"network: - a\n", NULL, AT("1:10") "a list begins on a line of its own\n"},
    {"title: \"x\nseed: 1\n", NULL, AT("1:8") "this quote is not closed\n"},
    {"title: \"\\q\"\n", NULL, AT("1:9") "unknown escape after \\ in a quoted text\n"},
    {"title: @x\n", NULL, AT("1:8") "a text cannot begin with @; quote it\n"},
    {"title: *\n", NULL, AT("1:9") "did not find expected alphabetic or numeric character\n"},
    {HOSTS, "capture.at=[uac",
     "--set capture.at=[uac:1:16: error: expected \",\" or \"]\"; the bracket was opened in line 1\n"},
    {"title: \"\xff\"\n", NULL, AT("1:9") "this is no UTF-8\n"},
    {"title: x\xc3\n", NULL, AT("1:10") "this is no UTF-8\n"},
    {"title: x\x01\n" HOSTS, NULL, AT("1:9") "a control character\n"},
    {"title: \"a\\0b\"\n" HOSTS, NULL, AT("1:8") "a value must not contain the character NUL\n"},
    {"a: &x 1\n" HOSTS, NULL, AT("1:4") "anchors, aliases and tags (&x, *x, !x) are not supported\n"},
    {"seed: !!int 1\n" HOSTS, NULL, AT("1:7") "anchors, aliases and tags (&x, *x, !x) are not supported\n"},
    {"<<: *x\n" HOSTS, NULL, AT("1:5") "anchors, aliases and tags (&x, *x, !x) are not supported\n"},
    {HOSTS "---\nseed: 1\n", NULL, AT("5:1") "a second document; one is expected\n"},
    {"? [a, b]\n: 1\n", NULL, AT("1:3") "a key must be a word\n"},
    {"a: [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n", NULL, AT("1:19") "nested too deeply\n"},
    {"", NULL, AT("1:1") "expected `key: value` lines\n"},
    {"# nothing\n", NULL, AT("1:1") "expected `key: value` lines\n"},
    {"- a\n", NULL, AT("1:1") "expected `key: value` lines\n"},
    {"seed: 1\nseed: 2\nseed: 3\n" HOSTS, NULL,
     AT("2:1") "\"seed\" is given twice, first in line 1\n" AT(
         "3:1") "\"seed\" is given twice, first in line 1\n"},
    /* the top level */
    {"title: x\n", NULL, AT("1:1") "needs \"hosts\": the hosts, by name, and what each runs\n"},
    {"titel: x\n" HOSTS, NULL, AT("1:1") "unknown key \"titel\"; did you mean \"title\"?\n"},
    {"xyz: x\n" HOSTS, NULL,
     AT("1:1") "unknown key \"xyz\"; known: include, title, description, start, seed, time_limit, "
               "event_limit, memory_limit, hosts, "
               "network, "
               "capture\n"},
    {"title:\n" HOSTS, NULL, AT("1:1") "title: expected text, got nothing\n"},
    {"title: |\n  a\n  b\n" HOSTS, NULL, AT("1:8") "title: expected a single line\n"},
    {"title: [a]\n" HOSTS, NULL, AT("1:8") "title: expected text, got a list\n"},
    {"start: 2026-02-29T00:00:00Z\n" HOSTS, NULL,
     AT("1:8") "start: expected a day that the calendar has, got \"2026-02-29T00:00:00Z\"\n"},
    {"seed: -1\n" HOSTS, NULL,
     AT("1:7") "seed: expected a whole number from 0 to 18446744073709551615, got \"-1\"\n"},
    {"seed: 18446744073709551616\n" HOSTS, NULL,
     AT("1:7") "seed: expected a whole number from 0 to 18446744073709551615, got "
               "\"18446744073709551616\"\n"},
    {"network: 3\n" HOSTS, NULL, AT("1:10") "network: expected a mapping (`key: value`), got \"3\"\n"},
    {"network:\n" HOSTS, NULL, AT("1:1") "network: expected a mapping (`key: value`), got nothing\n"},
    /* hosts */
    {"hosts:\n", NULL, AT("1:1") "hosts: expected a mapping of host names, got nothing\n"},
    {"hosts: {}\n", NULL, AT("1:1") "hosts: needs at least one host\n"},
    {"hosts: [uac]\n", NULL, AT("1:8") "hosts: expected a mapping of host names, got a list\n"},
    {"hosts:\n  1st: {address: 172.20.0.3, sipp: {scenario: uas.xml}}\n", NULL,
     AT("2:3") "hosts: \"1st\" is no host name: a letter, then letters, digits, - and _, at most 32\n"},
    {"hosts:\n  a/b: {address: 172.20.0.3, sipp: {scenario: uas.xml}}\n", NULL,
     AT("2:3") "hosts: \"a/b\" is no host name: a letter, then letters, digits, - and _, at most 32\n"},
    {"hosts:\n  uas: 1\n", NULL, AT("2:8") "hosts.uas: expected a mapping (`key: value`), got \"1\"\n"},
    {"hosts:\n  uas: {sipp: {scenario: uas.xml}}\n", NULL,
     AT("2:3") "hosts.uas: needs \"address\": its IPv4 address; the MAC address is 02:42: and the same four "
               "bytes\n"},
    {"hosts:\n  uas: {address: 172.20.0.3}\n", NULL,
     AT("2:3") "hosts.uas: needs \"sipp\" or \"kamailio\": what runs there\n"},
    {"hosts:\n  uas: {address: 172.20.0.3, sipp: {scenario: uas.xml}, kamailio: {config: kamailio.cfg}}\n",
     NULL, AT("2:57") "hosts.uas: runs either a SIPp or a Kamailio, not both\n"},
    {"hosts:\n  uas: {address: 172.20.0, sipp: {scenario: uas.xml}}\n", NULL,
     AT("2:18") "hosts.uas.address: expected an IPv4 address, such as 172.20.0.2, got \"172.20.0\"\n"},
    {"hosts:\n  uas: {address: 224.0.0.1, sipp: {scenario: uas.xml}}\n", NULL,
     AT("2:18") "hosts.uas.address: expected the address of a host in a network, got \"224.0.0.1\"\n"},
    {"hosts:\n" UAS "  two: {address: 172.20.0.3, sipp: {scenario: uas.xml}}\n", NULL,
     AT("3:18") "hosts.two.address: 172.20.0.3 is the address of \"uas\" too\n"},
    {"hosts:\n  uas: {address: 172.20.0.3, port: 65536, sipp: {scenario: uas.xml}}\n", NULL,
     AT("2:36") "hosts.uas.port: expected a whole number from 1 to 65535, got \"65536\"\n"},
    {HOSTS, "hosts.uas.port=0",
     "--set hosts.uas.port=0:1:16: error: hosts.uas.port: expected a whole number from 1 to "
     "65535, got \"0\"\n"},
    /* SIPp */
    {"hosts:\n  uas: {address: 172.20.0.3, sipp: {}}\n", NULL,
     AT("2:30") "hosts.uas.sipp: needs \"scenario\": an XML file beside scenario.yaml, or builtin:uac, "
                "builtin:uas or another name of -sn\n"},
    {"hosts:\n  uas: {address: 172.20.0.3, sipp: {scenario: usa.xml}}\n", NULL,
     AT("2:47") "s/usa.xml: No such file or directory\n"},
    {"hosts:\n  uas: {address: 172.20.0.3, sipp: {scenario: ..}}\n", NULL, AT("2:47") ".: is a directory\n"},
    {"hosts:\n  uas: {address: 172.20.0.3, sipp: {scenario: \"builtin:usa\"}}\n", NULL,
     AT("2:47") "hosts.uas.sipp.scenario: expected an XML file, builtin:uac, builtin:uas or another name of "
                "-sn, got "
                "\"builtin:usa\"\n"},
    {"hosts:\n" UAC UAS, NULL,
     AT("2:79") "hosts.uac.sipp.outbound: unknown host \"proxy\"; known: uac, uas\n"},
    {HOSTS, "hosts.uac.sipp.target=usa",
     "--set hosts.uac.sipp.target=usa:1:23: error: hosts.uac.sipp.target: unknown host \"usa\"; did you mean "
     "\"uas\"?\n"},
    {HOSTS, "hosts.uac.sipp.target=172.20.0.3:0",
     "--set hosts.uac.sipp.target=172.20.0.3:0:1:23: error: hosts.uac.sipp.target: expected a host's name or "
     "ADDRESS[:PORT], got \"172.20.0.3:0\"\n"},
    {HOSTS, "hosts.uac.sipp.target=uac",
     "--set hosts.uac.sipp.target=uac:1:23: error: hosts.uac.sipp.target: this is the host itself\n"},
    {"hosts:\n  uac: {address: 172.20.0.2, sipp: {scenario: uac.xml}}\n", NULL,
     AT("2:47") "hosts.uac.sipp: uac.xml makes calls: needs a target\n"},
    {HOSTS, "hosts.uas.sipp.out_of_call=builtin:ooc_default",
     "--set hosts.uas.sipp.out_of_call=builtin:ooc_default:1:16: error: hosts.uas.sipp.out_of_call: uas.xml "
     "answers calls: this is for "
     "a SIPp "
     "that makes them\n"},
    {HOSTS, "hosts.uac.sipp.ring_after=1s",
     "--set hosts.uac.sipp.ring_after=1s:1:16: error: hosts.uac.sipp.ring_after: uac.xml makes calls: this "
     "is for a "
     "SIPp that answers them\n"},
    {HOSTS, "hosts.uac.sipp.calls=many",
     "--set hosts.uac.sipp.calls=many:1:22: error: hosts.uac.sipp.calls: expected a whole number from 1 to "
     "4294967295, got \"many\"\n"},
    {HOSTS, "hosts.uac.sipp.calls=0",
     "--set hosts.uac.sipp.calls=0:1:22: error: hosts.uac.sipp.calls: expected a whole number from 1 to "
     "4294967295, "
     "got \"0\"\n"},
    {HOSTS, "hosts.uac.sipp.rate=0.0",
     "--set hosts.uac.sipp.rate=0.0:1:21: error: hosts.uac.sipp.rate: expected a number of calls above 0, "
     "such as "
     "10 or 0.5, got \"0.0\"\n"},
    {HOSTS, "hosts.uac.sipp.rate_period=0s",
     "--set hosts.uac.sipp.rate_period=0s:1:28: error: hosts.uac.sipp.rate_period: expected a duration from "
     "1ms to "
     "4294967295ms, got \"0s\"\n"},
    {HOSTS, "hosts.uac.sipp.pause=1.5us",
     "--set hosts.uac.sipp.pause=1.5us:1:22: error: hosts.uac.sipp.pause: expected a duration in whole "
     "milliseconds, "
     "got \"1.5us\"\n"},
    {HOSTS, "hosts.uac.sipp.pause=10",
     "--set hosts.uac.sipp.pause=10:1:22: error: hosts.uac.sipp.pause: expected a duration with its unit "
     "(ns, us, ms, "
     "s or min), got \"10\"\n"},
    {HOSTS, "hosts.uac.sipp.hz=300",
     "--set hosts.uac.sipp.hz=300:1:19: error: hosts.uac.sipp.hz: expected a divisor of 1000, such as 250, "
     "got "
     "\"300\"\n"},
    {HOSTS, "hosts.uac.sipp.pid=4194305",
     "--set hosts.uac.sipp.pid=4194305:1:20: error: hosts.uac.sipp.pid: expected a whole number from 1 to "
     "4194304, "
     "got \"4194305\"\n"},
    {HOSTS, "hosts.uac.sipp.inject=user.csv",
     "--set hosts.uac.sipp.inject=user.csv:1:23: error: s/user.csv: No such file or directory\n"},
    {HOSTS, "hosts.uac.sipp.variables={a: [1]}",
     "--set hosts.uac.sipp.variables={a: [1]}:1:30: error: hosts.uac.sipp.variables.a: expected text, got a "
     "list\n"},
    {HOSTS, "hosts.uac.sipp.variables=a",
     "--set hosts.uac.sipp.variables=a:1:26: error: hosts.uac.sipp.variables: expected a mapping of names to "
     "values, "
     "got \"a\"\n"},
    /* Kamailio */
    {HOSTS, "hosts.proxy.kamailio.config=kamailo.cfg",
     "--set hosts.proxy.kamailio.config=kamailo.cfg:1:29: error: s/kamailo.cfg: No such file or directory\n"},
    {HOSTS, "hosts.proxy.kamailio.modparam={tm: 1}",
     "--set hosts.proxy.kamailio.modparam={tm: 1}:1:36: error: hosts.proxy.kamailio.modparam.tm: expected a "
     "mapping of "
     "parameters, such as {fr_timer: 5000}, got \"1\"\n"},
    {HOSTS, "hosts.proxy.kamailio.modparam.tm.fr_timer=",
     "--set hosts.proxy.kamailio.modparam.tm.fr_timer=:1:34: error: "
     "hosts.proxy.kamailio.modparam.tm.fr_timer: "
     "expected a number or text, got nothing\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup=[]",
     "--set hosts.proxy.kamailio.wakeup=[]:1:29: error: hosts.proxy.kamailio.wakeup: needs at least one "
     "duration\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup=[1us, 2us, 3us]",
     "--set hosts.proxy.kamailio.wakeup=[1us, 2us, 3us]:1:29: error: hosts.proxy.kamailio.wakeup: expected 1 "
     "or 2 "
     "durations (children=2), got 3\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup=[1us, soon]",
     "--set hosts.proxy.kamailio.wakeup=[1us, soon]:1:35: error: hosts.proxy.kamailio.wakeup: expected a "
     "duration, a "
     "number with ns, us, ms, s or min, such as 500ms or 1.5s, got \"soon\"\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup={quantiles: {0: 1us}}",
     "--set hosts.proxy.kamailio.wakeup={quantiles: {0: 1us}}:1:41: error: "
     "hosts.proxy.kamailio.wakeup.quantiles: must begin with 0 and end with 100\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup={quantiles: {1: 1us, 100: 2us}}",
     "--set hosts.proxy.kamailio.wakeup={quantiles: {1: 1us, 100: 2us}}:1:41: error: "
     "hosts.proxy.kamailio.wakeup.quantiles: must begin with 0 and end with 100\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup={quantiles: {0: 1us, 60: 3us, 50: 2us, 100: soon}}",
     "--set hosts.proxy.kamailio.wakeup={quantiles: {0: 1us, 60: 3us, 50: 2us, 100: soon}}:1:59: error: "
     "hosts.proxy.kamailio.wakeup.quantiles.50: must be more than the one before it\n"
     "--set hosts.proxy.kamailio.wakeup={quantiles: {0: 1us, 60: 3us, 50: 2us, 100: soon}}:1:63: error: "
     "hosts.proxy.kamailio.wakeup.quantiles.50: must not be less than the one before it\n"
     "--set hosts.proxy.kamailio.wakeup={quantiles: {0: 1us, 60: 3us, 50: 2us, 100: soon}}:1:73: error: "
     "hosts.proxy.kamailio.wakeup.quantiles.100: expected a duration, a number with ns, us, ms, s or min, "
     "such as 500ms or 1.5s, got \"soon\"\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup=[1us, {quantiles: {0: 1us, 33.33333: 2us, 101: 2us}}]",
     "--set hosts.proxy.kamailio.wakeup=[1us, {quantiles: {0: 1us, 33.33333: 2us, 101: 2us}}]:1:56: error: "
     "hosts.proxy.kamailio.wakeup.quantiles.33.33333: expected a number from 0 to 100, with at most four "
     "decimals\n"
     "--set hosts.proxy.kamailio.wakeup=[1us, {quantiles: {0: 1us, 33.33333: 2us, 101: 2us}}]:1:71: error: "
     "hosts.proxy.kamailio.wakeup.quantiles.101: expected a number from 0 to 100, with at most four "
     "decimals\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup={quantiles: [1us]}",
     "--set hosts.proxy.kamailio.wakeup={quantiles: [1us]}:1:41: error: "
     "hosts.proxy.kamailio.wakeup.quantiles: expected a mapping such as {0: 10us, 50: 30us, 99.9: 2ms, 100: "
     "10ms}, got a list\n"},
    {HOSTS, "hosts.proxy.kamailio.wakeup={quantile: {}}",
     "--set hosts.proxy.kamailio.wakeup={quantile: {}}:1:30: error: unknown key \"quantile\"; did you mean "
     "\"quantiles\"?\n"
     "--set hosts.proxy.kamailio.wakeup={quantile: {}}:1:22: error: hosts.proxy.kamailio.wakeup: needs "
     "\"quantiles\": {SHARE: DURATION, ...}: SHARE percent of the wake-ups take at most DURATION; from 0 to "
     "100\n"},
    {HOSTS, "hosts.proxy.kamailio.processing=fast",
     "--set hosts.proxy.kamailio.processing=fast:1:33: error: hosts.proxy.kamailio.processing: expected "
     "default or a "
     "mapping such as {invite: 341us}, got \"fast\"\n"},
    {HOSTS, "hosts.proxy.kamailio.processing={invit: 3us}",
     "--set hosts.proxy.kamailio.processing={invit: 3us}:1:34: error: unknown key \"invit\"; did you mean "
     "\"invite\"?\n"},
    {HOSTS, "hosts.proxy.kamailio.timer_phase=62.5ms",
     "--set hosts.proxy.kamailio.timer_phase=62.5ms:1:34: error: hosts.proxy.kamailio.timer_phase: expected "
     "a "
     "duration from 0ns to 62499999ns, got \"62.5ms\"\n"},
    /* network */
    {HOSTS "network:\n  dealy: 1ms\n", NULL, AT("6:3") "unknown key \"dealy\"; did you mean \"delay\"?\n"},
    {HOSTS "network: {mtu: 67}\n", NULL,
     AT("5:16") "network.mtu: expected a whole number from 68 to 65535, got \"67\"\n"},
    {HOSTS "network: {loss: 101%}\n", NULL,
     AT("5:17") "network.loss: expected a share from 0% to 100%, got \"101%\"\n"},
    {HOSTS "network: {loss: 0.00001%}\n", NULL,
     AT("5:17") "network.loss: expected a share with at most four decimals, got \"0.00001%\"\n"},
    {HOSTS "network: {reorder: 5}\n", NULL,
     AT("5:20") "network.reorder: expected a share from 0% to 100%, such as 12.5%, got \"5\"\n"},
    {HOSTS "network: {delay: 101min0}\n", NULL,
     AT("5:18") "network.delay: expected a duration, a number with ns, us, ms, s or min, such as 500ms or "
                "1.5s, got "
                "\"101min0\"\n"},
    {HOSTS "network: {delay: 0.5ns}\n", NULL,
     AT("5:18") "network.delay: expected a duration in whole nanoseconds, got \"0.5ns\"\n"},
    {HOSTS "network: {delay: 101d}\n", "network.delay=8640001s",
     "--set network.delay=8640001s:1:15: error: network.delay: expected a duration of at most 100 days "
     "(144000min), "
     "got \"8640001s\"\n"},
    {HOSTS "network:\n  delay:\n    - {from: uac, to: prox, delay: 1ms}\n", NULL,
     AT("7:23") "network.delay[0].to: unknown host \"prox\"; did you mean \"proxy\"?\n"},
    {HOSTS "network:\n  delay: [{from: uac, to: uac, delay: 1ms}]\n", NULL,
     AT("6:11") "network.delay[0]: from and to are the same host\n"},
    {HOSTS "network:\n  delay: [{from: uac, to: uas, delay: 1ms}, {from: uac, to: uas, delay: 1ms}]\n", NULL,
     AT("6:45") "network.delay[1]: this pair is given twice\n"},
    {HOSTS "network:\n  delay: [{from: uac, to: uas}]\n", NULL,
     AT("6:11") "network.delay[0]: needs \"delay\": a duration\n"},
    {HOSTS "network:\n  delay: {defualt: 1ms}\n", NULL,
     AT("6:11") "unknown key \"defualt\"; did you mean \"default\"?\n"},
    {HOSTS "network:\n  delay: {pairs: 1ms}\n", NULL,
     AT("6:18") "network.delay.pairs: expected " LIST "...}, got \"1ms\"\n"},
    {HOSTS "network:\n  drop: 2\n", NULL, AT("6:9") "network.drop: expected " LIST "nth: }, got \"2\"\n"},
    {HOSTS "network:\n  drop: [{from: uas, to: proxy}]\n", NULL,
     AT("6:10") "network.drop[0]: needs \"nth\": which one, 1 = the first\n"},
    {HOSTS, "network.drop=[{from: uas, to: proxi, nth: 0}]",
     "--set network.drop=[{from: uas, to: proxi, nth: 0}]:1:31: error: network.drop[0].to: unknown host "
     "\"proxi\"; did "
     "you mean \"proxy\"?\n"
     "--set network.drop=[{from: uas, to: proxi, nth: 0}]:1:43: error: network.drop[0].nth: expected a whole "
     "number "
     "from 1 to 4294967295, got \"0\"\n"},
    {HOSTS "network:\n  drop: [{from: uas, to: proxy, nth: 1, message: 200 ok}]\n", NULL,
     AT("6:50") "network.drop[0].message: expected a method or a status and a method, such as \"200 "
                "INVITE\", got "
                "\"200 ok\"\n"},
    {HOSTS "network:\n  hold: [{from: uas, to: proxy, nth: 1}]\n", NULL,
     AT("6:10") "network.hold[0]: needs \"by\": a duration\n"},
    {HOSTS "network:\n  hold: [{from: uas, to: uas, nth: 1, by: 1ms}]\n", NULL,
     AT("6:10") "network.hold[0]: from and to are the same host\n"},
    {HOSTS "network:\n  hold: 2ms\n", NULL,
     AT("6:9") "network.hold: expected " LIST "nth: , by: }, got \"2ms\"\n"},
    /* capture */
    {HOSTS "capture: {at: prox}\n", NULL,
     AT("5:15") "capture.at: unknown host \"prox\"; did you mean \"proxy\"?\n"},
    {HOSTS "capture: {at: []}\n", NULL, AT("5:15") "capture.at: needs at least one host\n"},
    {HOSTS "capture: {at: [uac, uac]}\n", NULL, AT("5:21") "capture.at: \"uac\" is given twice\n"},
    {HOSTS "capture: {link: ethernet2}\n", NULL,
     AT("5:17") "capture.link: expected ethernet, sll2, sll or raw, got \"ethernet2\"\n"},
    {HOSTS "capture: {checksum: none}\n", NULL,
     AT("5:21") "capture.checksum: expected valid or partial, got \"none\"\n"},
    {HOSTS "capture: {filter: udp}\n", NULL,
     AT("5:19") "capture.filter: expected sip, all or a list of ports, got \"udp\"\n"},
    /* --set */
    {HOSTS "network:\n  hold: [{from: uas, to: proxy, nth: 1, by: 1ms}]\n", "network.hold[0].by=soon",
     "--set network.hold[0].by=soon:1:20: error: network.hold[0].by: expected a duration, a number with ns, "
     "us, "
     "ms, s or min, such as 500ms or 1.5s, got \"soon\"\n"},
    {HOSTS "network:\n  hold: [{from: uas, to: proxy, nth: 1, by: 1ms}]\n", "network.hold[1].by=2ms",
     "--set network.hold[1].by=2ms:1:13: error: there is no list with an entry [1]\n"},
    {HOSTS "network:\n  hold: [{from: uas, to: proxy, nth: 1, by: 1ms}]\n", "network.hold[0][0]=2ms",
     "--set network.hold[0][0]=2ms:1:16: error: there is no list with an entry [0]\n"},
    {HOSTS "network:\n  hold: [{from: uas, to: proxy, nth: 1, by: 1ms}]\n", "network.hold[0]=2ms",
     "--set network.hold[0]=2ms:1:17: error: network.hold[0]: expected a mapping (`key: value`), got "
     "\"2ms\"\n"},
    {HOSTS "", "network.hold[0].by=2ms",
     "--set network.hold[0].by=2ms:1:13: error: there is no list with an entry [0]\n"},
    {HOSTS, "hosts.uas.spip.x=1",
     "--set hosts.uas.spip.x=1:1:11: error: unknown key \"spip\"; did you mean \"sipp\"?\n"},
    {HOSTS, "hosts.usa.sipp.calls=1",
     "--set hosts.usa.sipp.calls=1:1:7: error: hosts: unknown host \"usa\"; did you mean \"uas\"?\n"},
    {HOSTS, "seed", "--set seed:1:1: error: expected KEY=VALUE, such as hosts.uas.sipp.ring_after=10s\n"},
    {HOSTS, "=1", "--set =1:1:1: error: expected KEY=VALUE, such as hosts.uas.sipp.ring_after=10s\n"},
    {HOSTS, "hosts..x=1", "--set hosts..x=1:1:7: error: expected a key, such as hosts.uas.sipp.ring_after\n"},
    {HOSTS, "seed=",
     "--set seed=:1:1: error: seed: expected a whole number from 0 to 18446744073709551615, got nothing\n"},
    {HOSTS, "include=base", "--set include=base:1:1: error: include: only a scenario.yaml can include\n"},
    /* include */
    {"include: ../nowhere\n", NULL,
     AT("1:10") "include: no scenario.yaml in nowhere; a name alone, without a slash, finds one that "
                "`siptwin list` shows\n"},
    {"include: .\n" HOSTS, NULL, AT("1:10") "include: this scenario is being included already\n"},
    {"include: [a]\n" HOSTS, NULL, AT("1:1") "include: expected the folder of another scenario\n"},
};

static void every_wrong_scenario_gets_its_message(void **state) {
    (void)state;
    int failed = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct lab_config *config = load(NULL, wrong[i].yaml, wrong[i].set);
        struct span expected = span_of(wrong[i].expected), got = span_of(buf_text(&diag.text));
        if (config || !span_eq(got, expected)) {
            print_message("--- %s--- %s\nexpected %sgot      %s", wrong[i].yaml,
                          wrong[i].set ? wrong[i].set : "", wrong[i].expected, got.p);
            failed++;
        }
        done(config);
    }
    assert_int_equal(failed, 0);
}

static void an_error_points_into_the_layer_where_the_value_stands(void **state) {
    (void)state;
    struct lab_config *config =
        load(HOSTS "seed: x\n", "include: ../base\nnetwork: {mtu: 1}\n", "capture.at=x");
    assert_null(config);
    assert_string_equal(
        buf_text(&diag.text),
        "base/scenario.yaml:5:7: error: seed: expected a whole number from 0 to 18446744073709551615, got "
        "\"x\"\n"
        "s/scenario.yaml:2:16: error: network.mtu: expected a whole number from 68 to 65535, got \"1\"\n"
        "--set capture.at=x:1:12: error: capture.at: unknown host \"x\"; known: uac, proxy, uas\n"
        "base/scenario.yaml:3:52: error: base/kamailio.cfg: No such file or directory\n");
    done(config);
}

static void an_include_cycle_is_found(void **state) {
    (void)state;
    struct lab_config *config = load("include: ../s\n" HOSTS, "include: ../base\n", NULL);
    assert_null(config);
    assert_string_equal(buf_text(&diag.text),
                        "base/scenario.yaml:1:10: error: include: this scenario is being included "
                        "already\n");
    done(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_wrong_scenario_gets_its_message, after),
        cmocka_unit_test_teardown(an_error_points_into_the_layer_where_the_value_stands, after),
        cmocka_unit_test_teardown(an_include_cycle_is_found, after),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
