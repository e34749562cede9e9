/* SPDX-License-Identifier: MIT */
/* The page that a ladder stands on, and its parts, which the build turns into texts (embed.py). */
#ifndef VIEW_LADDER_PAGE_H
#define VIEW_LADDER_PAGE_H

#include "base/buf.h"

/* The style sheet and the script of any ladder in HTML, and the style of a page that holds nothing else. */
extern const char ladder_css[], ladder_js[], ladder_page_css[];

/* Hash of a newline and the text: a page's Content-Security-Policy names them, so nothing else can run there.
 */
extern const char ladder_css_sha256[], ladder_js_sha256[], ladder_page_css_sha256[];

/* Writes a page that draws a JSON document of docs/ladder.md; text is what stands there without scripts. */
void ladder_page_write(struct buf *out, const char *title, struct span json, struct span text);

#endif
