/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic filtering actions, both ways. */
#include "proxy/wire/flow_action.h"

#include <string.h>

#define FLOAT_SIGN       0x80000000u
#define FLOAT_INFINITY   0x7f800000u
#define TRAFFIC_SAMPLE   0x02 /* RFC 8955 7.3, S */
#define TRAFFIC_CONTINUE 0x01 /* T */
#define COPY_BIT         0x01
#define LOCAL_LEN        2 /* octets of a redirect-ip's local part */
#define DSCP_MASK        0x3f

/* Communities by their first two octets. */
enum community {
	RT_REDIRECT_IP6 = 0x000c, /* attribute 25 */
	RT_REDIRECT_RT6 = 0x000d, /* attribute 25, RFC 8956 6.1 */
	RT_REDIRECT_IP4 = 0x010c,
	RT_INTERFACE_SET = 0x0702,
	RT_REDIRECT_NEXTHOP = 0x0800,
	RT_INTERFACE_SET_LOCAL = 0x4702, /* non-transitive */
	RT_RATE_BYTES = 0x8006,
	RT_TRAFFIC = 0x8007,
	RT_REDIRECT_AS2 = 0x8008,
	RT_MARK = 0x8009,
	RT_RATE_PACKETS = 0x800c,
	RT_REDIRECT_IP = 0x8108,
	RT_REDIRECT_AS4 = 0x8208,
};

/*
 * High octets under which IANA files nothing but Flowspec actions (and, for
 * the experimental ones, chiefly them): an unknown one may be an action, and
 * what we cannot read we must not let pass for none.
 */
static bool
is_action_type(unsigned type)
{
	switch (type >> 8) {
	case 0x07: /* Flowspec, transitive */
	case 0x47: /* Flowspec, non-transitive */
	case 0x08: /* redirect or mirror to next hop */
	case 0x09: /* redirect to indirection id */
	case 0x80: /* generic experimental, parts 1 to 3: RFC 8955 7 */
	case 0x81:
	case 0x82:
		return true;
	default:
		return false;
	}
}

static void
count(uint8_t *counter)
{
	if (*counter < UINT8_MAX)
		(*counter)++;
}

static void
count_other(unsigned type, struct action_set *set)
{
	count(is_action_type(type) ? &set->unknown : &set->stripped);
}

/* First of its kind? Else note whether it says the same. */
static bool
is_first(struct action_set *set, enum action_kind kind, bool same)
{
	if ((set->present & ACTION_BIT(kind)) != 0) {
		if (!same)
			set->repeated |= (uint16_t)ACTION_BIT(kind);
		return false;
	}
	set->present |= (uint16_t)ACTION_BIT(kind);
	return true;
}

/* RFC 8955 7.1: negative is 0; NaN and infinity cannot be decoded (10). */
static enum wire_fault
add_rate(struct action_set *set, enum action_kind kind, uint32_t bits)
{
	uint32_t *rate =
	    kind == ACTION_RATE_BYTES ? &set->rate_bytes : &set->rate_packets;

	if ((bits & ~FLOAT_SIGN) >= FLOAT_INFINITY)
		return FAULT_RATE_NOT_FINITE;
	if ((bits & FLOAT_SIGN) != 0)
		bits = 0;
	if (is_first(set, kind, *rate == bits))
		*rate = bits;
	return WIRE_OK;
}

static void
add_flags(struct action_set *set, enum action_kind kind, unsigned mask,
    unsigned flags)
{
	if (is_first(set, kind, (set->flags & mask) == flags))
		set->flags |= (uint8_t)flags;
}

static void
add_mark(struct action_set *set, unsigned dscp)
{
	if (is_first(set, ACTION_MARK, set->dscp == dscp))
		set->dscp = (uint8_t)dscp;
}

static void
add_raw(struct action_set *set, enum action_kind kind, uint8_t *field,
    const uint8_t *value, size_t len)
{
	if (is_first(set, kind, memcmp(field, value, len) == 0))
		memcpy(field, value, len);
}

/* The last bit of the local part says "copy"; it is kept as a flag alone, so
 * that equal actions are equal values. The other bits are reserved: ignored. */
