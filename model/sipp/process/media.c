/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/media.h"

#include "base/mem.h"
#include "model/sipp/process/call.h"

#include <stdlib.h>

/* Where SIPp begins to count (facts: SIPp 15.4, 15.5). */
enum { DIAL_SEQUENCE = 1200 };
#define STREAM_SSRC UINT32_C(0xca110000)
#define DIAL_SSRC   UINT32_C(0x01020305)

/* A file without a payload type of its own is played with that of -rtp_payload. */
static void check_streams(struct sipp *sipp, struct diag *diag) {
    const struct media_codec *codec = media_codec_find(sipp->config.rtp_payload);
    struct source_pos at = {sipp->program->source, 0};
    for (const struct media *m = sipp->program->media; m; m = m->next) {
        if (m->command != MEDIA_STREAM || m->codec) continue;
        if (!codec)
            diag_error(diag, at, "rtp_stream: SIPp 3.6.1 cannot play payload type %u (rtp_payload)",
                       sipp->config.rtp_payload);
        else if (m->file.len < codec->packet_bytes)
            diag_error(diag, at,
                       "not simulated: a file of rtp_stream is shorter than one packet, and SIPp reads what "
                       "lies behind "
                       "it in its memory");
        else
            continue;
        return;
    }
}

void media_begin(struct sipp *sipp, struct diag *diag) {
    sipp->media = mem_new(sizeof *sipp->media);
    sipp->media->ssrc = STREAM_SSRC;
    sipp->media->dial_ssrc = DIAL_SSRC;
    check_streams(sipp, diag);
    for (size_t i = 0; i < ECHO_PORTS; i++)
        echo_begin(sipp, &sipp->media->echoes[i], (uint16_t)(sipp->config.media_port + i * ECHO_STEP));
}

void media_end_all(struct sipp *sipp) {
    for (struct call *call = sipp->open; call; call = call->next)
        if (call->media) call_media_clear(call);
    stream_threads_stop(sipp);
    for (size_t i = 0; i < ECHO_PORTS; i++)
        echo_end(&sipp->media->echoes[i]);
}

void media_free(struct sipp *sipp) {
    if (!sipp->media) return;
    stream_threads_free(sipp);
    free(sipp->media);
}

struct call_media *call_media_new(struct sipp *sipp) {
    return sipp->program->media ? mem_new(sizeof(struct call_media)) : NULL;
}

void call_media_begin(struct call *call) {
    struct call_media *m = call->media;
    struct clip dialled = m->player.dialled;
    *m = (struct call_media){.sequence = DIAL_SEQUENCE, .player = {.dialled = dialled}};
    m->stream.ssrc = call->sipp->media->ssrc++;
    player_init(call);
}

void call_media_clear(struct call *call) {
    event_cancel(call->sipp->loop.queue, &call->media->player.event);
    stream_end(call);
}

void call_media_free(struct call_media *m) {
    if (m) clip_free(&m->player.dialled);
    free(m);
}

static void dial(struct call *call, struct span digits, struct source_pos at) {
    struct call_media *m = call->media;
    event_cancel(call->sipp->loop.queue, &m->player.event);
    clip_reset(&m->player.dialled);
    size_t count = clip_dial(&m->player.dialled, digits, call->sipp->media->dial_ssrc++, m->sequence);
    m->sequence = (uint16_t)(m->sequence + count);
    player_start(call, &m->player.dialled, MEDIA_AUDIO, at);
}

void media_perform(struct call *call, const struct media *m, struct span digits, struct source_pos at) {
    switch (m->command) {
    case MEDIA_PLAY: player_start(call, m->clip, m->line, at); break;
    case MEDIA_DIAL: dial(call, digits, at); break;
    case MEDIA_STREAM: stream_start(call, m, at); break;
    case MEDIA_PAUSE: call->media->stream.paused = true; break;
    case MEDIA_RESUME: call->media->stream.paused = false; break;
    }
}
