/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of what a session is authenticated with, and of neighbours of whom
 * only the range is known. */
#include "proxy/loader/set.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/loader/value.h"

#define PASSWORD_MAX 80 /* TCP_MD5SIG_MAXKEYLEN, TCP_AO_MAXKEYLEN */

/* Who may write into the configuration may name any key; everybody else's
 * file is another's secret, or another's to change. */
static bool
owner_fits(const struct set *set, const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid() ||
	       st->st_uid == set->config->files[set->at.file].owner;
}

/* What speaks against the file, into found; NULL: nothing does. Its inside is
 * not looked at. */
static const char *
secret_fault(const struct set *set, const char *path, char *found, size_t size)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		(void)snprintf(found, size, "%s", strerrordesc_np(errno));
		return "a file that can be read";
	}
	if (!S_ISREG(st.st_mode)) {
		(void)snprintf(found, size, "no regular file");
		return "a regular file";
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		(void)snprintf(
		    found, size, "mode %04o", (unsigned)st.st_mode & 07777u);
		return "mode 0400: nothing for group and others";
	}
	if (!owner_fits(set, &st)) {
		(void)snprintf(
		    found, size, "owner uid %ju", (uintmax_t)st.st_uid);
		return "a file of root or of the user that sluice runs as";
	}
	if (set->config->as_user &&
	    faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
		(void)snprintf(found, size, "%s", strerrordesc_np(errno));
		return "a file that the user of sluice can read";
	}
	if (st.st_size < 1 || st.st_size > PASSWORD_MAX) {
		(void)snprintf(found, size, "%jd octets", (intmax_t)st.st_size);
		return "1 to 80 octets";
	}
	return NULL;
}

/* The path of a file that a secret may be in, to out. */
static int
secret_put(struct set *set, const char *text, char out[PATH_LEN])
{
	char path[PATH_LEN];
	char found[64];
	const char *wanted = NULL;

	if (set_resolve(set, text, path, sizeof(path)) < 0)
		return -1;
	if (!set->config->in_memory)
		wanted = secret_fault(set, path, found, sizeof(found));
	if (wanted != NULL) {
		(void)snprintf(
		    set->found, sizeof(set->found), "%s: %.60s", found, path);
		return set_refuse(set, wanted);
	}
	(void)snprintf(out, PATH_LEN, "%s", path);
	return 0;
}

int
set_password(struct set *set, const char *text)
{
	struct config_neighbor *neighbor = set->into;

	if (secret_put(set, text, neighbor->msg.password_file) < 0)
		return -1;
	neighbor->msg.authenticated = AUTH_MD5;
	return 0;
}

int
set_key_file(struct set *set, const char *text)
{
	struct config_key *key = set->into;

	return secret_put(set, text, key->msg.file);
}

int
set_key_time(struct set *set, const char *text)
{
	uint64_t seconds;

	if (value_time(text, &seconds) < 0)
		return set_refuse(set,
		    "a time with its zone, as in 2026-12-01T00:00:00Z or "
		    "2026-12-01T01:00:00+01:00");
	set_field_put(set, seconds);
	return 0;
}

/* Neighbours that are all alike: nobody's own, and not the whole world. */
static bool
range_fits(const struct prefix *range)
{
	unsigned first = range->addr[0];

	if (range->afi == AFI_IPV4)
		return range->len >= RANGE4_MIN && range->len <= RANGE4_MAX &&
		       first != 0 && first < 224;
	/* ::/32 holds mapped addresses, which do not come over IPv6. */
	return range->len >= RANGE6_MIN && range->len <= RANGE6_MAX &&
	       first != 0xff && memcmp(range->addr, "\0\0\0\0", 4) != 0 &&
	       !(first == 0xfe && (range->addr[1] & 0xc0) == 0x80);
}

/* A prefix with bits set past its length: say which was meant. */
static int
range_hint(struct set *set, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - text);
	char plain[PREFIX_TEXT_MAX];
	struct prefix prefix;
	uint64_t len;

	if (n == 0 || n >= sizeof(plain))
		return -1;
	memcpy(plain, text, n);
	plain[n] = '\0';
	if (prefix_parse(plain, &prefix) < 0 ||
	    value_number(&slash[1], 0, afi_bits(prefix.afi), &len) < 0)
		return -1;
	prefix.len = (uint8_t)len;
	prefix_mask(&prefix);
	(void)prefix_print(&prefix, plain, sizeof(plain));
	(void)snprintf(set->wanted, sizeof(set->wanted),
	    "%s: no bits set past its length", plain);
	return 0;
}

int
set_range(struct set *set, const char *text)
{
	struct config_neighbor *neighbor = set->into;
	struct address *remote = &neighbor->msg.remote;
	struct prefix range;

	if (prefix_parse(text, &range) < 0 || strchr(text, '/') == NULL) {
		if (range_hint(set, text) == 0)
			return -1;
		return set_refuse(set,
		    "a prefix that the neighbours are in, as in "
		    "198.51.100.0/28");
	}
	if (!range_fits(&range))
		return set_refuse(set,
		    "a range of hosts' addresses, /8 to /31 in IPv4 and /32 "
		    "to /127 in IPv6, none of them link-local");
	remote->afi = range.afi;
	remote->scope = 0;
	memcpy(remote->addr, range.addr, sizeof(remote->addr));
	neighbor->msg.range_len = range.len;
	return 0;
}
