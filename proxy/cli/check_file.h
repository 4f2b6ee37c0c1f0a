/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice check FILE": the loader looks at it. */
#pragma once

#include <stdbool.h>

/*
 * Become sluice-loader: the one beside this program, else the installed one.
 * Returns only when there is none that can be run; -errno.
 */
int check_file(const char *path, bool json);
