/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a configuration: either errors that say where and what, or
 * messages that are in range and that the printed form loads to again.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "policy/dialect.h"
#include "proxy/loader/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int holds)
{
	if (!holds)
		abort();
}

/* The messages one after the other. */
struct stream {
	uint8_t *bytes;
	size_t n;
	uint32_t customers;
	uint32_t asn_index;
	uint32_t asn;  /* the last one; 0: none */
	uint32_t once; /* bits of what there is once, before the customers */
	int noc;
	int ended;
	bool keyed;    /* the last neighbour has keys .. */
	unsigned keys; /* .. so many so far */
	bool send[UINT8_MAX + 1];
	bool receive[UINT8_MAX + 1];
};

enum once {
	ONCE_VALIDATION = 1,
	ONCE_FLEET = 2,
	ONCE_RPKI = 4,
	ONCE_SERVICE = 8,
	ONCE_LOG = 16,
	ONCE_ALL = 31
};

static void
customer_check(const struct msg_cfg_customer *msg, uint32_t index)
{
	demand(msg->index == index && msg->name[0] != '\0' && msg->asn != 0);
	demand(msg->mode <= CUSTOMER_ENFORCE);
	demand(msg->noc || msg->components & 1u << RULE_DST);
	demand((msg->components & ~CUSTOMER_COMPONENTS_ALL) == 0);
	for (unsigned i = 0; i < 2; i++) {
		demand(msg->dst_hold[i] >= 1);
		demand(msg->dst_hold[i] <= msg->dst_min[i]);
		demand(msg->dst_min[i] <= msg->dst_max[i]);
		demand(msg->dst_max[i] <= (i == 0 ? 32 : 128));
	}
	demand(!(msg->rate_max > 0) || msg->rate_min <= msg->rate_max);
	demand(!(msg->packets_max > 0) || msg->packets_min <= msg->packets_max);
	demand(msg->rate_min >= 1 && msg->packets_min >= 1);
	demand(msg->validate >= VALIDATE_NEIGHBOR_AS);
	demand(msg->validate <= VALIDATE_OFF);
	demand(msg->best_match == BEST_MATCH_EXTERNAL ||
	       msg->validate == VALIDATE_NEIGHBOR_AS);
	demand(
	    msg->failover == FAILOVER_REVOKE || msg->validate != VALIDATE_OFF);
	demand(msg->best_match <= BEST_MATCH_INTERNAL);
	demand(msg->failover <= FAILOVER_KEEP);
	demand(msg->max_prefixes >= 1 && msg->max_prefixes <= 1000000);
	demand(msg->new_per_second == 0 || msg->burst > 0);
	demand(msg->max_addresses_percent >= 1);
	demand(msg->max_addresses_percent <= 100);
	demand(msg->match <= OWN_MATCH_ANY && msg->rpki <= OWN_RPKI_OFF);
	demand(msg->lifetime_ms % 1000 == 0);
	demand(msg->lifetime_ms / 1000 <= WISH_LIFETIME_MAX_S);
	demand((msg->noc == 1) == (strcmp(msg->name, "noc") == 0));
}

static void
once_check(struct stream *stream, enum once once)
{
	demand((stream->once & once) == 0 && stream->customers == 0);
	stream->once |= once;
}

static void
rule_check(const struct stream *stream, const struct msg_head *head)
{
	const struct msg_cfg_class *class = (const void *)head;
	const struct msg_cfg_protected *entry = (const void *)head;

	if (head->kind == MSG_CFG_CLASS) {
		demand(class->index < stream->customers - 1);
		demand(
		    class->kind == CLASS_APPROVED || class->kind == CLASS_HELD);
		demand(rule_valid(&class->rule,
		    head->len - offsetof(struct msg_cfg_class, rule)));
		return;
	}
	demand(entry->name[0] != '\0' && entry->rule.has & RULE_HAS_DST);
	demand(rule_valid(&entry->rule,
	    head->len - offsetof(struct msg_cfg_protected, rule)));
}

static void
wish_check(const struct stream *stream, const struct msg_cfg_wish *msg)
{
	demand(msg->index < stream->customers - 1);
	demand(msg->wish.community.kind >= COMMUNITY_STANDARD);
	demand(wish_valid(&msg->wish.wish));
	demand(
	    (msg->wish.wish.lifetime_s == 0) != (msg->wish.wish.dry_run == 0));
}

static void
rpki_check(const struct msg_cfg_rpki *msg)
{
	demand(msg->n <= RPKI_CACHES_MAX && msg->shrink_percent >= 1);
	demand(msg->expire_s > msg->refresh_s && msg->expire_s > msg->retry_s);
	for (uint32_t i = 0; i < msg->n; i++) {
		demand(msg->cache[i].address.port != 0);
		demand(
		    i == 0 || msg->cache[i].group >= msg->cache[i - 1].group);
	}
}

