/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks on what is said around the log's signature. Keys, notes and proofs are
 * looked into by who uses them (store/note.h, store/proof.h): most roles have
 * no hash function.
 */
#include "proxy/common/check.h"

#include <string.h>

#define CONSISTENCY_MAX 63 /* C2SP tlog-witness: lines of a proof */

static bool
check_proof(const struct proof *proof)
{
	return proof->n <= CONSISTENCY_MAX && proof->zero == 0;
}

/* Printable, and not empty. What stands behind the NUL is not looked at. */
static bool
check_word(const char *text, size_t size)
{
	if (!check_text(text, size) || text[0] == '\0')
		return false;
	for (size_t i = 0; text[i] != '\0'; i++) {
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return false;
	}
	return true;
}

/* A note's octets are counted, and none of them is NUL. */
static bool
check_note(const char *note, uint32_t len)
{
	return len <= NOTE_MAX && memchr(note, 0, len) == NULL;
}

bool
check_signer_hello(const struct msg_signer_hello *msg)
{
	if ((msg->state != SIGNER_READY && msg->state != SIGNER_FAILED) ||
	    msg->has_old > 1 ||
	    !check_text(msg->cosigner, sizeof(msg->cosigner)) ||
	    !check_text(msg->text, sizeof(msg->text)))
		return false;
	if (msg->state == SIGNER_READY &&
	    !check_word(msg->cosigner, sizeof(msg->cosigner)))
		return false;
	return msg->has_old == 1 ||
	       (msg->old_until_ns == 0 &&
		   check_zero(msg->old_key, sizeof(msg->old_key)) &&
		   check_zero(msg->by_new, sizeof(msg->by_new)) &&
		   check_zero(msg->by_old, sizeof(msg->by_old)));
}

bool
check_sign(const struct msg_sign *msg)
{
	return msg->request != 0 && msg->zero == 0 &&
	       check_word(
		   msg->checkpoint.origin, sizeof(msg->checkpoint.origin)) &&
	       check_proof(&msg->proof);
}

bool
check_cosign(const struct msg_cosign *msg)
{
	return msg->request != 0 && check_proof(&msg->proof) &&
	       check_note(msg->note, msg->note_len);
}

/* A note where there is a result, and only there. */
bool
check_signed(const struct msg_signed *msg)
{
	return msg->request != 0 && msg->result >= SIGN_DONE &&
	       msg->result <= SIGN_FAILED && msg->zero == 0 &&
	       (msg->result == SIGN_DONE) == (msg->note_len > 0) &&
	       check_note(msg->note, msg->note_len) &&
	       check_text(msg->text, sizeof(msg->text));
}

bool
check_submit(const struct msg_submit *msg)
{
	return msg->request != 0 && msg->zero == 0 &&
	       msg->witness < WITNESSES_MAX && check_proof(&msg->proof) &&
	       msg->note_len > 0 && check_note(msg->note, msg->note_len);
}

/* The body may be anything that fits. */
bool
check_submitted(const struct msg_submitted *msg)
{
	return msg->request != 0 && msg->witness < WITNESSES_MAX &&
	       (msg->status == 0 ||
		   (msg->status >= 100 && msg->status <= 999)) &&
	       msg->body_len <= sizeof(msg->body) &&
	       check_text(msg->text, sizeof(msg->text));
}
