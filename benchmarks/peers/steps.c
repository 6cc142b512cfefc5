/*
 * Counts the instructions that a program's first thread executes in user mode: steps COMMAND... From where it has written "ready" on, it does one instruction after the other
 * (PTRACE_SINGLESTEP, ptrace(2)) until it ends; how many is the last line on stderr. For processors whose instructions valgrind does not know, in virtual machines without counters.
 * A system call is one instruction.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static bool is_ready(pid_t process)
{
    struct user_regs_struct registers;
    check(ptrace(PTRACE_GETREGS, process, NULL, &registers) == 0, "PTRACE_GETREGS");
    if (registers.orig_rax != SYS_write)
        return false;
    long text = ptrace(PTRACE_PEEKDATA, process, (void *)registers.rsi, NULL);
    return memcmp(&text, "ready", 5) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: steps COMMAND...\n");
        return 2;
    }
    pid_t process = fork();
    check(process >= 0, "fork");
    if (process == 0) {
        check(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "PTRACE_TRACEME");
        execvp(argv[1], argv + 1);
        check(false, argv[1]);
    }
    int status;
    uint64_t steps = 0;
    bool is_stepping = false, is_first = true;
    while (waitpid(process, &status, 0) == process && WIFSTOPPED(status)) {
        if (is_first)
            check(ptrace(PTRACE_SETOPTIONS, process, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) == 0, "PTRACE_SETOPTIONS");
        /* A stop of ours, or a signal that the program gets. */
        bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
        intptr_t signal = is_first || is_call || (is_stepping && WSTOPSIG(status) == SIGTRAP) ? 0 : WSTOPSIG(status);
        is_first = false;
        is_stepping = is_stepping || (is_call && is_ready(process));
        steps += is_stepping;
        if (ptrace(is_stepping ? PTRACE_SINGLESTEP : PTRACE_SYSCALL, process, NULL, (void *)signal) != 0)
            break;
    }
    fprintf(stderr, "%llu\n", (unsigned long long)steps);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
