/* SPDX-License-Identifier: BSD-2-Clause */
/* malloc() and its kin, of which some calls fail. */
#include "tests/lib/failing_alloc.h"

#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#define FRAMES 12

#undef malloc
#undef calloc
#undef realloc
#undef reallocarray
#undef aligned_alloc
#undef strdup
#undef strndup

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);

static struct {
	atomic_bool counts;
	bool show;
	uint64_t at;
	uint64_t many;
	atomic_uint_fast64_t n;
} failing;

void
failing_alloc_begin(uint64_t at, uint64_t many)
{
	failing.at = at;
	failing.many = many;
	failing.n = 0;
	failing.counts = true;
}

void
failing_alloc_show(void)
{
	void *frame[FRAMES];

	(void)backtrace(frame, FRAMES); /* the first loads a library */
	failing.show = true;
}

uint64_t
failing_alloc_end(void)
{
	failing.counts = false;
	return failing.n;
}

static bool
fails(void)
{
	void *frame[FRAMES];
	uint64_t n;

	if (!failing.counts)
		return false;
	n = ++failing.n;
	if (failing.at == 0 || n < failing.at || n - failing.at >= failing.many)
		return false;
	if (failing.show)
		backtrace_symbols_fd(
		    frame, backtrace(frame, FRAMES), STDERR_FILENO);
	errno = ENOMEM;
	return true;
}

#ifdef FAILING_ALLOC_WRAPS /* --wrap: our own calls */

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

void *
__wrap_aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __real_aligned_alloc(align, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	return fails() ? NULL : __real_strndup(text, len);
}

#else /* instead of libc's: everybody's calls, strdup()'s among them */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *old, size_t size);
void *aligned_alloc(size_t align, size_t size);

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

void *
__real_malloc(size_t size)
{
	return __libc_malloc(size);
}

void *
__real_calloc(size_t n, size_t size)
{
	return __libc_calloc(n, size);
}

void *
__real_realloc(void *old, size_t size)
{
	return __libc_realloc(old, size);
}

void *
__real_reallocarray(void *old, size_t n, size_t size)
{
	size_t octets;

	if (__builtin_mul_overflow(n, size, &octets)) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(old, octets);
}

#endif
