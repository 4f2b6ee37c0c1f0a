/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP-AO (RFC 5925) as Linux has it from 6.7 on: keys of sockets. None of the
 * structures of the kernel gets out of here, and no secret that the kernel
 * hands back.
 *
 * Words of art: a segment is signed with Current and names RNext, the key that
 * the other end should sign with. A listener has neither.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/message.h"
#include "proxy/supervisor/password.h"

/* Keys of one connection that are looked at: a chain, and chains before it
 * whose keys still have to go. */
#define TCP_AO_HELD_MAX 64u

/* What keys are put on: the kernel, or what a test puts in its place. */
struct tcp_ao_ops {
	/* setsockopt() and getsockopt() of IPPROTO_TCP: 0 or -errno. */
	int (*set)(
	    void *ctx, int fd, int option, const void *value, size_t size);
	int (*get)(void *ctx, int fd, int option, void *value, size_t size);
	/* A new TCP socket: a descriptor or -errno; and its end. */
	int (*open)(void *ctx, unsigned afi);
	void (*close)(void *ctx, int fd);
};

struct tcp_ao {
	const struct tcp_ao_ops *ops; /* borrowed for ever */
	void *ctx;
};

/* A key, and whose. */
struct tcp_ao_key {
	struct address remote; /* the port does not count */
	uint8_t len;           /* prefix; 0: the one address */
	uint8_t send_id;
	uint8_t receive_id;
	uint8_t algorithm; /* enum ao_algorithm */
	uint8_t exclude_options;
	const struct password *secret; /* NULL where it is not asked for */
};

/* A key as a socket has it. */
struct tcp_ao_held {
	struct address remote;
	uint8_t len; /* prefix, always said */
	uint8_t send_id;
	uint8_t receive_id;
	bool current;
	bool rnext;
	uint64_t good; /* segments */
	uint64_t bad;
};

/* Of a socket. */
struct tcp_ao_info {
	bool has_current;
	bool has_rnext;
	uint8_t current; /* SendID */
	uint8_t rnext;   /* RecvID */
	bool required;
	uint64_t good; /* segments */
	uint64_t bad;
	uint64_t unknown;
	uint64_t unsigned_in;
};

/* Linux itself. */
struct tcp_ao tcp_ao_kernel(void);

/* False: built without CONFIG_TCP_AO, or before 6.7. */
bool tcp_ao_supported(const struct tcp_ao *ao);

/* To sign with from the beginning, and to ask for: not on listeners. */
enum tcp_ao_use {
	TCP_AO_SPARE,
	TCP_AO_WANTED,
};

/*
 * Add a key with its secret. 0, also when it is there already, with this
 * secret; one with the same ids and another secret is replaced. -errno:
 * -EEXIST a key of others has one of the ids; -EKEYREJECTED there is an MD5
 * password for the address; -EBUSY the other one is in use; -EINVAL; -EISCONN
 * the connection began without; -ENOMEM (net.core.optmem_max, too).
 */
int tcp_ao_put(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    enum tcp_ao_use use);

/* Take a key away, by address and ids. 0, also when there is none, or -EBUSY
 * as long as it is Current or RNext. */
int tcp_ao_take(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key);

/* The same whatever is in use: heir is Current and RNext from then on. 0 or
 * -errno. */
int tcp_ao_take_by_force(const struct tcp_ao *ao, int fd,
    const struct tcp_ao_key *key, const struct tcp_ao_key *heir);

/* Its keys: up to TCP_AO_HELD_MAX in out. Their number or -errno: -ENOENT a
 * socket without TCP-AO; -E2BIG more. */
int tcp_ao_held(const struct tcp_ao *ao, int fd,
    struct tcp_ao_held out[static TCP_AO_HELD_MAX]);

/* One key, by address and ids. 0 or -errno: -ENOENT it is not there. */
int tcp_ao_find(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    struct tcp_ao_held *out);

/* 0 or -errno: -ENOENT a socket without TCP-AO. */
int tcp_ao_info(const struct tcp_ao *ao, int fd, struct tcp_ao_info *out);

/* From now on ask for this key (by its RecvID), and take nothing that is not
 * signed. 0 or -errno. */
int tcp_ao_ask(const struct tcp_ao *ao, int fd, uint8_t receive_id);

/* Whether a socket takes segments that are not signed. 0 or -errno. */
int tcp_ao_require(const struct tcp_ao *ao, int fd, bool required);
