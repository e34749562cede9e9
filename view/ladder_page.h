/* SPDX-License-Identifier: MIT */
/* ladder.css and ladder.js, which the build turns into texts (embed.py). */
#ifndef VIEW_LADDER_PAGE_H
#define VIEW_LADDER_PAGE_H

extern const char ladder_css[], ladder_js[];

/* Hash of a newline and the text: a page's Content-Security-Policy names them, so nothing else can run there.
 */
extern const char ladder_css_sha256[], ladder_js_sha256[];

#endif