/* Once, and before the customers. */
static void
validation_check(struct stream *stream, const struct msg_cfg_validation *msg)
{
	const struct ignore *ignore = &msg->ignore;

	once_check(stream, ONCE_VALIDATION);
	demand(msg->damping_ms <= 3600000 && msg->damping_ms % 1000 == 0);
	demand(msg->max_routes >= 1 && msg->max_routes <= 64000000);
	demand(msg->brake_percent >= 1 && msg->brake_percent <= 100);
	demand(msg->brake_rules >= 1 && msg->brake_customers >= 1);
	demand(ignore->n_communities <= IGNORE_COMMUNITIES_MAX);
	demand(ignore->n_originators <= IGNORE_ORIGINATORS_MAX);
	for (uint32_t i = 0; i < ignore->n_communities; i++)
		demand(ignore->community[i].kind >= COMMUNITY_STANDARD &&
		       ignore->community[i].kind <= COMMUNITY_LARGE);
	for (uint32_t i = 0; i < ignore->n_originators; i++)
		demand(ignore->originator[i] != 0);
}

/* They ascend within a customer, and customers within the stream. */
static void
asn_check(struct stream *stream, const struct msg_cfg_asn *msg)
{
	demand(msg->index < stream->customers && msg->asn != 0);
	demand(stream->asn == 0 || msg->index > stream->asn_index ||
	       (msg->index == stream->asn_index && msg->asn > stream->asn));
	stream->asn_index = msg->index;
	stream->asn = msg->asn;
}

/* A masked prefix that somebody waits for. */
static void
range_check(const struct msg_cfg_neighbor *msg)
{
	struct prefix range = { .afi = msg->remote.afi, .len = msg->range_len };

	if (msg->range_len == 0)
		return;
	memcpy(range.addr, msg->remote.addr, sizeof(range.addr));
	demand(prefix_valid(&range) && range.len < afi_bits(range.afi));
	demand(msg->passive == 1 && msg->index != CFG_INTERNAL);
	demand(msg->remote.scope == 0 && strchr(msg->name, '#') != NULL);
}

static void
neighbor_check(const struct msg_cfg_neighbor *msg, uint32_t customers)
{
	demand(msg->index == CFG_INTERNAL || msg->index < customers);
	demand(msg->asn != 0 && msg->families != 0 && msg->hold_s >= 3);
	demand(msg->connect_retry_s > 0 && msg->remote.port != 0);
	demand(msg->name[0] != '\0' && msg->remote.afi != AFI_NONE);
	demand((msg->index == CFG_INTERNAL) == (msg->emit != DIALECT_NONE));
	demand(memchr(msg->password_file, '\0', PATH_LEN) != NULL);
	demand(msg->authenticated <= AUTH_AO);
	demand(
	    (msg->authenticated == AUTH_MD5) == (msg->password_file[0] == '/'));
	demand(memchr(msg->name, '\0', sizeof(msg->name)) != NULL);
	range_check(msg);
}

/* Keys of the neighbour before them: as many as it may have, no id twice. */
static void
key_check(struct stream *stream, const struct msg_cfg_key *msg)
{
	demand(stream->keyed && stream->keys++ < AO_KEYS_MAX);
	demand(
	    !stream->send[msg->send_id] && !stream->receive[msg->receive_id]);
	stream->send[msg->send_id] = stream->receive[msg->receive_id] = true;
	demand(msg->algorithm >= AO_HMAC_SHA1 &&
	       msg->algorithm <= AO_HMAC_SHA256 && msg->exclude_options <= 1);
	demand(msg->until_s == 0 || msg->from_s < msg->until_s);
	demand(msg->file[0] == '/' && memchr(msg->file, '\0', PATH_LEN));
}

/* The one before has as many keys as its kind asks for. */
static void
neighbor_end(struct stream *stream)
{
	demand(!stream->keyed || stream->keys > 0);
	stream->keyed = false;
}

static void
neighbor_next(struct stream *stream, const struct msg_cfg_neighbor *msg)
{
	neighbor_end(stream);
	neighbor_check(msg, stream->customers);
	stream->keyed = msg->authenticated == AUTH_AO;
	stream->keys = 0;
	memset(stream->send, 0, sizeof(stream->send));
	memset(stream->receive, 0, sizeof(stream->receive));
}

