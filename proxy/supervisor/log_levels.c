/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of processes, and what is in force for them. */
#include "proxy/supervisor/log_levels.h"

#include <string.h>

enum rank {
	RANK_NONE,
	RANK_ALL,
	RANK_ROLE,
	RANK_CUSTOMER,
	RANK_NEIGHBOR,
};

/* What stands behind a start; NULL when it does not start so. */
static const char *
behind(const char *text, const char *start)
{
	size_t len = strlen(start);

	return strncmp(text, start, len) == 0 ? &text[len] : NULL;
}

/* The same, or one place of this range. */
static bool
is_neighbor(const char *name, const char *neighbor)
{
	const char *rest = behind(neighbor, name);

	return rest != NULL && (*rest == '\0' || *rest == '#');
}

static enum rank
rank_session(const char *name, const char *neighbor)
{
	const char *address = strchr(neighbor, '/');
	const char *rest = behind(neighbor, name);

	if (strcmp(name, "session") == 0)
		return RANK_ROLE;
	if (is_neighbor(name, neighbor) ||
	    (address != NULL && is_neighbor(name, address + 1)))
		return RANK_NEIGHBOR;
	/* "guard/" is the customer of that name. */
	return rest != NULL && address != NULL &&
		       (rest == address || rest == address + 1)
		   ? RANK_CUSTOMER
		   : RANK_NONE;
}

static enum rank
rank_of(const char *name, const char *process)
{
	const char *neighbor = behind(process, "sluice-session ");
	const char *role = behind(process, "sluice-");

	if (name[0] == '\0')
		return RANK_ALL;
	if (neighbor != NULL)
		return rank_session(name, neighbor);
	return strcmp(name, role != NULL ? role : process) == 0 ? RANK_ROLE
								: RANK_NONE;
}

bool
log_levels_mean(const char *name, const char *process)
{
	return rank_of(name, process) != RANK_NONE;
}

enum log_class
log_levels_of(const struct log_levels *levels, const char *process)
{
	enum rank best = RANK_NONE;
	unsigned class = levels->base;

	for (unsigned i = 0; i < levels->n; i++) {
		enum rank rank = rank_of(levels->keep[i].name, process);

		if (rank > best) {
			best = rank;
			class = levels->keep[i].class;
		}
	}
	return (enum log_class) class;
}

static void
keep_drop(struct log_levels *levels, unsigned i)
{
	levels->n--;
	memmove(&levels->keep[i], &levels->keep[i + 1],
	    (levels->n - i) * sizeof(levels->keep[0]));
}

int
log_levels_set(
    struct log_levels *levels, const struct msg_log_ask *ask, uint64_t now_ms)
{
	struct log_keep *keep;

	for (unsigned i = levels->n; i > 0; i--) {
		if (ask->name[0] == '\0' ||
		    strcmp(levels->keep[i - 1].name, ask->name) == 0)
			keep_drop(levels, i - 1);
	}
	if (levels->n == 0 && ask->class == levels->base)
		return 0;
	if (levels->n == LOG_SETTINGS_MAX)
		return -1;
	keep = &levels->keep[levels->n++];
	keep->until_ms = now_ms + ask->for_s * UINT64_C(1000);
	keep->class = ask->class;
	memcpy(keep->name, ask->name, sizeof(keep->name));
	memcpy(keep->operator_name, ask->operator_name,
	    sizeof(keep->operator_name));
	return 0;
}

bool
log_levels_expire(
    struct log_levels *levels, uint64_t now_ms, struct log_keep *out)
{
	for (unsigned i = 0; i < levels->n; i++) {
		if (levels->keep[i].until_ms > now_ms)
			continue;
		*out = levels->keep[i];
		keep_drop(levels, i);
		return true;
	}
	return false;
}
