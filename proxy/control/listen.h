/* SPDX-License-Identifier: BSD-2-Clause */
/* The Unix socket that operators' programs open, and who they are. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Where the socket is, so that only our own is removed. */
struct listen_mark {
	dev_t dev;
	ino_t ino;
};

/* Who may open the socket: its owner and group (mode 0660, a folder that is
 * made for it 0750), or everybody (0666 and 0755), where the peer's credentials
 * say who may do what. */
enum listen_to {
	LISTEN_GROUP = 0,
	LISTEN_ALL,
};

/*
 * Listen at path; its folder is made when it is missing (one level). A socket
 * that nobody answers is removed first; one that is answered, and anything that
 * is no socket, is left alone. Returns the descriptor, or -errno: -EADDRINUSE
 * when somebody answers, -ENOTSOCK, -ENAMETOOLONG …
 */
int listen_open(const char *path, enum listen_to to, struct listen_mark *mark);

/* Close fd and remove path, if it still is what listen_open() made, and if we
 * still may. */
void listen_close(int fd, const char *path, const struct listen_mark *mark);

/* Accept one connection, close-on-exec: the descriptor, or -errno. */
int listen_accept(int fd);

/*
 * Name of the user at the other end, as the kernel knows it: "root", or
 * "uid 1000" for one without a name (or whose name does not fit). Writes
 * size octets, padded with zeros. Returns 0, or -errno when it cannot be told.
 */
int listen_peer(int fd, char *name, size_t size);
