/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The session program with everything around it played by a test: supervisor
 * and guard at the other ends of its channels, a peer at the other end of its
 * socket. Everything waits at most SCENE_WAIT_MS and fails the test then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/common/message.h"
#include "proxy/wire/open.h"

#define SCENE_WAIT_MS 20000
#define SCENE_ASN     64500u
#define SCENE_PEER    65001u

/* A message that arrived and was not taken yet. */
struct scene_msg {
	struct scene_msg *next;
	_Alignas(8) uint8_t data[];
};

struct scene_end {
	struct scene *scene;
	struct channel *channel;
	struct scene_msg *first; /* oldest */
	struct scene_msg **last;
	bool closed;
};

struct scene {
	struct loop *loop;
	struct timer *timeout;
	bool timed_out;
	struct scene_end supervisor;
	struct scene_end guard;
	struct msg_session_config config;
	struct msg_session_state state; /* the last that the guard heard */
	pid_t pid;
	int status; /* of the ended process */
	uint32_t sockets;
	/* What the peer's OPEN says. */
	uint8_t families;
	uint8_t refresh; /* 0 none, 1 RFC 2918, 2 RFC 7313 too */
	bool graceful;   /* promises End-of-RIB */
};

/* Start the program; its configuration is not sent yet. */
void scene_start(struct scene *scene, const char *program);
/* A customer that dials us, all Flowspec and IPv4 unicast, 90 s, 100 rules, 100
 * prefixes. */
void scene_configure(struct scene *scene);
/* Give it a (new) guard. */
void scene_guard(struct scene *scene);
/* End what runs and check that it ended well. */
void scene_stop(struct scene *scene);
/* Wait for the process to end; its exit code. */
int scene_wait_exit(struct scene *scene);

/* Send a copy of a message. */
void scene_tell(
    struct scene_end *end, void *msg, size_t size, enum msg_kind kind);

/*
 * The next message of a kind, skipping session states (which are noted); any
 * other kind fails the test. The caller frees it.
 */
void *scene_expect(struct scene_end *end, enum msg_kind kind);
/* The next message of a kind, skipping others. */
void *scene_find(struct scene_end *end, enum msg_kind kind);
/* Wait for a state of the session that is (not) up. */
void scene_expect_up(struct scene *scene, bool up);
/* No message but session states is there now, after the guard's whole
 * channel was read. */
bool scene_quiet(struct scene *scene);

/* Connect a peer; returns its end of a stream socket, which blocks. */
int scene_connect(struct scene *scene, uint8_t direction);

/* What a well-behaved peer's OPEN says. */
struct open scene_open(const struct scene *scene);
void peer_send(int fd, const void *data, size_t len);
void peer_send_open(int fd, const struct open *open);
void peer_send_keepalive(int fd);
/* Read one message (header and all) to buf of MESSAGE_MAX octets; its type, or
 * 0 at the end of the stream. */
uint8_t peer_read(int fd, uint8_t *buf, size_t *len);
/* The next message is of this type; keepalives are skipped. */
void peer_expect(int fd, uint8_t type, uint8_t *buf, size_t *len);
/* The next message is this NOTIFICATION, and then the stream ends. */
void peer_expect_notification(int fd, uint8_t code, uint8_t subcode);

/* Configure, connect, exchange OPENs; returns the peer's socket. */
int scene_establish(struct scene *scene);
/* The same with a configuration that was sent already. */
int scene_establish_again(struct scene *scene);
