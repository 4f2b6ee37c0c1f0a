/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket options of TCP-AO as Linux has had them since 6.7
 * (include/uapi/linux/tcp.h), in our own words: the headers of many systems do
 * not have them. For tcp_ao.c, and for what tests put under it.
 */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

#define AO_ADD_KEY  38
#define AO_DEL_KEY  39
#define AO_INFO     40
#define AO_GET_KEYS 41

#define AO_NAME_MAX 64
#define AO_KEY_MAX  80
#define AO_MAC_LEN  12 /* RFC 5926 3.2: 96 bits of each algorithm */

#define AO_FLAG_EXCLUDE_OPTIONS 2u

/* Bit-fields, since the kernel's are: their order is the machine's. What is
 * not named must be zero. */
struct ao_add {
	struct sockaddr_storage addr; /* port 0 */
	char algorithm[AO_NAME_MAX];
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, reserved : 30;
	uint16_t reserved2;
	uint8_t prefix;
	uint8_t send_id;
	uint8_t receive_id;
	uint8_t mac_len;
	uint8_t flags;
	uint8_t key_len;
	uint8_t key[AO_KEY_MAX];
} __attribute__((aligned(8)));

struct ao_del {
	struct sockaddr_storage addr;
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, del_async : 1, reserved : 29;
	uint16_t reserved2;
	uint8_t prefix;
	uint8_t send_id;
	uint8_t receive_id;
	uint8_t current; /* SendID */
	uint8_t rnext;   /* RecvID */
	uint8_t flags;
} __attribute__((aligned(8)));

struct ao_info {
	uint32_t set_current : 1, set_rnext : 1, required : 1, set_counters : 1,
	    accept_icmps : 1, reserved : 27;
	uint16_t reserved2;
	uint8_t current; /* SendID */
	uint8_t rnext;   /* RecvID */
	uint64_t good;
	uint64_t bad;
	uint64_t key_not_found;
	uint64_t ao_required;
	uint64_t dropped_icmp;
} __attribute__((aligned(8)));

/* An array of these is given; the first one says what is asked for, and how
 * much room there is, and is told how many there are. */
struct ao_get {
	struct sockaddr_storage addr;
	char algorithm[AO_NAME_MAX];
	uint8_t key[AO_KEY_MAX];
	uint32_t n_keys;
	uint16_t is_current : 1, is_rnext : 1, get_all : 1, reserved : 13;
	uint8_t send_id;
	uint8_t receive_id;
	uint8_t prefix;
	uint8_t mac_len;
	uint8_t flags;
	uint8_t key_len;
	int32_t ifindex;
	uint64_t good;
	uint64_t bad;
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct ao_add) == 288, "as the kernel's");
_Static_assert(sizeof(struct ao_del) == 144, "as the kernel's");
_Static_assert(sizeof(struct ao_info) == 48, "as the kernel's");
_Static_assert(sizeof(struct ao_get) == 304, "as the kernel's");
