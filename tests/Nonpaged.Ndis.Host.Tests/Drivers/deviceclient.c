/*
 * The C client against devices.c: all ways to hand over a buffer, many requests at once, cancels, errors. "deviceclient" does all of it once and prints
 * ok; "deviceclient hang COUNT" leaves COUNT requests waiting, says so, and waits to be killed.
 */
#include <ndisdevice.h>
#include <stdio.h>

#define CODE(function, method) NDISDEVICE_CODE(0x22, function, method, 0)
enum { ECHO = 0x800, PEND, COUNT, FAIL, INFORM, WAITING, MANY = 500 };

#define REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "line %d: %s; errno %d, status 0x%08x\n", __LINE__, #condition, errno, (unsigned)device.status); \
            exit(1); \
        } \
    } while (0)

static void transfer(const char *name)
{
    struct ndisdevice device;
    unsigned char buffer[5000];
    uint64_t id;
    unsigned index;
    REQUIRE(ndisdevice_open(&device, NULL, name) == 0);
    REQUIRE(ndisdevice_wait(&device, ndisdevice_start_read(&device, 7, sizeof buffer), buffer, sizeof buffer) == sizeof buffer);
    for (index = 0; index < sizeof buffer; index++) REQUIRE(buffer[index] == (unsigned char)(index + 7));
    id = ndisdevice_start_write(&device, 7, buffer, sizeof buffer);
    REQUIRE(ndisdevice_wait(&device, id, NULL, 0) == sizeof buffer);
    REQUIRE(ndisdevice_write(&device, buffer, sizeof buffer) == -1 && errno == EIO && device.status == 0xC000003EU);
    REQUIRE(ndisdevice_read(&device, buffer, 0) == 0);
    ndisdevice_close(&device);
}

static void control(void)
{
    struct ndisdevice device;
    unsigned char in[100], out[200];
    unsigned method, index;
    REQUIRE(ndisdevice_open(&device, NULL, "\\Device\\TestRegistered") == 0);
    for (method = 0; method < 4; method++) {
        for (index = 0; index < sizeof in; index++) in[index] = (unsigned char)(index * 3);
        memset(out, 5, sizeof out);
        REQUIRE(ndisdevice_ioctl(&device, CODE(ECHO, method), in, sizeof in, out, sizeof out) == sizeof in);
        for (index = 0; index < sizeof in; index++) REQUIRE(out[index] == (unsigned char)(index * 3 + (method == 1 ? 6 : 1)));
        REQUIRE(out[sizeof in] == 5);
        REQUIRE(ndisdevice_ioctl(&device, CODE(ECHO, method), in, sizeof in, out, 10) == -1 && device.status == 0xC0000023U);
        REQUIRE(ndisdevice_ioctl(&device, CODE(ECHO, method), NULL, 0, NULL, 0) == 0);
    }
    REQUIRE(ndisdevice_ioctl(&device, CODE(FAIL, 0), NULL, 0, NULL, 0) == -1 && errno == EIO && device.status == 0xC000003EU);
    REQUIRE(ndisdevice_ioctl(&device, CODE(INFORM, 0), NULL, 0, out, 8) == 8 && device.status == 0x80000005U);
    REQUIRE(ndisdevice_ioctl(&device, CODE(0x123, 0), NULL, 0, NULL, 0) == -1 && device.status == 0xC0000010U);
    /* It has no function for reads. */
    REQUIRE(ndisdevice_read(&device, out, 1) == -1 && device.status == 0xC0000010U);
    ndisdevice_close(&device);
}

