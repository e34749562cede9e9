/* SPDX-License-Identifier: MIT */
/*
 * A lab: what a scenario folder describes, ready to run. This is the only place that knows both SIPp and
 * Kamailio. lab_load reads and checks everything, lab_new builds the simulated hosts, the caller puts its
 * taps on them, lab_run runs.
 */
#ifndef MODEL_LAB_LAB_H
#define MODEL_LAB_LAB_H

#include "base/diag.h"
#include "base/source.h"
#include "model/kamailio/kamailio.h"
#include "model/net/ip.h"
#include "model/net/net.h"
#include "model/net/tap.h"
#include "model/sipp/sipp.h"

#include <signal.h>

enum lab_runs { LAB_NOTHING, LAB_SIPP, LAB_KAMAILIO };

/* One host and the one program that it runs. All texts are NUL-terminated and live as long as the config. */
struct lab_host_config {
    const char *name;
    struct source_pos at;
    uint32_t address;
    uint16_t port;
    enum lab_runs runs;
    const struct source *file; /* the XML or the kamailio.cfg */
    struct sipp_config sipp;
    const struct sipp_program *sipp_program;
    const struct lab_host_config *twin; /* of -3pcc; NULL: none */
    struct kam_config kamailio;
    struct kam_additions additions; /* to the kamailio.cfg */
    const struct kam_program *kam_program;
};

/* What a path may have of its own; the indexes of lab_path_names. */
enum lab_path_field { LAB_DELAY, LAB_LOSS, LAB_DUPLICATE, LAB_REORDER, LAB_REORDER_BY, LAB_PATH_FIELDS };

/* One value that one path, from one host to another (indexes into hosts), has instead of the network's. */
struct lab_path_rule {
    size_t from, to;
    enum lab_path_field field;
    int64_t value; /* ns or millionths */
};

/*
 * The nth (from 1) datagram from one host to another is lost or held back, of those that match message if
 * there is one.
 */
struct lab_fault {
    size_t from, to;
    uint32_t nth;
    const char *message; /* as sip_summary() writes it; NULL: every datagram counts */
    int64_t hold_ns;     /* how long it is held back */
    struct source_pos at;
};

/* All faults of one kind, in the order of the file. */
struct lab_faults {
    struct lab_fault *list;
    size_t count, cap;
};

struct lab_network {
    uint32_t mtu;
    struct path path; /* of all pairs of hosts, where no rule says otherwise */
    struct lab_path_rule *rules;
    size_t rule_count, rule_cap;
    struct lab_faults drops, holds;
};

struct lab_capture {
    size_t *at; /* indexes into hosts, at least one */
    size_t at_count, at_cap;
    enum tap_link link;
    enum udp_checksum checksum;
    enum tap_filter filter;
    struct tap_ports ports;
    enum tap_precision precision; /* of its time stamps */
};

/* The default of memory_limit; also what loading may use. */
enum { LAB_MEMORY_DEFAULT = 240 };

struct lab_config {
    const char *folder;      /* as the user gave it */
    const char *title;       /* default: the folder */
    const char *description; /* NULL: none */
    int64_t start_ns;        /* the first simulated instant, since 1970-01-01T00:00:00Z */
    uint64_t seed;
    int64_t time_limit_ns;         /* a run is cut off then: a scenario may loop for ever */
    uint64_t event_limit;          /* a run that needs more work than so many events is an error */
    uint64_t memory_limit;         /* MiB that a run may use */
    struct source_pos at;          /* the scenario's beginning: where it stands that event_limit is too low */
    struct lab_host_config *hosts; /* in the order of the file */
    size_t host_count;
    const struct kam_host_name *host_names; /* of all of them, for each kamailio.cfg; NULL: not made yet */
    struct lab_network network;
    struct lab_capture capture;
    struct lab_files *files; /* what the above points into */
};

/*
 * Loads folder/scenario.yaml, with what it includes and the overrides (KEY=VALUE with a dotted KEY, each a
 * source of its own named "--set KEY=VALUE"; a VALUE that begins with [ { " or ' is YAML, any other is text
 * as it stands), and compiles the files that it names. All errors, up to 20, go to diag: then NULL. The
 * sources outlive the config.
 */
