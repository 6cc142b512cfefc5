using System.Runtime.InteropServices;
using Nonpaged.Cli;

namespace Nonpaged.Ndis.Host;

/// <summary>Loads a C driver from a shared object.</summary>
internal static unsafe class SharedDriver
{
    private const string Entry = "DriverEntry";

    /// <exception cref="CommandException">It cannot be loaded: the reason names every import that is missing.</exception>
    public static MiniportDriver Load(string path)
    {
        string full = Path.GetFullPath(path);
        string name = Path.GetFileNameWithoutExtension(full);
        CurrentCall.SetDriver(name);
        Check(full);
        nint library;
        try
        {
            library = NativeLibrary.Load(full);
        }
        catch (DllNotFoundException failure)
        {
            throw new CommandException(
                $"{path} cannot be loaded: {failure.Message.Split('\n')[0]}", "what the dynamic linker takes", $"ldd {full}");
        }

        if (!NativeLibrary.TryGetExport(library, Entry, out nint entry)) throw NoEntry(path, []);

        WatchFaults();
        CallSites.Add(full);
        DriverCalls.Begins = CurrentCall.BeginFunction;
        DriverCalls.Ends = CurrentCall.EndFunction;
        var start = (delegate* unmanaged<void*, void*, NDIS_STATUS>)entry;
        return new MiniportDriver(name, (driver, registry) =>
        {
            using var function = DriverFunction.Enter(Entry);
            return start(driver, registry);
        }, []);
    }

    /// <summary>native/crash.c looks at faults from here on before the runtime does.</summary>
    private static void WatchFaults()
    {
        if (NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "NonpagedWatchFaults", out nint watch))
            ((delegate* unmanaged<void>)watch)();
    }

    /// <summary>What a driver registers is seen by the functions that it needs for that.</summary>
    /// <exception cref="CommandException">It is no driver that can be loaded.</exception>
    public static DriverShape Look(string path)
    {
        List<string> needed = Check(Path.GetFullPath(path)).Symbols;
        if (needed.Contains(nameof(IntermediateExports.NonpagedRegisterLayeredMiniport))) return DriverShape.Intermediate;
        return needed.Contains(nameof(ProtocolExports.NonpagedRegisterProtocol))
            && !needed.Contains(nameof(MiniportExports.NonpagedRegisterMiniport))
                ? DriverShape.Protocol
                : DriverShape.Miniport;
    }

    /// <summary>What the file itself tells, before any of its code runs.</summary>
    private static ElfImports Check(string path)
    {
        ElfImports imports;
        try
        {
            byte[] file = File.ReadAllBytes(path);
            if (DriverFile.Refuse(path, file) is { } refused) throw refused;
            imports = ElfImports.Read(path, file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandException(failure.Message, "a driver as a shared object", DriverFile.Build);
        }

        if (!imports.Exports.Contains(Entry)) throw NoEntry(path, imports.Exports);
        CheckImports(path, imports);
        return imports;
    }

    private static void CheckImports(string path, ElfImports imports)
    {
        var places = new List<nint> { NativeLibrary.GetMainProgramHandle() };
        List<string> absent = [];
        foreach (string library in imports.Libraries)
        {
            if (NativeLibrary.TryLoad(library, out nint loaded)) places.Add(loaded);
            else absent.Add(library);
        }

        var missing = imports.Symbols.Where(symbol => !places.Any(place => NativeLibrary.TryGetExport(place, symbol, out _)))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0) return;
        string libraries = absent.Count == 0 ? "" : $" Of its libraries, {string.Join(", ", absent)} cannot be found.";
        throw new CommandException(
            $"{path} needs {(missing.Count == 1 ? "a function" : $"{missing.Count} functions")} that neither NDIS here nor its "
                + $"libraries have: {string.Join(", ", missing)}.{libraries}",
            missing.Any(IsNdis6) ? "NDIS 3.0 to 5.1; some of these are of NDIS 6"
                : "the functions that docs/drivers.md lists",
            absent.Count == 0 ? "link the library that has them, or compile the driver's other sources with it"
                : $"LD_LIBRARY_PATH=FOLDER nonpaged run {path} --nic MODEL");
    }

    // NDIS 6 gave what it replaced new names: net buffers in place of packets, and "Driver" for miniports.
    private static bool IsNdis6(string symbol) =>
        symbol.Contains("NetBuffer", StringComparison.Ordinal)
            || symbol is "NdisMRegisterMiniportDriver" or "NdisMDeregisterMiniportDriver" or "NdisMSetMiniportAttributes"
            or "NdisMRegisterInterruptEx" or "NdisMRegisterScatterGatherDma" or "NdisAllocateMemoryWithTagPriority";

    private static CommandException NoEntry(string path, IReadOnlyList<string> exports)
    {
        // A name of C++ is _Z, the length of the name, the name, and its parameters (Itanium C++ ABI, 5.1.2).
        string? mangled = exports.FirstOrDefault(name =>
            name.StartsWith($"_Z{Entry.Length}{Entry}", StringComparison.Ordinal));
        return mangled is null
            ? new CommandException($"{path} has no {Entry}.", "a driver's entry point",
                $"compile the source that has {Entry} with it, not static and not hidden")
            : new CommandException($"{path} has no {Entry}, but a function of C++ of that name, {mangled}.",
                "a driver's entry point, which is C",
                    $"declare it extern \"C\" NTSTATUS {Entry}(PDRIVER_OBJECT, PUNICODE_STRING)");
    }
}
