/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP-AO as net/ipv4/tcp_ao.c of Linux 6.12 has it, where sluice can tell. */
#include "tests/lib/fake_ao.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "proxy/common/endpoint.h"

struct fake_socket *
fake_ao_socket(struct fake_ao *fake, int fd)
{
	return &fake->sockets[fd - FAKE_FD];
}

/* ---- addresses ---- */

static const uint8_t *
octets_of(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET6)
		return (const uint8_t *)&((const struct sockaddr_in6 *)addr)
		    ->sin6_addr;
	return (const uint8_t *)&((const struct sockaddr_in *)addr)->sin_addr;
}

static bool
octets_match(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		if (((a[i / 8] ^ b[i / 8]) & (0x80u >> i % 8)) != 0)
			return false;
	}
	return true;
}

static bool
key_matches(const struct fake_key *key, const struct sockaddr_storage *addr,
    unsigned prefix)
{
	return key->used && key->told.addr.ss_family == addr->ss_family &&
	       octets_match(
		   octets_of(&key->told.addr), octets_of(addr), prefix);
}

/* ---- setting ---- */

/* Host bits past the prefix, a port, or a length that there is not. */
static bool
place_valid(const struct sockaddr_storage *addr, unsigned prefix)
{
	unsigned whole = addr->ss_family == AF_INET6 ? 128 : 32;
	const uint8_t *octets = octets_of(addr);

	if (addr->ss_family != AF_INET && addr->ss_family != AF_INET6)
		return false;
	if (prefix == 0 || prefix > whole ||
	    ((const struct sockaddr_in *)addr)->sin_port != 0)
		return false;
	for (unsigned i = prefix; i < whole; i++) {
		if ((octets[i / 8] & (0x80u >> i % 8)) != 0)
			return false;
	}
	return true;
}

static bool
md5_matches(const struct fake_socket *sock, const struct ao_add *add)
{
	struct sockaddr_storage addr;

	if (sock->md5.afi == 0)
		return false;
	(void)endpoint_sockaddr(&sock->md5, 0, &addr);
	return addr.ss_family == add->addr.ss_family &&
	       octets_match(
		   octets_of(&addr), octets_of(&add->addr), add->prefix);
}

static int
add_check(const struct fake_ao *fake, struct fake_socket *sock,
    const struct ao_add *add)
{
	int n = 0;

	if (sock->state == FAKE_UP && !sock->ao)
		return -EISCONN;
	if (add->reserved != 0 || add->reserved2 != 0 || add->key_len == 0 ||
	    add->key_len > AO_KEY_MAX || !place_valid(&add->addr, add->prefix))
		return -EINVAL;
	if ((add->set_current || add->set_rnext) && sock->state == FAKE_LISTEN)
		return -EINVAL;
	if (md5_matches(sock, add))
		return -EKEYREJECTED;
	for (int i = 0; i < FAKE_KEYS; i++) {
		const struct fake_key *key = &sock->keys[i];
		unsigned bits = key->told.prefix < add->prefix
				    ? key->told.prefix
				    : add->prefix;

		n += key->used;
		if (key_matches(key, &add->addr, bits) &&
		    (key->told.send_id == add->send_id ||
			key->told.receive_id == add->receive_id))
			return -EEXIST;
	}
	return n >= fake->n_room ? -ENOMEM : 0;
}

/* RFC 5926 3.1.1.2, in spirit: another key, of 16 octets, and another name. */
static void
key_derive(struct ao_get *told)
{
	uint8_t sum = told->key_len;

	if (strcmp(told->algorithm, "cmac(aes128)") != 0)
		return;
	memcpy(told->algorithm, "cmac(aes)", sizeof("cmac(aes)"));
	for (size_t i = 0; i < told->key_len; i++)
		sum = (uint8_t)(31 * sum + told->key[i]);
	if (told->key_len == 16)
		return;
	memset(told->key, 0, sizeof(told->key));
	memset(told->key, sum, 16);
	told->key_len = 16;
}

static int
sock_add(
    struct fake_ao *fake, struct fake_socket *sock, const struct ao_add *add)
{
	int err = add_check(fake, sock, add);
	struct fake_key *key = sock->keys;

	if (err < 0)
		return err;
	while (key->used)
		key++;
	*key = (struct fake_key){ .used = true,
		.told = { .addr = add->addr,
		    .send_id = add->send_id,
		    .receive_id = add->receive_id,
		    .prefix = add->prefix,
		    .mac_len = add->mac_len,
		    .flags = add->flags,
		    .key_len = add->key_len } };
	memcpy(key->told.algorithm, add->algorithm, AO_NAME_MAX);
	memcpy(key->told.key, add->key, AO_KEY_MAX);
	key_derive(&key->told);
	sock->ao = true;
	if (add->set_current)
		sock->current = key;
	if (add->set_rnext)
		sock->rnext = key;
	return 0;
}