static void many(void)
{
    static uint64_t ids[MANY];
    static int ended[MANY];
    struct ndisdevice device;
    struct ndisdevice_result result;
    uint32_t counts[2];
    unsigned index, left;
    REQUIRE(ndisdevice_open(&device, NULL, "\\\\.\\TestBuffered") == 0);
    for (index = 0; index < MANY; index++) REQUIRE((ids[index] = ndisdevice_start_read(&device, (uint64_t)-1, 100)) != 0);
    REQUIRE(ndisdevice_next(&device, &result, 0) == 0);
    /* What is waited for overtakes what pends; the driver completes the oldest. */
    REQUIRE(ndisdevice_ioctl(&device, CODE(WAITING, 0), NULL, 0, counts, sizeof counts) == sizeof counts && counts[0] == MANY);
    REQUIRE(ndisdevice_ioctl(&device, CODE(COUNT, 0), NULL, 0, NULL, 0) == 0);
    REQUIRE(ndisdevice_next(&device, &result, -1) == 1 && result.id == ids[0] && result.status == 0 && result.length == 0);
    for (index = 1; index < MANY; index++) REQUIRE(ndisdevice_cancel(&device, ids[MANY - index]) == 0);
    for (left = MANY - 1; left > 0; left--) {
        REQUIRE(ndisdevice_next(&device, &result, -1) == 1 && result.status == NDISDEVICE_STATUS_CANCELLED);
        for (index = 1; index < MANY && ids[index] != result.id; index++);
        REQUIRE(index < MANY && !ended[index]);
        ended[index] = 1;
    }
    REQUIRE(ndisdevice_ioctl(&device, CODE(WAITING, 0), NULL, 0, counts, sizeof counts) == sizeof counts && counts[0] == 0);
    REQUIRE(ndisdevice_next(&device, &result, 0) == 0);
    /* Closed with requests that wait. */
    for (index = 0; index < 10; index++) REQUIRE(ndisdevice_start_read(&device, (uint64_t)-1, 100) != 0);
    REQUIRE(ndisdevice_flush(&device) == 0);
    ndisdevice_close(&device);
}

static void names(void)
{
    static const char *const good[] = {
        "\\Device\\TestBuffered", "\\DEVICE\\testbuffered", "\\DosDevices\\TestBuffered", "\\??\\TestBuffered", "\\\\.\\TESTBUFFERED",
        "\\\\.\\Global\\TestBuffered", "\\Device\\TestBuffered\\some\\file" };
    struct ndisdevice device, second;
    unsigned index;
    memset(&device, 0, sizeof device);
    for (index = 0; index < sizeof good / sizeof *good; index++) {
        REQUIRE(ndisdevice_open(&device, NULL, good[index]) == 0);
        ndisdevice_close(&device);
    }
    REQUIRE(ndisdevice_open(&device, NULL, "\\Device\\TestBuffered\\denied") == -1 && errno == EIO && device.status == 0xC0000022U);
    REQUIRE(ndisdevice_open(&device, NULL, "\\Device\\Nothing") == -1 && errno == EIO && device.status == 0xC0000034U);
    REQUIRE(ndisdevice_open(&device, NULL, "nothing") == -1 && device.status == 0xC0000034U);
    REQUIRE(ndisdevice_open(&device, "/nowhere/socket", "\\Device\\Nothing") == -1 && errno == ENOENT);
    /* It can be opened once. The driver may not have seen yet that it was closed. */
    for (index = 0; index < 5000 && ndisdevice_open(&device, NULL, "\\Device\\TestNeither") != 0; index++) usleep(1000);
    REQUIRE(index < 5000);
    REQUIRE(ndisdevice_open(&second, NULL, "\\Device\\TestNeither") == -1 && second.status == 0xC0000022U);
    ndisdevice_close(&device);
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "hang") == 0) {
        struct ndisdevice device;
        int left = atoi(words[2]);
        REQUIRE(ndisdevice_open(&device, NULL, "\\\\.\\TestBuffered") == 0);
        while (left-- > 0) REQUIRE(ndisdevice_start_read(&device, (uint64_t)-1, 100) != 0);
        REQUIRE(ndisdevice_flush(&device) == 0);
        puts("waiting");
        fflush(stdout);
        pause();
    }
    transfer("\\Device\\TestBuffered");
    transfer("\\Device\\TestDirect");
    transfer("\\Device\\TestAbove");
    transfer("\\Device\\TestNeither");
    control();
    many();
    names();
    puts("ok");
    return 0;
}
