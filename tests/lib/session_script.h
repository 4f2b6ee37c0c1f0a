/* SPDX-License-Identifier: BSD-2-Clause */
/* What a peer does in a script of octets: the next say how. */
#pragma once

#include "proxy/wire/reader.h"
#include "tests/lib/session_model.h"

#define SCRIPT_LOCAL_ASN 64500u
#define SCRIPT_PEER_ASN  65001u

struct script {
	struct session *session;
	struct reader input;
	struct msg_session_config config;
	unsigned socket; /* the peer speaks on */
	unsigned sockets;
	uint8_t piece;   /* octets that arrive at once; 0: all */
	uint8_t flip;    /* changes an octet of the next message */
	uint8_t flip_at; /* 0: none */
	bool over;
};

/* The next octet; 0 behind the end. */
unsigned script_next(struct script *script);
uint32_t script_peer_asn(const struct script *script);

void peer_open(struct script *script);
void peer_keepalive(struct script *script);
void peer_rules(struct script *script);
void peer_routes(struct script *script);
void peer_end_of_rib(struct script *script);
void peer_refresh(struct script *script);
void peer_octets(struct script *script);
void peer_hang_up(struct script *script);
void peer_read(struct script *script);
void peer_other_socket(struct script *script);
void peer_piece(struct script *script);
void peer_flip(struct script *script);