struct lab_config *lab_load(struct source_set *sources, const char *folder, const char *const *overrides,
                            size_t override_count, struct diag *diag);

struct tree_node;

/*
 * The same of a scenario that no folder holds: tree, given up, is what its scenario.yaml would say, with
 * values from this source (a docker-compose.yml, say); files are named relative to folder. See
 * model/lab/tree.h.
 */
struct lab_config *lab_load_tree(struct source_set *sources, struct tree_node *tree,
                                 const struct source *source, const char *folder, struct diag *diag);

/*
 * Says in which directories `include: NAME` looks for a scenario that does not lie beside the one that names
 * it. The list ends with NULL and outlives all loading.
 */
void lab_search(const char *const *directories);

void lab_config_free(struct lab_config *config);

/* Compiles one file as no host of a lab: an XML scenario, or a kamailio.cfg. What is wrong goes to diag. */
void lab_check_file(struct source_set *sources, const struct source *file, bool is_xml, struct diag *diag);

/* Writes every key that a scenario.yaml may have: a line each, `dotted.key<TAB>default<TAB>what it is`. */
void lab_keys_write(struct buf *out);

/* The same as a JSON schema, for editors. */
void lab_schema_write(struct buf *out);

struct lab;

/*
 * Builds the lab; the config outlives it, it may serve many. What only the programs' start shows goes to
 * diag: then NULL. trace (NULL: nobody listens) is given to every program and outlives the lab.
 */
struct lab *lab_new(const struct lab_config *config, const struct trace *trace, struct diag *diag);

struct net *lab_net(const struct lab *lab);

/* The host of that name, or NULL; and the one of that index in config->hosts. */
struct host *lab_host(const struct lab *lab, const char *name);
struct host *lab_host_at(const struct lab *lab, size_t index);

/* Calls tick before the first event, and at every multiple of every_ns at which something is still to happen.
 */
void lab_on_tick(struct lab *lab, int64_t every_ns, void (*tick)(void *arg, int64_t now_ns), void *arg);

/* Calls progress every 1024 events. */
void lab_on_progress(struct lab *lab, void (*progress)(void *arg, int64_t now_ns), void *arg);

/*
 * Runs until no event is left, or until the scenario's time limit: true. If stop is not NULL, it is looked at
 * every 1024 events, and once it is not 0 the run ends there: false.
 */
bool lab_run(struct lab *lab, const volatile sig_atomic_t *stop);

/* Only this many failures of calls are kept; all are counted. */
#define LAB_FAILURES_MAX 20

struct lab_failure {
    const char *host;     /* whose call it was */
    struct source_pos at; /* the step that failed */
    int64_t now_ns;       /* since the first simulated instant */
    char *reason;
};

struct lab_result {
    uint64_t created, successful, failed, open;        /* calls, summed over the SIPps that make calls */
    uint64_t answered, answered_failed, answered_open; /* and over those that answer */
    uint64_t failures_told;                            /* how often any SIPp said why a call failed */
    const struct lab_failure *failures; /* the first of them, in the order of time; the lab's */
    size_t failure_count;
    uint64_t events;     /* that the run took */
    bool cut_off;        /* by the time limit */
    const char *stopped; /* the run is void, for this reason; NULL: it is not */
    struct source_pos stopped_at;
    int64_t end_ns;      /* when the last one was */
    size_t transactions; /* that the Kamailios still hold: 0 after a complete run */
};

struct lab_result lab_result(const struct lab *lab);

/* The SIPp of that host index (NULL: it runs none), for its own counts and exit status. */
const struct sipp *lab_sipp(const struct lab *lab, size_t index);

void lab_free(struct lab *lab);

/* A scenario in a directory of them. */
struct lab_entry {
    char *name;  /* of its folder */
    char *title; /* "" if it has none or cannot be read */
};

/*
 * The folders in a directory that hold a scenario.yaml, in the order of the bytes of their names. What is
 * wrong with one goes to diag and does not hinder the others; if the directory cannot be read, that goes
 * there and count is 0.
 */
struct lab_entry *lab_list(const char *directory, size_t *count, struct diag *diag);
void lab_list_free(struct lab_entry *entries, size_t count);

#endif
