/* SPDX-License-Identifier: MIT */
/* Proves that each value of a scenario.yaml goes where it belongs, what is absent is its default, and layers
 * merge. */
#include "tests/lab_fixture.h"

static void what_is_absent_has_its_default(void **state) {
    (void)state;
    struct lab_config *config = load(NULL, HOSTS, NULL);
    assert_non_null(config);
    assert_string_equal(config->title, "s");
    assert_null(config->description);
    assert_int_equal(config->start_ns, INT64_C(1767225600000000000));
    assert_int_equal(config->seed, 1);
    assert_int_equal(config->host_count, 3);
    const struct lab_host_config *uac = &config->hosts[0], *proxy = &config->hosts[1],
                                 *uas = &config->hosts[2];
    assert_string_equal(uac->name, "uac");
    assert_int_equal(uac->address, 0xac140002);
    assert_int_equal(uac->port, 5060);
    assert_int_equal(uac->runs, LAB_SIPP);
    assert_int_equal(uac->sipp.local.ip, 0xac140002);
    assert_int_equal(uac->sipp.remote.ip, 0xac140003);
    assert_int_equal(uac->sipp.outbound.ip, 0xac14000a);
    assert_int_equal(uac->sipp.calls, 1);
    assert_int_equal(uac->sipp.max_retrans, -1);
    assert_int_equal(proxy->runs, LAB_KAMAILIO);
    assert_int_equal(proxy->kamailio.address, 0xac14000a);
    assert_int_equal(uas->sipp.remote.ip, 0);
    assert_int_equal(uas->sipp.calls, 0);
    assert_int_equal(config->network.mtu, 1500);
    assert_int_equal(config->network.path.delay_ns, 30000);
    assert_int_equal(config->network.path.reorder_ns, 10000000);
    assert_int_equal(config->capture.at_count, 1);
    assert_int_equal(config->capture.at[0], 1);
    done(config);
}

/* Is the file that a host runs, or its value, the expected one after include and --set? */
static void layers_are_laid_over_each_other(void **state) {
    (void)state;
    static const char base[] =
        "title: base\nhosts:\n  uac:\n    address: 172.20.0.2\n"
        "    sipp: {scenario: uac.xml, target: uas, calls: 3, variables: {a: 1, b: 2}}\n" UAS
        "network: {delay: 5ms, loss: 1%}\ncapture: {at: [uac, uas]}\n";
    static const char own[] =
        "include: ../base\nhosts:\n  uac:\n    port: 5070\n    sipp: {rate: 2, variables: {b: 3}}\n"
        "  uas: {sipp: {scenario: uas.xml}}\n" PROXY
        "network:\n  delay: {default: 1ms, pairs: [{from: uac, to: uas, delay: 7ms}]}\n"
        "capture: {at: uas}\n";
    struct lab_config *config = load(base, own, "hosts.uac.sipp.calls=9");
    assert_string_equal(buf_text(&diag.text), "");
    assert_non_null(config);
    assert_string_equal(config->title, "base");
    assert_int_equal(config->host_count, 3);
    const struct lab_host_config *uac = &config->hosts[0], *uas = &config->hosts[1];
    assert_string_equal(uac->name, "uac");
    assert_string_equal(uas->name, "uas");
    assert_string_equal(config->hosts[2].name, "proxy");
    assert_string_equal(uac->file->name, "base/uac.xml");
    assert_string_equal(uas->file->name, "s/uas.xml");
    assert_int_equal(uac->port, 5070);
    assert_int_equal(uac->sipp.calls, 9);
    assert_true(real_equal(uac->sipp.rate, real_of(2)));
    assert_int_equal(uac->sipp.variable_count, 2);
    assert_string_equal(uac->sipp.variables[0].name, "a");
    assert_string_equal(uac->sipp.variables[1].value, "3");
    assert_int_equal(config->network.path.delay_ns, 1000000);
    assert_int_equal(config->network.path.loss_ppm, 10000);
    assert_int_equal(config->network.rule_count, 1);
    assert_int_equal(config->network.rules[0].value, 7000000);
    assert_int_equal(config->capture.at_count, 1);
    assert_int_equal(config->capture.at[0], 1);
    done(config);
}

