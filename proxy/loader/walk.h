/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks a document along the schema and fills the model. */
#pragma once

#include "proxy/loader/model.h"
#include "proxy/loader/yaml_doc.h"

struct walk;

/*
 * Read the document root of file number file into config; what is wrong goes
 * to its list of errors. Returns -1 when the document is no map at all, so
 * that nothing more can be said about it.
 */
int walk_document(
    struct config *config, uint32_t file, const struct node *root);

/*
 * For finish functions: complain about a key of the section that is being
 * finished, at its place when it is there. found NULL: quotes what is there.
 */
void walk_complain(
    struct walk *walk, const char *key, const char *found, const char *wanted);

/* The section that is being finished holds this key. */
bool walk_has(const struct walk *walk, const char *key);

/* What is being filled. */
struct config *walk_config(struct walk *walk);
