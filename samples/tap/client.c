/*
 * The program at the other end of the tap driver's cable. It answers ARP and ICMP echo for its own address, and
 *
 *     client respond OWN            does that until the run ends
 *     client ping OWN TARGET COUNT  sends COUNT numbered echo requests, and checks that each is answered, whole
 *
 *     cc -I../../sdk client.c -o client
 */
#include <ndisdevice.h>
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "tap.h"

enum { READS = 64, WINDOW = 64, ADDRESS = 6, IP = TAP_HEADER, ICMP = IP + 20, PAYLOAD = ICMP + 8, FRAME = PAYLOAD + 18, PATIENCE = 5000 };

struct station {
    struct ndisdevice device;
    unsigned char hardware[ADDRESS], own[4], target[4], target_hardware[ADDRESS];
    int knows_target;
    uint32_t sent, answered, wrong;
    unsigned char *seen;
};

static void fail(const struct ndisdevice *device, const char *what)
{
    fprintf(stderr, "client: %s: %s (status 0x%08x)\n", what, strerror(errno), (unsigned)device->status);
    exit(1);
}

/* RFC 1071. */
static unsigned sum(const unsigned char *bytes, size_t length)
{
    uint32_t total = 0;
    size_t index;
    for (index = 0; index < length; index++) total += (uint32_t)bytes[index] << (index % 2 == 0 ? 8 : 0);
    while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
    return ~total & 0xffff;
}

static void put16(unsigned char *bytes, unsigned value)
{
    bytes[0] = (unsigned char)(value >> 8);
    bytes[1] = (unsigned char)value;
}

static void send_frame(struct station *station, const unsigned char *frame, size_t length)
{
    if (ndisdevice_start_write(&station->device, 0, frame, length) == 0) fail(&station->device, "write");
}

static void send_arp(struct station *station, int operation, const unsigned char *hardware, const unsigned char *address)
{
    unsigned char frame[60] = { 0 };
    memcpy(frame, hardware, ADDRESS);
    memcpy(frame + 6, station->hardware, ADDRESS);
    put16(frame + 12, 0x0806);
    memcpy(frame + 14, "\0\1\10\0\6\4\0", 7);
    frame[21] = (unsigned char)operation;
    memcpy(frame + 22, station->hardware, ADDRESS);
    memcpy(frame + 28, station->own, 4);
    if (operation == 2) memcpy(frame + 32, hardware, ADDRESS);
    memcpy(frame + 38, address, 4);
    send_frame(station, frame, sizeof frame);
}

static void send_echo(struct station *station, uint32_t number)
{
    unsigned char frame[FRAME] = { 0 };
    unsigned index;
    memcpy(frame, station->target_hardware, ADDRESS);
    memcpy(frame + 6, station->hardware, ADDRESS);
    put16(frame + 12, 0x0800);
    frame[IP] = 0x45;
    put16(frame + IP + 2, FRAME - IP);
    frame[IP + 8] = 64;
    frame[IP + 9] = 1;
    memcpy(frame + IP + 12, station->own, 4);
    memcpy(frame + IP + 16, station->target, 4);
    put16(frame + IP + 10, sum(frame + IP, 20));
    frame[ICMP] = 8;
    put16(frame + ICMP + 4, number >> 16);
    put16(frame + ICMP + 6, number & 0xffff);
    for (index = 0; index < FRAME - PAYLOAD; index++) frame[PAYLOAD + index] = (unsigned char)(number * 31 + index);
    put16(frame + ICMP + 2, sum(frame + ICMP, FRAME - ICMP));
    send_frame(station, frame, sizeof frame);
}

static void take_echo_reply(struct station *station, const unsigned char *frame, size_t length)
{
    uint32_t number = (uint32_t)frame[ICMP + 4] << 24 | (uint32_t)frame[ICMP + 5] << 16 | (uint32_t)frame[ICMP + 6] << 8 | frame[ICMP + 7];
    unsigned index;
    int is_right = length >= FRAME && number < station->sent && station->seen[number] == 0 && sum(frame + IP, 20) == 0
        && sum(frame + ICMP, FRAME - ICMP) == 0;
    for (index = 0; is_right && index < FRAME - PAYLOAD; index++) is_right = frame[PAYLOAD + index] == (unsigned char)(number * 31 + index);
    if (is_right) {
        station->seen[number] = 1;
        station->answered++;
    } else {
        station->wrong++;
    }
}

static void answer_echo(struct station *station, const unsigned char *request, size_t length)
{
    unsigned char frame[TAP_LONGEST_FRAME];
    size_t total = (size_t)request[IP + 2] << 8 | request[IP + 3];
    if (total < ICMP - IP + 8 || IP + total > length) return;
    memcpy(frame, request, length);
    memcpy(frame, request + 6, ADDRESS);
    memcpy(frame + 6, station->hardware, ADDRESS);
    memcpy(frame + IP + 12, request + IP + 16, 4);
    memcpy(frame + IP + 16, request + IP + 12, 4);
    frame[ICMP] = 0;
    put16(frame + ICMP + 2, 0);
    put16(frame + ICMP + 2, sum(frame + ICMP, IP + total - ICMP));
    send_frame(station, frame, length);
}

