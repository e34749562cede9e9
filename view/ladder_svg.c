/* SPDX-License-Identifier: MIT */
/* The ladder as a picture: one SVG file that needs nothing else, for light and dark pages. All coordinates
 * are whole. */
#include "view/escape.h"
#include "view/label.h"
#include "view/ladder.h"
#include "view/names.h"

#include <stdlib.h>

/* Pixels. */
enum {
    GAP = 240,    /* from host to host */
    LEFT = 190,   /* the first host's line */
    RIGHT = 80,   /* free right of the last one */
    TOP = 100,    /* where the lines begin */
    ROW = 36,     /* an arrow's height */
    SILENCE = 44, /* a silence's */
    REMARK = 30,  /* the height of how a call failed or ended */
    HEAD = 10,    /* an arrow head's length */
    LABEL_MAX = 30,
    NAME_MAX = 24 /* characters of a host's name */
};

static const char style[] =
    "<style>\n"
    "svg { color-scheme: light dark; --bg: #ffffff; --ink: #1f2328; --dim: #59636e; --lane: #b7bfc8; --box: "
    "#f0f3f6;\n"
    "  --request: #0b5cad; --r1: #59636e; --r2: #17703a; --r3: #7a35a8; --r4: #b3261e; --other: #59636e; "
    "--lost: #c0202c; }\n"
    "@media (prefers-color-scheme: dark) { svg { --bg: #0f1419; --ink: #e6edf3; --dim: #9aa5b1; --lane: "
    "#46505b;\n"
    "  --box: #1c242c; --request: #6cb2ff; --r1: #a3adb8; --r2: #5fd08a; --r3: #cf9bff; --r4: #ff8a80; "
    "--other: #9aa5b1; --lost: #ff7b72; } "
    "}\n"
    "text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: "
    "var(--ink); }\n"
    ".bg { fill: var(--bg); } .lane { fill: var(--lane); } .box { fill: var(--box); stroke: var(--lane); }\n"
    ".title { font-size: 16px; font-weight: 600; } .host { font-weight: 600; text-anchor: middle; }\n"
    ".side { fill: var(--dim); text-anchor: end; font-variant-numeric: tabular-nums; }\n"
    ".label { text-anchor: middle; paint-order: stroke; stroke: var(--bg); stroke-width: 4px; "
    "stroke-linejoin: round; }\n"
    ".silence { fill: var(--dim); font-style: italic; }\n"
    ".arrow path { stroke-width: 2; fill: none; stroke: var(--c); } .arrow .head { stroke: none; fill: "
    "var(--c); }\n"
    ".arrow text.label { fill: var(--c); }\n"
    ".request { --c: var(--request); } .r1 { --c: var(--r1); } .r2 { --c: var(--r2); } .r3 { --c: var(--r3); "
    "}\n"
    ".r4 { --c: var(--r4); } .other { --c: var(--other); } .arrow path.cross { stroke: var(--lost); }\n"
    ".arrow.r1 path { stroke-dasharray: 2 3; } .arrow.r2 path { stroke-dasharray: 8 4; } .arrow.r4 path { "
    "stroke-width: 4; }\n"
    ".arrow.r3 path { stroke-width: 6; } .arrow path.inner { stroke: var(--bg); stroke-width: 2; }\n"
    ".arrow path.cross { stroke-dasharray: none; stroke-width: 2; } .r4 text.label { font-weight: 700; }\n"
    ".address { font-size: 11px; fill: var(--dim); text-anchor: middle; } .remark { fill: var(--r4); "
    "font-weight: 600; }\n"
    "</style>\n";

static int column(size_t host) { return LEFT + (int)host * GAP; }

