// Asks a STUN server as fast as it answers, and counts the answers.
//
//     stun_load ADDRESS PORT SECONDS [plain|tailnode] [SOCKETS] [OUTSTANDING]
//     stun_load flood ADDRESS PORT COUNT
//
// Each socket keeps so many requests under way; an answer is followed by the next request. Prints answers per second, the
// length of an answer, and how many were none. The flood is that many requests, each from another forged address.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, MOST_SOCKETS = 256, LONGEST = 2048 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(2);
}

// A Binding request: 20 bytes, or the 40 of a Tailscale node (SOFTWARE "tailnode", FINGERPRINT).
static size_t request(uint8_t *bytes, int is_tailnode, uint64_t number) {
    static const uint8_t head[] = {0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 'l', 'o', 'a', 'd'};
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + 12, &number, sizeof number);
    if (!is_tailnode) return 20;
    static const uint8_t tail[] = {0x80, 0x22, 0, 8, 't', 'a', 'i', 'l', 'n', 'o', 'd', 'e', 0x80, 0x28, 0, 4};
    memcpy(bytes + 20, tail, sizeof tail);
    bytes[3] = 20;
    uint32_t crc = ~0u;
    for (int i = 0; i < 32; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    uint32_t value = htonl(~crc ^ 0x5354554Eu);
    memcpy(bytes + 36, &value, sizeof value);
    return 40;
}

static uint64_t sent_ever;

static void ask(int socket, int is_tailnode, int count) {
    static uint8_t bytes[BATCH][64];
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    while (count > 0) {
        int many = count < BATCH ? count : BATCH;
        memset(messages, 0, sizeof messages);
        for (int i = 0; i < many; i++) {
            vectors[i] = (struct iovec){bytes[i], request(bytes[i], is_tailnode, sent_ever++)};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        int sent = sendmmsg(socket, messages, (unsigned)many, 0);
        if (sent <= 0) return;
        count -= sent;
    }
}

// Requests from addresses that walk through all of IPv4, 1.0.0.0 to 223.255.255.255, in an order of their own.
static int flood(struct sockaddr_in server, long count) {
    struct packet {
        struct iphdr ip;
        struct udphdr udp;
        uint8_t request[20];
    };
    static struct packet packets[BATCH];
    int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (raw < 0) fail("raw socket");
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    uint32_t number = 0;
    for (long done = 0; done < count; done += BATCH) {
        memset(messages, 0, sizeof messages);
        for (int i = 0; i < BATCH; i++) {
            uint32_t source;
            do source = number++ * 0x9E3779B1u;
            while (source >> 24 == 0 || source >> 24 == 10 || source >> 24 == 127 || source >> 24 > 223);
            struct packet *packet = &packets[i];
            packet->ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
                .tot_len = htons(sizeof *packet), .saddr = htonl(source), .daddr = server.sin_addr.s_addr};
            packet->udp = (struct udphdr){.source = htons((uint16_t)(1024 + source % 60000)), .dest = server.sin_port,
                .len = htons(sizeof packet->udp + sizeof packet->request)};
            request(packet->request, 0, number);
            vectors[i] = (struct iovec){packet, sizeof *packet};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &server, .msg_namelen = sizeof server, .msg_iov = &vectors[i], .msg_iovlen = 1};
        }
        for (int sent = 0; sent < BATCH;) {
            int more = sendmmsg(raw, messages + sent, (unsigned)(BATCH - sent), 0);
            if (more <= 0) fail("sendmmsg");
            sent += more;
        }
    }
    printf("%ld\n", count);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 5 && strcmp(argv[1], "flood") == 0) {
        struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[3]))};
        if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1) return 64;
        return flood(server, atol(argv[4]));
    }
    if (argc < 4) {
        fprintf(stderr, "Usage: stun_load ADDRESS PORT SECONDS [plain|tailnode] [SOCKETS] [OUTSTANDING]\n");
        return 64;
    }
    int is_tailnode = argc > 4 && strcmp(argv[4], "tailnode") == 0;
    int sockets = argc > 5 ? atoi(argv[5]) : 8;
    int outstanding = argc > 6 ? atoi(argv[6]) : 64;
    if (sockets < 1 || sockets > MOST_SOCKETS) return 64;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) return 64;

    struct pollfd entries[MOST_SOCKETS];
    double heard[MOST_SOCKETS];
    for (int i = 0; i < sockets; i++) {
        int number = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (number < 0) fail("socket");
        int buffer = 4 << 20;
        setsockopt(number, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
        if (connect(number, (struct sockaddr *)&server, sizeof server) != 0) fail("connect");
        entries[i] = (struct pollfd){.fd = number, .events = POLLIN};
    }
    static uint8_t bytes[BATCH][LONGEST];
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    for (int i = 0; i < BATCH; i++) vectors[i] = (struct iovec){bytes[i], LONGEST};

    double start = now(), end = start + atof(argv[3]), time = start;
    uint64_t answers = 0, wrong = 0, length = 0;
    for (int i = 0; i < sockets; i++) {
        heard[i] = start;
        ask(entries[i].fd, is_tailnode, outstanding);
    }
    while ((time = now()) < end) {
        if (poll(entries, (nfds_t)sockets, 20) < 0 && errno != EINTR) fail("poll");
        for (int i = 0; i < sockets; i++) {
            // What was lost on the way is asked anew.
            if (!entries[i].revents && time - heard[i] > 0.1) {
                heard[i] = time;
                ask(entries[i].fd, is_tailnode, outstanding);
            }
            if (!entries[i].revents) continue;
            for (int j = 0; j < BATCH; j++)
                messages[j] = (struct mmsghdr){.msg_hdr = {.msg_iov = &vectors[j], .msg_iovlen = 1}};
            int received = recvmmsg(entries[i].fd, messages, BATCH, MSG_DONTWAIT, NULL);
            if (received <= 0) continue;
            for (int j = 0; j < received; j++) {
                if (messages[j].msg_len >= 32 && bytes[j][0] == 1 && bytes[j][1] == 1 && memcmp(bytes[j] + 8, "load", 4) == 0) {
                    answers++;
                    length = messages[j].msg_len;
                } else {
                    wrong++;
                }
            }
            heard[i] = time;
            ask(entries[i].fd, is_tailnode, received);
        }
    }
    printf("%.0f %lu %lu\n", (double)answers / (now() - start), (unsigned long)length, (unsigned long)wrong);
    return answers > 0 && wrong == 0 ? 0 : 1;
}
