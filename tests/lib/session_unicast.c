/* SPDX-License-Identifier: BSD-2-Clause */
/* Unicast routes in a scene: what a peer sends, and what the guard hears. */
#include "tests/lib/session_unicast.h"

#include <linux/sockios.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "proxy/wire/update_build.h"
#include "tests/lib/hex.h"

/* A field with its length in two octets. */
static void
put_field(struct writer *writer, const char *hex)
{
	uint8_t octets[MESSAGE_MAX];
	size_t n = hex_read(hex, octets, sizeof(octets));

	writer_u16(writer, (uint16_t)n);
	writer_bytes(writer, octets, n);
}

void
unicast_send(int fd, const char *withdrawn, const char *attributes,
    const char *announced)
{
	uint8_t octets[MESSAGE_MAX], nlri[MESSAGE_MAX];
	size_t n = hex_read(announced, nlri, sizeof(nlri));
	struct writer writer;
	size_t place;

	writer_init(&writer, octets, sizeof(octets));
	place = message_begin(&writer, MESSAGE_UPDATE);
	put_field(&writer, withdrawn);
	put_field(&writer, attributes);
	writer_bytes(&writer, nlri, n);
	message_end(&writer, place);
	peer_send(fd, octets, writer.len);
}

void
unicast_end_of_rib(int fd, unsigned family)
{
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	update_end_of_rib(&writer, family);
	peer_send(fd, octets, writer.len);
}

void
unicast_refresh(int fd, unsigned family, enum refresh_subtype subtype)
{
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	refresh_encode(&writer, family, subtype);
	peer_send(fd, octets, writer.len);
}

/* ---- floods ---- */

static uint32_t
flood_addr(unsigned i)
{
	return 0x01000000u + i * 256;
}

static void
flood(int fd, unsigned first, unsigned n)
{
	uint8_t octets[MESSAGE_MAX], attributes[64];
	size_t len = hex_read(UNICAST_INSIDE, attributes, sizeof(attributes));
	struct writer writer;
	unsigned i = first;

	while (i < first + n) {
		size_t place;

		writer_init(&writer, octets, sizeof(octets));
		place = message_begin(&writer, MESSAGE_UPDATE);
		writer_u16(&writer, 0);
		writer_u16(&writer, (uint16_t)len);
		writer_bytes(&writer, attributes, len);
		for (; i < first + n && writer_room(&writer) >= 4; i++)
			writer_u32(&writer, 24u << 24 | flood_addr(i) >> 8);
		message_end(&writer, place);
		peer_send(fd, octets, writer.len);
	}
	unicast_end_of_rib(fd, FAMILY_IPV4_UNICAST);
}

pid_t
unicast_flood(int fd, unsigned first, unsigned n)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	flood(fd, first, n);
	_exit(0);
}

void
unicast_flooded(pid_t pid)
{
	int status = 1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void
unicast_wait_stuck(int fd, pid_t pid)
{
	unsigned same = 0;
	int before = 0;

	for (unsigned i = 0; i < SCENE_WAIT_MS / 20 && same < 5; i++) {
		int queued = 0;

		(void)usleep(20000);
		assert_int_equal(ioctl(fd, SIOCOUTQ, &queued), 0);
		same = queued > 0 && queued == before ? same + 1 : 0;
		before = queued;
	}
	assert_int_equal(same, 5);
	/* It has more to send. */
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
}

/* ---- the guard ---- */

static const struct prefix *
prefix_at(const struct msg_unicast *msg, unsigned i, struct prefix *out)
{
	const struct unicast4 *four = (const void *)(msg + 1);
	const struct unicast6 *six = (const void *)(msg + 1);
	struct writer writer;

	memset(out, 0, sizeof(*out));
	out->afi = family_afi(msg->family);
	if (out->afi == AFI_IPV6) {
		out->len = six[i].len;
		memcpy(out->addr, six[i].addr, sizeof(out->addr));
		return out;
	}
	out->len = four[i].len;
	writer_init(&writer, out->addr, 4);
	writer_u32(&writer, four[i].addr);
	return out;
}

void
unicast_expect(struct scene *scene, const char *text, struct route_facts *facts)
{
	struct msg_unicast *msg = scene_expect(&scene->guard, MSG_UNICAST);
	char got[1024] = "", one[PREFIX_TEXT_MAX];
	struct prefix prefix;
	size_t at = 0;

	assert_true(check_unicast(msg));
	for (unsigned i = 0; i < msg->n && at < sizeof(got); i++)
		at += (size_t)snprintf(&got[at], sizeof(got) - at, "%s%s",
		    i > 0           ? " "
		    : msg->withdraw ? "-"
				    : "+",
		    prefix_print(prefix_at(msg, i, &prefix), one, sizeof(one)));
	assert_string_equal(got, text);
	if (facts != NULL)
		*facts = msg->facts;
	free(msg);
}

void
unicast_expect_flood(struct scene *scene, unsigned first, unsigned n)
{
	unsigned i = first;

	while (i < first + n) {
		struct msg_unicast *msg =
		    scene_expect(&scene->guard, MSG_UNICAST);
		const struct unicast4 *entries = (const void *)(msg + 1);

		assert_true(check_unicast(msg));
		assert_int_equal(msg->withdraw, 0);
		for (unsigned j = 0; j < msg->n; j++, i++) {
			assert_int_equal(entries[j].addr, flood_addr(i));
			assert_int_equal(entries[j].len, 24);
		}
		free(msg);
	}
	assert_int_equal(i, first + n);
}

/* ---- the peer ---- */

void
unicast_expect_asked(int fd, unsigned family)
{
	uint8_t buf[MESSAGE_MAX];
	uint8_t type;
	size_t len;

	do {
		type = peer_read(fd, buf, &len);
	} while (type == MESSAGE_UPDATE || type == MESSAGE_KEEPALIVE);
	assert_int_equal(type, MESSAGE_ROUTE_REFRESH);
	assert_int_equal(buf[20], family_afi(family));
	assert_int_equal(buf[21], REFRESH_REQUEST);
	assert_int_equal(buf[22], family_safi(family));
}
