/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what is said of the log's level. */
#include "proxy/common/check.h"
#include "proxy/common/log.h"

bool
check_log_level(const struct msg_log_level *msg)
{
	return msg->least < LOG_CLASSES &&
	       check_zero(msg->zero, sizeof(msg->zero));
}

/* A name goes into log lines and to operators: they escape it. */
bool
check_log_ask(const struct msg_log_ask *msg)
{
	if (msg->set > 1 || msg->zero2 != 0 ||
	    !check_zero(msg->zero, sizeof(msg->zero)) ||
	    !check_text(msg->name, sizeof(msg->name)) ||
	    !check_text(msg->operator_name, sizeof(msg->operator_name)))
		return false;
	if (msg->set == 0)
		return msg->class == 0 && msg->for_s == 0 && msg->name[0] == 0;
	return msg->class < LOG_CLASSES && msg->for_s > 0 &&
	       msg->for_s <= LOG_FOR_MAX_S;
}

static bool
setting_valid(const struct log_setting *setting)
{
	return setting->class < LOG_CLASSES &&
	       check_zero(setting->zero, sizeof(setting->zero)) &&
	       check_text(setting->name, sizeof(setting->name)) &&
	       check_text(
		   setting->operator_name, sizeof(setting->operator_name));
}

bool
check_log_shown(const struct msg_log_shown *msg)
{
	if (msg->ok > 1 || msg->base >= LOG_CLASSES ||
	    msg->n > LOG_SETTINGS_MAX ||
	    !check_text(msg->wanted, sizeof(msg->wanted)))
		return false;
	for (unsigned i = 0; i < msg->n; i++) {
		if (!setting_valid(&msg->setting[i]))
			return false;
	}
	return true;
}
