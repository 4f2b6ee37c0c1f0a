/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs for listeners, run here by an interpreter of the few instructions
 * that they are made of, and compared with the plain check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/prefix.h"
#include "proxy/supervisor/source_filter.h"

#define ROWS_MAX 4096

static struct sock_filter code[SOURCE_FILTER_MAX];
static struct source_row rows[ROWS_MAX];

/* ---- the machine ---- */

static uint32_t
load(const uint8_t *header, size_t header_len, struct sock_filter at)
{
	size_t size = BPF_SIZE(at.code) == BPF_W ? 4 : 1;
	uint32_t from = at.k - (uint32_t)SKF_NET_OFF;
	uint32_t value = 0;

	assert_true(from + size <= header_len);
	for (size_t i = 0; i < size; i++)
		value = value << 8 | header[from + i];
	return value;
}

static bool
holds(struct sock_filter at, uint32_t a)
{
	switch (BPF_OP(at.code)) {
	case BPF_JEQ:
		return a == at.k;
	case BPF_JGE:
		return a >= at.k;
	case BPF_JGT:
		return a > at.k;
	default:
		fail_msg("an operation that nobody wrote: %#x", at.code);
	}
	return false;
}

/* Run it on this network header. Adds the steps to *steps. */
static bool
run(const uint8_t *header, size_t header_len, unsigned length, uint64_t *steps)
{
	uint32_t a = 0;

	for (size_t at = 0;; at++) {
		struct sock_filter now;

		assert_true(at < length);
		(*steps)++;
		now = code[at];
		if (BPF_CLASS(now.code) == BPF_RET) {
			assert_true(now.k == 0 || now.k == UINT32_MAX);
			return now.k != 0;
		}
		if (BPF_CLASS(now.code) == BPF_LD)
			a = load(header, header_len, now);
		else if (now.code == (BPF_JMP | BPF_JA))
			at += now.k;
		else
			at += holds(now, a) ? now.jt : now.jf;
	}
}

/* A segment from this address with this TTL. */
static bool
passes(unsigned afi, const uint8_t *addr, uint8_t ttl, unsigned length)
{
	uint8_t header[40] = { 0 };
	uint64_t steps = 0;

	memset(header, 0xa5, sizeof(header));
	if (afi == AFI_IPV4) {
		header[8] = ttl;
		memcpy(&header[12], addr, 4);
		return run(header, 20, length, &steps);
	}
	header[7] = ttl;
	memcpy(&header[8], addr, ADDRESS_MAX);
	return run(header, sizeof(header), length, &steps);
}

/* ---- a table ---- */

struct text_row {
	const char *prefix;
	uint8_t least;
};

struct question {
	const char *name;
	unsigned afi;
	const char *address;
	uint8_t ttl;
	bool wanted;
};

static const struct text_row known[] = {
	{ "192.0.2.1/32", 0 },
	{ "192.0.2.2/32", 255 },
	{ "192.0.2.3/32", 254 },
	{ "198.51.100.0/28", 255 },
	{ "198.51.100.7/32", 0 },
	{ "203.0.113.0/24", 0 },
	{ "203.0.113.9/32", 255 },
	{ "0.0.0.0/32", 0 },
	{ "255.255.255.255/32", 0 },
	{ "2001:db8::1/128", 0 },
	{ "2001:db8::2/128", 255 },
	{ "2001:db8:1::/48", 255 },
	{ "2001:db8:1:2::9/128", 0 },
	{ "2001:db8:2::/63", 0 },
	{ "fe80::1/128", 255 },
};

