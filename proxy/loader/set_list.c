/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of values that stand in lists. */
#include "proxy/loader/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "proxy/loader/value.h"

/* Redirect communities, RFC 8955 7.4: the form is added to the first octet. */
#define TYPE_REDIRECT    0x80
#define SUBTYPE_REDIRECT 0x08

static uint32_t
customer_index(const struct set *set)
{
	const struct config_customer *customer = set->into;

	return customer->msg.index;
}

int
set_read_prefix(
    struct set *set, const char *text, unsigned min_len, struct prefix *prefix)
{
	struct prefix host;
	char plain[PREFIX_TEXT_MAX];
	size_t n = strcspn(text, "/");
	uint64_t len;

	if (prefix_parse(text, prefix) == 0 && text[n] == '/') {
		if (prefix->len >= min_len)
			return 0;
		return set_refuse(set, "a prefix of at least one bit");
	}
	/* Say so where only the bits behind the length are wrong. */
	if (n < sizeof(plain) && text[n] == '/') {
		memcpy(plain, text, n);
		plain[n] = '\0';
		if (prefix_parse(plain, &host) == 0 &&
		    value_number(&text[n + 1], 0, host.len, &len) == 0)
			return set_refuse(
			    set, "a prefix without bits set past its length");
	}
	return set_refuse(
	    set, "a prefix, as in 203.0.113.0/24 or 2001:db8::/32");
}

int
set_prefix(struct set *set, const char *text)
{
	struct config *config = set->config;
	struct config_prefix *entry;
	struct prefix prefix;

	if (set_read_prefix(set, text, 1, &prefix) < 0)
		return -1;
	if (config->prefixes.n >= CONFIG_PREFIXES_MAX)
		return set_refuse(set, "at most 200000 prefixes in all");
	entry = model_list_push(&config->prefixes, sizeof(*entry));
	if (entry == NULL)
		return set_refuse(set, "more memory");
	entry->msg.head.len = sizeof(entry->msg);
	entry->msg.head.kind = MSG_CFG_PREFIX;
	entry->msg.index = customer_index(set);
	entry->msg.prefix = prefix;
	entry->at = set->at;
	((struct config_customer *)set->into)->n_prefixes++;
	return 0;
}

/* One more target of the customer, the same one not twice. */
static int
target_put(struct set *set, const struct msg_cfg_target *target,
    uint16_t *count, unsigned max)
{
	struct config *config = set->config;
	struct config_target *entry;
	struct msg_cfg_target msg = *target;

	msg.head.len = sizeof(msg);
	msg.head.kind = MSG_CFG_TARGET;
	msg.index = customer_index(set);
	for (size_t i = config->targets.n; i > 0; i--) {
		entry = model_target(config, i - 1);
		if (entry->msg.index != msg.index)
			break;
		if (memcmp(&entry->msg, &msg, sizeof(msg)) == 0)
			return set_refuse(set, "each value once");
	}
	if (*count >= max) {
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "at most %u entries", max);
		return -1;
	}
	entry = model_list_push(&config->targets, sizeof(*entry));
	if (entry == NULL)
		return set_refuse(set, "more memory");
	entry->msg = msg;
	(*count)++;
	return 0;
}

int
set_read_target(struct set *set, const char *text, uint8_t out[8])
{
	struct value_target target;

	if (value_target(text, &target) < 0)
		return set_refuse(set,
		    "a route target, as in 64500:666, 10.0.0.1:1 or "
		    "4200000000:1");
	out[0] = (uint8_t)(TYPE_REDIRECT + target.form);
	out[1] = SUBTYPE_REDIRECT;
	memcpy(&out[2], target.octets, sizeof(target.octets));
	return 0;
}

int
set_redirect(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;
	struct msg_cfg_target msg;

	memset(&msg, 0, sizeof(msg));
	msg.target = CFG_TARGET_REDIRECT;
	if (set_read_target(set, text, msg.redirect) < 0)
		return -1;
	customer->msg.actions |= ACTION_BIT(ACTION_REDIRECT);
	return target_put(
	    set, &msg, &customer->n_redirect, CUSTOMER_TARGETS_MAX);
}

int
set_redirect_ip(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;
	struct msg_cfg_target msg;
	struct prefix prefix;

	if (set_read_prefix(set, text, 1, &prefix) < 0)
		return -1;
	memset(&msg, 0, sizeof(msg));
	msg.target = CFG_TARGET_IP;
	msg.prefix = prefix;
	if (prefix.afi == AFI_IPV4)
		customer->msg.actions |= ACTION_BIT(ACTION_REDIRECT_IP4);
	else
		customer->msg.actions |= ACTION_BIT(ACTION_REDIRECT_IP6);
	return target_put(
	    set, &msg, &customer->n_redirect_ip, CUSTOMER_TARGETS_IP_MAX);
}

