/*
 * For programs that open a device of a driver which "nonpaged run --devices" or "--exec" runs. This header is all there is to it; it needs no other
 * header and no library of ours. docs/devices.md has the protocol. A device is used by one thread at a time.
 *
 *     struct ndisdevice device;
 *     if (ndisdevice_open(&device, NULL, "\\\\.\\NonpagedTap") != 0) fail(device.status);
 *     length = ndisdevice_read(&device, buffer, sizeof buffer);
 *     ndisdevice_close(&device);
 *
 * Many requests at once: ndisdevice_start_... queue them and give each a number, ndisdevice_next sends what is queued and gives what has ended. For
 * poll(2), device.fd is readable when something has; call ndisdevice_next(..., 0) until it gives nothing.
 */
#ifndef NDISDEVICE_H
#define NDISDEVICE_H

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <fcntl.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NDISDEVICE_FUNCTION static __inline__ __attribute__((__unused__))

/* The most bytes of a read, a write, or one direction of a control. */
#define NDISDEVICE_LONGEST ((size_t)1 << 20)

/* A control code: CTL_CODE of Windows. */
#define NDISDEVICE_CODE(type, function, method, access) \
    (((uint32_t)(type) << 16) | ((uint32_t)(access) << 14) | ((uint32_t)(function) << 2) | (uint32_t)(method))

#define NDISDEVICE_STATUS_CANCELLED 0xC0000120U

/* How a request ended. */
struct ndisdevice_result {
    uint64_t id;
    uint32_t status;      /* NTSTATUS: an error where its two high bits are set */
    uint64_t information; /* of a transfer, the number of bytes */
    const void *data;     /* until the next call for the device */
    size_t length;
};

struct ndisdevice_kept {
    struct ndisdevice_kept *next;
    struct ndisdevice_result result;
};

struct ndisdevice {
    int fd;
    uint32_t status; /* NTSTATUS of the last request that was waited for */
    uint64_t last_id;
    unsigned char *out, *in;
    size_t out_start, out_end, out_room, in_start, in_end, in_room;
    struct ndisdevice_kept *kept, **kept_end, *given;
};

NDISDEVICE_FUNCTION void ndisdevice_put(unsigned char *bytes, uint64_t value, int count)
{
    int index;
    for (index = 0; index < count; index++) bytes[index] = (unsigned char)(value >> (8 * index));
}

NDISDEVICE_FUNCTION uint64_t ndisdevice_get(const unsigned char *bytes, int count)
{
    uint64_t value = 0;
    while (count-- > 0) value = value << 8 | bytes[count];
    return value;
}

/* Room for so many bytes behind those that are there. */
NDISDEVICE_FUNCTION int ndisdevice_reserve(unsigned char **bytes, size_t *start, size_t *end, size_t *room, size_t count)
{
    unsigned char *larger;
    if (*start > 0 && *room - *end < count) {
        memmove(*bytes, *bytes + *start, *end - *start);
        *end -= *start;
        *start = 0;
    }
    if (*room - *end >= count) return 0;
    larger = (unsigned char *)realloc(*bytes, *end + count + 65536);
    if (larger == NULL) {
        errno = ENOMEM;
        return -1;
    }
    *bytes = larger;
    *room = *end + count + 65536;
    return 0;
}

/* Reads what has come. 1, 0 where nothing has, -1 with errno. */
NDISDEVICE_FUNCTION int ndisdevice_receive(struct ndisdevice *device)
{
    ssize_t count;
    if (ndisdevice_reserve(&device->in, &device->in_start, &device->in_end, &device->in_room, 65536) != 0) return -1;
    count = recv(device->fd, device->in + device->in_end, device->in_room - device->in_end, 0);
    if (count > 0) {
        device->in_end += (size_t)count;
        return 1;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count == 0) errno = EPIPE;
    return -1;
}

/* Sends what is queued; while the other end takes nothing, reads what it sends. 0, or -1 with errno. */
NDISDEVICE_FUNCTION int ndisdevice_flush(struct ndisdevice *device)
{
    while (device->out_start < device->out_end) {
        ssize_t count = send(device->fd, device->out + device->out_start, device->out_end - device->out_start, MSG_NOSIGNAL);
        if (count > 0) {
            device->out_start += (size_t)count;
        } else if (count < 0 && errno == EAGAIN) {
            struct pollfd wait;
            wait.fd = device->fd;
            wait.events = POLLIN | POLLOUT;
            wait.revents = 0;
            if (poll(&wait, 1, -1) < 0 && errno != EINTR) return -1;
            if ((wait.revents & POLLIN) != 0 && ndisdevice_receive(device) < 0) return -1;
        } else if (count < 0 && errno != EINTR) {
            return -1;
        }
    }
    device->out_start = device->out_end = 0;
    return 0;
}

