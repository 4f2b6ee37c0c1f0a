/* SPDX-License-Identifier: BSD-2-Clause */
/* The signer over its channels: it signs what grows, keeps that first, and
 * refuses everything else. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/signer/rollover.h"
#include "tests/lib/signer_scene.h"

static struct small_tree tree, branch;

/* ---- stories ---- */

/* A log begins, grows, and is signed each time. */
static void
growing_log_is_signed(void **state)
{
	struct signer_world *world = *state;
	static const unsigned sizes[] = { 0, 1, 2, 7, 7, 8, 255, 256, 300 };

	for (unsigned i = 1; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(
		    signer_scene_sign(world, &tree, sizes[i - 1], sizes[i]),
		    SIGN_DONE);
		assert_int_equal(world->answer.request, 7);
		assert_int_equal(world->answer.last_size, sizes[i]);
		assert_true(
		    signer_scene_signed_by(world, world->hello.public_key));
	}
}

/* A log that is shorter than what was signed is not signed. */
static void
rolled_back_log_is_not_signed(void **state)
{
	struct signer_world *world = *state;
	uint8_t root[SEAL_LEN];

	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	assert_int_equal(
	    signer_scene_sign(world, &tree, 100, 150), SIGN_CONFLICT);
	assert_int_equal(world->answer.last_size, 200);
	small_tree_root(&tree, 200, root);
	assert_memory_equal(world->answer.last_root, root, SEAL_LEN);
	assert_int_equal(
	    signer_scene_sign(world, &tree, 0, 250), SIGN_CONFLICT);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 150), SIGN_BAD);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 250), SIGN_DONE);
}

/* Nor is one with another past, whatever is given as a proof. */
static void
forked_log_is_not_signed(void **state)
{
	struct signer_world *world = *state;
	struct msg_sign msg;

	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	assert_int_equal(
	    signer_scene_sign(world, &branch, 200, 250), SIGN_UNPROVEN);
	assert_int_equal(
	    signer_scene_sign(world, &branch, 200, 200), SIGN_CONFLICT);
	msg = signer_scene_sign_request(&tree, 200, 250);
	msg.proof.hash[1][5] ^= 1;
	assert_int_equal(
	    signer_scene_ask(world, &msg, sizeof(msg)), SIGN_UNPROVEN);
	msg = signer_scene_sign_request(&tree, 200, 250);
	msg.proof.n = 0;
	assert_int_equal(
	    signer_scene_ask(world, &msg, sizeof(msg)), SIGN_UNPROVEN);
	msg = signer_scene_sign_request(&tree, 200, 250);
	small_tree_root(&branch, 250, msg.checkpoint.root);
	assert_int_equal(
	    signer_scene_ask(world, &msg, sizeof(msg)), SIGN_UNPROVEN);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 250), SIGN_DONE);
}

/* All of it holds after a restart, too. */
static void
memory_outlives_a_restart(void **state)
{
	struct signer_world *world = *state;
	uint8_t key[SEAL_PUBLIC_LEN];

	memcpy(key, world->hello.public_key, sizeof(key));
	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	signer_scene_down(world);
	signer_scene_up(world);
	assert_memory_equal(key, world->hello.public_key, sizeof(key));
	assert_int_equal(
	    signer_scene_sign(world, &tree, 0, 100), SIGN_CONFLICT);
	assert_int_equal(
	    signer_scene_sign(world, &branch, 200, 250), SIGN_UNPROVEN);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 250), SIGN_DONE);
}

/* A signer whose memory was taken away signs nothing for a log that knows of a
 * checkpoint. */
static void
forgotten_checkpoint_is_noticed(void **state)
{
	struct signer_world *world = *state;
	char path[512];

	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	signer_scene_find_file(world, "own-", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    signer_scene_sign(world, &tree, 200, 250), SIGN_FORGOTTEN);
	assert_int_equal(world->answer.last_size, 0);
}

/* A memory that was changed, or is another's, is not believed. */
static void
changed_memory_is_not_believed(void **state)
{
	struct signer_world *world = *state;
	char path[512], note[NOTE_MAX];
	FILE *file;
	size_t len;

	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	signer_scene_find_file(world, "own-", path);
	file = fopen(path, "re");
	assert_non_null(file);
	len = fread(note, 1, sizeof(note), file);
	(void)fclose(file);
	for (size_t at = 0; at < len; at += 5) {
		note[at] = (char)(note[at] ^ 1);
		(void)unlink(path);
		file = fopen(path, "we");
		assert_non_null(file);
		assert_int_equal(fwrite(note, 1, len, file), len);
		(void)fclose(file);
		assert_int_equal(chmod(path, 0400), 0);
		assert_int_equal(
		    signer_scene_sign(world, &tree, 200, 250), SIGN_FAILED);
		assert_true(world->answer.text[0] != '\0');
		note[at] = (char)(note[at] ^ 1);
	}
}

