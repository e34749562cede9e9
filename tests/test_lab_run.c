/* SPDX-License-Identifier: MIT */
/* Proves that a lab is built as its scenario.yaml says: paths, faults, programs; that a run can be repeated
 * and stopped. */
#include "base/mem.h"
#include "model/lab/lab.h"
#include "model/sip/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct source_set sources;
static struct diag diag;
static struct buf seen_text, lost_text;

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

#define SEND_INVITE                                                                                          \
    "<send retrans=\"500\"><![CDATA[\n\nINVITE sip:b@[remote_ip]:[remote_port] SIP/2.0\n"                    \
    "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\nFrom: <sip:a@x>;tag=[call_number]\nTo: "      \
    "<sip:b@x>\n"                                                                                            \
    "Call-ID: [call_id]\nCSeq: 1 INVITE\nMax-Forwards: 70\nContent-Length: 0\n\n]]></send>\n"
#define SEND_ANSWER(line)                                                                                    \
    "<send><![CDATA[\n\nSIP/2.0 " line "\n[last_Via:]\n[last_From:]\n[last_To:];tag=b\n[last_Call-ID:]\n"    \
    "[last_CSeq:]\nContent-Length: 0\n\n]]></send>\n"

static const char *const files[][2] = {
    {"s/uac.xml", "<?xml version=\"1.0\"?>\n<scenario>\n" SEND_INVITE
                  "<recv response=\"180\" optional=\"true\"/>\n<recv response=\"200\"/>\n</scenario>\n"},
    {"s/uas.xml", "<?xml version=\"1.0\"?>\n<scenario>\n<recv request=\"INVITE\"/>\n" SEND_ANSWER(
                      "180 Ringing") SEND_ANSWER("200 OK") "</scenario>\n"},
    {"s/busy.xml", "<?xml version=\"1.0\"?>\n<scenario>\n<recv request=\"INVITE\"/>\n" SEND_ANSWER(
                       "486 Busy Here") "</scenario>\n"},
    {"s/kamailio.cfg", "#!KAMAILIO\nchildren=1\nlisten=udp:172.20.0.10:5060\nloadmodule \"sl.so\"\n"
                       "loadmodule \"tm.so\"\nrequest_route {\n    t_relay();\n}\n"}};