static void
add_redirect_ip(struct action_set *set, enum action_kind kind, uint8_t *field,
    const uint8_t *value, size_t len)
{
	unsigned flag =
	    kind == ACTION_REDIRECT_IP4 ? ACTION_COPY_IP4 : ACTION_COPY_IP6;
	unsigned copy = (value[len - 1] & COPY_BIT) != 0 ? flag : 0;
	uint8_t plain[FLOW_ACTION6_LEN];
	bool same;

	memcpy(plain, value, len);
	memset(&plain[len - LOCAL_LEN], 0, LOCAL_LEN);
	same = memcmp(field, plain, len) == 0 && (set->flags & flag) == copy;
	if (!is_first(set, kind, same))
		return;
	memcpy(field, plain, len);
	set->flags |= (uint8_t)copy;
}

static unsigned
traffic_flags(unsigned octet)
{
	return ((octet & TRAFFIC_SAMPLE) != 0 ? (unsigned)ACTION_SAMPLE : 0u) |
	       ((octet & TRAFFIC_CONTINUE) != 0 ? (unsigned)ACTION_CONTINUE
						: 0u);
}

static enum wire_fault
add_community(
    struct action_set *set, unsigned type, uint32_t low, const uint8_t *value)
{
	switch (type) {
	case RT_RATE_BYTES:
		return add_rate(set, ACTION_RATE_BYTES, low);
	case RT_RATE_PACKETS:
		return add_rate(set, ACTION_RATE_PACKETS, low);
	case RT_TRAFFIC:
		add_flags(set, ACTION_TRAFFIC, ACTION_SAMPLE | ACTION_CONTINUE,
		    traffic_flags(low));
		break;
	case RT_MARK:
		add_mark(set, low & DSCP_MASK);
		break;
	case RT_REDIRECT_AS2:
	case RT_REDIRECT_IP:
	case RT_REDIRECT_AS4:
		add_raw(set, ACTION_REDIRECT, set->redirect, value,
		    FLOW_ACTION_LEN);
		break;
	case RT_REDIRECT_NEXTHOP:
		add_flags(set, ACTION_REDIRECT_NEXTHOP, ACTION_COPY_NEXTHOP,
		    (low & COPY_BIT) != 0 ? ACTION_COPY_NEXTHOP : 0);
		break;
	case RT_REDIRECT_IP4:
		add_redirect_ip(
		    set, ACTION_REDIRECT_IP4, set->redirect_ip4, &value[2], 6);
		break;
	case RT_INTERFACE_SET:
	case RT_INTERFACE_SET_LOCAL:
		add_raw(set, ACTION_INTERFACE_SET, set->interface_set, value,
		    FLOW_ACTION_LEN);
		break;
	default:
		count_other(type, set);
		break;
	}
	return WIRE_OK;
}

static void
add_community6(struct action_set *set, unsigned type, const uint8_t *value)
{
	switch (type) {
	case RT_REDIRECT_RT6:
		add_raw(set, ACTION_REDIRECT_RT6, set->redirect_rt6, value,
		    FLOW_ACTION6_LEN);
		break;
	case RT_REDIRECT_IP6:
		add_redirect_ip(set, ACTION_REDIRECT_IP6, set->redirect_ip6,
		    value, FLOW_ACTION6_LEN);
		break;
	default:
		count_other(type, set);
		break;
	}
}

enum wire_fault
flow_action_decode(struct span value, struct action_set *set)
{
	struct reader reader;

	/* RFC 7606 7.14 */
	if (value.len == 0 || value.len % FLOW_ACTION_LEN != 0)
		return FAULT_ATTRIBUTE_LENGTH;
	reader_init(&reader, value.data, value.len);
	while (reader.left > 0) {
		const uint8_t *at = reader.at;
		unsigned type = reader_u16(&reader);
		enum wire_fault fault;

		(void)reader_u16(&reader);
		fault = add_community(set, type, reader_u32(&reader), at);
		if (fault != WIRE_OK)
			return fault;
	}
	return WIRE_OK;
}

