/* SPDX-License-Identifier: MIT */
/*
 * The ladder as one HTML page that needs nothing else and can load nothing else: ladder.js draws it from the
 * JSON document beside it. Without scripts there is the ladder in text.
 */
#include "view/escape.h"
#include "view/ladder.h"
#include "view/ladder_page.h"

/* A script's data may hold no "<", which in JSON stands within texts only. */
static void add_data(struct buf *out, struct span json) {
    while (json.len) {
        ptrdiff_t at = span_find(json, '<');
        size_t len = at < 0 ? json.len : (size_t)at;
        buf_add(out, span_head(json, len));
        if (at >= 0) buf_add_text(out, "\\u003c");
        json = span_skip(json, len + (at >= 0));
    }
}

void ladder_page_write(struct buf *out, const char *title, struct span json, struct span text) {
    buf_addf(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '%s' '%s'; "
        "script-src '%s'\">\n<title>",
        ladder_css_sha256, ladder_page_css_sha256, ladder_js_sha256);
    escape_html(out, span_of(title));
    buf_addf(out, "</title>\n<style>\n%s</style>\n<style>\n%s</style>\n</head>\n<body>\n", ladder_css,
             ladder_page_css);
    buf_add_text(out,
                 "<div id=\"siptwin-ladder\"></div>\n<noscript>\n<p>This page draws with a script, which "
                 "is off here. The ladder in text:</p>\n<pre>\n");
    escape_html(out, text);
    buf_add_text(out, "</pre>\n</noscript>\n<script type=\"application/json\" id=\"siptwin-ladder-data\">\n");
    add_data(out, json);
    buf_addf(out, "</script>\n<script>\n%s</script>\n</body>\n</html>\n", ladder_js);
}

void ladder_html_write(struct buf *out, const struct ladder *l) {
    struct buf json = {0}, text = {0};
    ladder_json_write(&json, l);
    ladder_text_write(&text, l, false);
    ladder_page_write(out, l->title, buf_span(&json), buf_span(&text));
    buf_free(&json);
    buf_free(&text);
}
