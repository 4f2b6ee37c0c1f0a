/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A world for one session inside one process: a loop whose clock moves when
 * told, channels and sockets of memory. fake_loop.c stands in the place of
 * proxy/common/loop.c and clock.c; fake_channel.c in that of channel.c;
 * fake_socket.c in that of the kernel (linked with --wrap). One world at a
 * time; what it tells goes to the world_on_… functions, which the user has.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"

#define WORLD_SOCKETS  16
#define WORLD_CHANNELS 8
#define WORLD_SOCKET0  5000 /* descriptors: sockets, then channels */
#define WORLD_CHANNEL0 (WORLD_SOCKET0 + WORLD_SOCKETS)

/* Say what is broken, and abort. */
void world_must(bool holds, const char *what);

/* Begin anew at a time that is always the same. */
void world_reset(void);
uint64_t world_now_ms(void);
bool world_stopped(void);
/* Run what is ready until nothing is. */
void world_settle(void);
/* Let time pass, with all that ends in it. */
void world_advance(uint64_t ms);
/* After a message from outside: the turn ends. */
void world_turn(void);

/* ---- sockets, by number ---- */

/* What watch_event there is of this descriptor. */
int world_ready(int fd);
void world_sockets_reset(void);
/* A connected socket for the session; its number, or -1: there were enough. */
int world_connect(void);
bool world_is_open(unsigned socket);
/* The peer sends; what finds no room is lost and false is returned. */
bool world_send(unsigned socket, const uint8_t *data, size_t len);
/* The peer closes (error 0) or the connection fails. */
void world_hang_up(unsigned socket, int error);
/* The peer reads so many octets more. */
void world_read(unsigned socket, size_t octets);
/* Octets that the session has not read. */
size_t world_unread(unsigned socket);

/* ---- channels, by descriptor ---- */

void world_channels_reset(void);
int world_channel_fd(void); /* a new one; -1: there were enough */
bool world_channel_is_open(int fd);
/* The other end says something: a whole message of a size that may be. */
void world_tell(int fd, void *msg, size_t size, int passed);
void world_channel_end(int fd);
/* The other end reads nothing, and this many octets of the limit wait already;
 * or it reads all. */
void world_channel_stall(int fd, size_t waiting);
void world_channel_read(int fd);

/* ---- of the user ---- */

void world_on_message(int fd, const struct msg_head *head);
void world_on_received(unsigned socket, const uint8_t *data, size_t len);
void world_on_sent(unsigned socket, const uint8_t *data, size_t len);
