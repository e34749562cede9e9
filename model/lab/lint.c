/* SPDX-License-Identifier: MIT */
#include "model/lab/lab.h"

void lab_check_file(struct source_set *sources, const struct source *file, bool is_xml, struct diag *diag) {
    if (is_xml)
        sipp_program_free(sipp_program_load(file, NULL, NULL, 0, diag));
    else
        kam_program_free(kam_program_load(file, sources, NULL, diag));
}