/* What cannot be kept is not signed; when there is room again, it goes on. */
static void
full_disk_signs_nothing(void **state)
{
	struct signer_world *world = *state;
	struct rlimit none = { 10, RLIM_INFINITY }, before;

	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(
	    signer_scene_sign(world, &tree, 200, 250), SIGN_FAILED);
	assert_non_null(strstr(world->answer.text, "cannot be kept"));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 240), SIGN_DONE);
}

/* After a rotation both keys sign, and both signed the statement. */
static void
rotation_is_signed_by_both(void **state)
{
	struct signer_world *world = *state;
	const struct msg_rotate rotate = { .head.kind = MSG_ROTATE };
	uint8_t old[SEAL_PUBLIC_LEN];
	struct rollover rollover, told;
	char text[ENTRY_TEXT_MAX], evidence[EVIDENCE_MAX];

	memcpy(old, world->hello.public_key, sizeof(old));
	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	(void)signer_scene_ask(world, &rotate, sizeof(rotate));
	assert_int_equal(world->hellos, 2);
	assert_int_equal(world->hello.state, SIGNER_READY);
	assert_int_equal(world->hello.has_old, 1);
	assert_memory_equal(world->hello.old_key, old, sizeof(old));
	rollover_of_hello(&world->hello, &rollover);
	assert_true(rollover_verify(&rollover));
	/* As the log tells of it, it can be verified, too. */
	rollover_tell(&rollover, text, evidence);
	assert_int_equal(rollover_read(text, evidence, &told), 0);
	assert_memory_equal(&told, &rollover, sizeof(told));
	evidence[strlen(evidence) - 1] = '\0';
	assert_int_equal(rollover_read(text, evidence, &told), -1);
	assert_int_equal(rollover_read("public key", "", &told), -1);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 250), SIGN_DONE);
	assert_true(signer_scene_signed_by(world, old));
	assert_true(signer_scene_signed_by(world, world->hello.public_key));

	/* Thirty days later the old one is gone, and what it signed is not
	 * forgotten. */
	assert_true(signer_tick(world->signer, world->hello.old_until_ns));
	assert_int_equal(signer_scene_sign(world, &tree, 250, 260), SIGN_DONE);
	assert_false(signer_scene_signed_by(world, old));
	assert_true(signer_scene_signed_by(world, world->hello.public_key));
}

/* No key follows another within a minute. */
static void
rotations_are_a_minute_apart(void **state)
{
	struct signer_world *world = *state;
	struct msg_signer_hello failed;
	const uint64_t now_ns = UINT64_C(1800000000000000000);

	assert_int_equal(signer_rotate(world->signer, now_ns, &failed), 0);
	assert_int_equal(
	    signer_rotate(world->signer, now_ns + 59999999999, &failed), -1);
	assert_int_equal(failed.state, SIGNER_FAILED);
	assert_non_null(strstr(failed.text, "not a minute old"));
	assert_int_equal(
	    signer_rotate(world->signer, now_ns + 60000000000, &failed), 0);
}

/* Nobody fills the folder with logs that are begun. */
static void
logs_are_begun_slowly(void **state)
{
	struct signer_world *world = *state;
	const uint64_t now_ns = UINT64_C(1800000000000000000);
	const uint64_t hour_ns = UINT64_C(3600000000000);
	struct msg_sign msg = signer_scene_sign_request(&tree, 0, 200);
	struct msg_signed out = { 0 };
	unsigned begun = 0;

	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(
		    msg.checkpoint.origin, NOTE_NAME_MAX, "log/%u", i);
		signer_sign(world->signer, &msg, now_ns, &out);
		begun += out.result == SIGN_DONE;
	}
	assert_int_equal(begun, 8);
	assert_non_null(strstr(out.text, "within an hour"));
	signer_sign(world->signer, &msg, now_ns + hour_ns, &out);
	assert_int_equal(out.result, SIGN_DONE);
}

/* A log that has been quiet since the rotation goes on after it. */
static void
quiet_log_outlives_the_old_key(void **state)
{
	struct signer_world *world = *state;
	const struct msg_rotate rotate = { .head.kind = MSG_ROTATE };

	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
	(void)signer_scene_ask(world, &rotate, sizeof(rotate));
	assert_true(signer_tick(world->signer, world->hello.old_until_ns));
	assert_int_equal(
	    signer_scene_sign(world, &branch, 200, 250), SIGN_UNPROVEN);
	assert_int_equal(signer_scene_sign(world, &tree, 200, 250), SIGN_DONE);
}

/* A folder that others may use: no key, no signature, and the reason. */
static void
loose_folder_is_told(void **state)
{
	struct signer_world *world = *state;

	signer_scene_down(world);
	assert_int_equal(chmod(world->path, 0750), 0);
	signer_scene_up(world);
	assert_int_equal(world->hello.state, SIGNER_FAILED);
	assert_non_null(strstr(world->hello.text, "0700"));
	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_FAILED);
	assert_int_equal(chmod(world->path, 0700), 0);
	assert_true(signer_tick(world->signer, 1));
	assert_int_equal(signer_scene_sign(world, &tree, 0, 200), SIGN_DONE);
}

