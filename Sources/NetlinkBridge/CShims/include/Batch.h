// Datagrams by the batch, for a server that answers many; see DatagramBatch.swift.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct na_endpoint;
/// Room for `NA_BATCH_COUNT` datagrams of `NA_BATCH_LENGTH` bytes.
struct na_batch;

#define NA_BATCH_COUNT 64
#define NA_BATCH_LENGTH 2048

/// Makes room; NULL where there is no memory.
struct na_batch *na_batch_make(void);
/// Gives the room back.
void na_batch_free(struct na_batch *batch);
/// Receives what waits on a socket, in place of what the batch held; returns how many datagrams, or -EAGAIN.
int na_batch_receive(struct na_batch *batch, int descriptor);
/// The bytes of a datagram, of which all `NA_BATCH_LENGTH` may be written.
uint8_t *na_batch_bytes(struct na_batch *batch, size_t index);
/// How long a datagram is; a longer one than there is room for counts as -EMSGSIZE.
ptrdiff_t na_batch_length(const struct na_batch *batch, size_t index);
/// Where a datagram came from.
void na_batch_source(const struct na_batch *batch, size_t index, struct na_endpoint *source);
/// Puts the first bytes of a datagram's place among those that go back to where it came from.
void na_batch_answer(struct na_batch *batch, size_t index, size_t length);
/// Sends what was put there, each datagram once; returns how many the kernel took.
int na_batch_send(struct na_batch *batch, int descriptor);
