/* SPDX-License-Identifier: MIT */
/*
 * The small formats. The first byte says which: an injection file (read in a call by a scenario with fields),
 * a recipe, or a value in scenario.yaml's units.
 */
#include "tests/fuzz/folder.h"

#include "base/mem.h"
#include "cli/recipe.h"
#include "model/lab/unit.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    fuzz_folder_begin("03_proxy_stateful_rr");
    fuzz_folder_replace(
        "uac.xml",
        span_of("<?xml version=\"1.0\"?><scenario><send><![CDATA[\n"
                "OPTIONS sip:[field0]@[remote_ip] SIP/2.0\nVia: SIP/2.0/UDP [local_ip]\nX: [field1]\n"
                "From: [field2 line=1];tag=1\nTo: [field3]\nCall-ID: [call_id]\nCSeq: 1 OPTIONS\n\n"
                "]]></send><recv response=\"200\" timeout=\"1000\"/></scenario>"));
    return 0;
}

static void inject(struct span text) {
    static const char *const overrides[] = {"hosts.uac.sipp.inject=users.csv", "hosts.uac.sipp.calls=3"};
    fuzz_folder_write("users.csv", text);
    fuzz_folder_run(overrides, 2, NULL, NULL);
}

static void recipe(struct span text) {
    struct recipe r = {0};
    struct diag diag = {0};
    fuzz_folder_write("x.recipe", text);
    bool read = recipe_load(&r, fuzz_folder_path("x.recipe"), &diag);
    assert(read == !diag.errors);
    recipe_free(&r);
    diag_free(&diag);
}

static void unit(struct span text) {
    int64_t ns = 0;
    uint32_t ppm = 0;
    assert(unit_duration(&ns, text) || (ns >= 0 && ns <= UNIT_DURATION_MAX_NS));
    assert(unit_share(&ppm, text) || ppm <= 1000000);
    assert(unit_time(&ns, text) || ns >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const formats[])(struct span) = {inject, recipe, unit};
    if (size) formats[data[0] % 3](fuzz_span(data + 1, size - 1));
    return 0;
}
