/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages around the log's signature: a sound one passes, each single fault
 * does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"

/* One of each, sound. */
struct sound {
	struct msg_signer_hello hello;
	struct msg_sign sign;
	struct msg_cosign cosign;
	struct msg_signed answer;
	struct msg_submit submit;
	struct msg_submitted submitted;
};

static void
make_sound(struct sound *sound)
{
	memset(sound, 0, sizeof(*sound));
	sound->hello.state = SIGNER_READY;
	(void)snprintf(
	    sound->hello.cosigner, sizeof(sound->hello.cosigner), "key");
	sound->sign.request = 1;
	(void)snprintf(sound->sign.checkpoint.origin, NOTE_NAME_MAX, "log");
	sound->sign.proof.n = 63;
	sound->cosign.request = 1;
	memset(sound->cosign.note, 'x', NOTE_MAX);
	sound->cosign.note_len = NOTE_MAX;
	sound->answer.request = 1;
	sound->answer.result = SIGN_DONE;
	sound->answer.note_len = 1;
	sound->answer.note[0] = 'x';
	sound->submit.request = 1;
	sound->submit.witness = WITNESSES_MAX - 1;
	sound->submit.note_len = 1;
	sound->submit.note[0] = 'x';
	sound->submitted.request = 1;
	sound->submitted.status = 200;
	sound->submitted.body_len = NOTE_MAX;
}

static bool
all_pass(const struct sound *sound)
{
	return check_signer_hello(&sound->hello) && check_sign(&sound->sign) &&
	       check_cosign(&sound->cosign) && check_signed(&sound->answer) &&
	       check_submit(&sound->submit) &&
	       check_submitted(&sound->submitted);
}

struct row {
	const char *name;
	size_t offset; /* of what is spoilt */
	size_t size;
	uint8_t octet; /* all of it is set to that */
};

#define SPOIL(text, field, octet)                                              \
	{                                                                      \
		text, offsetof(struct sound, field),                           \
		    sizeof(((struct sound *)0)->field), octet                  \
	}

static const struct row rows[] = {
	SPOIL("hello_without_state", hello.state, 0),
	SPOIL("hello_of_unknown_state", hello.state, 3),
	SPOIL("hello_of_two_old_keys", hello.has_old, 2),
	SPOIL("hello_without_cosigner", hello.cosigner, 0),
	SPOIL("hello_cosigner_without_end", hello.cosigner, 'x'),
	SPOIL("hello_text_without_end", hello.text, 'x'),
	SPOIL("hello_old_key_without_one", hello.old_key, 1),
	SPOIL("hello_old_signature_without_one", hello.by_old, 1),
	SPOIL("hello_new_signature_without_one", hello.by_new, 1),
	SPOIL("hello_until_without_old_key", hello.old_until_ns, 1),
	SPOIL("sign_without_request", sign.request, 0),
	SPOIL("sign_not_zero", sign.zero, 1),
	SPOIL("sign_without_origin", sign.checkpoint.origin, 0),
	SPOIL("sign_origin_without_end", sign.checkpoint.origin, 'x'),
	SPOIL("sign_proof_too_long", sign.proof.n, 64),
	SPOIL("sign_proof_far_too_long", sign.proof.n, 0xff),
	SPOIL("sign_proof_not_zero", sign.proof.zero, 1),
	SPOIL("cosign_without_request", cosign.request, 0),
	SPOIL("cosign_note_too_long", cosign.note_len, 0xff),
	SPOIL("cosign_note_with_nul", cosign.note, 0),
	SPOIL("cosign_proof_too_long", cosign.proof.n, 64),
	SPOIL("signed_without_request", answer.request, 0),
	SPOIL("signed_without_result", answer.result, 0),
	SPOIL("signed_unknown_result", answer.result, 9),
	SPOIL("signed_refusal_with_note", answer.result, SIGN_BAD),
	SPOIL("signed_without_note", answer.note_len, 0),
	SPOIL("signed_note_too_long", answer.note_len, 0xff),
	SPOIL("signed_text_without_end", answer.text, 'x'),
	SPOIL("submit_without_request", submit.request, 0),
	SPOIL("submit_to_no_witness", submit.witness, WITNESSES_MAX),
	SPOIL("submit_without_note", submit.note_len, 0),
	SPOIL("submit_note_too_long", submit.note_len, 0xff),
	SPOIL("submit_proof_too_long", submit.proof.n, 64),
	SPOIL("submitted_without_request", submitted.request, 0),
	SPOIL("submitted_by_no_witness", submitted.witness, WITNESSES_MAX),
	SPOIL("submitted_body_too_long", submitted.body_len, 0xff),
	SPOIL("submitted_status_too_large", submitted.status, 0xff),
	SPOIL("submitted_text_without_end", submitted.text, 'x'),
};

/* Numbers are set to the octet's value, texts are filled with it. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	static struct sound sound;
	uint8_t *at = (uint8_t *)&sound + row->offset;
	uint32_t number = row->octet == 0xff ? UINT32_MAX : row->octet;

	make_sound(&sound);
	assert_true(all_pass(&sound));
	memset(at, row->octet, row->size);
	if (row->size == sizeof(number))
		memcpy(at, &number, sizeof(number));
	assert_false(all_pass(&sound));
}

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	struct CMUnitTest tests[N_ROWS] = { 0 };

	for (size_t i = 0; i < N_ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("check_seal", tests, NULL, NULL);
}
