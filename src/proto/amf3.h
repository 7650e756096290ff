/*
 * AMF3 values (Adobe AMF 3 specification, 3.1 to 3.17), read into amf.h's tree. Used by amf.c for
 * the avmplus marker only; each such value has reference tables of its own.
 */
#ifndef PROTO_AMF3_H
#define PROTO_AMF3_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "proto/amf.h"

/* Reads one value at p. Values count against r's limits and come from its arena; errors as
 * amf_read(), the end of the bytes is ERR_PROTOCOL. */
enum err amf3_read(struct amf_reader *r, int depth, const uint8_t *p, size_t n, struct amf **out,
                   size_t *used) MUST_CHECK;

/* A fresh value of r, counted. In amf.c. */
enum err amf_new_value(struct amf_reader *r, int depth, struct amf **out) MUST_CHECK;

#endif
