using System.Globalization;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>The ways of pinning memory, each tried once: io_uring, and references by splice(2) and vmsplice(2).</summary>
internal sealed class PinLimits
{
    /// <summary>Slots of all pipes of a user (pipe(7)).</summary>
    public const string SoftLimit = "/proc/sys/fs/pipe-user-pages-soft";

    private const string SizeLimit = "/proc/sys/fs/pipe-max-size";
    private const ulong UsualSoftLimit = 16384;
    private const ulong UsualSize = 1 << 20;

    private readonly Surroundings _here;
    private readonly PinPolicy _policy;

    public PinLimits(Surroundings here)
    {
        _here = here;
        Variable = here.Variable(PinPolicy.Variable);
        _policy = new PinPolicy([PinKind.IoUring, PinKind.Pipe], Variable);
        Ring = here.Probe.Pin(out string step);
        Step = step;
        Splice = here.Probe.Refer(isVmsplice: false);
        VmSplice = here.Probe.Refer(isVmsplice: true);
    }

    /// <summary>NONPAGED_PINS, or null.</summary>
    public string? Variable { get; }

    public SysResult Ring { get; }

    /// <summary>The call that failed for the ring, or the last one.</summary>
    public string Step { get; }

    public SysResult Splice { get; }

    public SysResult VmSplice { get; }

    /// <summary>A reference holds memory in place here.</summary>
    public bool HasReferences => !Splice.IsError && Refuse(PinKind.Pipe) is null;

    /// <summary>Something holds memory in place here.</summary>
    public bool CanPin => HasReferences || (!Ring.IsError && Refuse(PinKind.IoUring) is null);

    /// <summary>What happens where there is no long-term pin, as a sentence.</summary>
    public string Instead => HasReferences
        ? "References in a pipe hold blocks in place instead; a request for a long-term pin fails."
        : "Blocks are resident, but the kernel may move them; a request for a pin fails.";

    /// <summary>Slots that one pipe may have, of an ordinary user.</summary>
    public ulong SlotsOfPipe => ulong.Max((_here.Files.ReadNumber(SizeLimit) ?? UsualSize) / Page.Size, 1);

    /// <summary>Slots of all pipes of the user; null for no limit.</summary>
    public ulong? Slots
    {
        get
        {
            if (_here.Process.Has(Capability.SysResource) || _here.Process.Has(Capability.SysAdmin)) return null;
            ulong soft = _here.Files.ReadNumber(SoftLimit) ?? UsualSoftLimit;
            return soft == 0 ? null : soft;
        }
    }

    /// <summary>How many descriptors this process may have; null where that is not known or unlimited.</summary>
    public ulong? Descriptors
    {
        get
        {
            // "Max open files            1024                 524288               files": proc_pid_limits(5).
            const string title = "Max open files";
            string[] lines = _here.Files.ReadLines("/proc/self/limits");
            string? line = lines.FirstOrDefault(text => text.StartsWith(title, StringComparison.Ordinal));
            string? soft = line?[title.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return ulong.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;
        }
    }

    /// <summary>Null, or why the operator forbids a kind.</summary>
    public AllocationFailure? Refuse(PinKind kind) => _policy.Refuse(kind, 1);
}
