/*
 * Notes what a driver's crash was, in memory that the process that watches reads (CallRecords.cs; the structures must be the same), and then lets it
 * end this process. Installed before the runtime starts, which calls it for faults that are not in its own code: so the handlers of C# stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

struct call_records {
    uint32_t signal, code;
    uint64_t fault_address, program_counter, module_base;
    char module_path[512], symbol[64];
    uint64_t symbol_offset;
    int32_t thread_id;
    uint64_t calls;
    uint32_t is_write, frame_count;
    struct { uint64_t offset; char module[64]; } frames[24];
};

/* CallRecord.cs. */
struct call_record {
    char driver[64], call[64], function[64];
    int32_t thread_id;
};

enum { FIRST_RECORD = 4096, RECORD_ROOM = 256, RECORD_COUNT = 64, FILE_SIZE = FIRST_RECORD + RECORD_ROOM * RECORD_COUNT, ENDED_BY_EXIT = 0x100 };

static volatile struct call_records *record;

/* The return addresses of the functions that run, each as an offset in its file. Last, because a damaged stack ends the process here. */
static void note_frames(void)
{
    void *addresses[sizeof record->frames / sizeof record->frames[0]];
    int count = backtrace(addresses, sizeof addresses / sizeof addresses[0]), index;
    Dl_info module;
    for (index = 0; index < count; index++) {
        if (dladdr(addresses[index], &module) != 0 && module.dli_fname != NULL) {
            const char *name = strrchr(module.dli_fname, '/');
            record->frames[index].offset = (uint64_t)addresses[index] - (uint64_t)module.dli_fbase;
            strncpy((char *)record->frames[index].module, name == NULL ? module.dli_fname : name + 1, sizeof record->frames[index].module - 1);
        }
        record->frame_count = (uint32_t)(index + 1);
    }
}

/* A driver's function called exit(3), and takes the process with it. */
static void note_exit(void)
{
    int index, thread = (int)syscall(SYS_gettid);
    if (record == NULL || record->signal != 0) return;
    for (index = 1; index < RECORD_COUNT; index++) {
        const struct call_record *one = (const struct call_record *)((const char *)record + FIRST_RECORD + index * RECORD_ROOM);
        if (one->thread_id != thread || one->function[0] == 0) continue;
        record->thread_id = thread;
        record->signal = ENDED_BY_EXIT;
        note_frames();
        _exit(EXIT_FAILURE);
    }
}

/*
 * Where the code goes on that got the signal, on its own stack: from a handler the unwinder does not get past the runtime's. The interrupted place is as
 * if it had called this.
 */
__attribute__((noinline, force_align_arg_pointer)) static void end_with_frames(void)
{
    int number = (int)record->signal;
    note_frames();
    signal(number, SIG_DFL);
    raise(number);
    _exit(EXIT_FAILURE);
}

/* Has that happen once the handler returns. False where the stack has no room, or is not known. */
static int go_to_frames(mcontext_t *machine, const void *fault)
{
#if defined(__x86_64__)
    uint64_t top = (uint64_t)machine->gregs[REG_RSP], distance = top - (uint64_t)fault;
    if (distance < 65536 || -distance < 65536) return 0;
    top -= sizeof(uint64_t);
    /* One more, as the unwinder looks a return address up by the byte before it, which may be another function's. */
    *(uint64_t *)top = (uint64_t)machine->gregs[REG_RIP] + 1;
    machine->gregs[REG_RSP] = (greg_t)top;
    machine->gregs[REG_RIP] = (greg_t)end_with_frames;
    return 1;
#else
    (void)machine, (void)fault;
    return 0;
#endif
}

static void note(int number, siginfo_t *info, void *context)
{
    mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
    Dl_info module;
#if defined(__x86_64__)
    void *counter = (void *)machine->gregs[REG_RIP];
#else
    void *counter = (void *)machine->pc;
#endif
    if (record != NULL && record->signal == 0) {
        record->code = (uint32_t)info->si_code;
        record->fault_address = (uint64_t)info->si_addr;
        record->program_counter = (uint64_t)counter;
        if (dladdr(counter, &module) != 0 && module.dli_fname != NULL) {
            record->module_base = (uint64_t)module.dli_fbase;
            strncpy((char *)record->module_path, module.dli_fname, sizeof record->module_path - 1);
            if (module.dli_sname != NULL) {
                strncpy((char *)record->symbol, module.dli_sname, sizeof record->symbol - 1);
                record->symbol_offset = (uint64_t)counter - (uint64_t)module.dli_saddr;
            }
        }
#if defined(__x86_64__)
        /* The processor's error code of a page fault: bit 1 is set by a write. */
        record->is_write = (uint32_t)((machine->gregs[REG_ERR] >> 1) & 1);
#endif
        record->thread_id = (int32_t)syscall(SYS_gettid);
        record->signal = (uint32_t)number;
        if (go_to_frames(machine, info->si_code > 0 ? info->si_addr : NULL)) return;
        note_frames();
    }
    /* Back in the code that did it, the signal comes again and ends the process. */
    signal(number, SIG_DFL);
    if (info->si_code <= 0) raise(number);
}

static struct sigaction runtimes;

/*
 * The runtime takes a fault in its own code for an exception, where the address is near 0, and otherwise ends the process without a word of what called
 * it: what a driver told NDIS of its memory was wrong, and NDIS copied there. Those are noted first.
 */
static void note_before_runtime(int number, siginfo_t *info, void *context)
{
    if (info->si_code > 0 && info->si_code != SI_KERNEL && (uint64_t)info->si_addr >= 65536) note(number, info, context);
    else if (runtimes.sa_flags & SA_SIGINFO) runtimes.sa_sigaction(number, info, context);
    else signal(number, SIG_DFL);
}

/* Called when the runtime has started. */
__attribute__((visibility("default"))) void NonpagedWatchFaults(void)
{
    struct sigaction action;
    if (record == NULL || runtimes.sa_sigaction != NULL) return;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = note_before_runtime;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &runtimes);
}

__attribute__((constructor)) static void watch(void)
{
    static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP };
    const char *descriptor = getenv("NONPAGED_CALL_RECORD");
    struct sigaction action;
    size_t index;
    if (descriptor == NULL) return;
    void *memory = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(descriptor), 0);
    if (memory == MAP_FAILED) return;
    record = memory;
    /* The first call loads what it needs, which a handler may not. */
    void *here[1];
    backtrace(here, 1);
    atexit(note_exit);
    memset(&action, 0, sizeof action);
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (index = 0; index < sizeof fatal / sizeof fatal[0]; index++) sigaction(fatal[index], &action, NULL);
}
