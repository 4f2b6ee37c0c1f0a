/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of what sluice talks to besides BGP: groups, the web, caches. */
#include "proxy/loader/set.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

#define WANTED_ENDPOINT                                                        \
	"an address and a port, as in 192.0.2.5:3323 or [2001:db8::5]:3323"

int
set_group(struct set *set, const char *text)
{
	struct msg_cfg_service *service = &set->config->service;
	char *field = (char *)service + set->key->offset;

	/* As groupadd(8) takes them. */
	if (!value_name_ok(text) || strlen(text) >= sizeof(service->noc))
		return set_refuse(set,
		    "the name of a Unix group: 1 to 31 letters, digits, '.', "
		    "'_' or '-'");
	/* cppcheck-suppress getgrnamCalled ; the loader has one thread */
	if (!set->config->in_memory && getgrnam(text) == NULL)
		return set_refuse(
		    set, "a Unix group that there is on this machine");
	(void)snprintf(field, sizeof(service->noc), "%s", text);
	return 0;
}

int
set_endpoint(struct set *set, const char *text)
{
	static const uint8_t any[ADDRESS_MAX];
	struct address address = { 0 };

	if (value_endpoint(text, &address) < 0)
		return set_refuse(set,
		    "an address and a port, as in 127.0.0.1:9179 or "
		    "[::1]:9179");
	if (!set_is_host(&address) &&
	    memcmp(address.addr, any, sizeof(any)) != 0)
		return set_refuse(set, "the address of one host");
	memcpy(set_field(set), &address, sizeof(address));
	return 0;
}

static bool
cache_is_there(const struct msg_cfg_rpki *msg, const struct address *address)
{
	for (uint32_t i = 0; i < msg->n; i++) {
		if (memcmp(&msg->cache[i].address, address, sizeof(*address)) ==
		    0)
			return true;
	}
	return false;
}

/* One address of a group. */
static int
cache_put(struct set *set, const char *text)
{
	struct config_rpki *rpki = set->into;
	struct msg_cfg_rpki *msg = &rpki->msg;
	struct address address = { 0 };

	if (value_endpoint(text, &address) < 0 || !set_is_host(&address))
		return set_refuse(set,
		    WANTED_ENDPOINT "; several in one entry are tried in "
				    "their order");
	if (cache_is_there(msg, &address))
		return set_refuse(set, "each cache once");
	if (msg->n >= RPKI_CACHES_MAX)
		return set_refuse(set, "at most 16 caches");
	msg->cache[msg->n].address = address;
	msg->cache[msg->n].group = set->at.sub;
	msg->n++;
	return 0;
}

int
set_cache(struct set *set, const char *text)
{
	char word[VALUE_TEXT_MAX];
	unsigned words = 0;

	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");

		if (n >= sizeof(word))
			return set_refuse(set, WANTED_ENDPOINT);
		memcpy(word, text, n);
		word[n] = '\0';
		if (cache_put(set, word) < 0)
			return -1;
		text += n;
		words++;
	}
	return words > 0 ? 0 : set_refuse(set, WANTED_ENDPOINT);
}

/* It stands at the top, where no section tells a second file's apart. */
int
set_protect_customers(struct set *set, const char *text)
{
	bool on = strcmp(text, "true") == 0;

	if (!on && strcmp(text, "false") != 0)
		return set_refuse(set, "true or false");
	if (model_has(set->config, SECTION_TOP, set->key->name))
		return set_refuse(set, "this key in one of the files");
	set->config->fleet.msg.protect_customers = on;
	return 0;
}
