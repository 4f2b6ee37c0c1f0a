/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/netstat: lines in pairs, names above values, as
 * "TcpExt: SyncookiesSent …" and "TcpExt: 0 …". */
#include "proxy/supervisor/netstat.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NETSTAT_MAX 32768u /* octets that are looked at */

/* What is left of a text. */
struct rest {
	const char *text;
	size_t len;
	size_t at;
};

struct word {
	const char *text; /* not terminated */
	size_t len;
};

/* Up to end, which is skipped. False: there is nothing left. */
static bool
rest_cut(struct rest *rest, char end, struct word *out)
{
	size_t from = rest->at;

	if (from >= rest->len)
		return false;
	while (rest->at < rest->len && rest->text[rest->at] != end)
		rest->at++;
	*out = (struct word){ &rest->text[from], rest->at - from };
	rest->at++;
	return true;
}

static bool
word_is(const struct word *word, const char *text)
{
	return word->len == strlen(text) &&
	       memcmp(word->text, text, word->len) == 0;
}

/* False when it is no number. */
static bool
word_number(const struct word *word, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < word->len; i++) {
		if (word->text[i] < '0' || word->text[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(word->text[i] - '0');
	}
	return word->len > 0 && word->len < 20;
}

/* One column. True when it is one of ours. */
static bool
column_take(
    const struct word *name, const struct word *value, struct netstat_md5 *out)
{
	if (word_is(name, "TCPMD5Failure"))
		return word_number(value, &out->bad);
	if (word_is(name, "TCPMD5Unexpected"))
		return word_number(value, &out->unknown);
	if (word_is(name, "TCPMD5NotFound"))
		return word_number(value, &out->unsigned_in);
	return false;
}

static bool
pair_take(const struct word *names, const struct word *values,
    struct netstat_md5 *out)
{
	struct rest above = { names->text, names->len, 0 };
	struct rest below = { values->text, values->len, 0 };
	struct word name, value;
	unsigned found = 0;

	while (rest_cut(&above, ' ', &name) && rest_cut(&below, ' ', &value))
		found += column_take(&name, &value, out);
	return found == 3;
}

bool
netstat_parse(const char *text, size_t len, struct netstat_md5 *out)
{
	static const char head[] = "TcpExt: ";
	struct rest rest = { text, len, 0 };
	struct word names, values;

	*out = (struct netstat_md5){ 0 };
	while (
	    rest_cut(&rest, '\n', &names) && rest_cut(&rest, '\n', &values)) {
		if (names.len < strlen(head) ||
		    memcmp(names.text, head, strlen(head)) != 0)
			continue;
		if (pair_take(&names, &values, out))
			return true;
		break;
	}
	*out = (struct netstat_md5){ 0 };
	return false;
}

bool
netstat_read(struct netstat_md5 *out)
{
	char text[NETSTAT_MAX];
	size_t len = 0;
	ssize_t n = 0;
	int fd = open("/proc/net/netstat", O_RDONLY | O_CLOEXEC);

	*out = (struct netstat_md5){ 0 };
	if (fd < 0)
		return false;
	while (len < sizeof(text)) {
		n = read(fd, &text[len], sizeof(text) - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	(void)close(fd);
	return n >= 0 && netstat_parse(text, len, out);
}
