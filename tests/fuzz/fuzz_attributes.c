/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as the attributes of an announcement: nothing malformed is used,
 * and what is used can be announced inward and read back the same. */
#include <stdlib.h>
#include <string.h>

#include "proxy/wire/attribute.h"
#include "proxy/wire/update.h"
#include "proxy/wire/update_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct update_context outside = { FAMILY_ALL, true, true, 64500,
	65001 };
static const struct update_context inside = { FAMILY_ALL, true, false, 64500,
	64500 };

/* MP_REACH with one rule, then the octets given. */
static size_t
build(uint8_t *body, const uint8_t *data, size_t size)
{
	static const uint8_t reach[] = { 0x80, 14, 9, 0, 1, 133, 0, 0, 3, 3,
		0x81, 6 };
	struct writer writer;
	size_t place;

	writer_init(&writer, body, MESSAGE_MAX);
	writer_u16(&writer, 0);
	place = writer_hold_u16(&writer);
	writer_bytes(&writer, reach, sizeof(reach));
	writer_bytes(&writer, data, size);
	writer_patch_u16(&writer, place);
	return writer.failed ? 0 : writer.len;
}

static void
announce(const struct update *update)
{
	static const uint8_t nlri[] = { 3, 3, 0x81, 6 };
	struct update_builder builder;
	struct update_attrs attrs;
	uint8_t buf[MESSAGE_MAX];
	struct update again;
	struct action_set expected = update->actions;
	struct writer out;

	memset(&attrs, 0, sizeof(attrs));
	attrs.actions = update->actions;
	attrs.has_local_pref = true;
	writer_init(&out, buf, sizeof(buf));
	if (!update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs) ||
	    !update_add_bytes(&builder, nlri, sizeof(nlri)) ||
	    !update_end(&builder))
		abort();
	if (update_decode(&inside, &buf[MESSAGE_HEADER_LEN],
		out.len - MESSAGE_HEADER_LEN, &again) != UPDATE_USE)
		abort();
	expected.repeated = 0;
	expected.unknown = 0;
	expected.stripped = 0;
	if (!action_equal(&again.actions, &expected))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t body[MESSAGE_MAX];
	struct attribute attribute;
	struct reader reader;
	struct update update;
	size_t len = build(body, data, size);

	reader_init(&reader, data, size);
	while (
	    reader.left > 0 && attribute_next(&reader, &attribute) == WIRE_OK) {
		if (attribute.whole.len > size ||
		    attribute.value.len > attribute.whole.len)
			abort();
		(void)attribute_name(attribute.type);
	}
	if (len == 0 ||
	    update_decode(&outside, body, len, &update) != UPDATE_USE)
		return 0;
	if (update.path.first_as != 65001 || update.path.has_own ||
	    update.path.has_confed || update.origin > 2 ||
	    !action_valid(&update.actions))
		abort();
	announce(&update);
	return 0;
}
