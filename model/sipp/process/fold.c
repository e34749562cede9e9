/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/fold.h"

#include "base/mem.h"
#include "model/sipp/scenario/number.h"

#include <stdlib.h>

bool constant_write(struct buf *out, const struct sipp *sipp, const struct template *t,
                    const struct template_part *part) {
    const struct sipp_config *c = &sipp->config;
    switch (part->id) {
    case KEYWORD_FILE: buf_add(out, template_text(t, part)); return true;
    case KEYWORD_IP_TYPE: buf_add_char(out, '4'); return true;
    case KEYWORD_LOCAL_IP: ipv4_write(out, c->local.ip); return true;
    case KEYWORD_LOCAL_PORT: buf_add_i64(out, integer_wrapped(c->local.port + part->offset)); return true;
    case KEYWORD_PID: buf_add_u64(out, c->pid); return true;
    case KEYWORD_REMOTE_IP:
        if (c->remote.ip) ipv4_write(out, c->remote.ip);
        return true;
    case KEYWORD_REMOTE_PORT: buf_add_i64(out, integer_wrapped(c->remote.port + part->offset)); return true;
    case KEYWORD_RTPSTREAM_PORT:
        buf_add_i64(out, c->media_port);
        return true; /* no stream, so the first port; +n has no effect */
    case KEYWORD_SERVICE: buf_add_text(out, c->service); return true;
    case KEYWORD_SIPP_VERSION: buf_add_text(out, "3.6.1"); return true;
    case KEYWORD_TRANSPORT: buf_add_text(out, "UDP"); return true;
    case KEYWORD_USERID:
        if (c->users == 0) buf_add_char(out, '0');
        return c->users == 0;
    case KEYWORD_USERS: buf_add_i64(out, c->users ? (int64_t)c->users : -1); return true;
    default: return false;
    }
}

/*
 * May more be appended to the part? A literal may lose the white space that it begins with (render.c): one
 * that is more than that stays the same with something behind it.
 */
static bool is_open(const struct template *t, const struct template_part *part) {
    struct span text = template_text(t, part);
    for (size_t i = 0; part->id == KEYWORD_LITERAL && i < text.len; i++)
        if ((unsigned char)text.p[i] > ' ') return true;
    return false;
}

static void add_part(struct template *folded, const struct template *t, const struct template_part *part) {
    struct span text = template_text(t, part);
    folded->parts = mem_room(folded->parts, folded->count, &folded->cap, sizeof *folded->parts);
    struct template_part *copy = &folded->parts[folded->count++];
    *copy = *part;
    copy->text = folded->bytes.len;
    buf_add(&folded->bytes, text);
}

static void fold(struct template *folded, const struct template *t, const struct sipp *sipp) {
    for (const struct template_part *part = t->parts; part < t->parts + t->count; part++) {
        struct template_part *last = folded->count ? &folded->parts[folded->count - 1] : NULL;
        size_t before = folded->bytes.len;
        if (!last || !is_open(folded, last)) {
            add_part(folded, t, part);
        } else if (part->id == KEYWORD_LITERAL) {
            buf_add(&folded->bytes, template_text(t, part));
            last->text_len += folded->bytes.len - before;
        } else if (constant_write(&folded->bytes, sipp, t, part)) {
            last->text_len += folded->bytes.len - before;
        } else {
            add_part(folded, t, part);
        }
    }
}

const struct template *template_folded(struct sipp *sipp, const struct template *t) {
    struct template *folded = &sipp->folded[t->number];
    if (!folded->parts) fold(folded, t, sipp);
    return folded;
}

void fold_init(struct sipp *sipp) {
    const struct template *last = sipp->program->templates;
    sipp->folded_count = last ? last->number + 1 : 0;
    sipp->folded = mem_new(sipp->folded_count * sizeof *sipp->folded);
}

void fold_free(struct sipp *sipp) {
    for (size_t i = 0; i < sipp->folded_count; i++) {
        free(sipp->folded[i].parts);
        buf_free(&sipp->folded[i].bytes);
    }
    free(sipp->folded);
}