static struct question questions[] = {
	{ "neighbor_passes", AFI_IPV4, "192.0.2.1", 1, true },
	{ "stranger_is_dropped", AFI_IPV4, "192.0.2.4", 255, false },
	{ "one_below_is_dropped", AFI_IPV4, "192.0.1.255", 255, false },
	{ "secured_neighbor_passes", AFI_IPV4, "192.0.2.2", 255, true },
	{ "secured_neighbor_from_afar_is_dropped", AFI_IPV4, "192.0.2.2", 254,
	    false },
	{ "two_hops_pass", AFI_IPV4, "192.0.2.3", 254, true },
	{ "three_hops_are_dropped", AFI_IPV4, "192.0.2.3", 253, false },
	{ "first_of_range_passes", AFI_IPV4, "198.51.100.0", 255, true },
	{ "last_of_range_passes", AFI_IPV4, "198.51.100.15", 255, true },
	{ "behind_range_is_dropped", AFI_IPV4, "198.51.100.16", 255, false },
	{ "before_range_is_dropped", AFI_IPV4, "198.51.99.255", 255, false },
	{ "range_from_afar_is_dropped", AFI_IPV4, "198.51.100.8", 254, false },
	{ "exact_in_range_has_its_own", AFI_IPV4, "198.51.100.7", 3, true },
	{ "secured_exact_in_range", AFI_IPV4, "203.0.113.9", 254, false },
	{ "beside_exact_in_range", AFI_IPV4, "203.0.113.10", 1, true },
	{ "lowest_address", AFI_IPV4, "0.0.0.0", 1, true },
	{ "above_lowest", AFI_IPV4, "0.0.0.1", 1, false },
	{ "highest_address", AFI_IPV4, "255.255.255.255", 1, true },
	{ "below_highest", AFI_IPV4, "255.255.255.254", 1, false },
	{ "neighbor6_passes", AFI_IPV6, "2001:db8::1", 1, true },
	{ "stranger6_is_dropped", AFI_IPV6, "2001:db8::3", 255, false },
	{ "stranger6_of_other_word", AFI_IPV6, "2001:db8:0:1::1", 255, false },
	{ "secured6_passes", AFI_IPV6, "2001:db8::2", 255, true },
	{ "secured6_from_afar_is_dropped", AFI_IPV6, "2001:db8::2", 64, false },
	{ "range6_passes", AFI_IPV6, "2001:db8:1:ffff::1", 255, true },
	{ "range6_from_afar_is_dropped", AFI_IPV6, "2001:db8:1:ffff::1", 254,
	    false },
	{ "exact6_in_range_has_its_own", AFI_IPV6, "2001:db8:1:2::9", 9, true },
	{ "beside_exact6_in_range", AFI_IPV6, "2001:db8:1:2::a", 9, false },
	{ "odd_range6_passes", AFI_IPV6, "2001:db8:2:1::", 1, true },
	{ "behind_odd_range6", AFI_IPV6, "2001:db8:2:2::", 1, false },
	{ "link_local_passes", AFI_IPV6, "fe80::1", 255, true },
	{ "link_local_stranger", AFI_IPV6, "fe80::2", 255, false },
	{ "mapped_is_dropped", AFI_IPV6, "::ffff:192.0.2.1", 255, false },
};

static uint32_t
known_fill(unsigned afi)
{
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct prefix prefix;

		assert_int_equal(prefix_parse(known[i].prefix, &prefix), 0);
		if (prefix.afi != afi)
			continue;
		memset(&rows[n], 0, sizeof(rows[n]));
		memcpy(rows[n].addr, prefix.addr, sizeof(rows[n].addr));
		rows[n].len = prefix.len;
		rows[n].least = known[i].least;
		n++;
	}
	return n;
}

static void
question_is_answered(void **state)
{
	const struct question *question = *state;
	uint8_t addr[ADDRESS_MAX] = { 0 };
	int length = source_filter_build(
	    question->afi, rows, known_fill(question->afi), code);

	assert_true(length > 0);
	assert_int_equal(
	    inet_pton(question->afi == AFI_IPV4 ? AF_INET : AF_INET6,
		question->address, addr),
	    1);
	assert_int_equal(
	    passes(question->afi, addr, question->ttl, (unsigned)length),
	    question->wanted);
}

/* ---- the plain check ---- */

static bool
row_contains(const struct source_row *row, const uint8_t *addr)
{
	for (unsigned bit = 0; bit < row->len; bit++) {
		uint8_t mask = (uint8_t)(0x80u >> bit % 8);

		if (((row->addr[bit / 8] ^ addr[bit / 8]) & mask) != 0)
			return false;
	}
	return true;
}