/* Queues a message. Its number, or 0 with errno. */
NDISDEVICE_FUNCTION uint64_t ndisdevice_queue(
    struct ndisdevice *device, unsigned kind, uint64_t id, uint64_t offset, uint32_t code, const void *input, size_t input_length,
    const void *given, size_t given_length, size_t output_length)
{
    size_t size = 40 + input_length + given_length;
    unsigned char *header;
    if (input_length > NDISDEVICE_LONGEST || output_length > NDISDEVICE_LONGEST) {
        errno = EINVAL;
        return 0;
    }
    if (ndisdevice_reserve(&device->out, &device->out_start, &device->out_end, &device->out_room, size) != 0) return 0;
    header = device->out + device->out_end;
    ndisdevice_put(header, size, 4);
    ndisdevice_put(header + 4, kind, 4);
    ndisdevice_put(header + 8, id, 8);
    ndisdevice_put(header + 16, offset, 8);
    ndisdevice_put(header + 24, code, 4);
    ndisdevice_put(header + 28, input_length, 4);
    ndisdevice_put(header + 32, output_length, 4);
    ndisdevice_put(header + 36, 0, 4);
    if (input_length > 0) memcpy(header + 40, input, input_length);
    if (given_length > 0) memcpy(header + 40 + input_length, given, given_length);
    device->out_end += size;
    return id;
}

/* Each queues a request. Its number, or 0 with errno. */
NDISDEVICE_FUNCTION uint64_t ndisdevice_start_read(struct ndisdevice *device, uint64_t offset, size_t length)
{
    return ndisdevice_queue(device, 2, ++device->last_id, offset, 0, NULL, 0, NULL, 0, length);
}

NDISDEVICE_FUNCTION uint64_t ndisdevice_start_write(struct ndisdevice *device, uint64_t offset, const void *data, size_t length)
{
    return ndisdevice_queue(device, 3, ++device->last_id, offset, 0, data, length, NULL, 0, 0);
}

/* What is in the output buffer before goes to the driver, too, unless the code is of METHOD_BUFFERED; NULL for zeros. */
NDISDEVICE_FUNCTION uint64_t ndisdevice_start_ioctl(
    struct ndisdevice *device, uint32_t code, const void *input, size_t input_length, const void *output, size_t output_length)
{
    size_t given = (code & 3) == 0 || output == NULL ? 0 : output_length;
    return ndisdevice_queue(device, 4, ++device->last_id, 0, code, input, input_length, output, given, output_length);
}

/* Asks the driver to end a request, which then ends with NDISDEVICE_STATUS_CANCELLED or in another way. 0, or -1 with errno. */
NDISDEVICE_FUNCTION int ndisdevice_cancel(struct ndisdevice *device, uint64_t id)
{
    return ndisdevice_queue(device, 5, id, 0, 0, NULL, 0, NULL, 0, 0) == 0 ? -1 : ndisdevice_flush(device);
}

/* A request that has ended and is in the buffer. 1, 0 where there is none, -1 with errno. */
NDISDEVICE_FUNCTION int ndisdevice_take(struct ndisdevice *device, struct ndisdevice_result *result)
{
    const unsigned char *header = device->in + device->in_start;
    size_t size, there = device->in_end - device->in_start;
    if (there < 32) return 0;
    size = (size_t)ndisdevice_get(header, 4);
    if (size < 32 || size > 32 + NDISDEVICE_LONGEST || (ndisdevice_get(header + 4, 4) & 0x80000000U) == 0) {
        errno = EPROTO;
        return -1;
    }
    if (there < size) return 0;
    result->id = ndisdevice_get(header + 8, 8);
    result->information = ndisdevice_get(header + 16, 8);
    result->status = (uint32_t)ndisdevice_get(header + 24, 4);
    result->data = header + 32;
    result->length = size - 32;
    device->in_start += size;
    return 1;
}

/* Waits for what comes, or only looks. 1 where something has, 0, or -1 with errno. */
NDISDEVICE_FUNCTION int ndisdevice_await(struct ndisdevice *device, int timeout)
{
    struct pollfd wait;
    int came = ndisdevice_receive(device);
    if (came != 0 || timeout == 0) return came;
    wait.fd = device->fd;
    wait.events = POLLIN;
    wait.revents = 0;
    if (poll(&wait, 1, timeout) < 0 && errno != EINTR) return -1;
    return wait.revents == 0 ? 0 : ndisdevice_receive(device);
}

/*
 * Sends what is queued, and gives a request that has ended. Waits for one as long as timeout says: in milliseconds, 0 not at all, -1 without end.
 * 1, 0 where none has ended, -1 with errno: EPIPE where the run that has the driver has ended.
 */
