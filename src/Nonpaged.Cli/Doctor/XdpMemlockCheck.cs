using Nonpaged.Interop;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>
/// RLIMIT_MEMLOCK beside the frames of <see cref="XdpFramePool"/>: the kernel pins them when a socket takes them
/// (xdp_umem_account_pages), and counts them with all pins of the user.
/// </summary>
internal static class XdpMemlockCheck
{
    private const string Name = "memlock for AF_XDP";

    public static Check Look(Surroundings here)
    {
        var frames = new XdpFramePoolOptions();
        ulong needed = (ulong)frames.Count * (ulong)frames.FrameSize;
        string required = $"{Size.Format(needed)} left for each pool of {frames.Count} frames, or CAP_IPC_LOCK";
        if (here.Probe.GetMemlock(out _, out _) is { IsError: true } refused) return new Check(
            Name, CheckStatus.Warn, required, $"getrlimit: {refused}", "How much may be pinned for sockets is not known.");
        ulong room = MemlockCheck.Room(here);
        string found = room == LibC.RLIM_INFINITY ? "no limit" : $"{room >> 10} KiB left, by estimate";
        return room >= needed
            ? new Check(Name, CheckStatus.Ok, required, found, "Room for the frames of a socket with the defaults.")
            : new Check(
                Name, CheckStatus.Warn, required, found,
                $"A pool with the defaults is refused; one of {room / (ulong)frames.FrameSize} frames fits. "
                    + "AF_XDP's own pins show nowhere: there may be less.",
                MemlockCheck.Raise(here));
    }
}
