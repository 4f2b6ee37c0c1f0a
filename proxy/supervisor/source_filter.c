/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From rows to a program. The source address is looked at 32 bits at a time.
 * At each level (a word of the address) the rows are flattened into segments,
 * intervals of the word's values that do not overlap; what lies between them
 * has the level's default: the outcome of the prefix around it all. Halves of
 * the segments are chosen by comparison down to a small group, whose segments
 * are tried one after the other. A segment's outcome is known (drop, or take
 * with a least TTL), or it is the next level of the rows behind one value.
 *
 * Jumps of BPF go forward only. Conditional ones reach 255 instructions, "ja"
 * any: a group's end has one "ja" for each outcome. What is yet to be written
 * waits on a stack with the "ja" that leads there.
 */
#include "proxy/supervisor/source_filter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/prefix.h"

#define WORD_BITS   32u
#define OPEN_MAX    (WORD_BITS + 1) /* prefixes that end in one word, nested */
#define GROUP_SMALL 16u             /* quick */
#define GROUP_LARGE 64u             /* short: the jumps still reach */
#define TASKS_MAX   512u            /* 4 levels of a group and its halves */
#define ROWS_MAX    65536u

/* Offsets in the network header. */
#define IPV4_TTL    8u
#define IPV4_SOURCE 12u
#define IPV6_HOPS   7u
#define IPV6_SOURCE 8u

/* Outcomes; one below 256 is the least TTL to be taken. */
#define OUTCOME_DROP   0x100u
#define OUTCOME_DEEPER 0x200u

/* In a "ja": to the check of this TTL, which comes last of all. */
#define TO_TTL_CHECK 0x80000000u
#define NO_JUMP      UINT32_MAX

struct segment {
	uint32_t lo;
	uint32_t hi;
	uint32_t outcome;
	/* Deeper: rows from..to-1, and what else is there. */
	uint32_t from;
	uint32_t to;
	uint32_t otherwise;
};

/* A level of rows (from..to-1) or a part of one's segments, yet to be written.
 */
struct task {
	bool level;
	unsigned word;
	uint32_t from;
	uint32_t to;
	uint32_t otherwise;
	uint32_t jump; /* the "ja" to it */
};

struct builder {
	struct sock_filter *code;
	uint32_t n;
	bool failed; /* there was no room */
	const struct source_row *rows;
	bool ipv6;
	uint32_t group; /* segments tried in a row */
	struct segment *segments;
	uint32_t n_segments;
	uint32_t room_segments;
	struct task tasks[TASKS_MAX];
	uint32_t n_tasks;
};

/* ---- writing ---- */

static void
emit(struct builder *builder, struct sock_filter instruction)
{
	if (builder->n == SOURCE_FILTER_MAX) {
		builder->failed = true;
		return;
	}
	builder->code[builder->n++] = instruction;
}

static void
emit_return(struct builder *builder, uint32_t value)
{
	emit(builder, (struct sock_filter)BPF_STMT((BPF_RET | BPF_K), value));
}

/* Returns its place. */
static uint32_t
emit_jump(struct builder *builder, uint32_t k)
{
	emit(
	    builder, (struct sock_filter)BPF_JUMP((BPF_JMP | BPF_JA), k, 0, 0));
	return builder->n - 1;
}

static void
emit_if(
    struct builder *builder, uint16_t op, uint32_t k, uint32_t yes, uint32_t no)
{
	emit(builder,
	    (struct sock_filter){ .code = (uint16_t)(BPF_JMP | BPF_K | op),
		.jt = (uint8_t)yes,
		.jf = (uint8_t)no,
		.k = k });
}

static void
emit_load(struct builder *builder, uint16_t size, uint32_t at)
{
	emit(builder,
	    (struct sock_filter){ .code = (uint16_t)(BPF_LD | BPF_ABS | size),
		.k = (uint32_t)SKF_NET_OFF + at });
}