static int begin(void **state) {
    (void)state;
    strcpy(folder, "/tmp/siptwin-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("s", 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(files[i][0], files[i][1]);
    return 0;
}

static int end(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(files[i][0]);
    unlink("s/scenario.yaml");
    return rmdir("s") | chdir("/") | rmdir(folder);
}

static int after(void **state) {
    (void)state;
    source_set_free(&sources);
    diag_free(&diag);
    buf_free(&seen_text);
    buf_free(&lost_text);
    return 0;
}

static struct lab_config *load(const char *yaml) {
    write_file("s/scenario.yaml", yaml);
    struct lab_config *config = lab_load(&sources, "s", NULL, 0, &diag);
    assert_string_equal(buf_text(&diag.text), "");
    assert_non_null(config);
    return config;
}

/* Writes what a tap sees, as "arg: sent 200 INVITE", a line each. */
static void seen(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    struct buf summary = {0};
    (void)now_ns;
    sip_summary(&summary, payload_span(d->payload));
    buf_addf(&seen_text, "%s %s %s\n", (const char *)arg, direction == TAP_SENT ? ">" : "<",
             buf_text(&summary));
    buf_free(&summary);
}

static void lost(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d) {
    struct buf summary = {0};
    (void)arg, (void)now_ns;
    sip_summary(&summary, payload_span(d->payload));
    if (why == LOST_DROP_RULE) buf_addf(&lost_text, "%s\n", buf_text(&summary));
    buf_free(&summary);
}

#define UAC "  uac: {address: 172.20.0.2, sipp: {scenario: uac.xml, target: uas, pid: 7}}\n"
#define UAS "  uas: {address: 172.20.0.3, sipp: {scenario: uas.xml}}\n"

static void a_call_succeeds_and_is_counted(void **state) {
    (void)state;
    struct lab_config *config = load("hosts:\n" UAC UAS);
    for (int round = 0; round < 2; round++) { /* one config serves many labs, and each does the same */
        struct lab *lab = lab_new(config, NULL, &diag);
        assert_non_null(lab);
        assert_null(lab_host(lab, "nobody"));
        assert_string_equal(host_name(lab_host(lab, "uas")), "uas");
        assert_string_equal(host_name(lab_host_at(lab, 0)), "uac");
        buf_reset(&seen_text);
        host_tap(lab_host(lab, "uac"), seen, (char[]){"uac"});
        assert_true(lab_run(lab, NULL));
        assert_string_equal(buf_text(&seen_text), "uac > INVITE\nuac < 180 INVITE\nuac < 200 INVITE\n");
        struct lab_result r = lab_result(lab);
        assert_int_equal(r.created, 1);
        assert_int_equal(r.successful, 1);
        assert_int_equal(r.failed, 0);
        assert_int_equal(r.open, 0);
        assert_int_equal(r.answered, 1);
        assert_int_equal(r.failures_told, 0);
        assert_int_equal(r.failure_count, 0);
        assert_non_null(lab_sipp(lab, 0));
        lab_free(lab);
    }
    lab_config_free(config);
}

static void a_failed_call_says_where_and_why(void **state) {
    (void)state;
    struct lab_config *config =
        load("hosts:\n" UAC "  uas: {address: 172.20.0.3, sipp: {scenario: busy.xml}}\n");
    struct lab *lab = lab_new(config, NULL, &diag);
    assert_true(lab_run(lab, NULL));
    struct lab_result r = lab_result(lab);
    assert_int_equal(r.failed, 1);
    assert_int_equal(r.failures_told, 1);
    assert_int_equal(r.failure_count, 1);
    assert_string_equal(r.failures[0].host, "uac");
    assert_string_equal(r.failures[0].at.source->name, "s/uac.xml");
    assert_non_null(strstr(r.failures[0].reason, "486"));
    lab_free(lab);
    lab_config_free(config);
}

static void only_the_first_failures_are_kept(void **state) {
    (void)state;
    struct lab_config *config =
        load("hosts:\n  uac: {address: 172.20.0.2, sipp: {scenario: uac.xml, target: uas, calls: "
             "50}}\n  uas: {address: 172.20.0.3, sipp: {scenario: busy.xml}}\n");
    struct lab *lab = lab_new(config, NULL, &diag);
    assert_true(lab_run(lab, NULL));
    struct lab_result r = lab_result(lab);
    assert_int_equal(r.created, 50);
    assert_int_equal(r.failures_told, 50);
    assert_int_equal(r.failure_count, LAB_FAILURES_MAX);
    for (size_t i = 1; i < r.failure_count; i++)
        assert_true(r.failures[i].now_ns >= r.failures[i - 1].now_ns);
    lab_free(lab);
    lab_config_free(config);
}

static void heard(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    struct buf summary = {0};
    (void)arg, (void)now_ns;
    sip_summary(&summary, payload_span(d->payload));
    if (direction == TAP_RECEIVED) buf_addf(&seen_text, "%s\n", buf_text(&summary));
    buf_free(&summary);
}

static void a_drop_counts_what_it_names(void **state) {
    (void)state;
    static const struct {
        const char *rule, *lost;
    } rows[] = {
        {"{from: uas, to: uac, nth: 2}", "200 INVITE\n"},
        {"{from: uas, to: uac, nth: 1}", "180 INVITE\n"},
        {"{from: uas, to: uac, nth: 1, message: 200 INVITE}", "200 INVITE\n"},
        {"{from: uas, to: uac, nth: 2, message: 180 INVITE}", ""},
        {"{from: uas, to: uac, nth: 1, message: INVITE}", ""},
        {"{from: uac, to: uas, nth: 1, message: INVITE}", "INVITE\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf yaml = {0};
        buf_addf(&yaml, "hosts:\n" UAC UAS "network: {drop: [%s]}\n", rows[i].rule);
        struct lab_config *config = load(buf_text(&yaml));
        struct lab *lab = lab_new(config, NULL, &diag);
        buf_reset(&lost_text);
        net_on_lost(lab_net(lab), lost, NULL);
        assert_true(lab_run(lab, NULL));
        assert_string_equal(buf_text(&lost_text), rows[i].lost);
        lab_free(lab);
        lab_config_free(config);
        buf_free(&yaml);
    }
}

/* The 180 comes first, unless it is held back longer than the callee needs for the 200. */
static void a_hold_lets_others_overtake(void **state) {
    (void)state;
    static const struct {
        const char *rule, *heard;
    } rows[] = {
        {"{from: uas, to: uac, nth: 1, by: 1ms}", "180 INVITE\n200 INVITE\n"},
        {"{from: uas, to: uac, nth: 1, by: 10ms}", "200 INVITE\n180 INVITE\n"},
        {"{from: uas, to: uac, nth: 1, by: 10ms, message: 200 INVITE}", "180 INVITE\n200 INVITE\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf yaml = {0};
        buf_addf(&yaml, "hosts:\n" UAC UAS "network: {hold: [%s]}\n", rows[i].rule);
        struct lab_config *config = load(buf_text(&yaml));
        struct lab *lab = lab_new(config, NULL, &diag);
        buf_reset(&seen_text);
        host_tap(lab_host(lab, "uac"), heard, NULL);
        assert_true(lab_run(lab, NULL));
        assert_string_equal(buf_text(&seen_text), rows[i].heard);
        lab_free(lab);
        lab_config_free(config);
        buf_free(&yaml);
    }
}

static void every_pair_has_its_path(void **state) {
    (void)state;
    struct lab_config *config =
        load("hosts:\n" UAC UAS "  p: {address: 172.20.0.10, kamailio: {config: kamailio.cfg}}\n"
             "network:\n  delay: {default: 2ms, pairs: [{from: uac, to: p, delay: 5ms}]}\n"
             "  loss: [{from: p, to: uac, loss: 0.0001%}]\n  duplicate: 0.0002%\n"
             "  reorder: {pairs: [{from: p, to: uac, reorder: 0.0003%}]}\n  reorder_by: 7ms\n");
    struct lab *lab = lab_new(config, NULL, &diag);
    assert_non_null(lab);
    struct host *uac = lab_host(lab, "uac"), *uas = lab_host(lab, "uas"), *p = lab_host(lab, "p");
    const struct path *plain = net_path(lab_net(lab), uas, p), *slow = net_path(lab_net(lab), uac, p);
    const struct path *bad = net_path(lab_net(lab), p, uac);
    assert_int_equal(plain->delay_ns, 2 * NS_PER_MS);
    assert_int_equal(plain->loss_ppm, 0);
    assert_int_equal(plain->duplicate_ppm, 2);
    assert_int_equal(plain->reorder_ppm, 0);
    assert_int_equal(plain->reorder_ns, 7 * NS_PER_MS);
    assert_int_equal(slow->delay_ns, 5 * NS_PER_MS);
    assert_int_equal(slow->loss_ppm, 0);
    assert_int_equal(bad->delay_ns, 2 * NS_PER_MS);
    assert_int_equal(bad->loss_ppm, 1);
    assert_int_equal(bad->duplicate_ppm, 2);
    assert_int_equal(bad->reorder_ppm, 3);
    assert_int_equal(net_mtu(lab_net(lab)), 1500);
    lab_free(lab);
    lab_config_free(config);
}

static void a_proxy_relays_and_forgets(void **state) {
    (void)state;
    struct lab_config *config =
        load("hosts:\n  uac: {address: 172.20.0.2, sipp: {scenario: uac.xml, target: uas, outbound: p}}\n" UAS
             "  p: {address: 172.20.0.10, kamailio: {config: kamailio.cfg}}\n"
             "network: {drop: [{from: p, to: uac, nth: 1, message: 100 INVITE}]}\n");
    struct lab *lab = lab_new(config, NULL, &diag);
    assert_non_null(lab);
    host_tap(lab_host(lab, "uas"), seen, (char[]){"uas"});
    assert_true(lab_run(lab, NULL));
    assert_string_equal(buf_text(&seen_text), "uas < INVITE\nuas > 180 INVITE\nuas > 200 INVITE\n");
    assert_int_equal(lab_result(lab).transactions, 0);
    lab_free(lab);
    lab_config_free(config);
}

static void a_run_can_be_stopped(void **state) {
    (void)state;
    struct lab_config *config = load("hosts:\n" UAC UAS);
    volatile sig_atomic_t stop = 1;
    struct lab *lab = lab_new(config, NULL, &diag);
    assert_false(lab_run(lab, &stop));
    assert_int_equal(lab_result(lab).events, 0);
    stop = 0;
    assert_true(lab_run(lab, &stop));
    assert_true(lab_result(lab).events > 0);
    assert_int_equal(lab_result(lab).successful, 1);
    lab_free(lab);
    lab = lab_new(config, NULL, &diag); /* one that never runs leaves nothing behind either */
    lab_free(lab);
    lab_config_free(config);
}

static void scenarios_are_listed_by_name(void **state) {
    (void)state;
    assert_int_equal(mkdir("l", 0700) | mkdir("l/b", 0700) | mkdir("l/a", 0700) | mkdir("l/B", 0700) |
                         mkdir("l/c", 0700) | mkdir("l/no", 0700),
                     0);
    write_file("l/b/scenario.yaml", "title: The b\nhosts: {}\n");
    write_file("l/a/scenario.yaml", "include: ../b\n");
    write_file("l/B/scenario.yaml", "include: ../b\ntitle: \"Upper\"\n");
    write_file("l/c/scenario.yaml", "title: a: b\n");
    size_t count;
    struct lab_entry *entries = lab_list("l", &count, &diag);
    struct buf got = {0};
    for (size_t i = 0; i < count; i++)
        buf_addf(&got, "%s=%s;", entries[i].name, entries[i].title);
    assert_string_equal(buf_text(&got), "B=Upper;a=The b;b=The b;c=;");
    assert_true(span_starts(buf_span(&diag.text), "l/c/scenario.yaml:1:9: error: "));
    assert_int_equal(diag.errors, 1);
    lab_list_free(entries, count);
    buf_free(&got);
    assert_null(lab_list("nowhere", &count, &diag));
    assert_int_equal(count, 0);
    assert_int_equal(diag.errors, 2);
    static const char *const left[] = {"l/b/scenario.yaml",
                                       "l/a/scenario.yaml",
                                       "l/B/scenario.yaml",
                                       "l/c/scenario.yaml",
                                       "l/b",
                                       "l/a",
                                       "l/B",
                                       "l/c",
                                       "l/no",
                                       "l"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        assert_int_equal(remove(left[i]), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_call_succeeds_and_is_counted, after),
        cmocka_unit_test_teardown(a_failed_call_says_where_and_why, after),
        cmocka_unit_test_teardown(only_the_first_failures_are_kept, after),
        cmocka_unit_test_teardown(a_drop_counts_what_it_names, after),
        cmocka_unit_test_teardown(a_hold_lets_others_overtake, after),
        cmocka_unit_test_teardown(every_pair_has_its_path, after),
        cmocka_unit_test_teardown(a_proxy_relays_and_forgets, after),
        cmocka_unit_test_teardown(a_run_can_be_stopped, after),
        cmocka_unit_test_teardown(scenarios_are_listed_by_name, after),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
