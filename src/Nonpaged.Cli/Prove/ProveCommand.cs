using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged prove</c>: attacks the pool's memory, and beside it what most software uses.</summary>
internal sealed class ProveCommand
{
    private const string DefaultSize = "256M";

    private readonly Option<string?> _size = Options.Text(
        "--size", "SIZE", "How much memory of each kind, in whole 2 MiB: 16M, 1G (default 256M).");
    private readonly MapOptions _map = new();
    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private ProveCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var prove = new ProveCommand(screen);
        var command = new CliCommand(
            "prove",
            "Attack the pool's memory, and beside it mlocked memory, a pinned array and private hugepages; "
                + "then compare frames and contents.",
            new HelpExample("nonpaged prove --size 64M", "Attack 64 MiB of each kind of memory"))
        {
            prove._size, prove._json,
        };
        foreach (Option option in prove._map.All) command.Options.Add(option);
        command.SetAction(prove.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        ProveDocument document;
        AllocationFailure? failure = null;
        var map = new MapRequest();
        MapPool? pool = null;
        try
        {
            map = _map.Read(parsed);
            nuint length = ReadSize(parsed.GetValue(_size) ?? DefaultSize);
            List<(PooledMemory Memory, AllocationFailure Why)> shortfalls = [];
            document = await Waiting.WhileAsync(
                _screen, $"attacking {Size.Format(length)} of each kind of memory", report => Task.Run(() =>
                {
                    PooledMemory[] ours = MakeOurs();
                    try
                    {
                        foreach (PooledMemory memory in ours)
                        {
                            if (Obtain(memory, length) is { } shortfall) shortfalls.Add((memory, shortfall));
                        }

                        PooledMemory[] there = [.. ours.Where(memory => memory.Missing is null)];
                        if (there.Length == 0) throw new CommandException(shortfalls[0].Why);
                        using var proof = new Proof(ours);
                        IReadOnlyList<ProveRow> rows = proof.Run(report);
                        if (map.IsWanted) pool = MapPool.From(there[0].Map, MapAddresses.Host);
                        return new ProveDocument(rows, null);
                    }
                    finally
                    {
                        foreach (PooledMemory memory in ours) memory.Dispose();
                    }
                }));
            foreach ((PooledMemory memory, AllocationFailure why) in shortfalls) SayWhyLess(memory, why);
            if (pool is not null) map.Save(pool);
        }
        catch (CommandException exception)
        {
            failure = exception.Failure;
            document = new ProveDocument([], FailureDocument.From(failure));
        }
        catch (ArgumentException exception)
        {
            failure = new CommandException(exception, "write, say, --size 256M").Failure;
            document = new ProveDocument([], FailureDocument.From(failure));
        }

        bool isJson = parsed.GetValue(_json);
        if (isJson) _screen.WriteWhole(CliJson.Write(document));
        else if (failure is not null) FailurePrinter.Print(_screen, document.Failure!);
        else ProvePrinter.Print(_screen, document.Rows);
        if (pool is not null) map.Print(_screen, pool, isJson);
        return failure is null && document.Rows.Where(row => row.IsOurs).All(row => row.Holds)
            ? ExitCode.Success
            : ExitCode.Failure;
    }

    private static nuint ReadSize(string text)
    {
        ulong size = Size.Parse("--size", text);
        if (size == 0)
            throw new CommandException("--size 0 leaves nothing to attack.", "at least one page", "write, say, --size 16M");
        if (size <= long.MaxValue) return Page.RoundUp((nuint)size, HostExtents.HugePage);
        throw new CommandException(
            $"--size {text} is more than an address space holds.", $"{long.MaxValue} bytes", "write, say, --size 256M");
    }

    /// <summary>Each kind of pin, on the best memory that there is and on single pages.</summary>
    private static PooledMemory[] MakeOurs() =>
    [
        new PooledMemory(PinKind.IoUring),
        new PooledMemory(PinKind.Pipe),
        new PooledMemory(PinKind.IoUring, MemoryRung.SmallPages),
        new PooledMemory(PinKind.Pipe, MemoryRung.SmallPages),
    ];

    /// <summary>
    /// An ordinary user may pin as much as RLIMIT_MEMLOCK allows, or the slots of pipes: then as much as fits is attacked, and
    /// the shortfall says why it is less. Where nothing can be pinned so, there is none.
    /// </summary>
    private static AllocationFailure? Obtain(PooledMemory memory, nuint length)
    {
        memory.Obtain(length);
        AllocationFailure? shortfall = memory.Failure;
        for (nuint less = length / 2; less >= HostExtents.HugePage; less /= 2)
        {
            if (memory.Failure?.Kind is not (FailureKind.MemoryLock or FailureKind.PinLimit)) break;
            memory.Obtain(less & ~(nuint)(HostExtents.HugePage - 1));
        }

        return shortfall;
    }

    private void SayWhyLess(PooledMemory memory, AllocationFailure shortfall)
    {
        string what = memory.Length == 0 ? "Nothing" : Size.Format(memory.Length);
        _screen.Say($"{what} that {memory.Pin} pins was attacked: {shortfall.Reason}");
        _screen.Say($"  limit   {shortfall.Limit}");
        _screen.Say($"  remedy  {shortfall.Remedy}");
    }
}
