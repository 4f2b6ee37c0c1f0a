/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a role cannot use its folder: whose it is. */
#pragma once

#include <stddef.h>

#define OWNER_WHY_MAX 192 /* octets, with the NUL */

/*
 * Fill in what is amiss with the folder, or with the file of this name in it,
 * which need not be there: it belongs to another user than the process runs as
 * (as after a start as root), others may write to it, or errno's text. "" when
 * nothing of this is.
 */
void owner_say(const char *folder, const char *file, char why[OWNER_WHY_MAX]);
