/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of the log: its name, how long it is kept, who vouches for it. */
#include "proxy/loader/set.h"

#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"
#include "store/note.h"

/* Behind the name: "/" and 8 digits of the log, or "/witness". */
#define NAME_TAIL 9

int
set_store_path(struct set *set, const char *text)
{
	char *path = set->config->router.store_path;

	return set_resolve(
	    set, text, path, sizeof(set->config->router.store_path));
}

int
set_log_name(struct set *set, const char *text)
{
	size_t n = strlen(text);

	if (!note_name_valid(text) || n + NAME_TAIL >= NOTE_NAME_MAX ||
	    text[0] == '/' || text[n - 1] == '/')
		return set_refuse(set,
		    "1 to 118 octets without blanks and '+', no '/' at either "
		    "end, as in example.net/edge1");
	(void)snprintf(set_field(set), NOTE_NAME_MAX, "%s", text);
	return 0;
}

int
set_syslog(struct set *set, const char *text)
{
	char *field = set_field(set);

	if (strcmp(text, "off") != 0)
		return set_resolve(set, text, field, set->key->min);
	field[0] = '\0';
	return 0;
}

int
set_octets(struct set *set, const char *text)
{
	char least[VALUE_TEXT_MAX], most[VALUE_TEXT_MAX];
	uint64_t octets;

	if (value_octets(text, &octets) == 0 && octets >= set->key->min &&
	    octets <= set->key->max) {
		set_field_put(set, octets);
		return 0;
	}
	value_print_octets(set->key->min, least, sizeof(least));
	value_print_octets(set->key->max, most, sizeof(most));
	(void)snprintf(set->wanted, sizeof(set->wanted),
	    "octets from %s to %s with their unit K, M, G or T, as in 50G",
	    least, most);
	return -1;
}

int
set_url(struct set *set, const char *text)
{
	static const char tail[] = "/add-checkpoint";
	struct msg_cfg_log *msg = &set->config->log.msg;
	struct log_witness *witness = set->into;
	size_t n;

	if (value_url(text, witness->url) < 0)
		return set_refuse(set,
		    "http://HOST or https://HOST, with :PORT and /PATH where "
		    "it needs them");
	n = strlen(witness->url);
	if (n > sizeof(tail) &&
	    strcmp(&witness->url[n - (sizeof(tail) - 1)], tail) == 0)
		return set_refuse(set, "it without /add-checkpoint");
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		if (&msg->witness[i] != witness &&
		    strcmp(msg->witness[i].url, witness->url) == 0)
			return set_refuse(set, "each witness once");
	}
	return 0;
}

/* A key of this kind that verifies, in its text form (NOTE_VKEY_MAX octets). */
static int
vkey_take(struct set *set, const char *text, enum note_algorithm algorithm,
    struct note_key *key)
{
	bool log = algorithm == NOTE_ED25519;

	if (strlen(text) >= NOTE_VKEY_MAX || note_key_parse(text, key) < 0)
		return set_refuse(set,
		    "a verifier key, NAME+HASH+KEY, as `sluice audit "
		    "checkpoint --keys` prints it");
	if (key->algorithm != (uint8_t)algorithm)
		return set_refuse(
		    set, log ? "the key of a log, not that of a witness"
			     : "the key of a witness, not that of a log");
	return 0;
}

/* Is text the key of the same name? It is one, or empty. */
static bool
vkey_is_of(const char *text, const char *name)
{
	size_t n = strlen(name);

	return strncmp(text, name, n) == 0 && text[n] == '+';
}

int
set_witness_key(struct set *set, const char *text)
{
	struct msg_cfg_log *msg = &set->config->log.msg;
	struct log_witness *witness = set->into;
	struct note_key key;

	if (vkey_take(set, text, NOTE_COSIGNED, &key) < 0)
		return -1;
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		if (&msg->witness[i] != witness &&
		    vkey_is_of(msg->witness[i].vkey, key.name))
			return set_refuse(set, "each witness once");
	}
	(void)snprintf(witness->vkey, sizeof(witness->vkey), "%s", text);
	return 0;
}

int
set_cosigned(struct set *set, const char *text)
{
	struct msg_cfg_log *msg = &set->config->log.msg;
	struct note_key key;

	if (vkey_take(set, text, NOTE_ED25519, &key) < 0)
		return -1;
	for (uint32_t i = 0; i < msg->n_cosigned; i++) {
		if (vkey_is_of(msg->cosigned[i], key.name))
			return set_refuse(set, "each log once");
	}
	if (msg->n_cosigned >= COSIGNED_MAX)
		return set_refuse(set, "at most 16 logs");
	(void)snprintf(
	    msg->cosigned[msg->n_cosigned++], NOTE_VKEY_MAX, "%s", text);
	return 0;
}
