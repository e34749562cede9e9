/* SPDX-License-Identifier: MIT */
/*
 * Media of a SIPp (facts: SIPp 15): each call's local ports and remote addresses, the thread that plays a
 * pcap file for it, its task among the threads that stream files; and the echo of a process. A scenario
 * without media commands has none of this but two sockets.
 */
#ifndef MODEL_SIPP_PROCESS_MEDIA_H
#define MODEL_SIPP_PROCESS_MEDIA_H

#include "model/net/backlog.h"
#include "model/sipp/process/process.h"
#include "model/sipp/scenario/media.h"

/* One kind of media of a call: the port that its [media_port] said, and what a received SDP said. */
struct media_end {
    uint16_t port;
    struct udp_address to; /* ip 0: nobody, what is sent stays in the host */
};

/* The thread of a play_pcap or play_dtmf command: a call has one, a new command ends the one before. */
struct player {
    struct event event;
    const struct clip *clip;
    size_t next;       /* packet */
    uint16_t from, to; /* its ports, and whom its checksum is for: SIPp writes them before it waits */
    uint32_t checksum_ip;
    enum media_line line;
    struct source_pos at;
    int64_t begun_ns, slept_us;
    int64_t last_us;     /* the time of the last packet in the file; 0: the timing begins anew */
    struct clip dialled; /* by play_dtmf */
};

struct stream_thread;

/* The task of a call among the threads of rtp_stream. */
struct stream {
    struct stream_thread *thread; /* NULL: it was never started */
    const struct media *starting; /* a command that the thread has not seen yet */
    struct span file;
    size_t left; /* bytes of the file that are still to come in this round */
    const struct media_codec *codec;
    int32_t loops; /* rounds that are left, below 0: for ever */
    bool paused;
    struct udp_address to; /* ip 0: paused, too */
    uint32_t ssrc;
    uint16_t sequence;
    int64_t timestamp; /* of the next packet */
    int64_t wake_ms;   /* when it wants to be looked at, on SIPp's clock */
    struct source_pos at;
};

struct call_media {
    struct media_end ends[MEDIA_LINES];
    struct player player;
    struct stream stream;
    uint16_t sequence; /* of the next play_dtmf */
};

enum { ECHO_PORTS = 2, ECHO_STEP = 2 };

/* The thread that sends back what arrives at a media port. */
struct echo {
    struct sipp *sipp;
    uint16_t port;
    bool bound;
    struct event event;
    struct backlog arrived;
};

struct sipp_media {
    struct stream_thread **threads;
    size_t thread_count, thread_cap;
    uint32_t ssrc;      /* of the next call's stream */
    uint32_t dial_ssrc; /* of the next play_dtmf */
    bool echo_off;      /* by an action */
    bool socket_closed; /* of all streams: one could not send */
    struct echo echoes[ECHO_PORTS];
};

/* media.c: of a process; errors of the command line go to diag. */
void media_begin(struct sipp *sipp, struct diag *diag);
void media_end_all(struct sipp *sipp); /* the process exits */
void media_free(struct sipp *sipp);

/* Of a call: memory that later calls use again; what a new one begins with; its end. */
struct call_media *call_media_new(struct sipp *sipp);
void call_media_begin(struct call *call);
void call_media_clear(struct call *call);
void call_media_free(struct call_media *m);

/* Performs a command. digits are those of play_dtmf, rendered. */
void media_perform(struct call *call, const struct media *m, struct span digits, struct source_pos at);

/* sdp.c: what a received message says about media. False: SIPp has ended. */
bool media_learn(struct call *call, struct payload *payload, unsigned status, struct span method);

/* player.c */
void player_init(struct call *call);
void player_start(struct call *call, const struct clip *clip, enum media_line line, struct source_pos at);

/* stream.c */
void stream_start(struct call *call, const struct media *m, struct source_pos at);
void stream_end(struct call *call);
void stream_threads_free(struct sipp *sipp);
void stream_threads_stop(struct sipp *sipp);

/* echo.c */
void echo_begin(struct sipp *sipp, struct echo *e, uint16_t port);
void echo_end(struct echo *e);

#endif
