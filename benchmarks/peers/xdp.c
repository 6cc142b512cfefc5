/*
 * Frames through an AF_XDP socket by libxdp, queue 0: xdp MODE INTERFACE SECONDS BYTES [BUSYPOLL].
 *
 * MODE is "tx" (send frames of BYTES bytes as fast as the kernel takes them), "rx-drop" (give each received frame straight back) or "l2fwd" (swap
 * the addresses of each received frame and send it back). BUSYPOLL 1 asks the kernel to receive in this thread, by SO_PREFER_BUSY_POLL.
 * Prints "ready", then one line: frames, seconds, and the user and system seconds of the process in that time. "tx" and "l2fwd" count
 * completions. When receiving, time begins with the first frame. SIGTERM ends it early. With NONPAGED_BENCH_IDLE set it sleeps for so many
 * microseconds where nothing has arrived: benchmarks/xdp-instructions counts no waiting.
 *
 * The program that redirects every frame is six instructions, attached by a link of libbpf's. libxdp's own program wants bpffs for its dispatcher, which
 * containers and small systems do not mount; and it stays attached when this process is killed, while a link goes with its process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <xdp/xsk.h>

#include "xdp_clock.h"

#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#define SO_BUSY_POLL_BUDGET 70
#endif

#define ALWAYS_INLINE inline __attribute__((always_inline))

#define BATCH 64
#define FRAMES 4096
#define FRAME_SIZE 2048
#define RING 2048
#define HUGE ((size_t)2 << 20)
#define SHORTEST 60
#define LONGEST 1514
#define FIRST_FRAME_MS 10000
#define BUSY_MS 2000

struct port {
    struct xsk_umem *umem;
    struct xsk_socket *socket;
    struct xsk_ring_prod fill, tx;
    struct xsk_ring_cons completion, rx;
    char *memory;
    int file;
    bool is_busy_polling;
};

static unsigned idle_microseconds;

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- Opening ---- */

