/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines on standard error: subject first, lower case, then key=value.
 * The class says whose fault it is. One line is one write(2); control
 * characters in it are escaped, so that a peer's text cannot forge lines.
 * Lines that nobody takes are lost and counted; of class LOG_DEBUG there are
 * 1,000 a second at most, the rest is counted.
 */
#pragma once

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

enum log_class {
	LOG_ERROR,  /* ours, and an operator must act */
	LOG_WARN,   /* ours, and we go on */
	LOG_REMOTE, /* a peer's fault */
	LOG_INFO,
	LOG_DEBUG,
	LOG_CLASSES
};

/*
 * Name the process ("session acme/198.51.100.2") and set the least class that
 * is printed. name is copied. State is per process, set at start, when it also
 * shows whether standard error is the journal's.
 */
void log_open(const char *name, enum log_class least);

/* Another name, or another least class, for the same process. */
void log_rename(const char *name);
void log_least_set(enum log_class least);

/* "debug"; "?" when out of range. */
const char *log_class_name(unsigned class);

/* The least class that is printed: read by log_wants() alone. */
extern atomic_uint log_least;

/* Is this class printed? Where printing takes work, ask first: nothing else is
 * done for a class that is off. */
static inline bool log_wants(enum log_class class)
{
	return (unsigned)class <=
	       atomic_load_explicit(&log_least, memory_order_relaxed);
}

/* "2026-01-31T03:04:05.678Z sluice[123] warn session rr1: hold timer expired";
 * to the journal, which has the time and takes <N> as the priority
 * (sd-daemon(3)), "<4>warn session rr1: hold timer expired". */
void log_line(enum log_class class, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same of class LOG_INFO, printed whatever the least class is: what changes
 * it is not to be hidden by it. */
void log_always(const char *format, ...) __attribute__((format(printf, 1, 2)));
