/* SPDX-License-Identifier: MIT */
/*
 * Captures: two of them, read, compared and drawn. The first two bytes say (little-endian) where the second
 * one begins in what follows; 0: it is the same one.
 */
#include "tests/fuzz/folder.h"

#include "pcapgen/reader.h"
#include "view/capture_record.h"
#include "view/compare.h"
#include "view/ladder.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

/* Every format of a capture's ladder. */
static void draw(const struct reader *capture) {
    struct record record = {0};
    struct capture_told told;
    struct pool pool;
    struct buf out = {0};
    pool_init(&pool);
    capture_record(&record, &told, &pool, capture, &(struct capture_record_options){0});
    struct ladder *l = ladder_new(&record, "a.pcap", NULL);
    for (enum ladder_format f = 0; f < LADDER_FORMATS; f++)
        ladder_write(&out, l, f, true);
    ladder_free(l);
    buf_free(&out);
    free(told.packets);
    record_free(&record);
    pool_free(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    size_t cut = data[0] | (size_t)data[1] << 8;
    struct span whole = fuzz_span(data + 2, size - 2);
    if (cut > whole.len) return 0;
    struct span texts[2] = {cut ? span_head(whole, cut) : whole, span_skip(whole, cut)};
    struct reader readers[2] = {0};
    char *errors[2] = {0};
    bool good = true;
    for (int i = 0; i < 2; i++) {
        bool read = reader_load_bytes(&readers[i], texts[i], i ? "b.pcap" : "a.pcap", &errors[i]);
        assert(read == !errors[i]);
        good = good && read;
    }
    struct compare_options options = {.tolerance_ns = COMPARE_TOLERANCE_NS,
                                      .tolerance_ppm = COMPARE_TOLERANCE_PPM,
                                      .swap_ns = COMPARE_SWAP_NS};
    options.scope.strict = data[0] & 1;
    if (good) {
        struct compare_side a = {.label = "a.pcap", .capture = &readers[0]};
        struct compare_side b = {.label = "b.pcap", .capture = &readers[1]};
        struct compare c;
        struct buf out = {0};
        compare_init(&c, &a, &b, &options);
        compare_write(&out, &c, 40, true);
        assert(cut || compare_same(&c)); /* a capture is the same as itself */
        compare_html_write(&out, &c, SPAN("different\n"));
        buf_free(&out);
        compare_free(&c);
        draw(&readers[0]);
    }
    for (int i = 0; i < 2; i++) {
        reader_free(&readers[i]);
        free(errors[i]);
    }
    return 0;
}
