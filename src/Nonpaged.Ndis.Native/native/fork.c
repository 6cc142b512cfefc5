/*
 * A child of fork(2) that does not exec has one thread, in a copy of a process whose other threads may have been anywhere: C# cannot run there, and the memory is not mapped
 * (MADV_DONTFORK). The handler below, which is C alone, closes the descriptors that hold the memory, forgets what inlined calls know of it, and lets every call fail. A process that
 * forks before its first call leaves its child nothing, and the child starts by itself.
 */
#define _GNU_SOURCE
#define NONPAGED_NO_INLINE
#include "entry.h"
#include "ndismem.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As in ForkedDescriptors.cs. */
enum { PAGE_COUNT = 1024, BITS_PER_PAGE = 1 << 15, BITS_PER_WORD = 64 };

/* What C# needs to start, with some to spare: the runtime, its threads and the first extent of a pool make some 40 mappings. */
enum { FIRST_MAPPINGS = 128 };

enum { MOST_MODULES = 64, MOST_KEYS = 8 };

/* The program's C# has the same (NativeStart.cs). */
struct start {
    ULONGLONG *const *descriptors;
};

int ManagedStart(struct start *start);
VOID ManagedEnterThread(PNONPAGED_THREAD thread, ULONG version);

#ifdef NONPAGED_HOST
/* The program itself is C#. */
int nonpaged_state = STARTING;
#else
int nonpaged_state = NEVER_ENTERED;
#endif

static struct start started;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* The modules whose inlined calls know this thread's magazines: each has a variable of its own (ndisinline.h). */
static __thread struct {
    PNONPAGED_THREAD thread;
    NONPAGED_THREAD told;
} modules[MOST_MODULES];
static __thread unsigned module_count;

int nonpaged_is_forked(void) { return __atomic_load_n(&nonpaged_state, __ATOMIC_ACQUIRE) == FORKED; }

/* Where C# cannot say it: once. */
static void tell(const char *call, const char *reason)
{
    static int told;
    const char *log = getenv("NONPAGED_LOG");
    char line[512];
    int length, file = 2;
    if (log == NULL || *log == 0 || __atomic_exchange_n(&told, 1, __ATOMIC_RELAXED)) return;
    if (strcmp(log, "stderr") != 0) file = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return;
    length = snprintf(line, sizeof line, "program: %s failed: %s\n", call, reason);
    if (write(file, line, (size_t)length) < 0) { /* There is nobody to tell. */ }
    if (file != 2) close(file);
}

/* A runtime that finds no room for its first mappings ends the process, so room is tried first. */
static int has_room(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), length = FIRST_MAPPINGS * page;
    char *probe = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int fits = probe != MAP_FAILED;
    /* Each second page that differs makes two mappings. */
    for (size_t at = page; fits && at < length; at += 2 * page) fits = mprotect(probe + at, page, PROT_READ) == 0;
    if (probe != MAP_FAILED) munmap(probe, length);
    return fits;
}

int nonpaged_start(const char *call)
{
    int state;
    if (nonpaged_is_forked()) {
        tell(call, "this process is a child of fork(2) and has not called exec(2); its parent's memory is not its own. "
            "Limit: one process a pool. Remedy: fork before the first call, or exec.");
        return 0;
    }
    pthread_mutex_lock(&gate);
    state = __atomic_load_n(&nonpaged_state, __ATOMIC_ACQUIRE);
    if (state == NEVER_ENTERED && !has_room()) {
        tell(call, "the process has no room for the mappings that the library starts with. Limit: vm.max_map_count, or RLIMIT_AS. "
            "Remedy: sysctl vm.max_map_count=262144");
    } else if (state != READY) {
        __atomic_store_n(&nonpaged_state, STARTING, __ATOMIC_RELEASE);
        if (ManagedStart(&started)) __atomic_store_n(&nonpaged_state, state = READY, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&gate);
    return state == READY;
}

__attribute__((visibility("default"))) VOID NonpagedEnterThread(PNONPAGED_THREAD Thread, ULONG Version)
{
    if (!nonpaged_may_enter("NonpagedEnterThread")) {
        /* What failed for lack of room is asked again. */
        if (!nonpaged_is_forked()) Thread->IsAsked = 0;
        return;
    }
    if (module_count == MOST_MODULES) return;
    ManagedEnterThread(Thread, Version);
    if (Thread->Magazines == NULL) return;
    modules[module_count].thread = Thread;
    modules[module_count++].told = *Thread;
}

static void close_descriptors(void)
{
    ULONGLONG *const *pages = started.descriptors;
    for (int page = 0; pages != NULL && page < PAGE_COUNT; page++) {
        const ULONGLONG *words = pages[page];
        for (int word = 0; words != NULL && word < BITS_PER_PAGE / BITS_PER_WORD; word++) {
            for (ULONGLONG bits = words[word]; bits != 0; bits &= bits - 1)
                close(page * BITS_PER_PAGE + word * BITS_PER_WORD + __builtin_ctzll(bits));
        }
    }
}

static void in_child(void)
{
    /* Another thread may have held it. */
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    gate = fresh;
    if (nonpaged_state == NEVER_ENTERED || nonpaged_state == FORKED) return;
    nonpaged_state = FORKED;
    for (unsigned index = 0; index < module_count; index++) {
        PNONPAGED_THREAD thread = modules[index].thread;
        /* Where a module was unloaded there may be something else by now. */
        if (memcmp(thread, &modules[index].told, offsetof(NONPAGED_THREAD, IsAsked)) != 0) continue;
        thread->Magazines = NULL;
        thread->ChunkCount = 0;
    }
    module_count = 0;
    close_descriptors();
}

__attribute__((constructor)) static void watch(void) { pthread_atfork(NULL, NULL, in_child); }

/* The runtime lets go of a thread in a destructor of its own. In a child it would wait for a lock that no thread gives back. The linker sends its calls here. */
typedef void (*destructor)(void *);
static destructor destructors[MOST_KEYS];

#define THUNK(index) static void end##index(void *value) { if (!nonpaged_is_forked()) destructors[index](value); }
THUNK(0) THUNK(1) THUNK(2) THUNK(3) THUNK(4) THUNK(5) THUNK(6) THUNK(7)
static const destructor thunks[MOST_KEYS] = { end0, end1, end2, end3, end4, end5, end6, end7 };

int __real_pthread_key_create(pthread_key_t *key, destructor end);
int __wrap_pthread_key_create(pthread_key_t *key, destructor end);
int __wrap_pthread_key_create(pthread_key_t *key, destructor end)
{
    static int count;
    int index = end == NULL ? MOST_KEYS : __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
    if (index >= MOST_KEYS) return __real_pthread_key_create(key, end);
    destructors[index] = end;
    return __real_pthread_key_create(key, thunks[index]);
}