/* Another's log is cosigned when it grows. */
static void
growing_log_is_cosigned(void **state)
{
	struct signer_world *world = *state;
	struct msg_cosign msg =
	    signer_scene_cosign_request(world, &tree, 0, 100);
	struct note_key cosigner;
	char note[NOTE_MAX];
	size_t len = msg.note_len, text_len;
	struct checkpoint checkpoint;

	assert_int_equal(note_key_parse(world->hello.cosigner, &cosigner), 0);
	signer_scene_connect(world, world->witness);
	assert_int_equal(signer_scene_ask(world, &msg, sizeof(msg)), SIGN_DONE);
	memcpy(note, msg.note, len);
	assert_int_equal(
	    checkpoint_parse(note, len, &checkpoint, &text_len), 0);
	assert_int_equal(note_add(note, sizeof(note), &len, text_len,
			     world->answer.note, &cosigner),
	    1);
	assert_true(note_verify(note, len, &cosigner, NULL));
	assert_int_equal(len, msg.note_len + world->answer.note_len);
	assert_int_equal(
	    signer_scene_cosign(world, &tree, 100, 200), SIGN_DONE);
	assert_int_equal(
	    signer_scene_cosign(world, &tree, 200, 200), SIGN_DONE);
}

/* The order of faults is the one of C2SP tlog-witness. */
static void
faults_of_a_request_to_cosign_are_told_in_order(void **state)
{
	struct signer_world *world = *state;
	struct msg_cosign msg;

	signer_scene_connect(world, world->witness);
	assert_int_equal(signer_scene_cosign(world, &tree, 0, 100), SIGN_DONE);
	msg = signer_scene_cosign_request(world, &branch, 150, 120);
	msg.note[0] ^= 1;
	assert_int_equal(
	    signer_scene_ask(world, &msg, sizeof(msg)), SIGN_UNKNOWN);
	msg.note[0] ^= 1;
	msg.note[strlen(SIGNER_OTHER) + 8] =
	    msg.note[strlen(SIGNER_OTHER) + 8] == 'A' ? 'B' : 'A';
	assert_int_equal(
	    signer_scene_ask(world, &msg, sizeof(msg)), SIGN_FORBIDDEN);
	assert_int_equal(
	    signer_scene_cosign(world, &branch, 150, 120), SIGN_BAD);
	assert_int_equal(
	    signer_scene_cosign(world, &branch, 50, 250), SIGN_CONFLICT);
	assert_int_equal(world->answer.last_size, 100);
	msg = signer_scene_cosign_request(world, &tree, 100, 200);
	msg.proof.n--;
	assert_int_equal(
	    signer_scene_ask(world, &msg, sizeof(msg)), SIGN_UNPROVEN);
	msg.note_len--;
	assert_int_equal(signer_scene_ask(world, &msg, sizeof(msg)), SIGN_BAD);
	assert_int_equal(
	    signer_scene_cosign(world, &tree, 100, 200), SIGN_DONE);
	assert_int_equal(
	    signer_scene_cosign(world, &branch, 200, 200), SIGN_CONFLICT);
	assert_int_equal(
	    signer_scene_cosign(world, &branch, 200, 250), SIGN_UNPROVEN);
}

/* Each link takes its own requests, well-formed, and nothing else. */
static void
request_out_of_turn_breaks_the_link(void **state)
{
	struct signer_world *world = *state;
	struct msg_sign msg = signer_scene_sign_request(&tree, 0, 100);

	signer_scene_connect(world, world->witness);
	(void)signer_scene_ask(world, &msg, sizeof(msg));
	assert_true(world->closed);
	assert_true(link_broken(world->witness));
	assert_false(link_broken(world->store));
	signer_scene_connect(world, world->store);
	signer_scene_wait(world);
	msg.proof.n = UINT32_MAX;
	(void)signer_scene_ask(world, &msg, sizeof(msg));
	assert_true(world->closed);
	assert_true(link_broken(world->store));
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
	    f, signer_scene_setup, signer_scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(growing_log_is_signed),
		TEST(rolled_back_log_is_not_signed),
		TEST(forked_log_is_not_signed),
		TEST(memory_outlives_a_restart),
		TEST(forgotten_checkpoint_is_noticed),
		TEST(changed_memory_is_not_believed),
		TEST(full_disk_signs_nothing),
		TEST(rotation_is_signed_by_both),
		TEST(rotations_are_a_minute_apart),
		TEST(logs_are_begun_slowly),
		TEST(quiet_log_outlives_the_old_key),
		TEST(loose_folder_is_told),
		TEST(growing_log_is_cosigned),
		TEST(faults_of_a_request_to_cosign_are_told_in_order),
		TEST(request_out_of_turn_breaks_the_link),
	};

	small_tree_grow(&tree, 0, 0);
	small_tree_grow(&branch, 0, 0);
	small_tree_grow(&branch, 90, 1);
	return cmocka_run_group_tests_name("signer", tests, NULL, NULL);
}
