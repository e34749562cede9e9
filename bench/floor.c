/* SPDX-License-Identifier: MIT */
/*
 * floor CAPTURE OUT: what it costs to write a capture and nothing else. Reads all of CAPTURE into memory,
 * then writes it to OUT with pcap_dump, and prints the datagrams, the wall time and the CPU time of the
 * writing in seconds.
 */
#include "base/mem.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct packet {
    struct pcap_pkthdr header;
    size_t at;
};

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    char error[PCAP_ERRBUF_SIZE];
    if (argc != 3) return fprintf(stderr, "usage: floor CAPTURE OUT\n"), 2;
    pcap_t *in = pcap_open_offline(argv[1], error);
    if (!in) return fprintf(stderr, "floor: %s\n", error), 2;

    struct packet *packets = NULL;
    size_t count = 0, cap = 0, len = 0, room = 0;
    u_char *bytes = NULL;
    struct pcap_pkthdr *header;
    const u_char *data;
    while (pcap_next_ex(in, &header, &data) == 1) {
        packets = mem_room(packets, count, &cap, sizeof *packets);
        if (room - len < header->caplen)
            bytes = mem_resize(bytes, room = room * 2 + header->caplen + (1 << 20));
        memcpy(bytes + len, data, header->caplen);
        packets[count++] = (struct packet){*header, len};
        len += header->caplen;
    }

    double begun = seconds(CLOCK_MONOTONIC), spent = seconds(CLOCK_PROCESS_CPUTIME_ID);
    pcap_dumper_t *out = pcap_dump_open(in, argv[2]);
    if (!out) return fprintf(stderr, "floor: %s\n", pcap_geterr(in)), 2;
    for (size_t i = 0; i < count; i++)
        pcap_dump((u_char *)out, &packets[i].header, bytes + packets[i].at);
    if (pcap_dump_flush(out) != 0) return perror("floor"), 2;
    pcap_dump_close(out);
    printf("%zu %.6f %.6f\n", count, seconds(CLOCK_MONOTONIC) - begun,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - spent);

    pcap_close(in);
    free(packets);
    free(bytes);
    return 0;
}
