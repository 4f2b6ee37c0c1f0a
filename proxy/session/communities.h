/* SPDX-License-Identifier: BSD-2-Clause */
/* What the communities of an UPDATE say to us. */
#pragma once

#include <stdbool.h>

#include "policy/wish.h"
#include "proxy/common/message_base.h"
#include "proxy/wire/update.h"

/* Did this community come, in the attribute of its kind (RFC 1997, RFC 4360,
 * RFC 8092)? */
bool communities_have(
    const struct update *update, const struct community *community);

/*
 * What the peer asks for beside the rules of this UPDATE: the shortest lifetime
 * that one of its communities names, and a dry run if one does. Zero when it
 * asks for nothing.
 */
struct wish communities_wish(
    const struct update *update, const struct wish_rules *wishes);
