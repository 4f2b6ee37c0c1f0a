/* SPDX-License-Identifier: BSD-2-Clause */
/* Key chains in a configuration's messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/cfg_samples.h"

static struct msg_cfg_neighbor
signed_of(const char *name, uint8_t host)
{
	struct msg_cfg_neighbor msg = neighbor_of(0, name, host);

	msg.authenticated = AUTH_AO;
	return msg;
}

static struct msg_cfg_key
key_of(uint8_t send_id, uint8_t receive_id)
{
	return (struct msg_cfg_key){
		.head = { sizeof(struct msg_cfg_key), MSG_CFG_KEY, 0 },
		.send_id = send_id,
		.receive_id = receive_id,
		.algorithm = AO_CMAC_AES128,
		.file = "/etc/sluice/key",
	};
}

static int
setup(void **state)
{
	*state = begun();
	return 0;
}

static int
teardown(void **state)
{
	cfg_set_free(*state);
	return 0;
}

/* Each neighbour has its own, in the order of the file. */
static void
chains_are_kept_by_neighbour(void **state)
{
	struct cfg_set *set = *state;
	const struct msg_cfg_key *keys;
	uint32_t n;

	TAKE(set, signed_of("acme/1", 1));
	TAKE(set, key_of(1, 11));
	TAKE(set, key_of(0, 255));
	TAKE(set, neighbor_of(0, "acme/2", 2));
	TAKE(set, signed_of("acme/3", 3));
	TAKE(set, key_of(1, 11));
	keys = cfg_set_keys(set, 0, &n);
	assert_int_equal(n, 2);
	assert_int_equal(keys[0].send_id, 1);
	assert_int_equal(keys[1].receive_id, 255);
	assert_null(cfg_set_keys(set, 1, &n));
	assert_int_equal(n, 0);
	assert_non_null(cfg_set_keys(set, 2, &n));
	assert_int_equal(n, 1);
}

/* The guard has nothing to do with them. */
static void
keys_are_kept_from_the_guard(void **state)
{
	struct cfg_set *set = *state;
	const struct msg_head *head;
	size_t at = 0;

	TAKE(set, signed_of("acme/1", 1));
	TAKE(set, key_of(1, 11));
	TAKE(set, end_of());
	while ((head = cfg_set_next(set, &at)) != NULL)
		assert_int_not_equal(head->kind, MSG_CFG_KEY);
}

static void
neighbour_without_its_key_is_refused(void **state)
{
	struct cfg_set *set = *state;

	TAKE(set, signed_of("acme/1", 1));
	REFUSE(set, neighbor_of(0, "acme/2", 2));
}

static void
last_neighbour_without_its_key_is_refused(void **state)
{
	struct cfg_set *set = *state;

	TAKE(set, signed_of("acme/1", 1));
	REFUSE(set, end_of());
}

static void
key_of_nobody_is_refused(void **state)
{
	struct cfg_set *set = *state;

	REFUSE(set, key_of(1, 11));
	TAKE(set, neighbor_of(0, "acme/1", 1));
	REFUSE(set, key_of(1, 11));
}

static void
id_for_the_second_time_is_refused(void **state)
{
	struct cfg_set *set = *state;

	TAKE(set, signed_of("acme/1", 1));
	TAKE(set, key_of(1, 11));
	REFUSE(set, key_of(1, 12));
	REFUSE(set, key_of(2, 11));
	TAKE(set, key_of(11, 1));
}

static void
keys_have_a_bound(void **state)
{
	struct cfg_set *set = *state;

	TAKE(set, signed_of("acme/1", 1));
	for (uint8_t i = 0; i < AO_KEYS_MAX; i++)
		TAKE(set, key_of(i, i));
	REFUSE(set, key_of(AO_KEYS_MAX, AO_KEYS_MAX));
}

/* ---- fields ---- */

static void
no_algorithm(struct msg_cfg_key *m)
{
	m->algorithm = 0;
}
static void
algorithm_unknown(struct msg_cfg_key *m)
{
	m->algorithm = AO_HMAC_SHA256 + 1;
}
static void
options_of_two(struct msg_cfg_key *m)
{
	m->exclude_options = 2;
}
static void
file_relative(struct msg_cfg_key *m)
{
	m->file[0] = 'x';
}
static void
file_without_end(struct msg_cfg_key *m)
{
	memset(m->file, '/', sizeof(m->file));
}
static void
end_before_beginning(struct msg_cfg_key *m)
{
	m->from_s = 10;
	m->until_s = 10;
}
static void
padding(struct msg_cfg_key *m)
{
	m->zero = 1;
}

static struct row {
	const char *name;
	void (*spoil)(struct msg_cfg_key *msg);
} rows[] = {
	{ "no_algorithm_is_refused", no_algorithm },
	{ "algorithm_unknown_is_refused", algorithm_unknown },
	{ "options_of_two_are_refused", options_of_two },
	{ "file_relative_is_refused", file_relative },
	{ "file_without_end_is_refused", file_without_end },
	{ "end_before_beginning_is_refused", end_before_beginning },
	{ "padding_is_refused", padding },
};

static void
key_is_refused(void **state)
{
	const struct row *row = *state;
	struct cfg_set *set = begun();
	struct msg_cfg_key key = key_of(1, 1);

	TAKE(set, signed_of("acme/1", 1));
	TAKE(set, key);
	key = key_of(2, 2);
	row->spoil(&key);
	REFUSE(set, key);
	cfg_set_free(set);
}

#define N    (sizeof(rows) / sizeof(rows[0]))
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	struct CMUnitTest tests[N + 7] = {
		T(chains_are_kept_by_neighbour),
		T(keys_are_kept_from_the_guard),
		T(neighbour_without_its_key_is_refused),
		T(last_neighbour_without_its_key_is_refused),
		T(key_of_nobody_is_refused),
		T(id_for_the_second_time_is_refused),
		T(keys_have_a_bound),
	};

	for (size_t i = 0; i < N; i++)
		tests[7 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = key_is_refused,
			.initial_state = &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