static void take_frame(struct station *station, const unsigned char *frame, size_t length)
{
    unsigned type = length < ICMP + 8 ? 0 : (unsigned)frame[12] << 8 | frame[13];
    if (type == 0x0806 && length >= 42) {
        if (frame[21] == 1 && memcmp(frame + 38, station->own, 4) == 0) send_arp(station, 2, frame + 22, frame + 28);
        if (frame[21] == 2 && memcmp(frame + 28, station->target, 4) == 0) {
            memcpy(station->target_hardware, frame + 22, ADDRESS);
            station->knows_target = 1;
        }
    } else if (type == 0x0800 && frame[IP] == 0x45 && frame[IP + 9] == 1 && memcmp(frame + IP + 16, station->own, 4) == 0) {
        if (frame[ICMP] == 8) answer_echo(station, frame, length);
        if (frame[ICMP] == 0) take_echo_reply(station, frame, length);
    }
}

/* One request that ended: of a read a frame, and the next read in its place. 0 where none ended in time. */
static int step(struct station *station, int timeout)
{
    struct ndisdevice_result result;
    int got = ndisdevice_next(&station->device, &result, timeout);
    if (got < 0) fail(&station->device, "the device");
    if (got == 0) return 0;
    station->device.status = result.status;
    if (result.status != 0) {
        errno = EIO;
        fail(&station->device, "a request");
    }
    /* A write gives no data back. */
    if (result.length > 0) {
        take_frame(station, (const unsigned char *)result.data, result.length);
        if (ndisdevice_start_read(&station->device, 0, TAP_LONGEST_FRAME) == 0) fail(&station->device, "read");
    }
    return 1;
}

static void open_station(struct station *station, const char *own)
{
    int index;
    memset(station, 0, sizeof *station);
    if (inet_pton(AF_INET, own, station->own) != 1) {
        fprintf(stderr, "client: %s is no IPv4 address\n", own);
        exit(2);
    }
    if (ndisdevice_open(&station->device, NULL, "\\\\.\\NonpagedTap") != 0) fail(&station->device, "open");
    if (ndisdevice_ioctl(
            &station->device, NDISDEVICE_CODE(TAP_DEVICE_TYPE, TAP_FUNCTION_ADDRESS, 0, 0), NULL, 0, station->hardware, ADDRESS) != ADDRESS)
        fail(&station->device, "the address");
    /* The protocols are stations of the card; this one is another, on the same cable. */
    station->hardware[ADDRESS - 1] ^= 1;
    for (index = 0; index < READS; index++)
        if (ndisdevice_start_read(&station->device, 0, TAP_LONGEST_FRAME) == 0) fail(&station->device, "read");
}

static int ping(struct station *station, const char *target, uint32_t count)
{
    static const unsigned char everybody[ADDRESS] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    struct timespec start, end;
    double seconds;

    if (inet_pton(AF_INET, target, station->target) != 1 || (station->seen = (unsigned char *)calloc(count, 1)) == NULL) {
        fprintf(stderr, "client: %s is no IPv4 address\n", target);
        return 2;
    }
    send_arp(station, 1, everybody, station->target);
    while (!station->knows_target && step(station, PATIENCE)) {
    }
    if (!station->knows_target) {
        fprintf(stderr, "client: %s does not answer ARP\n", target);
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (station->answered + station->wrong < count) {
        while (station->sent < count && station->sent - station->answered - station->wrong < WINDOW) send_echo(station, station->sent++);
        if (!step(station, PATIENCE)) break;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%" PRIu32 " of %" PRIu32 " echo requests to %s answered, %" PRIu32 " wrong, in %.2f s: %.0f frames/s\n", station->answered, count,
        target, station->wrong, seconds, 2 * station->answered / seconds);
    free(station->seen);
    return station->answered == count && station->wrong == 0 ? 0 : 1;
}

int main(int count, char **words)
{
    struct station station;
    int code;
    if (count == 3 && strcmp(words[1], "respond") == 0) {
        open_station(&station, words[2]);
        for (;;) step(&station, -1);
    }
    if (count == 5 && strcmp(words[1], "ping") == 0 && atoi(words[4]) > 0) {
        open_station(&station, words[2]);
        code = ping(&station, words[3], (uint32_t)atoi(words[4]));
        ndisdevice_close(&station.device);
        return code;
    }
    fprintf(stderr, "usage: client respond OWN | client ping OWN TARGET COUNT\n");
    return 2;
}