static bool
plain(uint32_t n, const uint8_t *addr, uint8_t ttl)
{
	const struct source_row *best = NULL;

	for (uint32_t i = 0; i < n; i++) {
		const struct source_row *row = &rows[i];

		if (!row_contains(row, addr))
			continue;
		if (best == NULL || row->len > best->len ||
		    (row->len == best->len && row->least < best->least))
			best = row;
	}
	return best != NULL && ttl >= best->least;
}

/* ---- random sets ---- */

/* A small generator of our own: the same numbers everywhere. */
static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* Octets that collide often: nested prefixes, neighbours, edges. */
static uint8_t
draw_octet(uint64_t *seed)
{
	static const uint8_t often[] = { 0, 1, 127, 128, 254, 255 };

	if (draw(seed, 4) == 0)
		return (uint8_t)draw(seed, 256);
	return often[draw(seed, sizeof(often))];
}

static void
draw_row(uint64_t *seed, unsigned afi, struct source_row *row)
{
	static const uint8_t least[] = { 0, 0, 255, 254, 1, 64 };
	unsigned bits = afi_bits(afi);

	memset(row, 0, sizeof(*row));
	for (unsigned i = 0; i < bits / 8; i++)
		row->addr[i] = i < bits / 8 - 2 && draw(seed, 3) > 0
				   ? 0x20
				   : draw_octet(seed);
	row->len = (uint8_t)bits;
	if (draw(seed, 3) == 0)
		row->len = (uint8_t)(1 + draw(seed, bits));
	row->least = least[draw(seed, sizeof(least))];
}

