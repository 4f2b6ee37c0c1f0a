/* SPDX-License-Identifier: BSD-2-Clause */
/* From the table to a program that the kernel runs at each system call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <linux/filter.h>

#include "proxy/common/message_base.h"

#define FILTER_MAX 1024 /* instructions; the kernel takes 4096 */

/*
 * The filter of a role whose process number is self. Writes at most FILTER_MAX
 * instructions to out and returns how many; 0: no room, or no filter for this
 * processor.
 *
 * Calls of another processor mode (32 bit, x32) are the process's end. No jump
 * leads back, none out of the program, and its last instruction is reached by
 * all that nothing else was said of.
 */
size_t filter_make(enum role role, uint32_t self, struct sock_filter *out);
