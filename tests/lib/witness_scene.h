/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The witness role whole, in this process's loop: a supervisor, a signer and a
 * store that the test plays, and strangers in threads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>

#include "proxy/common/channel.h"
#include "proxy/common/message_seal.h"
#include "proxy/witness/witness.h"

#define SCENE_WAIT_MS 60000 /* only when something is broken */

#define SCENE_NOTE                                                             \
	"a.example/1\n"                                                        \
	"8\n"                                                                  \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"                       \
	"\n"                                                                   \
	"\xe2\x80\x94 a.example/1 AAAAAAA=\n"
#define SCENE_BODY  "old 0\n\n" SCENE_NOTE
#define SCENE_LINES "\xe2\x80\x94 w.example BBBBBBB=\n"

struct witness_scene {
	struct loop *loop;
	struct timer *poll;
	uint64_t until_ms;
	struct witness *witness;
	struct channel *supervisor;
	struct channel *signer;
	struct channel *store;
	uint16_t port; /* that the role listens on */
	/* The signer. */
	bool silent;
	struct msg_signed answer; /* to whatever is asked */
	struct msg_cosign cosign; /* the last one asked */
	unsigned cosigns;
	/* The store. */
	unsigned results;
	struct msg_submitted result; /* the last one */
};

/* A scene with all links, listening, whose signer says SIGN_DONE with
 * SCENE_LINES. */
struct witness_scene *witness_scene_new(void);
void witness_scene_free(struct witness_scene *scene);

/* Another configuration: listen on a new port, and these witnesses; wait until
 * it listens. */
void witness_scene_configure(
    struct witness_scene *scene, const char *const *urls, uint32_t n);

/* The same port, and these witnesses. */
void witness_scene_witnesses(
    struct witness_scene *scene, const char *const *urls, uint32_t n);

/* Run the loop until *count has reached n. */
void witness_scene_until(
    struct witness_scene *scene, const unsigned *count, unsigned n);

/* What one connection says, and hears to its end. */
struct stranger {
	pthread_t thread;
	uint16_t port;
	bool elsewhere; /* from 127.0.0.2 */
	const char *text;
	size_t len;
	char answer[32768]; /* with a NUL */
	unsigned done;      /* atomic: 1 when it is through */
};
void stranger_start(
    struct stranger *stranger, uint16_t port, const char *text, size_t len);
/* Wait for it, with the loop running. Returns the status of its last answer; 0:
 * none. */
unsigned stranger_status(
    struct stranger *stranger, struct witness_scene *scene);

/* POST of a body by one connection, which it then wants closed; and from
 * another address than all others. */
unsigned witness_scene_post(
    struct witness_scene *scene, const char *body, struct stranger *stranger);
unsigned witness_scene_post_elsewhere(
    struct witness_scene *scene, const char *body, struct stranger *stranger);

/* A server that accepts, reads a little, says its text so many times and then
 * hangs up, or holds until it is stopped. */
struct bad_server {
	pthread_t thread;
	int listen_fd;
	int stop_fd;
	uint16_t port;
	const char *text;
	size_t len; /* 0: up to the NUL */
	unsigned times;
	bool hold;
};
void bad_server_start(struct bad_server *server);
void bad_server_stop(struct bad_server *server);

/* Another store takes the place of the one before. */
void witness_scene_store_anew(struct witness_scene *scene);

/* Submit SCENE_NOTE to witness, and wait for its result if told so. */
void witness_scene_submit(
    struct witness_scene *scene, uint32_t witness, bool wait);
