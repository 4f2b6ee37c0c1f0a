/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a NOTIFICATION: its words never hold a control character,
 * never pass their buffer, and what we send back is the same. */
#include <stdlib.h>
#include <string.h>

#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct notification notification;
	char text[NOTIFICATION_TEXT_MAX], small[16];
	uint8_t buf[MESSAGE_MAX];
	struct writer writer;

	if (notification_decode(data, size, &notification) != WIRE_OK)
		return 0;
	(void)notification_words(&notification, text, sizeof(text));
	(void)notification_words(&notification, small, sizeof(small));
	for (size_t i = 0; text[i] != '\0'; i++) {
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			abort();
	}
	if (strncmp(text, small, strlen(small)) != 0)
		abort();
	(void)notification_code_name(notification.code);
	(void)notification_subcode_name(
	    notification.code, notification.subcode);
	writer_init(&writer, buf, sizeof(buf));
	notification_encode(&writer, notification.code, notification.subcode,
	    notification.data.data, notification.data.len);
	if (writer.failed ||
	    (size <= MESSAGE_MAX - MESSAGE_HEADER_LEN &&
		memcmp(&buf[MESSAGE_HEADER_LEN], data, size) != 0))
		abort();
	return 0;
}