/* By one of the ids; -1: any. */
static struct fake_key *
key_by(struct fake_socket *sock, int send_id, int receive_id)
{
	for (int i = 0; i < FAKE_KEYS; i++) {
		struct fake_key *key = &sock->keys[i];

		if (key->used &&
		    (send_id < 0 || key->told.send_id == send_id) &&
		    (receive_id < 0 || key->told.receive_id == receive_id))
			return key;
	}
	return NULL;
}

/* Exactly this one. */
static struct fake_key *
key_named(struct fake_socket *sock, const struct ao_del *del)
{
	for (int i = 0; i < FAKE_KEYS; i++) {
		struct fake_key *key = &sock->keys[i];

		if (key_matches(key, &del->addr, key->told.prefix) &&
		    key->told.prefix == del->prefix &&
		    key->told.send_id == del->send_id &&
		    key->told.receive_id == del->receive_id)
			return key;
	}
	return NULL;
}

static int
sock_del(struct fake_socket *sock, const struct ao_del *del)
{
	struct fake_key *current = NULL;
	struct fake_key *rnext = NULL;
	struct fake_key *key;

	if (del->reserved != 0 || del->reserved2 != 0 ||
	    (del->del_async && sock->state != FAKE_LISTEN) ||
	    ((del->set_current || del->set_rnext) &&
		sock->state == FAKE_LISTEN))
		return -EINVAL;
	if (del->set_current)
		current = key_by(sock, del->current, -1);
	if (del->set_rnext)
		rnext = key_by(sock, -1, del->rnext);
	key = sock->ao ? key_named(sock, del) : NULL;
	if (key == NULL || (del->set_current && current == NULL) ||
	    (del->set_rnext && rnext == NULL))
		return -ENOENT;
	if ((current == NULL && sock->current == key) ||
	    (rnext == NULL && sock->rnext == key))
		return -EBUSY;
	if (current != NULL)
		sock->current = current;
	if (rnext != NULL)
		sock->rnext = rnext;
	key->used = false;
	return 0;
}

static int
sock_tell(struct fake_socket *sock, const struct ao_info *info)
{
	struct fake_key *rnext = NULL;

	if (sock->state == FAKE_UP && !sock->ao)
		return -EISCONN;
	if (info->reserved != 0 || info->reserved2 != 0 ||
	    (info->set_rnext && sock->state == FAKE_LISTEN))
		return -EINVAL;
	if (info->required && sock->md5.afi != 0)
		return -EKEYREJECTED;
	if (info->set_rnext) {
		rnext = key_by(sock, -1, info->rnext);
		if (rnext == NULL)
			return -ENOENT;
		sock->rnext = rnext;
	}
	sock->ao = true;
	sock->required = info->required;
	return 0;
}

static int
fake_set(void *ctx, int fd, int option, const void *value, size_t size)
{
	struct fake_ao *fake = ctx;
	struct fake_socket *sock = fake_ao_socket(fake, fd);

	if (fake->absent)
		return -ENOPROTOOPT;
	if (option == AO_ADD_KEY && size == sizeof(struct ao_add))
		return sock_add(fake, sock, value);
	if (option == AO_DEL_KEY && size == sizeof(struct ao_del))
		return sock_del(sock, value);
	if (option == AO_INFO && size == sizeof(struct ao_info))
		return sock_tell(sock, value);
	return -EINVAL;
}

/* ---- getting ---- */

static int
info_get(const struct fake_socket *sock, struct ao_info *out)
{
	if (!sock->ao)
		return -ENOENT;
	*out = (struct ao_info){ .required = sock->required,
		.key_not_found = sock->unknown };
	if (sock->current != NULL) {
		out->set_current = 1;
		out->current = sock->current->told.send_id;
	}
	if (sock->rnext != NULL) {
		out->set_rnext = 1;
		out->rnext = sock->rnext->told.receive_id;
	}
	for (int i = 0; i < FAKE_KEYS; i++) {
		if (!sock->keys[i].used)
			continue;
		out->good += sock->keys[i].told.good;
		out->bad += sock->keys[i].told.bad;
	}
	return 0;
}

static int
keys_get(struct fake_socket *sock, struct ao_get *out)
{
	const struct ao_get asked = out[0];
	uint32_t n = 0;

	if (!sock->ao)
		return -ENOENT;
	if (asked.good != 0 || asked.bad != 0 || asked.reserved != 0 ||
	    (asked.get_all &&
		(asked.prefix | asked.send_id | asked.addr.ss_family) != 0))
		return -EINVAL;
	for (int i = 0; i < FAKE_KEYS; i++) {
		struct fake_key *key = &sock->keys[i];

		if (!key->used ||
		    (!asked.get_all &&
			(!key_matches(key, &asked.addr, asked.prefix) ||
			    key->told.send_id != asked.send_id ||
			    key->told.receive_id != asked.receive_id)))
			continue;
		if (n++ >= asked.n_keys)
			continue;
		out[n - 1] = key->told;
		out[n - 1].is_current = key == sock->current;
		out[n - 1].is_rnext = key == sock->rnext;
	}
	out[0].n_keys = n;
	return 0;
}

