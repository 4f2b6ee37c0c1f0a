/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter's code, one block a call:
 *
 *   is it this call?   no: next block
 *   for each row: load half an argument, mask it, compare; no: next row
 *                 all hold: allow
 *   what it fails with
 *
 * The number of the call stays in the accumulator up to a block's tests, and
 * who is in such a block does not leave it. In the order of the table, which
 * begins with what is called most; newer kernels keep what is always allowed in
 * a bitmap, and run nothing.
 */
#include "proxy/sandbox/filter.h"

#include <stdbool.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "proxy/sandbox/table.h"
#include "proxy/sandbox/table_calls.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define X32  0x40000000u
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW  0
#define HIGH 4
#else
#define LOW  4
#define HIGH 0
#endif

#define JUMP_MAX 255

struct program {
	struct sock_filter *out;
	size_t n;
	bool full;
};

static void
emit(struct program *program, struct sock_filter instruction)
{
	if (program->n == FILTER_MAX)
		program->full = true;
	else
		program->out[program->n++] = instruction;
}

static void
emit_return(struct program *program, uint32_t what)
{
	emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

static void
emit_load(struct program *program, size_t offset)
{
	emit(program, (struct sock_filter)BPF_STMT(
			  BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static uint32_t
failure(uint16_t error)
{
	return error == TABLE_KILL ? SECCOMP_RET_KILL_PROCESS
				   : SECCOMP_RET_ERRNO | error;
}

/* ---- a row ---- */

/* Half of an argument; where it does not hold: jump, to be set later. */
static void
emit_half(struct program *program, size_t offset, uint32_t mask, uint32_t value)
{
	if (mask == 0)
		return;
	emit_load(program, offset);
	if (mask != UINT32_MAX)
		emit(program, (struct sock_filter)BPF_STMT(
				  BPF_ALU | BPF_AND | BPF_K, mask));
	emit(program, (struct sock_filter)BPF_JUMP(
			  BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0));
}

static void
emit_test(struct program *program, const struct table_test *test, uint32_t self)
{
	size_t at = offsetof(struct seccomp_data, args) + 8u * test->arg;
	uint64_t value = test->self ? self : test->value;

	if (test->above) {
		emit_load(program, at + LOW);
		emit(program,
		    (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JGT | BPF_K, (uint32_t)value, 0, 0));
		return;
	}
	emit_half(program, at + LOW, (uint32_t)test->mask, (uint32_t)value);
	emit_half(program, at + HIGH, (uint32_t)(test->mask >> 32),
	    (uint32_t)(value >> 32));
}

/* Comparisons from begin on that fail go to the end. */
static void
jumps_set(struct program *program, size_t begin)
{
	for (size_t i = begin; i < program->n; i++) {
		struct sock_filter *at = &program->out[i];
		size_t over = program->n - i - 1;

		if (at->code != (BPF_JMP | BPF_JEQ | BPF_K) &&
		    at->code != (BPF_JMP | BPF_JGT | BPF_K))
			continue;
		if (over > JUMP_MAX)
			program->full = true;
		at->jf = (uint8_t)over;
	}
}

/* What of the row holds is let through; else: behind it. */
static void
emit_row(struct program *program, const struct table_row *row, uint32_t self)
{
	size_t begin = program->n;

	for (unsigned i = 0; i < row->n_tests; i++)
		emit_test(program, &row->tests[i], self);
	emit_return(program, SECCOMP_RET_ALLOW);
	jumps_set(program, begin);
}

/* ---- a call ---- */

/* Whoever makes another call goes on behind what follows: the comparison's
 * place, for block_end(). */
static size_t
block_begin(struct program *program, int call)
{
	emit(program, (struct sock_filter)BPF_JUMP(
			  BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 0));
	return program->n - 1;
}

static void
block_end(struct program *program, size_t begin)
{
	size_t over = program->n - begin - 1;

	if (over > JUMP_MAX)
		program->full = true;
	if (!program->full)
		program->out[begin].jf = (uint8_t)over;
}

/* All rows of one call, of which first is the first. */
static void
emit_call(struct program *program, enum role role, size_t first, uint32_t self)
{
	int call = table_rows[first].call;
	size_t begin = block_begin(program, call);
	bool always = false;

	for (size_t i = first; i < table_n_rows; i++)
		always |= table_rows[i].call == call &&
			  table_row_is_of(&table_rows[i], role) &&
			  table_rows[i].n_tests == 0;
	for (size_t i = first; i < table_n_rows && !always; i++) {
		if (table_rows[i].call == call &&
		    table_row_is_of(&table_rows[i], role))
			emit_row(program, &table_rows[i], self);
	}
	emit_return(program, always ? SECCOMP_RET_ALLOW
				    : failure(table_error(role, call, true)));
	block_end(program, begin);
}

/* Is there a row of the role for this call before the one at end? */
static bool
is_listed(enum role role, int call, size_t end)
{
	for (size_t i = 0; i < end; i++) {
		if (table_rows[i].call == call &&
		    table_row_is_of(&table_rows[i], role))
			return true;
	}
	return false;
}

/* Calls that the role has no row for, and that do not merely not exist. */
static void
emit_answers(struct program *program, enum role role)
{
	for (size_t i = 0; i < table_n_answers; i++) {
		const struct table_answer *answer = &table_answers[i];
		size_t begin;

		if (answer->call == TABLE_NO_CALL ||
		    (answer->roles & 1u << role) == 0 ||
		    is_listed(role, answer->call, table_n_rows))
			continue;
		begin = block_begin(program, answer->call);
		emit_return(program, failure(answer->error));
		block_end(program, begin);
	}
}

/* ---- the program ---- */

#ifdef ARCH
static void
emit_head(struct program *program)
{
	emit_load(program, offsetof(struct seccomp_data, arch));
	emit(program, (struct sock_filter)BPF_JUMP(
			  BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
	emit_return(program, SECCOMP_RET_KILL_PROCESS);
	emit_load(program, offsetof(struct seccomp_data, nr));
#ifdef X32
	emit(program,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1));
	emit_return(program, SECCOMP_RET_KILL_PROCESS);
#endif
}
#endif

size_t
filter_make(enum role role, uint32_t self, struct sock_filter *out)
{
	struct program program = { .out = out };

#ifdef ARCH
	emit_head(&program);
#else
	program.full = true;
#endif
	for (size_t i = 0; i < table_n_rows; i++) {
		if (table_row_is_of(&table_rows[i], role) &&
		    !is_listed(role, table_rows[i].call, i))
			emit_call(&program, role, i, self);
	}
	emit_answers(&program, role);
	emit_return(&program, failure(TABLE_ERROR_UNKNOWN));
	return program.full ? 0 : program.n;
}
