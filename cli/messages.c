/* SPDX-License-Identifier: MIT */
#include "cli/messages.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "cli/path.h"

#include <stdlib.h>
#include <time.h>

struct messages_files {
    const struct lab_config *config;
    const struct lab *lab;
    struct outfile **out; /* one a host; NULL: it runs no SIPp */
    char **paths;
    struct buf text;
};

struct messages_files *messages_open(const struct lab_config *config, const struct lab *lab,
                                     const char *path) {
    struct messages_files *m = mem_new(sizeof *m);
    size_t sipps = 0;
    m->config = config;
    m->lab = lab;
    m->out = mem_new(config->host_count * sizeof(struct outfile *));
    m->paths = mem_new(config->host_count * sizeof *m->paths);
    for (size_t i = 0; i < config->host_count; i++)
        sipps += config->hosts[i].runs == LAB_SIPP;
    for (size_t i = 0; i < config->host_count; i++) {
        if (config->hosts[i].runs != LAB_SIPP) continue;
        struct buf name = {0};
        const char *why = NULL;
        path_of_host(&name, path, sipps > 1 ? config->hosts[i].name : NULL);
        m->paths[i] = name.p;
        m->out[i] = outfile_open(name.p, &why);
        if (m->out[i]) continue;
        cli_error("%s: %s", outfile_label(name.p), why);
        messages_abandon(m);
        return NULL;
    }
    return m;
}

/* SIPp logs what has SIP's name in it, and it reads only as long as it runs. */
static bool is_logged(const struct messages_files *m, size_t host, enum tap_direction direction,
                      const struct datagram *d) {
    uint16_t port = tap_is_sent(direction) ? d->from.port : d->to.port;
    if (port != m->config->hosts[host].port) return false;
    if (tap_is_sent(direction)) return true;
    if (sipp_ended_ns(lab_sipp(m->lab, host)) >= 0) return false;
    for (struct span left = payload_span(d->payload); left.len; left = span_skip(left, 1))
        if (span_starts(left, "SIP/2.0")) return true;
    return false;
}

void messages_seen(struct messages_files *m, size_t host, int64_t now_ns, enum tap_direction direction,
                   const struct datagram *d) {
    if (!m->out[host] || !is_logged(m, host, direction, d)) return;
    struct span bytes = payload_span(d->payload);
    int64_t unix_ns = m->config->start_ns + now_ns;
    time_t s = (time_t)(unix_ns / NS_PER_S);
    struct tm t;
    char moment[32];
    strftime(moment, sizeof moment, "%Y-%m-%d %H:%M:%S", gmtime_r(&s, &t));
    buf_reset(&m->text);
    buf_addf(&m->text, "----------------------------------------------- %s.%06lld\nUDP message ", moment,
             (long long)(unix_ns % NS_PER_S / NS_PER_US));
    buf_addf(&m->text, tap_is_sent(direction) ? "sent (%zu bytes):\n\n" : "received [%zu] bytes :\n\n",
             bytes.len);
    buf_add(&m->text, bytes);
    buf_add_char(&m->text, '\n');
    outfile_add(m->out[host], buf_span(&m->text));
}

static void messages_free(struct messages_files *m) {
    for (size_t i = 0; i < m->config->host_count; i++)
        free(m->paths[i]);
    free(m->out);
    free(m->paths);
    buf_free(&m->text);
    free(m);
}

int messages_close(struct messages_files *m) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < m->config->host_count; i++) {
        int failed = m->out[i] ? outfile_close(m->out[i]) : 0;
        if (failed) status = cli_error("%s: %s", m->paths[i], strerror(failed));
    }
    messages_free(m);
    return status;
}

void messages_abandon(struct messages_files *m) {
    if (!m) return;
    for (size_t i = 0; i < m->config->host_count; i++)
        outfile_abandon(m->out[i]);
    messages_free(m);
}
