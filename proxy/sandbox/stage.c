/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, sockets and a process to be attacked. */
#include "proxy/sandbox/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "proxy/sandbox/sandbox.h"
#include "proxy/sandbox/user.h"

#define OTHER_PEER 65535u

static bool
failed(const char *what)
{
	(void)fprintf(stderr, "selftest: %s: %s\n", what, strerror(errno));
	return false;
}

/* ---- files ---- */

static bool
file_make(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool made = fd >= 0 && write(fd, "x", 1) == 1;

	if (fd >= 0)
		(void)close(fd);
	return made || failed(path);
}

static bool
folder_make(const char *path, const char *name)
{
	char file[STAGE_PATH_MAX + 16];

	if (mkdir(path, 0700) < 0)
		return failed(path);
	(void)snprintf(file, sizeof(file), "%s/%s", path, name);
	return file_make(file, 0600);
}

/* Open to all: it is the sandbox that is to keep them out. */
static bool
files_make(struct stage *stage)
{
	char folder[] = "/tmp/sluice-selftest-XXXXXX";

	if (mkdtemp(folder) == NULL)
		return failed(folder);
	(void)snprintf(stage->folder, sizeof(stage->folder), "%s", folder);
	(void)snprintf(stage->log, sizeof(stage->log), "%s/log", folder);
	(void)snprintf(stage->keys, sizeof(stage->keys), "%s/keys", folder);
	(void)snprintf(
	    stage->secret, sizeof(stage->secret), "%s/secret", folder);
	(void)snprintf(
	    stage->control, sizeof(stage->control), "%s/control", folder);
	(void)snprintf(
	    stage->journal, sizeof(stage->journal), "%s/journal", folder);
	if (chmod(folder, 0755) < 0)
		return failed(folder);
	return folder_make(stage->log, "data.mdb") &&
	       folder_make(stage->keys, "key") &&
	       file_make(stage->secret, 0400);
}

static void
file_remove(const char *folder, const char *name)
{
	char path[STAGE_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)remove(path);
}

static void
files_remove(const struct stage *stage)
{
	if (stage->folder[0] == '\0')
		return;
	file_remove(stage->log, "data.mdb");
	file_remove(stage->log, "renew.new");
	file_remove(stage->keys, "key");
	file_remove(stage->keys, "key.new");
	(void)remove(stage->log);
	(void)remove(stage->keys);
	(void)remove(stage->secret);
	(void)remove(stage->control);
	(void)remove(stage->journal);
	(void)remove(stage->folder);
}

/* ---- sockets; they end with the process ---- */

/* A TCP listener, and its port. */
static int
tcp_make(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	*port = ntohs(address.sin_port);
	return fd;
}

static int
tcp_dial(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return fd;
}

/* abstract: the name is behind a zero. */
static bool
unix_make(const char *path, int type, bool abstract)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strnlen(path, STAGE_PATH_MAX - 1);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(&address.sun_path[abstract ? 1 : 0], path, len);
	return fd >= 0 &&
	       bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       (type != SOCK_STREAM || listen(fd, 4096) == 0) &&
	       (abstract || chmod(path, 0666) == 0);
}

static bool
sockets_make(struct stage *stage)
{
	uint16_t port;

	if (tcp_make(&stage->port_wanted) < 0 ||
	    tcp_make(&stage->port_other) < 0)
		return failed("listen");
	stage->connected = tcp_dial(stage->port_wanted);
	stage->listening = tcp_make(&port);
	if (stage->connected < 0 || stage->listening < 0 || tcp_dial(port) < 0)
		return failed("connect");
	if (!unix_make(stage->control, SOCK_STREAM, false) ||
	    !unix_make(stage->journal, SOCK_DGRAM, false) ||
	    !unix_make(stage->journal, SOCK_DGRAM, true))
		return failed("socket");
	return true;
}

/* ---- another role ---- */

static void
other_run(void)
{
	bool own;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sandbox_begin(ROLE_SESSION) == 0 &&
	    user_enter(ROLE_SESSION, OTHER_PEER, &own) == 0)
		(void)pause();
	_exit(1);
}

bool
stage_begin(struct stage *stage)
{
	*stage = (struct stage){ .connected = -1, .listening = -1 };
	stage->supervisor = getpid();
	if (!files_make(stage) || !sockets_make(stage))
		return false;
	stage->other = fork();
	if (stage->other == 0)
		other_run();
	return stage->other > 0 || failed("fork");
}

void
stage_end(struct stage *stage)
{
	if (stage->other > 0) {
		(void)kill(stage->other, SIGKILL);
		(void)waitpid(stage->other, NULL, 0);
	}
	files_remove(stage);
}
