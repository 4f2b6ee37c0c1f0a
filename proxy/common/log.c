/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines: composed whole, escaped, written at once. */
#include "proxy/common/log.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proxy/common/log_stream.h"

#define LOG_NAME_MAX 96
#define LOG_TEXT_MAX 1024
#define LOG_HEAD_MAX 128   /* time, process, class */
#define LOG_DEBUG_S  1000u /* debug lines a second */

atomic_uint log_least = LOG_INFO;

static struct {
	char name[LOG_NAME_MAX];
	bool journal;         /* standard error goes to systemd's */
	atomic_uint lost;     /* lines that nobody took */
	atomic_llong debug_s; /* the second in which so many .. */
	atomic_uint debug_n;  /* .. debug lines were to be printed */
} log_state;

static const char *const class_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_REMOTE] = "remote",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

void
log_open(const char *name, enum log_class least)
{
	log_state.journal = log_stream_is_journal(STDERR_FILENO);
	log_rename(name);
	log_least_set(least);
}

void
log_rename(const char *name)
{
	(void)snprintf(log_state.name, sizeof(log_state.name), "%s", name);
}

void
log_least_set(enum log_class least)
{
	atomic_store_explicit(
	    &log_least, (unsigned)least, memory_order_relaxed);
}

const char *
log_class_name(unsigned class)
{
	return class < LOG_CLASSES ? class_names[class] : "?";
}

/*
 * Octets of the UTF-8 character at text that may stand in a line as it is, or
 * 0: broken, a control character, or one of C1 (RFC 3629 4).
 */
static size_t
char_len(const uint8_t *text)
{
	size_t len = 2;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	if (text[0] >= 0xe0)
		len = text[0] >= 0xf0 ? 4 : 3;
	/* The NUL at the end is no continuation: this stops there. */
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	if (text[0] == 0xc2 && text[1] < 0xa0)
		return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) ||
	    (text[0] == 0xed && text[1] >= 0xa0) ||
	    (text[0] == 0xf0 && text[1] < 0x90) ||
	    (text[0] == 0xf4 && text[1] >= 0x90))
		return 0;
	return len;
}

/* Append text to out at used, escaped; returns the new end. Each octet takes
 * four at most, which the caller has room for. */
static size_t
escape(char *out, size_t used, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = (const uint8_t *)text;

	while (*from != 0) {
		size_t len = char_len(from);

		if (*from == '\\') {
			out[used++] = '\\';
		} else if (len == 0) {
			out[used++] = '\\';
			out[used++] = 'x';
			out[used++] = digits[*from >> 4];
			out[used++] = digits[*from & 15];
			from++;
			continue;
		}
		memcpy(&out[used], from, len);
		used += len;
		from += len;
	}
	return used;
}

/* "<4>warn "; returns its length. Peers' faults are worth a notice. */
static size_t
head_print_journal(char *out, size_t size, enum log_class class)
{
	static const unsigned priorities[LOG_CLASSES] = {
		[LOG_ERROR] = 3,
		[LOG_WARN] = 4,
		[LOG_REMOTE] = 5,
		[LOG_INFO] = 6,
		[LOG_DEBUG] = 7,
	};
	int len = snprintf(
	    out, size, "<%u>%s ", priorities[class], class_names[class]);

	return len < 0 ? 0 : (size_t)len;
}

/* "2026-01-31T03:04:05.678Z sluice[123] warn "; returns its length. */
static size_t
head_print(char *out, size_t size, enum log_class class)
{
	struct timespec now = { 0 };
	struct tm tm = { 0 };
	size_t len;
	int more;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	len = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
	more = snprintf(&out[len], size - len, ".%03ldZ sluice[%ld] %s ",
	    now.tv_nsec / 1000000, (long)getpid(), class_names[class]);
	return more < 0 ? len : len + (size_t)more;
}

/* False: it was not taken, and is lost. At most PIPE_BUF octets, which a pipe
 * takes whole or not. */
static bool
text_write(enum log_class class, const char *text)
{
	char line[LOG_HEAD_MAX + 4 * (LOG_NAME_MAX + LOG_TEXT_MAX) + 3];
	size_t used = log_state.journal
			  ? head_print_journal(line, LOG_HEAD_MAX, class)
			  : head_print(line, LOG_HEAD_MAX, class);

	if (log_state.name[0] != 0) {
		used = escape(line, used, log_state.name);
		line[used++] = ':';
		line[used++] = ' ';
	}
	used = escape(line, used, text);
	if (used >= PIPE_BUF) {
		used = PIPE_BUF - 1;
		while (((uint8_t)line[used] & 0xc0) == 0x80)
			used--;
	}
	line[used++] = '\n';
	return write(STDERR_FILENO, line, used) >= 0;
}

/* A reader that stands still loses lines: the log must not stop the process.
 * How many is said before the next that is taken. */
static void
text_put(enum log_class class, const char *text)
{
	unsigned lost = atomic_load(&log_state.lost);
	char words[48];

	if (lost > 0) {
		(void)snprintf(
		    words, sizeof(words), "log: lines lost: n=%u", lost);
		if (!text_write(LOG_WARN, words)) {
			atomic_fetch_add(&log_state.lost, 1);
			return;
		}
		atomic_fetch_sub(&log_state.lost, lost);
	}
	if (!text_write(class, text))
		atomic_fetch_add(&log_state.lost, 1);
}

/* errno stays as it was. */
static void __attribute__((format(printf, 2, 0)))
line_write(enum log_class class, const char *format, va_list args)
{
	char text[LOG_TEXT_MAX];
	int saved = errno;

	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the caller's. */
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = 0;
	text_put(class, text);
	errno = saved;
}

/* A peer decides how many there are. */
static bool
debug_may(void)
{
	struct timespec now = { 0 };
	unsigned n;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (atomic_exchange(&log_state.debug_s, now.tv_sec) != now.tv_sec) {
		n = atomic_exchange(&log_state.debug_n, 0);
		if (n > LOG_DEBUG_S)
			log_always("log: debug lines not printed: n=%u",
			    n - LOG_DEBUG_S);
	}
	return atomic_fetch_add(&log_state.debug_n, 1) < LOG_DEBUG_S;
}

void
log_line(enum log_class class, const char *format, ...)
{
	va_list args;

	if (!log_wants(class) || (class == LOG_DEBUG && !debug_may()))
		return;
	va_start(args, format);
	line_write(class, format, args);
	va_end(args);
}

void
log_always(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_write(LOG_INFO, format, args);
	va_end(args);
}
