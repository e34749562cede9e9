/* SPDX-License-Identifier: MIT */
/* The media commands of <exec>, compiled: play_pcap_*, play_dtmf, rtp_stream (facts: SIPp 15). */
#ifndef MODEL_SIPP_SCENARIO_MEDIA_H
#define MODEL_SIPP_SCENARIO_MEDIA_H

#include "model/sipp/scenario/clip.h"
#include "model/sipp/scenario/template.h"
#include "model/sipp/scenario/xml.h"

enum media_command {
    MEDIA_PLAY,   /* play_pcap_audio, play_pcap_image, play_pcap_video */
    MEDIA_DIAL,   /* play_dtmf */
    MEDIA_STREAM, /* rtp_stream="FILE,..." */
    MEDIA_PAUSE,  /* rtp_stream="pause" */
    MEDIA_RESUME
};

/* What a datagram belongs to: SIPp has one local port and one remote address for each, in this order. */
enum media_line { MEDIA_AUDIO, MEDIA_IMAGE, MEDIA_VIDEO, MEDIA_LINES };

/* "audio" ...: the word of an m= line. */
extern const char *const media_line_names[MEDIA_LINES];

/* How SIPp plays a file as RTP of one payload type. */
struct media_codec {
    uint8_t type;
    uint8_t packet_ms, packet_bytes, packet_ticks; /* of one packet: its time, its bytes, its RTP clock */
};

struct media {
    struct media *next; /* of the same program */
    enum media_command command;
    enum media_line line;
    const struct source *source;     /* of MEDIA_PLAY and MEDIA_STREAM: one of the program's files */
    const struct clip *clip;         /* of MEDIA_PLAY */
    struct clip own;                 /* the same, if no other command has it */
    const struct template *digits;   /* of MEDIA_DIAL */
    struct span file;                /* of MEDIA_STREAM: its bytes, of one of the program's files */
    int32_t loops;                   /* how often it is played; below 0: for ever */
    const struct media_codec *codec; /* NULL: that of -rtp_payload */
};

/*
 * Compiles the media attribute `name` of an <exec>. NULL after an error. A file stands beside the scenario,
 * as for SIPp, which is run there. The result is put at the head of *all.
 */
struct media *media_compile(const struct template_compiler *c, const struct xml_element *e, const char *name,
                            struct media **all);

/* The codec of a payload type; NULL: SIPp has none. */
const struct media_codec *media_codec_find(int64_t type);

void media_list_free(struct media *first);

#endif
