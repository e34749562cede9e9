/* SPDX-License-Identifier: MIT */
/* script/names.txt as a text. */
#ifndef MODEL_KAMAILIO_SCRIPT_NAMES_H
#define MODEL_KAMAILIO_SCRIPT_NAMES_H

extern const char kam_names[];

#endif
