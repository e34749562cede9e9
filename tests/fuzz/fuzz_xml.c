/* SPDX-License-Identifier: MIT */
/*
 * A SIPp scenario: refused with a reason, or run through a stateful proxy. The first byte says whose it is:
 * odd the callee's, even the caller's.
 */
#include "tests/fuzz/folder.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    fuzz_folder_begin("03_proxy_stateful_rr");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    fuzz_folder_replace(data[0] & 1 ? "uas.xml" : "uac.xml", fuzz_span(data + 1, size - 1));
    fuzz_folder_run(NULL, 0, NULL, NULL);
    return 0;
}
