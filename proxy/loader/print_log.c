/* SPDX-License-Identifier: BSD-2-Clause */
/* The log as YAML. */
#include "proxy/loader/print_log.h"

#include <inttypes.h>

#include "proxy/loader/value.h"

static void
print_retention(FILE *out, const struct msg_cfg_log *msg)
{
	char size[VALUE_TEXT_MAX];

	if (msg->retain_ms == 0 && msg->retain_octets == 0)
		return;
	(void)fputs("  retention: {", out);
	if (msg->retain_ms > 0)
		(void)fprintf(out, "age: %" PRIu64 "s", msg->retain_ms / 1000);
	value_print_octets(msg->retain_octets, size, sizeof(size));
	if (msg->retain_octets > 0)
		(void)fprintf(
		    out, "%ssize: %s", msg->retain_ms > 0 ? ", " : "", size);
	(void)fputs("}\n", out);
}

void
print_store(const struct config *config, FILE *out)
{
	const struct msg_cfg_log *msg = &config->log.msg;

	(void)fputs("store:\n", out);
	print_line(out, 2, "path", config->router.store_path);
	print_line(out, 2, "name", msg->name);
	print_line(out, 2, "key", msg->key_path);
	print_line(out, 2, "syslog",
	    msg->syslog_path[0] == '\0' ? "off" : msg->syslog_path);
	print_retention(out, msg);
	if (msg->n_witnesses > 0)
		(void)fputs("  witnesses:\n", out);
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		print_line(out, 0, "    - url", msg->witness[i].url);
		print_line(out, 6, "key", msg->witness[i].vkey);
	}
}

void
print_cosign(const struct config *config, FILE *out)
{
	const struct msg_cfg_log *msg = &config->log.msg;
	char text[VALUE_TEXT_MAX];

	if (msg->listen.afi == AFI_NONE)
		return;
	value_print_endpoint(&msg->listen, text, sizeof(text));
	(void)fputs("cosign:\n", out);
	print_line(out, 2, "listen", text);
	(void)fputs("  logs:\n", out);
	for (uint32_t i = 0; i < msg->n_cosigned; i++) {
		(void)fputs("    - ", out);
		print_text(out, msg->cosigned[i]);
		(void)fputc('\n', out);
	}
}