/* Transparent huge pages where the kernel has some: 8 MiB of frames then need four TLB entries. */
static char *map_frames(void)
{
    size_t length = (size_t)FRAMES * FRAME_SIZE;
    char *reserved = mmap(NULL, length + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(reserved != MAP_FAILED, "mmap");
    char *memory = (char *)(((uintptr_t)reserved + HUGE - 1) & ~(HUGE - 1));
    madvise(memory, length, MADV_HUGEPAGE);
    memset(memory, 0, length);
    return memory;
}

static void set_busy_poll(int file)
{
    int is_preferred = 1, microseconds = 20, budget = BATCH;
    check(setsockopt(file, SOL_SOCKET, SO_PREFER_BUSY_POLL, &is_preferred, sizeof is_preferred) == 0, "SO_PREFER_BUSY_POLL");
    check(setsockopt(file, SOL_SOCKET, SO_BUSY_POLL, &microseconds, sizeof microseconds) == 0, "SO_BUSY_POLL");
    check(setsockopt(file, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof budget) == 0, "SO_BUSY_POLL_BUDGET");
}

/* return bpf_redirect_map(map, context->rx_queue_index, XDP_PASS), with the socket of queue 0 in the map. */
static void attach_program(const struct port *port, const char *interface)
{
    int map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "sockets", sizeof(uint32_t), sizeof(uint32_t), 1, NULL);
    check(map >= 0, "bpf_map_create");
    const struct bpf_insn instructions[] = {
        { .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1, .off = offsetof(struct xdp_md, rx_queue_index) },
        { .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
        { .imm = 0 }, /* the upper half of the former */
        { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS },
        { .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
        { .code = BPF_JMP | BPF_EXIT },
    };
    int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "redirect", "GPL", instructions, sizeof instructions / sizeof *instructions, NULL);
    check(program >= 0, "bpf_prog_load");
    errno = -xsk_socket__update_xskmap(port->socket, map);
    check(errno == 0, "xsk_socket__update_xskmap");
    check(bpf_link_create(program, (int)if_nametoindex(interface), BPF_XDP, NULL) >= 0, "bpf_link_create");
}

static void open_port(struct port *port, const char *interface, bool is_receiving, bool is_busy_polling)
{
    struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
    setrlimit(RLIMIT_MEMLOCK, &unlimited);
    port->memory = map_frames();
    struct xsk_umem_config umem = { .fill_size = RING, .comp_size = RING, .frame_size = FRAME_SIZE };
    struct xsk_socket_config socket = {
        .rx_size = RING,
        .tx_size = RING,
        .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
        .bind_flags = XDP_USE_NEED_WAKEUP,
    };
    errno = -xsk_umem__create(&port->umem, port->memory, (uint64_t)FRAMES * FRAME_SIZE, &port->fill, &port->completion, &umem);
    check(errno == 0, "xsk_umem__create");
    /* The kernel frees a queue some time after its last socket was closed. */
    double until = now() + BUSY_MS / 1e3;
    while ((errno = -xsk_socket__create(&port->socket, interface, 0, port->umem, &port->rx, &port->tx, &socket)) == EBUSY && now() < until)
        usleep(10000);
    check(errno == 0, interface);
    port->file = xsk_socket__fd(port->socket);
    port->is_busy_polling = is_busy_polling;
    if (is_busy_polling)
        set_busy_poll(port->file);
    if (is_receiving)
        attach_program(port, interface);
}

static void close_port(struct port *port)
{
    xsk_socket__delete(port->socket);
    xsk_umem__delete(port->umem);
}

/* ---- The loops. Each gets a copy of the port, whose address goes nowhere, so the compiler keeps the rings in registers. ---- */

static ALWAYS_INLINE void kick(int file)
{
    /*
     * The kernel sends 32 frames a call and says EAGAIN when more are left or the send buffer is full, EBUSY when the completion ring is full. The
     * next call goes on.
     */
    if (__builtin_expect(sendto(file, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0, 0))
        check(errno == EAGAIN || errno == EBUSY || errno == ENOBUFS || errno == EINTR, "sendto");
}

/*
 * There are never more frames than a ring has room for, so the ring is full for a moment only: the kernel shows a batch of received frames before
 * it shows that it took them from the fill ring.
 */
static ALWAYS_INLINE uint32_t reserve(struct xsk_ring_prod *ring, uint32_t count)
{
    uint32_t at = 0;
    while (__builtin_expect(xsk_ring_prod__reserve(ring, count, &at) != count, 0))
        __builtin_ia32_pause();
    return at;
}

/* Nothing arrived. Looking again is fastest, unless the kernel asks for a call: a driver does, copy mode never. */
static ALWAYS_INLINE void wait_for_frames(const struct port *port)
{
    if (port->is_busy_polling) {
        recvfrom(port->file, NULL, 0, MSG_DONTWAIT, NULL, NULL);
    } else if (idle_microseconds > 0) {
        usleep(idle_microseconds);
    } else if (xsk_ring_prod__needs_wakeup(&port->fill)) {
        struct pollfd waiting = { .fd = port->file, .events = POLLIN };
        poll(&waiting, 1, 10);
    }
}

static void give_frames(struct port *port)
{
    uint32_t to = reserve(&port->fill, RING);
    for (uint32_t i = 0; i < RING; i++)
        *xsk_ring_prod__fill_addr(&port->fill, to + i) = (uint64_t)i * FRAME_SIZE;
    xsk_ring_prod__submit(&port->fill, RING);
}

static void write_frames(const struct port *port)
{
    static const uint8_t header[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
    for (size_t i = 0; i < FRAMES; i++)
        memcpy(port->memory + i * FRAME_SIZE, header, sizeof header);
}

static uint64_t send_frames(struct port port, uint32_t length)
{
    uint64_t frames = 0;
    uint32_t from = 0, to = reserve(&port.tx, RING);
    for (uint32_t i = 0; i < RING; i++)
        *xsk_ring_prod__tx_desc(&port.tx, to + i) = (struct xdp_desc){ .addr = (uint64_t)i * FRAME_SIZE, .len = length };
    xsk_ring_prod__submit(&port.tx, RING);
    while (!is_stopped) {
        if (xsk_ring_prod__needs_wakeup(&port.tx))
            kick(port.file);
        uint32_t count = xsk_ring_cons__peek(&port.completion, BATCH, &from);
        if (count == 0)
            continue;
        to = reserve(&port.tx, count);
        for (uint32_t i = 0; i < count; i++) {
            struct xdp_desc *frame = xsk_ring_prod__tx_desc(&port.tx, to + i);
            frame->addr = *xsk_ring_cons__comp_addr(&port.completion, from + i);
            frame->len = length;
            frame->options = 0;
        }
        xsk_ring_prod__submit(&port.tx, count);
        xsk_ring_cons__release(&port.completion, count);
        frames += count;
    }
    return frames;
}

static uint64_t drop_frames(struct port port)
{
    uint64_t frames = 0;
    uint32_t from = 0, to;
    while (!is_stopped) {
        uint32_t count = xsk_ring_cons__peek(&port.rx, BATCH, &from);
        if (count == 0) {
            wait_for_frames(&port);
            continue;
        }
        to = reserve(&port.fill, count);
        for (uint32_t i = 0; i < count; i++)
            *xsk_ring_prod__fill_addr(&port.fill, to + i) = xsk_ring_cons__rx_desc(&port.rx, from + i)->addr;
        xsk_ring_prod__submit(&port.fill, count);
        xsk_ring_cons__release(&port.rx, count);
        frames += count;
    }
    return frames;
}

typedef uint8_t vector __attribute__((vector_size(16)));

/* One load, one shuffle and one store; a frame is never shorter than 16 bytes. */
static ALWAYS_INLINE void swap_addresses(char *frame)
{
    static const vector order = { 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15 };
    vector start;
    memcpy(&start, frame, sizeof start);
    start = __builtin_shuffle(start, order);
    memcpy(frame, &start, sizeof start);
}

static uint64_t forward_frames(struct port port)
{
    uint64_t frames = 0;
    uint32_t from = 0, to, sending = 0;
    while (!is_stopped) {
        uint32_t count = xsk_ring_cons__peek(&port.completion, BATCH, &from);
        if (count > 0) {
            to = reserve(&port.fill, count);
            for (uint32_t i = 0; i < count; i++)
                *xsk_ring_prod__fill_addr(&port.fill, to + i) = *xsk_ring_cons__comp_addr(&port.completion, from + i);
            xsk_ring_prod__submit(&port.fill, count);
            xsk_ring_cons__release(&port.completion, count);
            sending -= count;
            frames += count;
        }
        count = xsk_ring_cons__peek(&port.rx, BATCH, &from);
        if (count > 0) {
            to = reserve(&port.tx, count);
            for (uint32_t i = 0; i < count; i++) {
                const struct xdp_desc *frame = xsk_ring_cons__rx_desc(&port.rx, from + i);
                swap_addresses(xsk_umem__get_data(port.memory, frame->addr));
                *xsk_ring_prod__tx_desc(&port.tx, to + i) = *frame;
            }
            xsk_ring_prod__submit(&port.tx, count);
            xsk_ring_cons__release(&port.rx, count);
            sending += count;
        } else {
            wait_for_frames(&port);
        }
        if (sending > 0 && xsk_ring_prod__needs_wakeup(&port.tx))
            kick(port.file);
    }
    return frames;
}

static void wait_for_first_frame(const struct port *port)
{
    struct pollfd waiting = { .fd = port->file, .events = POLLIN };
    int ready = poll(&waiting, 1, FIRST_FRAME_MS);
    if (ready == 0) {
        fprintf(stderr, "no frame arrived within %d seconds\n", FIRST_FRAME_MS / 1000);
        exit(1);
    }
    check(ready > 0 || errno == EINTR, "poll");
}

int main(int argc, char **argv)
{
    enum { TX, RX_DROP, L2FWD, NONE } mode = TX;
    static const char *const names[] = { "tx", "rx-drop", "l2fwd" };
    bool is_complete = argc == 5 || argc == 6;
    while (is_complete && mode < NONE && strcmp(argv[1], names[mode]) != 0)
        mode++;
    seconds = is_complete ? strtod(argv[3], NULL) : 0;
    unsigned long length = is_complete ? strtoul(argv[4], NULL, 10) : 0;
    if (!is_complete || mode == NONE || !(seconds > 0) || length < SHORTEST || length > LONGEST) {
        fprintf(stderr, "usage: xdp tx|rx-drop|l2fwd INTERFACE SECONDS BYTES [BUSYPOLL] (BYTES from %d to %d; BUSYPOLL 0 or 1)\n", SHORTEST, LONGEST);
        return 2;
    }
    const char *idle = getenv("NONPAGED_BENCH_IDLE");
    idle_microseconds = idle != NULL ? (unsigned)strtoul(idle, NULL, 10) : 0;
    /* Without SA_RESTART: a signal must end poll. */
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    static struct port port;
    open_port(&port, argv[2], mode != TX, argc == 6 && strtoul(argv[5], NULL, 10) != 0);
    if (mode == TX)
        write_frames(&port);
    else
        give_frames(&port);
    printf("ready\n");
    fflush(stdout);
    if (mode != TX)
        wait_for_first_frame(&port);
    start_clock();
    uint64_t frames = mode == TX ? send_frames(port, (uint32_t)length) : mode == RX_DROP ? drop_frames(port) : forward_frames(port);
    report(frames);
    close_port(&port);
    return 0;
}
