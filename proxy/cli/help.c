/* SPDX-License-Identifier: BSD-2-Clause */
/* The help texts: short, 80 columns, one a verb. */
#include "proxy/cli/help.h"

#include "proxy/cli/args.h"

static const char *const texts[ARGS_VERBS] = {
	[ARGS_NONE] =
	    "usage: sluice [--json] [--socket PATH] VERB ...\n"
	    "       sluice --version\n"
	    "\n"
	    "  status                what is up, and how much of it\n"
	    "  sessions [NAME]       BGP sessions; one customer's in full\n"
	    "  rules [ID]            customers' rules; one in full\n"
	    "  route P               unicast routes of a prefix, and the rules "
	    "on it\n"
	    "  explain RULE          what would become of a rule, and why\n"
	    "  approve ID, deny ID   decide on a rule that is held\n"
	    "  withdraw ID           take a rule out of the network now\n"
	    "  confirm               revoke what the brake holds\n"
	    "  audit list            what happened, from the log\n"
	    "  check FILE            is this configuration good?\n"
	    "  reload [--dry-run]    take the configuration file anew\n"
	    "  help [VERB]           more on one of these\n"
	    "\n"
	    "  --json         one JSON object a line, with names that stay\n"
	    "  --socket PATH  of the daemon; else $SLUICE_SOCKET, else\n"
	    "                 /run/sluice/control.sock\n"
	    "\n"
	    "Exit status: 0 done; 1 the answer is no; 2 wrong use, or a wrong "
	    "file;\n3 the daemon cannot be reached.\n",
	[ARGS_STATUS] =
	    "usage: sluice status [--json]\n"
	    "\n"
	    "Shows since when the guard runs, the configuration in force, the "
	    "log, and\nhow many sessions, unicast routes and rules there are. "
	    "A change that would\ntake too many rules out of the network at "
	    "once waits in the brake: that is\nthen on top, as is a family of "
	    "which no feed is complete.\n",
	[ARGS_SESSIONS] =
	    "usage: sluice sessions [NAME] [--json]\n"
	    "\n"
	    "Shows every BGP session: customers' and inward ones. For a "
	    "customer USED is\nthe cost of its rules, held, monitored and "
	    "lingering ones too, of what is\nallowed; inward it is the rules "
	    "that the router has of those that it should\nhave. KNOWN counts "
	    "refused rules, too. USED and KNOWN are the customer's, on\neach "
	    "of its sessions. BAD counts malformed rules. ROUTES are "
	    "those in\nthe unicast table, IPv4/IPv6. With the NAME of a "
	    "customer or of an inward\nneighbour its sessions are shown in "
	    "full.\n",
	[ARGS_RULES] =
	    "usage: sluice rules [--customer C] [--state S] [--ground G] "
	    "[--dst PREFIX]\n"
	    "                    [--json]\n"
	    "       sluice rules ID [--json]\n"
	    "\n"
	    "Shows the rules that customers announce now, or one with every "
	    "check and\nits evidence. FOR is the time in this state, LEFT the "
	    "time until its end,\nCOST the inward rules it takes.\n"
	    "\n"
	    "  --customer C   of this customer\n"
	    "  --state S      accepted, held, refused, monitored, lingering,\n"
	    "                 withdrawn (by an operator), revoked (by "
	    "other\n                 routes or a reload)\n"
	    "  --ground G     what became of the unicast route that it "
	    "rests on:\n"
	    "                 braked (it waits for \"sluice confirm\"), "
	    "gone (it has\n"
	    "                 LEFT to come back), rest (revoked, and judged "
	    "anew\n"
	    "                 in LEFT), doomed (revoked in a moment)\n"
	    "  --dst PREFIX   whose destination touches it\n"
	    "\n"
	    "On a terminal a rule that does not fit stands on a line of its "
	    "own; into a\npipe every rule is one line.\n",
	[ARGS_ROUTE] =
	    "usage: sluice route P [--json]\n"
	    "\n"
	    "Shows what the unicast table says of P, a prefix or an address: "
	    "the best\nmatch (the best route of the longest prefix that covers "
	    "P) and the AS that it\nleads to, all routes of that prefix and "
	    "why they lost, more-specifics inside P\nthrough other ASes, and "
	    "the rules that rest on it. AS is the left-most AS of\nthe "
	    "AS_PATH, ORIGIN-AS the right-most; \"inside\" when it is empty, "
	    "\"set\" for an\nAS_SET. A stale route is one whose session is "
	    "lost.\n"
	    "\n"
	    "Exit status: 1 when no route covers P.\n",
	[ARGS_EXPLAIN] =
	    "usage: sluice explain --customer C 'RULE' [--json]\n"
	    "\n"
	    "Judges a rule that nobody announced, as if customer C did, and "
	    "shows every\ncheck. Nothing changes. RULE is as sluice prints it, "
	    "or as ExaBGP or Junos\nwrite it:\n"
	    "\n"
	    "  match destination 203.0.113.7/32 protocol =17 then discard\n"
	    "\n"
	    "Exit status: 0 when it would be accepted, 1 when not (refused, "
	    "held for\napproval, or only monitored).\n",
	[ARGS_APPROVE] =
	    "usage: sluice approve ID [-m REASON] [--json]\n"
	    "\n"
	    "Releases a rule that is held. Who did it and why is recorded; "
	    "without -m\nthe reason is asked for.\n",
	[ARGS_DENY] =
	    "usage: sluice deny ID [-m REASON] [--json]\n"
	    "\n"
	    "Refuses a rule that is held; to undo it, the customer withdraws "
	    "the rule and\nannounces it anew. Who did it and why is recorded; "
	    "without -m the reason is\nasked for.\n",
	[ARGS_WITHDRAW] =
	    "usage: sluice withdraw ID [-m REASON] [--json]\n"
	    "\n"
	    "Takes a rule out of the network at once. It stays out until the "
	    "customer\nwithdraws it and announces it anew. Who did it and why "
	    "is "
	    "recorded; without\n-m the reason is asked for.\n",
	[ARGS_CONFIRM] =
	    "usage: sluice confirm [-m REASON] [--json]\n"
	    "\n"
	    "Revokes what the brake holds: rules that lost their right to a "
	    "change of\nunicast routes, so many at once that it may be a "
	    "mistake. They stand till then.\n\"sluice status\" shows how many, "
	    "\"sluice rules --ground braked\" which. Who did\nit and why is "
	    "recorded; without -m (or --reason) the reason is asked for.\n",
	[ARGS_AUDIT] =
	    "usage: sluice audit list [FILTER ...] [-n N] [--store DIR] "
	    "[--json]\n"
	    "\n"
	    "Shows the last N entries of the log that pass every filter, the "
	    "newest\nlast.\n"
	    "\n"
	    "  --customer C    --operator NAME\n"
	    "  --since T       2026-01-31T03:04:05Z, 2026-01-31, or how long "
	    "ago: 10m, 2h\n"
	    "  --until T       the same; this moment is not included\n"
	    "  --prefix P      about destinations that touch it\n"
	    "  --state S       accepted, accepted-modified, held, refused, "
	    "monitored,\n                  lingering, withdrawn, expired, "
	    "revoked, quarantined\n"
	    "  --reason R      by name or number\n"
	    "  --kind K        verdict, withdrawal, revocation, expiry, "
	    "linger, operator,\n                  config, start, stop, "
	    "session, summary, selftest, key, feed,\n"
	    "                  emergency\n"
	    "  --rule ID       about this rule\n"
	    "  -n N            50 unless said, at most 100000\n"
	    "  --store DIR     read this store, or a copy, without a daemon\n",
	[ARGS_CHECK] =
	    "usage: sluice check FILE [--json]\n"
	    "\n"
	    "Reads a configuration and says what is wrong with it: line, "
	    "column, key,\nwhat was found and what was wanted. Needs no "
	    "daemon. Key files are looked at\nas the user that runs this. "
	    "Exit status: 0 when it is good, 2 when not. With\n--json one "
	    "list of the errors, empty when it is good.\n",
	[ARGS_RELOAD] =
	    "usage: sluice reload [--dry-run] [--json]\n"
	    "\n"
	    "Has the daemon read its configuration anew. When anything is "
	    "wrong "
	    "with it\nthe old one stays (exit status 2). With --dry-run only "
	    "shows the rules that\nwould be withdrawn and those that would "
	    "newly go inward (accepted).\n",
	[ARGS_HELP] = "usage: sluice help [VERB]\n",
};

void
help_print(unsigned verb, FILE *out)
{
	if (verb >= ARGS_VERBS || texts[verb] == NULL)
		verb = ARGS_NONE;
	(void)fputs(texts[verb], out);
}