static void
log_check(const struct msg_cfg_log *msg)
{
	struct note_key key;

	demand(note_name_valid(msg->name));
	demand(msg->key_path[0] == '/' && memchr(msg->key_path, 0, PATH_LEN));
	demand(memchr(msg->syslog_path, 0, 108) != NULL);
	demand(msg->syslog_path[0] == '\0' || msg->syslog_path[0] == '/');
	demand(msg->retain_ms == 0 || msg->retain_ms >= UINT64_C(86400000));
	demand(msg->n_witnesses <= WITNESSES_MAX);
	demand((msg->n_cosigned > 0) == (msg->listen.port != 0));
	demand(msg->n_cosigned <= COSIGNED_MAX);
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		const struct log_witness *witness = &msg->witness[i];

		demand(strncmp(witness->url, "http", 4) == 0);
		demand(note_key_parse(witness->vkey, &key) == 0 &&
		       key.algorithm == NOTE_COSIGNED);
	}
	for (uint32_t i = 0; i < msg->n_cosigned; i++)
		demand(note_key_parse(msg->cosigned[i], &key) == 0 &&
		       key.algorithm == NOTE_ED25519);
}

static void
customer_next(struct stream *stream, const struct msg_cfg_customer *msg)
{
	demand(!stream->noc);
	stream->noc = msg->noc;
	customer_check(msg, stream->customers++);
}

/* What one of the kinds that came with policy says. */
static void
policy_check(struct stream *stream, const struct msg_head *head)
{
	switch (head->kind) {
	case MSG_CFG_FLEET:
		once_check(stream, ONCE_FLEET);
		break;
	case MSG_CFG_RPKI:
		once_check(stream, ONCE_RPKI);
		rpki_check((const void *)head);
		break;
	case MSG_CFG_SERVICE:
		once_check(stream, ONCE_SERVICE);
		break;
	case MSG_CFG_LOG:
		once_check(stream, ONCE_LOG);
		log_check((const void *)head);
		break;
	case MSG_CFG_CLASS:
	case MSG_CFG_PROTECTED:
		rule_check(stream, head);
		break;
	case MSG_CFG_WISH:
		wish_check(stream, (const void *)head);
		break;
	default:
		break;
	}
}

static void
stream_end(struct stream *stream)
{
	neighbor_end(stream);
	stream->ended = 1;
}

static int
stream_take(void *ctx, const struct msg_head *head)
{
	struct stream *stream = ctx;
	const void *msg = head;
	uint8_t *grown;

	demand(!stream->ended && head->len <= MSG_LEN_MAX);
	if (head->kind == MSG_CFG_CUSTOMER)
		customer_next(stream, msg);
	else if (head->kind == MSG_CFG_NEIGHBOR)
		neighbor_next(stream, msg);
	else if (head->kind == MSG_CFG_KEY)
		key_check(stream, msg);
	else if (head->kind == MSG_CFG_VALIDATION)
		validation_check(stream, msg);
	else if (head->kind == MSG_CFG_ASN)
		asn_check(stream, msg);
	else if (head->kind == MSG_CFG_PREFIX)
		demand(prefix_valid(
		    &((const struct msg_cfg_prefix *)msg)->prefix));
	else if (head->kind == MSG_CFG_END)
		stream_end(stream);
	else
		policy_check(stream, head);
	if (head->kind == MSG_CFG_BEGIN)
		return 0; /* its hash is of the text */
	grown = realloc(stream->bytes, stream->n + head->len);
	demand(grown != NULL);
	memcpy(&grown[stream->n], head, head->len);
	stream->bytes = grown;
	stream->n += head->len;
	return 0;
}

static struct config *
load(const uint8_t *data, size_t size)
{
	struct config *config = config_new();
	int status;

	demand(config != NULL);
	status = config_load_memory(config, "fuzz.yaml", data, size);
	demand((status == 0) == (config_error_count(config) == 0));
	return config;
}

static void
errors_check(const struct config *config, const uint8_t *data, size_t size)
{
	uint32_t lines = 1;

	/* YAML 1.1 has more line breaks than this; none is shorter. */
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' ||
			 data[i] == 0x85 || data[i] == 0xa8 || data[i] == 0xa9;
	for (size_t i = 0; i < config_error_count(config); i++) {
		const struct msg_cfg_error *error = config_error(config, i);

		demand(error->line <= lines + 1);
		demand(strcmp(error->file, "fuzz.yaml") == 0);
		demand(error->found[0] != '\0' && error->wanted[0] != '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = load(data, size);
	struct config *again;
	struct stream first = { 0 };
	struct stream second = { 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	errors_check(config, data, size);
	if (config_error_count(config) == 0) {
		demand(config_send(config, stream_take, &first) == 0);
		demand(first.ended && first.once == ONCE_ALL && first.noc);
		out = open_memstream(&text, &len);
		demand(out != NULL);
		config_print(config, out);
		(void)fclose(out);
		again = load((const uint8_t *)text, len);
		demand(config_send(again, stream_take, &second) == 0);
		demand(first.n == second.n &&
		       memcmp(first.bytes, second.bytes, first.n) == 0);
		config_free(again);
	}
	free(text);
	free(first.bytes);
	free(second.bytes);
	config_free(config);
	return 0;
}
