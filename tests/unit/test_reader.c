/* SPDX-License-Identifier: BSD-2-Clause */
/* The cursor over received octets, and the builder that is its mirror. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/reader.h"
#include "proxy/wire/writer.h"

static const uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

/* Numbers come in network byte order, one behind the other. */
static void
numbers_are_read_in_network_order(void **state)
{
	struct reader reader;

	(void)state;
	reader_init(&reader, octets, sizeof(octets));
	assert_int_equal(reader_u8(&reader), 0x01);
	assert_int_equal(reader_u16(&reader), 0x0203);
	assert_int_equal(reader_u32(&reader), 0x04050607);
	assert_false(reader_done(&reader));
	assert_int_equal(reader_rest(&reader).len, 3);
	assert_true(reader_done(&reader));

	reader_init(&reader, octets, sizeof(octets));
	assert_int_equal(reader_u64(&reader), 0x0102030405060708);
}

/* One read too far fails for good, and everything after it is zero. */
static void
read_past_the_end_fails_for_good(void **state)
{
	struct reader reader;
	uint8_t copy[4] = { 9, 9, 9, 9 };

	(void)state;
	reader_init(&reader, octets, 3);
	assert_int_equal(reader_u32(&reader), 0);
	assert_true(reader.failed);
	assert_int_equal(reader_u8(&reader), 0);
	assert_int_equal(reader_u64(&reader), 0);
	assert_null(reader_take(&reader, 0));
	assert_false(reader_bytes(&reader, copy, sizeof(copy)));
	assert_int_equal(copy[0] | copy[3], 0);
	assert_int_equal(reader_span(&reader, 1).len, 0);
	assert_false(reader_done(&reader));
}

/* Widths that straddle the end fail, too. */
static void
read_across_the_end_fails(void **state)
{
	struct reader reader;

	(void)state;
	reader_init(&reader, octets, 7);
	assert_int_equal(reader_u64(&reader), 0);
	assert_true(reader.failed);
	reader_init(&reader, octets, 1);
	assert_int_equal(reader_u16(&reader), 0);
	assert_true(reader.failed);
	reader_init(&reader, NULL, 0);
	assert_true(reader_done(&reader));
	assert_int_equal(reader_u8(&reader), 0);
	assert_true(reader.failed);
}

/* A carved part ends where it was cut, and the outer reader goes on behind. */
static void
sub_reader_stays_inside_its_part(void **state)
{
	struct reader reader, sub;

	(void)state;
	reader_init(&reader, octets, sizeof(octets));
	reader_sub(&reader, 2, &sub);
	assert_int_equal(reader_u16(&sub), 0x0102);
	assert_int_equal(reader_u8(&sub), 0);
	assert_true(sub.failed);
	assert_int_equal(reader_u8(&reader), 3);

	reader_sub(&reader, 8, &sub);
	assert_true(sub.failed);
	assert_true(reader.failed);
	assert_int_equal(sub.left, 0);
}

/* What is written is read back. */
static void
written_numbers_are_read_back(void **state)
{
	uint8_t buf[16];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, 10);
	writer_u8(&writer, 1);
	writer_u16(&writer, 0x0203);
	writer_u32(&writer, 0x04050607);
	writer_bytes(&writer, &octets[7], 3);
	assert_false(writer.failed);
	assert_int_equal(writer_room(&writer), 0);
	assert_memory_equal(buf, octets, sizeof(octets));
}

/* A write that does not fit writes nothing and fails for good. */
static void
write_past_the_end_writes_nothing(void **state)
{
	uint8_t buf[4] = { 0, 0, 0xee, 0xee };
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, 2);
	writer_u8(&writer, 1);
	writer_u16(&writer, 0x0203);
	assert_true(writer.failed);
	assert_int_equal(writer.len, 1);
	writer_u8(&writer, 4);
	assert_int_equal(writer.len, 1);
	assert_int_equal(buf[1], 0);
	assert_int_equal(buf[2], 0xee);

	writer_rewind(&writer, 0);
	writer_u16(&writer, 0x0506);
	assert_false(writer.failed);
	assert_int_equal(buf[1], 6);
}

/* Lengths held open count what came behind them. */
static void
held_lengths_count_what_follows(void **state)
{
	static const uint8_t expected[] = { 0, 4, 2, 0xaa, 0xbb, 0xcc };
	uint8_t buf[16];
	struct writer writer;
	size_t outer, inner;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	outer = writer_hold_u16(&writer);
	inner = writer_hold_u8(&writer);
	writer_u16(&writer, 0xaabb);
	writer_patch_u8(&writer, inner);
	writer_u8(&writer, 0xcc);
	writer_patch_u16(&writer, outer);
	assert_int_equal(writer.len, sizeof(expected));
	assert_memory_equal(buf, expected, sizeof(expected));
}

/* More octets than the length can say fail the writer. */
static void
length_too_small_for_its_content_fails(void **state)
{
	static uint8_t buf[70000];
	struct writer writer;
	size_t place;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	place = writer_hold_u8(&writer);
	assert_non_null(writer_take(&writer, 256));
	writer_patch_u8(&writer, place);
	assert_true(writer.failed);

	writer_init(&writer, buf, sizeof(buf));
	place = writer_hold_u16(&writer);
	assert_non_null(writer_take(&writer, 65536));
	writer_patch_u16(&writer, place);
	assert_true(writer.failed);
}

/* What is copied is there whole or zero; an empty copy asks nothing. */
static void
octets_are_copied_whole_or_not_at_all(void **state)
{
	static const uint8_t three[] = { 1, 2, 3 };
	static const uint8_t zero[2];
	uint8_t out[2] = { 9, 9 };
	struct reader reader;

	(void)state;
	reader_init(&reader, three, sizeof(three));
	assert_true(reader_bytes(&reader, out, 0));
	assert_true(reader_bytes(&reader, out, 2));
	assert_memory_equal(out, three, 2);
	assert_false(reader_bytes(&reader, out, 2));
	assert_memory_equal(out, zero, 2);
	assert_false(reader_bytes(&reader, out, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_are_copied_whole_or_not_at_all),
		cmocka_unit_test(numbers_are_read_in_network_order),
		cmocka_unit_test(read_past_the_end_fails_for_good),
		cmocka_unit_test(read_across_the_end_fails),
		cmocka_unit_test(sub_reader_stays_inside_its_part),
		cmocka_unit_test(written_numbers_are_read_back),
		cmocka_unit_test(write_past_the_end_writes_nothing),
		cmocka_unit_test(held_lengths_count_what_follows),
		cmocka_unit_test(length_too_small_for_its_content_fails),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
