/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/media.h"

#include "base/mem.h"
#include "model/sipp/scenario/element.h"

#include <stdlib.h>

const char *const media_line_names[MEDIA_LINES] = {"audio", "image", "video"};

/* All that SIPp 3.6.1 can play: PCMU, PCMA, G.722, G.729, iLBC. */
static const struct media_codec codecs[] = {
    {0, 20, 160, 160}, {8, 20, 160, 160}, {9, 20, 160, 160}, {18, 20, 20, 160}, {98, 30, 50, 240}};

const struct media_codec *media_codec_find(int64_t type) {
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (codecs[i].type == type) return &codecs[i];
    return NULL;
}

/* An attribute with its place, for messages. */
struct command {
    const struct template_compiler *c;
    const struct xml_element *e;
    struct source_pos at;
    struct media *media;
};

static bool is_newer(struct span name) {
    static const char *const words[] = {
        "apattern", "vpattern", "pauseapattern", "pausevpattern", "resumeapattern", "resumevpattern", NULL};
    for (size_t i = 0; words[i]; i++)
        if (span_is(name, words[i])) return true;
    return false;
}

/* The file that a command names; NULL after an error. */
static const struct source *load_file(const struct command *k, struct span name) {
    struct buf path = {0};
    if (name.len == 0) {
        diag_error(k->c->diag, k->at, "no file is named, which SIPp refuses too");
        return NULL;
    }
    source_beside(&path, k->e->source, name);
    for (const struct source *s = k->c->files->first; s; s = s->next)
        if (strcmp(s->name, buf_text(&path)) == 0) {
            buf_free(&path);
            return s;
        }
    const struct source *file = source_load(k->c->files, buf_text(&path), buf_text(&path), k->at, k->c->diag);
    buf_free(&path);
    if (!file && is_newer(name))
        diag_warning(k->c->diag, k->at, SPAN_FMT " is a word of SIPp 3.7; to 3.6.1 it is the name of a file",
                     SPAN_ARG(name));
    return file;
}

static bool wrong_file(const struct command *k, const struct source *file, const char *why) {
    diag_error(k->c->diag, k->at, "%s: %s", file->name, why);
    return false;
}

static bool compile_play(struct command *k, struct span value) {
    struct buf why = {0};
    struct media *m = k->media;
    const struct source *file = load_file(k, value);
    m->source = file;
    for (const struct media *other = m->next; other && !m->clip; other = other->next)
        if (file && other->source == file) m->clip = other->clip;
    if (m->clip || !file) return file != NULL;
    bool good = clip_load(&m->own, (struct span){file->text, file->len}, &why);
    m->clip = &m->own;
    if (!good)
        wrong_file(k, file, buf_text(&why));
    else if (why.len)
        diag_warning(k->c->diag, k->at, "%s: %s", file->name, buf_text(&why));
    buf_free(&why);
    return good;
}

/* A number as C's atoi() reads it: 0 where there is none. */
static int64_t number_of(struct span s) {
    int64_t n = 0;
    while (s.len > 0 && ascii_white(*s.p))
        s = span_skip(s, 1);
    bool minus = span_starts(s, "-");
    if (minus || span_starts(s, "+")) s = span_skip(s, 1);
    for (; s.len > 0 && ascii_digit(*s.p) && n <= INT32_MAX; s = span_skip(s, 1))
        n = n * 10 + (*s.p - '0');
    return minus ? -n : n;
}

/* The payload type of rtp_stream="FILE,LOOPS,TYPE,NAME"; SIPp takes no notice of the name. */
static bool take_type(struct command *k, struct span type) {
    if (type.len == 0) return true;
    int64_t number = number_of(type);
    k->media->codec = media_codec_find(number);
    if (!k->media->codec)
        diag_error(k->c->diag, k->at,
                   "rtp_stream: SIPp 3.6.1 cannot play payload type %lld and refuses it too; it can play 0, "
                   "8, 9, 18 and 98",
                   (long long)number);
    return k->media->codec;
}

static bool compile_stream(struct command *k, struct span value) {
    struct media *m = k->media;
    m->command = span_is(value, "pause")    ? MEDIA_PAUSE
                 : span_is(value, "resume") ? MEDIA_RESUME
                                            : MEDIA_STREAM;
    if (m->command != MEDIA_STREAM) return true;
    struct span rest = value, name = span_cut(&rest, ',');
    struct span loops = span_cut(&rest, ','), type = span_cut(&rest, ',');
    m->loops = loops.len > 0 ? (int32_t)number_of(loops) : 1;
    const struct source *file = load_file(k, name);
    if (!file) return false;
    m->source = file;
    m->file = (struct span){file->text, file->len};
    if (file->len == 0) return wrong_file(k, file, "is empty, which SIPp refuses too");
    if (!take_type(k, type)) return false;
    if (m->codec && m->loops != 0 && 2 * file->len < m->codec->packet_bytes)
        return wrong_file(
            k, file,
            "not simulated: it is shorter than half a packet, and SIPp reads what lies behind it in "
            "its memory");
    return true;
}

struct media *media_compile(const struct template_compiler *c, const struct xml_element *e, const char *name,
                            struct media **all) {
    const struct xml_attribute *a = xml_attribute(e, name);
    struct media *m = mem_new(sizeof *m);
    struct command k = {c, e, attribute_at(e, a), m};
    struct buf value = {0};
    bool good = true;
    m->next = *all;
    *all = m;
    element_text(e, name, true, &value);
    if (span_is(a->name, "play_dtmf")) {
        m->command = MEDIA_DIAL;
        m->digits = element_template(c, e, name);
    } else if (span_is(a->name, "rtp_stream")) {
        good = compile_stream(&k, buf_span(&value));
    } else {
        m->command = MEDIA_PLAY;
        for (enum media_line i = 0; i < MEDIA_LINES; i++)
            if (span_is(span_skip(a->name, strlen("play_pcap_")), media_line_names[i])) m->line = i;
        good = compile_play(&k, buf_span(&value));
    }
    buf_free(&value);
    return good ? m : NULL;
}

void media_list_free(struct media *first) {
    for (struct media *m = first, *next; m; m = next) {
        next = m->next;
        clip_free(&m->own);
        free(m);
    }
}