static void
emit_outcome(struct builder *builder, uint32_t outcome)
{
	if (outcome == OUTCOME_DROP)
		emit_return(builder, 0);
	else if (outcome == 0)
		emit_return(builder, UINT32_MAX);
	else
		(void)emit_jump(builder, TO_TTL_CHECK | outcome);
}

/* What the jump leads to comes next. One that comes right before is left out.
 */
static void
jump_lands(struct builder *builder, uint32_t jump)
{
	if (jump == NO_JUMP || builder->failed)
		return;
	if (jump == builder->n - 1)
		builder->n--;
	else
		builder->code[jump].k = builder->n - jump - 1;
}

static void
task_add(struct builder *builder, const struct task *task)
{
	if (builder->n_tasks == TASKS_MAX)
		builder->failed = true;
	else
		builder->tasks[builder->n_tasks++] = *task;
}

/* ---- rows to segments ---- */

static uint32_t
row_word(const struct source_row *row, unsigned word)
{
	const uint8_t *at = &row->addr[(size_t)word * 4];

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

/* Prefixes around the place that the sweep has come to, innermost last. */
struct sweep {
	struct builder *builder;
	uint32_t first; /* segment of this level */
	uint64_t at;    /* up to here all is said */
	unsigned n_open;
	struct {
		uint32_t hi;
		uint32_t outcome;
	} open[OPEN_MAX];
};

static void
segment_add(struct sweep *sweep, const struct segment *segment)
{
	struct builder *builder = sweep->builder;
	struct segment *last;

	if (builder->n_segments > sweep->first &&
	    segment->outcome != OUTCOME_DEEPER) {
		last = &builder->segments[builder->n_segments - 1];
		if (last->outcome == segment->outcome &&
		    last->hi + 1 == segment->lo) {
			last->hi = segment->hi;
			return;
		}
	}
	if (builder->n_segments == builder->room_segments)
		builder->failed = true;
	else
		builder->segments[builder->n_segments++] = *segment;
}

/* Up to this value (exclusive) there is only what is open. */
static void
sweep_to(struct sweep *sweep, uint64_t end)
{
	if (sweep->at < end && sweep->n_open > 0) {
		const struct segment segment = {
			.lo = (uint32_t)sweep->at,
			.hi = (uint32_t)(end - 1),
			.outcome = sweep->open[sweep->n_open - 1].outcome,
		};

		segment_add(sweep, &segment);
	}
	if (sweep->at < end)
		sweep->at = end;
}

/* Close the prefixes that end before this value. */
static void
sweep_close(struct sweep *sweep, uint64_t value)
{
	while (sweep->n_open > 0 && sweep->open[sweep->n_open - 1].hi < value) {
		sweep_to(
		    sweep, (uint64_t)sweep->open[sweep->n_open - 1].hi + 1);
		sweep->n_open--;
	}
	sweep_to(sweep, value);
}

static void
sweep_open(struct sweep *sweep, uint32_t hi, uint32_t outcome)
{
	if (sweep->n_open == OPEN_MAX) {
		sweep->builder->failed = true;
		return;
	}
	sweep->open[sweep->n_open].hi = hi;
	sweep->open[sweep->n_open].outcome = outcome;
	sweep->n_open++;
}

/* The rows from the task's first to before its last, by their word. */
static void
flatten(struct builder *builder, const struct task *task)
{
	unsigned end = (task->word + 1) * WORD_BITS;
	struct sweep sweep = { .builder = builder,
		.first = builder->n_segments };
	uint32_t i = task->from;

	while (i < task->to) {
		const struct source_row *row = &builder->rows[i];
		struct segment deeper = { .outcome = OUTCOME_DEEPER,
			.from = i };
		uint32_t value = row_word(row, task->word);

		sweep_close(&sweep, value);
		if (row->len <= end) {
			/* The shift is 0 to 31: it ends in this word. */
			sweep_open(&sweep,
			    value |
				(uint32_t)((UINT64_C(1) << (end - row->len)) -
					   1),
			    row->least);
			i++;
			continue;
		}
		while (i < task->to &&
		       row_word(&builder->rows[i], task->word) == value)
			i++;
		deeper.lo = value;
		deeper.hi = value;
		deeper.to = i;
		deeper.otherwise = sweep.n_open > 0
				       ? sweep.open[sweep.n_open - 1].outcome
				       : task->otherwise;
		segment_add(&sweep, &deeper);
		sweep.at = (uint64_t)value + 1;
	}
	sweep_close(&sweep, (uint64_t)UINT32_MAX + 1);
}

/* ---- segments to code ---- */

/* The outcomes of a group, each with one instruction at its end. */
struct ends {
	unsigned n;
	uint32_t outcome[GROUP_LARGE + 1];
	const struct segment *deeper[GROUP_LARGE + 1];
};

static unsigned
end_of(struct ends *ends, const struct segment *segment)
{
	if (segment->outcome != OUTCOME_DEEPER) {
		for (unsigned i = 0; i < ends->n; i++) {
			if (ends->outcome[i] == segment->outcome)
				return i;
		}
	}
	ends->outcome[ends->n] = segment->outcome;
	ends->deeper[ends->n] = segment;
	return ends->n++;
}

static void
write_ends(
    struct builder *builder, const struct ends *ends, const struct task *task)
{
	for (unsigned i = 0; i < ends->n; i++) {
		const struct segment *segment = ends->deeper[i];
		struct task next = { .level = true, .word = task->word + 1 };

		if (ends->outcome[i] != OUTCOME_DEEPER) {
			emit_outcome(builder, ends->outcome[i]);
			continue;
		}
		next.from = segment->from;
		next.to = segment->to;
		next.otherwise = segment->otherwise;
		next.jump = emit_jump(builder, 0);
		task_add(builder, &next);
	}
}

/* Few segments: try each. */
static void
write_group(struct builder *builder, const struct task *task)
{
	const struct segment *segments = builder->segments;
	struct ends ends = { .n = 1, .outcome = { task->otherwise } };
	uint32_t tests = 0;

	for (uint32_t i = task->from; i < task->to; i++)
		tests += segments[i].lo == segments[i].hi ? 1 : 2;
	for (uint32_t i = task->from; i < task->to; i++) {
		const struct segment *segment = &segments[i];
		unsigned end = end_of(&ends, segment);

		/* The way from behind this test to the end that is meant. */
		if (segment->lo == segment->hi) {
			tests--;
			emit_if(builder, BPF_JEQ, segment->lo, tests + end, 0);
		} else {
			tests -= 2;
			emit_if(builder, BPF_JGE, segment->lo, 0, 1);
			emit_if(builder, BPF_JGT, segment->hi, 0, tests + end);
		}
	}
	write_ends(builder, &ends, task);
}

/* Halve until the segments are few; the upper halves come later. */
static void
write_segments(struct builder *builder, struct task task)
{
	while (task.to - task.from > builder->group && !builder->failed) {
		struct task upper = task;
		uint32_t middle = task.from + (task.to - task.from) / 2;

		emit_if(builder, BPF_JGE, builder->segments[middle].lo, 0, 1);
		upper.from = middle;
		upper.jump = emit_jump(builder, 0);
		task_add(builder, &upper);
		task.to = middle;
	}
	write_group(builder, &task);
}

static void
write_task(struct builder *builder, struct task task)
{
	uint32_t first = builder->n_segments;

	jump_lands(builder, task.jump);
	if (task.level) {
		emit_load(builder, BPF_W,
		    (builder->ipv6 ? IPV6_SOURCE : IPV4_SOURCE) +
			task.word * 4);
		flatten(builder, &task);
		task.level = false;
		task.from = first;
		task.to = builder->n_segments;
	}
	write_segments(builder, task);
}

/* The checks of TTLs, and the way to them. */
static void
write_ttl_checks(struct builder *builder)
{
	uint32_t places[256] = { 0 };
	uint32_t n = builder->n;

	for (uint32_t i = 0; i < n && !builder->failed; i++) {
		struct sock_filter *jump = &builder->code[i];
		uint32_t least = jump->k & 0xff;

		if (jump->code != (BPF_JMP | BPF_JA) ||
		    (jump->k & TO_TTL_CHECK) == 0)
			continue;
		if (places[least] == 0) {
			places[least] = builder->n;
			emit_load(builder, BPF_B,
			    builder->ipv6 ? IPV6_HOPS : IPV4_TTL);
			emit_if(builder, BPF_JGE, least, 0, 1);
			emit_return(builder, UINT32_MAX);
			emit_return(builder, 0);
		}
		jump->k = places[least] - i - 1;
	}
}

/* ---- all ---- */

static int
row_order(const void *left, const void *right)
{
	const struct source_row *a = left;
	const struct source_row *b = right;
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));

	if (order == 0)
		order = (int)a->len - (int)b->len;
	return order != 0 ? order : (int)a->least - (int)b->least;
}

