/* SPDX-License-Identifier: BSD-2-Clause */
/* Connection collision detection. */
#include "proxy/session/collision.h"

#include "proxy/common/message.h"

/* Our side's connection is the one that stays. */
static bool
ours_wins(const struct collision *collision)
{
	if (collision->local_id != collision->remote_id)
		return collision->local_id > collision->remote_id;
	return collision->local_asn > collision->remote_asn;
}

enum collision_verdict
collision_judge(const struct collision *collision, unsigned other_state)
{
	if (other_state == BGP_ESTABLISHED)
		return COLLISION_CLOSE_NEW;
	/* In OpenSent the other's identifier is not known yet. */
	if (other_state != BGP_OPEN_CONFIRM)
		return COLLISION_NONE;
	if (collision->dialled == ours_wins(collision))
		return COLLISION_CLOSE_OTHER;
	return COLLISION_CLOSE_NEW;
}
