/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text that witnesses exchange (C2SP tlog-witness, add-checkpoint), read
 * and written. Pure; what is read may come from anywhere. Whether a note is
 * signed, and by whom, is the signer's to say: here it has the right form.
 *
 *   old 20852014       entries that the log's last cosigned checkpoint had
 *   PlRNCrwHpqhG…      at most REQUEST_HASHES_MAX lines: the consistency proof
 *                      (empty line)
 *   example.net/edge1  the checkpoint, a signed note, to the end
 *   …
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/note.h"
#include "store/proof.h"

#define REQUEST_HASHES_MAX 63u
/* "old " and 20 digits; hashes; an empty line; the note. */
#define REQUEST_MAX        (25u + REQUEST_HASHES_MAX * 45u + 1u + NOTE_MAX)

struct request {
	uint64_t old_size;
	struct proof proof;
	const char *note; /* borrowed: inside the text */
	size_t note_len;  /* 1 to NOTE_MAX */
};

/* Read len octets, all of them. 0, or -1: it is no request. */
int request_parse(const char *text, size_t len, struct request *request);

/* The other way. Returns the length, or -1: it does not fit, or the proof is
 * longer than a request may have. No NUL is written. */
int request_print(const struct request *request, char *buf, size_t size);

/* A decimal number with nothing in front, and a newline (text/x.tlog.size).
 * 0 or -1. */
int request_parse_size(const char *text, size_t len, uint64_t *size);

/* One or more lines that begin as a signature does, and nothing else. */
bool request_is_signatures(const char *text, size_t len);
