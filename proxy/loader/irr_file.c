/* SPDX-License-Identifier: BSD-2-Clause */
/* IRR files: bounded, regular, hashed. */
#include "proxy/loader/irr_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/loader/config.h"
#include "proxy/loader/irr_json.h"
#include "store/seal.h"

void
irr_file_none(const char *path, const char *why, struct msg_cfg_irr *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->head.len = sizeof(*msg);
	msg->head.kind = MSG_CFG_IRR;
	msg->status = IRR_MISSING;
	(void)snprintf(msg->path, sizeof(msg->path), "%s", path);
	(void)snprintf(msg->why, sizeof(msg->why), "%s", why);
}

/* All of the file, for free(), or NULL. It is replaced by renaming, so what is
 * read is one version of it. */
static uint8_t *
octets_read(int fd, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	size_t got = 0;

	while (bytes != NULL && got < size) {
		ssize_t n = read(fd, &bytes[got], size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(bytes);
			return NULL;
		}
		got += (size_t)n;
	}
	return bytes;
}

static void
octets_take(const uint8_t *bytes, size_t size, size_t max,
    struct msg_cfg_irr *msg, struct prefix **prefixes)
{
	struct irr_json list;

	if (seal_init() < 0) {
		(void)snprintf(msg->why, sizeof(msg->why), "no hash function");
		return;
	}
	seal_sha256(bytes, size, msg->hash);
	msg->status = irr_json_parse(bytes, size, max, &list);
	(void)snprintf(msg->why, sizeof(msg->why), "%s", list.why);
	msg->n = (uint32_t)list.n;
	*prefixes = list.prefixes;
}

static void
file_take(int fd, size_t max, struct msg_cfg_irr *msg, struct prefix **prefixes)
{
	struct stat st;
	uint8_t *bytes = NULL;
	const char *why = NULL;

	if (fstat(fd, &st) != 0)
		why = strerrordesc_np(errno);
	else if (!S_ISREG(st.st_mode))
		why = "no regular file";
	else if (st.st_size < 0 || st.st_size > CONFIG_IRR_BYTES_MAX)
		why = "more than 64 MiB";
	if (why == NULL) {
		bytes = octets_read(fd, (size_t)st.st_size);
		why = bytes == NULL ? "it could not be read whole" : NULL;
	}
	if (why != NULL) {
		(void)snprintf(msg->why, sizeof(msg->why), "%s", why);
		return;
	}
	msg->written_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
			  (uint64_t)st.st_mtim.tv_nsec;
	octets_take(bytes, (size_t)st.st_size, max, msg, prefixes);
	free(bytes);
}

void
irr_file_read(const char *path, size_t max, struct msg_cfg_irr *msg,
    struct prefix **prefixes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*prefixes = NULL;
	irr_file_none(path, fd < 0 ? strerrordesc_np(errno) : "", msg);
	if (fd < 0)
		return;
	file_take(fd, max, msg, prefixes);
	(void)close(fd);
}
