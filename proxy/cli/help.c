/* SPDX-License-Identifier: BSD-2-Clause */
/* The help texts: short, 80 columns, one a verb. */
#include "proxy/cli/help.h"

#include "proxy/cli/args.h"

static const char *const texts[ARGS_VERBS] = {
	[ARGS_NONE] =
	    "usage: sluice [--json] [--socket PATH] VERB ...\n"
	    "       sluice --version\n"
	    "\n"
	    "  status [--check]      what is up, and how much of it\n"
	    "  customers [NAME]      quotas and modes; one in full\n"
	    "  sessions [NAME]       BGP sessions; one customer's in full\n"
	    "  rules [ID]            customers' rules; one in full\n"
	    "  route P               unicast routes of a prefix, and the rules "
	    "on it\n"
	    "  explain RULE          what would become of a rule, and why\n"
	    "  approve ID, deny ID   decide on a rule that is held\n"
	    "  withdraw ID           take a rule out of the network now\n"
	    "  extend ID             a new lifetime for a rule\n"
	    "  confirm [WHAT]        release a change that waits for a person\n"
	    "  quarantine C, release C|ID   one customer out; back again\n"
	    "  freeze [C], thaw [C]  let no new rule in; let them in again\n"
	    "  panic, resume         withdraw everything; bring it back\n"
	    "  announce RULE, retract ID   the operators' own rules\n"
	    "  audit list            what happened, from the log\n"
	    "  check FILE            is this configuration good?\n"
	    "  reload                take the configuration file anew\n"
	    "  help [VERB]           more on one of these\n"
	    "\n"
	    "  --json         one JSON object a line, with names that stay\n"
	    "  --socket PATH  of the daemon; else $SLUICE_SOCKET, else\n"
	    "                 /run/sluice/control.sock\n"
	    "\n"
	    "Exit status: 0 done; 1 the answer is no; 2 wrong use, or a wrong "
	    "file;\n3 the daemon cannot be reached.\n",
	[ARGS_STATUS] =
	    "usage: sluice status [--check] [--json]\n"
	    "\n"
	    "Shows since when the guard runs, the configuration in force, the "
	    "log, and\nhow many sessions, unicast routes and rules there are, "
	    "and what room is left.\nWhat is unusual stands on top: a panic, a "
	    "freeze, a self-test that failed, what\nwaits for \"sluice "
	    "confirm\", routers that are away, data that is too old,\n"
	    "customers near their quota.\n"
	    "\n"
	    "With --check one line for a monitoring system. Exit status: 0 "
	    "when all is well,\n1 when something needs a person, 3 when the "
	    "daemon cannot be reached.\n",
	[ARGS_CUSTOMERS] =
	    "usage: sluice customers [NAME] [--json]\n"
	    "\n"
	    "Shows every customer: its mode and what keeps its rules out, "
	    "sessions that are\nup of those configured, rules and cost units "
	    "in use of those allowed, rules\nthat WAIT for room, what is asked "
	    "of RPKI, and the state of its IRR list. \"noc\"\nis the "
	    "operators' own rules. With a NAME, one in full.\n",
	[ARGS_SESSIONS] =
	    "usage: sluice sessions [NAME] [--json]\n"
	    "\n"
	    "Shows every BGP session: customers' and inward ones. For a "
	    "customer USED is\nthe rules that count, held, monitored and "
	    "lingering ones too, of those it may\nhave; inward it is the rules "
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
	    "time until the end of\nits state or lifetime, COST the hardware "
	    "entries it takes.\n"
	    "\n"
	    "  --customer C   of this customer\n"
	    "  --state S      accepted, accepted-modified, held, refused, "
	    "monitored,\n                 lingering, withdrawn (by an "
	    "operator), expired, quarantined\n                 (a panic, "
	    "too), revoked (by other routes, lists or ROAs, or\n"
	    "                 a reload)\n"
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
	    "shows every\ncheck. Nothing changes. RULE is as sluice and GoBGP "
	    "print it, or as ExaBGP or\nJunos write it:\n"
	    "\n"
	    "  match destination 203.0.113.7/32 protocol =17 then discard\n"
	    "\n"
	    "Components, each at most once, all of which must match:\n"
	    "  destination 203.0.113.7/32   source 198.51.100.0/24\n"
	    "  protocol =17                 port =53        (either one)\n"
	    "  destination-port =80 =443    source-port >=1024&<=65535\n"
	    "  icmp-type =8                 icmp-code =0\n"
	    "  tcp-flags =S                 packet-length >=40&<=60\n"
	    "  dscp =46                     fragment is-fragment\n"
	    "  label =7                     (IPv6 only)\n"
	    "Operators: = != < <= > >=; & between two of them means and, "
	    "nothing means or.\nOf bits: = all of them and no other, ! not.\n"
	    "Actions, behind \"then\":\n"
	    "  discard                      rate-limit 125000  (octets a "
	    "second)\n"
	    "  rate-limit-packets 1000      redirect 64500:666\n"
	    "  mark 8                       action sample\n"
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
	    "Takes a rule out of the network at once. No operator brings it "
	    "back: it stays\nout until the customer withdraws it and "
	    "announces it anew. Who did it and\nwhy is recorded; without -m "
	    "the reason is asked for.\n",
	[ARGS_CONFIRM] =
	    "usage: sluice confirm [brake|irr|rpki|reload] [-m REASON] "
	    "[--json]\n"
	    "\n"
	    "Releases a change that waits for a person; without a word the "
	    "one thing that\nwaits. \"sluice status\" shows what that is.\n"
	    "\n"
	    "  brake   revokes rules that lost their right to a change of "
	    "unicast routes,\n          so many at once that it may be a "
	    "mistake; they stand till then\n          (\"sluice rules --ground "
	    "braked\")\n"
	    "  irr     takes IRR lists that became much smaller; never empty "
	    "ones\n"
	    "  rpki    takes a set of VRPs that became much smaller\n"
	    "  reload  keeps a configuration that \"sluice reload --confirm\" "
	    "brought in;\n          only the role admin may, as it may without "
	    "a word\n"
	    "\n"
	    "Who did it and why is recorded; without -m (or --reason) the "
	    "reason is asked\nfor.\n",
	[ARGS_EXTEND] =
	    "usage: sluice extend ID [--lifetime T] [-m REASON] [--json]\n"
	    "\n"
	    "Gives a rule a new lifetime from now on: T (45m, 2h, 1h30m, 3d), "
	    "at most what\nits customer may have, and that without "
	    "--lifetime. An expired rule is judged\nanew. Who did it and why "
	    "is recorded; without -m the reason is asked for.\n",
	[ARGS_QUARANTINE] =
	    "usage: sluice quarantine C [-m REASON] [--json]\n"
	    "\n"
	    "Takes all rules of customer C out of the network, and lets none "
	    "in until\n\"sluice release C\", also over a restart. Its sessions "
	    "stay. Who did it and why\nis recorded; without -m the reason is "
	    "asked for.\n",
	[ARGS_RELEASE] =
	    "usage: sluice release C|ID [-m REASON] [--json]\n"
	    "       sluice release --customer C [-m REASON] [--json]\n"
	    "\n"
	    "Ends the quarantine of customer C, or its mute, or lets back the "
	    "one rule ID\nthat the flap breaker took out. What comes back is "
	    "judged anew\nfirst. A word that is a number is a rule's; "
	    "--customer names a customer whose\nname is one. Who did it and "
	    "why is recorded; without -m the reason is asked\nfor.\n",
	[ARGS_FREEZE] =
	    "usage: sluice freeze [C] [-m REASON] [--json]\n"
	    "\n"
	    "Lets no new rule in, of customer C or of anybody, until \"sluice "
	    "thaw\", also\nover a restart. What stands stays, and "
	    "withdrawals work. Who did it and why is\nrecorded; without -m "
	    "the reason is asked for.\n",
	[ARGS_THAW] =
	    "usage: sluice thaw [C] [-m REASON] [--json]\n"
	    "\n"
	    "Ends a freeze, of customer C or of all. Who did it and why is "
	    "recorded;\nwithout -m the reason is asked for.\n",
	[ARGS_PANIC] =
	    "usage: sluice panic [--yes] [-m REASON] [--json]\n"
	    "\n"
	    "Withdraws every rule from the network at once and lets nothing "
	    "in until \"sluice\nresume\", also over a restart. On a terminal "
	    "it asks first, unless --yes is\nsaid. Who did it and why is "
	    "recorded; without -m the reason is asked for.\n",
	[ARGS_RESUME] =
	    "usage: sluice resume [-m REASON] [--json]\n"
	    "\n"
	    "Ends a panic: rules that customers still announce are judged "
	    "anew, and what\npasses goes back into the network. Who did it "
	    "and why is recorded; without -m\nthe reason is asked for.\n",
	[ARGS_ANNOUNCE] =
	    "usage: sluice announce 'RULE' [--lifetime T] [-m REASON] "
	    "[--json]\n"
	    "\n"
	    "Announces a rule of the operators' own, as \"sluice help "
	    "explain\" describes it:\n"
	    "\n"
	    "  sluice announce --lifetime 2h -m 'ticket 4711' \\\n"
	    "    'match destination 203.0.113.7/32 protocol =17 then "
	    "discard'\n"
	    "\n"
	    "It passes through form, scope, protected space, action, quota and "
	    "lifetime.\nWithout a destination, or with one shorter than /24 "
	    "(IPv6 /48), it is held until\nanother operator approves it. "
	    "Without --lifetime it lives as long as the\nconfiguration lets "
	    "it. Who did it and why is recorded; without -m the reason is\n"
	    "asked for.\n",
	[ARGS_RETRACT] =
	    "usage: sluice retract ID [-m REASON] [--json]\n"
	    "\n"
	    "Takes back a rule of the operators' own. Who did it and why is "
	    "recorded;\nwithout -m the reason is asked for.\n",
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
	    "list of the errors, empty when it is good. A warning is not an "
	    "error.\n",
	[ARGS_RELOAD] =
	    "usage: sluice reload [--confirm N] [--yes] [--json]\n"
	    "       sluice reload --dry-run [--json]\n"
	    "\n"
	    "Has the daemon read its configuration anew. When anything is "
	    "wrong with it\nthe old one stays (exit status 2). First it shows "
	    "the rules that would be\nwithdrawn and those that would newly go "
	    "inward (accepted); when some would be\nwithdrawn it asks on a "
	    "terminal, unless --yes is said. With --dry-run that is\nall; with "
	    "--json nothing is shown first, and nothing asked.\n"
	    "\n"
	    "With --confirm the one before is taken back after N seconds (1 to "
	    "86400), unless\n\"sluice confirm reload\" comes. The file stays "
	    "as it is: put the old one back,\nor the next reload or restart "
	    "takes it again.\n",
	[ARGS_HELP] = "usage: sluice help [VERB]\n",
};

void
help_print(unsigned verb, FILE *out)
{
	if (verb >= ARGS_VERBS || texts[verb] == NULL)
		verb = ARGS_NONE;
	(void)fputs(texts[verb], out);
}
