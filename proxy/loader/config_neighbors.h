/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbours as a whole: what they take over, names, addresses, ranges. */
#pragma once

#include "proxy/loader/model.h"

/*
 * Give neighbours what router and customer say, and their names; complain
 * where two have one name or address, two ranges overlap, or there are too
 * many.
 */
void config_neighbors_check(struct config *config);

/* "customers[3].neighbors[1].KEY", or "internal[1].KEY", to buf. */
void config_neighbors_key(char *buf, size_t size,
    const struct config_neighbor *neighbor, const char *key);

/* Complain about a key of the neighbour, at its value, or where that is not
 * there at the neighbour. */
void config_neighbors_problem(struct config *config,
    const struct config_neighbor *neighbor, const char *key, const char *found,
    const char *wanted);

/* The key that says where it is: ip, range. */
const char *config_neighbors_where(const struct config_neighbor *neighbor);

/* The neighbours by address; a range comes before what is inside. Pointers, for
 * free(); NULL when there are none or (that is noted) memory is out. */
void **config_neighbors_sorted(struct config *config);

/* outer, a range, holds inner's addresses. */
bool config_neighbors_holds(
    const struct config_neighbor *outer, const struct config_neighbor *inner);
