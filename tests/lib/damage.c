/* SPDX-License-Identifier: BSD-2-Clause */
/* Damaging a store's file. */
#include "tests/lib/damage.h"

#include <string.h>

#define PAGE 4096u

static const char *const names[DAMAGE_KINDS] = {
#define X(name) #name,
	DAMAGE_MAP(X)
#undef X
};

const char *
damage_name(enum damage_kind kind)
{
	return kind < DAMAGE_KINDS ? names[kind] : "?";
}

static void
octets_randomize(struct damage *damage, uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)random_below(&damage->random, 256);
}

/* A page that was otherwise then, if one is found soon. */
static size_t
page_changed(struct damage *damage, const struct damage_file *from)
{
	size_t page = 0;

	for (unsigned i = 0; i < 100; i++) {
		page = random_below(&damage->random, from->len / PAGE);
		if (memcmp(&from->data[page * PAGE],
			&damage->work.data[page * PAGE], PAGE) != 0)
			break;
	}
	return page;
}

static void
page_damage(struct damage *damage, enum damage_kind kind)
{
	struct damage_file *work = &damage->work;
	size_t pages = work->len / PAGE;
	size_t page = random_below(&damage->random, pages);
	const struct damage_file *from = work;
	size_t other = random_below(&damage->random, pages);

	if (kind == DAMAGE_page_of_random_octets) {
		octets_randomize(damage, &work->data[page * PAGE], PAGE);
		return;
	}
	if (kind == DAMAGE_page_of_zeros) {
		memset(&work->data[page * PAGE], 0, PAGE);
		return;
	}
	if (kind == DAMAGE_page_of_an_older_state) {
		from = &damage->older[random_below(
		    &damage->random, DAMAGE_VERSIONS)];
		page = other = page_changed(damage, from);
	}
	memmove(&work->data[page * PAGE], &from->data[other * PAGE], PAGE);
}

static void
bit_flip(struct damage *damage, size_t at)
{
	damage->work.data[at] ^=
	    (uint8_t)(1u << random_below(&damage->random, 8));
}

void
damage_make(struct damage *damage, enum damage_kind kind)
{
	struct random_state *random = &damage->random;
	struct damage_file *work = &damage->work;
	size_t more;

	memcpy(work->data, damage->whole.data, damage->whole.len);
	work->len = damage->whole.len;
	switch (kind) {
	case DAMAGE_flipped_bit:
		bit_flip(damage, random_below(random, work->len));
		break;
	case DAMAGE_truncated_file:
		work->len = random_below(random, work->len);
		break;
	case DAMAGE_extended_file:
		more = 1 + random_below(random, DAMAGE_SPARE);
		octets_randomize(damage, &work->data[work->len], more);
		work->len += more;
		break;
	case DAMAGE_damaged_root:
		bit_flip(damage,
		    PAGE * random_below(random, 2) + random_below(random, 152));
		break;
	case DAMAGE_page_of_random_octets:
	case DAMAGE_page_of_zeros:
	case DAMAGE_page_of_another_place:
	case DAMAGE_page_of_an_older_state:
	case DAMAGE_KINDS:
	default:
		page_damage(damage, kind);
		break;
	}
}
