/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/fold.h"

#include "base/mem.h"
#include "base/number.h"
#include "model/sipp/process/header.h"

#include <stdlib.h>

bool constant_write(struct buf *out, const struct sipp *sipp, const struct template *t,
                    const struct template_part *part) {
    const struct sipp_config *c = &sipp->config;
    switch (part->id) {
    case KEYWORD_FILE: buf_add(out, template_text(t, part)); return !part->param[0];
    case KEYWORD_IP_TYPE: buf_add_char(out, '4'); return true;
    case KEYWORD_LOCAL_IP: ipv4_write(out, c->local.ip); return true;
    case KEYWORD_LOCAL_PORT:
        if (c->sockets == SIPP_ONE_SOCKET) buf_add_i64(out, integer_wrapped(c->local.port + part->offset));
        return c->sockets == SIPP_ONE_SOCKET;
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

void branch_cookie_write(struct buf *out, const struct sipp *sipp) {
    buf_add(out, SPAN("z9hG4bK-"));
    buf_add_u64(out, sipp->config.pid);
    buf_add_char(out, '-');
}

/*
 * May more be appended to the piece? A literal may lose the white space that it begins with (render.c): one
 * that is more than that stays the same with something behind it.
 */
static bool is_open(const struct folded *f, const struct fold_piece *piece) {
    if (piece->part) return false;
    struct span text = span_skip(buf_span(&f->bytes), f->bytes.len - piece->text.len);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.p[i] > ' ') return true;
    return false;
}

static struct fold_piece *add_piece(struct folded *f) {
    f->pieces = mem_room(f->pieces, f->count, &f->cap, sizeof *f->pieces);
    struct fold_piece *piece = &f->pieces[f->count++];
    *piece = (struct fold_piece){.text = {"", 0}};
    return piece;
}

static void add_part(struct folded *f, const struct template *t, const struct template_part *part,
                     const struct sipp *sipp) {
    struct fold_piece *piece = f->count ? &f->pieces[f->count - 1] : NULL;
    bool open = piece && is_open(f, piece);
    size_t before = f->bytes.len;
    if (part->id == KEYWORD_LITERAL && !open) {
        piece = add_piece(f);
        piece->literal = part;
    }
    if (part->id == KEYWORD_LITERAL)
        buf_add(&f->bytes, template_text(t, part));
    else if (!open || !constant_write(&f->bytes, sipp, t, part)) {
        if (!piece || piece->part) piece = add_piece(f);
        piece->part = part;
        if (part->id == KEYWORD_LAST_HEADER) piece->header = header_name_of(template_text(t, part));
        piece->has_cookie = open && part->id == KEYWORD_BRANCH;
        if (piece->has_cookie) branch_cookie_write(&f->bytes, sipp);
        f->has_len |= part->id == KEYWORD_LEN;
    }
    piece->text.len += f->bytes.len - before;
}

static void fold(struct folded *f, const struct template *t, const struct sipp *sipp) {
    for (const struct template_part *part = t->parts; part < t->parts + t->count; part++)
        add_part(f, t, part, sipp);
    const char *text = f->bytes.p;
    for (struct fold_piece *piece = f->pieces; piece < f->pieces + f->count; piece++) {
        if (piece->text.len == 0) continue;
        piece->text.p = text;
        text += piece->text.len;
        struct span body = header_body(piece->text);
        if (body.p) piece->body = (size_t)(body.p - piece->text.p);
        piece->breaks_line = piece->text.p[0] == '\r' || piece->text.p[0] == '\n';
    }
    f->has_len &= span_find(buf_span(&f->bytes), '\0') < 0;
}

const struct folded *template_folded(struct sipp *sipp, const struct template *t) {
    struct folded *folded = &sipp->folded[t->number];
    if (!folded->pieces) fold(folded, t, sipp);
    return folded;
}

void fold_init(struct sipp *sipp) {
    const struct template *last = sipp->program->templates;
    sipp->folded_count = last ? last->number + 1 : 0;
    sipp->folded = mem_new(sipp->folded_count * sizeof *sipp->folded);
}

void fold_make_room(struct sipp *sipp) {
    size_t count = sipp->templates->number + 1, before = sipp->folded_count;
    if (count <= before) return;
    sipp->folded = mem_resize(sipp->folded, count * sizeof *sipp->folded);
    memset(sipp->folded + before, 0, (count - before) * sizeof *sipp->folded);
    sipp->folded_count = count;
}

void fold_release(struct sipp *sipp, size_t count) {
    for (; sipp->folded_count > count; sipp->folded_count--) {
        struct folded *f = &sipp->folded[sipp->folded_count - 1];
        free(f->pieces);
        buf_free(&f->bytes);
    }
}

void fold_free(struct sipp *sipp) {
    fold_release(sipp, 0);
    free(sipp->folded);
}
