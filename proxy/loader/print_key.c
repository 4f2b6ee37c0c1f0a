/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and ranges of neighbours, as YAML. */
#include "proxy/loader/print_key.h"

#include <string.h>

#include "proxy/loader/value.h"

static void
print_time(FILE *out, int n, const char *key, uint64_t seconds)
{
	char text[VALUE_TEXT_MAX];

	if (seconds == 0)
		return;
	value_print_time(seconds, text, sizeof(text));
	(void)fprintf(out, "%*s%s: %s\n", n, "", key, text);
}

void
print_keys(const struct config *config, FILE *out, int n,
    const struct config_neighbor *neighbor)
{
	(void)fprintf(out, "%*stcp_ao:\n", n, "");
	for (unsigned i = 0; i < neighbor->n_keys; i++) {
		const struct msg_cfg_key *msg =
		    &model_key(config, neighbor->first_key + i)->msg;

		print_number(out, n + 2, "- send_id", msg->send_id);
		print_number(out, n + 4, "receive_id", msg->receive_id);
		(void)fprintf(out, "%*salgorithm: %s\n", n + 4, "",
		    print_choice_name(
			SECTION_KEY, "algorithm", msg->algorithm));
		print_line(out, n + 4, "key_file", msg->file);
		print_time(out, n + 4, "from", msg->from_s);
		print_time(out, n + 4, "until", msg->until_s);
		print_flag(out, n + 4, "exclude_options", msg->exclude_options);
	}
}

void
print_range(FILE *out, const char *key, const struct msg_cfg_neighbor *msg)
{
	struct prefix range = { .afi = msg->remote.afi, .len = msg->range_len };
	char text[PREFIX_TEXT_MAX];

	memcpy(range.addr, msg->remote.addr, sizeof(range.addr));
	print_line(out, 0, key, prefix_print(&range, text, sizeof(text)));
}
