using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>
/// Attaches a program and adopts the sockets of processes that may not call bpf(2), until it is told to end: then the program is
/// detached, as it is when this process is killed.
/// </summary>
internal sealed class XdpServer(Screen screen, string name, string path, XdpProgramOptions options, bool isJson)
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        FailureDocument? failure = null;
        try
        {
            // First what interrupts no link.
            using var door = XdpDoor.Open(path);
            using var program = XdpProgram.Attach(name, options);
            Show(new XdpServeDocument("serving")
            { Interface = name, Path = path, Program = XdpProgramDocument.From(XdpInterface.Find(name)) });
            if (await ServeAsync(program, door, interruption.Token) is { } lost) failure = FailureDocument.From(lost);
        }
        catch (XdpException exception)
        {
            failure = FailureDocument.From(exception.Failure);
        }
        catch (CommandException exception)
        {
            failure = FailureDocument.From(exception.Failure);
        }

        if (isJson) Show(new XdpServeDocument("ended") { Failure = failure });
        else if (failure is not null) FailurePrinter.Print(screen, failure);
        return failure is null ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<XdpFailure?> ServeAsync(XdpProgram program, XdpDoor door, CancellationToken token)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task welcoming = new XdpGuests(program, door.Listener, Show).WelcomeAsync(ended.Token);
        XdpFailure? lost = await LostAsync(program, ended.Token);
        await ended.CancelAsync();
        await welcoming;
        return lost;
    }

    /// <summary>Why there is nothing to serve any more; null where it was told to end.</summary>
    private async Task<XdpFailure?> LostAsync(XdpProgram program, CancellationToken token)
    {
        while (true)
        {
            await Task.WhenAny(Task.Delay(s_second, token));
            if (token.IsCancellationRequested) return null;
            try
            {
                var on = XdpInterface.Find(name);
                if (on.Index != program.Interface!.Index) return BindFailures.NoInterface(name);
                if (on.AttachedProgramId == 0) return Detached();
            }
            catch (XdpException exception)
            {
                return exception.Failure;
            }
        }
    }

    private XdpFailure Detached() => new(
        XdpFailureKind.Kernel, "netlink(RTM_GETLINK)", $"The program of {name} was detached by another process.",
        "who may change links of BPF (bpftool link detach)", $"nonpaged xdp {name} --serve {path}");

    private void Show(XdpServeDocument document)
    {
        if (isJson) screen.WriteWhole(CliJson.Write(document));
        string process = document.Process is { } number ? $"process {number}" : "a process";
        switch (document.Event)
        {
            case "serving":
                screen.Say($"serving {name} at {path} with program {document.Program} (Ctrl+C ends it)");
                break;
            case "adopted" when !isJson:
                screen.WriteWhole($"queue {document.Queue}: a socket of {process}");
                break;
            case "refused" when !isJson:
                screen.Say($"refused {process}: {document.Reason}");
                break;
        }
    }
}
