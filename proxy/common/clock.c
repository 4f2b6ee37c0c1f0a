/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, read from the kernel. */
#include "proxy/common/clock.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t
clock_read_ns(clockid_t id)
{
	struct timespec now = { 0 };

	(void)clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
clock_boot_ms(void)
{
	return clock_boot_ns() / 1000000u;
}

uint64_t
clock_boot_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}

uint64_t
clock_wall_ns(void)
{
	return clock_read_ns(CLOCK_REALTIME);
}

/* Value of a hexadecimal digit, -1 for anything else. */
static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void
clock_boot_id(uint8_t out[16])
{
	char text[36] = { 0 };
	size_t digits = 0;
	int fd;

	memset(out, 0, 16);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text)) < 0)
		text[0] = 0;
	(void)close(fd);
	for (size_t i = 0; i < sizeof(text) && digits < 32; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			continue;
		out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | value);
		digits++;
	}
}
