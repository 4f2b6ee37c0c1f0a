/* SPDX-License-Identifier: BSD-2-Clause */
/* Proof files from anywhere: what parses prints as it was, and nothing that is
 * not signed by the key holds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/proof.h"

#define RECORD_SIZE 65535u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int holds)
{
	if (!holds)
		abort();
}

static void
check_file(const struct proof_file *file, const char *text, size_t len)
{
	static const uint8_t nobody[SEAL_PUBLIC_LEN] = { 7 };
	struct checkpoint checkpoint;
	struct note_key key;
	char *buf = malloc(len + 1);

	if (buf == NULL)
		return;
	check(file->index <= INT64_MAX && file->proof.n <= PROOF_MAX);
	check(file->record_len <= RECORD_SIZE && file->note_len <= NOTE_MAX);
	check(proof_file_print(file, buf, len + 1) == (int)len);
	check(memcmp(buf, text, len) == 0);
	check(note_key_make(&key, "nobody", NOTE_ED25519, nobody) == 0);
	check(proof_file_check(file, &key, &checkpoint) != NULL);
	free(buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t record[RECORD_SIZE];
	struct proof_file file;
	char *exact;

	if (size == 0 || seal_init() != 0)
		return 0;
	exact = malloc(size);
	if (exact == NULL)
		return 0;
	memcpy(exact, data, size);
	if (proof_file_parse(exact, size, &file, record, sizeof(record)) == 0)
		check_file(&file, exact, size);
	free(exact);
	return 0;
}
