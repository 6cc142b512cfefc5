using System.CommandLine;
using System.Numerics;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged alloc</c>: one request on the host, and what was obtained for it.</summary>
internal sealed class AllocCommand
{
    private const int MostSeconds = 7 * 24 * 3600;

    private readonly Option<string?> _length = Options.Text(
        "--length", "SIZE", "Length of the block: 4096, 64K, 2M, 1G, 0x1000.");
    private readonly Option<bool> _contiguous = Options.Flag("--contiguous", "One physical range must back it.");
    private readonly Option<string?> _below = Options.Text(
        "--below", "ADDRESS", "It must lie below this physical address (4G: at most 0xffffffff).");
    private readonly Option<bool> _coherent = Options.Flag(
        "--coherent", "CPU and device must see the same bytes without a flush.");
    private readonly Option<bool> _uncached = Options.Flag("--uncached", "The CPU must bypass its cache.");
    private readonly Option<bool> _writeCombined = Options.Flag(
        "--write-combined", "Reads must bypass the CPU's cache; writes may be collected.");
    private readonly Option<string?> _node = Options.Text("--node", "N", "It must lie on this NUMA node.");
    private readonly Option<string[]> _region = Region.Option();
    private readonly Option<string?> _pin = Options.Text(
        "--pin",
        "any|long-term|none",
        "Its physical address must not change: any kind of pin, or a long-term one; or none, for memory that others pin.");
    private readonly Option<string?> _align = Options.Text("--align", "N", "Alignment, a power of two.");
    private readonly Option<string?> _hold = Options.Text(
        "--hold", "SECONDS", "Keeps the block for so long, or until Ctrl-C, so that it can be looked at.");
    private readonly MapOptions _map = new();
    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private AllocCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var alloc = new AllocCommand(screen);
        alloc._length.Required = true;
        var command = new CliCommand(
            "alloc", "Make one request on this machine, and show what was obtained and how that is known.",
            new HelpExample("nonpaged alloc --length 2M --contiguous", "2 MiB in one physical range"),
            new HelpExample("nonpaged alloc --length 64K --contiguous --below 4G", "64 KiB for a device with 32-bit DMA"),
            new HelpExample("nonpaged alloc --length 64M --pin long-term --map", "64 MiB, pinned, with a map of the pool"))
        {
            {
                "Request",
                [alloc._length, alloc._contiguous, alloc._below, alloc._align, alloc._pin, alloc._node, alloc._region]
            },
            { "Caching", [alloc._coherent, alloc._uncached, alloc._writeCombined] },
            { "Output", [alloc._hold, .. alloc._map.All, alloc._json] },
        };
        command.Validators.Add(result =>
        {
            int cachings = new[] { alloc._coherent, alloc._uncached, alloc._writeCombined }.Count(result.GetValue);
            if (cachings > 1) result.AddError("--coherent, --uncached and --write-combined exclude each other.");
        });
        command.SetAction(alloc.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var requested = new RequestDocument
        {
            Contiguous = parsed.GetValue(_contiguous),
            Caching = CachingName.Of(CachingOf(parsed)),
        };
        AllocationFailure? failure = null;
        ObtainedDocument? obtained = null;
        var map = new MapRequest();
        MapPool? pool = null;
        MemoryBlock? block = null;
        NonpagedPool? own = null;
        int hold = 0;
        try
        {
            hold = parsed.GetValue(_hold) is { } seconds ? Number.Parse("--hold", seconds, 0, MostSeconds) : 0;
            MemoryRequest request = Read(parsed, ref requested);
            map = _map.Read(parsed);
            IReadOnlyList<MemoryRegion> regions = Region.Parse(parsed.GetValue(_region));
            // Regions are named when a pool is made, and the default one has none.
            own = regions.Count == 0 ? null : NonpagedPool.Create(new NonpagedPoolOptions { Regions = regions });
            NonpagedPool source = own ?? NonpagedPool.Default;
            block = Allocate(source, request);
            obtained = Describe(block);
            if (map.IsWanted) pool = MapPool.From(source.GetMap(), MapAddresses.Host);
            if (pool is not null) map.Save(pool);
        }
        catch (CommandException exception)
        {
            failure = exception.Failure;
        }
        catch (AllocationException exception)
        {
            failure = exception.Failure;
        }
        catch (ArgumentException exception)
        {
            failure = new CommandException(exception, "nonpaged alloc --help").Failure;
        }

        var document = new AllocDocument(requested, obtained, FailureDocument.From(failure));
        bool isJson = parsed.GetValue(_json);
        if (isJson) _screen.WriteWhole(CliJson.Write(document));
        else if (failure is not null) FailurePrinter.Print(_screen, document.Failure!);
        else AllocPrinter.Print(_screen, document);
        if (pool is not null) map.Print(_screen, pool, isJson);
        if (block is not null && hold > 0) Hold(TimeSpan.FromSeconds(hold));
        block?.Dispose();
        own?.Dispose();
        return failure is null ? ExitCode.Success : ExitCode.Failure;
    }

