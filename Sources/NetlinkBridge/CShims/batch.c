#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct na_batch {
    struct mmsghdr received[NA_BATCH_COUNT];
    struct mmsghdr answers[NA_BATCH_COUNT];
    struct iovec received_vectors[NA_BATCH_COUNT];
    struct iovec answer_vectors[NA_BATCH_COUNT];
    struct sockaddr_storage sources[NA_BATCH_COUNT];
    uint8_t bytes[NA_BATCH_COUNT][NA_BATCH_LENGTH];
    size_t answer_count;
};

struct na_batch *na_batch_make(void) {
    struct na_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    for (size_t i = 0; i < NA_BATCH_COUNT; i++) {
        batch->received_vectors[i] = (struct iovec){.iov_base = batch->bytes[i], .iov_len = NA_BATCH_LENGTH};
        batch->received[i].msg_hdr =
            (struct msghdr){.msg_name = &batch->sources[i], .msg_iov = &batch->received_vectors[i], .msg_iovlen = 1};
    }
    return batch;
}

void na_batch_free(struct na_batch *batch) { free(batch); }

int na_batch_receive(struct na_batch *batch, int descriptor) {
    for (size_t i = 0; i < NA_BATCH_COUNT; i++) batch->received[i].msg_hdr.msg_namelen = sizeof batch->sources[i];
    batch->answer_count = 0;
    int count = recvmmsg(descriptor, batch->received, NA_BATCH_COUNT, MSG_DONTWAIT, NULL);
    return count >= 0 ? count : -errno;
}

uint8_t *na_batch_bytes(struct na_batch *batch, size_t index) { return batch->bytes[index]; }

ptrdiff_t na_batch_length(const struct na_batch *batch, size_t index) {
    if (batch->received[index].msg_hdr.msg_flags & MSG_TRUNC) return -EMSGSIZE;
    return batch->received[index].msg_len;
}

void na_batch_source(const struct na_batch *batch, size_t index, struct na_endpoint *source) {
    na_endpoint_of(&batch->sources[index], source);
}

void na_batch_answer(struct na_batch *batch, size_t index, size_t length) {
    if (batch->answer_count == NA_BATCH_COUNT) return;
    size_t place = batch->answer_count++;
    batch->answer_vectors[place] = (struct iovec){.iov_base = batch->bytes[index], .iov_len = length};
    batch->answers[place].msg_hdr = (struct msghdr){
        .msg_name = &batch->sources[index],
        .msg_namelen = batch->received[index].msg_hdr.msg_namelen,
        .msg_iov = &batch->answer_vectors[place],
        .msg_iovlen = 1,
    };
}

int na_batch_send(struct na_batch *batch, int descriptor) {
    size_t next = 0;
    int taken = 0;
    while (next < batch->answer_count) {
        int sent = sendmmsg(descriptor, batch->answers + next, (unsigned)(batch->answer_count - next),
            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        // A full send buffer takes none of them; any other error is one datagram's own trouble.
        if (sent < 0 && errno == EAGAIN) break;
        if (sent <= 0) {
            next++;
            continue;
        }
        next += (size_t)sent;
        taken += sent;
    }
    batch->answer_count = 0;
    return taken;
}
