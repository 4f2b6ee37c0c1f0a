/* SPDX-License-Identifier: BSD-2-Clause */
/* Customers' IRR files into the model, and warnings about them. */
#include "proxy/loader/config_irr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proxy/loader/irr_file.h"
#include "proxy/loader/problem.h"

void
config_irr_read(struct config *config)
{
	size_t left = CONFIG_IRR_PREFIXES_MAX;
	struct place nowhere = { 0 };

	for (size_t i = 0; i < config->customers.n; i++) {
		const struct config_customer *customer =
		    model_customer(config, i);
		struct config_irr *irr;

		if (customer->irr[0] == '\0')
			continue;
		irr = model_list_push(&config->irrs, sizeof(*irr));
		if (irr == NULL) {
			problem_add(
			    config, &nowhere, "", "too little memory", "more");
			return;
		}
		irr->at = customer->irr_at;
		if (config->in_memory)
			irr_file_none(
			    customer->irr, "no file is looked at", &irr->msg);
		else
			irr_file_read(
			    customer->irr, left, &irr->msg, &irr->prefixes);
		irr->msg.index = customer->msg.index;
		irr->msg.max_age_ms = customer->irr_max_age_ms;
		left -= irr->msg.n;
	}
}

/* Older than it may be; in minutes, 0: no. */
static uint64_t
too_old(const struct msg_cfg_irr *msg)
{
	struct timespec now;
	uint64_t now_ns;

	if (msg->max_age_ms == 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (now_ns <= msg->written_ns ||
	    (now_ns - msg->written_ns) / 1000000 <= msg->max_age_ms)
		return 0;
	return 1 + (now_ns - msg->written_ns) / UINT64_C(60000000000);
}

/* What to say of this list; false: nothing. */
static bool
irr_text(const struct msg_cfg_irr *msg, char *buf, size_t size)
{
	uint64_t age;

	if (msg->status != IRR_USABLE) {
		(void)snprintf(buf, size, "%s: %s", msg->path, msg->why);
		return true;
	}
	age = too_old(msg);
	if (age > 0)
		(void)snprintf(buf, size,
		    "%s: written %" PRIu64 " minutes ago, older than "
		    "irr_max_age",
		    msg->path, age);
	return age > 0;
}

bool
config_irr_warning(
    const struct config *config, size_t i, struct config_warning *out)
{
	const struct config_irr *irr = model_irr(config, i);

	if (!irr_text(&irr->msg, out->text, sizeof(out->text)))
		return false;
	out->file = config->files[irr->at.file].name;
	out->line = irr->at.line;
	out->column = irr->at.column;
	(void)snprintf(out->key, sizeof(out->key),
	    "customers[%" PRIu32 "].own.irr", irr->at.item);
	return true;
}
