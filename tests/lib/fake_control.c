/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection at a time, one question after the other. */
#include "tests/lib/fake_control.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const char status[] =
    "{\"row\":{\"started\":\"2026-01-31T03:04:05.000Z\",\"store\":\"fine\","
    "\"sessions\":{\"configured\":2,\"up\":1},"
    "\"inward\":{\"configured\":1,\"up\":1},"
    "\"containment\":{\"panic\":false,\"panic_by\":\"olga\"}}}\n";
static const char sessions[] =
    "{\"row\":{\"side\":\"customer\",\"customer\":\"acme\","
    "\"neighbor\":\"198.51.100.2\",\"asn\":65001,\"up\":true,"
    "\"state\":\"Established\",\"since\":\"2026-01-31T03:04:05.000Z\","
    "\"remote\":\"198.51.100.2\",\"rules\":3,\"accepted\":2}}\n"
    "{\"row\":{\"side\":\"inward\",\"customer\":null,\"neighbor\":\"rr1\","
    "\"asn\":64500,\"up\":false,\"state\":\"Active\",\"rules\":0,"
    "\"accepted\":0}}\n";
static const char customers[] =
    "{\"row\":{\"customer\":\"acme\",\"quarantined\":false,"
    "\"contained_by\":\"olga\",\"rules\":{\"accepted\":2},"
    "\"quota\":{\"rules\":2,\"rules_max\":null}}}\n";
static const char metrics[] =
    "{\"row\":{\"customer\":null,\"reason\":\"accepted\",\"count\":7}}\n"
    "{\"row\":{\"customer\":\"acme\",\"reason\":\"accepted\",\"count\":7}}\n";
static const char rules[] =
    "{\"row\":{\"id\":17,\"customer\":\"acme\","
    "\"neighbor\":\"198.51.100.2\",\"match\":\"dst 203.0.113.9/32\","
    "\"operator\":\"olga\",\"announced\":true}}\n"
    "{\"row\":{\"id\":18,\"customer\":\"bolt\","
    "\"neighbor\":\"198.51.100.6\",\"match\":\"dst 203.0.113.10/32\","
    "\"operator\":null,\"announced\":false}}\n";

static const char seal[] =
    "{\"row\":{\"state\":\"signing\",\"note\":\"o\\n7\\nAAAA\\n\\n"
    "\\u2014 o BBBB\\n\"}}\n";

static bool
say(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

static void
say_rows(const struct fake_control *fake, int fd, const char *question)
{
	static const struct {
		const char *verb;
		const char *rows;
	} known[] = { { "\"status\"", status }, { "\"sessions\"", sessions },
		{ "\"customers\"", customers }, { "\"metrics\"", metrics },
		{ "\"rules\"", rules }, { "\"audit-seal\"", seal } };
	bool many =
	    fake->mood == FAKE_MANY && strstr(question, "\"rules\"") != NULL;
	bool fine = true;

	for (unsigned i = 0; i < 20050 && many && fine; i++)
		fine = say(fd, "{\"row\":{\"id\":1}}\n");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && !many; i++) {
		if (strstr(question, known[i].verb) != NULL)
			(void)say(fd, known[i].rows);
	}
	(void)say(fd, "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* Until it hangs up, or the test ends. */
static void
wait_for_end(const struct fake_control *fake, int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
		{ .fd = fake->stop_fd, .events = POLLIN } };

	(void)poll(fds, 2, -1);
}

static void
answer(const struct fake_control *fake, int fd, const char *question)
{
	static const char lump[] = "{\"row\":{\"x\":\"xxxxxxxxxxxxxxxxxxxxxxxx";

	switch ((enum fake_mood)fake->mood) {
	case FAKE_FINE:
	case FAKE_MANY:
		say_rows(fake, fd, question);
		return;
	case FAKE_NO:
		(void)say(fd, "{\"end\":{\"exit\":1,\"text\":\"no\"}}\n");
		return;
	case FAKE_GARBAGE:
		(void)say(fd, "no json\n{\"end\":{}}\n");
		return;
	case FAKE_SILENT:
		wait_for_end(fake, fd);
		return;
	case FAKE_HANGS_UP:
		(void)say(fd, "{\"row\":{}}\n");
		return;
	case FAKE_ENDLESS:
		while (say(fd, lump))
			;
		return;
	}
}

/* One question; false when there will be no further one. */
static bool
question_read(const struct fake_control *fake, int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
			{ .fd = fake->stop_fd, .events = POLLIN } };
		ssize_t n;

		(void)poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return false;
		n = recv(fd, &text[len], size - 1 - len, MSG_DONTWAIT);
		if (n <= 0)
			return false;
		len += (size_t)n;
		text[len] = '\0';
		if (strchr(text, '\n') != NULL)
			return true;
	}
	return false;
}

static void
serve(struct fake_control *fake, int fd)
{
	char question[256];

	while (question_read(fake, fd, question, sizeof(question))) {
		fake->asked++;
		answer(fake, fd, question);
		if (fake->mood == FAKE_HANGS_UP)
			return;
	}
}

int
fake_control_dial(const struct fake_control *fake)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, fake->path, strlen(fake->path) + 1);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void *
run(void *ctx)
{
	struct fake_control *fake = ctx;

	for (;;) {
		struct pollfd fds[2] = { { .fd = fake->fd, .events = POLLIN },
			{ .fd = fake->stop_fd, .events = POLLIN } };
		int fd;

		(void)poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return NULL;
		fd = accept(fake->fd, NULL, NULL);
		if (fd < 0)
			continue;
		serve(fake, fd);
		(void)close(fd);
	}
}

void
fake_control_start(struct fake_control *fake)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(fake, 0, sizeof(*fake));
	temp_folder_make(fake->folder);
	(void)snprintf(
	    fake->path, sizeof(fake->path), "%s/socket", fake->folder);
	assert_true(strlen(fake->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, fake->path, strlen(fake->path) + 1);
	fake->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(fake->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fake->fd, 16), 0);
	fake->stop_fd = eventfd(0, 0);
	assert_int_equal(pthread_create(&fake->thread, NULL, run, fake), 0);
}

void
fake_control_stop(struct fake_control *fake)
{
	uint64_t one = 1;

	assert_int_equal(write(fake->stop_fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(pthread_join(fake->thread, NULL), 0);
	(void)close(fake->fd);
	(void)close(fake->stop_fd);
	temp_folder_remove(fake->folder);
}