int
set_tag(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;
	struct msg_cfg_target msg;
	struct community tag;

	if (value_tag(text, &tag) < 0)
		return set_refuse(set, SET_WANTED_COMMUNITY);
	memset(&msg, 0, sizeof(msg));
	msg.target = CFG_TARGET_TAG;
	msg.community = tag;
	return target_put(set, &msg, &customer->n_tags, CUSTOMER_TAGS_MAX);
}

int
set_asns(struct set *set, const char *text)
{
	struct config *config = set->config;
	struct config_customer *customer = set->into;
	struct config_asn *entry;
	uint32_t asn;

	if (value_asn(text, &asn) < 0)
		return set_refuse(set,
		    "an AS number from 1 to 4294967294, not 23456 or 65535");
	if (customer->n_asns >= CUSTOMER_ASNS_MAX)
		return set_refuse(set, "at most 4096 entries");
	if (config->asns.n >= CONFIG_ASNS_MAX)
		return set_refuse(set, "at most 200000 such AS numbers in all");
	entry = model_list_push(&config->asns, sizeof(*entry));
	if (entry == NULL)
		return set_refuse(set, "more memory");
	entry->msg.head.len = sizeof(entry->msg);
	entry->msg.head.kind = MSG_CFG_ASN;
	entry->msg.index = customer_index(set);
	entry->msg.asn = asn;
	entry->at = set->at;
	customer->n_asns++;
	return 0;
}

int
set_ignore_community(struct set *set, const char *text)
{
	struct msg_cfg_validation *msg = set->into;
	struct ignore *ignore = &msg->ignore;
	struct community community;

	if (value_tag(text, &community) < 0)
		return set_refuse(set, SET_WANTED_COMMUNITY);
	for (uint32_t i = 0; i < ignore->n_communities; i++) {
		if (memcmp(&ignore->community[i], &community,
			sizeof(community)) == 0)
			return set_refuse(set, "each value once");
	}
	if (ignore->n_communities >= IGNORE_COMMUNITIES_MAX)
		return set_refuse(set, "at most 32 entries");
	ignore->community[ignore->n_communities++] = community;
	return 0;
}

int
set_ignore_originator(struct set *set, const char *text)
{
	struct msg_cfg_validation *msg = set->into;
	struct ignore *ignore = &msg->ignore;
	uint32_t id;

	if (value_router_id(text, &id) < 0)
		return set_refuse(set,
		    "an identifier written as an IPv4 address, not 0.0.0.0");
	for (uint32_t i = 0; i < ignore->n_originators; i++) {
		if (ignore->originator[i] == id)
			return set_refuse(set, "each value once");
	}
	if (ignore->n_originators >= IGNORE_ORIGINATORS_MAX)
		return set_refuse(set, "at most 32 entries");
	ignore->originator[ignore->n_originators++] = id;
	return 0;
}

/* The name that errors show: beside the including file, as it was written. */
static char *
include_name(const char *from, const char *text)
{
	const char *slash = strrchr(from, '/');
	int folder = slash == NULL ? 0 : (int)(slash - from) + 1;
	char *name = NULL;

	if (text[0] == '/')
		folder = 0;
	if (asprintf(&name, "%.*s%s", folder, from, text) < 0)
		return NULL;
	return name;
}

int
set_include(struct set *set, const char *text)
{
	struct config *config = set->config;
	const struct config_file *from = &config->files[set->at.file];
	struct config_file *file = &config->files[config->n_files];
	char path[4 * PATH_LEN];

	if (config->in_memory)
		return set_refuse(set, "no include where there are no files");
	if (from->depth >= CONFIG_INCLUDE_DEPTH_MAX)
		return set_refuse(set, "includes at most 4 deep");
	if (config->n_files == CONFIG_FILES_MAX)
		return set_refuse(set, "at most 256 files");
	if (set_resolve(set, text, path, sizeof(path)) < 0)
		return -1;
	memset(file, 0, sizeof(*file));
	file->depth = from->depth + 1;
	file->included = set->at;
	file->name = include_name(from->name, text);
	file->path = strdup(path);
	config->n_files++;
	if (file->name == NULL || file->path == NULL)
		return set_refuse(set, "more memory");
	return 0;
}
