#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the two sounds of this scenario, a second each, as G.711 mu-law (PCMU): tone.pcap, 50 RTP packets of 440 Hz, for
play_pcap_audio, and tone.raw, the bare samples of 880 Hz, for rtp_stream. Run it in this folder."""
import math
import struct

RATE, SAMPLES = 8000, 160       # samples a second, and in a packet of 20 ms
SSRC = 0x0a440440


def mu_law(sample):
    """ITU-T G.711: sign, exponent, mantissa, all inverted."""
    sign, size = (0x80 if sample < 0 else 0), min(abs(sample), 32635) + 132
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | size >> (exponent + 3) & 15) & 255


def tone(hertz):
    return bytes(mu_law(round(8000 * math.sin(2 * math.pi * hertz * i / RATE))) for i in range(RATE))


def frame(number, samples):
    """Ethernet, IPv4, UDP, RTP. Addresses, ports (but for their distances) and checksums do not matter to SIPp."""
    rtp = struct.pack('>BBHII', 0x80, 0x80 if number == 0 else 0, number, number * SAMPLES, SSRC) + samples
    udp = struct.pack('>HHHH', 6000, 6000, 8 + len(rtp), 0) + rtp
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0, bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
    return bytes(12) + b'\x08\x00' + ip + udp


def main():
    sound = tone(440)
    with open('tone.pcap', 'wb') as file:
        file.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number in range(RATE // SAMPLES):
            data = frame(number, sound[number * SAMPLES:][:SAMPLES])
            file.write(struct.pack('<IIII', 1767225600, number * 20000, len(data), len(data)) + data)
    with open('tone.raw', 'wb') as file:
        file.write(tone(880))


if __name__ == '__main__':
    main()
