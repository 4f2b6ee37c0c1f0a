/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP-AO on Linux. What the kernel hands back of a key is wiped before anybody
 * else sees it. */
#include "proxy/supervisor/tcp_ao.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/endpoint.h"
#include "proxy/common/tcp_ao_abi.h"

/* ---- the kernel ---- */

static int
kernel_set(void *ctx, int fd, int option, const void *value, size_t size)
{
	(void)ctx;
	if (setsockopt(fd, IPPROTO_TCP, option, value, (socklen_t)size) < 0)
		return -errno;
	return 0;
}

/* size is that of one element, as TCP_AO_GET_KEYS wants it. */
static int
kernel_get(void *ctx, int fd, int option, void *value, size_t size)
{
	socklen_t len = (socklen_t)size;

	(void)ctx;
	if (getsockopt(fd, IPPROTO_TCP, option, value, &len) < 0)
		return -errno;
	return 0;
}

static int
kernel_open(void *ctx, unsigned afi)
{
	int fd = socket(afi == AFI_IPV6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

	(void)ctx;
	if (fd < 0)
		return -errno;
	return fd;
}

static void
kernel_close(void *ctx, int fd)
{
	(void)ctx;
	(void)close(fd);
}

struct tcp_ao
tcp_ao_kernel(void)
{
	static const struct tcp_ao_ops ops = {
		.set = kernel_set,
		.get = kernel_get,
		.open = kernel_open,
		.close = kernel_close,
	};

	return (struct tcp_ao){ .ops = &ops };
}

bool
tcp_ao_supported(const struct tcp_ao *ao)
{
	struct tcp_ao_info info;
	int fd = ao->ops->open(ao->ctx, AFI_IPV4);
	int err;

	if (fd < 0)
		return false;
	/* A new socket has no keys: that is what a kernel says that knows. */
	err = tcp_ao_info(ao, fd, &info);
	ao->ops->close(ao->ctx, fd);
	return err == -ENOENT;
}

/* ---- keys ---- */

static uint8_t
prefix_of(const struct tcp_ao_key *key)
{
	if (key->len > 0)
		return key->len;
	return key->remote.afi == AFI_IPV6 ? 128 : 32;
}

/* Port and zone do not belong to a key. */
static void
address_of(const struct tcp_ao_key *key, struct sockaddr_storage *out)
{
	struct address remote = key->remote;

	remote.scope = 0;
	(void)endpoint_sockaddr(&remote, 0, out);
}

static uint8_t
flags_of(const struct tcp_ao_key *key)
{
	return key->exclude_options != 0 ? AO_FLAG_EXCLUDE_OPTIONS : 0;
}

static const char *
name_of(uint8_t algorithm)
{
	switch (algorithm) {
	case AO_HMAC_SHA1:
		return "hmac(sha1)";
	case AO_CMAC_AES128:
		return "cmac(aes128)";
	case AO_HMAC_SHA256:
		return "hmac(sha256)";
	default:
		return "";
	}
}

static int
key_add(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    enum tcp_ao_use use)
{
	struct ao_add add = {
		.set_current = use == TCP_AO_WANTED,
		.set_rnext = use == TCP_AO_WANTED,
		.prefix = prefix_of(key),
		.send_id = key->send_id,
		.receive_id = key->receive_id,
		.mac_len = AO_MAC_LEN,
		.flags = flags_of(key),
	};
	int err;

	if (key->secret == NULL || key->secret->len == 0 ||
	    key->secret->len > AO_KEY_MAX)
		return -EINVAL;
	address_of(key, &add.addr);
	(void)snprintf(add.algorithm, sizeof(add.algorithm), "%s",
	    name_of(key->algorithm));
	add.key_len = (uint8_t)key->secret->len;
	memcpy(add.key, key->secret->octets, key->secret->len);
	err = ao->ops->set(ao->ctx, fd, AO_ADD_KEY, &add, sizeof(add));
	explicit_bzero(&add, sizeof(add));
	return err;
}

/* Take it away; heir (NULL: none) is used from then on. Without async the
 * kernel waits until nobody looks at the key: too long for each of many. */
static int
key_del(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    const struct tcp_ao_key *heir, bool async)
{
	struct ao_del del = {
		.del_async = async,
		.prefix = prefix_of(key),
		.send_id = key->send_id,
		.receive_id = key->receive_id,
	};

	if (heir != NULL) {
		del.set_current = 1;
		del.set_rnext = 1;
		del.current = heir->send_id;
		del.rnext = heir->receive_id;
	}
	address_of(key, &del.addr);
	return ao->ops->set(ao->ctx, fd, AO_DEL_KEY, &del, sizeof(del));
}

/* The key of that address and those ids, secret and all: the caller wipes it.
 * 0 or -errno. */
static int
key_get(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    struct ao_get *out)
{
	struct sockaddr_storage addr;
	int err;

	memset(out, 0, sizeof(*out));
	address_of(key, &addr);
	out->addr = addr;
	out->n_keys = 1;
	out->prefix = prefix_of(key);
	out->send_id = key->send_id;
	out->receive_id = key->receive_id;
	err = ao->ops->get(ao->ctx, fd, AO_GET_KEYS, out, sizeof(*out));
	if (err < 0)
		return err;
	/* The kernel leaves what was asked for where it finds nothing, and
	 * finds keys of hosts inside of a prefix. */
	if (out->key_len == 0 || out->prefix != prefix_of(key) ||
	    memcmp(&out->addr, &addr, sizeof(addr)) != 0)
		return -ENOENT;
	return 0;
}

/* The kernel makes another key of a secret for cmac(aes128) (RFC 5926 3.1.1.2)
 * and names the algorithm anew: like is compared with like by letting it do so
 * on a socket that is never connected. */
static int
key_model(
    const struct tcp_ao *ao, const struct tcp_ao_key *key, struct ao_get *out)
{
	int fd = ao->ops->open(ao->ctx, key->remote.afi);
	int err;

	if (fd < 0)
		return fd;
	err = key_add(ao, fd, key, TCP_AO_SPARE);
	if (err == 0)
		err = key_get(ao, fd, key, out);
	ao->ops->close(ao->ctx, fd);
	return err;
}

static bool
key_equal(const struct ao_get *a, const struct ao_get *b)
{
	return a->mac_len == b->mac_len && a->flags == b->flags &&
	       a->key_len == b->key_len &&
	       strncmp(a->algorithm, b->algorithm, AO_NAME_MAX) == 0 &&
	       memcmp(a->key, b->key, AO_KEY_MAX) == 0;
}

/* The socket has the key, with its secret: 1; with another one: 0; none with
 * its address and ids, or else: -errno. */
static int
key_is_there(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key)
{
	struct ao_get have, want;
	int err = key_get(ao, fd, key, &have);
	int same = 0;

	if (err == 0) {
		err = key_model(ao, key, &want);
		same = err == 0 && key_equal(&have, &want);
		explicit_bzero(&want, sizeof(want));
	}
	explicit_bzero(&have, sizeof(have));
	return err < 0 ? err : same;
}

int
tcp_ao_put(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    enum tcp_ao_use use)
{
	int err = key_add(ao, fd, key, use);
	int same;

	if (err != -EEXIST)
		return err;
	same = key_is_there(ao, fd, key);
	if (same > 0)
		return 0;
	if (same < 0)
		return same == -ENOENT ? -EEXIST : same;
	err = tcp_ao_take(ao, fd, key);
	return err < 0 ? err : key_add(ao, fd, key, use);
}

int
tcp_ao_take(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key)
{
	int err = key_del(ao, fd, key, NULL, true);

	/* It does not listen (yet). */
	if (err == -EINVAL)
		err = key_del(ao, fd, key, NULL, false);
	return err == -ENOENT ? 0 : err;
}

int
tcp_ao_take_by_force(const struct tcp_ao *ao, int fd,
    const struct tcp_ao_key *key, const struct tcp_ao_key *heir)
{
	return key_del(ao, fd, key, heir, false);
}

/* ---- what is there ---- */

static void
held_from(const struct ao_get *from, struct tcp_ao_held *out)
{
	*out = (struct tcp_ao_held){
		.len = from->prefix,
		.send_id = from->send_id,
		.receive_id = from->receive_id,
		.current = from->is_current != 0,
		.rnext = from->is_rnext != 0,
		.good = from->good,
		.bad = from->bad,
	};
	(void)endpoint_from(&from->addr, &out->remote);
}

int
tcp_ao_held(const struct tcp_ao *ao, int fd,
    struct tcp_ao_held out[static TCP_AO_HELD_MAX])
{
	struct ao_get keys[TCP_AO_HELD_MAX];
	uint32_t n;
	int err;

	memset(&keys[0], 0, sizeof(keys[0]));
	keys[0].n_keys = TCP_AO_HELD_MAX;
	keys[0].get_all = 1;
	err = ao->ops->get(ao->ctx, fd, AO_GET_KEYS, keys, sizeof(keys[0]));
	n = keys[0].n_keys;
	if (err == 0 && n > TCP_AO_HELD_MAX)
		err = -E2BIG;
	for (uint32_t i = 0; err == 0 && i < n; i++)
		held_from(&keys[i], &out[i]);
	explicit_bzero(keys, sizeof(keys));
	return err < 0 ? err : (int)n;
}

int
tcp_ao_find(const struct tcp_ao *ao, int fd, const struct tcp_ao_key *key,
    struct tcp_ao_held *out)
{
	struct ao_get found;
	int err = key_get(ao, fd, key, &found);

	if (err == 0)
		held_from(&found, out);
	explicit_bzero(&found, sizeof(found));
	return err;
}

int
tcp_ao_info(const struct tcp_ao *ao, int fd, struct tcp_ao_info *out)
{
	struct ao_info info = { 0 };
	int err = ao->ops->get(ao->ctx, fd, AO_INFO, &info, sizeof(info));

	if (err < 0)
		return err;
	*out = (struct tcp_ao_info){
		.has_current = info.set_current != 0,
		.has_rnext = info.set_rnext != 0,
		.current = info.current,
		.rnext = info.rnext,
		.required = info.required != 0,
		.good = info.good,
		.bad = info.bad,
		.unknown = info.key_not_found,
		.unsigned_in = info.ao_required,
	};
	return 0;
}

int
tcp_ao_ask(const struct tcp_ao *ao, int fd, uint8_t receive_id)
{
	const struct ao_info info = {
		.set_rnext = 1, .required = 1, .rnext = receive_id
	};

	return ao->ops->set(ao->ctx, fd, AO_INFO, &info, sizeof(info));
}

int
tcp_ao_require(const struct tcp_ao *ao, int fd, bool required)
{
	const struct ao_info info = { .required = required };
	struct tcp_ao_info now;
	int err = tcp_ao_info(ao, fd, &now);

	/* A socket without keys requires nothing, nor need it be told. */
	if (!required && (err == -ENOENT || err == -ENOPROTOOPT))
		return 0;
	if (err == 0 && now.required == required)
		return 0;
	return ao->ops->set(ao->ctx, fd, AO_INFO, &info, sizeof(info));
}