/* An address near a row: its own, or with a bit or two turned. */
static void
draw_address(uint64_t *seed, unsigned afi, uint32_t n, uint8_t *addr)
{
	struct source_row row;

	if (n == 0 || draw(seed, 8) == 0)
		draw_row(seed, afi, &row);
	else
		row = rows[draw(seed, n)];
	memcpy(addr, row.addr, ADDRESS_MAX);
	for (uint32_t i = draw(seed, 3); i > 0; i--) {
		uint32_t bit = draw(seed, afi_bits(afi));

		addr[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
	}
}

/* The program says of any address what the plain check says. */
static void
check_random(unsigned afi, uint64_t seed, uint32_t n_max)
{
	static const uint8_t ttls[] = { 0, 1, 63, 64, 253, 254, 255 };

	for (unsigned set = 0; set < 400; set++) {
		uint32_t n = draw(&seed, n_max);
		int length;

		for (uint32_t i = 0; i < n; i++)
			draw_row(&seed, afi, &rows[i]);
		length = source_filter_build(afi, rows, n, code);
		assert_true(length > 0);
		for (unsigned i = 0; i < 200; i++) {
			uint8_t addr[ADDRESS_MAX];
			uint8_t ttl = ttls[draw(&seed, sizeof(ttls))];

			draw_address(&seed, afi, n, addr);
			if (passes(afi, addr, ttl, (unsigned)length) !=
			    plain(n, addr, ttl))
				fail_msg(
				    "set %u address %u ttl %u", set, i, ttl);
		}
	}
}

/* Any set of IPv4 rows, nested and repeated ones among them. */
static void
random_sets_agree_ipv4(void **state)
{
	(void)state;
	check_random(AFI_IPV4, 4, 8);
	check_random(AFI_IPV4, 44, 120);
}

/* Any set of IPv6 rows. */
static void
random_sets_agree_ipv6(void **state)
{
	(void)state;
	check_random(AFI_IPV6, 6, 8);
	check_random(AFI_IPV6, 66, 100);
}

/* ---- sizes ---- */

/* Addresses that have `same` octets in common, spread over the rest, and TTL
 * security. */
static void
fill_spread(unsigned afi, uint32_t n, unsigned same)
{
	uint64_t seed = 7;
	unsigned octets = afi_bits(afi) / 8;

	for (uint32_t i = 0; i < n; i++) {
		struct source_row *row = &rows[i];

		memset(row, 0, sizeof(*row));
		for (unsigned octet = same; octet < octets; octet++)
			row->addr[octet] = (uint8_t)draw(&seed, 256);
		row->addr[same] = (uint8_t)(i >> 8);
		row->addr[same + 1] = (uint8_t)i;
		row->len = (uint8_t)afi_bits(afi);
		row->least = 255;
	}
}

struct size {
	const char *name;
	unsigned afi;
	uint32_t n;
	unsigned same;
	bool fits;
};

static struct size sizes[] = {
	{ "ipv4_3800_fit", AFI_IPV4, 3800, 0, true },
	{ "ipv4_3800_of_one_16_fit", AFI_IPV4, 3800, 2, true },
	{ "ipv4_4096_do_not_fit", AFI_IPV4, 4096, 0, false },
	{ "ipv6_3800_of_one_96_fit", AFI_IPV6, 3800, 12, true },
	{ "ipv6_320_of_all_the_world_fit", AFI_IPV6, 320, 0, true },
	{ "ipv6_4096_of_all_the_world_do_not_fit", AFI_IPV6, 4096, 0, false },
};

/* So many fit; each passes in few steps, and one beside it does not. */
static void
size_is_as_told(void **state)
{
	const struct size *size = *state;
	int length;

	fill_spread(size->afi, size->n, size->same);
	length = source_filter_build(size->afi, rows, size->n, code);
	if (!size->fits) {
		assert_int_equal(length, -E2BIG);
		return;
	}
	assert_in_range(length, 1, SOURCE_FILTER_MAX);
	for (uint32_t i = 0; i < size->n; i++) {
		uint8_t addr[ADDRESS_MAX];

		memcpy(addr, rows[i].addr, sizeof(addr));
		assert_true(passes(size->afi, addr, 255, (unsigned)length));
		assert_false(passes(size->afi, addr, 254, (unsigned)length));
	}
	print_message("%u rows: %d instructions\n", size->n, length);
}

/* With nobody known nothing passes. */
static void
empty_set_drops_all(void **state)
{
	static const uint8_t addr[ADDRESS_MAX] = { 127, 0, 0, 1 };
	int length = source_filter_build(AFI_IPV4, rows, 0, code);

	(void)state;
	assert_true(length > 0);
	assert_false(passes(AFI_IPV4, addr, 255, (unsigned)length));
}

/* Rows that are none are refused, whole. */
static void
bad_rows_are_refused(void **state)
{
	(void)state;
	memset(rows, 0, sizeof(rows[0]));
	assert_int_equal(source_filter_build(AFI_IPV4, rows, 1, code), -EINVAL);
	rows[0].len = 33;
	assert_int_equal(source_filter_build(AFI_IPV4, rows, 1, code), -EINVAL);
	rows[0].len = 129;
	assert_int_equal(source_filter_build(AFI_IPV6, rows, 1, code), -EINVAL);
	rows[0].len = 32;
	assert_int_equal(source_filter_build(3, rows, 1, code), -EINVAL);
}

#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))
#define N_SIZES     (sizeof(sizes) / sizeof(sizes[0]))

int
main(void)
{
	struct CMUnitTest tests[N_QUESTIONS + N_SIZES + 4] = {
		cmocka_unit_test(random_sets_agree_ipv4),
		cmocka_unit_test(random_sets_agree_ipv6),
		cmocka_unit_test(empty_set_drops_all),
		cmocka_unit_test(bad_rows_are_refused),
	};
	size_t n = 4;

	for (size_t i = 0; i < N_QUESTIONS; i++, n++) {
		tests[n].name = questions[i].name;
		tests[n].test_func = question_is_answered;
		tests[n].initial_state = &questions[i];
	}
	for (size_t i = 0; i < N_SIZES; i++, n++) {
		tests[n].name = sizes[i].name;
		tests[n].test_func = size_is_as_told;
		tests[n].initial_state = &sizes[i];
	}
	return cmocka_run_group_tests_name("source_filter", tests, NULL, NULL);
}
