/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines on standard error: subject first, lower case, then key=value.
 * The class says whose fault it is. One line is one write(2); control
 * characters in it are escaped, so that a peer's text cannot forge lines.
 */
#pragma once

#include <stdarg.h>

enum log_class {
	LOG_ERROR,  /* ours, and an operator must act */
	LOG_WARN,   /* ours, and we go on */
	LOG_REMOTE, /* a peer's fault */
	LOG_INFO,
	LOG_DEBUG,
};

/*
 * Name the process ("session acme/198.51.100.2") and set the least class that
 * is printed. name is copied. State is per process, set once at start.
 */
void log_open(const char *name, enum log_class least);

/* "2026-01-31T03:04:05.678Z sluice[123] warn session rr1: hold timer expired"
 */
void log_line(enum log_class class, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
