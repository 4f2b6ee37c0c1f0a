/* SPDX-License-Identifier: BSD-2-Clause */
/* What VRPs are worth, in words. */
#include "policy/rpki.h"

const char *
rpki_state_name(unsigned state)
{
	switch ((enum rpki_state)state) {
	case RPKI_NONE:
		return "none";
	case RPKI_LOADING:
		return "loading";
	case RPKI_FRESH:
		return "fresh";
	case RPKI_EXPIRED:
		return "expired";
	case RPKI_GONE:
		return "gone";
	}
	return "?";
}
