// Sends UDP packets from forged addresses as fast as one processor forwards them: 36 bytes each, no checksum.
//
//     mapping_load endpoints|flows|packets COUNT CLIENTS FIRST_PORT PORTS STRIDE SERVER PORT
//
// endpoints: each packet is from another client address and port. flows: the endpoints take turns, each time to another port of
// the server. packets: the endpoints take turns, always to one port. The clients are 10.0.1.10 and those behind it; each has PORTS
// ports, the first client's from FIRST_PORT on and each next one's STRIDE above: with 0 all use the same. Sending takes the way
// through the NAT with it, in the same thread; prints the nanoseconds of that thread's processor for each packet.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int count, char **words) {
    if (count != 9) return 64;
    char mode = words[1][0];
    long packets = atol(words[2]), clients = atol(words[3]), first = atol(words[4]), ports = atol(words[5]);
    long stride = atol(words[6]);
    int port = atoi(words[8]);

    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    sched_setaffinity(0, sizeof set, &set);
    int socket_number = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (socket_number < 0) {
        perror("socket");
        return 2;
    }
    struct {
        struct iphdr ip;
        struct udphdr udp;
        char data[8];
    } packet;
    memset(&packet, 0, sizeof packet);
    packet.ip.version = 4;
    packet.ip.ihl = 5;
    packet.ip.ttl = 64;
    packet.ip.protocol = IPPROTO_UDP;
    packet.udp.len = htons(sizeof packet.udp + sizeof packet.data);
    struct sockaddr_in server = {.sin_family = AF_INET};
    inet_pton(AF_INET, words[7], &server.sin_addr);
    packet.ip.daddr = server.sin_addr.s_addr;
    uint32_t base = ntohl(inet_addr("10.0.1.10"));
    long endpoints = clients * ports, failed = 0;

    double start = now();
    for (long number = 0; number < packets; number++) {
        long endpoint = number % endpoints;
        packet.ip.saddr = htonl(base + (uint32_t)(endpoint % clients));
        packet.udp.source = htons((uint16_t)(first + endpoint / clients + endpoint % clients * stride));
        packet.udp.dest = htons((uint16_t)(mode == 'f' ? port + number / endpoints : port));
        packet.ip.check = 0;
        if (sendto(socket_number, &packet, sizeof packet, 0, (void *)&server, sizeof server) < 0) failed++;
    }
    printf("%.1f %ld\n", (now() - start) / (double)packets, failed);
    return 0;
}
