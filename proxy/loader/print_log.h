/* SPDX-License-Identifier: BSD-2-Clause */
/* Print the sections store and cosign. */
#pragma once

#include "proxy/loader/print.h"

void print_store(const struct config *config, FILE *out);
void print_cosign(const struct config *config, FILE *out); /* if it is there */