static void add_host(struct buf *out, const char *name, const char *address, int x, int bottom) {
    int half = (int)strlen(name) * 9 / 2 + 14, top = address ? TOP - 50 : TOP - 36;
    if (address && half < 56) half = 56;
    buf_addf(out, "<rect class=\"lane\" x=\"%d\" y=\"%d\" width=\"1\" height=\"%d\"/>\n", x, TOP - 8,
             bottom - TOP + 8);
    buf_addf(out, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>", x - half,
             top, 2 * half, TOP - 8 - top);
    buf_addf(out, "<text class=\"host\" x=\"%d\" y=\"%d\">", x, top + 19);
    escape_html(out, span_of(name));
    buf_add_text(out, "</text>\n");
    if (!address) return;
    buf_addf(out, "<text class=\"address\" x=\"%d\" y=\"%d\">", x, top + 35);
    escape_html(out, span_of(address));
    buf_add_text(out, "</text>\n");
}

static void add_hosts(struct buf *out, const struct record *r, int bottom) {
    struct names names;
    names_init(&names, (const char *const *)r->hosts, r->host_count, NAME_MAX);
    for (size_t h = 0; h < r->host_count; h++)
        add_host(out, names.cut[h], r->addresses[h], column(h), bottom);
    names_free(&names);
}

static void add_silence(struct buf *out, const struct ladder *l, int64_t since_ns, int y) {
    size_t hosts = l->record->host_count;
    for (size_t h = 0; h < hosts; h++) {
        buf_addf(out, "<rect class=\"bg\" x=\"%d\" y=\"%d\" width=\"3\" height=\"24\"/>", column(h) - 1,
                 y + 10);
        for (int dot = 0; dot < 3; dot++)
            buf_addf(out, "<rect class=\"lane\" x=\"%d\" y=\"%d\" width=\"3\" height=\"3\"/>", column(h) - 1,
                     y + 13 + dot * 8);
    }
    int middle = hosts > 1 ? column(0) + GAP / 2 : column(0);
    buf_addf(out, "\n<text class=\"label silence\" x=\"%d\" y=\"%d\">", middle, y + 27);
    label_seconds(out, since_ns, 3);
    buf_add_text(out, " s of silence</text>\n");
}

/* Where the line ends that begins at the sender: x. */
static int end_of(const struct record_item *item) {
    int from = column(item->from), to = column(item->to), way = to > from ? 1 : -1;
    switch (item->fate) {
    case FLOW_LOST: return to - way * GAP / 4;
    case FLOW_NO_HOST: return from + way * 20;
    case FLOW_ARRIVED:
    case FLOW_FULL_SOCKET:
    case FLOW_CLOSED_PORT: break;
    }
    return to;
}

/* From a host to itself: a loop beside its line. */
static void add_loop(struct buf *out, const struct record_item *item, int y) {
    int x = column(item->from);
    buf_addf(out, "<path d=\"M%d %dh24v14H%d\"/><path class=\"head\" d=\"M%d %dl10 -5v10z\"/>", x, y - 8,
             x + HEAD, x, y + 6);
}

/* The line, and what is at its end. */
static void add_line(struct buf *out, const struct ladder_step *step, int y) {
    const struct record_item *item = step->item;
    int from = column(item->from), end = end_of(item), way = end > from ? 1 : -1;
    bool met = item->fate == FLOW_ARRIVED;
    if (item->from == item->to) {
        add_loop(out, item, y);
        return;
    }
    int stop = met ? end - way * HEAD : end;
    buf_addf(out, "<path d=\"M%d %dH%d\"/>", from, y, stop);
    if (step->kind == LADDER_3XX) buf_addf(out, "<path class=\"inner\" d=\"M%d %dH%d\"/>", from, y, stop);
    if (met)
        buf_addf(out, "<path class=\"head\" d=\"M%d %dl%d -5v10z\"/>", end, y, -way * HEAD);
    else
        buf_addf(out, "<path class=\"cross\" d=\"M%d %dl12 12m0 -12l-12 12\"/>", end - 6, y - 6);
}

/* Above its line; of what never left, beside its sender. */
static int label_middle(const struct record_item *item) {
    if (item->from == item->to) return column(item->from) + GAP / 2;
    int from = column(item->from), to = column(item->to);
    if (item->fate == FLOW_NO_HOST) return from + (to > from ? 1 : -1) * GAP / 2;
    return (from + end_of(item)) / 2;
}

