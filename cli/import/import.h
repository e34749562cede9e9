/* SPDX-License-Identifier: MIT */
/*
 * A scenario in the making from what starts a real lab: command lines of SIPp and Kamailio, or a
 * docker-compose.yml with such services. Readers (import_compose, import_arguments) take it apart into
 * command lines, import_command makes a host of each, import_settle gives the hosts names, addresses and
 * targets.
 *
 * All texts are the arena's and NUL-terminated. What is wrong goes to diag.
 */
#ifndef CLI_IMPORT_IMPORT_H
#define CLI_IMPORT_IMPORT_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/lab/lab.h"
#include "model/lab/tree.h"

/* A word of a command line, and where it stands; text.p NULL: none. */
struct import_word {
    struct span text;
    struct source_pos at;
};

struct import_words {
    struct import_word *list;
    size_t count, cap;
};

/* A file or folder of the machine that a container sees elsewhere. */
struct import_mount {
    struct span inside, outside;
};

/* Where a command line is started: a container, or this folder (all-zero). */
struct import_place {
    struct import_place *next;  /* of all */
    struct span name;           /* of the service; p NULL: none */
    struct source_pos at;       /* of that name */
    struct import_word address; /* that it has in its network */
    struct span folder;         /* working_dir; p NULL: not known */
    struct import_mount *mounts;
    size_t mount_count, mount_cap;
    struct import_words names;             /* others by which it is reached */
    struct import_words variables;         /* NAME=VALUE of its environment */
    struct import_word subnet, network_of; /* of its network; "service:NAME" whose network it has */
    struct import_words words;             /* the command line */
};

struct import_host {
    const struct import_place *place;
    enum lab_runs runs;
    struct source_pos at;       /* the command line's first word */
    struct span name;           /* p NULL before import_settle */
    struct tree_node *settings; /* hosts.NAME.sipp or hosts.NAME.kamailio */
    struct import_word address, port, target, outbound, twin, media_address;
    bool calls; /* a SIPp that makes calls */
};

/* A name that is given by other means than a host: extra_hosts. */
struct import_alias {
    struct span name, address;
};

struct import {
    struct arena arena;
    struct source_set sources;
    const struct source *source; /* what the places of all values point into */
    struct span folder;          /* file names are relative to it */
    struct diag diag;
    struct import_place *places;
    struct import_host *hosts;
    size_t host_count, host_cap;
    struct import_alias *aliases;
    size_t alias_count, alias_cap;
    struct span capture_of; /* the service in whose network a tcpdump runs; p NULL: none does */
    struct buf commands;    /* the command lines, if these are what is imported */
    struct buf left_out;    /* options and services without an effect, a line each */
};

void import_word_add(struct import_words *words, struct span text, struct source_pos at);

/* A text of the arena's. */
struct span import_text(struct import *in, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a value under a key of a host's settings, if the key is new there. */
void import_put(struct import *in, struct tree_node *map, const char *key, struct span value,
                struct source_pos at);

/* A place without anything. */
struct import_place *import_place_new(struct import *in);

/* Notes what is left out, once. */
void import_leave_out(struct import *in, struct span what, const char *why);

/* The file of the machine that a program in a place means by this path, relative to in->folder. */
struct span import_path(struct import *in, const struct import_place *place, struct span path);

/* Makes a host of a command line whose first word is sipp or kamailio, or a path that ends so. */
void import_command(struct import *in, const struct import_place *place, const struct import_word *words,
                    size_t count);

/* Is this word the program "sipp" or "kamailio", or a path to it? LAB_NOTHING: no. */
enum lab_runs import_program(struct span word);

/* What the options of each say. */
void import_sipp(struct import *in, struct import_host *host, const struct import_word *words, size_t count);
void import_kamailio(struct import *in, struct import_host *host, const struct import_word *words,
                     size_t count);

/*
 * Splits a text into words as a shell does, without expanding anything; ; & | and line ends become words of
 * their own, comments are passed over. in_source: it is looked for in the source from `at` on, for the places
 * of the words. False after an error: a quote that does not end.
 */
bool import_split(struct import *in, struct span text, struct source_pos at, bool in_source,
                  struct import_words *out);

/* Runs through a shell's words: each sipp and kamailio becomes a host. */
void import_script(struct import *in, const struct import_place *place, const struct import_words *words);

/* Reads a docker-compose.yml. */
void import_compose(struct import *in, const char *path);

/* Reads command lines that stand on siptwin's own. */
void import_arguments(struct import *in, char **words, size_t count);

/* Gives the hosts names, addresses and targets; the scenario as a tree, or NULL after an error. */
struct tree_node *import_settle(struct import *in);

void import_free(struct import *in);

#endif
