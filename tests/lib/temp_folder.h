/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of its own for a test, and its removal. */
#pragma once

#define TEMP_PATH_MAX 128

/* Make a new empty folder and put its path into path; ends the test program
 * with a message when that cannot be done. */
void temp_folder_make(char path[TEMP_PATH_MAX]);

/* Remove the folder with all that is in it. */
void temp_folder_remove(const char *path);
