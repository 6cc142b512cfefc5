/*
 * The threads of drivers. A thread begins in C and calls the driver's function from C, so that PsTerminateSystemThread can
 * leave that function without passing over a frame of C#.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* C#: makes what NDIS knows of a thread, and its handle; enters and leaves the driver's name on the new thread. */
void *NonpagedPrepareThread(void **handle, void (*routine)(void *), void *context);
void NonpagedThreadFailed(void *thread, void **handle);
void NonpagedBeginThread(void *thread);
void NonpagedEndThread(void *thread, uint32_t status);
/* 0: the thread may end here. 1: a function of the driver that NDIS called is below. 2: the driver did not create it. */
uint32_t NonpagedMayEndThread(uint32_t status);

enum { SUCCESS = 0, INVALID_PARAMETER = (int32_t)0xc000000d, INSUFFICIENT_RESOURCES = (int32_t)0xc000009a };

struct start {
    void *thread, *context;
    void (*routine)(void *);
};

static __thread struct {
    jmp_buf leave;
    void *thread;
    uint32_t status;
} own;

static void *run(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    own.thread = start.thread;
    NonpagedBeginThread(start.thread);
    if (setjmp(own.leave) == 0) start.routine(start.context);
    NonpagedEndThread(own.thread, own.status);
    return NULL;
}

int32_t PsCreateSystemThread(
    void **handle, uint32_t access, void *attributes, void *process, void *client, void (*routine)(void *), void *context)
{
    pthread_attr_t settings;
    pthread_t thread;
    struct start *start;
    (void)access, (void)attributes, (void)process, (void)client;
    void *prepared = NonpagedPrepareThread(handle, routine, context);
    if (prepared == NULL) return INVALID_PARAMETER;
    start = malloc(sizeof *start);
    if (start == NULL) goto failed;
    *start = (struct start) { prepared, context, routine };
    pthread_attr_init(&settings);
    pthread_attr_setdetachstate(&settings, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &settings, run, start);
    pthread_attr_destroy(&settings);
    if (error == 0) return SUCCESS;
    free(start);
failed:
    NonpagedThreadFailed(prepared, handle);
    return INSUFFICIENT_RESOURCES;
}

int32_t PsTerminateSystemThread(uint32_t status)
{
    switch (NonpagedMayEndThread(status)) {
        case 0:
            own.status = status;
            longjmp(own.leave, 1);
        case 1:
            /* Its stack has frames of C#, which nothing may pass over. It ends as far as the driver can see. */
            NonpagedEndThread(own.thread, status);
            for (;;) pause();
        default:
            return INVALID_PARAMETER;
    }
}

/* What ObReferenceObjectByHandle may be told of the object's type: the first member is that of the header. */
struct object_type {
    uint32_t type;
};

static struct object_type thread_type = { 6 }, event_type = { 0 }, file_type = { 0x100 };
static struct object_type *thread_types = &thread_type, *event_types = &event_type, *file_types = &file_type;
struct object_type **PsThreadType = &thread_types, **ExEventObjectType = &event_types, **IoFileObjectType = &file_types;
