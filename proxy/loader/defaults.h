/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds where the file says nothing. */
#pragma once

#include "proxy/loader/model.h"

/* The defaults of policy/customer.h as a message. */
void defaults_customer(struct msg_cfg_customer *msg);

/* Services, fleet, RPKI, the log and the operators' own rules. */
void defaults_fill(struct config *config);
