/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of tiles, by the examples of C2SP tlog-tiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/tile.h"

struct path_row {
	const char *name;
	unsigned level;
	uint64_t index;
	unsigned width;
	const char *path; /* NULL: there is none */
};

static const struct path_row paths[] = {
	{ "first_tile", 0, 0, 256, "tile/0/000" },
	{ "index_of_seven_digits", 0, 1234067, 256, "tile/0/x001/x234/067" },
	{ "thousand", 1, 1000, 256, "tile/1/x001/000" },
	{ "below_thousand", 1, 999, 256, "tile/1/999" },
	{ "partial_tile", 2, 0, 1, "tile/2/000.p/1" },
	{ "widest_partial_tile", 0, 273, 255, "tile/0/273.p/255" },
	{ "entries", TILE_ENTRIES, 1234, 256, "tile/entries/x001/234" },
	{ "partial_entries", TILE_ENTRIES, 0, 17, "tile/entries/000.p/17" },
	{ "largest_index", 7, UINT64_MAX, 255,
	    "tile/7/x018/x446/x744/x073/x709/x551/615.p/255" },
	{ "no_width", 0, 0, 0, NULL },
	{ "too_wide", 0, 0, 257, NULL },
	{ "too_high", 8, 0, 256, NULL },
};

/* Each tile has the name that the specification gives it. */
static void
check_path(void **state)
{
	const struct path_row *row = *state;
	char buf[TILE_PATH_MAX], tight[TILE_PATH_MAX];
	int len =
	    tile_path(buf, sizeof(buf), row->level, row->index, row->width);

	if (row->path == NULL) {
		assert_int_equal(len, -1);
		return;
	}
	assert_string_equal(buf, row->path);
	assert_int_equal(len, strlen(row->path));
	assert_int_equal(
	    tile_path(tight, (size_t)len, row->level, row->index, row->width),
	    -1);
	assert_int_equal(tile_path(tight, (size_t)len + 1, row->level,
			     row->index, row->width),
	    len);
}

#define N_PATHS (sizeof(paths) / sizeof(paths[0]))

int
main(void)
{
	struct CMUnitTest tests[N_PATHS] = { 0 };

	for (size_t i = 0; i < N_PATHS; i++) {
		tests[i].name = paths[i].name;
		tests[i].test_func = check_path;
		tests[i].initial_state = (void *)(uintptr_t)&paths[i];
	}
	return cmocka_run_group_tests_name("tile", tests, NULL, NULL);
}