static int
fake_get(void *ctx, int fd, int option, void *value, size_t size)
{
	struct fake_ao *fake = ctx;
	struct fake_socket *sock = fake_ao_socket(fake, fd);

	if (fake->absent)
		return -ENOPROTOOPT;
	if (option == AO_INFO && size == sizeof(struct ao_info))
		return info_get(sock, value);
	if (option == AO_GET_KEYS && size == sizeof(struct ao_get))
		return keys_get(sock, value);
	return -EINVAL;
}

/* ---- sockets ---- */

int
fake_ao_open(
    struct fake_ao *fake, enum fake_state state, const struct address *remote)
{
	for (int i = 0; i < FAKE_SOCKETS; i++) {
		struct fake_socket *sock = &fake->sockets[i];

		if (sock->state != FAKE_FREE)
			continue;
		memset(sock, 0, sizeof(*sock));
		sock->state = state;
		if (remote != NULL)
			sock->remote = *remote;
		return FAKE_FD + i;
	}
	return -EMFILE;
}

static int
ops_open(void *ctx, unsigned afi)
{
	(void)afi;
	return fake_ao_open(ctx, FAKE_CLOSED, NULL);
}

static void
ops_close(void *ctx, int fd)
{
	fake_ao_socket(ctx, fd)->state = FAKE_FREE;
}

struct tcp_ao
fake_ao_init(struct fake_ao *fake)
{
	static const struct tcp_ao_ops ops = {
		.set = fake_set,
		.get = fake_get,
		.open = ops_open,
		.close = ops_close,
	};

	memset(fake, 0, sizeof(*fake));
	fake->n_room = FAKE_KEYS;
	return (struct tcp_ao){ .ops = &ops, .ctx = fake };
}

struct fake_key *
fake_ao_key(struct fake_ao *fake, int fd, int send_id)
{
	return key_by(fake_ao_socket(fake, fd), send_id, -1);
}

unsigned
fake_ao_keys(struct fake_ao *fake, int fd)
{
	unsigned n = 0;

	for (int i = 0; i < FAKE_KEYS; i++)
		n += fake_ao_socket(fake, fd)->keys[i].used;
	return n;
}

/* ---- segments ---- */

/* Copy the listener's keys for remote. True: there are some. */
static bool
keys_inherit(struct fake_socket *to, const struct fake_socket *from,
    const struct address *remote)
{
	struct sockaddr_storage addr;
	bool some = false;

	(void)endpoint_sockaddr(remote, 0, &addr);
	for (int i = 0; i < FAKE_KEYS; i++) {
		const struct fake_key *key = &from->keys[i];

		if (!key_matches(key, &addr, key->told.prefix))
			continue;
		to->keys[i] = *key;
		to->keys[i].told.good = 0;
		to->keys[i].told.bad = 0;
		some = true;
	}
	return some;
}

int
fake_ao_accept(struct fake_ao *fake, int listener, const struct address *remote,
    int receive_id, int send_id)
{
	int fd = fake_ao_open(fake, FAKE_UP, remote);
	struct fake_socket *sock = fake_ao_socket(fake, fd);
	bool some = keys_inherit(sock, fake_ao_socket(fake, listener), remote);

	if (receive_id < 0 && !some)
		return fd;
	sock->ao = some;
	sock->rnext = some ? key_by(sock, -1, receive_id) : NULL;
	sock->current = some ? key_by(sock, send_id, -1) : NULL;
	if (sock->rnext != NULL && sock->current != NULL)
		return fd;
	sock->state = FAKE_FREE;
	return -1;
}

bool
fake_ao_segment(struct fake_ao *fake, int fd, int receive_id, int send_id)
{
	struct fake_socket *sock = fake_ao_socket(fake, fd);
	struct fake_key *key = key_by(sock, -1, receive_id);
	struct fake_key *asked = key_by(sock, send_id, -1);

	if (key == NULL) {
		sock->unknown++;
		return false;
	}
	key->told.good++;
	if (asked != NULL)
		sock->current = asked;
	return true;
}

void
fake_ao_connect(struct fake_ao *fake, int fd, const struct address *remote)
{
	struct fake_socket *sock = fake_ao_socket(fake, fd);

	sock->state = FAKE_UP;
	sock->remote = *remote;
	if (sock->current == NULL)
		sock->current = key_by(sock, -1, -1);
	if (sock->rnext == NULL)
		sock->rnext = sock->current;
}
