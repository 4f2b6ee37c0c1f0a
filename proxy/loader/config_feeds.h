/* SPDX-License-Identifier: BSD-2-Clause */
/* Can every customer's rules be validated with the unicast routes that come? */
#pragma once

#include "proxy/loader/model.h"

/*
 * Note customers whose `validate` asks for routes that no session of the
 * configuration brings, so that no rule of theirs could ever pass. Fills in
 * the families of each customer. Neighbours have their names.
 */
void config_feeds_check(struct config *config);
