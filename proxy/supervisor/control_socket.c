/* SPDX-License-Identifier: BSD-2-Clause */
/* Mode and end of the control socket. */
#include "proxy/supervisor/control_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MODE_GROUP 0660
#define MODE_ALL   0666

static bool
is_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

bool
control_socket_open(const struct msg_control_config *config)
{
	return config->viewer[0] != '\0' || config->noc[0] != '\0' ||
	       config->admin[0] != '\0';
}

int
control_socket_mode(const struct msg_control_config *config)
{
	mode_t mode = control_socket_open(config) ? MODE_ALL : MODE_GROUP;

	if (!is_socket(config->path))
		return -ENOTSOCK;
	return chmod(config->path, mode) < 0 ? -errno : 0;
}

static bool
is_refused(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strnlen(path, sizeof(address.sun_path));
	bool refused;
	int fd;

	if (len == 0 || len == sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)&address,
		      sizeof(address)) < 0 &&
		  errno == ECONNREFUSED;
	(void)close(fd);
	return refused;
}

void
control_socket_remove(const char *path)
{
	if (is_socket(path) && is_refused(path))
		(void)unlink(path);
}
