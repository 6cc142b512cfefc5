/*
 * What the peers of ./bench xdp share: when they end, and how long that took.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t is_stopped;

static void stop(int number)
{
    (void)number;
    is_stopped = 1;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct usage {
    double real, user, system;
};

static struct usage started;
static double seconds;

static struct usage usage_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (struct usage){
        .real = now(),
        .user = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6,
        .system = (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6,
    };
}

/* A signal ends the time, so that no loop reads the clock. */
static void start_clock(void)
{
    struct itimerval timer = { .it_value = { (time_t)seconds, (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6) } };
    if (setitimer(ITIMER_REAL, &timer, NULL) != 0) {
        fprintf(stderr, "setitimer: %s\n", strerror(errno));
        exit(1);
    }
    started = usage_now();
}

static void report(uint64_t frames)
{
    struct usage ended = usage_now();
    printf("%llu %.6f %.6f %.6f\n", (unsigned long long)frames, ended.real - started.real, ended.user - started.user, ended.system - started.system);
    fflush(stdout);
}