static void every_value_goes_where_it_belongs(void **state) {
    (void)state;
    static const char yaml[] =
        "title: All of it\ndescription: >\n  Every key\n  once.\nstart: 2026-03-04T05:06:07.25Z\nseed: 42\n"
        "hosts:\n"
        "  uac:\n    address: 172.20.0.2\n    port: 5070\n    sipp:\n      scenario: uac.xml\n      target: "
        "10.0.0.1:5080\n"
        "      outbound: proxy\n      service: \"+49\"\n      calls: 7\n      rate: 3\n      rate_period: "
        "2s\n      limit: 5\n"
        "      pause: 1500ms\n      pid: 17\n      hz: 1000\n      media_port: 7000\n      max_retrans: 1\n"
        "      max_invite_retrans: 2\n      max_non_invite_retrans: 0\n      base_cseq: 4\n      call_id: "
        "\"x-%u\"\n"
        "      inject: users.csv\n      variables: {name: value}\n"
        "  p1:\n    address: 172.20.0.10\n    port: 5062\n    kamailio:\n      config: kamailio.cfg\n"
        "      modparam: {tm: {fr_timer: 5000}}\n      version: 5.7.0\n      wakeup: [30us, 1500us]\n"
        "      processing: {ack: 1us, sl_reply: 2ms}\n      timer_phase: 62.4ms\n"
        "  proxy: {address: 172.20.0.11, port: 5064, kamailio: {config: kamailio.cfg, processing: default, "
        "wakeup: 1us}}\n"
        "  uas: {address: 172.20.0.3, sipp: {scenario: uas.xml, ring_after: 10s, answer_after: 1min}}\n"
        "network:\n  delay: 1ms\n  loss: 0.5%\n  duplicate: {default: 1%}\n  reorder: [{from: uac, to: uas, "
        "reorder: 2%}]\n"
        "  reorder_by: {pairs: [{from: uas, to: uac, reorder_by: 3ms}]}\n"
        "  drop: [{from: uas, to: proxy, nth: 2}, {from: uas, to: p1, nth: 1, message: 200 INVITE}]\n  mtu: "
        "1400\n"
        "capture: {at: [uas, p1], link: raw, checksum: partial, filter: all}\n";
    struct lab_config *config = load(NULL, yaml, NULL);
    assert_string_equal(buf_text(&diag.text), "");
    assert_non_null(config);
    assert_string_equal(config->title, "All of it");
    assert_string_equal(config->description, "Every key once.\n");
    assert_int_equal(config->start_ns, INT64_C(1772600767250000000));
    assert_int_equal(config->seed, 42);
    const struct sipp_config *uac = &config->hosts[0].sipp, *uas = &config->hosts[3].sipp;
    assert_int_equal(uac->local.port, 5070);
    assert_int_equal(uac->remote.ip, 0x0a000001);
    assert_int_equal(uac->remote.port, 5080);
    assert_int_equal(uac->outbound.ip, 0xac14000b);
    assert_int_equal(uac->outbound.port, 5064);
    assert_string_equal(uac->service, "+49");
    assert_int_equal(uac->calls, 7);
    assert_true(real_equal(uac->rate, real_of(3)));
    assert_int_equal(uac->rate_period_ms, 2000);
    assert_int_equal(uac->limit, 5);
    assert_int_equal(uac->pause_ms, 1500);
    assert_int_equal(uac->pid, 17);
    assert_int_equal(uac->hz, 1000);
    assert_int_equal(uac->media_port, 7000);
    assert_int_equal(uac->max_retrans, 1);
    assert_int_equal(uac->max_invite_retrans, 2);
    assert_int_equal(uac->max_non_invite_retrans, 0);
    assert_int_equal(uac->base_cseq, 4);
    assert_string_equal(uac->call_id, "x-%u");
    assert_string_equal(uac->inject->source->name, "s/users.csv");
    assert_int_equal(uac->variable_count, 1);
    assert_int_equal(uas->ring_after_ns, 10 * NS_PER_S);
    assert_int_equal(uas->answer_after_ns, 60 * NS_PER_S);
    const struct lab_host_config *p1 = &config->hosts[1];
    assert_int_equal(p1->additions.modparam_count, 1);
    assert_string_equal(p1->additions.modparams[0].module, "tm");
    assert_string_equal(p1->additions.modparams[0].name, "fr_timer");
    assert_string_equal(p1->additions.modparams[0].value, "5000");
    assert_true(p1->additions.modparams[0].is_number);
    assert_string_equal(p1->kamailio.version, "5.7.0");
    assert_int_equal(p1->kamailio.wakeup_count, 2);
    assert_int_equal(p1->kamailio.wakeups[1].ns, 1500000);
    assert_int_equal(p1->kamailio.cost_ns[KAM_COST_ACK], 1000);
    assert_int_equal(p1->kamailio.cost_ns[KAM_COST_SL_REPLY], 2000000);
    assert_int_equal(p1->kamailio.timer_phase_ns, 62400000);
    assert_int_equal(config->hosts[2].kamailio.wakeup_count, 1);
    assert_int_equal(config->hosts[2].kamailio.wakeups[0].ns, 1000);
    const struct lab_network *n = &config->network;
    assert_int_equal(n->path.delay_ns, NS_PER_MS);
    assert_int_equal(n->path.loss_ppm, 5000);
    assert_int_equal(n->path.duplicate_ppm, 10000);
    assert_int_equal(n->path.reorder_ppm, 0);
    assert_int_equal(n->rule_count, 2);
    assert_int_equal(n->rules[0].field, LAB_REORDER);
    assert_int_equal(n->rules[0].from, 0);
    assert_int_equal(n->rules[0].to, 3);
    assert_int_equal(n->rules[0].value, 20000);
    assert_int_equal(n->rules[1].field, LAB_REORDER_BY);
    assert_int_equal(n->rules[1].value, 3 * NS_PER_MS);
    assert_int_equal(n->drops.count, 2);
    assert_int_equal(n->drops.list[0].nth, 2);
    assert_null(n->drops.list[0].message);
    assert_string_equal(n->drops.list[1].message, "200 INVITE");
    assert_int_equal(n->mtu, 1400);
    assert_int_equal(config->capture.at_count, 2);
    assert_int_equal(config->capture.at[0], 3);
    assert_int_equal(config->capture.link, TAP_RAW);
    assert_int_equal(config->capture.checksum, CHECKSUM_PARTIAL);
    assert_int_equal(config->capture.filter, TAP_ALL);
    done(config);
}

