using System.CommandLine;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged prove</c>: attacks the pool's memory, and beside it what most software uses.</summary>
internal sealed class ProveCommand
{
    private const string DefaultSize = "256M";

    private readonly Option<string?> _size = Options.Text("--size", "SIZE", "How much memory of each kind, in whole 2 MiB: 16M, 1G (default 256M).");
    private readonly MapOptions _map = new();
    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private ProveCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var prove = new ProveCommand(screen);
        var command = new Command(
            "prove", "Attack the pool's memory, and beside it mlocked memory, a pinned array and private hugepages; then compare frames and contents.")
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
            AllocationFailure? shortfall = null;
            document = await Waiting.WhileAsync(_screen, $"attacking {Size.Format(length)} of each kind of memory", report => Task.Run(() =>
            {
                using PooledMemory ours = Obtain(length, out shortfall);
                using var proof = new Proof(ours);
                IReadOnlyList<ProveRow> rows = proof.Run(report);
                if (map.IsWanted) pool = MapPool.From(ours.Map, MapAddresses.Host);
                return new ProveDocument(rows, null);
            }));
            if (shortfall is not null) SayWhyLess(document.Rows[0].Pages, shortfall);
            if (pool is not null) map.Save(pool);
        }
        catch (CommandException exception)
        {
            failure = exception.Failure;
            document = new ProveDocument([], FailureDocument.From(failure));
        }

        bool isJson = parsed.GetValue(_json);
        if (isJson) _screen.WriteWhole(CliJson.Write(document));
        else if (failure is not null) FailurePrinter.Print(_screen, document.Failure!);
        else ProvePrinter.Print(_screen, document.Rows);
        if (pool is not null) map.Print(_screen, pool, isJson);
        return failure is null && document.Rows.Where(row => row.IsOurs).All(row => row.Holds) ? ExitCode.Success : ExitCode.Failure;
    }

    private static nuint ReadSize(string text)
    {
        ulong size = Size.Parse("--size", text);
        if (size == 0) throw new CommandException("--size 0 leaves nothing to attack.", "at least one page", "write, say, --size 16M");
        if (size <= long.MaxValue) return Page.RoundUp((nuint)size, HostExtents.HugePage);
        throw new CommandException($"--size {text} is more than an address space holds.", $"{long.MaxValue} bytes", "write, say, --size 256M");
    }

    /// <summary>
    /// An ordinary user may pin as much as RLIMIT_MEMLOCK allows, which is often 8 MiB: then that much is attacked, and the shortfall says why it is
    /// less. Whatever else stands in the way is a failure.
    /// </summary>
    private static PooledMemory Obtain(nuint length, out AllocationFailure? shortfall)
    {
        var ours = new PooledMemory();
        ours.Obtain(length);
        shortfall = ours.Failure;
        if (shortfall is null) return ours;
        SysResult limits = LibC.GetLimit(LibC.RLIMIT_MEMLOCK, out ulong soft, out _);
        bool isOfMemlock = !limits.IsError && soft < length && HostMemory.Refuse(length) is null;
        nuint less = isOfMemlock ? (nuint)soft & ~(nuint)(HostExtents.HugePage - 1) : 0;
        for (; less > 0 && ours.Failure is not null; less -= HostExtents.HugePage) ours.Obtain(less);
        if (ours.Failure is null) return ours;
        ours.Dispose();
        throw new CommandException(shortfall);
    }

    private void SayWhyLess(ulong pages, AllocationFailure shortfall)
    {
        _screen.Say($"{Size.Format(pages * Page.Size)} of each were attacked: {shortfall.Reason}");
        _screen.Say($"  limit   {shortfall.Limit}");
        _screen.Say($"  remedy  {shortfall.Remedy}");
    }
}