/* Mask, sort, and leave one row of each prefix. The number left. */
static uint32_t
rows_prepare(struct source_row *rows, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t *addr = rows[i].addr;
		size_t whole = rows[i].len / 8;

		if (whole == ADDRESS_MAX)
			continue;
		addr[whole] &= (uint8_t)(0xff00u >> rows[i].len % 8);
		memset(&addr[whole + 1], 0, ADDRESS_MAX - whole - 1);
	}
	if (n > 0)
		qsort(rows, n, sizeof(*rows), row_order);
	for (uint32_t i = 0; i < n; i++) {
		if (kept > 0 && rows[kept - 1].len == rows[i].len &&
		    memcmp(rows[kept - 1].addr, rows[i].addr, ADDRESS_MAX) == 0)
			continue;
		rows[kept++] = rows[i];
	}
	return kept;
}

static bool
rows_valid(unsigned afi, const struct source_row *rows, uint32_t n)
{
	if ((afi != AFI_IPV4 && afi != AFI_IPV6) || n > ROWS_MAX)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].len == 0 || rows[i].len > afi_bits(afi))
			return false;
	}
	return true;
}

/* The number of instructions with groups of this size, 0: too many. */
static uint32_t
write_all(struct builder *builder, uint32_t n, uint32_t group)
{
	const struct task top = { .level = true,
		.to = n,
		.otherwise = OUTCOME_DROP,
		.jump = NO_JUMP };

	builder->n = 0;
	builder->failed = false;
	builder->group = group;
	builder->n_segments = 0;
	builder->n_tasks = 0;
	task_add(builder, &top);
	while (builder->n_tasks > 0 && !builder->failed)
		write_task(builder, builder->tasks[--builder->n_tasks]);
	write_ttl_checks(builder);
	return builder->failed ? 0 : builder->n;
}

int
source_filter_build(
    unsigned afi, struct source_row *rows, uint32_t n, struct sock_filter *code)
{
	bool ipv6 = afi == AFI_IPV6;
	struct builder *builder;
	uint32_t length;

	if (!rows_valid(afi, rows, n))
		return -EINVAL;
	builder = calloc(1, sizeof(*builder));
	if (builder == NULL)
		return -ENOMEM;
	n = rows_prepare(rows, n);
	builder->code = code;
	builder->rows = rows;
	builder->ipv6 = ipv6;
	/* A row adds two at most: one before it, and one that is its own. */
	builder->room_segments = (ipv6 ? 8 : 2) * n + 1;
	builder->segments =
	    calloc(builder->room_segments, sizeof(*builder->segments));
	if (builder->segments == NULL) {
		free(builder);
		return -ENOMEM;
	}
	length = write_all(builder, n, GROUP_SMALL);
	if (length == 0)
		length = write_all(builder, n, GROUP_LARGE);
	free(builder->segments);
	free(builder);
	return length == 0 ? -E2BIG : (int)length;
}
