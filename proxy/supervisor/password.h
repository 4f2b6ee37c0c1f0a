/* SPDX-License-Identifier: BSD-2-Clause */
/* Passwords of TCP MD5 (RFC 2385), from files, for as long as it takes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PASSWORD_MAX 80 /* octets: the kernel's limit for TCP_MD5SIG */

#define PASSWORD_WHY_MAX 128

/* Which contents of which file, so that a change shows without keeping the
 * secret. */
struct password_id {
	uint64_t dev;
	uint64_t ino;
	uint64_t size;
	uint64_t changed_ns;
};

struct password {
	struct password_id id;
	size_t len;
	uint8_t octets[PASSWORD_MAX];
};

/*
 * Read path: a regular file of ours or of root, with no permission for group
 * or others, 1 to PASSWORD_MAX octets before a newline at the end. Returns 0,
 * or -1 and why ("is readable by group or others", PASSWORD_WHY_MAX octets);
 * then nothing of the secret is left in *out. The caller wipes *out with
 * password_wipe().
 */
int password_read(const char *path, struct password *out, char *why);

void password_wipe(struct password *password);

bool password_id_equal(
    const struct password_id *a, const struct password_id *b);