enum wire_fault
flow_action_decode6(struct span value, struct action_set *set)
{
	struct reader reader;

	/* RFC 7606 7.15 */
	if (value.len == 0 || value.len % FLOW_ACTION6_LEN != 0)
		return FAULT_ATTRIBUTE_LENGTH;
	reader_init(&reader, value.data, value.len);
	while (reader.left > 0) {
		struct reader look = reader;
		const uint8_t *at = reader_take(&reader, FLOW_ACTION6_LEN);

		add_community6(set, reader_u16(&look), at);
	}
	return WIRE_OK;
}

static unsigned
encode_low(struct writer *writer, const struct action_set *set,
    enum action_kind kind, unsigned type, uint32_t low)
{
	if ((set->present & ACTION_BIT(kind)) == 0)
		return 0;
	writer_u16(writer, type);
	writer_u16(writer, 0);
	writer_u32(writer, low);
	return 1;
}

static unsigned
encode_raw(struct writer *writer, const struct action_set *set,
    enum action_kind kind, const uint8_t *value, size_t len)
{
	if ((set->present & ACTION_BIT(kind)) == 0)
		return 0;
	writer_bytes(writer, value, len);
	return 1;
}

/* The address and local part, the copy bit as the flag says. */
static unsigned
encode_redirect_ip(
    struct writer *writer, const struct action_set *set, enum action_kind kind)
{
	bool is_ip4 = kind == ACTION_REDIRECT_IP4;
	unsigned flag = is_ip4 ? ACTION_COPY_IP4 : ACTION_COPY_IP6;
	size_t len = is_ip4 ? 6 : FLOW_ACTION6_LEN - 2;
	const uint8_t *value =
	    is_ip4 ? set->redirect_ip4 : &set->redirect_ip6[2];

	if ((set->present & ACTION_BIT(kind)) == 0)
		return 0;
	writer_u16(writer, is_ip4 ? RT_REDIRECT_IP4 : RT_REDIRECT_IP6);
	writer_bytes(writer, value, len - 1);
	writer_u8(writer, (value[len - 1] & ~(unsigned)COPY_BIT) |
			      ((set->flags & flag) != 0 ? COPY_BIT : 0u));
	return 1;
}

unsigned
flow_action_encode(const struct action_set *set, struct writer *writer)
{
	uint32_t traffic =
	    ((set->flags & ACTION_SAMPLE) != 0 ? TRAFFIC_SAMPLE : 0u) |
	    ((set->flags & ACTION_CONTINUE) != 0 ? TRAFFIC_CONTINUE : 0u);
	uint32_t copy = (set->flags & ACTION_COPY_NEXTHOP) != 0 ? COPY_BIT : 0u;
	unsigned n = 0;

	n += encode_redirect_ip(writer, set, ACTION_REDIRECT_IP4);
	n += encode_raw(writer, set, ACTION_INTERFACE_SET, set->interface_set,
	    FLOW_ACTION_LEN);
	n += encode_low(
	    writer, set, ACTION_REDIRECT_NEXTHOP, RT_REDIRECT_NEXTHOP, copy);
	n += encode_low(
	    writer, set, ACTION_RATE_BYTES, RT_RATE_BYTES, set->rate_bytes);
	n += encode_low(writer, set, ACTION_TRAFFIC, RT_TRAFFIC, traffic);
	n += encode_raw(
	    writer, set, ACTION_REDIRECT, set->redirect, FLOW_ACTION_LEN);
	n += encode_low(writer, set, ACTION_MARK, RT_MARK, set->dscp);
	n += encode_low(writer, set, ACTION_RATE_PACKETS, RT_RATE_PACKETS,
	    set->rate_packets);
	return n;
}

unsigned
flow_action_encode6(const struct action_set *set, struct writer *writer)
{
	unsigned n = 0;

	n += encode_redirect_ip(writer, set, ACTION_REDIRECT_IP6);
	n += encode_raw(writer, set, ACTION_REDIRECT_RT6, set->redirect_rt6,
	    FLOW_ACTION6_LEN);
	return n;
}
