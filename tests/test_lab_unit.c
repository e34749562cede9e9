/* SPDX-License-Identifier: MIT */
/* Proves how durations, shares and times are read: exactly, to the nanosecond, and nothing that only looks
 * like one. */
#include "model/lab/unit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void durations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ns; /* -1: it is none */
    } rows[] = {
        {"0s", 0},
        {"1ns", 1},
        {"1us", 1000},
        {"30us", 30000},
        {"1ms", 1000000},
        {"1s", 1000000000},
        {"1min", INT64_C(60000000000)},
        {"1.5s", 1500000000},
        {"62.5ms", 62500000},
        {"0.000000001s", 1},
        {"0.0000000010s", 1},
        {"00.10ms", 100000},
        {"0.05min", 3000000000},
        {"1.123456789s", 1123456789},
        {"8640000s", INT64_C(8640000000000000)},
        {"144000min", INT64_C(8640000000000000)},
        {"8640000.000000001s", -1},
        {"18446744073709551616ns", -1},
        {"99999999999999999999999999min", -1},
        {"0.5ns", -1},
        {"1.0000000001s", -1},
        {"", -1},
        {"1", -1},
        {"0", -1},
        {"s", -1},
        {".5s", -1},
        {"1.s", -1},
        {"1..2s", -1},
        {"1.2.3s", -1},
        {"-1s", -1},
        {"+1s", -1},
        {"1 s", -1},
        {" 1s", -1},
        {"1s ", -1},
        {"1S", -1},
        {"1m", -1},
        {"1sec", -1},
        {"1h", -1},
        {"1e3s", -1},
        {"1,5s", -1},
        {"0x10s", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ns = -1;
        const char *expected = unit_duration(&ns, span_of(rows[i].text));
        if (ns != rows[i].ns || (expected != NULL) != (rows[i].ns < 0))
            fail_msg("%s: %lld, %s", rows[i].text, (long long)ns, expected ? expected : "good");
    }
}

static void shares(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ppm;
    } rows[] = {
        {"0%", 0},     {"100%", 1000000}, {"12.5%", 125000}, {"0.0001%", 1}, {"100.0000%", 1000000},
        {"1%", 10000}, {"100.0001%", -1}, {"0.00001%", -1},  {"101%", -1},   {"5", -1},
        {"%", -1},     {"", -1},          {"-1%", -1},       {"1 %", -1},    {"1.%", -1},
        {".1%", -1},   {"0.5", -1},       {"1%%", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t ppm = UINT32_MAX;
        const char *expected = unit_share(&ppm, span_of(rows[i].text));
        if (ppm != (uint32_t)rows[i].ppm || (expected != NULL) != (rows[i].ppm < 0))
            fail_msg("%s: %u, %s", rows[i].text, ppm, expected ? expected : "good");
    }
}

/* The seconds are what `date -u -d TEXT +%s` prints. */
static void times(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t s, ns; /* s -1: it is none */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0, 0},
        {"1970-01-01T00:00:00.000000001Z", 0, 1},
        {"1972-02-29T12:00:00Z", 68212800, 0},
        {"2000-02-29T23:59:59Z", 951868799, 0},
        {"2000-03-01T00:00:00Z", 951868800, 0},
        {"2024-12-31T23:59:59.999999999Z", 1735689599, 999999999},
        {"2026-01-01T00:00:00Z", 1767225600, 0},
        {"2026-07-15T08:09:10.5Z", 1784102950, 500000000},
        {"2038-01-19T03:14:08Z", 2147483648, 0},
        {"2099-12-31T23:59:59Z", 4102444799, 0},
        {"1969-12-31T23:59:59Z", -1, 0},
        {"2100-01-01T00:00:00Z", -1, 0},
        {"2025-02-29T00:00:00Z", -1, 0},
        {"2026-13-01T00:00:00Z", -1, 0},
        {"2026-00-01T00:00:00Z", -1, 0},
        {"2026-04-31T00:00:00Z", -1, 0},
        {"2026-01-00T00:00:00Z", -1, 0},
        {"2026-01-01T24:00:00Z", -1, 0},
        {"2026-01-01T00:60:00Z", -1, 0},
        {"2026-01-01T00:00:60Z", -1, 0},
        {"2026-01-01T00:00:00", -1, 0},
        {"2026-01-01T00:00:00+00:00", -1, 0},
        {"2026-01-01 00:00:00Z", -1, 0},
        {"2026-01-01T00:00:00.Z", -1, 0},
        {"2026-01-01T00:00:00.1234567890Z", -1, 0},
        {"2026-01-01T00:00:00,5Z", -1, 0},
        {"2026-01-01T00:00:00.5xZ", -1, 0},
        {"2026-1-1T00:00:00Z", -1, 0},
        {"2026-01-01", -1, 0},
        {"now", -1, 0},
        {"Z", -1, 0},
        {"", -1, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ns = -1, expected_ns = rows[i].s < 0 ? -1 : rows[i].s * INT64_C(1000000000) + rows[i].ns;
        const char *expected = unit_time(&ns, span_of(rows[i].text));
        if (ns != expected_ns || (expected != NULL) != (rows[i].s < 0))
            fail_msg("%s: %lld, %s", rows[i].text, (long long)ns, expected ? expected : "good");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(durations), cmocka_unit_test(shares),
                                       cmocka_unit_test(times)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
