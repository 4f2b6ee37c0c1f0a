/* SPDX-License-Identifier: BSD-2-Clause */
/* What "sluice help" says. */
#pragma once

#include <stdio.h>

/* Of one verb (enum args_verb), or of all with ARGS_NONE. */
void help_print(unsigned verb, FILE *out);
