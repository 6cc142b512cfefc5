/*
 * Notes what a driver's crash was, in memory that the process that watches reads (CallRecords.cs; the structures must be the same), and then lets it
 * end this process. Installed before the runtime starts, which calls it for faults that are not in its own code: so the handlers of C# stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
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
};

static volatile struct call_records *record;

static void note(int number, siginfo_t *info, void *context)
{
    const mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
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
        record->thread_id = (int32_t)syscall(SYS_gettid);
        record->signal = (uint32_t)number;
    }
    /* Back in the code that did it, the signal comes again and ends the process. */
    signal(number, SIG_DFL);
    if (info->si_code <= 0) raise(number);
}

__attribute__((constructor)) static void watch(void)
{
    static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP };
    const char *descriptor = getenv("NONPAGED_CALL_RECORD");
    struct sigaction action;
    size_t index;
    if (descriptor == NULL) return;
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(descriptor), 0);
    if (memory == MAP_FAILED) return;
    record = memory;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (index = 0; index < sizeof fatal / sizeof fatal[0]; index++) sigaction(fatal[index], &action, NULL);
}
