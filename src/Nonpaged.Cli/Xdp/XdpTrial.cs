using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What is known by trying. No frame is received, and all is undone at once.</summary>
/// <param name="on">The interface.</param>
/// <param name="queue">The queue that a socket is bound to.</param>
internal sealed class XdpTrial(XdpInterface on, int queue)
{
    public const string Socket = "socket";
    private const string Title = "Tried";
    private const string Program = "loading a program";
    private const string Native = "native mode";
    private const string ZeroCopy = "zero copy";
    private const string NeedsProgram = "bpf(2): a map of sockets, and a program that the verifier takes";
    private const string NeedsNative = "a driver that runs the program by itself";
    private const string NeedsZeroCopy = "a driver that receives into the frames of a socket, with a program in the driver";

    private readonly XdpFrameNeed _need = XdpFrameNeed.Of(on);

    /// <param name="attaches">A program is attached, too, which interrupts the link with some drivers.</param>
    public IEnumerable<XdpFinding> Run(bool attaches) => attaches
        ? [TryCopying(), TryProgram(), .. TryAttaching()]
        : [TryCopying(), TryProgram(), Announced()];

    private XdpFinding TryCopying()
    {
        XdpFramePoolOptions frames = _need.Pool;
        string required = "a socket, pinned frames, rings, and the queue bound to it";
        string done = $"queue {queue} bound, copying, {Size.Format((ulong)frames.Count * (ulong)frames.FrameSize)} of frames";
        return Try(Socket, required, done, "Sockets can be opened.", () => Bind(XdpCopyMode.Copy));
    }

    private XdpFinding TryProgram() => Try(
        Program, NeedsProgram, "can be loaded", "Frames can be brought to sockets.", () => XdpProgram.Try(Options));

    private XdpFinding Announced() => on.Features switch
    {
        null => new XdpFinding(Title, new Check(
            ZeroCopy, CheckStatus.Warn, NeedsZeroCopy, "unknown", "Linux before 6.3 does not tell.",
            $"nonpaged xdp {on.Name} --try")),
        { } features when features.HasFlag(XdpFeatures.ZeroCopy) => new XdpFinding(Title, new Check(
            ZeroCopy, CheckStatus.Ok, NeedsZeroCopy, "yes, says the driver (--try binds a socket so)", "Frames are not copied.")),
        _ => NoZeroCopy(),
    };

    // A driver takes frames of a socket only while it runs a program.
    private IEnumerable<XdpFinding> TryAttaching()
    {
        XdpProgram? program = null;
        XdpFinding native = Try(
            Native, NeedsNative, "attached, and detached again", "Programs run in the driver.",
            () => program = XdpProgram.Attach(on.Name, Options with { Mode = XdpAttachMode.Native }));
        using (program)
        {
            bool says = on.Features is not { } features || features.HasFlag(XdpFeatures.ZeroCopy);
            return
            [
                native,
                says
                    ? Try(
                        ZeroCopy, NeedsZeroCopy, $"queue {queue} bound without copying", "Frames are not copied.",
                        () => Bind(XdpCopyMode.ZeroCopy))
                    : NoZeroCopy(),
            ];
        }
    }

    private static XdpFinding NoZeroCopy() => new(Title, new Check(
        ZeroCopy, CheckStatus.Warn, NeedsZeroCopy, "no, says the driver",
        "Frames are copied between the driver's memory and the socket's."));

    private XdpProgramOptions Options => new() { MultiBuffer = _need.IsMultiBuffer, Name = "nonpaged_try" };

    private void Bind(XdpCopyMode mode)
    {
        using var frames = new XdpFramePool(_need.Pool);
        using var socket = XdpSocket.Open(on.Name, queue, new XdpSocketOptions
        { Frames = frames, AttachProgram = false, CopyMode = mode, MultiBuffer = _need.IsMultiBuffer });
    }

    private static XdpFinding Try(string name, string required, string done, string meaning, Action attempt)
    {
        try
        {
            attempt();
            return new XdpFinding(Title, new Check(name, CheckStatus.Ok, required, done, meaning));
        }
        catch (XdpException exception)
        {
            CheckStatus status = name == Socket ? CheckStatus.Missing : CheckStatus.Warn;
            return XdpFinding.Failed(Title, name, required, exception.Failure, status);
        }
        catch (AllocationException exception)
        {
            AllocationFailure failure = exception.Failure;
            return new XdpFinding(Title, new Check(
                name, CheckStatus.Missing, required, "no memory", $"{failure.Reason} Limit: {failure.Limit}.", failure.Remedy));
        }
    }
}
