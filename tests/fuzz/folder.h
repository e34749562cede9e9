/* SPDX-License-Identifier: MIT */
/*
 * A scenario folder for a fuzzer to damage: a copy of a shipped scenario in memory-backed storage, of which
 * one file at a time is replaced by the fuzzer's input, and which is loaded and run.
 */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls: once, and with each input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct span fuzz_span(const uint8_t *data, size_t size) {
    return (struct span){(const char *)data, size};
}

struct lab;

/* Copies the source tree's scenarios/NAME into a new folder; it is removed when the program ends. */
void fuzz_folder_begin(const char *name);

/* Makes a file of the folder this text; the file that was replaced before gets its own text again. */
void fuzz_folder_replace(const char *file, struct span text);

/* Makes a file of the folder this text, for good. */
void fuzz_folder_write(const char *file, struct span text);

/* The path of a file in the folder; valid until the next call. */
const char *fuzz_folder_path(const char *file);

/*
 * Loads the folder with the overrides (count of them) and runs it for at most two minutes of its time and
 * 20000 events. begin (NULL: none) is called with arg when the lab stands and has not run yet.
 */
void fuzz_folder_run(const char *const *overrides, size_t count, void (*begin)(struct lab *lab, void *arg),
                     void *arg);

#endif
