/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks: CLOCK_BOOTTIME for durations, CLOCK_REALTIME for people. */
#pragma once

#include <stdint.h>

uint64_t clock_boot_ms(void);
uint64_t clock_boot_ns(void);
uint64_t clock_wall_ns(void);

/* The kernel's boot id; zeroes when it cannot be read. */
void clock_boot_id(uint8_t out[16]);