static void add_arrow(struct buf *out, const struct ladder *l, const struct ladder_step *step, int y) {
    const struct record_item *item = step->item;
    struct buf label = {0};
    ladder_label(&label, step, LABEL_MAX);
    buf_addf(out, "<g class=\"arrow %s\"><title>", ladder_kind_names[step->kind]);
    label_seconds(out, item->time_ns, 6);
    buf_addf(out, " s, %s to %s: ", l->record->hosts[item->from], l->record->hosts[item->to]);
    escape_html(out, buf_span(&label));
    if (item->fate == FLOW_LOST) buf_addf(out, ", %s", ladder_fate(item->fate));
    buf_add_text(out, "</title>");
    if (item->number)
        buf_addf(out, "<text class=\"side\" x=\"44\" y=\"%d\">%llu</text>", y + 4,
                 (unsigned long long)item->number);
    buf_addf(out, "<text class=\"side\" x=\"128\" y=\"%d\">", y + 4);
    label_seconds(out, item->time_ns, 6);
    buf_add_text(out, "</text>");
    add_line(out, step, y);
    buf_addf(out, "<text class=\"label\" x=\"%d\" y=\"%d\">", label_middle(item), y - 7);
    escape_html(out, buf_span(&label));
    buf_add_text(out, "</text></g>\n");
    buf_free(&label);
}

/* How a call failed or ended: what `write` adds, across the lines. */
static void add_remark(struct buf *out, struct span text, int y) {
    buf_addf(out, "<text class=\"label remark\" style=\"text-anchor: start\" x=\"%d\" y=\"%d\">&#10007; ",
             LEFT + 8, y);
    escape_html(out, text);
    buf_add_text(out, "</text>\n");
}

static void add_failure(struct buf *out, const struct ladder *l, const struct ladder_step *step, int y) {
    struct buf text = {0};
    ladder_failure(&text, l, step);
    add_remark(out, buf_span(&text), y);
    buf_free(&text);
}

static void add_ending(struct buf *out, const struct ladder *l, const struct ladder_step *step, int y) {
    struct buf text = {0};
    ladder_ending(&text, &l->calls[step->call - 1]);
    add_remark(out, buf_span(&text), y);
    buf_free(&text);
}

static int height_of(const struct ladder *l) {
    int height = TOP;
    for (size_t i = 0; i < l->count; i++) {
        const struct ladder_step *step = &l->steps[i];
        height += step->item->failure || step->ends_call ? REMARK : 0;
        if (step->item->is_note) continue;
        height += ROW + (step->silence_ns >= LABEL_SILENCE_NS ? SILENCE : 0);
    }
    return height + 20;
}

void ladder_svg_write(struct buf *out, const struct ladder *l) {
    size_t hosts = l->record->host_count;
    int width = LEFT + (hosts ? (int)hosts - 1 : 0) * GAP + RIGHT, height = height_of(l), y = TOP;
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
             "role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">",
             width, height, width, height);
    escape_html(out, span_of(l->title));
    buf_addf(out, "</title>\n%s<rect class=\"bg\" width=\"%d\" height=\"%d\"/>\n", style, width, height);
    buf_add_text(out, "<text class=\"title\" x=\"16\" y=\"30\">");
    escape_html(out, span_of(l->title));
    buf_add_text(out, "</text>\n");
    add_hosts(out, l->record, height - 12);
    for (size_t i = 0; i < l->count; i++) {
        const struct ladder_step *step = &l->steps[i];
        if (step->item->failure) {
            y += REMARK;
            add_failure(out, l, step, y - 6);
        }
        if (step->item->is_note) continue;
        if (step->silence_ns >= LABEL_SILENCE_NS) {
            add_silence(out, l, step->silence_ns, y);
            y += SILENCE;
        }
        y += ROW;
        add_arrow(out, l, step, y - 6);
        if (!step->ends_call) continue;
        y += REMARK;
        add_ending(out, l, step, y - 6);
    }
    buf_add_text(out, "</svg>\n");
}
