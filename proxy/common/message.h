/* SPDX-License-Identifier: BSD-2-Clause */
/* All messages between roles; message_base.h says how they are made. */
#pragma once

#include "proxy/common/message_base.h"
#include "proxy/common/message_config.h"
#include "proxy/common/message_control.h"
#include "proxy/common/message_rpki.h"
#include "proxy/common/message_session.h"
#include "proxy/common/message_seal.h"
#include "proxy/common/message_store.h"

/* Every kind's smallest and largest length; 0 for kinds out of range. The
 * channel drops what lies outside before a receiver sees it. */
uint32_t msg_len_min(unsigned kind);
uint32_t msg_len_max(unsigned kind);
