/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SIPP_PROCESS_ADDRESS_H
#define MODEL_SIPP_PROCESS_ADDRESS_H

#include "base/span.h"

/* Reads an IPv4 address as inet_aton() does: the last of up to four parts fills the bytes that are left. */
bool address_read(struct span host, uint32_t *ip);

#endif