/* A --set that is no YAML by itself is the text that it is. */
static void an_override_is_text_unless_it_looks_like_yaml(void **state) {
    (void)state;
    static const struct {
        const char *set, *call_id;
    } rows[] = {{"hosts.uac.sipp.call_id=%u-%p@%s", "%u-%p@%s"},
                {"hosts.uac.sipp.call_id=a: b # c", "a: b # c"},
                {"hosts.uac.sipp.call_id=\"a\\x41\"", "aA"},
                {"hosts.uac.sipp.call_id='it''s'", "it's"},
                {"hosts.uac.sipp={call_id: x=y}", "x=y"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lab_config *config = load(NULL, HOSTS, rows[i].set);
        assert_string_equal(buf_text(&diag.text), "");
        assert_string_equal(config->hosts[0].sipp.call_id, rows[i].call_id);
        done(config);
    }
}

/* What the documentation of the keys calls the default is the default: written out, nothing changes. */
static void documented_defaults_are_the_defaults(void **state) {
    (void)state;
    struct buf keys = {0};
    size_t checked = 0;
    lab_keys_write(&keys);
    struct lab_config *plain = load(NULL, HOSTS, NULL);
    for (const char *line = buf_text(&keys), *next; *line; line = next) {
        next = strchr(line, '\n') + 1;
        struct span key = span_between(line, strchr(line, '\t'));
        struct span value = span_between(key.p + key.len + 1, strchr(key.p + key.len + 1, '\t'));
        ptrdiff_t name = span_search(key, SPAN("NAME"));
        if (value.len == 0 || span_find(value, ' ') >= 0 || span_is(value, "required") ||
            span_is(value, "target"))
            continue;
        const char *host = span_search(key, SPAN(".sipp.")) < 0   ? "proxy"
                           : span_search(key, SPAN("_after")) < 0 ? "uac"
                                                                  : "uas";
        struct buf set = {0};
        if (name < 0)
            buf_addf(&set, SPAN_FMT "=" SPAN_FMT, SPAN_ARG(key), SPAN_ARG(value));
        else
            buf_addf(&set, "hosts.%s" SPAN_FMT "=" SPAN_FMT, host, SPAN_ARG(span_skip(key, (size_t)name + 4)),
                     SPAN_ARG(value));
        struct lab_config *config = load(NULL, HOSTS, buf_text(&set));
        assert_string_equal(buf_text(&diag.text), "");
        assert_int_equal(config->start_ns, plain->start_ns);
        assert_int_equal(config->seed, plain->seed);
        assert_memory_equal(&config->network, &plain->network, sizeof config->network);
        assert_int_equal(config->capture.link, plain->capture.link);
        assert_int_equal(config->capture.checksum, plain->capture.checksum);
        assert_int_equal(config->capture.filter, plain->capture.filter);
        for (size_t i = 0; i < config->host_count; i++) {
            struct sipp_config a = plain->hosts[i].sipp, b = config->hosts[i].sipp;
            struct kam_config c = plain->hosts[i].kamailio, d = config->hosts[i].kamailio;
            assert_string_equal(a.service ? a.service : "", b.service ? b.service : "");
            assert_string_equal(a.auth_password, b.auth_password);
            assert_string_equal(a.call_id ? a.call_id : "%u-%p@%s", b.call_id ? b.call_id : "%u-%p@%s");
            assert_string_equal(c.version, d.version);
            assert_int_equal(c.wakeup_count, d.wakeup_count);
            assert_int_equal(c.wakeups[0].ns, d.wakeups[0].ns);
            a.auth_password = b.auth_password = NULL;
            a.service = b.service = a.call_id = b.call_id = c.version = d.version = NULL;
            c.wakeups = d.wakeups = NULL;
            if (memcmp(&a, &b, sizeof a) != 0 || memcmp(&c, &d, sizeof c) != 0)
                print_message("not the default: %s\n", buf_text(&set));
            assert_memory_equal(&a, &b, sizeof a);
            assert_memory_equal(&c, &d, sizeof c);
        }
        lab_config_free(config);
        buf_free(&set);
        checked++;
    }
    assert_true(checked > 30);
    buf_free(&keys);
    done(plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_absent_has_its_default, after),
        cmocka_unit_test_teardown(layers_are_laid_over_each_other, after),
        cmocka_unit_test_teardown(every_value_goes_where_it_belongs, after),
        cmocka_unit_test_teardown(an_override_is_text_unless_it_looks_like_yaml, after),
        cmocka_unit_test_teardown(documented_defaults_are_the_defaults, after),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
