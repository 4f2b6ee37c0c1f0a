/* SPDX-License-Identifier: BSD-2-Clause */
/* What the next function called finds where it puts its own is not zeros. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SOIL_SIZE 32768

/* Fill that much of the stack below the caller with octets of no sense, to be
 * read by what reads before it writes. */
__attribute__((noinline)) static void
stack_soil(void)
{
	volatile uint8_t soil[SOIL_SIZE];

	for (size_t i = 0; i < SOIL_SIZE; i++)
		soil[i] = 0xa5;
	(void)soil[SOIL_SIZE - 1];
}
