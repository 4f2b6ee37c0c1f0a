/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session that has been taken over, as far as that goes: a rule from
 * 10.N.x.y/32 to anywhere makes the running process try attempt N, and say on
 * standard error what came of it; x.y is the number of a process to attack.
 * Linked in by the linker's --wrap; what there is to attack comes in the
 * environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "proxy/sandbox/attempts.h"
#include "proxy/session/session.h"
#include "proxy/wire/flowspec.h"

#define MARK  10u /* the source's first octet */
#define FILES 4096u

struct session *__real_session_new(struct loop *loop, int fd);
struct session *__wrap_session_new(struct loop *loop, int fd);
enum wire_fault __real_flowspec_decode(
    struct span value, unsigned afi, struct rule *out);
enum wire_fault __wrap_flowspec_decode(
    struct span value, unsigned afi, struct rule *out);

static struct session *taken;

struct session *
__wrap_session_new(struct loop *loop, int fd)
{
	taken = __real_session_new(loop, fd);
	return taken;
}

/* ---- what only a running session has ---- */

static int
say(struct channel *channel, enum msg_kind kind, size_t size)
{
	union {
		struct msg_head head;
		unsigned char octets[4096];
	} msg = { .head.kind = (uint16_t)kind };

	if (channel == NULL)
		return -ENOTCONN;
	if (channel_send(channel, &msg, size, -1) < 0)
		return -ENOBUFS;
	channel_flush(channel);
	return 0;
}

/* As the store says that a record is on disk: what would let a rule pass. */
static int
try_forged_record(const struct stage *stage)
{
	(void)stage;
	return say(
	    taken->guard, MSG_STORE_DURABLE, sizeof(struct msg_store_seq));
}

/* As control asks for a reload. */
static int
try_forged_reload(const struct stage *stage)
{
	(void)stage;
	return say(taken->supervisor, MSG_RELOAD, sizeof(struct msg_reload));
}

static int
try_descriptors(const struct stage *stage)
{
	unsigned n = 0;

	(void)stage;
	while (n < FILES && fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0) >= 0)
		n++;
	return n < FILES ? -errno : 0;
}

/* Its own password, that is what it was to prove. */
static int
try_own_keys(const struct stage *stage)
{
	unsigned char octets[160] = { 0 };
	socklen_t len = sizeof(octets);

	if (getsockopt(
		stage->connected, IPPROTO_TCP, TCP_MD5SIG, octets, &len) == 0)
		return 0;
	return -errno;
}

static const struct attempt own[] = {
	{ "say to the guard what the store says", try_forged_record, 0, 0, 0,
	    0 },
	{ "ask the supervisor for a reload", try_forged_reload, 0, 0, 0, 0 },
	{ "take all descriptors", try_descriptors, 0, 0, 0, 0 },
	{ "read its own TCP key", try_own_keys, 0, 0, 0, 0 },
};

/* ---- the stage ---- */

static void
path_take(char *out, const char *name)
{
	const char *value = getenv(name);

	(void)snprintf(
	    out, STAGE_PATH_MAX, "%s", value != NULL ? value : "/nowhere");
}

/* The connection with the peer: the one that has TCP's numbers. */
static int
connection_find(void)
{
	struct tcp_info info;

	for (int fd = 3; fd < 128; fd++) {
		socklen_t len = sizeof(info);

		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
			return fd;
	}
	return -1;
}

static void
stage_take(struct stage *stage, const struct rule *rule)
{
	const char *port = getenv("HOSTILE_PORT");

	*stage = (struct stage){ .supervisor = getppid(),
		.other = (pid_t)(rule->src[2] << 8 | rule->src[3]) };
	path_take(stage->folder, "HOSTILE_FOLDER");
	path_take(stage->log, "HOSTILE_LOG");
	path_take(stage->keys, "HOSTILE_KEYS");
	path_take(stage->secret, "HOSTILE_SECRET");
	path_take(stage->control, "HOSTILE_CONTROL");
	path_take(stage->journal, "HOSTILE_JOURNAL");
	stage->port_wanted = stage->port_other =
	    (uint16_t)strtoul(port != NULL ? port : "179", NULL, 10);
	stage->connected = stage->listening = connection_find();
}

/* ---- the attempt ---- */

static void
attempt_make(const struct rule *rule)
{
	size_t n = rule->src[1];
	const struct attempt *attempt =
	    n < n_attempts ? &attempts[n] : &own[n - n_attempts];
	struct stage stage;
	int err;

	if (n >= n_attempts + sizeof(own) / sizeof(own[0])) {
		(void)fprintf(stderr, "hostile %zu: none\n", n);
		return;
	}
	stage_take(&stage, rule);
	(void)fprintf(stderr, "hostile %zu: %s: tries (%s)\n", n, attempt->name,
	    (attempt->may & 1u << ROLE_SESSION) != 0 ? "may" : "must not");
	err = attempt->run(&stage);
	(void)fprintf(stderr, "hostile %zu: %s: %s\n", n, attempt->name,
	    err == 0 ? "ALLOWED" : strerrorname_np(-err));
}

enum wire_fault
__wrap_flowspec_decode(struct span value, unsigned afi, struct rule *out)
{
	enum wire_fault fault = __real_flowspec_decode(value, afi, out);

	if (fault == WIRE_OK && out->afi == AFI_IPV4 && out->src_len == 32 &&
	    out->src[0] == MARK && taken != NULL)
		attempt_make(out);
	return fault;
}
