/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each process logs: the class that sluiced started with, and what
 * operators have set since, each for a time. Pure: the caller brings the clock
 * and tells the processes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/log.h"
#include "proxy/common/message.h"

struct log_keep {
	uint64_t until_ms; /* by the caller's clock */
	uint8_t class;     /* enum log_class */
	char name[NAME_MAX_LEN];
	char operator_name[32];
};

struct log_levels {
	uint8_t base; /* enum log_class */
	unsigned n;
	struct log_keep keep[LOG_SETTINGS_MAX];
};

/* Is this process meant by name? "guard" is sluice-guard, "session" all
 * sessions; of "sluice-session acme/198.51.100.2" these are names: "acme" (and
 * "acme/"), "198.51.100.2" and both as there; of a range's place also that
 * without "#1". The supervisor is "supervisor"; "" means everybody. */
bool log_levels_mean(const char *name, const char *process);

/* What a process logs now: by what names it best (neighbour, customer, role,
 * everybody). */
enum log_class log_levels_of(
    const struct log_levels *levels, const char *process);

/*
 * Take a checked MSG_LOG_ASK that sets something. One for everybody replaces
 * all; the class that sluiced started with then ends all. One with a name
 * replaces that of the same name. Returns 0, or -1 when too many are in force.
 */
int log_levels_set(
    struct log_levels *levels, const struct msg_log_ask *ask, uint64_t now_ms);

/* Take out one whose time is over: true, and *out is it. */
bool log_levels_expire(
    struct log_levels *levels, uint64_t now_ms, struct log_keep *out);
