/* SPDX-License-Identifier: BSD-2-Clause */
/* Single messages of a configuration: sound by themselves. */
#pragma once

#include <stdbool.h>

#include "proxy/common/message.h"

/* An absolute path, not empty. */
bool cfg_check_path(const char path[PATH_LEN]);

bool cfg_check_router(const struct msg_cfg_router *msg);
bool cfg_check_listen(const struct msg_cfg_listen *msg);
bool cfg_check_validation(const struct msg_cfg_validation *msg);
bool cfg_check_customer(const struct msg_cfg_customer *msg);
bool cfg_check_neighbor(const struct msg_cfg_neighbor *msg);

/* It is a further place of the range that the neighbour before it is one of. */
bool cfg_check_next_place(
    const struct msg_cfg_neighbor *before, const struct msg_cfg_neighbor *msg);

bool cfg_check_key(const struct msg_cfg_key *msg);
bool cfg_check_irr(const struct msg_cfg_irr *msg);
bool cfg_check_class(const struct msg_cfg_class *msg);
bool cfg_check_wish(const struct msg_cfg_wish *msg);
bool cfg_check_protected(const struct msg_cfg_protected *msg);
bool cfg_check_fleet(const struct msg_cfg_fleet *msg);
bool cfg_check_service(const struct msg_cfg_service *msg);
bool cfg_check_log(const struct msg_cfg_log *msg);