NDISDEVICE_FUNCTION int ndisdevice_next(struct ndisdevice *device, struct ndisdevice_result *result, int timeout)
{
    int got;
    if (ndisdevice_flush(device) != 0) return -1;
    free(device->given);
    device->given = device->kept;
    if (device->given != NULL) {
        device->kept = device->given->next;
        if (device->kept == NULL) device->kept_end = &device->kept;
        *result = device->given->result;
        return 1;
    }
    while ((got = ndisdevice_take(device, result)) == 0) {
        got = ndisdevice_await(device, timeout);
        if (got < 0 || (got == 0 && timeout >= 0)) return got;
    }
    return got;
}

/* Keeps the end of a request for ndisdevice_next. */
NDISDEVICE_FUNCTION int ndisdevice_keep(struct ndisdevice *device, const struct ndisdevice_result *result)
{
    struct ndisdevice_kept *kept = (struct ndisdevice_kept *)malloc(sizeof *kept + result->length);
    if (kept == NULL) return -1;
    kept->next = NULL;
    kept->result = *result;
    kept->result.data = kept + 1;
    memcpy(kept + 1, result->data, result->length);
    *device->kept_end = kept;
    device->kept_end = &kept->next;
    return 0;
}

/* Waits for one request. How many bytes, or -1 with errno: EIO where device->status is the driver's error, ECANCELED where it was cancelled. */
NDISDEVICE_FUNCTION int64_t ndisdevice_wait(struct ndisdevice *device, uint64_t id, void *buffer, size_t length)
{
    struct ndisdevice_result result;
    int got;
    if (id == 0 || ndisdevice_flush(device) != 0) return -1;
    for (;;) {
        while ((got = ndisdevice_take(device, &result)) == 0) {
            if (ndisdevice_await(device, -1) < 0) return -1;
        }
        if (got < 0) return -1;
        if (result.id == id) break;
        if (ndisdevice_keep(device, &result) != 0) return -1;
    }
    device->status = result.status;
    if (result.status >> 30 == 3) {
        errno = result.status == NDISDEVICE_STATUS_CANCELLED ? ECANCELED : EIO;
        return -1;
    }
    if (result.length > 0) memcpy(buffer, result.data, result.length < length ? result.length : length);
    return (int64_t)result.information;
}

/* Each makes a request and waits for it: ndisdevice_wait. */
NDISDEVICE_FUNCTION int64_t ndisdevice_read(struct ndisdevice *device, void *buffer, size_t length)
{
    return ndisdevice_wait(device, ndisdevice_start_read(device, 0, length), buffer, length);
}

NDISDEVICE_FUNCTION int64_t ndisdevice_write(struct ndisdevice *device, const void *data, size_t length)
{
    return ndisdevice_wait(device, ndisdevice_start_write(device, 0, data, length), NULL, 0);
}

NDISDEVICE_FUNCTION int64_t ndisdevice_ioctl(
    struct ndisdevice *device, uint32_t code, const void *input, size_t input_length, void *output, size_t output_length)
{
    return ndisdevice_wait(
        device, ndisdevice_start_ioctl(device, code, input, input_length, output, output_length), output, output_length);
}

/* The driver cancels what is outstanding. */
NDISDEVICE_FUNCTION void ndisdevice_close(struct ndisdevice *device)
{
    int error = errno;
    if (device->fd >= 0) close(device->fd);
    device->fd = -1;
    free(device->in);
    free(device->out);
    free(device->given);
    device->in = device->out = NULL;
    device->given = NULL;
    while (device->kept != NULL) {
        struct ndisdevice_kept *kept = device->kept;
        device->kept = kept->next;
        free(kept);
    }
    errno = error;
}

/*
 * Opens a device by its name or a link to it: \Device\Name, \DosDevices\Name, \??\Name or \\.\Name. The path is that of --devices; NULL takes
 * NONPAGED_DEVICES from the environment. 0, or -1 with errno: EIO where device->status is the driver's error or that of a name that is not there.
 */
NDISDEVICE_FUNCTION int ndisdevice_open(struct ndisdevice *device, const char *path, const char *name)
{
    struct sockaddr_un address;
    int flags;
    memset(device, 0, sizeof *device);
    device->kept_end = &device->kept;
    device->fd = -1;
    if (path == NULL) path = getenv("NONPAGED_DEVICES");
    if (path == NULL || strlen(path) >= sizeof address.sun_path) {
        errno = path == NULL ? ENOENT : ENAMETOOLONG;
        return -1;
    }
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, path);
    device->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (device->fd < 0) return -1;
    if (connect(device->fd, (const struct sockaddr *)&address, sizeof address) == 0 && (flags = fcntl(device->fd, F_GETFL)) >= 0
        && fcntl(device->fd, F_SETFL, flags | O_NONBLOCK) == 0
        && ndisdevice_wait(
            device, ndisdevice_queue(device, 1, ++device->last_id, 0, 1, name, strlen(name), NULL, 0, 0), NULL, 0) >= 0) return 0;
    ndisdevice_close(device);
    return -1;
}

#ifdef __cplusplus
}
#endif

#endif
