namespace Nonpaged.Machines.Qemu;

internal sealed partial class QemuProcess
{
    // QEMU does not notice when we die: it would stay behind, and the kernel's own means (PR_SET_PDEATHSIG) is tied to the thread
    // that forked, which need not live as long as the process. So a shell stands between: it starts QEMU, then reads a pipe
    // whose other end only we hold. The kernel closes that end however we end, and the shell kills QEMU.
    // A shell is single-threaded, so for it PR_SET_PDEATHSIG works: where setpriv(1) can set it, QEMU ends with the shell, too.
    // The shell keeps no copy of the connection, the memory or standard error, so that their end is QEMU's end.
    // When QEMU ends by itself we close the pipe at once, so the kill comes before its process id could be somebody else's: dash
    // keeps the zombie until the last wait, and bash, which reaps earlier, is milliseconds late and not a whole round of ids.
    // We may be gone already when the shell says QEMU's process id: then the broken pipe must not end the shell before QEMU.
    private static string GuardianScript => $$"""
        if setpriv --pdeathsig KILL true; then set -- setpriv --pdeathsig KILL "$@"; fi 2>/dev/null
        "$@" {{GuardianDescriptor.Lifeline}}<&- {{GuardianDescriptor.Status}}>&- &
        trap '' PIPE
        echo "$!" >&{{GuardianDescriptor.Status}}
        exec >&0 2>&0 {{GuardianDescriptor.Status}}>&-
        exec {{GuardianDescriptor.Ram}}<&- {{GuardianDescriptor.Halt}}<&- {{GuardianDescriptor.Qtest}}<&-
        while read -r signal <&{{GuardianDescriptor.Lifeline}}; do kill -s "$signal" "$!"; done
        kill -s KILL "$!"
        wait "$!"
        """;
}
