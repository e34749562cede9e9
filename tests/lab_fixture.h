/* SPDX-License-Identifier: MIT */
/* A scenario folder "s", and "base" beside it, in a temporary folder: what the tests of scenario.yaml begin
 * with. */
#ifndef TESTS_LAB_FIXTURE_H
#define TESTS_LAB_FIXTURE_H

#include "model/lab/lab.h"

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

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

#define VIA "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\n"
#define OTHER                                                                                                \
    "From: <sip:a@x>;tag=1\nTo: <sip:b@x>\nCall-ID: [call_id]\nCSeq: 1 INVITE\nContent-Length: 0\n\n"

static const char uac_xml[] =
    "<?xml version=\"1.0\"?>\n<scenario name=\"caller\">\n<send><![CDATA[\n\n"
    "INVITE sip:b@[remote_ip] SIP/2.0\n" VIA OTHER "]]></send>\n<recv response=\"200\"/>\n</scenario>\n";
static const char uas_xml[] =
    "<?xml version=\"1.0\"?>\n<scenario name=\"callee\">\n<recv request=\"INVITE\"/>\n"
    "<send><![CDATA[\n\nSIP/2.0 200 OK\n[last_Via:]\n" OTHER "]]></send>\n</scenario>\n";
static const char kamailio_cfg[] = "#!KAMAILIO\nchildren=2\nlisten=udp:172.20.0.10:5060\n"
                                   "loadmodule \"sl.so\"\nloadmodule \"tm.so\"\n"
                                   "request_route {\n    t_relay();\n}\n";

static const char *const files[][2] = {
    {"s/uac.xml", uac_xml},           {"s/uas.xml", uas_xml},
    {"s/kamailio.cfg", kamailio_cfg}, {"s/users.csv", "SEQUENTIAL\none;two\n"},
    {"base/uac.xml", uac_xml},        {"base/uas.xml", uas_xml}};

static int begin(void **state) {
    (void)state;
    strcpy(folder, "/tmp/siptwin-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("s", 0700) | mkdir("base", 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(files[i][0], files[i][1]);
    return 0;
}

static int end(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(files[i][0]);
    unlink("s/scenario.yaml");
    unlink("base/scenario.yaml");
    return rmdir("s") | rmdir("base") | chdir("/") | rmdir(folder);
}

/* Two hosts and a proxy that are good. */
#define UAC   "  uac: {address: 172.20.0.2, sipp: {scenario: uac.xml, target: uas, outbound: proxy}}\n"
#define PROXY "  proxy: {address: 172.20.0.10, kamailio: {config: kamailio.cfg}}\n"
#define UAS   "  uas: {address: 172.20.0.3, sipp: {scenario: uas.xml}}\n"
#define HOSTS "hosts:\n" UAC PROXY UAS

static struct lab_config *load(const char *base, const char *yaml, const char *set) {
    if (base) write_file("base/scenario.yaml", base);
    write_file("s/scenario.yaml", yaml);
    return lab_load(&sources, "s", &set, set ? 1 : 0, &diag);
}

static void done(struct lab_config *config) {
    lab_config_free(config);
    source_set_free(&sources);
    diag_free(&diag);
}

static int after(void **state) {
    (void)state;
    done(NULL);
    return 0;
}

#endif