    private static void Hold(TimeSpan time)
    {
        using var interruption = new Interruption();
        interruption.Token.WaitHandle.WaitOne(time);
    }

    // The document is filled as far as the values make sense, so that a failure shows what was understood.
    private MemoryRequest Read(ParseResult parsed, ref RequestDocument requested)
    {
        ulong length = Size.Parse("--length", parsed.GetRequiredValue(_length)!);
        requested = requested with { Length = length };
        ulong alignment = parsed.GetValue(_align) is { } align ? ReadAlignment(align) : 0;
        requested = requested with { Alignment = alignment };
        PhysicalAddress highest = parsed.GetValue(_below) is { } below ? ReadLimit(below) : PhysicalAddress.Max;
        requested = requested with { HighestAcceptableAddress = highest.ToString() };
        int? node = parsed.GetValue(_node) is { } number ? Number.Parse("--node", number, 0, 1023) : null;
        requested = requested with { Node = node };
        PinDemand pin = PinName.Parse(parsed.GetValue(_pin));
        requested = requested with { Pin = PinName.Of(pin) };
        return new MemoryRequest((nuint)length)
        {
            Node = node,
            Alignment = (nuint)alignment,
            Contiguous = requested.Contiguous,
            HighestAcceptableAddress = highest,
            Caching = CachingOf(parsed),
            Pin = pin,
        };
    }

    private static ulong ReadAlignment(string text)
    {
        ulong alignment = Size.Parse("--align", text);
        if (BitOperations.IsPow2(alignment)) return alignment;
        throw new CommandException(
            $"--align {text} is not a power of two.", "an alignment is 1, 2, 4, 8 and so on", "write, say, --align 4096");
    }

    private static PhysicalAddress ReadLimit(string text)
    {
        ulong below = Size.Parse("--below", text);
        if (below > 0) return new PhysicalAddress(below - 1);
        throw new CommandException("--below 0 leaves no address.", "the lowest physical address is 0", "write, say, --below 4G");
    }

    private MemoryBlock Allocate(NonpagedPool source, MemoryRequest request)
    {
        MemoryBlock? block = null;
        AllocationFailure? failure = null;
        Waiting.While(_screen, "obtaining memory", () => source.TryAllocate(request, out block, out failure));
        return block ?? throw new CommandException(failure!);
    }

    private static unsafe ObtainedDocument Describe(MemoryBlock block)
    {
        ObtainedMemory memory = block.Obtained;
        return new ObtainedDocument(
            memory.Rung,
            memory.Resident,
            memory.Pinned,
            PinName.Of(memory.Pin),
            memory.Contiguous,
            CachingName.Of(memory.Caching),
            memory.Coherent,
            $"0x{(nuint)block.Address:x}",
            [.. memory.PhysicalRanges.Select(PhysicalRangeDocument.From)],
            memory.Evidence,
            memory.Node);
    }

    private Caching CachingOf(ParseResult parsed) =>
        parsed.GetValue(_writeCombined) ? Caching.WriteCombined
            : parsed.GetValue(_uncached) ? Caching.Uncached
            : parsed.GetValue(_coherent) ? Caching.Coherent
            : Caching.Any;
}
