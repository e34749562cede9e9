/* SPDX-License-Identifier: MIT */
/* A scenario.yaml and, behind 0x1e bytes, values of --set: refused with a reason, or run. */
#include "tests/fuzz/folder.h"

#include "base/mem.h"

#include <stdlib.h>

#define OVERRIDES_MAX 8
#define SEPARATOR     '\x1e'

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    fuzz_folder_begin("03_proxy_stateful_rr");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span left = fuzz_span(data, size);
    char *overrides[OVERRIDES_MAX];
    size_t count = 0;
    fuzz_folder_replace("scenario.yaml", span_cut(&left, SEPARATOR));
    while (left.len && count < OVERRIDES_MAX)
        overrides[count++] = mem_text(span_cut(&left, SEPARATOR));
    fuzz_folder_run((const char *const *)overrides, count, NULL, NULL);
    while (count)
        free(overrides[--count]);
    return 0;
}
