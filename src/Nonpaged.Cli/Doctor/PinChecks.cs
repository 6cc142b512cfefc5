using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Whether memory can be pinned, and how much: io_uring's registered buffers and RLIMIT_MEMLOCK (getrlimit(2)).</summary>
internal static unsafe class PinChecks
{
    // linux/capability.h
    private const int CAP_IPC_LOCK = 14;
    private const string Disabled = "/proc/sys/kernel/io_uring_disabled";

    // Rings, buffers and a working set of a few extents of 2 MiB each.
    private const ulong Comfortable = 64UL << 20;

    public static IEnumerable<Check> Look() => [LookAtPin(), LookAtMemlock()];

    private static Check LookAtPin()
    {
        const string Name = "pin (io_uring)";
        SysResult result = TryPin(out string step);
        if (!result.IsError) return new Check(Name, CheckStatus.Ok, "works", "Physical addresses can be held in place.");

        string found = $"{step}: {result}; kernel.io_uring_disabled = {SystemFile.Read(Disabled) ?? "unknown"}";
        if (SystemFile.ReadNumber(Disabled) is > 0)
        {
            return new Check(
                Name, CheckStatus.Missing, found, "Blocks are resident, but the kernel may move them. This allows io_uring.", Shell.AsRoot("sysctl -w kernel.io_uring_disabled=0"));
        }

        return result.Errno == Errno.ENOMEM
            ? new Check(Name, CheckStatus.Missing, found, "The memlock limit of this user is used up: see there.", RaiseMemlock)
            : new Check(
                Name,
                CheckStatus.Missing,
                found,
                "Blocks are resident, but the kernel may move them. EPERM: a container's seccomp profile forbids io_uring; ENOSYS: a kernel without it.");
    }

    private static SysResult TryPin(out string step)
    {
        step = "memfd_create";
        using ProbeMemory? memory = ProbeMemory.TryCreate(out SysResult result);
        if (memory is null) return result;
        step = "io_uring_setup";
        result = IoUring.Create(out SafeFileHandle ring);
        using (ring)
        {
            if (result.IsError) return result;
            step = "IORING_REGISTER_BUFFERS2";
            result = IoUring.RegisterSparseTable(ring, 1);
            if (result.IsError) return result;
            step = "IORING_REGISTER_BUFFERS_UPDATE";
            result = IoUring.UpdateSlot(ring, 0, memory.Start, 4096);
            if (!result.IsError) IoUring.UpdateSlot(ring, 0, null, 0);
            return result;
        }
    }

    // $$ is the shell that it is pasted into, whose children inherit the limit.
    private static string RaiseMemlock => Shell.AsRoot("prlimit --pid $$ --memlock=unlimited:unlimited");

    private static Check LookAtMemlock()
    {
        const string Name = "memlock limit";
        SysResult result = LibC.GetLimit(LibC.RLIMIT_MEMLOCK, out ulong soft, out ulong hard);
        if (result.IsError) return new Check(Name, CheckStatus.Warn, $"getrlimit: {result}", "How much may be pinned is not known.");
        bool isLifted = SystemFile.HasCapability(CAP_IPC_LOCK);
        string found = $"soft {Describe(soft)}, hard {Describe(hard)}{(isLifted ? ", lifted by CAP_IPC_LOCK" : "")}";
        return isLifted || soft >= Comfortable
            ? new Check(Name, CheckStatus.Ok, found, "Room for pins.")
            : new Check(
                Name,
                CheckStatus.Warn,
                found,
                "All pins of this user together may not exceed it; a pin of 4 KiB in a hugepage counts 2 MiB. This lifts it for the shell that it is typed into.",
                RaiseMemlock);
    }

    private static string Describe(ulong limit) => limit == LibC.RLIM_INFINITY ? "unlimited" : Size.Format(limit);
}
