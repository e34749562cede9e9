/* SPDX-License-Identifier: MIT */
/*
 * A capture file, written by libpcap's pcap_dump while the simulation runs, little-endian on every machine.
 * It has a temporary name beside its final one until it is complete, so that no half file ever has the final
 * name.
 */
#ifndef PCAPGEN_CAPTURE_H
#define PCAPGEN_CAPTURE_H

#include "pcapgen/frame.h"

struct capture_options {
    enum tap_link link;
    enum udp_checksum checksum;
    enum tap_filter filter;
    uint32_t mtu;
    int64_t start_ns; /* Unix time of the first simulated instant, in nanoseconds */
    enum tap_precision precision;
    /*
     * Of a capture in files: a packet that comes when the file is larger than part_bytes, or part_ns after
     * the file was begun, begins the next one, as tcpdump's -C and -G do; 0: never. The name then may hold
     * what strftime() knows (%H%M%S: of the moment, UTC, at which the part begins); without that, later parts
     * have a number behind it.
     */
    uint64_t part_bytes;
    int64_t part_ns;
    struct tap_ports ports; /* of TAP_PORTS */
};

struct capture;

/* Opens a capture that will be at path, or on standard output for "-". NULL: *error (to be freed) says why.
 */
struct capture *capture_open(const char *path, const struct capture_options *options, char **error);

/* The same into memory: out, which is added to and lives longer; name is for messages. */
struct capture *capture_open_memory(struct buf *out, const char *name, const struct capture_options *options,
                                    char **error);

/* Adds what a tap saw, which is written by then or by capture_close, where write errors show. Returns how
 * many packets that is; 0: the capture does not take it. */
size_t capture_add(struct capture *c, int64_t now_ns, enum tap_direction direction, const struct datagram *d);

/* Packets added so far, and files begun. */
uint64_t capture_packets(const struct capture *c);
size_t capture_parts(const struct capture *c);

/* Completes all files and gives them their names; frees c. False: *error (to be freed) says why, and no file
 * is left. */
bool capture_close(struct capture *c, char **error);

/* Removes what was written; frees c. NULL is fine. */
void capture_abandon(struct capture *c);

#endif
